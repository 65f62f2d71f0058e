//! Logs of runs: bytes by offset, in chunks.
//!
//! They are in the database rather than in the blob store because a chunk must be durable within a fraction of a second
//! and only while its writer holds the lease: that is one transaction here.

use super::{Connection, RunId};
use crate::error::Result;

/// A piece of a log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogChunk {
    /// Offset of its first byte.
    pub start: i64,
    pub content: Vec<u8>,
}

/// The log's size in bytes, and how far into the output of `phase`, one container's, it reaches.
pub async fn position(db: &mut Connection, run: &RunId, phase: &str) -> Result<(i64, i64)> {
    Ok(sqlx::query_as(
        "SELECT COALESCE(MAX(start + size), 0), COALESCE(MAX(CASE WHEN phase = $2 THEN source_end ELSE 0 END), 0)
           FROM run_log_chunks WHERE run_id = $1",
    )
    .bind(run.as_str())
    .bind(phase)
    .fetch_one(db)
    .await?)
}

/// Adds a chunk at the log's end. Call it in a transaction that holds the lease.
pub async fn append(
    db: &mut Connection,
    run: &RunId,
    phase: &str,
    source_end: i64,
    content: &[u8],
) -> Result<()> {
    sqlx::query(
        "INSERT INTO run_log_chunks (run_id, start, size, phase, source_end, content)
         VALUES ($1, (SELECT COALESCE(MAX(start + size), 0) FROM run_log_chunks WHERE run_id = $1), $2, $3, $4, $5)",
    )
    .bind(run.as_str())
    .bind(i64::try_from(content.len()).unwrap_or(i64::MAX))
    .bind(phase)
    .bind(source_end)
    .bind(content)
    .execute(db)
    .await?;
    Ok(())
}

/// Bytes from `offset` on, about `limit` of them at most.
pub async fn read(db: &mut Connection, run: &RunId, offset: i64, limit: i64) -> Result<LogChunk> {
    let rows: Vec<(i64, Vec<u8>)> = sqlx::query_as(
        "SELECT start, content FROM run_log_chunks
          WHERE run_id = $1 AND start + size > $2 AND start < $2 + $3 ORDER BY start",
    )
    .bind(run.as_str())
    .bind(offset)
    .bind(limit)
    .fetch_all(db)
    .await?;
    let mut content = Vec::new();
    for (start, bytes) in rows {
        let skip = usize::try_from(offset.saturating_sub(start)).unwrap_or(0).min(bytes.len());
        content.extend_from_slice(&bytes[skip..]);
    }
    Ok(LogChunk { start: offset, content })
}
