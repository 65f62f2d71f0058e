//! Hostile and broken bundles: a clear error that names the entry, bounded work, and the rest goes on.

use std::{
    io::{self, Read, Write},
    path::{Path, PathBuf},
    sync::Mutex,
};

use cloudoven_crawler::{
    catalog::{Problem, QualityReport},
    crawl::{self, Report},
    source::{self, Bundle, Limits, Observer, Progress},
};
use sha2::{Digest, Sha256};

use crate::support::{FOLDER, Place, SERVER, address, append, archive, compress, schema};

fn limits() -> Limits {
    Limits { file: 64 << 10, page: 64 << 10, total: 256 << 10, unpacked: 320 << 10, entries: 50 }
}

/// The error of reading these bytes as an archive.
fn refused(bytes: &[u8]) -> String {
    let place = Place::new();
    let path = place.file("bundle.tar.zst", bytes);
    let error = source::read(&path, limits()).expect_err("the bundle is broken").to_string();
    assert!(error.contains("bundle.tar.zst"), "the error names the bundle: {error}");
    assert!(!error.contains('\n'), "the error is one line: {error}");
    error
}

fn refused_entry(name: &str, kind: tar::EntryType) -> String {
    let mut builder = tar::Builder::new(Vec::new());
    append(&mut builder, name, kind, if kind.is_file() { b"x" } else { b"" });
    refused(&compress(&builder.into_inner().unwrap()))
}

/// Remembers what it is told.
#[derive(Default)]
struct Problems(Mutex<Vec<Problem>>);

impl Observer for Problems {
    fn progress(&self, _: Progress) {}

    fn problem(&self, item: &str, reason: &str) {
        self.0.lock().unwrap().push(Problem { item: item.into(), reason: reason.into() });
    }
}

/// Imports a bundle: what came of each thing in it, and the problems on the way.
async fn import(place: &Place, path: &Path, limits: Limits) -> (Vec<Result<Report, String>>, Vec<Problem>) {
    let problems = Problems::default();
    let bundle = Bundle { path: path.to_owned(), limits };
    let results = crawl::import_bundle(&place.catalog(), &bundle, &problems).await;
    let results = results.into_iter().map(|result| result.map_err(|e| e.to_string())).collect();
    (results, problems.0.into_inner().unwrap())
}

#[test]
fn a_bundle_holds_several_providers() {
    let place = Place::new();
    let other = schema(SERVER).replace("acme/cloud", "acme/other");
    let bundle = place.bundle(
        "bundle.tar.zst",
        &[
            (&format!("{FOLDER}/schema.json"), &schema(SERVER)),
            (&format!("{FOLDER}/docs/resources/server.md"), "# cloud_server"),
            (&format!("{FOLDER}/LICENSE"), "free"),
            ("providers/acme/other/0.1.0-rc.1/schema.json", &other),
            ("README", "not part of a provider"),
        ],
    );
    let sources = source::read(&bundle, limits()).unwrap();
    let found: Vec<_> =
        sources.iter().map(|s| (s.address.to_string(), s.version.as_str(), s.pages.len())).collect();
    assert_eq!(
        found,
        [
            ("registry.terraform.io/acme/cloud".to_owned(), "1.2.0", 1),
            ("registry.terraform.io/acme/other".to_owned(), "0.1.0-rc.1", 0)
        ]
    );
}

#[test]
fn a_directory_reads_like_an_archive() {
    let place = Place::new();
    place.file(&format!("bundle/{FOLDER}/schema.json"), schema(SERVER).as_bytes());
    place.file(&format!("bundle/{FOLDER}/docs/resources/server.html.markdown"), b"# cloud_server");
    let sources = source::read(&place.directory.path().join("bundle"), limits()).unwrap();
    assert_eq!(sources.len(), 1);
    assert!(sources[0].pages.contains_key("resources/server.html.markdown"));
}

#[test]
fn paths_that_leave_the_archive_are_refused() {
    for name in [
        "../schema.json",
        "providers/../../etc/x",
        "/etc/passwd",
        "providers/acme/../cloud/1.0.0/schema.json",
    ] {
        let error = refused_entry(name, tar::EntryType::Regular);
        assert!(error.contains("not a plain relative one"), "{name}: {error}");
    }
    // The same, where an extended header has the name.
    let mut builder = tar::Builder::new(Vec::new());
    append(&mut builder, "pax", tar::EntryType::XHeader, b"28 path=../../../etc/passwd\n");
    append(&mut builder, "harmless", tar::EntryType::Regular, b"x");
    assert!(refused(&compress(&builder.into_inner().unwrap())).contains("not a plain relative one"));
}

#[test]
fn links_devices_and_sparse_files_are_refused() {
    let name = format!("{FOLDER}/schema.json");
    for kind in [
        tar::EntryType::Symlink,
        tar::EntryType::Link,
        tar::EntryType::Fifo,
        tar::EntryType::Char,
        tar::EntryType::Block,
        tar::EntryType::GNUSparse,
    ] {
        let error = refused_entry(&name, kind);
        assert!(error.contains(&name) && error.contains("only plain files"), "{error}");
    }
}

#[test]
fn links_in_a_directory_are_refused() {
    let place = Place::new();
    let schema = place.file("elsewhere.json", schema(SERVER).as_bytes());
    let folder = place.directory.path().join("bundle").join(FOLDER);
    std::fs::create_dir_all(&folder).unwrap();
    std::os::unix::fs::symlink(schema, folder.join("schema.json")).unwrap();
    let error = source::read(&place.directory.path().join("bundle"), limits()).unwrap_err().to_string();
    assert!(error.contains("schema.json") && error.contains("only plain files"), "{error}");
}

#[test]
fn bombs_are_refused_before_they_are_unpacked() {
    let large = "x".repeat(65 << 10);
    let name = format!("{FOLDER}/schema.json");
    let error = refused(&compress(&archive(&[(&name, &large)])));
    assert!(error.contains(&name) && error.contains("larger than 65536 bytes"), "{error}");

    // Many files that are each small enough: kept in memory, and passed over.
    let medium = "x".repeat(60 << 10);
    let of = |folder: &str| {
        let names: Vec<String> = (0..8).map(|i| format!("{folder}/{i}.md")).collect();
        let entries: Vec<_> = names.iter().map(|name| (name.as_str(), medium.as_str())).collect();
        refused(&compress(&archive(&entries)))
    };
    assert!(of(&format!("{FOLDER}/docs")).contains("the bundle is larger than 262144 bytes"));
    assert!(of("junk").contains("the unpacked archive is too large"));

    let names: Vec<String> = (0..60).map(|i| format!("junk/{i}")).collect();
    let entries: Vec<_> = names.iter().map(|name| (name.as_str(), "")).collect();
    assert!(refused(&compress(&archive(&entries))).contains("more than 50 entries"));

    // A terabyte that is promised by a header only.
    let mut header = tar::Header::new_gnu();
    header.set_path(&name).unwrap();
    header.set_size(1 << 40);
    header.set_cksum();
    assert!(refused(&compress(header.as_bytes())).contains("not a whole .tar.zst archive"));
}

#[test]
fn names_without_end_are_refused() {
    let limits = Limits { unpacked: u64::MAX, ..limits() };
    for kind in [tar::EntryType::XHeader, tar::EntryType::GNULongName, tar::EntryType::GNULongLink] {
        let place = Place::new();
        let path = streamed(&place, |encoder| {
            let mut header = tar::Header::new_gnu();
            header.set_entry_type(kind);
            header.set_size(200 << 20);
            header.set_cksum();
            encoder.write_all(header.as_bytes()).unwrap();
            io::copy(&mut io::repeat(b'a').take(200 << 20), encoder).unwrap();
        });
        let error = source::read(&path, limits).unwrap_err().to_string();
        assert!(error.contains("an entry's header is too large"), "{kind:?}: {error}");
    }
}

/// An archive that is never whole in memory.
fn streamed(place: &Place, write: impl FnOnce(&mut zstd::Encoder<'_, std::fs::File>)) -> PathBuf {
    let path = place.directory.path().join("bundle.tar.zst");
    let mut encoder = zstd::Encoder::new(std::fs::File::create(&path).unwrap(), 1).unwrap();
    write(&mut encoder);
    encoder.finish().unwrap();
    path
}

#[tokio::test]
async fn a_page_of_200_megabytes_is_left_out() {
    let place = Place::new();
    let path = streamed(&place, |encoder| {
        let mut builder = tar::Builder::new(encoder);
        let mut add = |name: &str, size: u64, content: &mut dyn Read| {
            let mut header = tar::Header::new_gnu();
            header.set_size(size);
            header.set_mode(0o644);
            builder.append_data(&mut header, format!("{FOLDER}/{name}"), content).unwrap();
        };
        add("docs/resources/network.md", 200 << 20, &mut io::repeat(b'a').take(200 << 20));
        let schema = schema(SERVER);
        add("schema.json", schema.len() as u64, &mut schema.as_bytes());
        builder.finish().unwrap();
    });
    let (results, problems) = import(&place, &path, Limits::default()).await;
    assert_eq!(results.len(), 1);
    assert_eq!(results[0].as_ref().unwrap().resources, 1);
    assert_eq!((problems.len(), problems[0].item.as_str()), (1, "resources/network.md"));
    assert!(problems[0].reason.contains("larger than 4194304 bytes"), "{problems:?}");
}

#[test]
fn truncated_archives_are_refused() {
    let noise: String =
        (0..20_000u32).map(|i| char::from(b'a' + (i.wrapping_mul(2_654_435_761) >> 24) as u8 % 26)).collect();
    let name = format!("{FOLDER}/docs/resources/server.md");
    let whole = compress(&archive(&[(&format!("{FOLDER}/schema.json"), &schema(SERVER)), (&name, &noise)]));
    for share in [1, 2, 3] {
        refused(&whole[..whole.len() * share / 4]);
    }
    refused(b"");
    assert!(refused(b"PK\x03\x04 not zstd").contains("not a whole .tar.zst archive"));
}

#[test]
fn sizes_that_lie_are_refused() {
    // Less than promised: the rest of the archive is not where the header says.
    let mut header = tar::Header::new_gnu();
    header.set_path(format!("{FOLDER}/docs/index.md")).unwrap();
    header.set_size(5000);
    header.set_cksum();
    let mut bytes = header.as_bytes().to_vec();
    bytes.extend([b'a'; 512]);
    assert!(refused(&compress(&bytes)).contains("not a whole .tar.zst archive"));
    // More than promised: what follows is no header.
    header.set_size(1);
    header.set_cksum();
    let mut bytes = header.as_bytes().to_vec();
    bytes.extend([b'a'; 2048]);
    assert!(refused(&compress(&bytes)).contains("not a whole .tar.zst archive"));
}

#[tokio::test]
async fn bad_pages_are_left_out_and_named_in_the_report() {
    let place = Place::new();
    let mut builder = tar::Builder::new(Vec::new());
    let mut add = |name: &str, content: &[u8]| {
        append(&mut builder, &format!("{FOLDER}/{name}"), tar::EntryType::Regular, content);
    };
    add("docs/resources/broken.md", b"# \xff\xfe");
    add("docs/resources/server.md", b"# cloud_server\n\n## Argument Reference\n\n* `name` - The name.\n");
    add("docs/resources/Server.md", b"# again");
    add("docs/resources/server.md", b"# and again");
    add("docs/resources/large.md", &[b'x'; 65 << 10]);
    add("schema.json", schema(SERVER).as_bytes());
    let path = place.file("bundle.tar.zst", &compress(&builder.into_inner().unwrap()));
    let (results, problems) = import(&place, &path, limits()).await;
    assert!(results.len() == 1 && results[0].is_ok(), "{results:?}");
    let found: Vec<_> = problems.iter().map(|p| (p.item.as_str(), &p.reason[..10])).collect();
    assert_eq!(
        found,
        [
            ("resources/Server.md", "is there t"),
            ("resources/broken.md", "not UTF-8:"),
            ("resources/large.md", "larger tha"),
            ("resources/server.md", "is there t"),
        ]
    );
    let report: QualityReport =
        place.catalog().extra(&address(), "1.2.0", QualityReport::FILE).await.unwrap().unwrap();
    assert_eq!(report.problems.items, problems);
}

#[tokio::test]
async fn a_bad_provider_does_not_stop_the_others() {
    let good = schema(SERVER).replace("acme/cloud", "acme/good");
    let cases = [
        ("1.0.0", "{", "EOF"),
        ("1.0.0", "{\"\u{0}", "control character"),
        (
            "1.0.0",
            r#"{"format_version":"7.0","provider_schemas":{}}"#,
            "schema format \"7.0\" is not supported",
        ),
        ("1.0.0", &good, "has no schema of a provider acme/bad"),
        ("latest", "{}", "\"latest\" is not a version"),
        (
            "1.0.0",
            r#"{"format_version":"1.0","provider_schemas":{"a.example/acme/bad":{},"b.example/acme/bad":{}}}"#,
            "a.example/acme/bad and of b.example/acme/bad",
        ),
        (
            "1.0.0",
            r#"{"format_version":"1.0","provider_schemas":{"a.example/acme/bad":{"resource_schemas":{"bad_a":{},"bad_A":{}}}}}"#,
            "differs from another only in case",
        ),
    ];
    for (version, bad, expected) in cases {
        let place = Place::new();
        let bundle = place.bundle(
            "bundle.tar.zst",
            &[
                (&format!("providers/acme/bad/{version}/schema.json"), bad),
                ("providers/acme/good/1.0.0/schema.json", &good),
            ],
        );
        let (results, _) = import(&place, &bundle, limits()).await;
        let [Err(error), Ok(report)] = &results[..] else { panic!("{expected}: {results:?}") };
        assert!(error.contains("providers/acme/bad/") && error.contains(expected), "{expected}: {error}");
        assert_eq!(report.address.name, "good");
        assert_eq!(place.catalog().list_providers().await.unwrap().len(), 1);
    }
}

#[tokio::test]
async fn two_schemas_of_one_provider_are_refused() {
    let place = Place::new();
    let name = format!("{FOLDER}/schema.json");
    let bundle = place.bundle("bundle.tar.zst", &[(&name, &schema(SERVER)), (&name, &schema("{}"))]);
    let (results, _) = import(&place, &bundle, limits()).await;
    assert!(results[0].as_ref().unwrap_err().contains("is there twice"), "{results:?}");
}

#[tokio::test]
async fn what_a_schema_says_of_other_providers_is_not_taken() {
    let place = Place::new();
    let both = r#"{"format_version":"1.0","provider_schemas":{
        "registry.terraform.io/acme/cloud":{"resource_schemas":{"cloud_server":{"block":{}}}},
        "registry.terraform.io/hashicorp/aws":{"resource_schemas":{"aws_vpc":{"block":{}}}}}}"#;
    let bundle = place.bundle("bundle.tar.zst", &[(&format!("{FOLDER}/schema.json"), both)]);
    let (results, _) = import(&place, &bundle, limits()).await;
    assert_eq!(results[0].as_ref().unwrap().resources, 1);
    assert_eq!(place.catalog().list_providers().await.unwrap(), [address()]);
}

#[test]
fn missing_and_foreign_schemas_are_refused() {
    let error = refused(&compress(&archive(&[(&format!("{FOLDER}/docs/index.md"), "# Cloud")])));
    assert!(error.contains(&format!("{FOLDER}/schema.json")) && error.contains("missing"), "{error}");
    assert!(refused(&compress(&archive(&[("README", "nothing here")]))).contains("no providers/"));
    let mut builder = tar::Builder::new(Vec::new());
    let name = format!("{FOLDER}/schema.json");
    append(&mut builder, &name, tar::EntryType::Regular, b"{\"\xff\xfe\"}");
    let error = refused(&compress(&builder.into_inner().unwrap()));
    assert!(error.contains(&name) && error.contains("not UTF-8"), "{error}");
}

/// The manifest of these files.
fn manifest(files: &[(&str, &str)]) -> String {
    let files: Vec<_> = files
        .iter()
        .map(|(path, text)| {
            let digest = hex::encode(Sha256::digest(text));
            format!(r#"{{"path":"{path}","size":{},"sha256":"{digest}"}}"#, text.len())
        })
        .collect();
    format!(r#"{{"format":1,"files":[{}]}}"#, files.join(","))
}

#[tokio::test]
async fn a_manifest_is_kept_to() {
    let (schema_name, page_name) = (format!("{FOLDER}/schema.json"), format!("{FOLDER}/docs/index.md"));
    let schema = schema(SERVER);
    let files =
        [(schema_name.as_str(), schema.as_str()), (page_name.as_str(), "# Cloud"), ("README", "read")];
    let promised = manifest(&files);
    fn after<'a>(manifest: &'a str, entries: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
        [&[("manifest.json", manifest)], entries].concat()
    }
    let other = [files[0], (files[1].0, "# Sky!!"), files[2]];
    let longer = [files[0], (files[1].0, "# Cloudy"), files[2]];
    let version2 = promised.replace("\"format\":1", "\"format\":2");
    for (entries, expected) in [
        (after(&promised, &files), None),
        (after(&promised, &other), Some("docs/index.md: its SHA-256 is not the one in the manifest")),
        (after(&promised, &longer), Some("docs/index.md: 8 bytes, the manifest says 7")),
        (after(&promised, &files[..2]), Some("README: in the manifest, and missing")),
        (after(&promised, &[files[0], files[2]]), Some("docs/index.md: in the manifest, and missing")),
        (
            after(&promised, &[&files[..], &[("LICENSE", "free")]].concat()),
            Some("LICENSE: not in the manifest"),
        ),
        (
            after(&promised, &[&files[..], &files[2..]].concat()),
            Some("README: not in the manifest, or there before"),
        ),
        (
            [&files[..], &[("manifest.json", promised.as_str())]].concat(),
            Some("manifest.json: comes once, as the first file"),
        ),
        (vec![("manifest.json", version2.as_str())], Some("manifest.json: format 2 is not supported")),
        (vec![("manifest.json", "[]")], Some("manifest.json: ")),
    ] {
        let place = Place::new();
        let bundle = place.bundle("bundle.tar.zst", &entries);
        let read = source::read(&bundle, limits()).map_err(|e| e.to_string());
        match expected {
            None => assert_eq!(read.unwrap()[0].pages.len(), 1),
            Some(expected) => {
                let error = read.unwrap_err();
                assert!(error.contains(expected), "{expected}: {error}");
            }
        }
    }
}
