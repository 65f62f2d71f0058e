//! `terraform { required_providers { … } }` keeps itself: the first use of a provider adds its entry, the last one gone
//! takes it away.
//!
//! Source: <https://developer.hashicorp.com/terraform/language/providers/requirements>

use super::{Applied, EditError, blocks::commented_lines, values::insert_argument};
use crate::{
    document::{Document, Element, ElementKind, attribute_span},
    import::target_of,
    json::is_json,
    locate::span,
    schemas::{Provider, Schemas, local_name},
    splice::{Draft, line_end},
    write,
};

/// Where the block goes when there is none.
const FILE: &str = "providers.tf";

/// Adds the entry of a local provider name if it is missing and the catalog knows the provider.
pub(super) fn require(applied: Applied, local: &str, schemas: &Schemas) -> Result<Applied, EditError> {
    let document = applied.document.clone();
    let Some(provider) = schemas.providers.get(local).filter(|p| !p.address.is_builtin()) else {
        return Ok(applied);
    };
    if document.required_providers().contains_key(local) {
        return Ok(applied);
    }
    let entry = entry(local, provider);
    let mut draft = Draft::new(&document);
    let existing = document.required_provider_blocks().next();
    if let Some((file, _, block)) = existing {
        let text = document.text(file).cloned().unwrap_or_default();
        insert_argument(&mut draft, file, &text, block, &entry);
    } else if document.told().any(|told| !told.required_providers.is_empty()) {
        // A module has one such block, and this one's is in JSON. What Terraform takes for granted needs no entry.
        let granted = provider.address.source() == format!("hashicorp/{local}");
        let message =
            format!("required_providers is in JSON, which is kept as it is: {local} has to be added there");
        return if granted { Ok(applied) } else { Err(EditError::invalid(message)) };
    } else {
        add_block(&mut draft, &document, &entry)?;
    }
    let next = Applied::from_draft(draft, None)?;
    Ok(applied.then(next))
}

fn entry(local: &str, provider: &Provider) -> String {
    let source = write::string(&provider.address.source());
    let version = constraint(&provider.version)
        .map(|v| format!("version = {}\n", write::string(&v)))
        .unwrap_or_default();
    format!("{local} = {{\nsource = {source}\n{version}}}")
}

/// `4.80.1` → `~> 4.80`: any later minor version, as Terraform's documentation advises.
fn constraint(version: &str) -> Option<String> {
    let mut parts = version.split('.');
    let numeric = |part: Option<&str>| part.and_then(|p| p.parse::<u64>().ok());
    let (major, minor) = (numeric(parts.next())?, numeric(parts.next())?);
    Some(format!("~> {major}.{minor}"))
}

/// Into a `terraform` block that stands, else at the top of `providers.tf`.
fn add_block(draft: &mut Draft, document: &Document, entry: &str) -> Result<(), EditError> {
    let inner = format!("required_providers {{\n{entry}\n}}\n");
    let standing = document.elements().iter().find(|e| e.kind == ElementKind::Terraform);
    if let Some((element, block)) = standing.and_then(|e| Some((e, document.block(e)?))) {
        let text = document.text(&element.file).cloned().unwrap_or_default();
        let Some(last) = block.body.iter().last().map(|s| span(s).end) else {
            insert_argument(draft, &element.file, &text, block, inner.trim_end());
            return Ok(());
        };
        let code = write::laid_out(&inner, "  ");
        draft.insert(&element.file, line_end(&text, last), format!("\n\n{}", code.trim_end()));
        return Ok(());
    }
    let code = write::laid_out(&format!("terraform {{\n{inner}}}\n"), "");
    let text = document.text(FILE).cloned().unwrap_or_default();
    let first = document.file(FILE).and_then(|f| f.spans().next()).map(|span| span.start);
    match first {
        Some(first) => {
            let at = commented_lines(&text, first..first).start;
            draft.insert(FILE, at, format!("{code}\n"));
            Ok(())
        }
        None => draft.append(FILE, &code),
    }
}

/// Takes an entry away if nothing uses it, and the blocks that it leaves empty.
pub(super) fn release(applied: Applied, local: &str) -> Result<Applied, EditError> {
    let document = applied.document.clone();
    let used = document.elements().iter().any(|e| {
        // A module may be given a provider by its name; what it needs is not known here.
        e.kind == ElementKind::Module || local_of(&document, e).as_deref() == Some(local)
    });
    let found = document
        .required_provider_blocks()
        .find_map(|(file, outer, block)| Some((file, outer, block, block.body.get_attribute(local)?)));
    let Some((file, outer, block, attribute)) = found.filter(|_| !used) else { return Ok(applied) };
    let text = document.text(file).cloned().unwrap_or_default();
    let range = match (outer.body.len(), block.body.len()) {
        (1, 1) => span(outer),
        (_, 1) => span(block),
        _ => attribute_span(attribute),
    };
    let mut draft = Draft::new(&document);
    draft.replace(file, commented_lines(&text, range), "");
    let next = Applied::from_draft(draft, None)?;
    Ok(applied.then(next))
}

/// The local name of the provider that an element belongs to.
pub(crate) fn local_of(document: &Document, element: &Element) -> Option<String> {
    let block = document.block(element);
    let target = block.filter(|_| element.keyword == "import").and_then(target_of);
    // What is imported into a module is the module's.
    let imported =
        target.as_ref().filter(|target| target.modules.is_empty()).map(|target| target.ty.as_str());
    let ty = element.ty.as_deref().or(imported)?;
    if element.kind == ElementKind::Provider {
        return Some(ty.to_owned());
    }
    if imported.is_none() {
        element.kind.catalog()?;
    }
    if is_json(&element.file) {
        let (_, declared) = document.declared(element)?;
        return declared.makers.first()?.split('.').nth(1).map(str::to_owned);
    }
    let explicit = block?.body.get_attribute("provider");
    let root = explicit.and_then(|a| match &a.value {
        hcl_edit::expr::Expression::Variable(v) => Some(v.as_str().to_owned()),
        hcl_edit::expr::Expression::Traversal(t) => t.expr.as_variable().map(|v| v.as_str().to_owned()),
        _ => None,
    });
    Some(root.unwrap_or_else(|| local_name(ty).to_owned()))
}

#[cfg(test)]
mod tests {
    use super::constraint;

    #[test]
    fn constraints_follow_the_minor_version() {
        assert_eq!(constraint("4.80.1").as_deref(), Some("~> 4.80"));
        assert_eq!(constraint("3.0.2-beta1").as_deref(), Some("~> 3.0"));
        assert_eq!(constraint("dev"), None);
    }
}
