//! Which of an index's entries have which words of a query.

use std::ops::Range;

use cloudoven_crawler::search::Dictionary;

use super::query::{EXACT, FORM, JOINED, MAX_WORDS, Word};
use super::typo;

/// Per entry a byte for each word of the query: how well it matches, 0 where it doesn't.
#[derive(Debug)]
pub struct Lanes(Vec<u64>);

impl Lanes {
    pub fn new(entries: usize) -> Lanes {
        Lanes(vec![0; entries])
    }

    /// Whether any word of the query is there.
    pub fn any(&self, entry: usize) -> bool {
        self.0.get(entry).is_some_and(|lanes| *lanes != 0)
    }

    pub fn of(&self, entry: usize) -> [u8; MAX_WORDS] {
        self.0.get(entry).copied().unwrap_or(0).to_le_bytes()
    }

    pub fn raise(&mut self, entry: usize, word: usize, quality: u8) {
        if let Some(lanes) = self.0.get_mut(entry) {
            let shift = 8 * word;
            if (*lanes >> shift) as u8 <= quality {
                *lanes = *lanes & !(0xff << shift) | u64::from(quality) << shift;
            }
        }
    }
}

/// Finds the words of a query among the names of a dictionary. Letters fewer than `shortest` are no beginning of a word: in
/// a long list of names they are the beginning of too many.
pub fn names(dictionary: Dictionary, entries: usize, query: &[Word], shortest: usize) -> Lanes {
    let mut lanes = Lanes::new(entries);
    let mut raise = |i: usize, words: Range<usize>, quality: u8| {
        for entry in dictionary.postings(i) {
            for word in words.clone() {
                lanes.raise(entry as usize, word, quality);
            }
        }
    };
    for (at, word) in query.iter().enumerate() {
        let one = at..at + 1;
        if word.reaches() && word.text.len() >= shortest {
            for i in dictionary.starting_with(word.text.as_bytes()) {
                raise(i, one.clone(), word.beginning(dictionary.word(i).len()));
            }
        }
        if word.typos > 0 {
            typo::near(dictionary, &mut word.table(), |i, distance| {
                raise(i, one.clone(), Word::mistyped(distance));
            });
        }
        for form in &word.forms {
            dictionary.find(form.as_bytes()).into_iter().for_each(|i| raise(i, one.clone(), FORM));
        }
        let exact = dictionary.find(word.text.as_bytes());
        exact.into_iter().for_each(|i| raise(i, one.clone(), EXACT));
        if let Some(next) = query.get(at + 1) {
            let joined = dictionary.find(format!("{}{}", word.text, next.text).as_bytes());
            joined.into_iter().for_each(|i| raise(i, at..at + 2, JOINED));
        }
    }
    lanes
}

/// How much a text says, against a name: in its first sentence, and after it.
const FIRST_SENTENCE: u16 = 100;
const LATER: u16 = 60;

/// Finds the words of a query among the texts of an index, whose postings are units with a bit for the first sentence.
pub fn texts(dictionary: Dictionary, units: usize, query: &[Word]) -> Lanes {
    let mut lanes = Lanes::new(units);
    let mut raise = |i: usize, word: usize, quality: u8| {
        let worth = |of: u16| u8::try_from(u16::from(quality) * of / 255).unwrap_or(u8::MAX).max(1);
        let (first, later) = (worth(FIRST_SENTENCE), worth(LATER));
        for posting in dictionary.postings(i) {
            lanes.raise((posting >> 1) as usize, word, if posting & 1 == 1 { first } else { later });
        }
    };
    for (at, word) in query.iter().enumerate().filter(|(_, word)| !word.optional) {
        if word.last && word.text.len() > 2 {
            for i in dictionary.starting_with(word.text.as_bytes()) {
                raise(i, at, word.beginning(dictionary.word(i).len()));
            }
        }
        for form in &word.forms {
            dictionary.find(form.as_bytes()).into_iter().for_each(|i| raise(i, at, FORM));
        }
        dictionary.find(word.text.as_bytes()).into_iter().for_each(|i| raise(i, at, EXACT));
    }
    lanes
}

/// How many entries of a dictionary have a word as it was typed, in one of its forms, or joined with the next.
pub fn count(dictionary: Dictionary, word: &Word, next: Option<&Word>) -> usize {
    let joined = next.map(|next| format!("{}{}", word.text, next.text));
    let spellings = std::iter::once(&word.text).chain(&word.forms).chain(&joined);
    let found = spellings.filter_map(|spelling| dictionary.find(spelling.as_bytes()));
    found.map(|i| dictionary.postings(i).count_left()).sum()
}
