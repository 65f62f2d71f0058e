//! How long the designer's steps take: the form of the largest element of each bundle, and an edit round trip on a
//! blueprint of 200 resources. Prints medians, and how each compares with the limit that was set for it.
//!
//! Reads the bundles from `CLOUDOVEN_TEST_BUNDLES`. `cargo bench -p cloudoven-tests --bench designer`

use std::{
    hint::black_box,
    sync::Arc,
    time::{Duration, Instant},
};

use cloudoven::blueprint::{
    Document, Edit, ElementKind, Files, Path as Argument, Schemas, Value, apply, check, form, suggest,
};
use cloudoven_crawler::{
    catalog::{self, Block, Kind},
    crawl,
    source::{self, Limits},
};

const FORM_LIMIT: Duration = Duration::from_millis(50);
const EDIT_LIMIT: Duration = Duration::from_millis(30);

fn main() -> anyhow::Result<()> {
    let Some(bundles) = provider_corpus::bundles("designer") else { return Ok(()) };
    println!("{:<60} {:>10} {:>8}", "step", "median", "of limit");
    for archive in provider_corpus::archives(&bundles)? {
        for provider in source::read(&archive, Limits::default())? {
            let built = crawl::build(&provider)?;
            let documents =
                built.documents.iter().map(|(_, json)| serde_json::from_slice(json).map(Arc::new));
            let documents: Vec<Arc<catalog::Document>> = documents.collect::<Result<_, _>>()?;
            largest_form(&documents)?;
            if documents.len() > 500 {
                round_trip(&documents)?;
            }
        }
    }
    Ok(())
}

/// How many arguments and blocks there are at any depth.
fn size(block: &Block) -> usize {
    block.attributes.len() + block.blocks.values().map(|b| 1 + size(&b.block)).sum::<usize>()
}

fn largest_form(documents: &[Arc<catalog::Document>]) -> anyhow::Result<()> {
    let resources = documents.iter().filter(|d| d.kind == Kind::Resource);
    let Some(largest) = resources.max_by_key(|d| size(&d.block)) else { return Ok(()) };
    let mut schemas = Schemas::new();
    schemas.add(largest.clone());
    let document = add(&empty(), &schemas, &largest.name)?;
    let address = format!("{}.main", largest.name);
    let title = format!("form {} ({} arguments and blocks)", largest.name, size(&largest.block));
    measure(&title, FORM_LIMIT, || {
        serde_json::to_vec(&form(&document, &address, &schemas)).map(|json| json.len())
    });
    Ok(())
}

/// 200 resources of different types, then what one key press in the form costs.
fn round_trip(documents: &[Arc<catalog::Document>]) -> anyhow::Result<()> {
    let resources = documents.iter().filter(|d| d.kind == Kind::Resource);
    let chosen: Vec<_> = resources.step_by((documents.len() / 420).max(1)).take(200).collect();
    let mut schemas = Schemas::new();
    let mut document = empty();
    for page in &chosen {
        schemas.add((*page).clone());
        document = add(&document, &schemas, &page.name)?;
    }
    let address = format!("{}.main", chosen[100].name);
    let path: Argument = "name".parse().map_err(anyhow::Error::msg)?;
    let set =
        Edit::Set { element: address.clone(), path: path.clone(), value: Value::literal(&"a new name")? };
    let files = document.to_files();
    let count = chosen.len();
    measure(&format!("edit, form and check, {count} resources"), EDIT_LIMIT, || {
        let parsed = Document::parse(&files).map_err(|faults| faults.len());
        let applied = parsed.ok().and_then(|parsed| apply(&parsed, &set, &schemas).ok());
        applied.map(|a| (form(&a.document, &address, &schemas), check(&a.document, &schemas).len()))
    });
    measure("  of which reading all files", EDIT_LIMIT, || Document::parse(&files).is_ok());
    measure("  of which the edit", EDIT_LIMIT, || apply(&document, &set, &schemas).is_ok());
    measure("  of which the form", EDIT_LIMIT, || form(&document, &address, &schemas).is_some());
    measure("  of which the check", EDIT_LIMIT, || check(&document, &schemas).len());
    measure("completion", EDIT_LIMIT, || suggest(&document, &schemas, &address, &path, "").len());
    Ok(())
}

fn empty() -> Document {
    Document::parse(&Files::canonical()).unwrap_or_default()
}

fn add(document: &Document, schemas: &Schemas, ty: &str) -> anyhow::Result<Document> {
    let kind = ElementKind::Resource;
    let add = Edit::AddElement { kind, ty: Some(ty.to_owned()), name: None, file: None };
    Ok(apply(document, &add, schemas)?.document)
}

fn measure<T>(title: &str, limit: Duration, mut step: impl FnMut() -> T) {
    let mut times: Vec<Duration> = (0..31)
        .map(|_| {
            let start = Instant::now();
            black_box(step());
            start.elapsed()
        })
        .collect();
    times.sort();
    let median = times[times.len() / 2];
    let share = median.as_secs_f64() / limit.as_secs_f64() * 100.0;
    println!("{title:<60} {:>7.2} ms {share:>6.0} %", median.as_secs_f64() * 1e3);
}
