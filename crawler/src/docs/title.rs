//! What a heading or an introducing paragraph says its section is about.

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
    /// Examples, imports, prose.
    Other,
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
    /// Names that the words may mean, likeliest first.
    pub guesses: Vec<String>,
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
static IDENTIFIER: LazyLock<Regex> = LazyLock::new(|| regex(r"\b[a-z][a-z0-9]*(_[a-z0-9]+)+\b"));
static VERB: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"(?i)\b(support|export|contain|accept|consist|has|have|includ|requir|provide|expose|expect|follow|attributes are|arguments are|as follows|takes?\b|allows?\b)",
    )
});
static INSIDE: LazyLock<Regex> = LazyLock::new(|| {
    regex(r"(?i)\b(within|inside|in|of|under|for|from)(\s+(the|a|an|each|every|its|parent))*\s*[(\[]*$")
});
static LIST_OF_NAMES: LazyLock<Regex> =
    LazyLock::new(|| regex(r"(?i)^\s*(,|/|&|and|or|,\s*and|,\s*or)\s*(the\s+)?$"));
static BLOCK_WORD: LazyLock<Regex> =
    LazyLock::new(|| regex(r"(?i)\s+(nested\s+)?(blocks?|objects?|sub-?blocks?)\b"));
static NOT_ARGUMENTS: LazyLock<Regex> =
    LazyLock::new(|| regex(r"(?i)\bvalues?\b|\bexamples?\b|\bpermissions?\b|\bcommands?\b|^\s*(when|if)\b"));

fn regex(pattern: &str) -> Regex {
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
    let (names, within) = named(&text.spans);
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

/// Reads a paragraph that stands before a list; `None` when it introduces nothing new.
pub fn of_introduction(text: &Rich) -> Option<Title> {
    let plain = text.plain();
    let path = path_of(&text.anchors);
    let role = role_of_introduction(&plain);
    let prose: String =
        text.spans.iter().filter(|s| s.style != Style::Code).map(|s| s.plain.as_str()).collect();
    let (names, within) = if NOT_ARGUMENTS.is_match(&prose) { Default::default() } else { introduced(text) };
    if path.is_none() && names.is_empty() && role.is_none() {
        return None;
    }
    Some(Title {
        path,
        names,
        within,
        text: plain.trim().to_owned(),
        role,
        anchors: text.anchors.clone(),
        ..Title::default()
    })
}

impl Title {
    /// The title of a list inside an item of these names.
    pub fn of_list(names: &[NamePath]) -> Self {
        let text = names.iter().map(|path| path.join(".")).collect::<Vec<_>>().join(", ");
        Title { names: names.to_vec(), text, ..Title::default() }
    }
}

fn path_of(anchors: &[String]) -> Option<NamePath> {
    anchors
        .iter()
        .find_map(|anchor| PATH_ANCHORS.iter().find_map(|prefix| anchor.strip_prefix(prefix)))
        .map(|path| path.split("--").map(str::to_owned).collect())
}

/// The names in a heading, and those of the blocks around its subject.
fn named(spans: &[Span]) -> (Vec<NamePath>, Vec<String>) {
    let (mut names, mut within) = (Vec::new(), Vec::new());
    let mut before = String::new();
    let mut inside = false;
    for span in spans {
        let path = (span.style == Style::Code).then(|| name_path(&span.plain)).flatten();
        let Some(path) = path else {
            before.push_str(&span.plain);
            continue;
        };
        // `y and z` go on being what the first of them is.
        if !LIST_OF_NAMES.is_match(&before) {
            inside = !names.is_empty() && INSIDE.is_match(&before);
        }
        if inside {
            within.extend(path)
        } else {
            names.push(path)
        }
        before.clear();
    }
    (names, within)
}

/// The names that a paragraph introduces: those before its verb, else those that it says the list is for.
fn introduced(text: &Rich) -> (Vec<NamePath>, Vec<String>) {
    let spans = &text.spans;
    let verb = spans.iter().position(|span| span.style != Style::Code && VERB.is_match(&span.plain));
    let Some(verb) = verb else { return Default::default() };
    let start = VERB.find(&spans[verb].plain).map_or(0, |found| found.start());
    let mut head = spans[..verb].to_vec();
    head.push(Span { plain: spans[verb].plain[..start].to_owned(), ..spans[verb].clone() });
    let found = named(&head);
    if !found.0.is_empty() {
        return found;
    }
    let tail = &spans[verb..];
    let after =
        tail.windows(2).position(|pair| pair[1].style == Style::Code && INSIDE.is_match(&pair[0].plain));
    match after {
        Some(i) => named(&tail[i + 1..]),
        None => (block_in_words(&head), Vec::new()),
    }
}

/// "Parameter blocks" → `parameter`.
fn block_in_words(head: &[Span]) -> Vec<NamePath> {
    let words: String = head.iter().map(|span| span.plain.as_str()).collect();
    let subject = BLOCK_WORD.find(&words).map(|block| &words[..block.start()]);
    subject.into_iter().flat_map(guess).map(|name| vec![name]).collect()
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

fn role_of_introduction(plain: &str) -> Option<Role> {
    let text = plain.to_lowercase();
    let exported = text.contains("export") || text.contains("attributes are available");
    if exported {
        Some(Role::Attributes)
    } else if text.contains("arguments are") || text.contains("following arguments") {
        Some(Role::Arguments)
    } else {
        None
    }
}

/// Words that say what kind of thing a heading's subject is.
const KIND_WORDS: [&str; 19] = [
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
];

/// `EBS Block Device Configuration` → `ebs_block_device_configuration`, `ebs_block_device`.
fn guess(plain: &str) -> Vec<String> {
    let lower = plain.to_lowercase();
    let mut guesses: Vec<String> =
        IDENTIFIER.find_iter(&lower).map(|found| found.as_str().to_owned()).collect();
    let mut words: Vec<&str> =
        lower.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').filter(|w| !w.is_empty()).collect();
    if words.len() > 8 {
        return guesses;
    }
    while !words.is_empty() {
        guesses.push(words.join("_"));
        if words.last().is_some_and(|word| KIND_WORDS.contains(word)) {
            words.pop();
        } else if words.first().is_some_and(|word| KIND_WORDS.contains(word)) {
            words.remove(0);
        } else {
            break;
        }
    }
    guesses
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
