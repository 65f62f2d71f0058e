//! Progress on stderr.

use std::{
    fmt::Write as _,
    io::{IsTerminal, Write},
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use cloudoven_crawler::{
    catalog::{Catalog, Published},
    crawl::{self, Report},
    source::{Observer, Progress, ProviderSource, Stage},
};

/// How often the line is rewritten at most.
const INTERVAL: Duration = Duration::from_millis(100);
/// How long a stage takes until its rate says something.
const SETTLED: Duration = Duration::from_secs(1);

/// One line that is rewritten on a terminal; otherwise only what came out and what went wrong.
pub struct ProgressLine {
    is_terminal: bool,
    problems: AtomicU64,
    line: Mutex<Line>,
}

struct Line {
    /// What is being worked on.
    subject: String,
    /// When the line was last written.
    written: Instant,
    /// The stage, and how far it was when it began.
    stage: Option<(Stage, Instant, u64)>,
}

impl Line {
    fn new(subject: &str) -> Self {
        Line { subject: subject.into(), written: Instant::now(), stage: None }
    }

    /// How far a stage is, its rate, and how long it will take.
    fn describe(&mut self, progress: Progress) -> String {
        let Progress { stage, done, total } = progress;
        let (_, began, first) = match self.stage {
            Some(known) if known.0 == stage => known,
            _ => *self.stage.insert((stage, Instant::now(), done)),
        };
        let mut text = format!("{}: {} {done}", self.subject, name(stage));
        if total == 0 {
            return text;
        }
        let _ = write!(text, " of {total}");
        let rate = done.saturating_sub(first) as f64 / began.elapsed().as_secs_f64().max(0.001);
        if done < total && rate > 0.0 && began.elapsed() > SETTLED {
            let left = (total - done) as f64 / rate;
            let _ = write!(text, ", {rate:.0}/s, {left:.0} s left");
        }
        text
    }
}

impl ProgressLine {
    pub fn new() -> Self {
        ProgressLine {
            is_terminal: std::io::stderr().is_terminal(),
            problems: AtomicU64::new(0),
            line: Mutex::new(Line::new("")),
        }
    }

    /// Says what is being worked on.
    pub fn note(&self, text: &str) {
        let mut line = self.line.lock().unwrap_or_else(PoisonError::into_inner);
        *line = Line::new(text);
        self.rewrite(text);
    }

    /// Writes a line that stays.
    pub fn say(&self, text: &str) {
        let start = if self.is_terminal { "\r\x1b[2K" } else { "" };
        eprintln!("{start}{text}");
    }

    /// How many items were left out.
    pub fn problems(&self) -> u64 {
        self.problems.load(Ordering::Relaxed)
    }

    /// Puts a provider into the catalog and says what came of it.
    pub async fn import(&self, catalog: &Catalog, source: ProviderSource) -> anyhow::Result<()> {
        self.note(&format!("importing {} {}", source.address, source.version));
        let report = crawl::import(catalog, source, self).await?;
        self.done(&report);
        Ok(())
    }

    /// Says what came of a provider.
    pub fn done(&self, report: &Report) {
        self.say(&outcome(report));
    }

    fn rewrite(&self, text: &str) {
        if self.is_terminal {
            eprint!("\r\x1b[2K{text} …");
            let _ = std::io::stderr().flush();
        }
    }
}

impl Observer for ProgressLine {
    fn progress(&self, progress: Progress) {
        let mut line = self.line.lock().unwrap_or_else(PoisonError::into_inner);
        if line.written.elapsed() < INTERVAL {
            return;
        }
        line.written = Instant::now();
        let text = line.describe(progress);
        self.rewrite(&text);
    }

    fn problem(&self, item: &str, reason: &str) {
        self.problems.fetch_add(1, Ordering::Relaxed);
        self.say(&format!("{item}: {reason}"));
    }
}

fn name(stage: Stage) -> &'static str {
    match stage {
        Stage::Listing => "listing",
        Stage::Pages => "pages",
        Stage::Package => "package",
        Stage::Schema => "schema",
        Stage::Reading => "reading",
        Stage::Writing => "writing",
    }
}

fn outcome(report: &Report) -> String {
    let outcome = match report.published {
        Published::Written => "imported",
        Published::Unchanged => "unchanged",
    };
    format!(
        "{outcome} {} {}: {} resources, {} data sources, {} ephemeral resources, {} functions",
        report.address,
        report.version,
        report.resources,
        report.data_sources,
        report.ephemeral_resources,
        report.functions
    )
}
