//! Functions: which there are, and what they take.

use cloudoven_crawler::catalog::{Function, Kind, Parameter, Type};
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    Spot, Workspace,
    cursor::Cursor,
    frame::FrameKind,
    item::{Completion, CompletionKind},
};
use crate::lex::{Kind as Token, lex};

/// What a call that is being written takes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Signature {
    /// `join(separator, lists...)`.
    pub label: String,
    /// Markdown, as Terraform has it.
    pub docs: String,
    pub parameters: Vec<SignatureParameter>,
    /// The parameter that is being written; none past the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub active: Option<usize>,
}

/// One parameter of a [`Signature`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct SignatureParameter {
    /// As it stands in the label: `lists...`.
    pub label: String,
    #[serde(rename = "type")]
    pub ty: String,
    /// Markdown.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub docs: String,
}

/// The function of the innermost call around a place.
pub fn signature(workspace: &Workspace, spot: Spot) -> Option<Signature> {
    let tokens = lex(spot.text);
    let cursor = Cursor::at(spot.text, &tokens, spot.offset);
    let call = cursor.frames[cursor.body()..].iter().rev();
    let (name, index) = call.into_iter().find_map(|frame| match frame.kind {
        FrameKind::Call(name) => Some((name, frame.index)),
        _ => None,
    })?;
    let (function, docs) = find(workspace, name)?;
    let fixed = function.parameters.len();
    let active = if index < fixed { Some(index) } else { function.variadic.as_ref().map(|_| fixed) };
    let parameter = |p: &Parameter, label: String| SignatureParameter {
        label,
        ty: p.ty.to_string(),
        docs: p.description.clone(),
    };
    let parameters = function.parameters.iter().map(|p| parameter(p, p.name.clone()));
    let variadic = function.variadic.iter().map(|p| parameter(p, format!("{}...", p.name)));
    let parameters = parameters.chain(variadic).collect();
    Some(Signature { label: label(name, function), docs: docs.to_owned(), parameters, active })
}

/// The documents of functions that providers bring, by the call around a place: what to load besides what the
/// blueprint needs.
pub(super) fn needs(text: &str, offset: usize) -> Vec<(Kind, String)> {
    let tokens = lex(text);
    let cursor = Cursor::at(text, &tokens, offset);
    let call = |frame: &super::frame::Frame| match frame.kind {
        FrameKind::Call(name) => name.strip_prefix("provider::")?.rsplit("::").next().map(str::to_owned),
        _ => None,
    };
    cursor.frames.iter().filter_map(call).map(|name| (Kind::Function, name)).collect()
}

/// A function by the name that a call uses, and what it does.
pub(super) fn find<'a>(workspace: &Workspace<'a>, name: &str) -> Option<(&'a Function, &'a str)> {
    if let Some(own) = name.strip_prefix("provider::") {
        let document = workspace.schemas.get(Kind::Function, own.rsplit("::").next()?)?;
        return Some((document.function.as_ref()?, &document.description));
    }
    let builtin = workspace.schemas.functions.functions.get(name)?;
    Some((&builtin.signature, &builtin.description))
}

/// What the `index`-th argument of a call is.
pub(super) fn parameter<'a>(workspace: &Workspace<'a>, name: &str, index: usize) -> Option<&'a Parameter> {
    let (function, _) = find(workspace, name)?;
    function.parameters.get(index).or(function.variadic.as_ref())
}

pub(super) fn label(name: &str, function: &Function) -> String {
    let fixed = function.parameters.iter().map(|p| p.name.clone());
    let variadic = function.variadic.iter().map(|p| format!("{}...", p.name));
    format!("{name}({})", fixed.chain(variadic).collect::<Vec<_>>().join(", "))
}

/// Every function, those that give what is wanted first.
pub(super) fn complete(workspace: &Workspace, cursor: &Cursor, wanted: &Type) -> Vec<Completion> {
    let start = namespace_start(cursor);
    let span = start..cursor.word.end;
    let called = cursor.next().is_some_and(|t| t.kind == Token::OpenParen);
    let item = |name: &str, detail: String, docs: &str| {
        let item = Completion::new(name, CompletionKind::Function, span.clone()).detail(detail).docs(docs);
        if called { item } else { item.insert(&format!("{name}("), ")") }
    };
    let typed = &cursor.text[start..cursor.offset];
    let builtin = workspace.schemas.functions.functions.iter().filter(|(name, _)| !name.contains("::"));
    let mut found: Vec<(bool, Completion)> = builtin
        .filter(|(name, _)| super::item::fit(name, typed).is_some())
        .map(|(name, function)| {
            let fits = *wanted == Type::Dynamic || function.signature.return_type == *wanted;
            (!fits, item(name, label("", &function.signature), &function.description))
        })
        .collect();
    let required = workspace.document.required_providers();
    for (index, entry) in workspace.entries(Kind::Function) {
        let source = index.provider.source();
        let of = |r: &crate::document::RequiredProvider| r.source.as_deref() == Some(source.as_str());
        let local =
            required.iter().find(|(_, r)| of(r)).map_or(index.provider.name.as_str(), |(local, _)| local);
        let name = format!("provider::{local}::{}", entry.name);
        if super::item::fit(&name, typed).is_some() {
            found.push((true, item(&name, source, &entry.summary)));
        }
    }
    found.sort_by_key(|(other, item)| (super::item::fit(&item.label, typed), *other));
    found.into_iter().map(|(_, item)| item).collect()
}

/// Where the name begins, `provider::x::` before the word included.
fn namespace_start(cursor: &Cursor) -> usize {
    let mut start = cursor.word.start;
    let mut before = cursor.before;
    while let [.., name, colons] = &cursor.tokens[..before]
        && (colons.kind, name.kind) == (Token::DoubleColon, Token::Ident)
    {
        start = name.span.start;
        before -= 2;
    }
    start
}
