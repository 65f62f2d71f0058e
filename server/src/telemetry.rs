//! Structured logs.

use tracing_subscriber::EnvFilter;

/// Sends log lines to standard error: text on a terminal, JSON (one object per line) otherwise or when asked for.
pub fn init(filter: &str, json: bool) {
    let filter = EnvFilter::try_new(filter).unwrap_or_else(|_| EnvFilter::new("info"));
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    if json {
        builder.json().flatten_event(true).init();
    } else {
        builder.init();
    }
}
