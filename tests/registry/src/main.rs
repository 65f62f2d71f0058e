//! Runs the test registry by hand: `cargo run --package registry-server -- --help`.

use std::{path::PathBuf, time::Duration};

use clap::Parser;
use registry_server::{Fault, Faults, Options, Published, RegistryServer};

/// A registry for tests: serves the demo provider, and the pages of providers in bundles. Ends with its standard input.
#[derive(Debug, Parser)]
struct Cli {
    /// The port to listen on [default: any free one, which is printed]
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// Serve these bundles too
    #[arg(long, value_name = "FILE")]
    bundle: Vec<PathBuf>,
    /// Let this many of a thousand requests fail
    #[arg(long, value_name = "NUMBER", default_value_t = 0)]
    failing: u32,
    /// Answer this many milliseconds late
    #[arg(long, value_name = "NUMBER", default_value_t = 0)]
    slow: u64,
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

#[tokio::main]
async fn main() {
    let cli = Cli::parse();
    let mut providers = vec![Published::demo()];
    providers.extend(cli.bundle.iter().flat_map(|path| Published::of_bundle(path)));
    let failing = [Fault::TooMany(0), Fault::Error, Fault::Garbage, Fault::Truncated];
    let faults = if cli.slow > 0 {
        Faults::always(Fault::Stall(Duration::from_millis(cli.slow)), "")
    } else {
        Faults::random(cli.seed, cli.failing, failing.to_vec())
    };
    let server =
        RegistryServer::start(providers, Options { port: cli.port, faults, ..Options::default() }).await;
    println!("{}", server.url());
    // A parent that dies takes its end of the pipe with it.
    let end = || std::io::copy(&mut std::io::stdin(), &mut std::io::sink());
    let _ = tokio::task::spawn_blocking(end).await;
}
