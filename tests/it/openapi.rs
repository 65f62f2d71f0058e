//! The API's description, so that a change to it is seen.

use std::path::Path;

use cloudoven_tests::{Database, TestApp, on_both_databases};
use serde_json::Value;

on_both_databases!(is_as_written_down, unknown_addresses_answer_as_the_api_does);

async fn is_as_written_down(database: Database) {
    let server = TestApp::start(database).await;
    let text = reqwest::get(server.url("/api/v1/openapi.json")).await.unwrap().text().await.unwrap();
    let now: Value = serde_json::from_str(&text).unwrap();
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/openapi.json");
    if std::env::var_os("UPDATE_OPENAPI").is_some() {
        std::fs::write(&file, format!("{}\n", serde_json::to_string_pretty(&now).unwrap())).unwrap();
    }
    let written: Value = serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
    assert!(
        now == written,
        "the API has changed; look at the change with UPDATE_OPENAPI=1 cargo test openapi"
    );
    let operations = now["paths"].as_object().unwrap().values().flat_map(|p| p.as_object().unwrap().values());
    let mut ids: Vec<_> = operations.map(|o| o["operationId"].as_str().unwrap()).collect();
    let count = ids.len();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), count, "operation ids are unique");
}

async fn unknown_addresses_answer_as_the_api_does(database: Database) {
    let server = TestApp::start(database).await;
    for path in ["/api/v1/nothing", "/api/v2/projects", "/api/x"] {
        let answer = reqwest::get(server.url(path)).await.unwrap();
        assert_eq!(answer.status(), 404, "{path}");
        assert_eq!(answer.headers()["content-type"], "application/problem+json", "{path}");
    }
}
