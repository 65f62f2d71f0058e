//! The blueprint engine beside the real Terraform: what each reads, how each formats, what comes back of a string.

use std::{
    collections::BTreeSet,
    path::Path,
    process::{Command, Output},
};

use anyhow::{Context as _, ensure};
use cloudoven::blueprint::{Document, Edit, Files, Schemas, apply};
use cloudoven_crawler::source::{self, Limits};

/// Runs Terraform in a folder with nothing of the caller's own settings.
///
/// # Panics
/// There is no Terraform on the PATH.
pub fn terraform(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new("terraform");
    command
        .args(arguments)
        .current_dir(folder)
        .env_remove("TF_CLI_CONFIG_FILE")
        .env("CHECKPOINT_DISABLE", "1");
    command.output().expect("terraform is on the PATH")
}

/// Repeatable numbers, so that a failure can be seen again: xorshift64*.
#[derive(Debug)]
pub struct Numbers(pub u64);

impl Numbers {
    pub fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let high = self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33;
        usize::try_from(high).unwrap_or(0) % bound
    }

    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }
}

/// How many texts were compared, and how we differ from Terraform.
#[derive(Debug, Default)]
pub struct Comparison {
    /// Texts that Terraform formats.
    pub accepted: usize,
    /// Texts that it refuses.
    pub refused: usize,
    /// One description per difference: a text that only one of us reads, that does not print as it was read, or that
    /// we format otherwise.
    pub differences: Vec<String>,
}

/// Formats every text with Terraform, in one run, and with us.
///
/// # Errors
/// A file can't be written or read, or Terraform does not run.
pub fn compare(texts: &[String]) -> anyhow::Result<Comparison> {
    let folder = tempfile::tempdir()?;
    let name = |i: usize| format!("t{i}.tf");
    for (i, text) in texts.iter().enumerate() {
        std::fs::write(folder.path().join(name(i)), text)?;
    }
    let output = terraform(folder.path(), &["fmt", "-list=false", "-no-color"]);
    let errors = String::from_utf8_lossy(&output.stderr);
    let refused: BTreeSet<&str> = errors.lines().filter_map(file_of_error).collect();
    ensure!(output.status.success() || !refused.is_empty(), "terraform fmt: {errors}");
    let mut found = Comparison::default();
    for (i, text) in texts.iter().enumerate() {
        let refuses = refused.contains(name(i).as_str());
        *(if refuses { &mut found.refused } else { &mut found.accepted }) += 1;
        let theirs = (!refuses).then(|| std::fs::read_to_string(folder.path().join(name(i)))).transpose()?;
        found.differences.extend(difference(text, theirs.as_deref()));
    }
    Ok(found)
}

/// `t1.tf` of `  on t1.tf line 3, in resource "a" "b":`.
fn file_of_error(line: &str) -> Option<&str> {
    line.trim_start_matches(['│', ' ']).strip_prefix("on ")?.split_once(" line ").map(|(file, _)| file)
}

/// How we differ from Terraform, which made `theirs` of the text, or refused it.
fn difference(text: &str, theirs: Option<&str>) -> Option<String> {
    const FILE: &str = "main.tf";
    let mut files = Files::default();
    files.insert(FILE, text).ok()?;
    let document = match (Document::parse(&files), theirs) {
        (Ok(document), Some(_)) => document,
        (Ok(_), None) => return Some(format!("only we read {text:?}")),
        (Err(faults), Some(_)) => return Some(format!("only Terraform reads {text:?}: {faults:?}")),
        (Err(_), None) => return None,
    };
    if document.text(FILE).map(|read| read.as_ref()) != Some(text) {
        return Some(format!("not printed as it was read: {text:?}"));
    }
    let formatted = apply(&document, &Edit::Format { file: None }, &Schemas::new());
    let ours = formatted.as_ref().map(|applied| applied.document.text(FILE).map_or("", |text| text));
    (ours != Ok(theirs?)).then(|| format!("from   {text:?}\nours   {ours:?}\ntheirs {theirs:?}"))
}

/// Every fenced block of HCL in the pages of a bundle, each text once.
///
/// # Errors
/// The bundle can't be read.
pub fn hcl_blocks(archive: &Path) -> anyhow::Result<BTreeSet<String>> {
    let providers = source::read(archive, Limits::default()).context("reading the bundle")?;
    let pages = providers.iter().flat_map(|provider| provider.pages.values());
    Ok(pages.flat_map(|page| fenced(&page.text)).collect())
}

/// The fenced blocks of a page whose info string says HCL.
///
/// Source: <https://spec.commonmark.org/0.31.2/#fenced-code-blocks>
fn fenced(page: &str) -> Vec<String> {
    let mut blocks = Vec::new();
    let mut open: Option<(&str, usize, Option<String>)> = None;
    for line in page.split_inclusive('\n') {
        let start = line.trim_start_matches([' ', '\t']);
        let sign = start.chars().next().filter(|c| matches!(c, '`' | '~')).unwrap_or('`');
        let fence = &start[..start.len() - start.trim_start_matches(sign).len()];
        match &mut open {
            Some((opened, ..)) if fence.starts_with(*opened) && start.trim_end() == fence => {
                blocks.extend(open.take().and_then(|(.., block)| block));
            }
            Some((_, indent, Some(block))) => {
                let blanks = (line.len() - start.len()).min(*indent);
                block.push_str(&line[blanks..]);
            }
            Some(_) => {}
            None if fence.len() >= 3 => {
                let info = start[fence.len()..].split_whitespace().next().unwrap_or("");
                let hcl = matches!(info.to_lowercase().as_str(), "hcl" | "terraform" | "tf");
                open = Some((fence, line.len() - start.len(), hcl.then(String::new)));
            }
            None => {}
        }
    }
    blocks
}

/// Leaves out a line, or a few characters.
pub fn cut(code: &str, numbers: &mut Numbers) -> String {
    if numbers.below(2) == 0 {
        let left_out = numbers.below(code.lines().count().max(1));
        return code
            .split_inclusive('\n')
            .enumerate()
            .filter(|(i, _)| *i != left_out)
            .map(|(_, line)| line)
            .collect();
    }
    let (start, length) = (numbers.below(code.chars().count().max(1)), 1 + numbers.below(3));
    let kept = |i: usize| i < start || i >= start + length;
    code.chars().enumerate().filter(|(i, _)| kept(*i)).map(|(_, c)| c).collect()
}

/// Changes the blanks outside of quotes, comments and heredocs.
pub fn shake(code: &str, numbers: &mut Numbers) -> String {
    if code.contains("<<") {
        return code.to_owned();
    }
    let mut out = String::new();
    for line in code.lines() {
        let quoted = line.contains(['"', '#', '/', '`']);
        for c in line.chars() {
            match c {
                ' ' if !quoted => out.push_str(numbers.pick::<&str>(&[" ", "  ", "\t", "     "])),
                '=' if !quoted => out.push_str(numbers.pick::<&str>(&["=", "=  "])),
                c => out.push(c),
            }
        }
        out.push_str(numbers.pick::<&str>(&["\n", "  \n", "\n"]));
    }
    out
}
