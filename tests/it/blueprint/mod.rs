//! The blueprint engine against the real Terraform.
#![allow(clippy::unwrap_used, reason = "a test ends at its first surprise")]

mod bundles;
mod documented;
mod edits;
mod faults;
mod fixes;
mod fmt;
mod graph;
mod json;
mod keeps;
mod minimal;
mod modules;
mod properties;
mod renames;
mod strings;
mod types;

use cloudoven::blueprint::{Applied, Document, Edit, Files, Path as Argument, Schemas, apply};
use cloudoven_tests::exactness::{Numbers, terraform};

/// A document from one file.
fn document(text: &str) -> Document {
    documents(&[("main.tf", text)])
}

fn documents(files: &[(&str, &str)]) -> Document {
    let mut all = Files::default();
    for (name, text) in files {
        all.insert(name, *text).unwrap();
    }
    Document::parse(&all).unwrap()
}

fn edit(document: &Document, schemas: &Schemas, edit: &Edit) -> Applied {
    apply(document, edit, schemas).unwrap_or_else(|e| panic!("{edit:?}: {e:?}"))
}

fn path(text: &str) -> Argument {
    text.parse().unwrap()
}
