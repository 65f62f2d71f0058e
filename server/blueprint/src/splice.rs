//! Edits as replacements of byte ranges, and the new document that they lead to.

use std::{collections::BTreeMap, ops::Range, sync::Arc};

use super::{
    diagnostic::Span,
    document::Document,
    edit::{Change, EditError},
    files::{MAX_BLUEPRINT_BYTES, MAX_FILE_BYTES},
    format::layout,
    json::{is_json, read_only},
    parse::parse_file,
    parsed::ParsedFile,
    reparse::reparse,
};

/// Where the text changed, per file, in the new text.
pub(super) type Touched = BTreeMap<String, Vec<Span>>;

/// Replacements that are collected, then made at once.
#[derive(Debug)]
pub(super) struct Draft<'a> {
    document: &'a Document,
    changes: BTreeMap<String, Vec<(Range<usize>, String)>>,
    created: BTreeMap<String, String>,
}

impl<'a> Draft<'a> {
    pub(super) fn new(document: &'a Document) -> Self {
        Draft { document, changes: BTreeMap::new(), created: BTreeMap::new() }
    }

    /// Replaces a range of a file that the document has. Ranges may touch but not overlap.
    pub(super) fn replace(&mut self, file: &str, range: Range<usize>, text: impl Into<String>) {
        self.changes.entry(file.to_owned()).or_default().push((range, text.into()));
    }

    pub(super) fn insert(&mut self, file: &str, at: usize, text: impl Into<String>) {
        self.replace(file, at..at, text);
    }

    /// Adds code behind everything else in a file, an empty line before it; the file is made if there is none.
    pub(super) fn append(&mut self, file: &str, code: &str) -> Result<(), EditError> {
        let Some(text) = self.document.text(file) else {
            super::files::check_name(file)?;
            let new = self.created.entry(file.to_owned()).or_default();
            let gap = if new.is_empty() { "" } else { "\n" };
            new.push_str(&format!("{gap}{code}"));
            return Ok(());
        };
        let kept = text.trim_end().len();
        let last = next_line(text, line_end(text, kept));
        let gap = match &text[last..] {
            _ if kept == 0 => "",
            rest if rest.contains('\n') => "",
            _ if text.ends_with('\n') => "\n",
            _ => "\n\n",
        };
        self.insert(file, text.len(), format!("{gap}{code}"));
        Ok(())
    }

    /// Makes the changes. Only the files that changed are read again. A top-level block that was laid out as
    /// `terraform fmt` does still is afterwards; one that was not is left as the person wrote it.
    pub(super) fn commit(self) -> Result<(Document, Touched), EditError> {
        let mut files = self.document.parsed().clone();
        let mut touched = Touched::new();
        self.may_be_made()?;
        for (name, changes) in self.changes {
            let Some(old) = files.get(&name) else { continue };
            let regions = regions(old, ordered(changes)?);
            let (text, spans) = assemble(&old.text, regions);
            if text.len() > MAX_FILE_BYTES {
                return Err(EditError::new(
                    super::edit::EditErrorKind::TooLarge,
                    format!("{name} would be {} bytes; a file may have at most {MAX_FILE_BYTES}", text.len()),
                ));
            }
            let parsed = reparse(&name, old, Arc::from(text))?;
            files.insert(name.clone(), Arc::new(parsed));
            touched.insert(name, spans);
        }
        for (name, text) in self.created {
            touched.insert(name.clone(), vec![Span { start: 0, end: text.len() }]);
            files.insert(name.clone(), Arc::new(parse_file(&name, Arc::from(text))?));
        }
        let total: usize = files.values().map(|f| f.text.len()).sum();
        if total > MAX_BLUEPRINT_BYTES {
            return Err(super::files::FilesError::TooLarge(total).into());
        }
        Ok((self.document.of(files), touched))
    }
}

impl Draft<'_> {
    fn may_be_made(&self) -> Result<(), EditError> {
        match self.changes.keys().chain(self.created.keys()).find(|name| is_json(name)) {
            Some(json) => Err(EditError::invalid(read_only(json))),
            None => Ok(()),
        }
    }

    /// The changes as pieces of text that replace one another, in whole lines: each is recognised by what stands there.
    /// The result is not read, so this costs what it touches.
    pub(super) fn pieces(self) -> Result<Vec<Change>, EditError> {
        self.may_be_made()?;
        let mut pieces = Vec::new();
        for (name, changes) in self.changes {
            let Some(old) = self.document.file(&name) else { continue };
            let lines = in_lines(&old.text, regions(old, ordered(changes)?));
            pieces.extend(lines.into_iter().map(|(range, new)| Change {
                file: name.clone(),
                at: range.start,
                old: old.text[range].to_owned(),
                new,
            }));
        }
        let created = self.created.into_iter();
        pieces.extend(created.map(|(file, new)| Change { file, at: 0, old: String::new(), new }));
        Ok(pieces)
    }
}

/// Changes in the order of the text.
fn ordered(mut changes: Vec<Region>) -> Result<Vec<Region>, EditError> {
    changes.sort_by_key(|(range, _)| (range.start, range.end));
    let mut windows = changes.iter().zip(changes.iter().skip(1));
    if windows.any(|((a, _), (b, _))| a.end > b.start) {
        return Err(EditError::invalid("the parts of this edit overlap"));
    }
    Ok(changes)
}

/// What differs, widened to the lines around it; differences that meet in a line become one.
fn in_lines(text: &str, regions: Vec<Region>) -> Vec<Region> {
    let mut groups: Vec<(Range<usize>, Vec<Region>)> = Vec::new();
    for (range, new) in regions {
        let (head, tail) = common(&text[range.clone()], &new);
        let exact = range.start + head..range.end - tail;
        let new = new[head..new.len() - tail].to_owned();
        if exact.is_empty() && new.is_empty() {
            continue;
        }
        let mut lines = line_start(text, exact.start)..next_break(text, exact.end);
        if lines.is_empty() && lines.start > 0 {
            // At the end of a text: the line before is what it is recognised by.
            lines.start = line_start(text, lines.start - 1);
        }
        match groups.last_mut() {
            Some((last, parts)) if lines.start < last.end => {
                last.end = last.end.max(lines.end);
                parts.push((exact, new));
            }
            _ => groups.push((lines, vec![(exact, new)])),
        }
    }
    let whole = groups.into_iter().map(|(lines, parts)| {
        let at = lines.start;
        let parts = parts.into_iter().map(|(r, new)| (r.start - at..r.end - at, new)).collect();
        let new = replaced(&text[lines.clone()], parts);
        (lines, new)
    });
    whole.collect()
}

/// Past the first line break from `offset` on.
fn next_break(text: &str, offset: usize) -> usize {
    memchr::memchr(b'\n', &text.as_bytes()[offset..]).map_or(text.len(), |i| offset + i + 1)
}

/// A range of the old text and what stands there now.
type Region = (Range<usize>, String);

/// Joins the changes inside one top-level block to one region, laid out if the block was.
fn regions(old: &ParsedFile, changes: Vec<Region>) -> Vec<Region> {
    let crlf = uses_crlf(&old.text);
    let mut blocks = old.spans().peekable();
    let mut regions: Vec<Region> = Vec::new();
    let mut inside: Option<(Range<usize>, Vec<Region>)> = None;
    for (range, text) in changes {
        let text = if crlf { with_crlf(&text) } else { text };
        while blocks.peek().is_some_and(|block| block.end <= range.start) {
            blocks.next();
        }
        match blocks.peek() {
            Some(block) if block.start <= range.start && range.end <= block.end => {
                let whole = block.start..line_end(&old.text, block.end);
                match &mut inside {
                    Some((current, list)) if *current == whole => list.push((range, text)),
                    _ => {
                        regions.extend(inside.take().map(|(block, list)| relaid(&old.text, block, list)));
                        inside = Some((whole, vec![(range, text)]));
                    }
                }
            }
            _ => {
                regions.extend(inside.take().map(|(block, list)| relaid(&old.text, block, list)));
                regions.push((range, text));
            }
        }
    }
    regions.extend(inside.take().map(|(block, list)| relaid(&old.text, block, list)));
    regions
}

fn relaid(text: &str, block: Range<usize>, changes: Vec<Region>) -> Region {
    let old = &text[block.clone()];
    let shifted = changes.into_iter().map(|(r, t)| (r.start - block.start..r.end - block.start, t)).collect();
    let new = replaced(old, shifted);
    let clean = layout(old) == old;
    (block, if clean { layout(&new) } else { new })
}

fn replaced(text: &str, changes: Vec<Region>) -> String {
    let mut out = String::with_capacity(text.len() + 256);
    let mut at = 0;
    for (range, new) in changes {
        out.push_str(&text[at..range.start]);
        out.push_str(&new);
        at = range.end;
    }
    out.push_str(&text[at..]);
    out
}

/// The new text, and where in it each region's real difference lies.
fn assemble(text: &str, regions: Vec<Region>) -> (String, Vec<Span>) {
    let mut out = String::with_capacity(text.len() + 256);
    let mut spans = Vec::new();
    let mut at = 0;
    for (range, new) in regions {
        let old = &text[range.clone()];
        let (head, tail) = common(old, &new);
        out.push_str(&text[at..range.start]);
        let start = out.len() + head;
        out.push_str(&new);
        let end = out.len() - tail;
        if start < end || old.len() != new.len() {
            spans.push(Span { start, end: end.max(start) });
        }
        at = range.end;
    }
    out.push_str(&text[at..]);
    (out, spans)
}

/// How many bytes at the start and at the end are the same in both, in whole characters.
pub(super) fn common(old: &str, new: &str) -> (usize, usize) {
    let limit = old.len().min(new.len());
    let mut head = old.bytes().zip(new.bytes()).take_while(|(a, b)| a == b).count();
    while !new.is_char_boundary(head) {
        head -= 1;
    }
    let same = old.bytes().rev().zip(new.bytes().rev()).take(limit - head).take_while(|(a, b)| a == b);
    let mut tail = same.count();
    while !new.is_char_boundary(new.len() - tail) {
        tail -= 1;
    }
    (head, tail)
}

/// Whether a text ends its lines with CR LF, judged by the first one.
pub(super) fn uses_crlf(text: &str) -> bool {
    memchr::memchr(b'\n', text.as_bytes()).is_some_and(|i| i > 0 && text.as_bytes()[i - 1] == b'\r')
}

fn with_crlf(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\n', "\r\n")
}

/// Where the line of `offset` starts.
pub(super) fn line_start(text: &str, offset: usize) -> usize {
    memchr::memrchr(b'\n', &text.as_bytes()[..offset]).map_or(0, |i| i + 1)
}

/// Where the line of `offset` ends, before its break; comments that begin on it are passed over whole.
pub(super) fn line_end(text: &str, offset: usize) -> usize {
    let mut at = offset;
    loop {
        let rest = &text[at..];
        let stop = rest.find(['\n', '#', '/']).unwrap_or(rest.len());
        let found = &rest[stop..];
        if let Some(comment) = found.strip_prefix("/*") {
            at += stop + comment.find("*/").map_or(found.len(), |i| i + 4);
        } else if found.starts_with('#') || found.starts_with("//") {
            let end = at + stop + found.find('\n').unwrap_or(found.len());
            return before_cr(text, end);
        } else if found.starts_with('/') {
            at += stop + 1;
        } else {
            return before_cr(text, at + stop);
        }
    }
}

fn before_cr(text: &str, end: usize) -> usize {
    if end > 0 && text.as_bytes()[end - 1] == b'\r' { end - 1 } else { end }
}

/// Past the break of the line that ends at `end`.
pub(super) fn next_line(text: &str, end: usize) -> usize {
    match &text[end..] {
        rest if rest.starts_with("\r\n") => end + 2,
        rest if rest.starts_with('\n') => end + 1,
        _ => end,
    }
}

/// The blanks that the line of `offset` starts with.
pub(super) fn indent_at(text: &str, offset: usize) -> &str {
    let line = &text[line_start(text, offset)..];
    &line[..line.len() - line.trim_start_matches([' ', '\t']).len()]
}

/// The whole lines that a range is on, with one empty line of those around it, if it stands alone on them.
pub(super) fn whole_lines(text: &str, range: Range<usize>) -> Range<usize> {
    let start = line_start(text, range.start);
    let end = line_end(text, range.end);
    if !text[start..range.start].trim().is_empty() {
        return range;
    }
    let after = next_line(text, end);
    let blank_before = start == 0 || text[..start].trim_end_matches([' ', '\t', '\r']).ends_with("\n\n") || {
        let previous = line_start(text, start - 1);
        text[previous..start].trim().is_empty() || text[previous..start].trim_end().ends_with('{')
    };
    let following = line_end(text, after);
    let blank_after = after < text.len() && text[after..following].trim().is_empty();
    let closes_after = text[after..following].trim().starts_with('}') || after >= text.len();
    if blank_before && blank_after {
        return start..next_line(text, following);
    }
    let previous = line_start(text, start.saturating_sub(1));
    if closes_after && start > 0 && text[previous..start].trim().is_empty() {
        return previous..after;
    }
    start..after
}

/// Up over the comment lines that stand directly above `start`, which is the start of a line.
pub(super) fn with_comments_above(text: &str, mut start: usize) -> usize {
    while start > 0 {
        let previous = line_start(text, start - 1);
        let line = text[previous..start].trim();
        if !(line.starts_with('#') || line.starts_with("//")) {
            break;
        }
        start = previous;
    }
    start
}
