//! Pages as large as a page may be, made of one thing repeated: what takes a second must not take hours.

use std::collections::BTreeMap;

use cloudoven_crawler::{
    crawl,
    source::{PageText, ProviderSource},
};

use crate::support::{SERVER, address, schema};

/// Bytes; the most that a bundle's page may have.
const SIZE: usize = 4 << 20;

/// Reads a page that starts with `start` and goes on with `again`.
fn read(start: &str, again: &str) {
    let text = start.to_owned() + &again.repeat((SIZE - start.len()) / again.len());
    let source = ProviderSource {
        address: address(),
        version: "1.2.0".into(),
        place: "page".into(),
        schema: schema(SERVER).into_bytes(),
        pages: BTreeMap::from([("resources/server.md".to_owned(), PageText::markdown(text))]),
        problems: Vec::new(),
    };
    let read = crawl::build(&source).unwrap();
    assert!(read.documents.iter().any(|(entry, _)| entry.name == "cloud_server"));
}

#[test]
fn an_item_of_many_names() {
    read("* ", "`name`, ");
}

#[test]
fn a_text_of_many_requirements() {
    read("* `name` - ", "(Required) x. `name` - ");
}
