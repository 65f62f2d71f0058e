//! Secrets at rest: envelope encryption.
//!
//! Every value gets a random key of its own (XChaCha20-Poly1305), which is kept beside it wrapped by the master key.
//! `context` is authenticated with the value, so that a sealed value can't be moved to another place.

pub mod mask;

use std::{fs, io::Write as _, path::Path};

use anyhow::{Context as _, bail};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use chacha20poly1305::{
    Key, XChaCha20Poly1305, XNonce,
    aead::{Aead, KeyInit, Payload},
};

/// First byte of everything sealed in this form.
const VERSION: u8 = 1;
const KEY: usize = 32;
const NONCE: usize = 24;
const TAG: usize = 16;
const WRAPPED: usize = NONCE + KEY + TAG;

/// Seals and opens values. Cheap to clone; prints nothing of itself.
#[derive(Clone)]
pub struct Keyring {
    master: XChaCha20Poly1305,
}

impl std::fmt::Debug for Keyring {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Keyring(…)")
    }
}

impl Keyring {
    pub fn new(master: &[u8; KEY]) -> Keyring {
        Keyring { master: XChaCha20Poly1305::new(&Key::from(*master)) }
    }

    /// Reads base64 of 32 bytes.
    pub fn from_base64(text: &str) -> anyhow::Result<Keyring> {
        let bytes = STANDARD.decode(text.trim()).context("the master key is not base64")?;
        let Ok(key) = <[u8; KEY]>::try_from(bytes) else {
            bail!("the master key must be 32 bytes in base64")
        };
        Ok(Keyring::new(&key))
    }

    /// Reads the key file, or makes it (readable by its owner only) when there is none.
    pub fn load_or_create(path: &Path) -> anyhow::Result<Keyring> {
        match fs::read_to_string(path) {
            Ok(text) => Keyring::from_base64(&text).with_context(|| format!("in {}", path.display())),
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => {
                let key: [u8; KEY] = rand::random();
                write_private(path, STANDARD.encode(key).as_bytes())
                    .with_context(|| format!("can't write the master key to {}", path.display()))?;
                Ok(Keyring::new(&key))
            }
            Err(e) => Err(e).with_context(|| format!("can't read the master key from {}", path.display())),
        }
    }

    /// Seals `plain` for `context`, a name of the place where it's kept.
    pub fn seal(&self, context: &str, plain: &[u8]) -> Vec<u8> {
        let key: [u8; KEY] = rand::random();
        let (wrap_nonce, nonce): ([u8; NONCE], [u8; NONCE]) = (rand::random(), rand::random());
        let aad = context.as_bytes();
        let encrypt = |cipher: &XChaCha20Poly1305, nonce: [u8; NONCE], msg: &[u8]| {
            cipher
                .encrypt(&XNonce::from(nonce), Payload { msg, aad })
                .expect("encryption fails only for messages beyond 256 GiB")
        };
        let wrapped = encrypt(&self.master, wrap_nonce, &key);
        let sealed = encrypt(&XChaCha20Poly1305::new(&Key::from(key)), nonce, plain);
        [&[VERSION][..], &wrap_nonce, &wrapped, &nonce, &sealed].concat()
    }

    /// Opens what [`Keyring::seal`] made for the same `context`.
    ///
    /// # Errors
    /// When it was sealed with another master key or for another place, or was changed.
    pub fn open(&self, context: &str, sealed: &[u8]) -> anyhow::Result<Vec<u8>> {
        let Some((&VERSION, rest)) = sealed.split_first() else { bail!("not a sealed value") };
        if rest.len() < WRAPPED + NONCE + TAG {
            bail!("a sealed value is cut short");
        }
        let (wrapped, rest) = rest.split_at(WRAPPED);
        let key = decrypt(&self.master, context, wrapped)?;
        let key =
            <[u8; KEY]>::try_from(key).map_err(|_| anyhow::anyhow!("a sealed value's key is damaged"))?;
        decrypt(&XChaCha20Poly1305::new(&Key::from(key)), context, rest)
    }
}

/// `text` is the nonce, then the ciphertext.
fn decrypt(cipher: &XChaCha20Poly1305, context: &str, text: &[u8]) -> anyhow::Result<Vec<u8>> {
    let (nonce, msg) = text.split_at(NONCE);
    let nonce = <[u8; NONCE]>::try_from(nonce)?;
    cipher
        .decrypt(&XNonce::from(nonce), Payload { msg, aad: context.as_bytes() })
        .map_err(|_| anyhow::anyhow!("a sealed value can't be opened: was the master key replaced?"))
}

fn write_private(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    use std::os::unix::fs::OpenOptionsExt as _;
    let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opens_what_it_sealed_and_nothing_else() {
        let ring = Keyring::new(&[7; 32]);
        let sealed = ring.seal("a", b"secret");
        assert_eq!(ring.open("a", &sealed).unwrap(), b"secret");
        assert!(ring.open("b", &sealed).is_err());
        assert!(Keyring::new(&[8; 32]).open("a", &sealed).is_err());
        for cut in 0..sealed.len() {
            assert!(ring.open("a", &sealed[..cut]).is_err());
        }
        assert!(!sealed.windows(6).any(|w| w == b"secret"));
    }

    #[test]
    fn makes_a_key_file_once() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("key");
        let sealed = Keyring::load_or_create(&path).unwrap().seal("x", b"y");
        assert_eq!(Keyring::load_or_create(&path).unwrap().open("x", &sealed).unwrap(), b"y");
    }
}
