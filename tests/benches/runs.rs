//! Wall time of a run against the same Terraform commands by hand: 20 `terraform_data`, plan and apply.
//!
//! `cargo bench -p cloudoven-tests --bench runs`, with `terraform` on the PATH, a Docker engine and the runner image
//! (`make runner-image`).

use std::{
    path::Path,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context, ensure};
use cloudoven::{project::deployments::DEFAULT_TERRAFORM, run::Worker, store::runs};
use cloudoven_tests::{Database, TestApp, User};
use serde_json::json;
use tokio_util::sync::CancellationToken;

const ROUNDS: usize = 5;
const MAIN: &str = "resource \"terraform_data\" \"x\" {\n  count = 20\n  input = count.index\n}\n";

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let test = TestApp::start_with(Database::Sqlite, |config| config.run_slots = 1).await;
    let stop = CancellationToken::new();
    let worker = tokio::spawn(Worker::new(test.app.clone()).run(stop.clone()));
    let user = test.user("ada").await;
    let (mut by_hand, mut by_run) = ([Vec::new(), Vec::new()], [Vec::new(), Vec::new()]);
    for round in 0..ROUNDS {
        let (plan, apply) = hand()?;
        by_hand[0].push(plan);
        by_hand[1].push(apply);
        let (plan, apply) = run(&user, round).await?;
        by_run[0].push(plan);
        by_run[1].push(apply);
    }
    println!("terraform {DEFAULT_TERRAFORM}, medians of {ROUNDS}");
    println!("{:<8} {:>9} {:>9} {:>9}", "phase", "by hand", "run", "overhead");
    for (phase, (hand, run)) in ["plan", "apply"].iter().zip(by_hand.iter_mut().zip(&mut by_run)) {
        let (hand, run) = (median(hand), median(run));
        println!("{phase:<8} {hand:>8.2}s {run:>8.2}s {:>8.2}s", run - hand);
    }
    stop.cancel();
    worker.await?;
    remove_network(&test).await
}

/// The commands of a run's two phases, in a directory.
fn hand() -> anyhow::Result<(f64, f64)> {
    let directory = tempfile::tempdir()?;
    std::fs::write(directory.path().join("main.tf"), MAIN)?;
    let started = Instant::now();
    terraform(directory.path(), &["init", "-input=false"])?;
    terraform(directory.path(), &["plan", "-input=false", "-out=tfplan"])?;
    terraform(directory.path(), &["show", "-json", "tfplan"])?;
    let planned = started.elapsed();
    terraform(directory.path(), &["init", "-input=false"])?;
    terraform(directory.path(), &["apply", "-input=false", "tfplan"])?;
    Ok((planned.as_secs_f64(), (started.elapsed() - planned).as_secs_f64()))
}

fn terraform(directory: &Path, arguments: &[&str]) -> anyhow::Result<()> {
    let status = Command::new("terraform")
        .args(arguments)
        .current_dir(directory)
        .env_remove("TF_CLI_CONFIG_FILE")
        .env("CHECKPOINT_DISABLE", "1")
        .stdout(Stdio::null())
        .status()
        .context("terraform is not on the PATH")?;
    ensure!(status.success(), "terraform {arguments:?} failed");
    Ok(())
}

async fn run(user: &User, round: usize) -> anyhow::Result<(f64, f64)> {
    let project = user.create("/projects", &json!({"name": format!("bench {round}")})).await;
    let blueprint = user
        .create(
            &format!("/projects/{project}/blueprints"),
            &json!({"name": "Bench", "files": {"main.tf": MAIN}}),
        )
        .await;
    let environment =
        user.create(&format!("/projects/{project}/environments"), &json!({"name": "dev"})).await;
    let body = json!({"blueprint_id": blueprint, "environment_id": environment, "backend": "managed"});
    let deployment = user.create("/deployments", &body).await;
    let started = Instant::now();
    let run = user.create(&format!("/deployments/{deployment}/runs"), &json!({"operation": "apply"})).await;
    reaches(user, &run, "planned").await?;
    let planned = started.elapsed();
    user.post(&format!("/runs/{run}/confirm"), &json!({})).await.expect(200);
    reaches(user, &run, "applied").await?;
    Ok((planned.as_secs_f64(), (started.elapsed() - planned).as_secs_f64()))
}

fn median(seconds: &mut [f64]) -> f64 {
    seconds.sort_by(f64::total_cmp);
    seconds[seconds.len() / 2]
}

async fn reaches(user: &User, run: &str, status: &str) -> anyhow::Result<()> {
    let deadline = Instant::now() + Duration::from_secs(120);
    while Instant::now() < deadline {
        let view = user.get(&format!("/runs/{run}?wait=30")).await.expect(200);
        if view["status"] == status {
            return Ok(());
        }
        ensure!(view["reason"].is_null(), "{view}");
    }
    anyhow::bail!("the run is not {status} in time")
}

/// Runs clean up after themselves; what an installation keeps for all its runs goes with it.
async fn remove_network(test: &TestApp) -> anyhow::Result<()> {
    let mut tx = test.app.db.begin().await?;
    let instance = runs::installation(&mut tx).await?;
    drop(tx);
    for arguments in [
        ["network", "rm", &format!("cloudoven-{instance}")],
        ["volume", "rm", &format!("cloudoven-{instance}-providers")],
    ] {
        Command::new("docker").args(arguments).stdout(Stdio::null()).stderr(Stdio::null()).status()?;
    }
    Ok(())
}
