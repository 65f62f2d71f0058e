//! Phases in containers of a Docker engine, local or remote: nothing of the host's file system is mounted, files go in
//! and out through the engine's archive calls on a named volume per phase.

mod archive;
mod engine;
mod mirror;
mod names;
mod network;
mod owner;
mod sandbox;
mod spec;

use std::collections::HashMap;

pub use archive::Packer;
use async_trait::async_trait;
use bollard::{
    Docker,
    errors::Error as EngineError,
    models::{ContainerStateStatusEnum, VolumeCreateRequest},
    query_parameters::{
        InspectContainerOptions, KillContainerOptions, ListContainersOptions, ListVolumesOptions,
        LogsOptions, RemoveContainerOptions, RemoveVolumeOptions, StartContainerOptions,
    },
};
use bytes::Bytes;
use engine::{Engine, PROBE, accept, fault};
use futures::{StreamExt as _, TryStreamExt as _, stream::BoxStream};
pub use names::Names;
use network::Network;
pub use sandbox::{End, INPUT, Input, Outcome, Program, Sandbox};

use crate::phase::{
    Activity, CLI_CONFIG, ExecError, ExecResult, Executor, ExecutorStatus, Found, LaunchSpec, Limits,
    PhaseKey, Signal, VolumeFile, WORK,
};

/// How to reach the engine and what to run on it.
#[derive(Debug, Clone)]
pub struct DockerConfig {
    /// `unix:///var/run/docker.sock` or `tcp://host:port`.
    pub host: String,
    /// Image name; `{version}` stands for the Terraform version.
    pub image: String,
    /// Name of a network to join, `none`, or `None` for one of our own.
    pub network: Option<String>,
    /// Further volumes for every container, `name:/path` or `name:/path:ro`.
    pub volumes: Vec<String>,
    pub limits: Limits,
    /// The installation's id: what keeps two of them on one engine apart.
    pub instance: String,
}

/// A Docker engine.
#[derive(Debug)]
pub struct DockerExecutor {
    config: DockerConfig,
    names: Names,
    engine: Engine,
}

impl DockerExecutor {
    pub fn new(config: DockerConfig) -> Self {
        let names = Names::new(&config.instance);
        let engine = Engine::new(&config.host);
        Self { config, names, engine }
    }

    /// The names and labels of what this installation keeps on the engine.
    pub fn names(&self) -> &Names {
        &self.names
    }

    /// What every container stands on: the provider mirror's volume and the network, whose name this returns.
    /// Looked after for every container: the engine may have come back without them.
    async fn ground(&self) -> ExecResult<String> {
        let volume = VolumeCreateRequest {
            name: Some(self.names.providers()),
            labels: Some(self.names.instance_labels()),
            ..VolumeCreateRequest::default()
        };
        self.engine.docker().await?.create_volume(volume).await.map_err(fault)?;
        self.network().ready(&self.engine).await
    }

    fn network(&self) -> Network {
        Network::new(self.names.clone(), self.config.network.clone())
    }

    /// Where single programs run beside the phases: in the same image, on the same network.
    pub fn sandbox(&self, terraform_version: &str, limits: Limits) -> Sandbox {
        let image = spec::image(&self.config, terraform_version);
        Sandbox::within(&self.config.host, &image, limits, Some(self.network()))
    }

    /// Makes the container, replacing one that was never started. False when one was.
    async fn create(&self, spec: &LaunchSpec) -> ExecResult<bool> {
        let network = self.ground().await?;
        let body = spec::container(&self.config, &self.names, &network, spec);
        let image = spec::image(&self.config, &spec.terraform_version);
        for _ in 0..3 {
            match self.engine.create(Some(&self.names.container(&spec.key)), body.clone()).await {
                Ok(_) => return Ok(true),
                Err(EngineError::DockerResponseServerError { status_code: 409, .. }) => {
                    match self.activity(&spec.key).await? {
                        Some(Activity::Created) | None => self.remove_container(&spec.key).await?,
                        Some(_) => return Ok(false),
                    }
                }
                Err(EngineError::DockerResponseServerError { status_code: 404, .. }) => {
                    return Err(ExecError::ImageMissing(image));
                }
                Err(error) => return Err(fault(error)),
            }
        }
        Err(ExecError::Refused("a container of the run's name can't be replaced".into()))
    }

    async fn remove_container(&self, key: &PhaseKey) -> ExecResult<()> {
        let options = RemoveContainerOptions { force: true, v: false, link: false };
        accept(
            self.engine.docker().await?.remove_container(&self.names.container(key), Some(options)).await,
            &[404, 409],
        )
    }

    async fn image_status(&self, engine: &Docker) -> Result<String, String> {
        let version = engine.version().await.map_err(|error| fault(error).to_string())?;
        let reference = self.config.image.split(['{', '@']).next().unwrap_or_default().trim_end_matches(':');
        let filters = HashMap::from([("reference".to_owned(), vec![reference.to_owned()])]);
        let options = bollard::query_parameters::ListImagesOptions {
            filters: Some(filters),
            ..bollard::query_parameters::ListImagesOptions::default()
        };
        let images = engine.list_images(Some(options)).await.map_err(|error| fault(error).to_string())?;
        if images.is_empty() {
            return Err(ExecError::ImageMissing(self.config.image.clone()).to_string());
        }
        Ok(format!("Docker {}", version.version.unwrap_or_default()))
    }
}

#[async_trait]
impl Executor for DockerExecutor {
    async fn status(&self) -> ExecutorStatus {
        let probe = async {
            let engine = self.engine.docker().await.map_err(|error| error.to_string())?;
            self.image_status(engine).await
        };
        match tokio::time::timeout(PROBE, probe).await {
            Ok(Ok(message)) => ExecutorStatus { available: true, message },
            Ok(Err(message)) => ExecutorStatus { available: false, message },
            Err(_) => ExecutorStatus {
                available: false,
                message: ExecError::Unavailable("no answer in time".into()).to_string(),
            },
        }
    }

    async fn prepare(&self, spec: &LaunchSpec) -> ExecResult<()> {
        let volume = VolumeCreateRequest {
            name: Some(self.names.volume(&spec.key)),
            labels: Some(self.names.labels(&spec.key)),
            ..VolumeCreateRequest::default()
        };
        self.engine.docker().await?.create_volume(volume).await.map_err(fault)?;
        if self.create(spec).await? {
            let container = self.names.container(&spec.key);
            let cli_config = self.mirror_index(&container).await?.cli_config();
            let mut files = spec.files.clone();
            files.push(VolumeFile::new(CLI_CONFIG, cli_config));
            self.engine.upload(&container, WORK, archive::of_files(&files)?).await?;
        }
        Ok(())
    }

    async fn start(&self, key: &PhaseKey) -> ExecResult<()> {
        let name = self.names.container(key);
        accept(
            self.engine.docker().await?.start_container(&name, None::<StartContainerOptions>).await,
            &[304],
        )
    }

    async fn activity(&self, key: &PhaseKey) -> ExecResult<Option<Activity>> {
        let name = self.names.container(key);
        let inspected =
            self.engine.docker().await?.inspect_container(&name, None::<InspectContainerOptions>).await;
        let state = match inspected {
            Ok(response) => response.state.unwrap_or_default(),
            Err(EngineError::DockerResponseServerError { status_code: 404, .. }) => return Ok(None),
            Err(error) => return Err(fault(error)),
        };
        Ok(Some(match state.status {
            Some(ContainerStateStatusEnum::CREATED) => Activity::Created,
            Some(ContainerStateStatusEnum::EXITED | ContainerStateStatusEnum::DEAD) => Activity::Exited {
                code: state.exit_code.unwrap_or(-1),
                out_of_memory: state.oom_killed.unwrap_or(false),
            },
            _ => Activity::Running,
        }))
    }

    async fn output(&self, key: &PhaseKey, offset: u64) -> ExecResult<BoxStream<'static, ExecResult<Bytes>>> {
        let options = LogsOptions {
            follow: true,
            stdout: true,
            stderr: true,
            tail: "all".into(),
            ..LogsOptions::default()
        };
        let stream = self.engine.docker().await?.logs(&self.names.container(key), Some(options));
        let mut skip = offset;
        let bytes = stream.map_err(fault).map_ok(move |output| {
            let mut bytes = output.into_bytes();
            let skipped = skip.min(bytes.len() as u64);
            skip -= skipped;
            // `skipped` is at most the length, which is a usize.
            bytes.split_off(usize::try_from(skipped).unwrap_or(bytes.len()))
        });
        Ok(bytes.try_filter(|bytes| std::future::ready(!bytes.is_empty())).boxed())
    }

    async fn signal(&self, key: &PhaseKey, signal: Signal) -> ExecResult<()> {
        let signal = match signal {
            Signal::Interrupt => "SIGINT",
            Signal::Kill => "SIGKILL",
        };
        let options = KillContainerOptions { signal: signal.to_owned() };
        // 409: the container does not run (any more).
        accept(
            self.engine.docker().await?.kill_container(&self.names.container(key), Some(options)).await,
            &[409],
        )
    }

    async fn collect(&self, key: &PhaseKey, path: &str, limit: u64) -> ExecResult<Option<Vec<u8>>> {
        self.engine.download(&self.names.container(key), &format!("{WORK}/{path}"), limit).await
    }

    async fn recover(&self, key: &PhaseKey, terraform_version: &str) -> ExecResult<bool> {
        let engine = self.engine.docker().await?;
        match engine.inspect_volume(&self.names.volume(key)).await {
            Ok(_) => {}
            Err(EngineError::DockerResponseServerError { status_code: 404, .. }) => return Ok(false),
            Err(error) => return Err(fault(error)),
        }
        let body = spec::keeper(&self.config, &self.names, key, terraform_version);
        match self.engine.create(Some(&self.names.container(key)), body).await {
            Ok(_) | Err(EngineError::DockerResponseServerError { status_code: 409, .. }) => Ok(true),
            Err(error) => Err(fault(error)),
        }
    }

    async fn remove(&self, key: &PhaseKey) -> ExecResult<()> {
        self.remove_container(key).await?;
        let volume = self.names.volume(key);
        let removed = self.engine.docker().await?.remove_volume(&volume, None::<RemoveVolumeOptions>);
        accept(removed.await, &[404])
    }

    async fn list(&self) -> ExecResult<Vec<Found>> {
        let engine = self.engine.docker().await?;
        let filters = HashMap::from([("label".to_owned(), self.names.run_filter())]);
        let options = ListContainersOptions {
            all: true,
            filters: Some(filters.clone()),
            ..ListContainersOptions::default()
        };
        let containers = engine.list_containers(Some(options)).await.map_err(fault)?;
        let volumes =
            engine.list_volumes(Some(ListVolumesOptions { filters: Some(filters) })).await.map_err(fault)?;
        let running = |state: Option<bollard::models::ContainerSummaryStateEnum>| {
            state == Some(bollard::models::ContainerSummaryStateEnum::RUNNING)
        };
        let containers = containers.into_iter().filter_map(|container| {
            let key = names::key_of(container.labels.as_ref()?)?;
            Some(Found { key, running: running(container.state) })
        });
        let volumes = volumes
            .volumes
            .unwrap_or_default()
            .into_iter()
            .filter_map(|volume| Some(Found { key: names::key_of(&volume.labels)?, running: false }));
        Ok(containers.chain(volumes).collect())
    }
}
