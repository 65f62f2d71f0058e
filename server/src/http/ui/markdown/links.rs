//! Where the links of a text lead.

use url::Url;

/// What a text's links are relative to, and which of them we have pages for.
pub struct Links<'a> {
    base: Option<Url>,
    own: Option<&'a dyn Fn(&Url) -> Option<String>>,
}

/// The scheme that leads to a page of ours until the sanitiser has looked at the link. Whoever writes it by hand gets no
/// further than to our catalog, which is where such links lead.
pub(super) const OWN_SCHEME: &str = "catalog:";
/// What every page of ours that documentation may lead to starts with.
pub(super) const OWN_PREFIX: &str = "/catalog/";

impl<'a> Links<'a> {
    /// Relative links lead nowhere.
    pub fn none() -> Links<'static> {
        Links { base: None, own: None }
    }

    /// Links are relative to `base` (an address that is not one counts as none); `own` gives the address of our own page
    /// for what a link leads to.
    pub fn of(base: &str, own: &'a dyn Fn(&Url) -> Option<String>) -> Links<'a> {
        let base = Url::parse(base).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
        Links { base, own: Some(own) }
    }

    /// The absolute address of a link, or `None` when it leads nowhere that a page may lead to.
    pub(super) fn resolve(&self, link: &str) -> Option<String> {
        if let Some(anchor) = link.strip_prefix('#').and_then(argument_anchor) {
            return Some(format!("{OWN_SCHEME}#{anchor}"));
        }
        let url = match Url::parse(link) {
            Err(url::ParseError::RelativeUrlWithoutBase) => self.base.as_ref()?.join(link).ok()?,
            parsed => parsed.ok()?,
        };
        if !matches!(url.scheme(), "http" | "https" | "mailto") {
            return None;
        }
        let own = self.own.and_then(|own| own(&url)).filter(|page| page.starts_with(OWN_PREFIX));
        Some(own.map_or_else(|| url.to_string(), |page| format!("{OWN_SCHEME}{page}")))
    }
}

/// The anchor that our page has for a nested block, from the one that generated documentation has for it.
///
/// Source: the templates of <https://github.com/hashicorp/terraform-plugin-docs>, `nestedblock--a--b` and `nestedatt--a--b`.
fn argument_anchor(fragment: &str) -> Option<String> {
    let names = fragment.strip_prefix("nestedblock--").or_else(|| fragment.strip_prefix("nestedatt--"))?;
    let path = names.replace("--", ".");
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"_.-".contains(&b);
    (!path.is_empty() && path.bytes().all(plain)).then(|| format!("arg-{path}"))
}
