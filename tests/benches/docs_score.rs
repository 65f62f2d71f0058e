//! How much of the documentation reaches the right argument, measured on a sample of confirmed texts.
//!
//! Reads `<provider>.json` files (`{resource type: {dotted path: text}}`) from the directory given as the first
//! argument or in `CLOUDOVEN_DOCS_TRUTH`, and the bundles from `CLOUDOVEN_TEST_BUNDLES`. Descriptions are taken out of
//! the schemas first: only what the pages give counts. With `CLOUDOVEN_DOCS_MISSES=1` every miss is printed.
//!
//! A path is found when the token F1 of both texts is at least 0.85 or one contains the other. It is wrongly bound
//! when its text is another path's (F1 ≥ 0.85) and not its own (F1 < 0.5).

use std::{
    collections::{BTreeMap, HashMap},
    path::{Path, PathBuf},
};

use anyhow::Context;
use cloudoven_crawler::{
    catalog::{Attribute, Block, Document, Field, Kind},
    crawl,
    source::{self, Limits, ProviderSource},
};
use serde_json::Value;

type Truth = BTreeMap<String, BTreeMap<String, String>>;

fn main() -> anyhow::Result<()> {
    // `cargo bench` adds flags of its own.
    let argument = std::env::args().skip(1).find(|argument| !argument.starts_with('-'));
    let given = argument.or_else(|| std::env::var("CLOUDOVEN_DOCS_TRUTH").ok());
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/docs-truth");
    let truth = given.map_or_else(beside, PathBuf::from);
    let Some(bundles) = provider_corpus::bundles("docs score") else { return Ok(()) };
    if !truth.is_dir() {
        println!("docs score: not run, no sample in {}", truth.display());
        return Ok(());
    }
    println!(
        "{:<12} {:>7} {:>7} {:>8} {:>7} {:>8}",
        "provider", "paths", "found", "recall", "wrong", "wrong %"
    );
    let mut sum = Score::default();
    for (file, archive) in samples(&truth, &bundles)? {
        let truth: Truth = serde_json::from_slice(&std::fs::read(&file)?)?;
        let score = score(&truth, &archive)?;
        let name = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        score.print(&name);
        sum.add(&score);
    }
    sum.print("all");
    Ok(())
}

/// Each sample with the bundle of its provider; of several versions the one with documentation, the oldest.
fn samples(truth: &Path, bundles: &Path) -> anyhow::Result<Vec<(PathBuf, PathBuf)>> {
    let list = |directory: &Path| -> anyhow::Result<Vec<PathBuf>> {
        let listing = std::fs::read_dir(directory).with_context(|| directory.display().to_string())?;
        let mut paths = listing.map(|entry| Ok(entry?.path())).collect::<anyhow::Result<Vec<_>>>()?;
        paths.sort();
        Ok(paths)
    };
    let archives = list(bundles)?;
    let mut found = Vec::new();
    for file in list(truth)?.into_iter().filter(|path| path.extension().is_some_and(|e| e == "json")) {
        let name = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let archive = archives.iter().find(|path| path.to_string_lossy().contains(&format!("-{name}-")));
        let archive = archive.with_context(|| format!("no bundle of {name} in {}", bundles.display()))?;
        found.push((file, archive.clone()));
    }
    Ok(found)
}

#[derive(Default)]
struct Score {
    paths: usize,
    found: usize,
    wrong: usize,
}

impl Score {
    fn add(&mut self, other: &Score) {
        self.paths += other.paths;
        self.found += other.found;
        self.wrong += other.wrong;
    }

    fn print(&self, name: &str) {
        let share = |n: usize| 100.0 * n as f64 / self.paths.max(1) as f64;
        println!(
            "{name:<12} {:>7} {:>7} {:>7.2}% {:>7} {:>7.2}%",
            self.paths,
            self.found,
            share(self.found),
            self.wrong,
            share(self.wrong)
        );
    }
}

fn score(truth: &Truth, archive: &Path) -> anyhow::Result<Score> {
    let mut score = Score::default();
    for mut source in source::read(archive, Limits::default())? {
        blank_descriptions(&mut source)?;
        let built = crawl::build(&source)?;
        for (entry, json) in &built.documents {
            let Some(paths) = truth.get(&entry.name).filter(|_| entry.kind == Kind::Resource) else {
                continue;
            };
            let document: Document = serde_json::from_slice(json)?;
            score.add(&compare(&entry.name, paths, &texts(&document.block)));
        }
    }
    Ok(score)
}

fn blank_descriptions(source: &mut ProviderSource) -> anyhow::Result<()> {
    fn blank(value: &mut Value) {
        match value {
            Value::Object(map) => {
                // An argument may itself be called description; then the value is an object.
                map.retain(|key, value| key != "description" || !value.is_string());
                map.values_mut().for_each(blank);
            }
            Value::Array(values) => values.iter_mut().for_each(blank),
            _ => {}
        }
    }
    let mut schema: Value = serde_json::from_slice(&source.schema)?;
    blank(&mut schema);
    source.schema = serde_json::to_vec(&schema)?;
    Ok(())
}

/// The text on every node, by dotted path.
fn texts(block: &Block) -> BTreeMap<String, String> {
    fn walk(prefix: &str, block: &Block, into: &mut BTreeMap<String, String>) {
        texts_of(prefix, &block.attributes, into);
        for (name, nested) in &block.blocks {
            let path = format!("{prefix}{name}");
            walk(&format!("{path}."), &nested.block, into);
            into.insert(path, nested.docs.text.clone());
        }
    }
    let mut found = BTreeMap::new();
    walk("", block, &mut found);
    found
}

fn texts_of(prefix: &str, attributes: &BTreeMap<String, Attribute>, into: &mut BTreeMap<String, String>) {
    for (name, attribute) in attributes {
        let path = format!("{prefix}{name}");
        if let Some(nested) = &attribute.nested {
            texts_of(&format!("{path}."), &nested.attributes, into);
        }
        texts_in(&format!("{path}."), &attribute.fields, into);
        into.insert(path, attribute.docs.text.clone());
    }
}

fn texts_in(prefix: &str, fields: &BTreeMap<String, Field>, into: &mut BTreeMap<String, String>) {
    for (name, field) in fields {
        let path = format!("{prefix}{name}");
        texts_in(&format!("{path}."), &field.fields, into);
        into.insert(path, field.docs.text.clone());
    }
}

fn compare(element: &str, truth: &BTreeMap<String, String>, ours: &BTreeMap<String, String>) -> Score {
    let print = std::env::var_os("CLOUDOVEN_DOCS_MISSES").is_some();
    let truth: BTreeMap<&str, Vec<String>> =
        truth.iter().map(|(path, text)| (path.as_str(), words(text))).collect();
    let mut score = Score { paths: truth.len(), ..Score::default() };
    for (path, expected) in &truth {
        let text = ours.get(*path).map(String::as_str).unwrap_or_default();
        let found = words(text);
        let own = f1(expected, &found);
        if own >= 0.85 || contains(expected, &found) || contains(&found, expected) {
            score.found += 1;
            continue;
        }
        let other = || truth.iter().find(|(other, text)| *other != path && f1(text, &found) >= 0.85);
        let wrong = if own < 0.5 && !found.is_empty() { other() } else { None };
        score.wrong += usize::from(wrong.is_some());
        if print {
            let as_other = wrong.map(|(other, _)| format!(" = {other}")).unwrap_or_default();
            println!(
                "MISS {element} {path} {own:.2}{as_other}\n  want {}\n  have {}",
                expected.join(" "),
                found.join(" ")
            );
        }
    }
    score
}

/// Lower-cased words without markup.
fn words(text: &str) -> Vec<String> {
    without_link_targets(text)
        .to_lowercase()
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

/// `[text](target)` → `[text`.
fn without_link_targets(text: &str) -> String {
    let mut parts = text.split("](");
    let mut kept = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        kept.push(' ');
        kept.push_str(part.split_once(')').map_or("", |(_, after)| after));
    }
    kept
}

fn contains(longer: &[String], shorter: &[String]) -> bool {
    !shorter.is_empty() && longer.windows(shorter.len()).any(|window| window == shorter)
}

/// The harmonic mean of precision and recall over words, with their counts.
fn f1(a: &[String], b: &[String]) -> f64 {
    let mut counts: HashMap<&str, usize> = HashMap::new();
    a.iter().for_each(|word| *counts.entry(word).or_default() += 1);
    let common = b
        .iter()
        .filter(|word| match counts.get_mut(word.as_str()) {
            Some(left) if *left > 0 => {
                *left -= 1;
                true
            }
            _ => false,
        })
        .count();
    if common == 0 { 0.0 } else { 2.0 * common as f64 / (a.len() + b.len()) as f64 }
}
