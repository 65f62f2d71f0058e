//! One documentation page: front matter, introduction, examples, import section, and the outline to bind.

use std::sync::LazyLock;

use regex::Regex;

use super::{
    outline::Outline,
    parts::{self, Part, Rich},
};
use crate::{
    catalog::{Example, Import},
    source::PageText,
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
    /// Identifiers in the page's title and headings: one page may describe several resources.
    pub mentions: Vec<String>,
    pub outline: Outline,
}

static IDENTIFIER: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\b[a-z][a-z0-9-]*(?:_[a-z0-9]+)+\b").expect("a valid pattern"));

/// Reads a page.
pub fn read(path: &str, page: &PageText) -> Page {
    let (front, body) = split_front_matter(&page.text);
    let parts = parts::from_markdown(body);
    let description = parts::render(introduction(&parts));
    let first = front_value(front, "description").unwrap_or_else(|| first_paragraph(&parts));
    Page {
        path: path.to_owned(),
        url: page.url.clone(),
        subcategory: front_value(front, "subcategory").unwrap_or_default(),
        summary: first_sentence(&first),
        description,
        examples: examples(&parts),
        import: import(&parts),
        mentions: mentions(&front_value(front, "page_title").unwrap_or_default(), &parts),
        outline: Outline::new(parts),
    }
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
    let start = usize::from(matches!(parts.first(), Some(Part::Heading { level: 1, .. })));
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

/// Each part with the headings around it, outermost first.
fn with_headings(parts: &[Part]) -> impl Iterator<Item = (Vec<&Rich>, &Part)> {
    let mut open: Vec<(u8, &Rich)> = Vec::new();
    parts.iter().map(move |part| {
        if let Part::Heading { level, text } = part {
            open.retain(|(outer, _)| outer < level);
            open.push((*level, text));
        }
        (open.iter().map(|(_, text)| *text).collect(), part)
    })
}

fn any_heading(headings: &[&Rich], words: &[&str]) -> bool {
    headings.iter().any(|heading| {
        let text = heading.plain().to_lowercase();
        words.iter().any(|word| text.contains(word))
    })
}

/// The HCL of the example chapters.
fn examples(parts: &[Part]) -> Vec<Example> {
    let hcl = |language: &str| matches!(language, "hcl" | "terraform" | "tf" | "");
    with_headings(parts)
        .filter_map(|(headings, part)| match part {
            Part::Code { language, code }
                if hcl(language) && any_heading(&headings, &["example", "usage"]) =>
            {
                let title =
                    headings.last().map(|heading| example_title(&heading.plain())).unwrap_or_default();
                Some(Example { title, code: code.trim_end().to_owned() })
            }
            _ => None,
        })
        .collect()
}

/// `Example Usage - Basic` → `Basic`.
fn example_title(heading: &str) -> String {
    let title = heading.trim();
    let rest =
        ["Example Usage", "Example usage", "Examples", "Example"].iter().find_map(|p| title.strip_prefix(p));
    rest.unwrap_or(title).trim_matches([' ', '-', ':', '–']).to_owned()
}

fn import(parts: &[Part]) -> Import {
    let section: Vec<Part> = with_headings(parts)
        .filter(|(headings, part)| {
            let inside = headings
                .iter()
                .skip(1)
                .any(|heading| heading.plain().trim().to_lowercase().starts_with("import"));
            inside && !matches!(part, Part::Heading { level: ..=2, .. })
        })
        .map(|(_, part)| part.clone())
        .collect();
    Import { text: parts::render(&section), ..Import::default() }
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
