//! Which provider is meant.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

/// A provider's source address, `host/namespace/name`.
///
/// Source: <https://developer.hashicorp.com/terraform/language/providers/requirements#source-addresses>
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Address {
    pub host: String,
    pub namespace: String,
    pub name: String,
}

/// The host that an address without one means.
pub const DEFAULT_HOST: &str = "registry.terraform.io";
/// The host of the providers that are part of Terraform itself; they have no version and are never installed.
pub const BUILTIN_HOST: &str = "terraform.io";

impl Address {
    /// The short form that people write in `required_providers`: the default host is left out.
    pub fn source(&self) -> String {
        if self.host == DEFAULT_HOST { format!("{}/{}", self.namespace, self.name) } else { self.to_string() }
    }

    pub fn is_builtin(&self) -> bool {
        self.host == BUILTIN_HOST
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.host, self.namespace, self.name)
    }
}

impl FromStr for Address {
    type Err = String;

    /// Reads `name`, `namespace/name` or `host/namespace/name`. Parts are lower case; only `[a-z0-9_.:-]` is accepted,
    /// so that an address is always a safe object key.
    fn from_str(text: &str) -> Result<Self, String> {
        let parts: Vec<&str> = text.split('/').collect();
        let (host, namespace, name) = match parts[..] {
            [name] => (DEFAULT_HOST, "hashicorp", name),
            [namespace, name] => (DEFAULT_HOST, namespace, name),
            [host, namespace, name] => (host, namespace, name),
            _ => return Err(format!("{text:?} is not a provider address (host/namespace/name)")),
        };
        let safe = |part: &str| {
            !part.is_empty()
                && part.len() <= 128
                && !part.starts_with('.')
                && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"_.:-".contains(&b))
        };
        if ![host, namespace, name].into_iter().all(safe) {
            return Err(format!("{text:?} is not a provider address (host/namespace/name)"));
        }
        Ok(Address {
            host: host.to_ascii_lowercase(),
            namespace: namespace.to_ascii_lowercase(),
            name: name.to_ascii_lowercase(),
        })
    }
}
