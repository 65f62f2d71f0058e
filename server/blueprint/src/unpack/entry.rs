//! What a path in an archive is.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::files::{MAX_FILE_BYTES, check_name};

/// Why something in an archive does not become part of a blueprint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// Terraform's state, which holds secrets.
    State,
    /// What `terraform init` downloads.
    Cache,
    /// Values of variables, which belong to a deployment.
    Values,
    /// `.terraform.lock.hcl`.
    LockFile,
    /// Terraform itself passes over it.
    Ignored,
    /// No Terraform code.
    NotTerraform,
    /// A symbolic or hard link.
    Link,
    /// A device, a pipe or the like.
    Special,
    /// An absolute path, or one that leaves the archive.
    UnsafePath,
    /// The path is not UTF-8.
    PathNotText,
    /// A name that a file of a blueprint cannot have.
    Name,
    /// The content is not UTF-8.
    NotText,
    TooLarge,
    /// Not in the folder that was chosen as the root module.
    Outside,
}

impl Reason {
    /// For people.
    pub fn text(self) -> String {
        match self {
            Reason::State => "state holds secrets, so it is never imported".to_owned(),
            Reason::Cache => "what terraform init downloads; every run makes its own".to_owned(),
            Reason::Values => "values of variables may be secret; set them on a deployment".to_owned(),
            Reason::LockFile => "each deployment keeps a lock file of its own".to_owned(),
            Reason::Ignored => "Terraform passes over it".to_owned(),
            Reason::NotTerraform => "no Terraform code".to_owned(),
            Reason::Link => "a link; put the file itself in the archive".to_owned(),
            Reason::Special => "not a plain file".to_owned(),
            Reason::UnsafePath => "its path leaves the archive".to_owned(),
            Reason::PathNotText => "its name is not UTF-8".to_owned(),
            Reason::Name => "a blueprint cannot have a file of that name".to_owned(),
            Reason::NotText => "it is not UTF-8 text".to_owned(),
            Reason::TooLarge => format!("larger than {MAX_FILE_BYTES} bytes"),
            Reason::Outside => "not in the chosen folder".to_owned(),
        }
    }
}

/// Something in an archive that is not imported.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LeftOut {
    /// Fit to be shown: one line, without control characters. Ends in `/` for a whole folder.
    pub path: String,
    pub reason: Reason,
    /// Files in it; 1 for a file.
    pub files: usize,
    /// Terraform would have read it, so that the configuration is another one without it.
    pub missed: bool,
}

impl LeftOut {
    /// `path` as it is in the archive.
    pub fn new(path: &str, reason: Reason, files: usize, missed: bool) -> Self {
        LeftOut { path: printable(path), reason, files, missed }
    }
}

/// The parts of a path that stays inside its root. `None`: it is absolute, leaves the root or names nothing.
pub(super) fn safe_parts(path: &str) -> Option<Vec<&str>> {
    let drive = path.as_bytes().get(1) == Some(&b':');
    if path.starts_with('/') || path.contains('\\') || drive || path.contains('\0') {
        return None;
    }
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty() && *part != ".").collect();
    let inside = !parts.is_empty() && !parts.contains(&"..");
    inside.then_some(parts)
}

/// Files that file managers and archivers leave behind: not even worth a word.
pub(super) fn is_litter(parts: &[&str]) -> bool {
    parts.iter().any(|part| matches!(*part, "__MACOSX" | ".DS_Store" | "Thumbs.db" | "pax_global_header"))
}

/// Folders that are left out whole.
pub(super) fn folder(name: &str) -> Option<Reason> {
    match name {
        ".terraform" => Some(Reason::Cache),
        "terraform.tfstate.d" => Some(Reason::State),
        ".git" | ".github" | "node_modules" => Some(Reason::NotTerraform),
        _ => None,
    }
}

/// Why a file is left out for its name alone; none when it may be kept. Its folders are judged later, when it is known which
/// of them is the top.
///
/// Sources: <https://developer.hashicorp.com/terraform/language/files>,
/// <https://developer.hashicorp.com/terraform/language/files/tests>
pub(super) fn file(parts: &[&str]) -> Option<Reason> {
    let name = parts.last().copied().unwrap_or_default();
    if name.ends_with(".tfstate") || (name.contains(".tfstate.") && !is_terraform(name)) {
        return Some(Reason::State);
    }
    if name.ends_with(".tfvars") || name.ends_with(".tfvars.json") {
        return Some(Reason::Values);
    }
    if name == ".terraform.lock.hcl" {
        return Some(Reason::LockFile);
    }
    if is_terraform(name) && name.starts_with(['.', '#']) {
        return Some(Reason::Ignored);
    }
    match (is_terraform(name), check_name(name)) {
        (false, _) => Some(Reason::NotTerraform),
        (true, Err(_)) => Some(Reason::Name),
        (true, Ok(())) => None,
    }
}

/// Whether Terraform reads files of this name as configuration.
pub(super) fn is_terraform(name: &str) -> bool {
    name.ends_with(".tf") || name.ends_with(".tf.json")
}

/// A path on one line, without control characters and not too long to be shown.
pub(super) fn printable(path: &str) -> String {
    const SHOWN: usize = 200;
    let plain = |c: char| if c.is_control() { '\u{fffd}' } else { c };
    let mut text: String = path.chars().take(SHOWN).map(plain).collect();
    if path.chars().nth(SHOWN).is_some() {
        text.push('…');
    }
    text
}
