//! Strings that try to get out of their quotes, set by the form's own edits and read back by Terraform.

use std::collections::BTreeMap;

use anyhow::{Context as _, bail, ensure};
use cloudoven::blueprint::{Document, Edit, Files, Path, Schemas, Value, apply};
use serde_json::{Value as Json, json};

use crate::exactness::{Numbers, terraform};

/// Strings that try to end the string, start a template, or be taken for something else.
pub const NASTY: &[&str] = &[
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
    "a\nEOT\nEOF\nEND_OF_TEXT\nb\n",
    "a\n  EOT  \nb\n",
    "a\r\nb\r\n",
    "\r",
    "\t",
    "\u{0}",
    "\u{7}\u{1b}[31m",
    "\u{7f}\u{85}\u{2028}\u{2029}\u{feff}",
    "\u{feff}a\nb\n",
    "\u{e9}\u{1F600}\u{202e}x",
    "\u{1F468}\u{200d}\u{1F469}\u{200d}\u{1F467}\u{fe0f}",
    "\u{d7ff}\u{e000}\u{fffd}\u{ffff}\u{10ffff}",
    "\\ud800",
    "\\udc00\\ud800",
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
    "\\U0001F600",
    "\\n",
    "a$\u{0}{b}",
    "x\n$${y}\n",
    "x\n%%{y}\n",
    "x\n$\n{y}\n",
    "  indented\n    more\n",
    "\n\n",
    "ends with backslash\\",
    "line ends with backslash\\\nb\n",
    "~}",
    "${~x~}",
];

/// What random strings are made of. None of it combines with what stands before it: Terraform normalises every string
/// to NFC, and these are in that form already.
const PIECES: &[&str] = &[
    "$",
    "$",
    "%",
    "{",
    "}",
    "\"",
    "\\",
    "\n",
    "~",
    "a",
    " ",
    "EOT",
    "EOT\n",
    "<<",
    "<<-EOT\n",
    "\u{0}",
    "\u{1}",
    "\u{1b}",
    "\u{e9}",
    "\u{1F600}",
    "\u{feff}",
    "\u{2028}",
    "\u{85}",
    "\u{ffff}",
    "u0024",
    "U0001F600",
    "ud800",
    "#",
    "/*",
    "*/",
    "\r",
    "\r\n",
    "\t",
    "if",
    "for",
    "\u{202e}",
    "[",
    "]",
    "(",
    ")",
    "=",
    ",",
    ".",
    "0",
    "'",
    "`",
];

/// A string of up to 16 pieces; of each 500, one of 10 kB.
pub fn hostile(numbers: &mut Numbers) -> String {
    let pieces = if numbers.below(500) == 0 { 6_000 } else { numbers.below(17) };
    let mut text: String = (0..pieces).map(|_| *numbers.pick(PIECES)).collect();
    if numbers.below(4) == 0 {
        // A char of anywhere, if it is one that Terraform keeps as it is.
        let any = u32::try_from(numbers.below(0x11_0000)).ok().and_then(char::from_u32);
        text.extend(any.filter(|c| is_private_or_ascii(*c)));
    }
    text
}

/// Characters that normalisation leaves alone whatever stands beside them.
fn is_private_or_ascii(c: char) -> bool {
    c.is_ascii()
        || matches!(c, '\u{4e00}'..='\u{9fff}' | '\u{e000}'..='\u{f8ff}' | '\u{1F300}'..='\u{1F6FF}' | '\u{F0000}'..)
}

/// How many strings are in one file.
const PER_FILE: usize = 50;

/// Sets each string as the value of an output, a map's key and value, a variable's default and its description, and
/// has Terraform plan the whole.
///
/// # Errors
/// Anything reads back other than it was set, or the text holds anything else than what was set.
pub fn read_back(texts: &[String]) -> anyhow::Result<()> {
    let folder = tempfile::tempdir()?;
    for (i, part) in texts.chunks(PER_FILE).enumerate() {
        let code = written(i * PER_FILE, part)?;
        std::fs::write(folder.path().join(format!("f{i}.tf")), code)?;
    }
    let formatted = terraform(folder.path(), &["fmt", "-check"]);
    ensure!(formatted.status.success(), "not as terraform fmt lays it out");
    let planned = terraform(folder.path(), &["plan", "-input=false", "-no-color", "-out=plan"]);
    ensure!(planned.status.success(), "{}", String::from_utf8_lossy(&planned.stderr));
    let shown = terraform(folder.path(), &["show", "-json", "plan"]);
    let plan: Json = serde_json::from_slice(&shown.stdout).context("the plan")?;
    let module = &plan["configuration"]["root_module"];
    let outputs = &plan["planned_values"]["outputs"];
    let count = |things: &Json| things.as_object().map_or(0, serde_json::Map::len);
    ensure!(count(&module["variables"]) == texts.len() && count(outputs) == 2 * texts.len(), "other things");
    ensure!(module["resources"].is_null() && module["module_calls"].is_null(), "a resource or module");
    for (i, text) in texts.iter().enumerate() {
        let variable = &module["variables"][format!("v{i}")];
        // Terraform leaves an empty description out.
        let description = variable["description"].as_str().unwrap_or("");
        let read =
            [&variable["default"], &outputs[format!("o{i}")]["value"], &outputs[format!("k{i}")]["value"]];
        let expected = [json!(text), json!(text), json!({ text: text })];
        if description != text || read.into_iter().ne(&expected) {
            bail!("{text:?} was read as {read:?}, described {description:?}");
        }
    }
    Ok(())
}

/// A file of an empty variable and two outputs per string, filled by edits.
fn written(first: usize, texts: &[String]) -> anyhow::Result<String> {
    let skeleton: String = (first..first + texts.len())
        .map(|i| {
            format!("variable \"v{i}\" {{\n}}\n\noutput \"o{i}\" {{\n}}\n\noutput \"k{i}\" {{\n  value = {{}}\n}}\n\n")
        })
        .collect();
    let mut files = Files::default();
    files.insert("main.tf", skeleton.trim_end().to_owned() + "\n")?;
    let Ok(mut document) = Document::parse(&files) else { bail!("the skeleton is not HCL") };
    let outline = |document: &Document| -> BTreeMap<String, usize> {
        document.elements().iter().map(|e| (e.address.clone(), e.keyword.len())).collect()
    };
    let before = outline(&document);
    for (i, text) in (first..).zip(texts) {
        let (value, root) = (Path::root().name("value"), Path::root());
        let places = [
            (format!("var.v{i}"), root.name("default")),
            (format!("var.v{i}"), root.name("description")),
            (format!("output.o{i}"), value.clone()),
            (format!("output.k{i}"), value.key(text)),
        ];
        for (element, path) in places {
            let set = Edit::Set { element, path, value: Value::literal(text)? };
            document = apply(&document, &set, &Schemas::new()).with_context(|| format!("{text:?}"))?.document;
        }
    }
    ensure!(outline(&document) == before, "an edit changed the outline");
    Ok(document.text("main.tf").map_or_else(String::new, |text| text.to_string()))
}
