//! Where the bundles of real providers are. They are not part of the repository: `CLOUDOVEN_TEST_BUNDLES` names their
//! directory, else they lie beside the repository in `shared/providers`.

use std::path::{Path, PathBuf};

/// The directory of the bundles, `<namespace>-<name>-<version>.tar.zst` each. `None` where there is none, after a line
/// that says what was not run.
///
/// # Panics
///
/// Where `CI=true` and there is none: there nothing may be left out.
pub fn bundles(what: &str) -> Option<PathBuf> {
    let given = std::env::var_os("CLOUDOVEN_TEST_BUNDLES").map(PathBuf::from);
    let directory =
        given.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/providers"));
    if directory.is_dir() {
        return Some(directory);
    }
    let missing =
        format!("{what} not run: no provider bundles in {}; set CLOUDOVEN_TEST_BUNDLES", directory.display());
    assert_ne!(std::env::var("CI").as_deref(), Ok("true"), "{missing}");
    println!("{missing}");
    None
}

/// The bundles in a directory, in order of their names.
pub fn archives(directory: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut archives =
        std::fs::read_dir(directory)?.map(|e| Ok(e?.path())).collect::<std::io::Result<Vec<_>>>()?;
    archives.retain(|path| path.extension().is_some_and(|extension| extension == "zst"));
    archives.sort();
    Ok(archives)
}
