//! The same catalog in every kind of storage, and writers that take turns. Object stores are emulators, which
//! `tests/emulators.sh` starts.

use std::{collections::BTreeMap, sync::Arc};

use cloudoven_crawler::{
    catalog::{Address, Catalog, NewVersion, Published, open_store},
    crawl,
    source::{Bundle, Limits, Quiet},
};
use futures::TryStreamExt;
use object_store::{ObjectStore, ObjectStoreExt};

use crate::support::{FOLDER, Place, SERVER, address, schema};

fn emulator(variable: &str) -> String {
    std::env::var(variable).unwrap_or_else(|_| panic!("{variable} is not set: run within tests/emulators.sh"))
}

/// Where each kind of storage is; a name of its own in it for this test.
fn locations(place: &Place, name: &str) -> Vec<String> {
    // The program's main does the same.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let (s3, azure) = (emulator("CLOUDOVEN_TEST_S3_BUCKET"), emulator("CLOUDOVEN_TEST_AZURE_CONTAINER"));
    let id = place.directory.path().file_name().unwrap().to_str().unwrap().trim_start_matches('.').to_owned();
    vec![
        place.catalog_path().to_str().unwrap().to_owned(),
        format!("s3://{s3}/{name}-{id}"),
        format!("az://{azure}/{name}-{id}"),
    ]
}

/// Every object of the catalog.
async fn objects(store: &Arc<dyn ObjectStore>) -> BTreeMap<String, Vec<u8>> {
    let listed: Vec<_> = store.list(Some(&"catalog".into())).try_collect().await.unwrap();
    let mut found = BTreeMap::new();
    for object in listed {
        let bytes = store.get(&object.location).await.unwrap().bytes().await.unwrap();
        found.insert(object.location.to_string(), bytes.to_vec());
    }
    found
}

#[tokio::test]
async fn a_catalog_is_the_same_everywhere() {
    let place = Place::new();
    let mut bundles = Vec::new();
    for (version, block) in [("1.2.0", SERVER), ("1.3.0", "{}"), ("1.2.0", "{}")] {
        let name = format!("{FOLDER}/schema.json").replace("1.2.0", version);
        bundles.push(place.bundle(&format!("{}.tar.zst", bundles.len()), &[(&name, &schema(block))]));
    }
    let mut found = Vec::new();
    for location in locations(&place, "same") {
        let store = open_store(&location).unwrap();
        let catalog = Catalog::open(store.clone());
        for path in &bundles {
            let bundle = Bundle { path: path.clone(), limits: Limits::default() };
            for result in crawl::import_bundle(&catalog, &bundle, &Quiet).await {
                assert_eq!(result.unwrap().published, Published::Written, "{location}");
            }
        }
        assert!(catalog.version(&address(), "1.3.0").await.unwrap().is_some(), "{location}");
        found.push((location, objects(&store).await));
    }
    let (_, first) = &found[0];
    assert!(first.keys().any(|key| key.ends_with("/versions.json")) && first.len() > 10);
    for (location, other) in &found[1..] {
        assert!(other == first, "{location}: {:?} and {:?}", other.keys(), first.keys());
    }
}

fn version(name: &str) -> NewVersion {
    NewVersion {
        address: address(),
        version: name.into(),
        documents: Vec::new(),
        extras: BTreeMap::new(),
        source: String::new(),
    }
}

#[tokio::test]
async fn writers_at_the_same_time_lose_nothing() {
    let place = Place::new();
    for location in locations(&place, "turns") {
        let writers = (0..8).map(|i| {
            // A catalog of its own, as in another process.
            let catalog = Catalog::open(open_store(&location).unwrap());
            tokio::spawn(async move { catalog.publish(&version(&format!("1.{i}.0"))).await })
        });
        for writer in writers.collect::<Vec<_>>() {
            assert_eq!(writer.await.unwrap().unwrap(), Published::Written, "{location}");
        }
        let catalog = Catalog::open(open_store(&location).unwrap());
        let names: Vec<_> =
            catalog.versions(&address()).await.unwrap().versions.into_iter().map(|v| v.version).collect();
        let expected: Vec<_> = (0..8).rev().map(|i| format!("1.{i}.0")).collect();
        assert_eq!(names, expected, "{location}");
    }
}

#[tokio::test]
async fn former_crawls_are_pruned_after_a_while() {
    let place = Place::new();
    for location in locations(&place, "prune") {
        let store = open_store(&location).unwrap();
        let catalog = Catalog::open(store.clone());
        let with = |text: &'static str| NewVersion {
            extras: [("extra.json".to_owned(), text.as_bytes().into())].into(),
            ..version("1.0.0")
        };
        catalog.publish(&with("1")).await.unwrap();
        catalog.publish(&with("2")).await.unwrap();
        let kept = catalog.prune(&address(), std::time::SystemTime::UNIX_EPOCH).await.unwrap();
        assert_eq!(kept.crawls, 0, "{location}: what is young stays");
        let later = std::time::SystemTime::now() + std::time::Duration::from_secs(3600);
        let pruned = catalog.prune(&address(), later).await.unwrap();
        assert_eq!((pruned.crawls, pruned.objects), (1, 2), "{location}");
        assert_eq!(catalog.version(&address(), "1.0.0").await.unwrap().unwrap().extras["extra.json"], "2");
        assert!(catalog.remove(&address(), "1.0.0").await.unwrap());
        let left: Vec<String> = objects(&store).await.into_keys().collect();
        assert!(left.iter().all(|key| key.ends_with("versions.json")), "{location}: {left:?}");
        assert_eq!(catalog.list_providers().await.unwrap(), [] as [Address; 0]);
    }
}
