//! The command, run as a person runs it; Terraform is the real one.

use std::process::{Command, Output};

use cloudoven_crawler::catalog::{Address, Kind};

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
    assert!(stdout(&crawler(&place, &["show", "acme/cloud"])).contains("0 of      1 arguments documented"));
    let document = stdout(&crawler(&place, &["show", "acme/cloud", "cloud_server"]));
    assert!(document.contains("\"name\": \"cloud_server\""), "{document}");
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
