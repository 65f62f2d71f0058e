//! Runs the steps of one phase and keeps its result file.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use cloudoven_entry::{Phase, PhaseResult, STEP_MARK, Step, StepMark, StepResult};

use crate::child::{self, Interrupt};
use crate::output::Output;

/// Reads the phase at `path` and runs it.
///
/// Returns whether every step succeeded; an error when the phase could not be run at all.
pub fn run(path: &Path) -> io::Result<bool> {
    let phase: Phase = serde_json::from_slice(&fs::read(path)?)?;
    let result_path = Path::new(&phase.result);
    let mut result = PhaseResult {
        phase: phase.name.clone(),
        finished: false,
        interrupted_by: None,
        steps: Vec::with_capacity(phase.steps.len()),
    };
    claim(result_path, &result)?;
    let interrupt = child::listen()?;
    let output = Arc::new(Mutex::new(Output::new(phase.output_limit)));
    for step in &phase.steps {
        let stopped = interrupt.signal().is_some() || result.failure().is_some();
        if stopped && !step.always {
            continue;
        }
        result.steps.push(StepResult::started(&step.name));
        save(result_path, &result)?;
        mark(&output, &StepMark::Start { phase: phase.name.clone(), step: step.name.clone() })?;
        let ended = run_step(&phase, step, &interrupt, &output);
        mark(
            &output,
            &StepMark::End {
                phase: phase.name.clone(),
                step: step.name.clone(),
                ok: ended.succeeded(),
                duration_ms: ended.duration_ms,
            },
        )?;
        result.steps.pop();
        result.steps.push(ended);
        result.interrupted_by = interrupt.signal().map(str::to_owned);
        save(result_path, &result)?;
    }
    result.finished = true;
    result.interrupted_by = interrupt.signal().map(str::to_owned);
    save(result_path, &result)?;
    Ok(result.failure().is_none() && result.interrupted_by.is_none())
}

fn run_step(phase: &Phase, step: &Step, interrupt: &Interrupt, output: &Arc<Mutex<Output>>) -> StepResult {
    let started = Instant::now();
    let mut result = StepResult::started(&step.name);
    match child::run(step, &phase.directory, interrupt, output) {
        Ok(exit) => {
            result.exit_code = exit.code;
            result.signal = exit.signal;
            result.error = exit.error;
            result.peak_rss_kib = exit.peak_rss_kib;
        }
        Err(error) => {
            let program = step.argv.first().map_or("", String::as_str);
            result.error = Some(format!("cannot run {program}: {error}"));
        }
    }
    // The command may have told it to a log that the same disk had no room for.
    if !result.succeeded() && child::is_full(&phase.directory) {
        result.error = Some("no space left on device".to_owned());
    }
    result.duration_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    result
}

/// Creates the result file. It must not exist: a container that is started again must not apply again.
fn claim(path: &Path, result: &PhaseResult) -> io::Result<()> {
    match File::create_new(path) {
        Ok(file) => drop(file),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            return Err(io::Error::other("this phase has been run already"));
        }
        Err(error) => return Err(error),
    }
    save(path, result)
}

/// Replaces the result file atomically and durably.
fn save(path: &Path, result: &PhaseResult) -> io::Result<()> {
    let temporary = path.with_extension("tmp");
    let mut file = File::create(&temporary)?;
    serde_json::to_writer(&mut file, result)?;
    file.sync_all()?;
    fs::rename(&temporary, path)?;
    match path.parent() {
        Some(directory) => File::open(directory)?.sync_all(),
        None => Ok(()),
    }
}

fn mark(output: &Arc<Mutex<Output>>, mark: &StepMark) -> io::Result<()> {
    let line = format!("{STEP_MARK}{}\n", serde_json::to_string(mark)?);
    output.lock().map_err(|_| io::Error::other("the output writer panicked"))?.own_line(line.as_bytes());
    io::stdout().flush()
}
