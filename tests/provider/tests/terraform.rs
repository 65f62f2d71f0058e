//! The provider as Terraform uses it: the real binary, installed from a filesystem mirror.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod workspace;

use std::fs;

use serde_json::Value;
use workspace::Workspace;

const NETWORK: &str = r#"
resource "demo_network" "main" {
  name = "main"
  cidr = "10.0.0.0/16"
}
"#;

fn server(arguments: &str) -> String {
    format!(
        r#"{NETWORK}
resource "demo_subnet" "a" {{
  network_id = demo_network.main.id
  cidr       = "10.0.1.0/24"
}}
resource "demo_server" "web" {{
  name      = "web"
  subnet_id = demo_subnet.a.id
  {arguments}
}}
"#
    )
}

#[test]
fn installs_plans_applies_changes_replaces_and_destroys() {
    let workspace = Workspace::kept();
    workspace.write("main.tf", &server("disk {\n    size_gb = 10\n  }"));
    workspace.init();
    workspace.ok(&["plan", "-out=plan"]);
    let plan = workspace.json(&["show", "-json", "plan"]);
    assert_eq!(
        workspace::actions(&plan),
        ["demo_network create", "demo_server create", "demo_subnet create"]
    );
    workspace.ok(&["apply", "plan"]);
    assert_eq!(workspace.operations(), ["create demo_network", "create demo_subnet", "create demo_server"]);
    let before = workspace.resource("demo_server");
    assert_eq!(before["size"], "small", "the default is in the state");
    assert_eq!(before["disk"][0]["device"], "/dev/disk1", "a computed value inside a block");
    assert!(workspace.unchanged());

    workspace.write(
        "main.tf",
        &server("size = \"large\"\n  disk {\n    size_gb = 20\n  }\n  disk {\n    size_gb = 5\n  }"),
    );
    workspace.ok(&["apply", "-auto-approve"]);
    let after = workspace.resource("demo_server");
    assert_eq!((&after["id"], &after["revision"]), (&before["id"], &Value::from(2)), "changed in place");
    assert_eq!(after["disk"][1]["device"], "/dev/disk2");
    assert!(workspace.unchanged());

    workspace.write("main.tf", &server("image = \"rocky-9\""));
    workspace.ok(&["apply", "-auto-approve"]);
    let replaced = workspace.resource("demo_server");
    assert_ne!(replaced["id"], before["id"], "another image is another server");
    assert_eq!(replaced["size"], "small", "what is no longer given has its default again");

    workspace.ok(&["destroy", "-auto-approve"]);
    assert_eq!(
        workspace.operations()[3..],
        [
            "update demo_server",
            "delete demo_server",
            "create demo_server",
            "delete demo_server",
            "delete demo_subnet",
            "delete demo_network"
        ]
    );
    assert_eq!(workspace.things("server"), 0);
}

#[test]
fn every_example_is_formatted_and_applies() {
    for entry in fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/examples")).unwrap() {
        let path = entry.unwrap().path();
        let workspace = Workspace::in_state();
        workspace.write("main.tf", &fs::read_to_string(&path).unwrap());
        if path.ends_with("provider.tf") {
            workspace.remove("versions.tf");
        }
        workspace.ok(&["fmt", "-check", "main.tf"]);
        workspace.init();
        workspace.ok(&["apply", "-auto-approve"]);
        assert!(workspace.unchanged(), "a second plan of {} changes nothing", path.display());
        workspace.ok(&["destroy", "-auto-approve"]);
    }
}

#[test]
fn lives_in_the_state_alone_without_a_directory() {
    let workspace = Workspace::in_state();
    workspace.write("main.tf", NETWORK);
    workspace.init();
    workspace.ok(&["apply", "-auto-approve"]);
    assert!(workspace.unchanged());
    workspace.ok(&["apply", "-refresh-only", "-auto-approve"]);
    assert_eq!(workspace.resource("demo_network")["cidr"], "10.0.0.0/16");
    workspace.ok(&["destroy", "-auto-approve"]);
}

#[test]
fn honours_the_lock_file() {
    let workspace = Workspace::in_state();
    workspace.write("main.tf", NETWORK);
    workspace.init();
    workspace.ok(&["init", "-lockfile=readonly"]);
    let lock = workspace.read(".terraform.lock.hcl");
    assert!(lock.contains("registry.cloudoven.dev/cloudoven/demo"), "{lock}");
    let forged = lock.replacen("h1:", "h1:AAAA", 1);
    workspace.write(".terraform.lock.hcl", &forged);
    workspace.remove(".terraform");
    let output = workspace.fails(&["init", "-lockfile=readonly"]);
    assert!(output.contains("checksum"), "{output}");
}

#[test]
fn fails_on_demand_and_recovers() {
    let workspace = Workspace::kept();
    let failing = |operation: &str| NETWORK.replace('}', &format!("  fail_on = \"{operation}\"\n}}"));
    workspace.write("main.tf", &failing("create"));
    workspace.init();
    let output = workspace.fails(&["apply", "-auto-approve"]);
    assert!(output.contains("Cannot create demo_network"), "{output}");
    assert!(workspace.operations().is_empty(), "nothing was made");

    workspace.write("main.tf", &failing("delete"));
    workspace.ok(&["apply", "-auto-approve"]);
    let output = workspace.fails(&["destroy", "-auto-approve"]);
    assert!(output.contains("Cannot delete demo_network"), "{output}");
    assert_eq!(workspace.resource("demo_network")["name"], "main", "still in the state");

    workspace.write("main.tf", &failing("update"));
    let output = workspace.fails(&["apply", "-auto-approve"]);
    assert!(output.contains("Cannot update demo_network"), "{output}");

    workspace.write("main.tf", &failing("read"));
    workspace.ok(&["apply", "-auto-approve"]);
    let output = workspace.fails(&["plan"]);
    assert!(output.contains("Cannot read demo_network"), "{output}");

    workspace.write("main.tf", NETWORK);
    workspace.ok(&["apply", "-auto-approve", "-refresh=false"]);
    workspace.ok(&["destroy", "-auto-approve"]);
}

#[test]
fn sees_what_others_did_to_the_cloud() {
    let workspace = Workspace::kept();
    workspace.write("main.tf", NETWORK);
    workspace.init();
    workspace.ok(&["apply", "-auto-approve"]);
    let id = workspace.resource("demo_network")["id"].as_str().unwrap().to_owned();
    let file = format!("cloud/network/{id}.json");
    workspace.write(&file, &workspace.read(&file).replace("\"main\"", "\"other\""));
    workspace.ok(&["plan", "-out=plan"]);
    let plan = workspace.json(&["show", "-json", "plan"]);
    assert_eq!(plan["resource_drift"][0]["change"]["after"]["name"], "other");
    assert_eq!(workspace::actions(&plan), ["demo_network update"]);

    workspace.remove(&file);
    workspace.ok(&["plan", "-out=plan"]);
    assert_eq!(workspace::actions(&workspace.json(&["show", "-json", "plan"])), ["demo_network create"]);
}

#[test]
fn imports_what_the_state_has_lost() {
    let workspace = Workspace::kept();
    workspace.write("main.tf", NETWORK);
    workspace.init();
    workspace.ok(&["apply", "-auto-approve"]);
    let id = workspace.resource("demo_network")["id"].as_str().unwrap().to_owned();
    workspace.remove("terraform.tfstate");
    workspace.write("import.tf", &format!("import {{\n  to = demo_network.main\n  id = \"{id}\"\n}}\n"));
    workspace.ok(&["apply", "-auto-approve"]);
    assert_eq!(workspace.resource("demo_network")["id"], id.as_str());
    assert_eq!(workspace.operations(), ["create demo_network"], "imported, not made again");
    workspace.write("import.tf", &NETWORK.replace("\"demo_network\" \"main\"", "\"demo_network\" \"other\""));
    for (id, reason) in [("../../secret", "is no id of this cloud"), ("net-none", "There is no net-none")] {
        let output = workspace.fails(&["import", "demo_network.other", id]);
        assert!(output.contains("Cannot import demo_network") && output.contains(reason), "{output}");
    }
}

#[test]
fn finds_a_network_by_name() {
    let workspace = Workspace::kept();
    let lookup = "data \"demo_network\" \"found\" {\n  name = \"NAME\"\n}\noutput \"id\" {\n  value = data.demo_network.found.id\n}\n";
    workspace.write("main.tf", NETWORK);
    workspace.init();
    workspace.ok(&["apply", "-auto-approve"]);
    workspace.write("lookup.tf", &lookup.replace("NAME", "main"));
    workspace.ok(&["apply", "-auto-approve"]);
    assert_eq!(workspace.json(&["output", "-json", "id"]), workspace.resource("demo_network")["id"]);
    workspace.write("lookup.tf", &lookup.replace("NAME", "nowhere"));
    let output = workspace.fails(&["plan"]);
    assert!(output.contains("no network named \"nowhere\""), "{output}");
}

#[test]
fn names_the_place_of_a_value_that_is_not_allowed() {
    let workspace = Workspace::in_state();
    workspace.write("main.tf", &server("size = \"enormous\"\n  disk {\n    size_gb = 1.5\n  }"));
    workspace.init();
    let output = workspace.json_failing(&["validate", "-json"]);
    let mut found: Vec<(String, String)> = output["diagnostics"]
        .as_array()
        .unwrap()
        .iter()
        .map(|diagnostic| {
            let text = |value: &Value| value.as_str().unwrap_or_default().trim().to_owned();
            (text(&diagnostic["snippet"]["code"]), text(&diagnostic["detail"]))
        })
        .collect();
    found.sort();
    assert_eq!(
        found,
        [
            (
                "size = \"enormous\"".into(),
                "size must be one of small, medium, large, huge, not \"enormous\".".into()
            ),
            ("size_gb = 1.5".into(), "size_gb must be a whole number, zero or more.".into()),
        ]
    );
}

#[test]
fn hides_sensitive_values() {
    let workspace = Workspace::in_state();
    workspace.write(
        "main.tf",
        "resource \"demo_database\" \"d\" {\n  name = \"d\"\n  engine = \"mysql\"\n  admin_password = \"hunter2hunter2\"\n  storage {\n    size_gb = 1\n  }\n}\n",
    );
    workspace.init();
    let output = workspace.ok(&["apply", "-auto-approve"]);
    let connection = workspace.resource("demo_database")["connection_string"].as_str().unwrap().to_owned();
    assert!(connection.starts_with("mysql://"), "{connection}");
    let shown = output + &workspace.ok(&["show"]);
    assert!(!shown.contains("hunter2") && !shown.contains(&connection), "{shown}");
}

#[test]
fn refuses_an_expired_token() {
    let workspace = Workspace::in_state();
    workspace.write("main.tf", &format!("provider \"demo\" {{\n  token = \"expired\"\n}}\n{NETWORK}"));
    workspace.init();
    let output = workspace.fails(&["plan"]);
    assert!(output.contains("The token has expired"), "{output}");
}

#[test]
fn documents_every_argument() {
    let workspace = Workspace::in_state();
    workspace.write("main.tf", NETWORK);
    workspace.init();
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_terraform-provider-demo"))
        .arg("docs")
        .arg(workspace.path("docs"))
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    let schema = workspace.json(&["providers", "schema", "-json"]);
    let schema = &schema["provider_schemas"]["registry.cloudoven.dev/cloudoven/demo"];
    for (group, folder) in [("resource_schemas", "resources"), ("data_source_schemas", "data-sources")] {
        for (name, schema) in schema[group].as_object().unwrap() {
            let page = format!("{folder}/{}.md", name.trim_start_matches("demo_"));
            let written = workspace.read(&format!("docs/{page}"));
            for argument in schema["block"]["attributes"].as_object().unwrap().keys() {
                assert!(written.contains(&format!("- `{argument}` (")), "{argument} is missing in {page}");
            }
            let kept = fs::read_to_string(format!("{}/docs/{page}", env!("CARGO_MANIFEST_DIR"))).unwrap();
            assert_eq!(kept, written, "docs/{page} is out of date: write it again with `make provider-docs`");
        }
    }
}
