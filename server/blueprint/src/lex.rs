//! HCL's tokens, as HashiCorp's own scanner cuts them. The formatter works on tokens; the limits are checked on them
//! before the parser sees a text.
//!
//! Source: `hclsyntax/scan_tokens.rl` of <https://github.com/hashicorp/hcl> describes the same modes.

use std::ops::Range;

/// What a token is. Operators that the formatter treats alike share a kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Ident,
    Number,
    OpenQuote,
    CloseQuote,
    QuotedText,
    /// `<<EOT` with its line break.
    OpenHeredoc,
    /// The closing marker with the blanks around it.
    CloseHeredoc,
    /// One line of a heredoc, or a piece of it between interpolations.
    HeredocText,
    /// `${` or `%{`.
    OpenTemplate,
    CloseTemplate,
    OpenBrace,
    CloseBrace,
    OpenBracket,
    CloseBracket,
    OpenParen,
    CloseParen,
    Dot,
    Comma,
    Ellipsis,
    Equal,
    Colon,
    DoubleColon,
    Question,
    Bang,
    Minus,
    /// `+ * / %`, comparisons, `&&`, `||`, `=>`.
    Operator,
    Newline,
    /// A comment; a line comment holds its line break.
    Comment,
    Invalid,
}

impl Kind {
    /// +1 for what opens a bracket, −1 for what closes one.
    pub(super) fn bracket(self) -> i32 {
        match self {
            Kind::OpenBrace | Kind::OpenBracket | Kind::OpenParen | Kind::OpenTemplate => 1,
            Kind::CloseBrace | Kind::CloseBracket | Kind::CloseParen | Kind::CloseTemplate => -1,
            _ => 0,
        }
    }
}

/// A token and where it stands. What lies between two tokens is blanks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token {
    pub kind: Kind,
    pub span: Range<usize>,
}

/// Cuts a text into tokens. Total: what is no token becomes [`Kind::Invalid`].
pub(super) fn lex(text: &str) -> Vec<Token> {
    let mut lexer = Lexer { text, at: if text.starts_with('\u{feff}') { 3 } else { 0 }, ..Lexer::default() };
    while lexer.at < text.len() {
        lexer.step();
    }
    lexer.tokens
}

/// What the scanner is inside of.
#[derive(Debug)]
enum Mode<'a> {
    Quote,
    Heredoc {
        marker: &'a str,
        line_start: bool,
    },
    /// `${ … }`: ends at the brace that matches, so the open braces are counted.
    Template {
        braces: usize,
    },
}

#[derive(Debug, Default)]
struct Lexer<'a> {
    text: &'a str,
    at: usize,
    modes: Vec<Mode<'a>>,
    tokens: Vec<Token>,
}

impl<'a> Lexer<'a> {
    fn step(&mut self) {
        match self.modes.last() {
            Some(Mode::Quote) => self.quoted(),
            Some(Mode::Heredoc { .. }) => self.heredoc_line(),
            Some(Mode::Template { .. }) | None => self.plain(),
        }
    }

    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn push(&mut self, kind: Kind, length: usize) {
        self.tokens.push(Token { kind, span: self.at..self.at + length });
        self.at += length;
    }

    fn open_template(&mut self) {
        let length = if self.rest().as_bytes().get(2) == Some(&b'~') { 3 } else { 2 };
        self.push(Kind::OpenTemplate, length);
        self.modes.push(Mode::Template { braces: 0 });
    }

    fn quoted(&mut self) {
        let rest = self.rest();
        if rest.starts_with('"') {
            self.push(Kind::CloseQuote, 1);
            self.modes.pop();
        } else if rest.starts_with("${") || rest.starts_with("%{") {
            self.open_template();
        } else if rest.starts_with(['\n', '\r']) {
            // A quoted string cannot span lines: resume as if it had ended here.
            self.push(Kind::Invalid, 1);
            self.modes.pop();
        } else {
            self.push(Kind::QuotedText, quoted_text(rest));
        }
    }

    fn heredoc_line(&mut self) {
        let rest = self.rest();
        if rest.starts_with("${") || rest.starts_with("%{") {
            self.set_line_start(false);
            return self.open_template();
        }
        let length = template_text(rest);
        let piece = &rest[..length];
        let Some(Mode::Heredoc { marker, line_start }) = self.modes.last() else { return };
        if *line_start && piece.ends_with('\n') && piece.trim() == *marker {
            let close = piece.trim_end_matches(['\n', '\r']).len();
            self.push(Kind::CloseHeredoc, close);
            self.push(Kind::Newline, length - close);
            self.modes.pop();
        } else {
            self.set_line_start(piece.ends_with('\n'));
            self.push(Kind::HeredocText, length);
        }
    }

    fn set_line_start(&mut self, value: bool) {
        if let Some(Mode::Heredoc { line_start, .. }) = self.modes.last_mut() {
            *line_start = value;
        }
    }

    fn plain(&mut self) {
        let rest = self.rest();
        let bytes = rest.as_bytes();
        match bytes[0] {
            b' ' | b'\t' => self.at += 1,
            b'\n' => self.push(Kind::Newline, 1),
            b'\r' if bytes.get(1) == Some(&b'\n') => self.push(Kind::Newline, 2),
            b'#' => self.push(Kind::Comment, line_length(rest)),
            b'/' if rest.starts_with("//") => self.push(Kind::Comment, line_length(rest)),
            b'/' if rest.starts_with("/*") => match rest[2..].find("*/") {
                Some(end) => self.push(Kind::Comment, end + 4),
                None => self.push(Kind::Invalid, rest.len()),
            },
            b'"' => {
                self.push(Kind::OpenQuote, 1);
                self.modes.push(Mode::Quote);
            }
            b'<' if rest.starts_with("<<") => self.open_heredoc(),
            b'0'..=b'9' => self.push(Kind::Number, number_length(bytes)),
            b'{' | b'}' => self.brace(bytes[0]),
            b'~' if bytes.get(1) == Some(&b'}')
                && matches!(self.modes.last(), Some(Mode::Template { braces: 0 })) =>
            {
                self.push(Kind::CloseTemplate, 2);
                self.modes.pop();
            }
            _ => self.word_or_operator(rest),
        }
    }

    fn brace(&mut self, byte: u8) {
        let Some(Mode::Template { braces }) = self.modes.last_mut() else {
            return self.push(if byte == b'{' { Kind::OpenBrace } else { Kind::CloseBrace }, 1);
        };
        if byte == b'{' {
            *braces += 1;
            self.push(Kind::OpenBrace, 1);
        } else if *braces > 0 {
            *braces -= 1;
            self.push(Kind::CloseBrace, 1);
        } else {
            self.push(Kind::CloseTemplate, 1);
            self.modes.pop();
        }
    }

    fn open_heredoc(&mut self) {
        let rest = self.rest();
        let dash = usize::from(rest.as_bytes().get(2) == Some(&b'-'));
        let name = super::path::identifier_length(&rest[2 + dash..]);
        let end = 2 + dash + name;
        let newline = match &rest[end..] {
            r if r.starts_with('\n') => 1,
            r if r.starts_with("\r\n") => 2,
            _ => 0,
        };
        if name == 0 || newline == 0 {
            return self.push(Kind::Invalid, 2);
        }
        self.push(Kind::OpenHeredoc, end + newline);
        self.modes.push(Mode::Heredoc { marker: &rest[2 + dash..end], line_start: true });
    }

    fn word_or_operator(&mut self, rest: &str) {
        const OPERATORS: [(&str, Kind); 27] = [
            ("...", Kind::Ellipsis),
            ("==", Kind::Operator),
            ("=>", Kind::Operator),
            ("!=", Kind::Operator),
            ("<=", Kind::Operator),
            (">=", Kind::Operator),
            ("&&", Kind::Operator),
            ("||", Kind::Operator),
            ("::", Kind::DoubleColon),
            ("=", Kind::Equal),
            (".", Kind::Dot),
            (",", Kind::Comma),
            ("[", Kind::OpenBracket),
            ("]", Kind::CloseBracket),
            ("(", Kind::OpenParen),
            (")", Kind::CloseParen),
            (":", Kind::Colon),
            ("?", Kind::Question),
            ("!", Kind::Bang),
            ("-", Kind::Minus),
            ("+", Kind::Operator),
            ("*", Kind::Operator),
            ("/", Kind::Operator),
            ("%", Kind::Operator),
            ("<", Kind::Operator),
            (">", Kind::Operator),
            ("&", Kind::Invalid),
        ];
        let word = super::path::identifier_length(rest);
        if word > 0 {
            return self.push(Kind::Ident, word);
        }
        match OPERATORS.iter().find(|(sign, _)| rest.starts_with(sign)) {
            Some((sign, kind)) => self.push(*kind, sign.len()),
            None => self.push(Kind::Invalid, rest.chars().next().map_or(1, char::len_utf8)),
        }
    }
}

/// A line with its break.
fn line_length(rest: &str) -> usize {
    memchr::memchr(b'\n', rest.as_bytes()).map_or(rest.len(), |i| i + 1)
}

fn number_length(bytes: &[u8]) -> usize {
    let digits = |from: usize| bytes[from..].iter().take_while(|b| b.is_ascii_digit()).count();
    let mut end = digits(0);
    if bytes.get(end) == Some(&b'.') && digits(end + 1) > 0 {
        end += 1 + digits(end + 1);
    }
    if matches!(bytes.get(end), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(bytes.get(end + 1), Some(b'+' | b'-')));
        let exponent = bytes.get(end + 1 + sign).map_or(0, |_| digits(end + 1 + sign));
        if exponent > 0 {
            end += 1 + sign + exponent;
        }
    }
    end
}

/// Text inside quotes up to the closing quote, an interpolation or a line break.
fn quoted_text(rest: &str) -> usize {
    let bytes = rest.as_bytes();
    let mut i = 0;
    while i < bytes.len() {
        match bytes[i] {
            b'"' | b'\n' | b'\r' => break,
            b'\\' if i + 1 < bytes.len() && !matches!(bytes[i + 1], b'\n' | b'\r') => i += 2,
            b'$' | b'%' if bytes.get(i + 1) == Some(&bytes[i]) && bytes.get(i + 2) == Some(&b'{') => i += 3,
            b'$' | b'%' if bytes.get(i + 1) == Some(&b'{') => break,
            _ => i += 1,
        }
    }
    while !rest.is_char_boundary(i) {
        i += 1;
    }
    i.max(1)
}

/// Heredoc text up to an interpolation or through the end of the line.
fn template_text(rest: &str) -> usize {
    let bytes = rest.as_bytes();
    let mut i = 0;
    while i < bytes.len() {
        match bytes[i] {
            b'\n' => return i + 1,
            b'$' | b'%' if bytes.get(i + 1) == Some(&bytes[i]) && bytes.get(i + 2) == Some(&b'{') => i += 3,
            b'$' | b'%' if bytes.get(i + 1) == Some(&b'{') => break,
            _ => i += 1,
        }
    }
    i
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(text: &str) -> Vec<(Kind, &str)> {
        lex(text).into_iter().map(|t| (t.kind, &text[t.span])).collect()
    }

    #[test]
    fn cuts_templates() {
        use Kind::*;
        assert_eq!(
            kinds("a = \"x${ {b=1}.b ~}\\\"$${\""),
            [
                (Ident, "a"),
                (Equal, "="),
                (OpenQuote, "\""),
                (QuotedText, "x"),
                (OpenTemplate, "${"),
                (OpenBrace, "{"),
                (Ident, "b"),
                (Equal, "="),
                (Number, "1"),
                (CloseBrace, "}"),
                (Dot, "."),
                (Ident, "b"),
                (CloseTemplate, "~}"),
                (QuotedText, "\\\"$${"),
                (CloseQuote, "\""),
            ]
        );
    }

    #[test]
    fn cuts_heredocs() {
        use Kind::*;
        assert_eq!(
            kinds("a = <<-EOT\n  x ${b}EOT\n EOTX\n  EOT \nc"),
            [
                (Ident, "a"),
                (Equal, "="),
                (OpenHeredoc, "<<-EOT\n"),
                (HeredocText, "  x "),
                (OpenTemplate, "${"),
                (Ident, "b"),
                (CloseTemplate, "}"),
                (HeredocText, "EOT\n"),
                (HeredocText, " EOTX\n"),
                (CloseHeredoc, "  EOT "),
                (Newline, "\n"),
                (Ident, "c"),
            ]
        );
    }

    #[test]
    fn is_total() {
        for text in ["\"", "\"\\", "<<", "<<A\n", "/*", "\u{1F600}", "\"${", "~}", "1e", "\r", "\"ä\\ä\""] {
            let tokens = lex(text);
            assert!(tokens.last().is_none_or(|t| t.span.end <= text.len()), "{text:?}");
        }
    }
}
