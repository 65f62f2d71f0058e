//! Edits of structure leave Terraform with nothing to do: what is applied stays as it is, under its new address.

use std::{collections::BTreeSet, path::Path};

use cloudoven::blueprint::{Document, Edit, Schemas, apply};
use cloudoven_tests::exactness::terraform;
use serde_json::Value as Json;

use super::{documents, edit, path, renames::initialised};

const PROVIDERS: &str = "terraform {\n  required_providers {\n    demo = {\n      source = \"registry.cloudoven.dev/cloudoven/demo\"\n    }\n  }\n}\n\n\
    provider \"demo\" {\n}\n\nprovider \"demo\" {\n  alias = \"west\"\n}\n";

const MAIN: &str = r#"# The network of all.
resource "demo_network" "main" {
  name = "${var.team}-main"
  cidr = local.cidr # the whole
}

locals {
  cidr  = "10.0.0.0/16"
  zones = ["a", "b", "c"]
  where = "${path.module}/here"
}

resource "demo_subnet" "each" {
  count      = length(local.zones)
  provider   = demo.west
  network_id = demo_network.main.id
  cidr       = "10.0.${count.index}.0/24"
  zone       = local.zones[count.index]
}

resource "demo_server" "web" {
  count          = length(local.zones)
  name           = "web${count.index}"
  subnet_id      = demo_subnet.each[count.index].id
  admin_password = var.admin_password

  # The root disk.
  disk {
    size_gb = 20 # enough
  }

  disk {
    size_gb = 200
    type    = "fast"
  } # for data

  dynamic "network_interface" {
    for_each = demo_subnet.each
    content {
      subnet_id = network_interface.value.id
      public    = network_interface.key == 0
    }
  }
}

resource "demo_bucket" "logs" {
  name       = "logs-${demo_server.web[0].name}"
  depends_on = [demo_subnet.each[1]]
}

variable "team" {
  type    = string
  default = "platform"
}

variable "admin_password" {
  type      = string
  sensitive = true
}

output "ids" {
  value = {
    first  = demo_subnet.each[0].id
    legacy = demo_subnet.each.1.id
    all    = demo_subnet.each[*].id
    old    = demo_subnet.each.*.id
    none   = try(demo_subnet.each[7].id, "none")
    loop   = [for i, s in demo_subnet.each : "${i}-${s.zone}"]
    count  = length(demo_subnet.each)
    where  = local.where
  }
}
"#;

fn example() -> Document {
    documents(&[("main.tf", MAIN), ("providers.tf", PROVIDERS)])
}

/// Applies the blueprint, edits it, and has Terraform plan again: nothing is made, changed or removed.
fn keeps(before: &Document, edits: &[Edit]) -> Document {
    let folder = initialised();
    write(folder.path(), &Document::default(), before);
    run(folder.path(), &["apply", "-auto-approve", "-input=false", "-no-color"]);
    let after = edits
        .iter()
        .fold(before.clone(), |document, change| edit(&document, &Schemas::new(), change).document);
    write(folder.path(), before, &after);
    run(folder.path(), &["init", "-no-color", "-input=false"]);
    run(folder.path(), &["fmt", "-check", "-recursive", "-diff", "-no-color"]);
    run(folder.path(), &["plan", "-input=false", "-no-color", "-out=tfplan"]);
    let shown = terraform(folder.path(), &["show", "-json", "tfplan"]);
    let plan: Json = serde_json::from_slice(&shown.stdout).unwrap();
    for change in plan["resource_changes"].as_array().into_iter().flatten() {
        assert_eq!(change["change"]["actions"], serde_json::json!(["no-op"]), "{edits:?}: {change}");
    }
    for (output, change) in plan["output_changes"].as_object().into_iter().flatten() {
        assert_eq!(change["actions"], serde_json::json!(["no-op"]), "{edits:?}: {output} {change}");
    }
    run(folder.path(), &["apply", "-input=false", "-no-color", "tfplan"]);
    run(folder.path(), &["plan", "-detailed-exitcode", "-input=false", "-no-color"]);
    after
}

fn write(folder: &Path, old: &Document, new: &Document) {
    for (file, _) in old.files() {
        std::fs::remove_file(folder.join(file)).unwrap();
    }
    for (file, text) in new.files() {
        let file = folder.join(file);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, text.as_bytes()).unwrap();
    }
    std::fs::write(folder.join("terraform.tfvars"), "admin_password = \"secret\"\n").unwrap();
}

#[track_caller]
fn run(folder: &Path, arguments: &[&str]) {
    let mut arguments = arguments.to_vec();
    let mirror = super::renames::plugins();
    if arguments[0] == "init" {
        arguments.push(&mirror);
    }
    let done = terraform(folder, &arguments);
    let said = [done.stdout, done.stderr].concat();
    assert!(done.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&said));
}

fn text(document: &Document, file: &str) -> String {
    document.text(file).unwrap_or_else(|| panic!("no {file}")).to_string()
}

#[test]
fn elements_move_between_files() {
    let move_to =
        |element: &str, file: &str| Edit::MoveElement { element: element.into(), file: file.into() };
    let edits = [
        move_to("demo_network.main", "network.tf"),
        move_to("local.zones", "locals.tf"),
        move_to("demo_server.web", "network.tf"),
        move_to("output.ids", "outputs.tf"),
        move_to("provider.demo.west", "main.tf"),
    ];
    let after = keeps(&example(), &edits);
    assert!(text(&after, "network.tf").starts_with("# The network of all.\nresource"));
    assert_eq!(text(&after, "locals.tf"), "locals {\n  zones = [\"a\", \"b\", \"c\"]\n}\n");
}

#[test]
fn values_get_names_and_lose_them() {
    let edits = [
        Edit::MakeLocal { element: "demo_server.web".into(), path: path("disk[0].size_gb"), name: None },
        Edit::MakeLocal {
            element: "output.ids".into(),
            path: path("value.loop"),
            name: Some("pairs".into()),
        },
        Edit::MakeVariable {
            element: "demo_server.web".into(),
            path: path("disk[1].type"),
            name: None,
            ty: None,
            description: Some("What the data is on.".into()),
            sensitive: None,
            validation: None,
        },
        Edit::InlineVariable { element: "var.team".into() },
    ];
    let after = keeps(&example(), &edits);
    let main = text(&after, "main.tf");
    for expected in [
        "name = \"platform-main\"",
        "size_gb = local.size_gb # enough",
        "type    = var.type",
        "    loop   = local.pairs\n",
        "  size_gb = 20\n",
    ] {
        assert!(main.contains(expected), "{expected} in {main}");
    }
    let back = keeps(&after, &[Edit::InlineVariable { element: "var.type".into() }]);
    assert!(text(&back, "main.tf").contains("type    = \"fast\""));
}

#[test]
fn blocks_become_dynamic() {
    let disks = Edit::MakeDynamic { element: "demo_server.web".into(), path: path("disk") };
    let after = keeps(&example(), &[disks]);
    let expected = r#"  dynamic "disk" {
    for_each = [
      # The root disk.
      {
        size_gb = 20 # enough
        type    = null
      },
      # for data
      {
        size_gb = 200
        type    = "fast"
      },
    ]

    content {
      size_gb = disk.value.size_gb
      type    = disk.value.type
    }
  }
"#;
    assert!(text(&after, "main.tf").contains(expected), "{}", text(&after, "main.tf"));
    let bucket =
        std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("provider/examples/bucket.tf"));
    let bucket = documents(&[("main.tf", &bucket.unwrap()), ("providers.tf", PROVIDERS)]);
    let transitions = Edit::MakeDynamic {
        element: "demo_bucket.example".into(),
        path: path("lifecycle_rule[0].transition"),
    };
    let rules = Edit::MakeDynamic { element: "demo_bucket.example".into(), path: path("lifecycle_rule") };
    let website = Edit::MakeDynamic { element: "demo_bucket.example".into(), path: path("website[0]") };
    keeps(&bucket, &[transitions, website]);
    keeps(&bucket, &[rules]);
}

#[test]
fn counted_things_get_keys() {
    let convert = |element: &str, keys: Option<&[&str]>| Edit::CountToForEach {
        element: element.into(),
        keys: keys.map(|keys| keys.iter().map(|key| (*key).to_owned()).collect()),
    };
    keeps(&example(), &[convert("demo_subnet.each", None)]);
    let after = keeps(
        &example(),
        &[
            convert("demo_subnet.each", Some(&["left", "middle", "a b"])),
            convert("demo_server.web", Some(&["0", "1", "2"])),
        ],
    );
    let main = text(&after, "main.tf");
    for expected in [
        "\"10.0.${each.value}.0/24\"",
        "demo_subnet.each[\"left\"].id",
        "depends_on = [demo_subnet.each[\"middle\"]]",
        "moved {\n  from = demo_subnet.each[2]\n  to   = demo_subnet.each[\"a b\"]\n}\n",
    ] {
        assert!(main.contains(expected), "{expected} in {main}");
    }
}

#[test]
fn counts_that_may_vary_are_refused() {
    for (count, others) in [
        ("var.n", "variable \"n\" {\n  default = 2\n}\n"),
        ("length(var.n)", "variable \"n\" {\n  default = [1, 2]\n}\n"),
        ("var.n ? 1 : 0", "variable \"n\" {\n  default = true\n}\n"),
        ("local.n", "locals {\n  n = var.n\n}\nvariable \"n\" {\n  default = 2\n}\n"),
        ("length(demo_network.b)", ""),
        ("local.n", "locals {\n  n = local.n\n}\n"),
        ("length(split(\",\", \"a,b\"))", ""),
        ("1000", ""),
        ("-1", ""),
        ("1.5", ""),
    ] {
        let code = format!("resource \"demo_network\" \"a\" {{\n  count = {count}\n}}\n{others}");
        let before = documents(&[("main.tf", &code)]);
        let change = Edit::CountToForEach { element: "demo_network.a".into(), keys: None };
        let refused = apply(&before, &change, &Schemas::new()).map(|_| ()).unwrap_err();
        assert!(!refused.message.is_empty(), "{count}");
    }
}

#[test]
fn elements_become_a_module() {
    let module = |elements: &[&str], name: &str| Edit::ExtractModule {
        elements: elements.iter().map(|element| (*element).to_owned()).collect(),
        name: name.into(),
    };
    let before = example();
    let addresses: Vec<String> = before
        .elements()
        .iter()
        .map(|e| e.address.clone())
        .filter(|a| a.starts_with("demo_") || a.starts_with("local."))
        .collect();
    // Each alone, all together, and some by chance.
    for address in &addresses {
        keeps(&before, &[module(&[address], "part")]);
    }
    let all: Vec<&str> = addresses.iter().map(String::as_str).collect();
    let after = keeps(&before, &[module(&all, "all")]);
    assert_eq!(after.elements().iter().filter(|e| e.address.starts_with("demo_")).count(), 0);
    assert!(text(&after, "modules/all/main.tf").contains("${path.root}/here"));
    let network = module(&["demo_network.main", "demo_subnet.each", "local.zones"], "network");
    let after = keeps(&before, &[network, module(&["demo_server.web", "module.network"], "outer")]);
    let files: BTreeSet<&str> = after.files().map(|(file, _)| file).collect();
    assert!(
        files.contains("modules/network/variables.tf") && files.contains("modules/outer/providers.tf"),
        "{files:?}"
    );
    assert!(text(&after, "modules/outer/main.tf").contains("source = \"../../modules/network\""));
}

#[test]
fn modules_that_would_mean_something_else_are_refused() {
    let before = documents(&[
        ("main.tf", MAIN),
        (
            "more.tf",
            "resource \"demo_bucket\" \"a\" {\n  name = demo_bucket.b.name\n}\n\nresource \"demo_bucket\" \"b\" {\n  name       = \"b\"\n  depends_on = [demo_bucket.c]\n}\n\n\
             resource \"demo_bucket\" \"c\" {\n  name = \"c\"\n\n  lifecycle {\n    replace_triggered_by = [demo_bucket.a]\n  }\n}\n\n\
             resource \"demo_bucket\" \"d\" {\n  name = demo_bucket.gone.name\n}\n",
        ),
        ("modules/taken/main.tf", ""),
    ]);
    for (elements, name) in [
        (vec![], "m"),
        (vec!["demo_network.none"], "m"),
        (vec!["var.team"], "m"),
        (vec!["output.ids"], "m"),
        (vec!["provider.demo"], "m"),
        (vec!["demo_network.main"], "taken"),
        (vec!["demo_network.main"], "../m"),
        (vec!["demo_network.main"], "a b"),
        (vec!["demo_network.main"], "nul"),
        (vec!["demo_bucket.a", "demo_bucket.c"], "waits"),
        (vec!["demo_bucket.c"], "triggers"),
        (vec!["demo_bucket.d"], "dangles"),
    ] {
        let change = Edit::ExtractModule {
            elements: elements.iter().map(|e| (*e).to_owned()).collect(),
            name: name.to_owned(),
        };
        assert!(apply(&before, &change, &Schemas::new()).is_err(), "{change:?}");
    }
}
