//! Any bytes as the output of `terraform providers schema -json`.

#![no_main]

use std::collections::BTreeMap;

use cloudoven_crawler::{
    crawl, schema,
    source::{PageText, ProviderSource},
};
use libfuzzer_sys::fuzz_target;

const SEED: &str = include_str!("../seeds/page/flags.md");

fuzz_target!(|bytes: &[u8]| {
    let Ok(providers) = schema::parse("schema", bytes) else { return };
    // The seeds of pages start with a byte that says what they are.
    let page = &SEED[1..];
    let pages: BTreeMap<String, PageText> = [("resources/server.md", page), ("index.md", page)]
        .map(|(path, text)| (path.into(), PageText::markdown(text)))
        .into();
    for provider in providers {
        let source = ProviderSource {
            address: provider.address.clone(),
            version: "1.0.0".into(),
            place: "schema".into(),
            schema: bytes.to_owned(),
            pages: pages.clone(),
            problems: Vec::new(),
        };
        let _ = crawl::build(&source);
    }
});
