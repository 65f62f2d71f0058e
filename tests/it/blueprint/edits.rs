//! Edits change what they say and nothing else.

use cloudoven::blueprint::{
    Applied, Document, Edit, EditErrorKind, ElementKind, Files, Path, Schemas, Value, apply, check, form,
    suggest,
};

use super::{Numbers, document, documents, edit, path};

const MAIN: &str = r#"# Where it all lives
resource "azurerm_resource_group" "main" {
  name     = "orders" # the team's name
  location = var.location

  /* audit
     asked for this */
  tags = {
    owner   = "ann" # since May
    "a key" = local.suffix
  }
}

resource "azurerm_storage_account" "logs" {
  name = "logs${local.suffix}"
     resource_group_name=azurerm_resource_group.main.name
  blob_properties {
    versioning_enabled = true

    cors_rule {
      allowed_methods = ["GET", "PUT"]
    }
    # the second
    cors_rule { max_age_in_seconds = 60 }
  }
  custom = <<-EOT
      ${azurerm_resource_group.main.name}
        %{ for s in var.list }${s}%{ endfor }
  EOT

  depends_on = [azurerm_resource_group.main]
}

locals {
  suffix = "x"
  all    = [for g in [azurerm_resource_group.main] : g.name]
}
variable "location" { default = "westeurope" }
variable "list" {
  type = list(string)
}
output "id" {
  value = azurerm_resource_group.main.id
}
"#;

/// Every byte outside of the touched spans is as it was, in its order.
pub fn assert_local(before: &Document, applied: &Applied, what: &str) {
    for (name, old) in before.files() {
        let Some(new) = applied.document.text(name) else { continue };
        let Some(spans) = applied.touched.get(name) else {
            assert_eq!(old, new, "{what} touched {name} without saying so");
            continue;
        };
        let mut kept = Vec::new();
        let mut at = 0;
        for span in spans {
            kept.push(&new[at..span.start]);
            at = span.end;
        }
        kept.push(&new[at..]);
        assert!(old.starts_with(kept[0]) && old.ends_with(kept[kept.len() - 1]), "{what}: {old:?} → {new:?}");
        let mut rest = old.as_ref();
        for piece in kept {
            let found = rest.find(piece);
            rest = &rest
                [found.unwrap_or_else(|| panic!("{what}: {piece:?} is gone from {new:?}")) + piece.len()..];
        }
    }
}

fn set(element: &str, at: &str, value: Value) -> Edit {
    Edit::Set { element: element.to_owned(), path: path(at), value }
}

pub(super) fn variable(element: &str, at: &str, name: Option<&str>) -> Edit {
    Edit::MakeVariable {
        element: element.to_owned(),
        path: path(at),
        name: name.map(str::to_owned),
        ty: None,
        description: None,
        sensitive: None,
        validation: None,
    }
}

fn edits() -> Vec<Edit> {
    let text = |s: &str| Value::literal(&s).unwrap();
    let group = "azurerm_resource_group.main".to_owned();
    let account = "azurerm_storage_account.logs".to_owned();
    let block = |at: &str, label: Option<&str>| Edit::AddBlock {
        element: account.clone(),
        path: path(at),
        label: label.map(str::to_owned),
    };
    vec![
        set(&group, "name", text("bills")),
        set(&group, "managed_by", text("a longer one\nover lines\n")),
        set(&group, "tags.owner", text("bob")),
        set(&group, r#"tags["cost centre"]"#, text("42")),
        set(&account, "blob_properties[0].cors_rule[0].allowed_methods[2]", text("HEAD")),
        set(
            &account,
            "blob_properties[0].cors_rule[1].allowed_origins",
            Value::json(r#"["a", {"b": 1}]"#).unwrap(),
        ),
        set(&account, "nested.object[0].x", Value::expression("var.location")),
        set("local.suffix", "value", Value::expression("upper(\"y\")")),
        set("var.list", "description", text("what for")),
        Edit::Unset { element: group.clone(), path: path("location") },
        Edit::Unset { element: group.clone(), path: path(r#"tags["a key"]"#) },
        Edit::Unset {
            element: account.clone(),
            path: path("blob_properties[0].cors_rule[0].allowed_methods[0]"),
        },
        Edit::Unset { element: account.clone(), path: path("custom") },
        block("identity", None),
        block("blob_properties[0].cors_rule", None),
        block("blob_properties[0].cors_rule[1].inner", Some("label")),
        Edit::RemoveBlock { element: account.clone(), path: path("blob_properties[0].cors_rule[1]") },
        Edit::RemoveBlock { element: account.clone(), path: path("blob_properties") },
        Edit::MoveBlock {
            element: account.clone(),
            from: path("blob_properties[0].cors_rule[0]"),
            to: path("blob_properties[0].cors_rule[1]"),
        },
        Edit::AddElement {
            kind: ElementKind::Resource,
            ty: Some("azurerm_subnet".into()),
            name: None,
            file: None,
        },
        Edit::AddElement { kind: ElementKind::Variable, ty: None, name: Some("x".into()), file: None },
        Edit::AddElement { kind: ElementKind::Local, ty: None, name: Some("x".into()), file: None },
        Edit::AddElement {
            kind: ElementKind::Provider,
            ty: Some("azurerm".into()),
            name: Some("west".into()),
            file: None,
        },
        Edit::RenameElement { element: group.clone(), name: "renamed".into() },
        Edit::RenameElement { element: "local.suffix".into(), name: "ending".into() },
        Edit::RenameElement { element: "var.location".into(), name: "place".into() },
        Edit::DuplicateElement { element: account.clone() },
        Edit::DuplicateElement { element: "local.all".into() },
        Edit::MoveElement { element: account.clone(), file: "variables.tf".into() },
        Edit::MoveElement { element: "local.suffix".into(), file: "locals.tf".into() },
        Edit::RemoveElement { element: group.clone() },
        Edit::RemoveElement { element: "local.suffix".into() },
        variable(&group, "name", None),
        variable(&group, "tags.owner", Some("owner")),
        Edit::InlineVariable { element: "var.location".into() },
        Edit::MakeLocal { element: group.clone(), path: path("tags"), name: None },
        Edit::MakeLocal { element: account.clone(), path: path("custom"), name: Some("text".into()) },
        Edit::MakeOutput { element: group, path: path("id"), name: None, description: None },
        Edit::MakeOutput {
            element: "var.list".into(),
            path: path(""),
            name: Some("list".into()),
            description: Some("All.".into()),
        },
        Edit::MakeDynamic { element: account.clone(), path: path("blob_properties[0].cors_rule") },
        Edit::ExtractModule { elements: vec![account, "local.all".into()], name: "logs".into() },
    ]
}

#[test]
fn edits_leave_everything_else_as_it_was() {
    let crlf = MAIN.replace('\n', "\r\n");
    for text in [MAIN, &crlf] {
        let before = documents(&[("main.tf", text), ("variables.tf", "# none yet")]);
        for change in edits() {
            let applied = edit(&before, &Schemas::new(), &change);
            assert_local(&before, &applied, &format!("{change:?}"));
            if text.contains('\r') {
                let new = applied.document.text("main.tf").unwrap();
                assert_eq!(
                    new.matches('\n').count(),
                    new.matches("\r\n").count(),
                    "{change:?} mixed line ends"
                );
            }
        }
    }
}

#[test]
fn random_edits_never_lose_text() {
    let mut numbers = Numbers(3);
    let edits = edits();
    for _ in 0..60 {
        let mut current = documents(&[("main.tf", MAIN)]);
        for _ in 0..12 {
            let change = numbers.pick(&edits).clone();
            if let Ok(applied) = apply(&current, &change, &Schemas::new()) {
                assert_local(&current, &applied, &format!("{change:?}"));
                Document::parse(&applied.document.to_files()).unwrap();
                current = applied.document;
            }
        }
        assert!(current.text("main.tf").unwrap().contains("variable \"list\""));
    }
}

#[test]
fn renaming_back_gives_the_same_text() {
    let before = documents(&[("main.tf", MAIN)]);
    for (address, name) in [
        ("azurerm_resource_group.main", "main"),
        ("local.suffix", "suffix"),
        ("var.list", "list"),
        ("output.id", "id"),
    ] {
        let there = edit(
            &before,
            &Schemas::new(),
            &Edit::RenameElement { element: address.into(), name: "other".into() },
        );
        let new = there.address.unwrap();
        assert!(there.document.element(address).is_none() && there.document.element(&new).is_some());
        let unknown =
            check(&there.document, &Schemas::new()).into_iter().any(|d| d.message.contains(address));
        assert!(!unknown, "a reference to {address} was left behind");
        let back =
            edit(&there.document, &Schemas::new(), &Edit::RenameElement { element: new, name: name.into() });
        assert_eq!(back.document.text("main.tf"), before.text("main.tf"), "{address}");
    }
}

#[test]
fn edits_read_as_a_person_would_write_them() {
    let before = document("resource \"a_b\" \"c\" {\n  name = \"x\" # why\n\n  inner {\n    y = 1\n  }\n}\n");
    let schemas = Schemas::new();
    let long = set("a_b.c", "longer_name", Value::expression("var.z"));
    let mut current = edit(&before, &schemas, &long).document;
    let block = Edit::AddBlock { element: "a_b.c".into(), path: path("inner"), label: None };
    current = edit(&current, &schemas, &block).document;
    current = edit(&current, &schemas, &set("a_b.c", "inner[1].tags", Value::json(r#"{"k": "v"}"#).unwrap()))
        .document;
    current = edit(&current, &schemas, &variable("a_b.c", "inner[0].y", None)).document;
    assert_eq!(
        current.text("main.tf").unwrap().as_ref(),
        r#"resource "a_b" "c" {
  name        = "x" # why
  longer_name = var.z

  inner {
    y = var.y
  }

  inner {
    tags = {
      k = "v"
    }
  }
}
"#
    );
    assert_eq!(
        current.text("variables.tf").unwrap().as_ref(),
        "variable \"y\" {\n  type        = number\n  description = \"Used by a_b.c.\"\n  default     = 1\n}\n"
    );
    current =
        edit(&current, &schemas, &Edit::RemoveBlock { element: "a_b.c".into(), path: path("inner[0]") })
            .document;
    current = edit(&current, &schemas, &Edit::Unset { element: "a_b.c".into(), path: path("longer_name") })
        .document;
    assert_eq!(
        current.text("main.tf").unwrap().as_ref(),
        "resource \"a_b\" \"c\" {\n  name = \"x\" # why\n\n  inner {\n    tags = {\n      k = \"v\"\n    }\n  }\n}\n"
    );
}

#[test]
fn refusals_name_the_place() {
    let before = documents(&[("main.tf", MAIN)]);
    let refuse = |change: &Edit| apply(&before, change, &Schemas::new()).map(|_| ()).unwrap_err();
    let error = refuse(&Edit::SetFile { file: "main.tf".into(), text: "a = 1\nb = ]\n".into() });
    assert_eq!((error.kind, error.line, error.column), (EditErrorKind::Syntax, Some(2), Some(5)));
    let error = refuse(&set("azurerm_resource_group.main", "name", Value::expression("foo(")));
    assert_eq!((error.kind, error.line), (EditErrorKind::Syntax, Some(1)));
    assert_eq!(error.path, Some(path("name")));
    assert_eq!(refuse(&set("a.b", "c", Value::expression("1"))).kind, EditErrorKind::NotFound);
    let rename = |name: &str| Edit::RenameElement { element: "var.list".into(), name: name.into() };
    assert_eq!(refuse(&rename("location")).kind, EditErrorKind::Conflict);
    for bad in ["", "a b", "a\"b", "1a", "${x}", "a.b"] {
        assert_eq!(refuse(&rename(bad)).kind, EditErrorKind::Invalid, "{bad:?}");
    }
    let bad_file = Edit::AddFile { file: "../x.tf".into() };
    assert_eq!(refuse(&bad_file).kind, EditErrorKind::Invalid);
    let removed = edit(
        &before,
        &Schemas::new(),
        &Edit::RemoveElement { element: "azurerm_resource_group.main".into() },
    );
    assert_eq!(removed.dangling.len(), 5, "{:?}", removed.dangling);
}

#[test]
fn broken_bytes_never_panic() {
    let mut numbers = Numbers(11);
    let pieces: &[&[u8]] =
        &[b"{", b"}", b"\"", b"${", b"%{", b"<<EOT\n", b"\\", b"\n", b"#", b"/*", b"=", b"\xff", b"[", b"\r"];
    for _ in 0..3_000 {
        let mut bytes = MAIN.as_bytes().to_vec();
        for _ in 0..=numbers.below(3) {
            let at = numbers.below(bytes.len());
            match numbers.below(3) {
                0 => drop(bytes.remove(at)),
                1 => bytes[at] = u8::try_from(numbers.below(256)).unwrap(),
                _ => drop(bytes.splice(at..at, numbers.pick(pieces).iter().copied())),
            }
        }
        let mut files = Files::default();
        if files.insert_bytes("main.tf", &bytes).is_err() {
            continue;
        }
        let Ok(parsed) = Document::parse(&files) else { continue };
        check(&parsed, &Schemas::new());
        for element in parsed.elements() {
            assert!(form(&parsed, &element.address, &Schemas::new()).is_some());
            suggest(&parsed, &Schemas::new(), &element.address, &Path::root().name("name"), "a");
        }
        for change in edits().iter().chain([&Edit::Format { file: None }]) {
            if let Ok(applied) = apply(&parsed, change, &Schemas::new()) {
                Document::parse(&applied.document.to_files()).unwrap();
            }
        }
    }
}
