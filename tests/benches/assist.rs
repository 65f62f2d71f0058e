//! Completion while somebody types into a blueprint of 400 resources, unsaved: mending the document included. Prints the
//! median and the slowest of a hundred, and how the latter compares with its limit. The provider is the one with the most
//! elements among the bundles.
//!
//! Reads the bundles from `CLOUDOVEN_TEST_BUNDLES`. `cargo bench -p cloudoven-tests --bench assist`

use std::{
    hint::black_box,
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::Context as _;
use cloudoven::blueprint::{
    Document, Files, Schemas,
    assist::{self, Spot, Workspace},
};
use cloudoven_crawler::{
    catalog::{self, Entry, Index, Kind},
    crawl,
    source::{self, Limits},
};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const RESOURCES: usize = 400;
const LIMIT: Duration = Duration::from_millis(5);

fn main() -> anyhow::Result<()> {
    let Some(bundles) = provider_corpus::bundles("assist") else { return Ok(()) };
    let mut largest: Option<(Vec<Arc<catalog::Document>>, Index)> = None;
    for archive in provider_corpus::archives(&bundles)? {
        for provider in source::read(&archive, Limits::default())? {
            let built = crawl::build(&provider)?;
            if largest.as_ref().is_some_and(|(_, index)| index.elements.len() >= built.documents.len()) {
                continue;
            }
            let documents =
                built.documents.iter().map(|(_, json)| serde_json::from_slice(json).map(Arc::new));
            let documents = documents.collect::<Result<_, _>>()?;
            let elements: Vec<Entry> = built.documents.iter().map(|(entry, _)| entry.clone()).collect();
            let (provider, version, digest) = (built.address, built.version, String::new());
            largest = Some((documents, Index { format: 1, provider, version, digest, elements }));
        }
    }
    let (documents, index) = largest.context("there is a bundle")?;
    measure_all(&documents, index)
}

fn measure_all(documents: &[Arc<catalog::Document>], index: Index) -> anyhow::Result<()> {
    let mut schemas = Schemas::new();
    let resources: Vec<_> = documents
        .iter()
        .filter(|d| d.kind == Kind::Resource && d.block.attributes.len() > 8)
        .take(40)
        .collect();
    for document in &resources {
        schemas.add(Arc::clone(document));
    }
    let mut files = Files::default();
    for file in 0..4 {
        let text: String =
            (0..RESOURCES / 4).map(|i| resource(&resources, file * RESOURCES / 4 + i)).collect();
        files.insert(&format!("f{file}.tf"), text)?;
    }
    files.insert(
        "variables.tf",
        "variable \"size\" {\n  type = number\n}\nlocals {\n  names = { a = { b = 1 } }\n}\n",
    )?;
    let document = Document::parse(&files).ok().context("the text is HCL")?;
    let indexes = vec![Arc::new(index)];
    let saved = files.get("f1.tf").context("a file")?.to_string();
    let last = saved.rfind("\n  x_").context("an argument")?;
    println!(
        "{} resources of {} types; {:<28} {:>10} {:>10} {:>10}",
        RESOURCES,
        resources.len(),
        "place",
        "median",
        "p99",
        "limit"
    );
    for typed in [
        "",
        "na",
        "x = ",
        "x = va",
        "x = var.",
        "x = \"${local.names.a.",
        "x = [for k, v in local.names : v.",
    ] {
        let text: Arc<str> = format!("{}\n  {typed}{}", &saved[..last], &saved[last..]).into();
        let offset = last + 3 + typed.len();
        measure(typed, || {
            let mended = assist::mend(&document, "f1.tf", &text, offset);
            let workspace = Workspace { document: &mended, schemas: &schemas, indexes: &indexes, used: 1 };
            assist::complete(&workspace, Spot { file: "f1.tf", text: &text, offset }).items.len()
        });
    }
    let text: Arc<str> = format!("{saved}\nresource \"net").into();
    measure("resource \"net", || {
        let mended = assist::mend(&document, "f1.tf", &text, text.len());
        let workspace = Workspace { document: &mended, schemas: &schemas, indexes: &indexes, used: 1 };
        assist::complete(&workspace, Spot { file: "f1.tf", text: &text, offset: text.len() }).items.len()
    });
    Ok(())
}

/// A resource of about 300 bytes.
fn resource(types: &[&Arc<catalog::Document>], i: usize) -> String {
    let ty = &types[i % types.len()].name;
    let attributes = types[i % types.len()].block.attributes.iter().filter(|(_, a)| a.is_settable()).take(6);
    let lines: String = attributes.map(|(name, _)| format!("  {name} = \"value-{i}\"\n")).collect();
    format!("resource \"{ty}\" \"r{i}\" {{\n{lines}  x_{i} = \"${{var.size}}\"\n}}\n\n")
}

fn measure(place: &str, mut step: impl FnMut() -> usize) {
    let mut times: Vec<Duration> = (0..100)
        .map(|_| {
            let start = Instant::now();
            black_box(step());
            start.elapsed()
        })
        .collect();
    times.sort();
    let ms = |time: Duration| time.as_secs_f64() * 1e3;
    println!("{place:<60} {:>7.2} ms {:>7.2} ms {:>7.2} ms", ms(times[50]), ms(times[98]), ms(LIMIT));
}
