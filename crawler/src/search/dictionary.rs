//! A sorted list of words, each with the ascending numbers of what has it.
//!
//! Layout: number of words; per word the end of its text and the end of its postings; the texts; the postings, which are
//! a varint for how many there are, then varints of the differences.

use std::{collections::HashMap, ops::Range};

use super::bytes::{part, push_u32, push_varint, take_varint, u32_at};

/// Collects words, then writes them.
#[derive(Debug, Default)]
pub(super) struct DictionaryBuilder {
    words: HashMap<String, Vec<u32>>,
}

impl DictionaryBuilder {
    /// Notes that `number` has `word`. Numbers come in ascending order: one that is not above the last is not noted.
    pub fn add(&mut self, word: &str, number: u32) {
        match self.words.get_mut(word) {
            Some(numbers) if numbers.last().is_some_and(|last| *last >= number) => {}
            Some(numbers) => numbers.push(number),
            None => {
                self.words.insert(word.to_owned(), vec![number]);
            }
        }
    }

    pub fn write(&self) -> Vec<u8> {
        let (mut texts, mut postings, mut ends) = (Vec::<u8>::new(), Vec::new(), Vec::new());
        let mut words: Vec<_> = self.words.iter().collect();
        words.sort_unstable();
        for (word, numbers) in words {
            texts.extend(word.as_bytes());
            push_varint(&mut postings, u32::try_from(numbers.len()).unwrap_or(u32::MAX));
            let mut last = 0;
            for number in numbers {
                push_varint(&mut postings, number - last);
                last = *number;
            }
            push_u32(&mut ends, texts.len());
            push_u32(&mut ends, postings.len());
        }
        let mut out = Vec::new();
        push_u32(&mut out, self.words.len());
        out.extend(ends);
        out.extend(texts);
        out.extend(postings);
        out
    }
}

/// Reads what [`DictionaryBuilder`] wrote.
#[derive(Debug, Clone, Copy)]
pub struct Dictionary<'a> {
    len: usize,
    ends: &'a [u8],
    texts: &'a [u8],
    postings: &'a [u8],
}

impl<'a> Dictionary<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Dictionary<'a> {
        // Each word takes eight bytes of the table, so a lie about their number is cut to what can be.
        let len = (u32_at(bytes, 0) as usize).min(bytes.len() / 8);
        let ends = part(bytes, 4, 4 + 8 * len);
        let texts_length = if len == 0 { 0 } else { u32_at(ends, 2 * len - 2) as usize };
        let texts_end = (4 + 8 * len).saturating_add(texts_length);
        Dictionary {
            len,
            ends,
            texts: part(bytes, 4 + 8 * len, texts_end),
            postings: bytes.get(texts_end..).unwrap_or_default(),
        }
    }

    pub fn len(self) -> usize {
        self.len
    }

    pub fn is_empty(self) -> bool {
        self.len == 0
    }

    /// The `i`th word, as bytes of UTF-8.
    pub fn word(self, i: usize) -> &'a [u8] {
        let start = if i == 0 { 0 } else { u32_at(self.ends, 2 * i - 2) };
        part(self.texts, start as usize, u32_at(self.ends, 2 * i) as usize)
    }

    /// What has the `i`th word.
    pub fn postings(self, i: usize) -> Postings<'a> {
        let start = if i == 0 { 0 } else { u32_at(self.ends, 2 * i - 1) };
        let mut bytes = part(self.postings, start as usize, u32_at(self.ends, 2 * i + 1) as usize);
        let left = take_varint(&mut bytes).unwrap_or(0) as usize;
        // A posting takes a byte at least.
        Postings { left: left.min(bytes.len()), bytes, last: 0 }
    }

    pub fn find(self, word: &[u8]) -> Option<usize> {
        let at = self.lower_bound(word);
        (at < self.len && self.word(at) == word).then_some(at)
    }

    /// The words that start with `prefix`.
    pub fn starting_with(self, prefix: &[u8]) -> Range<usize> {
        let start = self.lower_bound(prefix);
        let (mut low, mut high) = (start, self.len);
        while low < high {
            let middle = low.midpoint(high);
            if self.word(middle).starts_with(prefix) { low = middle + 1 } else { high = middle }
        }
        start..low
    }

    fn lower_bound(self, word: &[u8]) -> usize {
        let (mut low, mut high) = (0, self.len);
        while low < high {
            let middle = low.midpoint(high);
            if self.word(middle) < word { low = middle + 1 } else { high = middle }
        }
        low
    }
}

/// The numbers of what has a word, ascending.
#[derive(Debug, Clone)]
pub struct Postings<'a> {
    bytes: &'a [u8],
    left: usize,
    last: u32,
}

impl Iterator for Postings<'_> {
    type Item = u32;

    fn next(&mut self) -> Option<u32> {
        self.left = self.left.checked_sub(1)?;
        self.last = self.last.wrapping_add(take_varint(&mut self.bytes)?);
        Some(self.last)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (0, Some(self.left))
    }
}

impl Postings<'_> {
    /// How many are left.
    pub fn count_left(&self) -> usize {
        self.left
    }
}
