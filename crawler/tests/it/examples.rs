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
        ("cloud_network.main.disk[1].id", "resource.cloud_network.disk[0].id*1"),
        ("cloud_network.main.disk.1.id", "resource.cloud_network.disk[0].id*1"),
        ("cloud_network.main.zones[2]", "resource.cloud_network.zones[0]*1"),
        ("cloud_network.main.disk[*].id", "resource.cloud_network.disk[*].id*1"),
        ("cloud_network.main.*.id", "resource.cloud_network.id*1"),
        ("cloud_network.main[\"a\"].id", "resource.cloud_network.id*1"),
        ("element(cloud_network.main[*].id, cloud_zone.a.index)", "resource.cloud_network.id*1"),
        ("one(cloud_network.main[*].id)", "resource.cloud_network.id*1"),
        ("var.own ? cloud_network.main.id : var.network", "resource.cloud_network.id*1"),
        ("[for n in cloud_network.main : n.id]", "resource.cloud_network.id*1"),
        ("[for i in cloud_network.main[*].id : i]", "resource.cloud_network.id*1"),
        ("values(cloud_network.main)[*].id", "resource.cloud_network.id*1"),
        ("concat([cloud_network.main.id], var.networks)", "resource.cloud_network.id*1"),
        ("local.network", "resource.cloud_network.id*1"),
        ("local.again", "resource.cloud_network.id*1"),
        ("each.value.id", "resource.cloud_zone.id*1"),
        ("\"${cloud_network.main.id}\"", "resource.cloud_network.id*1"),
        ("[cloud_network.a.id, cloud_network.b.id]", "resource.cloud_network.id*2"),
        ("(cloud_network.main.id)", "resource.cloud_network.id*1"),
    ] {
        let code = format!(
            "locals {{\n  network = cloud_network.main.id\n  again = local.network\n}}\n\
             resource \"cloud_server\" \"a\" {{\n  for_each = cloud_zone.all\n  network = {value}\n}}"
        );
        assert_eq!(mined(&code, "network"), [expected], "{value}");
    }
}

#[test]
fn other_values_do_not() {
    let locals = "locals {\n  loop = local.pool\n  pool = local.loop\n}\n";
    for value in [
        "var.network.id.x",
        "local.a.b.c",
        "\"a-${cloud_network.main.id}\"",
        "upper(cloud_network.main.id)",
        "cloud_network.main",
        "each.value.id",
        "module.a.b",
        "local.loop",
        "[for n in var.networks : n.id]",
        "length(cloud_network.main.ids)",
        "cloud_network.main.id == \"a\"",
    ] {
        let code = format!("{locals}resource \"cloud_server\" \"a\" {{\n  network = {value}\n}}");
        assert!(mined(&code, "network").is_empty(), "{value}");
    }
}

#[test]
fn nested_blocks_and_objects_count_by_path() {
    let code = "resource \"cloud_server\" \"a\" {\n  disk {\n    key {\n      id = cloud_key.a.id\n    }\n  }\n  dynamic \"disk\" {\n    for_each = []\n    content {\n      key {\n        id = cloud_key.b.id\n      }\n    }\n  }\n}";
    assert_eq!(mined(code, "disk/key/id"), ["resource.cloud_key.id*2"]);
}

#[test]
fn blocks_of_a_dynamic_block_know_their_element() {
    let code = "resource \"cloud_server\" \"a\" {\n  dynamic \"disk\" {\n    for_each = cloud_disk.all\n    content {\n      id = disk.value.id\n    }\n  }\n}";
    assert_eq!(mined(code, "disk/id"), ["resource.cloud_disk.id*1"]);
}

#[test]
fn uses_are_the_reverse() {
    let code = "resource \"cloud_server\" \"a\" {\n  network = cloud_network.a.id\n  disk {\n    network = cloud_network.a.id\n  }\n}\nresource \"cloud_server\" \"b\" {\n  network = cloud_network.a.id\n}\n";
    let page = format!("# cloud_server\n\n## Example Usage\n\n```hcl\n{code}\n```\n");
    let pages = Pages::read(&BTreeMap::from([("resources/server.md".to_owned(), PageText::markdown(page))]));
    let references = References::mine(&pages);
    let uses = references.uses().of(Kind::Resource, "cloud_network");
    let shown: Vec<_> =
        uses.iter().map(|u| format!("{}.{}={}*{}", u.name, u.argument, u.attribute, u.count)).collect();
    assert_eq!(shown, ["cloud_server.network=id*2", "cloud_server.disk.network=id*1"]);
    let own = [(Kind::Resource, "cloud_server".to_owned()), (Kind::Resource, "cloud_network".to_owned())];
    assert_eq!(references.mentions(own.into_iter()).mentions, []);
    // The network is another provider's: what is said of it is told to that provider.
    let own = [(Kind::Resource, "cloud_server".to_owned())];
    assert_eq!(references.mentions(own.into_iter()).mentions.len(), 2);
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
fn what_parses_of_an_example_counts() {
    let good = "resource \"cloud_server\" \"a\" {\n  network = cloud_network.a.id\n}\n";
    for code in [
        "resource \"cloud_server\" \"a\" {\n  network = cloud_network.a.id\n  ...\n}".to_owned(),
        "resource \"cloud_server\" \"a\" {\n  network = cloud_network.a.id\n  # ...\n  …\n}".to_owned(),
        format!(
            "resource \"cloud_zone\" \"a\" {{\n  name = <your name>\n}}\n\n{good}\nmodule x {{\n  = \n}}\n"
        ),
    ] {
        assert_eq!(mined(&code, "network"), ["resource.cloud_network.id*1"], "{code}");
    }
}

#[test]
fn what_does_not_parse_is_passed_over() {
    assert!(mined("resource \"cloud_server\" \"a\" {\n  network = <id>\n}", "network").is_empty());
    let huge = format!(
        "resource \"cloud_server\" \"a\" {{\n  network = cloud_network.a.id\n  x = {{\n{}  }}\n}}",
        "    k = 1\n".repeat(100_000)
    );
    assert!(mined(&huge, "network").is_empty());
}
