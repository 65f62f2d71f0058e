//! The variables of a blueprint as fields for a deployment's values.

use crate::{
    blueprint::{self, ElementKind, Field, Value},
    project::{design::Opened, values::ValueView},
    store::deployments::Category,
};

/// One variable and the value that the deployment gives it.
#[derive(Debug, Clone, Default)]
pub struct VariableField {
    pub name: String,
    /// The type constraint as it is written; empty when there is none.
    pub ty: String,
    /// `text`, `number`, `bool` or `json`.
    pub control: &'static str,
    pub description: String,
    pub default: Option<String>,
    /// Has no default, so a run needs a value.
    pub required: bool,
    pub sensitive: bool,
    /// The deployment has a value for it.
    pub set: bool,
    pub text: String,
    pub rows: usize,
    pub error: String,
}

/// Every variable in the order of the text.
pub fn fields(opened: &Opened, values: &[ValueView]) -> Vec<VariableField> {
    let variables = opened.document.elements().iter().filter(|e| e.kind == ElementKind::Variable);
    variables
        .filter_map(|e| {
            let form = blueprint::form(&opened.document, &e.address, &opened.schemas)?;
            let value = values.iter().find(|v| v.category == Category::Terraform && v.name == e.name);
            Some(field(&e.name, &form.fields, value))
        })
        .collect()
}

fn field(name: &str, arguments: &[Field], value: Option<&ValueView>) -> VariableField {
    let argument = |wanted: &str| arguments.iter().find(|f| f.name == wanted && f.value.is_some());
    let ty = argument("type").map(|f| f.code.clone()).unwrap_or_default();
    let default = argument("default").map(|f| f.code.clone());
    let sensitive =
        argument("sensitive").is_some_and(|f| f.code == "true") || value.is_some_and(|v| v.sensitive);
    let control = control(&ty);
    let text = value.and_then(|v| v.value.as_ref()).map(|raw| shown(control, raw.get())).unwrap_or_default();
    VariableField {
        name: name.to_owned(),
        control,
        description: argument("description").map(text_of).unwrap_or_default(),
        required: default.is_none(),
        default,
        sensitive,
        set: value.is_some(),
        rows: text.lines().count().clamp(2, 12),
        text,
        ty,
        error: String::new(),
    }
}

fn text_of(f: &Field) -> String {
    match &f.value {
        Some(Value::Literal(raw)) => serde_json::from_str(raw.get()).unwrap_or_default(),
        _ => String::new(),
    }
}

fn control(ty: &str) -> &'static str {
    match ty.trim() {
        "" | "string" => "text",
        "number" => "number",
        "bool" => "bool",
        _ => "json",
    }
}

fn shown(control: &str, json: &str) -> String {
    match control {
        "text" => serde_json::from_str::<String>(json).unwrap_or_else(|_| json.to_owned()),
        _ => json.to_owned(),
    }
}

/// What was typed as JSON.
///
/// # Errors
/// The reason, for the person who typed it.
pub fn to_json(field: &VariableField, text: &str) -> Result<Box<serde_json::value::RawValue>, String> {
    let json = match field.control {
        "text" => serde_json::to_string(text).map_err(|e| e.to_string())?,
        _ => text.trim().to_owned(),
    };
    let not_a_number = || format!("{} is not a number.", text.trim());
    if field.control == "number" && serde_json::from_str::<serde_json::Number>(&json).is_err() {
        return Err(not_a_number());
    }
    if field.control == "bool" && !matches!(json.as_str(), "true" | "false") {
        return Err("Choose true or false.".into());
    }
    serde_json::from_str(&json).map_err(|e| format!("Write it as JSON: {e}."))
}
