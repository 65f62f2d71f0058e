//! Commands one after the other, for whoever reads their output as it is.

use std::{
    fs, io,
    os::unix::process::CommandExt as _,
    path::Path,
    process::{Command, ExitCode, Stdio},
};

/// Runs the commands that the JSON file at `path` lists, each as its argv. The first one that fails is the last, and its
/// exit code is what this returns.
pub fn run(path: &Path) -> io::Result<ExitCode> {
    let commands: Vec<Vec<String>> = serde_json::from_slice(&fs::read(path)?)?;
    for argv in &commands {
        let (program, arguments) = argv.split_first().ok_or_else(|| io::Error::other("no command"))?;
        let status = Command::new(program).args(arguments).stdin(Stdio::null()).status();
        let status = status.map_err(|error| io::Error::other(format!("cannot run {program}: {error}")))?;
        if !status.success() {
            return Ok(ExitCode::from(status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(1)));
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Becomes what `git submodule` runs. Git's own is a shell script around it, and the image has no shell.
///
/// Source: <https://github.com/git/git/blob/v2.39.5/git-submodule.sh> (`cmd_update`)
pub fn submodule(arguments: impl Iterator<Item = std::ffi::OsString>) -> io::Error {
    Command::new("git").arg("submodule--helper").args(arguments).exec()
}
