//! Adding, copying and removing elements.

use std::ops::Range;

use hcl_edit::structure::Block;

use super::{Applied, EditError, EditErrorKind, blocks::commented_lines, providers, values::insert_argument};
use crate::{
    check::unknown_reference,
    document::{Document, Element, ElementKind},
    files::{self, is_root},
    format::layout,
    locate::{self, span},
    path::is_identifier,
    refs::references,
    scaffold::{self, Context},
    schemas::{Schemas, local_name},
    splice::{Draft, line_end},
    write,
};

impl ElementKind {
    /// The address of an element of this kind; for a provider configuration the name is its alias, or its own type.
    pub(crate) fn address(self, ty: &str, name: &str) -> Option<String> {
        Some(match self {
            ElementKind::Resource => format!("{ty}.{name}"),
            ElementKind::Data => format!("data.{ty}.{name}"),
            ElementKind::Ephemeral => format!("ephemeral.{ty}.{name}"),
            ElementKind::Variable => format!("var.{name}"),
            ElementKind::Local => format!("local.{name}"),
            ElementKind::Output => format!("output.{name}"),
            ElementKind::Module => format!("module.{name}"),
            ElementKind::Provider if name == ty => format!("provider.{ty}"),
            ElementKind::Provider => format!("provider.{ty}.{name}"),
            ElementKind::Terraform | ElementKind::Other => return None,
        })
    }

    /// The file that people expect it in.
    pub(crate) fn file(self) -> &'static str {
        match self {
            ElementKind::Variable => "variables.tf",
            ElementKind::Output => "outputs.tf",
            ElementKind::Provider | ElementKind::Terraform => "providers.tf",
            _ => "main.tf",
        }
    }
}

/// What a new element is called when nobody says.
fn default_name(kind: ElementKind, ty: &str) -> &str {
    match kind {
        ElementKind::Variable => "variable",
        ElementKind::Local => "local",
        ElementKind::Output => "output",
        ElementKind::Provider => ty,
        _ => "main",
    }
}

pub(super) fn add(
    document: &Document,
    schemas: &Schemas,
    kind: ElementKind,
    ty: Option<&str>,
    name: Option<&str>,
    file: Option<&str>,
) -> Result<Applied, EditError> {
    let ty = ty.unwrap_or("");
    if kind.catalog().is_some() && !is_identifier(ty) {
        return Err(EditError::invalid(format!("{ty:?} is not a type's name")));
    }
    let address_of = |name: &str| kind.address(ty, name).unwrap_or_default();
    let name = match name {
        Some(name) => name.to_owned(),
        None => document.free_name(address_of, default_name(kind, ty)),
    };
    check_name(&name)?;
    let address = kind
        .address(ty, &name)
        .filter(|_| kind != ElementKind::Module)
        .ok_or_else(|| EditError::invalid("only blocks with a known form can be added this way"))?;
    free(document, &address)?;
    let mut draft = Draft::new(document);
    let file = file.unwrap_or(kind.file());
    check_root(file)?;
    let context = Context { document, address: &address, valid: false };
    let body = kind.catalog().and_then(|k| schemas.get(k, ty)).map(|s| scaffold::body(&s.block, context));
    let body = body.unwrap_or_default();
    match kind {
        ElementKind::Local => add_locals(&mut draft, document, file, &format!("{name} = \"\""))?,
        ElementKind::Variable => {
            append(&mut draft, file, &format!("variable {}", write::string(&name)), "type = string\n")?
        }
        ElementKind::Output => {
            append(&mut draft, file, &format!("output {}", write::string(&name)), "value = null\n")?
        }
        ElementKind::Provider => {
            let alias =
                if name == ty { String::new() } else { format!("alias = {}\n", write::string(&name)) };
            append(&mut draft, file, &format!("provider {}", write::string(ty)), &format!("{alias}{body}"))?;
        }
        _ => {
            let keyword = kind.catalog().map_or("resource", |k| k.keyword());
            append(
                &mut draft,
                file,
                &format!("{keyword} {} {}", write::string(ty), write::string(&name)),
                &body,
            )?;
        }
    }
    let added = Applied::from_draft(draft, Some(address))?;
    match kind.catalog() {
        None => Ok(added),
        Some(_) if kind == ElementKind::Provider => providers::require(added, ty, schemas),
        Some(_) => providers::require(added, local_name(ty), schemas),
    }
}

pub(crate) fn append(draft: &mut Draft, file: &str, head: &str, body: &str) -> Result<(), EditError> {
    draft.append(file, &write::laid_out(&format!("{head} {{\n{body}}}\n"), ""))
}

/// Into the file's `locals` block, or a new one.
pub(crate) fn add_locals(
    draft: &mut Draft,
    document: &Document,
    file: &str,
    code: &str,
) -> Result<(), EditError> {
    let parsed = document.file(file);
    let block: Option<&Block> = parsed.and_then(|f| f.blocks("locals").next_back());
    match (parsed, block) {
        (Some(parsed), Some(block)) => {
            insert_argument(draft, file, &parsed.text, block, code);
            Ok(())
        }
        _ => append(draft, file, "locals", &format!("{code}\n")),
    }
}

/// A file that elements of the blueprint may stand in.
pub(super) fn check_root(file: &str) -> Result<(), EditError> {
    files::check_name(file)?;
    if is_root(file) {
        return Ok(());
    }
    let message = format!("{file} belongs to a module; the elements of a blueprint stand in no folder");
    Err(EditError::invalid(message))
}

pub(super) fn check_name(name: &str) -> Result<(), EditError> {
    if is_identifier(name) {
        return Ok(());
    }
    let shown: String = name.chars().take(100).collect();
    Err(EditError::invalid(format!(
        "{shown:?} is not a name: use letters, digits, `_` and `-`, and start with a letter or `_`"
    )))
}

pub(super) fn free(document: &Document, address: &str) -> Result<(), EditError> {
    match document.element(address) {
        Some(_) => Err(EditError::new(EditErrorKind::Conflict, format!("there is a {address} already"))),
        None => Ok(()),
    }
}

/// A copy right behind the original, under the first free name.
pub(super) fn duplicate(document: &Document, address: &str) -> Result<Applied, EditError> {
    let element = locate::element(document, address)?;
    let ty = element.ty.as_deref().unwrap_or("");
    let address_of = |name: &str| element.kind.address(ty, name).unwrap_or_default();
    if address_of(&element.name).is_empty() {
        return Err(EditError::invalid(format!("{address} has no name, so it cannot be copied")));
    }
    let name = document.free_name(address_of, &element.name);
    let code = document.code(element);
    let label = super::rename::name_span(document, element)
        .ok_or_else(|| EditError::invalid(format!("{address} has no name of its own; add an alias first")))?;
    let at = label.start - element.span.start..label.end - element.span.start;
    let copy =
        format!("{}{}{}", &code[..at.start], super::rename::name_code(element, &name), &code[at.end..]);
    // The name may have taken the place of lines, which others are aligned by.
    let copy = if layout(code) == code { layout(&copy) } else { copy };
    let text = document.text(&element.file).cloned().unwrap_or_default();
    let gap = if element.kind == ElementKind::Local { "\n" } else { "\n\n" };
    let indent = crate::splice::indent_at(&text, element.span.start).to_owned();
    let mut draft = Draft::new(document);
    draft.insert(&element.file, line_end(&text, element.span.end), format!("{gap}{indent}{copy}"));
    Applied::from_draft(draft, Some(address_of(&name)))
}

pub(super) fn remove(document: &Document, address: &str) -> Result<Applied, EditError> {
    let element = locate::element(document, address)?;
    let text = document.text(&element.file).cloned().unwrap_or_default();
    let mut draft = Draft::new(document);
    draft.replace(&element.file, extent(document, element, &text), "");
    let mut removed = Applied::from_draft(draft, None)?;
    if let Some(local) = providers::local_of(document, element) {
        removed = providers::release(removed, &local)?;
    }
    removed.dangling = dangling(&removed.document, element);
    Ok(removed)
}

/// Everything that goes with an element: its lines and the comments above them; the last local takes its block along.
pub(crate) fn extent(document: &Document, element: &Element, text: &str) -> Range<usize> {
    let own = element.span.start..element.span.end;
    match document.block(element).filter(|_| element.kind == ElementKind::Local) {
        Some(block) if block.body.len() == 1 => commented_lines(text, span(block)),
        _ => commented_lines(text, own),
    }
}

/// References to an element that is there no more.
fn dangling(document: &Document, gone: &Element) -> Vec<crate::Diagnostic> {
    if document.element(&gone.address).is_some() {
        return Vec::new();
    }
    let left = references(document).into_iter().filter(|r| r.address == gone.address);
    left.map(|r| unknown_reference(document, &r)).collect()
}
