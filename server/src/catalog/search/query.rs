//! What somebody typed, read.

use cloudoven_crawler::{catalog::Kind, search::words};

use super::typo::{self, Table};

/// More of a query is not read.
const MAX_QUERY: usize = 300;
/// Words of a query that count: as many as fit into [`super::lanes`].
pub const MAX_WORDS: usize = 8;

/// How well a word matches, of 255.
pub const EXACT: u8 = 255;
/// The other number of a word.
pub const FORM: u8 = 240;
/// Two words that a name writes as one, or the other way round.
pub const JOINED: u8 = 245;
/// The initials of words in place of them.
pub const INITIALS: u8 = 225;
/// As many words may be written as their initials, from two on.
pub const MAX_INITIALS: usize = 4;
const ONE_TYPO: u8 = 150;
const TWO_TYPOS: u8 = 110;

/// Words to look for, and where.
#[derive(Debug, Default)]
pub struct Query {
    pub words: Vec<Word>,
    pub kind: Option<Kind>,
    /// Part of a source address, or the name of a provider.
    pub provider: Option<String>,
    /// A version or its beginning; without one, each provider's newest counts.
    pub version: Option<String>,
}

/// One word of a query.
#[derive(Debug, Clone)]
pub struct Word {
    pub text: String,
    /// Singular for plural and the other way round.
    pub forms: Vec<String>,
    /// Still being typed: the beginning of a word is enough.
    pub last: bool,
    /// Says nothing by itself and need not be found.
    pub optional: bool,
    /// How many typos it may have; none while something is called exactly so.
    pub typos: u8,
}

impl Query {
    /// Reads what was typed: words, and filters as in `kind:data provider:aws version:5.50.0`.
    pub fn read(text: &str) -> Query {
        let text = &text[..text.floor_char_boundary(MAX_QUERY)];
        let mut query = Query::default();
        for piece in text.split_whitespace() {
            if !query.filter(piece) {
                query.words.extend(words::of(piece).map(|word| Word::new(&word)));
            }
        }
        query.words.truncate(MAX_WORDS);
        // "how to" is what it says when there is nothing else.
        if query.words.iter().all(|w| w.optional) {
            query.words.iter_mut().for_each(|w| w.optional = false);
        }
        if let Some(word) = query.words.last_mut() {
            word.last = true;
        }
        query
    }

    /// Whether `piece` was a filter, which is then set.
    fn filter(&mut self, piece: &str) -> bool {
        let Some((name, value)) = piece.split_once(':').filter(|(_, value)| !value.is_empty()) else {
            return false;
        };
        match name {
            "kind" => match kind(value) {
                Some(kind) => self.kind = Some(kind),
                None => return false,
            },
            "provider" => self.provider = Some(value.to_lowercase()),
            "version" => self.version = Some(value.to_owned()),
            _ => return false,
        }
        true
    }
}

/// A kind by its keyword in Terraform or by its name in addresses.
pub fn kind(text: &str) -> Option<Kind> {
    match text {
        "resource" => Some(Kind::Resource),
        "data" | "data-source" => Some(Kind::DataSource),
        "ephemeral" | "ephemeral-resource" => Some(Kind::EphemeralResource),
        "function" => Some(Kind::Function),
        "provider" => Some(Kind::Provider),
        _ => None,
    }
}

impl Word {
    fn new(text: &str) -> Word {
        Word {
            forms: forms(text),
            optional: words::is_stopword(text),
            text: text.to_owned(),
            last: false,
            typos: 0,
        }
    }

    /// Whether words that only begin like it are looked for.
    pub fn reaches(&self) -> bool {
        self.last || self.text.len() > 2
    }

    /// How well a longer word matches by its beginning.
    pub fn beginning(&self, length: usize) -> u8 {
        let (floor, span) = if self.last { (140, 90) } else { (110, 70) };
        floor + u8::try_from(span * self.text.len() / length.max(1)).unwrap_or(0).min(90)
    }

    /// How well it matches with typos.
    pub fn mistyped(distance: u8) -> u8 {
        match distance {
            0 => EXACT,
            1 => ONE_TYPO,
            _ => TWO_TYPOS,
        }
    }

    /// How well it matches a word of a name or a text, and how much of that; `None` when it doesn't.
    pub fn matches(&self, token: &str) -> Option<(u8, usize)> {
        if self.text == token {
            return Some((EXACT, token.len()));
        }
        if self.forms.iter().any(|form| form == token) {
            return Some((FORM, token.len()));
        }
        if self.reaches() && token.starts_with(&self.text) {
            return Some((self.beginning(token.len()), self.text.len()));
        }
        if self.typos == 0 {
            return None;
        }
        let distance = self.table().distance(token.as_bytes())?;
        Some((Word::mistyped(distance), token.len()))
    }

    pub fn table(&self) -> Table<'_> {
        Table::new(&self.text, self.typos, self.last && self.text.len() > 4)
    }

    /// Lets it have as many typos as a word of its length may.
    pub fn forgive(&mut self) {
        self.typos = typo::allowed(&self.text);
    }
}

/// The first letters of words: `lb` for "load balancer".
pub fn initials(words: &[Word]) -> String {
    words.iter().filter_map(|word| word.text.chars().next()).collect()
}

fn forms(word: &str) -> Vec<String> {
    let mut forms = Vec::new();
    if word.len() < 3 || !word.is_ascii() {
        return forms;
    }
    if let Some(stem) = word.strip_suffix("ies") {
        forms.push(format!("{stem}y"));
    }
    if let Some(stem) = word.strip_suffix("es") {
        forms.push(stem.to_owned());
    }
    match word.strip_suffix('s') {
        Some(stem) if !stem.ends_with('s') => forms.push(stem.to_owned()),
        Some(_) => {}
        None => forms.push(format!("{word}s")),
    }
    if let Some(stem) = word.strip_suffix('y') {
        forms.push(format!("{stem}ies"));
    }
    forms
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_words_and_filters() {
        let query = Query::read("Kind:x kind:data provider:AWS the S3_bucket version:5.5");
        let words: Vec<(&str, bool)> = query.words.iter().map(|w| (w.text.as_str(), w.optional)).collect();
        assert_eq!(words, [("kind", false), ("x", false), ("the", true), ("s3", false), ("bucket", false)]);
        assert_eq!((query.kind, query.provider.as_deref()), (Some(Kind::DataSource), Some("aws")));
        assert_eq!(query.version.as_deref(), Some("5.5"));
        assert!(query.words[4].last && !query.words[3].last);
    }

    #[test]
    fn hostile_queries_are_cut() {
        assert_eq!(Query::read(&"word ".repeat(10_000)).words.len(), MAX_WORDS);
        assert!(Query::read(&"x".repeat(1 << 20)).words.is_empty());
        assert!(Query::read("\0\u{1b}[2J\u{202e} %_'\";--").words.iter().all(|w| w.text.len() < 3));
        assert!(Query::read(&"ä".repeat(151)).words.is_empty());
    }

    #[test]
    fn words_match() {
        let word = |text: &str| Query::read(text).words.remove(0);
        assert_eq!(word("policies").matches("policy"), Some((FORM, 6)));
        assert_eq!(word("bucket").matches("buckets"), Some((FORM, 7)));
        assert_eq!(word("address").matches("addres"), None);
        assert!(
            word("post").matches("postgresql").is_some_and(|(quality, length)| quality > 100 && length == 4)
        );
        let mut word = word("acount");
        assert_eq!(word.matches("account"), None);
        word.forgive();
        assert_eq!(word.matches("account"), Some((ONE_TYPO, 7)));
    }
}
