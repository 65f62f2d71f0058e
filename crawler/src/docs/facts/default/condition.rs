//! Whether a default holds only under a condition.

use super::super::{
    subject::Subject,
    token::{Kind, Token},
};

/// A condition other than that the argument is left out. The clause is given backwards.
pub fn before(clause: &[&Token], subject: &Subject) -> bool {
    let starts = |i: usize| clause.get(i + 1).is_none_or(|t| t.is_mark(","));
    let condition = clause.iter().enumerate().rposition(|(i, t)| {
        t.is_any(&["if", "when", "unless", "where", "once", "while"])
            || (starts(i) && t.is_any(&["for", "in", "on"]))
    });
    let Some(start) = condition else { return false };
    if clause[start].is_any(&["for", "in", "on"]) {
        return true;
    }
    !left_out(clause[..start].iter().rev().copied(), subject)
}

/// "…for x", "…if y is set": the value holds only then.
pub fn after(sentence: &[&Token], subject: &Subject) -> bool {
    // "`a`, where it is made" says more of it.
    if let [comma, place, ..] = sentence
        && comma.is_mark(",")
        && place.is("where")
    {
        return false;
    }
    let mut words = sentence.iter().enumerate();
    // A parenthesis is a remark, unless it is the condition. Where the default's own ends, all is said.
    let mut depth = 0;
    let mut last_opens = true;
    let first = words.find(|(_, t)| {
        let opened = std::mem::replace(&mut last_opens, t.is_mark("("));
        if t.is_mark("(") {
            depth += 1;
        } else if t.is_mark(")") {
            depth -= 1;
            return depth < 0;
        } else if depth == 0 || (opened && t.is_any(&["if", "when", "unless"])) {
            return !t.is_mark(",") && !t.is_any(&["and", "only"]);
        }
        false
    });
    let Some((i, first)) = first else { return false };
    // "`a` If something is …" starts a sentence without the full stop.
    if first.text.starts_with(char::is_uppercase) {
        return false;
    }
    if first.is_any(&["if", "when", "unless", "where"]) {
        // "when it is created" is always so once.
        let made = sentence[i + 1..].iter().take(7).any(|t| t.is("created"));
        if first.is("when") && made {
            return false;
        }
        return !left_out(sentence[i + 1..].iter().copied(), subject);
    }
    let general = ["this", "backward", "backwards", "compatibility", "case", "order", "new", "all", "any"];
    let specific = first.is_any(&["for", "otherwise", "on", "or", "in", "plus", "times", "depending"]);
    specific && !sentence.get(i + 1).is_some_and(|t| t.is_any(&general))
}

/// "not set", "omitted", "no value is given" in the words after an "if".
pub fn left_out<'t, 'a: 't>(words: impl Iterator<Item = &'t Token<'a>>, subject: &Subject) -> bool {
    const GONE: [&str; 12] = [
        "omitted",
        "unspecified",
        "unset",
        "undefined",
        "blank",
        "empty",
        "absent",
        "missing",
        "null",
        "none",
        "omit",
        "neither",
    ];
    const GIVEN: [&str; 31] = [
        "set",
        "specified",
        "provided",
        "given",
        "present",
        "defined",
        "supplied",
        "configured",
        "value",
        "specify",
        "passed",
        "out",
        "explicitly",
        "selected",
        "chosen",
        "included",
        "declared",
        "assigned",
        "used",
        "values",
        "you",
        "provide",
        "select",
        "stated",
        "entered",
        "filled",
        "assign",
        "choose",
        "overridden",
        "mentioned",
        "populated",
    ];
    let near: Vec<&Token> = words.take(8).take_while(|t| !t.is_mark(",")).collect();
    if near.iter().any(|t| t.kind == Kind::Code && t.text != subject.name && subject.is_sibling(t.text)) {
        return false;
    }
    let not = near.iter().any(|t| t.is_any(&["not", "no", "isn't", "aren't", "don't", "nothing", "left"]));
    near.iter().any(|t| t.is_any(&GONE)) || (not && near.iter().any(|t| t.is_any(&GIVEN)))
}
