//! Changes that the editor makes: the format, other names, and what mends a finding.

use std::collections::BTreeMap;

use lsp_types::{
    CodeAction, CodeActionKind, CodeActionOrCommand, CodeActionResponse, CreateFile, DocumentChangeOperation,
    DocumentChanges, OneOf, OptionalVersionedTextDocumentIdentifier, PrepareRenameResponse, Range,
    ResourceOp, TextDocumentEdit, TextEdit, WorkspaceEdit,
};
use tokio::runtime::Handle;

use super::{
    Refusal,
    folder::{At, Folder},
    place::{self, uri_of},
};
use crate::{
    blueprint::{
        self, Change, Code, Edit, Element, Fix, Span,
        assist::{self, Placed},
    },
    catalog::Catalogs,
};

/// The file as `terraform fmt` writes it.
pub(super) fn format(folder: &Folder, file: &str) -> Result<Vec<TextEdit>, Refusal> {
    let Some(text) = folder.document().text(file) else { return Err(unread(folder, file)) };
    let format = Edit::Format { file: Some(file.to_owned()) };
    match blueprint::apply(folder.document(), &format, folder.schemas()) {
        Ok(applied) => {
            Ok(applied.document.text(file).and_then(|new| difference(text, new)).into_iter().collect())
        }
        Err(error) => Err(error.to_string()),
    }
}

fn unread(folder: &Folder, file: &str) -> Refusal {
    let fault = folder.findings().iter().find(|found| found.file == file);
    match fault {
        Some(fault) => format!("{file} can't be read, line {}: {}", fault.line, fault.message),
        None => format!("{file} is no Terraform file that is read here"),
    }
}

/// The name at a place and what it is now, if it is the name of something that can get another.
pub(super) fn renamable(at: &At, catalogs: &Catalogs, runtime: &Handle) -> Option<PrepareRenameResponse> {
    let (span, element) = named(at, catalogs, runtime)?;
    let range = place::range(Placed::new(&at.text).range(span.start..span.end));
    Some(PrepareRenameResponse::RangeWithPlaceholder { range, placeholder: element.name })
}

pub(super) fn rename(
    at: &At,
    catalogs: &Catalogs,
    runtime: &Handle,
    name: &str,
) -> Result<WorkspaceEdit, Refusal> {
    if let Some(fault) = at.folder.findings().iter().find(|f| matches!(f.code, Code::Syntax | Code::TooLarge))
    {
        return Err(format!("{}, or names in it would be left behind", unread(at.folder, &fault.file)));
    }
    let (_, element) = named(at, catalogs, runtime).ok_or("nothing that has a name stands here")?;
    let edit = Edit::RenameElement { element: element.address, name: name.to_owned() };
    let document = at.folder.document();
    let applied = blueprint::apply(document, &edit, at.folder.schemas()).map_err(|e| e.to_string())?;
    let files = applied.touched.keys().filter_map(|file| {
        let (old, new) = (document.text(file)?, applied.document.text(file)?);
        Some((file.clone(), difference(old, new).into_iter().collect()))
    });
    Ok(changes(at.folder, files.collect()))
}

/// The element whose name stands at a place, and the bytes of the name there.
fn named(at: &At, catalogs: &Catalogs, runtime: &Handle) -> Option<(Span, Element)> {
    at.ask(catalogs, runtime, |workspace, spot| {
        let found = assist::references_at(workspace, spot);
        let here =
            |l: &&assist::Location| l.file == at.file && l.span.start <= at.offset && at.offset <= l.span.end;
        let span = found.iter().find(here)?.span;
        let declared = found.first()?;
        let around = |e: &&Element| {
            e.file == declared.file && e.span.start <= declared.span.start && declared.span.end <= e.span.end
        };
        let element = workspace.document.elements().iter().find(around)?;
        // Of a label, what stands between the quotes.
        let code = at.text.get(span.start..span.end)?;
        let quotes = usize::from(code.len() > 1 && code.starts_with('"') && code.ends_with('"'));
        let span = Span { start: span.start + quotes, end: span.end - quotes };
        (!element.name.is_empty()).then(|| (span, element.clone()))
    })?
}

/// What mends the findings in a range of a file.
pub(super) fn fixes(folder: &Folder, file: &str, range: Range) -> CodeActionResponse {
    let Some(text) = folder.text(file) else { return Vec::new() };
    let (start, end) = (place::position(range.start).offset(text), place::position(range.end).offset(text));
    let here =
        folder.findings().iter().filter(|f| f.file == file && f.span.start <= end && start <= f.span.end);
    let fixes = here.flat_map(|found| match found.code {
        Code::Syntax => blueprint::syntax_fixes(file, text, found),
        _ => blueprint::fixes(folder.document(), folder.schemas(), found),
    });
    fixes.filter_map(|fix| action(folder, fix)).collect()
}

fn action(folder: &Folder, fix: Fix) -> Option<CodeActionOrCommand> {
    let Edit::Replace { changes: pieces } = fix.edit else { return None };
    let mut by_file: BTreeMap<String, Vec<Change>> = BTreeMap::new();
    for piece in pieces {
        by_file.entry(piece.file.clone()).or_default().push(piece);
    }
    let edits = by_file.into_iter().map(|(file, pieces)| {
        let placed = Placed::new(folder.text(&file).map_or("", |text| text));
        let edit = |piece: Change| TextEdit {
            range: place::range(placed.range(piece.at..piece.at + piece.old.len())),
            new_text: piece.new,
        };
        (file, pieces.into_iter().map(edit).collect())
    });
    Some(CodeActionOrCommand::CodeAction(CodeAction {
        title: fix.title,
        kind: Some(CodeActionKind::QUICKFIX),
        is_preferred: fix.sure.then_some(true),
        edit: Some(changes(folder, edits.collect())),
        ..CodeAction::default()
    }))
}

/// Edits of files of a folder, some of which may not be there yet.
fn changes(folder: &Folder, files: BTreeMap<String, Vec<TextEdit>>) -> WorkspaceEdit {
    let mut operations = Vec::new();
    for (file, edits) in files {
        let Some(uri) = uri_of(&folder.path_of(&file)) else { continue };
        if folder.text(&file).is_none() {
            let create = CreateFile { uri: uri.clone(), options: None, annotation_id: None };
            operations.push(DocumentChangeOperation::Op(ResourceOp::Create(create)));
        }
        let text_document = OptionalVersionedTextDocumentIdentifier { uri, version: None };
        let edits = edits.into_iter().map(OneOf::Left).collect();
        operations.push(DocumentChangeOperation::Edit(TextDocumentEdit { text_document, edits }));
    }
    WorkspaceEdit {
        document_changes: Some(DocumentChanges::Operations(operations)),
        ..WorkspaceEdit::default()
    }
}

/// The edit between two states of a text: from the first to the last line in which they differ, so that what surrounds it
/// stays where the editor has it.
fn difference(old: &str, new: &str) -> Option<TextEdit> {
    if old == new {
        return None;
    }
    let alike = old.bytes().zip(new.bytes()).take_while(|(a, b)| a == b).count();
    let head = old[..old.floor_char_boundary(alike)].rfind('\n').map_or(0, |at| at + 1);
    let alike = old[head..].bytes().rev().zip(new[head..].bytes().rev()).take_while(|(a, b)| a == b).count();
    let tail = old.ceil_char_boundary(old.len() - alike);
    let tail = old[tail..].find('\n').map_or(old.len(), |at| tail + at);
    let new_tail = new.len() - (old.len() - tail);
    let range = place::range(Placed::new(old).range(head..tail));
    Some(TextEdit { range, new_text: new[head..new_tail].to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn applied(old: &str, new: &str) -> String {
        let Some(edit) = difference(old, new) else { return old.to_owned() };
        let at = |position| place::position(position).offset(old);
        format!("{}{}{}", &old[..at(edit.range.start)], edit.new_text, &old[at(edit.range.end)..])
    }

    #[test]
    fn a_difference_leads_from_one_text_to_the_other() {
        let texts = [
            "",
            "a",
            "a\nb\nc\n",
            "a\nbb\nc\n",
            "é\u{1F600}\nb",
            "é\u{1F601}\nb\n",
            "b\nb\nb\n",
            "b\nb\n",
            "a\nc",
        ];
        for old in texts {
            for new in texts {
                assert_eq!(applied(old, new), new, "{old:?} {new:?}");
            }
        }
    }
}
