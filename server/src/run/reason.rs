//! Why a phase failed, in words that somebody can act on.

use cloudoven_entry::{PhaseResult, STEP_MARK, StepMark, StepResult};

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
/// The same where all errors are wanted.
const ERRORS_TAIL: i64 = 512 * 1024;
const MAX_ERRORS: usize = 100;
/// Characters of one error.
const MAX_ERROR: usize = 4_000;

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
    let log = log_tail(&drive.app, &drive.run.id, TAIL).await?;
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
            let detail = step.error.clone().or_else(|| first_error(&log, &step.name));
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

async fn log_tail(app: &App, run: &RunId, bytes: i64) -> Result<String> {
    let mut db = app.db.read().await?;
    let (size, _) = run_logs::position(&mut db, run, "").await?;
    let chunk = run_logs::read(&mut db, run, (size - bytes).max(0), bytes).await?;
    Ok(String::from_utf8_lossy(&chunk.content).into_owned())
}

/// What a step printed, as far as the log has it.
fn section<'a>(log: &'a str, step: &str) -> Option<&'a str> {
    log.rsplit(STEP_MARK).find(|section| {
        let mark = section.lines().next().and_then(|line| serde_json::from_str(line).ok());
        matches!(mark, Some(StepMark::Start { step: name, .. }) if name == step)
    })
}

/// Terraform's first error in a step, without its frame and colours.
fn first_error(log: &str, step: &str) -> Option<String> {
    let plain = without_escapes(section(log, step).unwrap_or(log));
    let line =
        plain.lines().find_map(|line| line.split_once("Error: ").map(|(_, text)| text.trim().to_owned()))?;
    (!line.is_empty()).then(|| line.chars().take(300).collect())
}

/// Every error that Terraform printed in a run's first phase, as it words them.
pub async fn errors(drive: &Drive) -> WorkResult<Vec<String>> {
    Ok(framed_errors(&log_tail(&drive.app, &drive.run.id, ERRORS_TAIL).await?))
}

/// The errors in the frames that Terraform draws around them.
fn framed_errors(log: &str) -> Vec<String> {
    let plain = without_escapes(log);
    let frames = plain.split('╷').skip(1).filter_map(|rest| rest.split_once('╵')).map(|(frame, _)| frame);
    let text = |frame: &str| {
        let lines = frame.lines().map(|line| line.trim_start_matches('│').trim_end());
        lines.map(|line| line.strip_prefix(' ').unwrap_or(line)).collect::<Vec<_>>().join("\n")
    };
    let errors = frames.map(text).filter_map(|text| {
        let error = text.trim().strip_prefix("Error: ")?.trim();
        Some(error.chars().take(MAX_ERROR).collect())
    });
    errors.take(MAX_ERRORS).collect()
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

    fn mark(step: &str) -> String {
        let start = StepMark::Start { phase: "plan".into(), step: step.into() };
        format!("{STEP_MARK}{}\n", serde_json::to_string(&start).unwrap())
    }

    #[test]
    fn the_error_of_the_failed_step_is_found() {
        let quota = "\u{1b}[31m╷\u{1b}[0m\n\u{1b}[31m│\u{1b}[0m \u{1b}[1m\u{1b}[31mError: \u{1b}[0m\u{1b}[1mquota exceeded\u{1b}[0m\n";
        let log =
            format!("{}Error: old\n{}{quota}{}Error: later\n", mark("init"), mark("plan"), mark("show"));
        assert_eq!(first_error(&log, "plan").as_deref(), Some("quota exceeded"));
        assert_eq!(first_error("Error: cut off", "plan").as_deref(), Some("cut off"));
    }

    #[test]
    fn errors_are_read_out_of_their_frames() {
        let log = "\u{1b}[31m╷\u{1b}[0m\n│ \u{1b}[1mError: \u{1b}[0mone\n│ \n│   with a.b,\n╵\n╷\n│ Warning: no\n╵\n╷\n│ Error: two\n╵\n";
        assert_eq!(framed_errors(log), ["one\n\n  with a.b,", "two"]);
        assert!(framed_errors("╷\n│ Error: never closed").is_empty());
    }
}
