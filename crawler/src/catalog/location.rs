//! Opens the object storage that a URL names.

use std::{path::Path as FilePath, sync::Arc, time::Duration};

use object_store::{
    BackoffConfig, ObjectStore, ObjectStoreScheme, RetryConfig, aws::AmazonS3Builder,
    azure::MicrosoftAzureBuilder, gcp::GoogleCloudStorageBuilder, prefix::PrefixStore,
};
use url::Url;

use super::local::LocalStore;
use crate::error::{Error, Result};

/// Opens `file:///…`, a bare path, `s3://bucket/prefix`, `az://container/prefix` or `gs://bucket/prefix`.
///
/// Credentials and endpoints come from the environment, by the names that the `object_store` crate documents
/// (`AWS_ACCESS_KEY_ID`, `AZURE_STORAGE_ACCOUNT_NAME`, `GOOGLE_SERVICE_ACCOUNT`, …). A local directory is created.
/// The https client needs a process-wide rustls provider: the program's `main` installs it.
pub fn open_store(location: &str) -> Result<Arc<dyn ObjectStore>> {
    let fail = |reason: String| Error::invalid(format!("catalog {location:?}"), reason);
    // Only the five schemes below are URLs: `C:\data` and `data:1` are paths.
    let Some((scheme, _)) = location.split_once("://") else {
        return local(FilePath::new(location)).map_err(fail);
    };
    let url = Url::parse(location).map_err(|e| fail(e.to_string()))?;
    if scheme == "file" {
        let path = url.to_file_path().map_err(|()| fail("not a path on this machine".into()))?;
        return local(&path).map_err(fail);
    }
    let (scheme, prefix) = ObjectStoreScheme::parse(&url).map_err(|e| fail(e.to_string()))?;
    let store: Arc<dyn ObjectStore> = match scheme {
        ObjectStoreScheme::AmazonS3 => {
            Arc::new(AmazonS3Builder::from_env().with_url(location).with_retry(retry()).build()?)
        }
        ObjectStoreScheme::MicrosoftAzure => {
            Arc::new(MicrosoftAzureBuilder::from_env().with_url(location).with_retry(retry()).build()?)
        }
        ObjectStoreScheme::GoogleCloudStorage => {
            Arc::new(GoogleCloudStorageBuilder::from_env().with_url(location).with_retry(retry()).build()?)
        }
        _ => return Err(fail("use a path or a file:, s3:, az: or gs: URL".into())),
    };
    Ok(if prefix.as_ref().is_empty() { store } else { Arc::new(PrefixStore::new(store, prefix)) })
}

fn local(path: &FilePath) -> std::result::Result<Arc<dyn ObjectStore>, String> {
    std::fs::create_dir_all(path).map_err(|e| e.to_string())?;
    let store = LocalStore::open(path).map_err(|e| e.to_string())?;
    Ok(Arc::new(store))
}

/// The crate's default of ten retries hides a dead endpoint for seconds at every call.
fn retry() -> RetryConfig {
    RetryConfig {
        backoff: BackoffConfig {
            init_backoff: Duration::from_millis(100),
            max_backoff: Duration::from_secs(2),
            base: 2.0,
        },
        max_retries: 4,
        retry_timeout: Duration::from_secs(20),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opens_paths_and_file_urls() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("new folder");
        open_store(path.to_str().unwrap()).unwrap();
        assert!(path.is_dir());
        open_store(Url::from_file_path(&path).unwrap().as_str()).unwrap();
    }

    #[test]
    fn unknown_schemes_are_named() {
        let error = open_store("ftp://example.com/catalog").unwrap_err().to_string();
        assert!(error.contains("ftp://example.com/catalog"), "{error}");
        assert!(open_store("https://example.com/catalog").is_err());
    }
}
