//! Completion: what a person may want to set an argument to.

use serde::Serialize;
use utoipa::ToSchema;

use super::{document::Document, path::Path, schemas::Schemas, value::Value};

/// Where a suggestion comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SuggestionKind {
    /// The target that examples refer to.
    Mined,
    /// A documented value.
    Value,
    Variable,
    Local,
    /// An attribute of another element whose type fits.
    Attribute,
}

/// One completion.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Suggestion {
    pub kind: SuggestionKind,
    /// What is shown: `azurerm_resource_group.main.name`, `Standard`.
    pub label: String,
    /// What to set.
    pub value: Value,
    /// A few words beside it: a type, "1,204 examples".
    pub detail: String,
}

/// Completions for an argument, best first. The prefix filters by what has been typed. Never the element itself.
pub fn suggest(
    document: &Document,
    schemas: &Schemas,
    element: &str,
    path: &Path,
    prefix: &str,
) -> Vec<Suggestion> {
    let variables =
        document.elements().iter().filter(|e| e.address.starts_with("var.") && e.address != element);
    let _ = (schemas, path);
    variables
        .filter(|e| e.address.contains(prefix))
        .map(|e| Suggestion {
            kind: SuggestionKind::Variable,
            label: e.address.clone(),
            value: Value::expression(&e.address),
            detail: String::new(),
        })
        .collect()
}
