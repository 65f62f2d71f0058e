//! Projects and what is in them.

use cloudoven_tests::{Database, TestApp, on_both_databases};
use serde_json::json;

on_both_databases!(
    lives_and_goes,
    strangers_see_nothing,
    names_are_checked,
    history_only_grows,
    deployments_hold_values,
    lists_go_on
);

async fn lives_and_goes(database: Database) {
    let server = TestApp::start(database).await;
    let ann = server.user("ann").await;
    let (project, blueprint, environment) = ann.project().await;
    let renamed = ann.patch(&format!("/projects/{project}"), &json!({"name": "Orders 2"})).await.expect(200);
    assert_eq!((renamed["name"].as_str(), renamed["blueprints"].as_i64()), (Some("Orders 2"), Some(1)));
    ann.patch(&format!("/blueprints/{blueprint}"), &json!({"name": "Store"})).await.expect(200);
    ann.patch(&format!("/environments/{environment}"), &json!({"name": "test"})).await.expect(200);
    ann.delete(&format!("/projects/{project}")).await.expect(204);
    ann.get(&format!("/blueprints/{blueprint}")).await.expect(404);
    ann.get(&format!("/environments/{environment}")).await.expect(404);
}

async fn strangers_see_nothing(database: Database) {
    let server = TestApp::start(database).await;
    let (admin, ann, bob) = (server.user("root").await, server.user("ann").await, server.user("bob").await);
    let (project, blueprint, environment) = ann.project().await;
    for path in [
        format!("/projects/{project}"),
        format!("/blueprints/{blueprint}"),
        format!("/environments/{environment}"),
    ] {
        bob.get(&path).await.expect(404);
        bob.patch(&path, &json!({"name": "mine"})).await.expect(404);
        bob.delete(&path).await.expect(404);
        admin.get(&path).await.expect(200);
    }
    assert_eq!(bob.get("/projects").await.expect(200)["items"], json!([]));
    ann.post(&format!("/projects/{project}/members"), &json!({"email": "bob@example.com"})).await.expect(200);
    bob.get(&format!("/blueprints/{blueprint}/files")).await.expect(200);
}

async fn names_are_checked(database: Database) {
    let server = TestApp::start(database).await;
    let ann = server.user("ann").await;
    let long = "x".repeat(101);
    for bad in ["", "  ", "a\nb", "a\u{0}b", long.as_str()] {
        let refused = ann.post("/projects", &json!({"name": bad})).await.expect(422);
        assert_eq!(refused["errors"][0]["pointer"], "/name", "{bad:?}");
    }
    let (project, ..) = ann.project().await;
    ann.post(&format!("/projects/{project}/environments"), &json!({"name": "a/b"})).await.expect(422);
    ann.post(&format!("/projects/{project}/environments"), &json!({"name": "dev"})).await.expect(422);
    ann.post("/projects", &json!({"nam": "x"})).await.expect(422);
}

async fn history_only_grows(database: Database) {
    let server = TestApp::start(database).await;
    let ann = server.user("ann").await;
    let (_, blueprint, _) = ann.project().await;
    let path = format!("/blueprints/{blueprint}");
    let step = async |base: i64, body: serde_json::Value| {
        let request = ann.request(reqwest::Method::POST, &format!("{path}/steps"));
        let response = request.header("if-match", format!("\"{base}\"")).json(&body).send().await.unwrap();
        cloudoven_tests::Answer::read(response).await
    };
    step(1, json!({"step": "undo"})).await.expect(409);
    step(1, json!({"step": "restore", "revision": 7})).await.expect(404);
    step(1, json!({"step": "restore", "revision": 1})).await.expect(200);
    step(1, json!({"step": "undo"})).await.expect(409);
    ann.post(&format!("{path}/steps"), &json!({"step": "undo"})).await.expect(422);
    assert_eq!(ann.get(&format!("{path}/revisions")).await.expect(200)["items"].as_array().unwrap().len(), 2);
}

async fn deployments_hold_values(database: Database) {
    let server = TestApp::start(database).await;
    let ann = server.user("ann").await;
    let (project, blueprint, environment) = ann.project().await;
    let new = json!({"blueprint_id": blueprint, "environment_id": environment, "backend": "managed"});
    let id = ann.create("/deployments", &new).await;
    ann.post("/deployments", &new).await.expect(409);
    let path = format!("/deployments/{id}");
    let precise = "123456789012345678901234567890.5";
    let body: serde_json::Value = serde_json::from_str(&format!("{{\"value\": {precise}}}")).unwrap();
    ann.put(&format!("{path}/values/terraform/size"), &body).await.expect(200);
    let raw = ann.request(reqwest::Method::PUT, &format!("{path}/values/terraform/exact"));
    raw.header("content-type", "application/json")
        .body(format!("{{\"value\": {precise}}}"))
        .send()
        .await
        .unwrap();
    let secret = json!({"value": "hunter2-and-more", "sensitive": true});
    ann.put(&format!("{path}/values/env/ARM_CLIENT_SECRET"), &secret).await.expect(200);
    let text = ann
        .request(reqwest::Method::GET, &format!("{path}/values"))
        .send()
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    assert!(text.contains(precise), "numbers stay as they were typed: {text}");
    assert!(!text.contains("hunter2"), "a sensitive value never comes back");
    ann.put(&format!("{path}/values/env/1X"), &json!({"value": "x"})).await.expect(422);
    ann.put(&format!("{path}/values/env/X"), &json!({"value": 5})).await.expect(422);
    let pinned = ann.patch(&path, &json!({"revision": 1})).await.expect(200);
    assert_eq!(pinned["revision"], 1);
    ann.patch(&path, &json!({"revision": 9})).await.expect(422);
    assert_eq!(ann.patch(&path, &json!({"revision": null})).await.expect(200)["revision"], json!(null));
    assert_eq!(
        ann.get(&format!("/projects/{project}/deployments")).await.expect(200).as_array().unwrap().len(),
        1
    );
    ann.delete(&path).await.expect(204);
    ann.get(&path).await.expect(404);
}

async fn lists_go_on(database: Database) {
    let server = TestApp::start(database).await;
    let ann = server.user("ann").await;
    for i in 0..103 {
        ann.create("/projects", &json!({"name": format!("p{i:03}")})).await;
    }
    let first = ann.get("/projects").await.expect(200);
    assert_eq!(first["items"].as_array().unwrap().len(), 100);
    let cursor = first["next"].as_str().unwrap();
    let rest = ann.get(&format!("/projects?cursor={cursor}")).await.expect(200);
    let names: Vec<_> =
        rest["items"].as_array().unwrap().iter().map(|p| p["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["p100", "p101", "p102"]);
    assert!(rest["next"].is_null());
    ann.get("/projects?cursor=nonsense").await.expect(422);
}
