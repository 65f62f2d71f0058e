//! JSON texts with the places of what is in them: objects by `serde_json`, places by where its borrowed pieces lie in the text.

use std::{fmt, ops::Range};

use serde::{
    Deserialize, Deserializer,
    de::{IgnoredAny, MapAccess, Visitor},
};
use serde_json::value::RawValue;

/// Deepest nesting of a file. Beyond what anybody writes, and what we walk need not be deeper.
pub(super) const MAX_DEPTH: usize = 128;

/// Why a text cannot be read, and the byte where that shows.
pub(super) type Fault = (usize, String);

/// A piece of a text that is read already.
#[derive(Debug, Clone, Copy)]
pub(super) struct Piece<'t> {
    /// The whole text.
    text: &'t str,
    code: &'t str,
}

/// A property: its name, where that stands, and the value.
#[derive(Debug)]
pub(super) struct Entry<'t> {
    pub key: String,
    pub key_span: Range<usize>,
    pub value: Piece<'t>,
}

/// Checks that a text is JSON, and not nested too deep.
///
/// # Errors
/// The first fault.
pub(super) fn read(text: &str) -> Result<Piece<'_>, Fault> {
    // This does not recurse: it takes any nesting.
    if let Err(error) = serde_json::from_str::<IgnoredAny>(text) {
        let said = error.to_string();
        let message = said.rsplit_once(" at line ").map_or(said.as_str(), |(message, _)| message);
        return Err((offset(text, error.line(), error.column()), format!("this is no JSON: {message}")));
    }
    let mut depth = 0usize;
    for token in tokens(text) {
        match text.as_bytes()[token.start] {
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth -= 1,
            _ => {}
        }
        if depth > MAX_DEPTH {
            return Err((token.start, format!("this is nested deeper than {MAX_DEPTH} levels")));
        }
    }
    Ok(Piece { text, code: text.trim() })
}

/// `serde_json` counts lines from 1 and columns in bytes.
fn offset(text: &str, line: usize, column: usize) -> usize {
    let start = match line.checked_sub(2) {
        None => 0,
        Some(n) => memchr::memchr_iter(b'\n', text.as_bytes()).nth(n).map_or(text.len(), |at| at + 1),
    };
    text.floor_char_boundary((start + column.saturating_sub(1)).min(text.len()))
}

/// The brackets, colons and strings of a text that is JSON, in order.
pub(super) fn tokens(text: &str) -> impl Iterator<Item = Range<usize>> {
    let bytes = text.as_bytes();
    let mut at = 0;
    std::iter::from_fn(move || {
        let start = at + bytes.get(at..)?.iter().position(|b| b"{}[]:\"".contains(b))?;
        at = start + 1;
        if bytes[start] == b'"' {
            while bytes.get(at).is_some_and(|b| *b != b'"') {
                at += if bytes[at] == b'\\' { 2 } else { 1 };
            }
            at += 1;
        }
        Some(start..at.min(bytes.len()))
    })
}

impl<'t> Piece<'t> {
    fn of(self, raw: &'t RawValue) -> Piece<'t> {
        Piece { text: self.text, code: raw.get() }
    }

    pub(super) fn span(self) -> Range<usize> {
        let start = self.code.as_ptr() as usize - self.text.as_ptr() as usize;
        start..start + self.code.len()
    }

    pub(super) fn code(self) -> &'t str {
        self.code
    }

    pub(super) fn is_object(self) -> bool {
        self.code.starts_with('{')
    }

    /// The text of a string.
    pub(super) fn string(self) -> Option<String> {
        serde_json::from_str(self.code).ok()
    }

    /// The object that it is, or the objects that it is a list of.
    pub(super) fn objects(self) -> Vec<Piece<'t>> {
        if self.is_object() {
            return vec![self];
        }
        let items: Vec<&RawValue> = serde_json::from_str(self.code).unwrap_or_default();
        items.into_iter().map(|item| self.of(item)).filter(|item| item.is_object()).collect()
    }

    /// The properties of an object, or of each object of a list. What is called `//` is a comment.
    pub(super) fn entries(self) -> Vec<Entry<'t>> {
        let entry = |(key, value): (&'t RawValue, &'t RawValue)| {
            let key = self.of(key);
            Entry { key: key.string().unwrap_or_default(), key_span: key.span(), value: self.of(value) }
        };
        let pairs =
            |object: Piece<'t>| serde_json::from_str(object.code).map_or(Vec::new(), |Pairs(pairs)| pairs);
        let all = self.objects().into_iter().flat_map(pairs).map(entry);
        all.filter(|entry| entry.key != "//").collect()
    }

    /// The text of a property that is a string.
    pub(super) fn text(self, name: &str) -> Option<String> {
        self.get(name)?.string()
    }

    /// The last property of a name.
    pub(super) fn get(self, name: &str) -> Option<Piece<'t>> {
        self.entries().into_iter().rev().find(|entry| entry.key == name).map(|entry| entry.value)
    }
}

/// The properties of an object in their order, those of one name as well.
struct Pairs<'t>(Vec<(&'t RawValue, &'t RawValue)>);

impl<'de> Deserialize<'de> for Pairs<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Pairs<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    pairs.push(pair);
                }
                Ok(Pairs(pairs))
            }
        }
        deserializer.deserialize_map(Reader)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn properties_are_where_they_stand() {
        let text = " {\"ä\": [{\"b\": 1}, {\"b\": 2, \"//\": 3}], \"\\u0063\": 1e999}\n";
        let root = read(text).unwrap();
        let [a, c] = &root.entries()[..] else { panic!("two properties") };
        assert_eq!((a.key.as_str(), c.key.as_str()), ("ä", "c"));
        assert_eq!((&text[a.key_span.clone()], &text[c.key_span.clone()]), ("\"ä\"", "\"\\u0063\""));
        let inner: Vec<_> = a.value.entries().iter().map(|e| text[e.value.span()].to_owned()).collect();
        assert_eq!(inner, ["1", "2"]);
        assert_eq!(c.value.code(), "1e999");
    }

    #[test]
    fn faults_have_a_place() {
        for (text, at) in
            [("", 0), ("{\n \"a\": 1,\n}", 11), ("{\"ä\": x}", 7), ("[1] 2", 4), ("{\"a\" 1}", 5)]
        {
            assert_eq!(read(text).unwrap_err().0, at, "{text}");
        }
        let deep = format!("{}{}", "[".repeat(500_000), "]".repeat(500_000));
        assert_eq!(read(&deep).unwrap_err().0, MAX_DEPTH);
        assert!(read(&"[".repeat(500_000)).is_err());
        assert!(read(&format!("{}{}", "[".repeat(MAX_DEPTH), "]".repeat(MAX_DEPTH))).is_ok());
    }
}
