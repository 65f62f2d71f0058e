//! Crawls that are interrupted, and crawls of what has been crawled.

use std::{
    collections::HashSet,
    pin::{Pin, pin},
    task::{Context, Poll},
};

use cloudoven_crawler::source::{Quiet, Source as _};
use futures::TryStreamExt as _;
use object_store::ObjectStore as _;
use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};
use registry_server::{Asked, Options, Published, RegistryServer};
use sha2::{Digest as _, Sha256};

use super::support::{Setup, bundle, catalog, made_up};

/// A future that is dropped after so many polls: `None` when it was not done by then.
struct Interrupted<F> {
    inner: F,
    left: usize,
}

impl<F: Future + Unpin> Future for Interrupted<F> {
    type Output = Option<F::Output>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        if self.left == 0 {
            return Poll::Ready(None);
        }
        self.left -= 1;
        Pin::new(&mut self.inner).poll(context).map(Some)
    }
}

/// Interrupts a crawl at random moments until it is done; gives the number of interruptions.
async fn crawl_in_pieces(setup: &Setup, server: &RegistryServer, published: &Published, seed: u64) -> usize {
    let mut random = StdRng::seed_from_u64(seed);
    let longest = published.pages.len() / 8;
    for interruptions in 0.. {
        let kept = kept(setup).await;
        server.forget();
        let registry = setup.registry();
        let crawl =
            Interrupted { inner: pin!(registry.fetch(&Quiet)), left: random.random_range(1..longest) };
        let done = crawl.await;
        // What was kept is not asked for again.
        for asked in server.asked().iter().filter(|asked| is_page(asked) || is_file(asked)) {
            let url = format!("{}{}", server.url().trim_end_matches('/'), asked.target);
            assert!(!kept.contains(&hex(&url)), "seed {seed}: {} was asked for again", asked.target);
        }
        if let Some(result) = done {
            result.unwrap();
            return interruptions;
        }
    }
    unreachable!("every crawl comes to an end")
}

/// The digests of the URLs that the cache has an answer of.
async fn kept(setup: &Setup) -> HashSet<String> {
    let objects: Vec<_> = setup.store.list(None).try_collect().await.unwrap();
    objects.iter().filter_map(|object| object.location.filename()).map(str::to_owned).collect()
}

fn hex(text: &str) -> String {
    Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn is_page(asked: &Asked) -> bool {
    asked.target.starts_with("/v2/provider-docs/")
}

fn is_file(asked: &Asked) -> bool {
    asked.target.starts_with("/files/")
}

#[tokio::test]
async fn an_interrupted_crawl_goes_on_where_it_stopped() {
    let published = made_up();
    let server = RegistryServer::start(vec![published.clone()], Options::default()).await;
    let undisturbed = catalog(Setup::new(&server, &published).crawl().await.unwrap()).await;
    let mut interruptions = 0;
    for seed in 0..6 {
        let setup = Setup::new(&server, &published);
        interruptions += crawl_in_pieces(&setup, &server, &published, seed).await;
        assert_eq!(catalog(setup.crawl().await.unwrap()).await, undisturbed, "seed {seed}");
    }
    assert!(interruptions > 20, "{interruptions} interruptions show little");
}

#[tokio::test]
async fn a_crawl_of_what_is_known_only_asks_whether_it_has_changed() {
    let demo = Published::demo();
    let server = RegistryServer::start(vec![demo.clone()], Options::default()).await;
    let setup = Setup::new(&server, &demo);
    let first = catalog(setup.crawl().await.unwrap()).await;
    let (fresh, known): (Vec<Asked>, Vec<Asked>) = server.asked().into_iter().partition(|a| a.status == 200);
    let targets: HashSet<&str> = fresh.iter().map(|asked| asked.target.as_str()).collect();
    assert_eq!(targets.len(), fresh.len(), "something was fetched twice: {fresh:?}");
    // Service discovery is asked for the versions and again for the package.
    assert!(known.iter().all(|a| a.status == 304 && a.target == "/.well-known/terraform.json"), "{known:?}");

    server.forget();
    let again = catalog(setup.crawl().await.unwrap()).await;
    assert_eq!(first, again);
    let asked = server.asked();
    assert!(!asked.is_empty());
    for asked in asked {
        assert_eq!(asked.status, 304, "{asked:?}");
        assert!(!is_page(&asked) && !is_file(&asked), "{asked:?}");
    }
}

/// Needs the real providers' bundles, which are not part of the repository.
#[tokio::test]
async fn a_big_provider_survives_interruptions() {
    let Some(path) = bundle("hashicorp-google-6.47.0") else { return };
    let published = Published::of_bundle(&path).remove(0);
    let server = RegistryServer::start(vec![published.clone()], Options::default()).await;
    let undisturbed = Setup::new(&server, &published).crawl().await.unwrap();
    let setup = Setup::new(&server, &published);
    assert!(crawl_in_pieces(&setup, &server, &published, 7).await > 0);
    server.forget();
    let resumed = setup.crawl().await.unwrap();
    assert!(!server.asked().iter().any(is_page));
    assert_eq!(resumed.pages, undisturbed.pages);
    assert_eq!(catalog(resumed).await, catalog(undisturbed).await);
}
