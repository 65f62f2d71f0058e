//! What a hostile registry might have this machine do.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use cloudoven_crawler::{
    http::Proxy,
    source::registry::{Host, Packages},
};
use registry_server::{Fault, Faults, ForwardProxy, Options, Published, RegistryServer, TlsFront};
use tokio::net::TcpListener;
use url::Url;

use super::support::{Setup, made_up};

/// A server that nobody should talk to: counts connections.
struct Private {
    port: u16,
    connections: Arc<AtomicUsize>,
}

impl Private {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let connections = Arc::new(AtomicUsize::new(0));
        let counter = connections.clone();
        tokio::spawn(async move {
            while listener.accept().await.is_ok() {
                counter.fetch_add(1, Ordering::Relaxed);
            }
        });
        Private { port, connections }
    }
}

/// Ways to write the address of this machine, or of its network.
fn private_addresses(port: u16) -> Vec<String> {
    [
        format!("https://127.0.0.1:{port}"),
        format!("http://127.0.0.1:{port}"),
        format!("https://localhost:{port}"),
        format!("https://localhost.:{port}"),
        format!("https://2130706433:{port}"),
        format!("https://0x7f.1:{port}"),
        format!("https://0177.0.0.1:{port}"),
        format!("https://[::1]:{port}"),
        format!("https://[::ffff:127.0.0.1]:{port}"),
        format!("https://[64:ff9b::127.0.0.1]:{port}"),
        "https://169.254.169.254".into(),
        "https://10.0.0.1".into(),
        "https://100.64.0.1".into(),
        "https://[fd00:ec2::254]".into(),
    ]
    .to_vec()
}

#[tokio::test]
async fn downloads_from_private_addresses_are_refused() {
    let private = Private::start().await;
    let demo = Published::demo();
    for downloads in private_addresses(private.port) {
        let options = Options { downloads: downloads.clone(), ..Options::default() };
        let server = RegistryServer::start(vec![demo.clone()], options).await;
        let error = Setup::new(&server, &demo).fail().await;
        assert!(error.contains("refused, because"), "{downloads}: {error}");
        assert_eq!(error.lines().count(), 1, "{error}");
    }
    assert_eq!(private.connections.load(Ordering::Relaxed), 0);
}

#[tokio::test]
async fn redirects_to_private_addresses_are_refused() {
    let private = Private::start().await;
    let published = made_up();
    for address in private_addresses(private.port) {
        for only in ["well-known", "/versions", "/v2/providers/", "filter"] {
            let faults = Faults::always(Fault::Redirect(format!("{address}/")), only);
            let server =
                RegistryServer::start(vec![published.clone()], Options { faults, ..Options::default() })
                    .await;
            let error = Setup::new(&server, &published).fail().await;
            assert!(error.contains("refused, because"), "{address} {only}: {error}");
        }
    }
    for scheme in ["file:///etc/passwd", "ftp://1.1.1.1/", "data:text/plain,x", "http://1.1.1.1/", "https://"]
    {
        let faults = Faults::always(Fault::Redirect(scheme.into()), "/versions");
        let server =
            RegistryServer::start(vec![published.clone()], Options { faults, ..Options::default() }).await;
        let error = Setup::new(&server, &published).fail().await;
        assert!(error.contains("refused") || error.contains("can't be read"), "{scheme}: {error}");
    }
    assert_eq!(private.connections.load(Ordering::Relaxed), 0);
}

#[tokio::test]
async fn tokens_stay_with_their_host() {
    let demo = Published::demo();
    let files = RegistryServer::start(vec![demo.clone()], Options::default()).await;
    let files_url = files.url();
    let options = Options {
        token: Some("s3cret".into()),
        downloads: files_url.trim_end_matches('/').into(),
        ..Options::default()
    };
    let server = RegistryServer::start(vec![demo.clone()], options).await;
    let mut setup = Setup::new(&server, &demo);
    let error = setup.fail().await;
    assert!(error.contains("401 Unauthorized; does the host need a token?"), "{error}");

    let host = |url: &str| Url::parse(url).unwrap().authority().to_owned();
    setup.settings.trusted.push(Url::parse(&files_url).unwrap());
    setup.settings.tokens.insert(&host(&server.url()), "s3cret");
    setup.crawl().await.unwrap();
    assert!(server.asked().iter().any(|asked| asked.token.as_deref() == Some("Bearer s3cret")));
    // The package came from the other host, and so do the pages after a redirect.
    let away = format!("{files_url}v2/provider-docs/{}", demo.pages[0].id);
    server
        .misbehave(Faults::always(Fault::Redirect(away), &format!("/v2/provider-docs/{}", demo.pages[0].id)));
    setup.store = Default::default();
    setup.crawl().await.unwrap();
    let asked = files.asked();
    assert!(asked.iter().any(|asked| asked.target.ends_with(".zip")));
    assert!(asked.iter().any(|asked| asked.target.starts_with("/v2/provider-docs/")));
    assert!(asked.iter().all(|asked| asked.token.is_none()), "{asked:?}");
}

#[tokio::test]
async fn a_private_certificate_authority_can_be_trusted() {
    let published = made_up();
    let server = RegistryServer::start(vec![published.clone()], Options::default()).await;
    let front = TlsFront::start(&server).await;
    let mut setup = Setup::new(&server, &published);
    let base = Url::parse(&format!("https://localhost:{}/", front.port)).unwrap();
    setup.registries.insert(&published.address.host, Host::at(base.clone()));
    setup.settings.trusted = vec![base];
    setup.settings.retry.attempts = 1;
    let error = setup.fail().await;
    assert!(error.contains("certificate"), "{error}");
    setup.settings.ca = front.certificate.clone().into_bytes();
    setup.crawl().await.unwrap();
}

#[tokio::test]
async fn everything_goes_through_the_proxy() {
    let published = made_up();
    let server = RegistryServer::start(vec![published.clone()], Options::default()).await;
    let front = TlsFront::start(&server).await;
    let proxy = ForwardProxy::start().await;
    let url = Url::parse(&format!("http://127.0.0.1:{}/", proxy.port)).unwrap();
    let mut setup = Setup::new(&server, &published);
    setup.settings.proxy = Proxy { http: Some(url.clone()), https: Some(url), bypass: String::new() };
    setup.crawl().await.unwrap();
    assert_eq!(proxy.asked().len(), server.asked().len());
    assert!(proxy.asked()[0].starts_with(&format!("GET {}", server.url())), "{:?}", proxy.asked()[0]);

    // By https through a tunnel.
    let base = Url::parse(&format!("https://localhost:{}/", front.port)).unwrap();
    setup.registries.insert(&published.address.host, Host::at(base.clone()));
    setup.settings.trusted = vec![base];
    setup.settings.ca = front.certificate.clone().into_bytes();
    setup.store = Default::default();
    setup.crawl().await.unwrap();
    let tunnels: Vec<String> = proxy.asked().into_iter().filter(|line| line.starts_with("CONNECT")).collect();
    assert!(tunnels.iter().all(|line| line.starts_with(&format!("CONNECT localhost:{}", front.port))));
    assert!(!tunnels.is_empty());

    // Not where NO_PROXY says so.
    let before = proxy.asked().len();
    setup.settings.proxy.bypass = "localhost".into();
    setup.store = Default::default();
    setup.crawl().await.unwrap();
    assert_eq!(proxy.asked().len(), before);
}

/// The proxy must not be used to reach what this machine must not reach, and is no server itself.
#[tokio::test]
async fn a_proxy_does_not_widen_what_may_be_asked() {
    let private = Private::start().await;
    let proxy = ForwardProxy::start().await;
    let url = Url::parse(&format!("http://localhost:{}/", proxy.port)).unwrap();
    let demo = Published::demo();
    let mut addresses = private_addresses(private.port);
    addresses.push(format!("https://localhost:{}", proxy.port));
    for downloads in addresses {
        let options = Options { downloads: downloads.clone(), ..Options::default() };
        let server = RegistryServer::start(vec![demo.clone()], options).await;
        let mut setup = Setup::new(&server, &demo);
        setup.settings.proxy = Proxy { http: None, https: Some(url.clone()), bypass: String::new() };
        let error = setup.fail().await;
        assert!(error.contains("refused, because"), "{downloads}: {error}");
    }
    assert_eq!(proxy.asked(), Vec::<String>::new());
    assert_eq!(private.connections.load(Ordering::Relaxed), 0);
}

#[tokio::test]
async fn a_mirror_may_not_send_elsewhere_either() {
    let demo = Published::demo();
    let faults = Faults::always(Fault::Redirect("https://127.0.0.1:1/x.zip".into()), ".zip");
    let server = RegistryServer::start(vec![demo.clone()], Options { faults, ..Options::default() }).await;
    let mut setup = Setup::new(&server, &demo);
    setup.settings.timeouts.connect = Duration::from_secs(1);
    setup.packages = Packages::Network(format!("{}mirror/", server.url()).parse().unwrap());
    assert!(setup.fail().await.contains("refused, because"));
}
