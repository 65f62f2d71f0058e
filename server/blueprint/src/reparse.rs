//! Reading a file again after an edit: only the top-level blocks between what stayed the same before and after it.
//!
//! The result is what reading the whole file gives. A block ends with its line, so the reader is in the same state at the start of the
//! line behind it, whatever came before; where that is not certain, the whole file is read.

use std::sync::Arc;

use super::{
    diagnostic::Diagnostic,
    json::is_json,
    parse::{MAX_OBJECT_WORK, parse_file},
    parsed::{Item, ParsedFile},
};

/// Reads `text`, a new state of the file `old`.
///
/// # Errors
/// As [`parse_file`].
pub(super) fn reparse(name: &str, old: &ParsedFile, text: Arc<str>) -> Result<ParsedFile, Diagnostic> {
    if is_json(name) {
        return parse_file(name, text);
    }
    match patched(old, &text) {
        Some(file) => Ok(file),
        None => parse_file(name, text),
    }
}

/// None where only the whole text tells.
fn patched(old: &ParsedFile, text: &Arc<str>) -> Option<ParsedFile> {
    // Attributes exclude each other by name across the file. Terraform knows none at the top level.
    if old.items.iter().any(|item| item.facts.keyword.is_empty()) {
        return None;
    }
    let (head, tail) = super::splice::common(&old.text, text);
    let (kept_before, start) = before(old, head);
    let (kept_after, end) = after(old, old.text.len() - tail, kept_before)?;
    let shift = |at: usize| at + text.len() - old.text.len();
    let middle = text.get(start..shift(end))?;
    let alone = middle.is_empty() || middle.ends_with('\n') || end == old.text.len();
    if !alone || (start > 0 && middle.starts_with('\u{feff}')) {
        return None;
    }
    let read = parse_file("", Arc::from(middle)).ok()?;
    let work = old.work.saturating_add(read.work);
    if work > MAX_OBJECT_WORK || read.items.iter().any(|item| item.facts.keyword.is_empty()) {
        return None;
    }
    let mut items = old.items[..kept_before].to_vec();
    items.extend(read.items.iter().map(|item| at(item, item.span.start + start)));
    items.extend(old.items[kept_after..].iter().map(|item| at(item, shift(item.span.start))));
    Some(ParsedFile::new(Arc::clone(text), items, work))
}

/// The item where it starts at another offset.
fn at(item: &Arc<Item>, start: usize) -> Arc<Item> {
    if item.span.start == start {
        return Arc::clone(item);
    }
    Arc::new(item.moved(start..start + item.span.len()))
}

/// How many items end, line included, within the first `head` bytes, and where the line behind the last of them starts.
fn before(old: &ParsedFile, head: usize) -> (usize, usize) {
    let candidates = old.items.partition_point(|item| item.span.end < head);
    let kept = (1..=candidates).rev().find_map(|count| {
        let end = old.items[count - 1].span.end;
        let line = &old.text[end..head];
        let line = &line[..memchr::memchr(b'\n', line.as_bytes())? + 1];
        let rest = line.trim_start_matches([' ', '\t', '\r']);
        let plain = rest == "\n" || rest.starts_with('#') || rest.starts_with("//");
        plain.then_some((count, end + line.len()))
    });
    kept.unwrap_or((0, 0))
}

/// The first item, not among the first `skip`, that stands alone on its lines behind `from`, and where its first line starts; past the
/// last item and the end of the text if there is none.
fn after(old: &ParsedFile, from: usize, skip: usize) -> Option<(usize, usize)> {
    let first = old.items.partition_point(|item| item.span.start < from).max(skip);
    let kept = (first..old.items.len()).find_map(|index| {
        let start = old.items[index].span.start;
        let line = super::splice::line_start(&old.text, start);
        let alone = line > 0 && line >= from && old.text[line..start].trim().is_empty();
        alone.then_some((index, line))
    });
    Some(kept.unwrap_or((old.items.len(), old.text.len())))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "\u{feff}# first\nresource \"a\" \"b\" { # one\n  x = <<E\n y\nE\n}\n\n/* two\n lines */\nlocals {\n  a = 1\n  b = [\n    2,\n  ]\n} /* ends\nhere */\n// three\r\nvariable \"v\" {}\r\nmoved {\n  from = a.a\n  to   = a.b\n}\n/* before */ output \"o\" {\n  value = local.a\n}";

    /// What a person or a program might put in a text, in or out of place.
    const PIECES: [&str; 24] = [
        "",
        "\n",
        "}",
        "{",
        "/*",
        "*/",
        "#",
        "//",
        "\"",
        "<<E\n",
        "E\n",
        "${",
        "\u{feff}",
        "a = 1\n",
        "a {}\n",
        "locals {\n  c = 1\n}\n",
        " ",
        "\r\n",
        "\r",
        "é",
        "x",
        "b {\n  y = 1\n}",
        "/* z */",
        "moved {}\n",
    ];

    fn shown(file: &ParsedFile) -> Vec<String> {
        let trees = (0..file.items.len()).map(|i| file.structure(i));
        let facts = file.items.iter().map(|item| format!("{:?} {:?}", item.span, item.facts));
        facts.zip(trees).map(|(facts, tree)| format!("{facts} {}", places(&format!("{tree:?}")))).collect()
    }

    /// A tree without the blanks around it, which nothing reads.
    fn places(tree: &str) -> String {
        tree.rsplit_once("decor:").map_or(tree, |(tree, _)| tree).to_owned()
    }

    fn compare(old: &ParsedFile, text: &str) -> bool {
        let Some(patched) = patched(old, &Arc::from(text)) else { return false };
        let whole =
            parse_file("", Arc::from(text)).unwrap_or_else(|e| panic!("{:?} -> {text:?}: {e:?}", old.text));
        assert_eq!(shown(&patched), shown(&whole), "{:?} -> {text:?}", old.text);
        true
    }

    #[test]
    fn is_as_reading_the_whole() {
        let old = parse_file("", TEXT.into()).unwrap();
        let places: Vec<usize> = TEXT.char_indices().map(|(i, _)| i).chain([TEXT.len()]).collect();
        let mut patched = 0;
        for (i, start) in places.iter().enumerate().step_by(2) {
            for end in places[i..].iter().step_by(7).take(6) {
                for piece in PIECES {
                    patched +=
                        usize::from(compare(&old, &format!("{}{piece}{}", &TEXT[..*start], &TEXT[*end..])));
                }
            }
        }
        assert!(patched > 500, "{patched}");
    }

    #[test]
    fn trees_of_what_moved_are_made_when_asked_for() {
        let code: String = (0..100).map(|i| format!("resource \"a\" \"b{i}\" {{\n  x = {i}\n}}\n")).collect();
        let old = parse_file("", Arc::from(code.as_str())).unwrap();
        let text = format!("# new\n{code}");
        let new = patched(&old, &Arc::from(text.as_str())).unwrap();
        for i in (0..100).rev() {
            let block = new.block(i).unwrap();
            assert_eq!(crate::locate::span(block), new.items[i].span);
            assert!(text[new.items[i].span.clone()].contains(&format!("\"b{i}\"")));
        }
    }
}
