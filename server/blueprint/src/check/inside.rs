//! The steps that follow an element's name, against its schema, as far as Terraform looks at them before a plan.

use std::ops::Range;

use cloudoven_crawler::catalog::{Block, Nesting, Type};

use super::address::Step;
use crate::similar::similar;

/// The first step that leads nowhere: how many steps there are up to it, and what is wrong with it.
pub(super) fn fault(schema: &Block, steps: &[(Step<'_>, Range<usize>)]) -> Option<(usize, String)> {
    let mut block = schema;
    let mut at = 0;
    loop {
        let (step, _) = steps.get(at)?;
        at += 1;
        let Step::Name(name) = step else {
            return Some((at, "an attribute is named after a dot, not in brackets".to_owned()));
        };
        if let Some(attribute) = block.attributes.get(*name) {
            let (step, _) = steps.get(at)?;
            return within(name, &attribute.ty, step).map(|message| (at + 1, message));
        }
        let Some(nested) = block.blocks.get(*name) else {
            let names = block.attributes.keys().chain(block.blocks.keys()).map(String::as_str);
            let hint =
                similar(name, names).map(|meant| format!("; did you mean {meant}?")).unwrap_or_default();
            return Some((at, format!("there is no attribute {name}{hint}")));
        };
        let next = steps.get(at).map(|(step, _)| step);
        match (nested.nesting, next) {
            (_, None) => return None,
            (Nesting::List, Some(Step::Name(_))) => {
                return Some((
                    at,
                    format!("there may be many {name} blocks: say which one, as in {name}[0]"),
                ));
            }
            (Nesting::Set, Some(_)) => {
                return Some((
                    at,
                    format!("{name} blocks have no order: go through them with for, or with [*]"),
                ));
            }
            (Nesting::List | Nesting::Map, Some(_)) => at += 1,
            (Nesting::Single | Nesting::Group, Some(_)) => {}
        }
        block = &nested.block;
    }
}

/// What is wrong with a step into an attribute's value.
fn within(name: &str, ty: &Type, step: &Step<'_>) -> Option<String> {
    match (ty, step) {
        (Type::String | Type::Number | Type::Bool, _) => {
            Some(format!("{name} is a {ty}, which has no parts"))
        }
        (Type::Object(attributes), Step::Name(part)) if !attributes.contains_key(*part) => {
            Some(format!("{name} has no attribute {part}"))
        }
        (Type::List(_) | Type::Set(_), Step::Name(part)) => {
            Some(format!("{name} is a {ty}, which has no attribute {part}"))
        }
        _ => None,
    }
}
