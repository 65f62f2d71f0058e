//! Lists of values as authors write them: `A`, `B` and `C`; "a" or "b"; A | B; a bullet for each.

mod lines;

use lines::{heads_line, items, lines, remark_says_default};

use super::{
    literal::{Style, is_constant, is_shouted, number, range, style},
    token::{Kind, Token},
};

/// Values read from one list.
const MAX_VALUES: usize = 1000;
/// Tokens of a remark between two values.
const MAX_REMARK: usize = 60;

/// A list of values in a text.
#[derive(Debug, Default)]
pub struct List<'a> {
    pub values: Vec<&'a str>,
    /// The one that is marked as the default.
    pub default: Option<&'a str>,
    /// Whether other values may be given too, or whether what was read is no plain list of values.
    pub open: bool,
    /// Whether the last two are joined by "or".
    pub choice: bool,
    /// Whether it is of bullets, some of which are no values.
    pub broken: bool,
    /// The token after it.
    pub end: usize,
    /// Whether it has plain words, which only its end tells from a sentence that goes on.
    words: bool,
    /// The token of the last value.
    last: usize,
    /// Whether all are code or quoted.
    marked: bool,
}

/// Whether a value is a form to be filled in (`projects/{id}`) or no value that one can set.
fn is_form(value: &str) -> bool {
    value.is_empty()
        || value.len() > 120
        || value.contains(['{', '<', '\n', '[', '^'])
        || value.ends_with('$')
        || range(value).is_some()
        || value.contains("...")
        || value.contains("X.Y")
        || (value.contains('|') && value.len() > 1)
        || value
            .split_once('(')
            .is_some_and(|(_, inner)| inner.len() == 2 && inner.starts_with(char::is_lowercase))
        || value.strip_suffix('*').is_some_and(|start| start.ends_with(char::is_alphanumeric))
}

/// Reads a list that starts at a token or a few tokens on; `None` when there is none.
pub fn list<'a>(tokens: &[Token<'a>], at: usize) -> Option<List<'a>> {
    let mut start = at;
    while start < at + 8
        && tokens.get(start).is_some_and(|t| t.is_mark(":[(=-–—") || t.is("either") || t.is("follows"))
    {
        start += 1;
    }
    if tokens.get(start).is_some_and(|t| t.kind == Kind::Break)
        && tokens.get(start + 1).is_some_and(|t| t.kind == Kind::Item)
    {
        start += 1;
    }
    let list = match tokens.get(start)?.kind {
        Kind::Item => items(tokens, start),
        _ if heads_line(tokens, start) => lines(tokens, start),
        _ => inline(tokens, start),
    };
    (!list.values.is_empty()).then_some(list)
}

impl<'a> List<'a> {
    pub fn is_marked(&self) -> bool {
        self.marked
    }

    /// Whether all are code, quoted or `ALL_CAPS`.
    pub fn is_sure(&self) -> bool {
        let shouted = |value: &&str| !value.contains(|c: char| c.is_lowercase());
        self.marked || (!self.words && self.values.iter().all(shouted))
    }

    fn add(&mut self, token: &Token<'a>) {
        // `a | b`
        let simple =
            |part: &str| part.trim().bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b));
        if token.kind == Kind::Code
            && token.text.len() > 1
            && token.text.contains('|')
            && token.text.split('|').all(simple)
        {
            token.text.split('|').for_each(|part| self.add_text(part.trim()));
        } else {
            self.open |= is_form(token.text);
            self.add_text(token.text);
        }
    }

    fn add_text(&mut self, value: &'a str) {
        let empty = ["", "\"\"", "''"].contains(&value);
        self.open |= self.values.len() == MAX_VALUES;
        if !self.open && !empty && !self.values.contains(&value) {
            self.values.push(value);
        }
    }
}

/// A list of one value.
pub fn single<'a>(token: &Token<'a>, end: usize) -> Option<List<'a>> {
    style(token)?;
    let mut list = List { end, ..List::default() };
    list.add(token);
    Some(list)
}

fn inline<'a>(tokens: &[Token<'a>], start: usize) -> List<'a> {
    let mut list = List { end: start, ..List::default() };
    let mut at = start;
    let mut joined_by_or = false;
    loop {
        while tokens
            .get(at)
            .is_some_and(|t| t.is_mark("[") || t.is("either") || (t.is("the") && is_marked(tokens, at + 1)))
        {
            at += 1;
        }
        let Some(style) = tokens.get(at).and_then(style) else { break };
        let value = &tokens[at];
        if style == Style::Word && is_marked(tokens, list.last) && !list.values.is_empty() {
            break;
        }
        let joined = at > 0 && tokens[at - 1].is_any(&["and", "or"]);
        if !list.values.is_empty() && !joined && starts_clause(tokens, at) {
            list.end = at;
            return finish(list, tokens);
        }
        list.choice = joined_by_or || value.text.contains('|');
        list.words |= style == Style::Word;
        list.marked = style == Style::Marked && (list.marked || list.values.is_empty());
        list.add(value);
        list.last = at;
        at += 1;
        while tokens.get(at).is_some_and(|t| t.is_mark("]")) {
            at += 1;
        }
        at = remark(tokens, at, value.text, &mut list);
        // "`thing`s" names a kind of thing.
        list.open |= tokens.get(at).is_some_and(|t| t.is("s"));
        // `1024` MB
        let unit = tokens.get(at).is_some_and(|t| t.kind == Kind::Word && super::unit::is_unit(t.text));
        at += usize::from(unit && value.kind == Kind::Code && number(value.text).is_some());
        list.end = at;
        if is_range(tokens, at) {
            list.open = true;
            return list;
        }
        match separator(tokens, at).or_else(|| described(tokens, at, style)) {
            Some((next, or)) => {
                joined_by_or = or;
                at = next;
            }
            None => return finish(list, tokens),
        }
    }
    // "`a`, as said there, `b` or `c`"
    if list.marked
        && let Some((next, _)) = described(tokens, at, Style::Marked)
    {
        let rest = inline(tokens, next);
        rest.values.iter().for_each(|value| list.add_text(value));
        (list.end, list.choice, list.open) = (rest.end, rest.choice, list.open || rest.open);
        return list;
    }
    // A separator with no value after it.
    list.open |= !list.values.is_empty() && !goes_on(tokens, at);
    finish(list, tokens)
}

pub fn is_marked(tokens: &[Token], at: usize) -> bool {
    tokens.get(at).is_some_and(|t| matches!(t.kind, Kind::Code | Kind::Quoted))
}

/// Where the marked values start that end before this token: "`a`, `b` and `c` are".
pub fn start_before(tokens: &[Token], end: usize) -> usize {
    let joins = |t: &Token| t.is_mark(",") || t.is_any(&["and", "or", "both"]);
    let part = |t: &Token| joins(t) || matches!(t.kind, Kind::Code | Kind::Quoted);
    let length = tokens[..end].iter().rev().take(MAX_REMARK).take_while(|t| part(t)).count();
    let joined = tokens[end - length..end].iter().take_while(|t| joins(t)).count();
    end - length + joined
}

/// "`a` or `b`, `c` must be set": `c` starts another clause.
fn starts_clause(tokens: &[Token], at: usize) -> bool {
    const VERBS: [&str; 14] = [
        "is", "are", "must", "should", "can", "will", "has", "cannot", "needs", "may", "defaults", "can't",
        "was", "requires",
    ];
    tokens.get(at + 1).is_some_and(|t| t.is_any(&VERBS))
}

/// A parenthesis after a value is passed over.
fn remark<'a>(tokens: &[Token<'a>], at: usize, value: &'a str, list: &mut List<'a>) -> usize {
    if !tokens.get(at).is_some_and(|t| t.is_mark("(")) {
        return at;
    }
    if remark_says_default(tokens, at) {
        list.default = Some(value);
    }
    let mut depth = 0;
    for (i, token) in tokens.iter().enumerate().skip(at).take(MAX_REMARK) {
        if token.is_mark("(") {
            depth += 1;
        } else if token.is_mark(")") {
            depth -= 1;
            if depth == 0 {
                return i + 1;
            }
        } else if matches!(token.kind, Kind::Item | Kind::Break) {
            break;
        }
    }
    at
}

fn is_range(tokens: &[Token], at: usize) -> bool {
    let joins = tokens.get(at).is_some_and(|t| t.is_any(&["to", "through", "thru"]) || t.is_mark("-–—~"));
    let number_at = |i: usize| tokens.get(i).is_some_and(|t| number(t.text).is_some());
    joins && at > 0 && number_at(at - 1) && number_at(at + 1)
}

/// The token after a separator, and whether it says "or".
fn separator(tokens: &[Token], at: usize) -> Option<(usize, bool)> {
    let (mut i, mut or) = (at, false);
    while let Some(token) = tokens.get(i) {
        match token {
            t if t.is_mark(",;|/&") || t.is("and") => {}
            t if t.is("or") => or = true,
            _ => break,
        }
        i += 1;
    }
    // A word on each line, or `KIND_A KIND_B`.
    let apart = |last: &Token, t: &Token| {
        let plain = t.kind == Kind::Word && (last.kind == Kind::Word || last.is_mark(")"));
        let names =
            is_shouted(last.text) && is_shouted(t.text) && (last.text.contains('_') || t.text.contains('_'));
        plain && (names || (t.leads && (is_constant(t.text) || t.text.contains('.'))))
    };
    let adjacent = i == at
        && tokens.get(i).is_some_and(|t| {
            let last = at.checked_sub(1).map(|i| &tokens[i]);
            t.kind == Kind::Code
                || last.is_some_and(|last| (last.kind, t.kind) == (Kind::Quoted, Kind::Quoted))
                || last.is_some_and(|last| apart(last, t))
        });
    (i > at || adjacent).then_some((i, or))
}

/// "`a` for this, `b` for that": passes over what is said of a marked value, when another follows it.
fn described(tokens: &[Token], at: usize, style: Style) -> Option<(usize, bool)> {
    const STARTS: [&str; 13] = [
        "for",
        "which",
        "where",
        "to",
        "that",
        "indicates",
        "means",
        "meaning",
        "uses",
        "as",
        "in",
        "with",
        "so",
    ];
    let first = tokens.get(at)?;
    let shouted = |i: usize| tokens.get(i).is_some_and(|t| t.kind == Kind::Word && is_shouted(t.text));
    let constant = style == Style::Constant && at > 0 && shouted(at - 1);
    let starts = first.is_any(&STARTS) || (!constant && first.is_mark("-–—:="));
    if !(style == Style::Marked || constant) || !starts {
        return None;
    }
    for i in at..tokens.len().min(at + MAX_REMARK) {
        let token = &tokens[i];
        // "in the `ids` field"
        let named = tokens[i - 1].is("the") && tokens.get(i + 1).is_some_and(|t| t.kind == Kind::Word);
        if token.ends_sentence() || (matches!(token.kind, Kind::Code | Kind::Quoted) && !named) {
            return None;
        }
        if let Some((next, or)) = separator(tokens, i).filter(|(next, _)| *next > i)
            && (is_marked(tokens, next) || (constant && shouted(next)))
            && !starts_clause(tokens, next)
        {
            return Some((next, or));
        }
    }
    None
}

/// Whether what follows a separator lets the list end there: "…, and defaults to", "or empty".
fn goes_on(tokens: &[Token], at: usize) -> bool {
    const WORDS: [&str; 41] = [
        "both",
        "defaults",
        "default",
        "will",
        "is",
        "are",
        "must",
        "cannot",
        "can",
        "may",
        "should",
        "if",
        "when",
        "where",
        "which",
        "with",
        "depending",
        "but",
        "empty",
        "null",
        "none",
        "unset",
        "omitted",
        "blank",
        "left",
        "nothing",
        "for",
        "has",
        "it",
        "case",
        "see",
        "required",
        "conflicts",
        "this",
        "forces",
        "changing",
        "then",
        "respectively",
        "while",
        "based",
        "unless",
    ];
    let Some(token) = tokens.get(at) else { return true };
    let comma = at > 0 && tokens[at - 1].is_mark(",;");
    let more =
        token.is_any(&["a", "an", "etc", "others", "other", "more", "any", "e.g"]) || token.is_mark("…");
    token.is_any(&WORDS)
        || matches!(token.kind, Kind::Item | Kind::Break)
        || (comma && !more)
        || token.is_mark(").")
}

fn finish<'a>(mut list: List<'a>, tokens: &[Token<'a>]) -> List<'a> {
    let next = tokens.get(list.end);
    let dots = next.is_some_and(|t| t.is_mark("…"))
        || (next.is_some_and(|t| t.is_mark(".")) && tokens.get(list.end + 1).is_some_and(|t| t.is_mark(".")));
    list.open |= dots || next.is_some_and(|t| t.is("etc"));
    // "`a` and the `name` of another thing"
    list.open |= next.is_some_and(|t| t.is("of"));
    // `a, b, c` in one span
    if let [only] = list.values[..]
        && only.split(", ").count() > 2
        && only.split(", ").all(|part| !part.contains(' ') && !part.is_empty())
    {
        list.values = only.split(", ").collect();
    }
    if list.words {
        let ended = next.is_none_or(|t| t.ends_sentence() || t.is_mark(")]"));
        // "a/b/c, …"
        let near = &tokens[list.last.saturating_sub(2 * list.values.len())..list.end];
        let slashes = near.iter().filter(|t| t.is_mark("/")).count() + 1 == list.values.len();
        let parted = slashes && list.values.len() > 2 && next.is_some_and(|t| t.is_mark(","));
        list.open |= !(ended || parted) || list.values.len() < 2;
    }
    list
}
