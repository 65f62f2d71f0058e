//! Text → tokens. Facts are stated in set phrases around values; tokens make a phrase and a value comparable without
//! regard to markup, case and line breaks. One pass, linear in the text.

/// Longest code span, quotation or link target that is read as one, in bytes: authors write none longer, and a limit
/// keeps text full of unclosed marks linear.
const MAX_SPAN: usize = 600;
const MAX_QUOTATION: usize = 120;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Letters and digits with what joins them: `us-east-1`, `1.5`, `can't`.
    Word,
    /// A code span, without its back-ticks.
    Code,
    /// Text in quotation marks, without them.
    Quoted,
    /// Any other character, alone.
    Mark,
    /// The start of a list item.
    Item,
    /// The end of a paragraph.
    Break,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token<'a> {
    pub kind: Kind,
    pub text: &'a str,
    /// Where it starts in the text, in bytes.
    pub start: usize,
    /// Columns before an item, or before the line after a break.
    pub indent: usize,
    /// Whether it is the first of its line.
    pub leads: bool,
}

impl Token<'_> {
    /// Whether it is this word, in any case.
    pub fn is(&self, word: &str) -> bool {
        self.kind == Kind::Word && self.text.eq_ignore_ascii_case(word)
    }

    pub fn is_any(&self, words: &[&str]) -> bool {
        self.kind == Kind::Word && words.iter().any(|word| self.text.eq_ignore_ascii_case(word))
    }

    pub fn is_mark(&self, marks: &str) -> bool {
        self.kind == Kind::Mark && marks.contains(self.text)
    }

    /// Whether a sentence ends here.
    pub fn ends_sentence(&self) -> bool {
        self.is_mark(".!?") || matches!(self.kind, Kind::Item | Kind::Break)
    }
}

/// Splits markdown into tokens. Emphasis and link targets are passed over, fenced code is a break.
pub fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut reader =
        Reader { text, at: 0, in_fence: false, fresh: true, tokens: Vec::with_capacity(text.len() / 5) };
    reader.line_start();
    while let Some(c) = reader.peek() {
        reader.step(c);
    }
    reader.tokens
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    /// Whether a fence is open whose content is text.
    in_fence: bool,
    /// Whether nothing of the line has been read.
    fresh: bool,
    tokens: Vec<Token<'a>>,
}

impl<'a> Reader<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn before(&self) -> Option<char> {
        self.text[..self.at].chars().next_back()
    }

    fn push(&mut self, kind: Kind, text: &'a str, length: usize, indent: usize) {
        self.tokens.push(Token { kind, text, start: self.at, indent, leads: self.fresh });
        self.fresh = matches!(kind, Kind::Item | Kind::Break);
        self.at += length;
    }

    fn step(&mut self, c: char) {
        match c {
            '\n' => {
                self.at += 1;
                self.fresh = true;
                self.line_start();
            }
            c if c.is_whitespace() => self.at += c.len_utf8(),
            '`' => self.code(),
            '"' | '“' | '\'' | '‘' => self.quotation(c),
            '$' => self.template(),
            ']' => self.link_end(),
            '*' | '_' | '\\' => self.at += 1,
            '-' | '+' if self.is_sign() => self.word(),
            c if c.is_alphanumeric() => self.word(),
            c => self.push(Kind::Mark, &self.rest()[..c.len_utf8()], c.len_utf8(), 0),
        }
    }

    /// A minus that belongs to a number: after a blank and before a digit.
    fn is_sign(&self) -> bool {
        let digit = self.rest()[1..].starts_with(|c: char| c.is_ascii_digit());
        digit && self.before().is_none_or(|c| c.is_whitespace() || "([,:".contains(c))
    }

    /// Blank lines, fences and item marks.
    fn line_start(&mut self) {
        let mut blank = false;
        loop {
            let line = self.rest().split('\n').next().unwrap_or_default();
            let content = line.trim_start();
            let indent = line.len() - content.len();
            if content.is_empty() && line.len() < self.rest().len() {
                blank = true;
                self.at += line.len() + 1;
                continue;
            }
            if content.starts_with("```") || content.starts_with("~~~") {
                blank = true;
                self.fence(line.len(), content);
                continue;
            }
            let mark = item_mark(content);
            if mark > 0 {
                self.at += indent;
                self.push(Kind::Item, "", mark, indent);
            } else if blank {
                self.push(Kind::Break, "", 0, indent);
            }
            return;
        }
    }

    /// Passes over fenced code; without an end, over the fence's own line. What starts with a line that ends in a colon
    /// is text: "Value names:" over a list.
    fn fence(&mut self, line: usize, content: &str) {
        let (mark, language) = content.split_at(3);
        let opening = (line + 1).min(self.rest().len());
        let heading = self.rest()[opening..].lines().next().unwrap_or_default();
        let closes = self.in_fence;
        self.in_fence = !closes && language.trim().is_empty() && heading.trim_end().ends_with(':');
        if closes || self.in_fence {
            self.at += opening;
            return;
        }
        let mut length = opening;
        for inner in self.rest()[opening..].split_inclusive('\n') {
            length += inner.len();
            if inner.trim_start().starts_with(mark) {
                self.at += length;
                return;
            }
        }
        self.at += opening;
    }

    fn code(&mut self) {
        let rest = self.rest();
        let ticks = rest.bytes().take_while(|&b| b == b'`').count();
        let window = prefix(&rest[ticks..], MAX_SPAN);
        match window.find(&rest[..ticks]).filter(|&end| !window[..end].contains("\n\n")) {
            Some(end) => {
                let inner = window[..end].trim();
                // Blanks alone are the value.
                let inner = if inner.is_empty() { &window[..end] } else { unquote(inner) };
                self.push(Kind::Code, inner, 2 * ticks + end, 0);
            }
            None => self.at += ticks,
        }
    }

    /// `${name}`, as code.
    fn template(&mut self) {
        let rest = self.rest();
        let end = rest.starts_with("${").then(|| prefix(rest, MAX_QUOTATION).find('}')).flatten();
        match end.filter(|&end| !rest[..end].contains('\n')) {
            Some(end) => self.push(Kind::Code, &rest[..=end], end + 1, 0),
            None => self.push(Kind::Mark, &rest[..1], 1, 0),
        }
    }

    fn quotation(&mut self, open: char) {
        let close = match open {
            '“' => '”',
            '‘' => '’',
            c => c,
        };
        let after = &self.rest()[open.len_utf8()..];
        let window = prefix(after, MAX_QUOTATION).split('\n').next().unwrap_or_default();
        // An apostrophe is no quotation mark.
        let starts = open != '\'' || !self.before().is_some_and(char::is_alphanumeric);
        let ends = |&(i, _): &(usize, &str)| {
            close != '\'' || !after[i + 1..].starts_with(|c: char| c.is_alphanumeric())
        };
        match window.match_indices(close).find(ends).filter(|_| starts) {
            Some((end, _)) => {
                let inner = unquote(window[..end].trim().trim_matches('`'));
                self.push(Kind::Quoted, inner, open.len_utf8() + end + close.len_utf8(), 0);
            }
            None => self.at += open.len_utf8(),
        }
    }

    /// `](target)`: only the bracket is kept.
    fn link_end(&mut self) {
        self.push(Kind::Mark, "]", 1, 0);
        let rest = self.rest();
        if rest.starts_with('(')
            && let Some(end) = prefix(rest, MAX_SPAN).find(')')
        {
            self.at += end + 1;
        }
    }

    fn word(&mut self) {
        let rest = self.rest();
        let mut chars = rest.char_indices().peekable();
        let (mut end, mut last) = (0, ' ');
        while let Some((i, c)) = chars.next() {
            let next = chars.peek().map(|(_, c)| *c);
            let joined = c.is_alphanumeric()
                || (c == '_' && next.is_some_and(|next| next.is_alphanumeric() || next == '_'))
                || (i == 0 && matches!(c, '-' | '+'))
                || next.is_some_and(|next| joins(rest, i, last, c, next))
                || (c == '%' && last.is_ascii_digit());
            if !joined {
                break;
            }
            end = i + c.len_utf8();
            last = c;
        }
        if rest[..end].eq_ignore_ascii_case("http") || rest[..end].eq_ignore_ascii_case("https") {
            let url = prefix(rest, MAX_SPAN).split(char::is_whitespace).next().unwrap_or_default();
            end = end.max(url.trim_end_matches(['.', ',', ')', ']']).len());
        }
        let word = &rest[..end];
        // The full stop of an abbreviation ends no sentence.
        let abbreviation = ["e.g", "i.e", "vs"].iter().any(|short| word.eq_ignore_ascii_case(short));
        let length = end + usize::from(abbreviation && rest[end..].starts_with('.'));
        self.push(Kind::Word, word, length, 0);
    }
}

/// Whether `c`, between `last` and `next`, joins them into one word.
fn joins(rest: &str, at: usize, last: char, c: char, next: char) -> bool {
    match c {
        '.' => {
            last.is_alphanumeric() && next.is_alphanumeric() && !(last.is_lowercase() && next.is_uppercase())
        }
        '-' | '@' => last.is_alphanumeric() && next.is_alphanumeric(),
        '\'' | '’' => last.is_alphabetic() && next.is_alphabetic(),
        // AWS::S3, 16:9
        ':' => last == ':' || next == ':' || (last.is_ascii_digit() && next.is_ascii_digit()),
        // 10,000
        ',' => {
            let digits = rest[at + 1..].bytes().take_while(u8::is_ascii_digit).count();
            last.is_ascii_digit() && digits == 3
        }
        _ => false,
    }
}

/// Length of the mark that starts a list item, with the blank after it; 0: none.
fn item_mark(line: &str) -> usize {
    let bytes = line.as_bytes();
    let mark = match bytes {
        [b'*' | b'-' | b'+', ..] => 1,
        _ => match bytes.iter().take_while(|b| b.is_ascii_digit()).count() {
            digits @ 1..=3 if matches!(bytes.get(digits), Some(b'.' | b')')) => digits + 1,
            _ => return 0,
        },
    };
    if matches!(bytes.get(mark), Some(b' ' | b'\t')) { mark + 1 } else { 0 }
}

/// The longest prefix of at most `most` bytes.
pub fn prefix(text: &str, most: usize) -> &str {
    &text[..text.floor_char_boundary(most)]
}

/// Without one pair of quotation marks around it, unless nothing would be left.
fn unquote(text: &str) -> &str {
    // A mark at the end alone is a slip.
    let text = if text.matches('"').count() == 1 && text.len() > 1 { text.trim_matches('"') } else { text };
    let inner = ['"', '\''].iter().find_map(|&mark| text.strip_prefix(mark)?.strip_suffix(mark));
    inner.filter(|inner| !inner.is_empty() && !inner.contains(['"', '\''])).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> Vec<String> {
        let show = |t: &Token| match t.kind {
            Kind::Word | Kind::Mark => t.text.to_owned(),
            Kind::Code => format!("`{}`", t.text),
            Kind::Quoted => format!("\"{}\"", t.text),
            Kind::Item => "*".to_owned(),
            Kind::Break => "¶".to_owned(),
        };
        tokens(text).iter().map(show).collect()
    }

    #[test]
    fn words_marks_and_spans() {
        for (text, expected) in [
            ("Defaults to `a b`.", "Defaults|to|`a b`|."),
            ("is \"x\" or 'y', can't 'z", "is|\"x\"|or|\"y\"|,|can't|z"),
            ("us-east-1 1.5 10,000 a,b 80%", "us-east-1|1.5|10,000|a|,|b|80%"),
            ("between -1 and 1-10", "between|-1|and|1-10"),
            ("end.Next e.g. x", "end|.|Next|e.g|x"),
            ("[`A`](http://x/y) and AWS::S3", "[|`A`|]|and|AWS::S3"),
            ("**bold** _it_ a_b", "bold|it|a_b"),
            ("`\"A\"` `\"\"` `` a`b ``", "`A`|`\"\"`|`a`b`"),
            ("see https://x.y/z?a=b. Then", "see|https://x.y/z?a=b|.|Then"),
        ] {
            assert_eq!(shown(text).join("|"), expected, "{text}");
        }
    }

    #[test]
    fn blocks() {
        assert_eq!(shown("a:\n\n* b\n  * c\n\nd").join("|"), "a|:|*|b|*|c|¶|d");
        assert_eq!(shown("a\n```\n`x\n```\nb").join("|"), "a|¶|b");
        assert_eq!(shown("a\n```\nb").join("|"), "a|¶|b");
        assert_eq!(shown("- a\n1. b").join("|"), "*|a|*|b");
        let indents: Vec<usize> = tokens("* a\n  * b\n\n  c").iter().map(|t| t.indent).collect();
        assert_eq!(indents, [0, 0, 2, 0, 2, 0]);
    }

    #[test]
    fn unclosed_marks_end_nowhere() {
        for text in ["`a", "\"a", "[a](b", "'", "```", "``` a", "\\", "*", "a\n\n", "“", "-", "é`é"] {
            tokens(text);
        }
    }
}
