//! A registry that speaks the real protocols, and misbehaves on demand: service discovery, provider versions and
//! downloads (v1), documentation as JSON:API (v2) and in OpenTofu's layout, the network mirror protocol, a site in HTML.
//!
//! Sources: <https://developer.hashicorp.com/terraform/internals/remote-service-discovery>,
//! <https://developer.hashicorp.com/terraform/internals/provider-registry-protocol>,
//! <https://developer.hashicorp.com/terraform/internals/provider-network-mirror-protocol>,
//! <https://github.com/opentofu/registry-ui/blob/main/backend/internal/server/openapi.yml>

mod content;
mod faults;
mod json_api;
mod mirror;
mod opentofu;
mod proxy;
mod site;
mod tls;
mod v1;

use std::{
    net::SocketAddr,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU32, Ordering},
    },
};

use axum::{
    Router,
    body::Body,
    extract::{Request, State},
    http::{HeaderMap, StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::get,
};
use sha2::{Digest, Sha256};
use tokio::task::AbortHandle;

pub use content::{Page, Published};
pub use faults::{Fault, Faults};
pub use proxy::ForwardProxy;
pub use tls::TlsFront;

/// A running registry; it ends when it is dropped.
pub struct RegistryServer {
    address: SocketAddr,
    state: Arc<Registry>,
    task: AbortHandle,
}

/// One request that was answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// Path and query.
    pub target: String,
    pub status: u16,
    /// The `Authorization` header.
    pub token: Option<String>,
}

pub(crate) struct Registry {
    providers: Vec<Published>,
    options: Options,
    asked: Mutex<Vec<Asked>>,
    faults: Mutex<Faults>,
    /// Listings that will still change while they are read.
    shifts: AtomicU32,
}

/// How the registry behaves.
#[derive(Debug, Clone)]
pub struct Options {
    /// The port to listen on; 0 for any free one.
    pub port: u16,
    /// Requests without this bearer token are refused.
    pub token: Option<String>,
    pub faults: Faults,
    /// Entries per page of a listing, however many are asked for.
    pub page_size: usize,
    /// Whether listings say how many entries they have.
    pub totals: bool,
    /// How many listings change between their first page and the next.
    pub shifts: u32,
    /// Whether answers carry an `ETag`.
    pub etags: bool,
    /// Put before `download_url`, for downloads from elsewhere.
    pub downloads: String,
    /// A SHA-256 to claim for every package.
    pub claimed_digest: Option<String>,
    /// Whether SHA256SUMS says something else.
    pub other_sums: bool,
    /// The digests that the mirror gives, instead of the right one.
    pub mirror_hashes: Option<Vec<String>>,
    /// The robots.txt, if there is one.
    pub robots: Option<String>,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            port: 0,
            token: None,
            faults: Faults::default(),
            page_size: 100,
            totals: true,
            shifts: 0,
            etags: true,
            downloads: String::new(),
            claimed_digest: None,
            other_sums: false,
            mirror_hashes: None,
            robots: None,
        }
    }
}

impl RegistryServer {
    /// Serves these providers on this machine's loopback address, by plain http.
    pub async fn start(providers: Vec<Published>, options: Options) -> RegistryServer {
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", options.port)).await.expect("a free port");
        let address = listener.local_addr().expect("a bound socket has an address");
        let state = Arc::new(Registry {
            providers,
            asked: Mutex::default(),
            faults: Mutex::new(options.faults.clone()),
            shifts: AtomicU32::new(options.shifts),
            options,
        });
        let router = router(state.clone());
        let task = tokio::spawn(async move { axum::serve(listener, router).await }).abort_handle();
        RegistryServer { address, state, task }
    }

    /// The registry's address, `http://127.0.0.1:<port>/`: what `crawl --registry` and `Host::at` take.
    pub fn url(&self) -> String {
        format!("http://{}/", self.address)
    }

    fn address(&self) -> SocketAddr {
        self.address
    }

    /// Everything asked so far, in the order of the answers.
    pub fn asked(&self) -> Vec<Asked> {
        self.state.asked.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Forgets what was asked.
    pub fn forget(&self) {
        self.state.asked.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// Misbehaves in this way from now on.
    pub fn misbehave(&self, faults: Faults) {
        *self.state.faults.lock().unwrap_or_else(PoisonError::into_inner) = faults;
    }
}

impl Drop for RegistryServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Registry {
    /// The versions of a provider, in the order of publication.
    fn versions(&self, namespace: &str, name: &str) -> Vec<&Published> {
        let named = |p: &&Published| p.address.namespace == namespace && p.address.name == name;
        self.providers.iter().filter(named).collect()
    }

    fn version(&self, namespace: &str, name: &str, version: &str) -> Option<&Published> {
        self.versions(namespace, name).into_iter().find(|p| p.version == version)
    }

    /// Whether a listing that is being read has changed since its first page.
    fn has_shifted(&self) -> bool {
        let take = |left: u32| left.checked_sub(1);
        self.shifts.fetch_update(Ordering::Relaxed, Ordering::Relaxed, take).is_ok()
    }
}

fn router(state: Arc<Registry>) -> Router {
    Router::new()
        .route("/.well-known/terraform.json", get(v1::discovery))
        .merge(v1::routes())
        .merge(json_api::routes())
        .merge(opentofu::routes())
        .merge(mirror::routes())
        .merge(site::routes())
        .layer(middleware::from_fn_with_state(state.clone(), front))
        .with_state(state)
}

/// What comes before every route: the log, the token, the faults.
async fn front(State(registry): State<Arc<Registry>>, request: Request, next: Next) -> Response {
    let target = request.uri().path_and_query().map(ToString::to_string).unwrap_or_default();
    let token = request.headers().get(header::AUTHORIZATION);
    let token = token.and_then(|value| value.to_str().ok()).map(str::to_owned);
    let wanted = registry.options.token.as_ref().map(|token| format!("Bearer {token}"));
    let known = request.headers().clone();
    let fault = registry.faults.lock().unwrap_or_else(PoisonError::into_inner).draw(&target);
    let response = match fault {
        _ if wanted.is_some() && token != wanted => StatusCode::UNAUTHORIZED.into_response(),
        Some(fault) => fault.apply(next.run(request).await).await,
        None => tagged(next.run(request).await, &known, registry.options.etags).await,
    };
    let asked = Asked { target, status: response.status().as_u16(), token };
    registry.asked.lock().unwrap_or_else(PoisonError::into_inner).push(asked);
    response
}

/// Adds an `ETag` to an answer, or replaces it by 304 where the client has that one.
async fn tagged(response: Response, request: &HeaderMap, etags: bool) -> Response {
    if !etags || response.status() != StatusCode::OK {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let bytes = axum::body::to_bytes(body, usize::MAX).await.expect("the body is in memory");
    let etag = format!("\"{:x}\"", Digits(&Sha256::digest(&bytes)[..8]));
    if request.get(header::IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == etag.as_bytes()) {
        return StatusCode::NOT_MODIFIED.into_response();
    }
    parts.headers.insert(header::ETAG, etag.parse().expect("hexadecimal digits"));
    Response::from_parts(parts, Body::from(bytes))
}

/// Bytes in hexadecimal.
pub(crate) struct Digits<'a>(pub &'a [u8]);

impl std::fmt::LowerHex for Digits<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}
