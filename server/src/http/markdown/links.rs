//! Where the links of a text lead.

use url::Url;

/// Gives the address of our own page for what an address leads to.
pub type OwnPage<'a> = &'a dyn Fn(&Url) -> Option<String>;

/// What a text's links are relative to, and which of them we have pages for.
pub struct Links<'a> {
    base: Option<Url>,
    /// The base is only a way to find our own pages: nothing else can be read there.
    base_is_guess: bool,
    own: Option<OwnPage<'a>>,
    /// The page that has the arguments; empty for the one that the text stands on.
    page: &'a str,
}

/// Whether a relative address is one that documentation may have: a page of the catalog, or an argument on this page.
/// Whoever writes one by hand gets no further than there either.
pub(super) fn is_own(address: &str) -> bool {
    let plain = !address.contains("..") && !address.contains(['\\', '\t', '\n', '\r']);
    plain && (address.starts_with("/catalog/") || address.starts_with("#arg-"))
}

impl<'a> Links<'a> {
    /// Relative links lead nowhere.
    pub fn none() -> Links<'static> {
        Links { base: None, base_is_guess: false, own: None, page: "" }
    }

    /// Links are relative to `base` (an address that is not one counts as none); `own` gives the address of our own page
    /// for what a link leads to.
    pub fn of(base: &str, own: OwnPage<'a>) -> Links<'a> {
        let base = Url::parse(base).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
        Links { base, base_is_guess: false, own: Some(own), page: "" }
    }

    /// The same where it isn't known whether `base` can be read: only links to our own pages are relative to it.
    pub fn guessed(base: &str, own: OwnPage<'a>) -> Links<'a> {
        Links { base_is_guess: true, ..Links::of(base, own) }
    }

    /// The same for a text that stands elsewhere than the arguments that it links to: those are on `page`.
    pub fn on(self, page: &'a str) -> Links<'a> {
        Links { page, ..self }
    }

    /// The absolute address of a link, or `None` when it leads nowhere that a page may lead to.
    pub(super) fn resolve(&self, link: &str) -> Option<String> {
        if let Some(anchor) = link.strip_prefix('#').and_then(argument_anchor) {
            return Some(format!("{}#{anchor}", self.page));
        }
        let (url, relative) = match Url::parse(link) {
            Err(url::ParseError::RelativeUrlWithoutBase) if is_reference(link) => {
                (self.base.as_ref()?.join(link).ok()?, true)
            }
            parsed => (parsed.ok()?, false),
        };
        if !matches!(url.scheme(), "http" | "https" | "mailto") {
            return None;
        }
        let own = self.own.and_then(|own| own(&url));
        own.or_else(|| (!relative || !self.base_is_guess).then(|| url.to_string()))
    }
}

/// Whether what is no absolute address may be a relative one: a colon in the first part would be a scheme's, here one
/// that somebody tried to hide.
///
/// Source: <https://www.rfc-editor.org/rfc/rfc3986#section-4.2>
fn is_reference(link: &str) -> bool {
    !link.split(['/', '?', '#']).next().unwrap_or_default().contains(':')
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
