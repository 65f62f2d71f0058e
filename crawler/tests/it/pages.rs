//! What is read of a page as a whole, and which page is about what.

use std::collections::BTreeMap;

use cloudoven_crawler::{
    catalog::Kind,
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
