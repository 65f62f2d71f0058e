//! One bullet of a list: the names it documents, its flags and its text.

use std::sync::LazyLock;

use regex::Regex;

use super::{
    outline::SectionId,
    parts::{self, Part, Rich, Span, Style},
    table,
    title::{NamePath, name_path},
};

/// A bullet that starts with a name.
#[derive(Debug)]
pub struct Item {
    pub names: Vec<NamePath>,
    /// What stood in parentheses before the text: `Required, Forces new resource`.
    pub flags: String,
    /// The first paragraph after names and flags, markdown.
    pub lead: String,
    /// The other parts of the bullet.
    pub body: Vec<Part>,
    /// Notes and code that follow the bullet.
    pub notes: Vec<Part>,
    /// Anchors inside the page that it links to.
    pub links: Vec<String>,
    /// Order on the page, from 1.
    pub position: u32,
    /// The sections made of the lists in `body`, in order.
    pub inner: Vec<SectionId>,
    /// Made of a heading that is a name and of the text below it: no bullet says so.
    pub implied: bool,
}

static BARE_NAME: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^\s*([a-z][a-z0-9_.]*)\s*(?:[-–—:]\s|\(|\n)").expect("a valid pattern"));
static BETWEEN: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^\s*(,|/|&|\||and|or|,\s*and|,\s*or)\s*$").expect("a valid pattern"));
/// The pointer that tfplugindocs puts after the text.
static NESTED_SCHEMA: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\s*\(see \[below for nested schema\]\(#[^)]*\)\)$").expect("a valid pattern")
});
static FLAG: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?i)^\W*(required|optional|computed|output|beta|deprecated|default|forces|sensitive|read[ -]?only|write[ -]?only|only|experimental|conflicts|string|number|bool|boolean|block|list|set|map|object|attributes|dynamic|integer|int|ephemeral|exported|immutable|known after apply|available)\b",
    )
    .expect("a valid pattern")
});

static POINTER: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)^\W*(?:see|as|same as)\b[^.]*\b(?:above|below|arguments?|reference)\b[^.]*\W*$")
        .expect("a valid pattern")
});

static WORD: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)^(?:[*_]{1,2}(?P<marked>required|optional|computed|read[- ]?only)[.:]?[*_]{1,2}[.:,]?|(?P<bare>required|optional|computed)(?:\.\s|:\s|\s[-–—]\s))")
        .expect("a valid pattern")
});

/// Whether a paragraph is written like a bullet: a name in code or strong letters, then a dash or flags, or nothing else.
pub fn is_term(text: &Rich) -> bool {
    let first = text.spans.iter().find(|span| !span.plain.trim().is_empty());
    if !first.is_some_and(|first| matches!(first.style, Style::Code | Style::Strong)) {
        return false;
    }
    let Some((_, rest)) = names(text) else { return false };
    let rest = parts::markdown(&rest);
    let rest = rest.trim();
    rest.is_empty()
        || rest.starts_with(['-', '–', '—', ':'])
        || parenthesis(rest).is_some_and(|(flag, _)| FLAG.is_match(flag))
}

/// Reads a bullet; `None` when it starts with no name.
pub fn read(parts: &[Part]) -> Option<Item> {
    let [Part::Paragraph(first), body @ ..] = parts else { return None };
    let (names, rest) = names(first)?;
    let (flags, lead) = flags(&parts::markdown(&rest));
    let lead = NESTED_SCHEMA.replace(&lead, "").into_owned();
    let links = first.local_links().chain(body.iter().flat_map(links)).map(str::to_owned).collect();
    Some(Item {
        names,
        flags,
        lead,
        body: body.to_vec(),
        notes: Vec::new(),
        links,
        position: 0,
        inner: Vec::new(),
        implied: false,
    })
}

/// The item that a heading and the text below it amount to.
pub fn of_heading(name: &NamePath, text: &[Part], position: u32) -> Item {
    let (flags, lead, body) = match text {
        [Part::Paragraph(first), body @ ..] => {
            let (flags, lead) = flags(&first.markdown());
            (flags, lead, body)
        }
        body => (String::new(), String::new(), body),
    };
    Item {
        names: vec![name.clone()],
        flags,
        lead,
        body: body.to_vec(),
        notes: Vec::new(),
        links: text.iter().flat_map(links).map(str::to_owned).collect(),
        position,
        inner: Vec::new(),
        implied: true,
    }
}

fn links(part: &Part) -> Vec<&str> {
    match part {
        Part::Paragraph(text) => text.local_links().collect(),
        _ => Vec::new(),
    }
}

impl Item {
    /// Whether it says that it is an argument.
    pub fn is_flagged(&self) -> bool {
        let flags = self.flags.to_lowercase();
        flags.contains("required") || flags.contains("optional")
    }

    /// Whether its text only sends the reader elsewhere: "See Argument Reference above."
    pub fn is_pointer(&self) -> bool {
        self.body.is_empty() && self.lead.len() < 80 && POINTER.is_match(&self.lead)
    }

    /// The lists in the bullet.
    pub fn lists(&self) -> Vec<Vec<Vec<Part>>> {
        self.body.iter().filter_map(list_of).collect()
    }

    /// The text, markdown, without the inner lists that `is_documented_apart` says are arguments of their own.
    pub fn text(&self, is_documented_apart: impl Fn(SectionId) -> bool) -> String {
        let mut inner = self.inner.iter();
        let apart = |part: &&Part| {
            !(list_of(part).is_some() && inner.next().is_some_and(|&section| is_documented_apart(section)))
        };
        let kept: Vec<Part> = self.body.iter().filter(apart).chain(&self.notes).cloned().collect();
        let rest = parts::render(&kept);
        match (self.lead.is_empty(), rest.is_empty()) {
            (_, true) => self.lead.clone(),
            (true, false) => rest,
            (false, false) => format!("{}\n\n{rest}", self.lead),
        }
    }
}

/// The bullets of a list, or of a table of arguments.
fn list_of(part: &Part) -> Option<Vec<Vec<Part>>> {
    match part {
        Part::List(items) => Some(items.clone()),
        Part::Table(rows) => table::arguments(rows),
        _ => None,
    }
}

/// The names at the start and the spans after them.
fn names(text: &Rich) -> Option<(Vec<NamePath>, Vec<Span>)> {
    let mut spans = text.spans.iter().skip_while(|span| span.plain.trim().is_empty()).peekable();
    let first = spans.peek()?;
    if first.style == Style::Text && first.link.is_empty() {
        let found = BARE_NAME.captures(&first.plain)?.get(1)?;
        let mut rest = vec![Span { plain: first.plain[found.end()..].to_owned(), ..(*first).clone() }];
        let path = name_path(found.as_str())?;
        rest.extend(spans.skip(1).cloned());
        return Some((vec![path], rest));
    }
    let mut names = vec![name_path(&spans.next()?.plain)?];
    let spans: Vec<&Span> = spans.collect();
    let mut rest = &spans[..];
    while let [between, next, after @ ..] = rest {
        let more =
            (next.style != Style::Text && BETWEEN.is_match(&between.plain)).then(|| name_path(&next.plain));
        let Some(Some(path)) = more else { break };
        names.push(path);
        rest = after;
    }
    Some((names, rest.iter().copied().cloned().collect()))
}

/// Takes the dashes and flags off the front: `- (Optional, Beta) Text` → `Optional, Beta` and `Text`.
fn flags(markdown: &str) -> (String, String) {
    let mut flags: Vec<&str> = Vec::new();
    let mut rest = strip_dash(markdown);
    // After flags in parentheses, such a word belongs to the text.
    while let Some((flag, after)) = parenthesis(rest)
        .filter(|(flag, _)| FLAG.is_match(flag))
        .or_else(|| word(rest).filter(|_| flags.is_empty()))
    {
        flags.push(flag);
        rest = strip_dash(after);
    }
    // "`name` - (Required). Text"
    let stop = rest.trim_start().strip_prefix(['.', ',', ';']);
    let rest = stop.filter(|text| text.starts_with(char::is_whitespace)).unwrap_or(rest);
    (flags.join(", "), rest.trim().to_owned())
}

/// `**Required.** Text`, `_Optional_ - Text`, `Required: text` → the word and what follows.
fn word(text: &str) -> Option<(&str, &str)> {
    let found = WORD.captures(text)?;
    let word = found.name("marked").or_else(|| found.name("bare"))?;
    Some((word.as_str(), &text[found.get(0)?.end()..]))
}

fn strip_dash(text: &str) -> &str {
    text.trim_start_matches(|c: char| c.is_whitespace() || "-–—:=".contains(c))
}

/// `(a (b)) c` → `a (b)` and ` c`; emphasis around the parenthesis is dropped.
fn parenthesis(text: &str) -> Option<(&str, &str)> {
    let inner = text.trim_start_matches(['*', '_']);
    let close = match inner.as_bytes().first()? {
        b'(' => b')',
        b'[' => b']',
        _ => return None,
    };
    let open = inner.as_bytes()[0];
    let mut depth = 0usize;
    for (i, byte) in inner.bytes().enumerate() {
        if byte == open {
            depth += 1;
        } else if byte == close {
            depth -= 1;
            if depth == 0 {
                let after = &inner[i + 1..];
                // `[text](target)` is a link.
                let is_link = open == b'[' && after.starts_with('(');
                return (!is_link).then(|| (&inner[1..i], after.trim_start_matches(['*', '_'])));
            }
        }
    }
    None
}
