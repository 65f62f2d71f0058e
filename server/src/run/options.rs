//! What a run does otherwise than the deployment's other runs: only a part of the plan, replacements, other values.
//!
//! Source: <https://developer.hashicorp.com/terraform/cli/commands/plan#planning-options>

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::{
    Operation,
    snapshot::{Snapshot, Variable},
};
use crate::{
    blueprint::{self, Document, Files, Target},
    error::{Error, Result},
    project::blueprints::Texts,
};

/// Most addresses of a kind.
const MAX_ADDRESSES: usize = 100;
/// Longest value of a variable, in bytes of JSON.
const MAX_VALUE: usize = 64 * 1024;
/// Variables of a blueprint that are looked through.
const MAX_VARIABLES: usize = 10_000;

/// What was asked for, without values.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default)]
pub struct Options {
    /// Addresses of resources, data sources or modules: only these, and what they need, are planned.
    pub targets: Vec<String>,
    /// Addresses of resources that are replaced even if nothing about them changes.
    pub replaces: Vec<String>,
    /// Names of variables that have another value in this run than in the deployment.
    pub variables: Vec<String>,
}

impl Options {
    /// Checks what is asked for. Addresses are kept as they are written in one way only.
    ///
    /// # Errors
    /// What is wrong, by field.
    pub fn read(
        operation: Operation,
        targets: &[String],
        replaces: &[String],
        variables: &BTreeMap<String, Box<RawValue>>,
    ) -> Result<Options> {
        if !replaces.is_empty() && matches!(operation, Operation::Destroy | Operation::Refresh) {
            let message = "a run that destroys or refreshes replaces nothing: leave it empty";
            return Err(Error::field("replaces", message));
        }
        let too_large = variables.iter().find(|(_, value)| value.get().len() > MAX_VALUE);
        if let Some((name, _)) = too_large {
            let message = format!("the value may have at most {MAX_VALUE} bytes");
            return Err(Error::field(&format!("variables/{name}"), message));
        }
        Ok(Options {
            targets: addresses("targets", targets, Target::read_limit)?,
            replaces: addresses("replaces", replaces, |text| Target::read(text).map(|t| t.to_string()))?,
            variables: variables.keys().cloned().collect(),
        })
    }

    /// The arguments of `terraform plan`.
    pub fn arguments(&self) -> impl Iterator<Item = String> {
        let targets = self.targets.iter().map(|address| format!("-target={address}"));
        targets.chain(self.replaces.iter().map(|address| format!("-replace={address}")))
    }
}

fn addresses(
    field: &str,
    given: &[String],
    read: impl Fn(&str) -> std::result::Result<String, &'static str>,
) -> Result<Vec<String>> {
    if given.len() > MAX_ADDRESSES {
        return Err(Error::field(field, format!("name at most {MAX_ADDRESSES}")));
    }
    let one = |(at, text): (usize, &String)| {
        read(text).map_err(|message| Error::field(&format!("{field}/{at}"), format!("“{text}”: {message}")))
    };
    let mut read: Vec<String> = given.iter().enumerate().map(one).collect::<Result<_>>()?;
    let mut seen = std::collections::HashSet::new();
    read.retain(|address| seen.insert(address.clone()));
    Ok(read)
}

/// The values of variables for one run. One is sensitive that is so declared, or whose value in the deployment is.
///
/// # Errors
/// The blueprint has no such variable.
pub fn overrides(
    files: &Texts,
    snapshot: &Snapshot,
    given: &BTreeMap<String, Box<RawValue>>,
) -> Result<Vec<Variable>> {
    if given.is_empty() {
        return Ok(Vec::new());
    }
    let files: Files = files.iter().map(|(name, text)| (name.clone(), text.as_str().into())).collect();
    // A revision is HCL, else it would not have been stored.
    let declared = Document::parse(&files).map(|document| blueprint::variables(&document, MAX_VARIABLES));
    let declared = declared.unwrap_or_default();
    let one = |name: &str, json: &RawValue| {
        let variable = declared.iter().find(|variable| variable.name == name);
        let absent = || Error::field(&format!("variables/{name}"), format!("there is no variable {name}"));
        let hidden = snapshot.variables.iter().any(|value| value.name == name && value.sensitive);
        let sensitive = variable.ok_or_else(absent)?.sensitive || hidden;
        Ok(Variable { name: name.to_owned(), json: json.to_owned(), sensitive })
    };
    given.iter().map(|(name, json)| one(name, json)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(operation: Operation, targets: &[&str], replaces: &[&str]) -> Result<Options> {
        let owned = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        Options::read(operation, &owned(targets), &owned(replaces), &BTreeMap::new())
    }

    #[test]
    fn addresses_become_arguments() {
        let options = read(Operation::Apply, &["module.m", " a_b.c ", "a_b.c"], &["a_b.c[0]"]).unwrap();
        let arguments: Vec<String> = options.arguments().collect();
        assert_eq!(arguments, ["-target=module.m", "-target=a_b.c", "-replace=a_b.c[0]"]);
    }

    #[test]
    fn what_terraform_would_not_take_is_refused() {
        assert!(read(Operation::Destroy, &["a_b.c"], &[]).is_ok());
        assert!(read(Operation::Destroy, &[], &["a_b.c"]).is_err());
        assert!(read(Operation::Plan, &["a_b.c -destroy"], &[]).is_err());
        assert!(read(Operation::Plan, &[], &["module.m"]).is_err());
        let many: Vec<String> = (0..101).map(|i| format!("a_b.c{i}")).collect();
        assert!(Options::read(Operation::Plan, &many, &[], &BTreeMap::new()).is_err());
    }
}
