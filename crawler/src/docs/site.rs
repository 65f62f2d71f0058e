//! What a documentation site puts around a page, and where the page itself is.

use std::collections::{HashMap, HashSet};

use scraper::{ElementRef, Html, node::Text};

/// What a site says of a page outside of it.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Head {
    pub title: String,
    pub description: String,
}

/// Elements that hold nothing of a page's text.
const CHROME: [&str; 22] = [
    "aside", "audio", "button", "canvas", "dialog", "footer", "form", "head", "iframe", "input", "link",
    "menu", "meta", "nav", "noscript", "object", "script", "select", "style", "svg", "template", "textarea",
];
const CHROME_ROLES: [&str; 10] = [
    "navigation",
    "search",
    "complementary",
    "banner",
    "contentinfo",
    "toolbar",
    "menu",
    "tablist",
    "directory",
    "doc-toc",
];
/// Classes and ids of what stands beside or between a page's text.
const CHROME_CLASSES: [&str; 24] = [
    "toc",
    "table-of-contents",
    "sidebar",
    "sidenav",
    "side-nav",
    "docs-sidebar",
    "breadcrumb",
    "breadcrumbs",
    "pagination",
    "pagination-nav",
    "page-nav",
    "rst-footer-buttons",
    "headerlink",
    "hash-link",
    "permalink",
    "header-anchor",
    "anchor-link",
    "copy",
    "copy-button",
    "btn-copy",
    "copybtn",
    "clipboard",
    "skip-link",
    "edit-this-page",
];
/// … and how those of some generators start.
const CHROME_PREFIXES: [&str; 7] =
    ["theme-doc-toc", "toc-", "tocCollapsible", "sphinxsidebar", "wy-nav", "clipboard-", "copy-to-clipboard"];
const LINE_NUMBERS: [&str; 7] =
    ["linenos", "lineno", "linenumber", "line-number", "line-numbers", "ln", "gutter"];

/// Whether an element belongs to the site, not to the page. Anchors in it count all the same.
pub fn is_chrome(element: ElementRef) -> bool {
    let value = element.value();
    if CHROME.contains(&value.name()) || value.attr("hidden").is_some() {
        return true;
    }
    if value.attr("role").is_some_and(|role| CHROME_ROLES.contains(&role)) {
        return true;
    }
    let mut marks = value.classes().chain(value.attr("id"));
    marks.any(|mark| {
        CHROME_CLASSES.contains(&mark) || CHROME_PREFIXES.iter().any(|prefix| mark.starts_with(prefix))
    })
}

/// Whether an element holds the number of a line of code.
pub fn is_line_number(element: ElementRef) -> bool {
    element.value().classes().any(|class| LINE_NUMBERS.contains(&class))
}

/// The element with a page's text: what the page marks as such, else the innermost one with nearly all of the text that
/// leads nowhere.
pub fn main_content(page: &Html) -> ElementRef<'_> {
    let root = page.root_element();
    let mut lengths = HashMap::new();
    let mut outside = HashSet::new();
    let elements: Vec<ElementRef> = root.descendent_elements().collect();
    for element in &elements {
        let around = element.parent().is_some_and(|parent| outside.contains(&parent.id()));
        if around || element.value().name() == "a" || is_chrome(*element) {
            outside.insert(element.id());
        }
    }
    // Inner elements come after those around them.
    for element in elements.iter().rev().filter(|element| !outside.contains(&element.id())) {
        let own: usize = element.children().filter_map(|child| child.value().as_text().map(visible)).sum();
        let length: usize = lengths.get(&element.id()).copied().unwrap_or_default() + own;
        lengths.insert(element.id(), length);
        if let Some(parent) = element.parent() {
            *lengths.entry(parent.id()).or_default() += length;
        }
    }
    let length = |element: &ElementRef| lengths.get(&element.id()).copied().unwrap_or_default();
    let total = length(&root);
    for is_main in [is_article, is_main] {
        let marked =
            elements.iter().filter(|element| is_main(**element)).max_by_key(|element| length(element));
        if let Some(marked) = marked.filter(|marked| length(marked) * 2 >= total) {
            return *marked;
        }
    }
    let mut densest = root;
    while let Some(inner) = densest.child_elements().find(|inner| length(inner) * 100 >= total * NEARLY_ALL) {
        densest = inner;
    }
    densest
}

/// Per cent of a page's text that its main content has at least.
const NEARLY_ALL: usize = 90;

fn visible(text: &Text) -> usize {
    text.chars().filter(|c| !c.is_whitespace()).count()
}

fn is_article(element: ElementRef) -> bool {
    element.value().name() == "article" || element.value().attr("itemprop") == Some("articleBody")
}

fn is_main(element: ElementRef) -> bool {
    element.value().name() == "main" || element.value().attr("role") == Some("main")
}

/// The page's title and description in its head.
pub fn head(page: &Html) -> Head {
    let mut head = Head::default();
    for element in page.root_element().descendent_elements() {
        let value = element.value();
        let content = || value.attr("content").unwrap_or_default().trim().to_owned();
        match value.name() {
            "title" if head.title.is_empty() => {
                head.title = element.text().collect::<String>().trim().to_owned();
            }
            "meta" => match (value.attr("name"), value.attr("property")) {
                (Some("description"), _) => head.description = content(),
                (_, Some("og:description")) if head.description.is_empty() => head.description = content(),
                _ => {}
            },
            "body" => break,
            _ => {}
        }
    }
    head
}

/// Elements around a code block whose classes may name its language.
const AROUND_CODE: usize = 4;
/// Words in the place of a language that name none.
const NO_LANGUAGES: [&str; 6] = ["default", "none", "text", "plaintext", "plain", "notranslate"];

/// The language of a `pre` element, by the classes that renderers and highlighters give it, what is in it or what is
/// around it; empty where none does.
pub fn language(pre: ElementRef) -> String {
    let around = pre.ancestors().take(AROUND_CODE).filter_map(ElementRef::wrap);
    let elements = pre.child_elements().take(1).chain([pre]).chain(around);
    let named = elements.filter_map(|element| {
        let value = element.value();
        let class = value.classes().find_map(|class| {
            ["language-", "lang-", "highlight-source-", "highlight-", "brush:"]
                .iter()
                .find_map(|prefix| class.strip_prefix(prefix))
        });
        class.or_else(|| value.attr("data-lang")).or_else(|| value.attr("data-language"))
    });
    let language = named.map(str::to_lowercase).next().unwrap_or_default();
    if NO_LANGUAGES.contains(&language.as_str()) { String::new() } else { language }
}
