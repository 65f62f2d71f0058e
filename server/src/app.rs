//! What every handler and service works with, wired once.

use std::{ops::Deref, sync::Arc};

use anyhow::Context as _;

use crate::{blob::Blobs, catalog::Catalogs, clock::Clock, config::Config, secret::Keyring, store::Db};

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
        let catalogs = Catalogs::load(&blobs).await.context("the catalogs can\'t be read")?;
        Ok(App(Arc::new(Parts { config, db, blobs, clock, keyring, catalogs })))
    }
}
