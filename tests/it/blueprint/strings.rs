//! Whatever is typed, Terraform reads back exactly that: nothing can get out of its quotes.

use std::collections::BTreeMap;

use cloudoven::blueprint::{Edit, Schemas, Value};
use serde_json::json;

use super::{Numbers, document, edit, path, terraform};

/// Strings that try to end the string, start a template, or be taken for something else.
const NASTY: &[&str] = &[
    "",
    " ",
    "\"",
    "\\",
    "\\\"",
    "\"}\nresource \"x\" \"y\" {}\n",
    "${file(\"/etc/passwd\")}",
    "$${x}",
    "$$${x}",
    "$$$$${x}",
    "%{ if true }x%{ endif }",
    "%%{x}",
    "%%%{x}",
    "$",
    "$$",
    "%",
    "${",
    "%{",
    "a$",
    "a${",
    "\\${x}",
    "\\\\${x}",
    "\n",
    "a\nb",
    "a\nb\n",
    "a\n\n  ${b}\n",
    "a\n\tb\n\n",
    "EOT\nx\n",
    "a\nEOT\nEOF\nb\n",
    "a\r\nb\r\n",
    "\r",
    "\t",
    "\u{0}",
    "\u{7}\u{1b}[31m",
    "\u{7f}\u{85}\u{2028}\u{2029}\u{feff}",
    "\u{e9}\u{1F600}\u{202e}x",
    "#",
    "//",
    "/* x */",
    "null",
    "true",
    "1e400",
    "<<EOT\nx\nEOT\n",
    "'",
    "`",
    "{{x}}",
    "\\u0041",
    "\\n",
    "a$\u{0}{b}",
    "x\n$${y}\n",
    "x\n%%{y}\n",
    "  indented\n    more\n",
    "\n\n",
    "ends with backslash\\",
    "~}",
    "${~x~}",
];

#[test]
fn strings_read_back_exactly() {
    let mut texts: Vec<String> = NASTY.iter().map(|s| s.to_string()).collect();
    let pieces = [
        "$", "%", "{", "}", "\"", "\\", "\n", "~", "a", " ", "EOT", "<<", "\u{1}", "\u{e9}", "u0024", "#",
        "\r",
    ];
    let mut numbers = Numbers(42);
    for _ in 0..400 {
        texts.push((0..numbers.below(12)).map(|_| *numbers.pick(&pieces)).collect());
    }
    let mut current = document("locals {\n}\n");
    let schemas = Schemas::new();
    for (i, text) in texts.iter().enumerate() {
        let add = Edit::AddElement {
            kind: cloudoven::blueprint::ElementKind::Local,
            ty: None,
            name: Some(format!("x{i}")),
            file: None,
        };
        current = edit(&current, &schemas, &add).document;
        let element = format!("local.x{i}");
        // The same text as a value, as a map's key and value, and inside a list.
        let value = if i % 2 == 0 { json!(text) } else { json!({"list": [text], "map": {text: text}}) };
        let value = Value::literal(&value).unwrap();
        current = edit(&current, &schemas, &Edit::Set { element, path: path("value"), value }).document;
    }
    let folder = tempfile::tempdir().unwrap();
    let outputs: String =
        (0..texts.len()).map(|i| format!("output \"x{i}\" {{\n  value = local.x{i}\n}}\n")).collect();
    std::fs::write(folder.path().join("main.tf"), current.text("main.tf").unwrap().as_bytes()).unwrap();
    std::fs::write(folder.path().join("outputs.tf"), outputs).unwrap();
    let applied = terraform(folder.path(), &["apply", "-auto-approve", "-no-color"]);
    assert!(applied.status.success(), "{}", String::from_utf8_lossy(&applied.stderr));
    let shown = terraform(folder.path(), &["output", "-json"]);
    let shown: BTreeMap<String, serde_json::Value> = serde_json::from_slice(&shown.stdout).unwrap();
    for (i, text) in texts.iter().enumerate() {
        let read = &shown[&format!("x{i}")]["value"];
        let expected = if i % 2 == 0 { json!(text) } else { json!({"list": [text], "map": {text: text}}) };
        assert_eq!(*read, expected, "{text:?}");
    }
    let formatted = terraform(folder.path(), &["fmt", "-check", "main.tf"]);
    assert!(formatted.status.success(), "not as terraform fmt lays it out");
}

#[test]
fn numbers_keep_every_digit() {
    let current = document("locals {\n  x = 0\n}\n");
    let set = Edit::Set {
        element: "local.x".to_owned(),
        path: path("value"),
        value: Value::json("[12345678901234567890123456789, -0.1000000000000000000001, 1e3]").unwrap(),
    };
    let current = edit(&current, &Schemas::new(), &set).document;
    assert_eq!(
        current.text("main.tf").unwrap().as_ref(),
        "locals {\n  x = [12345678901234567890123456789, -0.1000000000000000000001, 1e3]\n}\n"
    );
}

#[test]
fn an_expression_is_one_expression() {
    let current = document("locals {\n  x = 0\n}\n");
    for bad in
        ["", "1\ny = 2", "1 }", "}\nresource \"a\" \"b\" {", "1 # c", "\"a", "[1", "a b", "<<EOT\nx\n", "1\n"]
    {
        let set =
            Edit::Set { element: "local.x".to_owned(), path: path("value"), value: Value::expression(bad) };
        match cloudoven::blueprint::apply(&current, &set, &Schemas::new()) {
            Ok(applied) => {
                assert_eq!(applied.document.text("main.tf").unwrap().as_ref(), "locals {\n  x = 1\n}\n")
            }
            Err(error) => assert!(error.line.is_some() && error.column.is_some(), "{bad:?}: {error:?}"),
        }
    }
}
