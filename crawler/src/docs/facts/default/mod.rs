//! The documented default.

mod condition;
mod value;

use value::FOLLOWING;
pub use value::accept;

use super::{
    literal::{self, Style},
    subject::{Shape, Subject, snake},
    token::{Kind, Token},
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
const LINKS: [&str; 14] =
    ["equal", "to", "is", "of", "as", "are", "will", "be", "being", "use", "uses", "it", "was", "equals"];

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

    fn is_conditional_after(&self, at: usize) -> bool {
        condition::after(&self.sentence(at), self.subject)
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
        // "defaults to `a` if …; otherwise defaults to `b`"
        let second = self.get(at.wrapping_sub(1)).is_some_and(|t| t.is("otherwise"))
            && self.tokens[at.saturating_sub(NEAR)..at].iter().any(|t| t.is("defaults"));
        let linked = (i > at + 1 || self.is_marked(i)) && !second;
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
            let named = match token.kind {
                Kind::Code => token.text == self.subject.name,
                _ => {
                    let article = self.tokens[i - 1].is("for") || (by && self.tokens[i - 1].is("the"));
                    article && snake(token.text) == self.subject.name
                }
            };
            let own = named && self.get(i + 1).is_some_and(|t| t.is_any(&LINKS));
            if !(link || own || token.is_any(&FILLERS)) {
                break;
            }
            linked |= link;
            i += 1;
        }
        if !linked {
            if let Some(found) = self.qualified(at, by) {
                return Some(found);
            }
            // "the default `x`" names a thing; "(Default `x`)" states it.
            let starts = previous.is_none_or(|t| t.ends_sentence() || t.is_mark("(,;-–—["))
                || self.tokens[at].text.starts_with('D');
            // "then default value 10 will be used"
            let used = self.get(i).and_then(literal::style).is_some_and(|style| style > Style::Word)
                && self.get(i + 1).is_some_and(|t| t.is_any(&["will", "is"]))
                && self.tokens[i + 2..].iter().take(2).any(|t| t.is("used"));
            if used && !self.is_about_another(at) {
                return self.literal(i);
            }
            let bare = i == at + 1 || (i == at + 2 && self.tokens[at + 1].is("value"));
            if !(bare && starts && self.ends_clause(i)) {
                return None;
            }
        }
        // "by default, the `a` scopes are asked for" names things.
        let thing = by && self.tokens[i - 1].is("the") && self.is_marked(i);
        (!thing && !self.is_about_another(at)).then(|| self.literal(i)).flatten()
    }

    /// "the default maximum size is `10`": only a marked value or a constant, as much else may be said so. "By default,
    /// the state is set to true": only for a bool and what may be set.
    fn qualified(&self, at: usize, by: bool) -> Option<String> {
        let comma = by && self.get(at + 1).is_some_and(|t| t.is_mark(","));
        let start = at + 1 + usize::from(comma);
        let words = self.tokens[start..].iter().take(14).take_while(|t| t.kind == Kind::Word);
        let link = words.clone().position(|t| t.is_any(&["is", "are"]))?;
        if words.clone().take(link).any(|t| t.text != self.subject.name && self.subject.is_sibling(t.text)) {
            return None;
        }
        if words.take(link).any(|t| t.is_any(&["when", "if", "that", "which", "for", "and", "or", "will"])) {
            return None;
        }
        let mut i = start + 1 + link;
        if self.get(i).is_some_and(|t| t.is("set")) && self.get(i + 1).is_some_and(|t| t.is("to")) {
            i += 2;
        }
        let settable = |t: &Token| self.allowed.iter().any(|value| value == t.text);
        if comma && self.subject.shape != Shape::Bool && !self.get(i).is_some_and(settable) {
            return None;
        }
        let spelt = self.get(i + 1).is_some_and(|t| t.is_mark("(")) && self.is_marked(i + 2);
        let sure = spelt || self.get(i).and_then(literal::style).is_some_and(|style| style > Style::Word);
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
            || clause.iter().rposition(|t| t.is("if")).is_some_and(|start| {
                !condition::left_out(clause[..start].iter().rev().copied(), self.subject)
            });
        if conditional || self.is_conditional_after(at + 1) {
            return None;
        }
        if self.subject.shape == Shape::Bool && value.is_any(&["on", "off"]) && clause.is_empty() {
            return (!self.subject.name.contains("disable")).then(|| value.is("on").to_string());
        }
        if self.subject.shape == Shape::Bool && value.is_any(&["enabled", "disabled"]) {
            // "Which is disabled by default" is about something else.
            let inverse = self.subject.name.contains("disable");
            let short =
                !inverse && clause.len() <= 4 && !clause.iter().any(|t| t.is_any(&["which", "that", "are"]));
            return short.then(|| value.is("enabled").to_string());
        }
        let sure = self.is_marked(i) || literal::is_constant(value.text);
        let apart = self.is_marked(i) || i == 0 || self.tokens[i - 1].kind != Kind::Word;
        let linked = (i + 2 < at && apart)
            || i.checked_sub(1).is_some_and(|i| self.tokens[i].is_any(&["is", "to", "be", "uses"]));
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
        // "`x` is the default", "KEY_A is the default algorithm"
        let named = self.tokens[i + 1..at].iter().any(|t| t.is("is"));
        let constant = value.kind == Kind::Word && literal::is_constant(value.text);
        let used = i > 0 && self.tokens[i - 1].is_any(&["use", "uses"]) && value.kind == Kind::Word;
        let sure = self.is_marked(i) || (constant && (parenthesis || named)) || used;
        // "If `x` is `a` (default)"
        let names = |t: &&Token| t.kind == Kind::Code && self.subject.argument(t.text).is_some();
        if self.before(i).iter().any(|t| t.is("if")) && self.before(i).iter().any(names) {
            return None;
        }
        // "… is the default value for that one"
        if self.get(at + 2).is_some_and(|t| t.is("for")) {
            return None;
        }
        let ends = |i: usize| self.get(i).is_none_or(|t| t.ends_sentence() || t.is_mark("),;]"));
        let noun = named && self.get(at + 1).is_some_and(|t| t.kind == Kind::Word) && ends(at + 2);
        let ends =
            ends(at + 1) || noun || self.get(at + 1).is_some_and(|t| t.is_any(&["value", "and", "option"]));
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
        let before: Vec<&Token> = self.before(at).into_iter().take(6).collect();
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
            || self.get(i).is_some_and(|t| t.kind == Kind::Word && literal::is_constant(t.text));
        // "the `default` network is used" names a thing.
        let rest = self.tokens.get(i + 1..).unwrap_or_default();
        let used = || {
            let verb = rest.first().is_some_and(|t| t.is_any(&["is", "will", "are", "gets"]));
            verb && rest
                .iter()
                .take(4)
                .any(|t| t.is_any(&["used", "assumed", "default", "chosen", "applied"]))
        };
        let stated = || {
            let said = ["is", "be", "uses", "assumed", "assumes", "use"];
            let noun =
                rest.first().is_some_and(|t| t.kind == Kind::Word && !t.leads && !t.is_any(&FOLLOWING));
            !noun && self.tokens[at + 1..i].iter().any(|t| t.is_any(&said))
        };
        (sure && (used() || stated())).then(|| self.literal(i)).flatten()
    }

    /// Whether the words before say that it is another thing's default, or one of several.
    fn is_about_another(&self, at: usize) -> bool {
        let clause = self.before(at);
        // "`x` defaults to", "`x`'s default is", "`x`(default: …)"
        if let [open, owner, ..] = &clause[..]
            && open.is_mark("(")
            && owner.kind == Kind::Code
            && owner.text != self.subject.name
        {
            return true;
        }
        // "the type defaults to"
        let other = clause.first().is_some_and(|t| {
            t.kind == Kind::Word && t.text != self.subject.name && self.subject.is_sibling(t.text)
        });
        other || self.names_another(&clause) || condition::before(&clause, self.subject)
    }

    /// Whether the nearest name before is another argument's. The clause is given backwards.
    fn names_another(&self, clause: &[&Token]) -> bool {
        let owner = clause.iter().position(|t| t.kind == Kind::Code || t.is_mark(","));
        owner.is_some_and(|i| {
            let token = clause[i];
            token.kind == Kind::Code
                && token.text != self.subject.name
                && (i == 0 || self.subject.is_sibling(token.text))
        })
    }
}
