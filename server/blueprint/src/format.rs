//! `terraform fmt`, on tokens: indentation, spaces between tokens, and the alignment of `=` and of trailing comments.
//!
//! Source: the passes of `hclwrite/format.go` of <https://github.com/hashicorp/hcl>, whose behaviour this equals.

mod modernise;

use super::lex::{Kind, Token, lex};

/// `terraform fmt` of a text that is valid HCL; any other text comes back as it is.
///
/// Besides the layout it takes `"${x}"` apart, writes labels in quotes and legacy types without them.
///
/// Source: `internal/command/fmt.go` of <https://github.com/hashicorp/terraform>.
pub(super) fn format(text: &str) -> String {
    match super::parse::parse_body("", text) {
        Ok((body, _)) => layout(&modernise::modernise(text, &body)),
        Err(_) => text.to_owned(),
    }
}

/// A token and the blanks to print before it.
#[derive(Debug)]
struct Piece<'a> {
    kind: Kind,
    text: &'a str,
    blanks: usize,
    /// It does not follow at once upon the one before.
    apart: bool,
}

/// A line in three cells: what leads, the assignment if it is whole on this line, the trailing comment.
#[derive(Debug)]
struct Line {
    lead: std::ops::Range<usize>,
    assign: std::ops::Range<usize>,
    comment: std::ops::Range<usize>,
}

/// Lays out a text by its tokens. A text with an invalid token comes back as it is.
pub(super) fn layout(text: &str) -> String {
    let tokens = lex(text);
    if tokens.iter().any(|t| t.kind == Kind::Invalid) {
        return text.to_owned();
    }
    let mut pieces = pieces(text, &tokens);
    let lines = lines(&pieces);
    indent(&mut pieces, &lines);
    space(&mut pieces, &lines);
    align(&mut pieces, &lines);
    let mut out = String::with_capacity(text.len() + text.len() / 8);
    for piece in &pieces {
        out.extend(std::iter::repeat_n(' ', piece.blanks));
        out.push_str(piece.text);
    }
    out
}

fn pieces<'a>(text: &'a str, tokens: &[Token]) -> Vec<Piece<'a>> {
    let mut end = 0;
    let piece = |t: &Token| {
        let apart = std::mem::replace(&mut end, t.span.end) != t.span.start;
        Piece { kind: t.kind, text: &text[t.span.clone()], blanks: 0, apart }
    };
    tokens.iter().map(piece).collect()
}

impl Piece<'_> {
    fn ends_line(&self) -> bool {
        self.kind == Kind::Newline || (self.kind == Kind::Comment && self.text.ends_with('\n'))
    }
}

fn lines(pieces: &[Piece]) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut start = 0;
    for (i, piece) in pieces.iter().enumerate() {
        if piece.ends_line() || i + 1 == pieces.len() {
            lines.push(cells(pieces, start, i + 1));
            start = i + 1;
        }
    }
    lines
}

fn cells(pieces: &[Piece], start: usize, end: usize) -> Line {
    let has_comment = end - start > 1 && pieces[end - 1].kind == Kind::Comment;
    let lead_end = if has_comment { end - 1 } else { end };
    let comment = lead_end..end;
    let equal = (start + 1..lead_end).find(|i| pieces[*i].kind == Kind::Equal);
    // Only an assignment whose brackets close on the same line is aligned.
    let whole = |at: &usize| pieces[*at..lead_end].iter().map(|p| p.kind.bracket()).sum::<i32>() == 0;
    let split = equal.filter(whole).unwrap_or(lead_end);
    Line { lead: start..split, assign: split..lead_end, comment }
}

/// Two blanks for each line that left brackets open and whose brackets are still open.
fn indent(pieces: &mut [Piece], lines: &[Line]) {
    let mut open: Vec<i32> = Vec::new();
    for line in lines {
        let first = line.lead.start;
        if pieces[first].kind == Kind::Newline {
            pieces[first].blanks = 0;
            continue;
        }
        let mut net = 0;
        for cell in [&line.lead, &line.assign] {
            for piece in &pieces[cell.clone()] {
                net += piece.kind.bracket();
                if piece.kind == Kind::OpenHeredoc {
                    break;
                }
            }
        }
        if net > 0 {
            pieces[first].blanks = 2 * open.len();
            open.push(net);
            continue;
        }
        close(&mut open, -net);
        pieces[first].blanks = 2 * open.len();
    }
}

fn close(open: &mut Vec<i32>, mut closed: i32) {
    while closed > 0 {
        let Some(top) = open.last_mut() else { return };
        if closed < *top {
            *top -= closed;
            return;
        }
        closed -= *top;
        open.pop();
    }
}

fn space(pieces: &mut [Piece], lines: &[Line]) {
    for line in lines {
        for cell in [&line.lead, &line.assign] {
            for i in cell.clone().skip(1) {
                let before = (i - 1 > cell.start).then(|| &pieces[i - 2]);
                let blank = blank_between(before, &pieces[i - 1], &pieces[i]) || runs_into(pieces, i);
                pieces[i].blanks = usize::from(blank);
            }
        }
    }
}

/// Whether a number would become one with what stands before it, and read as another or not at all: `terraform fmt` makes `a.1.5`
/// of `a.1 .5`, and then cannot read it.
fn runs_into(pieces: &[Piece], i: usize) -> bool {
    let number = |at: usize| pieces.get(at).is_some_and(|piece| piece.kind == Kind::Number);
    match pieces[i].kind {
        Kind::Dot => number(i - 1) && number(i + 1) && (pieces[i].apart || pieces[i + 1].apart),
        Kind::Number => pieces[i - 1].kind == Kind::Dot && pieces[i].text.contains('.') && pieces[i].apart,
        _ => false,
    }
}

/// Whether a blank stands between `left` and `right`; `before` is what stands before `left` in its cell.
fn blank_between(before: Option<&Piece>, left: &Piece, right: &Piece) -> bool {
    use Kind::*;
    match (left.kind, right.kind) {
        (_, Newline) | (Ident, OpenParen | DoubleColon) | (DoubleColon, Ident) => false,
        (Dot, _) | (_, Dot | Comma | Ellipsis) => false,
        (Comma, _) => true,
        (QuotedText | HeredocText | OpenQuote | OpenHeredoc, _) => false,
        (_, QuotedText | HeredocText | CloseQuote | CloseHeredoc) => false,
        (Ident, _) if left.text == "in" && before.is_some_and(|b| b.kind == Ident) => true,
        (Ident | Number, OpenBracket) => false,
        (l, OpenBracket) if l.bracket() < 0 => false,
        (Bang, _) => false,
        (Minus, _) => is_subtraction(before),
        (OpenBrace, CloseBrace) => false,
        (OpenBrace, _) | (_, CloseBrace) => true,
        (OpenTemplate, OpenBrace) | (CloseBrace, CloseTemplate) => true,
        (CloseTemplate, OpenTemplate) => false,
        (l, r) => l.bracket() <= 0 && r.bracket() >= 0,
    }
}

/// A minus after something that can end an operand subtracts; otherwise it negates.
fn is_subtraction(before: Option<&Piece>) -> bool {
    use Kind::*;
    match before.map(|b| (b.kind, b.text)) {
        None => false,
        Some((OpenParen | OpenBrace | OpenBracket | Equal | Colon | Comma | Question | Minus | Bang, _)) => {
            false
        }
        Some((Operator, sign)) => sign == "=>",
        Some(_) => true,
    }
}

/// Aligns the `=` of consecutive assignments, then the comments at the ends of consecutive lines.
fn align(pieces: &mut [Piece], lines: &[Line]) {
    align_cells(pieces, lines, |line| line.assign.clone(), |line| line.lead.clone());
    align_cells(pieces, lines, |line| line.comment.clone(), |line| line.lead.start..line.assign.end);
}

fn align_cells(
    pieces: &mut [Piece],
    lines: &[Line],
    cell: impl Fn(&Line) -> std::ops::Range<usize>,
    left: impl Fn(&Line) -> std::ops::Range<usize>,
) {
    for run in lines.chunk_by(|a, b| cell(a).is_empty() == cell(b).is_empty()) {
        if cell(&run[0]).is_empty() {
            continue;
        }
        let widths: Vec<usize> = run.iter().map(|line| columns(&pieces[left(line)])).collect();
        let widest = widths.iter().max().copied().unwrap_or(0);
        for (line, width) in run.iter().zip(widths) {
            pieces[cell(line).start].blanks = widest - width + 1;
        }
    }
}

/// How wide the pieces are, in what a reader sees as characters.
fn columns(pieces: &[Piece]) -> usize {
    pieces.iter().map(|p| p.blanks + width(p.text)).sum()
}

fn width(text: &str) -> usize {
    if text.is_ascii() { text.len() } else { text.chars().count() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lays_out() {
        let messy = "resource \"a\" \"b\"{\nname=\"x\" # one\nlonger_name   =[1,2 ,-3] # two\n\n  tags={\na=1\n\"long key\"=-2\n}\nblock{}\nf = foo( a.b , x[ 0 ] ) ? !b : c -1\n}\n";
        let neat = "resource \"a\" \"b\" {\n  name        = \"x\"        # one\n  longer_name = [1, 2, -3] # two\n\n  tags = {\n    a          = 1\n    \"long key\" = -2\n  }\n  block {}\n  f = foo(a.b, x[0]) ? !b : c - 1\n}\n";
        assert_eq!(layout(messy), neat);
        assert_eq!(layout(neat), neat);
    }

    #[test]
    fn numbers_stay_apart() {
        for (messy, neat) in [
            ("u=B.2 .2\n", "u = B.2 .2\n"),
            ("u=B.2. 2\n", "u = B.2 .2\n"),
            ("u=1  .5\n", "u = 1 .5\n"),
            ("u=B. 0.5\n", "u = B. 0.5\n"),
            ("u=B . b\n", "u = B.b\n"),
            ("u=B.2 .b\n", "u = B.2.b\n"),
        ] {
            assert_eq!((layout(messy).as_str(), layout(neat).as_str()), (neat, neat));
        }
    }
}
