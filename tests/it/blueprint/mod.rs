//! The blueprint engine against the real Terraform.
#![allow(clippy::unwrap_used, reason = "a test ends at its first surprise")]

mod bundles;
mod documented;
mod edits;
mod fmt;
mod minimal;
mod strings;
mod types;

use std::{
    path::Path,
    process::{Command, Output},
};

use cloudoven::blueprint::{Applied, Document, Edit, Files, Path as Argument, Schemas, apply};

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

/// Runs Terraform in a folder with nothing of the caller's own settings.
fn terraform(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new("terraform");
    command
        .args(arguments)
        .current_dir(folder)
        .env_remove("TF_CLI_CONFIG_FILE")
        .env("CHECKPOINT_DISABLE", "1");
    command.output().expect("terraform is on the PATH")
}

/// Repeatable numbers, so that a failure can be seen again: xorshift64*.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let high = self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33;
        usize::try_from(high).unwrap() % bound
    }

    fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }
}
