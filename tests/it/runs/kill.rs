//! Servers that are killed: nothing is lost, nothing is applied twice, nothing is left behind.

use std::{collections::BTreeSet, time::Duration};

use cloudoven_tests::{Database, Process, on_both_databases};
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use super::support::RunApp;

on_both_databases!(runs_survive_the_server_being_killed);

/// Enough for the kills to fall on every step of plan and apply.
const KILLS: usize = 16;
const RESOURCES: usize = 3;

/// One of a deployment's networks waits for another, so that an apply takes a while.
const SLOW: &str = r#"
resource "demo_network" "a" {
  name           = "a"
  cidr           = "10.0.0.0/16"
  create_seconds = 3
  delete_seconds = 2
}

resource "demo_network" "b" {
  name           = "b"
  cidr           = demo_network.a.cidr
  create_seconds = 3
  delete_seconds = 2
}

resource "demo_network" "c" {
  name           = "c"
  cidr           = demo_network.b.cidr
  create_seconds = 3
  delete_seconds = 2
}
"#;

async fn runs_survive_the_server_being_killed(database: Database) {
    let app = RunApp::without_worker(database, |config| config.run_lease = 2).await;
    let mut deployments = Vec::new();
    for name in ["one", "two", "three"] {
        deployments.push(Story::new(app.deployment_in(name, SLOW).await));
    }
    let mut process = server(&app);
    let mut moments = Vec::new();
    let deadline = Instant::now() + Duration::from_secs(400);
    while !deployments.iter().all(Story::is_over) {
        assert!(Instant::now() < deadline, "the runs did not end; {moments:?}");
        // Different lengths, so that the kills drift over the steps.
        let life = Duration::from_millis(900 + 370 * u64::try_from(moments.len() % 7).unwrap_or(0));
        let until = Instant::now() + life;
        while Instant::now() < until {
            for story in &mut deployments {
                story.go_on(&app).await;
            }
            sleep(Duration::from_millis(50)).await;
        }
        if moments.len() < KILLS {
            let statuses: Vec<String> = deployments.iter().map(|story| story.status.clone()).collect();
            moments.push(statuses.join(" "));
            // Now and then it is asked to stop, and gives back what it holds.
            if moments.len() % 4 == 3 {
                process.stop()
            } else {
                process.kill()
            }
            process = server(&app);
        }
    }
    // A shorter story would have been killed too few times to show anything.
    assert!(moments.len() >= 10, "{moments:?}");
    for phase in ["planning", "applying"] {
        assert!(moments.iter().any(|moment| moment.contains(phase)), "no kill while {phase}: {moments:?}");
    }
    app.is_clean().await;
    let ledger = app.cloud.ledger();
    for operation in ["create", "delete"] {
        let lines: Vec<&String> = ledger.iter().filter(|line| line.starts_with(operation)).collect();
        let distinct: BTreeSet<&String> = lines.iter().copied().collect();
        assert_eq!(distinct.len(), lines.len(), "done twice: {ledger:#?}");
        assert_eq!(lines.len(), RESOURCES * deployments.len(), "{operation}: {ledger:#?}");
    }
    for story in &deployments {
        story.check_states(&app).await;
    }
}

/// A deployment that is applied, then destroyed.
struct Story {
    deployment: String,
    run: Option<String>,
    operations: Vec<&'static str>,
    status: String,
    /// Resources in the state after each run.
    resources: Vec<Value>,
}

impl Story {
    fn new(deployment: String) -> Story {
        Story {
            deployment,
            run: None,
            operations: vec!["destroy", "apply"],
            status: "new".to_owned(),
            resources: Vec::new(),
        }
    }

    fn is_over(&self) -> bool {
        self.run.is_none() && self.operations.is_empty()
    }

    /// Starts the next run, confirms a plan, notes an end.
    async fn go_on(&mut self, app: &RunApp) {
        let Some(run) = &self.run else {
            if let Some(operation) = self.operations.pop() {
                self.run = Some(app.start_run(&self.deployment, operation).await);
            }
            return;
        };
        let view = app.user.get(&format!("/runs/{run}")).await.expect(200);
        self.status = view["status"].as_str().expect("a status is text").to_owned();
        match self.status.as_str() {
            "planned" => {
                app.confirm(run).await;
            }
            "applied" => {
                let state =
                    app.user.get(&format!("/deployments/{}/state", self.deployment)).await.expect(200);
                self.resources.push(state["resources"].clone());
                let log = app.log(run).await;
                assert_eq!(
                    log.matches("Apply complete!").count(),
                    1,
                    "the log is whole and says it once: {log}"
                );
                assert_eq!(log.matches("\"step\":\"show\",\"ok\":true").count(), 1, "{log}");
                self.run = None;
            }
            "errored" | "canceled" | "outcome_unknown" | "planned_and_finished" => {
                panic!("{view}\n{}", app.log(run).await)
            }
            _ => {}
        }
    }

    async fn check_states(&self, app: &RunApp) {
        assert_eq!(self.resources, [json!(RESOURCES), json!(0)]);
        let path = format!("/deployments/{}/state-versions", self.deployment);
        let versions = app.user.get(&path).await.expect(200);
        assert_eq!(versions["items"].as_array().map(Vec::len), Some(2), "one version per run: {versions}");
    }
}

/// The real server, as a process.
fn server(app: &RunApp) -> Process {
    let config = &app.test.app.config;
    let volumes = config.run_volumes.join(",");
    let environment = [
        ("CLOUDOVEN_LISTEN", "127.0.0.1:0"),
        ("CLOUDOVEN_RUN_VOLUMES", &volumes),
        ("CLOUDOVEN_RUN_SLOTS", "3"),
    ];
    Process::start("serve", config, &environment)
}
