//! The `cloudoven` command.

use std::path::{Path, PathBuf};

use clap::{Parser, Subcommand};
use cloudoven::{
    app::{self, App},
    blob::Blobs,
    catalog::Catalogs,
    clock::Clock,
    config::{Config, Settings},
    http,
    jobs::Crawler,
    lifecycle::Lifecycle,
    lsp,
    project::deployments::DEFAULT_TERRAFORM,
    run::Worker,
    store::Db,
    telemetry,
};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Build, plan and apply Terraform infrastructure in the browser, on your own machines.
#[derive(Parser)]
#[command(version, about)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the pages and the API, and work on runs and crawls
    Serve(Settings),
    /// Work on runs and crawls without serving anything, beside servers on the same database and blob store
    Worker(Settings),
    /// Bring the database's schema up to date and stop
    Migrate(Settings),
    /// Serve an editor on standard input and output: completions, findings and fixes from the catalog
    Lsp(Settings),
    /// The providers that runs install without a network
    #[command(subcommand)]
    Mirror(Mirror),
}

#[derive(Subcommand)]
enum Mirror {
    /// Add the packages of a directory in filesystem-mirror layout, unpacked
    Add {
        /// As in <directory>/<host>/<namespace>/<name>/<version>/<os>_<arch>/
        directory: PathBuf,
        #[command(flatten)]
        settings: Box<Settings>,
    },
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    // rustls has no default provider compiled in; an error means that one is installed already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    match Cli::parse().command {
        Command::Serve(settings) => serve(Config::resolve(&settings)?).await,
        Command::Worker(settings) => work(Config::resolve(&settings)?).await,
        Command::Migrate(settings) => {
            let config = Config::resolve(&settings)?;
            telemetry::init(&config.log, config.log_json);
            App::start(config, Clock::System).await.map(|_| ())
        }
        Command::Lsp(settings) => edit(Config::resolve(&settings)?).await,
        Command::Mirror(Mirror::Add { directory, settings }) => {
            add_to_mirror(Config::resolve(&settings)?, &directory).await
        }
    }
}

async fn serve(config: Config) -> anyhow::Result<()> {
    telemetry::init(&config.log, config.log_json);
    let listen = config.listen.clone();
    let app = App::start(config, Clock::System).await?;
    let lifecycle = Lifecycle::default();
    lifecycle.stop_on_signal()?;
    lifecycle.spawn(app.catalogs.clone().keep_fresh(lifecycle.stopping()));
    let listener = tokio::net::TcpListener::bind(&listen)
        .await
        .map_err(|e| anyhow::anyhow!("can't listen on {listen}: {e}"))?;
    let address = listener.local_addr()?;
    tracing::info!(%address, "listening");
    if app.config.run_slots > 0 {
        lifecycle.spawn(Worker::new(app.clone()).run(lifecycle.stopping()));
    }
    if app.config.crawl_slots > 0 {
        lifecycle.spawn(Crawler::new(app.clone()).run(lifecycle.stopping()));
    }
    println!("CloudOven is at http://{address}");
    let router = http::router(app.clone()).into_make_service_with_connect_info::<std::net::SocketAddr>();
    let (stopping, streams) = (lifecycle.stopping(), app.clone());
    let stopped = async move {
        stopping.cancelled().await;
        // A stream of a run has no end of its own, and the server waits for every answer's end.
        streams.hub.close();
        streams.crawls.close();
    };
    axum::serve(listener, router).with_graceful_shutdown(stopped).await?;
    lifecycle.finish().await;
    app.imports.git.close().await;
    app.upstream.close().await;
    app.db.close().await;
    Ok(())
}

async fn edit(config: Config) -> anyhow::Result<()> {
    telemetry::init(&config.log, config.log_json);
    let catalogs = Catalogs::load(&Blobs::open(&config.blobs)?).await?;
    if catalogs.loaded().versions.is_empty() {
        tracing::warn!(blobs = %config.blobs, "there is no provider in the catalog: name another with --blobs");
    }
    let runtime = tokio::runtime::Handle::current();
    tokio::task::spawn_blocking(move || lsp::serve(catalogs, runtime)).await?
}

async fn work(config: Config) -> anyhow::Result<()> {
    telemetry::init(&config.log, config.log_json);
    let (runs, crawls) = (config.run_slots, config.crawl_slots);
    anyhow::ensure!(runs + crawls > 0, "a worker needs at least one slot: --run-slots or --crawl-slots");
    let app = App::start(config, Clock::System).await?;
    let lifecycle = Lifecycle::default();
    lifecycle.stop_on_signal()?;
    tracing::info!(runs, crawls, "working");
    if crawls > 0 {
        lifecycle.spawn(Crawler::new(app.clone()).run(lifecycle.stopping()));
    }
    if runs > 0 {
        lifecycle.spawn(Worker::new(app.clone()).run(lifecycle.stopping()));
    }
    lifecycle.stopping().cancelled().await;
    lifecycle.finish().await;
    app.upstream.close().await;
    app.db.close().await;
    Ok(())
}

async fn add_to_mirror(config: Config, directory: &Path) -> anyhow::Result<()> {
    telemetry::init(&config.log, config.log_json);
    let db = Db::connect(&config.database).await?;
    db.migrate().await?;
    let added = app::docker(&config, &db).await?.add_to_mirror(directory, DEFAULT_TERRAFORM).await?;
    for local in &added {
        println!("{} {} {}", local.package.source, local.package.version, local.package.platform);
    }
    println!("{} added", added.len());
    Ok(())
}
