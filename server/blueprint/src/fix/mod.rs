//! Fixes: changes that mend a finding. They are worked out when somebody asks for them, never while checking.
//!
//! A fix takes its finding away and brings no error with it. It is one [`Edit::Replace`] on the text that the finding is
//! about, so it is refused when that text has changed, and undone in one step.

mod all;
mod arguments;
mod blocks;
mod declare;
mod elements;
mod functions;
mod references;
mod site;
mod syntax;
mod types;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use self::site::{Budget, Site};
use super::{
    diagnostic::{Code, Diagnostic},
    document::Document,
    edit::Edit,
    schemas::Schemas,
};
pub(crate) use all::fix_all;
pub use syntax::syntax_fixes;

/// Most fixes for one finding.
const MAX_FIXES: usize = 6;

/// A change that mends a finding.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Fix {
    /// What it does, as a button says it: "Rename to location".
    pub title: String,
    /// Whether it is what was meant as far as anybody can tell, and nothing is lost by it: such fixes can be made
    /// together, unseen.
    pub sure: bool,
    /// Always a `replace`.
    pub edit: Edit,
}

/// A finding with what mends it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Finding {
    #[serde(flatten)]
    pub diagnostic: Diagnostic,
    /// Best first.
    pub fixes: Vec<Fix>,
}

/// What mends a finding of [`check`](super::check) in this very document, best first.
pub fn fixes(document: &Document, schemas: &Schemas, diagnostic: &Diagnostic) -> Vec<Fix> {
    within(&Budget::new(), document, schemas, diagnostic)
}

/// Findings with what mends each. Where there are too many to work all fixes out, the last ones have none.
pub fn with_fixes(document: &Document, schemas: &Schemas, diagnostics: Vec<Diagnostic>) -> Vec<Finding> {
    let budget = Budget::new();
    let finding = |diagnostic: Diagnostic| Finding {
        fixes: within(&budget, document, schemas, &diagnostic),
        diagnostic,
    };
    diagnostics.into_iter().map(finding).collect()
}

fn within(budget: &Budget, document: &Document, schemas: &Schemas, diagnostic: &Diagnostic) -> Vec<Fix> {
    let Some(site) = Site::new(document, schemas, diagnostic, budget) else { return Vec::new() };
    let found = match diagnostic.code {
        Code::MissingArgument => arguments::missing(&site),
        Code::EmptyValue => arguments::empty(&site),
        Code::UnknownArgument => arguments::unknown(&site),
        Code::ReadOnly => arguments::read_only(&site),
        Code::UndocumentedValue => arguments::undocumented(&site),
        Code::OutOfBounds => arguments::out_of_bounds(&site),
        Code::Conflict => arguments::conflict(&site),
        Code::Deprecated => arguments::deprecated(&site),
        Code::MissingBlock => blocks::missing(&site),
        Code::TooManyBlocks => blocks::too_many(&site),
        Code::UnknownBlock => blocks::unknown(&site),
        Code::WrongType => types::wrong(&site),
        Code::UnknownFunction => functions::unknown(&site),
        Code::UnknownReference => references::unknown(&site),
        Code::DuplicateAddress => elements::duplicate(&site),
        Code::Unused => elements::unused(&site),
        _ => Vec::new(),
    };
    let mut unique: Vec<Fix> = Vec::new();
    for fix in found {
        if !unique.iter().any(|other| other.edit == fix.edit) {
            unique.push(fix);
        }
    }
    unique.truncate(MAX_FIXES);
    unique
}
