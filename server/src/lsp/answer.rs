//! What is said about a place: completions, the word under the pointer, where it is declared and used.

use lsp_types::{
    CompletionItem, CompletionItemKind, CompletionItemTag, CompletionList, CompletionResponse,
    CompletionTextEdit, DocumentSymbol, DocumentSymbolResponse, Documentation, GotoDefinitionResponse, Hover,
    HoverContents, InsertTextFormat, Location, MarkupContent, MarkupKind, ParameterInformation,
    ParameterLabel, SignatureHelp, SignatureInformation, SymbolKind, TextEdit,
};
use tokio::runtime::Handle;

use super::{
    folder::{At, Folder},
    place::{self, uri_of},
};
use crate::{
    blueprint::{
        Document, ElementKind,
        assist::{self, Completion, CompletionKind, Placed, Symbol},
    },
    catalog::Catalogs,
};

pub(super) fn complete(at: &At, catalogs: &Catalogs, runtime: &Handle, snippets: bool) -> CompletionResponse {
    let found = at.ask(catalogs, runtime, assist::complete).unwrap_or_default();
    let placed = Placed::new(&at.text);
    let item = |(rank, completion): (usize, Completion)| item(&placed, rank, completion, snippets);
    // What fits is ranked by what has been typed, so the next character asks again.
    let items = found.items.into_iter().enumerate().map(item).collect();
    CompletionResponse::List(CompletionList { is_incomplete: true, items })
}

fn item(placed: &Placed, rank: usize, completion: Completion, snippets: bool) -> CompletionItem {
    let ends = completion.caret == completion.insert.encode_utf16().count();
    let (new_text, format) = match snippets && !ends {
        true => (snippet(&completion.insert, completion.caret), InsertTextFormat::SNIPPET),
        false => (completion.insert, InsertTextFormat::PLAIN_TEXT),
    };
    let range = place::range(placed.range(completion.span.start..completion.span.end));
    let docs = (!completion.docs.is_empty()).then_some(completion.docs);
    CompletionItem {
        kind: Some(kind(completion.kind)),
        detail: (!completion.detail.is_empty()).then_some(completion.detail),
        documentation: docs.map(|docs| Documentation::MarkupContent(markdown(docs))),
        sort_text: Some(format!("{rank:04}")),
        insert_text_format: Some(format),
        text_edit: Some(CompletionTextEdit::Edit(TextEdit { range, new_text })),
        tags: completion.deprecated.then(|| vec![CompletionItemTag::DEPRECATED]),
        label: completion.label,
        ..CompletionItem::default()
    }
}

/// The text with the caret at so many UTF-16 units.
fn snippet(text: &str, caret: usize) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    let mut units = 0;
    for c in text.chars() {
        if units == caret {
            out.push_str("$0");
        }
        if matches!(c, '$' | '}' | '\\') {
            out.push('\\');
        }
        out.push(c);
        units += c.len_utf16();
    }
    out
}

fn kind(kind: CompletionKind) -> CompletionItemKind {
    match kind {
        CompletionKind::Block => CompletionItemKind::STRUCT,
        CompletionKind::Argument | CompletionKind::Key => CompletionItemKind::PROPERTY,
        CompletionKind::Type => CompletionItemKind::CLASS,
        CompletionKind::Mined | CompletionKind::Element => CompletionItemKind::REFERENCE,
        CompletionKind::Variable | CompletionKind::Local => CompletionItemKind::VARIABLE,
        CompletionKind::Attribute => CompletionItemKind::FIELD,
        CompletionKind::Value => CompletionItemKind::ENUM_MEMBER,
        CompletionKind::Function => CompletionItemKind::FUNCTION,
        CompletionKind::Keyword => CompletionItemKind::KEYWORD,
        CompletionKind::Name => CompletionItemKind::TEXT,
    }
}

fn markdown(value: String) -> MarkupContent {
    MarkupContent { kind: MarkupKind::Markdown, value }
}

pub(super) fn hover(at: &At, catalogs: &Catalogs, runtime: &Handle) -> Option<Hover> {
    let found = at.ask(catalogs, runtime, assist::hover)??;
    let range = Placed::new(&at.text).range(found.span.start..found.span.end);
    Some(Hover { contents: HoverContents::Markup(markdown(found.text)), range: Some(place::range(range)) })
}

pub(super) fn signature(at: &At, catalogs: &Catalogs, runtime: &Handle) -> Option<SignatureHelp> {
    let found = at.ask(catalogs, runtime, assist::signature)??;
    let active = found.active.and_then(|active| u32::try_from(active).ok());
    let parameter = |p: assist::SignatureParameter| {
        let docs = if p.docs.is_empty() { p.ty } else { format!("{}: {}", p.ty, p.docs) };
        ParameterInformation {
            label: ParameterLabel::Simple(p.label),
            documentation: Some(Documentation::String(docs)),
        }
    };
    let signature = SignatureInformation {
        label: found.label,
        documentation: Some(Documentation::MarkupContent(markdown(found.docs))),
        parameters: Some(found.parameters.into_iter().map(parameter).collect()),
        active_parameter: active,
    };
    Some(SignatureHelp { signatures: vec![signature], active_signature: Some(0), active_parameter: active })
}

pub(super) fn definition(at: &At, catalogs: &Catalogs, runtime: &Handle) -> Option<GotoDefinitionResponse> {
    let found = at.ask(catalogs, runtime, |workspace, spot| {
        let found = assist::definition(workspace, spot)?;
        located(at, workspace.document, &found)
    })??;
    Some(GotoDefinitionResponse::Scalar(found))
}

pub(super) fn references(at: &At, catalogs: &Catalogs, runtime: &Handle, declared: bool) -> Vec<Location> {
    let found = at.ask(catalogs, runtime, |workspace, spot| {
        let found = assist::references_at(workspace, spot);
        // The declaration is the first.
        let wanted = found.iter().skip(usize::from(!declared));
        wanted.filter_map(|found| located(at, workspace.document, found)).collect()
    });
    found.unwrap_or_default()
}

/// A place in the file that was asked about, or in another of the folder.
fn located(at: &At, document: &Document, found: &assist::Location) -> Option<Location> {
    let text = if found.file == at.file { Some(&at.text) } else { document.text(&found.file) };
    let range = place::range(Placed::new(text?).range(found.span.start..found.span.end));
    Some(Location { uri: uri_of(&at.folder.path_of(&found.file))?, range })
}

/// What can be made out of a file, even where it cannot be read as a whole.
pub(super) fn outline(folder: &Folder, file: &str) -> DocumentSymbolResponse {
    let symbols = folder.text(file).map(|text| {
        let document = assist::mend(folder.document(), file, text, text.len());
        let placed = Placed::new(text);
        let found = assist::outline(&document, file).into_iter();
        found.map(|found| symbol(&placed, found)).collect()
    });
    DocumentSymbolResponse::Nested(symbols.unwrap_or_default())
}

#[allow(deprecated, reason = "the type still has the field that tags replace")]
fn symbol(placed: &Placed, found: Symbol) -> DocumentSymbol {
    let range = |span: crate::blueprint::Span| place::range(placed.range(span.start..span.end));
    let kind = match found.kind {
        Some(ElementKind::Variable | ElementKind::Local) => SymbolKind::VARIABLE,
        Some(ElementKind::Output) => SymbolKind::PROPERTY,
        Some(ElementKind::Module | ElementKind::Provider) => SymbolKind::MODULE,
        Some(ElementKind::Resource | ElementKind::Data | ElementKind::Ephemeral) => SymbolKind::CLASS,
        Some(ElementKind::Terraform | ElementKind::Other) => SymbolKind::NAMESPACE,
        None => SymbolKind::STRUCT,
    };
    let children = found.children.into_iter().map(|child| symbol(placed, child)).collect();
    DocumentSymbol {
        name: found.name,
        detail: None,
        kind,
        tags: None,
        deprecated: None,
        range: range(found.span),
        selection_range: range(found.selection),
        children: Some(children),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn carets_stand_where_they_are_told() {
        assert_eq!(snippet("f()", 2), "f($0)");
        assert_eq!(snippet("{\n  \n}", 4), "{\n  $0\n\\}");
        assert_eq!(snippet("\"é\u{1F600}${}\"", 4), "\"é\u{1F600}$0\\${\\}\"");
    }
}
