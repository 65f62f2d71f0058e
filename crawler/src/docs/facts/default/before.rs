//! Defaults whose value stands before the phrase: "`a` by default", "`a` (the default)".

use super::{
    super::{
        literal,
        subject::Shape,
        token::{Kind, Token},
        values,
    },
    Finder, condition,
};

impl Finder<'_, '_> {
    /// "`a` and `b` are used by default", "`a` and `b` are used as default names", of a list.
    pub(super) fn used_by_default(&self, at: usize) -> Option<String> {
        let are = at.checked_sub(3)?;
        let said = self.tokens[at - 1].is_any(&["by", "as"])
            && self.tokens[at - 2].is_any(&["used", "set", "enabled", "allowed"])
            && self.tokens[are].is("are");
        let start = values::start_before(self.tokens, are);
        let list = said && !self.is_about_another(start) && !self.is_conditional_after(at + 1);
        list.then(|| self.several(start)).flatten()
    }

    /// "`a` by default", "enabled by default"
    pub(super) fn by_default(&self, at: usize) -> Option<String> {
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
        let switch = ["on", "off"].iter().any(|word| value.text.eq_ignore_ascii_case(word));
        if self.subject.shape == Shape::Bool && switch && (clause.is_empty() || value.kind == Kind::Quoted) {
            return (!self.subject.name.contains("disable"))
                .then(|| value.text.eq_ignore_ascii_case("on").to_string());
        }
        if self.subject.shape == Shape::Bool && value.is_any(&["enabled", "disabled"]) {
            // "Which is disabled by default" is about something else.
            let inverse = self.subject.name.contains("disable");
            let short =
                !inverse && clause.len() <= 4 && !clause.iter().any(|t| t.is_any(&["which", "that", "are"]));
            return short.then(|| value.is("enabled").to_string());
        }
        let sure = self.is_marked(i) || literal::is_constant(value.text);
        let starts = i + 2 == at && (i == 0 || self.tokens[i - 1].ends_sentence());
        let apart = self.is_marked(i) || i == 0 || self.tokens[i - 1].kind != Kind::Word;
        let linked = starts
            || (i + 2 < at && apart)
            || i.checked_sub(1).is_some_and(|i| self.tokens[i].is_any(&["is", "to", "be", "uses"]));
        (sure && linked && !self.is_about_another(i))
            .then(|| self.accept(value.text, self.is_marked(i)))
            .flatten()
    }

    /// "`a` is the default", "`a` (the default)"
    pub(super) fn marked(&self, at: usize) -> Option<String> {
        let mut i = self.remark(at).unwrap_or(at.checked_sub(1)?);
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
        // "the default algorithm", "the default output format"
        let word = |i: usize| self.get(i).is_some_and(|t| t.kind == Kind::Word);
        let noun = named && word(at + 1) && (ends(at + 2) || (word(at + 2) && ends(at + 3)));
        let ends =
            ends(at + 1) || noun || self.get(at + 1).is_some_and(|t| t.is_any(&["value", "and", "option"]));
        // "Before `a`, the default value is to …"
        if self.get(at + 2).is_some_and(|t| t.is("is")) && self.get(at + 3).is_some_and(|t| t.is("to")) {
            return None;
        }
        (sure && i + 1 < at && ends && !self.subject.is_sibling(value.text))
            .then(|| self.accept(value.text, true))
            .flatten()
    }

    /// The token before the parenthesis in "-1 (for ever, and the default value)".
    fn remark(&self, at: usize) -> Option<usize> {
        let closes = self.tokens[at + 1..].iter().find(|t| !t.is("value")).is_some_and(|t| t.is_mark(")"));
        let start = at.saturating_sub(8);
        let inside = self.tokens[start..at].iter().rposition(|t| t.is_mark("()") || t.ends_sentence())?;
        let open = start + inside;
        let said = closes && self.tokens[open].is_mark("(") && self.tokens[at - 1].is("the");
        said.then_some(open)
    }
}
