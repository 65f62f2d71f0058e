//! One documentation page: front matter, introduction, what it is about, and the outline to bind; `chapters` reads its
//! examples, imports and timeouts.

use std::sync::LazyLock;

use regex::Regex;

use super::{
    chapters,
    outline::Outline,
    parts::{self, Part},
    reader,
    site::Head,
};
use crate::{
    catalog::{Example, Import, Kind, Timeout},
    source::{PageFormat, PageText},
};

/// A page, read.
#[derive(Debug)]
pub struct Page {
    /// Inside the documentation folder.
    pub path: String,
    /// Where it can be read; may be empty.
    pub url: String,
    pub subcategory: String,
    /// First sentence, plain text.
    pub summary: String,
    /// The introduction, markdown.
    pub description: String,
    pub examples: Vec<Example>,
    pub import: Import,
    pub timeouts: Vec<Timeout>,
    /// What its title says that it describes.
    pub kind: Option<Kind>,
    /// The type that its examples configure most.
    pub exemplified: Option<String>,
    /// Identifiers in the page's title and headings: one page may describe several resources.
    pub mentions: Vec<String>,
    pub outline: Outline,
}

static IDENTIFIER: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\b[a-z][a-z0-9-]*(?:_[a-z0-9]+)+\b").expect("a valid pattern"));

/// Reads a page.
pub fn read(path: &str, page: &PageText) -> Page {
    let (front, body) = match page.format {
        PageFormat::Markdown => split_front_matter(&page.text),
        PageFormat::Html => ("", ""),
    };
    let (parts, head) = match page.format {
        PageFormat::Markdown => (reader::from_markdown(body), Head::default()),
        PageFormat::Html => reader::from_html(&page.text),
    };
    let examples = chapters::examples(&parts);
    let title = front_value(front, "page_title").unwrap_or(head.title);
    Page {
        path: path.to_owned(),
        url: page.url.clone(),
        subcategory: front_value(front, "subcategory").unwrap_or_default(),
        summary: summary(front, &head.description, &parts),
        description: parts::render(introduction(&parts)),
        import: chapters::import(&parts),
        kind: kind(&title, &parts),
        exemplified: chapters::exemplified(&examples),
        examples,
        mentions: mentions(&title, &parts),
        timeouts: Vec::new(),
        outline: Outline::new(parts),
    }
    .with_timeouts()
}

impl Page {
    fn with_timeouts(mut self) -> Self {
        self.timeouts = chapters::timeouts(&self.outline);
        self
    }
}

/// The first sentence of the front matter's description, of the one that a site gives in the page's head, else of the
/// introduction.
fn summary(front: &str, head: &str, parts: &[Part]) -> String {
    let given = front_value(front, "description").map(|text| plain(&text));
    let from_head = || Some(head.to_owned()).filter(|head| !head.is_empty());
    first_sentence(&given.or_else(from_head).unwrap_or_else(|| first_paragraph(parts)))
}

/// Markdown without its markup.
fn plain(markdown: &str) -> String {
    let first = reader::from_markdown(markdown).into_iter().find_map(|part| match part {
        Part::Paragraph(text) => Some(text.plain()),
        _ => None,
    });
    first.unwrap_or_else(|| markdown.to_owned())
}

/// The YAML between the first two `---` lines, and what follows.
fn split_front_matter(text: &str) -> (&str, &str) {
    let text = text.trim_start_matches('\u{feff}');
    let Some(rest) = text.strip_prefix("---").filter(|rest| rest.starts_with(['\n', '\r'])) else {
        return ("", text);
    };
    match rest.find("\n---") {
        Some(end) => {
            let after = &rest[end + 4..];
            (&rest[..end], after.find('\n').map_or("", |line| &after[line..]))
        }
        None => ("", text),
    }
}

/// A top-level scalar of the front matter: plain, quoted, or a `|` or `>` block.
fn front_value(front: &str, key: &str) -> Option<String> {
    let mut lines = front.lines();
    let value = lines.by_ref().find_map(|line| line.strip_prefix(key)?.strip_prefix(':'))?.trim();
    let text = if value.starts_with(['|', '>']) {
        let block: Vec<&str> = lines
            .take_while(|line| line.is_empty() || line.starts_with([' ', '\t']))
            .map(str::trim)
            .collect();
        block.join("\n").trim().to_owned()
    } else {
        value.trim_matches(['"', '\'']).to_owned()
    };
    (!text.is_empty()).then_some(text)
}

/// What stands before the first chapter, without the page's title.
fn introduction(parts: &[Part]) -> &[Part] {
    let title = parts.iter().position(|part| matches!(part, Part::Heading { level: 1, .. }));
    let start = title.map_or(0, |title| title + 1);
    let length = parts[start..].iter().take_while(|part| !matches!(part, Part::Heading { .. })).count();
    &parts[start..start + length]
}

fn first_paragraph(parts: &[Part]) -> String {
    let paragraph = introduction(parts).iter().find_map(|part| match part {
        Part::Paragraph(text) => Some(text.plain()),
        _ => None,
    });
    paragraph.unwrap_or_default()
}

/// Up to the first full stop that ends a sentence; at most about two lines.
pub(crate) fn first_sentence(text: &str) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let end = text.find(". ").map_or(text.len(), |end| end + 1);
    let mut sentence = text[..end].to_owned();
    if sentence.chars().count() > 240 {
        sentence = sentence.chars().take(239).collect::<String>() + "…";
    }
    sentence
}

static KIND: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)\b(?:(ephemeral)|(data[ -]?source|data)|(function)|(resource))\b")
        .expect("a valid pattern")
});

/// "Resource: cloud_server", "cloud_server (Data Source)".
fn kind(title: &str, parts: &[Part]) -> Option<Kind> {
    let heading = parts.iter().find_map(|part| match part {
        Part::Heading { level: 1, text } => Some(text.plain()),
        _ => None,
    });
    let of = |text: &str| {
        let found = KIND.captures(text)?;
        let kinds = [Kind::EphemeralResource, Kind::DataSource, Kind::Function, Kind::Resource];
        (1..).zip(kinds).find_map(|(group, kind)| found.get(group).map(|_| kind))
    };
    heading.as_deref().and_then(of).or_else(|| of(title))
}

fn mentions(page_title: &str, parts: &[Part]) -> Vec<String> {
    let headings = parts.iter().filter_map(|part| match part {
        Part::Heading { level: ..=2, text } => Some(text.plain()),
        _ => None,
    });
    let mut found: Vec<String> = std::iter::once(page_title.to_owned())
        .chain(headings)
        .flat_map(|text| {
            IDENTIFIER.find_iter(&text).map(|found| found.as_str().to_owned()).collect::<Vec<_>>()
        })
        .collect();
    found.sort();
    found.dedup();
    found
}
