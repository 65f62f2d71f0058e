//! Providers' documentation as safe HTML.

use pulldown_cmark::{Options, Parser, html};

/// Longest text that is rendered.
const MAX_TEXT: usize = 256 * 1024;

/// Markdown to HTML without anything that could act: scripts, styles, forms, frames, pictures from elsewhere.
/// The text is a provider author's, which nobody here vouches for.
pub fn render(text: &str) -> String {
    let mut end = text.len().min(MAX_TEXT);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH;
    let mut unsafe_html = String::new();
    html::push_html(&mut unsafe_html, Parser::new_ext(&text[..end], options));
    ammonia::Builder::default()
        .rm_tags(["img"])
        .link_rel(Some("noopener noreferrer nofollow"))
        .url_relative(ammonia::UrlRelative::Deny)
        .clean(&unsafe_html)
        .to_string()
}

#[cfg(test)]
mod tests {
    use super::render;

    #[test]
    fn nothing_in_a_page_can_act() {
        let html = render(
            "a <script>x()</script> [l](javascript:x()) <b onclick=x()>b</b> ![i](https://x/y.png)\n\n<style>*{}</style>",
        );
        for bad in ["script", "onclick", "<img", "style"] {
            assert!(!html.contains(bad), "{bad} in {html}");
        }
        assert!(html.contains("<b>b</b>"));
    }

    #[test]
    fn markdown_is_rendered() {
        assert_eq!(render("`a` is *b*"), "<p><code>a</code> is <em>b</em></p>\n");
    }
}
