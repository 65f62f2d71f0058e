//! How names, texts and queries are cut into words: the same way for all three.

use std::ops::Range;

/// The longest run of letters and digits that counts as a word, in bytes; longer ones are digests and keys.
pub const LONGEST: usize = 40;

/// Words that say nothing about a text: they are not looked up there, and a query need not find them.
const STOPWORDS: [&str; 36] = [
    "a", "an", "and", "are", "as", "at", "be", "by", "can", "do", "for", "from", "how", "i", "if", "in",
    "is", "it", "its", "my", "not", "of", "on", "or", "that", "the", "this", "to", "we", "what", "when",
    "which", "will", "with", "you", "your",
];

/// Whether a word says nothing about a text.
pub fn is_stopword(word: &str) -> bool {
    STOPWORDS.binary_search(&word).is_ok()
}

/// Where the words of a text are: runs of letters and digits.
pub fn ranges(text: &str) -> impl Iterator<Item = Range<usize>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        loop {
            let rest = text.get(at..)?;
            let start = at + rest.find(char::is_alphanumeric)?;
            let length = text[start..].find(|c: char| !c.is_alphanumeric()).unwrap_or(text.len() - start);
            at = start + length;
            if length <= LONGEST {
                return Some(start..at);
            }
        }
    })
}

/// The words of a text in lower case.
pub fn of(text: &str) -> impl Iterator<Item = String> {
    ranges(text).map(|range| text[range].to_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cuts_names_and_prose() {
        let words = |text: &str| of(text).collect::<Vec<_>>();
        assert_eq!(words("aws_s3_bucket"), ["aws", "s3", "bucket"]);
        assert_eq!(words("  The `TLS1_2` (Größe)…"), ["the", "tls1", "2", "größe"]);
        assert_eq!(words(&"x".repeat(41)), Vec::<String>::new());
        assert_eq!(words(""), Vec::<String>::new());
    }

    #[test]
    fn stopwords_are_sorted() {
        assert!(STOPWORDS.is_sorted());
        assert!(is_stopword("your") && !is_stopword("key"));
    }
}
