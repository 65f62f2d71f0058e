//! Moving an element to another file. Terraform reads all files of a folder as one, so that nothing else changes.

use std::ops::Range;

use super::{
    Applied, EditError,
    blocks::commented_lines,
    elements::{add_locals, check_root, extent},
};
use crate::{
    document::{Document, Element, ElementKind},
    lex::{Kind, lex},
    locate,
    splice::Draft,
    write,
};

/// Moves an element, with the comments that belong to it, behind everything else in `file`, which is made if there is none.
pub(super) fn move_to(document: &Document, address: &str, file: &str) -> Result<Applied, EditError> {
    let element = locate::element(document, address)?;
    check_root(file)?;
    if element.file == file {
        return Err(EditError::invalid(format!("{address} is in {file} already")));
    }
    let text = document.text(&element.file).cloned().unwrap_or_default();
    let mut draft = Draft::new(document);
    let code = text[commented_lines(&text, own(element))].replace("\r\n", "\n");
    let code = code.trim_matches('\n');
    match element.kind {
        ElementKind::Local => add_locals(&mut draft, document, file, code)?,
        _ => draft.append(file, &write::laid_out(&format!("{code}\n"), ""))?,
    }
    draft.replace(&element.file, vacated(document, element, &text), "");
    let mut moved = Applied::from_draft(draft, None)?;
    moved.address = address_in(&moved.document, element, file);
    Ok(moved)
}

fn own(element: &Element) -> Range<usize> {
    element.span.start..element.span.end
}

/// The lines that go with a moved element: a block of locals that is left with nothing goes too, unless there are comments in
/// it that do not move.
fn vacated(document: &Document, element: &Element, text: &str) -> Range<usize> {
    let (own, all) = (commented_lines(text, own(element)), extent(document, element, text));
    let comments = |range: Range<usize>| lex(&text[range]).iter().any(|t| t.kind == Kind::Comment);
    if own != all && (comments(all.start..own.start) || comments(own.end..all.end)) { own } else { all }
}

/// Blocks without a name are counted, file by file, so that theirs is another address now.
fn address_in(document: &Document, element: &Element, file: &str) -> Option<String> {
    let mut there = document.elements().iter().filter(|e| e.file == file && e.keyword == element.keyword);
    match element.name.is_empty() {
        true => there.next_back().map(|e| e.address.clone()),
        false => Some(element.address.clone()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{files::Files, schemas::Schemas};

    const MAIN: &str = "# The network.\n# It is large.\nresource \"a_b\" \"x\" {\n  n = 1\n} # last\n\nresource \"a_b\" \"y\" {\n  n = a_b.x.n\n}\n\n\
        # All of it.\nlocals {\n  # why\n  one = 1 # so\n  two = [\n    local.one,\n  ]\n}\n\nmoved {\n  from = a_b.w\n  to   = a_b.x\n}\n";

    fn moved(text: &str, address: &str, file: &str) -> (Document, Option<String>) {
        let mut files = Files::default();
        files.insert("main.tf", text).unwrap();
        files.insert("other.tf", "# Here.\nmoved {\n  from = a_b.v\n  to   = a_b.y\n}\n").unwrap();
        let before = Document::parse(&files).unwrap();
        let applied = move_to(&before, address, file).unwrap();
        let mut all: Vec<&str> = before.elements().iter().map(|e| e.keyword.as_str()).collect();
        let mut still: Vec<&str> = applied.document.elements().iter().map(|e| e.keyword.as_str()).collect();
        all.sort_unstable();
        still.sort_unstable();
        assert_eq!(all, still);
        (applied.document, applied.address)
    }

    #[test]
    fn comments_go_along() {
        let (document, address) = moved(MAIN, "a_b.x", "network.tf");
        assert_eq!(address.as_deref(), Some("a_b.x"));
        let there = "# The network.\n# It is large.\nresource \"a_b\" \"x\" {\n  n = 1\n} # last\n";
        assert_eq!(document.text("network.tf").unwrap().as_ref(), there);
        assert!(document.text("main.tf").unwrap().starts_with("resource \"a_b\" \"y\""));
        let (document, _) = moved(MAIN, "local.one", "other.tf");
        assert!(document.text("other.tf").unwrap().ends_with("}\n\nlocals {\n  # why\n  one = 1 # so\n}\n"));
        assert!(document.text("main.tf").unwrap().contains("locals {\n  two = [\n    local.one,\n  ]\n}"));
    }

    #[test]
    fn the_last_local_leaves_no_empty_block() {
        let text = "locals {\n  one = 1\n}\n\nlocals {\n  # why\n  two = 2\n}\n";
        let (document, _) = moved(text, "local.one", "other.tf");
        assert_eq!(document.text("main.tf").unwrap().as_ref(), "locals {\n  # why\n  two = 2\n}\n");
        let (document, _) = moved("# Of all.\nlocals {\n  one = 1\n}\n", "local.one", "other.tf");
        assert_eq!(document.text("main.tf").unwrap().as_ref(), "# Of all.\nlocals {\n}\n");
    }

    #[test]
    fn blocks_without_a_name_are_counted_again() {
        assert_eq!(moved(MAIN, "moved[0]", "other.tf").1.as_deref(), Some("moved[1]"));
    }

    #[test]
    fn elements_stay_in_the_root_module() {
        let mut files = Files::default();
        files.insert("main.tf", MAIN).unwrap();
        files.insert("modules/m/main.tf", "resource \"a_b\" \"in\" {}\nvariable \"v\" {}\n").unwrap();
        let document = Document::parse(&files).unwrap();
        assert!(document.element("a_b.in").is_none() && document.required_variables().next().is_none());
        for file in ["modules/m/main.tf", "../x.tf", "x", "main.tf"] {
            assert!(move_to(&document, "a_b.x", file).is_err(), "{file}");
        }
        let there = crate::edit::elements::add(
            &document,
            &Schemas::new(),
            ElementKind::Variable,
            None,
            Some("n"),
            Some("modules/m/main.tf"),
        );
        assert!(there.is_err());
    }
}
