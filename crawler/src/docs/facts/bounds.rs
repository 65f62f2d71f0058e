//! The documented smallest and largest value, length or number of items.

use super::{
    literal::{number, range},
    subject::{Shape, Subject},
    token::{Kind, Token},
    unit,
};
use crate::catalog::{Bounds, Measure};

/// What one phrase states. `end` is the token after it.
#[derive(Debug, Default)]
struct Stated {
    min: Option<String>,
    max: Option<String>,
    /// The phrase speaks of a length: "maximum length of 64".
    length: bool,
    end: usize,
}

/// The bounds that the text states, whatever the circumstances; none where it states different ones.
pub fn read(tokens: &[Token], subject: &Subject) -> Option<Bounds> {
    if matches!(subject.shape, Shape::Bool | Shape::Bools | Shape::Any) {
        return None;
    }
    let mut found: Option<Bounds> = None;
    let mut at = 0;
    // What a bullet says holds for one value or case.
    while at < tokens.len() && tokens[at].kind != Kind::Item {
        let Some(stated) = phrase(tokens, at) else {
            at += 1;
            continue;
        };
        let measure = measure(tokens, at, &stated, subject);
        if let Some(of) = measure.filter(|_| !is_conditional(tokens, at, stated.end)) {
            let known = found.get_or_insert(Bounds { of, min: None, max: None });
            let differs = |a: &Option<String>, b: &Option<String>| a.is_some() && b.is_some() && a != b;
            if known.of != of || differs(&known.min, &stated.min) || differs(&known.max, &stated.max) {
                return None;
            }
            known.min = known.min.take().or(stated.min);
            known.max = known.max.take().or(stated.max);
        }
        at = stated.end.max(at + 1);
    }
    found.filter(is_ordered)
}

fn is_ordered(bounds: &Bounds) -> bool {
    let value = |side: &Option<String>| side.as_deref().and_then(|text| text.parse::<f64>().ok());
    match (value(&bounds.min), value(&bounds.max)) {
        (Some(min), Some(max)) => min <= max,
        (min, max) => min.is_some() || max.is_some(),
    }
}

/// A number at a token, the unit that follows it, and the token after both.
fn amount(tokens: &[Token], at: usize) -> Option<(String, String, usize)> {
    let token = tokens.get(at).filter(|t| matches!(t.kind, Kind::Word | Kind::Code | Kind::Quoted))?;
    if let Some((number, unit)) = unit::amount(token.text) {
        return Some((number, unit.to_lowercase(), at + 1));
    }
    let number = number(token.text)?;
    let unit = tokens.get(at + 1).filter(|t| t.kind == Kind::Word && unit::is_unit(t.text));
    Some((
        number,
        unit.map(|t| t.text.to_lowercase()).unwrap_or_default(),
        at + 1 + usize::from(unit.is_some()),
    ))
}

/// What a phrase that starts here states.
fn phrase(tokens: &[Token], at: usize) -> Option<Stated> {
    let token = &tokens[at];
    if let Some((min, max)) = range(token.text).filter(|_| matches!(token.kind, Kind::Word | Kind::Code)) {
        return Some(Stated { min: Some(min), max: Some(max), end: at + 1, ..Stated::default() });
    }
    if token.is("between") {
        return pair(tokens, skip(tokens, at + 1, &["the", "value", "values", "of", "range"]));
    }
    if token.is_any(&["minimum", "min", "maximum", "max"]) {
        return extreme(tokens, at);
    }
    if token.is("at") || token.is("up") {
        let (least, most) = (tokens.get(at + 1)?.is("least"), tokens.get(at + 1)?.is_any(&["most", "to"]));
        let side = skip(tokens, at + 2, &["a", "maximum", "minimum", "of"]);
        return (least || (most && token.is("at")) || (token.is("up") && most))
            .then(|| side_of(tokens, side, least))
            .flatten();
    }
    if token.is("or") && tokens.get(at + 1)?.is("equal") {
        let least =
            tokens[..at].iter().rev().take(3).any(|t| t.is_any(&["greater", "higher", "larger", "more"]));
        let most =
            tokens[..at].iter().rev().take(3).any(|t| t.is_any(&["less", "lower", "smaller", "fewer"]));
        let side = skip(tokens, at + 2, &["to", "than"]);
        return (least != most).then(|| side_of(tokens, side, least)).flatten();
    }
    if token.is("exceed") && at > 0 && tokens[at - 1].is("not") {
        return side_of(tokens, at + 1, false);
    }
    // "1 to 10"
    number(token.text).and_then(|_| pair(tokens, at)).filter(|_| token.kind != Kind::Mark)
}

fn skip(tokens: &[Token], at: usize, words: &[&str]) -> usize {
    let mut i = at;
    while tokens.get(i).is_some_and(|t| t.is_any(words)) {
        i += 1;
    }
    i
}

fn side_of(tokens: &[Token], at: usize, least: bool) -> Option<Stated> {
    let (number, _, end) = amount(tokens, at)?;
    let (min, max) = if least { (Some(number), None) } else { (None, Some(number)) };
    Some(Stated { min, max, end, ..Stated::default() })
}

/// "1 and 10", "1 to 10", "1 - 10", "0 (none) and 5"
fn pair(tokens: &[Token], at: usize) -> Option<Stated> {
    let (min, low_unit, mut i) = amount(tokens, at)?;
    if tokens.get(i).is_some_and(|t| t.is_mark("(")) {
        let close = tokens[i..].iter().take(12).position(|t| t.is_mark(")"))?;
        i += close + 1;
    }
    let joined = tokens.get(i).is_some_and(|t| t.is_any(&["to", "through", "thru"]) || t.is_mark("-–—~"))
        || (tokens.get(i).is_some_and(|t| t.is("and")) && at > 0 && !number_before(tokens, at));
    let (max, high_unit, end) = amount(tokens, skip(tokens, i + 1, &["up", "to"])).filter(|_| joined)?;
    // "15 minutes and 24 hours"
    let same = low_unit.is_empty()
        || low_unit == high_unit
        || low_unit.trim_end_matches('s') == high_unit.trim_end_matches('s');
    same.then_some(Stated { min: Some(min), max: Some(max), end, ..Stated::default() })
}

/// "`1`, `2` and `3`" is a list; only "between" makes "and" a range.
fn number_before(tokens: &[Token], at: usize) -> bool {
    !tokens[..at].iter().rev().take(6).any(|t| t.is("between"))
}

/// "minimum value of 1", "maximum length: 64", "Min: 1"
fn extreme(tokens: &[Token], at: usize) -> Option<Stated> {
    let length = tokens.get(at + 1)?.is_any(&["length", "len"]);
    let i = skip(
        tokens,
        at + 1,
        &["value", "length", "len", "allowed", "permitted", "supported", "size", "number", "items"],
    );
    let mut j = i;
    while tokens.get(j).is_some_and(|t| t.is_any(&["of", "is", "be", "allowed", "to"]) || t.is_mark(":=")) {
        j += 1;
    }
    let stated = side_of(tokens, j, tokens[at].is_any(&["minimum", "min"]))?;
    Some(Stated { length, ..stated })
}

/// What the bounds are about; `None` when they are not about this argument's value.
fn measure(tokens: &[Token], at: usize, stated: &Stated, subject: &Subject) -> Option<Measure> {
    const CHARACTERS: [&str; 4] = ["characters", "character", "chars", "letters"];
    const ITEMS: [&str; 6] = ["items", "item", "elements", "entries", "element", "entry"];
    let after: Vec<&Token> = tokens[stated.end..].iter().take(3).take_while(|t| !t.ends_sentence()).collect();
    let before: Vec<&Token> =
        tokens[..at].iter().rev().take(14).take_while(|t| !t.ends_sentence() || t.is_mark("!")).collect();
    let characters =
        after.iter().any(|t| t.is_any(&CHARACTERS)) && !after.iter().any(|t| t.is_any(&["per", "of"]));
    match subject.shape {
        Shape::Number if characters => None,
        Shape::Number => is_about_value(tokens, at, &before).then_some(Measure::Value),
        Shape::Text => {
            let part = before
                .iter()
                .any(|t| t.is_any(&["first", "last", "prefix", "suffix", "each", "labels", "with"]));
            let length = stated.length || before.iter().take(6).any(|t| t.is_any(&["length", "long"]));
            let long = after.iter().any(|t| t.is("long"))
                || (length && after.iter().all(|t| !unit::is_unit(t.text)));
            ((characters || long) && !part).then_some(Measure::Length)
        }
        Shape::Numbers | Shape::Texts | Shape::Map | Shape::Block => {
            let named = |word: &str| {
                let stem = word.trim_end_matches('s').to_lowercase();
                stem.len() > 3 && subject.name.contains(&stem)
            };
            let first = after.iter().filter(|t| t.kind == Kind::Word).take(2);
            let counted = first.clone().any(|t| t.is_any(&ITEMS) || named(t.text));
            (counted && !after.iter().any(|t| t.is_any(&["per", "characters"]))).then_some(Measure::Items)
        }
        Shape::Bool | Shape::Bools | Shape::Any => None,
    }
}

/// Whether the phrase says what a number may be: "valid values are", "must be", "range", or stands alone.
fn is_about_value(tokens: &[Token], at: usize, before: &[&Token]) -> bool {
    const CUES: [&str; 17] = [
        "valid",
        "values",
        "value",
        "must",
        "range",
        "ranges",
        "allowed",
        "possible",
        "should",
        "accepted",
        "integer",
        "supported",
        "can",
        "number",
        "from",
        "acceptable",
        "be",
    ];
    const OTHERS: [&str; 10] = [
        "every",
        "per",
        "last",
        "first",
        "version",
        "versions",
        "percentage",
        "increments",
        "multiple",
        "multiples",
    ];
    let token = &tokens[at];
    let starts = before.is_empty() || before[0].is_mark("(,:");
    let extreme = token.is_any(&["minimum", "min", "maximum", "max"]);
    let cued = before.iter().any(|t| t.is_any(&CUES));
    let said = match token {
        // "The maximum number of x is 5" may be about x; "maximum value of 5" is not.
        _ if extreme => {
            tokens.get(at + 1).is_some_and(|t| t.is_any(&["value", "of", "is", "allowed"]) || t.is_mark(":="))
        }
        t if t.is_any(&["at", "up", "or", "exceed"]) => {
            cued && before.iter().any(|t| t.is_any(&["must", "should", "be", "value", "values", "can"]))
        }
        _ => starts || cued,
    };
    said && !before.iter().take(4).any(|t| t.is_any(&OTHERS))
        && !before.iter().take(3).any(|t| t.kind == Kind::Code && number(t.text).is_none())
        || said && extreme
}

/// Whether the sentence is a condition or says that the bounds are not themselves allowed.
fn is_conditional(tokens: &[Token], at: usize, end: usize) -> bool {
    const WORDS: [&str; 10] = [
        "if",
        "when",
        "unless",
        "depending",
        "depends",
        "e.g",
        "example",
        "exclusive",
        "recommended",
        "recommend",
    ];
    let before = tokens[..at].iter().rev().take(40).take_while(|t| !t.ends_sentence());
    let after = tokens[end.min(tokens.len())..].iter().take(20).take_while(|t| !t.ends_sentence());
    let starts = before.clone().last().is_some_and(|t| t.is_any(&["for", "on", "in"]));
    let next = tokens.get(end).is_some_and(|t| t.is_any(&["for", "on"]));
    starts || next || before.chain(after).any(|t| t.is_any(&WORDS))
}
