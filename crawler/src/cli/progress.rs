//! Progress on stderr.

use std::{
    io::{IsTerminal, Write},
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use cloudoven_crawler::{
    catalog::{Catalog, Published},
    crawl::{self, Report},
    source::{Observer, Progress, ProviderSource, Stage},
};

/// How often the line is rewritten at most.
const INTERVAL: Duration = Duration::from_millis(100);

/// One line that is rewritten on a terminal; otherwise only what came out and what went wrong.
pub struct ProgressLine {
    is_terminal: bool,
    /// What is being worked on, and when the line was last written.
    line: Mutex<(String, Instant)>,
}

impl ProgressLine {
    pub fn new() -> Self {
        ProgressLine {
            is_terminal: std::io::stderr().is_terminal(),
            line: Mutex::new((String::new(), Instant::now())),
        }
    }

    /// Says what is being worked on.
    pub fn note(&self, text: &str) {
        let mut line = self.line.lock().unwrap_or_else(PoisonError::into_inner);
        *line = (text.to_owned(), Instant::now());
        self.rewrite(text);
    }

    /// Writes a line that stays.
    pub fn say(&self, text: &str) {
        let start = if self.is_terminal { "\r\x1b[2K" } else { "" };
        eprintln!("{start}{text}");
    }

    /// Puts a provider into the catalog and says what came of it.
    pub async fn import(&self, catalog: &Catalog, source: ProviderSource) -> anyhow::Result<()> {
        self.note(&format!("importing {} {}", source.address, source.version));
        let report = crawl::import(catalog, source, self).await?;
        self.say(&outcome(&report));
        Ok(())
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
        if line.1.elapsed() < INTERVAL {
            return;
        }
        line.1 = Instant::now();
        let total = if progress.total == 0 { String::new() } else { format!(" of {}", progress.total) };
        self.rewrite(&format!("{}: {} {}{total}", line.0, stage(progress.stage), progress.done));
    }

    fn problem(&self, item: &str, reason: &str) {
        self.say(&format!("{item}: {reason}"));
    }
}

fn stage(stage: Stage) -> &'static str {
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
