//! What can go wrong, and what people can do about it.

use cloudoven_tests::{Database, TestApp, on_both_databases};
use serde_json::json;

use super::support::RunApp;

on_both_databases!(
    a_second_run_waits_its_turn,
    a_plan_that_no_longer_fits_is_refused,
    canceling_an_apply_keeps_what_was_done,
    without_an_engine_runs_are_refused_with_the_reason,
);

const NETWORK: &str = r#"
variable "cidr" {
  type    = string
  default = "10.0.0.0/16"
}

resource "demo_network" "main" {
  name = "main"
  cidr = var.cidr
}
"#;

async fn a_second_run_waits_its_turn(database: Database) {
    let app = RunApp::start(database).await;
    let deployment = app.deployment(NETWORK).await;
    let first = app.start_run(&deployment, "apply").await;
    app.reaches(&first, "planned").await;
    let second = app.start_run(&deployment, "apply").await;
    let third = app.start_run(&deployment, "apply").await;
    assert_eq!(app.user.get(&format!("/runs/{second}")).await.expect(200)["status"], "pending");

    // A plan that is not to be applied waits for nobody.
    let plan = app.start_run(&deployment, "plan").await;
    app.reaches(&plan, "planned_and_finished").await;

    // The same key gives the same run, another request with it is refused.
    let start = async |operation: &'static str| {
        let path = format!("/deployments/{deployment}/runs");
        let request = app.user.request(reqwest::Method::POST, &path).header("idempotency-key", "k1");
        let answer =
            request.json(&json!({ "operation": operation })).send().await.expect("the server answers");
        cloudoven_tests::Answer::read(answer).await
    };
    let (one, two) = tokio::join!(start("plan"), start("plan"));
    let (one, two) = (one.expect(201), two.expect(201));
    assert_eq!(one["id"], two["id"]);
    assert_eq!(start("apply").await.status, 409);

    let canceled = app.user.post(&format!("/runs/{third}/cancel"), &json!({})).await.expect(200);
    assert_eq!(canceled["status"], "canceled");
    app.confirm(&first).await;
    app.reaches(&first, "applied").await;
    app.reaches(&second, "planned_and_finished").await;
    app.is_clean().await;
}

async fn a_plan_that_no_longer_fits_is_refused(database: Database) {
    let app = RunApp::start(database).await;
    let deployment = app.deployment(NETWORK).await;
    let run = app.start_run(&deployment, "apply").await;
    app.reaches(&run, "planned").await;
    let value = format!("/deployments/{deployment}/values/terraform/cidr");
    app.user.put(&value, &json!({"value": "10.1.0.0/16"})).await.expect(200);
    let refused = app.user.post(&format!("/runs/{run}/confirm"), &json!({})).await;
    assert_eq!(refused.status, 409);
    assert!(refused.body["detail"].as_str().unwrap().contains("plan is stale"), "{}", refused.body);
    let run = app.user.get(&format!("/runs/{run}")).await.expect(200);
    assert_eq!(run["status"], "errored");
    assert!(run["reason"].as_str().unwrap().contains("a value of the deployment has changed"), "{run}");
    assert!(app.cloud.ledger().is_empty());

    // The next one is planned with the new value; one that is discarded is never applied.
    let next = app.start_run(&deployment, "apply").await;
    app.reaches(&next, "planned").await;
    let discarded = app.user.post(&format!("/runs/{next}/discard"), &json!({"comment": "not now"})).await;
    assert_eq!(discarded.expect(200)["status"], "discarded");
    assert_eq!(app.user.post(&format!("/runs/{next}/confirm"), &json!({})).await.status, 409);
    assert!(app.cloud.ledger().is_empty());
}

async fn canceling_an_apply_keeps_what_was_done(database: Database) {
    let app = RunApp::start(database).await;
    let deployment = app
        .deployment(
            r#"
            resource "demo_network" "quick" {
              name = "quick"
              cidr = "10.0.0.0/16"
            }

            resource "demo_network" "slow" {
              name           = "slow"
              cidr           = demo_network.quick.cidr
              create_seconds = 6
            }

            resource "demo_network" "never" {
              name = "never"
              cidr = demo_network.slow.cidr
            }
            "#,
        )
        .await;
    let run = app.start_run(&deployment, "apply").await;
    app.reaches(&run, "planned").await;
    app.confirm(&run).await;
    while !app.log(&run).await.contains("demo_network.slow: Creating") {
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    }
    let forced = app.user.post(&format!("/runs/{run}/cancel"), &json!({"force": true})).await;
    assert_eq!(forced.status, 409, "force comes after asking");
    app.user.post(&format!("/runs/{run}/cancel"), &json!({})).await.expect(200);
    let canceled = app.reaches(&run, "canceled").await;
    assert!(canceled["reason"].as_str().unwrap().contains("while it was applying"), "{canceled}");
    let state = app.user.get(&format!("/deployments/{deployment}/state")).await.expect(200);
    let created = app.cloud.ledger().len();
    assert_eq!(state["resources"], created, "the state knows what exists");
    assert!((1..=2).contains(&created));
    app.is_clean().await;

    // Going on from there makes the rest, and makes nothing twice.
    app.apply(&deployment, "apply").await;
    assert_eq!(app.cloud.ledger().iter().filter(|line| line.starts_with("create")).count(), 3);
}

/// No engine is needed for it.
async fn without_an_engine_runs_are_refused_with_the_reason(database: Database) {
    let app = TestApp::start_with(database, |config| {
        config.docker_host = "unix:///nonexistent/docker.sock".into();
    })
    .await;
    let user = app.user("ada").await;
    let (_, blueprint, environment) = user.project().await;
    let body = json!({"blueprint_id": blueprint, "environment_id": environment});
    let deployment = user.create("/deployments", &body).await;
    let refused = user.post(&format!("/deployments/{deployment}/runs"), &json!({"operation": "plan"})).await;
    assert_eq!(refused.status, 503);
    assert!(
        refused.body["detail"].as_str().unwrap().contains("the Docker engine does not answer"),
        "{}",
        refused.body
    );
}

on_both_databases!(an_apply_is_ended_by_force_only_after_asking, a_log_stream_resumes_where_it_broke_off,);

/// The demo provider goes on with what it does when it is asked to stop, as clouds do.
async fn an_apply_is_ended_by_force_only_after_asking(database: Database) {
    let app = RunApp::start(database).await;
    let deployment = app
        .deployment(
            r#"
            resource "demo_network" "quick" {
              name = "quick"
              cidr = "10.0.0.0/16"
            }

            resource "demo_network" "endless" {
              name           = "endless"
              cidr           = demo_network.quick.cidr
              create_seconds = 600
            }
            "#,
        )
        .await;
    let run = app.start_run(&deployment, "apply").await;
    app.reaches(&run, "planned").await;
    app.confirm(&run).await;
    while !app.log(&run).await.contains("demo_network.endless: Creating") {
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    }
    let asked = app.user.post(&format!("/runs/{run}/cancel"), &json!({})).await.expect(200);
    assert_eq!(asked["actions"]["force_cancel"], true);
    app.user.post(&format!("/runs/{run}/cancel"), &json!({"force": true})).await.expect(200);
    app.reaches(&run, "force_canceled").await;
    let state = app.user.get(&format!("/deployments/{deployment}/state")).await.expect(200);
    assert_eq!(state["resources"], 1, "what was finished is kept");
    app.is_clean().await;
}

async fn a_log_stream_resumes_where_it_broke_off(database: Database) {
    let app = RunApp::start(database).await;
    let deployment = app.deployment(NETWORK).await;
    let run = app.start_run(&deployment, "plan").await;
    let path = format!("/runs/{run}/log/stream");
    // Opened while the run is under way; it ends by itself, after the last byte.
    let whole = app.user.request(reqwest::Method::GET, &path).send().await.expect("the server answers");
    let events = events_of(&whole.text().await.expect("a stream of text"));
    let (end, texts) = events.split_last().expect("there is an end");
    assert_eq!((end.0.as_str(), &end.2), ("end", &json!({"status": "planned_and_finished"})));
    let text: String = texts.iter().map(|(_, _, data)| data["text"].as_str().unwrap()).collect();
    assert_eq!(text, app.log(&run).await);
    assert!(text.contains("1 to add, 0 to change"), "{text}");

    let (first, rest) = texts.split_first().expect("there is output");
    let request = app.user.request(reqwest::Method::GET, &path).header("last-event-id", &first.1);
    let resumed = request.send().await.expect("the server answers").text().await.expect("a stream of text");
    let again: String = events_of(&resumed)
        .iter()
        .filter_map(|(_, _, data)| data["text"].as_str().map(str::to_owned))
        .collect();
    let expected: String = rest.iter().map(|(_, _, data)| data["text"].as_str().unwrap()).collect();
    assert_eq!(again, expected);
}

/// Name, id and data of each event of a stream.
fn events_of(stream: &str) -> Vec<(String, String, serde_json::Value)> {
    let field = |event: &str, name: &str| {
        let line = event.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
        line.unwrap_or_default().to_owned()
    };
    let events = stream.split("\n\n").filter(|event| event.contains("event:"));
    events
        .map(|event| {
            let data = serde_json::from_str(&field(event, "data")).expect("data is JSON");
            (field(event, "event"), field(event, "id"), data)
        })
        .collect()
}

on_both_databases!(a_failing_resource_says_why, an_unfit_configuration_says_where);

async fn a_failing_resource_says_why(database: Database) {
    let app = RunApp::start(database).await;
    let deployment = app
        .deployment(
            r#"
            resource "demo_network" "fine" {
              name = "fine"
              cidr = "10.0.0.0/16"
            }

            resource "demo_network" "broken" {
              name    = demo_network.fine.name
              cidr    = "10.1.0.0/16"
              fail_on = "create"
            }
            "#,
        )
        .await;
    let run = app.start_run(&deployment, "apply").await;
    app.reaches(&run, "planned").await;
    app.confirm(&run).await;
    let errored = app.reaches(&run, "errored").await;
    assert!(errored["reason"].as_str().unwrap().starts_with("terraform apply failed: "), "{errored}");
    let state = app.user.get(&format!("/deployments/{deployment}/state")).await.expect(200);
    assert_eq!(state["resources"], 1);
    app.is_clean().await;
}

async fn an_unfit_configuration_says_where(database: Database) {
    let app = RunApp::start(database).await;
    let deployment = app.deployment("resource \"demo_network\" \"main\" {\n  colour = \"red\"\n}\n").await;
    let run = app.start_run(&deployment, "plan").await;
    let errored = app.reaches(&run, "errored").await;
    assert!(errored["reason"].as_str().unwrap().starts_with("terraform plan failed: "), "{errored}");
    assert!(app.log(&run).await.contains("colour"));
    assert_eq!(app.user.get(&format!("/runs/{run}/plan")).await.status, 404);
    app.is_clean().await;
}
