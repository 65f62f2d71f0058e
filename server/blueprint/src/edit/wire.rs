//! The JSON of an edit. An internally tagged enum would lose the digits of large numbers on the way (serde buffers it),
//! so all operations are read through one flat record.

use serde::Deserialize;

use super::{Change, Edit};
use crate::{document::ElementKind, path::Path, value::Value};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Wire {
    op: String,
    element: Option<String>,
    path: Option<Path>,
    value: Option<Value>,
    label: Option<String>,
    from: Option<Path>,
    to: Option<Path>,
    kind: Option<ElementKind>,
    #[serde(rename = "type")]
    ty: Option<String>,
    name: Option<String>,
    file: Option<String>,
    text: Option<String>,
    code: Option<String>,
    provider: Option<String>,
    constraint: Option<String>,
    changes: Option<Vec<Change>>,
    description: Option<String>,
    sensitive: Option<bool>,
    validation: Option<bool>,
    keys: Option<Vec<String>>,
    elements: Option<Vec<String>>,
}

impl TryFrom<Wire> for Edit {
    type Error = String;

    fn try_from(w: Wire) -> Result<Self, String> {
        let op = w.op;
        let need = |field: &str| format!("{op} needs `{field}`");
        let element = w.element.ok_or_else(|| need("element"));
        let path = w.path.clone().ok_or_else(|| need("path"));
        let file = w.file.clone().ok_or_else(|| need("file"));
        Ok(match op.as_str() {
            "set" => {
                Edit::Set { element: element?, path: path?, value: w.value.ok_or_else(|| need("value"))? }
            }
            "unset" => Edit::Unset { element: element?, path: path? },
            "add_block" => Edit::AddBlock { element: element?, path: path?, label: w.label },
            "remove_block" => Edit::RemoveBlock { element: element?, path: path? },
            "move_block" => Edit::MoveBlock {
                element: element?,
                from: w.from.ok_or_else(|| need("from"))?,
                to: w.to.ok_or_else(|| need("to"))?,
            },
            "add_element" => Edit::AddElement {
                kind: w.kind.ok_or_else(|| need("kind"))?,
                ty: w.ty,
                name: w.name,
                file: w.file,
            },
            "add_code" => Edit::AddCode { code: w.code.ok_or_else(|| need("code"))? },
            "set_provider_version" => Edit::SetProviderVersion {
                provider: w.provider.ok_or_else(|| need("provider"))?,
                constraint: w.constraint.ok_or_else(|| need("constraint"))?,
            },
            "rename_element" => {
                Edit::RenameElement { element: element?, name: w.name.ok_or_else(|| need("name"))? }
            }
            "duplicate_element" => Edit::DuplicateElement { element: element? },
            "move_element" => Edit::MoveElement { element: element?, file: file? },
            "remove_element" => Edit::RemoveElement { element: element? },
            "make_variable" => Edit::MakeVariable {
                element: element?,
                path: path?,
                name: w.name,
                ty: w.ty,
                description: w.description,
                sensitive: w.sensitive,
                validation: w.validation,
            },
            "inline_variable" => Edit::InlineVariable { element: element? },
            "make_local" => Edit::MakeLocal { element: element?, path: path?, name: w.name },
            "make_output" => Edit::MakeOutput {
                element: element?,
                path: w.path.unwrap_or_default(),
                name: w.name,
                description: w.description,
            },
            "make_dynamic" => Edit::MakeDynamic { element: element?, path: path? },
            "count_to_for_each" => Edit::CountToForEach { element: element?, keys: w.keys },
            "extract_module" => Edit::ExtractModule {
                elements: w.elements.ok_or_else(|| need("elements"))?,
                name: w.name.ok_or_else(|| need("name"))?,
            },
            "set_file" => Edit::SetFile { file: file?, text: w.text.ok_or_else(|| need("text"))? },
            "add_file" => Edit::AddFile { file: file? },
            "remove_file" => Edit::RemoveFile { file: file? },
            "rename_file" => Edit::RenameFile { file: file?, name: w.name.ok_or_else(|| need("name"))? },
            "replace" => Edit::Replace { changes: w.changes.ok_or_else(|| need("changes"))? },
            "fix_all" => Edit::FixAll,
            "format" => Edit::Format { file: w.file },
            other => return Err(format!("unknown operation {other:?}")),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_round_trips_without_losing_digits() {
        let text = r#"{"op":"set","element":"a.b","path":"x[0].y","value":{"literal":12345678901234567890.12345678901234567890}}"#;
        let edit: Edit = serde_json::from_str(text).unwrap();
        assert_eq!(serde_json::to_string(&edit).unwrap(), text);
        let text = r#"{"op":"replace","changes":[{"file":"main.tf","at":4,"old":"a","new":"b"}]}"#;
        let edit: Edit = serde_json::from_str(text).unwrap();
        assert_eq!(serde_json::to_string(&edit).unwrap(), text);
        let text = r#"{"op":"add_element","kind":"resource","type":"azurerm_subnet"}"#;
        let edit: Edit = serde_json::from_str(text).unwrap();
        assert_eq!(serde_json::to_string(&edit).unwrap(), text);
    }

    #[test]
    fn says_what_is_missing() {
        let error = serde_json::from_str::<Edit>(r#"{"op":"set","element":"a.b"}"#).unwrap_err();
        assert!(error.to_string().contains("set needs `path`"), "{error}");
    }
}
