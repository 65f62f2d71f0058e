//! The command, run as a person runs it; Terraform is the real one.

use std::process::{Command, Output};

use cloudoven_crawler::catalog::{Address, Document, Kind, QualityReport};

use crate::support::{FOLDER, Place, SERVER, schema};

fn crawler(place: &Place, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_cloudoven-crawler"))
        .args(arguments)
        .env("CLOUDOVEN_CATALOG", place.catalog_path())
        // What a person's shell may hold must not reach Terraform.
        .env("TF_CLI_CONFIG_FILE", "/nonexistent/terraformrc")
        .env("TF_LOG", "trace")
        .output()
        .unwrap()
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

#[test]
fn imports_and_shows() {
    let place = Place::new();
    let bundle = place.bundle("bundle.tar.zst", &[(&format!("{FOLDER}/schema.json"), &schema(SERVER))]);
    let output = crawler(&place, &["import", bundle.to_str().unwrap()]);
    assert!(output.status.success(), "{}", stderr(&output));
    assert_eq!(
        stderr(&output),
        "imported registry.terraform.io/acme/cloud 1.2.0: 1 resources, 0 data sources, 0 ephemeral resources, 0 functions\n"
    );
    assert_eq!(stdout(&crawler(&place, &["show"])), "registry.terraform.io/acme/cloud 1.2.0\n");
}

#[test]
fn shows_the_report_and_an_elements_docs() {
    let place = Place::new();
    let block = r#"{"attributes":{"name":{"type":"string","required":true},"id":{"type":"string","computed":true}},"block_types":{"disk":{"nesting_mode":"list","max_items":2,"block":{"attributes":{"size":{"type":"number","optional":true}}}}}}"#;
    let page = "---\nsubcategory: Compute\n---\n# cloud_server\n\nA server.\n\n## Argument Reference\n\n* `disk` - (Optional) A disk.\n* `name` - (Required) The \u{1b}name. Defaults to `web`. Changing this forces a new resource to be created.\n* `colour` - The colour.\n";
    let bundle = place.bundle(
        "bundle.tar.zst",
        &[
            (&format!("{FOLDER}/schema.json"), &schema(block)),
            (&format!("{FOLDER}/docs/resources/server.md"), page),
            (&format!("{FOLDER}/docs/resources/network.md"), "# cloud_network"),
        ],
    );
    assert!(crawler(&place, &["import", bundle.to_str().unwrap()]).status.success());
    let report = stdout(&crawler(&place, &["show", "acme/cloud"]));
    let lines: Vec<Vec<&str>> = report.lines().map(|line| line.split_whitespace().collect()).collect();
    let resources = ["resource", "1", "1", "3", "66.7", "%", "33.3", "%", "0.0", "%", "0.0", "%"];
    assert!(lines.contains(&resources.to_vec()), "{report}");
    for expected in
        ["1 of 3     resource cloud_server", "resources/server.md: colour", "resources/network.md"]
    {
        assert!(report.contains(expected), "{expected}: {report}");
    }
    let json = stdout(&crawler(&place, &["show", "acme/cloud", "--json"]));
    let report: QualityReport = serde_json::from_str(&json).unwrap();
    assert_eq!(report.total().arguments, 3);

    let docs = stdout(&crawler(&place, &["show", "acme/cloud", "cloud_server"]));
    let tree = "\ndisk  list block, at most 2\n    A disk.\n\n    size  number, optional\n\nname  string, required, forces replacement\n";
    assert!(docs.contains(tree) && docs.contains("    Default: web\n"), "{docs}");
    assert!(!docs.contains('\u{1b}'), "what pages say reaches no terminal as a command");
    let json = stdout(&crawler(&place, &["show", "acme/cloud", "cloud_server", "--json"]));
    assert_eq!(serde_json::from_str::<Document>(&json).unwrap().name, "cloud_server");
}

#[test]
fn exports_compares_prunes_and_removes() {
    let place = Place::new();
    for (version, block) in [("1.0.0", SERVER), ("2.0.0", "{}"), ("2.0.0", SERVER)] {
        let folder = FOLDER.replace("1.2.0", version);
        let bundle = place.bundle("bundle.tar.zst", &[(&format!("{folder}/schema.json"), &schema(block))]);
        assert!(crawler(&place, &["import", bundle.to_str().unwrap()]).status.success());
    }
    let run = |arguments: &[&str]| {
        let output = crawler(&place, arguments);
        (output.status.code(), stdout(&output) + &stderr(&output))
    };
    assert_eq!(run(&["diff", "acme/cloud", "1.0.0", "2.0.0", "--exit-code"]).0, Some(0));
    assert_eq!(run(&["prune"]), (Some(0), String::new()), "what was written today stays");
    let (code, pruned) = run(&["prune", "--keep", "0"]);
    assert!(code == Some(0) && pruned.contains("acme/cloud: 1 former crawls removed"), "{pruned}");

    let archive = place.directory.path().join("all.tar.zst");
    let archive = archive.to_str().unwrap();
    let (code, exported) = run(&["export", "acme/cloud", "--all", archive]);
    assert!(code == Some(0) && exported.contains("acme/cloud 2.0.0, 1.0.0"), "{exported}");
    assert_eq!(run(&["remove", "acme/cloud", "1.0.0"]).0, Some(0));
    assert_eq!(run(&["remove", "acme/cloud", "1.0.0"]).0, Some(1));
    let (code, imported) = run(&["import", archive]);
    assert_eq!(code, Some(0));
    assert!(imported.contains("imported registry.terraform.io/acme/cloud 1.0.0"), "{imported}");
    assert!(imported.contains("unchanged registry.terraform.io/acme/cloud 2.0.0"), "{imported}");

    let folder = FOLDER.replace("1.2.0", "3.0.0");
    let bundle = place.bundle("bundle.tar.zst", &[(&format!("{folder}/schema.json"), &schema("{}"))]);
    assert!(crawler(&place, &["import", bundle.to_str().unwrap()]).status.success());
    let (code, diff) = run(&["diff", "acme/cloud@2.0.0", "acme/cloud@3.0.0", "--exit-code"]);
    assert_eq!(code, Some(1));
    assert!(diff.contains("Breaking\n  resource cloud_server\n    name  argument removed\n"), "{diff}");
}

#[test]
fn errors_are_one_line_that_names_the_place() {
    let place = Place::new();
    let bundle = place.bundle("bundle.tar.zst", &[(&format!("{FOLDER}/schema.json"), "{")]);
    for (arguments, expected) in [
        (
            &["import", bundle.to_str().unwrap()][..],
            "bundle.tar.zst: providers/acme/cloud/1.2.0/schema.json: EOF",
        ),
        (&["import", "/nonexistent.tar.zst"], "/nonexistent.tar.zst: No such file"),
        (&["show", "acme/cloud"], "registry.terraform.io/acme/cloud is not in the catalog"),
        (&["crawl", "acme/cloud", "--version", "latest"], "is not a version constraint"),
        (
            &[
                "crawl",
                "acme/cloud",
                "--version",
                "1.0.0",
                "--mirror",
                "/nonexistent",
                "--unconfined",
                "--no-docs",
            ],
            "acme/cloud: the mirror /nonexistent has no such provider",
        ),
        (
            &["crawl", "acme/cloud", "--ca-file", "/nonexistent.pem", "--unconfined"],
            "/nonexistent.pem: No such file",
        ),
        (
            &["crawl", "builtin", "--terraform", "/nonexistent/terraform"],
            "/nonexistent/terraform version -json: No such file",
        ),
        (
            &["functions", "--terraform", "/nonexistent/terraform"],
            "/nonexistent/terraform version -json: No such file",
        ),
    ] {
        let output = crawler(&place, arguments);
        let error = stderr(&output);
        assert!(!output.status.success(), "{arguments:?}");
        assert!(
            error.starts_with("cloudoven-crawler: ") && error.contains(expected),
            "{arguments:?}: {error}"
        );
        assert_eq!(error.lines().count(), 1, "{error}");
    }
}

#[tokio::test]
async fn crawls_the_provider_built_into_terraform() {
    let place = Place::new();
    let output = crawler(&place, &["crawl", "builtin"]);
    assert!(output.status.success(), "{}", stderr(&output));
    let catalog = place.catalog();
    let address: Address = "terraform.io/builtin/terraform".parse().unwrap();
    let version = catalog.versions(&address).await.unwrap().versions.remove(0).version;
    let data = catalog.document(&address, &version, Kind::Resource, "terraform_data").await.unwrap().unwrap();
    assert_eq!(data.block.attributes["input"].ty.to_string(), "any");
    let state = catalog
        .document(&address, &version, Kind::DataSource, "terraform_remote_state")
        .await
        .unwrap()
        .unwrap();
    assert!(state.block.attributes["backend"].required);
}

#[tokio::test]
async fn reads_the_functions_built_into_terraform() {
    let place = Place::new();
    assert_eq!(place.catalog().functions().await.unwrap(), None);
    let output = crawler(&place, &["functions"]);
    assert!(output.status.success(), "{}", stderr(&output));
    let functions = place.catalog().functions().await.unwrap().unwrap();
    assert!(functions.terraform.starts_with("1."), "{}", functions.terraform);
    let join = &functions.functions["join"];
    assert!(join.description.contains("`join`"));
    assert_eq!(join.signature.parameters[0].ty.to_string(), "string");
    assert_eq!(join.signature.variadic.as_ref().unwrap().ty.to_string(), "list(string)");
    assert!(functions.functions["jsonencode"].signature.parameters[0].nullable);
    // They are no provider.
    assert!(place.catalog().list_providers().await.unwrap().is_empty());
}

#[test]
fn a_provider_that_the_mirror_lacks_is_an_error() {
    let place = Place::new();
    let mirror = place.directory.path().join("mirror");
    // There is a package, but for another machine.
    std::fs::create_dir_all(mirror.join("registry.terraform.io/acme/cloud/1.0.0/plan9_mips")).unwrap();
    let mirror = mirror.to_str().unwrap();
    let crawl = ["crawl", "acme/cloud", "--version", "1.0.0", "--mirror", mirror, "--no-docs"];
    for (arguments, expected) in [
        (vec![], "no package of registry.terraform.io/acme/cloud 1.0.0"),
        (vec!["--unconfined"], "terraform init"),
    ] {
        let output = crawler(&place, &[&crawl[..], &arguments].concat());
        assert!(!output.status.success());
        let error = stderr(&output);
        assert!(error.contains(expected) && error.contains("acme/cloud"), "{error}");
        assert_eq!(error.lines().count(), 1, "{error}");
    }
}
