//! Types, conversion, unification and functions against `terraform validate`.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    sync::{Arc, OnceLock},
};

use cloudoven::blueprint::{Schemas, Severity, check};
use cloudoven_crawler::{
    catalog::{Document, Functions},
    source::Terraform,
};

use super::{Numbers, document, terraform};

/// The functions of the Terraform that the tests run.
fn schemas() -> Schemas {
    static FUNCTIONS: OnceLock<Arc<Functions>> = OnceLock::new();
    let functions = FUNCTIONS.get_or_init(|| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        Arc::new(runtime.block_on(Terraform::find(None).unwrap().functions()).unwrap())
    });
    let data = serde_json::json!({
        "kind": "resource",
        "name": "terraform_data",
        "provider": {"host": "terraform.io", "namespace": "builtin", "name": "terraform"},
        "version": "1.0.0",
        "block": {"attributes": {
            "id": {"type": "string", "computed": true},
            "input": {"type": "dynamic", "optional": true},
            "triggers_replace": {"type": "dynamic", "optional": true},
        }},
    });
    let mut schemas = Schemas::new();
    schemas.add(serde_json::from_value::<Document>(data).unwrap().into());
    schemas.functions = functions.clone();
    schemas
}

/// The lines with errors, each with its first message, by us and by Terraform.
struct Verdicts {
    ours: BTreeMap<usize, String>,
    theirs: BTreeMap<usize, String>,
}

fn judge(text: &str) -> Verdicts {
    let found = check(&document(text), &schemas()).into_iter().filter(|d| d.severity == Severity::Error);
    let ours = found.map(|d| (d.line, d.message)).collect();
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("main.tf"), text).unwrap();
    Verdicts { ours, theirs: validate(folder.path()) }
}

fn validate(folder: &Path) -> BTreeMap<usize, String> {
    let output = terraform(folder, &["validate", "-json"]);
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let diagnostics = report["diagnostics"].as_array().unwrap().iter().filter(|d| d["severity"] == "error");
    diagnostics
        .map(|d| {
            let line = d["range"]["start"]["line"].as_u64().unwrap_or(0);
            (usize::try_from(line).unwrap(), format!("{}: {}", d["summary"], d["detail"]))
        })
        .collect()
}

/// Shows where the two differ, with the line itself.
fn differences(text: &str, verdicts: &Verdicts) -> Vec<String> {
    let lines: Vec<&str> = text.lines().collect();
    let (ours, theirs): (BTreeSet<_>, BTreeSet<_>) =
        (verdicts.ours.keys().collect(), verdicts.theirs.keys().collect());
    let differ = ours.symmetric_difference(&theirs);
    differ
        .map(|line| {
            let shown = lines.get(**line - 1).unwrap_or(&"");
            format!(
                "{shown}\n  ours: {:?}\n  theirs: {:?}",
                verdicts.ours.get(line),
                verdicts.theirs.get(line)
            )
        })
        .collect()
}

const TYPES: [&str; 22] = [
    "string",
    "number",
    "bool",
    "any",
    "list(string)",
    "list(number)",
    "list(any)",
    "list(list(bool))",
    "set(string)",
    "set(number)",
    "set(any)",
    "map(string)",
    "map(bool)",
    "map(any)",
    "map(list(string))",
    "tuple([])",
    "tuple([string, number])",
    "object({})",
    "object({ a = string })",
    "object({ a = number, b = optional(bool) })",
    "object({ a = any, b = optional(list(any)) })",
    "list(object({ a = optional(string), b = number }))",
];

const VALUES: [&str; 44] = [
    "null",
    "true",
    "false",
    "0",
    "-1.5",
    "1e400",
    "\"\"",
    "\"x\"",
    "\"5\"",
    "\"5.\"",
    "\".5\"",
    "\"+5\"",
    "\"0x10\"",
    "\"1_000\"",
    "\"1p5\"",
    "\"inf\"",
    "\"-Inf\"",
    "\"Infinity\"",
    "\"NaN\"",
    "\" 5\"",
    "\"1e\"",
    "\"true\"",
    "\"True\"",
    "\"1\"",
    "\"0\"",
    "\"2\"",
    "[]",
    "[1]",
    "[\"a\", \"b\"]",
    "[\"1\", 2]",
    "[\"a\", 2]",
    "[1, true]",
    "[1, [2]]",
    "[[true], [\"false\"]]",
    "[null, 1]",
    "[{}, []]",
    "{}",
    "{ a = 1 }",
    "{ a = \"x\", b = \"y\" }",
    "{ a = 1, b = true }",
    "{ a = [\"x\"], b = [] }",
    "{ a = {}, b = [] }",
    "[{ b = 1 }, { a = 1, b = \"2\" }]",
    "{ a = 1, c = [true] }",
];

/// Every literal as the default of a variable of every type.
#[test]
fn literals_convert_as_in_terraform() {
    let mut text = String::new();
    for (t, ty) in TYPES.iter().enumerate() {
        for (v, value) in VALUES.iter().enumerate() {
            text += &format!("variable \"v{t}_{v}\" {{\n  type = {ty}\n  default = {value}\n}}\n");
        }
    }
    let verdicts = judge(&text);
    assert!(verdicts.theirs.len() > 300, "{}", verdicts.theirs.len());
    let differences = differences(&text, &verdicts);
    assert!(differences.is_empty(), "{} differ:\n{}", differences.len(), differences.join("\n"));
}

/// The value of every type beside every other type in a condition, and beside literals.
#[test]
fn types_unify_as_in_terraform() {
    let declared = TYPES.iter().enumerate().map(|(i, ty)| format!("variable \"t{i}\" {{ type = {ty} }}\n"));
    let mut text: String = declared.collect();
    text += "variable \"c\" { type = bool }\nlocals {\n";
    for a in 0..TYPES.len() {
        let types = (a + 1..TYPES.len()).map(|b| format!("  c{a}_{b} = var.c ? var.t{a} : var.t{b}\n"));
        text.extend(types);
        let values = VALUES.iter().enumerate().skip(a % 2).step_by(2);
        text.extend(values.map(|(v, value)| format!("  v{a}_{v} = var.c ? {value} : var.t{a}\n")));
    }
    text += "}\n";
    let verdicts = judge(&text);
    assert!(verdicts.theirs.len() > 200, "{}", verdicts.theirs.len());
    let differences = differences(&text, &verdicts);
    assert!(differences.is_empty(), "{} differ:\n{}", differences.len(), differences.join("\n"));
}

const VARIABLES: &str = r#"variable "s" { type = string }
variable "n" { type = number }
variable "b" { type = bool }
variable "l" { type = list(string) }
variable "z" { type = set(string) }
variable "m" { type = map(number) }
variable "o" { type = object({ a = string, b = optional(number), c = list(string) }) }
variable "t" { type = tuple([string, number]) }
variable "any" {}
resource "terraform_data" "one" { input = 1 }
"#;

/// Expressions of every kind, right and wrong.
const EXPRESSIONS: &str = include_str!("expressions.txt");

#[test]
fn expressions_are_judged_as_by_terraform() {
    let lines = EXPRESSIONS.lines().filter(|line| !line.is_empty()).enumerate();
    let locals: String = lines.map(|(i, line)| format!("  x{i} = {line}\n")).collect();
    let text = format!("{VARIABLES}locals {{\n{locals}}}\n");
    let verdicts = judge(&text);
    let differences = differences(&text, &verdicts);
    assert!(differences.is_empty(), "{} differ:\n{}", differences.len(), differences.join("\n"));
}

/// Wherever Terraform evaluates an expression when it validates, and where it does not.
#[test]
fn expressions_are_judged_where_terraform_evaluates_them() {
    let text = r#"
variable "v" {
  type = string
}
variable "w" {
  type = number
  validation {
    condition     = upper([]) == "${var.w}"
    error_message = nosuch("x")
  }
}
resource "terraform_data" "a" {
  count = [1]
  input = nosuch(var.v)
  triggers_replace = var.v ? nosuch() : 1
  lifecycle {
    ignore_changes = [input]
    precondition {
      condition     = abs([var.v])
      error_message = "x"
    }
    postcondition {
      condition     = [var.v]
      error_message = "x"
    }
  }
}
resource "terraform_data" "b" {
  count = var.v
  connection {
    host = upper({})
  }
  provisioner "local-exec" {
    command = lower(1, 2)
    when = destroy
  }
}
data "terraform_remote_state" "a" {
  backend = sha1([])
}
output "a" {
  value = [for x in [1] : nosuch(x)]
}
output "b" {
  value = try(nosuch(1), var.v)
  precondition {
    condition     = [var.v]
    error_message = "x"
  }
}
"#;
    let verdicts = judge(text);
    let differences = differences(text, &verdicts);
    assert!(verdicts.theirs.len() > 6, "{:?}", verdicts.theirs);
    assert!(differences.is_empty(), "{} differ:\n{}", differences.len(), differences.join("\n"));
}

/// Expressions that nobody wrote: never an error where Terraform finds none.
#[test]
fn no_false_alarm_in_random_expressions() {
    let schemas = schemas();
    let functions: Vec<(&str, usize)> = schemas
        .functions
        .functions
        .iter()
        // What reads files or takes long.
        .filter(|(name, _)| {
            !["file", "bcrypt", "rsa", "path", "range", "::", "template"].iter().any(|n| name.contains(n))
        })
        .map(|(name, f)| {
            (name.as_str(), f.signature.parameters.len() + usize::from(f.signature.variadic.is_some()))
        })
        .collect();
    let mut numbers = Numbers(0x2545_f491_4f6c_dd1d);
    let (mut ours, mut theirs, mut both) = (0, 0, 0);
    for _ in 0..2 {
        let locals: String =
            (0..500).map(|i| format!("  x{i} = {}\n", expression(&mut numbers, &functions, 3))).collect();
        let text = format!("{VARIABLES}locals {{\n{locals}}}\n");
        let verdicts = judge(&text);
        let false_alarms: Vec<String> =
            differences(&text, &verdicts).into_iter().filter(|d| d.contains("theirs: None")).collect();
        assert!(false_alarms.is_empty(), "{} false alarms:\n{}", false_alarms.len(), false_alarms.join("\n"));
        ours += verdicts.ours.len();
        theirs += verdicts.theirs.len();
        both += verdicts.ours.keys().filter(|line| verdicts.theirs.contains_key(line)).count();
    }
    println!("1000 expressions: {theirs} refused by Terraform, {ours} by us, {both} by both");
    // The rest needs the value that a function gives.
    assert!(both * 10 > theirs * 8, "{both} of {theirs}");
}

fn expression(numbers: &mut Numbers, functions: &[(&str, usize)], depth: usize) -> String {
    const ATOMS: [&str; 22] = [
        "1",
        "-2",
        "true",
        "\"x\"",
        "\"5\"",
        "null",
        "[]",
        "{}",
        "var.s",
        "var.n",
        "var.b",
        "var.l",
        "var.z",
        "var.m",
        "var.o",
        "var.t",
        "var.any",
        "var.o.a",
        "var.l[0]",
        "terraform_data.one.id",
        "path.module",
        "var.l[*]",
    ];
    if depth == 0 || numbers.below(4) == 0 {
        return (*numbers.pick(&ATOMS)).to_owned();
    }
    let mut part = || expression(numbers, functions, depth - 1);
    let (a, b, c) = (part(), part(), part());
    match numbers.below(15) {
        0..=4 => {
            let (name, count) = *numbers.pick(functions);
            let slip = numbers.below(12);
            let count = if slip == 0 { count + 1 } else { count };
            let name = if slip == 1 { format!("{name}x") } else { name.to_owned() };
            format!("{name}({})", [a, b, c].into_iter().cycle().take(count).collect::<Vec<_>>().join(", "))
        }
        5 => format!("[{a}, {b}]"),
        6 => format!("{{ a = {a}, b = {b} }}"),
        7 => format!("(({a}) {} ({b}))", numbers.pick(&["+", "-", "*", "==", "&&", "||", "<", "!="])),
        8 => format!("(({a}) ? ({b}) : ({c}))"),
        9 => format!("\"x${{{a}}}y\"").replace("\"x\"", "1").replace("\"5\"", "5"),
        10 => format!("[for x in {a} : {b}]"),
        11 => format!("{{ for k, x in {a} : k => [x, {b}] }}"),
        12 => format!("({a})[{b}]"),
        13 => format!("({a}).a"),
        _ => format!("{}({a})", numbers.pick(&["!", "-"])),
    }
}
