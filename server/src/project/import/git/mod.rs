//! Repositories: fetched in a container of the runner image, never here, and read like any other archive.
//!
//! The container keeps the repository in memory, so that its size is bounded, and prints the files of one commit.

mod address;
mod fault;
mod program;

use std::{
    fs::File,
    io::{self, Read, Seek, SeekFrom},
    path::Path,
    time::Duration,
};

use anyhow::Context as _;
use cloudoven_executor::{Limits, Sandbox};
use tokio::sync::Semaphore;

use self::address::Repository;
pub use self::address::{GitRequest, GitSource};
use super::{Draft, MAX_UPLOAD, turns};
use crate::{
    blueprint::{self, Bounds, UnpackError},
    error::{Error, Result},
    project::design,
};

/// Fetches at the same time, since each may take [`limits`] of the engine.
const AT_ONCE: usize = 2;

/// Fetches repositories.
#[derive(Debug)]
pub struct Git {
    sandbox: Sandbox,
    turns: Semaphore,
    /// Certificates in PEM that are trusted besides those of the image.
    authorities: Option<Vec<u8>>,
    /// Why nothing can be fetched.
    off: Option<&'static str>,
}

/// What a fetch may use.
pub fn limits() -> Limits {
    Limits {
        memory_mib: 1024,
        cpus: 2.0,
        pids: 64,
        tmp_mib: 512,
        timeout: Duration::from_secs(120),
        grace: Duration::ZERO,
    }
}

impl Git {
    /// `network`: of runs, as the settings name it. `authorities`: a file of certificates.
    ///
    /// # Errors
    /// When the file can't be read.
    pub fn new(sandbox: Sandbox, network: &str, authorities: Option<&Path>) -> anyhow::Result<Git> {
        let read =
            |path: &Path| std::fs::read(path).with_context(|| format!("can't read {}", path.display()));
        let off = "repositories are fetched in the network of runs, and there is none here (--run-network none); \
                   import an archive instead";
        Ok(Git {
            sandbox,
            turns: Semaphore::new(AT_ONCE),
            authorities: authorities.map(read).transpose()?,
            off: (network == "none").then_some(off),
        })
    }

    /// Fetches what was asked for. When this future is dropped, the container is removed soon after.
    ///
    /// # Errors
    /// Invalid at a field below `/git`; Unavailable where there is no engine, no image or no turn.
    pub async fn fetch(&self, request: &GitRequest) -> Result<Draft> {
        let repository = Repository::of(request)?;
        if let Some(reason) = self.off {
            return Err(Error::Unavailable(reason.to_owned()));
        }
        let _turn = turns::take(&self.turns, "other repositories are being fetched").await?;
        let file = tempfile::tempfile().map_err(Error::internal)?;
        let printed = file.try_clone().map_err(Error::internal)?;
        let limit = usize::try_from(MAX_UPLOAD).unwrap_or(usize::MAX);
        let program = program::fetch(&repository, self.authorities.as_deref(), printed, limit);
        let outcome = self.sandbox.run(program).await.map_err(fault::engine)?;
        fault::check(&outcome, &repository, self.sandbox.limits())?;
        design::blocking(move || read(file, &repository)).await?
    }

    /// Waits until the containers of dropped fetches are removed. Nothing more can be fetched.
    pub async fn close(&self) {
        self.sandbox.close().await;
    }
}

/// Reads what the container printed.
fn read(mut file: File, repository: &Repository) -> Result<Draft> {
    file.seek(SeekFrom::Start(0)).map_err(Error::internal)?;
    let commit = commit(&mut file).map_err(Error::internal)?;
    let unpacked = blueprint::unpack(file, "", Bounds::default()).map_err(refusal)?;
    let mut draft = Draft::new(repository.shown(), repository.name(), unpacked)
        .map_err(|message| address::fault("subdirectory", message))?;
    draft.source = Some(GitSource {
        url: repository.url.to_string(),
        reference: repository.reference.clone(),
        commit,
        subdirectory: repository.subdirectory.clone(),
    });
    Ok(draft)
}

/// The id in the first line: SHA-1, or the longer SHA-256.
fn commit(file: &mut File) -> io::Result<String> {
    let mut line = vec![0; 41];
    file.read_exact(&mut line)?;
    if line.last() != Some(&b'\n') {
        let mut rest = [0; 24];
        file.read_exact(&mut rest)?;
        line.extend(rest);
    }
    let id = String::from_utf8(line).map_err(io::Error::other)?;
    match id.strip_suffix('\n') {
        Some(id) if id.bytes().all(|b| b.is_ascii_hexdigit()) => Ok(id.to_owned()),
        _ => Err(io::Error::other("git printed no commit")),
    }
}

fn refusal(error: UnpackError) -> Error {
    let many = match &error {
        UnpackError::Entries(most) => format!("more than {most} files and folders"),
        UnpackError::Unpacked(most) => format!("more than {} MiB of files", most >> 20),
        UnpackError::Files(most) => format!("more than {most} Terraform files"),
        UnpackError::Kept(most) => format!("more than {} MiB of Terraform files", most >> 20),
        UnpackError::Io(_) => return Error::internal(error),
        _ => return address::fault("url", error.to_string()),
    };
    address::fault(
        "subdirectory",
        format!("there are {many}; name the subdirectory of the module that you need"),
    )
}
