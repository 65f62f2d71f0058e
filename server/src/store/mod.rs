//! The only SQL. One text serves SQLite and PostgreSQL; where they differ, [`Db`] says how.
//!
//! House rules (each was a bug somewhere): times are BIGINT milliseconds, booleans 0/1 read as `i64`, placeholders `$n`,
//! no JSON or UUID columns, sums are CAST. A read-then-write goes through [`Db::begin`], which takes SQLite's write lock
//! at once (plain BEGIN fails with SQLITE_BUSY as soon as two of them meet).

pub mod blueprints;
pub mod crawl_jobs;
pub mod crawl_queue;
pub mod deployments;
pub mod environments;
pub mod named;
pub mod projects;
pub mod run_imports;
pub mod run_jobs;
pub mod run_logs;
pub mod runs;
pub mod sessions;
pub mod states;
mod types;
pub mod users;

use std::{str::FromStr, time::Duration};

use anyhow::Context as _;
use sqlx::{
    Any, AnyConnection, AnyPool, Transaction,
    any::{AnyConnectOptions, AnyPoolOptions},
    migrate::{Migration, MigrationType, Migrator},
};
pub use types::*;

use crate::{
    clock::Timestamp,
    error::{Error, Result},
};

/// Which database answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    Sqlite,
    Postgres,
}

/// A connection inside or outside of a transaction.
pub type Connection = AnyConnection;
/// A write transaction. Dropped without commit, it rolls back.
pub type Tx = Transaction<'static, Any>;

/// The database.
#[derive(Debug, Clone)]
pub struct Db {
    read: AnyPool,
    write: AnyPool,
    dialect: Dialect,
}

const PRAGMAS: &str = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA busy_timeout = 10000;";

impl Db {
    /// Opens `sqlite:<path>` (created when missing) or `postgres://…`.
    pub async fn connect(url: &str) -> anyhow::Result<Db> {
        sqlx::any::install_default_drivers();
        let dialect = if url.starts_with("sqlite:") { Dialect::Sqlite } else { Dialect::Postgres };
        let url = match dialect {
            Dialect::Sqlite if !url.contains('?') => format!("{url}?mode=rwc"),
            _ => url.to_owned(),
        };
        let options = AnyConnectOptions::from_str(&url).context("the database URL can't be read")?;
        let pool = |size: u32| {
            AnyPoolOptions::new()
                .max_connections(size)
                .acquire_timeout(Duration::from_secs(10))
                .after_connect(move |connection, _| {
                    Box::pin(async move {
                        if dialect == Dialect::Sqlite {
                            sqlx::raw_sql(PRAGMAS).execute(connection).await?;
                        }
                        Ok(())
                    })
                })
                .connect_with(options.clone())
        };
        // SQLite has one writer at a time anyway: a single connection queues fairly where several would time out.
        let write =
            pool(if dialect == Dialect::Sqlite { 1 } else { 16 }).await.context("can't open the database")?;
        let read = if dialect == Dialect::Sqlite { pool(8).await? } else { write.clone() };
        Ok(Db { read, write, dialect })
    }

    /// Brings the schema up to date. Safe to call from several processes at once.
    pub async fn migrate(&self) -> anyhow::Result<()> {
        migrator(self.dialect)
            .run(&self.write)
            .await
            .context("the database schema can't be brought up to date")
    }

    pub fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// A connection for reading.
    pub async fn read(&self) -> Result<sqlx::pool::PoolConnection<Any>> {
        Ok(self.read.acquire().await?)
    }

    /// A transaction for writing.
    pub async fn begin(&self) -> Result<Tx> {
        let statement = match self.dialect {
            Dialect::Sqlite => "BEGIN IMMEDIATE",
            Dialect::Postgres => "BEGIN",
        };
        Ok(self.write.begin_with(statement).await?)
    }

    /// The database's own clock: the one that leases are measured by.
    pub async fn now(&self, connection: &mut Connection) -> Result<Timestamp> {
        let sql = match self.dialect {
            Dialect::Sqlite => "SELECT CAST(unixepoch('subsec') * 1000 AS INTEGER)",
            Dialect::Postgres => "SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT)",
        };
        Ok(Timestamp(sqlx::query_scalar::<_, i64>(sql).fetch_one(connection).await?))
    }

    pub async fn close(&self) {
        self.read.close().await;
        self.write.close().await;
    }
}

/// A unique violation becomes what `error` says; anything else stays what it is.
pub fn on_unique(error: Error) -> impl FnOnce(sqlx::Error) -> Error {
    move |cause| match &cause {
        sqlx::Error::Database(e) if e.is_unique_violation() => error,
        _ => cause.into(),
    }
}

#[derive(rust_embed::RustEmbed)]
#[folder = "../migrations/sqlite"]
struct SqliteMigrations;

#[derive(rust_embed::RustEmbed)]
#[folder = "../migrations/postgres"]
struct PostgresMigrations;

/// sqlx's own `migrate!` needs its macros, which compile SQLite a second time.
fn migrator(dialect: Dialect) -> Migrator {
    fn embedded<E: rust_embed::RustEmbed>() -> Vec<Migration> {
        E::iter()
            .filter_map(|name| {
                let (version, description) = name.strip_suffix(".sql")?.split_once('_')?;
                let sql = String::from_utf8(E::get(&name)?.data.into_owned()).ok()?;
                let sql = sqlx::AssertSqlSafe(sql);
                Some(Migration::new(
                    version.parse().ok()?,
                    description.replace('_', " ").into(),
                    MigrationType::Simple,
                    sqlx::SqlSafeStr::into_sql_str(sql),
                    false,
                ))
            })
            .collect()
    }
    Migrator::with_migrations(match dialect {
        Dialect::Sqlite => embedded::<SqliteMigrations>(),
        Dialect::Postgres => embedded::<PostgresMigrations>(),
    })
}
