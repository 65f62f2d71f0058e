//! Completions as they are given out.

use std::ops::Range;

use serde::Serialize;
use utoipa::ToSchema;

use super::{cursor::Cursor, node::Node};
use crate::{
    diagnostic::Span,
    suggest::{Suggestion, SuggestionKind, contains},
    value::{Json, Value},
    view::first_sentence,
    write,
};

/// Most completions that are given.
pub(super) const MAX: usize = 100;

/// What a completion stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CompletionKind {
    /// A block, or its keyword.
    Block,
    Argument,
    /// The type of a resource or data source, a provider.
    Type,
    /// What the examples in the documentation refer to.
    Mined,
    Variable,
    Local,
    /// An attribute of an element or an object.
    Attribute,
    Element,
    /// A documented value.
    Value,
    Function,
    /// A word of the language: `each`, `true`, `string`.
    Keyword,
    /// What a `for` binds.
    Name,
    /// A key of a map.
    Key,
}

/// One completion.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Completion {
    pub label: String,
    pub kind: CompletionKind,
    /// A few words beside it: a type, "12 examples".
    #[serde(skip_serializing_if = "String::is_empty")]
    pub detail: String,
    /// A sentence, plain text.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub docs: String,
    /// What takes the place of the range.
    pub insert: String,
    /// Where in `insert` the caret goes, in UTF-16 units.
    pub caret: usize,
    /// The bytes that are replaced.
    #[serde(skip)]
    pub span: Span,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub required: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub deprecated: bool,
}

/// Completions at a place, best first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Completions {
    pub items: Vec<Completion>,
    /// There are more than are told.
    pub incomplete: bool,
}

impl Completions {
    /// Only the first of many with one label.
    pub(super) fn of(items: Vec<Completion>) -> Completions {
        let mut seen = std::collections::HashSet::new();
        let total = items.len();
        let items: Vec<Completion> =
            items.into_iter().filter(|i| seen.insert(i.label.clone())).take(MAX).collect();
        Completions { incomplete: total > items.len() && items.len() == MAX, items }
    }
}

impl Completion {
    pub(super) fn new(label: impl Into<String>, kind: CompletionKind, span: Range<usize>) -> Completion {
        let label = label.into();
        let insert = label.clone();
        let caret = insert.encode_utf16().count();
        Completion {
            label,
            kind,
            detail: String::new(),
            docs: String::new(),
            insert,
            caret,
            span: span.into(),
            required: false,
            deprecated: false,
        }
    }

    pub(super) fn detail(self, detail: impl Into<String>) -> Completion {
        Completion { detail: detail.into(), ..self }
    }

    pub(super) fn docs(self, markdown: &str) -> Completion {
        Completion { docs: first_sentence(markdown), ..self }
    }

    /// What is inserted before and behind the caret.
    pub(super) fn insert(self, before: &str, behind: &str) -> Completion {
        Completion { insert: format!("{before}{behind}"), caret: before.encode_utf16().count(), ..self }
    }

    /// With what a schema says of it.
    pub(super) fn described(self, node: Node) -> Completion {
        let detail = match (node, node.ty()) {
            (Node::Block(_), _) | (_, None) => "block".to_owned(),
            (_, Some(ty)) => ty.to_string(),
        };
        let item = self.detail(if node.required() { format!("{detail}, required") } else { detail });
        let item = item.docs(node.docs().map_or("", |docs| &docs.text));
        Completion { required: node.required(), deprecated: node.deprecated(), ..item }
    }

    /// A completion of an expression.
    pub(super) fn suggested(suggestion: Suggestion, span: Range<usize>) -> Completion {
        let kind = match suggestion.kind {
            SuggestionKind::Mined => CompletionKind::Mined,
            SuggestionKind::Value => CompletionKind::Value,
            SuggestionKind::Variable => CompletionKind::Variable,
            SuggestionKind::Local => CompletionKind::Local,
            SuggestionKind::Attribute => CompletionKind::Attribute,
        };
        let code = match &suggestion.value {
            Value::Expression(code) => code.clone(),
            Value::Literal(raw) => {
                Json::parse(raw).map_or_else(|_| suggestion.label.clone(), |json| write::value(&json))
            }
        };
        Completion::new(suggestion.label, kind, span).detail(suggestion.detail).insert(&code, "")
    }
}

/// How well a name fits what has been typed: 0 begins with it, 1 has a word that does, 2 contains it; none: not at all.
pub(super) fn fit(name: &str, typed: &str) -> Option<u8> {
    let begins = |text: &str| text.get(..typed.len()).is_some_and(|start| start.eq_ignore_ascii_case(typed));
    if begins(name) {
        return Some(0);
    }
    if !contains(name, &typed.to_lowercase()) {
        return None;
    }
    Some(if name.split(['_', '.', '-']).any(begins) { 1 } else { 2 })
}

/// Those that fit what has been typed, the better ones first, else in their order.
pub(super) fn fitting(items: impl IntoIterator<Item = Completion>, cursor: &Cursor) -> Vec<Completion> {
    let ranked = items.into_iter().filter_map(|item| Some((fit(&item.label, cursor.prefix())?, item)));
    let mut ranked: Vec<(u8, Completion)> = ranked.collect();
    ranked.sort_by_key(|(rank, _)| *rank);
    ranked.into_iter().map(|(_, item)| item).collect()
}
