//! "Make this a variable": the value moves into the default of a new variable, and the argument refers to it.

use cloudoven_crawler::catalog::{self, Type};

use super::{
    Applied, EditError,
    elements::{check_name, free},
    values::set_code,
};
use crate::{
    document::{Document, Element},
    infer::{argument_type, infer},
    locate::{inside, place, span},
    path::Path,
    schemas::Schemas,
    splice::Draft,
    types::general,
    view::{first_sentence, literal},
    write,
};

pub(super) fn make(
    document: &Document,
    schemas: &Schemas,
    address: &str,
    path: &Path,
    name: Option<&str>,
) -> Result<Applied, EditError> {
    let found = place(document, address, path)?;
    let argument = found.name.ok_or_else(|| EditError::invalid("the path names a block, not an argument"))?;
    let base = path.last_name().unwrap_or(argument);
    let name = match name {
        Some(name) => name.to_owned(),
        None => document.free_name(|name| format!("var.{name}"), base),
    };
    check_name(&name)?;
    let variable = format!("var.{name}");
    free(document, &variable)?;
    let value = found.attribute().map(|a| inside(&a.value, found.inner)).filter(|(_, rest)| rest.is_empty());
    let value = value.map(|(value, _)| value).filter(|value| !value.is_null());
    if value.is_some_and(|v| literal(found.text, v).is_none()) {
        return Err(EditError::invalid(
            "only a literal value can become a variable's default; this is an expression",
        ));
    }
    let schema = schemas.of(found.element);
    let declared = schema.and_then(|s| argument_type(&s.block, path)).filter(|ty| *ty != Type::Dynamic);
    let ty =
        declared.unwrap_or_else(|| value.map_or(Type::Dynamic, |v| general(&infer(document, schemas, v))));
    let facts = schema.and_then(|s| attribute_at(&s.block, path));
    let default = value.map(|v| &found.text[span(v)]);
    let code = declaration(found.element, &name, &ty, facts, default);
    let mut draft = Draft::new(document);
    set_code(&mut draft, &found, &variable)?;
    draft.append("variables.tf", &write::laid_out(&code, ""))?;
    Applied::from_draft(draft, Some(variable))
}

pub(crate) fn declaration(
    element: &Element,
    name: &str,
    ty: &Type,
    facts: Option<&catalog::Attribute>,
    default: Option<&str>,
) -> String {
    let mut code = format!("variable {} {{\ntype = {ty}\n", write::string(name));
    let about = facts.map(|a| first_sentence(&a.docs.text)).filter(|s| !s.is_empty());
    let about = about.unwrap_or_else(|| format!("Used by {}.", element.address));
    code += &format!("description = {}\n", write::string(&about));
    if let Some(default) = default {
        code += &format!("default = {default}\n");
    }
    if facts.is_some_and(|a| a.sensitive) {
        code += "sensitive = true\n";
    }
    code + "}\n"
}

/// The documented attribute that a path names.
pub(crate) fn attribute_at<'a>(schema: &'a catalog::Block, path: &Path) -> Option<&'a catalog::Attribute> {
    let mut block = schema;
    let mut names = path.names();
    while let Some(name) = names.next() {
        if let Some(nested) = block.blocks.get(name) {
            block = &nested.block;
            continue;
        }
        let mut attribute = block.attributes.get(name)?;
        for name in names.by_ref() {
            match attribute.nested.as_ref().and_then(|n| n.attributes.get(name)) {
                Some(inner) => attribute = inner,
                None => return Some(attribute),
            }
        }
        return Some(attribute);
    }
    None
}
