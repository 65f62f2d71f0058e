//! A server that works on runs, and the demo provider's cloud on a volume of its own.

use std::{path::PathBuf, process::Command, time::Duration};

use cloudoven::{config::Config, run::Worker, store::runs};
use cloudoven_tests::{Answer, Database, TestApp, User};
use serde_json::{Value, json};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// The runner image that the tests' set-up has built.
pub const IMAGE: &str = "cloudoven-runner:1.11.4";
/// Longer than any single run of these tests takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(120);

/// The demo provider in the layout of a filesystem mirror.
pub fn mirror() -> PathBuf {
    let default = concat!(env!("CARGO_MANIFEST_DIR"), "/../target/mirror");
    let path = PathBuf::from(std::env::var_os("CLOUDOVEN_PROVIDER_MIRROR").unwrap_or_else(|| default.into()));
    assert!(path.is_dir(), "{} is missing: run `make mirror`", path.display());
    path
}

/// An engine, by its `DOCKER_HOST`; the machine's own by default.
#[derive(Debug, Clone, Default)]
pub struct Docker(pub Option<String>);

impl Docker {
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new("docker");
        command.args(arguments).envs(self.0.as_ref().map(|host| ("DOCKER_HOST", host)));
        command
    }

    /// Runs docker; what it prints.
    pub fn run(&self, arguments: &[&str]) -> String {
        let output = self.command(arguments).output().expect("the docker command runs");
        assert!(output.status.success(), "docker {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).into_owned()
    }
}

/// The demo provider's cloud: a volume that every run of a server has at /demo.
pub struct Cloud {
    docker: Docker,
    volume: String,
}

impl Cloud {
    pub fn new(docker: Docker) -> Cloud {
        let volume = format!("cloudoven-test-{:016x}", rand_id());
        docker.run(&[
            "create",
            "--name",
            &volume,
            "--network=none",
            "-v",
            &format!("{volume}:/demo"),
            IMAGE,
            "/none",
        ]);
        let root = tempfile::tempdir().expect("a temporary directory");
        std::fs::create_dir(root.path().join("demo")).expect("a directory can be made");
        let tar = root.path().join("demo.tar");
        let packed = Command::new("tar")
            .args(["--owner=65532", "--group=65532", "--mode=755", "-cf"])
            .arg(&tar)
            .arg("-C")
            .arg(root.path())
            .arg("demo")
            .status();
        assert!(packed.expect("tar runs").success());
        let input = std::fs::File::open(tar).expect("the archive is there");
        let copied = docker.command(&["cp", "-", &format!("{volume}:/")]).stdin(input).status();
        assert!(copied.expect("the docker command runs").success());
        Cloud { docker, volume }
    }

    /// As the setting for volumes of runs.
    pub fn mount(&self) -> String {
        format!("{}:/demo", self.volume)
    }

    /// What took effect, in order: `create demo_network net-1`.
    pub fn ledger(&self) -> Vec<String> {
        let target = tempfile::tempdir().expect("a temporary directory");
        let file = target.path().join("ledger");
        let source = format!("{}:/demo/ledger", self.volume);
        let copied = self.docker.command(&["cp", &source]).arg(&file).output().expect("docker runs");
        if !copied.status.success() {
            return Vec::new();
        }
        let text = std::fs::read_to_string(file).expect("the ledger is text");
        text.lines().map(|line| line.replace('\t', " ")).collect()
    }
}

impl Drop for Cloud {
    fn drop(&mut self) {
        let _ = self.docker.command(&["rm", "-f", &self.volume]).output();
        let _ = self.docker.command(&["volume", "rm", "-f", &self.volume]).output();
    }
}

pub fn rand_id() -> u64 {
    use std::hash::{BuildHasher as _, Hasher as _};
    std::collections::hash_map::RandomState::new().build_hasher().finish()
}

/// What an installation has on the engine beside its provider mirror and network.
pub fn left_behind(docker: &Docker, instance: &str) -> Vec<String> {
    let filter = format!("label=dev.cloudoven.instance={instance}");
    let run = "label=dev.cloudoven.run";
    let containers =
        docker.run(&["ps", "-aq", "--filter", &filter, "--filter", run, "--format", "{{.Names}}"]);
    let volumes = docker.run(&["volume", "ls", "-q", "--filter", &filter, "--filter", run]);
    containers.lines().chain(volumes.lines()).map(str::to_owned).collect()
}

/// Removes everything that an installation has on the engine.
pub fn clean_up(docker: &Docker, instance: &str) {
    let filter = format!("label=dev.cloudoven.instance={instance}");
    for (list, remove) in [
        (vec!["ps", "-aq"], vec!["rm", "-f"]),
        (vec!["volume", "ls", "-q"], vec!["volume", "rm", "-f"]),
        (vec!["network", "ls", "-q"], vec!["network", "rm"]),
    ] {
        let Ok(output) = docker.command(&list).args(["--filter", &filter]).output() else {
            continue;
        };
        let ids = String::from_utf8_lossy(&output.stdout).into_owned();
        let ids: Vec<&str> = ids.split_whitespace().collect();
        if !ids.is_empty() {
            let _ = docker.command(&remove).args(ids).output();
        }
    }
}

/// A server with a worker, and a person with a deployment.
pub struct RunApp {
    pub test: TestApp,
    pub user: User,
    pub cloud: Cloud,
    pub instance: String,
    pub docker: Docker,
    stop: CancellationToken,
}

impl RunApp {
    pub async fn start(database: Database) -> RunApp {
        let app = RunApp::without_worker(database, |config| config.run_slots = 2).await;
        app.work();
        app
    }

    /// Starts a worker.
    pub fn work(&self) {
        tokio::spawn(Worker::new(self.test.app.clone()).run(self.stop.clone()));
    }

    /// Runs are only queued.
    pub async fn without_worker(database: Database, adjust: impl FnOnce(&mut Config)) -> RunApp {
        RunApp::on(Docker::default(), database, adjust).await
    }

    /// The same, on an engine of the test's choice.
    pub async fn on(docker: Docker, database: Database, adjust: impl FnOnce(&mut Config)) -> RunApp {
        let cloud = Cloud::new(docker.clone());
        let test = TestApp::start_with(database, |config| {
            config.run_volumes = vec![cloud.mount()];
            if let Some(host) = &docker.0 {
                config.docker_host.clone_from(host);
            }
            adjust(config);
        })
        .await;
        let executor =
            cloudoven::app::docker(&test.app.config, &test.app.db).await.expect("an engine is named");
        executor.add_to_mirror(&mirror(), "1.11.4").await.expect("the mirror takes the demo provider");
        let mut tx = test.app.db.begin().await.expect("the database answers");
        let instance = runs::installation(&mut tx).await.expect("the installation has an id");
        tx.commit().await.expect("the database answers");
        let user = test.user("ada").await;
        RunApp { test, user, cloud, instance, docker, stop: CancellationToken::new() }
    }

    /// A deployment of a blueprint with this `main.tf`; its id.
    pub async fn deployment(&self, main: &str) -> String {
        self.deployment_in("orders", main).await
    }

    /// The same, in a project of this name.
    pub async fn deployment_in(&self, project: &str, main: &str) -> String {
        let project = self.user.create("/projects", &json!({ "name": project })).await;
        let blueprint =
            self.user.create(&format!("/projects/{project}/blueprints"), &json!({"name": "Shop"})).await;
        let environment =
            self.user.create(&format!("/projects/{project}/environments"), &json!({"name": "dev"})).await;
        self.save(&blueprint, main).await;
        let body = json!({"blueprint_id": blueprint, "environment_id": environment, "backend": "managed"});
        let deployment = self.user.create("/deployments", &body).await;
        let ledger = format!("/deployments/{deployment}/values/env/DEMO_LEDGER");
        self.user.put(&ledger, &json!({"value": "/demo/ledger"})).await.expect(200);
        deployment
    }

    pub async fn save(&self, blueprint: &str, main: &str) {
        let path = format!("/blueprints/{blueprint}/files");
        let current = self.user.get(&path).await.expect(200);
        let mut files = current["files"].clone();
        files["main.tf"] = Value::from(format!("{PROVIDER}{main}"));
        let revision = current["revision"].clone();
        let revision =
            revision["number"].as_i64().or_else(|| revision.as_i64()).expect("a revision has a number");
        let answer = self
            .user
            .request(reqwest::Method::PUT, &path)
            .header("if-match", format!("\"{revision}\""))
            .json(&json!({"files": files}))
            .send()
            .await;
        let answer = Answer::read(answer.expect("the server answers")).await;
        assert!(answer.status.is_success(), "{}: {}", answer.status, answer.body);
    }

    /// Starts a run; its id.
    pub async fn start_run(&self, deployment: &str, operation: &str) -> String {
        self.user.create(&format!("/deployments/{deployment}/runs"), &json!({"operation": operation})).await
    }

    /// Waits until the run has this status.
    #[track_caller]
    pub fn reaches<'a>(&'a self, run: &'a str, status: &'a str) -> impl Future<Output = Value> + 'a {
        reaches(&self.user, run, status)
    }

    pub async fn confirm(&self, run: &str) -> Value {
        self.user.post(&format!("/runs/{run}/confirm"), &json!({})).await.expect(200)
    }

    pub async fn log(&self, run: &str) -> String {
        log(&self.user, run).await
    }

    /// Waits until the run's log has this text.
    pub async fn logs(&self, run: &str, text: &str) {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let log = self.log(run).await;
            if log.contains(text) {
                return;
            }
            assert!(Instant::now() < deadline, "`{text}` is not in the log:\n{log}");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    /// Waits until the run has ended, however that is.
    pub async fn ends(&self, run: &str) -> Value {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let view = self.user.get(&format!("/runs/{run}?wait=1")).await.expect(200);
            if ["errored", "canceled", "planned_and_finished", "applied", "outcome_unknown"]
                .iter()
                .any(|end| view["status"] == *end)
            {
                return view;
            }
            assert!(Instant::now() < deadline, "{view}\n{}", self.log(run).await);
        }
    }

    /// Waits until the deployment has a state.
    pub async fn has_state(&self, deployment: &str) {
        let deadline = Instant::now() + PATIENCE;
        while self.user.get(&format!("/deployments/{deployment}/state")).await.status != 200 {
            assert!(Instant::now() < deadline, "no state was taken");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    /// Plans, confirms and applies; the run's id.
    pub async fn apply(&self, deployment: &str, operation: &str) -> String {
        let run = self.start_run(deployment, operation).await;
        self.reaches(&run, "planned").await;
        self.confirm(&run).await;
        self.reaches(&run, "applied").await;
        run
    }

    /// The address at which containers of runs reach this machine.
    pub fn gateway(&self) -> String {
        let network = format!("cloudoven-{}", self.instance);
        let format = "{{(index .IPAM.Config 0).Gateway}}";
        self.docker.run(&["network", "inspect", "--format", format, &network]).trim().to_owned()
    }

    /// Everything that the engine tells about what it has of runs, but for the environment of containers.
    pub fn inspected(&self) -> String {
        let filters =
            [format!("label=dev.cloudoven.instance={}", self.instance), "label=dev.cloudoven.run".to_owned()];
        let list = |kind: &[&str]| {
            let filters = filters.iter().flat_map(|filter| ["--filter", filter]);
            self.docker.run(&kind.iter().copied().chain(filters).collect::<Vec<_>>())
        };
        let mut text = String::new();
        for id in list(&["ps", "-aq"]).split_whitespace() {
            let inspected = self.docker.run(&["inspect", id]);
            let mut inspected: Value = serde_json::from_str(&inspected).expect("docker prints JSON");
            let removed = inspected[0]["Config"].as_object_mut().and_then(|config| config.remove("Env"));
            assert!(removed.is_some(), "a container has an environment");
            text.push_str(&inspected.to_string());
        }
        for name in list(&["volume", "ls", "-q"]).split_whitespace() {
            text.push_str(&self.docker.run(&["volume", "inspect", name]));
        }
        text
    }

    /// Waits until nothing of any run is left on the engine.
    pub async fn is_clean(&self) {
        is_clean(&self.docker, &self.instance).await;
    }
}

pub async fn is_clean(docker: &Docker, instance: &str) {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let left = left_behind(docker, instance);
        if left.is_empty() {
            return;
        }
        assert!(Instant::now() < deadline, "left behind: {left:?}");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

/// Waits until the run has this status; one that it can't come from fails at once, with the log.
pub async fn reaches(user: &User, run: &str, status: &str) -> Value {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let view = user.get(&format!("/runs/{run}?wait=1")).await.expect(200);
        if view["status"] == status {
            return view;
        }
        let over = ["applied", "errored", "canceled", "force_canceled", "planned_and_finished", "discarded"];
        let ended = over.iter().any(|over| view["status"] == *over);
        if ended || Instant::now() > deadline {
            panic!(
                "run is {} ({}) and not {status}:\n{}",
                view["status"],
                view["reason"],
                log(user, run).await
            );
        }
    }
}

pub async fn log(user: &User, run: &str) -> String {
    let answer = user.request(reqwest::Method::GET, &format!("/runs/{run}/log")).send().await;
    answer.expect("the server answers").text().await.expect("the log is text")
}

impl Drop for RunApp {
    fn drop(&mut self) {
        self.stop.cancel();
        clean_up(&self.docker, &self.instance);
    }
}

pub const PROVIDER: &str = r#"
terraform {
  required_providers {
    demo = {
      source = "registry.cloudoven.dev/cloudoven/demo"
    }
  }
}

provider "demo" {
  directory = "/demo/cloud"
}
"#;
