//! Misbehaviour, by seed: which requests go wrong depends on the seed, the address and how often it was asked, so that
//! a run can be repeated.

use std::{collections::HashMap, time::Duration};

use axum::{
    body::Body,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use futures::stream;
use sha2::{Digest, Sha256};

/// A way to go wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// 429, and when to come back, in seconds.
    TooMany(u64),
    /// 503, and to come back at a date that has passed.
    Unavailable,
    /// 500.
    Error,
    /// 404.
    Missing,
    /// 200, and nothing that anybody could read.
    Garbage,
    /// The announced length, and half of the body.
    Truncated,
    /// No answer for this long.
    Stall(Duration),
    /// Sends the client elsewhere.
    Redirect(String),
    /// A body without an end.
    Endless,
}

/// Which requests go wrong, and how.
#[derive(Debug, Clone, Default)]
pub struct Faults {
    pub seed: u64,
    /// Of a thousand requests, how many go wrong.
    pub per_mille: u32,
    /// How often in a row the same address may go wrong.
    pub in_a_row: u32,
    pub kinds: Vec<Fault>,
    /// Only addresses that contain this go wrong.
    pub only: String,
    asked: HashMap<String, (u32, u32)>,
}

impl Faults {
    /// These faults, at random.
    pub fn random(seed: u64, per_mille: u32, kinds: Vec<Fault>) -> Self {
        Faults { seed, per_mille, in_a_row: 2, kinds, ..Faults::default() }
    }

    /// This fault, always, where the address contains `only`.
    pub fn always(fault: Fault, only: &str) -> Self {
        Faults::random(0, 1000, vec![fault]).on(only)
    }

    /// The same faults, however often in a row, where the address contains `only`.
    pub fn on(self, only: &str) -> Self {
        Faults { in_a_row: u32::MAX, only: only.into(), ..self }
    }

    pub(super) fn draw(&mut self, target: &str) -> Option<Fault> {
        if self.kinds.is_empty() || !target.contains(&self.only) {
            return None;
        }
        let (times, row) = self.asked.entry(target.to_owned()).or_default();
        *times += 1;
        let digest = Sha256::digest(format!("{} {target} {times}", self.seed));
        let number =
            |at: usize| u32::from_be_bytes([digest[at], digest[at + 1], digest[at + 2], digest[at + 3]]);
        if *row >= self.in_a_row || number(0) % 1000 >= self.per_mille {
            *row = 0;
            return None;
        }
        *row += 1;
        let kind = number(4) as usize % self.kinds.len();
        Some(self.kinds[kind].clone())
    }
}

impl Fault {
    pub(super) async fn apply(self, response: Response) -> Response {
        match self {
            Fault::TooMany(seconds) => {
                (StatusCode::TOO_MANY_REQUESTS, [(header::RETRY_AFTER, seconds.to_string())]).into_response()
            }
            Fault::Unavailable => {
                let past = "Wed, 21 Oct 2015 07:28:00 GMT";
                (StatusCode::SERVICE_UNAVAILABLE, [(header::RETRY_AFTER, past)]).into_response()
            }
            Fault::Error => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
            Fault::Missing => StatusCode::NOT_FOUND.into_response(),
            Fault::Garbage => "<!doctype html><title>Be right back</title>\0\u{fffd}{{{[[[".into_response(),
            Fault::Truncated => truncate(response).await,
            Fault::Stall(time) => {
                tokio::time::sleep(time).await;
                response
            }
            Fault::Redirect(to) => (StatusCode::FOUND, [(header::LOCATION, to)]).into_response(),
            Fault::Endless => {
                let chunk = || Some((Ok::<_, std::io::Error>(vec![b' '; 64 << 10]), ()));
                Body::from_stream(stream::unfold((), move |()| async move { chunk() })).into_response()
            }
        }
    }
}

async fn truncate(response: Response) -> Response {
    let (mut parts, body) = response.into_parts();
    let bytes = axum::body::to_bytes(body, usize::MAX).await.expect("the body is in memory");
    parts.headers.insert(header::CONTENT_LENGTH, bytes.len().into());
    let half = bytes.slice(..bytes.len() / 2);
    let broken = stream::iter([Ok(half), Err(std::io::Error::other("cut off"))]);
    Response::from_parts(parts, Body::from_stream(broken))
}
