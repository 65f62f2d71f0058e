//! HCL in colours, without a script.

use std::fmt::Write as _;

use crate::blueprint::{Tone, highlight};

/// Longer code stays plain: colours are for reading, and nobody reads that much.
const MAX_CODE: usize = 64 * 1024;

/// The code as HTML: escaped, each coloured part in a `span`.
pub fn html(code: &str) -> String {
    let parts = if code.len() <= MAX_CODE { highlight(code) } else { Vec::new() };
    let mut out = String::with_capacity(code.len() * 2);
    let mut at = 0;
    for (range, tone) in parts {
        escape(&code[at..range.start], &mut out);
        let _ = write!(out, "<span class=\"{}\">", class(tone));
        escape(&code[range.clone()], &mut out);
        out.push_str("</span>");
        at = range.end;
    }
    escape(&code[at..], &mut out);
    out
}

/// The classes of the style sheet, which the sanitiser lets through.
pub const CLASSES: [&str; 6] = ["h-kw", "h-type", "h-str", "h-ref", "h-num", "h-com"];

fn class(tone: Tone) -> &'static str {
    match tone {
        Tone::Keyword => "h-kw",
        Tone::Label => "h-type",
        Tone::String => "h-str",
        Tone::Reference => "h-ref",
        Tone::Constant => "h-num",
        Tone::Comment => "h-com",
    }
}

/// Text as HTML text.
fn escape(text: &str, out: &mut String) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c => out.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::html;

    #[test]
    fn code_is_text() {
        assert_eq!(
            html("x = \"<b>\""),
            "x = <span class=\"h-str\">&quot;</span><span class=\"h-str\">&lt;b&gt;</span><span class=\"h-str\">&quot;</span>"
        );
        assert_eq!(html("</pre><script>"), "&lt;/pre&gt;&lt;script&gt;");
    }
}
