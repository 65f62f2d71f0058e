//! Credentials for registries, by host, as Terraform takes them.
//!
//! Source: <https://developer.hashicorp.com/terraform/cli/config/config-file#environment-variable-credentials>

use std::{collections::BTreeMap, fmt};

use url::Url;

/// Bearer tokens by host, or by `host:port` where the port is not https's own.
#[derive(Clone, Default)]
pub struct Tokens(BTreeMap<String, String>);

impl Tokens {
    /// Those of the variables `TF_TOKEN_<host>`, in which `_` stands for a dot and `__` for a hyphen.
    pub fn from_variables(variables: impl IntoIterator<Item = (String, String)>) -> Self {
        let mut tokens = Tokens::default();
        for (name, token) in variables {
            if let Some(host) = name.strip_prefix("TF_TOKEN_") {
                tokens.insert(&host.replace("__", "-").replace('_', "."), token);
            }
        }
        tokens
    }

    /// Replaces the token of `host`; international names are taken in either form. What names no host is ignored, as
    /// Terraform does.
    pub fn insert(&mut self, host: &str, token: impl Into<String>) {
        if let Some(host) = Url::parse(&format!("https://{host}/")).ok().as_ref().and_then(key) {
            self.0.insert(host, token.into());
        }
    }

    /// Adds those of `more`, which win.
    pub fn extend(&mut self, more: Tokens) {
        self.0.extend(more.0);
    }

    /// The token for this URL's host.
    pub(super) fn of(&self, url: &Url) -> Option<&str> {
        self.0.get(&key(url)?).map(String::as_str)
    }
}

/// Names the hosts and no token.
impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

fn key(url: &Url) -> Option<String> {
    let host = url.host_str()?;
    match url.port_or_known_default()? {
        443 => Some(host.to_owned()),
        port => Some(format!("{host}:{port}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_name_hosts_as_terraform_reads_them() {
        let tokens = Tokens::from_variables(
            [
                ("TF_TOKEN_app_terraform_io", "a"),
                ("TF_TOKEN_my__corp_example_com", "b"),
                ("TF_TOKEN_xn____caf__dma_fr", "c"),
                ("TF_TOKEN_tf-cafe.fr", "d"),
                ("TF_TOKEN_", "e"),
                ("PATH", "f"),
            ]
            .map(|(name, value)| (name.to_owned(), value.to_owned())),
        );
        let of = |url: &str| tokens.of(&Url::parse(url).unwrap());
        assert_eq!(of("https://app.terraform.io/v1/"), Some("a"));
        assert_eq!(of("https://my-corp.example.com/"), Some("b"));
        assert_eq!(of("https://café.fr/"), Some("c"));
        assert_eq!(of("https://tf-cafe.fr/"), Some("d"));
        assert_eq!(of("https://app.terraform.io:8443/"), None);
        assert_eq!(of("http://app.terraform.io/"), None);
        assert_eq!(of("https://example.com/"), None);
        assert_eq!(format!("{tokens:?}").matches('"').count(), 8, "{tokens:?}");
    }

    #[test]
    fn a_port_is_part_of_the_host() {
        let mut tokens = Tokens::default();
        tokens.insert("localhost:8443", "a");
        assert_eq!(tokens.of(&Url::parse("https://localhost:8443/").unwrap()), Some("a"));
        assert_eq!(tokens.of(&Url::parse("https://localhost/").unwrap()), None);
        tokens.insert("no host", "b");
    }
}
