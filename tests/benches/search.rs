//! Search over every bundle's catalog: time per query, time to load what it needs, and how much memory that takes.
//!
//! `cargo bench -p cloudoven-tests --bench search`, with the bundles in `CLOUDOVEN_TEST_BUNDLES` (default `../shared/providers`). The
//! queries are the judged ones, each also cut at every length, as while typing, and with each letter left out.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use anyhow::Context as _;
use cloudoven::{
    blob::Blobs,
    catalog::{Catalogs, search::Request},
};
use cloudoven_crawler::{
    catalog::{Catalog, open_store},
    search,
};
use cloudoven_tests::search::{JUDGED, answered, import_bundles};

/// How often each query is asked.
const ROUNDS: usize = 5;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    // Loads a catalog that is there: a process of its own, whose memory holds nothing else.
    if let Some(directory) = std::env::var_os("CLOUDOVEN_BENCH_CATALOG") {
        return measure(Path::new(&directory)).await;
    }
    let Some(bundles) = provider_corpus::bundles("search") else { return Ok(()) };
    let directory = tempfile::tempdir()?;
    let catalog = Catalog::open(open_store(&directory.path().display().to_string())?);
    import_bundles(&bundles, &catalog).await?;
    sizes(&catalog).await?;
    let mut child = tokio::process::Command::new(std::env::current_exe()?);
    let status = child.env("CLOUDOVEN_BENCH_CATALOG", directory.path()).status().await?;
    anyhow::ensure!(status.success(), "the measuring process failed");
    Ok(())
}

/// What search objects take in storage.
async fn sizes(catalog: &Catalog) -> anyhow::Result<()> {
    let (mut all, mut newest) = (0, 0);
    for address in catalog.list_providers().await? {
        for (i, version) in catalog.versions(&address).await?.versions.iter().enumerate() {
            let bytes = catalog.extra_bytes(&address, &version.version, search::FILE).await?;
            let length = bytes.context("a version has a search object")?.len();
            all += length;
            newest += if i == 0 { length } else { 0 };
        }
    }
    println!("objects in storage   {:>8.1} MB, of the newest versions {:.1} MB", mb(all), mb(newest));
    Ok(())
}

async fn measure(directory: &Path) -> anyhow::Result<()> {
    let catalogs = Catalogs::load(&Blobs::open(&directory.display().to_string())?).await?;
    let before = resident()?;
    let started = Instant::now();
    ask(&catalogs, "storage account").await?;
    println!("load and first query {:>8.1} ms", started.elapsed().as_secs_f64() * 1000.0);
    println!("resident, index      {:>8.1} MB", mb(resident()?.saturating_sub(before)));
    let mut right = 0;
    for judged in JUDGED {
        right += usize::from(answered(judged, &catalogs.search(request(judged.0, 5)).await?));
    }
    println!("judged queries       {right:>8} of {} answered", JUDGED.len());
    let queries = || JUDGED.iter().map(|judged| judged.0);
    time("judged", &catalogs, queries().map(str::to_owned).collect()).await?;
    time("while typing", &catalogs, queries().flat_map(prefixes).collect()).await?;
    time("a letter left out", &catalogs, queries().flat_map(without_a_letter).collect()).await?;
    let hostile =
        ["a", "e", "name id the of", "a b c d e f g h", "resource type name id key value tags region"];
    time("hostile", &catalogs, hostile.map(str::to_owned).to_vec()).await?;
    println!("resident, searched   {:>8.1} MB more than before", mb(resident()?.saturating_sub(before)));
    Ok(())
}

async fn time(what: &str, catalogs: &Catalogs, queries: Vec<String>) -> anyhow::Result<()> {
    let mut times: Vec<(Duration, &str)> = Vec::new();
    for query in &queries {
        // The least of the rounds: what else the machine does is not the search's time.
        let mut least = Duration::MAX;
        for _ in 0..ROUNDS {
            least = least.min(ask(catalogs, query).await?);
        }
        times.push((least, query));
    }
    times.sort();
    let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize].0.as_secs_f64() * 1000.0;
    let (slowest, query) = times[times.len() - 1];
    println!(
        "{what:<20} {:>8} queries, p50 {:.2} ms, p99 {:.2} ms, slowest {:.2} ms: {query:?}",
        queries.len(),
        at(0.5),
        at(0.99),
        slowest.as_secs_f64() * 1000.0
    );
    Ok(())
}

async fn ask(catalogs: &Catalogs, query: &str) -> anyhow::Result<Duration> {
    let request = request(query, 20);
    let started = Instant::now();
    catalogs.search(request).await?;
    Ok(started.elapsed())
}

fn request(text: &str, limit: usize) -> Request {
    Request { text: text.to_owned(), limit, ..Request::default() }
}

fn prefixes(query: &str) -> Vec<String> {
    query.char_indices().skip(1).map(|(at, _)| query[..at].to_owned()).collect()
}

fn without_a_letter(query: &str) -> Vec<String> {
    (0..query.len()).map(|at| format!("{}{}", &query[..at], &query[at + 1..])).collect()
}

/// Bytes of this process's memory.
fn resident() -> anyhow::Result<usize> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find(|l| l.starts_with("VmRSS:")).context("VmRSS")?;
    Ok(line.split_whitespace().nth(1).context("a number")?.parse::<usize>()? * 1024)
}

fn mb(bytes: usize) -> f64 {
    bytes as f64 / 1e6
}
