//! The value of a default: a literal that the argument can have.

use super::super::{
    literal::{self, Style, number},
    subject::{Shape, Subject},
    token::{Kind, Token},
    unit, values,
};
use super::Finder;

/// Words that go on after a value.
pub(super) const FOLLOWING: [&str; 14] = [
    "if", "when", "and", "but", "which", "unless", "default", "defaults", "by", "with", "meaning", "where",
    "for", "because",
];

impl<'a> Finder<'_, 'a> {
    /// The literal at a token.
    pub(super) fn literal(&self, at: usize) -> Option<String> {
        if let Some(switch) = self.switch(at) {
            return Some(switch);
        }
        if let Some(list) = self.bracketed(at) {
            return Some(list);
        }
        if let Some(list) = self.several(at) {
            return Some(list);
        }
        let mut at = at;
        while self.get(at).is_some_and(|t| {
            t.is_mark("[(") || t.is_any(&["the", "a", "string", "value"]) && self.is_marked(at + 1)
        }) {
            at += 1;
        }
        // "newline (`\n`)", "midnight (0)"
        let counts = |t: &Token| self.subject.shape == Shape::Number && number(t.text).is_some();
        let spelt = self.get(at).and_then(literal::style) == Some(Style::Word)
            && self.get(at + 1).is_some_and(|t| t.is_mark("("))
            && (self.is_marked(at + 2) || self.get(at + 2).is_some_and(counts))
            && self.get(at + 3).is_some_and(|t| t.is_mark(")"));
        if spelt {
            return self.accept(self.tokens[at + 2].text, true);
        }
        let token = self.get(at)?;
        if token.is_mark("/") && self.get(at + 1).is_none_or(Token::ends_sentence) {
            return self.accept(token.text, true);
        }
        let style = literal::style(token)?;
        let mut after = at + 1;
        while self.get(after).is_some_and(|t| t.is_mark("]")) {
            after += 1;
        }
        if token.kind == Kind::Word && token.is_any(&["null", "nil"]) {
            return None;
        }
        let unit = self.unit_after(after, token);
        let end = after + usize::from(unit.is_some());
        // `a`.`b`, `a` attribute of …, `a` or `b`
        let next = self.get(end);
        let other = next.is_some_and(|t| {
            t.is_any(&["or", "of", "attribute", "argument", "to", "from", "times", "plus", "as", "above"])
                || (t.kind == Kind::Code && !t.leads)
                || (t.is_mark("*+/%") && self.subject.shape != Shape::Bool)
        });
        if other || self.is_conditional_after(end) {
            return None;
        }
        let ends = next
            .is_none_or(|t| t.ends_sentence() || t.is_mark("),;]") || t.is("default") || t.is("defaults"));
        if style == Style::Word && !(ends && unit.is_none()) {
            return None;
        }
        // "the REST API", "a 30-minute window": part of a description.
        let described = !self.allowed.iter().any(|a| a == token.text)
            && next.is_some_and(|t| t.kind == Kind::Word && !t.leads && !t.is_any(&FOLLOWING));
        if style == Style::Constant && number(token.text).is_none() && described && unit.is_none() {
            return None;
        }
        if self.subject.shape == Shape::Number
            && let Some(unit) = unit
        {
            // "1 GB, i.e., `1048576`" of a size in KB.
            let counted = unit::read(self.tokens, self.subject);
            if let Some(counted) = counted.filter(|counted| !unit::is_same(counted, unit)) {
                let converted = || unit::convert(&number(token.text)?, unit, &counted);
                return self.exactly(end, &counted).or_else(converted);
            }
        }
        match unit {
            Some(unit) if style != Style::Marked && self.subject.shape == Shape::Text => {
                Some(self.duration(token.text, unit))
            }
            None if style == Style::Constant && self.subject.shape == Shape::Text => {
                let amount = unit::amount(token.text).filter(|(_, unit)| unit::is_unit(unit));
                let counted = unit::counted(self.tokens, self.subject.name);
                let same =
                    amount.filter(|(_, unit)| counted.is_some_and(|counted| unit::is_same(&counted, unit)));
                same.map(|(number, _)| number).or_else(|| self.accept(token.text, true))
            }
            _ => self.accept(token.text, style != Style::Word),
        }
    }

    /// An amount as text: "30 seconds", but 30 where the text says that it counts seconds, and 30s where values end so.
    fn duration(&self, amount: &str, unit: &str) -> String {
        let counted = unit::counted(self.tokens, self.subject.name);
        let ends = |pair: &[Token]| {
            pair[0].is_any(&["with", "by"]) && pair[1].kind == Kind::Quoted && pair[1].text == "s"
        };
        if !counted.is_some_and(|counted| unit::is_same(&counted, unit)) {
            format!("{amount} {unit}")
        } else if self.tokens.windows(2).any(ends) {
            format!("{amount}s")
        } else {
            amount.to_owned()
        }
    }

    /// The number in the argument's own unit soon after one in another: "1 day (86400 seconds)".
    fn exactly(&self, at: usize, counted: &str) -> Option<String> {
        (at..at + 6).find_map(|i| {
            let token = self.get(i)?;
            let unit = self.unit_after(i + 1, token).is_some_and(|unit| unit::is_same(unit, counted));
            number(token.text).filter(|_| token.kind == Kind::Code || unit)
        })
    }

    /// "on", "disabled" for a bool.
    fn switch(&self, at: usize) -> Option<String> {
        let token = self.get(at).filter(|_| self.subject.shape == Shape::Bool)?;
        let on = token.is_any(&["on", "yes", "enabled"]);
        let said = (on || token.is_any(&["off", "no", "disabled"])) && !self.subject.name.contains("disable");
        let ends = self.get(at + 1).is_none_or(|t| t.ends_sentence() || t.is_mark("),;]"));
        (said && ends).then(|| on.to_string())
    }

    /// "`a` and `b`", as a list's default.
    pub(super) fn several(&self, at: usize) -> Option<String> {
        // "[`a`, `b`]"
        let at = at + usize::from(self.get(at).is_some_and(|t| t.is_mark("[")));
        if !self.subject.shape.is_list() || !self.is_marked(at) {
            return None;
        }
        let list = values::list(self.tokens, at)
            .filter(|list| list.values.len() > 1 && !list.choice && !list.open)?;
        let values: Vec<String> =
            list.values.iter().map(|value| serde_json::Value::from(*value).to_string()).collect();
        (!self.is_conditional_after(list.end)).then(|| format!("[{}]", values.join(", ")))
    }

    /// `[0]`, unmarked, as a list's default.
    pub(super) fn bracketed(&self, at: usize) -> Option<String> {
        let tokens = self.tokens.get(at..at + 3)?;
        let list = self.subject.shape.is_list() && tokens[0].is_mark("[") && tokens[2].is_mark("]");
        (list && tokens[1].kind == Kind::Word).then(|| format!("[{}]", tokens[1].text))
    }

    /// "30 seconds"
    pub(super) fn unit_after(&self, at: usize, value: &Token) -> Option<&'a str> {
        let word = self.get(at).filter(|t| t.kind == Kind::Word)?;
        (number(value.text).is_some() && unit::is_unit(word.text)).then_some(word.text)
    }

    pub(super) fn accept(&self, value: &str, sure: bool) -> Option<String> {
        let spelt = super::super::spelling(value.to_owned(), self.allowed);
        if spelt != value {
            return Some(spelt);
        }
        let named = self.subject.is_sibling(value) && value != self.subject.name;
        if named && !self.allowed.iter().any(|allowed| allowed == value) {
            return None;
        }
        accept(value, self.subject, sure)
    }
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
