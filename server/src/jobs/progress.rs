//! How far a crawl is, as it tells it: often, from any thread.

use std::{
    collections::VecDeque,
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use cloudoven_crawler::source::{Observer, Progress, Stage};

use crate::store::crawl_jobs::{CrawlProblem, CrawlProgress};

/// Different problems that are kept; further ones are counted.
const MAX_PROBLEMS: usize = 100;
/// Characters of one.
const MAX_ITEM: usize = 200;
const MAX_REASON: usize = 500;
/// How far back the rate is measured.
const WINDOW: Duration = Duration::from_secs(10);

/// Collects what a crawl tells until it is written down.
#[derive(Debug, Default)]
pub struct Tracker(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    stage: Option<Stage>,
    done: u64,
    total: u64,
    problems: Vec<CrawlProblem>,
    problem_count: i64,
    /// When how many items of this stage were done, oldest first.
    samples: VecDeque<(Instant, u64)>,
}

impl Observer for Tracker {
    fn progress(&self, progress: Progress) {
        let mut state = self.state();
        if state.stage != Some(progress.stage) || progress.done < state.done {
            state.samples.clear();
            state.samples.push_back((Instant::now(), progress.done));
        }
        state.stage = Some(progress.stage);
        state.done = progress.done;
        state.total = progress.total;
    }

    fn problem(&self, item: &str, reason: &str) {
        let (item, reason) = (shortened(item, MAX_ITEM), shortened(reason, MAX_REASON));
        let mut state = self.state();
        state.problem_count += 1;
        let full = state.problems.len() >= MAX_PROBLEMS;
        match state.problems.iter_mut().find(|p| p.item == item && p.reason == reason) {
            Some(known) => known.count += 1,
            None if full => {}
            None => state.problems.push(CrawlProblem { item, reason, count: 1 }),
        }
    }
}

impl Tracker {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What there is to write down now. To be called about once a second: the rate is measured between calls.
    pub fn snapshot(&self) -> CrawlProgress {
        let mut state = self.state();
        let now = Instant::now();
        let done = state.done;
        while state.samples.len() > 1 && state.samples[0].0 + WINDOW < now {
            state.samples.pop_front();
        }
        let rate = state.samples.front().map_or(0.0, |(since, before)| rate(done - before, now - *since));
        state.samples.push_back((now, done));
        CrawlProgress {
            stage: state.stage,
            done: i64::try_from(done).unwrap_or(i64::MAX),
            total: i64::try_from(state.total).unwrap_or(i64::MAX),
            rate,
            seconds_left: None,
            problems: state.problems.clone(),
            problem_count: state.problem_count,
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "a rate is shown with two digits")]
fn rate(items: u64, time: Duration) -> f64 {
    if time.as_millis() < 200 { 0.0 } else { items as f64 / time.as_secs_f64() }
}

/// The beginning of a text from outside, fit for the database and a page: one line, no control characters.
pub fn shortened(text: &str, limit: usize) -> String {
    let clean = |c: char| if c.is_control() { ' ' } else { c };
    let mut short: String = text.chars().take(limit).map(clean).collect();
    if text.chars().nth(limit).is_some() {
        short.push('…');
    }
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_problem_is_listed_once_and_the_list_ends() {
        let tracker = Tracker::default();
        for i in 0..300 {
            tracker.problem(&format!("page {}", i % 150), "not found\u{0}");
        }
        let seen = tracker.snapshot();
        assert_eq!((seen.problem_count, seen.problems.len()), (300, MAX_PROBLEMS));
        assert_eq!((seen.problems[0].count, seen.problems[0].reason.as_str()), (2, "not found "));
    }

    #[test]
    fn a_stage_that_begins_anew_has_no_rate_yet() {
        let tracker = Tracker::default();
        tracker.progress(Progress { stage: Stage::Pages, done: 50, total: 100 });
        tracker.progress(Progress { stage: Stage::Reading, done: 0, total: 0 });
        let seen = tracker.snapshot();
        assert_eq!((seen.stage, seen.done, seen.rate), (Some(Stage::Reading), 0, 0.0));
    }
}
