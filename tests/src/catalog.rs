//! A made-up provider, small and with one of everything, for tests that need a catalog but no particular one.

use cloudoven::app::App;
use cloudoven_crawler::{
    catalog::Catalog,
    crawl,
    source::{PageText, ProviderSource, Quiet},
};

/// The files of one version under `tests/fixtures/acme`, which is a bundle per version.
macro_rules! acme {
    ($version:literal, $file:literal) => {
        include_str!(concat!(
            "../fixtures/acme/",
            $version,
            "/providers/hashicorp/acme/",
            $version,
            "/",
            $file
        ))
    };
}

/// Puts `hashicorp/acme` 1.2.3 into the app's catalog.
pub async fn import_acme(app: &App) {
    import(app, "hashicorp/acme", "1.2.3", acme!("1.2.3", "schema.json"), &PAGES).await;
}

/// Puts `hashicorp/acme` 2.0.0 into the app's catalog.
pub async fn import_next_acme(app: &App) {
    import(app, "hashicorp/acme", "2.0.0", acme!("2.0.0", "schema.json"), &NEXT_PAGES).await;
}

/// Puts a version of a provider into the app's catalog: its schema, and pages in markdown by their paths.
pub async fn import(app: &App, provider: &str, version: &str, schema: &str, pages: &[(&str, &str)]) {
    let pages = pages.iter().map(|(name, text)| ((*name).to_owned(), PageText::markdown(*text)));
    let source = ProviderSource {
        address: provider.parse().expect("a valid address"),
        version: version.into(),
        place: format!("the test's {provider}"),
        schema: schema.into(),
        pages: pages.collect(),
        problems: Vec::new(),
    };
    crawl::import(&Catalog::open(app.blobs.store()), source, &Quiet)
        .await
        .expect("the provider can be imported");
    app.catalogs.refresh().await.expect("the catalogs can be read");
}

/// An offline bundle of `hashicorp/acme` in one version.
pub fn acme_bundle(version: &str) -> Vec<u8> {
    let folder = format!("providers/hashicorp/acme/{version}");
    let files = [(format!("{folder}/schema.json"), acme!("1.2.3", "schema.json"))].into_iter();
    let files = files.chain(PAGES.map(|(name, text)| (format!("{folder}/docs/{name}"), text)));
    archive(files)
}

/// A `.tar.zst` archive of files.
pub fn archive<'a>(files: impl IntoIterator<Item = (String, &'a str)>) -> Vec<u8> {
    let mut tar = tar::Builder::new(Vec::new());
    for (name, text) in files {
        let mut header = tar::Header::new_ustar();
        // Not `set_path`, which refuses what a hostile archive may have.
        header.as_mut_bytes()[..name.len()].copy_from_slice(name.as_bytes());
        header.set_size(text.len() as u64);
        header.set_mode(0o644);
        header.set_cksum();
        tar.append(&header, text.as_bytes()).expect("writing to memory works");
    }
    let tar = tar.into_inner().expect("writing to memory works");
    zstd::encode_all(&tar[..], 0).expect("compressing in memory works")
}

const PAGES: [(&str, &str); 2] = [
    ("resources/network.md", acme!("1.2.3", "docs/resources/network.md")),
    ("resources/server.md", acme!("1.2.3", "docs/resources/server.md")),
];

/// The second version: an argument is gone, one is new and required, one has another type; an element and a function are
/// new.
const NEXT_PAGES: [(&str, &str); 3] = [
    ("resources/firewall.md", acme!("2.0.0", "docs/resources/firewall.md")),
    ("resources/network.md", acme!("2.0.0", "docs/resources/network.md")),
    ("resources/server.md", acme!("2.0.0", "docs/resources/server.md")),
];
