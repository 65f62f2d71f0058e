//! Asking a server, through the cache.

use bytes::Bytes;
use serde::de::DeserializeOwned;
use url::Url;

use crate::{
    catalog::Address,
    error::{Error, Result},
    http::{Answer, Body, Client, Request, Validators, shown},
    source::{
        Cache,
        cache::{Group, Key},
    },
};

/// How often an answer that can't be read is asked for again: it may have come from a proxy or a maintenance page.
const ATTEMPTS: usize = 4;
/// Bytes of a listing; all versions of the largest provider take 2 MB.
const LISTING: u64 = 32 << 20;

/// The client and the cache, for one provider.
#[derive(Clone, Copy)]
pub(in crate::source) struct Session<'a> {
    pub client: &'a Client,
    pub cache: &'a Cache,
    pub address: &'a Address,
}

/// What was read, and where it was found.
pub(in crate::source) struct Listing<T> {
    pub value: T,
    /// After redirects: what relative URLs in it are relative to.
    pub url: Url,
}

impl Session<'_> {
    /// JSON that may change.
    pub async fn listing<T: DeserializeOwned>(&self, url: &Url) -> Result<Listing<T>> {
        self.current(url, LISTING, |body| parse(&body.bytes)).await
    }

    /// Something that may change: asked for each time, and taken from the cache where the server says that it is the
    /// same.
    pub async fn current<T>(
        &self,
        url: &Url,
        limit: u64,
        read: impl Fn(&Body) -> Result<T, String>,
    ) -> Result<Listing<T>> {
        let key = Key::new(self.address, Group::Listings, url.as_str());
        let kept = self.cache.get(&key).await?;
        let kept = kept.and_then(|body| Some((read(&body).ok()?, body)));
        let known = kept.as_ref().map(|(_, body)| body.validators.clone()).unwrap_or_default();
        match (self.ask(url, limit, known, read).await?, kept) {
            (Some((body, value)), _) => {
                self.cache.put(&key, &body).await?;
                Ok(Listing { value, url: body.url })
            }
            (None, Some((value, body))) => Ok(Listing { value, url: body.url }),
            (None, None) => Err(not_asked(url)),
        }
    }

    /// Something that never changes: asked for once. What is kept is what `read` makes of the body.
    pub async fn once(
        &self,
        group: Group<'_>,
        url: &Url,
        limit: u64,
        read: impl Fn(&Body) -> Result<Bytes, String>,
    ) -> Result<Bytes> {
        let key = Key::new(self.address, group, url.as_str());
        if let Some(body) = self.cache.get(&key).await? {
            return Ok(body.bytes);
        }
        let found = self.ask(url, limit, Validators::default(), read).await?;
        let (body, bytes) = found.ok_or_else(|| not_asked(url))?;
        let body = Body { bytes, ..body };
        self.cache.put(&key, &body).await?;
        Ok(body.bytes)
    }

    /// `None`: it has not changed.
    async fn ask<T>(
        &self,
        url: &Url,
        limit: u64,
        known: Validators,
        read: impl Fn(&Body) -> Result<T, String>,
    ) -> Result<Option<(Body, T)>> {
        let request = Request { url: url.clone(), limit, known };
        let mut attempt = 1;
        loop {
            let body = match self.client.get(&request).await? {
                Answer::NotModified => return Ok(None),
                Answer::Body(body) => body,
            };
            match read(&body) {
                Ok(value) => return Ok(Some((body, value))),
                Err(_) if attempt < ATTEMPTS => attempt += 1,
                Err(reason) => {
                    return Err(Error::invalid(shown(url), format!("unexpected answer: {reason}")));
                }
            }
        }
    }
}

fn not_asked(url: &Url) -> Error {
    Error::invalid(shown(url), "answered \"not modified\" to a plain question")
}

/// JSON, at most 128 levels deep.
fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, String> {
    serde_json::from_slice(bytes).map_err(|e| e.to_string())
}
