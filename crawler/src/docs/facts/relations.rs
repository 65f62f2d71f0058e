//! How arguments go together: which exclude each other, of which one is needed, which need others.

use super::{
    subject::Subject,
    token::{Kind, Token},
};
use crate::catalog::Docs;

/// Words of a phrase between its cue and the names that it is about.
const MAX_GAP: usize = 12;
/// Names of one relation.
const MAX_NAMES: usize = 32;

/// What it takes for an argument to count as set.
const SET: [&str; 16] = [
    "set",
    "specified",
    "provided",
    "configured",
    "defined",
    "used",
    "present",
    "given",
    "supplied",
    "specify",
    "declared",
    "included",
    "enabled",
    "provide",
    "combined",
    "passed",
];

/// `docs` with the relations that the text states between arguments of the element.
pub fn read(tokens: &[Token], subject: &Subject, docs: Docs) -> Docs {
    let resolved = |names: &[String]| -> Vec<String> {
        names.iter().filter_map(|name| subject.argument(name)).collect()
    };
    let known = [&docs.conflicts_with, &docs.exactly_one_of, &docs.at_least_one_of, &docs.required_with]
        .map(|names| resolved(names));
    let [conflicts, exactly, at_least, required] = known;
    let mut finder = Finder { tokens, subject, conflicts, exactly, at_least, required };
    for at in 0..tokens.len() {
        finder.at(at);
    }
    Docs {
        conflicts_with: finder.conflicts,
        exactly_one_of: finder.exactly,
        at_least_one_of: finder.at_least,
        required_with: finder.required,
        ..docs
    }
}

struct Finder<'t, 'a> {
    tokens: &'t [Token<'a>],
    subject: &'t Subject<'t>,
    conflicts: Vec<String>,
    exactly: Vec<String>,
    at_least: Vec<String>,
    required: Vec<String>,
}

/// Arguments that a text lists.
struct Names {
    /// Without the argument itself.
    others: Vec<String>,
    /// Whether the argument itself is among them.
    own: bool,
    /// The token after them.
    end: usize,
}

impl<'a> Finder<'_, 'a> {
    fn get(&self, at: usize) -> Option<&Token<'a>> {
        self.tokens.get(at)
    }

    fn is_any(&self, at: usize, words: &[&str]) -> bool {
        self.get(at).is_some_and(|t| t.is_any(words))
    }

    fn at(&mut self, at: usize) {
        let token = &self.tokens[at];
        if token.kind != Kind::Word {
            return;
        }
        if token.is_any(&["conflicts", "conflict", "conflicting", "incompatible", "exclusive"]) {
            self.conflict(at);
        } else if token.is_any(&["cannot", "can't", "not"]) {
            self.exclusion(at);
        } else if token.is("one") && self.is_any(at + 1, &["of"]) {
            self.one_of(at);
        } else if token.is("either") {
            self.either(at);
        } else if token.is_any(&["requires", "together", "conjunction", "along", "combination", "required"]) {
            self.requirement(at);
        }
    }

    /// "Conflicts with `a`", "mutually exclusive with `a`"
    fn conflict(&mut self, at: usize) {
        let with = (at + 1..at + 4).find(|&i| self.is_any(i, &["with", "to", "of"]));
        match with {
            Some(with) if !self.is_conditional(at) => {
                if let Some(names) = self.names(with + 1).filter(|names| !self.is_qualified(names.end)) {
                    add(&mut self.conflicts, names.others);
                }
            }
            // "`a` and `b` are mutually exclusive"
            None if self.tokens[at].is("exclusive") => {
                let start = self.sentence_start(at);
                if let Some(names) = self.names(start).filter(|names| names.own) {
                    add(&mut self.conflicts, names.others);
                }
            }
            _ => {}
        }
    }

    /// "Cannot be used with `a`", "can't be set if `a` is set"
    fn exclusion(&mut self, at: usize) {
        let modal = !self.tokens[at].is("not")
            || (at > 0 && self.tokens[at - 1].is_any(&["must", "may", "should", "can"]));
        let link = (at + 1..at + MAX_GAP)
            .take_while(|&i| self.get(i).is_some_and(|t| t.kind == Kind::Word))
            .find(|&i| self.is_any(i, &["with", "if", "when", "alongside"]));
        let Some(link) = link.filter(|_| modal) else { return };
        let set =
            (at + 1..link).any(|i| self.is_any(i, &SET)) && !(at + 1..link).any(|i| self.is_any(i, &["to"]));
        // "If `a` is set, `b` cannot be used with `c`" is about others.
        let own = self.tokens[self.sentence_start(at)..at]
            .iter()
            .all(|t| t.kind != Kind::Code || t.text == self.subject.name);
        if !set || !own || self.is_conditional(at) {
            return;
        }
        let Some(names) = self.names(link + 1) else { return };
        let plain = match self.tokens[link].is_any(&["if", "when"]) {
            true => self.says_set(names.end),
            false => !self.is_qualified(names.end),
        };
        if plain {
            add(&mut self.conflicts, names.others);
        }
    }

    /// "Exactly one of `a` and `b` must be set", "at least one of", "only one of", "one of `a` or `b` is required"
    fn one_of(&mut self, at: usize) {
        let Some(names) = self.names(at + 2) else { return };
        let before = at.checked_sub(1).and_then(|i| self.get(i));
        let before = |words: &[&str]| before.is_some_and(|t| t.is_any(words));
        if !names.own || names.others.is_empty() || self.is_conditional(at) || self.says_true(names.end) {
            return;
        }
        if before(&["exactly"]) || (before(&["only"]) && at > 1 && self.is_any(at - 2, &["and"])) {
            self.exactly_one(names.others);
        } else if before(&["least"]) {
            self.at_least_one(names.others);
        } else if before(&["only", "most"]) {
            add(&mut self.conflicts, names.others);
        } else if self.says_needed(names.end) {
            self.at_least_one(names.others);
        }
    }

    /// "Either `a` or `b` must be set [but not both]."
    fn either(&mut self, at: usize) {
        let Some(names) = self.names(at + 1).filter(|names| names.own && !names.others.is_empty()) else {
            return;
        };
        // "One of either" is said already.
        let of = at > 0 && self.tokens[at - 1].is("of");
        if of || self.is_conditional(at) || !self.says_needed(names.end) {
            return;
        }
        let rest = self.tokens[names.end..].iter().take(MAX_GAP).take_while(|t| !t.ends_sentence());
        if rest.clone().any(|t| t.is("not")) && rest.clone().any(|t| t.is("both")) {
            self.exactly_one(names.others);
        } else {
            self.at_least_one(names.others);
        }
    }

    /// "Must be set together with `a`", "requires `a` to be set", "required with `a`"
    fn requirement(&mut self, at: usize) {
        // A bullet says what holds for one value.
        let bullet = self.tokens[..at].iter().any(|t| t.kind == Kind::Item);
        if bullet || self.is_conditional(at) || self.is_negated(at) {
            return;
        }
        let start = if self.tokens[at].is("requires") {
            at + 1
        } else if self.is_any(at + 1, &["with"]) {
            let must = self.tokens[at].is("required")
                || self.tokens[self.sentence_start(at)..at].iter().any(|t| t.is("must"));
            if !must {
                return;
            }
            at + 2
        } else {
            return;
        };
        let Some(names) = self.names(start) else { return };
        let open = self.is_any(names.end.saturating_sub(1), &["or"])
            || self.tokens[start..names.end].iter().any(|t| t.is("or"));
        if !open && !self.is_qualified(names.end) {
            add(&mut self.required, names.others);
        }
    }

    fn exactly_one(&mut self, others: Vec<String>) {
        add(&mut self.exactly, [vec![self.subject.name.to_owned()], others].concat());
    }

    fn at_least_one(&mut self, others: Vec<String>) {
        add(&mut self.at_least, [vec![self.subject.name.to_owned()], others].concat());
    }

    /// The arguments listed at a token, which words like "the" may precede. `None` when what stands there is not the
    /// name of an argument.
    fn names(&self, at: usize) -> Option<Names> {
        const FILL: [&str; 18] = [
            "the",
            "either",
            "any",
            "of",
            "both",
            "argument",
            "arguments",
            "field",
            "fields",
            "block",
            "blocks",
            "attribute",
            "attributes",
            "parameter",
            "property",
            "following",
            "option",
            "values",
        ];
        let mut names = Names { others: Vec::new(), own: false, end: at };
        let mut separated = true;
        for i in at..self.tokens.len().min(at + 2 * MAX_NAMES) {
            let token = &self.tokens[i];
            if token.is_any(&FILL) || token.is_mark("[]:\"") {
                continue;
            }
            if token.is_any(&["and", "or"]) || token.is_mark(",/&|") {
                separated = true;
                continue;
            }
            if token.is("this") && separated {
                names.own = true;
            } else {
                if !separated || !matches!(token.kind, Kind::Code | Kind::Quoted | Kind::Word) {
                    break;
                }
                match self.subject.argument(token.text) {
                    Some(name) if name == self.subject.name => names.own = true,
                    Some(name) if !names.others.contains(&name) => names.others.push(name),
                    Some(_) => {}
                    // The name of another element, or a value: whatever is listed cannot be trusted.
                    None if token.kind == Kind::Code => return None,
                    None => break,
                }
            }
            separated = false;
            names.end = i + 1;
        }
        (names.own || !names.others.is_empty()).then_some(names)
    }

    fn sentence_start(&self, at: usize) -> usize {
        let back =
            self.tokens[..at].iter().rev().take(40).take_while(|t| !t.ends_sentence() && !t.is_mark(";:"));
        at - back.count()
    }

    /// Whether the sentence up to a token is a condition.
    fn is_conditional(&self, at: usize) -> bool {
        let words = &self.tokens[self.sentence_start(at)..at];
        let starts = words.first().is_some_and(|t| t.is_any(&["for", "in", "with"]));
        starts || words.iter().any(|t| t.is_any(&["if", "when", "unless", "where"]))
    }

    fn is_negated(&self, at: usize) -> bool {
        let words = &self.tokens[self.sentence_start(at)..at];
        words.iter().any(|t| t.is_any(&["not", "cannot", "can't", "only"]))
    }

    /// "must be `true`"
    fn says_true(&self, at: usize) -> bool {
        let rest =
            self.tokens[at.min(self.tokens.len())..].iter().take(MAX_GAP).take_while(|t| !t.ends_sentence());
        rest.into_iter().any(|t| t.text.eq_ignore_ascii_case("true"))
    }

    /// Whether what follows the names narrows them: "set to `x`", "when …", "is true".
    fn is_qualified(&self, at: usize) -> bool {
        if self.is_any(at, &["is", "are", "being", "to"]) {
            return !self.says_set(at);
        }
        let narrowed = self
            .is_any(at, &["if", "when", "unless", "where", "for", "set", "equal", "equals", "in", "inside"]);
        let version = self.get(at).is_some_and(|t| super::literal::number(t.text).is_some());
        narrowed
            || version
            || self.get(at).is_some_and(|t| {
                t.is_mark("=(.") && self.get(at + 1).is_some_and(|t| t.kind == Kind::Code && !t.leads)
            })
    }

    /// "is set", "are specified", "to be set"
    fn says_set(&self, at: usize) -> bool {
        let mut i = at;
        while self.is_any(i, &["is", "are", "to", "be", "also", "being", "has", "have", "been", "already"]) {
            i += 1;
        }
        i > at && self.is_any(i, &SET) && !self.is_any(i + 1, &["to", "as", "for", "in", "and", "or"])
    }

    /// "must be set", "is required", "needs to be specified"
    fn says_needed(&self, at: usize) -> bool {
        let rest = self.tokens[at.min(self.tokens.len())..]
            .iter()
            .take(MAX_GAP)
            .take_while(|t| !t.ends_sentence() && !t.is_mark(","));
        let words: Vec<&Token> = rest.take_while(|t| t.kind == Kind::Word).collect();
        let Some(first) = words.first() else { return false };
        let needed = first.is_any(&["is", "are"]) && words.get(1).is_some_and(|t| t.is("required"));
        let must = first.is_any(&["must", "has", "have", "need", "needs", "should"])
            && words.iter().any(|t| t.is_any(&SET))
            && !words.iter().any(|t| t.is("not"));
        let conditional =
            words.iter().any(|t| t.is_any(&["if", "when", "for", "unless", "to"]) && !t.is("to"));
        let both = self.tokens[at..].iter().take(MAX_GAP).any(|t| t.is("both"));
        (needed || must) && (!conditional || both)
    }
}

fn add(names: &mut Vec<String>, more: Vec<String>) {
    for name in more {
        if names.len() < MAX_NAMES && !names.contains(&name) {
            names.push(name);
        }
    }
}
