//! The catalog in storage: whole versions or nothing, and nothing twice.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    time::SystemTime,
};

use cloudoven_crawler::{
    Error,
    catalog::{Kind, Published},
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
