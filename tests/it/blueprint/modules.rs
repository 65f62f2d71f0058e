//! Calls of modules whose code is at hand: what may be given to them and what they give, as `terraform validate` sees it.

use std::{collections::BTreeMap, fs};

use cloudoven::blueprint::{
    Checked, Code, Control, Document, Schemas, Section, Severity, apply, check, fixes, form,
};

use super::{documents, terraform};

const MODULE: &str = r#"variable "name" {
  type        = string
  description = "What it is called. Twice is once too often."
}
variable "size" {
  type    = number
  default = 1
}
variable "rules" {
  type = list(object({
    port  = number
    label = optional(string)
  }))
  default   = []
  sensitive = true
}
output "url" {
  value = var.name
}
"#;

/// A call, the code that marks each error in it, and the rule.
const CALLS: [(&str, &[(&str, Code)]); 8] = [
    ("name = \"x\"\n  size = \"2\"\n  rules = [{ port = 1 }]\n", &[]),
    ("name = null\n", &[]),
    ("size = 1\n", &[("module", Code::MissingArgument)]),
    ("name = \"x\"\n  sise = 1\n", &[("sise", Code::UnknownArgument)]),
    ("name = []\n", &[("[]", Code::WrongType)]),
    ("name = \"x\"\n  rules = [{ label = \"a\" }]\n", &[("[{ label = \"a\" }]", Code::WrongType)]),
    (
        "name = \"x\"\n}\noutput \"o\" {\n  value = module.m.ulr\n",
        &[("module.m.ulr", Code::UnknownReference)],
    ),
    (
        "name = each.key\n  for_each = toset([\"a\"])\n}\noutput \"o\" {\n  value = [for m in module.m : m.url]\n",
        &[],
    ),
];

fn call(inside: &str) -> String {
    format!("module \"m\" {{\n  source = \"./m\"\n  {inside}}}\n")
}

fn errors(document: &Document) -> Vec<(String, Code)> {
    let found = check(document, &Schemas::new()).into_iter().filter(|d| d.severity == Severity::Error);
    found.map(|d| (document.text(&d.file).unwrap()[d.span.start..d.span.end].to_owned(), d.code)).collect()
}

#[test]
fn are_judged_as_terraform_judges_them() {
    for (inside, expected) in CALLS {
        let text = call(inside);
        let document = documents(&[("main.tf", &text), ("m/main.tf", MODULE)]);
        let expected: Vec<_> = expected.iter().map(|(code, rule)| ((*code).to_owned(), *rule)).collect();
        assert_eq!(errors(&document), expected, "{text}");
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("m")).unwrap();
        fs::write(folder.path().join("main.tf"), &text).unwrap();
        fs::write(folder.path().join("m/main.tf"), MODULE).unwrap();
        let init = terraform(folder.path(), &["init", "-no-color"]);
        let said = terraform(folder.path(), &["validate", "-no-color"]);
        let valid = init.status.success() && said.status.success();
        assert_eq!(valid, expected.is_empty(), "{text}{}", String::from_utf8_lossy(&said.stderr));
    }
}

#[test]
fn nothing_is_said_of_what_is_not_at_hand() {
    let text = call("sise = 1\n}\noutput \"o\" {\n  value = module.m.ulr\n");
    assert_eq!(errors(&documents(&[("main.tf", &text)])), []);
    // What an override file declares anew may have a default.
    let more = ("m/override.tf", "variable \"name\" {\n  default = \"x\"\n}\n");
    let document = documents(&[("main.tf", &text), ("m/main.tf", MODULE), more]);
    assert_eq!(errors(&document), []);
    // Modules that are elsewhere can be handed in.
    let text = text.replace("./m", "../m");
    let document = documents(&[("main.tf", &text)]);
    assert_eq!(errors(&document), []);
    let module = documents(&[("main.tf", MODULE)]);
    let document = document.with_modules(&BTreeMap::from([("../m".to_owned(), module)]));
    assert_eq!(errors(&document).len(), 3);
}

#[test]
fn declared_in_json_are_known_as_well() {
    let module = r#"{"variable": {"name": {}, "size": {"default": 1}}, "output": {"url": {"value": 1}}}"#;
    let text = call("sise = 1\n}\noutput \"o\" {\n  value = [module.m.url, module.m.ulr]\n");
    let document = documents(&[("main.tf", &text), ("m/main.tf.json", module)]);
    let codes: Vec<Code> = errors(&document).into_iter().map(|(_, code)| code).collect();
    assert_eq!(codes, [Code::MissingArgument, Code::UnknownArgument, Code::UnknownReference]);
}

#[test]
fn have_forms_and_fixes() {
    let text = call("sise = 1\n}\noutput \"o\" {\n  value = module.m.ulr\n");
    let document = documents(&[("main.tf", &text), ("m/main.tf", MODULE)]);
    let schemas = Schemas::new();
    let form = form(&document, "module.m", &schemas).unwrap();
    let field = |name: &str| form.fields.iter().find(|f| f.name == name).unwrap();
    let name = field("name");
    assert_eq!((name.section, name.control, name.required), (Section::Required, Control::Text, true));
    assert_eq!(name.summary, "What it is called.");
    assert_eq!((field("size").control, field("size").default.as_deref()), (Control::Number, Some("1")));
    assert!(field("rules").sensitive && !field("source").code.is_empty());
    let mut mended = document;
    for code in [Code::UnknownArgument, Code::MissingArgument, Code::UnknownReference] {
        let found = check(&mended, &schemas).into_iter().find(|d| d.code == code).unwrap();
        let fix = fixes(&mended, &schemas, &found).into_iter().next().unwrap();
        mended = apply(&mended, &fix.edit, &schemas).unwrap().document;
    }
    assert_eq!(errors(&mended), []);
    let text = mended.text("main.tf").unwrap();
    assert!(text.contains("size = 1") && text.contains("= module.m.url\n"), "{text}");
}

#[test]
fn circles_are_found() {
    let call = |source: &str| format!("\n  module \"x\" {{\n  source = \"{source}\"\n}}\n");
    let (root, a, b, c) = (call("./a"), call("../b/./"), call("../a"), call("../c"));
    let files = [("main.tf", root.as_str()), ("a/main.tf", &a), ("b/more.tf", &b), ("c/main.tf", &c)];
    let found = check(&documents(&files), &Schemas::new());
    let shown: Vec<_> = found.iter().map(|d| (d.file.as_str(), d.line, d.code, d.address.clone())).collect();
    assert_eq!(shown, [("a/main.tf", 2, Code::Cycle, None), ("b/more.tf", 2, Code::Cycle, None)]);
    assert_eq!(&a[found[0].span.start..found[0].span.end], "module \"x\"");
    let text = call("./a/..");
    let found = check(&documents(&[("main.tf", &text), ("a/main.tf", "")]), &Schemas::new());
    assert_eq!((found.len(), found[0].address.as_deref()), (1, Some("module.x")));
    assert_eq!(documents(&files).called_modules().into_keys().collect::<Vec<_>>(), ["a", "b"]);
}

#[test]
fn are_judged_again_when_the_module_changes() {
    let text = call("name = \"x\"\n");
    let (schemas, before) = (Schemas::new(), documents(&[("main.tf", &text), ("m/main.tf", MODULE)]));
    let checked = Checked::new(&before, &schemas);
    assert!(checked.diagnostics().is_empty());
    let mut files = before.to_files();
    files.insert("m/main.tf", MODULE.replace("\"name\"", "\"names\"")).unwrap();
    let after = before.with(&files).unwrap();
    let again = checked.again(&after, &schemas).diagnostics();
    assert_eq!(again, check(&after, &schemas));
    assert_eq!(again.len(), 2, "{again:?}");
}
