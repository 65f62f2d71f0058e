//! Passwords: Argon2id with the parameters of RFC 9106's second recommendation as the `argon2` crate sets them.

use std::sync::LazyLock;

use argon2::{
    Argon2,
    password_hash::{PasswordHasher as _, PasswordVerifier as _, phc::PasswordHash},
};

use crate::error::{Error, Result};

/// Shortest accepted password, in characters (NIST SP 800-63B: at least 8; we ask for 10).
pub const MIN_LENGTH: usize = 10;
/// Longest, in bytes: hashing is linear in it.
const MAX_BYTES: usize = 1024;

/// Checks length only: composition rules make passwords worse (NIST SP 800-63B 5.1.1.2).
pub fn check(password: &str) -> Result<()> {
    if password.chars().count() < MIN_LENGTH {
        return Err(Error::field("password", format!("use at least {MIN_LENGTH} characters")));
    }
    if password.len() > MAX_BYTES {
        return Err(Error::field("password", format!("use at most {MAX_BYTES} bytes")));
    }
    Ok(())
}

/// Hashes off the async threads; the result is a PHC string.
pub async fn hash(password: String) -> Result<String> {
    blocking(move || {
        let hash: PasswordHash = Argon2::default()
            .hash_password(password.as_bytes())
            .map_err(|e| anyhow::anyhow!("hashing failed: {e}"))?;
        Ok(hash.to_string())
    })
    .await
}

/// Whether `password` is the one that `hash` was made of. With no hash (no such account) the same work is done for
/// nothing, so that the time taken does not tell which addresses have accounts.
pub async fn verify(password: String, hash: Option<String>) -> Result<bool> {
    static NOBODY: LazyLock<String> = LazyLock::new(|| {
        let hash: Result<PasswordHash, _> = Argon2::default().hash_password(b"nobody's password");
        hash.map(|h| h.to_string()).unwrap_or_default()
    });
    if password.len() > MAX_BYTES {
        return Ok(false);
    }
    blocking(move || {
        let known = hash.is_some();
        let text = hash.unwrap_or_else(|| NOBODY.clone());
        let parsed =
            PasswordHash::new(&text).map_err(|e| anyhow::anyhow!("a stored hash is damaged: {e}"))?;
        Ok(Argon2::default().verify_password(password.as_bytes(), &parsed).is_ok() && known)
    })
    .await
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> anyhow::Result<T> + Send + 'static) -> Result<T> {
    Ok(tokio::task::spawn_blocking(work).await.map_err(Error::internal)??)
}
