//! Any page, markdown or HTML, against a schema that has all there is: the first byte says which of the two it is.

#![no_main]

use std::collections::BTreeMap;

use cloudoven_crawler::{
    crawl,
    source::{PageFormat, PageText, ProviderSource},
};
use libfuzzer_sys::{Corpus, fuzz_target};

const SCHEMA: &str = include_str!("../schema.json");

fuzz_target!(|bytes: &[u8]| -> Corpus {
    let Some((first, rest)) = bytes.split_first() else { return Corpus::Reject };
    // Sources refuse what is not UTF-8.
    let Ok(text) = std::str::from_utf8(rest) else { return Corpus::Reject };
    let (format, extension) =
        if *first == b'<' { (PageFormat::Html, "html") } else { (PageFormat::Markdown, "md") };
    let page = PageText { format, text: text.to_owned(), url: String::new() };
    let pages = BTreeMap::from([
        (format!("resources/server.{extension}"), page.clone()),
        (format!("index.{extension}"), page),
    ]);
    let source = ProviderSource {
        address: "registry.example.com/acme/cloud".parse().expect("it is an address"),
        version: "1.0.0".into(),
        place: "page".into(),
        schema: SCHEMA.into(),
        pages,
        problems: Vec::new(),
    };
    crawl::build(&source).expect("a page never keeps a provider out of the catalog");
    Corpus::Keep
});
