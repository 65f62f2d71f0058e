//! What a heading says its section is about; `introduction` does the same for paragraphs.

use std::sync::LazyLock;

use regex::Regex;

use super::parts::{Rich, Span, Style};

/// What a section's items are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// What a configuration may set.
    Arguments,
    /// What the provider gives back.
    Attributes,
    /// Examples, imports.
    Other,
    /// The page doesn't say.
    Unknown,
}

/// A name as a page writes it, split at the dots: `settings.backup.location`.
pub type NamePath = Vec<String>;

/// The possible subjects of a section.
#[derive(Debug, Clone, Default)]
pub struct Title {
    /// The path from the root, where an anchor of the documentation generator gives it.
    pub path: Option<NamePath>,
    /// Names written as code: certain.
    pub names: Vec<NamePath>,
    /// What the words may mean, likeliest first; each is one name or several that the section is about together.
    pub guesses: Vec<Vec<NamePath>>,
    /// The heading's words in lower case; empty for anything but a heading.
    pub words: String,
    /// As the page writes it, without markup.
    pub text: String,
    /// Names of blocks that the subject is said to be in.
    pub within: Vec<String>,
    pub role: Option<Role>,
    /// Anchors that lead here.
    pub anchors: Vec<String>,
}

/// tfplugindocs gives each nested schema an anchor with its path.
const PATH_ANCHORS: [&str; 3] = ["nestedblock--", "nestedatt--", "nestedobjatt--"];

static NAME: LazyLock<Regex> =
    LazyLock::new(|| regex(r"^[A-Za-z][A-Za-z0-9_]*(\.([A-Za-z0-9_]+|\*|#))*(\[\*?\]|\.)?$"));
/// What some pages write between the names of a path.
static SEPARATOR: LazyLock<Regex> = LazyLock::new(|| regex(r"\s*(?:::|->|→|»|>|/|:\s)\s*"));
/// A path that stands in plain words.
static DOTTED: LazyLock<Regex> =
    LazyLock::new(|| regex(r"^[a-z][a-z0-9]*(_[a-z0-9]+)*(\.[a-z][a-z0-9]*(_[a-z0-9]+)*)+$"));
static AND: LazyLock<Regex> = LazyLock::new(|| regex(r"\s*,\s*(?:and\s+|or\s+)?|\s+(?:and|or|&)\s+|\s*/\s*"));
static IDENTIFIER: LazyLock<Regex> = LazyLock::new(|| regex(r"\b[a-z][a-z0-9]*(_[a-z0-9]+)+\b"));
pub(super) static INSIDE: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"(?i)\b(within|inside|in|of|under|for|from)(\s+(the|a|an|each|every|its|parent|nested|following))*\s*[(\[]*$",
    )
});
/// What stands before a name that the list is not about.
static EXCEPT: LazyLock<Regex> = LazyLock::new(|| {
    regex(r"(?i)\b(except|excluding|without|besides|other than|not)(\s+(the|for|a|an))*\s*$")
});
static LIST_OF_NAMES: LazyLock<Regex> =
    LazyLock::new(|| regex(r"(?i)^\s*(,|/|&|and|or|,\s*and|,\s*or)\s*(the\s+)?$"));
pub(super) fn regex(pattern: &str) -> Regex {
    Regex::new(pattern).expect("a valid pattern")
}

/// `settings.0.location` → `["settings", "location"]`; `None` when it is no name.
pub fn name_path(text: &str) -> Option<NamePath> {
    let text = text.trim();
    if text.len() > 200 || !NAME.is_match(text) {
        return None;
    }
    let parts = text
        .trim_end_matches(['[', ']', '*', '.'])
        .split('.')
        .filter(|part| !part.bytes().all(|b| b.is_ascii_digit() || b == b'*' || b == b'#'))
        .map(str::to_owned)
        .collect();
    Some(parts)
}

/// Reads a heading.
pub fn of_heading(text: &Rich) -> Title {
    let plain = text.plain();
    let mut anchors = text.anchors.clone();
    anchors.push(slug(&plain));
    let (mut names, within) = named(&text.spans);
    if names.is_empty() {
        names.extend(plain.split_whitespace().filter(|word| DOTTED.is_match(word)).filter_map(name_path));
    }
    let guesses = if names.is_empty() { guess(&plain) } else { Vec::new() };
    Title {
        path: path_of(&text.anchors),
        names,
        guesses,
        words: plain.trim().to_lowercase(),
        text: plain.trim().to_owned(),
        within,
        role: role_of_heading(text),
        anchors,
    }
}

impl Title {
    /// The title of a list inside an item of these names.
    pub fn of_list(names: &[NamePath]) -> Self {
        let text = names.iter().map(|path| path.join(".")).collect::<Vec<_>>().join(", ");
        Title { names: names.to_vec(), text, ..Title::default() }
    }

    /// Whether it says no more than that there are arguments: "Optional", "The following arguments are supported:".
    pub fn is_general(&self) -> bool {
        self.names.is_empty()
            && self
                .guesses
                .iter()
                .flatten()
                .flatten()
                .all(|guess| guess.split('_').all(|word| GENERAL.contains(&word)))
    }

    /// The one name that a heading consists of, besides words for its kind.
    pub fn sole_name(&self) -> Option<&NamePath> {
        let only = match (&self.names[..], &self.guesses[..]) {
            ([name], _) => name,
            ([], [names]) if names.len() == 1 && !self.words.is_empty() => &names[0],
            _ => return None,
        };
        let mut words =
            self.words.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|w| !w.is_empty());
        let part = |word: &str| only.iter().any(|name| name.eq_ignore_ascii_case(word));
        words.all(|word| part(word) || KIND_WORDS.contains(&word) || GENERAL.contains(&word)).then_some(only)
    }

    /// Whether the section is on how long operations may take.
    pub fn is_about_timeouts(&self) -> bool {
        self.text.to_lowercase().contains("timeouts")
    }
}

pub(super) fn path_of(anchors: &[String]) -> Option<NamePath> {
    anchors
        .iter()
        .find_map(|anchor| PATH_ANCHORS.iter().find_map(|prefix| anchor.strip_prefix(prefix)))
        .map(|path| path.split("--").map(str::to_owned).collect())
}

/// The names in a heading, and those of the blocks around its subject.
pub(super) fn named(spans: &[Span]) -> (Vec<NamePath>, Vec<String>) {
    let (mut names, mut within) = (Vec::new(), Vec::new());
    let mut before = String::new();
    let mut inside = false;
    for span in spans {
        let path = (span.style == Style::Code)
            .then(|| name_path(&SEPARATOR.replace_all(&span.plain, ".")))
            .flatten();
        let Some(path) = path else {
            before.push_str(&span.plain);
            continue;
        };
        // `y and z` go on being what the first of them is.
        if !LIST_OF_NAMES.is_match(&before) {
            inside = !names.is_empty() && INSIDE.is_match(&before);
        }
        match (EXCEPT.is_match(&before), inside) {
            (true, _) => {}
            (false, true) => within.extend(path),
            (false, false) => names.push(path),
        }
        before.clear();
    }
    (names, within)
}

fn role_of_heading(text: &Rich) -> Option<Role> {
    let words: String =
        text.spans.iter().filter(|s| s.style != Style::Code).map(|s| s.plain.to_lowercase()).collect();
    let has = |needles: &[&str]| needles.iter().any(|needle| words.contains(needle));
    if has(&["example", "import", "usage"]) && !has(&["argument"]) {
        Some(Role::Other)
    } else if has(&["argument", "schema", "inputs", "parameters", "timeouts"]) {
        Some(Role::Arguments)
    } else if has(&[
        "attributes reference",
        "attribute reference",
        "read-only",
        "outputs",
        "exported",
        "attributes",
    ]) {
        Some(Role::Attributes)
    } else {
        None
    }
}

/// Words of titles that name nothing.
const GENERAL: [&str; 30] = [
    "required",
    "optional",
    "read",
    "only",
    "argument",
    "arguments",
    "attribute",
    "attributes",
    "reference",
    "references",
    "computed",
    "schema",
    "input",
    "inputs",
    "output",
    "outputs",
    "exported",
    "supported",
    "common",
    "general",
    "basic",
    "other",
    "additional",
    "nested",
    "properties",
    "parameters",
    "options",
    "fields",
    "settings",
    "configuration",
];

/// Words that say what kind of thing a heading's subject is.
const KIND_WORDS: [&str; 29] = [
    "block",
    "blocks",
    "configuration",
    "argument",
    "arguments",
    "reference",
    "nested",
    "object",
    "objects",
    "attributes",
    "options",
    "fields",
    "the",
    "a",
    "an",
    "each",
    "structure",
    "parameters",
    "for",
    "properties",
    "settings",
    "section",
    "list",
    "one",
    "in",
    "of",
    "its",
    "and",
    "sub",
];

/// Words of a longer subject that may still be its name: "Targets say which machines …".
const LEADING_WORDS: usize = 3;
/// A subject of more words is a sentence.
const MAX_WORDS: usize = 8;

/// `EBS Block Device Configuration` → `ebs_block_device_configuration`, `ebs_block_device`; `Ingress and egress` →
/// both.
pub(super) fn guess(plain: &str) -> Vec<Vec<NamePath>> {
    let lower = plain.to_lowercase();
    let words = words_of(&lower);
    let mut guesses: Vec<Vec<NamePath>> = Vec::new();
    if words.len() <= MAX_WORDS {
        // "vpc_connectivity client_authentication Argument Reference": names in a row are a path.
        let path: Vec<_> = words.iter().filter(|word| !is_kind(word)).map(|w| (*w).to_owned()).collect();
        if path.len() > 1 && path.iter().any(|word| word.contains('_')) {
            guesses.push(vec![path]);
        }
    }
    let parts: Vec<&str> = AND.split(&lower).filter(|part| !part.trim().is_empty()).collect();
    if parts.len() > 1 {
        let each = parts.iter().filter_map(|part| shortened(words_of(part)).pop());
        guesses.push(each.map(|name| vec![name]).collect());
    }
    guesses.extend(IDENTIFIER.find_iter(&lower).map(|found| vec![vec![found.as_str().to_owned()]]));
    let joined = if words.len() > MAX_WORDS {
        (1..=LEADING_WORDS).rev().map(|count| words[..count].join("_")).collect()
    } else {
        shortened(words)
    };
    guesses.extend(joined.into_iter().map(|name| vec![vec![name]]));
    // A word for a kind is a name where it is all there is: "### configuration".
    let sole = words_of(&lower).len() == 1 && lower.trim().len() > 3;
    guesses.retain(|names| sole || !names.iter().flatten().all(|name| is_kind(&name.as_str())));
    guesses
}

fn words_of(lower: &str) -> Vec<&str> {
    lower.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').filter(|word| !word.is_empty()).collect()
}

fn is_kind(word: &&str) -> bool {
    KIND_WORDS.contains(word)
}

/// The words joined, with fewer and fewer of those that only say what kind of thing it is.
fn shortened(mut words: Vec<&str>) -> Vec<String> {
    let mut names = Vec::new();
    while !words.is_empty() && words.len() <= MAX_WORDS {
        names.push(words.join("_"));
        if words.last().is_some_and(is_kind) {
            words.pop();
        } else if words.first().is_some_and(is_kind) {
            words.remove(0);
        } else {
            break;
        }
    }
    names
}

/// The anchor that documentation sites give a heading.
fn slug(plain: &str) -> String {
    plain
        .trim()
        .chars()
        .filter_map(|c| match c {
            ' ' => Some('-'),
            c if c.is_alphanumeric() || c == '-' || c == '_' => Some(c.to_ascii_lowercase()),
            _ => None,
        })
        .collect()
}
