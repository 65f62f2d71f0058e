//! A text in pieces that are read at the same time, each on a core of its own.
//!
//! The result is what reading the whole text gives: a piece ends with the line of a block that closes at the top level, and what
//! follows is read the same whatever came before. Only top-level attributes, of which two may not have one name, are another matter;
//! Terraform has none.

use std::{ops::Range, sync::Arc};

use hcl_edit::{Decorate as _, structure::Structure};
use rayon::prelude::*;

use super::{
    lex::{Kind, Token},
    parsed::Item,
};

/// Text below this is read faster than it is handed to another core, in bytes.
const LEAST: usize = 16 * 1024;
/// Most pieces of a text: what stands before each is skipped blank by blank.
const MOST: usize = 8;

/// The top-level items of a text that the parser may see, of which `tokens` are the tokens. None where the text is too short to be
/// cut, or where only the whole of it tells what is wrong.
pub(super) fn items(text: &str, tokens: &[Token]) -> Option<Vec<Arc<Item>>> {
    let pieces = cut(text.len(), tokens);
    if pieces.len() < 2 {
        return None;
    }
    let read: Option<Vec<Vec<Arc<Item>>>> = pieces.into_par_iter().map(|piece| read(text, piece)).collect();
    read.map(|pieces| pieces.into_iter().flatten().collect())
}

/// Where the pieces of a text are.
fn cut(length: usize, tokens: &[Token]) -> Vec<Range<usize>> {
    let size = LEAST.max(length.div_ceil(MOST));
    let (mut pieces, mut start, mut depth) = (Vec::new(), 0, 0);
    for pair in tokens.windows(2) {
        depth += pair[0].kind.bracket();
        let ends = depth == 0 && pair[0].kind == Kind::CloseBrace && pair[1].kind == Kind::Newline;
        let end = pair[1].span.end;
        if ends && end - start >= size {
            pieces.push(start..end);
            start = end;
        }
    }
    pieces.push(start..length);
    pieces
}

/// The items of a piece, with spans that are offsets into the whole text.
fn read(text: &str, piece: Range<usize>) -> Option<Vec<Arc<Item>>> {
    let body = hcl_edit::parser::parse_body(&padded(text, &piece)).ok()?;
    let item = |mut structure: Structure| {
        if structure.is_attribute() {
            return None;
        }
        structure.decor_mut().clear();
        Some(Arc::new(Item::new(structure)))
    };
    body.into_iter().map(item).collect()
}

/// A range of a text behind as many blanks as there are bytes before it.
fn padded(text: &str, range: &Range<usize>) -> String {
    let mut padded = " ".repeat(range.start);
    padded.push_str(&text[range.clone()]);
    padded
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{lex::lex, parse::parse_file, parsed::ParsedFile};

    /// What stands in files, put together in any order.
    const PARTS: [&str; 12] = [
        "resource \"a\" \"é\" { # one\n  x = <<E\n }\n${f({\n})}\nE\n}\n",
        "locals {\r\n  a = \"}\\\"{\"\r\n}\r\n",
        "/* a\n} */ variable \"v\" {}\n",
        "moved {\n  from = a.a\n  to   = a.b\n} // end\n",
        "output \"o\" { value = { a = [1, {\n}\n] } }\n",
        "a {} /* and\nmore */\n",
        "\n\n\t\n",
        "# }\n",
        "data \"x\" \"y\" {\n  b {\n  }\n  c = <<-F\n F.\n  F\n}\n",
        "import {\n  id = \"${\"}\"}\"\n}\n",
        "check \"c\" {\n  assert {\n    condition = 1e999 > 0\n  }\n}\n",
        "terraform {}\n",
    ];

    fn shown(items: &[Arc<Item>]) -> Vec<String> {
        items.iter().map(|item| format!("{:?} {:?}", item.span, item.facts)).collect()
    }

    fn spans(file: &ParsedFile) -> Vec<Range<usize>> {
        file.spans().collect()
    }

    fn long(block: impl Fn(usize) -> String) -> String {
        (0..2_000).map(block).collect()
    }

    #[test]
    fn are_cut_between_blocks() {
        let text = long(|i| {
            format!(
                "# {i}\nresource \"a\" \"b{i}\" {{\n  x = <<E\n}}\n\n${{f({{\n}})}}\nE\n  y {{\n  }}\n}} # end\n\n"
            )
        });
        // Blocks that end with a comment are no place to cut at, others are.
        assert_eq!(cut(text.len(), &lex(&text)).len(), 1);
        let text = text.replace("} # end", "}");
        let pieces = cut(text.len(), &lex(&text));
        assert!((2..=MOST).contains(&pieces.len()), "{pieces:?}");
        assert!(pieces.windows(2).all(|pair| pair[0].end == pair[1].start));
        assert!(pieces[1..].iter().all(|piece| text[piece.start..].trim_start().starts_with("# ")));
        assert_eq!(pieces.last().map(|piece| piece.end), Some(text.len()));
    }

    #[test]
    fn give_what_the_whole_gives_in_any_order() {
        let mut seed = 7_usize;
        for _ in 0..20 {
            let mut text = String::from("\u{feff}");
            while text.len() < 5 * LEAST {
                seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                text.push_str(PARTS[(seed >> 33) % PARTS.len()]);
            }
            // What the parser may see: it knows neither a byte order mark nor a number so large.
            let plain = text.trim_start_matches('\u{feff}').replace("1e999", "1e99 ");
            assert!(items(&plain, &lex(&plain)).is_some(), "none of the pieces is refused");
            let read = parse_file("", text.as_str().into()).unwrap();
            let whole = crate::parse::parse_body("", &text).unwrap().0;
            let whole: Vec<_> = whole.into_iter().map(|structure| Arc::new(Item::new(structure))).collect();
            assert_eq!(shown(&read.items), shown(&whole));
        }
    }

    #[test]
    fn give_what_the_whole_gives() {
        let text = long(|i| format!("resource \"é\" \"b{i}\" {{\n  x = a.b{i}.c\n}}\n"));
        let file = parse_file("", text.as_str().into()).unwrap();
        assert_eq!(file.items.len(), 2_000);
        for (i, span) in spans(&file).into_iter().enumerate().step_by(97) {
            assert_eq!(file.block(i).map(crate::locate::span), Some(span.clone()));
            assert!(text[span.clone()].starts_with("resource") && text[span].ends_with('}'));
        }
        let fault = format!("{text}x = = 1\n");
        let error = parse_file("", fault.as_str().into()).unwrap_err();
        assert_eq!((error.line, error.column), (6_001, 5));
        let twice = format!("x = 1\n{text}x = 2\n");
        assert!(items(&twice, &lex(&twice)).is_none());
        assert!(parse_file("", twice.as_str().into()).is_err());
    }
}
