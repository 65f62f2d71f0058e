//! What is read of a page as a whole, and which page is about what.

use std::collections::BTreeMap;

use cloudoven_crawler::{
    catalog::{Function, Kind, Parameter, Type},
    docs::{self, Pages, Unbound, page},
    source::PageText,
};

use crate::shapes::block_of;

fn pages(texts: &[(&str, &str)]) -> Pages {
    let texts: BTreeMap<_, _> =
        texts.iter().map(|(path, text)| ((*path).to_owned(), PageText::markdown(*text))).collect();
    Pages::read(&texts)
}

#[test]
fn the_page_itself_is_read() {
    let text = "---\nsubcategory: \"Compute\"\npage_title: x\ndescription: |-\n  Manages a server. And more.\n---\n\n# cloud_server\n\nManages a `server`.\n\n~> Beware.\n\n## Example Usage\n\n```hcl\na = 1\n```\n\n### With Disks\n\n```terraform\nb = 2\n```\n\n```json\n{}\n```\n\n## Import\n\nBy ID:\n\n```shell\nterraform import x y\n```\n";
    let page = page::read("resources/server.md", &PageText::markdown(text));
    assert_eq!((&*page.subcategory, &*page.summary), ("Compute", "Manages a server."));
    assert_eq!(page.description, "Manages a `server`.\n\n~> Beware.");
    let examples: Vec<_> = page.examples.iter().map(|e| (e.title.as_str(), e.code.as_str())).collect();
    assert_eq!(examples, [("", "a = 1"), ("With Disks", "b = 2")]);
    assert_eq!(page.import.text, "By ID:\n\n```shell\nterraform import x y\n```");
    assert_eq!(page.mentions, ["cloud_server"]);
}

#[test]
fn pages_are_found_by_path_title_and_heading() {
    let pages = pages(&[
        ("resources/cloud_server.md", "# Servers"),
        ("resources/disk.html.markdown", "# Disks"),
        ("resources/rules.md", "---\npage_title: \"Cloud: cloud_rule_a, cloud_rule_b\"\n---\n\n# Rules"),
        ("data-sources/other.md", "# Data Source: cloud_image"),
        ("index.md", "# Cloud"),
        ("guides/upgrade.md", "# cloud_server"),
    ]);
    for (kind, name, path) in [
        (Kind::Resource, "cloud_server", "resources/cloud_server.md"),
        (Kind::Resource, "cloud_disk", "resources/disk.html.markdown"),
        (Kind::Resource, "cloud_rule_b", "resources/rules.md"),
        (Kind::DataSource, "cloud_image", "data-sources/other.md"),
        (Kind::Provider, "cloud", "index.md"),
    ] {
        assert_eq!(pages.of(kind, name).map(|page| page.path.as_str()), Some(path), "{name}");
    }
    assert!(pages.of(Kind::Resource, "cloud_image").is_none());
    let unmatched = pages.unmatched([(Kind::Resource, "cloud_server"), (Kind::Provider, "cloud")]);
    let paths: Vec<_> = unmatched.iter().map(|page| page.path.as_str()).collect();
    assert_eq!(paths, ["data-sources/other.md", "resources/disk.html.markdown", "resources/rules.md"]);
}

#[test]
fn what_the_schema_lacks_is_told() {
    let page = "# cloud_server\n\n## Example\n\n* `no` - x\n\n## Argument Reference\n\n* `name`, `alias` - The name.\n* `mode` - One of:\n    * `fast` - x\n* `disk` - A disk.\n\nThe `disk` block supports:\n\n* `size` - The size.\n* `speed` - The speed.\n\n## Attributes Reference\n\n* `arn` - The ARN.\n";
    let mut block = block_of(&["name", "mode", "disk/size"]);
    let unbound = docs::document(&mut block, &page::read("resources/server.md", &PageText::markdown(page)));
    let found: Vec<_> = unbound.iter().map(|Unbound { section, name }| (&**section, &**name)).collect();
    assert_eq!(
        found,
        [
            ("Argument Reference", "alias"),
            ("The disk block supports:", "speed"),
            ("Attributes Reference", "arn")
        ]
    );
}

#[test]
fn attributes_inside_objects_are_documented() {
    let page = "# cloud_server\n\n## Attributes Reference\n\n* `disks` - The disks.\n    * `size` - The size.\n    * `keys` - The keys.\n\nThe `keys` object exports:\n\n* `id` - The key's ID.\n";
    let mut block = block_of(&["-disks"]);
    let disks = block.attributes.get_mut("disks").unwrap();
    disks.ty = serde_json::from_str(
        r#"["list",["object",{"size":"number","keys":["map",["object",{"id":"string"}]]}]]"#,
    )
    .unwrap();
    docs::document(&mut block, &page::read("resources/server.md", &PageText::markdown(page)));
    let disks = &block.attributes["disks"];
    assert_eq!((&*disks.docs.text, &*disks.fields["size"].docs.text), ("The disks.", "The size."));
    let keys = &disks.fields["keys"];
    assert_eq!((&*keys.docs.text, &*keys.fields["id"].docs.text), ("The keys.", "The key's ID."));
}

fn read(markdown: &str) -> docs::Page {
    page::read("resources/server.md", &PageText::markdown(markdown))
}

#[test]
fn import_commands_and_blocks() {
    let page = read(
        "# cloud_server\n\n## Import\n\nUse `terraform import` or a block:\n\n```terraform\nimport {\n  to = cloud_server.a\n  identity = {\n    id = \"1\"\n  }\n}\n```\n\n```console\n% terraform import cloud_server.a 1\n$ terraform import \\\n    cloud_server.b 2\n```\n\n* By name:\n\n        terraform import cloud_server.c three\n\nOr `terraform import cloud_server.d 4`.\n",
    );
    assert_eq!(
        page.import.commands,
        [
            "terraform import cloud_server.a 1",
            "terraform import cloud_server.b 2",
            "terraform import cloud_server.c three",
            "terraform import cloud_server.d 4"
        ]
    );
    assert_eq!(
        page.import.blocks,
        ["import {\n  to = cloud_server.a\n  identity = {\n    id = \"1\"\n  }\n}"]
    );
}

#[test]
fn timeouts_in_every_dialect() {
    for list in [
        "* `create` - (Defaults to 30 minutes) Used when creating.\n* `read` - Used when reading.",
        "* `create` - (Default `30 minutes`) How long.\n- `read` - How long",
        "The `timeouts` block allows you to specify timeouts:\n\n* `create` - (Optional) Default is 30 minutes.\n* `read` - (Optional)",
        "### Nested Schema for `timeouts`\n\nOptional:\n\n- `create` (String) Default: `30 minutes`.\n- `read` (String)",
    ] {
        let page =
            read(&format!("# cloud_server\n\n## Timeouts\n\n{list}\n\n## Import\n\n* `delete` - no\n"));
        let found: Vec<_> = page.timeouts.iter().map(|t| (&*t.operation, &*t.default)).collect();
        assert_eq!(found, [("create", "30 minutes"), ("read", "")], "{list}");
    }
}

#[test]
fn examples_have_titles() {
    let page = read(
        "# cloud_server\n\n## Example Usage - Basic\n\n```\nresource \"cloud_server\" \"a\" {}\n```\n\n```\n$ ls\n```\n\n## Usage\n\nWith a disk:\n\n```tf\nb = 2\n```\n\n### Many disks.\n\n```hcl\nc = 3\n```\n",
    );
    let found: Vec<_> = page.examples.iter().map(|e| (&*e.title, &*e.code)).collect();
    assert_eq!(
        found,
        [("Basic", "resource \"cloud_server\" \"a\" {}"), ("With a disk", "b = 2"), ("Many disks", "c = 3")]
    );
    let page =
        read("# cloud_server\n\nA server.\n\n```hcl\na = 1\n```\n\n## Arguments\n\n```hcl\nb = 2\n```\n");
    assert_eq!(page.examples.len(), 1, "a page without an example chapter");
}

#[test]
fn functions_have_described_parameters() {
    let page = page::read(
        "functions/join.md",
        &PageText::markdown(
            "# function: join\n\nJoins.\n\n## Example Usage\n\n```\nprovider::cloud::join(\"a\")\n```\n\n## Arguments\n\n1. `text` (String) The text.\n1. `more` (Variadic, String) More text.\n",
        ),
    );
    let parameter = |name: &str, description: &str| Parameter {
        name: name.into(),
        ty: Type::String,
        nullable: false,
        description: description.into(),
    };
    let mut function = Function {
        parameters: vec![parameter("text", "")],
        variadic: Some(parameter("more", "The schema's.")),
        return_type: Type::String,
    };
    docs::function(&mut function, &page);
    assert_eq!(function.parameters[0].description, "The text.");
    assert_eq!(function.variadic.unwrap().description, "The schema's.");
    assert_eq!(page.examples.len(), 1);
}

#[test]
fn pages_say_themselves_what_they_are_about() {
    let pages = pages(&[
        ("docs/providers/cloud/d/image/index.html", "# Image"),
        ("somewhere/image.md", "# cloud_image (Resource)"),
        (
            "somewhere/key.md",
            "# Resource: Keys\n\n## Example\n\n```hcl\nresource \"cloud_key\" \"a\" {}\n```\n",
        ),
        ("somewhere/intro.md", "# cloud_server"),
    ]);
    let found = |kind, name| pages.of(kind, name).map(|page| page.path.as_str());
    assert_eq!(found(Kind::DataSource, "cloud_image"), Some("docs/providers/cloud/d/image/index.html"));
    assert_eq!(found(Kind::Resource, "cloud_image"), Some("somewhere/image.md"));
    assert_eq!(found(Kind::Resource, "cloud_key"), Some("somewhere/key.md"));
    assert_eq!(found(Kind::Resource, "cloud_server"), None);
}

#[test]
fn pages_have_an_address_on_the_registry() {
    let url = |address: &str, kind, path| {
        let page = page::read(path, &PageText::markdown("# x"));
        docs::registry_url(&address.parse().unwrap(), "1.2.0", kind, &page)
    };
    let base = "https://registry.example.com/providers/acme/cloud/1.2.0/docs";
    let acme = "registry.example.com/acme/cloud";
    assert_eq!(url(acme, Kind::Resource, "r/server.html.markdown"), format!("{base}/resources/server"));
    assert_eq!(url(acme, Kind::DataSource, "data-sources/image.md"), format!("{base}/data-sources/image"));
    assert_eq!(url(acme, Kind::Provider, "index.md"), base);
    assert_eq!(url("terraform.io/builtin/terraform", Kind::Resource, "resources/data.md"), "");
}
