//! A sample of the facts that texts state, to be judged by a reader: random arguments whose text speaks of a default or
//! of values, chosen by a looser pattern than the extractor's own, so that what it misses shows. Timeouts are left out:
//! there are thousands, and all state their default in the same words.
//!
//! `cargo bench -p cloudoven-tests --bench facts_sample -- BUNDLE [COUNT [SEED]]`.

use std::path::PathBuf;

use anyhow::Context;
use cloudoven_crawler::{
    catalog::{Attribute, Block, Docs, Document},
    crawl,
    source::{self, Limits},
};

/// What a text says that may state a default or a set of values.
const HINTS: [&str; 16] = [
    "default",
    "valid",
    "possible",
    "allowed",
    "supported",
    "accepted",
    "acceptable",
    "available",
    "permitted",
    "one of",
    "either",
    "must be",
    "can be",
    "values",
    "options",
    "omitted",
];

/// An argument with the text that its facts were read from.
struct Row {
    place: String,
    docs: Docs,
}

fn main() -> anyhow::Result<()> {
    // `cargo bench` adds flags of its own.
    let arguments: Vec<String> = std::env::args().skip(1).filter(|a| !a.starts_with('-')).collect();
    let Some(bundle) = arguments.first().map(PathBuf::from) else {
        println!("facts_sample: not run, no bundle is named");
        return Ok(());
    };
    let number = |i: usize, default: u64| arguments.get(i).map_or(Ok(default), |a| a.parse());
    let (count, seed) = (number(1, 100)?, number(2, 1)?);
    for source in source::read(&bundle, Limits::default())? {
        let mut rows = Vec::new();
        for (_, json) in crawl::build(&source)?.documents {
            let document: Document = serde_json::from_slice(&json).context("a document is its own JSON")?;
            let place = format!("{}.{}", document.kind.keyword(), document.name);
            block(&place, &document.block, &mut rows);
        }
        println!("{} {}: {} arguments may state something", source.address, source.version, rows.len());
        let mut state = seed;
        for _ in 0..count.min(rows.len() as u64) {
            let row = rows.swap_remove(next(&mut state) as usize % rows.len());
            println!("\n{}\n  {}", row.place, row.docs.text.replace('\n', "\n  "));
            println!("  => default {:?}, allowed {:?}", row.docs.default, row.docs.allowed);
        }
    }
    Ok(())
}

fn block(place: &str, block: &Block, rows: &mut Vec<Row>) {
    for (name, inner) in &block.attributes {
        attribute(&format!("{place}.{name}"), inner, rows);
    }
    for (name, nested) in block.blocks.iter().filter(|(name, _)| *name != "timeouts") {
        self::block(&format!("{place}.{name}"), &nested.block, rows);
    }
}

fn attribute(place: &str, attribute: &Attribute, rows: &mut Vec<Row>) {
    let text = attribute.docs.text.to_lowercase();
    if attribute.is_settable() && HINTS.iter().any(|hint| text.contains(hint)) {
        rows.push(Row { place: place.to_owned(), docs: attribute.docs.clone() });
    }
    for (name, inner) in attribute.nested.iter().flat_map(|nested| &nested.attributes) {
        self::attribute(&format!("{place}.{name}"), inner, rows);
    }
}

/// SplitMix64: the same seed gives the same sample.
fn next(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let mut mixed = *state;
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^ (mixed >> 31)
}
