//! The documented default.

use super::{
    subject::{Shape, Subject},
    token::{Kind, Token},
    unit,
    values::{self, Style, number},
};

/// Tokens of a sentence that are looked at before or after a phrase.
const NEAR: usize = 40;

/// The literal default that the text states for the argument itself, whatever the circumstances. `allowed` is what the
/// text says may be set.
pub fn read(tokens: &[Token], subject: &Subject, allowed: &[String]) -> Option<String> {
    let finder = Finder { tokens, subject, allowed };
    (0..tokens.len()).find_map(|at| finder.at(at))
}

struct Finder<'t, 'a> {
    tokens: &'t [Token<'a>],
    subject: &'t Subject<'t>,
    allowed: &'t [String],
}

/// Words between "default" and the value that say no more about it.
const FILLERS: [&str; 38] = [
    "value",
    "values",
    "setting",
    "set",
    "if",
    "not",
    "provided",
    "specified",
    "for",
    "this",
    "field",
    "the",
    "parameter",
    "argument",
    "option",
    "attribute",
    "property",
    "when",
    "omitted",
    "unspecified",
    "a",
    "an",
    "currently",
    "in",
    "terraform",
    "configured",
    "otherwise",
    "one",
    "state",
    "mode",
    "type",
    "and",
    "min",
    "minimum",
    "max",
    "maximum",
    "also",
    "behavior",
];
const LINKS: [&str; 13] =
    ["to", "is", "of", "as", "are", "will", "be", "being", "use", "uses", "it", "was", "equals"];

impl<'a> Finder<'_, 'a> {
    fn at(&self, at: usize) -> Option<String> {
        let token = &self.tokens[at];
        if token.is_any(&["defaults", "defaulting", "defaulted"]) {
            return self.after_verb(at);
        }
        if token.is("default") {
            return self.after_noun(at).or_else(|| self.by_default(at)).or_else(|| self.marked(at));
        }
        self.when_left_out(at)
    }

    fn get(&self, at: usize) -> Option<&Token<'a>> {
        self.tokens.get(at)
    }

    fn is_marked(&self, at: usize) -> bool {
        self.get(at).is_some_and(|t| matches!(t.kind, Kind::Code | Kind::Quoted))
    }

    /// The words before a token in its sentence, nearest first. A word in capitals starts a sentence even where the
    /// author forgot the full stop.
    fn before(&self, at: usize) -> Vec<&Token<'a>> {
        if self.tokens[at].text.starts_with(char::is_uppercase) {
            return Vec::new();
        }
        self.tokens[..at]
            .iter()
            .rev()
            .take(NEAR)
            .take_while(|t| !t.ends_sentence() && !t.is_mark(";"))
            .collect()
    }

    fn sentence(&self, at: usize) -> Vec<&Token<'a>> {
        self.tokens[at.min(self.tokens.len())..]
            .iter()
            .take(NEAR)
            .take_while(|t| !t.ends_sentence())
            .collect()
    }

    /// "defaults to `a`"
    fn after_verb(&self, at: usize) -> Option<String> {
        let mut i = at + 1;
        while self.get(i).is_some_and(|t| {
            t.is_any(&["to", "as", "is", "be", "value", "currently", "of", "the", "a"]) && !self.is_marked(i)
                || t.is_mark(":=")
        }) {
            if self.tokens[i].is_any(&["the", "a"])
                && !self.is_marked(i + 1)
                && !self.get(i + 1).is_some_and(|t| t.is("value"))
            {
                return None;
            }
            i += 1;
        }
        let linked = i > at + 1 || self.is_marked(i);
        (linked && !self.is_about_another(at)).then(|| self.literal(i)).flatten()
    }

    /// "default value is `a`", "default: a", "default `a`", "the default size is 10"
    fn after_noun(&self, at: usize) -> Option<String> {
        let previous = at.checked_sub(1).and_then(|i| self.get(i));
        if previous.is_some_and(|t| t.is("no")) {
            return None;
        }
        let by = previous.is_some_and(|t| t.is("by"));
        let (mut i, mut linked) = (at + 1, false);
        while let Some(token) = self.get(i).filter(|_| i < at + 14) {
            let link = token.is_any(&LINKS) || token.is_mark(":=") || (by && token.is_mark(","));
            let own = token.kind == Kind::Code
                && token.text == self.subject.name
                && self.get(i + 1).is_some_and(|t| t.is_any(&LINKS));
            if !(link || own || token.is_any(&FILLERS)) {
                break;
            }
            linked |= link;
            i += 1;
        }
        if !linked {
            if let Some(found) = self.qualified(at) {
                return Some(found);
            }
            // "the default `x`" names a thing; "(Default `x`)" states it.
            let starts = previous.is_none_or(|t| t.ends_sentence() || t.is_mark("(,;-–—["))
                || self.tokens[at].text.starts_with('D');
            let bare = i == at + 1 || (i == at + 2 && self.tokens[at + 1].is("value"));
            if !(bare && starts && self.ends_clause(i)) {
                return None;
            }
        }
        (!self.is_about_another(at)).then(|| self.literal(i)).flatten()
    }

    /// "the default maximum size is `10`": only a marked value or a constant, as much else may be said so.
    fn qualified(&self, at: usize) -> Option<String> {
        let words = self.tokens[at + 1..].iter().take(14).take_while(|t| t.kind == Kind::Word);
        let link = words.clone().position(|t| t.is_any(&["is", "are"]))?;
        if words.take(link).any(|t| t.is_any(&["when", "if", "that", "which", "for", "and", "or", "will"])) {
            return None;
        }
        let i = at + 2 + link;
        let spelt = self.get(i + 1).is_some_and(|t| t.is_mark("(")) && self.is_marked(i + 2);
        let sure = spelt || self.get(i).and_then(values::style).is_some_and(|style| style > Style::Word);
        (sure && !self.is_about_another(at)).then(|| self.literal(i)).flatten()
    }

    fn ends_clause(&self, at: usize) -> bool {
        let Some(value) = self.get(at) else { return false };
        let after = at + 1 + usize::from(self.unit_after(at + 1, value).is_some());
        self.get(after).is_none_or(|t| t.ends_sentence() || t.is_mark("),;](") || t.leads)
    }

    /// "`a` by default", "enabled by default"
    fn by_default(&self, at: usize) -> Option<String> {
        if !self.get(at.checked_sub(1)?)?.is("by") {
            return None;
        }
        let mut i = at.checked_sub(2)?;
        // "`a` is used by default"
        if self.tokens[i].is_any(&["used", "assumed", "set"])
            && i > 1
            && self.tokens[i - 1].is_any(&["is", "be"])
        {
            i -= 2;
        }
        let value = &self.tokens[i];
        let clause = self.before(i);
        let conditional = clause.iter().any(|t| t.is_any(&["when", "unless", "not"]))
            || clause
                .iter()
                .rposition(|t| t.is("if"))
                .is_some_and(|start| !left_out(clause[..start].iter().rev().copied(), self.subject));
        if conditional || self.is_conditional_after(at + 1) {
            return None;
        }
        if self.subject.shape == Shape::Bool && value.is_any(&["enabled", "disabled"]) {
            // "Which is disabled by default" is about something else.
            let short = clause.len() <= 4 && !clause.iter().any(|t| t.is_any(&["which", "that", "are"]));
            return short.then(|| value.is("enabled").to_string());
        }
        let sure = self.is_marked(i) || values::is_constant(value.text);
        let apart = self.is_marked(i) || i == 0 || self.tokens[i - 1].kind != Kind::Word;
        let linked = (i + 2 < at && apart)
            || i.checked_sub(1).is_some_and(|i| self.tokens[i].is_any(&["is", "to", "be", "uses", "as"]));
        (sure && linked && !self.is_about_another(i))
            .then(|| self.accept(value.text, self.is_marked(i)))
            .flatten()
    }

    /// "`a` is the default", "`a` (the default)"
    fn marked(&self, at: usize) -> Option<String> {
        let mut i = at.checked_sub(1)?;
        for words in [&["the", "as"][..], &["is", "being", "which", "used"], &["which"]] {
            if i > 0 && self.tokens[i].is_any(words) {
                i -= 1;
            }
        }
        let parenthesis = self.tokens[i].is_mark("(");
        while i > 0 && self.tokens[i].is_mark(",(-–—") {
            i -= 1;
        }
        let value = &self.tokens[i];
        let sure =
            self.is_marked(i) || (parenthesis && value.kind == Kind::Word && values::is_constant(value.text));
        let ends = self
            .get(at + 1)
            .is_none_or(|t| t.ends_sentence() || t.is_mark("),;]") || t.is_any(&["value", "and", "option"]));
        (sure && i + 1 < at && ends && !self.subject.is_sibling(value.text))
            .then(|| self.accept(value.text, true))
            .flatten()
    }

    /// "If omitted, `a` is used."
    fn when_left_out(&self, at: usize) -> Option<String> {
        const GONE: [&str; 6] = ["omitted", "unspecified", "unset", "blank", "empty", "omit"];
        let token = &self.tokens[at];
        let gone = token.is_any(&GONE);
        if !(gone || token.is_any(&["specified", "provided", "set", "given", "supplied"])) {
            return None;
        }
        let before: Vec<&Token> = self.before(at).into_iter().take(4).collect();
        let conditional = before.iter().any(|t| t.is_any(&["if", "when"]));
        let negated = gone || before.first().is_some_and(|t| t.is_any(&["not", "isn't"]));
        if !conditional
            || !negated
            || before.iter().any(|t| t.kind == Kind::Code && t.text != self.subject.name)
        {
            return None;
        }
        let mut i = at + 1;
        while self.get(i).is_some_and(|t| {
            t.is_mark(",:")
                || t.is_any(&[
                    "then",
                    "the",
                    "value",
                    "it",
                    "this",
                    "will",
                    "be",
                    "is",
                    "uses",
                    "assumed",
                    "to",
                    "set",
                    "assumes",
                    "a",
                    "of",
                    "use",
                    "field",
                    "parameter",
                    "argument",
                ])
        }) {
            i += 1;
        }
        let sure = self.is_marked(i)
            || self.get(i).is_some_and(|t| t.kind == Kind::Word && values::is_constant(t.text));
        let used = || {
            self.tokens[i + 1..]
                .iter()
                .take(4)
                .any(|t| t.is_any(&["used", "assumed", "default", "chosen", "applied"]))
        };
        let stated = || {
            self.tokens[at + 1..i]
                .iter()
                .any(|t| t.is_any(&["is", "be", "uses", "assumed", "assumes", "use"]))
        };
        (sure && (used() || stated())).then(|| self.literal(i)).flatten()
    }

    /// Whether the words before say that it is another thing's default, or one of several.
    fn is_about_another(&self, at: usize) -> bool {
        let clause = self.before(at);
        // "`x` defaults to", "`x`'s default is"
        let owner = clause.iter().position(|t| t.kind == Kind::Code || t.is_mark(","));
        let owned = owner.is_some_and(|i| {
            let token = clause[i];
            token.kind == Kind::Code
                && token.text != self.subject.name
                && (self.subject.is_sibling(token.text) || i == 0)
        });
        owned || self.has_condition(&clause)
    }

    /// A condition other than that the argument is left out. The clause is given backwards.
    fn has_condition(&self, clause: &[&Token]) -> bool {
        let starts = |i: usize| clause.get(i + 1).is_none_or(|t| t.is_mark(","));
        let condition = clause.iter().enumerate().rposition(|(i, t)| {
            t.is_any(&["if", "when", "unless", "where", "once", "while"])
                || (starts(i) && t.is_any(&["for", "in", "on"]))
        });
        let Some(start) = condition else { return false };
        if clause[start].is_any(&["for", "in", "on"]) {
            return true;
        }
        !left_out(clause[..start].iter().rev().copied(), self.subject)
    }

    /// "…for x", "…if y is set": the value holds only then.
    fn is_conditional_after(&self, at: usize) -> bool {
        let sentence = self.sentence(at);
        let mut words = sentence.iter().enumerate();
        // A parenthesis is a remark, unless it is the condition. Where the default's own ends, all is said.
        let mut depth = 0;
        let first = words.find(|(_, t)| {
            if t.is_mark("(") {
                depth += 1;
            } else if t.is_mark(")") {
                depth -= 1;
                return depth < 0;
            } else if depth == 0 || t.is_any(&["if", "when", "unless"]) {
                return !t.is_mark(",") && !t.is_any(&["and", "only"]);
            }
            false
        });
        let Some((i, first)) = first else { return false };
        if first.is_any(&["if", "when", "unless", "where"]) {
            return !left_out(sentence[i + 1..].iter().copied(), self.subject);
        }
        let general = ["this", "backward", "backwards", "compatibility", "case", "order", "new", "all"];
        let specific = first.is_any(&["for", "otherwise", "on", "or", "in", "plus", "times", "depending"]);
        specific && !sentence.get(i + 1).is_some_and(|t| t.is_any(&general))
    }

    /// The literal at a token.
    fn literal(&self, at: usize) -> Option<String> {
        if let Some(list) = self.bracketed(at) {
            return Some(list);
        }
        let mut at = at;
        while self.get(at).is_some_and(|t| {
            t.is_mark("[(") || t.is_any(&["the", "a", "string", "value"]) && self.is_marked(at + 1)
        }) {
            at += 1;
        }
        // "newline (`\n`)"
        let spelt = self.get(at).and_then(values::style) == Some(Style::Word)
            && self.get(at + 1).is_some_and(|t| t.is_mark("("))
            && self.is_marked(at + 2)
            && self.get(at + 3).is_some_and(|t| t.is_mark(")"));
        if spelt {
            return self.accept(self.tokens[at + 2].text, true);
        }
        let token = self.get(at)?;
        let style = values::style(token)?;
        let mut after = at + 1;
        while self.get(after).is_some_and(|t| t.is_mark("]")) {
            after += 1;
        }
        let unit = self.unit_after(after, token);
        let end = after + usize::from(unit.is_some());
        // `a`.`b`, `a` attribute of …, `a` or `b`
        let next = self.get(end);
        let other = next.is_some_and(|t| {
            t.is_any(&["or", "of", "attribute", "argument", "to", "from", "times", "plus", "as", "above"])
                || (t.kind == Kind::Code && !t.leads)
                || t.is_mark("*+/%")
        });
        if other || self.is_conditional_after(end) {
            return None;
        }
        let ends = next
            .is_none_or(|t| t.ends_sentence() || t.is_mark("),;]") || t.is("default") || t.is("defaults"));
        if style == Style::Word && !(ends && unit.is_none()) {
            return None;
        }
        match unit {
            Some(unit) if style != Style::Marked && self.subject.shape == Shape::Text => {
                Some(format!("{} {unit}", token.text))
            }
            _ => self.accept(token.text, style != Style::Word),
        }
    }

    /// `[0]`, unmarked, as a list's default.
    fn bracketed(&self, at: usize) -> Option<String> {
        let tokens = self.tokens.get(at..at + 3)?;
        let list = self.subject.shape.is_list() && tokens[0].is_mark("[") && tokens[2].is_mark("]");
        (list && tokens[1].kind == Kind::Word).then(|| format!("[{}]", tokens[1].text))
    }

    /// "30 seconds"
    fn unit_after(&self, at: usize, value: &Token) -> Option<&'a str> {
        let word = self.get(at).filter(|t| t.kind == Kind::Word)?;
        (number(value.text).is_some() && unit::is_unit(word.text)).then_some(word.text)
    }

    fn accept(&self, value: &str, sure: bool) -> Option<String> {
        let named = self.subject.is_sibling(value) && value != self.subject.name;
        if named && !self.allowed.iter().any(|allowed| allowed == value) {
            return None;
        }
        accept(value, self.subject, sure)
    }
}

/// "not set", "omitted", "no value is given" in the words after an "if".
fn left_out<'t, 'a: 't>(words: impl Iterator<Item = &'t Token<'a>>, subject: &Subject) -> bool {
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

/// Words that name no literal.
const NOTHING: [&str; 30] = [
    "null",
    "nil",
    "none",
    "undefined",
    "unset",
    "empty",
    "automatic",
    "automatically",
    "n/a",
    "unspecified",
    "nothing",
    "no",
    "unlimited",
    "everything",
    "random",
    "same",
    "today",
    "now",
    "provider",
    "region",
    "yes",
    "current",
    "immediately",
    "never",
    "value",
    "available",
    "required",
    "zero",
    "auto-generated",
    "otherwise",
];

/// The value, if the argument can have it. `sure`: it is marked as a value.
pub fn accept(value: &str, subject: &Subject, sure: bool) -> Option<String> {
    let value = value.trim();
    let nothing = NOTHING.iter().any(|word| value.eq_ignore_ascii_case(word));
    if value == "null"
        || value == "nil"
        || (nothing && !sure)
        || value.is_empty()
        || value.contains('\n')
        || value.len() > 300
    {
        return None;
    }
    match subject.shape {
        Shape::Bool => value.to_lowercase().parse::<bool>().ok().map(|b| b.to_string()),
        Shape::Number => number(value).or_else(|| unit::amount(value).map(|(number, _)| number)),
        Shape::Block => None,
        Shape::Map => value.starts_with('{').then(|| value.to_owned()),
        Shape::Numbers | Shape::Bools if !value.starts_with('[') => None,
        Shape::Text | Shape::Texts | Shape::Numbers | Shape::Bools | Shape::Any => Some(value.to_owned()),
    }
}
