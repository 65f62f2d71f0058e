//! The `cloudoven-crawler` command.

mod cli;

use std::process::ExitCode;

use clap::Parser;

#[tokio::main]
async fn main() -> ExitCode {
    // A second installation is the only way this fails, and then there is one.
    let _ = rustls::crypto::ring::default_provider().install_default();
    match cli::Cli::parse().run().await {
        Ok(code) => code,
        Err(error) => {
            // The message is whole: every error of this crate says its cause itself.
            eprintln!("cloudoven-crawler: {error}");
            ExitCode::FAILURE
        }
    }
}
