//! The catalog in storage: whole versions or nothing, and nothing twice.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    time::SystemTime,
};

use cloudoven_crawler::{
    Error,
    catalog::{Coverage, Kind, Published, QualityReport},
    crawl,
    source::{self, Limits, Quiet},
};

use crate::support::{FOLDER, Place, SERVER, address, schema};

/// Imports a bundle as the command does.
async fn import(place: &Place, bundle: &Path) -> Result<Vec<Published>, Error> {
    let catalog = place.catalog();
    let mut published = Vec::new();
    for source in source::read(bundle, Limits::default())? {
        published.push(crawl::import(&catalog, source, &Quiet).await?.published);
    }
    Ok(published)
}

fn bundle(place: &Place, name: &str, block: &str) -> PathBuf {
    place.bundle(
        name,
        &[
            (&format!("{FOLDER}/schema.json"), &schema(block)),
            (
                &format!("{FOLDER}/docs/resources/server.md"),
                "# cloud_server\n\n## Argument Reference\n\n* `name` - The name.\n",
            ),
        ],
    )
}

/// Every file below the catalog, with its content and time of change.
fn snapshot(directory: &Path) -> BTreeMap<PathBuf, (Vec<u8>, SystemTime)> {
    let mut found = BTreeMap::new();
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.append(&mut snapshot(&path));
        } else {
            let modified = path.metadata().unwrap().modified().unwrap();
            found.insert(path.clone(), (std::fs::read(&path).unwrap(), modified));
        }
    }
    found
}

#[tokio::test]
async fn what_was_imported_can_be_read() {
    let place = Place::new();
    import(&place, &bundle(&place, "bundle.tar.zst", SERVER)).await.unwrap();
    let catalog = place.catalog();
    assert_eq!(catalog.list_providers().await.unwrap(), [address()]);
    assert_eq!(catalog.versions(&address()).await.unwrap().versions[0].version, "1.2.0");
    let index = catalog.index(&address(), "1.2.0").await.unwrap().unwrap();
    let names: Vec<_> = index.elements.iter().map(|entry| (entry.kind, entry.name.as_str())).collect();
    assert_eq!(names, [(Kind::Resource, "cloud_server"), (Kind::Provider, "cloud")]);
    let document =
        catalog.document(&address(), "1.2.0", Kind::Resource, "cloud_server").await.unwrap().unwrap();
    assert_eq!(document.block.attributes["name"].docs.text, "The name.");
    assert!(catalog.document(&address(), "1.2.0", Kind::Provider, "").await.unwrap().is_some());
}

#[tokio::test]
async fn what_is_not_there_is_none() {
    let place = Place::new();
    let catalog = place.catalog();
    assert!(catalog.list_providers().await.unwrap().is_empty());
    assert!(catalog.versions(&address()).await.unwrap().versions.is_empty());
    assert!(catalog.index(&address(), "1.2.0").await.unwrap().is_none());
    import(&place, &bundle(&place, "bundle.tar.zst", SERVER)).await.unwrap();
    assert!(catalog.index(&address(), "9.9.9").await.unwrap().is_none());
    assert!(catalog.document(&address(), "1.2.0", Kind::DataSource, "cloud_server").await.unwrap().is_none());
}

#[tokio::test]
async fn the_same_bundle_again_writes_nothing() {
    let place = Place::new();
    let bundle = bundle(&place, "bundle.tar.zst", SERVER);
    assert_eq!(import(&place, &bundle).await.unwrap(), [Published::Written]);
    let before = snapshot(&place.catalog_path());
    assert_eq!(import(&place, &bundle).await.unwrap(), [Published::Unchanged]);
    assert_eq!(snapshot(&place.catalog_path()), before);
}

#[tokio::test]
async fn a_broken_bundle_leaves_the_catalog_as_it_was() {
    let place = Place::new();
    import(&place, &bundle(&place, "bundle.tar.zst", SERVER)).await.unwrap();
    let before = snapshot(&place.catalog_path());
    // The element is read late: all the rest of the dump is sound.
    let broken = bundle(&place, "broken.tar.zst", r#"{"attributes":{"name":{"type":["list"]}}}"#);
    let error = import(&place, &broken).await.unwrap_err().to_string();
    assert!(error.contains("broken.tar.zst") && error.contains("resource cloud_server"), "{error}");
    let whole = std::fs::read(&broken).unwrap();
    let truncated = place.file("truncated.tar.zst", &whole[..whole.len() / 2]);
    import(&place, &truncated).await.unwrap_err();
    assert_eq!(snapshot(&place.catalog_path()), before);
}

#[tokio::test]
async fn readers_keep_the_version_that_they_have_looked_up() {
    let place = Place::new();
    import(&place, &bundle(&place, "bundle.tar.zst", SERVER)).await.unwrap();
    let reader = place.catalog();
    reader.index(&address(), "1.2.0").await.unwrap().unwrap();
    let other = r#"{"attributes":{"label":{"type":"string","required":true}}}"#;
    assert_eq!(import(&place, &bundle(&place, "other.tar.zst", other)).await.unwrap(), [Published::Written]);

    let old = reader.document(&address(), "1.2.0", Kind::Resource, "cloud_server").await.unwrap().unwrap();
    assert!(old.block.attributes.contains_key("name"));
    let new =
        place.catalog().document(&address(), "1.2.0", Kind::Resource, "cloud_server").await.unwrap().unwrap();
    assert!(new.block.attributes.contains_key("label"));
    assert_eq!(reader.versions(&address()).await.unwrap().versions.len(), 1);
}

#[tokio::test]
async fn versions_are_listed_newest_first() {
    let place = Place::new();
    for version in ["1.9.0", "1.10.0", "1.10.0-beta1"] {
        let folder = FOLDER.replace("1.2.0", version);
        let bundle = place.bundle("bundle.tar.zst", &[(&format!("{folder}/schema.json"), &schema(SERVER))]);
        import(&place, &bundle).await.unwrap();
    }
    let versions = place.catalog().versions(&address()).await.unwrap();
    let names: Vec<_> = versions.versions.iter().map(|v| v.version.as_str()).collect();
    assert_eq!(names, ["1.10.0", "1.10.0-beta1", "1.9.0"]);
}

#[tokio::test]
async fn a_version_comes_with_a_report() {
    let place = Place::new();
    let block = r#"{"attributes":{"name":{"type":"string","required":true},"size":{"type":"string","optional":true}}}"#;
    let bundle = place.bundle(
        "bundle.tar.zst",
        &[
            (&format!("{FOLDER}/schema.json"), &schema(block)),
            (
                &format!("{FOLDER}/docs/resources/server.md"),
                "# cloud_server\n\n## Argument Reference\n\n* `name` - The name. Defaults to `web`.\n* `colour` - The colour.\n",
            ),
            (&format!("{FOLDER}/docs/resources/network.md"), "# cloud_network\n"),
            (&format!("{FOLDER}/docs/guides/start.md"), "# Start\n"),
        ],
    );
    import(&place, &bundle).await.unwrap();
    let report: QualityReport =
        place.catalog().extra(&address(), "1.2.0", QualityReport::FILE).await.unwrap().unwrap();
    let resources = report.kinds.iter().find(|kind| kind.kind == Kind::Resource).unwrap().coverage;
    assert_eq!(
        resources,
        Coverage { elements: 1, pages: 1, arguments: 2, documented: 1, defaults: 1, ..Coverage::default() }
    );
    assert_eq!(report.unused_pages.items, ["resources/network.md"]);
    let unbound = &report.unbound.items[0];
    assert_eq!((unbound.name.as_str(), unbound.page.as_str()), ("cloud_server", "resources/server.md"));
    assert_eq!(unbound.arguments.items[0].name, "colour");
    let worst = &report.worst.items[0];
    assert_eq!((worst.name.as_str(), worst.arguments, worst.undocumented), ("cloud_server", 2, 1));
}

#[tokio::test]
async fn an_unchanged_source_is_not_read_again() {
    let place = Place::new();
    let bundle = bundle(&place, "bundle.tar.zst", SERVER);
    import(&place, &bundle).await.unwrap();
    let entry = place.catalog().versions(&address()).await.unwrap().versions.remove(0);
    assert!(!entry.source.is_empty());
    // Were the documents made again, they would not have this digest, and would be written.
    let versions = place.catalog_path().join(entry.prefix).join("../../versions.json");
    let text = std::fs::read_to_string(&versions).unwrap();
    std::fs::write(&versions, text.replace(&entry.digest, &"0".repeat(64))).unwrap();
    assert_eq!(import(&place, &bundle).await.unwrap(), [Published::Unchanged]);
}
