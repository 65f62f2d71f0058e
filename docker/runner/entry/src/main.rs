//! The first process of a run container.
//!
//! `cloudoven-entry PHASE.json` runs a phase's commands by argv, passes the first request to stop on to the command
//! that runs, and leaves exit codes, durations and peak memory in a file. A shell in its place would swallow the
//! signal and apply everything.

mod child;
mod output;
mod phase;

use std::{io::ErrorKind, process::ExitCode};

use cloudoven_entry::DISK_FULL;

fn main() -> ExitCode {
    let mut arguments = std::env::args_os().skip(1);
    let (Some(path), None) = (arguments.next(), arguments.next()) else {
        eprintln!("usage: cloudoven-entry PHASE.json");
        return ExitCode::from(2);
    };
    match phase::run(path.as_ref()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) => {
            eprintln!("cloudoven-entry: {error}");
            ExitCode::from(if error.kind() == ErrorKind::StorageFull { DISK_FULL } else { 3 })
        }
    }
}
