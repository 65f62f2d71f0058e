//! How many labels a block has, and what they may be.

use hcl_edit::structure::{Block, BlockLabel};

use super::Findings;
use crate::{diagnostic::Code, document::RESERVED_VARIABLES, locate::span, path::Path};

/// What the labels of a block stand for; none for a block that Terraform does not know.
pub(super) fn of_element(keyword: &str) -> Option<&'static [&'static str]> {
    Some(match keyword {
        "resource" | "data" | "ephemeral" => &["type", "name"],
        "variable" | "output" | "provider" | "module" | "check" => &["name"],
        "terraform" | "locals" | "moved" | "import" | "removed" => &[],
        _ => return None,
    })
}

/// Checks the labels of a top-level block.
pub(super) fn element(findings: &mut Findings<'_>, block: &Block) {
    let keyword = block.ident.as_str();
    let Some(wanted) = of_element(keyword) else { return };
    if !count(findings, block, wanted, &Path::root()) {
        return;
    }
    for (label, what) in block.labels.iter().zip(wanted) {
        let name = label.as_str();
        let message = if keyword == "provider" && name.to_lowercase() != name {
            format!("the name of a provider is in small letters: {}", name.to_lowercase())
        } else if !is_name(name) {
            format!(
                "{name:?} cannot be a {what}: use letters, digits, `_` and `-`, with a letter or `_` first"
            )
        } else if keyword == "variable" && RESERVED_VARIABLES.contains(&name) {
            format!(
                "a variable cannot be called {name}, which has a meaning in the block of a module: choose another name"
            )
        } else {
            continue;
        };
        findings.error(Code::InvalidName, span(label), &Path::root(), message);
    }
}

/// Checks that a block has as many labels as it needs. Whether it has.
pub(super) fn count(findings: &mut Findings<'_>, block: &Block, wanted: &[&str], path: &Path) -> bool {
    let (keyword, found) = (block.ident.as_str(), block.labels.len());
    if found == wanted.len() {
        return true;
    }
    let shown: Vec<String> = wanted.iter().map(|what| format!("\"{what}\"")).collect();
    let message = match wanted {
        [] => format!("{keyword} takes no label: write `{keyword} {{`"),
        _ => {
            format!("{keyword} takes {} in quotes: `{keyword} {} {{`", wanted.join(" and "), shown.join(" "))
        }
    };
    let place =
        block.labels.get(wanted.len()).map_or_else(|| span(&block.ident), |label: &BlockLabel| span(label));
    findings.error(Code::WrongLabels, place, path, message);
    false
}

/// Whether Terraform takes a text as a name.
pub(super) fn is_name(text: &str) -> bool {
    crate::path::is_identifier(text)
}
