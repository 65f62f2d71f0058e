//! Which part of a piece of HCL is what, for showing it in colours.

use std::ops::Range;

use super::lex::{Kind, Token, lex};

/// What a part of the text is; plain parts are left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// A block's type: `resource`, `ingress`.
    Keyword,
    /// A block's label.
    Label,
    String,
    /// The name of another element, a variable or a function.
    Reference,
    /// A number, `true`, `false` or `null`.
    Constant,
    Comment,
}

/// The coloured parts of `text` in order, none overlapping another. Total: what is no HCL stays plain.
pub fn highlight(text: &str) -> Vec<(Range<usize>, Tone)> {
    let tokens = lex(text);
    let mut parts = Vec::new();
    let mut after_keyword = false;
    for (i, token) in tokens.iter().enumerate() {
        let tone = match token.kind {
            Kind::Comment => Some(Tone::Comment),
            Kind::Number => Some(Tone::Constant),
            Kind::OpenQuote | Kind::QuotedText | Kind::CloseQuote if after_keyword => Some(Tone::Label),
            Kind::OpenQuote
            | Kind::QuotedText
            | Kind::CloseQuote
            | Kind::OpenHeredoc
            | Kind::HeredocText
            | Kind::CloseHeredoc => Some(Tone::String),
            Kind::Ident => identifier(text, &tokens, i, after_keyword),
            _ => None,
        };
        after_keyword = match token.kind {
            Kind::Ident => tone == Some(Tone::Keyword) || tone == Some(Tone::Label),
            Kind::OpenQuote | Kind::QuotedText | Kind::CloseQuote => after_keyword,
            _ => false,
        };
        if let Some(tone) = tone {
            parts.push((token.span.clone(), tone));
        }
    }
    parts
}

fn identifier(text: &str, tokens: &[Token], i: usize, after_keyword: bool) -> Option<Tone> {
    let kind = |at: Option<usize>| at.and_then(|at| tokens.get(at)).map(|t| t.kind);
    let before = kind(i.checked_sub(1));
    let starts_line = matches!(before, None | Some(Kind::Newline | Kind::Comment | Kind::OpenBrace));
    let next = kind(Some(i + 1));
    if starts_line && matches!(next, Some(Kind::OpenBrace | Kind::OpenQuote | Kind::Ident)) {
        return Some(Tone::Keyword);
    }
    if after_keyword {
        return Some(Tone::Label);
    }
    if matches!(text.get(tokens.get(i)?.span.clone())?, "true" | "false" | "null") {
        return Some(Tone::Constant);
    }
    let within = matches!(before, Some(Kind::Dot | Kind::DoubleColon));
    let leads = matches!(next, Some(Kind::Dot | Kind::DoubleColon | Kind::OpenParen));
    (within || leads).then_some(Tone::Reference)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_the_parts_apart() {
        let text = "# a\nresource \"x_y\" \"main\" {\n  name = \"n-${var.a}\"\n  on = true\n  size = max(1, x_z.b.id)\n}\n";
        let parts: Vec<(&str, Tone)> =
            highlight(text).into_iter().map(|(range, tone)| (text[range].trim_end(), tone)).collect();
        for expected in [
            ("# a", Tone::Comment),
            ("resource", Tone::Keyword),
            ("x_y", Tone::Label),
            ("main", Tone::Label),
            ("n-", Tone::String),
            ("var", Tone::Reference),
            ("true", Tone::Constant),
            ("max", Tone::Reference),
            ("1", Tone::Constant),
            ("x_z", Tone::Reference),
        ] {
            assert!(parts.contains(&expected), "{expected:?} in {parts:?}");
        }
        assert!(!parts.iter().any(|(part, _)| *part == "name"));
    }

    #[test]
    fn anything_may_come() {
        for text in ["", "{{{", "\"", "<<", "a = <<E\n${", "\u{feff}x {", "резурс \"ы\" {"] {
            for (range, _) in highlight(text) {
                assert!(text.get(range).is_some());
            }
        }
    }
}
