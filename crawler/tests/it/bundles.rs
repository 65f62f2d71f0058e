//! Hostile and broken bundles: a clear error that names the entry, bounded work.

use cloudoven_crawler::source::{self, Limits};

use crate::support::{FOLDER, Place, SERVER, append, archive, compress, schema};

fn limits() -> Limits {
    Limits { file: 64 << 10, page: 64 << 10, total: 256 << 10, entries: 50 }
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
}

#[test]
fn links_and_devices_are_refused() {
    let name = format!("{FOLDER}/schema.json");
    for kind in [tar::EntryType::Symlink, tar::EntryType::Link, tar::EntryType::Fifo, tar::EntryType::Char] {
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
    let page = format!("{FOLDER}/docs/resources/server.md");
    let error = refused(&compress(&archive(&[(&page, &large)])));
    assert!(error.contains(&page) && error.contains("larger than 65536 bytes"), "{error}");

    // Many files that are each small enough, also where their content is passed over.
    let medium = "x".repeat(60 << 10);
    let names: Vec<String> = (0..8).map(|i| format!("junk/{i}")).collect();
    let entries: Vec<_> = names.iter().map(|name| (name.as_str(), medium.as_str())).collect();
    assert!(refused(&compress(&archive(&entries))).contains("the bundle is larger than 262144 bytes"));

    let names: Vec<String> = (0..60).map(|i| format!("junk/{i}")).collect();
    let entries: Vec<_> = names.iter().map(|name| (name.as_str(), "")).collect();
    assert!(refused(&compress(&archive(&entries))).contains("more than 50 entries"));

    // A terabyte that is promised by a header only.
    let mut header = tar::Header::new_gnu();
    header.set_path(&page).unwrap();
    header.set_size(1 << 40);
    header.set_cksum();
    assert!(refused(&compress(header.as_bytes())).contains("larger than 65536 bytes"));
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
fn text_that_is_not_utf8_is_refused() {
    for file in ["docs/resources/server.md", "schema.json"] {
        let name = format!("{FOLDER}/{file}");
        let mut builder = tar::Builder::new(Vec::new());
        append(&mut builder, &name, tar::EntryType::Regular, b"{\"\xff\xfe\"}");
        if file != "schema.json" {
            let schema = schema(SERVER);
            append(
                &mut builder,
                &format!("{FOLDER}/schema.json"),
                tar::EntryType::Regular,
                schema.as_bytes(),
            );
        }
        let error = refused(&compress(&builder.into_inner().unwrap()));
        assert!(error.contains(&name) && error.contains("not UTF-8"), "{error}");
    }
}

#[test]
fn missing_and_foreign_schemas_are_refused() {
    let error = refused(&compress(&archive(&[(&format!("{FOLDER}/docs/index.md"), "# Cloud")])));
    assert!(error.contains(&format!("{FOLDER}/schema.json")) && error.contains("missing"), "{error}");

    let foreign = schema(SERVER).replace("acme/cloud", "acme/other");
    let error = refused(&compress(&archive(&[(&format!("{FOLDER}/schema.json"), &foreign)])));
    assert!(error.contains("no schema of a provider acme/cloud"), "{error}");

    assert!(refused(&compress(&archive(&[("README", "nothing here")]))).contains("no providers/"));
    let name = "providers/acme/cloud/latest/schema.json";
    assert!(refused(&compress(&archive(&[(name, &schema(SERVER))]))).contains("\"latest\" is not a version"));
}
