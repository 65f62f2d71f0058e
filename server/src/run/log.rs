//! A run's log: written masked and in order by whoever holds the lease, read by anybody from any offset.

use std::time::Duration;

use futures::stream::{self, Stream};

use super::{
    Status,
    lease::{Lease, WorkResult},
};
use crate::{
    app::App,
    error::Result,
    hub::Listener,
    secret::mask::{MaskedPiece, MaskedStream, Masker},
    store::{RunId, run_jobs, run_logs, runs},
};

/// Bytes that are written at once at the latest.
const FULL: usize = 64 * 1024;
/// Bytes that are read at once.
const READ: i64 = 256 * 1024;
/// How long a line may wait before it is written.
pub const FLUSH: Duration = Duration::from_millis(200);

/// Writes the output of one container at the end of a run's log.
pub struct LogWriter {
    lease: Lease,
    /// Names the container among those of the run.
    source: String,
    stream: MaskedStream,
    /// How far into the container's output the log reaches.
    written: i64,
    pending: MaskedPiece,
}

impl LogWriter {
    /// Goes on where the log of this container ends.
    pub async fn resume(lease: Lease, source: String, masker: Masker) -> Result<LogWriter> {
        let (_, written) = run_logs::position(&mut *lease.app.db.read().await?, &lease.run, &source).await?;
        let stream = MaskedStream::new(masker);
        Ok(LogWriter { lease, source, stream, written, pending: MaskedPiece::default() })
    }

    /// Where in the container's output to go on reading. What was taken since and is not written is forgotten.
    pub fn restart(&mut self, masker: Masker) -> u64 {
        self.stream = MaskedStream::new(masker);
        self.pending = MaskedPiece::default();
        u64::try_from(self.written).unwrap_or(0)
    }

    /// Takes output; writes when there is much of it.
    pub async fn push(&mut self, bytes: &[u8]) -> WorkResult<()> {
        let piece = self.stream.push(bytes);
        self.keep(piece);
        if self.pending.bytes.len() >= FULL { self.flush().await } else { Ok(()) }
    }

    /// Writes what is left: the container has ended.
    pub async fn finish(&mut self) -> WorkResult<()> {
        let piece = self.stream.finish();
        self.keep(piece);
        self.flush().await
    }

    fn keep(&mut self, piece: MaskedPiece) {
        self.pending.bytes.extend(piece.bytes);
        self.pending.consumed += piece.consumed;
    }

    /// Writes what has been taken. When it fails nothing is lost: the next call tries again.
    pub async fn flush(&mut self) -> WorkResult<()> {
        if self.pending.consumed == 0 {
            return Ok(());
        }
        let end = self.written + i64::try_from(self.pending.consumed).unwrap_or(0);
        let mut tx = self.lease.begin().await?;
        // A commit whose answer was lost may have succeeded.
        let (_, written) = run_logs::position(&mut tx, &self.lease.run, &self.source).await?;
        if written < end {
            run_logs::append(&mut tx, &self.lease.run, &self.source, end, &self.pending.bytes).await?;
        }
        self.lease.commit(tx).await?;
        self.written = end;
        self.pending = MaskedPiece::default();
        self.lease.app.hub.changed(&self.lease.run);
        Ok(())
    }
}

/// Adds a line of our own to a run's log.
pub async fn note(lease: &Lease, text: &str) -> WorkResult<()> {
    let mut tx = lease.begin().await?;
    run_logs::append(&mut tx, &lease.run, "note", 0, format!("{text}\n").as_bytes()).await?;
    lease.commit(tx).await
}

/// What a follower of a log gets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LogEvent {
    /// `end`: offset after the last byte, where to go on.
    Text { end: i64, text: String },
    /// There will be nothing more.
    End { status: Status },
}

struct Follower {
    app: App,
    run: RunId,
    offset: i64,
    listener: Listener<RunId>,
    ended: bool,
}

/// The log from `offset` on, and what is added to it, until the run has ended and its last byte is out.
pub fn follow(app: &App, run: &RunId, offset: i64) -> impl Stream<Item = Result<LogEvent>> + Send + use<> {
    let listener = app.hub.listen(run);
    let follower = Follower { app: app.clone(), run: run.clone(), offset, listener, ended: false };
    stream::try_unfold(follower, |mut follower| async move {
        if follower.ended || follower.app.hub.is_closed() {
            return Ok(None);
        }
        let event = follower.next().await?;
        Ok(event.map(|event| (event, follower)))
    })
}

impl Follower {
    /// The next event; nothing when the process stops.
    async fn next(&mut self) -> Result<Option<LogEvent>> {
        loop {
            let mut db = self.app.db.read().await?;
            // The status is read before the log: when it was final then, all bytes are there now.
            let status = runs::get(&mut db, &self.run).await?.status;
            let working = run_jobs::exists(&mut db, &self.run).await?;
            let bytes = run_logs::read(&mut db, &self.run, self.offset, READ).await?.content;
            drop(db);
            let over = status.is_final() && !working;
            if let Some((text, taken)) = decode(&bytes, over) {
                self.offset += i64::try_from(taken).unwrap_or(0);
                return Ok(Some(LogEvent::Text { end: self.offset, text }));
            }
            if over {
                self.ended = true;
                return Ok(Some(LogEvent::End { status }));
            }
            if self.app.hub.is_closed() {
                return Ok(None);
            }
            self.listener.wait().await;
        }
    }
}

/// As much of `bytes` as is whole characters, and how many bytes that is. What is no UTF-8 is replaced.
fn decode(bytes: &[u8], end: bool) -> Option<(String, usize)> {
    let whole = match std::str::from_utf8(bytes) {
        Err(error) if error.error_len().is_none() && !end => error.valid_up_to(),
        _ => bytes.len(),
    };
    (whole > 0).then(|| (String::from_utf8_lossy(&bytes[..whole]).into_owned(), whole))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_character_that_is_cut_waits_for_its_rest() {
        let text = "aé".as_bytes();
        assert_eq!(decode(&text[..2], false), Some(("a".to_owned(), 1)));
        assert_eq!(decode(&text[1..2], false), None);
        assert_eq!(decode(&text[1..2], true), Some(("\u{fffd}".to_owned(), 1)));
        assert_eq!(decode(b"\xff\xfea", false), Some(("\u{fffd}\u{fffd}a".to_owned(), 3)));
    }
}
