//! What stands directly behind a reference in the text.

use std::ops::Range;

use crate::lex::{Kind, Token, lex};

/// More text than this is not looked at: an index or a name is shorter.
const WINDOW: usize = 2_000;

/// The operator that follows a reference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Next {
    /// `.name`
    Attribute { name: String, start: usize, end: usize },
    /// `[2]`, or `.2` as Terraform 0.11 wrote it.
    Index { index: usize, end: usize },
    /// `[*]` or `.*`
    Splat { end: usize },
    /// `[` and anything else up to its `]`, which is none where the text is too long.
    Computed { end: Option<usize> },
    /// Nothing of these: the reference ends here.
    Nothing,
}

/// Reads the operator at `at`.
pub(super) fn next(text: &str, at: usize) -> Next {
    let mut end = text.len().min(at + WINDOW);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let window = &text[at..end];
    let all: Vec<Token> = lex(window).into_iter().filter(|t| !is_comment(window, t)).collect();
    let code = |t: &Token| window[t.span.clone()].to_owned();
    let past = |range: &Range<usize>| at + range.end;
    let computed = || Next::Computed { end: closing(&all).map(|t| past(&t.span)) };
    match all.get(..all.len().min(3)).unwrap_or_default() {
        [dot, name, ..] if dot.kind == Kind::Dot && name.kind == Kind::Ident => {
            Next::Attribute { name: code(name), start: at + dot.span.start, end: past(&name.span) }
        }
        [dot, star, ..] if dot.kind == Kind::Dot && code(star) == "*" => {
            Next::Splat { end: past(&star.span) }
        }
        [dot, number, ..] if dot.kind == Kind::Dot && number.kind == Kind::Number => {
            match code(number).parse() {
                Ok(index) => Next::Index { index, end: past(&number.span) },
                Err(_) => Next::Computed { end: None },
            }
        }
        [open, inside, close] if open.kind == Kind::OpenBracket && close.kind == Kind::CloseBracket => {
            match code(inside).parse() {
                Ok(index) if inside.kind == Kind::Number => Next::Index { index, end: past(&close.span) },
                _ if code(inside) == "*" => Next::Splat { end: past(&close.span) },
                _ => computed(),
            }
        }
        [open, ..] if open.kind == Kind::OpenBracket => computed(),
        _ => Next::Nothing,
    }
}

/// The token that closes the bracket that the first one opens.
fn closing(tokens: &[Token]) -> Option<&Token> {
    let mut open = 0;
    tokens.iter().find(|token| {
        open += token.kind.bracket();
        open == 0
    })
}

/// A comment within a line; one that ends the line ends the expression, too.
fn is_comment(text: &str, token: &Token) -> bool {
    token.kind == Kind::Comment && !text[token.span.clone()].ends_with('\n')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_one_operator() {
        let read = |text: &str| next(&format!("x{text}"), 1);
        assert_eq!(read(".a.b"), Next::Attribute { name: "a".into(), start: 1, end: 3 });
        assert_eq!(read("[12].a"), Next::Index { index: 12, end: 5 });
        assert_eq!(read("/* c */ [ 1 ]"), Next::Index { index: 1, end: 14 });
        assert_eq!(read(".0.a"), Next::Index { index: 0, end: 3 });
        assert_eq!(read("[*].a"), Next::Splat { end: 4 });
        assert_eq!(read(".*.a"), Next::Splat { end: 3 });
        for computed in ["[\"k\"]", "[1.5]", "[a[\"]\"].b]", "[0 + 1]", "[99999999999999999999999]"] {
            assert_eq!(read(&format!("{computed}.c")), Next::Computed { end: Some(1 + computed.len()) });
        }
        assert_eq!(read("[a"), Next::Computed { end: None });
        for nothing in ["", "\n[0]", " + 1", "}", "# c\n.a", ", 1"] {
            assert_eq!(read(nothing), Next::Nothing, "{nothing}");
        }
    }
}
