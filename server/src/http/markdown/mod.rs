//! Providers' documentation as safe HTML.
//!
//! The text is a provider author's, which nobody here vouches for. Markdown becomes events, in which links and pictures
//! are replaced ([`events`]); the HTML that they make goes through an allow-list ([`sanitise`]). Time is bounded: the text
//! is cut at [`MAX_TEXT`], nesting and raw tags are counted, so that nothing quadratic in a parser gets its chance.

mod events;
mod links;
mod sanitise;

use std::borrow::Cow;

pub use links::Links;
use pulldown_cmark::{Options, Parser, TextMergeStream, html};

/// Longest text that is rendered, in bytes.
const MAX_TEXT: usize = 256 * 1024;

/// Markdown to HTML without anything that could act or fetch: scripts, styles, forms, frames, pictures. Relative links
/// lead nowhere and are left out; see [`render_linked`].
pub fn render(text: &str) -> String {
    render_linked(text, &Links::none())
}

/// The same, with links made absolute, or led to pages of our own.
pub fn render_linked(text: &str, links: &Links) -> String {
    if text.trim().is_empty() {
        return String::new();
    }
    let text = without_controls(cut(text));
    let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_GFM;
    let parsed = TextMergeStream::new(Parser::new_ext(&text, options));
    let mut unsafe_html = String::with_capacity(text.len() * 2);
    html::push_html(&mut unsafe_html, events::rewrite(parsed.collect(), links).into_iter());
    sanitise::clean(&unsafe_html)
}

fn cut(text: &str) -> &str {
    &text[..text.floor_char_boundary(MAX_TEXT)]
}

/// Without the characters that reorder what is around them, so that a text reads as it is, and without NUL.
fn without_controls(text: &str) -> Cow<'_, str> {
    let reorders = |c: char| matches!(c, '\0' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}' | '\u{061c}');
    match text.contains(reorders) {
        true => Cow::Owned(text.replace(reorders, "")),
        false => Cow::Borrowed(text),
    }
}

#[cfg(test)]
mod tests;
