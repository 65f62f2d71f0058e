//! One after the other, where each takes much memory.

use std::time::Duration;

use tokio::sync::{Semaphore, SemaphorePermit};

use crate::error::{Error, Result};

/// How long somebody waits for a turn.
const PATIENCE: Duration = Duration::from_secs(15);

/// Waits for a turn. `why` says what is going on meanwhile.
///
/// # Errors
/// Unavailable, when it takes too long.
pub(super) async fn take<'a>(turns: &'a Semaphore, why: &str) -> Result<SemaphorePermit<'a>> {
    let turn = tokio::time::timeout(PATIENCE, turns.acquire()).await;
    turn.ok().and_then(Result::ok).ok_or_else(|| Error::Unavailable(format!("{why}; try again in a moment")))
}
