//! What went wrong at a fetch, in words that say what to do.

use cloudoven_executor::{End, ExecError, Limits, Outcome};

use super::address::{Repository, fault};
use crate::{
    error::{Error, Result},
    project::import::MAX_UPLOAD,
    secret::mask::Masker,
};

/// The way out that is always there.
const INSTEAD: &str = "or import an archive of it";
/// The longest text of git's that is passed on, in characters.
const TOLD: usize = 300;

/// Why there is no container to fetch in.
pub(super) fn engine(error: ExecError) -> Error {
    match error {
        ExecError::DiskFull(_) => Error::Unavailable(format!("{error}; make room there, {INSTEAD}")),
        ExecError::Unavailable(_) | ExecError::ImageMissing(_) | ExecError::Refused(_) => Error::Unavailable(
            format!("a repository is fetched in a container, but {error}; see to that, {INSTEAD}"),
        ),
        other => Error::internal(other),
    }
}

/// # Errors
/// When git did not end well: at the field of the request that can be changed.
pub(super) fn check(outcome: &Outcome, repository: &Repository, limits: &Limits) -> Result<()> {
    let host = repository.url.host_str().unwrap_or_default();
    let large = format!(
        "its files are more than {} MiB together, packed; name the subdirectory that you need, {INSTEAD}",
        MAX_UPLOAD >> 20
    );
    match outcome.end {
        End::Exited(0) => Ok(()),
        End::Exited(_) => Err(said(&outcome.stderr, repository, limits)),
        End::TooMuchOutput => Err(fault("subdirectory", large)),
        End::OutOfMemory => Err(fault("url", too_large(limits))),
        End::TimedOut { .. } => Err(fault(
            "url",
            format!(
                "{host} did not send it within {} seconds; try again, {INSTEAD}",
                limits.timeout.as_secs()
            ),
        )),
    }
}

fn too_large(limits: &Limits) -> String {
    format!(
        "it is larger than {} MiB, even without its history; import an archive of the folder that you need",
        limits.tmp_mib
    )
}

/// What git's messages mean. It speaks English, since `LC_ALL` is `C`.
///
/// Source: <https://github.com/git/git/tree/v2.39.5> (`remote.c`, `remote-curl.c`, `http.c`, `archive.c`)
fn said(stderr: &str, repository: &Repository, limits: &Limits) -> Error {
    let text = stderr.to_ascii_lowercase();
    let any = |signs: &[&str]| signs.iter().any(|sign| text.contains(sign));
    if any(&["usage: cloudoven-entry", "cannot run git"]) {
        return Error::Unavailable(format!(
            "the runner image has no git, since it is older than this server; build it again with `make runner-image`, {INSTEAD}"
        ));
    }
    if any(&["couldn't find remote ref", "not our ref", "unadvertised object"]) {
        return fault("ref", unknown_ref(repository));
    }
    if any(&["not a valid object name", "does not exist in", "not a tree object"]) {
        let folder = &repository.subdirectory;
        return fault(
            "subdirectory",
            format!("there is no folder {folder:?} at this ref; upper and lower case matter"),
        );
    }
    if any(&[
        "could not read username",
        "could not read password",
        "authentication failed",
        "error: 401",
        "error: 403",
    ]) {
        return match repository.credentials {
            None => fault(
                "url",
                "there is no such repository, or it is private; check the address, or give a token that may read it",
            ),
            Some(_) => fault(
                "token",
                "the host does not take this token; check that it is valid and may read the repository",
            ),
        };
    }
    fault("url", unreachable(stderr, &text, repository, limits))
}

fn unknown_ref(repository: &Repository) -> String {
    match repository.reference.as_deref() {
        None => {
            "the repository has no default branch; name a branch, or push something to it first".to_owned()
        }
        Some(short)
            if short.len() < 40 && short.len() >= 7 && short.bytes().all(|b| b.is_ascii_hexdigit()) =>
        {
            format!(
                "there is no branch or tag {short:?}; a commit is named by its whole id, of 40 characters"
            )
        }
        Some(text) => {
            format!("there is no {text:?} in the repository; name a branch, a tag, or a commit's whole id")
        }
    }
}

fn unreachable(stderr: &str, lower: &str, repository: &Repository, limits: &Limits) -> String {
    let any = |signs: &[&str]| signs.iter().any(|sign| lower.contains(sign));
    let host = repository.url.host_str().unwrap_or_default();
    if any(&["no space left on device", "cannot allocate memory", "out of memory"]) {
        return too_large(limits);
    }
    if any(&["could not resolve host"]) {
        return format!("the network of runs knows no host {host}; check the address");
    }
    if any(&["certificate"]) {
        return format!(
            "the certificate of {host} is not one that this server trusts; an administrator can add its authority with --git-ca"
        );
    }
    if any(&[
        "failed to connect",
        "couldn't connect",
        "connection refused",
        "timed out",
        "no route to host",
        "unreachable",
    ]) {
        return format!(
            "{host} does not answer in the network of runs; check the address, or try again later"
        );
    }
    if any(&["unable to update url base", "error: 301", "error: 302", "error: 307", "error: 308"]) {
        return "the host sends on to another address; give that one, since a token goes to no other"
            .to_owned();
    }
    if any(&["not found", "error: 404", "is this a git repository", "error: 410"]) {
        return "there is no repository at this address, or the token may not see it; check the address"
            .to_owned();
    }
    if any(&["operation too slow", "early eof", "hung up", "connection reset", "unexpected disconnect"]) {
        return format!("{host} stopped sending; try again, {INSTEAD}");
    }
    format!("git could not fetch it: {}", quoted(stderr, repository))
}

/// The first line in which git itself says what is wrong, fit to be shown.
fn quoted(stderr: &str, repository: &Repository) -> String {
    let line = stderr.lines().find(|line| line.starts_with("fatal: ")).or_else(|| stderr.lines().last());
    let line = line.unwrap_or("it gave no reason").trim_start_matches("fatal: ");
    let secrets = repository.credentials.iter().flat_map(|c| [c.token.as_str(), c.header.as_str()]);
    let Ok(masker) = Masker::new(secrets) else { return "it gave no reason".to_owned() };
    masker.mask(line).chars().filter(|c| !c.is_control()).take(TOLD).collect()
}

#[cfg(test)]
mod tests {
    use super::{super::address::GitRequest, *};

    fn told(stderr: &str, change: impl FnOnce(&mut GitRequest)) -> String {
        let mut request = GitRequest { url: "https://git.example.com/a.git".into(), ..GitRequest::default() };
        change(&mut request);
        let repository = Repository::of(&request).unwrap_or_else(|e| panic!("{e}"));
        let outcome = Outcome { end: End::Exited(128), stdout: Vec::new(), stderr: stderr.to_owned() };
        check(&outcome, &repository, &Limits::default()).err().map(|e| e.to_string()).unwrap_or_default()
    }

    #[test]
    fn messages_of_git_become_ways_out() {
        for (stderr, expected) in [
            ("fatal: couldn't find remote ref HEAD", "git/ref: the repository has no default branch"),
            (
                "fatal: could not read Username for 'https://x': terminal prompts disabled",
                "git/url: there is no such repository, or it is private",
            ),
            (
                "fatal: unable to access 'https://x/': Could not resolve host: x",
                "git/url: the network of runs knows no host git.example.com",
            ),
            (
                "fatal: unable to access 'https://x/': server certificate verification failed. CAfile: none",
                "git/url: the certificate of",
            ),
            (
                "remote: Repository not found.\nfatal: repository 'https://x/' not found",
                "git/url: there is no repository",
            ),
            (
                "fatal: write error: No space left on device\nfatal: fetch-pack: invalid index-pack output",
                "git/url: it is larger than 64 MiB",
            ),
            ("usage: cloudoven-entry PHASE.json", "the runner image has no git"),
            ("fatal: \u{1b}[31mstrange", "git/url: git could not fetch it: [31mstrange"),
            ("", "git/url: git could not fetch it: it gave no reason"),
        ] {
            let message = told(stderr, |_| {});
            assert!(message.starts_with(expected), "{message}");
        }
        let short = told("fatal: couldn't find remote ref abcdef1", |r| r.reference = "abcdef1".into());
        assert!(short.contains("whole id"), "{short}");
    }

    #[test]
    fn a_token_is_masked() {
        let message = told("fatal: what is hunter2-token?", |r| r.token = "hunter2-token".into());
        assert_eq!(message, "git/url: git could not fetch it: what is ***?");
        let message =
            told("fatal: Authentication failed for 'https://x'", |r| r.token = "hunter2-token".into());
        assert!(message.starts_with("git/token: "), "{message}");
    }
}
