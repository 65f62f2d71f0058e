//! How exactly the blueprint engine is Terraform, over all there is: every HCL block in the documentation of every
//! bundle read and formatted by both, and 100,000 hostile strings read back. Ends with a failure at a difference.
//!
//! Reads the bundles from `CLOUDOVEN_TEST_BUNDLES`. `cargo bench -p cloudoven-tests --bench exactness`

use std::path::Path;

use cloudoven_tests::{
    exactness::{Comparison, Numbers, compare, cut, hcl_blocks, shake},
    strings::{NASTY, hostile, read_back},
};

/// How many strings are read back, and how many in one run of Terraform.
const STRINGS: usize = 100_000;
const STRINGS_AT_ONCE: usize = 4_000;

fn main() -> anyhow::Result<()> {
    let differences = corpus()?;
    strings()?;
    anyhow::ensure!(differences == 0, "{differences} differences");
    Ok(())
}

/// Reads and formats the blocks of every bundle, then with their blanks shaken up, then with a piece of each gone. How
/// many differ.
fn corpus() -> anyhow::Result<usize> {
    let Some(folder) = provider_corpus::bundles("the documentation's HCL") else { return Ok(0) };
    println!("{:<60} {:>9} {:>8} {:>11}", "blocks of", "accepted", "refused", "differences");
    let archives = provider_corpus::archives(&folder)?;
    let mut numbers = Numbers(23);
    Ok(compare_all(&archives, "as they are", str::to_owned)?
        + compare_all(&archives, "shaken", |code| shake(code, &mut numbers))?
        + compare_all(&archives, "with a piece gone", |code| cut(code, &mut Numbers(code.len() as u64 + 1)))?)
}

fn compare_all(
    archives: &[impl AsRef<Path>],
    how: &str,
    mut change: impl FnMut(&str) -> String,
) -> anyhow::Result<usize> {
    let mut all = Comparison::default();
    for archive in archives {
        let blocks: Vec<String> = hcl_blocks(archive.as_ref())?.iter().map(|block| change(block)).collect();
        let found = compare(&blocks)?;
        let name = archive.as_ref().file_name().unwrap_or_default().to_string_lossy();
        row(&format!("{name} {how}"), &found);
        all.accepted += found.accepted;
        all.refused += found.refused;
        all.differences.extend(found.differences);
    }
    row(&format!("all {how}"), &all);
    for difference in all.differences.iter().take(100) {
        println!("\n{difference}");
    }
    Ok(all.differences.len())
}

fn row(name: &str, found: &Comparison) {
    println!("{name:<60} {:>9} {:>8} {:>11}", found.accepted, found.refused, found.differences.len());
}

/// Has every string read back as the value of an output, a map's key and value, a variable's default and description.
fn strings() -> anyhow::Result<()> {
    let mut numbers = Numbers(42);
    let mut texts: Vec<String> = NASTY.iter().map(|text| text.to_string()).collect();
    texts.extend((texts.len()..STRINGS).map(|_| hostile(&mut numbers)));
    for part in texts.chunks(STRINGS_AT_ONCE) {
        read_back(part)?;
    }
    println!("{} strings read back as they were set, in four places each", texts.len());
    Ok(())
}
