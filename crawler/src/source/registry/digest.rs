//! The two ways in which Terraform names a package's content.
//!
//! Sources: <https://developer.hashicorp.com/terraform/language/files/dependency-lock#zh>,
//! <https://pkg.go.dev/golang.org/x/mod/sumdb/dirhash>

use std::{
    io::{Read, Seek},
    str::FromStr,
};

use base64::{Engine, prelude::BASE64_STANDARD};
use sha2::{Digest as _, Sha256};
use zip::ZipArchive;

/// What a package should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Digest {
    /// `zh:`, the SHA-256 of the zip in lower-case hexadecimal.
    Zip(String),
    /// `h1:`, the digest of the files in it.
    Files(String),
}

impl FromStr for Digest {
    type Err = String;

    /// An error for schemes that this program does not know.
    fn from_str(text: &str) -> Result<Self, String> {
        match text.split_once(':') {
            Some(("zh", hex)) => Ok(Digest::Zip(hex.to_ascii_lowercase())),
            Some(("h1", _)) => Ok(Digest::Files(text.to_owned())),
            _ => Err(format!("{text:?} is a digest of a kind that is not known here")),
        }
    }
}

/// `h1:` of the files in a zip: a digest of their names and digests. At most `limit` bytes are unpacked.
pub(super) fn of_files(zip: &mut ZipArchive<impl Read + Seek>, limit: u64) -> Result<String, String> {
    let mut names: Vec<String> = zip
        .file_names()
        .map(|name| name.map(|name| name.into_owned()).map_err(|e| e.to_string()))
        .collect::<Result<_, _>>()?;
    names.sort();
    let mut all = Sha256::new();
    let mut left = limit;
    let mut buffer = vec![0; 64 << 10];
    for name in names {
        if name.contains('\n') {
            return Err(format!("{name:?} is not a file name"));
        }
        let mut file = zip.by_name(&name).map_err(|e| format!("{name}: {e}"))?;
        let mut hasher = Sha256::new();
        loop {
            let read = file.read(&mut buffer).map_err(|e| format!("{name}: {e}"))?;
            if read == 0 {
                break;
            }
            left =
                left.checked_sub(read as u64).ok_or_else(|| format!("unpacks to more than {limit} bytes"))?;
            hasher.update(&buffer[..read]);
        }
        all.update(format!("{}  {name}\n", hex::encode(hasher.finalize())));
    }
    Ok(format!("h1:{}", BASE64_STANDARD.encode(all.finalize())))
}
