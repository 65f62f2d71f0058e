//! The first process of a run container.
//!
//! `cloudoven-entry PHASE.json` runs a phase's commands by argv, passes the first request to stop on to the command
//! that runs, and leaves exit codes, durations and peak memory in a file. A shell in its place would swallow the
//! signal and apply everything.
//!
//! `cloudoven-entry each COMMANDS.json` only runs commands one after the other. Under the name `git-submodule` it
//! stands in for git's script of that name.

mod child;
mod each;
mod output;
mod phase;

use std::{io::ErrorKind, path::Path, process::ExitCode};

use cloudoven_entry::{DISK_FULL, USAGE};

fn main() -> ExitCode {
    let mut arguments = std::env::args_os();
    let name = arguments.next().unwrap_or_default();
    if Path::new(&name).file_name().is_some_and(|name| name == "git-submodule") {
        return failed(&each::submodule(arguments));
    }
    let ended = match (arguments.next(), arguments.next(), arguments.next()) {
        (Some(path), None, None) => {
            phase::run(path.as_ref()).map(|well| if well { ExitCode::SUCCESS } else { ExitCode::FAILURE })
        }
        (Some(word), Some(path), None) if word == "each" => each::run(path.as_ref()),
        _ => {
            eprintln!("usage: cloudoven-entry PHASE.json\n       cloudoven-entry each COMMANDS.json");
            return ExitCode::from(USAGE);
        }
    };
    ended.unwrap_or_else(|error| failed(&error))
}

fn failed(error: &std::io::Error) -> ExitCode {
    eprintln!("cloudoven-entry: {error}");
    ExitCode::from(if error.kind() == ErrorKind::StorageFull { DISK_FULL } else { 3 })
}
