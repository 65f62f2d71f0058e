//! How far two words are apart, in typos: a letter too many, too few, wrong, or two neighbours swapped.
//!
//! This is the optimal string alignment distance, over bytes: a letter outside ASCII counts as two.

use cloudoven_crawler::search::{Dictionary, words::LONGEST};

/// Cells of one row of the table.
const WIDTH: usize = LONGEST + 1;

/// The distance table of one word against words that are fed to it byte by byte. Rows of a beginning that the next word shares
/// with the last one are kept, so that a sorted dictionary is walked like a tree.
pub struct Table<'a> {
    word: &'a [u8],
    most: u8,
    /// A word counts as near when its beginning is.
    beginning: bool,
    fed: Vec<u8>,
    rows: Vec<[u8; WIDTH]>,
    /// Per row the least distance to a beginning so far.
    nearest: Vec<u8>,
}

impl<'a> Table<'a> {
    /// `word` is cut to the longest that an index has.
    pub fn new(word: &'a str, most: u8, beginning: bool) -> Table<'a> {
        let word = &word.as_bytes()[..word.len().min(LONGEST)];
        let mut first = [0; WIDTH];
        for (i, cell) in (0u8..).zip(first.iter_mut()) {
            *cell = i;
        }
        let nearest = vec![first[word.len()]];
        Table { word, most, beginning, fed: Vec::new(), rows: vec![first], nearest }
    }

    /// The distance to `other`, where it is not too far.
    pub fn distance(&mut self, other: &[u8]) -> Option<u8> {
        let shared = self.fed.iter().zip(other).take_while(|(a, b)| a == b).count();
        self.fed.truncate(shared);
        self.rows.truncate(shared + 1);
        self.nearest.truncate(shared + 1);
        // Whatever follows is only further away.
        for &byte in &other[shared..] {
            if self.is_lost() {
                break;
            }
            self.feed(byte);
        }
        let last = self.rows.last()?[self.word.len()];
        let whole = (self.fed.len() == other.len()).then_some(last);
        let distance = if self.beginning { self.nearest.last().copied() } else { whole };
        distance.filter(|d| *d <= self.most)
    }

    fn is_lost(&self) -> bool {
        self.rows.last().is_none_or(|row| row[..=self.word.len()].iter().all(|d| *d > self.most))
    }

    fn feed(&mut self, byte: u8) {
        let depth = self.rows.len();
        let mut row = [u8::MAX; WIDTH];
        row[0] = u8::try_from(depth).unwrap_or(u8::MAX);
        for (i, letter) in self.word.iter().enumerate() {
            let above = &self.rows[depth - 1];
            let mut least = above[i].saturating_add(u8::from(*letter != byte));
            least = least.min(above[i + 1].saturating_add(1)).min(row[i].saturating_add(1));
            if i > 0 && depth > 1 && self.word[i - 1] == byte && self.fed[depth - 2] == *letter {
                least = least.min(self.rows[depth - 2][i - 1].saturating_add(1));
            }
            row[i + 1] = least;
        }
        let nearest = self.nearest[depth - 1].min(row[self.word.len()]);
        self.fed.push(byte);
        self.rows.push(row);
        self.nearest.push(nearest);
    }
}

/// How many typos a word of this length may have.
pub fn allowed(word: &str) -> u8 {
    match word.len() {
        0..=3 => 0,
        4..=7 => 1,
        _ => 2,
    }
}

/// The words of a dictionary that are near, each with its distance. Two typos are believed only behind a right first letter.
pub fn near(dictionary: Dictionary, table: &mut Table, mut each: impl FnMut(usize, u8)) {
    let first = table.word.first().copied();
    for i in 0..dictionary.len() {
        let word = dictionary.word(i);
        if let Some(distance) = table.distance(word)
            && (distance < 2 || word.first().copied() == first)
        {
            each(i, distance);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn distance(a: &str, b: &str) -> Option<u8> {
        Table::new(a, 2, false).distance(b.as_bytes())
    }

    #[test]
    fn counts_typos() {
        assert_eq!(distance("storage", "storage"), Some(0));
        assert_eq!(distance("storge", "storage"), Some(1));
        assert_eq!(distance("stroage", "storage"), Some(1));
        assert_eq!(distance("kubernets", "kubernetes"), Some(1));
        assert_eq!(distance("kubrentes", "kubernetes"), Some(2));
        assert_eq!(distance("bucket", "packet"), Some(2));
        assert_eq!(distance("bucket", "pocket_x"), None);
        assert_eq!(distance("", "ab"), Some(2));
    }

    #[test]
    fn rows_are_reused_rightly() {
        let words = ["account", "accounts", "acount", "actor", "amount", "count", "discount", "zone"];
        let mut table = Table::new("acount", 2, false);
        for word in words {
            assert_eq!(table.distance(word.as_bytes()), distance("acount", word), "{word}");
        }
    }

    #[test]
    fn a_beginning_may_be_near() {
        let mut table = Table::new("kubrn", 1, true);
        assert_eq!(table.distance(b"kubernetes"), Some(1), "e left out");
        assert_eq!(table.distance(b"kube"), None);
    }
}
