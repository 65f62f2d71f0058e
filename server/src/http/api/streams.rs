//! What the event streams and the long polls have in common.

use axum::response::sse;
use serde_json::{Value, json};

use crate::error::Error;

/// Longest `?wait=`, seconds.
pub const MAX_WAIT: u64 = 60;

/// A named event with JSON as its data.
pub fn event_of(name: &str, data: &Value) -> sse::Event {
    // JSON text holds no line break, which is all that an event's data may not hold.
    sse::Event::default().event(name).data(data.to_string())
}

/// The stream ends after it; a client that comes again goes on where it was.
pub fn failed(error: &Error) -> sse::Event {
    tracing::warn!(%error, "a stream broke off");
    event_of("failed", &json!({ "detail": "the stream broke off; connect again" }))
}
