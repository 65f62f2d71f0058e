//! What is put right, or refused, before a page is parsed.

use std::collections::HashMap;

/// Elements that may stand open at once: an HTML parser's time grows with the product of their number and the length.
const MAX_OPEN: usize = 512;
/// Elements that never hold others, or that the next of their kind closes.
const FLAT: [&str; 15] =
    ["area", "br", "col", "dd", "dt", "embed", "hr", "img", "input", "li", "meta", "p", "td", "th", "tr"];

/// Elements of drawings that close themselves, unlike any other.
const SHAPES: [&str; 9] =
    ["circle", "ellipse", "image", "line", "path", "polygon", "polyline", "rect", "use"];

/// The HTML without comments, scripts, styles and the shapes of drawings; `None` when it opens more elements than any
/// author does. A closing tag counts against its own kind only, as it does for a parser. What is not counted is left
/// out, so that a parser meets nothing else.
pub fn bounded(html: &str) -> Option<String> {
    let mut kept = String::with_capacity(html.len());
    let mut open: HashMap<String, usize> = HashMap::new();
    let mut total = 0;
    let mut until = None;
    let mut pieces = html.split('<');
    kept.push_str(pieces.next().unwrap_or_default());
    for piece in pieces {
        if let Some(end) = until {
            if let Some(rest) = after(piece, end) {
                kept.push_str(rest);
                until = None;
            }
            continue;
        }
        let (closes, tag) = piece.strip_prefix('/').map_or((false, piece), |tag| (true, tag));
        let name = tag.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default();
        let name = name.to_ascii_lowercase();
        if piece.starts_with("!--") {
            match after(piece, "-->") {
                Some(rest) => kept.push_str(rest),
                None => until = Some("-->"),
            }
            continue;
        }
        if !closes && matches!(name.as_str(), "script" | "style") {
            until = Some(if name == "script" { "/script>" } else { "/style>" });
            continue;
        }
        if let Some((tag, rest)) = tag.split_once('>').filter(|(tag, _)| tag.ends_with('/'))
            && !closes
            && SHAPES.contains(&name.as_str())
            && !tag.is_empty()
        {
            kept.push_str(rest);
            continue;
        }
        kept.push('<');
        kept.push_str(piece);
        if name.is_empty() || FLAT.contains(&name.as_str()) {
            continue;
        }
        let of_kind = open.entry(name).or_default();
        if !closes {
            *of_kind += 1;
            total += 1;
        } else if *of_kind > 0 {
            *of_kind -= 1;
            total -= 1;
        }
        if total > MAX_OPEN {
            return None;
        }
    }
    Some(kept)
}

/// What follows `end`, in any case, in a piece of HTML.
fn after<'a>(piece: &'a str, end: &str) -> Option<&'a str> {
    let at = piece.to_ascii_lowercase().find(end)?;
    piece.get(at + end.len()..)
}

/// Parts two blocks where authors and CommonMark disagree: a heading right after a line of HTML belongs to the HTML,
/// and `---` right after a line of text makes the text a heading instead of drawing a rule. Dashes as long as the line
/// above do underline a heading.
pub fn part_blocks(text: &str) -> String {
    let mut parted = String::with_capacity(text.len() + 64);
    let (mut fence, mut after_html, mut after_text) = (false, false, false);
    let mut above = 0;
    for line in text.split_inclusive('\n') {
        let start = line.trim();
        if start.starts_with("```") || start.starts_with("~~~") {
            fence = !fence;
        }
        let dashes = start.len() >= 3 && start.bytes().all(|b| b == b'-');
        let is_rule = dashes && (start.len() == 3 || start.len().abs_diff(above) > 2);
        if !fence && ((after_html && line.starts_with('#')) || (after_text && is_rule)) {
            parted.push('\n');
        }
        after_html = !fence && start.starts_with('<');
        after_text = !fence && !start.is_empty();
        above = start.chars().count();
        parted.push_str(line);
    }
    parted
}

/// Moves values that stand as deep as the argument they are of below it: after a line that ends in "values are:", items
/// of the same depth that are one name in capitals each.
pub fn nest_values(text: &str) -> String {
    let mut nested = String::with_capacity(text.len() + 64);
    let (mut fence, mut introduced) = (false, false);
    let mut depth = 0;
    for line in text.split_inclusive('\n') {
        let start = line.trim();
        if start.starts_with("```") || start.starts_with("~~~") {
            fence = !fence;
        }
        let indent = line.len() - line.trim_start().len();
        let item = start.strip_prefix("* ").or_else(|| start.strip_prefix("- ")).map(str::trim);
        let is_value = item.is_some_and(|name| {
            name.len() > 1
                && name.starts_with(|c: char| c.is_ascii_uppercase())
                && name.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_')
        });
        if introduced && is_value && indent == depth && !fence {
            nested.push_str("    ");
        } else if !start.is_empty() {
            depth = if item.is_some() { indent } else { depth };
            let lower = start.to_ascii_lowercase();
            introduced = lower.ends_with(':') && ["value", "option"].iter().any(|word| lower.contains(word));
        }
        nested.push_str(line);
    }
    nested
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_are_counted_as_a_parser_does() {
        let fits = |html: &str| bounded(html).is_some();
        assert!(fits(&"<div><p>a<br></div><!-- x -->".repeat(10_000)));
        assert!(fits(&"<svg><title>x</title><g><path d='M'/></g><use href='#a'/></svg>".repeat(10_000)));
        for deep in ["<div>", "<div></b>", "<i><b></i>", "<DIV class='a'>", "<svg><path>", "<g/>"] {
            assert!(!fits(&deep.repeat(10_000)), "{deep}");
        }
        assert!(!fits(&("</div>".repeat(1_000) + &"<div>".repeat(1_000))));
    }

    #[test]
    fn values_are_below_their_argument() {
        let page = "* `a` - The kind. Possible\nvalues are:\n* ONE\n* TWO_2\n\n* `b` - The other:\n* THREE\n";
        let expected = "* `a` - The kind. Possible\nvalues are:\n    * ONE\n    * TWO_2\n\n* `b` - The other:\n* THREE\n";
        assert_eq!(nest_values(page), expected);
        for page in ["values are:\n* `a`\n", "* `a` - values are:\n    * ONE\n", "```\nvalues:\n* ONE\n```\n"]
        {
            assert_eq!(nest_values(page), page);
        }
    }

    #[test]
    fn what_is_not_counted_is_left_out() {
        let many = "<div>".repeat(10_000);
        for (html, kept) in [
            (format!("a<script>{many}</SCRIPT>b<style>{many}</style>c"), "abc"),
            (format!("a<!-- {many} -->b<!---->c"), "abc"),
            (format!("<title><!--</title>{many}"), "<title>"),
            ("<p><path d='M'/>a</p>".into(), "<p>a</p>"),
        ] {
            assert_eq!(bounded(&html).as_deref(), Some(kept));
        }
    }
}
