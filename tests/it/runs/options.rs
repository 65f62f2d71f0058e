//! Runs of a part of a deployment, with replacements, with values of their own.

use cloudoven_tests::{Database, on_both_databases};
use serde_json::{Value, json};

use super::support::RunApp;

on_both_databases!(a_run_does_what_its_options_say, options_that_cannot_be_are_refused);

const MAIN: &str = r#"
variable "size" {
  type    = number
  default = 1
}

variable "secret" {
  type      = string
  default   = "first"
  sensitive = true
}

resource "demo_network" "main" {
  name = "main"
  cidr = "10.0.${var.size}.0/24"
}

resource "demo_network" "other" {
  name = "other"
  cidr = "10.1.0.0/24"
  tags = { secret = var.secret }
}
"#;

fn changes(plan: &Value) -> Vec<String> {
    let resources = plan["resources"].as_array().unwrap().iter();
    let changed = resources.filter(|r| r["action"] != "no-op" && r["action"] != "no_op");
    changed.map(|r| format!("{} {}", r["action"].as_str().unwrap(), r["address"].as_str().unwrap())).collect()
}

async fn a_run_does_what_its_options_say(database: Database) {
    let app = RunApp::start(database).await;
    let deployment = app.deployment(MAIN).await;
    let start = async |body: Value| {
        let run = app.user.create(&format!("/deployments/{deployment}/runs"), &body).await;
        let planned = app.reaches(&run, "planned").await;
        (run.clone(), planned, changes(&app.user.get(&format!("/runs/{run}/plan")).await.expect(200)))
    };

    let (run, planned, plan) = start(json!({
        "operation": "apply", "targets": ["demo_network.main"], "variables": {"size": 7, "secret": "canary-4711"},
    }))
    .await;
    assert_eq!(plan, ["create demo_network.main"]);
    let options = json!({"targets": ["demo_network.main"], "replaces": [], "variables": ["secret", "size"]});
    assert_eq!(planned["options"], options);
    app.confirm(&run).await;
    app.reaches(&run, "applied").await;
    assert_eq!(app.cloud.ledger().len(), 1);
    let state = app.user.get(&format!("/deployments/{deployment}/state")).await.expect(200);
    assert!(!state.to_string().contains("canary"), "{state}");

    // The same once more has the same target and the same values, and nothing to do.
    let again = app.user.post(&format!("/runs/{run}/again"), &json!({})).await.expect(201);
    assert_eq!((&again["options"], &again["operation"]), (&options, &json!("apply")));
    app.reaches(again["id"].as_str().unwrap(), "planned_and_finished").await;

    // The values were that run's alone: the plan brings the deployment's own back.
    let (run, _, plan) = start(json!({"operation": "apply"})).await;
    assert_eq!(plan.len(), 2, "{plan:?}");
    assert!(plan.contains(&"create demo_network.other".to_owned()), "{plan:?}");
    app.confirm(&run).await;
    app.reaches(&run, "applied").await;

    let (run, _, plan) = start(json!({"operation": "apply", "replaces": ["demo_network.other"]})).await;
    assert_eq!(plan, ["replace demo_network.other"]);
    app.user.post(&format!("/runs/{run}/discard"), &json!({})).await.expect(200);

    let (run, _, plan) = start(json!({
        "operation": "destroy", "targets": ["demo_network.other"], "variables": {"secret": "canary-4711"},
    }))
    .await;
    assert_eq!(plan, ["delete demo_network.other"]);
    app.confirm(&run).await;
    app.reaches(&run, "applied").await;
    assert!(!app.log(&run).await.contains("canary-4711"));
    // Another range made the network anew; the other one is gone.
    let ledger = app.cloud.ledger();
    let done: Vec<&str> = ledger.iter().map(|line| line.rsplit_once(' ').unwrap().0).collect();
    let [create, delete] = ["create demo_network", "delete demo_network"];
    assert_eq!(done.iter().filter(|what| **what == create).count(), 3, "{ledger:?}");
    assert_eq!(done.iter().filter(|what| **what == delete).count(), 2, "{ledger:?}");
    app.is_clean().await;
}

async fn options_that_cannot_be_are_refused(database: Database) {
    let app = RunApp::start(database).await;
    let deployment = app.deployment(MAIN).await;
    let path = format!("/deployments/{deployment}/runs");
    for (body, pointer) in [
        (json!({"operation": "plan", "targets": ["demo_network.main", "x y"]}), "/targets/1"),
        (json!({"operation": "plan", "targets": ["-destroy"]}), "/targets/0"),
        (json!({"operation": "plan", "replaces": ["module.m"]}), "/replaces/0"),
        (json!({"operation": "destroy", "replaces": ["demo_network.main"]}), "/replaces"),
        (json!({"operation": "refresh", "replaces": ["demo_network.main"]}), "/replaces"),
        (json!({"operation": "plan", "variables": {"none": 1}}), "/variables/none"),
    ] {
        let refused = app.user.post(&path, &body).await.expect(422);
        assert_eq!(refused["errors"][0]["pointer"], pointer, "{body}: {refused}");
    }
    assert_eq!(app.user.get(&path).await.expect(200)["items"], json!([]));

    // One key, two requests that differ only in a value.
    let send = async |size: i64| {
        let body = json!({"operation": "plan", "variables": {"size": size}});
        let request =
            app.user.request(reqwest::Method::POST, &path).header("idempotency-key", "k").json(&body);
        request.send().await.unwrap()
    };
    let first: Value = send(1).await.json().await.unwrap();
    let second: Value = send(1).await.json().await.unwrap();
    assert_eq!(first["id"], second["id"]);
    assert_eq!(send(2).await.status(), 409);
    app.ends(first["id"].as_str().unwrap()).await;
}
