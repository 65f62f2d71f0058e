//! The backend block of a deployment's download.

use hcl_edit::structure::Block;
use serde_json::{Map, Value};

use super::{
    document::Document,
    format::layout,
    value::Json,
    write::{key, value},
};

/// A `terraform` block with this backend, formatted. Strings are text: nothing in them is a template.
pub fn backend_block(name: &str, arguments: &Map<String, Value>) -> String {
    let lines: String =
        arguments.iter().map(|(argument, v)| format!("{} = {}\n", key(argument), value(&json(v)))).collect();
    layout(&format!("terraform {{\nbackend {} {{\n{lines}}}\n}}\n", value(&Json::String(name.to_owned()))))
}

fn json(value: &Value) -> Json {
    match value {
        Value::Null => Json::Null,
        Value::Bool(b) => Json::Bool(*b),
        Value::Number(n) => Json::Number(n.to_string()),
        Value::String(s) => Json::String(s.clone()),
        Value::Array(items) => Json::Array(items.iter().map(json).collect()),
        Value::Object(entries) => Json::Object(entries.iter().map(|(k, v)| (k.clone(), json(v))).collect()),
    }
}

impl Document {
    /// Whether the configuration itself says where its state is kept.
    pub fn names_backend(&self) -> bool {
        let mut blocks = self.root().flat_map(|(_, file)| file.blocks("terraform"));
        let named = |b: &Block| matches!(b.ident.as_str(), "backend" | "cloud");
        blocks.any(|t| t.body.blocks().any(named)) || self.told().any(|told| told.backend)
    }

    /// Input variables that Terraform asks for: those without a default.
    pub fn required_variables(&self) -> impl Iterator<Item = &str> {
        let blocks = self.root().flat_map(|(_, file)| file.blocks("variable"));
        let required = blocks.filter(|b| b.body.get_attribute("default").is_none());
        let told = self.told().flat_map(|told| &told.variables).filter(|variable| variable.default.is_none());
        let named = required.filter_map(|b| Some(b.labels.first()?.as_str()));
        named.chain(told.map(|variable| variable.name.as_str()))
    }

    /// Input variables that are declared sensitive.
    pub fn sensitive_variables(&self) -> impl Iterator<Item = &str> {
        let blocks = self.root().flat_map(|(_, file)| file.blocks("variable"));
        let sensitive = blocks
            .filter(|b| b.body.get_attribute("sensitive").is_some_and(|a| a.value.as_bool() == Some(true)));
        let told = self.told().flat_map(|told| &told.variables).filter(|variable| variable.sensitive);
        let named = sensitive.filter_map(|b| Some(b.labels.first()?.as_str()));
        named.chain(told.map(|variable| variable.name.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn strings_stay_text() {
        let arguments = json!({"bucket": "${x}", "endpoints": {"s3": "http://h"}, "use_lockfile": true});
        let text = backend_block("s3", arguments.as_object().unwrap());
        let expected = "terraform {\n  backend \"s3\" {\n    bucket = \"$${x}\"\n    endpoints = {\n      s3 = \"http://h\"\n    }\n    use_lockfile = true\n  }\n}\n";
        assert_eq!(text, expected);
    }
}
