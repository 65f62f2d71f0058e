//! The `terraform` block.
//!
//! Source: <https://developer.hashicorp.com/terraform/language/block/terraform>

use cloudoven_crawler::catalog::Address as Source;
use hcl_edit::{
    expr::{Expression, Object},
    structure::{Attribute, Block},
};

use super::{Findings, Severity, blocks, constant, labels, numbered};
use crate::{
    diagnostic::Code,
    locate::{key_text, span},
    path::Path,
    types::Inferred,
};

pub(super) fn check<'a>(findings: &mut Findings<'a>, block: &'a Block) {
    let root = Path::root();
    blocks::check(findings, &blocks::TERRAFORM, &block.body, span(&block.ident), &root);
    for attribute in block.body.attributes() {
        let path = root.name(attribute.key.as_str());
        match attribute.key.as_str() {
            "required_version" if !attribute.value.is_null() => version(findings, &attribute.value, &path),
            "experiments" => {
                let message =
                    "experiments are only in Terraform's own test versions: leave this out".to_owned();
                findings.error(Code::UnknownArgument, span(&attribute.key), &path, message);
            }
            "language" if attribute.value.as_variable().is_none_or(|word| word.as_str() != "TF2021") => {
                let message = "TF2021 is the only edition of the language: leave this out".to_owned();
                findings.error(Code::InvalidReference, span(&attribute.value), &path, message);
            }
            _ => {}
        }
    }
    for (inner, path) in
        numbered(&block.body, &root).filter(|(b, _)| b.ident.as_str() == "required_providers")
    {
        required_providers(findings, inner, &path);
    }
}

fn required_providers<'a>(findings: &mut Findings<'a>, block: &'a Block, base: &Path) {
    for inner in block.body.blocks() {
        let message =
            format!("there are no blocks in required_providers: write `{} = {{ … }}`", inner.ident.as_str());
        let path = base.name(inner.ident.as_str());
        findings.error(Code::UnknownBlock, span(&inner.ident), &path, message);
    }
    for attribute in block.body.attributes() {
        let (name, path) = (attribute.key.as_str(), base.name(attribute.key.as_str()));
        let valid = labels::is_name(name) && !name.contains('_') && name.to_lowercase() == name;
        if !valid {
            let message =
                format!("{name} cannot be the name of a provider: use small letters, digits and `-`");
            findings.error(Code::InvalidName, span(&attribute.key), &path, message);
        }
        match &attribute.value {
            Expression::Object(object) => requirement(findings, attribute, object, &path),
            Expression::String(_) | Expression::StringTemplate(_) | Expression::Number(_) => {
                version(findings, &attribute.value, &path);
            }
            other => {
                let message = format!("write where {name} comes from: {{ source = \"namespace/{name}\" }}");
                findings.error(Code::WrongType, span(other), &path, message);
            }
        }
    }
}

fn requirement<'a>(findings: &mut Findings<'a>, attribute: &'a Attribute, object: &'a Object, path: &Path) {
    for (key, value) in object.iter() {
        let value = value.expr();
        let fault = match key_text(key) {
            Some("version") => {
                version(findings, value, &path.name("version"));
                continue;
            }
            Some("source") => match value.as_str() {
                Some(source) if source.parse::<Source>().is_ok() => continue,
                Some(_) => {
                    (Code::InvalidName, "source is [host/][namespace/]name, such as hashicorp/aws".to_owned())
                }
                None => (Code::WrongType, "source is a text in quotes".to_owned()),
            },
            Some("configuration_aliases") if value.is_array() => continue,
            Some("configuration_aliases") => {
                (Code::WrongType, "configuration_aliases is a list: [name.alias]".to_owned())
            }
            other => {
                let name = other.unwrap_or("this");
                (
                    Code::UnknownArgument,
                    format!(
                        "{name} does not belong here: there are source, version and configuration_aliases; settings are in a provider block"
                    ),
                )
            }
        };
        let place = if matches!(fault.0, Code::UnknownArgument) { span(attribute) } else { span(value) };
        findings.add(Severity::Error, fault.0, Some(place), path, fault.1);
    }
}

/// A version constraint, known from the text.
pub(super) fn version<'a>(findings: &mut Findings<'a>, value: &'a Expression, path: &Path) {
    let (code, message) = if constant::variable_in(value).is_some() {
        let message =
            "a version constraint is read before anything else: write it without references or calls";
        (Code::NotConstant, message)
    } else {
        match findings.judged(value, path) {
            Inferred::String(text) if is_constraint(&text) => return,
            Inferred::Number(number) if number >= 0.0 => return,
            Inferred::Of(_) => return,
            _ => (Code::WrongType, "this is no version constraint: write \">= 1.2\" or \"~> 1.2\""),
        }
    };
    findings.error(code, span(value), path, message.to_owned());
}

/// Whether Terraform reads a text as a version constraint.
///
/// Source: <https://developer.hashicorp.com/terraform/language/expressions/version-constraints>
fn is_constraint(text: &str) -> bool {
    text.split(',').all(|part| {
        let part = part.trim();
        let version = part.trim_start_matches(['=', '!', '>', '<', '~']).trim_start();
        let operator = part[..part.len() - version.len()].trim_end();
        matches!(operator, "" | "=" | "!=" | ">" | ">=" | "<" | "<=" | "~>") && is_version(version)
    })
}

fn is_version(text: &str) -> bool {
    let text = text.strip_prefix('v').unwrap_or(text);
    let end = text.find(['-', '+']).unwrap_or(text.len());
    let (numbers, rest) = text.split_at(end);
    let label = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '+' | '.' | '~');
    !numbers.is_empty()
        && numbers.split('.').all(|number| !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()))
        && rest.chars().all(label)
        && rest.len() != 1
}

#[cfg(test)]
mod tests {
    use super::is_constraint;

    /// Each of these was tried with `terraform validate`.
    #[test]
    fn reads_version_constraints() {
        for good in ["1", "1.2.3", ">= 1, < 2.0", "~> 0.1", "!=1.0", "= 1.2.3-beta.1", "v1.0"] {
            assert!(is_constraint(good), "{good}");
        }
        for bad in ["", "x", "1.x", "=> 1", "~~> 1", ">= ", "1,,2", "1.", "latest"] {
            assert!(!is_constraint(bad), "{bad}");
        }
    }
}
