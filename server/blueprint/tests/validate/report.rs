//! What was compared, and where the two differ.

use std::{collections::BTreeMap, fmt};

use cloudoven_blueprint::Diagnostic;

use super::oracle::{CRASH, Fault};

/// One configuration, judged by both.
pub struct Compared {
    pub number: usize,
    pub text: String,
    pub changes: Vec<String>,
    pub ours: Vec<Diagnostic>,
    pub theirs: Vec<Fault>,
}

#[derive(Debug, Default)]
pub struct Report {
    valid: usize,
    both: usize,
    not_counted: usize,
    false_alarms: Vec<String>,
    /// By Terraform's summary.
    misses: BTreeMap<String, Vec<String>>,
}

/// What Terraform says of the folder, or of itself, not of the text.
fn is_about_folder(fault: &Fault) -> bool {
    [
        CRASH,
        "Module not installed",
        "Missing required provider",
        "Module source has changed",
        "Missing required provisioner plugin",
    ]
    .contains(&fault.summary.as_str())
}

/// Examples of each kind of miss that are printed.
const SHOWN: usize = 6;

impl Report {
    pub fn add(&mut self, compared: &Compared) {
        let Compared { number, text, changes, ours, theirs } = compared;
        let counted: Vec<&Fault> = theirs.iter().filter(|fault| !is_about_folder(fault)).collect();
        match (ours.is_empty(), counted.first()) {
            (_, None) if !theirs.is_empty() => self.not_counted += 1,
            (true, None) => self.valid += 1,
            (false, Some(_)) => self.both += 1,
            (false, None) => {
                let found: Vec<String> =
                    ours.iter().map(|d| format!("  line {}: {:?}: {}", d.line, d.code, d.message)).collect();
                let shown = format!("#{number} {changes:#?}\n{}\n{text}", found.join("\n"));
                self.false_alarms.push(shown);
            }
            (true, Some(fault)) => {
                let line = usize::try_from(fault.line).unwrap_or(0);
                let code = line.checked_sub(1).and_then(|line| text.lines().nth(line)).unwrap_or("").trim();
                let detail: String = fault.detail.chars().take(160).collect();
                let shown =
                    format!("#{number} {changes:?}\n      at {code:?}: {}", detail.replace('\n', " "));
                self.misses.entry(class(&fault.summary)).or_default().push(shown);
            }
        }
    }

    pub fn total(&self) -> usize {
        self.valid + self.both + self.not_counted + self.false_alarms() + self.missed()
    }

    pub fn false_alarms(&self) -> usize {
        self.false_alarms.len()
    }

    fn missed(&self) -> usize {
        self.misses.values().map(Vec::len).sum()
    }

    /// Of the configurations that Terraform refuses, the share that we refuse, too.
    pub fn recall(&self) -> f64 {
        self.both as f64 / (self.both + self.missed()).max(1) as f64
    }

    pub fn line(&self) -> String {
        format!(
            "{} configurations: {} valid to both, {} refused by both, {} missed ({:.2} % found), {} false alarms, {} not counted",
            self.total(),
            self.valid,
            self.both,
            self.missed(),
            self.recall() * 100.0,
            self.false_alarms(),
            self.not_counted
        )
    }
}

/// A summary without the names in it.
fn class(summary: &str) -> String {
    match summary.split_once(':') {
        Some(("Cycle", _)) => "Cycle".to_owned(),
        _ => summary.to_owned(),
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for alarm in &self.false_alarms {
            writeln!(f, "FALSE ALARM {alarm}\n")?;
        }
        let mut misses: Vec<_> = self.misses.iter().collect();
        misses.sort_by_key(|(_, found)| std::cmp::Reverse(found.len()));
        for (summary, found) in misses {
            writeln!(f, "{:5} missed: {summary}", found.len())?;
            found.iter().take(SHOWN).try_for_each(|shown| writeln!(f, "    {shown}"))?;
        }
        writeln!(f, "{}", self.line())
    }
}
