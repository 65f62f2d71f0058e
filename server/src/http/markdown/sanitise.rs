//! The allow-list that rendered documentation goes through.

use std::{
    borrow::Cow,
    collections::{HashMap, HashSet},
    sync::LazyLock,
};

use super::links::is_own;
use crate::http::hcl;

/// Elements that only mark up text.
const TAGS: [&str; 46] = [
    "a",
    "abbr",
    "b",
    "blockquote",
    "br",
    "caption",
    "code",
    "dd",
    "del",
    "div",
    "dl",
    "dt",
    "em",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "i",
    "ins",
    "kbd",
    "li",
    "mark",
    "ol",
    "p",
    "pre",
    "q",
    "s",
    "samp",
    "small",
    "span",
    "strong",
    "sub",
    "sup",
    "table",
    "tbody",
    "td",
    "tfoot",
    "th",
    "thead",
    "tr",
    "u",
    "ul",
    "var",
];
/// Elements whose content goes with them: what is in them is no text for people.
const WITH_CONTENT: [&str; 10] =
    ["script", "style", "iframe", "noscript", "template", "title", "svg", "math", "object", "textarea"];

/// Built once: it takes longer than cleaning a usual text does.
static ALLOWED: LazyLock<ammonia::Builder<'static>> = LazyLock::new(|| {
    let mut builder = ammonia::Builder::empty();
    builder
        .tags(HashSet::from(TAGS))
        .clean_content_tags(HashSet::from(WITH_CONTENT))
        .generic_attributes(HashSet::new())
        .tag_attributes(HashMap::from([
            ("a", HashSet::from(["href", "title"])),
            ("abbr", HashSet::from(["title"])),
            ("td", HashSet::from(["colspan", "rowspan"])),
            ("th", HashSet::from(["colspan", "rowspan"])),
            ("ol", HashSet::from(["start"])),
        ]))
        .allowed_classes(HashMap::from([
            ("div", HashSet::from(["callout", "info", "warn", "bad"])),
            ("span", HashSet::from(hcl::CLASSES)),
        ]))
        .url_schemes(HashSet::from(["http", "https", "mailto"]))
        .url_relative(ammonia::UrlRelative::Custom(Box::new(own_pages)))
        .link_rel(Some("noopener noreferrer nofollow"));
    builder
});

/// Only what the allow-list names.
pub(super) fn clean(html: &str) -> String {
    ALLOWED.clean(html).to_string()
}

/// Relative links have been made absolute before; those left lead to our own pages, or nowhere.
fn own_pages(address: &str) -> Option<Cow<'_, str>> {
    is_own(address).then_some(Cow::Borrowed(address))
}
