//! Fixes: each takes its finding away, brings no error with it, and leaves a formatted text formatted.

use std::collections::BTreeMap;

use cloudoven::blueprint::{
    Code, Document, Edit, Files, Finding, Schemas, Severity, apply, check, syntax_fixes, with_fixes,
};
use cloudoven_crawler::catalog;
use serde_json::{Value, json};

use super::{documents, edit, edits::assert_local};

fn attribute(ty: Value, flag: &str, docs: Value) -> Value {
    json!({"type": ty, flag: true, "docs": docs})
}

fn page(name: &str, block: Value) -> catalog::Document {
    let page = json!({
        "kind": "resource",
        "name": name,
        "provider": {"host": "registry.terraform.io", "namespace": "hashicorp", "name": "acme"},
        "version": "1.2.3",
        "block": block,
    });
    serde_json::from_value(page).unwrap()
}

fn schemas() -> Schemas {
    let none = json!({});
    let reference = json!({"references": [{"kind": "resource", "target": "acme_network", "attribute": "id", "count": 9}]});
    let network = page(
        "acme_network",
        json!({"attributes": {
            "id": attribute(json!("string"), "computed", none.clone()),
            "name": attribute(json!("string"), "required", none.clone()),
            "cidr": attribute(json!("string"), "optional", none.clone()),
        }}),
    );
    let disk = json!({"nesting": "list", "min_items": 1, "max_items": 2, "block": {
        "attributes": {
            "size": attribute(json!("number"), "required", json!({"bounds": {"of": "value", "min": "10", "max": "64"}})),
            "kind": attribute(json!("string"), "optional", json!({"allowed": ["ssd", "hdd"]})),
        },
        "blocks": {"key": {"nesting": "single", "block": {"attributes": {"id": attribute(json!("string"), "required", none.clone())}}}},
    }});
    let server = page(
        "acme_server",
        json!({
            "attributes": {
                "id": attribute(json!("string"), "computed", none.clone()),
                "name": attribute(json!("string"), "required", none.clone()),
                "network_id": attribute(json!("string"), "required", reference),
                "cpus": attribute(json!("number"), "optional", json!({"bounds": {"of": "value", "max": "8"}})),
                "public": attribute(json!("bool"), "optional", none.clone()),
                "zones": attribute(json!(["list", "string"]), "optional", none.clone()),
                "tags": attribute(json!(["map", "string"]), "optional", none.clone()),
                "image": attribute(json!("string"), "optional", json!({"conflicts_with": ["snapshot"]})),
                "snapshot": attribute(json!("string"), "optional", none.clone()),
                "location": attribute(json!("string"), "optional", none.clone()),
                "place": {"type": "string", "optional": true, "deprecated": true, "docs": {"replaced_by": "location"}},
            },
            "blocks": {"disk": disk, "backup": {"nesting": "list", "max_items": 1, "block": {"attributes": {
                "days": attribute(json!("number"), "optional", none),
            }}}},
        }),
    );
    let mut schemas = Schemas::new();
    schemas.add(network.into());
    schemas.add(server.into());
    schemas
}

const NETWORK: &str = "resource \"acme_network\" \"main\" {\n  name = \"n\"\n}\n";

/// A server with this in it besides what it needs.
fn server(more: &str) -> String {
    let disk = if more.contains("disk") { "" } else { "\n  disk {\n    size = 10\n  }\n" };
    format!(
        "{NETWORK}\nresource \"acme_server\" \"web\" {{\n  name       = \"w\"\n  network_id = acme_network.main.id\n{more}{disk}}}\n"
    )
}

fn findings(document: &Document) -> Vec<Finding> {
    with_fixes(document, &schemas(), check(document, &schemas()))
}

fn counts(document: &Document, schemas: &Schemas) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for d in check(document, schemas) {
        *counts.entry(format!("{:?} {}", d.code, d.message)).or_default() += 1;
    }
    counts
}

/// How many errors of a kind stand at an argument: what a message advises may change with what else there is.
fn errors(document: &Document, schemas: &Schemas) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for d in check(document, schemas).into_iter().filter(|d| d.severity == Severity::Error) {
        *counts.entry(format!("{:?} {:?} {:?}", d.code, d.address, d.path)).or_default() += 1;
    }
    counts
}

fn is_formatted(document: &Document) -> bool {
    let formatted = edit(document, &Schemas::new(), &Edit::Format { file: None });
    formatted.document.files().eq(document.files())
}

/// Makes every fix of every finding, each on the same text. Gives back how many there were.
pub fn assert_fixes(document: &Document, schemas: &Schemas) -> usize {
    let formatted = is_formatted(document);
    let before = errors(document, schemas);
    let all = counts(document, schemas);
    let mut made = 0;
    for finding in with_fixes(document, schemas, check(document, schemas)) {
        for fix in &finding.fixes {
            let what = || {
                format!("{}: {:?}\n{:?}", fix.title, finding.diagnostic, document.files().collect::<Vec<_>>())
            };
            let applied = apply(document, &fix.edit, schemas).unwrap_or_else(|e| panic!("{e:?} {}", what()));
            assert_local(document, &applied, &fix.title);
            // What is in a block is only looked at when the block is known.
            let uncovers = finding.diagnostic.code == Code::UnknownBlock && fix.title.starts_with("Rename");
            let now = errors(&applied.document, schemas);
            for (error, n) in now.into_iter().filter(|_| !uncovers) {
                let before = before.get(&error).copied().unwrap_or(0);
                assert!(
                    n <= before,
                    "new: {error}\n{}\n{:?}",
                    what(),
                    applied.document.files().collect::<Vec<_>>()
                );
            }
            let key = format!("{:?} {}", finding.diagnostic.code, finding.diagnostic.message);
            let now = counts(&applied.document, schemas).get(&key).copied().unwrap_or(0);
            assert!(
                now < all[&key],
                "still there: {}\n{:?}",
                what(),
                applied.document.files().collect::<Vec<_>>()
            );
            if formatted {
                let text: Vec<_> = applied.document.files().collect();
                assert!(is_formatted(&applied.document), "not formatted: {}\n{text:?}", what());
            }
            made += 1;
        }
    }
    made
}

/// Makes the fix of this title; there must be one. Gives back the text of `main.tf`, and of `variables.tf` if there is one.
fn mended(text: &str, title: &str) -> String {
    let document = documents(&[("main.tf", text)]);
    assert!(assert_fixes(&document, &schemas()) > 0, "{text}");
    let found = findings(&document);
    let titles: Vec<_> = found
        .iter()
        .map(|f| (&f.diagnostic.message, f.fixes.iter().map(|x| &x.title).collect::<Vec<_>>()))
        .collect();
    let fix = found.iter().flat_map(|f| &f.fixes).find(|fix| fix.title == title);
    let fix = fix.unwrap_or_else(|| panic!("no {title:?} among {titles:?}"));
    let after = edit(&document, &schemas(), &fix.edit).document;
    let part = |file: &str| after.text(file).map(|text| text.to_string()).unwrap_or_default();
    part("main.tf") + &part("variables.tf")
}

#[track_caller]
fn assert_mended(more: &str, title: &str, expected: &str) {
    assert_eq!(mended(&server(more), title), server(expected));
}

#[test]
fn arguments() {
    assert_mended("  nam        = \"x\"\n", "Remove nam", "");
    assert_mended("  locaton    = \"x\"\n", "Rename to location", "  location   = \"x\"\n");
    assert_mended("  place      = \"x\"\n", "Rename to location", "  location   = \"x\"\n");
    assert_mended("  id         = \"x\" # mine\n", "Remove id", "");
    assert_mended("  cpus       = 9 # many\n", "Change to 8", "  cpus       = 8 # many\n");
    assert_mended(
        "  image      = \"a\"\n  snapshot   = \"b\"\n",
        "Remove snapshot",
        "  image      = \"a\"\n",
    );
    assert_mended(
        "  disk {\n    size = 12\n    kind = \"sdd\"\n  }\n",
        "Change to \"ssd\"",
        "  disk {\n    size = 12\n    kind = \"ssd\"\n  }\n",
    );
}

#[test]
fn missing_arguments() {
    let without = format!(
        "{NETWORK}\nresource \"acme_server\" \"web\" {{\n  name = \"w\"\n\n  disk {{\n    size = 10\n  }}\n}}\n"
    );
    assert_eq!(mended(&without, "Set network_id to acme_network.main.id"), server(""));
    let asked = mended(&without, "Ask for it with a new variable, network_id");
    assert!(
        asked.contains("  network_id = var.network_id\n")
            && asked.contains("variable \"network_id\" {\n  type        = string\n"),
        "{asked}"
    );
    assert_mended("  disk {\n  }\n", "Set size to 10", "  disk {\n    size = 10\n  }\n");
    assert_mended("  disk {}\n", "Set size to 10", "  disk {\n    size = 10\n  }\n");
    assert_mended("  disk {\n    size = null\n  }\n", "Set size to 10", "  disk {\n    size = 10\n  }\n");
}

#[test]
fn blocks() {
    let bare = server("").replace("\n  disk {\n    size = 10\n  }\n", "");
    assert_eq!(mended(&bare, "Add the disk block"), server(""));
    let disk = |n: u32| format!("\n  disk {{\n    size = {n}\n  }}\n");
    let (two, four) = (disk(10) + &disk(11), disk(10) + &disk(11) + &disk(12) + &disk(13));
    assert_mended(&four, "Remove the last 2 disk blocks", &two);
    assert_mended(
        "\n  bakup {\n    days = 1\n  }\n",
        "Rename to backup",
        "\n  backup {\n    days = 1\n  }\n",
    );
    assert_mended("\n  bakup {\n    days = 1\n  }\n", "Remove the bakup block", "");
    assert_mended(
        "\n  tags {\n    a = \"b\"\n  }\n",
        "Write tags with =",
        "\n  tags = {\n    a = \"b\"\n  }\n",
    );
    assert_mended(
        "\n  backup = {\n    days = 1\n  }\n",
        "Write backup without =",
        "\n  backup {\n    days = 1\n  }\n",
    );
    let list = "\n  disk = [{ size = 10, key = { id = \"k\" } }, { size = 11 }]\n";
    let written = "\n  disk {\n    size = 10\n    key {\n      id = \"k\"\n    }\n  }\n\n  disk {\n    size = 11\n  }\n";
    assert_mended(list, "Write disk without =", written);
}

#[test]
fn values_of_a_wrong_type() {
    assert_mended("  zones      = \"a\"\n", "Put it into a list", "  zones      = [\"a\"]\n");
    assert_mended("  location   = [\"a\"]\n", "Take it out of the list", "  location   = \"a\"\n");
    assert_mended("  public     = \"yes\"\n", "Change to true", "  public     = true\n");
    assert_mended("  cpus       = \"1,0\"\n", "Change to 10", "  cpus       = 10\n");
}

#[test]
fn references() {
    let text = server("  location   = var.plase\n") + "\nvariable \"place\" {\n  type = string\n}\n";
    assert_eq!(mended(&text, "Change to var.place"), text.replace("var.plase", "var.place"));
    let declared = mended(&text, "Declare the variable plase");
    assert!(declared.contains("variable \"plase\" {\n  type        = string\n"), "{declared}");
    let text = server("  location   = \"${local.a}-${vars.place}\"\n") + "\nvariable \"place\" {}\n";
    assert!(mended(&text, "Change to var.place").contains("${local.a}-${var.place}"));
    let declared = mended(&text, "Declare the local a = \"\"");
    assert!(declared.ends_with("\nlocals {\n  a = \"\"\n}\n"), "{declared}");
    let renamed = server("").replace("acme_network.main.id", "acme_network.core.id");
    assert_eq!(mended(&renamed, "Change to acme_network.main"), server(""));
    let added = mended(&renamed, "Add the resource acme_network.core");
    assert!(added.contains("resource \"acme_network\" \"core\" {\n  name = \"\"\n}\n"), "{added}");
    let attribute = server("").replace("acme_network.main.id", "acme_network.main.idd");
    assert_eq!(mended(&attribute, "Change to acme_network.main.id"), server(""));
    let path = server("  location   = path.modul\n");
    assert_eq!(mended(&path, "Change to path.module"), path.replace("path.modul\n", "path.module\n"));
}

#[test]
fn a_local_is_added_to_a_block_on_one_line() {
    let text = server("  location   = local.b\n") + "\nlocals { a = 1 }\n";
    let after = mended(&text, "Declare the local b = \"\"");
    assert!(after.ends_with("\nlocals {\n  a = 1\n  b = \"\"\n}\n"), "{after}");
}

#[test]
fn duplicates() {
    let text = format!("{NETWORK}\n{}", NETWORK.replace("\"n\"", "\"m\""));
    assert_eq!(mended(&text, "Remove this one"), NETWORK);
    assert!(mended(&text, "Rename this one to main_2").contains("\"main_2\" {\n  name = \"m\"\n"));
}

#[test]
fn what_nothing_uses() {
    let text = format!("{NETWORK}\nlocals {{\n  # The first.\n  a = 1\n  b = local.a\n}}\n");
    assert_eq!(mended(&text, "Remove local.b"), text.replace("  b = local.a\n", ""));
    let text = format!("{NETWORK}\nlocals {{ a = 1 }}\n");
    assert_eq!(mended(&text, "Remove local.a"), NETWORK);
    let text = format!("{NETWORK}\n# What for.\nvariable \"x\" {{\n  type = string\n}}\n");
    assert_eq!(mended(&text, "Remove var.x"), NETWORK);
}

#[test]
fn fixes_of_a_text_that_changed_are_refused() {
    let document = documents(&[("main.tf", &server("  nam        = \"x\"\n"))]);
    let fixes: Vec<_> = findings(&document).into_iter().flat_map(|f| f.fixes).collect();
    let other = documents(&[("main.tf", &server("  nam        = \"other\"\n"))]);
    assert!(!fixes.is_empty());
    for fix in fixes {
        assert!(apply(&other, &fix.edit, &schemas()).is_err(), "{}", fix.title);
    }
}

#[test]
fn all_sure_fixes_at_once() {
    let text =
        server("  locaton    = \"x\"\n  id         = \"y\"\n  public     = \"yes\"\n  cpus       = 12\n");
    let document = documents(&[("main.tf", &text)]);
    let after = edit(&document, &schemas(), &Edit::FixAll).document;
    let expected = server("  location   = \"x\"\n  public     = true\n  cpus       = 12\n");
    assert_eq!(after.text("main.tf").unwrap().as_ref(), expected);
    assert!(apply(&after, &Edit::FixAll, &schemas()).is_err());
}

#[test]
fn slips_that_are_no_hcl() {
    let fine = "resource \"a_b\" \"c\" {\n  name = \"x\"\n  list = [\"a\", \"b\"]\n  tags = {\n    k = \"v\"\n  }\n}\n\nresource \"a_b\" \"d\" {\n  n = 1\n}\n";
    let slips = [
        ("name = \"x\"", "name = \"x"),
        ("name = \"x\"", "name: \"x\""),
        ("name = \"x\"", "name \"x\""),
        ("name = \"x\"", "name => \"x\""),
        ("name = \"x\"", "name = 'x'"),
        ("name = \"x\"", "name = “x”"),
        ("name = \"x\"", "name = \"x\","),
        ("name = \"x\"", "name = \"x\";"),
        ("[\"a\", \"b\"]", "[\"a\", \"b\""),
        ("[\"a\", \"b\"]", "[\"a\" \"b\"]"),
        ("[\"a\", \"b\"]", "[\"a\", \"b\")"),
        ("  }\n}\n\nresource", "  }\n\nresource"),
        ("    k = \"v\"\n  }\n", "    k = \"v\"\n"),
        ("n = 1\n}\n", "n = 1\n"),
        ("n = 1\n}\n", "n = 1\n}\n}\n"),
        ("\"c\" {", "\"c\" = {"),
    ];
    for (right, wrong) in slips {
        let text = fine.replacen(right, wrong, 1);
        let mut files = Files::default();
        files.insert("main.tf", text.as_str()).unwrap();
        let faults = Document::parse(&files).expect_err(wrong);
        let fixes = syntax_fixes("main.tf", &text, &faults[0]);
        let made = fixes.iter().map(|fix| {
            let Edit::Replace { changes } = &fix.edit else { panic!("{fix:?}") };
            let change = &changes[0];
            assert_eq!(&text[change.at..change.at + change.old.len()], change.old);
            format!("{}{}{}", &text[..change.at], change.new, &text[change.at + change.old.len()..])
        });
        let made: Vec<String> = made.collect();
        assert!(
            made.iter().any(|new| new.replace("\n\n", "\n") == fine.replace("\n\n", "\n")),
            "{wrong}: {:?} {made:?}",
            faults[0]
        );
    }
}
