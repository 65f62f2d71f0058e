//! Phrases that state a set without calling its values valid: "one of", "either", "must be".

use super::{
    super::{
        subject::Subject,
        token::{Kind, Token},
        values::{self, List},
    },
    ADJECTIVES, VALUES, clause, is_about_another, is_conditional, is_example, skip_phrase, skip_remark,
};

/// "The following values are supported: `a`, `b`."
pub(super) fn following<'a>(tokens: &[Token<'a>], at: usize) -> Option<List<'a>> {
    let phrase = tokens[at + 1..].iter().take(9);
    if is_conditional(tokens, at) {
        return None;
    }
    let end = phrase.clone().position(|t| t.is_mark(":.") || t.kind != Kind::Word)?;
    // "are allowed (in any case): `a`"
    let start = skip_remark(tokens, at + 1 + end);
    if is_example(tokens, at) {
        return None;
    }
    // "can be of the following: `a`, `b`"
    let be = at > 2
        && tokens[at - 1].is("the")
        && tokens[at - 2].is("of")
        && tokens[at - 3].is("be")
        && end == 0
        && !is_conditional(tokens, at);
    let said = be || phrase.take(end).any(|t| t.is_any(&ADJECTIVES) || t.is_any(&VALUES));
    let list = values::list(tokens, start + usize::from(tokens[start].is_mark(":.")))?;
    let single = tokens[at + 1].is_any(&["values", "option", "value"])
        && tokens[list.end.min(tokens.len()) - 1].ends_sentence();
    (said && (list.values.len() > 1 || single)).then_some(list)
}

/// "One of `a`, `b`."
pub(super) fn one_of<'a>(tokens: &[Token<'a>], at: usize, subject: &Subject) -> Option<List<'a>> {
    if !tokens.get(at + 1).is_some_and(|t| t.is("of"))
        || is_conditional(tokens, at)
        || is_about_another(tokens, at, subject)
    {
        return None;
    }
    // "only one of `a` and `b`"
    let only = at > 0 && tokens[at - 1].is("only") && !(at > 1 && tokens[at - 2].is("be"));
    if only {
        return None;
    }
    // "one of these kinds of thing: `a`, `b`"
    let words = tokens[at + 2..].iter().take(9).take_while(|t| t.kind == Kind::Word).count();
    let these = tokens.get(at + 2).is_some_and(|t| t.is_any(&["these", "the"]));
    let named = these && tokens.get(at + 2 + words).is_some_and(|t| t.is_mark(":"));
    let start = if named { at + 3 + words } else { skip_phrase(tokens, at + 2) };
    let list = values::list(tokens, start)?;
    let open =
        tokens[at + 2..start].iter().any(|t| t.is_any(&["including", "form", "forms", "format", "formats"]));
    let digits = list.values.iter().any(|value| value.starts_with(|c: char| c.is_ascii_digit()));
    if named && (open || digits || !list.is_sure()) {
        return None;
    }
    // "One of `a` or `b` must be set" is about arguments.
    let after = tokens.get(list.end);
    let about = after.is_some_and(|t| t.is_any(&["must", "is", "are", "should", "can", "has", "may"]));
    // "One of `a`."
    let colon = at > 0 && tokens[at - 1].is("be") && tokens.get(at + 2).is_some_and(|t| t.is_mark(":"));
    let alone = list.is_marked()
        && (colon || at == 0 || tokens[at - 1].ends_sentence())
        && after.is_none_or(Token::ends_sentence);
    ((list.values.len() > 1 || alone) && !about).then_some(list)
}

/// "Any combination of `a`, `b`", "one or more values out of `a`, `b`"
pub(super) fn combination<'a>(tokens: &[Token<'a>], at: usize, subject: &Subject) -> Option<List<'a>> {
    let before = if tokens[at].is("out") { "values" } else { "any" };
    let any = at > 0 && tokens[at - 1].is(before) && tokens.get(at + 1).is_some_and(|t| t.is("of"));
    if !any || !subject.shape.is_list() || is_conditional(tokens, at) || is_about_another(tokens, at, subject)
    {
        return None;
    }
    values::list(tokens, at + 2).filter(|list| list.values.len() > 1 && list.is_marked())
}

/// "May be any of `a`, `b` or `c`.", "Can be a list of `a`, `b`."
pub(super) fn any_of<'a>(tokens: &[Token<'a>], at: usize) -> Option<List<'a>> {
    let list = at > 1 && tokens[at].is("list") && tokens[at - 1].is("a") && tokens[at - 2].is("be");
    let any = at > 0 && tokens[at].is("any") && tokens[at - 1].is("be");
    let said = (list || any) && tokens.get(at + 1).is_some_and(|t| t.is("of"));
    let list = values::list(tokens, at + 2).filter(|_| said && !is_conditional(tokens, at))?;
    (list.values.len() > 1 && list.is_marked()).then_some(list)
}

/// "Either `a` or `b`."
pub(super) fn either<'a>(tokens: &[Token<'a>], at: usize, subject: &Subject) -> Option<List<'a>> {
    // "Required for `x`, set to either `a` or `b`."
    let set = at > 1 && tokens[at - 1].is("to") && tokens[at - 2].is("set");
    let set = set && (at == 2 || tokens[at - 3].is_mark(","));
    if !set && (is_conditional(tokens, at) || is_about_another(tokens, at, subject)) {
        return None;
    }
    // "can either be `a` or `b`"
    let be = usize::from(tokens.get(at + 1).is_some_and(|t| t.is_any(&["be", "choose"])));
    let list = values::list(tokens, at + 1 + be)?;
    let after = tokens.get(list.end);
    let about = after.is_some_and(|t| t.is_any(&["must", "is", "are", "should", "can", "has", "may"]));
    // "either `a` or unset"
    let or = |t: &Token| t.is_any(&["unset", "omitted", "empty", "null"]);
    let unset = list.is_marked()
        && tokens.get(list.end).is_some_and(or)
        && tokens.get(list.end.wrapping_sub(1)).is_some_and(|t| t.is("or"));
    let choice = list.values.len() > 1 && list.choice;
    ((choice || unset) && list.is_sure() && !about).then_some(list)
}

/// "Whether such things are `a`, `b` or `c`."
pub(super) fn whether<'a>(tokens: &[Token<'a>], at: usize) -> Option<List<'a>> {
    let said = clause(tokens, at)
        .last()
        .is_some_and(|t| t.is_any(&["whether", "indicates", "indicate", "specifies"]))
        && clause(tokens, at).any(|t| t.is("whether"))
        && !clause(tokens, at).any(|t| t.kind == Kind::Code);
    let list = values::list(tokens, at + 1).filter(|_| said)?;
    let ends = tokens.get(list.end).is_none_or(Token::ends_sentence);
    (ends && list.values.len() > 1 && list.choice && list.is_marked()).then_some(list)
}

/// "Must be `a` or `b`", "Can be set to `a`, `b`".
pub(super) fn must_be<'a>(tokens: &[Token<'a>], at: usize, subject: &Subject) -> Option<List<'a>> {
    let before = |back: usize| at.checked_sub(back).map(|i| &tokens[i]);
    let modal = |t: &Token| t.is_any(&["must", "can", "should", "may", "could"]);
    let be = tokens[at].is("be") && before(1).is_some_and(|t| modal(t) || (t.is("only") || t.is("to")));
    let set = tokens[at].is("to")
        && before(1).is_some_and(|t| t.is("set"))
        && before(2).is_some_and(|t| t.is("be"))
        && before(3).is_some_and(modal);
    if !(be || set) || is_conditional(tokens, at.saturating_sub(1)) || is_about_another(tokens, at, subject) {
        return None;
    }
    let list = values::list(tokens, at + 1)?;
    let ends = tokens.get(list.end).is_none_or(|t| t.ends_sentence());
    // "Must be `a`." and "This value must be `a`.", but not "the last one must be `a`".
    let own = |t: &Token| {
        t.text == subject.name
            || t.is_mark(",")
            || t.is_any(&["must", "value", "this", "the", "it", "currently", "field"])
    };
    let must = ends && before(1).is_some_and(|t| t.is("must")) && clause(tokens, at).all(own);
    // "can be started or stopped"
    let choice = list.values.len() > 1 && list.choice && list.is_sure();
    (choice || (must && list.values.len() == 1 && list.is_marked())).then_some(list)
}

/// "Supports `a` and `b`.", "choose from `a` or `b`."
pub(super) fn supports<'a>(tokens: &[Token<'a>], at: usize) -> Option<List<'a>> {
    let choose =
        tokens[at].is("from") && at > 0 && tokens[at - 1].is("choose") && !is_conditional(tokens, at);
    let said = !tokens[at].is("from");
    let first = at == 0 || tokens[at - 1].ends_sentence() || tokens[at - 1].is_any(&["currently", "only"]);
    let starts = choose || (said && first);
    let list = values::list(tokens, at + 1).filter(|_| starts)?;
    let ends = tokens.get(list.end).is_none_or(|t| t.ends_sentence() || t.is_mark(","))
        || tokens[list.end - 1].is_mark(",");
    (list.values.len() > 1 && list.is_marked() && ends).then_some(list)
}
