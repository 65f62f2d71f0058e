//! The files of a blueprint and the limits on them.

use std::{collections::BTreeMap, sync::Arc};

use thiserror::Error;

use super::json::JSON_ENDING;

/// Largest file, in bytes.
pub const MAX_FILE_BYTES: usize = 1024 * 1024;
/// Largest blueprint, all files together, in bytes.
pub const MAX_BLUEPRINT_BYTES: usize = 8 * 1024 * 1024;
/// Most files in one blueprint.
pub const MAX_FILES: usize = 200;
/// A run's own settings are in `cloudoven_override.tf.json`.
const RUN_OVERRIDE: &str = "cloudoven_override";
/// Longest file name, in bytes; also of each folder above it.
pub const MAX_FILE_NAME: usize = 100;
/// Folders inside folders, at most.
pub const MAX_FOLDERS: usize = 4;

/// The files that a new blueprint consists of, in the order that people read them.
pub const CANONICAL_FILES: [&str; 4] = ["main.tf", "variables.tf", "outputs.tf", "providers.tf"];

/// Why a set of files cannot be a blueprint.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum FilesError {
    #[error(
        "{0:?} is not a file name for a blueprint: use letters, digits, `-`, `_` and `.`, ending in `.tf` or `.tf.json`, and at most \
         {MAX_FOLDERS} folders of letters, digits, `-` and `_` before it, as in `modules/network/main.tf`"
    )]
    Name(String),
    #[error("{name} is {size} bytes; a file may have at most {MAX_FILE_BYTES}")]
    FileTooLarge { name: String, size: usize },
    #[error("the files are {0} bytes together; a blueprint may have at most {MAX_BLUEPRINT_BYTES}")]
    TooLarge(usize),
    #[error("a blueprint may have at most {MAX_FILES} files")]
    TooMany,
    #[error("{0} is not UTF-8 text")]
    NotText(String),
}

/// File name to text, ordered by name. Names and sizes are within the limits.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Files(BTreeMap<String, Arc<str>>);

impl Files {
    /// A new blueprint: the canonical files, empty.
    pub fn canonical() -> Self {
        Files(CANONICAL_FILES.iter().map(|name| (name.to_string(), Arc::from(""))).collect())
    }

    /// Adds or replaces a file.
    ///
    /// # Errors
    /// A bad name, or a limit exceeded.
    pub fn insert(&mut self, name: &str, text: impl Into<Arc<str>>) -> Result<(), FilesError> {
        let text = text.into();
        check_name(name)?;
        if text.len() > MAX_FILE_BYTES {
            return Err(FilesError::FileTooLarge { name: name.into(), size: text.len() });
        }
        let others = self.0.iter().filter(|(n, _)| *n != name);
        let total = others.map(|(_, t)| t.len()).sum::<usize>() + text.len();
        if total > MAX_BLUEPRINT_BYTES {
            return Err(FilesError::TooLarge(total));
        }
        if !self.0.contains_key(name) && self.0.len() >= MAX_FILES {
            return Err(FilesError::TooMany);
        }
        self.0.insert(name.to_owned(), text);
        Ok(())
    }

    /// Adds a file that arrived as bytes.
    ///
    /// # Errors
    /// As [`Files::insert`], and when the bytes are not UTF-8.
    pub fn insert_bytes(&mut self, name: &str, bytes: &[u8]) -> Result<(), FilesError> {
        check_name(name)?;
        let text = std::str::from_utf8(bytes).map_err(|_| FilesError::NotText(name.into()))?;
        self.insert(name, text)
    }

    pub fn get(&self, name: &str) -> Option<&Arc<str>> {
        self.0.get(name)
    }

    pub fn remove(&mut self, name: &str) -> Option<Arc<str>> {
        self.0.remove(name)
    }

    pub fn iter(&self) -> impl Iterator<Item = (&str, &Arc<str>)> {
        self.0.iter().map(|(name, text)| (name.as_str(), text))
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Only for files that are within the limits already.
impl FromIterator<(String, Arc<str>)> for Files {
    fn from_iter<I: IntoIterator<Item = (String, Arc<str>)>>(files: I) -> Self {
        Files(files.into_iter().collect())
    }
}

/// A name that is safe in a path, an archive and a URL, and that Terraform reads as configuration.
///
/// A folder's name has no dot: nothing leads out of the blueprint, nothing is hidden, and no folder can take the place of a
/// file, neither of a blueprint's nor of those that a run or a download lays beside them.
///
/// # Errors
/// The name is none of that.
pub fn check_name(name: &str) -> Result<(), FilesError> {
    let mut folders: Vec<&str> = name.split('/').collect();
    let file = folders.pop().unwrap_or("");
    let stem = file.strip_suffix(JSON_ENDING).or_else(|| file.strip_suffix(".tf")).unwrap_or("");
    let of =
        |text: &str, others: &[u8]| text.bytes().all(|b| b.is_ascii_alphanumeric() || others.contains(&b));
    let folder =
        |text: &&str| !text.is_empty() && text.len() <= MAX_FILE_NAME && of(text, b"-_") && !is_device(text);
    let plain = !stem.is_empty() && !stem.starts_with('.') && of(stem, b"-_.") && !is_device(stem);
    // Runs lay a file of this name beside them.
    let free = !folders.is_empty() || stem != RUN_OVERRIDE;
    if plain
        && free
        && file.len() <= MAX_FILE_NAME
        && folders.len() <= MAX_FOLDERS
        && folders.iter().all(folder)
    {
        return Ok(());
    }
    Err(FilesError::Name(name.chars().take(MAX_FILE_NAME).collect()))
}

/// Whether a file belongs to the root module. What is in folders are modules of their own, which count only through the
/// `module` blocks that call them.
///
/// Source: <https://developer.hashicorp.com/terraform/language/files>
pub fn is_root(name: &str) -> bool {
    !name.contains('/')
}

/// Whether what is in a file changes what others declare.
///
/// Source: <https://developer.hashicorp.com/terraform/language/files/override>
pub(super) fn is_override(name: &str) -> bool {
    let file = name.rsplit('/').next().unwrap_or(name);
    let file = file.strip_suffix(JSON_ENDING).or_else(|| file.strip_suffix(".tf"));
    file.is_some_and(|file| file == "override" || file.ends_with("_override"))
}

/// Names that mean a device on Windows, whatever follows behind a dot.
fn is_device(name: &str) -> bool {
    let name = name.split('.').next().unwrap_or(name).to_ascii_lowercase();
    let numbered = |prefix: &str| {
        name.strip_prefix(prefix).is_some_and(|n| n.len() == 1 && n.bytes().all(|b| b.is_ascii_digit()))
    };
    matches!(name.as_str(), "con" | "prn" | "aux" | "nul") || numbered("com") || numbered("lpt")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stay_inside_the_blueprint() {
        for good in [
            "main.tf",
            "a-b_c.2.tf",
            "modules/network/main.tf",
            "x.tf.json",
            "m/y.tf.json",
            "m/cloudoven_override.tf.json",
            "a/b/c/d/e.tf",
            "console.tf",
        ] {
            assert!(check_name(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            ".tf",
            ".tf.json",
            "cloudoven_override.tf.json",
            "x.json",
            "main",
            "../x.tf",
            "a/../b.tf",
            "./a.tf",
            "/a.tf",
            "a//b.tf",
            "a/",
            "a/.tf",
            "a\\b.tf",
            ".x.tf",
            ".terraform/x.tf",
            "a/.git/x.tf",
            "a.tf/b.tf",
            "terraform.tfstate/x.tf",
            "README.md/x.tf",
            "C:/x.tf",
            "nul.tf",
            "Com1/x.tf",
            "aux.x.tf",
            "a/b/c/d/e/f.tf",
            "a b.tf",
            "a b/c.tf",
            "ä.tf",
            "x.tf\0",
        ] {
            assert!(check_name(bad).is_err(), "{bad:?}");
        }
        let long = "a".repeat(100);
        assert!(check_name(&format!("{long}/x.tf")).is_ok());
        assert!(check_name(&format!("{long}a/x.tf")).is_err());
        assert!(check_name(&format!("{}.tf", "a".repeat(100))).is_err());
    }

    #[test]
    fn limits_hold() {
        let mut files = Files::canonical();
        let mega = "#".repeat(MAX_FILE_BYTES);
        assert!(matches!(files.insert("x.tf", format!("{mega}#")), Err(FilesError::FileTooLarge { .. })));
        for i in 0..8 {
            files.insert(&format!("f{i}.tf"), mega.as_str()).unwrap();
        }
        assert!(matches!(files.insert("y.tf", "#"), Err(FilesError::TooLarge(_))));
        files.insert("f0.tf", "").unwrap();
        assert!(matches!(files.insert_bytes("z.tf", b"\xff"), Err(FilesError::NotText(_))));
    }
}
