//! What a run may become: the statuses are HCP Terraform's, and every change of one goes through here.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use Status::*;

/// Where a run is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Waits for an earlier run of the same deployment.
    Pending,
    /// Waits for a worker.
    Queued,
    Planning,
    /// The plan waits for somebody to confirm it.
    Planned,
    PolicyFailed,
    Confirmed,
    /// Waits for a worker to apply it.
    ApplyQueued,
    Applying,
    Applied,
    /// A plan that is not to be applied, or that changes nothing.
    PlannedAndFinished,
    Discarded,
    Errored,
    Canceled,
    ForceCanceled,
    /// The place where the apply happened is gone. Nobody knows what was applied; a person must look.
    OutcomeUnknown,
}

const ALL: [Status; 15] = [
    Pending,
    Queued,
    Planning,
    Planned,
    PolicyFailed,
    Confirmed,
    ApplyQueued,
    Applying,
    Applied,
    PlannedAndFinished,
    Discarded,
    Errored,
    Canceled,
    ForceCanceled,
    OutcomeUnknown,
];

impl Status {
    pub fn as_str(self) -> &'static str {
        match self {
            Pending => "pending",
            Queued => "queued",
            Planning => "planning",
            Planned => "planned",
            PolicyFailed => "policy_failed",
            Confirmed => "confirmed",
            ApplyQueued => "apply_queued",
            Applying => "applying",
            Applied => "applied",
            PlannedAndFinished => "planned_and_finished",
            Discarded => "discarded",
            Errored => "errored",
            Canceled => "canceled",
            ForceCanceled => "force_canceled",
            OutcomeUnknown => "outcome_unknown",
        }
    }

    /// Whether nothing happens to the run any more by itself.
    pub fn is_final(self) -> bool {
        matches!(
            self,
            Applied | PlannedAndFinished | Discarded | Errored | Canceled | ForceCanceled | OutcomeUnknown
        )
    }

    /// Whether a run that may apply keeps the deployment's later runs waiting.
    pub fn holds_deployment(self) -> bool {
        !self.is_final() || self == OutcomeUnknown
    }

    /// The statuses that hold a deployment, as a list for SQL.
    pub fn holding() -> impl Iterator<Item = Status> {
        ALL.into_iter().filter(|status| status.holds_deployment())
    }

    /// Whether a container works for the run.
    pub fn is_working(self) -> bool {
        matches!(self, Planning | Applying)
    }

    /// What `event` makes of a run in this status; `None` when it can't happen here.
    pub fn after(self, event: Event) -> Option<Status> {
        Some(match (self, event) {
            (Pending, Event::Enqueue) => Queued,
            (Queued, Event::Claim) => Planning,
            (Planning, Event::Planned { waits: true }) => Planned,
            (Planning, Event::Planned { waits: false }) => PlannedAndFinished,
            (Planned, Event::Confirm) => Confirmed,
            (Confirmed, Event::Enqueue) => ApplyQueued,
            (ApplyQueued, Event::Claim) => Applying,
            (Applying, Event::Apply) => Applied,
            (Planned | PolicyFailed, Event::Discard) => Discarded,
            // A person has looked: the deployment is free again, and the run did not succeed.
            (OutcomeUnknown, Event::Discard) => Errored,
            (Pending | Queued | Confirmed | ApplyQueued | Planning | Applying, Event::Cancel) => Canceled,
            (Planning | Applying, Event::ForceCancel) => ForceCanceled,
            (Queued | Planning | Confirmed | ApplyQueued | Applying, Event::Fail) => Errored,
            (Applying, Event::Lose) => OutcomeUnknown,
            _ => return None,
        })
    }
}

/// What happens to a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// Its turn has come.
    Enqueue,
    /// A worker took it.
    Claim,
    /// `waits`: there are changes, and the run is meant to apply them.
    Planned {
        waits: bool,
    },
    Confirm,
    Discard,
    Apply,
    /// It stopped as it was asked to; from a waiting status that is at once.
    Cancel,
    ForceCancel,
    Fail,
    /// The place where it happened is gone.
    Lose,
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Status {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        ALL.into_iter()
            .find(|status| status.as_str() == text)
            .ok_or_else(|| anyhow::anyhow!("`{text}` is no status of a run"))
    }
}

/// What a run is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Operation {
    /// Shows what would change.
    Plan,
    Apply,
    /// Plans the removal of everything, and applies it.
    Destroy,
    /// Brings the state in line with what is there, and changes nothing else.
    Refresh,
    /// Finds objects that exist and generates configuration for them; changes nothing.
    Import,
}

impl Operation {
    pub fn as_str(self) -> &'static str {
        match self {
            Operation::Plan => "plan",
            Operation::Apply => "apply",
            Operation::Destroy => "destroy",
            Operation::Refresh => "refresh",
            Operation::Import => "import",
        }
    }

    /// Whether a run of it may change anything: one such run of a deployment at a time.
    pub fn may_apply(self) -> bool {
        !matches!(self, Operation::Plan | Operation::Import)
    }
}

impl FromStr for Operation {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        use Operation::*;
        [Plan, Apply, Destroy, Refresh, Import]
            .into_iter()
            .find(|operation| operation.as_str() == text)
            .ok_or_else(|| anyhow::anyhow!("`{text}` is no operation of a run"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EVENTS: [Event; 11] = [
        Event::Enqueue,
        Event::Claim,
        Event::Planned { waits: true },
        Event::Planned { waits: false },
        Event::Confirm,
        Event::Discard,
        Event::Apply,
        Event::Cancel,
        Event::ForceCancel,
        Event::Fail,
        Event::Lose,
    ];

    #[test]
    fn a_run_takes_the_long_way_to_applied() {
        let events = [
            Event::Enqueue,
            Event::Claim,
            Event::Planned { waits: true },
            Event::Confirm,
            Event::Enqueue,
            Event::Claim,
            Event::Apply,
        ];
        let end = events.into_iter().try_fold(Pending, Status::after);
        assert_eq!(end, Some(Applied));
    }

    #[test]
    fn nothing_leaves_a_final_status_but_a_look_at_an_unknown_outcome() {
        for status in ALL.into_iter().filter(|status| status.is_final()) {
            for event in EVENTS {
                let expected = (status == OutcomeUnknown && event == Event::Discard).then_some(Errored);
                assert_eq!(status.after(event), expected, "{status} {event:?}");
            }
        }
    }

    #[test]
    fn only_a_confirmed_plan_is_ever_applied() {
        for status in ALL {
            for event in EVENTS {
                match status.after(event) {
                    Some(Applying) => assert_eq!(status, ApplyQueued),
                    Some(ApplyQueued) => assert_eq!(status, Confirmed),
                    Some(Confirmed) => assert_eq!(status, Planned),
                    Some(OutcomeUnknown) => assert_eq!(status, Applying),
                    _ => {}
                }
            }
        }
    }

    #[test]
    fn every_status_reads_back() {
        for status in ALL {
            assert_eq!(status.as_str().parse::<Status>().unwrap(), status);
            assert_eq!(serde_json::to_value(status).unwrap(), status.as_str());
        }
    }
}
