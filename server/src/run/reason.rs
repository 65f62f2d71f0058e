//! Why a phase failed, in words that somebody can act on.

use cloudoven_entry::{PhaseResult, StepResult};

use super::{
    drive::{Drive, End},
    lease::WorkResult,
    workspace::{APPLY, PLAN},
};
use crate::{
    app::App,
    error::Result,
    state::backend::MANAGED,
    store::{RunId, run_logs},
};

/// Bytes at the end of a log in which its error is looked for.
const TAIL: i64 = 64 * 1024;

/// What is true of an apply that did not come to its end.
pub fn cut_reason(drive: &Drive, cut_short: bool) -> String {
    if drive.job.phase == PLAN || !cut_short {
        return "stopped by force".to_owned();
    }
    let kept = if drive.snapshot.backend == MANAGED {
        "what was finished is in the state"
    } else {
        "the backend may lack what was done since its last write and may still be locked"
    };
    format!("the apply was cut short; {kept}, and what was in flight may exist without being in it")
}

/// The most helpful thing to say about a phase that failed.
pub async fn failure(drive: &Drive, end: &End, result: Option<&PhaseResult>) -> WorkResult<String> {
    let step = result.and_then(PhaseResult::failure);
    let log = log_tail(&drive.app, &drive.run.id).await?;
    if let End::Exited { out_of_memory: true, .. } = end {
        return Ok(format!("the run needed more than its {} MiB of memory", drive.limits.memory_mib));
    }
    if is_full(end, step, &log) {
        let reason = "no space left on device: the disk of the Docker engine, where the run's volume is, is full; make room and run again";
        return Ok(match result.and_then(|result| result.step(APPLY)) {
            Some(_) => format!("{reason}. {}", cut_reason(drive, true)),
            None => reason.to_owned(),
        });
    }
    if let Some(result) = result.filter(|result| result.interrupted_by.is_some()) {
        return Ok(interrupted(drive, result));
    }
    Ok(match (step, end) {
        (Some(step), _) => {
            let detail = step.error.clone().or_else(|| first_error(&log));
            let detail = detail.unwrap_or_else(|| "look at the log".to_owned());
            format!("terraform {} failed: {detail}", step.name)
        }
        (None, End::Exited { code, .. })
            if !drive.outage.happened() && result.is_none_or(|result| result.steps.is_empty()) =>
        {
            format!("the container ended before it began (exit code {code})")
        }
        (None, _) => killed(drive, end),
    })
}

/// Whether the disk beneath the volume was full. On a full disk neither the log nor the result can be relied on, so
/// the entry tells by its exit code as well.
fn is_full(end: &End, step: Option<&StepResult>, log: &str) -> bool {
    let said = |text: &str| text.to_ascii_lowercase().contains("no space left on device");
    matches!(end, End::Exited { code, .. } if *code == i64::from(cloudoven_entry::DISK_FULL))
        || step.and_then(|step| step.error.as_deref()).is_some_and(said)
        || said(log)
}

/// Of a phase that was asked to stop by nobody here.
fn interrupted(drive: &Drive, result: &PhaseResult) -> String {
    let cause = if drive.outage.happened() {
        "the Docker engine was stopped in mid-run"
    } else {
        "the run was stopped, for its time was up or the Docker engine was stopped"
    };
    match result.step(APPLY) {
        Some(_) if drive.snapshot.backend == MANAGED => {
            format!("{cause}; what was finished is in the state, and the next plan shows the rest")
        }
        Some(_) => format!("{cause}; the next plan shows what is left to do"),
        None => format!("{cause}; plan again"),
    }
}

/// Of a phase whose container ended in the middle of a step.
fn killed(drive: &Drive, end: &End) -> String {
    let cause = match end {
        _ if drive.outage.happened() => {
            "the Docker engine went away in mid-run and the container with it".to_owned()
        }
        End::Exited { code, .. } => {
            format!("the container was killed (exit code {code}), as by a restart of the Docker engine")
        }
        _ => "the container is gone, as after a restart of the Docker engine".to_owned(),
    };
    let advice = if drive.job.phase == PLAN { "plan again".to_owned() } else { cut_reason(drive, true) };
    format!("{cause}; {advice}")
}

async fn log_tail(app: &App, run: &RunId) -> Result<String> {
    let mut db = app.db.read().await?;
    let (size, _) = run_logs::position(&mut db, run, "").await?;
    let chunk = run_logs::read(&mut db, run, (size - TAIL).max(0), TAIL).await?;
    Ok(String::from_utf8_lossy(&chunk.content).into_owned())
}

/// Terraform's first error since the last step began, without its frame and colours.
fn first_error(log: &str) -> Option<String> {
    let step = log.rsplit(cloudoven_entry::STEP_MARK).nth(1).unwrap_or(log);
    let plain = without_escapes(step);
    let line =
        plain.lines().find_map(|line| line.split_once("Error: ").map(|(_, text)| text.trim().to_owned()))?;
    (!line.is_empty()).then(|| line.chars().take(300).collect())
}

/// Text without ANSI escape sequences (ECMA-48, control sequences).
fn without_escapes(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        if character != '\u{1b}' {
            plain.push(character);
        } else if characters.next() == Some('[') {
            let _ = characters.by_ref().find(|c| ('@'..='~').contains(c));
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_error_of_the_last_step_is_found() {
        let log = "\u{1e}STEP {}\nError: old\n\u{1e}STEP {}\n\u{1b}[31m╷\u{1b}[0m\n\u{1b}[31m│\u{1b}[0m \u{1b}[1m\u{1b}[31mError: \u{1b}[0m\u{1b}[1mquota exceeded\u{1b}[0m\n\u{1e}STEP {}\n";
        assert_eq!(first_error(log).as_deref(), Some("quota exceeded"));
    }
}
