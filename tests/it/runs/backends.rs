//! State in the backends of clouds, which emulators play.

use std::path::Path;

use cloudoven_crawler::catalog::open_store;
use cloudoven_tests::{Database, on_both_databases};
use object_store::{ObjectStore, ObjectStoreExt as _};
use serde_json::{Value, json};

use super::support::RunApp;

on_both_databases!(s3_keeps_the_state, gcs_keeps_the_state, a_lock_of_somebody_else_is_respected);

const KEY_ID: &str = "AKIADEPLOYMENTSKEYID";
const SECRET_KEY: &str = "the-deployments-secret-access-key";
const TOKEN: &str = "ya29.the-deployments-access-token";
const PASSWORD: &str = "correct-horse-password";
const SECRETS: [&str; 5] = [KEY_ID, SECRET_KEY, TOKEN, PASSWORD, "the-servers-own-secret"];

const SERVER: &str = r#"
variable "password" {
  type      = string
  sensitive = true
}

resource "demo_network" "main" {
  name = "main"
  cidr = "10.0.0.0/16"
}

resource "demo_subnet" "front" {
  network_id = demo_network.main.id
  cidr       = "10.0.1.0/24"
}

resource "demo_server" "web" {
  name           = "web"
  subnet_id      = demo_subnet.front.id
  admin_password = var.password
}
"#;

/// The address that a variable of `tests/emulators.sh` names.
pub fn emulator(variable: &str) -> String {
    std::env::var(variable)
        .unwrap_or_else(|_| panic!("{variable} is not set: run the tests in tests/emulators.sh"))
}

/// The emulator's address, as containers of runs see it.
fn from_containers(app: &RunApp, variable: &str) -> String {
    emulator(variable).replace("127.0.0.1", &app.gateway())
}

/// Makes a bucket of this installation on the S3 emulator; its name.
pub async fn s3_bucket(purpose: &str, instance: &str) -> String {
    let bucket = format!("{purpose}-{instance}");
    let url = format!("{}/{bucket}", emulator("CLOUDOVEN_TEST_S3"));
    let answer = reqwest::Client::new().put(url).send().await.expect("the emulator answers");
    assert!(answer.status().is_success(), "{}", answer.text().await.unwrap());
    bucket
}

fn s3_settings(app: &RunApp, bucket: &str) -> Value {
    json!({
        "bucket": bucket,
        "region": "us-east-1",
        "endpoints": {"s3": from_containers(app, "CLOUDOVEN_TEST_S3")},
        "use_path_style": true,
        "skip_credentials_validation": true,
        "skip_metadata_api_check": true,
        "skip_region_validation": true,
        "skip_requesting_account_id": true
    })
}

/// A deployment of [`SERVER`] with this backend and these credentials.
async fn deployment(app: &RunApp, backend: &str, settings: &Value, credentials: &[(&str, &str)]) -> String {
    let deployment = app.deployment(SERVER).await;
    let path = format!("/deployments/{deployment}");
    // It may be chosen first and filled in later.
    app.user.patch(&path, &json!({ "backend": backend })).await.expect(200);
    let early = app.user.post(&format!("{path}/runs"), &json!({"operation": "plan"})).await.expect(409);
    assert!(early["detail"].as_str().unwrap().contains("bucket"), "{early}");
    app.user.patch(&path, &json!({ "backend_config": settings })).await.expect(200);
    let password = [("terraform/password", PASSWORD)];
    let variables = credentials.iter().map(|(name, value)| (format!("env/{name}"), *value));
    for (name, value) in password.iter().map(|(name, value)| (String::from(*name), *value)).chain(variables) {
        let body = json!({"value": value, "sensitive": true});
        app.user.put(&format!("{path}/values/{name}"), &body).await.expect(200);
    }
    deployment
}

async fn s3_deployment(app: &RunApp, bucket: &str) -> String {
    let credentials = [("AWS_ACCESS_KEY_ID", KEY_ID), ("AWS_SECRET_ACCESS_KEY", SECRET_KEY)];
    deployment(app, "s3", &s3_settings(app, bucket), &credentials).await
}

async fn s3_keeps_the_state(database: Database) {
    let app = RunApp::start(database).await;
    let bucket = s3_bucket("state", &app.instance).await;
    let deployment = s3_deployment(&app, &bucket).await;
    let store = open_store(&format!("s3://{bucket}")).unwrap();
    let key = format!("{deployment}.tfstate");

    let run = app.start_run(&deployment, "apply").await;
    app.reaches(&run, "planned").await;
    assert!(keys(&*store).await.is_empty(), "a plan leaves neither a state nor a lock");
    app.confirm(&run).await;
    app.reaches(&run, "applied").await;
    assert_eq!(keys(&*store).await, std::slice::from_ref(&key), "the lock is gone");
    let kept: Value = serde_json::from_slice(&object(&*store, &key).await).unwrap();
    shows_state(&app, &deployment, &run, &kept).await;
    hides_secrets(&app, &deployment, &run).await;

    let again = app.start_run(&deployment, "apply").await;
    app.reaches(&again, "planned_and_finished").await;

    let destroyed = app.apply(&deployment, "destroy").await;
    let kept: Value = serde_json::from_slice(&object(&*store, &key).await).unwrap();
    assert_eq!(kept["resources"], json!([]));
    let state = app.user.get(&format!("/deployments/{deployment}/state")).await.expect(200);
    assert_eq!((&state["resources"], &state["run_id"]), (&json!(0), &json!(destroyed)));
    assert_eq!(app.cloud.ledger().len(), 6);
    app.is_clean().await;
}

async fn gcs_keeps_the_state(database: Database) {
    let app = RunApp::start(database).await;
    let bucket = format!("state-{}", app.instance);
    let api = emulator("CLOUDOVEN_TEST_GCS");
    let client = reqwest::Client::new();
    let made = client.post(format!("{api}/storage/v1/b?project=test")).json(&json!({ "name": bucket }));
    assert!(made.send().await.unwrap().status().is_success());
    let endpoint = format!("{}/storage/v1/", from_containers(&app, "CLOUDOVEN_TEST_GCS"));
    let settings = json!({"bucket": bucket, "storage_custom_endpoint": endpoint});
    let deployment = deployment(&app, "gcs", &settings, &[("GOOGLE_OAUTH_ACCESS_TOKEN", TOKEN)]).await;

    let run = app.apply(&deployment, "apply").await;
    let key = format!("{deployment}%2Fdefault.tfstate");
    let kept = client.get(format!("{api}/storage/v1/b/{bucket}/o/{key}?alt=media")).send().await.unwrap();
    shows_state(&app, &deployment, &run, &kept.json().await.unwrap()).await;
    hides_secrets(&app, &deployment, &run).await;
    app.apply(&deployment, "destroy").await;
    assert_eq!(app.cloud.ledger().len(), 6);
    app.is_clean().await;
}

async fn a_lock_of_somebody_else_is_respected(database: Database) {
    let app = RunApp::start(database).await;
    let bucket = s3_bucket("lock", &app.instance).await;
    let deployment = s3_deployment(&app, &bucket).await;
    let store = open_store(&format!("s3://{bucket}")).unwrap();
    let lock = format!("{deployment}.tfstate.tflock");
    let holder = json!({
        "ID": "5d3a5c2e-6f0e-4c1b-9a57-0d4b1c8f2e11",
        "Operation": "OperationTypeApply",
        "Info": "",
        "Who": "somebody@elsewhere",
        "Version": "1.11.4",
        "Created": "2026-01-01T00:00:00Z",
        "Path": format!("{bucket}/{deployment}.tfstate")
    });
    store.put(&lock.as_str().into(), holder.to_string().into()).await.unwrap();

    let run = app.start_run(&deployment, "apply").await;
    // It waits a while for the lock, in a container that can be looked at.
    app.logs(&run, "Acquiring state lock").await;
    let inspected = app.inspected();
    assert!(inspected.contains(&run), "{inspected}");
    for secret in SECRETS {
        assert!(!inspected.contains(secret), "{secret} in {inspected}");
    }
    let view = app.reaches(&run, "errored").await;
    assert!(view["reason"].as_str().unwrap().contains("Error acquiring the state lock"), "{view}");
    let log = app.log(&run).await;
    assert!(log.contains("somebody@elsewhere"), "{log}");
    assert_eq!(keys(&*store).await, std::slice::from_ref(&lock), "it stays locked");
    assert!(app.cloud.ledger().is_empty());

    store.delete(&lock.as_str().into()).await.unwrap();
    let run = app.start_run(&deployment, "plan").await;
    app.reaches(&run, "planned_and_finished").await;
    app.is_clean().await;
}

/// Keys of everything in a bucket.
async fn keys(store: &dyn ObjectStore) -> Vec<String> {
    use futures::TryStreamExt as _;
    let found: Vec<_> = store.list(None).try_collect().await.expect("the bucket can be listed");
    found.into_iter().map(|object| object.location.to_string()).collect()
}

async fn object(store: &dyn ObjectStore, key: &str) -> Vec<u8> {
    let found = store.get(&key.into()).await.expect("the object is there");
    found.bytes().await.expect("the object can be read").to_vec()
}

/// What the backend keeps is what people see, without what is sensitive, and it is no managed version.
async fn shows_state(app: &RunApp, deployment: &str, run: &str, kept: &Value) {
    assert_eq!(kept["resources"].as_array().map(Vec::len), Some(3), "{kept}");
    let state = app.user.get(&format!("/deployments/{deployment}/state")).await.expect(200);
    assert_eq!(state["run_id"], run);
    assert_eq!(state["resources"], 3);
    assert_eq!((&state["serial"], &state["lineage"]), (&kept["serial"], &kept["lineage"]));
    let resources = state["content"]["resources"].as_array().unwrap();
    let server = resources.iter().find(|r| r["address"] == "demo_server.web").unwrap();
    assert_eq!(server["attributes"]["admin_password"], "(sensitive)");
    let (status, page) = app.user.page(&format!("/deployments/{deployment}")).await;
    assert!(status == 200 && page.contains("demo_server.web"), "{page}");
    let versions = app.user.get(&format!("/deployments/{deployment}/state-versions")).await.expect(200);
    assert_eq!(versions["items"], json!([]));
}

/// No credential is in anything that can be read, nor in what is stored.
async fn hides_secrets(app: &RunApp, deployment: &str, run: &str) {
    let mut texts = vec![app.log(run).await];
    for path in [
        format!("/runs/{run}"),
        format!("/runs/{run}/plan"),
        format!("/runs/{run}/events"),
        format!("/deployments/{deployment}"),
        format!("/deployments/{deployment}/values"),
        format!("/deployments/{deployment}/state"),
    ] {
        texts.push(app.user.get(&path).await.expect(200).to_string());
    }
    for page in [format!("/runs/{run}"), format!("/deployments/{deployment}")] {
        texts.push(app.user.page(&page).await.1);
    }
    for (place, bytes) in
        texts.into_iter().map(|t| ("an answer".to_owned(), t.into_bytes())).chain(files(app.test.data()))
    {
        let text = String::from_utf8_lossy(&bytes);
        for secret in SECRETS {
            assert!(!text.contains(secret), "{secret} is in {place}");
        }
    }
}

/// Everything below a directory, with its place.
fn files(directory: &Path) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else if let Ok(bytes) = std::fs::read(&path) {
            // A temporary file may have gone meanwhile.
            found.push((path.display().to_string(), bytes));
        }
    }
    found
}
