//! A value on each line: bullets, or `VALUE: what it means`.

use super::{
    super::{
        literal::{Style, style},
        token::{Kind, Token},
    },
    List, inline,
};

/// A bullet for each value, with or without a remark. The list ends where a line stands further left.
pub(super) fn items<'a>(tokens: &[Token<'a>], start: usize) -> List<'a> {
    let indent = tokens[start].indent;
    let mut list = List { end: start, ..List::default() };
    while let Some(token) = tokens.get(list.end) {
        match token.kind {
            Kind::Item if token.indent < indent => break,
            Kind::Break if token.indent <= indent => break,
            Kind::Item if token.indent == indent => {
                let read = item(tokens, list.end + 1);
                match read {
                    Some(read) => {
                        let last = read.values.last().copied();
                        for value in read.values {
                            list.add_text(value);
                        }
                        let at_end = || last.filter(|_| ends_in_default(tokens, list.end + 1));
                        list.default = list.default.or(read.default).or_else(at_end);
                        list.open |= read.open;
                    }
                    None => (list.open, list.broken) = (true, true),
                }
            }
            _ => {}
        }
        list.end += 1;
    }
    list
}

/// `VALUE: what it means`, on a line of its own.
pub(super) fn heads_line(tokens: &[Token], at: usize) -> bool {
    let (head, next) = (&tokens[at], tokens.get(at + 1));
    head.leads
        && !head.is("note")
        && style(head).is_some_and(|style| style > Style::Word)
        && next.is_some_and(|t| t.is_mark(":-–—") && !t.leads)
}

/// A line for each value, said what it means. A line that starts otherwise goes on with the one before.
pub(super) fn lines<'a>(tokens: &[Token<'a>], start: usize) -> List<'a> {
    let mut list = List { end: start, ..List::default() };
    for at in start..tokens.len() {
        if matches!(tokens[at].kind, Kind::Item | Kind::Break) {
            break;
        }
        if heads_line(tokens, at) {
            list.add(&tokens[at]);
            list.end = at + 1;
            if remark_says_default(tokens, at + 1) {
                list.default = Some(tokens[at].text);
            }
        }
    }
    list
}

/// The value or values at the start of a bullet.
fn item<'a>(tokens: &[Token<'a>], at: usize) -> Option<List<'a>> {
    let mut at = at;
    while tokens.get(at)?.is_mark("[(") {
        at += 1;
    }
    let token = tokens.get(at)?;
    let style = style(token)?;
    // A plain word is a value only when a remark or nothing follows.
    let next = tokens.get(at + 1);
    let parted = next.is_none_or(|t| t.ends_sentence() || t.is_mark(":-–—=(]"));
    // `**user:{id}**`
    let form = next.is_some_and(|t| t.is_mark(":")) && tokens.get(at + 2).is_some_and(|t| t.is_mark("{<"));
    // "RDS for that one: `a`"
    let rest = tokens[at..].iter().take(12).take_while(|t| !t.ends_sentence());
    let mut marks = rest.skip_while(|t| !t.is_mark(":"));
    let kind = style == Style::Constant
        && next.is_some_and(|t| t.is("for"))
        && marks.nth(1).is_some_and(|t| t.kind == Kind::Code);
    if (style == Style::Word && !parted) || form || kind {
        return None;
    }
    let mut read = List::default();
    read.add(token);
    let mut after = at + 1;
    while tokens.get(after).is_some_and(|t| t.is_mark("])")) {
        after += 1;
    }
    if remark_says_default(tokens, after) {
        read.default = Some(token.text);
    }
    if style == Style::Marked
        && tokens.get(after).is_some_and(|t| t.is_mark(",/|") || t.is("or") || t.is("and"))
        && tokens.get(after + 1).is_some_and(|t| t.kind == Kind::Code)
    {
        let more = inline(tokens, after + 1);
        more.values.iter().for_each(|value| read.add_text(value));
    }
    Some(read)
}

/// `… what it means. (default)` at the end of a bullet.
fn ends_in_default(tokens: &[Token], at: usize) -> bool {
    let ends = |t: &Token| matches!(t.kind, Kind::Item | Kind::Break);
    let end = tokens[at..].iter().position(ends).map_or(tokens.len(), |length| at + length);
    let words = tokens[at..end].iter().rev().filter(|t| !t.is_mark("."));
    let words: Vec<&Token> = words.take(3).collect();
    matches!(words[..], [close, default, open] if close.is_mark(")") && default.is("default") && open.is_mark("("))
}

/// `(default)`, `- (Default)`, `(the default)`, `: Default value.`.
pub(super) fn remark_says_default(tokens: &[Token], at: usize) -> bool {
    let near = tokens.iter().skip(at).take(5).take_while(|t| !t.ends_sentence());
    let near: Vec<&Token> = near.collect();
    if let [colon, default, value] = near[..]
        && colon.is_mark(":-–—")
        && default.is("default")
        && value.is("value")
    {
        return true;
    }
    // ": The default mode."
    if let [colon, the, default, noun] = near[..]
        && colon.is_mark(":-–—")
        && the.is("the")
        && default.is("default")
        && noun.kind == Kind::Word
    {
        return true;
    }
    let open = near.iter().position(|t| t.is_mark("(["));
    open.is_some_and(|open| {
        let mut inside = near[open + 1..].iter().filter(|t| !t.is("the"));
        inside.next().is_some_and(|t| t.is("default")) && inside.next().is_none_or(|t| t.is_mark(")],.;"))
    })
}
