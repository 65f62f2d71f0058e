//! Versions and documentation.

use cloudoven_crawler::{
    catalog::{Catalog, Kind, open_store},
    crawl,
    source::{
        Quiet, Stage,
        registry::{Docs, DocsApi},
    },
};
use registry_server::{Options, Published, RegistryServer};

use super::support::{Notes, PAGES, Setup, bundle, catalog, made_up};

#[tokio::test]
async fn the_demo_provider_goes_from_the_registry_into_the_catalog() {
    let demo = Published::demo();
    let server = RegistryServer::start(vec![demo.clone()], Options::default()).await;
    let source = Setup::new(&server, &demo).crawl().await.unwrap();
    assert_eq!((source.version.as_str(), source.problems.len()), ("0.1.0", 0));
    let page = &source.pages["resources/network.md"];
    assert_eq!(
        page.url,
        "https://registry.cloudoven.dev/providers/cloudoven/demo/0.1.0/docs/resources/network"
    );
    assert_eq!(
        source.pages["index.md"].url,
        "https://registry.cloudoven.dev/providers/cloudoven/demo/0.1.0/docs"
    );

    let directory = tempfile::tempdir().unwrap();
    let catalog = Catalog::open(open_store(directory.path().to_str().unwrap()).unwrap());
    crawl::import(&catalog, source, &Quiet).await.unwrap();
    let network =
        catalog.document(&demo.address, "0.1.0", Kind::Resource, "demo_network").await.unwrap().unwrap();
    assert!(network.block.attributes["cidr"].required);
    assert!(!network.block.attributes["cidr"].docs.text.is_empty());
    assert!(network.url.ends_with("/docs/resources/network"), "{}", network.url);
}

#[tokio::test]
async fn constraints_choose_the_version() {
    let versions = ["1.2.0", "1.10.0", "2.0.0", "3.0.0-beta1"];
    let publish = |version: &&str| Published { version: (*version).into(), pages: Vec::new(), ..made_up() };
    let published: Vec<Published> = versions.iter().map(publish).collect();
    let server = RegistryServer::start(published.clone(), Options::default()).await;
    let mut setup = Setup::new(&server, &published[0]);
    for (constraint, expected) in
        [("", "2.0.0"), ("~> 1.2", "1.10.0"), ("< 1.5", "1.2.0"), ("3.0.0-beta1", "3.0.0-beta1")]
    {
        setup.constraint = constraint.into();
        assert_eq!(setup.crawl().await.unwrap().version, expected, "{constraint}");
    }
    setup.constraint = "> 3".into();
    let error = setup.fail().await;
    assert!(error.contains("no version of 4 fits"), "{error}");
    setup.address = "registry.example.test/acme/other".parse().unwrap();
    assert!(setup.fail().await.contains("the registry has no such provider"));
    setup.address = "registry.elsewhere.test/acme/cloud".parse().unwrap();
    assert!(setup.fail().await.contains("not a configured registry"));
}

#[tokio::test]
async fn listings_are_read_in_pages() {
    let published = made_up();
    for totals in [true, false] {
        let options = Options { totals, ..Options::default() };
        let server = RegistryServer::start(vec![published.clone()], options).await;
        let notes = Notes::default();
        let source = Setup::new(&server, &published).crawl_watched(&notes).await.unwrap();
        assert_eq!(source.pages.len(), PAGES + 1);
        assert!(source.pages.contains_key("data-sources/thing_000.md"));
        assert!(source.pages.contains_key("resources/thing_001.md"));
        let progress = notes.progress.into_inner().unwrap();
        let pages: Vec<_> = progress.iter().filter(|progress| progress.stage == Stage::Pages).collect();
        let last = pages.last().unwrap();
        assert_eq!((last.done, last.total), (PAGES as u64 + 1, PAGES as u64 + 1));
        assert!(pages.is_sorted_by_key(|progress| progress.done));
    }
}

#[tokio::test]
async fn a_listing_that_changes_while_it_is_read_is_read_again() {
    let published = made_up();
    for (shifts, totals, problems) in [(1, true, 0), (3, true, 0), (2, false, 0), (1000, true, 1)] {
        let options = Options { shifts, totals, ..Options::default() };
        let server = RegistryServer::start(vec![published.clone()], options).await;
        let source = Setup::new(&server, &published).crawl().await.unwrap();
        assert_eq!(source.problems.len(), problems, "{shifts}: {:?}", source.problems);
        if problems == 0 {
            assert_eq!(source.pages.len(), PAGES + 1, "{shifts} {totals}");
        }
    }
}

/// The same pages by the other protocol make the same catalog, but for where the pages can be read.
#[tokio::test]
async fn opentofus_documentation_is_read_too() {
    let published = made_up();
    let server = RegistryServer::start(vec![published.clone()], Options::default()).await;
    let mut setup = Setup::new(&server, &published);
    let one = setup.crawl().await.unwrap();
    let base = format!("{}registry/docs/", server.url()).parse().unwrap();
    setup.docs = Docs::Api(DocsApi::OpenTofu(base));
    let mut other = setup.crawl().await.unwrap();
    assert_eq!(
        other.pages["data-sources/thing_005.md"].url,
        "https://search.opentofu.org/provider/acme/cloud/v1.2.0/docs/datasources/thing_005"
    );
    for (path, page) in &mut other.pages {
        page.url.clone_from(&one.pages[path].url);
    }
    assert_eq!(one.pages, other.pages);
}

#[tokio::test]
async fn a_registry_without_documentation_still_gives_the_schema() {
    let published = Published { pages: Vec::new(), ..made_up() };
    let server = RegistryServer::start(vec![published.clone()], Options::default()).await;
    let mut setup = Setup::new(&server, &published);
    setup.docs = Docs::Api(DocsApi::Registry(format!("{}nowhere/", server.url()).parse().unwrap()));
    let source = setup.crawl().await.unwrap();
    assert_eq!(source.pages.len(), 0);
    assert!(source.problems[0].reason.starts_with("the registry has none"), "{:?}", source.problems);
}

/// Needs the real providers' bundles, which are not part of the repository.
#[tokio::test]
async fn a_big_providers_catalog_is_that_of_its_bundle() {
    let Some(path) = bundle("hashicorp-azurerm-4.80.0") else { return };
    let published = Published::of_bundle(&path).remove(0);
    let server = RegistryServer::start(vec![published.clone()], Options::default()).await;
    let mut crawled = Setup::new(&server, &published).crawl().await.unwrap();
    let bundled = cloudoven_crawler::source::read(&path, Default::default()).unwrap().remove(0);
    for page in crawled.pages.values_mut() {
        page.url = String::new();
    }
    // The bundle has what no element is about, too.
    let texts = |source: &cloudoven_crawler::source::ProviderSource| -> Vec<String> {
        let kept = source.pages.iter().filter(|(path, _)| {
            !["guides/", "actions/", "list-resources/"].iter().any(|folder| path.starts_with(folder))
        });
        kept.map(|(_, page)| page.text.clone()).collect()
    };
    assert_eq!(texts(&crawled), texts(&bundled));
    assert!(catalog(crawled).await.len() > 1500);
}
