//! All fixes that are sure, in one edit.

use std::collections::BTreeMap;

use super::with_fixes;
use crate::{
    check::check,
    diagnostic::Severity,
    document::Document,
    edit::{Applied, Change, Edit, EditError, apply},
    schemas::Schemas,
};

/// What one fix brings to light is fixed as well, so many times.
const MAX_ROUNDS: usize = 10;

/// Makes every fix that is sure.
///
/// # Errors
/// There is none.
pub(crate) fn fix_all(document: &Document, schemas: &Schemas) -> Result<Applied, EditError> {
    let mut done: Option<Applied> = None;
    for _ in 0..MAX_ROUNDS {
        let now = done.as_ref().map_or(document, |applied| &applied.document);
        let Some(next) = round(now, schemas) else { break };
        done = Some(match done {
            Some(before) => before.then(next),
            None => next,
        });
    }
    done.ok_or_else(|| EditError::invalid("nothing here can be fixed without a look at it"))
}

/// Makes those that do not meet in a line at once; if that does not work out, the first that does alone.
fn round(document: &Document, schemas: &Schemas) -> Option<Applied> {
    let found = with_fixes(document, schemas, check(document, schemas));
    let before = found.len();
    let errors = found.iter().filter(|f| f.diagnostic.severity == Severity::Error).count();
    let sure = found.into_iter().filter_map(|f| f.fixes.into_iter().find(|fix| fix.sure));
    let fixes: Vec<Vec<Change>> = sure
        .filter_map(|fix| match fix.edit {
            Edit::Replace { changes } => Some(changes),
            _ => None,
        })
        .collect();
    let better = |changes: Vec<Change>| {
        let applied = apply(document, &Edit::Replace { changes }, schemas).ok()?;
        let after = check(&applied.document, schemas);
        let worse = after.iter().filter(|d| d.severity == Severity::Error).count() > errors;
        (!worse && after.len() < before).then_some(applied)
    };
    let together = apart(&fixes);
    if together.is_empty() {
        return None;
    }
    better(together).or_else(|| fixes.into_iter().find_map(better))
}

/// The changes of as many fixes as do not meet.
fn apart(fixes: &[Vec<Change>]) -> Vec<Change> {
    let mut taken: BTreeMap<(&str, usize), usize> = BTreeMap::new();
    let mut chosen = Vec::new();
    for changes in fixes {
        let free = changes.iter().all(|c| {
            let end = c.at + c.old.len();
            let before = taken.range(..=(c.file.as_str(), end)).next_back();
            before.is_none_or(|((file, _), last)| *file != c.file || *last < c.at)
        });
        if free {
            taken.extend(changes.iter().map(|c| ((c.file.as_str(), c.at), c.at + c.old.len())));
            chosen.extend(changes.iter().cloned());
        }
    }
    chosen
}
