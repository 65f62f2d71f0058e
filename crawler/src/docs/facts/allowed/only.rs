//! "Only `a` and `b` are supported."

use super::{
    super::{
        literal,
        subject::{Shape, Subject},
        token::{Kind, Token},
        values::{self, List},
    },
    VALUES, is_conditional,
};

const ALLOWED: [&str; 7] =
    ["supported", "allowed", "accepted", "valid", "available", "possible", "permitted"];

/// The set that an "only" at this token states.
pub(super) fn only<'a>(tokens: &[Token<'a>], at: usize, subject: &Subject) -> Option<List<'a>> {
    // "`a`, the only current valid value"
    let noun =
        tokens[at + 1..].iter().take(4).position(|t| t.is_any(&VALUES)).map_or(at, |noun| at + 1 + noun);
    if at > 2
        && tokens[at - 1].is("the")
        && tokens[at - 2].is_mark(",")
        && values::is_marked(tokens, at - 3)
        && tokens[at + 1..noun.max(at + 1)].iter().any(|t| t.is_any(&ALLOWED))
        && tokens.get(noun + 1).is_none_or(Token::ends_sentence)
    {
        return values::single(&tokens[at - 3], noun + 1);
    }
    // "`a` is the only valid value."
    if tokens.get(at + 1).is_some_and(|t| t.is_any(&ALLOWED))
        && tokens.get(at + 2).is_some_and(|t| t.is_any(&VALUES))
        && at > 2
        && tokens[at - 1].is("the")
        && !is_conditional(tokens, at)
    {
        let is = at - 2 - usize::from(tokens[at - 2].is("currently"));
        let mut list = values::single(&tokens[is.checked_sub(1)?], at + 3)?;
        // "… and also the default value"
        let default =
            tokens[at + 3..].iter().take(4).take_while(|t| !t.ends_sentence()).any(|t| t.is("default"));
        list.default = default.then_some(list.values.first().copied()).flatten();
        return tokens[is].is("is").then_some(list);
    }
    let fill = |t: &&Token| t.is_any(&["the", "value", "values", "of"]);
    let start = at + 1 + tokens[at + 1..].iter().take_while(fill).count();
    if let Some(end) = name(tokens, at, start, subject).filter(|&end| said(tokens, end)) {
        return values::single(&tokens[start], end);
    }
    let mut list = values::list(tokens, start)?;
    let several = list.values.len() > 1;
    if let Some(noun) = tokens.get(list.end).filter(|t| t.kind == Kind::Word)
        && said(tokens, list.end + 1)
    {
        // "only `a` events are supported", "only A and B tier is valid" where that is what the argument is.
        let shouted = several && list.values.iter().all(|value| literal::is_shouted(value));
        if (list.is_marked() && is_named_after(noun, subject)) || (shouted && is_noun_of(noun, subject)) {
            list.open = false;
            return Some(list);
        }
    }
    (said(tokens, list.end) && (several || list.is_marked())).then_some(list)
}

/// "are supported", "is currently allowed", "values are accepted", but not "is supported with …".
fn said(tokens: &[Token], end: usize) -> bool {
    let mut after = tokens[end.min(tokens.len())..].iter();
    let are = after.next().is_some_and(|t| t.is_any(&["is", "are", "values", "value"]));
    let allowed = after.by_ref().take(3).any(|t| t.is_any(&ALLOWED));
    are && allowed && !after.next().is_some_and(|t| t.is_any(&["with", "when", "if"]))
}

/// The token after X in "Only X is supported" and "Only the X tier is valid": X a name or a number, in a sentence of its
/// own, the tier what the argument is.
fn name(tokens: &[Token], at: usize, start: usize, subject: &Subject) -> Option<usize> {
    let one = tokens.get(start).filter(|t| t.kind == Kind::Word)?;
    let starts = at == 0 || tokens[at - 1].ends_sentence() || tokens[at - 1].is_mark(",");
    let noun = tokens.get(start + 1).filter(|t| t.kind == Kind::Word);
    let noun = noun.is_some_and(|t| is_noun_of(t, subject));
    let rest = || tokens[start + 1..].iter().take(6).take_while(|t| !t.ends_sentence());
    let now = rest().any(|t| t.is_any(&["currently", "moment", "now", "today"]));
    let moment = rest().last().is_some_and(|t| t.is("moment"));
    let name = now && one.text.starts_with(char::is_uppercase) || one.text.contains('.');
    let shouted = literal::is_shouted(one.text) && (noun || rest().count() == 2);
    let counted = literal::number(one.text).is_some() && (subject.shape == Shape::Number || start > at + 1);
    (starts && (name || moment || shouted || counted)).then_some(start + 1 + usize::from(noun))
}

/// Whether it is the last word of the argument's name.
fn is_noun_of(token: &Token, subject: &Subject) -> bool {
    subject.name.split('_').next_back().is_some_and(|last| token.is(last))
}

/// Whether it is a word of the argument's name, in the plural.
fn is_named_after(token: &Token, subject: &Subject) -> bool {
    let singular = token.text.strip_suffix('s').unwrap_or(token.text);
    subject.name.split('_').any(|word| word.eq_ignore_ascii_case(singular))
}
