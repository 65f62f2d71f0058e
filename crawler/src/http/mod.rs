//! The crawler's HTTP client: every request that the crawler makes goes through [`Client`].
//!
//! A registry's answers are somebody else's words, and they name further addresses. Which of them may be asked is
//! settled in `policy`, for every hop of a redirect and once more when a name is resolved; tokens (`tokens`) go to
//! their own host alone; bodies, waits and attempts are bounded.

mod attempt;
mod policy;
mod proxy;
mod retry;
mod tokens;

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use reqwest::redirect;
use sha2::{Digest, Sha256};
use tokio::{
    fs::File,
    io::{AsyncSeekExt, AsyncWriteExt},
};
use url::Url;

pub(crate) use self::attempt::shown;
use self::{
    attempt::Failure,
    policy::{PublicOnly, Rules},
    retry::Pauses,
};
pub use self::{policy::is_public, proxy::Proxy, retry::Retry, tokens::Tokens};
use crate::error::{Error, Result};

/// How the client reaches the world.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// Origins that the configuration names: they may have private addresses, and are asked by plain http where the
    /// URL says so. Only scheme, host and port count.
    pub trusted: Vec<Url>,
    pub tokens: Tokens,
    pub proxy: Proxy,
    /// Certificates (PEM) to trust besides the system's.
    pub ca: Vec<u8>,
    pub timeouts: Timeouts,
    pub retry: Retry,
}

/// How long the client waits.
#[derive(Debug, Clone, Copy)]
pub struct Timeouts {
    pub connect: Duration,
    /// Between two reads of a body.
    pub idle: Duration,
    /// One attempt, redirects and body included.
    pub total: Duration,
    /// The same for files, which are large.
    pub download: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Timeouts {
            connect: Duration::from_secs(10),
            idle: Duration::from_secs(30),
            total: Duration::from_secs(120),
            download: Duration::from_secs(1800),
        }
    }
}

/// Asks for the body of a URL.
#[derive(Debug, Clone)]
pub struct Request {
    pub url: Url,
    /// Largest body, in bytes.
    pub limit: u64,
    /// What is known already: the server may answer that nothing has changed.
    pub known: Validators,
}

impl Request {
    pub fn new(url: Url, limit: u64) -> Self {
        Request { url, limit, known: Validators::default() }
    }
}

/// What tells whether a resource has changed.
///
/// Source: <https://www.rfc-editor.org/rfc/rfc9110#name-validator-fields>
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Validators {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub etag: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_modified: Option<String>,
}

/// A server's answer.
#[derive(Debug)]
pub enum Answer {
    Body(Body),
    /// What [`Request::known`] describes is still right.
    NotModified,
}

/// A body, whole.
#[derive(Debug, Clone)]
pub struct Body {
    pub bytes: Bytes,
    pub validators: Validators,
    /// Where it was found, after redirects: relative URLs in the body are relative to this.
    pub url: Url,
    /// The `Content-Type` header, empty when there is none.
    pub content_type: String,
}

/// A file that was written.
#[derive(Debug)]
pub struct Downloaded {
    pub bytes: u64,
    /// Hexadecimal.
    pub sha256: String,
}

/// Where a body goes; emptied before every attempt.
enum Sink<'a> {
    Memory(Vec<u8>),
    File { file: &'a mut File, hasher: Sha256, written: u64 },
}

/// The HTTP client. Clones share connections, and the pauses that servers ask for.
#[derive(Debug, Clone)]
pub struct Client(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    /// For trusted origins.
    trusted: reqwest::Client,
    /// For everything else: resolves names to public addresses only.
    public: reqwest::Client,
    rules: Rules,
    tokens: Tokens,
    timeouts: Timeouts,
    retry: Retry,
    pauses: Pauses,
}

impl Client {
    /// Fails when the certificates or the proxy's address can't be read.
    pub fn new(settings: Settings) -> Result<Self> {
        let Settings { trusted, tokens, proxy, ca, timeouts, retry } = settings;
        let rules = Rules::new(&trusted, proxy.hosts());
        let trusted = builder(&proxy, &ca, timeouts)?;
        let public = builder(&proxy, &ca, timeouts)?.dns_resolver(PublicOnly::new(proxy.hosts()));
        let build = |builder: reqwest::ClientBuilder| {
            builder.build().map_err(|e| Error::invalid("HTTP client", attempt::reason(&e)))
        };
        let (trusted, public) = (build(trusted)?, build(public)?);
        let inner = Inner { trusted, public, rules, tokens, timeouts, retry, pauses: Pauses::default() };
        Ok(Client(Arc::new(inner)))
    }

    /// The body of `request.url`, or that it has not changed.
    pub async fn get(&self, request: &Request) -> Result<Answer> {
        let mut sink = Sink::Memory(Vec::new());
        let head = self.run(request, &mut sink, self.0.timeouts.total).await?;
        Ok(match (head, sink) {
            (Some(head), Sink::Memory(bytes)) => Answer::Body(Body {
                bytes: bytes.into(),
                validators: head.validators,
                url: head.url,
                content_type: head.content_type,
            }),
            _ => Answer::NotModified,
        })
    }

    /// Writes what is at `url`, `limit` bytes at most, into `file`.
    pub async fn download(&self, url: &Url, limit: u64, file: &mut File) -> Result<Downloaded> {
        let mut sink = Sink::File { file, hasher: Sha256::new(), written: 0 };
        let request = Request::new(url.clone(), limit);
        self.run(&request, &mut sink, self.0.timeouts.download).await?;
        match sink {
            Sink::File { hasher, written, .. } => {
                Ok(Downloaded { bytes: written, sha256: hex::encode(hasher.finalize()) })
            }
            Sink::Memory(_) => unreachable!("a download goes to its file"),
        }
    }

    /// Tries until it works, a retry makes no sense, or the attempts are used up.
    async fn run(
        &self,
        request: &Request,
        sink: &mut Sink<'_>,
        total: Duration,
    ) -> Result<Option<attempt::Head>> {
        let host = request.url.host_str().unwrap_or_default().to_owned();
        let mut attempt = 1;
        loop {
            self.0.pauses.wait(&host).await;
            let failure = match tokio::time::timeout(total, self.0.attempt(request, sink)).await {
                Ok(Ok(head)) => return Ok(head),
                Ok(Err(failure)) => failure,
                Err(_) => Failure::transient(format!("no whole answer within {} s", total.as_secs())),
            };
            let give_up = |reason: String| {
                let url = shown(&request.url);
                Err(Error::Fetch { url, reason, status: failure.status })
            };
            match self.0.retry.delay(attempt, &failure) {
                Ok(delay) if failure.wait.is_some() => self.0.pauses.until(&host, delay),
                Ok(delay) => tokio::time::sleep(delay).await,
                Err(note) => return give_up(format!("{}{note}", failure.reason)),
            }
            attempt += 1;
        }
    }
}

impl Sink<'_> {
    async fn reset(&mut self) -> std::io::Result<()> {
        match self {
            Sink::Memory(bytes) => bytes.clear(),
            Sink::File { file, hasher, written } => {
                file.set_len(0).await?;
                file.rewind().await?;
                (*hasher, *written) = (Sha256::new(), 0);
            }
        }
        Ok(())
    }

    async fn write(&mut self, chunk: &[u8]) -> std::io::Result<()> {
        match self {
            Sink::Memory(bytes) => bytes.extend_from_slice(chunk),
            Sink::File { file, hasher, written } => {
                file.write_all(chunk).await?;
                hasher.update(chunk);
                *written += chunk.len() as u64;
            }
        }
        Ok(())
    }

    async fn finish(&mut self) -> std::io::Result<()> {
        match self {
            Sink::Memory(_) => Ok(()),
            Sink::File { file, .. } => file.flush().await,
        }
    }
}

fn builder(proxy: &Proxy, ca: &[u8], timeouts: Timeouts) -> Result<reqwest::ClientBuilder> {
    let certificates = reqwest::Certificate::from_pem_bundle(ca)
        .map_err(|e| Error::invalid("certificates to trust", attempt::reason(&e)))?;
    if certificates.is_empty() && !ca.is_empty() {
        return Err(Error::invalid("certificates to trust", "no PEM certificate in the file"));
    }
    let builder = reqwest::Client::builder()
        .user_agent(concat!("cloudoven-crawler/", env!("CARGO_PKG_VERSION")))
        .redirect(redirect::Policy::none())
        .connect_timeout(timeouts.connect)
        .read_timeout(timeouts.idle)
        .tls_certs_merge(certificates);
    proxy.apply(builder)
}
