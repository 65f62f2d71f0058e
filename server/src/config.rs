//! Settings, from flags, then `CLOUDOVEN_…` environment variables, then a TOML file, then defaults.

use std::path::PathBuf;

use anyhow::Context as _;
use clap::Args;
use serde::{Deserialize, Serialize};

/// What can be set by flag, environment variable or file. The defaults stand in [`Config`].
#[derive(Debug, Default, Clone, Args, Serialize)]
pub struct Settings {
    /// TOML file with any of the settings below (dashes as underscores)
    #[arg(long, env = "CLOUDOVEN_CONFIG", value_name = "FILE")]
    #[serde(skip)]
    pub config: Option<PathBuf>,
    /// Address and port to listen on [default: 127.0.0.1:8080]
    #[arg(long, env = "CLOUDOVEN_LISTEN", value_name = "ADDRESS")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub listen: Option<String>,
    /// The address that people use, when it differs (https behind a proxy): cookies are marked Secure when it is https
    #[arg(long, env = "CLOUDOVEN_PUBLIC_URL", value_name = "URL")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub public_url: Option<String>,
    /// Directory for the database, the blobs and the master key, where those are not set [default: ./data]
    #[arg(long, env = "CLOUDOVEN_DATA", value_name = "DIR")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data: Option<PathBuf>,
    /// sqlite:<path> or postgres://… [default: sqlite in the data directory]
    #[arg(long, env = "CLOUDOVEN_DATABASE", value_name = "URL", hide_env_values = true)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub database: Option<String>,
    /// file:///dir, s3://bucket/prefix, az://container/prefix or gs://bucket/prefix [default: in the data directory]
    #[arg(long, env = "CLOUDOVEN_BLOBS", value_name = "URL")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub blobs: Option<String>,
    /// 32 bytes in base64 that seal secrets [default: a file in the data directory, made at first start]
    #[arg(long, env = "CLOUDOVEN_MASTER_KEY", value_name = "BASE64", hide_env_values = true)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub master_key: Option<String>,
    /// Who may sign up: "first" (only the first visitor, who becomes the administrator) or "open" [default: first]
    #[arg(long, env = "CLOUDOVEN_SIGN_UP", value_name = "WHO")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sign_up: Option<String>,
    /// What to log, as in `info,cloudoven=debug` [default: info]
    #[arg(long, env = "CLOUDOVEN_LOG", value_name = "FILTER")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub log: Option<String>,
    /// Log JSON, one object per line [default: false]
    #[arg(long, env = "CLOUDOVEN_LOG_JSON", value_name = "BOOL")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub log_json: Option<bool>,
    /// Image that runs happen in; {version} stands for the Terraform version [default: cloudoven-runner:{version}]
    #[arg(long, env = "CLOUDOVEN_RUNNER_IMAGE", value_name = "IMAGE")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub runner_image: Option<String>,
    /// Directory with providers in filesystem-mirror layout, copied into the runs' provider volume at start
    #[arg(long, env = "CLOUDOVEN_PROVIDER_MIRROR", value_name = "DIR")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provider_mirror: Option<PathBuf>,
    /// Runs at the same time in this process; 0 leaves runs to other workers [default: 2]
    #[arg(long, env = "CLOUDOVEN_RUN_SLOTS", value_name = "N")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub run_slots: Option<u32>,
    /// Memory of a run's container in MiB [default: 2048]
    #[arg(long, env = "CLOUDOVEN_RUN_MEMORY", value_name = "MIB")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub run_memory: Option<u64>,
    /// Processors of a run's container [default: 2]
    #[arg(long, env = "CLOUDOVEN_RUN_CPUS", value_name = "N")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub run_cpus: Option<f64>,
    /// Minutes after which a phase of a run is interrupted [default: 120]
    #[arg(long, env = "CLOUDOVEN_RUN_TIMEOUT", value_name = "MINUTES")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub run_timeout: Option<u64>,
    /// Docker network of runs: "own" (a bridge where runs can't reach each other), "none", or a network's name [default: own]
    #[arg(long, env = "CLOUDOVEN_RUN_NETWORK", value_name = "NAME")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub run_network: Option<String>,
    /// Volumes of the Docker engine for every run, as name:/path or name:/path:ro, separated by commas
    #[arg(long, env = "CLOUDOVEN_RUN_VOLUMES", value_name = "VOLUMES", value_delimiter = ',')]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub run_volumes: Option<Vec<String>>,
    /// Seconds after which another process takes up the runs and crawls of one that no longer answers [default: 15]
    #[arg(long, env = "CLOUDOVEN_RUN_LEASE", value_name = "SECONDS")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub run_lease: Option<u32>,
    /// Crawls of providers at the same time in this process; 0 leaves them to other processes [default: 1]
    #[arg(long, env = "CLOUDOVEN_CRAWL_SLOTS", value_name = "N")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub crawl_slots: Option<u32>,
    /// Registries that providers may be crawled from, separated by commas; <host>=<url> for one that is elsewhere than its
    /// name says [default: registry.terraform.io,registry.opentofu.org]
    #[arg(long, env = "CLOUDOVEN_CRAWL_REGISTRIES", value_name = "HOSTS", value_delimiter = ',')]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub crawl_registries: Option<Vec<String>>,
    /// Where a registry's documentation API is, when not at <registry>/v2/, as <host>=<url>, separated by commas
    #[arg(long, env = "CLOUDOVEN_CRAWL_DOCS", value_name = "URLS", value_delimiter = ',')]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub crawl_docs: Option<Vec<String>>,
    /// File with tokens for registries, credentials.tfrc.json as `terraform login` writes it; TF_TOKEN_… variables work too
    #[arg(long, env = "CLOUDOVEN_CRAWL_CREDENTIALS", value_name = "FILE")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub crawl_credentials: Option<PathBuf>,
    /// File with certificates (PEM) that crawls trust besides the system's
    #[arg(long, env = "CLOUDOVEN_CRAWL_CA", value_name = "FILE")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub crawl_ca: Option<PathBuf>,
    /// File with certificates (PEM) that imports from git trust besides those of the runner image
    #[arg(long, env = "CLOUDOVEN_GIT_CA", value_name = "FILE")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub git_ca: Option<PathBuf>,
    /// Largest provider bundle that may be uploaded, in MiB [default: 256]
    #[arg(long, env = "CLOUDOVEN_UPLOAD_LIMIT", value_name = "MIB")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub upload_limit: Option<u64>,
    /// Docker engine, unix:///path or tcp://host:port [default: DOCKER_HOST, else unix:///var/run/docker.sock]
    #[arg(long, env = "CLOUDOVEN_DOCKER_HOST", value_name = "URL")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub docker_host: Option<String>,
}

/// The settings in force.
#[derive(Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    pub listen: String,
    pub public_url: String,
    pub data: PathBuf,
    pub database: String,
    pub blobs: String,
    pub master_key: String,
    pub sign_up: SignUp,
    pub log: String,
    pub log_json: bool,
    pub runner_image: String,
    pub provider_mirror: Option<PathBuf>,
    pub run_slots: u32,
    pub run_memory: u64,
    pub run_cpus: f64,
    pub run_timeout: u64,
    pub run_network: String,
    pub run_volumes: Vec<String>,
    pub run_lease: u32,
    pub crawl_slots: u32,
    pub crawl_registries: Vec<String>,
    pub crawl_docs: Vec<String>,
    pub crawl_credentials: Option<PathBuf>,
    pub crawl_ca: Option<PathBuf>,
    pub git_ca: Option<PathBuf>,
    pub upload_limit: u64,
    pub docker_host: String,
}

/// Who may make an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SignUp {
    First,
    Open,
}

impl Default for Config {
    fn default() -> Self {
        Config {
            listen: "127.0.0.1:8080".into(),
            public_url: String::new(),
            data: "./data".into(),
            database: String::new(),
            blobs: String::new(),
            master_key: String::new(),
            sign_up: SignUp::First,
            log: "info".into(),
            log_json: false,
            runner_image: "cloudoven-runner:{version}".into(),
            provider_mirror: None,
            run_slots: 2,
            run_memory: 2048,
            run_cpus: 2.0,
            run_timeout: 120,
            run_network: "own".into(),
            run_volumes: Vec::new(),
            run_lease: 15,
            crawl_slots: 1,
            crawl_registries: vec!["registry.terraform.io".into(), "registry.opentofu.org".into()],
            crawl_docs: Vec::new(),
            crawl_credentials: None,
            crawl_ca: None,
            git_ca: None,
            upload_limit: 256,
            docker_host: String::new(),
        }
    }
}

impl Config {
    /// Lays `settings` over the TOML file that they name, and fills in what follows from the data directory.
    ///
    /// # Errors
    /// When the file can't be read, has an unknown key, or a value is of the wrong kind; the message names the place.
    pub fn resolve(settings: &Settings) -> anyhow::Result<Config> {
        let mut table = match &settings.config {
            None => toml::Table::new(),
            Some(path) => {
                let text = std::fs::read_to_string(path)
                    .with_context(|| format!("can't read {}", path.display()))?;
                text.parse().with_context(|| format!("in {}", path.display()))?
            }
        };
        table.extend(toml::Table::try_from(settings)?);
        let mut config: Config = table.try_into().context("in the settings")?;
        std::fs::create_dir_all(&config.data)
            .with_context(|| format!("can't make the data directory {}", config.data.display()))?;
        config.data = config.data.canonicalize()?;
        if config.database.is_empty() {
            config.database = format!("sqlite:{}", config.data.join("cloudoven.db").display());
        }
        if config.docker_host.is_empty() {
            config.docker_host =
                std::env::var("DOCKER_HOST").unwrap_or_else(|_| "unix:///var/run/docker.sock".into());
        }
        if config.blobs.is_empty() {
            config.blobs = crate::blob::Blobs::local_url(&config.data.join("blobs"));
        }
        Ok(config)
    }

    /// Whether cookies may only travel over TLS.
    pub fn secure_cookies(&self) -> bool {
        self.public_url.starts_with("https:")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_win_over_the_file() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("c.toml");
        std::fs::write(&file, "listen = \"0.0.0.0:1\"\nrun_slots = 7\n").unwrap();
        let settings = Settings {
            config: Some(file),
            listen: Some("127.0.0.1:2".into()),
            data: Some(dir.path().join("data")),
            ..Settings::default()
        };
        let config = Config::resolve(&settings).unwrap();
        assert_eq!((config.listen.as_str(), config.run_slots), ("127.0.0.1:2", 7));
        assert!(config.database.starts_with("sqlite:/") && config.blobs.starts_with("file:///"));
    }

    #[test]
    fn an_unknown_key_is_named() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("c.toml");
        std::fs::write(&file, "lissten = \"x\"\n").unwrap();
        let settings = Settings { config: Some(file), ..Settings::default() };
        let error = format!("{:#}", Config::resolve(&settings).err().unwrap());
        assert!(error.contains("lissten"), "{error}");
    }
}
