//! The documented set of values.

mod choice;
mod hint;
mod only;

use super::{
    literal,
    subject::{Shape, Subject},
    token::{Kind, Token},
    values::{self, List},
};

/// A set of values that a text states, with the value that it marks as the default.
#[derive(Debug, Default)]
pub struct Allowed {
    pub values: Vec<String>,
    pub default: Option<String>,
    /// Whether nothing says that these are all, so that a default is one more of them.
    pub implied: bool,
}

const ADJECTIVES: [&str; 16] = [
    "possibles",
    "valida",
    "valid",
    "possible",
    "allowed",
    "supported",
    "accepted",
    "acceptable",
    "available",
    "permitted",
    "allowable",
    "legal",
    "permissible",
    "recognized",
    "potential",
    "accept",
];
const VALUES: [&str; 8] = ["values", "value", "options", "option", "choices", "choice", "settings", "inputs"];
const VERBS: [&str; 8] = ["are", "is", "include", "includes", "including", "be", "as", "being"];
/// Words before "valid …" that make it something else than the whole set.
const BEFORE_OTHERS: [&str; 12] = [
    "not", "no", "than", "all", "un", "other", "minimum", "maximum", "smallest", "largest", "lowest",
    "highest",
];
/// What "valid …" says of parts of a value, not of the whole.
const PARTS: [&str; 10] = [
    "pairs",
    "combinations",
    "combination",
    "units",
    "unit",
    "characters",
    "character",
    "suffixes",
    "prefixes",
    "range",
];

/// The set that the text states; empty when it states none or an open one.
pub fn read(tokens: &[Token], subject: &Subject) -> Allowed {
    let (mut stated, mut hinted) = (Allowed::default(), Allowed::default());
    // What could be read of a list of bullets that has others: the whole may be stated again.
    let mut broken: Vec<&str> = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        let Some(list) = cue(tokens, at, subject) else {
            at += 1;
            continue;
        };
        // "Valid values are" says it in so many words; "one of" and the like count where nothing else is said.
        let sure = tokens[at].is_any(&ADJECTIVES) || tokens[at].is_any(&VALUES) || tokens[at].is("following");
        if list.broken && sure {
            broken.extend(&list.values);
            at += 1;
            continue;
        }
        if list.open && tokens[at].is_any(&ADJECTIVES) {
            return Allowed::default();
        }
        at = list.end.max(at + 1);
        if !list.open {
            let found = if sure { &mut stated } else { &mut hinted };
            found.add(&list);
        }
    }
    if !broken.iter().all(|value| stated.values.iter().any(|known| known == value)) {
        return Allowed::default();
    }
    let default = stated.default.take().or(hinted.default.take());
    let values = if stated.values.is_empty() { hinted.values } else { stated.values };
    if values.is_empty() {
        return fit(choice::instructions(tokens, subject), subject.shape.element());
    }
    fit(Allowed { values, default, implied: false }, subject.shape.element())
}

impl Allowed {
    fn add(&mut self, list: &List) {
        for value in &list.values {
            if !self.values.iter().any(|known| known == value) {
                self.values.push((*value).to_owned());
            }
        }
        self.default = self.default.take().or(list.default.map(str::to_owned));
    }
}

/// Drops a set that values of the argument's type cannot be of.
fn fit(found: Allowed, shape: Shape) -> Allowed {
    let fits = match shape {
        Shape::Bool => found
            .values
            .iter()
            .all(|value| value.eq_ignore_ascii_case("true") || value.eq_ignore_ascii_case("false")),
        Shape::Number => found.values.iter().all(|value| literal::number(value).is_some()),
        Shape::Map | Shape::Block => false,
        _ => true,
    };
    if fits { found } else { Allowed::default() }
}

/// The list of values that a set phrase at this token introduces.
fn cue<'a>(tokens: &[Token<'a>], at: usize, subject: &Subject) -> Option<List<'a>> {
    let token = &tokens[at];
    let list = if token.is_mark("(") {
        choice::parenthesis(tokens, at)
    } else if let Some(list) = choice::sentence(tokens, at) {
        Some(list)
    } else if token.is_any(&ADJECTIVES) {
        stated(tokens, at, subject)
    } else if token.is_any(&VALUES) && starts_sentence(tokens, at) {
        (!is_conditional(tokens, at)).then(|| values_are(tokens, at, subject)).flatten()
    } else if token.is("following") {
        hint::following(tokens, at)
    } else if token.is("one") {
        hint::one_of(tokens, at, subject)
    } else if token.is_any(&["is", "are"]) {
        hint::whether(tokens, at)
    } else if token.is("either") {
        hint::either(tokens, at, subject).or_else(|| choice::spelt_out(tokens, at, subject))
    } else if token.is_any(&["supports", "support", "from"]) {
        hint::supports(tokens, at)
    } else if token.is("be") || token.is("to") {
        hint::must_be(tokens, at, subject)
    } else if token.is("only") {
        only::only(tokens, at, subject)
    } else if token.is_any(&["any", "list"]) {
        hint::any_of(tokens, at)
    } else if token.is_mark(",") {
        choice::ending(tokens, at)
    } else if token.is("combination") || token.is("out") {
        hint::combination(tokens, at, subject)
    } else {
        None
    }?;
    // "One of `a` or `b`" may be about arguments.
    let names = !token.is_any(&ADJECTIVES) && list.values.iter().all(|value| subject.is_sibling(value));
    (!names).then_some(list)
}

fn starts_sentence(tokens: &[Token], at: usize) -> bool {
    at == 0
        || tokens[at - 1].ends_sentence()
        || tokens[at - 1].is_mark("(,;:")
        || tokens[at - 1].is_any(&["the", "single", "only"])
}

/// "Valid values for this are `a` and `b`", "Supported types: `a`, `b`".
fn stated<'a>(tokens: &[Token<'a>], at: usize, subject: &Subject) -> Option<List<'a>> {
    if at > 0 && tokens[at - 1].is_any(&BEFORE_OTHERS) {
        return None;
    }
    // "`a` and `b` are supported"
    if at > 1 && tokens[at - 1].is("are") {
        let start = at - clause(tokens, at).count();
        let start = start + usize::from(tokens[start].is("currently"));
        let whole = |start: usize| {
            let list = values::list(tokens, start);
            list.filter(|list| list.end + 1 == at && list.values.len() > 1 && list.is_marked())
        };
        let by_default = tokens.get(at + 1).is_some_and(|t| t.is("by"));
        let found =
            whole(start).or_else(|| whole(values::start_before(tokens, at - 1))).filter(|_| !by_default);
        if let Some(mut list) = found {
            list.end = at + 1;
            return Some(list);
        }
    }
    // "valid examples"
    if tokens.get(at + 1).is_some_and(|t| t.is_any(&["example", "examples"])) {
        return None;
    }
    let near = tokens[at + 1..].iter().take(5).take_while(|t| !t.ends_sentence() && !t.is_mark(",;"));
    let noun = near.clone().position(|t| t.is_any(&VALUES));
    if near.clone().any(|t| t.is_any(&PARTS)) {
        return None;
    }
    if let Some(noun) = noun {
        return values_are(tokens, at + 1 + noun, subject);
    }
    // "the only supported version is `a`"
    if let (Some(noun), Some(verb), Some(value)) =
        (tokens.get(at + 1), tokens.get(at + 2), tokens.get(at + 3))
        && at > 0
        && tokens[at - 1].is("only")
        && noun.kind == Kind::Word
        && verb.is("is")
        && matches!(value.kind, Kind::Code | Kind::Quoted)
        && tokens.get(at + 4).is_none_or(Token::ends_sentence)
    {
        return values::single(value, at + 4);
    }
    // "a valid method name (GET, PUT, POST)"
    let words = near.clone().take_while(|t| t.kind == Kind::Word).count();
    if tokens.get(at + 1 + words).is_some_and(|t| t.is_mark("(")) && !is_example(tokens, at) {
        let list = values::list(tokens, at + 1 + words)?;
        let whole = tokens.get(list.end).is_some_and(|t| t.is_mark(")"));
        return (whole && list.values.len() > 2 && list.is_sure()).then_some(list);
    }
    // "The one supported type is `a`."
    let link = near.clone().position(|t| t.is("is")).filter(|link| (1..4).contains(link));
    if let Some(value) = link.map(|link| at + 2 + link)
        && tokens[at + 1..value]
            .iter()
            .all(|t| t.kind == Kind::Word && !t.is_any(&["if", "when", "for", "unless"]))
        && let Some(one) = tokens.get(value)
        && (matches!(one.kind, Kind::Code | Kind::Quoted) || literal::is_shouted(one.text))
        && tokens.get(value + 1).is_none_or(Token::ends_sentence)
        && !is_conditional(tokens, at)
    {
        return values::single(one, value + 1);
    }
    // Another noun: the verb must be near.
    if is_example(tokens, at) {
        return None;
    }
    let verb = near.clone().position(|t| t.is_any(&["are", "include", "includes"]) || t.is_mark(":"))?;
    let plain = (0..=3).contains(&verb) && tokens[at + 1..at + 1 + verb].iter().all(|t| t.kind == Kind::Word);
    let list = values::list(tokens, skip_phrase(tokens, at + 2 + verb)).filter(|_| plain)?;
    (list.values.len() > 1).then_some(list)
}

/// What may stand between "values" and the list.
fn values_are<'a>(tokens: &[Token<'a>], noun: usize, subject: &Subject) -> Option<List<'a>> {
    if is_example(tokens, noun) {
        return None;
    }
    let only = tokens[noun.saturating_sub(4)..noun].iter().any(|t| t.is("only"));
    // "Allowed values Include or Exclude."
    let named = |t: &Token| t.kind == Kind::Word && t.text.starts_with(char::is_uppercase);
    if tokens.get(noun + 1).is_some_and(named)
        && let Some(list) = values::list(tokens, noun + 1)
        && list.values.len() > 1
        && list.choice
        && !list.open
    {
        return Some(list);
    }
    // "possible values of `a` and `b`."
    if tokens.get(noun + 1).is_some_and(|t| t.is("of"))
        && let Some(list) = values::list(tokens, noun + 2)
        && list.values.len() > 1
        && list.is_marked()
        && tokens.get(list.end).is_none_or(Token::ends_sentence)
    {
        return Some(list);
    }
    let mut i = noun + 1;
    let limit = noun + 16;
    let mut verbless = false;
    let verb = loop {
        let token = tokens.get(i).filter(|t| !t.ends_sentence() && i < limit)?;
        if token.is_any(&VERBS) || token.is_mark(":=") {
            break i;
        }
        if token.is_any(&[
            "also", "if", "when", "depend", "depends", "from", "between", "range", "see", "can", "must",
            "other", "will",
        ]) && !(token.is_any(&["can", "must", "will"]))
        {
            return None;
        }
        match token.kind {
            // "values for `other`"
            Kind::Code if token.text != subject.name && subject.is_sibling(token.text) => return None,
            Kind::Code | Kind::Quoted if i == noun + 1 || tokens[i - 1].is_mark(",") => {
                verbless = true;
                break i - 1;
            }
            _ => i += 1,
        }
    };
    // "The supported value is Standard."
    if tokens[noun].is("value")
        && tokens[verb].is("is")
        && let Some(value) = tokens.get(verb + 1).filter(|t| t.kind == Kind::Word)
        && value.text.starts_with(char::is_uppercase)
        && tokens.get(verb + 2).is_none_or(Token::ends_sentence)
    {
        return values::single(value, verb + 2);
    }
    // "are in 1 GB increments: `a`"
    let phrase = tokens[verb + 1..].iter().take(6).take_while(|t| t.kind == Kind::Word).count();
    let colon = verb + 1 + phrase;
    let introduced = phrase > 0 && tokens.get(colon).is_some_and(|t| t.is_mark(":"));
    let direct = values::list(tokens, skip_phrase(tokens, verb + 1));
    let list = direct.or_else(|| introduced.then(|| values::list(tokens, colon)).flatten())?;
    let single = list.values.len() == 1;
    let partial = tokens[verb].is_any(&["include", "includes", "including"]) && !only;
    let ended = tokens.get(list.end).is_none_or(|t| t.ends_sentence() || t.is_mark(",;)") || t.is("only"));
    // "the value `a`", "Options are `a`. `b` is …"
    let unsaid = verbless && noun > 0 && tokens[noun - 1].is("the");
    let more =
        tokens.get(list.end).is_some_and(|t| t.is_mark(".")) && values::is_marked(tokens, list.end + 1);
    if single && (!ended || unsaid || more || partial && tokens[noun].is("value")) {
        return None;
    }
    Some(list)
}

/// "are [currently] [one of] [the following] [values] :"
fn skip_phrase(tokens: &[Token], at: usize) -> usize {
    const FILL: [&str; 22] = [
        "currently",
        "one",
        "of",
        "the",
        "following",
        "values",
        "value",
        "either",
        "any",
        "as",
        "follows",
        "only",
        "options",
        "is",
        "are",
        "strings",
        "be",
        "to",
        "set",
        "but",
        "limited",
        "now",
    ];
    let mut i = at;
    // "are, `a`"
    i += usize::from(tokens.get(i).is_some_and(|t| t.is_mark(",")));
    // "are (case insensitive): `a`"
    i = skip_remark(tokens, i);
    while i < at + 14 && tokens.get(i).is_some_and(|t| t.is_any(&FILL) || t.is_mark(":")) {
        i += 1;
    }
    i
}

/// The token after a remark of plain words in parentheses and before a colon; `at` when there is none.
fn skip_remark(tokens: &[Token], at: usize) -> usize {
    if !tokens.get(at).is_some_and(|t| t.is_mark("(")) {
        return at;
    }
    let words = tokens[at + 1..].iter().take(7).take_while(|t| t.kind == Kind::Word).count();
    let close = at + 1 + words;
    let closed = tokens.get(close).is_some_and(|t| t.is_mark(")"));
    if closed && tokens.get(close + 1).is_some_and(|t| t.is_mark(":")) { close + 1 } else { at }
}

/// The tokens of the clause before this one. "Possible values" at the start of a line starts a sentence even where the
/// author forgot the full stop.
fn clause<'t, 'a>(tokens: &'t [Token<'a>], at: usize) -> impl Iterator<Item = &'t Token<'a>> {
    let starts = |t: &Token| t.leads && t.text.starts_with(char::is_uppercase) && t.is_any(&ADJECTIVES);
    let near = &tokens[at.saturating_sub(24)..at];
    let from = near.iter().rposition(|t| t.ends_sentence() || t.is_mark(";")).map_or(0, |i| i + 1);
    let from = near.iter().rposition(starts).map_or(from, |i| i.max(from));
    near[from..].iter().rev()
}

/// Whether the clause before is a condition, or about something else than what this may be set to.
fn is_conditional(tokens: &[Token], at: usize) -> bool {
    const WORDS: [&str; 22] = [
        "requires",
        "require",
        "often",
        "usually",
        "typically",
        "generally",
        "normally",
        "commonly",
        "if",
        "when",
        "unless",
        "where",
        "required",
        "conflicts",
        "exactly",
        "least",
        "most",
        "not",
        "cannot",
        "than",
        "once",
        "while",
    ];
    clause(tokens, at).any(|t| t.is_any(&WORDS))
}

/// Whether the clause before names something else: "requires `a` to be either `b` or `c`".
fn is_about_another(tokens: &[Token], at: usize, subject: &Subject) -> bool {
    is_example(tokens, at) || clause(tokens, at).any(|t| t.kind == Kind::Code && t.text != subject.name)
}

fn is_example(tokens: &[Token], at: usize) -> bool {
    clause(tokens, at).any(|t| t.is_any(&["example", "e.g", "examples"]))
}
