//! Who asks a provider for its schema.

use std::{future::Future, path::PathBuf, sync::Arc};

use anyhow::bail;
use clap::Args;
use cloudoven_crawler::source::{Container, SchemaReader, Terraform};
use cloudoven_executor::Limits;

#[derive(Debug, Args)]
pub struct ReaderArgs {
    /// Docker engine that the provider is run on, unix:///path or tcp://host:port
    /// [default: DOCKER_HOST, else unix:///var/run/docker.sock]
    #[arg(long, env = "CLOUDOVEN_DOCKER_HOST", value_name = "URL")]
    docker_host: Option<String>,
    /// Image that the provider is run in; {version} stands for Terraform's version
    #[arg(long, env = "CLOUDOVEN_RUNNER_IMAGE", value_name = "IMAGE", default_value = Container::DEFAULT_IMAGE)]
    runner_image: String,
    /// Memory of the provider's container in MiB
    #[arg(long, value_name = "MIB", default_value_t = Container::default_limits().memory_mib)]
    runner_memory: u64,
    /// Run the provider on this machine as you, with no container around it: only if you trust it
    #[arg(long)]
    unconfined: bool,
    /// The terraform command, for builtin and --unconfined [default: the first one on the PATH]
    #[arg(long, value_name = "FILE")]
    terraform: Option<PathBuf>,
}

impl ReaderArgs {
    pub fn terraform(&self) -> anyhow::Result<Terraform> {
        Ok(Terraform::find(self.terraform.as_deref())?)
    }

    /// A container, unless providers are trusted.
    pub fn reader(&self) -> anyhow::Result<Reader> {
        if self.unconfined {
            return Ok(Reader::Unconfined(Arc::new(self.terraform()?)));
        }
        let host = self.docker_host.clone().or_else(|| std::env::var("DOCKER_HOST").ok());
        let host = host.unwrap_or_else(|| "unix:///var/run/docker.sock".into());
        let image = self.runner_image.replace("{version}", Container::DEFAULT_TERRAFORM);
        let limits = Limits { memory_mib: self.runner_memory, ..Container::default_limits() };
        Ok(Reader::Container(Arc::new(Container::new(&host, &image, limits))))
    }
}

/// Runs providers' programs.
#[derive(Debug)]
pub enum Reader {
    Container(Arc<Container>),
    Unconfined(Arc<Terraform>),
}

impl Reader {
    pub fn get(&self) -> Arc<dyn SchemaReader> {
        match self {
            Reader::Container(container) => container.clone(),
            Reader::Unconfined(terraform) => terraform.clone(),
        }
    }

    /// Works until it is done or Ctrl-C is pressed; then a container that runs is removed.
    pub async fn watch<T>(&self, work: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<T> {
        tokio::select! {
            result = work => result,
            _ = tokio::signal::ctrl_c() => {
                if let Reader::Container(container) = self {
                    container.close().await;
                }
                bail!("interrupted")
            }
        }
    }
}
