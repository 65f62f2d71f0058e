//! A Docker engine of a test's own, that can be killed, stopped, started again and filled up.

use std::{
    path::PathBuf,
    process::{Child, Command, Stdio},
    time::Duration,
};

use tempfile::TempDir;
use tokio::time::{Instant, sleep};

use super::support::{Docker, IMAGE};

/// Longer than an engine takes to start or to stop on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// It lives in a process and a mount namespace of its own: when the first process of that is killed, the engine, its
/// containers and its mounts are gone, however the test ended.
pub struct Engine {
    directory: TempDir,
    namespace: Child,
    /// The first process of the namespace, as seen from here.
    init: String,
    daemon: Option<Child>,
}

impl Engine {
    /// An engine with the runner image. Its data is on a file system of `mib` MiB in memory.
    pub async fn start(mib: u32) -> Engine {
        let directory = tempfile::tempdir().expect("a temporary directory");
        std::fs::create_dir(directory.path().join("data")).expect("a directory can be made");
        let mut namespace = Command::new("unshare");
        // An engine without a bridge takes `docker0` down, so it gets a network of its own to do that in.
        namespace.args(["--pid", "--fork", "--mount-proc", "--mount", "--net", "--kill-child=SIGKILL"]);
        // A shell that waits also reaps what the engine's processes leave to it.
        namespace.args(["sh", "-c", "while :; do sleep infinity & wait; done"]).stdin(Stdio::null());
        let namespace = namespace.spawn().expect("unshare runs; it needs root");
        let children = format!("/proc/{0}/task/{0}/children", namespace.id());
        let mut engine = Engine { directory, namespace, init: String::new(), daemon: None };
        let deadline = Instant::now() + PATIENCE;
        while engine.init.is_empty() || !engine.enter(&["test", "-e", "/proc/1/cmdline"]) {
            assert!(Instant::now() < deadline, "no namespace was made; it needs root");
            sleep(Duration::from_millis(20)).await;
            engine.init = std::fs::read_to_string(&children).unwrap_or_default().trim().to_owned();
        }
        let data = engine.path("data");
        let options = format!("size={mib}m");
        assert!(engine.enter(&["mount", "-t", "tmpfs", "-o", &options, "tmpfs", &data]), "no file system");
        engine.run().await;
        let saved = engine.directory.path().join("image.tar");
        Docker::default().run(&["save", "-o", &saved.display().to_string(), IMAGE]);
        engine.docker().run(&["load", "-i", &saved.display().to_string()]);
        engine
    }

    pub fn docker(&self) -> Docker {
        Docker(Some(format!("unix://{}", self.path("sock"))))
    }

    /// Starts the daemon, and waits until it answers.
    pub async fn run(&mut self) {
        let log = std::fs::OpenOptions::new().create(true).append(true).open(self.path("log"));
        let log = log.expect("a log file can be written");
        let mut command = self.command(&["dockerd", "--bridge=none", "--iptables=false", "--ip-masq=false"]);
        for (option, name) in [("--data-root", "data"), ("--exec-root", "exec"), ("--pidfile", "pid")] {
            command.args([option, &self.path(name)]);
        }
        command.args(["--host", &format!("unix://{}", self.path("sock"))]);
        command.stdin(Stdio::null()).stdout(log.try_clone().expect("a file can be shared")).stderr(log);
        self.daemon = Some(command.spawn().expect("nsenter runs"));
        let deadline = Instant::now() + PATIENCE;
        while !self.docker().command(&["info"]).output().expect("docker runs").status.success() {
            let log = || std::fs::read_to_string(self.path("log")).unwrap_or_default();
            assert!(Instant::now() < deadline, "the engine does not start:\n{}", log());
            sleep(Duration::from_millis(100)).await;
        }
    }

    /// SIGKILL to the daemon: containers go on until it is started again.
    pub fn kill(&mut self) {
        self.signal("KILL");
        self.ended();
    }

    /// SIGKILL to everything, containers included, as when the power fails.
    pub fn crash(&mut self) {
        // Ends the whole namespace but its first process, nsenter's own child included.
        let _ = self.enter(&["sh", "-c", "kill -KILL -1"]);
        self.ended();
        std::fs::remove_file(self.path("pid")).expect("the daemon has left its pid");
    }

    /// SIGTERM to the daemon: it asks its containers to stop, waits for them and leaves.
    pub fn stop(&mut self) {
        self.signal("TERM");
        self.ended();
    }

    /// Takes all the room that is left on the engine's disk.
    pub fn fill(&self) {
        let filler = self.path("data/filler");
        // It fails once there is no more room, which is what it is for.
        let _ = self
            .command(&["dd", "if=/dev/zero", "bs=4096", "status=none"])
            .arg(format!("of={filler}"))
            .status();
        let full = self.command(&["df", "--output=avail", &self.path("data")]).output().expect("df runs");
        let text = String::from_utf8_lossy(&full.stdout).into_owned();
        assert_eq!(text.split_whitespace().last(), Some("0"), "{text}");
    }

    /// Gives the room back.
    pub fn empty(&self) {
        assert!(self.enter(&["rm", &self.path("data/filler")]));
    }

    fn signal(&self, signal: &str) {
        let pid = std::fs::read_to_string(self.path("pid")).expect("the daemon runs");
        assert!(self.enter(&["kill", &format!("-{signal}"), pid.trim()]));
    }

    fn ended(&mut self) {
        let mut daemon = self.daemon.take().expect("the daemon was started");
        daemon.wait().expect("nsenter ends with it");
    }

    fn path(&self, name: &str) -> String {
        let path: PathBuf = self.directory.path().join(name);
        path.display().to_string()
    }

    fn enter(&self, arguments: &[&str]) -> bool {
        let output = self.command(arguments).output();
        output.expect("nsenter runs").status.success()
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new("nsenter");
        command
            .args(["--target", &self.init, "--pid", "--mount", "--net", "--root", "--wd", "--"])
            .args(arguments);
        command
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        let _ = self.namespace.kill();
        let _ = self.namespace.wait();
        if let Some(daemon) = &mut self.daemon {
            let _ = daemon.wait();
        }
    }
}
