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
        cache::{Entry, Group, Key},
    },
};

/// How often an answer that can't be read is asked for again: it may have come from a proxy or a maintenance page.
const ATTEMPTS: usize = 4;
/// Bytes of a listing; all versions of the largest provider take 2 MB.
const LISTING: u64 = 32 << 20;

/// The client and the cache, for one provider.
#[derive(Clone, Copy)]
pub(super) struct Session<'a> {
    pub client: &'a Client,
    pub cache: &'a Cache,
    pub address: &'a Address,
}

/// A listing, and where it was found.
pub(super) struct Listing<T> {
    pub value: T,
    /// What relative URLs in it are relative to.
    pub url: Url,
}

impl Session<'_> {
    /// JSON that may change: asked for each time, and answered from the cache where the server says that it is the same.
    pub async fn listing<T: DeserializeOwned>(&self, url: &Url) -> Result<Listing<T>> {
        let key = Key::new(self.address, Group::Listings, url.as_str());
        let kept = self.cache.get(&key).await?;
        let kept = kept.and_then(|entry| Some((parse::<T>(&entry.body).ok()?, entry)));
        let known = kept.as_ref().map(|(_, entry)| entry.validators.clone()).unwrap_or_default();
        let (fresh, value) = match (self.ask(url, LISTING, known, |body| parse(&body.bytes)).await?, kept) {
            (Some(fresh), _) => fresh,
            (None, Some((value, entry))) => {
                let url = Url::parse(&entry.url).unwrap_or_else(|_| url.clone());
                return Ok(Listing { value, url });
            }
            (None, None) => return Err(Error::invalid(shown(url), "answered 304 to a plain question")),
        };
        let entry = Entry { validators: fresh.validators, url: fresh.url.to_string(), body: fresh.bytes };
        self.cache.put(&key, &entry).await?;
        Ok(Listing { value, url: fresh.url })
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
        if let Some(entry) = self.cache.get(&key).await? {
            return Ok(entry.body);
        }
        let found = self.ask(url, limit, Validators::default(), read).await?;
        let (fresh, body) =
            found.ok_or_else(|| Error::invalid(shown(url), "answered 304 to a plain question"))?;
        let entry = Entry { validators: fresh.validators, url: fresh.url.to_string(), body: body.clone() };
        self.cache.put(&key, &entry).await?;
        Ok(body)
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

/// JSON, at most 128 levels deep.
fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, String> {
    serde_json::from_slice(bytes).map_err(|e| e.to_string())
}
