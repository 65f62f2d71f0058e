//! References mined from examples.

use std::collections::BTreeMap;

use cloudoven_crawler::{
    catalog::{Kind, Reference},
    docs::{Pages, examples::References},
    source::PageText,
};

use crate::shapes::block_of;

/// The references of `cloud_server` at `path`, as `target.attribute*count`.
fn mined(code: &str, path: &str) -> Vec<String> {
    let page = format!("# cloud_server\n\n## Example Usage\n\n```hcl\n{code}\n```\n");
    let pages = Pages::read(&BTreeMap::from([("resources/server.md".to_owned(), PageText::markdown(page))]));
    let mut block = block_of(&[path]);
    References::mine(&pages).attach(Kind::Resource, "cloud_server", &mut block);
    let mut at = &block;
    let (way, name) = path.rsplit_once('/').unwrap_or(("", path));
    for part in way.split('/').filter(|part| !part.is_empty()) {
        at = &at.blocks[part].block;
    }
    let show = |r: &Reference| format!("{}.{}.{}*{}", r.kind.keyword(), r.target, r.attribute, r.count);
    at.attributes[name].docs.references.iter().map(show).collect()
}

#[test]
fn values_that_are_only_a_reference_count() {
    for (value, expected) in [
        ("cloud_network.main.id", "resource.cloud_network.id*1"),
        ("data.cloud_network.main.id", "data.cloud_network.id*1"),
        ("cloud_network.main[0].id", "resource.cloud_network.id*1"),
        ("cloud_network.main[*].id", "resource.cloud_network.id*1"),
        ("cloud_network.main.disk[0].id", "resource.cloud_network.disk*1"),
        ("\"${cloud_network.main.id}\"", "resource.cloud_network.id*1"),
        ("[cloud_network.a.id, cloud_network.b.id]", "resource.cloud_network.id*2"),
        ("(cloud_network.main.id)", "resource.cloud_network.id*1"),
    ] {
        let code = format!("resource \"cloud_server\" \"a\" {{\n  network = {value}\n}}");
        assert_eq!(mined(&code, "network"), [expected], "{value}");
    }
}

#[test]
fn other_values_do_not() {
    for value in [
        "var.network.id.x",
        "local.a.b.c",
        "\"a-${cloud_network.main.id}\"",
        "upper(cloud_network.main.id)",
        "cloud_network.main",
        "each.value.id",
        "module.a.b",
    ] {
        let code = format!("resource \"cloud_server\" \"a\" {{\n  network = {value}\n}}");
        assert!(mined(&code, "network").is_empty(), "{value}");
    }
}

#[test]
fn nested_blocks_and_objects_count_by_path() {
    let code = "resource \"cloud_server\" \"a\" {\n  disk {\n    key {\n      id = cloud_key.a.id\n    }\n  }\n  dynamic \"disk\" {\n    for_each = []\n    content {\n      key {\n        id = cloud_key.b.id\n      }\n    }\n  }\n}";
    assert_eq!(mined(code, "disk/key/id"), ["resource.cloud_key.id*2"]);
}

#[test]
fn the_most_frequent_come_first_and_few_are_kept() {
    let server =
        |i: usize, value: &str| format!("resource \"cloud_server\" \"s{i}\" {{\n  network = {value}\n}}\n");
    let code: String = (0..8).map(|i| server(i, &format!("cloud_network{i}_x.a.id"))).collect();
    let code = code + &server(9, "cloud_network7_x.b.id");
    let found = mined(&code, "network");
    assert_eq!(found.len(), 5);
    assert_eq!(found[0], "resource.cloud_network7_x.id*2");
}

#[test]
fn what_does_not_parse_is_passed_over() {
    assert!(mined("resource \"cloud_server\" \"a\" {\n  ...\n}", "network").is_empty());
    let huge = format!(
        "resource \"cloud_server\" \"a\" {{\n  network = cloud_network.a.id\n  x = {{\n{}  }}\n}}",
        "    k = 1\n".repeat(100_000)
    );
    assert!(mined(&huge, "network").is_empty());
}
