//! The proxy between here and the world.

use reqwest::{ClientBuilder, NoProxy};
use url::Url;

use super::attempt;
use crate::error::{Error, Result};

/// Proxies by scheme of the address asked for. A proxy resolves names itself: what it may reach is for it to say.
#[derive(Debug, Clone, Default)]
pub struct Proxy {
    pub http: Option<Url>,
    pub https: Option<Url>,
    /// Hosts, domains and networks to reach without a proxy, separated by commas.
    pub bypass: String,
}

impl Proxy {
    /// What `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY` say, in upper or lower case.
    pub fn from_variables(variable: impl Fn(&str) -> Option<String>) -> Result<Self> {
        let either = |name: &str| {
            let value = variable(name).or_else(|| variable(&name.to_ascii_lowercase()));
            value.filter(|value| !value.trim().is_empty())
        };
        let url = |name: &str| {
            let Some(value) = either(name).or_else(|| either("ALL_PROXY")) else { return Ok(None) };
            let whole = if value.contains("://") { value } else { format!("http://{value}") };
            let url = Url::parse(whole.trim()).ok().filter(Url::has_host);
            // The value itself may hold a password.
            url.map(Some).ok_or_else(|| Error::invalid(name, "not the address of a proxy"))
        };
        Ok(Proxy {
            http: url("HTTP_PROXY")?,
            https: url("HTTPS_PROXY")?,
            bypass: either("NO_PROXY").unwrap_or_default(),
        })
    }

    pub(super) fn hosts(&self) -> Vec<String> {
        let hosts = [&self.http, &self.https].into_iter().flatten().filter_map(Url::host_str);
        hosts.map(str::to_owned).collect()
    }

    pub(super) fn apply(&self, builder: ClientBuilder) -> Result<ClientBuilder> {
        // Else the library reads the environment itself.
        let mut builder = builder.no_proxy();
        let bypass = NoProxy::from_string(&self.bypass);
        let fail = |e: reqwest::Error| Error::invalid("proxy", attempt::reason(&e));
        if let Some(url) = &self.http {
            let proxy = reqwest::Proxy::http(url.clone()).map_err(fail)?;
            builder = builder.proxy(proxy.no_proxy(bypass.clone()));
        }
        if let Some(url) = &self.https {
            let proxy = reqwest::Proxy::https(url.clone()).map_err(fail)?;
            builder = builder.proxy(proxy.no_proxy(bypass));
        }
        Ok(builder)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(variables: &[(&str, &str)]) -> Result<Proxy> {
        Proxy::from_variables(|name| {
            variables.iter().find(|(n, _)| *n == name).map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn reads_the_usual_variables() {
        let proxy = read(&[("https_proxy", "proxy.corp:3128"), ("NO_PROXY", ".corp")]).unwrap();
        assert_eq!(proxy.https.unwrap().as_str(), "http://proxy.corp:3128/");
        assert!(proxy.http.is_none());
        assert_eq!(proxy.bypass, ".corp");
        let proxy = read(&[("ALL_PROXY", "http://proxy:1"), ("HTTP_PROXY", "http://other:2")]).unwrap();
        assert_eq!(proxy.hosts(), ["other", "proxy"]);
        assert!(read(&[("HTTPS_PROXY", "")]).unwrap().https.is_none());
    }

    #[test]
    fn an_error_does_not_repeat_the_value() {
        let error = read(&[("HTTPS_PROXY", "http://user:secret@:x")]).unwrap_err().to_string();
        assert!(error.starts_with("HTTPS_PROXY: ") && !error.contains("secret"), "{error}");
    }
}
