//! What an editor asks, on texts with the place marked by `|`.

#![allow(clippy::unwrap_used, reason = "a test ends at its first surprise")]

use std::sync::Arc;

use cloudoven_blueprint::{
    Document, Files, Schemas,
    assist::{
        Completion, Spot, Workspace, complete, definition, field, hover, mend, outline, references_at,
        signature,
    },
};
use cloudoven_crawler::catalog::{self, Functions, Index};
use serde_json::json;

fn schemas() -> Schemas {
    let attribute = |ty: serde_json::Value| json!({"type": ty, "optional": true});
    let address = json!({"host": "registry.terraform.io", "namespace": "hashicorp", "name": "acme"});
    let network = json!({
        "kind": "resource", "name": "acme_network", "provider": address, "version": "1.2.3",
        "summary": "A network.",
        "block": {"attributes": {
            "id": {"type": "string", "computed": true},
            "name": {"type": "string", "required": true, "docs": {"text": "The `name`.", "position": 1}},
            "size": attribute(json!("number")),
            "tags": attribute(json!(["map", "string"])),
        }},
    });
    let server = json!({
        "kind": "resource", "name": "acme_server", "provider": address, "version": "1.2.3",
        "block": {
            "attributes": {
                "id": {"type": "string", "computed": true},
                "name": {"type": "string", "required": true, "docs": {"position": 1}},
                "network_id": {"type": "string", "required": true, "docs": {"position": 2, "references": [
                    {"kind": "resource", "target": "acme_network", "attribute": "id", "count": 12}]}},
                "kind": {"type": "string", "optional": true, "docs": {
                    "text": "The kind.", "allowed": ["ssd", "h\"dd"], "default": "ssd", "forces_replacement": true}},
                "public": attribute(json!("bool")),
                "size": attribute(json!("number")),
                "rules": attribute(json!(["list", ["object", {"port": "number", "action": "string"}]])),
                "odd": attribute(json!(["object", {"plain": "string", "with space": "string"}])),
            },
            "blocks": {
                "disk": {"nesting": "list", "max_items": 1, "block": {"attributes": {
                    "gigabytes": {"type": "number", "required": true}, "mode": attribute(json!("string"))}}},
                "nic": {"nesting": "list", "block": {"attributes": {"ip": attribute(json!("string"))}}},
            },
        },
    });
    let mut schemas = Schemas::new();
    for page in [network, server] {
        schemas.add(serde_json::from_value::<catalog::Document>(page).unwrap().into());
    }
    let functions = json!({"terraform": "1.11.4", "functions": {
        "upper": {"description": "Capitals.", "return_type": "string", "parameters": [{"name": "str", "type": "string"}]},
        "min": {"return_type": "number", "variadic_parameter": null, "variadic": {"name": "numbers", "type": "number"}},
        "join": {"return_type": "string", "parameters": [{"name": "separator", "type": "string"}],
            "variadic": {"name": "lists", "type": ["list", "string"]}},
    }});
    schemas.functions = Arc::new(serde_json::from_value::<Functions>(functions).unwrap());
    schemas
}

fn indexes() -> Vec<Arc<Index>> {
    let entry = |kind: &str, name: &str| json!({"kind": kind, "name": name, "arguments": 1, "blocks": 0});
    let index = json!({
        "format": 1, "provider": {"host": "registry.terraform.io", "namespace": "hashicorp", "name": "acme"},
        "version": "1.2.3", "digest": "",
        "elements": [entry("resource", "acme_network"), entry("resource", "acme_server"),
            entry("resource", "acme_network_peering"), entry("data-source", "acme_zone")],
    });
    vec![Arc::new(serde_json::from_value(index).unwrap())]
}

const OTHER: &str = r#"
variable "size" {
  type        = number
  description = "How large."
  default     = 10
}
variable "settings" {
  type = object({ level = number, deep = object({ name = string }) })
}
locals {
  names = { "a b" = { id = "x" }, plain = { id = "y" } }
  list  = [{ first = 1 }]
}
resource "acme_network" "main" {
  name = "main"
}
resource "acme_network" "many" {
  for_each = { one = 1, "t w o" = 2 }
  name     = each.key
}
module "m" {
  source = "./m"
}
provider "acme" {
  alias = "west"
}
"#;

const MODULE: &str = "variable \"width\" {\n  type = number\n  description = \"How wide it is.\"\n}\nvariable \"extra\" {\n  default = \
                      null\n}\noutput \"url\" {\n  value = 1\n  description = \"Where.\"\n}\n";

/// Asks about the text in which `|` marks the place, beside the other file.
fn ask<T>(marked: &str, question: impl FnOnce(&Workspace, Spot) -> T) -> T {
    let offset = marked.find('|').unwrap();
    let text: Arc<str> = marked.replacen('|', "", 1).into();
    let mut files = Files::default();
    files.insert("other.tf", OTHER).unwrap();
    files.insert("m/main.tf", MODULE).unwrap();
    let saved = Document::parse(&files).unwrap();
    let document = mend(&saved, "main.tf", &text, offset);
    let (schemas, indexes) = (schemas(), indexes());
    let workspace = Workspace { document: &document, schemas: &schemas, indexes: &indexes, used: 1 };
    question(&workspace, Spot { file: "main.tf", text: &text, offset })
}

fn items(marked: &str) -> Vec<Completion> {
    ask(marked, complete).items
}

fn labels(marked: &str) -> Vec<String> {
    items(marked).into_iter().map(|item| item.label).collect()
}

/// The text after the completion with this label is taken, with the caret marked.
fn taken(marked: &str, label: &str) -> String {
    let items = items(marked);
    let found = items.iter().find(|item| item.label == label);
    let item = found.unwrap_or_else(|| panic!("{marked}: no {label} in {items:?}"));
    let text = marked.replacen('|', "", 1);
    let caret = item.insert.char_indices().nth(item.caret).map_or(item.insert.len(), |(at, _)| at);
    let (before, behind) = item.insert.split_at(caret);
    format!("{}{before}|{behind}{}", &text[..item.span.start], &text[item.span.end..])
}

fn server(body: &str) -> String {
    format!(
        "resource \"acme_server\" \"web\" {{\n{body}\n}}\n\nresource \"acme_server\" \"late\" {{\n  name = \"l\"\n}}\n"
    )
}

#[test]
fn statements() {
    assert_eq!(labels("|")[..3], ["resource", "data", "variable"]);
    assert_eq!(taken("res|", "resource"), "resource \"|\" \"\" {\n}");
    assert_eq!(taken("res| \"a\" \"b\" {}", "resource"), "resource| \"a\" \"b\" {}");
    assert_eq!(taken("lo|\n", "locals"), "locals {\n  |\n}\n");
    let found = labels(&server("  |"));
    assert_eq!(found[..2], ["name", "network_id"], "what is required comes first: {found:?}");
    assert!(!found.contains(&"id".to_owned()), "read-only");
    for own in ["disk", "nic", "count", "for_each", "lifecycle", "provisioner", "dynamic"] {
        assert!(found.contains(&own.to_owned()), "{own}: {found:?}");
    }
    let found = labels(&server("  name = \"a\"\n  disk {\n  }\n  n|\n  network_id = var.x"));
    assert_eq!(found[0], "nic", "{found:?}");
    assert!(!found.iter().any(|f| ["name", "network_id", "disk"].contains(&f.as_str())), "{found:?}");
    assert_eq!(labels(&server("  disk {\n    |\n  }"))[..2], ["gigabytes", "mode"]);
    assert_eq!(labels(&server("  dynamic \"nic\" {\n    content {\n      |\n    }\n  }")), ["ip"]);
    assert_eq!(labels(&server("  dynamic \"nic\" {\n    |\n  }"))[..2], ["for_each", "content"]);
    assert_eq!(labels(&server("  dynamic \"|\" {\n  }"))[..2], ["disk", "nic"]);
    assert_eq!(taken(&server("  na|"), "name").lines().nth(1), Some("  name = |"));
    assert_eq!(taken(&server("  na| = 1"), "name").lines().nth(1), Some("  name| = 1"));
    assert!(taken(&server("  di|"), "disk").contains("  disk {\n    |\n  }\n"));
    assert!(labels("terraform {\n  |\n}").contains(&"required_providers".to_owned()));
    let required = taken("terraform {\n  required_providers {\n    |\n  }\n}", "acme");
    assert!(
        required.contains(
            "    acme = {\n      source  = \"hashicorp/acme\"\n      version = \"~> 1.2.3\"\n    }|\n"
        ),
        "{required}"
    );
    assert_eq!(
        labels("terraform {\n  required_providers {\n    acme = {\n      |\n    }\n  }\n}")[..2],
        ["source", "version"]
    );
    assert_eq!(labels("terraform {\n  backend \"|\" {\n  }\n}")[0], "azurerm");
    assert!(labels(&server("  lifecycle {\n    |\n  }")).contains(&"ignore_changes".to_owned()));
    assert!(labels(&server("  lifecycle {\n    ignore_changes = [|]\n  }")).contains(&"rules".to_owned()));
    assert!(labels(&server("  provisioner \"local-exec\" {\n    com|\n  }")).contains(&"command".to_owned()));
    assert_eq!(labels(&server("  rules = [{ | }]")), ["action", "port"]);
    assert_eq!(labels(&server("  rules = [{ action = 1, | }]")), ["port"]);
    assert!(taken(&server("  odd = { | }"), "with space").contains("{ \"with space\" = | }"));
    assert!(labels("locals {\n  |\n}").is_empty());
}

#[test]
fn quotes() {
    assert_eq!(labels("resource \"net|\" \"x\" {\n}")[..2], ["acme_network", "acme_network_peering"]);
    assert_eq!(labels("data \"|\" \"x\" {\n}"), ["acme_zone"]);
    assert_eq!(labels("resource \"acme_network\" \"|\" {\n}"), ["main_2", "network"]);
    assert_eq!(labels("variable \"|\" {\n}\noutput \"x\" {\n  value = var.missing\n}"), ["missing"]);
    assert_eq!(labels(&server("  kind = \"|\"")), ["ssd", "h\"dd"]);
    assert!(taken(&server("  kind = \"h|x\""), "h\"dd").contains("kind = \"h\\\"dd|\""));
    assert!(labels(&server("  name = \"a|\"")).is_empty(), "a plain text");
    assert!(labels(&server("  # na|")).is_empty(), "a comment");
    assert!(labels(&server("  name = <<E\n na|\nE")).is_empty(), "a heredoc");
    assert!(labels(&server("  kind = \"${var.size}|\"")).is_empty());
}

#[test]
fn expressions() {
    let found = labels(&server("  network_id = |"));
    assert_eq!(found[..2], ["acme_network.main.id", "acme_network.many[0].id"], "{found:?}");
    let found = labels(&server("  kind = |"));
    assert_eq!(found[..2], ["ssd", "h\"dd"]);
    assert!(taken(&server("  kind = |"), "h\"dd").contains("kind = \"h\\\"dd\"|"));
    let found = labels(&server("  size = |"));
    assert_eq!(found[0], "var.size", "{found:?}");
    assert!(
        found.contains(&"acme_network.main.size".to_owned()) && found.contains(&"min".to_owned()),
        "{found:?}"
    );
    assert_eq!(labels(&server("  public = |"))[..2], ["true", "false"]);
    assert!(labels(&server("  name = \"${up|}\"")).contains(&"upper".to_owned()));
    assert!(labels(&server("  name = <<E\n ${va|}\nE")).contains(&"var".to_owned()));
    assert_eq!(labels(&server("  name = \"${var.|"))[..2], ["size", "settings"]);
    assert_eq!(labels(&server("  size = var.|"))[0], "size", "what fits comes first");
    assert_eq!(labels(&server("  name = var.settings.|")), ["deep", "level"]);
    assert_eq!(labels(&server("  name = var.settings.deep.|")), ["name"]);
    assert_eq!(labels(&server("  name = local.list[0].|")), ["first"]);
    assert_eq!(labels(&server("  name = acme_network.|")), ["main", "many"]);
    assert_eq!(labels(&server("  name = acme_network.main.|")), ["id", "name", "size", "tags"]);
    assert_eq!(labels(&server("  size = acme_network.main.|"))[0], "size");
    assert!(
        taken(&server("  name = acme_network.many.|"), "[\"t w o\"]")
            .contains("= acme_network.many[\"t w o\"]|")
    );
    assert!(taken(&server("  name = local.names.|"), "a b").contains("= local.names[\"a b\"]|"));
    assert!(taken(&server("  name = local.names[|]"), "a b").contains("= local.names[\"a b\"|]"));
    assert!(labels(&server("  name = acme_network.many[\"|\"]")).contains(&"t w o".to_owned()));
    assert_eq!(labels(&server("  name = module.m.|")), ["url"]);
    assert_eq!(labels("module \"n\" {\n  source = \"|\"\n}\n"), ["./m"]);
    let call = "module \"n\" {\n  source = \"./m\"\n  |\n}\n";
    assert_eq!(labels(call)[..2], ["width", "extra"]);
    let said = ask(&call.replace('|', "wi|dth = 1"), hover).unwrap();
    assert!(said.text.starts_with("**width** `number`, required\n\nHow wide it is."), "{}", said.text);
    assert_eq!(labels(&server("  name = path.|")), ["module", "root", "cwd"]);
    assert_eq!(labels(&server("  provider = |")), ["acme.west"]);
    assert!(labels(&server("  depends_on = [|]")).contains(&"module.m".to_owned()));
    assert_eq!(labels(&server("  name = [for k, v in local.names : |]"))[..2], ["k", "v"]);
    assert_eq!(labels(&server("  name = [for k, v in local.names : v.|]")), ["id"]);
    assert_eq!(labels(&server("  name = \"%{for s in local.list}${s.|}%{endfor}\"")), ["first"]);
    assert!(labels(&server("  name = [for |]")).is_empty());
    let each = labels(&server("  for_each = local.names\n  name = e|"));
    assert_eq!(each[..2], ["each.key", "each.value"]);
    assert_eq!(labels(&server("  for_each = local.names\n  name = each.value.|")), ["id"]);
    assert!(labels(&server("  name = 1|")).is_empty() && labels(&server("  name = var.size |")).is_empty());
    assert_eq!(labels("variable \"v\" {\n  type = |\n}")[..2], ["string", "number"]);
    assert_eq!(labels("moved {\n  to = acme_network.ma|\n}"), ["main", "many"]);
    assert!(labels(&server("  name = acme_server.|")).eq(&["late"]), "never the element itself");
    assert_eq!(taken(&server("  name = up|"), "upper").lines().nth(1), Some("  name = upper(|)"));
    assert_eq!(taken(&server("  name = up|(1)"), "upper").lines().nth(1), Some("  name = upper|(1)"));
}

#[test]
fn pointing() {
    let said = |marked: &str| ask(marked, hover).map(|h| h.text).unwrap_or_default();
    let kind = said(&server("  ki|nd = \"ssd\""));
    for part in ["**kind** `string`, optional", "The kind.", "Default: `ssd`", "`h\"dd`", "replaces"] {
        assert!(kind.contains(part), "{part}: {kind}");
    }
    assert!(said("resource \"acme_net|work\" \"x\" {\n}").contains("A network."));
    assert!(said(&server("  size = var.si|ze")).contains("How large."));
    assert!(
        said(&server("  size = |var.size")).is_empty()
            || !said(&server("  size = |var.size")).contains("panic")
    );
    assert!(said(&server("  name = up|per(1)")).contains("upper(str) → string"));
    assert!(said(&server("  name = acme_network.main.na|me")).contains("The `name`."));
    assert!(said(&server("  name = local.li|st")).contains("[{ first = 1 }]"));
    assert!(said(&server("  rules = [{ po|rt = 1 }]")).contains("**port** `number`"));
    assert!(said("output \"x\" {\n  va|lue = 1\n}").contains("**value**"));
    assert!(said(&server("  # na|me")).is_empty());
}

#[test]
fn going_places() {
    let at = |marked: &str| {
        ask(marked, |workspace, spot| {
            let found = definition(workspace, spot)?;
            let text = workspace.document.text(&found.file)?;
            Some(format!("{} {}", found.file, &text[found.span.start..found.span.end]))
        })
        .unwrap_or_default()
    };
    assert_eq!(at(&server("  size = var.si|ze")), "other.tf \"size\"");
    assert_eq!(at(&server("  size = v|ar.size")), "other.tf \"size\"");
    assert_eq!(at(&server("  size = local.li|st[0]")), "other.tf list");
    assert_eq!(at(&server("  size = acme_net|work.main.name")), "other.tf \"main\"");
    assert_eq!(at(&server("  size = acme_network.main.na|me")), "other.tf name");
    assert_eq!(at(&server("  size = acme_network.main.i|d")), "other.tf \"main\"");
    assert_eq!(at(&server("  size = [for s in local.list : s|.first]")), "main.tf s");
    assert_eq!(at(&server("  provider = acme.we|st")), "other.tf \"acme\"");
    assert_eq!(at(&server("  size = \"plain te|xt\"")), "");
    let used = |marked: &str| ask(marked, references_at).len();
    assert_eq!(used(&server("  size = var.si|ze\n  name = \"${var.size}\"")), 3);
    assert_eq!(
        used("resource \"acme_network\" \"n|ew\" {\n}\noutput \"o\" {\n  value = acme_network.new.id\n}\n"),
        2
    );
    let outline =
        ask(&server("  disk {\n  }\n  na|"), |workspace, spot| outline(workspace.document, spot.file));
    let names: Vec<&str> = outline.iter().map(|s| s.name.as_str()).collect();
    assert_eq!(names, ["acme_server.web", "acme_server.late"]);
    assert_eq!(outline[0].children[0].name, "disk");
}

#[test]
fn calls() {
    let of = |marked: &str| ask(marked, signature).map(|s| (s.label, s.active));
    assert_eq!(
        of(&server("  name = join(\",\", |")),
        Some(("join(separator, lists...)".to_owned(), Some(1)))
    );
    assert_eq!(
        of(&server("  name = join(\",\", a, [b, |], c)")),
        Some(("join(separator, lists...)".to_owned(), Some(2 - 1)))
    );
    assert_eq!(of(&server("  name = upper(1, |)")), Some(("upper(str)".to_owned(), None)));
    assert_eq!(of(&server("  name = \"x|\"")), None);
}

#[test]
fn fields_of_forms() {
    let mut files = Files::default();
    files.insert("other.tf", OTHER).unwrap();
    files.insert("main.tf", server("  name = 1\n  rules = []")).unwrap();
    let saved = Document::parse(&files).unwrap();
    let (schemas, indexes) = (schemas(), indexes());
    for (path, typed, wanted) in [
        ("network_id", "acme", "acme_network.main.id"),
        ("rules[0].port", "", "var.size"),
        ("name", "var.se", "settings"),
    ] {
        let made = field(&saved, "acme_server.web", &path.parse().unwrap(), typed).unwrap();
        let document = mend(&saved, &made.file, &made.text.as_str().into(), made.span.end);
        let workspace = Workspace { document: &document, schemas: &schemas, indexes: &indexes, used: 1 };
        let found = complete(&workspace, Spot { file: &made.file, text: &made.text, offset: made.span.end });
        assert_eq!(found.items[0].label, wanted, "{path}");
        assert!(found.items[0].span.end == made.span.end);
    }
    assert!(field(&saved, "acme_server.none", &"name".parse().unwrap(), "").is_none());
}
