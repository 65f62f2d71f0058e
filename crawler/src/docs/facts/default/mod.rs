//! The documented default.

mod before;
mod condition;
mod value;
mod verb;

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
            return self.after_verb(at).or_else(|| self.currently(at));
        }
        if token.is("default") {
            let before =
                || self.used_by_default(at).or_else(|| self.by_default(at)).or_else(|| self.marked(at));
            let told = || self.currently(at).or_else(|| self.is_to(at));
            return self.after_noun(at).or_else(before).or_else(told);
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

    /// "the default is to attach it in A mode": the one value of the set in the sentence.
    fn is_to(&self, at: usize) -> Option<String> {
        let said =
            self.get(at + 1).is_some_and(|t| t.is("is")) && self.get(at + 2).is_some_and(|t| t.is("to"));
        if !said || self.is_about_another(at) || self.is_conditional_after(at + 3) {
            return None;
        }
        let sentence = self.sentence(at);
        let mut found = sentence.iter().filter(|t| self.allowed.iter().any(|value| value == t.text));
        let one = found.next()?;
        found.next().is_none().then(|| one.text.to_owned())
    }

    /// "default value is `a`", "default: a", "default `a`", "the default size is 10"
    fn after_noun(&self, at: usize) -> Option<String> {
        let previous = at.checked_sub(1).and_then(|i| self.get(i));
        if previous.is_some_and(|t| t.is("no")) {
            return None;
        }
        let by = previous.is_some_and(|t| t.is("by"));
        // "It will be by default true."
        if by && self.get(at + 1).is_some_and(|t| t.is_any(&["true", "false"])) && self.ends_clause(at + 1) {
            return (!self.is_about_another(at)).then(|| self.literal(at + 1)).flatten();
        }
        // "The minimum (and default) size is 10."
        let aside = previous.is_some_and(|t| t.is("and"))
            && self.get(at.wrapping_sub(2)).is_some_and(|t| t.is_mark("("))
            && self.get(at + 1).is_some_and(|t| t.is_mark(")"));
        let mut verb = false;
        let (mut i, mut linked, mut nouns) = (at + 1 + if aside { 2 } else { 0 }, false, false);
        while let Some(token) = self.get(i).filter(|_| i < at + 14) {
            let link = token.is_any(&LINKS) || token.is_mark(":=") || (by && token.is_mark(","));
            let named = match token.kind {
                Kind::Code => token.text == self.subject.name,
                _ => {
                    let article = self.tokens[i - 1].is("for") || (by && self.tokens[i - 1].is("the"));
                    article && snake(token.text) == self.subject.name
                }
            };
            let noun =
                !verb && token.kind == Kind::Word && self.subject.name.split('_').any(|word| token.is(word));
            let own = named && self.get(i + 1).is_some_and(|t| t.is_any(&LINKS));
            if !(link || own || noun || token.is_any(&FILLERS)) {
                break;
            }
            linked |= link;
            verb |= link && !token.is_mark(",");
            nouns |= noun && !own;
            i += 1;
        }
        if nouns
            && self.subject.shape != Shape::Bool
            && self.get(i).and_then(literal::style).is_none_or(|style| style == Style::Word)
        {
            return self.qualified(at, by);
        }
        // "a default thing called `a`"
        let called = self.tokens[at + 1..].iter().take(3).position(|t| t.is_any(&["called", "named"]));
        if let Some(called) = called.map(|called| at + 2 + called).filter(|&value| self.is_marked(value))
            && self.ends_clause(called)
        {
            return (!self.is_about_another(at)).then(|| self.literal(called)).flatten();
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
            // "a default value (600 seconds) will be used"
            if self.get(i).is_some_and(|t| t.is_mark("(")) && self.tokens[at + 1].is("value") {
                let close = self.tokens[i + 1..].iter().take(3).position(|t| t.is_mark(")"));
                let used = close
                    .and_then(|close| self.get(i + close + 2))
                    .is_some_and(|t| t.is_any(&["will", "is"]));
                return (used && !self.is_about_another(at)).then(|| self.literal(i + 1)).flatten();
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

    /// Whether the words before say that it is another thing's default, or one of several.
    fn is_about_another(&self, at: usize) -> bool {
        if self.is_in_conditional_item(at) {
            return true;
        }
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

    /// Whether it is in a bullet that says for what it holds: "* For one kind … The default is …".
    fn is_in_conditional_item(&self, at: usize) -> bool {
        let bounds = |t: &Token| matches!(t.kind, Kind::Item | Kind::Break);
        let start = self.tokens[at.saturating_sub(120)..at].iter().rposition(bounds);
        let start = start.map(|start| at.saturating_sub(120) + start);
        start.is_some_and(|start| {
            self.tokens[start].kind == Kind::Item && self.tokens[start + 1].is_any(&["for", "when", "if"])
        })
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
