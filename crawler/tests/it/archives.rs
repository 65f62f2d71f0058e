//! Catalog versions from site to site: the same bytes, all checked, whole versions or nothing.

use std::{
    collections::BTreeMap,
    io::Read,
    path::{Path, PathBuf},
};

use cloudoven_crawler::{
    archive,
    catalog::{Catalog, Published, diff::VersionName, open_store},
    crawl::{self, Report},
    source::{Bundle, Limits, Quiet},
};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::support::{FOLDER, Place, SERVER, address, append, compress, schema};

async fn import_into(catalog: &Catalog, path: &Path) -> Vec<Result<Report, String>> {
    let bundle = Bundle { path: path.to_owned(), limits: Limits::default() };
    let results = crawl::import_bundle(catalog, &bundle, &Quiet).await;
    results.into_iter().map(|result| result.map_err(|e| e.to_string())).collect()
}

/// A catalog with two versions of a provider, and the archive of both.
async fn exported() -> (Place, PathBuf) {
    let place = Place::new();
    for (version, block) in
        [("1.2.0", SERVER), ("1.3.0", r#"{"attributes":{"size":{"type":"string","optional":true}}}"#)]
    {
        let folder = FOLDER.replace("1.2.0", version);
        let page = "# cloud_server\n\n## Argument Reference\n\n* `name` - The name.\n";
        let bundle = place.bundle(
            "bundle.tar.zst",
            &[
                (&format!("{folder}/schema.json"), &schema(block)),
                (&format!("{folder}/docs/resources/server.md"), page),
            ],
        );
        let results = import_into(&place.catalog(), &bundle).await;
        assert!(results.iter().all(Result::is_ok), "{results:?}");
    }
    let path = place.directory.path().join("exported.tar.zst");
    export(&place.catalog(), &["1.2.0", "1.3.0"], &path).await;
    (place, path)
}

async fn export(catalog: &Catalog, versions: &[&str], path: &Path) {
    let names: Vec<_> = versions
        .iter()
        .map(|version| VersionName { provider: address(), version: (*version).to_owned() })
        .collect();
    archive::export(catalog, &names, path).await.unwrap();
}

fn elsewhere(place: &Place) -> (Catalog, PathBuf) {
    let path = place.directory.path().join("elsewhere");
    (Catalog::open(open_store(path.to_str().unwrap()).unwrap()), path)
}

/// Every object of a catalog in a directory; of `versions.json` without what only the first reader knows.
fn objects(root: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    fn walk(root: &Path, directory: &Path, found: &mut BTreeMap<PathBuf, Vec<u8>>) {
        for entry in std::fs::read_dir(directory).into_iter().flatten() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(root, &path, found);
                continue;
            }
            let mut bytes = std::fs::read(&path).unwrap();
            if path.ends_with("versions.json") {
                let mut versions: Value = serde_json::from_slice(&bytes).unwrap();
                for version in versions["versions"].as_array_mut().unwrap() {
                    version.as_object_mut().unwrap().remove("source");
                }
                bytes = versions.to_string().into_bytes();
            }
            found.insert(path.strip_prefix(root).unwrap().to_owned(), bytes);
        }
    }
    let mut found = BTreeMap::new();
    walk(root, &root.join("catalog"), &mut found);
    found
}

#[tokio::test]
async fn a_catalog_moves_byte_for_byte() {
    let (place, archive) = exported().await;
    let (other, other_path) = elsewhere(&place);
    let results = import_into(&other, &archive).await;
    assert_eq!(results.len(), 2);
    assert!(
        results.iter().all(|r| r.as_ref().is_ok_and(|r| r.published == Published::Written)),
        "{results:?}"
    );
    let there = objects(&other_path);
    assert!(there.len() > 6);
    assert!(there == objects(&place.catalog_path()));
    // Again: nothing to write, and the same archive.
    let results = import_into(&other, &archive).await;
    assert!(results.iter().all(|r| r.as_ref().is_ok_and(|r| r.published == Published::Unchanged)));
    let again = place.directory.path().join("again.tar.zst");
    export(&other, &["1.3.0", "1.2.0", "1.2.0"], &again).await;
    assert!(std::fs::read(&again).unwrap() == std::fs::read(&archive).unwrap());
}

#[tokio::test]
async fn what_the_catalog_lacks_or_has_lost_is_not_exported() {
    let (place, archive) = exported().await;
    let before = std::fs::read(&archive).unwrap();
    let name = |version: &str| VersionName { provider: address(), version: version.into() };
    let error =
        archive::export(&place.catalog(), &[name("1.2.0"), name("9.0.0")], &archive).await.unwrap_err();
    assert!(error.to_string().contains("9.0.0 is not in the catalog"), "{error}");
    let entry = place.catalog().versions(&address()).await.unwrap().versions.remove(0);
    std::fs::write(place.catalog_path().join(&entry.prefix).join("provider.json"), "{}").unwrap();
    let error = archive::export(&place.catalog(), &[name("1.3.0")], &archive).await.unwrap_err();
    assert!(error.to_string().contains("not what was published"), "{error}");
    assert!(std::fs::read(&archive).unwrap() == before, "what was there stays");
}

/// The files of an archive.
type Files = Vec<(String, Vec<u8>)>;

fn unpack(archive: &Path) -> Files {
    let decoder = zstd::Decoder::new(std::fs::File::open(archive).unwrap()).unwrap();
    let mut files = Vec::new();
    for entry in tar::Archive::new(decoder).entries().unwrap() {
        let mut entry = entry.unwrap();
        let (name, mut bytes) = (entry.path().unwrap().to_str().unwrap().to_owned(), Vec::new());
        entry.read_to_end(&mut bytes).unwrap();
        files.push((name, bytes));
    }
    files
}

fn pack(place: &Place, files: &Files) -> PathBuf {
    let mut builder = tar::Builder::new(Vec::new());
    for (name, bytes) in files {
        append(&mut builder, name, tar::EntryType::Regular, bytes);
    }
    place.file("changed.tar.zst", &compress(&builder.into_inner().unwrap()))
}

/// Changes a file of version 1.2.0.
fn change(files: &mut Files, name: &str, change: impl FnOnce(&mut Vec<u8>)) {
    let name = format!("1.2.0/{name}");
    change(&mut files.iter_mut().find(|(path, _)| path.ends_with(&name)).unwrap().1);
}

/// Replaces text in a file and keeps its place in the manifest right.
fn forge(files: &mut Files, name: &str, from: &str, to: &str) {
    change(files, name, |bytes| {
        let text = String::from_utf8(bytes.clone()).unwrap();
        assert!(text.contains(from), "{from} is in {name}");
        *bytes = text.replace(from, to).into_bytes();
    });
    promise(files);
}

/// Makes the manifest's list of files what the archive holds.
fn promise(files: &mut Files) {
    let list = files[1..]
        .iter()
        .map(|(path, bytes)| {
            serde_json::json!({"path": path, "size": bytes.len(), "sha256": hex::encode(Sha256::digest(bytes))})
        })
        .collect::<Vec<_>>();
    manifest(files, |manifest| manifest["files"] = list.into());
}

fn manifest(files: &mut Files, change: impl FnOnce(&mut Value)) {
    let mut manifest: Value = serde_json::from_slice(&files[0].1).unwrap();
    change(&mut manifest);
    files[0].1 = manifest.to_string().into_bytes();
}

fn folder(version: &str) -> String {
    format!("catalog/{}/{version}", address())
}

const SERVER_KEY: &str = "resources/cloud_server.json";

/// Imports a changed archive into a catalog that has another 1.2.0, which must stay; 1.3.0 must come.
async fn assert_refused(expected: &str, other_comes: bool, change: impl FnOnce(&mut Files)) {
    let (place, archive) = exported().await;
    let mut files = unpack(&archive);
    change(&mut files);
    let changed = pack(&place, &files);
    let (other, _) = elsewhere(&place);
    let former = place.bundle("former.tar.zst", &[(&format!("{FOLDER}/schema.json"), &schema("{}"))]);
    import_into(&other, &former).await[0].as_ref().unwrap();
    let before = other.versions(&address()).await.unwrap();

    let results = import_into(&other, &changed).await;
    let errors: Vec<_> = results.iter().filter_map(|r| r.as_ref().err()).collect();
    assert_eq!(errors.len(), 1, "{expected}: {results:?}");
    assert!(errors[0].contains("changed.tar.zst") && errors[0].contains(expected), "{expected}: {errors:?}");
    let after = other.versions(&address()).await.unwrap();
    assert_eq!(after.versions.last(), before.versions.last(), "{expected}");
    assert_eq!(after.versions.len(), 1 + usize::from(other_comes), "{expected}");
    assert!(other.version(&address(), "1.2.0").await.unwrap().is_some());
}

#[tokio::test]
async fn files_that_are_not_the_promised_ones_are_refused() {
    assert_refused("its SHA-256 is not the one in the manifest", true, |files| {
        change(files, SERVER_KEY, |bytes| {
            let last = bytes.len() - 1;
            bytes[last] = b' ';
        });
    })
    .await;
    assert_refused("the manifest says", true, |files| change(files, SERVER_KEY, |bytes| bytes.push(b' ')))
        .await;
    assert_refused("cloud_server.json: in the manifest, and missing", true, |files| {
        files.retain(|(name, _)| !name.ends_with(&format!("1.2.0/{SERVER_KEY}")));
    })
    .await;
    assert_refused("not in the manifest, or there before", true, |files| {
        files.insert(2, (format!("{}/resources/extra.json", folder("1.2.0")), b"{}".to_vec()));
    })
    .await;
    assert_refused("not in the manifest, or there before", true, |files| {
        let twice = files[1].clone();
        files.insert(2, twice);
    })
    .await;
    assert_refused("none of its files is in the archive", true, |files| {
        files.retain(|(name, _)| !name.contains("/1.2.0/"));
    })
    .await;
}

#[tokio::test]
async fn versions_that_are_not_what_they_say_are_refused() {
    // A forged document, with a manifest that agrees: the version's digest tells.
    assert_refused("do not have the digest in the manifest", true, |files| {
        forge(files, SERVER_KEY, "The name.", "The game.");
    })
    .await;
    assert_refused("is about resource cloud_other", true, |files| {
        forge(files, SERVER_KEY, "\"name\":\"cloud_server\"", "\"name\":\"cloud_other\"");
    })
    .await;
    assert_refused("expected", true, |files| forge(files, SERVER_KEY, "{\"kind\"", "[\"kind\"")).await;
    assert_refused("index.json: is about registry.terraform.io/acme/cloud 1.2.1", true, |files| {
        forge(files, "index.json", "\"1.2.0\"", "\"1.2.1\"");
    })
    .await;
    assert_refused("index.json: format 3 is not supported", true, |files| {
        forge(files, "index.json", "\"format\":1", "\"format\":3");
    })
    .await;
    assert_refused("is not a type name", true, |files| {
        forge(files, "index.json", "\"cloud_server\"", "\"../cloud_server\"");
    })
    .await;
    assert_refused("report.json: ", true, |files| forge(files, "report.json", "{\"kinds\"", "{\"finds\""))
        .await;
    assert_refused("resources/extra.json: not in index.json", true, |files| {
        files.insert(2, (format!("{}/resources/extra.json", folder("1.2.0")), b"{}".to_vec()));
        promise(files);
    })
    .await;
}

#[tokio::test]
async fn archives_without_order_are_refused() {
    assert_refused("manifest.json: comes once, as the first file", false, |files| files.rotate_left(1)).await;
    assert_refused("manifest.json: format 2 is not supported", false, |files| {
        manifest(files, |manifest| manifest["format"] = 2.into());
    })
    .await;
    assert_refused("manifest.json: lists", false, |files| {
        manifest(files, |manifest| {
            let twice = manifest["versions"][0].clone();
            manifest["versions"].as_array_mut().unwrap().push(twice);
        });
    })
    .await;
    assert_refused("its version is not in the manifest, or its files are not together", false, |files| {
        files.insert(1, (format!("{}/index.json", folder("0.1.0")), b"{}".to_vec()));
    })
    .await;
    assert_refused("not a file of a catalog version", false, |files| {
        files.insert(1, ("README".to_owned(), b"read".to_vec()));
    })
    .await;
    assert_refused("not host/namespace/name in lower case", false, |files| {
        manifest(files, |manifest| manifest["versions"][0]["provider"] = "acme/cloud".into());
    })
    .await;
}

#[tokio::test]
async fn an_archive_made_by_tar_is_taken() {
    let (place, archive) = exported().await;
    for (name, bytes) in unpack(&archive) {
        place.file(&format!("unpacked/{name}"), &bytes);
    }
    let directory = place.directory.path().join("unpacked");
    let output = std::process::Command::new("tar")
        .args(["--create", "--file", "-", "--format", "pax", "manifest.json", "catalog"])
        .current_dir(&directory)
        .output()
        .unwrap();
    assert!(output.status.success());
    let packed = place.file("packed.tar.zst", &compress(&output.stdout));
    let (other, path) = elsewhere(&place);
    for form in [packed, directory] {
        let results = import_into(&other, &form).await;
        assert!(results.len() == 2 && results.iter().all(Result::is_ok), "{results:?}");
        assert!(objects(&path) == objects(&place.catalog_path()));
    }
}
