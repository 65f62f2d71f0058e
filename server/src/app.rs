//! What every handler and service works with, wired once.

use std::{ops::Deref, path::PathBuf, sync::Arc, time::Duration};

use anyhow::Context as _;
use cloudoven_executor::{DockerConfig, DockerExecutor, Executor, Limits};

use crate::{
    blob::Blobs,
    catalog::Catalogs,
    clock::Clock,
    config::Config,
    hub::Hub,
    jobs::upstream::Upstream,
    project::{
        deployments::DEFAULT_TERRAFORM,
        designs::Designs,
        import::{Git, Imports, git_limits},
    },
    secret::Keyring,
    store::{CrawlId, Db, RunId, runs},
};

/// Shared by all requests; cheap to clone.
#[derive(Clone)]
pub struct App(Arc<Parts>);

/// The parts.
pub struct Parts {
    pub config: Config,
    pub db: Db,
    pub blobs: Blobs,
    pub clock: Clock,
    pub keyring: Keyring,
    pub catalogs: Catalogs,
    /// Blueprints that were read a moment ago.
    pub designs: Designs,
    /// Where runs happen.
    pub executor: Arc<dyn Executor>,
    /// What imports share.
    pub imports: Imports,
    /// News of runs, within this process.
    pub hub: Hub<RunId>,
    /// The registries that providers are crawled from.
    pub upstream: Upstream,
    /// News of crawls, within this process.
    pub crawls: Hub<CrawlId>,
}

impl Deref for App {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

impl App {
    /// Opens the database (and brings its schema up to date), the blob store, the master key and the catalogs.
    pub async fn start(config: Config, clock: Clock) -> anyhow::Result<App> {
        let db = Db::connect(&config.database).await?;
        db.migrate().await?;
        let blobs = Blobs::open(&config.blobs)?;
        let keyring = if config.master_key.is_empty() {
            Keyring::load_or_create(&config.data.join("master.key"))?
        } else {
            Keyring::from_base64(&config.master_key)?
        };
        let catalogs = Catalogs::load(&blobs).await.context("the catalogs can't be read")?;
        let upstream = Upstream::new(&config, &blobs)?;
        let executor = Arc::new(docker(&config, &db).await?);
        let sandbox = executor.sandbox(DEFAULT_TERRAFORM, git_limits());
        let git = Git::new(sandbox, &config.run_network, config.git_ca.as_deref())?;
        if let Some(directory) = config.provider_mirror.clone() {
            fill_mirror(executor.clone(), directory);
        }
        Ok(App(Arc::new(Parts {
            config,
            db,
            blobs,
            clock,
            keyring,
            catalogs,
            designs: Designs::default(),
            executor,
            imports: Imports::new(git),
            hub: Hub::default(),
            crawls: Hub::default(),
            upstream,
        })))
    }

    /// What a run's container may use.
    pub fn runner_limits(&self) -> Limits {
        limits(&self.config)
    }
}

fn limits(config: &Config) -> Limits {
    Limits {
        memory_mib: config.run_memory,
        cpus: config.run_cpus,
        timeout: Duration::from_secs(config.run_timeout.saturating_mul(60)),
        ..Limits::default()
    }
}

/// The engine that the settings name. It need not be there yet.
pub async fn docker(config: &Config, db: &Db) -> anyhow::Result<DockerExecutor> {
    let mut tx = db.begin().await?;
    let instance = runs::installation(&mut tx).await?;
    tx.commit().await?;
    Ok(DockerExecutor::new(DockerConfig {
        host: config.docker_host.clone(),
        image: config.runner_image.clone(),
        network: (config.run_network != "own").then(|| config.run_network.clone()),
        volumes: config.run_volumes.clone(),
        limits: limits(config),
        instance,
    }))
}

/// Fills the provider mirror beside the start: an engine that is not there must not keep people from designing.
fn fill_mirror(executor: Arc<DockerExecutor>, directory: PathBuf) {
    tokio::spawn(async move {
        match executor.add_to_mirror(&directory, DEFAULT_TERRAFORM).await {
            Ok(added) => {
                tracing::info!(directory = %directory.display(), added = added.len(), "provider mirror is filled")
            }
            Err(error) => {
                tracing::warn!(directory = %directory.display(), error = format!("{error:#}"), "provider mirror is not filled")
            }
        }
    });
}
