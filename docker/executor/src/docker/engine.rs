//! The connection to a Docker engine, and the calls that every use of it needs.

use std::{
    io::{self, Write},
    time::Duration,
};

use bollard::{
    Docker,
    errors::Error as EngineError,
    models::ContainerCreateBody,
    query_parameters::{CreateContainerOptions, DownloadFromContainerOptions, UploadToContainerOptions},
};
use bytes::Bytes;
use futures::StreamExt as _;
use tokio::sync::OnceCell;
use tokio_util::io::{ReaderStream, SyncIoBridge};

use super::archive::{self, Packer};
use crate::phase::{ExecError, ExecResult};

/// How long an engine may take to answer one call. Pulling nothing and building nothing, it is quick.
const CALL: Duration = Duration::from_secs(60);
/// How long it may take over a provider's package, which can be most of a gigabyte.
const UPLOAD: Duration = Duration::from_secs(15 * 60);
/// How long is waited to learn whether there is an engine at all.
pub const PROBE: Duration = Duration::from_secs(5);

/// A Docker engine, connected to when it is first needed.
#[derive(Debug)]
pub struct Engine {
    host: String,
    docker: OnceCell<Docker>,
}

impl Engine {
    /// `host`: `unix:///var/run/docker.sock` or `tcp://host:port`.
    pub fn new(host: &str) -> Self {
        Self { host: host.to_owned(), docker: OnceCell::new() }
    }

    /// The client, with the API version that both sides know.
    pub async fn docker(&self) -> ExecResult<&Docker> {
        self.docker
            .get_or_try_init(|| async {
                let docker = Docker::connect_with_host(&self.host).map_err(fault)?.with_timeout(CALL);
                let negotiated = tokio::time::timeout(PROBE, docker.negotiate_version());
                negotiated
                    .await
                    .map_err(|_| ExecError::Unavailable("no answer in time".into()))?
                    .map_err(fault)
            })
            .await
    }

    /// Makes a container and returns its id. Without a name the engine gives one.
    pub async fn create(&self, name: Option<&str>, body: ContainerCreateBody) -> Result<String, EngineError> {
        let options =
            CreateContainerOptions { name: name.map(str::to_owned), ..CreateContainerOptions::default() };
        let docker = self
            .docker()
            .await
            .map_err(|error| EngineError::DockerStreamError { error: error.to_string() })?;
        Ok(docker.create_container(Some(options), body).await?.id)
    }

    /// Unpacks a tar at `path`.
    pub async fn upload(&self, container: &str, path: &str, tar: Vec<u8>) -> ExecResult<()> {
        let options =
            UploadToContainerOptions { path: path.to_owned(), ..UploadToContainerOptions::default() };
        let body = bollard::body_full(Bytes::from(tar));
        self.docker().await?.upload_to_container(container, Some(options), body).await.map_err(fault)
    }

    /// Puts what `pack` packs at `path`, for `owner`, while it is being packed: never whole in memory.
    ///
    /// # Errors
    /// [`ExecError::Package`] when `pack` fails, else what the engine says.
    pub async fn upload_packed<F>(&self, container: &str, path: &str, owner: u64, pack: F) -> ExecResult<()>
    where
        F: FnOnce(&mut Packer<Box<dyn Write>>) -> io::Result<()> + Send + 'static,
    {
        let docker = self.docker().await?.clone().with_timeout(UPLOAD);
        let (writer, reader) = tokio::io::duplex(256 * 1024);
        let writer = SyncIoBridge::new(writer);
        let packing = tokio::task::spawn_blocking(move || {
            let mut packer = Packer::new(Box::new(writer) as Box<dyn Write>, owner);
            pack(&mut packer)?;
            packer.finish()?.flush()
        });
        let options =
            UploadToContainerOptions { path: path.to_owned(), ..UploadToContainerOptions::default() };
        let body = bollard::body_try_stream(ReaderStream::with_capacity(reader, 64 * 1024));
        let uploaded = docker.upload_to_container(container, Some(options), body).await.map_err(fault);
        match packing.await.map_err(io::Error::other).flatten() {
            // The engine stopped listening, and says why.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe && uploaded.is_err() => uploaded,
            Err(error) => Err(ExecError::Package(error.to_string())),
            Ok(()) => uploaded,
        }
    }

    /// A file of at most `limit` bytes; `None` when there is none.
    pub async fn download(&self, container: &str, path: &str, limit: u64) -> ExecResult<Option<Vec<u8>>> {
        let options = DownloadFromContainerOptions { path: path.to_owned() };
        let mut stream = self.docker().await?.download_from_container(container, Some(options));
        let mut tar = Vec::new();
        // A tar holds a header block, the padding of the last block and an end mark beside the file.
        let bound = usize::try_from(limit).unwrap_or(usize::MAX).saturating_add(16 * 1024);
        while let Some(chunk) = stream.next().await {
            match chunk {
                Ok(chunk) => tar.extend_from_slice(&chunk),
                Err(EngineError::DockerResponseServerError { status_code: 404, message }) => {
                    return if message.contains("No such container") {
                        Err(ExecError::Gone)
                    } else {
                        Ok(None)
                    };
                }
                Err(error) => return Err(fault(error)),
            }
            if tar.len() > bound {
                return Err(ExecError::TooLarge { path: path.to_owned(), limit });
            }
        }
        archive::single_file(&tar, path, limit)
    }
}

/// Success, or one of the status codes that mean that there is nothing left to do.
pub fn accept(result: Result<(), EngineError>, fine: &[u16]) -> ExecResult<()> {
    match result {
        Err(EngineError::DockerResponseServerError { status_code, .. }) if fine.contains(&status_code) => {
            Ok(())
        }
        other => other.map_err(fault),
    }
}

/// What an engine's answer means for us.
pub fn fault(error: EngineError) -> ExecError {
    match error {
        EngineError::DockerResponseServerError { message, .. }
        | EngineError::DockerStreamError { error: message }
            if message.contains("no space left on device") =>
        {
            ExecError::DiskFull(message)
        }
        EngineError::DockerResponseServerError { status_code: 404, message }
            if message.contains("No such image") =>
        {
            ExecError::ImageMissing(message)
        }
        EngineError::DockerResponseServerError { status_code: 404, .. } => ExecError::Gone,
        EngineError::DockerResponseServerError { message, .. } => ExecError::Refused(message),
        other => ExecError::Unavailable(other.to_string()),
    }
}
