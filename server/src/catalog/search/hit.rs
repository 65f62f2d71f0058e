//! What is found, as callers get it.

use std::ops::Range;

use cloudoven_crawler::{
    catalog::{Address, Kind},
    search::{Unpacked, words},
};
use serde::Serialize;

use super::{
    align::Name,
    query::{Query, Word},
    rank::{self, Candidate, Version},
};

/// Characters of a text that are shown.
const SNIPPET: usize = 180;
/// Characters before the first match, where the beginning of the text is left out.
const BEFORE: usize = 50;

/// One page of what is found.
#[derive(Debug, Default)]
pub struct Found {
    /// Best first.
    pub hits: Vec<Hit>,
    /// How many there are on all pages.
    pub total: usize,
}

/// An element that is found, by its own name or text or by its arguments.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Hit {
    /// `resource`, `data-source`, `ephemeral-resource`, `function` or `provider`.
    #[schema(value_type = String)]
    pub kind: Kind,
    pub name: String,
    /// The provider's source address.
    pub provider: String,
    pub version: String,
    pub subcategory: String,
    pub summary: String,
    pub deprecated: bool,
    pub matched: Matched,
    /// What of `name` matched: start and end in characters.
    pub name_ranges: Vec<[usize; 2]>,
    /// The part of the element's text that matched, else its summary.
    pub snippet: Snippet,
    /// The best of its arguments that match, best first.
    pub arguments: Vec<ArgumentHit>,
    #[serde(skip)]
    pub address: Address,
    #[serde(skip)]
    pub score: f32,
    /// What it scored without its arguments.
    #[serde(skip)]
    pub own: f32,
}

/// What of an element was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Matched {
    Name,
    /// Its text, where its name doesn't.
    Text,
    /// Only its arguments.
    Argument,
}

/// An argument that is found.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct ArgumentHit {
    /// Names from the top, joined by dots.
    pub path: String,
    /// What of `path` matched: start and end in characters.
    pub path_ranges: Vec<[usize; 2]>,
    pub snippet: Snippet,
    #[serde(skip)]
    pub score: f32,
}

/// Part of a text.
#[derive(Debug, Clone, Default, Serialize, utoipa::ToSchema)]
pub struct Snippet {
    /// Plain text; `…` where something is left out.
    pub text: String,
    /// What of it matched: start and end in characters.
    pub ranges: Vec<[usize; 2]>,
}

/// Tells of a candidate.
pub fn describe(candidate: &Candidate, versions: &[Version], query: &Query, unpacked: &mut Unpacked) -> Hit {
    let version = &versions[candidate.version];
    let entry = &version.index.elements[candidate.element];
    let name = rank::name_of(entry).with_initials(candidate.initials);
    let matched = match candidate {
        c if c.own <= 0.0 => Matched::Argument,
        c if c.named => Matched::Name,
        _ => Matched::Text,
    };
    let snippet = match matched {
        Matched::Text => cut_out(&version.object.text(candidate.element, unpacked), &query.words),
        Matched::Name | Matched::Argument => cut_out(&entry.summary, &query.words),
    };
    let argument = |(score, argument): &(f32, usize)| {
        let path = version.object.path(*argument);
        let unit = version.object.elements() + argument;
        ArgumentHit {
            path_ranges: in_characters(&path, Name::new(&path, 0).align(&query.words).ranges),
            snippet: cut_out(&version.object.text(unit, unpacked), &query.words),
            score: *score,
            path,
        }
    };
    Hit {
        kind: entry.kind,
        name: entry.name.clone(),
        provider: version.index.provider.source(),
        version: version.index.version.clone(),
        subcategory: entry.subcategory.clone(),
        summary: entry.summary.clone(),
        deprecated: entry.deprecated,
        matched,
        name_ranges: in_characters(&entry.name, name.align(&query.words).ranges),
        snippet,
        arguments: candidate.arguments.iter().map(argument).collect(),
        address: version.index.provider.clone(),
        score: candidate.score,
        own: candidate.own,
    }
}

/// The part of a text that shows the first match.
fn cut_out(text: &str, query: &[Word]) -> Snippet {
    let ranges: Vec<Range<usize>> = words::ranges(text)
        .filter_map(|range| {
            let token = text[range.clone()].to_lowercase();
            let matched = query.iter().filter(|w| !w.optional).filter_map(|w| w.matches(&token)).max()?;
            // Lower case may be longer than what it is the lower case of.
            let end = text.floor_char_boundary((range.start + matched.1).min(range.end));
            Some(range.start..end)
        })
        .collect();
    let first = ranges.first().map_or(0, |range| range.start);
    let mut from = 0;
    if text[..first].chars().count() > SNIPPET - BEFORE {
        let before = text[..first].char_indices().rev().nth(BEFORE).map_or(0, |(at, _)| at);
        from = text[before..first].find(' ').map_or(before, |space| before + space + 1);
    }
    let to = text[from..].char_indices().nth(SNIPPET).map_or(text.len(), |(at, _)| from + at);
    let (head, tail) = (if from > 0 { "…" } else { "" }, if to < text.len() { "…" } else { "" });
    let inside = ranges.into_iter().filter(|r| r.start >= from && r.end <= to);
    let ranges: Vec<Range<usize>> =
        inside.map(|r| r.start - from + head.len()..r.end - from + head.len()).collect();
    let shown = format!("{head}{}{tail}", &text[from..to]);
    Snippet { ranges: in_characters(&shown, ranges), text: shown }
}

/// Byte ranges, ascending, as pairs of characters.
fn in_characters(text: &str, ranges: Vec<Range<usize>>) -> Vec<[usize; 2]> {
    let (mut bytes, mut characters) = (0, 0);
    let mut at = |to: usize| {
        let to = text.floor_char_boundary(to);
        characters += text.get(bytes..to).map_or(0, |t| t.chars().count());
        bytes = bytes.max(to);
        characters
    };
    ranges.into_iter().map(|range| [at(range.start), at(range.end)]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str, query: &str) -> (String, Vec<String>) {
        let found = cut_out(text, &Query::read(query).words);
        let part = |[from, to]: &[usize; 2]| found.text.chars().skip(*from).take(to - from).collect();
        (found.text.clone(), found.ranges.iter().map(part).collect())
    }

    #[test]
    fn matches_are_marked() {
        let (text, marked) = shown("Größe: the size of the Disks, in GiB.", "size disk");
        assert_eq!(text, "Größe: the size of the Disks, in GiB.");
        assert_eq!(marked, ["size", "Disks"]);
    }

    #[test]
    fn a_long_text_is_cut_around_the_first_match() {
        let text = format!("{}the needle {}", "hay ".repeat(100), "straw ".repeat(100));
        let (text, marked) = shown(&text, "needle");
        assert!(text.starts_with("…hay") && text.ends_with('…') && text.chars().count() < 190, "{text}");
        assert_eq!(marked, ["needle"]);
        assert_eq!(shown("", "x"), (String::new(), vec![]));
    }
}
