//! Values of variables as a `.tfvars` file has them.
//!
//! Source: <https://developer.hashicorp.com/terraform/language/values/variables#variable-definitions-tfvars-files>

use std::collections::BTreeMap;

use serde_json::value::RawValue;

use super::{diagnostic::Lines, locate::span, parse::parse_body, view::literal};

/// Reads assignments of literal values. Gives JSON, with numbers as they are written.
///
/// # Errors
/// The line, and why it cannot be read.
pub fn read_tfvars(text: &str) -> Result<BTreeMap<String, Box<RawValue>>, String> {
    let (body, _) =
        parse_body("", text).map_err(|fault| format!("line {}: {}", fault.line, fault.message))?;
    let lines = Lines::new(text);
    if let Some(block) = body.blocks().next() {
        let line = lines.line(span(block).start);
        return Err(format!("line {line}: write name = value, not a block"));
    }
    let value = |attribute: &hcl_edit::structure::Attribute| {
        let name = attribute.key.as_str().to_owned();
        let line = lines.line(span(&attribute.value).start);
        let refused = || format!("line {line}: {name} is set by a value alone, without references and calls");
        let json = literal(text, &attribute.value).ok_or_else(refused)?;
        Ok((name, json.to_raw()))
    };
    body.attributes().map(value).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_are_read_as_they_are_written() {
        let read = read_tfvars("# one\na = 1.10\nb = [\"x\", null]\nc = { k = <<E\n${\"x\"}\nE\n}\n");
        assert!(read.is_err(), "an interpolation is no literal");
        let read = read_tfvars("# one\na = 1.10\nb = [\"$${x}\", null]\nc = { k = true }").unwrap();
        let read: Vec<(&str, &str)> = read.iter().map(|(name, json)| (name.as_str(), json.get())).collect();
        assert_eq!(read, [("a", "1.10"), ("b", "[\"${x}\",null]"), ("c", "{\"k\":true}")]);
    }

    #[test]
    fn anything_else_has_a_line() {
        for (text, line) in [("a = 1\nb = var.x", 2), ("a {}", 1), ("a = 1\n\n= 2", 3), ("a = f(1)", 1)] {
            let error = read_tfvars(text).unwrap_err();
            assert!(error.starts_with(&format!("line {line}: ")), "{text:?}: {error}");
        }
    }
}
