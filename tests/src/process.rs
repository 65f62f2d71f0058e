//! The real `cloudoven` command as a process, to be stopped and killed.

use std::{
    path::PathBuf,
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

use cloudoven::config::Config;

/// A running `cloudoven` process; killed when it goes out of scope.
#[derive(Debug)]
pub struct Process(Child);

impl Process {
    /// Starts `cloudoven subcommand` on the data and the database of `config`, with more settings from `environment`.
    pub fn start(subcommand: &str, config: &Config, environment: &[(&str, &str)]) -> Process {
        let child = Command::new(binary())
            .arg(subcommand)
            .env("CLOUDOVEN_DATA", &config.data)
            .env("CLOUDOVEN_DATABASE", &config.database)
            .env("CLOUDOVEN_RUN_LEASE", config.run_lease.to_string())
            .env("CLOUDOVEN_LOG", "warn")
            .env_remove("CLOUDOVEN_PROVIDER_MIRROR")
            .envs(environment.iter().copied())
            .stdout(Stdio::null())
            .spawn();
        Process(child.expect("the command starts"))
    }

    /// Starts `cloudoven subcommand` on the data of `config`, to be spoken to.
    pub fn piped(subcommand: &str, config: &Config) -> (Child, ChildStdin, ChildStdout) {
        let child = Command::new(binary())
            .args([subcommand, "--log", "warn"])
            .env("CLOUDOVEN_DATA", &config.data)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn();
        let mut child = child.expect("the command starts");
        let stdin = child.stdin.take().expect("it is piped");
        let stdout = child.stdout.take().expect("it is piped");
        (child, stdin, stdout)
    }

    /// SIGTERM, and a clean end.
    pub fn stop(&mut self) {
        let asked = Command::new("kill").arg(self.0.id().to_string()).status().expect("kill runs");
        assert!(asked.success());
        let ended = self.0.wait().expect("a stopped process ends");
        assert!(ended.success(), "{ended}");
    }

    /// SIGKILL.
    pub fn kill(&mut self) {
        self.0.kill().expect("the process was running");
        self.0.wait().expect("a killed process ends");
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The `cloudoven` command that was built beside the tests.
fn binary() -> PathBuf {
    let tests = std::env::current_exe().expect("a test knows where it is");
    let binary = tests.parent().and_then(|deps| deps.parent()).expect("it is in target/<profile>/deps");
    let binary = binary.join("cloudoven");
    assert!(binary.is_file(), "{} is missing: run `cargo build --package cloudoven`", binary.display());
    binary
}
