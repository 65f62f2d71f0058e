//! Modules in folders that call each other in a circle: Terraform would enter them without end.

use std::collections::{BTreeMap, BTreeSet};

use super::place;
use crate::{
    called::Called,
    diagnostic::{Code, Diagnostic, Severity},
    document::Document,
    files::is_root,
    outline::ModuleCall,
};

/// A finding on each call that leads back to where it stands, in the root or in a folder that is reached from it.
pub(super) fn check(document: &Document) -> Vec<Diagnostic> {
    if document.parsed().keys().all(|name| is_root(name)) {
        return Vec::new();
    }
    let reached = document.reached();
    let all = reached.iter().flat_map(|(folder, called)| called.calls.iter().map(move |call| (folder, call)));
    let circular = all.filter(|(folder, (_, to))| leads(&reached, to, folder));
    circular.map(|(folder, (call, _))| finding(document, folder, call)).collect()
}

fn leads(reached: &BTreeMap<String, Called>, from: &str, to: &str) -> bool {
    let mut seen = BTreeSet::from([from]);
    let mut open = vec![from];
    while let Some(folder) = open.pop() {
        if folder == to {
            return true;
        }
        let calls = reached.get(folder).into_iter().flat_map(|called| &called.calls);
        let next = calls.map(|(_, to)| to.as_str());
        open.extend(next.filter(|to| seen.insert(to)));
    }
    false
}

fn finding(document: &Document, folder: &str, call: &ModuleCall) -> Diagnostic {
    let file = if folder.is_empty() { call.file.clone() } else { format!("{folder}/{}", call.file) };
    let start = document.file(&file).map_or(0, |file| file.lines.start(call.line - 1));
    let text = document.text(&file).map_or("", |text| &text[start..]);
    let blank = text.len() - text.trim_start().len();
    let head = text[blank..].split(['\n', '{']).next().unwrap_or_default().trim_end();
    let message = format!("{} leads back to this module: Terraform would enter it without end", call.source);
    let span = start + blank..start + blank + head.len();
    let found = place(document, &file, span, Severity::Error, Code::Cycle, message);
    Diagnostic { address: folder.is_empty().then(|| format!("module.{}", call.name)), ..found }
}
