//! Adding a piece of code as a whole, such as an example of a provider's documentation.

use std::collections::{BTreeMap, BTreeSet};

use cloudoven_crawler::catalog::Kind;

use super::{
    Applied, EditError, EditErrorKind, blocks::commented_lines, elements::add_locals, providers,
    rename::rename,
};
use crate::{
    document::{Document, Element, ElementKind},
    files::{Files, MAX_FILE_BYTES},
    import::target_of,
    locate,
    schemas::Schemas,
    splice::Draft,
    write,
};

/// Longest code, in bytes.
const MAX_CODE: usize = MAX_FILE_BYTES;
/// The name that the code has while it is read.
const FILE: &str = "code.tf";
/// Where `import` blocks go: they are taken out again once they have done their work.
const IMPORTS_FILE: &str = "imports.tf";

/// The catalog documents that describe the elements of `code`, and what it imports; none for what is no HCL.
pub fn needs(code: &str) -> Vec<(Kind, String)> {
    let Ok(document) = parse(code) else { return Vec::new() };
    let imports = document.elements().iter().filter(|e| e.keyword == "import");
    let targets = imports.filter_map(|e| target_of(document.block(e)?));
    let targets =
        targets.filter(|target| target.modules.is_empty()).map(|target| (Kind::Resource, target.ty));
    document.needs().into_iter().chain(targets).collect()
}

/// Adds every element of `code` to the file that people expect it in. A name that is taken gets a number, in the code's
/// own references as well. Settings of Terraform itself, and configurations of providers that are configured already,
/// are left out; `required_providers` keeps itself.
pub(super) fn add(document: &Document, schemas: &Schemas, code: &str) -> Result<Applied, EditError> {
    let code = unique(document, parse(code)?)?;
    let wanted = |e: &&Element| match e.kind {
        ElementKind::Terraform => false,
        ElementKind::Provider => document.element(&e.address).is_none(),
        _ => true,
    };
    let elements: Vec<&Element> = code.elements().iter().filter(wanted).collect();
    let first = elements.iter().find(|e| e.kind == ElementKind::Resource).or(elements.first());
    let Some(first) = first.map(|e| e.address.clone()) else {
        return Err(EditError::invalid("there is nothing in this code that a blueprint could hold"));
    };
    let mut draft = Draft::new(document);
    for (file, text) in by_file(&code, &elements) {
        draft.append(file, &write::laid_out(&text, ""))?;
    }
    let locals: Vec<&str> =
        elements.iter().filter(|e| e.kind == ElementKind::Local).map(|e| code.code(e)).collect();
    if !locals.is_empty() {
        add_locals(&mut draft, document, ElementKind::Local.file(), &locals.join("\n"))?;
    }
    let added = Applied::from_draft(draft, Some(first))?;
    let providers: BTreeSet<String> = elements.iter().filter_map(|e| providers::local_of(&code, e)).collect();
    providers.iter().try_fold(added, |done, local| providers::require(done, local, schemas))
}

pub(crate) fn parse(code: &str) -> Result<Document, EditError> {
    if code.len() > MAX_CODE {
        let message = format!("the code is {} bytes; {MAX_CODE} can be added at once", code.len());
        return Err(EditError::new(EditErrorKind::TooLarge, message));
    }
    let mut files = Files::default();
    files.insert(FILE, code)?;
    Document::parse(&files).map_err(|faults| match faults.into_iter().next() {
        Some(fault) => EditError { file: None, ..EditError::from(fault) },
        None => EditError::new(EditErrorKind::Syntax, "this is not HCL"),
    })
}

/// The code with a free name for each element whose own is taken.
fn unique(document: &Document, mut code: Document) -> Result<Document, EditError> {
    let named =
        |e: &&Element| !matches!(e.kind, ElementKind::Terraform | ElementKind::Other | ElementKind::Provider);
    let elements: Vec<Element> = code.elements().iter().filter(named).cloned().collect();
    for element in elements.iter().filter(|e| document.element(&e.address).is_some()) {
        let ty = element.ty.as_deref().unwrap_or("");
        let address_of = |name: &str| element.kind.address(ty, name).unwrap_or_default();
        let name = (2..)
            .map(|n| format!("{}_{n}", element.name))
            .find(|name| [document, &code].iter().all(|d| d.element(&address_of(name)).is_none()));
        if let Some(name) = name {
            code = rename(&code, &element.address, &name)?.document;
        }
    }
    Ok(code)
}

/// The code of all blocks, comments above them included, by the file that each belongs in.
fn by_file(code: &Document, elements: &[&Element]) -> BTreeMap<&'static str, String> {
    let text = code.text(FILE).map_or("", |text| text);
    let mut files: BTreeMap<&'static str, String> = BTreeMap::new();
    for element in elements.iter().filter(|e| e.kind != ElementKind::Local) {
        let Some(block) = code.block(element) else { continue };
        let block = &text[commented_lines(text, locate::span(block))];
        let file = if element.keyword == "import" { IMPORTS_FILE } else { element.kind.file() };
        let all = files.entry(file).or_default();
        if !all.is_empty() {
            all.push('\n');
        }
        all.push_str(block.trim_matches(['\n', '\r']));
        all.push('\n');
    }
    files
}

#[cfg(test)]
mod tests {
    use super::*;

    const CODE: &str = "terraform {\n  required_version = \">= 1\"\n}\n\nprovider \"acme\" {\n  region = \"here\"\n}\n\n\
        # The network.\nresource \"acme_network\" \"main\" {\n  name = local.name\n}\n\nlocals {\n  name = \"n\"\n}\n\n\
        resource \"acme_server\" \"web\" {\n  network_id = acme_network.main.id\n}\n\noutput \"id\" {\n  value = acme_server.web.id\n}\n";

    fn document(text: &str) -> Document {
        let mut files = Files::canonical();
        files.insert("main.tf", text).unwrap();
        Document::parse(&files).unwrap()
    }

    #[test]
    fn names_are_made_unique_in_references_too() {
        let before =
            document("resource \"acme_network\" \"main\" {\n}\n\nlocals {\n  name = \"x\" # kept\n}\n");
        let applied = add(&before, &Schemas::new(), CODE).unwrap();
        let main = applied.document.text("main.tf").unwrap();
        for expected in [
            "# The network.\nresource \"acme_network\" \"main_2\" {\n  name = local.name_2\n}\n",
            "network_id = acme_network.main_2.id",
            "  name   = \"x\" # kept\n  name_2 = \"n\"\n",
        ] {
            assert!(main.contains(expected), "{expected} in {main}");
        }
        assert_eq!(applied.address.as_deref(), Some("acme_network.main_2"));
        assert!(applied.document.text("outputs.tf").unwrap().contains("acme_server.web.id"));
        let providers = applied.document.text("providers.tf").unwrap();
        assert!(providers.contains("region") && !providers.contains("required_version"), "{providers}");
    }

    #[test]
    fn what_is_configured_stays_as_it_is() {
        let before = document("provider \"acme\" {\n}\n");
        let applied = add(&before, &Schemas::new(), CODE).unwrap();
        assert!(!applied.document.files().any(|(_, text)| text.contains("region")));
    }

    #[test]
    fn what_is_no_code_is_refused_with_its_place() {
        let error = add(&document(""), &Schemas::new(), "resource \"a\" {\n  x = \n}\n").unwrap_err();
        assert_eq!((error.kind, error.line), (EditErrorKind::Syntax, Some(2)), "{error:?}");
        assert!(add(&document(""), &Schemas::new(), "terraform {}\n").is_err());
        assert!(add(&document(""), &Schemas::new(), &"#".repeat(MAX_CODE + 1)).is_err());
    }
}
