//! A server whose catalog and blobs are in S3, which an emulator plays.

use cloudoven_crawler::catalog::open_store;
use cloudoven_tests::{Database, catalog::import_acme, on_both_databases};
use futures::TryStreamExt as _;
use object_store::ObjectStoreExt as _;
use serde_json::json;

use super::{
    backends::s3_bucket,
    support::{Docker, RunApp, rand_id},
};

on_both_databases!(catalog_revisions_and_runs_are_in_s3);

const NETWORK: &str = r#"
variable "name" {
  type      = string
  sensitive = true
}

resource "demo_network" "main" {
  name = var.name
  cidr = "10.0.0.0/16"
}
"#;

async fn catalog_revisions_and_runs_are_in_s3(database: Database) {
    let bucket = s3_bucket("blobs", &format!("{:016x}", rand_id())).await;
    let blobs = format!("s3://{bucket}/installation");
    let adjust = |config: &mut cloudoven::config::Config| {
        config.blobs.clone_from(&blobs);
        config.run_slots = 2;
    };
    let app = RunApp::on(Docker::default(), database, adjust).await;
    app.work();
    assert_eq!(app.test.health().await["blobs"]["ok"], true);

    import_acme(&app.test.app).await;
    let providers = app.user.get("/catalog/providers").await.expect(200);
    assert!(providers.to_string().contains("hashicorp/acme"), "{providers}");

    let deployment = app.deployment(NETWORK).await;
    let value = format!("/deployments/{deployment}/values/terraform/name");
    app.user.put(&value, &json!({"value": "a-name-that-is-secret", "sensitive": true})).await.expect(200);
    let run = app.apply(&deployment, "apply").await;
    let plan = app.user.get(&format!("/runs/{run}/plan")).await.expect(200);
    assert_eq!(plan["resources"][0]["address"], "demo_network.main");
    let state = app.user.get(&format!("/deployments/{deployment}/state")).await.expect(200);
    assert_eq!(state["resources"], 1);
    let again = app.start_run(&deployment, "apply").await;
    app.reaches(&again, "planned_and_finished").await;

    let store = open_store(&blobs).unwrap();
    let objects: Vec<_> = store.list(None).try_collect().await.unwrap();
    for part in ["catalog/v1/", "runs/", "states/", "deployments/"] {
        let is_there = objects.iter().any(|object| object.location.as_ref().starts_with(part));
        assert!(is_there, "nothing below {part}: {objects:?}");
    }
    for object in &objects {
        let bytes = store.get(&object.location).await.unwrap().bytes().await.unwrap();
        assert!(!String::from_utf8_lossy(&bytes).contains("a-name-that-is-secret"), "{}", object.location);
    }
    assert!(!app.test.data().join("blobs").exists(), "nothing is kept beside the bucket");
    app.is_clean().await;
}
