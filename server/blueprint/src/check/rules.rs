//! Conditions: of variables, outputs, elements, checks.

use hcl_edit::structure::Block;

use super::{Findings, constant};
use crate::{diagnostic::Code, locate::span, path::Path};

/// A condition must look at something, else it would always come out the same.
pub(super) fn refers(findings: &mut Findings<'_>, rule: &Block, path: &Path) {
    let Some(condition) = rule.body.get_attribute("condition") else { return };
    if constant::names_something(&condition.value) {
        return;
    }
    let message = "this condition always comes out the same: let it refer to something".to_owned();
    findings.error(Code::InvalidCondition, span(&condition.value), &path.name("condition"), message);
}
