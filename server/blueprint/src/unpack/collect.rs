//! Takes the entries of an archive in, one after the other, and keeps within the bounds.

use std::{
    collections::{BTreeMap, HashMap},
    io::Read,
    sync::Arc,
};

use super::{
    Bounds, FILE_READ, UnpackError, Unpacked,
    entry::{self, LeftOut, Reason},
};
use crate::files::MAX_FILE_BYTES;

/// Lines about files that nobody misses; the rest is counted.
const MAX_LEFT_OUT: usize = 2_000;
/// The longest path that is looked at, in bytes. A tar's may have hundreds of thousands.
const MAX_PATH: usize = 1024;

/// What has been read so far.
pub(super) struct Collector {
    pub bounds: Bounds,
    entries: usize,
    kept: usize,
    files: BTreeMap<String, Arc<str>>,
    left_out: BTreeMap<String, LeftOut>,
    /// Files beyond [`MAX_LEFT_OUT`].
    more: usize,
}

impl Collector {
    pub fn new(bounds: Bounds) -> Self {
        Collector { bounds, entries: 0, kept: 0, files: BTreeMap::new(), left_out: BTreeMap::new(), more: 0 }
    }

    /// Counts an entry, whatever it is.
    pub fn count(&mut self) -> Result<(), UnpackError> {
        self.entries += 1;
        if self.entries > self.bounds.entries {
            Err(UnpackError::Entries(self.bounds.entries))
        } else {
            Ok(())
        }
    }

    /// Notes that something other than a plain file is left out.
    pub fn refuse(&mut self, path: &str, reason: Reason) {
        if path.len() > MAX_PATH {
            return self.leave(path, Reason::Name, entry::is_terraform(path));
        }
        let inside = entry::safe_parts(path);
        let parts = inside.as_deref().unwrap_or_default();
        if entry::is_litter(parts) || self.leave_folder(parts) {
            return;
        }
        let reason =
            if inside.is_none() && reason != Reason::PathNotText { Reason::UnsafePath } else { reason };
        self.leave(path, reason, entry::is_terraform(path));
    }

    /// Whether the content of a file at `path` is needed; what is not is noted.
    pub fn wants(&mut self, path: &str) -> bool {
        if path.len() > MAX_PATH {
            self.refuse(path, Reason::Name);
            return false;
        }
        let Some(parts) = entry::safe_parts(path) else {
            self.refuse(path, Reason::UnsafePath);
            return false;
        };
        if entry::is_litter(&parts) || self.leave_folder(&parts) {
            return false;
        }
        match entry::file(&parts) {
            None => true,
            Some(reason) => {
                self.leave(&parts.join("/"), reason, reason == Reason::Name);
                false
            }
        }
    }

    /// Takes a file in.
    pub fn file(&mut self, path: &str, content: &mut dyn Read) -> Result<(), UnpackError> {
        if !self.wants(path) {
            return Ok(());
        }
        let path = entry::safe_parts(path).unwrap_or_default().join("/");
        let mut bytes = Vec::new();
        let read = content.take(FILE_READ).read_to_end(&mut bytes);
        read.map_err(|e| UnpackError::Broken(format!("{}: {e}", entry::printable(&path))))?;
        if bytes.len() > MAX_FILE_BYTES {
            self.leave(&path, Reason::TooLarge, true);
            return Ok(());
        }
        let Ok(text) = String::from_utf8(bytes) else {
            self.leave(&path, Reason::NotText, true);
            return Ok(());
        };
        self.kept += text.len();
        if self.kept > self.bounds.kept {
            return Err(UnpackError::Kept(self.bounds.kept));
        }
        if self.files.insert(path.clone(), text.into()).is_some() {
            return Err(UnpackError::Twice(entry::printable(&path)));
        }
        if self.files.len() > self.bounds.files {
            return Err(UnpackError::Files(self.bounds.files));
        }
        Ok(())
    }

    /// Counts a file below a folder that is left out whole; false when it is below none.
    fn leave_folder(&mut self, parts: &[&str]) -> bool {
        let folders = parts.len().saturating_sub(1);
        let found =
            parts.iter().take(folders).enumerate().find_map(|(i, part)| Some((i, entry::folder(part)?)));
        let Some((at, reason)) = found else { return false };
        self.leave(&format!("{}/", parts[..=at].join("/")), reason, false);
        true
    }

    fn leave(&mut self, path: &str, reason: Reason, missed: bool) {
        let new = LeftOut::new(path, reason, 0, missed);
        let told = missed || matches!(reason, Reason::State | Reason::Values);
        if !told && self.left_out.len() >= MAX_LEFT_OUT && !self.left_out.contains_key(&new.path) {
            self.more += 1;
            return;
        }
        self.left_out.entry(new.path.clone()).or_insert(new).files += 1;
    }

    pub fn finish(self) -> Result<Unpacked, UnpackError> {
        let Collector { mut files, mut left_out, more, .. } = self;
        let inside =
            left_out.iter().filter(|(_, left)| left.reason != Reason::UnsafePath).map(|(path, _)| path);
        if let Some(folder) = common_folder(files.keys().chain(inside)) {
            files = files.into_iter().map(|(path, text)| (path[folder.len()..].to_owned(), text)).collect();
            for left in left_out.values_mut().filter(|left| left.reason != Reason::UnsafePath) {
                if let Some(rest) = left.path.strip_prefix(&folder) {
                    left.path = rest.to_owned();
                }
            }
        }
        check_case(files.keys())?;
        let mut left_out: Vec<LeftOut> = left_out.into_values().collect();
        left_out.extend((more > 0).then(|| LeftOut::new("…", Reason::NotTerraform, more, false)));
        Ok(Unpacked { files, left_out })
    }
}

/// The one folder that everything is in, `name/`, as archives of a repository have it.
fn common_folder<'a>(mut paths: impl Iterator<Item = &'a String>) -> Option<String> {
    let first = paths.next()?;
    let folder = &first[..=first.find('/')?];
    // A folder that is left out whole is listed as `name/` itself.
    let around =
        first.len() > folder.len() && paths.all(|path| path.len() > folder.len() && path.starts_with(folder));
    (around && !folder.starts_with('.')).then(|| folder.to_owned())
}

fn check_case<'a>(paths: impl Iterator<Item = &'a String>) -> Result<(), UnpackError> {
    let mut seen: HashMap<String, &String> = HashMap::new();
    for path in paths {
        if let Some(other) = seen.insert(path.to_lowercase(), path) {
            return Err(UnpackError::Case(entry::printable(other), entry::printable(path)));
        }
    }
    Ok(())
}
