//! The steps of a run, from the history of its statuses.

use crate::{
    run::{Operation, Status},
    store::runs::{Run, RunEvent},
};

/// One step in the bar at the top.
pub struct PhaseView {
    pub title: &'static str,
    /// `done`, `active`, `waiting`, `failed` or `idle`.
    pub class: &'static str,
    pub detail: String,
    /// When an active one began: the page counts up from there.
    pub since: Option<String>,
}

/// When a run took one of `statuses` first.
fn at(events: &[RunEvent], statuses: &[Status]) -> Option<i64> {
    events.iter().filter(|e| statuses.contains(&e.status)).map(|e| e.at.0).min()
}

/// Queue, plan and, where the run is to change something, approval and apply.
pub fn phases(run: &Run, events: &[RunEvent]) -> Vec<PhaseView> {
    let ended = run.status.is_final().then(|| events.iter().map(|e| e.at.0).max()).flatten();
    let planning = at(events, &[Status::Planning]);
    let planned = at(events, &[Status::Planned, Status::PlannedAndFinished, Status::PolicyFailed]);
    let confirmed = at(events, &[Status::Confirmed]);
    let applying = at(events, &[Status::Applying]);
    let applied = at(events, &[Status::Applied]);
    let span = |title, start: Option<i64>, end: Option<i64>| phase(title, start, end, ended);
    let mut all = vec![span("Queued", Some(run.created_at.0), planning), span("Plan", planning, planned)];
    let only_plans = matches!(run.operation, Operation::Plan | Operation::Import);
    if only_plans || run.status == Status::PlannedAndFinished {
        return all;
    }
    let mut approval = span("Approval", planned, confirmed);
    if run.status == Status::Planned {
        approval.class = "waiting";
        approval.detail = "waits for a person".into();
        approval.since = None;
    } else if run.status == Status::Discarded {
        approval.class = "failed";
        approval.detail = "discarded".into();
    }
    all.push(approval);
    let title = if run.operation == Operation::Destroy { "Destroy" } else { "Apply" };
    all.push(span(title, applying, applied));
    all
}

fn phase(title: &'static str, start: Option<i64>, end: Option<i64>, ended: Option<i64>) -> PhaseView {
    let view = |class, detail: String, since| PhaseView { title, class, detail, since };
    match (start, end, ended) {
        (None, ..) => view("idle", "not started".into(), None),
        (Some(start), Some(end), _) => view("done", duration(end - start), None),
        (Some(start), None, Some(ended)) => {
            view("failed", format!("stopped after {}", duration(ended - start)), None)
        }
        (Some(start), None, None) => {
            let since = crate::clock::Timestamp(start).rfc3339();
            view("active", String::new(), Some(since))
        }
    }
}

/// "0.2 s", "1 min 4 s".
fn duration(millis: i64) -> String {
    let millis = millis.max(0);
    match millis / 1000 {
        seconds if seconds < 60 => format!("{}.{} s", seconds, millis % 1000 / 100),
        seconds if seconds < 3600 => format!("{} min {} s", seconds / 60, seconds % 60),
        seconds => format!("{} h {} min", seconds / 3600, seconds % 3600 / 60),
    }
}

#[cfg(test)]
mod tests {
    use super::duration;

    #[test]
    fn durations_are_short() {
        assert_eq!(duration(240), "0.2 s");
        assert_eq!(duration(64_000), "1 min 4 s");
        assert_eq!(duration(3_720_000), "1 h 2 min");
        assert_eq!(duration(-5), "0.0 s");
    }
}
