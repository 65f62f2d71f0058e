//! Archives as people make them, and as nobody should.

use std::io::{Cursor, Write};

use flate2::{Compression, write::GzEncoder};
use tar::{EntryType, Header};
use zip::{ZipWriter, write::SimpleFileOptions};

use super::{Bounds, MAX_FILE_BYTES, Reason, UnpackError, Unpacked, gather, unpack};

const MAIN: &str = "\u{feff}variable \"a\" {}\r\n";

fn read(bytes: &[u8]) -> Result<Unpacked, UnpackError> {
    unpack(Cursor::new(bytes), "module.zip", Bounds::default())
}

fn paths(unpacked: &Unpacked) -> Vec<&str> {
    unpacked.files.keys().map(String::as_str).collect()
}

fn reasons(unpacked: &Unpacked) -> Vec<(&str, Reason)> {
    unpacked.left_out.iter().map(|l| (l.path.as_str(), l.reason)).collect()
}

fn zip_of(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// The path goes into the header as it is: the library would refuse a bad one.
fn entry(tar: &mut tar::Builder<Vec<u8>>, path: &[u8], kind: EntryType, bytes: &[u8]) {
    let mut header = Header::new_gnu();
    header.as_gnu_mut().unwrap().name[..path.len()].copy_from_slice(path);
    header.set_entry_type(kind);
    header.set_size(bytes.len() as u64);
    header.set_mode(0o644);
    if kind.is_symlink() || kind.is_hard_link() {
        header.set_link_name("main.tf").unwrap();
    }
    header.set_cksum();
    tar.append(&header, bytes).unwrap();
}

fn tar_of(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut tar = tar::Builder::new(Vec::new());
    for (name, bytes) in files {
        entry(&mut tar, name.as_bytes(), EntryType::Regular, bytes);
    }
    tar.into_inner().unwrap()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
    gzip.write_all(bytes).unwrap();
    gzip.finish().unwrap()
}

#[test]
fn every_format_keeps_the_bytes() {
    let files: &[(&str, &[u8])] =
        &[("repo-1/main.tf", MAIN.as_bytes()), ("repo-1/README.md", b"# x"), ("__MACOSX/._main.tf", b"\0")];
    let tar = tar_of(files);
    let twice = [gzip(&tar[..700]), gzip(&tar[700..])].concat();
    for bytes in [zip_of(files), gzip(&tar), twice, tar] {
        let unpacked = read(&bytes).unwrap();
        assert_eq!(unpacked.files["main.tf"].as_bytes(), MAIN.as_bytes());
        assert_eq!(paths(&unpacked), ["main.tf"]);
        assert_eq!(reasons(&unpacked), [("README.md", Reason::NotTerraform)]);
    }
}

#[test]
fn a_single_file_is_kept_under_its_name() {
    for (name, expected) in [
        ("network.tf", "network.tf"),
        ("C:\\x\\a.tf", "a.tf"),
        ("notes.txt", "main.tf"),
        ("a b.tf", "main.tf"),
    ] {
        let unpacked = unpack(Cursor::new(MAIN), name, Bounds::default()).unwrap();
        assert_eq!(paths(&unpacked), [expected]);
        assert_eq!(&*unpacked.files[expected], MAIN);
    }
}

#[test]
fn a_single_file_of_secrets_is_not_kept_under_another_name() {
    for name in ["terraform.tfstate", "terraform.tfstate.backup", "x/prod.auto.tfvars", "a.tfvars.json"] {
        let unpacked = unpack(Cursor::new("password = \"hunter2\"\n"), name, Bounds::default()).unwrap();
        assert!(unpacked.files.is_empty(), "{name}");
        assert!(matches!(unpacked.left_out[0].reason, Reason::State | Reason::Values), "{name}");
    }
}

#[test]
fn much_else_hides_neither_secrets_nor_the_folder_around() {
    let names: Vec<String> = (0..2_500).map(|i| format!("repo-1/docs/{i}.md")).collect();
    let others = names.iter().map(|name| (name.as_str(), b"".as_slice()));
    let told = [("repo-1/z/terraform.tfstate", b"".as_slice()), ("repo-1/main.tf", b"a = 1\n".as_slice())];
    let unpacked = gather(others.chain(told), Bounds::default()).unwrap();
    assert_eq!(paths(&unpacked), ["main.tf"]);
    assert!(unpacked.left_out.iter().any(|left| left.path == "z/terraform.tfstate"));
    assert_eq!(unpacked.left_out.iter().map(|left| left.files).sum::<usize>(), 2_501);
}

#[test]
fn endless_paths_are_not_kept() {
    let path = format!("{}/main.tf", "a".repeat(200_000));
    let unpacked = gather([(path.as_str(), b"".as_slice())], Bounds::default()).unwrap();
    assert!(unpacked.files.is_empty() && unpacked.left_out[0].path.len() < 1_000);
    assert!(unpacked.left_out[0].missed);
}

#[test]
fn old_tars_are_tars() {
    let mut header = Header::new_old();
    header.set_path("main.tf").unwrap();
    header.set_size(4);
    header.set_mode(0o644);
    header.set_cksum();
    let mut tar = tar::Builder::new(Vec::new());
    tar.append(&header, &b"a=1\n"[..]).unwrap();
    assert_eq!(paths(&read(&tar.into_inner().unwrap()).unwrap()), ["main.tf"]);
}

#[test]
fn state_values_and_caches_stay_out() {
    let files: &[(&str, &[u8])] = &[
        ("main.tf", b""),
        ("terraform.tfstate", b"{\"secret\": 1}"),
        ("terraform.tfstate.1700000000.backup", b"{}"),
        ("terraform.tfstate.d/dev/terraform.tfstate", b"{}"),
        ("x/.terraform/providers/p", b"\x7fELF"),
        ("x/.terraform/modules/m/main.tf", b"a = 1\n"),
        ("prod.auto.tfvars", b"password = 1\n"),
        ("prod.tfvars.json", b"{}"),
        (".terraform.lock.hcl", b""),
        (".hidden.tf", b""),
    ];
    for bytes in [zip_of(files), tar_of(files)] {
        let unpacked = read(&bytes).unwrap();
        assert_eq!(paths(&unpacked), ["main.tf"]);
        let expected = [
            (".hidden.tf", Reason::Ignored),
            (".terraform.lock.hcl", Reason::LockFile),
            ("prod.auto.tfvars", Reason::Values),
            ("prod.tfvars.json", Reason::Values),
            ("terraform.tfstate", Reason::State),
            ("terraform.tfstate.1700000000.backup", Reason::State),
            ("terraform.tfstate.d/", Reason::State),
            ("x/.terraform/", Reason::Cache),
        ];
        assert_eq!(reasons(&unpacked), expected);
        assert_eq!(unpacked.left_out[7].files, 2);
    }
}

#[test]
fn paths_that_lead_elsewhere_are_left_out() {
    for path in ["../x.tf", "a/../../x.tf", "/etc/x.tf", "C:/x.tf"] {
        for bytes in [zip_of(&[("main.tf", b""), (path, b"")]), tar_of(&[("main.tf", b""), (path, b"")])] {
            let unpacked = read(&bytes).unwrap();
            assert_eq!(paths(&unpacked), ["main.tf"]);
            assert_eq!(reasons(&unpacked), [(path, Reason::UnsafePath)]);
            assert!(unpacked.left_out[0].missed);
        }
    }
    let windows = read(&zip_of(&[("m\\main.tf", b"a = 1\n"), ("m\\..\\..\\x.tf", b"")])).unwrap();
    assert_eq!(paths(&windows), ["main.tf"]);
    assert_eq!(reasons(&windows), [("m/../../x.tf", Reason::UnsafePath)]);
    let tar = read(&tar_of(&[("main.tf", b""), ("m\\x.tf", b"")])).unwrap();
    assert_eq!(reasons(&tar), [("m\\x.tf", Reason::UnsafePath)]);
}

#[test]
fn links_devices_and_odd_names_are_left_out() {
    let mut tar = tar::Builder::new(Vec::new());
    for (path, kind) in [
        (&b"main.tf"[..], EntryType::Regular),
        (b"soft.tf", EntryType::Symlink),
        (b"hard.tf", EntryType::Link),
        (b"pipe.tf", EntryType::Fifo),
        (b"disk.tf", EntryType::Block),
        (b"caf\xe9.tf", EntryType::Regular),
        (b"a\x1bb.tf", EntryType::Regular),
    ] {
        entry(&mut tar, path, kind, b"");
    }
    let unpacked = read(&tar.into_inner().unwrap()).unwrap();
    assert_eq!(paths(&unpacked), ["main.tf"]);
    let expected = [
        ("a\u{fffd}b.tf", Reason::Name),
        ("caf\u{fffd}.tf", Reason::PathNotText),
        ("disk.tf", Reason::Special),
        ("hard.tf", Reason::Link),
        ("pipe.tf", Reason::Special),
        ("soft.tf", Reason::Link),
    ];
    assert_eq!(reasons(&unpacked), expected);
    assert!(unpacked.left_out.iter().all(|l| l.missed));

    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    zip.add_symlink("soft.tf", "/etc/passwd", SimpleFileOptions::default()).unwrap();
    zip.start_file("main.tf", SimpleFileOptions::default()).unwrap();
    let unpacked = read(&zip.finish().unwrap().into_inner()).unwrap();
    assert_eq!(reasons(&unpacked), [("soft.tf", Reason::Link)]);
}

#[test]
fn content_that_is_no_text_or_too_long_is_left_out() {
    let long = vec![b'#'; MAX_FILE_BYTES + 1];
    let files: &[(&str, &[u8])] = &[("a.tf", b"\xff"), ("b.tf", &long), ("main.tf", &long[..MAX_FILE_BYTES])];
    for bytes in [zip_of(files), gzip(&tar_of(files))] {
        let unpacked = read(&bytes).unwrap();
        assert_eq!(paths(&unpacked), ["main.tf"]);
        assert_eq!(reasons(&unpacked), [("a.tf", Reason::NotText), ("b.tf", Reason::TooLarge)]);
    }
}

#[test]
fn doubles_are_refused() {
    let same: &[(&str, &[u8])] = &[("main.tf", b"a = 1\n"), ("./main.tf", b"a = 2\n")];
    for bytes in [zip_of(same), tar_of(same)] {
        assert!(matches!(read(&bytes), Err(UnpackError::Twice(_))));
    }
    // Two entries of one name, which no writer makes: the second one's is changed in the bytes.
    let mut zip = zip_of(&[("main.tf", b"a = 1\n"), ("mainXtf", b"a = 2\n")]);
    for at in 0..zip.len() - 7 {
        if &zip[at..at + 7] == b"mainXtf" {
            zip[at + 4] = b'.';
        }
    }
    assert!(matches!(read(&zip), Err(UnpackError::Twice(_))));
    let case: &[(&str, &[u8])] = &[("main.tf", b""), ("Main.tf", b"")];
    let error = read(&tar_of(case)).unwrap_err().to_string();
    assert!(error.contains("Main.tf and main.tf differ in upper and lower case only"), "{error}");
}

#[test]
fn bombs_end_at_the_bounds() {
    let bounds = Bounds { entries: 10, unpacked: 3 << 20, files: 3, kept: 2 << 20 };
    let read = |bytes: &[u8]| unpack(Cursor::new(bytes), "x", bounds).map(|_| ());
    let mega = vec![b'#'; MAX_FILE_BYTES];
    let zeros = vec![0; 64 << 20];
    let huge: &[(&str, &[u8])] = &[("big.bin", &zeros), ("main.tf", b"")];
    assert!(matches!(read(&gzip(&tar_of(huge))), Err(UnpackError::Unpacked(_))));
    assert!(read(&zip_of(huge)).is_ok(), "what is not needed of a zip is not unpacked");
    let names: Vec<String> = (0..11).map(|i| format!("f{i}.txt")).collect();
    let many: Vec<(&str, &[u8])> = names.iter().map(|n| (n.as_str(), &b""[..])).collect();
    for bytes in [zip_of(&many), tar_of(&many)] {
        assert!(matches!(read(&bytes), Err(UnpackError::Entries(10))));
    }
    let texts: &[(&str, &[u8])] = &[("a.tf", &mega), ("b.tf", &mega), ("c.tf", b"#")];
    let files: &[(&str, &[u8])] = &[("a.tf", b""), ("b.tf", b""), ("c.tf", b""), ("d.tf", b"")];
    for bytes in [zip_of(texts), gzip(&tar_of(texts))] {
        assert!(matches!(read(&bytes), Err(UnpackError::Kept(_))));
    }
    for bytes in [zip_of(files), tar_of(files)] {
        assert!(matches!(read(&bytes), Err(UnpackError::Files(3))));
    }
    // A name of 8 MiB, which a reader would keep in memory.
    let mut long = tar::Builder::new(Vec::new());
    entry(&mut long, b"././@LongLink", EntryType::GNULongName, &vec![b'x'; 8 << 20]);
    assert!(matches!(read(&gzip(&long.into_inner().unwrap())), Err(UnpackError::Unpacked(_))));
}

#[test]
fn what_cannot_be_read_says_what_to_do() {
    // The flag is what counts (APPNOTE.TXT 4.4.4), in the local and in the central header.
    let mut encrypted = zip_of(&[("main.tf", b"a = 1\n")]);
    for at in 0..encrypted.len() - 4 {
        match &encrypted[at..at + 4] {
            b"PK\x03\x04" => encrypted[at + 6] |= 1,
            b"PK\x01\x02" => encrypted[at + 8] |= 1,
            _ => {}
        }
    }
    assert!(read(&encrypted).unwrap_err().to_string().contains("main.tf is encrypted"));
    for (bytes, expected) in [
        (&b""[..], "is empty"),
        (b"7z\xbc\xaf\x27\x1c..", "a 7z archive"),
        (b"BZh91AY", "a bzip2 archive"),
        (b"\x7fELF\0\0", "neither a zip"),
        (b"PK\x03\x04 and no more", "damaged"),
        (b"\x1f\x8b and no more", "damaged"),
    ] {
        let error = read(bytes).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }
}

#[test]
fn cut_and_changed_archives_never_panic() {
    let files: &[(&str, &[u8])] = &[("main.tf", b"a = 1\n"), ("m/main.tf", b"b = 1\n"), ("x.bin", b"\0\0\0")];
    let tar = tar_of(files);
    for bytes in [zip_of(files), gzip(&tar), tar] {
        for end in 0..bytes.len().min(3000) {
            let _ = read(&bytes[..end]);
        }
        for at in 0..bytes.len().min(3000) {
            for value in [0, 0x7f, 0xff] {
                let mut changed = bytes.clone();
                changed[at] = value;
                let _ = read(&changed);
            }
        }
    }
}
