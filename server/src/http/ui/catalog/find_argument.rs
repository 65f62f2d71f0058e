//! Jumping to an argument by typing: over all of an element's arguments, also those that the page does not hold.

use askama::Template;
use cloudoven_crawler::catalog::Document;

use super::levels::Level;

/// Arguments that are listed.
const MOST: usize = 30;

#[derive(Template)]
#[template(path = "catalog/_found.html")]
pub(super) struct Found {
    paths: Vec<String>,
    /// How many more there are.
    more: usize,
}

/// The arguments whose path has every word, those at the top first.
pub(super) fn list(document: &Document, query: &str) -> Found {
    let query = query.to_lowercase();
    let words: Vec<&str> = query.split_whitespace().collect();
    if words.is_empty() {
        return Found { paths: Vec::new(), more: 0 };
    }
    let all = Level::from(&document.block).walk().map(|(path, _)| path);
    let mut fits = all.filter(|path| words.iter().all(|word| path.contains(word)));
    let paths: Vec<String> = fits.by_ref().take(MOST).collect();
    Found { paths, more: fits.count() }
}
