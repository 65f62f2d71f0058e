//! Which addresses may be asked.
//!
//! An origin that the configuration names may be anywhere. Any other address comes from a registry's answer, and a
//! hostile one would have this machine ask its own network: such an address must be https and public, as written, as
//! its name resolves at the moment of connecting, and after every redirect.

use std::{
    collections::HashSet,
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host, Origin, Url};

/// Which of the two connection pools a request takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Route {
    Trusted,
    Public,
}

#[derive(Debug)]
pub(super) struct Rules {
    trusted: HashSet<Origin>,
    /// Hosts of proxies: connected to, but never asked for anything of their own.
    proxies: Vec<String>,
}

impl Rules {
    pub fn new(trusted: &[Url], proxies: Vec<String>) -> Self {
        Rules { trusted: trusted.iter().map(Url::origin).collect(), proxies }
    }

    /// How to reach `url`; an error says why it must not be.
    pub async fn route(&self, url: &Url) -> Result<Route, String> {
        let host = url.host().ok_or("refused, because it is not the address of a server")?;
        if self.trusted.contains(&url.origin()) && matches!(url.scheme(), "http" | "https") {
            return Ok(Route::Trusted);
        }
        if url.scheme() != "https" {
            return Err(format!("{}: refused, because it is not https", url.scheme()));
        }
        match host {
            Host::Ipv4(ip) => check(IpAddr::V4(ip))?,
            Host::Ipv6(ip) => check(IpAddr::V6(ip))?,
            Host::Domain(name) => self.check_name(name.trim_end_matches('.')).await?,
        }
        Ok(Route::Public)
    }

    async fn check_name(&self, name: &str) -> Result<(), String> {
        if self.proxies.iter().any(|proxy| proxy == name) {
            return Err(format!("{name}: refused, because it is the proxy"));
        }
        let is_private = |ending: &&str| name.strip_suffix(*ending).is_some_and(|rest| rest.ends_with('.'));
        if !name.contains('.') || PRIVATE_DOMAINS.iter().any(is_private) {
            return Err(Refused { host: name.into() }.to_string());
        }
        // A proxy resolves the name, not this machine; what this machine knows about it still counts.
        if !self.proxies.is_empty()
            && let Ok(mut found) = tokio::net::lookup_host((name, 443)).await
        {
            found.try_for_each(|address| check(address.ip()))?;
        }
        Ok(())
    }
}

/// Domains that name nothing public, as does a name without a dot.
///
/// Source: <https://www.iana.org/assignments/special-use-domain-names>
const PRIVATE_DOMAINS: [&str; 5] = ["localhost", "localdomain", "local", "internal", "home.arpa"];

fn check(ip: IpAddr) -> Result<(), String> {
    if is_public(ip) { Ok(()) } else { Err(Refused { host: ip.to_string() }.to_string()) }
}

/// Why a connection was not made.
#[derive(Debug)]
pub(super) struct Refused {
    host: String,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: refused, because it is private and not a configured host", self.host)
    }
}

impl std::error::Error for Refused {}

/// Resolves names to public addresses, except those of proxies.
#[derive(Debug)]
pub(super) struct PublicOnly {
    proxies: Vec<String>,
}

impl PublicOnly {
    pub fn new(proxies: Vec<String>) -> Self {
        PublicOnly { proxies }
    }
}

impl Resolve for PublicOnly {
    fn resolve(&self, name: Name) -> Resolving {
        let host = name.as_str().to_owned();
        let is_proxy = self.proxies.contains(&host);
        Box::pin(async move {
            let found: Vec<SocketAddr> = tokio::net::lookup_host((host.as_str(), 0)).await?.collect();
            let allowed: Vec<SocketAddr> =
                found.into_iter().filter(|address| is_proxy || is_public(address.ip())).collect();
            if allowed.is_empty() {
                return Err(Refused { host }.into());
            }
            Ok(Box::new(allowed.into_iter()) as Addrs)
        })
    }
}

/// Whether an address is on the public internet: not private, loopback, link-local (cloud metadata), shared (CGNAT),
/// multicast, reserved or documentation, in whichever notation IPv6 wraps it.
///
/// Source: <https://www.iana.org/assignments/iana-ipv4-special-registry>,
/// <https://www.iana.org/assignments/iana-ipv6-special-registry>
pub fn is_public(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => is_public_v4(ip),
        IpAddr::V6(ip) => is_public_v6(ip),
    }
}

fn is_public_v4(ip: Ipv4Addr) -> bool {
    // Azure's host agent has an address from public space.
    const AZURE_HOST: [u8; 4] = [168, 63, 129, 16];
    let special = match ip.octets() {
        [0 | 10 | 127, ..] | [169, 254, ..] | [192, 168, ..] => true,
        [100, second, ..] => (64..128).contains(&second),
        [172, second, ..] => (16..32).contains(&second),
        [192, 0, 0 | 2, _] | [192, 88, 99, _] | [198, 51, 100, _] | [203, 0, 113, _] => true,
        [198, second, ..] => (18..20).contains(&second),
        [first, ..] => first >= 224,
    };
    !special && ip.octets() != AZURE_HOST
}

fn is_public_v6(ip: Ipv6Addr) -> bool {
    let embedded = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        is_public_v4(Ipv4Addr::new(a, b, c, d))
    };
    match ip.segments() {
        // NAT64 and 6to4 lead to the IPv4 address inside.
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] => embedded(high, low),
        [0x2002, high, low, ..] => embedded(high, low),
        // Teredo and other protocol assignments, documentation.
        [0x2001, second, ..] => second >= 0x200 && second != 0xdb8,
        [0x3fff, second, ..] => second >= 0x1000,
        // Everything else that is global is in 2000::/3.
        [first, ..] => first & 0xe000 == 0x2000,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn private_addresses_are_known_in_every_notation() {
        for text in [
            "0.0.0.0",
            "10.0.0.1",
            "100.64.0.1",
            "100.127.255.255",
            "127.0.0.1",
            "127.8.8.8",
            "168.63.129.16",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.192",
            "192.0.2.1",
            "192.168.1.1",
            "198.18.0.1",
            "198.51.100.7",
            "203.0.113.9",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::127.0.0.1",
            "::ffff:127.0.0.1",
            "::ffff:8.8.8.8",
            "64:ff9b::127.0.0.1",
            "64:ff9b::a00:1",
            "64:ff9b:1::1",
            "100::1",
            "2001::1",
            "2001:db8::1",
            "2002:7f00:1::",
            "2002:a9fe:a9fe::1",
            "3fff:1::1",
            "fc00::1",
            "fd00:ec2::254",
            "fe80::1",
            "fec0::1",
            "ff02::1",
        ] {
            assert!(!is_public(text.parse().unwrap()), "{text}");
        }
        for text in [
            "1.1.1.1",
            "100.63.0.1",
            "100.128.0.1",
            "172.15.0.1",
            "172.32.0.1",
            "192.0.1.1",
            "198.20.0.1",
            "223.255.255.255",
            "2606:4700::1111",
            "2001:4860:4860::8888",
            "64:ff9b::808:808",
            "2002:808:808::1",
        ] {
            assert!(is_public(text.parse().unwrap()), "{text}");
        }
    }

    async fn route(url: &str) -> Result<Route, String> {
        let trusted =
            ["http://127.0.0.1:4000", "https://registry.corp:8443/v1/"].map(|u| Url::parse(u).unwrap());
        Rules::new(&trusted, vec!["proxy.corp".into()]).route(&Url::parse(url).unwrap()).await
    }

    #[tokio::test]
    async fn only_configured_origins_may_be_private_or_plain() {
        for url in ["http://127.0.0.1:4000/a", "https://registry.corp:8443/b"] {
            assert_eq!(route(url).await, Ok(Route::Trusted), "{url}");
        }
        assert_eq!(route("https://1.1.1.1/").await, Ok(Route::Public));
        for url in [
            "http://127.0.0.1:4001/",
            "https://127.0.0.1:4000/",
            "http://registry.corp:8443/",
            "http://1.1.1.1/",
            // The ways to write 127.0.0.1 that a browser, and so this URL library, understands.
            "https://2130706433/",
            "https://0x7f000001/",
            "https://0177.0.0.1/",
            "https://127.1/",
            "https://[::1]/",
            "https://[::ffff:127.0.0.1]/",
            "https://[64:ff9b::7f00:1]/",
            "https://169.254.169.254/latest/meta-data",
            "https://localhost/",
            "https://localhost./",
            "https://a.localhost/",
            "https://metadata.google.internal/",
            "https://intranet/",
            "https://proxy.corp/",
            "https://proxy.corp./",
            "ftp://1.1.1.1/",
            "file:///etc/passwd",
            "data:text/plain,x",
        ] {
            assert!(route(url).await.is_err(), "{url}");
        }
    }
}
