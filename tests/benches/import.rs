//! Time and peak memory of importing each provider bundle, the size of the catalog that comes out, and the time to load
//! every index of it, as a server does when it starts.
//!
//! `cargo bench -p cloudoven-tests --bench import`. The bundles are those in `CLOUDOVEN_TEST_BUNDLES`, else in
//! `../shared/providers`. Each import runs in a process of its own, so that its peak is its own.

use std::{
    path::{Path, PathBuf},
    process::Command,
    time::Instant,
};

use anyhow::Context;
use cloudoven_crawler::{
    catalog::{Catalog, open_store},
    crawl,
    source::{self, Limits, Quiet},
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
        [bundle, catalog] => import(bundle, catalog).await,
        _ => compare().await,
    }
}

async fn compare() -> anyhow::Result<()> {
    let bundles = std::env::var_os("CLOUDOVEN_TEST_BUNDLES").map(PathBuf::from);
    let bundles =
        bundles.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/providers"));
    if !bundles.is_dir() {
        println!("import: not run, no provider bundles in {}", bundles.display());
        return Ok(());
    }
    let mut archives =
        std::fs::read_dir(&bundles)?.map(|e| Ok(e?.path())).collect::<std::io::Result<Vec<_>>>()?;
    archives.retain(|path| path.extension().is_some_and(|extension| extension == "zst"));
    archives.sort();
    let catalog = tempfile::tempdir()?;
    println!("{:<52} {:>8} {:>9}", "bundle", "seconds", "peak MB");
    for archive in &archives {
        let status =
            Command::new(std::env::current_exe()?).args([archive.as_path(), catalog.path()]).status()?;
        anyhow::ensure!(status.success(), "{} was not imported", archive.display());
    }
    load(catalog.path()).await
}

async fn import(bundle: &Path, directory: &Path) -> anyhow::Result<()> {
    let start = Instant::now();
    let catalog = open(directory)?;
    for source in source::read(bundle, Limits::default())? {
        crawl::import(&catalog, source, &Quiet).await?;
    }
    let name = bundle.file_name().unwrap_or_default().to_string_lossy();
    println!("{name:<52} {:>8.2} {:>9}", start.elapsed().as_secs_f64(), peak_kilobytes()? / 1024);
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
