//! What a page describes, as far as its address tells.

use url::Url;

use super::{folder, links::is_html};

/// Folders of sites, and of the documentation folder.
const KINDS: [(&str, &str); 8] = [
    ("resources", "resources"),
    ("r", "resources"),
    ("data-sources", "data-sources"),
    ("data_sources", "data-sources"),
    ("datasources", "data-sources"),
    ("d", "data-sources"),
    ("ephemeral-resources", "ephemeral-resources"),
    ("functions", "functions"),
];

/// `…/docs/r/subnet.html` → `resources/subnet.html`; without a folder that says more, the path below the start page's.
pub(super) fn of(start: &[Url], url: &Url) -> String {
    let parts: Vec<&str> = url.path().split('/').filter(|part| !part.is_empty()).collect();
    let stem = |parts: &[&str]| {
        let path = parts.join("/");
        let path = path.strip_suffix("/index.html").unwrap_or(&path);
        match path.rsplit_once('.') {
            Some((stem, ending)) if is_html(ending) => stem.to_owned(),
            _ => path.to_owned(),
        }
    };
    let kind = |part: &str| KINDS.iter().find(|(folder, _)| *folder == part).map(|(_, kind)| *kind);
    let found = parts.iter().enumerate().rev().find_map(|(at, part)| Some((kind(part)?, &parts[at + 1..])));
    if let Some((kind, rest)) = found.filter(|(_, rest)| !rest.is_empty() && stem(rest) != "index") {
        return format!("{kind}/{}.html", stem(rest));
    }
    let below = start.iter().find_map(|start| url.path().strip_prefix(folder(start.path())));
    let rest: Vec<&str> = below.unwrap_or(url.path()).split('/').filter(|part| !part.is_empty()).collect();
    match stem(&rest) {
        name if name.is_empty() => "index.html".into(),
        name => format!("{name}.html"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_tell_what_a_page_describes() {
        let start = [Url::parse("https://example.com/docs/acme/index.html").unwrap()];
        for (path, expected) in [
            ("/docs/acme/", "index.html"),
            ("/docs/acme/index.html", "index.html"),
            ("/docs/acme/r/subnet.html", "resources/subnet.html"),
            ("/docs/acme/resources/subnet", "resources/subnet.html"),
            ("/docs/acme/resources/subnet/", "resources/subnet.html"),
            ("/docs/acme/resources/subnet/index.html", "resources/subnet.html"),
            ("/docs/acme/latest/d/subnet.html", "data-sources/subnet.html"),
            ("/docs/acme/datasources/subnet", "data-sources/subnet.html"),
            ("/docs/acme/ephemeral-resources/token", "ephemeral-resources/token.html"),
            ("/docs/acme/resources/", "resources.html"),
            ("/docs/acme/acme_subnet.html", "acme_subnet.html"),
            ("/docs/acme/net/subnet.htm", "net/subnet.html"),
            ("/docs/acme/v1.2/subnet", "v1.2/subnet.html"),
        ] {
            assert_eq!(of(&start, &start[0].join(path).unwrap()), expected, "{path}");
        }
    }
}
