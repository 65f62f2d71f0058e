//! What is put right, or refused, before a page is parsed.

use std::collections::HashMap;

/// Elements that may stand open at once: an HTML parser's time grows with the product of their number and the length.
const MAX_OPEN: usize = 512;
/// Elements that never hold others, or that the next of their kind closes.
const FLAT: [&str; 15] =
    ["area", "br", "col", "dd", "dt", "embed", "hr", "img", "input", "li", "meta", "p", "td", "th", "tr"];

/// Whether the HTML opens more elements than any author does. A closing tag counts against its own kind only, as it
/// does for a parser.
pub fn nests_too_deep(html: &str) -> bool {
    let mut open: HashMap<String, usize> = HashMap::new();
    let mut total = 0;
    for tag in html.split('<').skip(1) {
        let (closes, tag) = tag.strip_prefix('/').map_or((false, tag), |tag| (true, tag));
        let name = tag.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default();
        let name = name.to_ascii_lowercase();
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
            return true;
        }
    }
    false
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_are_counted_as_a_parser_does() {
        assert!(!nests_too_deep(&"<div><p>a<br></div><!-- x -->".repeat(10_000)));
        for deep in ["<div>", "<div></b>", "<i><b></i>", "<DIV class='a'>"] {
            assert!(nests_too_deep(&deep.repeat(10_000)), "{deep}");
        }
        assert!(nests_too_deep(&("</div>".repeat(1_000) + &"<div>".repeat(1_000))));
    }
}
