//! Gives the program a fingerprint of the sources that decide what a crawl's output is.
//!
//! A version in the catalog notes it, so that a newer program reads an unchanged provider anew and the same one does
//! not. A number kept by hand would be forgotten at the first change that matters; this one at worst changes too often.

use std::{
    fs,
    hash::{DefaultHasher, Hash, Hasher},
    io,
    path::{Path, PathBuf},
};

/// The command line, which decides nothing of the output.
const WITHOUT: [&str; 2] = ["src/main.rs", "src/cli"];
/// The versions of what is built in. Missing where the crate is built outside its workspace.
const LOCK_FILE: &str = "../Cargo.lock";

fn main() -> io::Result<()> {
    let mut files = Vec::new();
    collect(Path::new("src"), &mut files)?;
    files.sort();
    if Path::new(LOCK_FILE).exists() {
        files.push(LOCK_FILE.into());
    }
    let mut hasher = DefaultHasher::new();
    for file in &files {
        println!("cargo::rerun-if-changed={}", file.display());
        (file, fs::read(file)?).hash(&mut hasher);
    }
    println!("cargo::rerun-if-changed=src");
    println!("cargo::rustc-env=CLOUDOVEN_CRAWLER_FINGERPRINT={:016x}", hasher.finish());
    Ok(())
}

fn collect(directory: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(directory)? {
        let path = entry?.path();
        if WITHOUT.iter().any(|without| path == Path::new(without)) {
            continue;
        }
        if path.is_dir() {
            collect(&path, files)?;
        } else {
            files.push(path);
        }
    }
    Ok(())
}
