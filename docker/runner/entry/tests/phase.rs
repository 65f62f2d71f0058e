//! The entry as a process, with a shell's commands in Terraform's place.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{
    fs,
    path::Path,
    process::{Child, Command, Output, Stdio},
    time::{Duration, Instant},
};

use cloudoven_entry::{Capture, Phase, PhaseResult, Step};

fn step(name: &str, script: &str) -> Step {
    let argv = ["/bin/sh", "-c", script].map(str::to_owned).to_vec();
    Step { name: name.to_owned(), argv, capture: None, always: false }
}

fn start(directory: &Path, steps: Vec<Step>) -> Child {
    let phase = Phase {
        name: "plan".to_owned(),
        directory: directory.display().to_string(),
        result: directory.join("result.json").display().to_string(),
        output_limit: 1000,
        steps,
    };
    let file = directory.join("phase.json");
    fs::write(&file, serde_json::to_vec(&phase).unwrap()).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_cloudoven-entry"));
    command.arg(file).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

fn run(directory: &Path, steps: Vec<Step>) -> (Output, PhaseResult) {
    let output = start(directory, steps).wait_with_output().unwrap();
    (output, result(directory))
}

fn result(directory: &Path) -> PhaseResult {
    serde_json::from_slice(&fs::read(directory.join("result.json")).unwrap()).unwrap()
}

fn names(result: &PhaseResult) -> Vec<&str> {
    result.steps.iter().map(|step| step.name.as_str()).collect()
}

#[test]
fn a_failure_stops_all_but_what_always_runs() {
    let directory = tempfile::tempdir().unwrap();
    let mut last = step("state", "echo kept");
    last.always = true;
    let steps = vec![step("init", "echo ready"), step("apply", "exit 3"), step("show", "true"), last];
    let (output, result) = run(directory.path(), steps);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(names(&result), ["init", "apply", "state"]);
    assert_eq!(result.failure().unwrap().exit_code, Some(3));
    assert!(result.finished && result.steps[0].peak_rss_kib > 0);
    let text = String::from_utf8(output.stdout).unwrap();
    let start = "\u{1e}STEP {\"state\":\"start\",\"phase\":\"plan\",\"step\":\"init\"}\nready\n";
    assert!(text.starts_with(start), "{text}");
}

#[test]
fn a_phase_runs_once() {
    let directory = tempfile::tempdir().unwrap();
    run(directory.path(), vec![step("apply", "echo x >> times")]);
    let (output, _) = run(directory.path(), vec![step("apply", "echo x >> times")]);
    assert_eq!(output.status.code(), Some(3));
    assert_eq!(fs::read_to_string(directory.path().join("times")).unwrap(), "x\n");
}

#[test]
fn a_request_to_stop_is_passed_on_once_and_ends_the_phase() {
    let directory = tempfile::tempdir().unwrap();
    let script = "trap 'echo stop >> stops' INT; echo up > up; i=0; \
                  while [ $i -lt 20 ]; do sleep 0.1; i=$((i+1)); done; exit 1";
    let child = start(directory.path(), vec![step("apply", script), step("next", "true")]);
    let deadline = Instant::now() + Duration::from_secs(20);
    while !directory.path().join("up").exists() {
        assert!(Instant::now() < deadline);
        std::thread::sleep(Duration::from_millis(20));
    }
    for _ in 0..3 {
        Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
        std::thread::sleep(Duration::from_millis(100));
    }
    assert_eq!(child.wait_with_output().unwrap().status.code(), Some(1));
    let result = result(directory.path());
    assert_eq!(names(&result), ["apply"]);
    assert_eq!(result.interrupted_by.as_deref(), Some("SIGINT"));
    // A second interrupt would make Terraform leave without its state.
    assert_eq!(fs::read_to_string(directory.path().join("stops")).unwrap(), "stop\n");
}

#[test]
fn output_is_bounded_in_the_log_and_in_a_file() {
    let directory = tempfile::tempdir().unwrap();
    let mut show = step("show", "printf 0123456789");
    show.capture = Some(Capture { path: directory.path().join("show").display().to_string(), limit: 4 });
    let (output, result) = run(directory.path(), vec![step("init", "yes | head -c 5000"), show]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(text.matches("longer than a log may be").count(), 1);
    assert_eq!(text.matches("y\n").count(), 500);
    assert_eq!(fs::read(directory.path().join("show")).unwrap(), b"0123");
    assert!(result.failure().unwrap().error.as_ref().unwrap().contains("more than 4 bytes"));
}

#[test]
fn what_a_command_leaves_running_ends_with_it() {
    let directory = tempfile::tempdir().unwrap();
    let started = Instant::now();
    let (_, result) = run(directory.path(), vec![step("init", "sleep 60 & echo done")]);
    assert!(result.failure().is_none());
    assert!(started.elapsed() < Duration::from_secs(30), "the phase waited for a stray process");
}
