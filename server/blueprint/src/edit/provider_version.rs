//! Moving a blueprint to another version of a provider: the constraint in `required_providers`.

use super::{Applied, EditError, providers, values};
use crate::{
    document::{Document, ElementKind},
    locate::key_text,
    path::Path,
    schemas::Schemas,
    value::Value,
};

/// Longest constraint, in characters.
const MAX_CONSTRAINT: usize = 200;

/// Replaces the constraint of a local provider name; everything around it stays. An entry without one gets it, and a
/// provider without an entry gets an entry.
pub(super) fn set(
    document: &Document,
    schemas: &Schemas,
    local: &str,
    constraint: &str,
) -> Result<Applied, EditError> {
    check(constraint)?;
    let value = Value::literal(&constraint).map_err(|e| EditError::invalid(e.to_string()))?;
    match entry(document, local) {
        Some((address, path)) => values::set(document, &address, &path, &value),
        None if document.told().any(|told| told.required_providers.contains_key(local)) => {
            Err(EditError::invalid(format!("the version of {local} is in JSON, which is kept as it is")))
        }
        None => {
            let nothing = Applied {
                document: document.clone(),
                touched: Default::default(),
                address: None,
                dangling: Vec::new(),
            };
            let required = providers::require(nothing, local, schemas)?;
            let (address, path) = entry(&required.document, local).ok_or_else(|| {
                EditError::not_found(format!("the catalog knows no provider that {local} could be"))
            })?;
            let set = values::set(&required.document, &address, &path, &value)?;
            Ok(required.then(set))
        }
    }
}

fn check(constraint: &str) -> Result<(), EditError> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "~<>=!., +-".contains(c);
    if constraint.len() > MAX_CONSTRAINT || constraint.trim().is_empty() || !constraint.chars().all(allowed) {
        return Err(EditError::invalid("this is not a version constraint, such as `~> 4.80`"));
    }
    Ok(())
}

/// Where the constraint of a provider is or belongs: the `terraform` block, and the path in it.
fn entry(document: &Document, local: &str) -> Option<(String, Path)> {
    let blocks = document.elements().iter().filter(|e| e.kind == ElementKind::Terraform);
    blocks.into_iter().find_map(|element| {
        let inner = document.block(element)?.body.get_blocks("required_providers");
        inner.enumerate().find_map(|(i, block)| {
            let value = &block.body.get_attribute(local)?.value;
            let path = Path::root().name("required_providers").index(i).name(local);
            let old_form = value.as_str().is_some();
            let object = value.as_object().is_some_and(|o| o.iter().all(|(key, _)| key_text(key).is_some()));
            Some((element.address.clone(), if old_form || !object { path } else { path.name("version") }))
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Files;

    fn moved(text: &str) -> String {
        let mut files = Files::default();
        files.insert("providers.tf", text).unwrap();
        let document = Document::parse(&files).unwrap();
        let applied = set(&document, &Schemas::new(), "acme", "~> 2.0").unwrap();
        applied.document.text("providers.tf").unwrap().to_string()
    }

    #[test]
    fn only_the_constraint_changes() {
        let text = "terraform {\n  required_providers {\n    # Ours.\n    acme = {\n      source  = \"acme/acme\"\n      version = \"~> 1.2\" # pinned\n    }\n  }\n}\n";
        assert_eq!(moved(text), text.replace("~> 1.2", "~> 2.0"));
        let one_line = "terraform {\n  required_providers {\n    acme = { source = \"a/acme\", version = \"1.0.0\" } # x\n  }\n}\n";
        assert_eq!(moved(one_line), one_line.replace("1.0.0", "~> 2.0"));
        let old = "terraform {\n  required_providers {\n    acme = \"~> 1.2\"\n  }\n}\n";
        assert_eq!(moved(old), old.replace("~> 1.2", "~> 2.0"));
    }

    #[test]
    fn a_missing_constraint_is_added() {
        let text = "terraform {\n  required_providers {\n    acme = {\n      source = \"acme/acme\"\n    }\n  }\n}\n";
        assert!(moved(text).contains("      source  = \"acme/acme\"\n      version = \"~> 2.0\"\n"));
    }

    #[test]
    fn what_is_no_constraint_is_refused() {
        let document = Document::default();
        for bad in ["", "\"}", "${x}", "1\n2"] {
            assert!(set(&document, &Schemas::new(), "acme", bad).is_err(), "{bad}");
        }
        assert!(set(&document, &Schemas::new(), "acme", "1.0").is_err(), "nobody knows the provider");
    }
}
