//! The engine's diagnostics against `terraform validate`, on configurations that a generator makes and mutations spoil.
//!
//! An error of ours that Terraform does not have is a false alarm, of which there must be none. An error of Terraform's
//! that we do not have is a miss. Not counted is what Terraform says of the folder instead of the text (a module or
//! provider that `terraform init` has not installed), and what it crashes on.
//!
//! `CLOUDOVEN_VALIDATE_CONFIGS` is the number of configurations, `CLOUDOVEN_VALIDATE_SEED` where the random numbers
//! start, `CLOUDOVEN_VALIDATE_VERDICTS` a file that keeps what Terraform said, for runs that go on where one stopped.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test ends at its first surprise")]

mod again;
mod generate;
mod mutate;
mod oracle;
mod pools;
mod report;
mod schemas;
mod tree;

use std::{
    path::PathBuf,
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use cloudoven_blueprint::{Diagnostic, Document, Files, Schemas, Severity, check};
use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};

use self::{
    oracle::Oracle,
    report::{Compared, Report},
};

/// Terraform processes at a time.
const WORKERS: usize = 2;

fn setting<T: std::str::FromStr>(name: &str) -> Option<T> {
    std::env::var(name).ok()?.parse().ok()
}

fn mirror() -> PathBuf {
    let default = concat!(env!("CARGO_MANIFEST_DIR"), "/../../target/mirror");
    let mirror: PathBuf =
        std::env::var_os("CLOUDOVEN_PROVIDER_MIRROR").unwrap_or_else(|| default.into()).into();
    mirror.canonicalize().unwrap_or_else(|_| panic!("{} is missing: run `make mirror`", mirror.display()))
}

/// The n-th configuration of a seed, with what was changed in it.
fn configuration(seed: u64, number: usize) -> (String, Vec<String>) {
    let mut rng = StdRng::seed_from_u64(seed.wrapping_mul(0x9e37_79b9).wrapping_add(number as u64));
    let mut config = generate::configuration(&mut rng);
    let count = match rng.random_range(0..100) {
        0..8 => 0,
        8..60 => 1,
        60..85 => 2,
        _ => 3,
    };
    let changes = (0..count).filter_map(|_| mutate::mutate(&mut config, &mut rng)).collect();
    (tree::text(&config), changes)
}

fn errors(all: &Schemas, text: &str) -> Vec<Diagnostic> {
    let mut files = Files::default();
    files.insert("main.tf", text).unwrap();
    files.insert("child/main.tf", oracle::CHILD).unwrap();
    let found = match Document::parse(&files) {
        Ok(document) => check(&document, &schemas::of(all, &document)),
        Err(faults) => faults,
    };
    found.into_iter().filter(|d| d.severity == Severity::Error).collect()
}

#[test]
fn errors_are_those_of_terraform_validate() {
    let count: usize = setting("CLOUDOVEN_VALIDATE_CONFIGS").unwrap_or(120);
    let seed: u64 = setting("CLOUDOVEN_VALIDATE_SEED").unwrap_or(1);
    let mirror = mirror();
    let all = schemas::all(&mirror);
    let oracle = Oracle::new(&mirror, setting("CLOUDOVEN_VALIDATE_VERDICTS"));
    let (next, report) = (AtomicUsize::new(0), Mutex::new(Report::default()));
    thread::scope(|scope| {
        for worker in 1..=WORKERS {
            let (all, oracle, next, report) = (&all, &oracle, &next, &report);
            scope.spawn(move || {
                let place = oracle.worker(worker);
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= count {
                        break;
                    }
                    let (text, changes) = configuration(seed, number);
                    let theirs = oracle.validate(&place, &text);
                    let compared = Compared { number, ours: errors(all, &text), theirs, changes, text };
                    let mut report = report.lock().unwrap();
                    report.add(&compared);
                    if report.total() % 500 == 0 {
                        println!("{}", report.line());
                    }
                }
            });
        }
    });
    let report = report.into_inner().unwrap();
    println!("{report}");
    assert!(report.false_alarms() == 0, "{} false alarms", report.false_alarms());
    assert!(report.recall() >= LEAST_RECALL, "{:.4}", report.recall());
}

/// Of the configurations that Terraform refuses, we refuse at least this share.
const LEAST_RECALL: f64 = 0.95;
