//! Several versions of a provider: what changed, what a move would break, the move; examples as parts of blueprints.

use cloudoven_tests::{
    Database, TestApp, User,
    catalog::{import_acme, import_next_acme},
    on_both_databases,
};
use serde_json::{Value, json};

on_both_databases!(
    versions_are_compared,
    a_move_says_what_it_breaks,
    a_move_keeps_what_people_wrote,
    only_own_blueprints_are_told,
    examples_become_parts_of_blueprints,
    examples_that_are_no_code_are_refused,
    every_page_has_the_strict_policy
);

const ACME: &str = "/catalog/registry.terraform.io/hashicorp/acme";
const REST: &str = "/catalog/providers/registry.terraform.io/hashicorp/acme";

const PROVIDERS: &str = r#"terraform {
  required_providers {
    # Ours.
    acme = {
      source  = "hashicorp/acme"
      version = "~> 1.2" # pinned
    }
  }
}
"#;

const MAIN: &str = r#"resource "acme_network" "main" {
  name = "main"
}

resource "acme_server" "web" {
  name       = "web"
  network_id = acme_network.main.id
  size       = "small"
  public     = true

  disk {
    gigabytes = 10
  }
}
"#;

async fn start(database: Database) -> (TestApp, User) {
    let server = TestApp::start(database).await;
    import_acme(&server.app).await;
    import_next_acme(&server.app).await;
    let ann = server.user("ann").await;
    (server, ann)
}

/// A blueprint that designs against 1.2.3.
async fn blueprint(user: &User) -> String {
    let project = user.create("/projects", &json!({"name": "orders"})).await;
    let files = json!({"main.tf": MAIN, "providers.tf": PROVIDERS});
    user.create(&format!("/projects/{project}/blueprints"), &json!({"name": "hub", "files": files})).await
}

async fn file(user: &User, blueprint: &str, name: &str) -> String {
    let files = user.get(&format!("/blueprints/{blueprint}/files")).await.expect(200);
    files["files"][name].as_str().unwrap_or_default().to_owned()
}

async fn versions_are_compared(database: Database) {
    let (_server, ann) = start(database).await;
    let diff = ann.get(&format!("{REST}/1.2.3/diff/2.0.0")).await.expect(200);
    let changes =
        &diff["elements"].as_array().unwrap().iter().find(|e| e["name"] == "acme_server").unwrap()["changes"];
    let has = |path: &str, impact: &str| {
        changes.as_array().unwrap().iter().any(|c| c["path"] == path && c["impact"] == impact)
    };
    assert!(has("size", "breaking") && has("zone", "breaking"), "{changes}");

    let (status, page) = ann.page(&format!("{ACME}/1.2.3/diff/2.0.0")).await;
    assert_eq!(status, 200);
    let server_at = page.find("<code>acme_server</code>").unwrap();
    assert!(server_at < page.find("<code>acme_firewall</code>").unwrap(), "what breaks comes first");
    assert!(page.contains("/acme/1.2.3/resource/acme_server#arg-size"), "what is gone leads to where it was");
    assert!(page.contains("/acme/2.0.0/resource/acme_server#arg-zone"), "what is new leads to where it is");

    let (_, narrowed) =
        ann.page(&format!("{ACME}/1.2.3/diff/2.0.0?q=size&impact=breaking&change=removed")).await;
    assert!(narrowed.contains("1 change in 1 element"), "{narrowed}");
    let (_, nothing) = ann.page(&format!("{ACME}/1.2.3/diff/2.0.0?q=nowhere")).await;
    assert!(nothing.contains("Nothing matches"));
    let (status, chosen) = ann.page(&format!("{ACME}/compare?from=1.2.3&to=2.0.0")).await;
    assert!(status == 200 && chosen.contains("acme_firewall"));
    for missing in ["/1.2.3/diff/9.9.9", "/9.9.9/diff/1.2.3", "/compare?from=1.2.3&to=x"] {
        assert_eq!(ann.page(&format!("{ACME}{missing}")).await.0, 404, "{missing}");
    }
    ann.get(&format!("{REST}/1.2.3/diff/9.9.9")).await.expect(404);
}

async fn a_move_says_what_it_breaks(database: Database) {
    let (_server, ann) = start(database).await;
    let id = blueprint(&ann).await;
    let providers = ann.get(&format!("/blueprints/{id}/providers")).await.expect(200);
    assert_eq!(providers[0]["version"], "1.2.3");
    assert_eq!(providers[0]["constraint"], "~> 1.2");
    assert_eq!(providers[0]["versions"], json!(["2.0.0", "1.2.3"]));

    let impact = ann.get(&format!("/blueprints/{id}/providers/acme/impact?to=2.0.0")).await.expect(200);
    let introduced = impact["introduced"].as_array().unwrap();
    let has = |severity: &str, path: &str| {
        introduced
            .iter()
            .any(|d| d["severity"] == severity && d["path"] == path && d["address"] == "acme_server.web")
    };
    assert!(has("error", "size") && has("error", "zone") && has("warning", "public"), "{introduced:#?}");
    assert!(introduced.iter().all(|d| d["file"] == "main.tf" && d["line"].as_i64().unwrap() >= 5));
    assert_eq!(impact["constraint"], "~> 2.0");
    let gone = impact["changes"].as_array().unwrap().iter().find(|c| c["path"] == "size").unwrap();
    assert_eq!((&gone["impact"], &gone["line"]), (&json!("breaking"), &json!(8)));

    let (status, page) = ann.page(&format!("/blueprints/{id}/providers?provider=acme&to=2.0.0")).await;
    assert_eq!(status, 200);
    for expected in [
        "2 errors",
        "1 warning",
        "main.tf:8",
        &format!("/blueprints/{id}?element=acme_server.web"),
        "~&#62; 2.0",
    ] {
        assert!(page.contains(expected), "{expected} in {page}");
    }
    ann.get(&format!("/blueprints/{id}/providers/acme/impact?to=9.9.9")).await.expect(404);
    ann.get(&format!("/blueprints/{id}/providers/nobody/impact?to=2.0.0")).await.expect(404);
}

async fn a_move_keeps_what_people_wrote(database: Database) {
    let (_server, ann) = start(database).await;
    let id = blueprint(&ann).await;
    let moving = |base: &str| {
        let request = ann.request(reqwest::Method::POST, &format!("/blueprints/{id}/providers/acme/move"));
        request.header("if-match", base.to_owned()).json(&json!({"to": "2.0.0"})).send()
    };
    assert_eq!(moving("\"7\"").await.unwrap().status(), 404, "there is no such revision");
    let moved: Value = moving("\"1\"").await.unwrap().json().await.unwrap();
    assert_eq!(moved["revision"], 2);
    assert_eq!(file(&ann, &id, "providers.tf").await, PROVIDERS.replace("~> 1.2", "~> 2.0"));
    assert_eq!(file(&ann, &id, "main.tf").await, MAIN, "nothing else changes");
    assert_eq!(moving("\"1\"").await.unwrap().status(), 409, "somebody was faster");
    let providers = ann.get(&format!("/blueprints/{id}/providers")).await.expect(200);
    assert_eq!(providers[0]["version"], "2.0.0");
    let diagnostics = ann.get(&format!("/blueprints/{id}/diagnostics")).await.expect(200);
    assert!(diagnostics.to_string().contains("zone is required"), "{diagnostics}");

    let undo = ann.request(reqwest::Method::POST, &format!("/blueprints/{id}/steps"));
    let undone = undo.header("if-match", "\"2\"").json(&json!({"step": "undo"})).send().await.unwrap();
    assert_eq!(undone.status(), 200);
    assert_eq!(file(&ann, &id, "providers.tf").await, PROVIDERS);

    let form = [("base", "3"), ("to", "2.0.0")];
    assert_eq!(ann.submit(&format!("/blueprints/{id}/providers/acme/move"), &form).await.0, 200);
    assert_eq!(ann.submit(&format!("/blueprints/{id}/providers/acme/move"), &form).await.0, 422);
}

/// Somebody who may not see a blueprint does not learn of it by asking who a move would break.
async fn only_own_blueprints_are_told(database: Database) {
    let (server, ann) = start(database).await;
    let bob = server.user("bob").await;
    let id = blueprint(&bob).await;
    let list = bob.get(&format!("{REST}/2.0.0/impact")).await.expect(200);
    assert_eq!(list["items"][0]["id"], Value::String(id.clone()));
    assert_eq!(list["items"][0]["impact"]["introduced"].as_array().unwrap().len(), 3);
    let (status, page) = bob.page(&format!("{ACME}/2.0.0/impact")).await;
    assert!(status == 200 && page.contains("impact?after="), "{page}");
    let (_, part) = bob.page(&format!("{ACME}/2.0.0/impact?after=")).await;
    assert!(part.contains(&id) && part.contains("2 errors"), "{part}");

    // The first user is an administrator and sees all; the third sees none.
    let all = ann.get(&format!("{REST}/2.0.0/impact")).await.expect(200);
    assert_eq!(all["checked"], 1);
    let eve = server.user("eve").await;
    let none = eve.get(&format!("{REST}/2.0.0/impact")).await.expect(200);
    assert_eq!((&none["checked"], &none["items"]), (&json!(0), &json!([])));
    eve.get(&format!("/blueprints/{id}/providers")).await.expect(404);
    eve.get(&format!("/blueprints/{id}/providers/acme/impact?to=2.0.0")).await.expect(404);
    assert_eq!(eve.page(&format!("/blueprints/{id}/providers")).await.0, 404);
    let form = [("base", "1"), ("to", "2.0.0")];
    assert_eq!(eve.submit(&format!("/blueprints/{id}/providers/acme/move"), &form).await.0, 404);
    let add = format!("{ACME}/2.0.0/resource/acme_server/examples/1/add");
    assert_eq!(eve.submit(&add, &[("blueprint", &id)]).await.0, 404);
}

async fn examples_become_parts_of_blueprints(database: Database) {
    let (_server, ann) = start(database).await;
    let id = blueprint(&ann).await;
    let add = format!("{ACME}/2.0.0/resource/acme_server/examples/1/add");
    let (_, dialog) = ann.page(&add).await;
    assert!(dialog.contains("hub") && dialog.contains("orders"), "{dialog}");
    assert_eq!(ann.submit(&add, &[("blueprint", &id)]).await.0, 200);
    let main = file(&ann, &id, "main.tf").await;
    assert!(main.starts_with(MAIN), "what was there stays: {main}");
    for expected in [
        "resource \"acme_network\" \"main_2\"",
        "# In the first zone.\nresource \"acme_server\" \"web_2\"",
        "network_id = acme_network.main_2.id",
    ] {
        assert!(main.contains(expected), "{expected} in {main}");
    }
    assert_eq!(file(&ann, &id, "providers.tf").await, PROVIDERS, "the provider is required already");
    let history = ann.get(&format!("/blueprints/{id}/revisions")).await.expect(200);
    assert_eq!(history["items"][0]["message"], "Added an example");
    assert_eq!(ann.page(&format!("{ACME}/2.0.0/resource/acme_server/examples/9/add")).await.0, 404);

    let project = ann.create("/projects", &json!({"name": "new"})).await;
    let empty = ann.create(&format!("/projects/{project}/blueprints"), &json!({"name": "empty"})).await;
    assert_eq!(ann.submit(&add, &[("blueprint", &empty)]).await.0, 200);
    assert!(
        file(&ann, &empty, "providers.tf").await.contains("hashicorp/acme"),
        "the provider gets its entry"
    );
}

async fn examples_that_are_no_code_are_refused(database: Database) {
    let (_server, ann) = start(database).await;
    let id = blueprint(&ann).await;
    let code = json!({"op": "add_code", "code": "resource \"a\" {\n  x = \n}\n"});
    let request = ann.request(reqwest::Method::POST, &format!("/blueprints/{id}/edits"));
    let answer = request.header("if-match", "\"1\"").json(&code).send().await.unwrap();
    assert_eq!(answer.status(), 422);
    assert!(answer.text().await.unwrap().contains("2:"), "the place is told");
    assert_eq!(file(&ann, &id, "main.tf").await, MAIN);
}

async fn every_page_has_the_strict_policy(database: Database) {
    let (server, ann) = start(database).await;
    let id = blueprint(&ann).await;
    let client = reqwest::Client::new();
    for path in [
        "/catalog".to_owned(),
        "/catalog/search?q=server".to_owned(),
        format!("{ACME}/2.0.0"),
        format!("{ACME}/2.0.0/impact"),
        format!("{ACME}/2.0.0/impact?after="),
        format!("{ACME}/1.2.3/diff/2.0.0"),
        format!("{ACME}/2.0.0/resource/acme_server"),
        format!("{ACME}/2.0.0/resource/acme_server?block=disk"),
        format!("{ACME}/2.0.0/resource/acme_server?find=disk"),
        format!("{ACME}/2.0.0/resource/acme_server/examples/1/add"),
        format!("{ACME}/2.0.0/resource/nothing"),
        format!("/blueprints/{id}"),
        format!("/blueprints/{id}/providers?provider=acme&to=2.0.0"),
    ] {
        let answer = client.get(server.url(&path)).bearer_auth(ann.token()).send().await.unwrap();
        let policy = answer.headers()["content-security-policy"].to_str().unwrap().to_owned();
        assert!(policy.starts_with("default-src 'self'") && !policy.contains("unsafe"), "{path}: {policy}");
    }
}
