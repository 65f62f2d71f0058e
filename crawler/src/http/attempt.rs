//! One attempt at a request: redirects followed by hand, the body read within its limit.

use std::{error::Error as _, time::Duration};

use futures::StreamExt;
use reqwest::{
    Response, StatusCode,
    header::{self, HeaderMap, HeaderName},
};
use url::Url;

use super::{
    Inner, Request, Sink, Validators,
    policy::{Refused, Route},
    retry,
};

const MAX_REDIRECTS: usize = 5;

/// A body's head; its bytes are in the sink.
pub(super) struct Head {
    pub validators: Validators,
    pub url: Url,
    pub content_type: String,
}

/// Why an attempt failed.
#[derive(Debug)]
pub(super) struct Failure {
    pub reason: String,
    pub status: Option<u16>,
    /// Whether the same request may work later.
    pub transient: bool,
    /// How long the server asks to wait.
    pub wait: Option<Duration>,
}

impl Failure {
    pub fn transient(reason: impl Into<String>) -> Self {
        Failure { reason: reason.into(), status: None, transient: true, wait: None }
    }

    pub fn lasting(reason: impl Into<String>) -> Self {
        Failure { transient: false, ..Failure::transient(reason) }
    }
}

impl From<reqwest::Error> for Failure {
    fn from(error: reqwest::Error) -> Self {
        let refused = causes(&error).any(|cause| cause.is::<Refused>());
        let lasting = refused || error.is_builder();
        Failure { transient: !lasting, ..Failure::transient(reason(&error)) }
    }
}

impl Inner {
    /// `None`: the server says that nothing has changed.
    pub(super) async fn attempt(
        &self,
        request: &Request,
        sink: &mut Sink<'_>,
    ) -> Result<Option<Head>, Failure> {
        sink.reset().await.map_err(|e| Failure::lasting(format!("temporary file: {e}")))?;
        let (response, url) = self.send(request).await?;
        let status = response.status();
        if status == StatusCode::NOT_MODIFIED && request.known != Validators::default() {
            return Ok(None);
        }
        if status != StatusCode::OK {
            return Err(refusal(&response));
        }
        let head = Head {
            validators: Validators {
                etag: text(response.headers(), header::ETAG),
                last_modified: text(response.headers(), header::LAST_MODIFIED),
            },
            url,
            content_type: text(response.headers(), header::CONTENT_TYPE).unwrap_or_default(),
        };
        read(response, request.limit, sink).await?;
        Ok(Some(head))
    }

    /// Follows redirects; each hop is checked like the first one and gets no token but its own.
    async fn send(&self, request: &Request) -> Result<(Response, Url), Failure> {
        let mut url = request.url.clone();
        for _ in 0..=MAX_REDIRECTS {
            let route = self.rules.route(&url).await.map_err(Failure::lasting)?;
            let client = match route {
                Route::Trusted => &self.trusted,
                Route::Public => &self.public,
            };
            let mut builder = client.get(url.clone());
            if let Some(token) = self.tokens.of(&url) {
                builder = builder.bearer_auth(token);
            }
            if let Some(etag) = &request.known.etag {
                builder = builder.header(header::IF_NONE_MATCH, etag);
            }
            if let Some(time) = &request.known.last_modified {
                builder = builder.header(header::IF_MODIFIED_SINCE, time);
            }
            let response = builder.send().await?;
            if !matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308) {
                return Ok((response, url));
            }
            let location = text(response.headers(), header::LOCATION)
                .ok_or_else(|| Failure::lasting("a redirect without a Location"))?;
            url = url
                .join(&location)
                .map_err(|e| Failure::lasting(format!("a redirect to an address that can't be read: {e}")))?;
        }
        Err(Failure::lasting(format!("more than {MAX_REDIRECTS} redirects")))
    }
}

async fn read(response: Response, limit: u64, sink: &mut Sink<'_>) -> Result<(), Failure> {
    let too_large = || Failure::lasting(format!("the answer is larger than {limit} bytes"));
    if response.content_length().is_some_and(|length| length > limit) {
        return Err(too_large());
    }
    let mut left = limit;
    let mut body = response.bytes_stream();
    while let Some(chunk) = body.next().await {
        let chunk = chunk?;
        left = left.checked_sub(chunk.len() as u64).ok_or_else(too_large)?;
        sink.write(&chunk).await.map_err(|e| Failure::lasting(format!("temporary file: {e}")))?;
    }
    sink.finish().await.map_err(|e| Failure::lasting(format!("temporary file: {e}")))
}

fn refusal(response: &Response) -> Failure {
    let status = response.status();
    let hint = match status {
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => "; does the host need a token?",
        _ => "",
    };
    let busy = matches!(status.as_u16(), 408 | 429 | 500 | 502 | 503 | 504);
    let wait = matches!(status.as_u16(), 429 | 503)
        .then(|| text(response.headers(), header::RETRY_AFTER))
        .flatten()
        .and_then(|value| retry::retry_after(&value));
    let reason = format!("the server answered {status}{hint}");
    Failure { reason, status: Some(status.as_u16()), transient: busy, wait }
}

fn text(headers: &HeaderMap, name: HeaderName) -> Option<String> {
    headers.get(name)?.to_str().ok().map(str::to_owned)
}

/// An error with its causes on one line, without the URL: that may hold a signature.
pub(super) fn reason(error: &reqwest::Error) -> String {
    let start = if error.is_timeout() {
        "timed out"
    } else if error.is_connect() {
        "no connection"
    } else if error.is_body() || error.is_decode() {
        "the answer broke off"
    } else {
        "the request failed"
    };
    // The last cause is the one that says something; those before repeat it.
    match causes(error).last() {
        Some(cause) => format!("{start}: {cause}"),
        None => start.to_owned(),
    }
}

fn causes(error: &reqwest::Error) -> impl Iterator<Item = &(dyn std::error::Error + 'static)> {
    let mut next = error.source();
    std::iter::from_fn(move || {
        let cause = next?;
        next = cause.source();
        Some(cause)
    })
}

/// A URL as errors show it: without credentials, and without the query, which may be a signature.
pub(crate) fn shown(url: &Url) -> String {
    let mut url = url.clone();
    let had_query = url.query().is_some();
    url.set_query(None);
    url.set_fragment(None);
    // Fails for URLs that have no host, and those have no credentials.
    let _ = (url.set_username(""), url.set_password(None));
    if had_query { format!("{url}?…") } else { url.to_string() }
}
