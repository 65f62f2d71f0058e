//! The edits that change how a blueprint is made up, over REST.

use cloudoven_tests::{Database, TestApp, User, on_both_databases};
use reqwest::Method;
use serde_json::{Value, json};

use super::design::Design;

on_both_databases!(
    files_have_folders,
    values_get_names_and_lose_them,
    a_value_of_a_deployment_is_not_lost,
    structure_changes_and_goes_back
);

const MAIN: &str = "# The network.\nresource \"terraform_data\" \"net\" {\n  input = \"10.0.0.0/16\"\n}\n\n\
    resource \"terraform_data\" \"each\" {\n  count = 2\n  input = \"${terraform_data.net.output}-${count.index}\"\n}\n\n\
    output \"first\" {\n  value = terraform_data.each[0].id\n}\n";

async fn design<'a>(server: &TestApp, user: &'a User) -> Design<'a> {
    let mut design = Design::new(server, user).await;
    let files = json!({"files": {"main.tf": MAIN, "variables.tf": ""}});
    assert_eq!(design.send(Method::PUT, "/files", &files).await.status, 200);
    design.revision += 1;
    design
}

async fn files_have_folders(database: Database) {
    let server = TestApp::start(database).await;
    let ann = server.user("ann").await;
    let mut design = design(&server, &ann).await;
    design.edit(json!({"op": "add_file", "file": "modules/a/b/c/main.tf"})).await;
    let module = "variable \"inside\" {}\nresource \"nobody_knows\" \"this\" {\n  x = var.gone\n}\n";
    design.edit(json!({"op": "set_file", "file": "modules/a/b/c/main.tf", "text": module})).await;
    let refused =
        design.refused(json!({"op": "set_file", "file": "modules/a/b/c/main.tf", "text": "x = \n"})).await;
    assert_eq!(refused["errors"][0]["pointer"], "/files/modules~1a~1b~1c~1main.tf");
    for file in
        ["a/b/c/d/e/f.tf", "../a.tf", "a/../../b.tf", "/etc/x.tf", "a\\b.tf", ".terraform/x.tf", "con/x.tf"]
    {
        design.refused(json!({"op": "add_file", "file": file})).await;
        design.refused(json!({"op": "move_element", "element": "terraform_data.net", "file": file})).await;
    }
    // A module's elements are not the blueprint's: nothing is said of them, and they are in no view.
    for view in ["elements", "graph", "diagnostics"] {
        let seen = ann.get(&format!("{}/{view}", design.path)).await.expect(200).to_string();
        assert!(!seen.contains("inside") && !seen.contains("nobody_knows"), "{view}: {seen}");
    }
    let folder = tempfile::tempdir().unwrap();
    design.unzip(folder.path()).await;
    assert_eq!(std::fs::read_to_string(folder.path().join("modules/a/b/c/main.tf")).unwrap(), module);
    let readme = std::fs::read_to_string(folder.path().join("README.md")).unwrap();
    assert!(!readme.contains("inside"), "{readme}");
}

async fn values_get_names_and_lose_them(database: Database) {
    let server = TestApp::start(database).await;
    let ann = server.user("ann").await;
    let mut design = design(&server, &ann).await;
    let variable = json!({
        "op": "make_variable", "element": "terraform_data.net", "path": "input", "name": "cidr",
        "type": "string", "description": "All of it.", "sensitive": false,
    });
    assert_eq!(design.edit(variable).await["address"], "var.cidr");
    let expected = "variable \"cidr\" {\n  type        = string\n  description = \"All of it.\"\n  default     = \"10.0.0.0/16\"\n}\n";
    assert_eq!(design.file("variables.tf").await, expected);
    let local = json!({"op": "make_local", "element": "terraform_data.net", "path": "input", "name": "net"});
    assert_eq!(design.edit(local).await["address"], "local.net");
    let output = json!({"op": "make_output", "element": "terraform_data.each", "path": "id"});
    assert_eq!(design.edit(output).await["address"], "output.each_id");
    assert!(design.file("outputs.tf").await.contains("value = terraform_data.each[*].id"));
    let counted = json!({"op": "make_local", "element": "terraform_data.each", "path": "input"});
    let refused = design.refused(counted).await;
    assert!(refused["errors"][0]["message"].as_str().unwrap().contains("count"), "{refused}");
    design.edit(json!({"op": "inline_variable", "element": "var.cidr"})).await;
    assert!(design.file("main.tf").await.contains("  net = \"10.0.0.0/16\"\n"));
    assert_eq!(design.file("variables.tf").await, "");
    design.edit(json!({"op": "add_element", "kind": "provider", "type": "acme", "name": "west"})).await;
    assert!(design.file("providers.tf").await.contains("alias = \"west\""));
}

async fn a_value_of_a_deployment_is_not_lost(database: Database) {
    let server = TestApp::start(database).await;
    let ann = server.user("ann").await;
    let mut design = design(&server, &ann).await;
    design
        .edit(
            json!({"op": "make_variable", "element": "terraform_data.net", "path": "input", "name": "cidr"}),
        )
        .await;
    let blueprint = ann.get(&design.path).await.expect(200);
    let project = blueprint["project_id"].as_str().unwrap();
    let environment =
        ann.create(&format!("/projects/{project}/environments"), &json!({"name": "live"})).await;
    let ids = json!({"blueprint_id": blueprint["id"], "environment_id": environment});
    let deployment = ann.create("/deployments", &ids).await;
    let value = format!("/deployments/{deployment}/values/terraform/cidr");
    ann.put(&value, &json!({"value": "10.9.0.0/16"})).await.expect(200);
    let inline = json!({"op": "inline_variable", "element": "var.cidr"});
    let refused = design.send(Method::POST, "/edits", &inline).await.expect(409);
    assert!(refused["detail"].as_str().unwrap().contains("live"), "{refused}");
    ann.delete(&value).await.expect(204);
    design.edit(inline).await;
}

async fn structure_changes_and_goes_back(database: Database) {
    let server = TestApp::start(database).await;
    let ann = server.user("ann").await;
    let mut design = design(&server, &ann).await;
    let edits = [
        json!({"op": "move_element", "element": "terraform_data.net", "file": "network.tf"}),
        json!({"op": "count_to_for_each", "element": "terraform_data.each", "keys": ["a", "b"]}),
        json!({"op": "extract_module", "elements": ["terraform_data.each"], "name": "many"}),
    ];
    for edit in edits {
        design.edit(edit).await;
    }
    assert!(design.file("network.tf").await.starts_with("# The network.\n"));
    let main = design.file("main.tf").await;
    assert!(
        main.contains("source = \"./modules/many\"")
            && main.contains("to   = module.many.terraform_data.each"),
        "{main}"
    );
    let module = design.file("modules/many/main.tf").await;
    assert!(module.contains("\"${var.net_output}-${each.value}\""), "{module}");
    let found = ann.get(&format!("{}/diagnostics", design.path)).await.expect(200);
    let errors = found.as_array().unwrap().iter().filter(|d| d["severity"] == "error");
    assert_eq!(errors.count(), 0, "{found}");
    for _ in 0..3 {
        let step = design.send(Method::POST, "/steps", &json!({"step": "undo"})).await.expect(200);
        design.revision = step["number"].as_i64().unwrap();
    }
    assert_eq!(design.file("main.tf").await, MAIN);
    let files = ann.get(&format!("{}/files", design.path)).await.expect(200);
    let names: Vec<&String> = files["files"].as_object().unwrap().keys().collect();
    assert_eq!(names, ["main.tf", "variables.tf"]);
    for (edit, why) in [
        (json!({"op": "count_to_for_each", "element": "terraform_data.net"}), "no count"),
        (json!({"op": "count_to_for_each", "element": "terraform_data.each", "keys": ["a"]}), "2 of it"),
        (json!({"op": "extract_module", "elements": ["output.first"], "name": "m"}), "stays"),
        (json!({"op": "extract_module", "elements": ["terraform_data.net"]}), "`name`"),
        (json!({"op": "make_dynamic", "element": "terraform_data.net", "path": "input"}), "no block"),
    ] {
        let refused: Value = design.refused(edit.clone()).await;
        assert!(refused.to_string().contains(why), "{edit}: {refused}");
    }
}
