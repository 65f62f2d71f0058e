//! Documentation from a site in HTML.

use cloudoven_crawler::{
    catalog::{Catalog, Kind, open_store},
    crawl,
    source::{PageFormat, Quiet, Site, registry::Docs},
};
use registry_server::{Fault, Faults, Options, RegistryServer};

use super::support::{Notes, PAGES, Setup, made_up};

async fn setup(options: Options) -> (RegistryServer, Setup) {
    let published = made_up();
    let server = RegistryServer::start(vec![published.clone()], options).await;
    let mut setup = Setup::new(&server, &published);
    let start = format!("{}site/acme/cloud/index.html", server.url()).parse().unwrap();
    setup.docs = Docs::Site(Site::new(vec![start]));
    setup.constraint = "1.2.0".into();
    (server, setup)
}

#[tokio::test]
async fn all_pages_below_the_start_are_read_and_no_others() {
    let (server, setup) = setup(Options::default()).await;
    let source = setup.crawl().await.unwrap();
    assert_eq!(source.problems, []);
    assert_eq!(source.pages.len(), PAGES + 1);
    let page = &source.pages["resources/thing_001.html"];
    assert_eq!(page.format, PageFormat::Html);
    assert!(page.url.ends_with("/site/acme/cloud/r/thing_001.html"), "{}", page.url);
    assert!(source.pages.contains_key("data-sources/thing_000.html"));
    assert!(source.pages.contains_key("index.html"));
    let asked = server.asked();
    assert_eq!(asked.len(), PAGES + 2, "one question per page, and robots.txt");
    assert!(
        asked
            .iter()
            .all(|asked| asked.target.starts_with("/site/acme/cloud/") || asked.target == "/robots.txt")
    );

    let directory = tempfile::tempdir().unwrap();
    let catalog = Catalog::open(open_store(directory.path().to_str().unwrap()).unwrap());
    crawl::import(&catalog, source, &Quiet).await.unwrap();
    let thing =
        catalog.document(&setup.address, "1.2.0", Kind::Resource, "cloud_thing_001").await.unwrap().unwrap();
    assert_eq!(thing.block.attributes["name"].docs.text, "The name of thing 1.");

    server.forget();
    setup.crawl().await.unwrap();
    assert!(server.asked().iter().all(|asked| asked.status == 304 || asked.target == "/robots.txt"));
}

#[tokio::test]
async fn robots_txt_is_respected() {
    let robots = "User-agent: *\nDisallow: /site/acme/cloud/d/\n";
    let (server, setup) = self::setup(Options { robots: Some(robots.into()), ..Options::default() }).await;
    let source = setup.crawl().await.unwrap();
    assert_eq!(source.pages.len(), PAGES - PAGES / 5 + 1);
    assert!(!server.asked().iter().any(|asked| asked.target.contains("/d/")));
    let (server, setup) =
        self::setup(Options { robots: Some("User-agent: *\nDisallow: /".into()), ..Options::default() })
            .await;
    assert!(setup.fail().await.contains("robots.txt forbids"));
    assert_eq!(server.asked().len(), 1);
    let faults = Faults::always(Fault::Error, "robots.txt");
    let (server, setup) = self::setup(Options { faults, ..Options::default() }).await;
    assert!(setup.fail().await.contains("robots.txt: the server answered 500"));
    assert!(server.asked().iter().all(|asked| asked.target == "/robots.txt"));
}

#[tokio::test]
async fn a_site_is_bounded_and_its_broken_pages_are_problems() {
    let (_server, mut setup) = self::setup(Options::default()).await;
    let Docs::Site(site) = &mut setup.docs else { unreachable!("a site") };
    site.pages = 50;
    let notes = Notes::default();
    let source = setup.crawl_watched(&notes).await.unwrap();
    assert_eq!(source.pages.len(), 50);
    assert!(notes.problems.into_inner().unwrap()[0].contains("has more than 50 pages"));

    let faults = Faults::always(Fault::Missing, "/r/thing_007");
    let (_server, setup) = self::setup(Options { faults, ..Options::default() }).await;
    let source = setup.crawl().await.unwrap();
    assert_eq!((source.pages.len(), source.problems.len()), (PAGES, 1));

    let faults = Faults::always(Fault::Redirect("https://169.254.169.254/".into()), "/r/");
    let (_server, setup) = self::setup(Options { faults, ..Options::default() }).await;
    assert!(setup.fail().await.contains("refused, because"));
}

#[tokio::test]
async fn a_site_and_a_dump_need_no_registry() {
    let (server, setup) = self::setup(Options::default()).await;
    setup.crawl().await.unwrap();
    assert!(!server.asked().iter().any(|asked| asked.target.starts_with("/v")));
}
