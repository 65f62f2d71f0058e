//! Sets that no phrase introduces: sentences that are lists, and sentences that each say what one value does.

use super::{
    super::{
        literal,
        subject::Subject,
        token::{Kind, Token},
        values::{self, List, is_marked},
    },
    Allowed, is_conditional, is_example,
};

fn starts_sentence(tokens: &[Token], at: usize) -> bool {
    at == 0 || tokens[at - 1].ends_sentence()
}

/// "`a` (default), or `b`.", "`a` for this or `b` for that.": a sentence that starts with its values.
pub(super) fn sentence<'a>(tokens: &[Token<'a>], at: usize) -> Option<List<'a>> {
    if !starts_sentence(tokens, at) {
        return None;
    }
    // "Specify `a` or `b`."
    let at = at + usize::from(tokens[at].is_any(&["specify", "choose", "select"]));
    let list = values::list(tokens, at)?;
    let constants = tokens[at..list.end].iter().all(|t| t.kind != Kind::Word || is_name(t));
    let sure = list.values.len() > 1 && list.choice && (list.is_marked() || constants);
    let after = tokens.get(list.end);
    let ends = after.is_none_or(Token::ends_sentence)
        || (list.is_marked() && after.is_some_and(|t| t.is_any(&["for", "to", "if"])));
    (sure && ends).then_some(list)
}

/// "The version to use, `a` or `b`." as the first sentence.
pub(super) fn ending<'a>(tokens: &[Token<'a>], at: usize) -> Option<List<'a>> {
    const OTHERS: [&str; 9] = ["as", "like", "by", "e.g", "with", "for", "from", "either", "must"];
    let before = &tokens[..at];
    let plain = before.iter().all(|t| t.kind == Kind::Word && !t.is_any(&OTHERS));
    if at > 20 || !plain || is_conditional(tokens, at) || is_example(tokens, at) {
        return None;
    }
    let list = values::list(tokens, at + 1)?;
    let ends = tokens.get(list.end).is_none_or(Token::ends_sentence);
    // "a number, `a`, or `b`" has a third.
    let third = list.values.len() == 2 && tokens[at + 1..list.end].iter().any(|t| t.is_mark(","));
    (ends && list.values.len() > 1 && list.choice && list.is_marked() && !third).then_some(list)
}

/// `IPv4`, or what joins such.
fn is_name(token: &Token) -> bool {
    let inner = token.text.chars().skip(1).any(|c| c.is_uppercase() || c.is_ascii_digit());
    token.is("or") || (token.text.starts_with(char::is_uppercase) && inner)
}

/// "(A | B | C)", "(`A`, `B` or `C`)" at the end of a sentence.
pub(super) fn parenthesis<'a>(tokens: &[Token<'a>], at: usize) -> Option<List<'a>> {
    if is_conditional(tokens, at) || is_example(tokens, at) {
        return None;
    }
    let mut list = values::list(tokens, at)?;
    tokens.get(list.end).filter(|t| t.is_mark(")"))?;
    let after = tokens.get(list.end + 1);
    let inside = &tokens[at + 1..list.end];
    let bars = inside.iter().all(|t| t.is_mark("|") || t.kind == Kind::Word)
        && inside.iter().filter(|t| t.is_mark("|")).count() + 1 == list.values.len()
        && !inside.iter().any(|t| t.is("string"));
    let plain = list.values.iter().all(|value| !value.contains(|c: char| c.is_whitespace() || c == '"'));
    let ends = after.is_none_or(|t| t.ends_sentence() || t.is("specifying"));
    let marked = list.is_marked() && plain && list.values.len() > 2 && ends;
    list.open &= !bars;
    (list.values.len() > 1 && (bars || marked)).then_some(list)
}

/// "Either owned by the service (`A`) or by the customer (`B`)."
pub(super) fn spelt_out<'a>(tokens: &[Token<'a>], at: usize, subject: &Subject) -> Option<List<'a>> {
    if subject.shape.is_list() {
        return None;
    }
    let sentence = tokens[at..].iter().take(60).take_while(|t| !t.ends_sentence()).count();
    let sentence = &tokens[at..at + sentence];
    let marked = |i: &usize| matches!(sentence[*i].kind, Kind::Code | Kind::Quoted);
    let found: Vec<usize> = (0..sentence.len()).filter(marked).collect();
    let alone = |&i: &usize| {
        let closed = sentence.get(i + 1).is_some_and(|t| t.is_mark(")"));
        i > 0 && closed && sentence[i - 1].is_mark("(") && !sentence[i].text.contains(['/', ':'])
    };
    let (first, last) = (*found.first()?, *found.last()?);
    let choice = found.len() == 2 && sentence[first..last].iter().any(|t| t.is("or"));
    if !choice || !found.iter().all(alone) {
        return None;
    }
    let mut list = List::default();
    list.values.extend([sentence[first].text, sentence[last].text]);
    list.end = at + sentence.len();
    Some(list)
}

/// "`A` means this. `B` means that.", "Choose `A` for tests. Use `B` in production.": two sentences at least that say
/// what a value does.
pub(super) fn instructions(tokens: &[Token], subject: &Subject) -> Allowed {
    let described = sentences(tokens, subject, description);
    if described.values.len() > 1 { described } else { sentences(tokens, subject, instruction) }
}

/// The values that the sentences are about for which `value` finds the token.
fn sentences(tokens: &[Token], subject: &Subject, value: fn(&[Token], usize) -> Option<usize>) -> Allowed {
    let mut found = Allowed { implied: true, ..Allowed::default() };
    for at in 0..tokens.len() {
        if let Some(value) = value(tokens, at).map(|at| tokens[at].text)
            && !subject.is_sibling(value)
            && !found.values.iter().any(|known| known == value)
        {
            let example = value.contains('@') || value.contains("example") || value.len() > 80;
            if example || found.values.is_empty() && introduces_others(tokens, at) {
                return Allowed::default();
            }
            found.values.push(value.to_owned());
        }
        let default = tokens[at].is("this")
            && ["is", "the", "default"].iter().zip(&tokens[at + 1..]).filter(|(w, t)| t.is(w)).count() == 3;
        if default && starts_sentence(tokens, at) && found.default.is_none() {
            found.default = found.values.last().cloned();
        }
    }
    if found.values.len() > 1 { found } else { Allowed::default() }
}

/// Whether what stands before speaks of examples, or of parts of a value.
fn introduces_others(tokens: &[Token], at: usize) -> bool {
    const OTHERS: [&str; 6] = ["example", "examples", "e.g", "keywords", "variables", "fields"];
    tokens[at.saturating_sub(25)..at].iter().any(|t| t.is_any(&OTHERS))
}

/// The value in "Choose `A` for tests."
fn instruction(tokens: &[Token], at: usize) -> Option<usize> {
    const VERBS: [&str; 6] = ["enter", "use", "choose", "specify", "select", "set"];
    let value = at + 1 + usize::from(tokens.get(at + 1).is_some_and(|t| t.is("to")));
    // "For one kind, specify `a`."
    if tokens[at].is_any(&VERBS) && at > 0 && tokens[at - 1].is_mark(",") && is_marked(tokens, value) {
        let start = tokens[..at].iter().rposition(Token::ends_sentence).map_or(0, |end| end + 1);
        let ends = tokens.get(value + 1).is_none_or(Token::ends_sentence);
        return (ends && tokens[start].is_any(&["for", "to"])).then_some(value);
    }
    let said = tokens.get(value + 1).is_some_and(|t| t.is_any(&["for", "to", "if", "when", "as"]));
    (tokens[at].is_any(&VERBS) && starts_sentence(tokens, at) && is_marked(tokens, value) && said)
        .then_some(value)
}

/// The value in "`A` means this.", "A - means this.", also after a colon.
fn description(tokens: &[Token], at: usize) -> Option<usize> {
    const VERBS: [&str; 11] = [
        "if",
        "for",
        "when",
        "indicates",
        "means",
        "returns",
        "uses",
        "specifies",
        "allows",
        "creates",
        "enables",
    ];
    let starts = starts_sentence(tokens, at) || tokens[at - 1].is_mark(":");
    let next = tokens.get(at + 1)?;
    let explained = next.is_mark(":-–—") && tokens.get(at + 2).is_some_and(|t| t.kind == Kind::Word);
    let value = (is_marked(tokens, at) && (next.is_any(&VERBS) || explained))
        || (literal::is_shouted(tokens[at].text) && explained && !next.is_mark(":"));
    (starts && value).then_some(at)
}
