//! A rename leaves Terraform with the same plan, but for the name.

use std::path::{Path, PathBuf};

use cloudoven::blueprint::{Document, Edit, Schemas};
use cloudoven_tests::exactness::terraform;
use serde_json::Value as Json;

use super::{documents, edit};

/// No example has this name.
const NEW: &str = "quite_another";

/// Every element of the demo provider's examples.
#[test]
fn a_rename_changes_nothing_in_the_plan() {
    let folder = initialised();
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("provider/examples");
    let mut renamed = 0;
    // The others look up what is not there, or are parts of these.
    for example in ["network.tf", "server.tf", "database.tf"] {
        let text = std::fs::read_to_string(examples.join(example)).unwrap();
        let output = "\nlocals {\n  all = \"${var.admin_password}-%{ if true }${length(demo_network.example.id)}%{ endif }\"\n}\n\n\
            output \"all\" {\n  value      = { (local.all) = demo_network.example.*.name }\n  sensitive  = true\n  depends_on = [demo_network.example]\n}\n";
        let variable = "\nvariable \"admin_password\" {\n  type      = string\n  sensitive = true\n}\n";
        let variable = if text.contains("variable") { "" } else { variable };
        let before = documents(&[("main.tf", &format!("{text}{output}{variable}"))]);
        let expected = plan(folder.path(), &before);
        for element in before.elements() {
            let rename = Edit::RenameElement { element: element.address.clone(), name: NEW.to_owned() };
            let after = edit(&before, &Schemas::new(), &rename).document;
            let planned = plan(folder.path(), &after);
            assert_eq!(
                named(&planned, &element.name),
                named(&expected, &element.name),
                "{} of {example}",
                element.address
            );
            renamed += 1;
        }
    }
    assert!(renamed > 12, "{renamed}");
}

/// Where the demo provider is installed from, as an argument of `terraform init`.
pub(super) fn plugins() -> String {
    let default = concat!(env!("CARGO_MANIFEST_DIR"), "/../target/mirror");
    let mirror =
        PathBuf::from(std::env::var_os("CLOUDOVEN_PROVIDER_MIRROR").unwrap_or_else(|| default.into()));
    let mirror = mirror
        .canonicalize()
        .unwrap_or_else(|_| panic!("{} is missing: run `make mirror`", mirror.display()));
    format!("-plugin-dir={}", mirror.display())
}

/// A folder with the demo provider installed.
pub(super) fn initialised() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let provider = "terraform {\n  required_providers {\n    demo = {\n      source = \"registry.cloudoven.dev/cloudoven/demo\"\n    }\n  }\n}\n";
    std::fs::write(folder.path().join("providers.tf"), provider).unwrap();
    let done = terraform(folder.path(), &["init", "-no-color", &plugins()]);
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    folder
}

fn plan(folder: &Path, document: &Document) -> Json {
    std::fs::write(folder.join("main.tf"), document.text("main.tf").unwrap().as_bytes()).unwrap();
    // The variable may have either name: Terraform takes one that is not declared from the environment only.
    std::fs::write(
        folder.join("terraform.tfvars"),
        format!("admin_password = \"secret\"\n{NEW} = \"secret\"\n"),
    )
    .unwrap();
    let planned = terraform(folder, &["plan", "-input=false", "-no-color", "-out=plan"]);
    assert!(planned.status.success(), "{}", String::from_utf8_lossy(&planned.stderr));
    let shown = terraform(folder, &["show", "-json", "plan"]);
    serde_json::from_slice(&shown.stdout).unwrap()
}

/// What is planned, by the element's old name; sorted, since Terraform sorts by name.
fn named(plan: &Json, name: &str) -> Vec<String> {
    let changes = plan["resource_changes"].as_array().into_iter().flatten().map(Json::to_string);
    let outputs = plan["output_changes"].as_object().into_iter().flatten();
    let outputs = outputs.map(|(output, change)| format!("{output}: {change}"));
    let mut planned: Vec<String> = changes.chain(outputs).map(|text| text.replace(NEW, name)).collect();
    planned.sort();
    planned
}
