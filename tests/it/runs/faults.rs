//! An engine that fails: every run ends by itself, truthfully, with a reason that somebody can act on.

use std::{collections::BTreeSet, time::Duration};

use cloudoven_tests::{Database, block_on};
use serde_json::{Value, json};
use tokio::time::sleep;

use super::{engine::Engine, support::RunApp};

/// Of the engine's disk: the runner image takes a hundred of it, the demo provider ten.
const MIB: u32 = 400;

const CHAIN: &str = r#"
resource "demo_network" "quick" {
  name = "quick"
  cidr = "10.0.0.0/16"
}

resource "demo_network" "slow" {
  name           = "slow"
  cidr           = demo_network.quick.cidr
  create_seconds = 6
}

resource "demo_network" "last" {
  name = "last"
  cidr = demo_network.slow.cidr
}
"#;

async fn start(engine: &Engine) -> RunApp {
    let app = RunApp::on(engine.docker(), Database::Sqlite, |config| {
        config.run_slots = 1;
        config.run_lease = 4;
        // The engine has no bridge.
        config.run_network = "none".into();
    })
    .await;
    app.work();
    app
}

/// An apply that is busy with the slow network, the quick one being made.
async fn applying(app: &RunApp, deployment: &str) -> String {
    let run = app.start_run(deployment, "apply").await;
    app.reaches(&run, "planned").await;
    app.confirm(&run).await;
    app.logs(&run, "demo_network.slow: Creating").await;
    run
}

fn assert_says(run: &Value, words: &[&str]) {
    let reason = run["reason"].as_str().unwrap_or_default();
    for word in words {
        assert!(reason.contains(word), "`{word}` is not in the reason: {reason}");
    }
}

/// The state holds exactly what was created, and nothing was created twice.
async fn assert_state_is_true(app: &RunApp, deployment: &str) {
    let state = app.user.get(&format!("/deployments/{deployment}/state")).await.expect(200);
    let in_state: BTreeSet<String> = state["content"]["resources"]
        .as_array()
        .unwrap()
        .iter()
        .map(|resource| format!("create demo_network {}", resource["attributes"]["id"].as_str().unwrap()))
        .collect();
    let ledger = app.cloud.ledger();
    assert_eq!(ledger.len(), in_state.len(), "{ledger:?} {state}");
    assert_eq!(ledger.into_iter().collect::<BTreeSet<_>>(), in_state);
}

/// What is left to do can be done, once.
async fn assert_goes_on(app: &RunApp, deployment: &str) {
    app.apply(deployment, "apply").await;
    assert_state_is_true(app, deployment).await;
    assert_eq!(app.cloud.ledger().len(), 3);
    app.is_clean().await;
}

#[test]
fn an_engine_lost_in_mid_apply() {
    block_on(async {
        let mut engine = Engine::start(MIB).await;
        let app = start(&engine).await;
        let deployment = app.deployment(CHAIN).await;
        let run = applying(&app, &deployment).await;
        engine.crash();
        // Longer than the lease: nobody takes the run for lost.
        app.logs(&run, "The Docker engine does not answer").await;
        sleep(Duration::from_secs(5)).await;
        assert_eq!(app.user.get(&format!("/runs/{run}")).await.expect(200)["status"], "applying");
        engine.run().await;
        let ended = app.reaches(&run, "errored").await;
        assert_says(&ended, &["the Docker engine", "in the state"]);
        app.is_clean().await;
        assert_state_is_true(&app, &deployment).await;
        assert_goes_on(&app, &deployment).await;
    });
}

#[test]
fn an_engine_stopped_in_mid_apply() {
    block_on(async {
        let mut engine = Engine::start(MIB).await;
        let app = start(&engine).await;
        let deployment = app.deployment(CHAIN).await;
        let run = applying(&app, &deployment).await;
        engine.stop();
        app.logs(&run, "The Docker engine does not answer").await;
        engine.run().await;
        let ended = app.reaches(&run, "errored").await;
        assert_says(&ended, &["the Docker engine was stopped", "in the state"]);
        app.is_clean().await;
        assert_state_is_true(&app, &deployment).await;
        // Terraform was asked to finish what was in flight.
        assert_eq!(app.cloud.ledger().len(), 2);
        assert_goes_on(&app, &deployment).await;
    });
}

#[test]
fn an_engine_that_is_away_when_a_run_is_queued_or_planned() {
    block_on(async {
        let mut engine = Engine::start(MIB).await;
        let app = start(&engine).await;
        let deployment = app.deployment(CHAIN).await;

        // Killed while it plans: the plan ends with its engine, or is ready before that.
        let run = app.start_run(&deployment, "plan").await;
        app.logs(&run, "STEP").await;
        engine.kill();
        let health = app.test.health().await;
        assert_eq!(health["executor"]["ok"], false);
        assert!(health["executor"]["reason"].as_str().unwrap().contains("does not answer"), "{health}");
        let refused =
            app.user.post(&format!("/deployments/{deployment}/runs"), &json!({"operation": "plan"})).await;
        assert_eq!(refused.status, 503);
        engine.run().await;
        let ended = app.ends(&run).await;
        if ended["status"] == "errored" {
            assert_says(&ended, &["the Docker engine", "plan again"]);
        } else {
            assert_eq!(ended["status"], "planned_and_finished");
        }
        app.is_clean().await;

        // Gone before it is taken up: a run that is canceled meanwhile ends at once, another goes on afterwards.
        let waits = app.start_run(&deployment, "apply").await;
        app.reaches(&waits, "planned").await;
        engine.stop();
        app.confirm(&waits).await;
        app.logs(&waits, "The Docker engine does not answer").await;
        app.user.post(&format!("/runs/{waits}/cancel"), &json!({})).await.expect(200);
        app.reaches(&waits, "canceled").await;
        engine.run().await;
        let next = app.start_run(&deployment, "apply").await;
        app.reaches(&next, "planned").await;
        engine.kill();
        app.confirm(&next).await;
        app.logs(&next, "The Docker engine does not answer").await;
        engine.run().await;
        app.reaches(&next, "applied").await;
        assert_state_is_true(&app, &deployment).await;
        app.is_clean().await;
    });
}

#[test]
fn an_engine_with_a_full_disk() {
    block_on(async {
        let engine = Engine::start(MIB).await;
        let app = start(&engine).await;
        let deployment = app.deployment(CHAIN).await;

        // Before the files are there.
        engine.fill();
        let run = app.start_run(&deployment, "plan").await;
        let ended = app.ends(&run).await;
        assert_eq!(ended["status"], "errored");
        assert_says(&ended, &["the Docker engine's disk is full", "no space left on device"]);
        engine.empty();
        app.is_clean().await;

        // While it is applied: what Terraform did write is known.
        let run = applying(&app, &deployment).await;
        // The state with the quick network has been taken by now.
        app.has_state(&deployment).await;
        engine.fill();
        let ended = app.ends(&run).await;
        assert_eq!(ended["status"], "errored", "{ended}");
        assert_says(&ended, &["no space left on device", "make room"]);
        engine.empty();
        app.is_clean().await;
    });
}
