//! Files in Terraform's JSON syntax: what they declare is known, nothing of them is changed.

use std::fs;

use cloudoven::blueprint::{
    Code, Document, Edit, Files, Schemas, Severity, apply, check, edges, module_calls, variables,
};

use super::{document, documents, path, terraform};

const CODE: &str = r#"variable "named_in_json" {
  default = "x"
}

locals {
  both = [local.a, local.b, var.size, var.plain.anything]
}

resource "terraform_data" "code" {
  input = [
    local.both, terraform_data.one.output, terraform_data.counted[0].id, terraform_data.keyed["k"].id,
    terraform_data.twice.id, module.inner.name, data.terraform_remote_state.far.outputs,
  ]
}
"#;

const JSON: &str = r#"{
  "//": "written by a program",
  "terraform": [{"required_providers": {"acme": {"source": "acme/acme", "version": "~> 1.0"}}}, {"backend": {"local": {}}}],
  "variable": {"size": {"type": "number", "default": 1, "description": "How many."}, "plain": {}, "secret": {"sensitive": true}},
  "locals": [{"a": "${var.named_in_json}-${upper(\"x\")}", "\u0062": {"deep": [{"er": 1e400}]}}],
  "resource": {
    "terraform_data": {
      "one": {"input": "${local.a}", "depends_on": ["terraform_data.twice"]},
      "counted": {"count": 2},
      "keyed": [{"for_each": "${toset([\"k\"])}"}],
      "twice": {"//": "no ${reference", "input": "%{ if true }${var.size}%{ endif }"}
    }
  },
  "data": [{"terraform_remote_state": {"far": {"backend": "local"}}}],
  "module": {"inner": {"source": "./inner"}},
  "output": {"shown": {"value": "${terraform_data.code.id}${var.secret}", "sensitive": true}}
}
"#;

const INNER: &str = r#"{"output": {"name": {"value": "inner"}}}"#;
const FILES: [(&str, &str); 3] = [("main.tf", CODE), ("x.tf.json", JSON), ("inner/main.tf.json", INNER)];

fn faults(document: &Document) -> Vec<(Code, String, usize)> {
    let found = check(document, &Schemas::new()).into_iter().filter(|d| d.severity != Severity::Info);
    found.map(|d| (d.code, d.file, d.line)).collect()
}

fn validate(files: &[(&str, &str)]) -> bool {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let file = folder.path().join(name);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        // Only its own providers can be had without a network.
        fs::write(file, text.replace(r#""acme": {"source": "acme/acme", "version": "~> 1.0"}"#, "")).unwrap();
    }
    let init = terraform(folder.path(), &["init", "-backend=false", "-input=false", "-no-color"]);
    init.status.success() && terraform(folder.path(), &["validate", "-no-color"]).status.success()
}

#[test]
fn what_json_declares_and_uses_is_known() {
    assert!(validate(&FILES));
    let document = documents(&FILES);
    assert_eq!(faults(&document), []);
    let addresses: Vec<(&str, usize)> = document
        .elements()
        .iter()
        .filter(|e| e.file == "x.tf.json")
        .map(|e| (e.address.as_str(), e.line))
        .collect();
    let expected = [
        ("terraform[0]", 3),
        ("terraform[1]", 3),
        ("var.size", 4),
        ("var.plain", 4),
        ("var.secret", 4),
        ("local.a", 5),
        ("local.b", 5),
        ("terraform_data.one", 8),
        ("terraform_data.counted", 9),
        ("terraform_data.keyed", 10),
        ("terraform_data.twice", 11),
        ("data.terraform_remote_state.far", 14),
        ("module.inner", 15),
        ("output.shown", 16),
    ];
    assert_eq!(addresses, expected);
    let at = |address| document.elements().iter().position(|e| e.address == address).unwrap();
    let pairs: Vec<_> = edges(&document).into_iter().map(|edge| (edge.from, edge.to)).collect();
    for (from, to) in [
        ("local.a", "var.named_in_json"),
        ("terraform_data.one", "local.a"),
        ("terraform_data.one", "terraform_data.twice"),
        ("terraform_data.twice", "var.size"),
        ("output.shown", "terraform_data.code"),
        ("terraform_data.code", "terraform_data.keyed"),
    ] {
        assert!(pairs.contains(&(at(from), at(to))), "{from} {to}");
    }
    assert_eq!(document.required_variables().collect::<Vec<_>>(), ["plain", "secret"]);
    assert_eq!(document.sensitive_variables().collect::<Vec<_>>(), ["secret"]);
    assert!(document.names_backend());
    assert_eq!(document.required_providers()["acme"].version.as_deref(), Some("~> 1.0"));
    assert_eq!((variables(&document, 9).len(), module_calls(&document)[0].source.as_str()), (4, "./inner"));
}

#[test]
fn what_is_wrong_with_the_rest_is_still_found() {
    for (code, json, fault) in [
        (
            "locals {\n  x = local.none\n}\noutput \"o\" {\n  value = local.x\n}\n",
            "{}",
            (Code::UnknownReference, "main.tf", 2),
        ),
        (
            "locals {\n  a = 1\n}\noutput \"o\" {\n  value = local.a\n}\n",
            "{\"locals\":\n{\"a\": 2}}",
            (Code::DuplicateAddress, "x.tf.json", 2),
        ),
        (
            "output \"o\" {\n  value = terraform_data.n.id\n}\n",
            "{\"resource\": {\"terraform_data\": {\"n\": {\"count\": 1}}}}",
            (Code::MissingInstanceKey, "main.tf", 2),
        ),
    ] {
        let files = [("main.tf", code), ("x.tf.json", json)];
        assert!(!validate(&files), "{json}");
        let (code, file, line) = fault;
        assert_eq!(faults(&documents(&files)), [(code, file.to_owned(), line)], "{json}");
    }
    // An override file says again what is declared.
    let files = [
        ("main.tf", "locals {\n  a = 1\n}\noutput \"o\" {\n  value = local.a\n}\n"),
        ("x_override.tf.json", "{\"locals\": {\"a\": 2}}"),
    ];
    assert!(validate(&files));
    assert_eq!(faults(&documents(&files)), []);
}

#[test]
fn nothing_in_json_is_changed() {
    let document = documents(&FILES);
    let element = |address: &str| address.to_owned();
    let edits = [
        Edit::Set {
            element: element("var.size"),
            path: path("default"),
            value: cloudoven::blueprint::Value::literal(&1).unwrap(),
        },
        Edit::RemoveElement { element: element("local.a") },
        Edit::RenameElement { element: element("terraform_data.one"), name: "other".into() },
        // Named in it.
        Edit::RenameElement { element: element("var.named_in_json"), name: "other".into() },
        Edit::DuplicateElement { element: element("terraform_data.one") },
        Edit::MoveElement { element: element("terraform_data.one"), file: "main.tf".into() },
        Edit::MoveElement { element: element("terraform_data.code"), file: "x.tf.json".into() },
        Edit::InlineVariable { element: element("var.size") },
        Edit::InlineVariable { element: element("var.named_in_json") },
        Edit::MakeLocal { element: element("terraform_data.one"), path: path("input"), name: None },
        Edit::CountToForEach { element: element("terraform_data.counted"), keys: None },
        Edit::ExtractModule { elements: vec![element("terraform_data.one")], name: "m".into() },
        Edit::SetProviderVersion { provider: "acme".into(), constraint: "~> 2.0".into() },
        Edit::SetFile { file: "x.tf.json".into(), text: "{}".into() },
        Edit::AddFile { file: "y.tf.json".into() },
        Edit::RenameFile { file: "x.tf.json".into(), name: "x.tf".into() },
    ];
    for edit in edits {
        let refused = apply(&document, &edit, &Schemas::new()).map(|applied| {
            applied.document.files().map(|(name, text)| format!("{name}: {text}")).collect::<String>()
        });
        assert!(refused.is_err(), "{edit:?}: {refused:?}");
    }
    let text = |document: &Document| document.text("x.tf.json").map(|text| text.to_string());
    for edit in [
        Edit::Format { file: None },
        Edit::AddCode { code: "resource \"terraform_data\" \"more\" {}\n".into() },
        Edit::MakeOutput {
            element: element("terraform_data.code"),
            path: path("id"),
            name: None,
            description: None,
        },
    ] {
        let applied = apply(&document, &edit, &Schemas::new()).unwrap_or_else(|e| panic!("{edit:?}: {e:?}"));
        assert_eq!(text(&applied.document).as_deref(), Some(JSON));
    }
    let renamed = Edit::RenameFile { file: "x.tf.json".into(), name: "y.tf.json".into() };
    let renamed = apply(&document, &renamed, &Schemas::new()).unwrap().document;
    assert_eq!(renamed.text("y.tf.json").map(|text| &**text), Some(JSON));
    assert!(
        text(
            &apply(&document, &Edit::RemoveFile { file: "x.tf.json".into() }, &Schemas::new())
                .unwrap()
                .document
        )
        .is_none()
    );
}

#[test]
fn a_provider_that_json_uses_stays_required() {
    let code =
        "terraform {\n  required_providers {\n    acme = {\n      source = \"acme/acme\"\n    }\n  }\n}\n";
    let main = format!("{code}\nresource \"acme_thing\" \"a\" {{}}\n");
    let named = r#"{"resource": {"other_thing": {"b": {"provider": "acme.west"}}}}"#;
    let plain = r#"{"resource": {"acme_thing": {"b": {}}}}"#;
    for (json, stays) in [(named, true), (plain, true), ("{}", false)] {
        let document = documents(&[("main.tf", main.as_str()), ("x.tf.json", json)]);
        let remove = Edit::RemoveElement { element: "acme_thing.a".into() };
        let after = apply(&document, &remove, &Schemas::new()).unwrap().document;
        assert_eq!(after.text("main.tf").is_some_and(|text| text.contains("acme/acme")), stays, "{json}");
    }
}

#[test]
fn faults_of_json_have_a_place() {
    let deep = format!("{{\"a\":\n{}{}}}", "[".repeat(400_000), "]".repeat(400_000));
    for (text, line, column, said) in [
        ("", 1, 1, "no JSON"),
        ("[]]", 1, 3, "no JSON"),
        ("{\"locals\": {\n  \"ä\": 1,\n}}", 3, 1, "no JSON"),
        ("\"text\"", 1, 1, "an object"),
        (deep.as_str(), 2, 128, "nested deeper"),
    ] {
        let mut files = Files::default();
        files.insert("x.tf.json", text).unwrap();
        let faults = Document::parse(&files).unwrap_err();
        let [fault] = &faults[..] else { panic!("one fault") };
        assert_eq!((fault.line, fault.column), (line, column), "{}", fault.message);
        assert!(fault.message.contains(said), "{}", fault.message);
    }
    // Names that cannot be, and many of one: read as Terraform reads them, in little time.
    let many: String = (0..30_000).map(|i| format!("\"k{i}\": \"${{local.k}}\",")).collect();
    let text =
        format!("{{\"locals\": {{{many}\"\\ud800\": 1, \"k\": 2}}, \"variable\": 3, \"module\": [[1]]}}");
    let start = std::time::Instant::now();
    let mut files = Files::default();
    files.insert("x.tf.json", text).unwrap();
    let read = Document::parse(&files).unwrap();
    assert_eq!(read.elements().len(), 30_002);
    assert!(start.elapsed().as_secs() < 20);
    assert!(!document("").names_backend());
}
