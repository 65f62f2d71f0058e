//! Time and peak memory of importing each provider bundle, of importing it again, and of all bundles in one process; beside
//! them the time that serde_json takes to merely parse the same schemas, as a floor. Then the size of the catalog that comes
//! out, and the time to load every index of it, as a server does when it starts.
//!
//! `cargo bench -p cloudoven-tests --bench import`. The bundles are those in `CLOUDOVEN_TEST_BUNDLES`, else in
//! `../shared/providers`. Each measurement is a process of its own, so that its peak is its own.

use std::{
    path::{Path, PathBuf},
    process::Command,
    time::Instant,
};

use anyhow::Context;
use cloudoven_crawler::{
    catalog::{Catalog, open_store},
    crawl,
    source::{self, Bundle, Limits, Quiet},
};

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    // `cargo bench` adds flags of its own.
    let arguments: Vec<PathBuf> = std::env::args_os()
        .skip(1)
        .map(PathBuf::from)
        .filter(|a| !a.to_string_lossy().starts_with('-'))
        .collect();
    match &arguments[..] {
        [what, bundles @ ..] if what == Path::new("parse") => parse(bundles),
        [what, catalog, bundles @ ..] if what == Path::new("import") => import(catalog, bundles).await,
        _ => compare().await,
    }
}

async fn compare() -> anyhow::Result<()> {
    let Some(bundles) = provider_corpus::bundles("import") else { return Ok(()) };
    let archives = provider_corpus::archives(&bundles)?;
    println!("{:<44} {:>9} {:>8} {:>9} {:>9}", "seconds", "import", "peak MB", "unchanged", "parse");
    let catalog = tempfile::tempdir()?;
    for archive in &archives {
        let name = archive.file_name().unwrap_or_default().to_string_lossy();
        measure(&name, catalog.path(), std::slice::from_ref(archive))?;
    }
    let together = tempfile::tempdir()?;
    measure("all in one process", together.path(), &archives)?;
    load(catalog.path()).await
}

fn measure(name: &str, catalog: &Path, archives: &[PathBuf]) -> anyhow::Result<()> {
    let (import, peak) = child("import", Some(catalog), archives)?;
    let (unchanged, _) = child("import", Some(catalog), archives)?;
    let (parse, _) = child("parse", None, archives)?;
    println!("{name:<44} {import:>9.2} {peak:>8} {unchanged:>9.2} {parse:>9.2}");
    Ok(())
}

/// Runs this program with these arguments: the seconds and the peak in megabytes that it tells.
fn child(what: &str, catalog: Option<&Path>, archives: &[PathBuf]) -> anyhow::Result<(f64, u64)> {
    let output = Command::new(std::env::current_exe()?).arg(what).args(catalog).args(archives).output()?;
    anyhow::ensure!(output.status.success(), "{what}: {}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout)?;
    let (seconds, peak) = text.trim().split_once(' ').context("seconds and peak")?;
    Ok((seconds.parse()?, peak.parse()?))
}

async fn import(directory: &Path, bundles: &[PathBuf]) -> anyhow::Result<()> {
    let start = Instant::now();
    let catalog = open(directory)?;
    for path in bundles {
        let bundle = Bundle { path: path.clone(), limits: Limits::default() };
        for result in crawl::import_bundle(&catalog, &bundle, &Quiet).await {
            result?;
        }
    }
    tell(start.elapsed().as_secs_f64())
}

/// Only the parsing is timed, not the reading of the archive.
fn parse(bundles: &[PathBuf]) -> anyhow::Result<()> {
    let mut seconds = 0.0;
    for path in bundles {
        for source in source::read(path, Limits::default())? {
            let start = Instant::now();
            let value: serde_json::Value = serde_json::from_slice(&source.schema)?;
            seconds += start.elapsed().as_secs_f64();
            drop(value);
        }
    }
    tell(seconds)
}

fn tell(seconds: f64) -> anyhow::Result<()> {
    println!("{seconds} {}", peak_kilobytes()? / 1024);
    Ok(())
}
async fn load(directory: &Path) -> anyhow::Result<()> {
    let start = Instant::now();
    let catalog = open(directory)?;
    let mut elements = 0;
    for address in catalog.list_providers().await? {
        for version in catalog.versions(&address).await?.versions {
            let index = catalog.index(&address, &version.version).await?;
            elements += index.context("a listed version has an index")?.elements.len();
        }
    }
    println!("{elements} elements of all indexes loaded in {:.0} ms", start.elapsed().as_secs_f64() * 1000.0);
    let (files, bytes) = size(directory)?;
    println!("catalog: {files} objects, {:.1} MB", bytes as f64 / 1e6);
    Ok(())
}

fn open(directory: &Path) -> anyhow::Result<Catalog> {
    Ok(Catalog::open(open_store(directory.to_str().context("the directory's name is UTF-8")?)?))
}

/// The most memory that this process has had resident.
fn peak_kilobytes() -> anyhow::Result<u64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let peak =
        status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix("kB")).map(str::trim);
    Ok(peak.context("the kernel says VmHWM")?.parse()?)
}

fn size(directory: &Path) -> std::io::Result<(usize, u64)> {
    let mut sum = (0, 0);
    for entry in std::fs::read_dir(directory)? {
        let entry = entry?;
        let metadata = entry.metadata()?;
        let (files, bytes) = if metadata.is_dir() { size(&entry.path())? } else { (1, metadata.len()) };
        sum = (sum.0 + files, sum.1 + bytes);
    }
    Ok(sum)
}
