//! Defaults that a verb states: "defaults to `a`", "if omitted, `a` is used".

use super::{
    super::{
        literal,
        token::{Kind, Token},
    },
    FOLLOWING, Finder, NEAR,
};

impl Finder<'_, '_> {
    /// "defaults to `a`"
    pub(super) fn after_verb(&self, at: usize) -> Option<String> {
        // "added to the defaults of `a`"
        if at > 0 && self.tokens[at - 1].is_any(&["the", "these", "those"]) {
            return None;
        }
        let mut i = at + 1;
        // "defaults to its maximum: `a`"
        let most = self.tokens[i..].iter().take(4).map(|t| t.text.to_lowercase()).collect::<Vec<_>>();
        if let ["to", "its", "max" | "maximum", ":"] = most.iter().map(String::as_str).collect::<Vec<_>>()[..]
        {
            i += 3;
        }
        // "defaults this to a list with `a`"
        let words = self.tokens[i..].iter().take(5).take_while(|t| t.kind == Kind::Word);
        let list = words.clone().position(|t| t.is("list")).filter(|_| self.subject.shape.is_list());
        if let Some(list) = list
            && self.get(i + list + 1).is_some_and(|t| t.is_any(&["with", "of", "containing"]))
            && self.is_marked(i + list + 2)
            && self.ends_clause(i + list + 2)
            && !self.is_about_another(at)
        {
            return Some(format!("[{}]", serde_json::Value::from(self.tokens[i + list + 2].text)));
        }
        while self.get(i).is_some_and(|t| {
            t.is_any(&["to", "as", "is", "be", "value", "currently", "of", "the", "a"]) && !self.is_marked(i)
                || t.is_mark(":=")
        }) {
            // "a slash (`/`)"
            let slash = self.get(i + 3).is_some_and(|t| t.is_mark("/"));
            let spelt = self.get(i + 2).is_some_and(|t| t.is_mark("(")) && (self.is_marked(i + 3) || slash);
            if self.tokens[i].is_any(&["the", "a"])
                && !self.is_marked(i + 1)
                && !self.get(i + 1).is_some_and(|t| t.is("value"))
            {
                let said =
                    spelt && self.get(i + 4).is_some_and(|t| t.is_mark(")")) && !self.is_about_another(at);
                let value = || if slash { self.accept("/", true) } else { self.literal(i + 1) };
                return said.then(value).flatten();
            }
            i += 1;
        }
        // "defaults to Engine version 0.9"
        let words = self.tokens[i..].iter().take(4).take_while(|t| t.kind == Kind::Word);
        let noun =
            words.clone().position(|t| self.subject.name.split('_').next_back().is_some_and(|n| t.is(n)));
        let counted = |t: &Token| t.kind == Kind::Word && t.text.starts_with(|c: char| c.is_ascii_digit());
        i += noun.filter(|noun| self.get(i + noun + 1).is_some_and(counted)).map_or(0, |noun| noun + 1);
        // "defaults to `a` if …; otherwise defaults to `b`"
        let second = self.get(at.wrapping_sub(1)).is_some_and(|t| t.is("otherwise"))
            && self.tokens[at.saturating_sub(NEAR)..at].iter().any(|t| t.is("defaults"));
        // "Defaults false."
        let bare = i == at + 1
            && self.get(i).is_some_and(|t| t.is_any(&["true", "false"]))
            && self.get(i + 1).is_none_or(Token::ends_sentence);
        let linked = (i > at + 1 || self.is_marked(i) || bare) && !second;
        (linked && !self.is_about_another(at)).then(|| self.literal(i)).flatten()
    }

    /// "default to a computed value (currently 2)"
    pub(super) fn currently(&self, at: usize) -> Option<String> {
        let sentence = self.sentence(at);
        let open = sentence.iter().take(16).position(|t| t.is_mark("("))?;
        let said = sentence.get(open + 1).is_some_and(|t| t.is("currently"))
            && sentence.get(open + 3).is_some_and(|t| t.is_mark(")"));
        (said && !self.is_about_another(at)).then(|| self.literal(at + open + 2)).flatten()
    }

    /// "If omitted, `a` is used."
    pub(super) fn when_left_out(&self, at: usize) -> Option<String> {
        const GONE: [&str; 6] = ["omitted", "unspecified", "unset", "blank", "empty", "omit"];
        let token = &self.tokens[at];
        let gone = token.is_any(&GONE);
        if !(gone || token.is_any(&["specified", "provided", "set", "given", "supplied"])) {
            return None;
        }
        let before: Vec<&Token> = self.before(at).into_iter().take(6).collect();
        let conditional = before.iter().any(|t| t.is_any(&["if", "when"]));
        let none = before.iter().any(|t| t.is("none"));
        let negated = gone || none || before.first().is_some_and(|t| t.is_any(&["not", "isn't"]));
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
                    "considered",
                    "treated",
                    "as",
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
}
