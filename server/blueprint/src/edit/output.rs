//! "Make this an output": a value that the blueprint shows, and hands on to those who use its state.

use cloudoven_crawler::catalog::{Block, Nesting};

use super::{
    Applied, EditError, attribute_at,
    elements::{check_name, free},
    meaning::{Instances, instances, is_sensitive},
};
use crate::{
    document::{Document, Element, ElementKind},
    locate,
    path::{Path, Step},
    schemas::Schemas,
    splice::Draft,
    view::first_sentence,
    write,
};

/// Adds an output with what a path names in an element.
pub(super) fn make(
    document: &Document,
    schemas: &Schemas,
    address: &str,
    path: &Path,
    name: Option<&str>,
    description: Option<&str>,
) -> Result<Applied, EditError> {
    let element = locate::element(document, address)?;
    let schema = schemas.of(element).map(|document| &document.block);
    let value = value(document, element, schema, path)?;
    let base = match path.last_name().filter(|_| element.kind != ElementKind::Local) {
        Some(last) => format!("{}_{last}", element.name),
        None => element.name.clone(),
    };
    let name = match name {
        Some(name) => name.to_owned(),
        None => document.free_name(|name| format!("output.{name}"), &base),
    };
    check_name(&name)?;
    let output = format!("output.{name}");
    free(document, &output)?;
    let documented = schema.and_then(|block| attribute_at(block, path)).map(|a| first_sentence(&a.docs.text));
    let about = description.map(str::to_owned).or(documented).filter(|text| !text.is_empty());
    let mut code = format!("output {} {{\n", write::string(&name));
    if let Some(about) = about {
        code += &format!("description = {}\n", write::string(&about));
    }
    code += &format!("value = {value}\n");
    if is_sensitive(document, schemas, element, path) {
        code += "sensitive = true\n";
    }
    let mut draft = Draft::new(document);
    draft.append(ElementKind::Output.file(), &write::laid_out(&format!("{code}}}\n"), ""))?;
    Applied::from_draft(draft, Some(output))
}

/// The expression that a path of an element is read by from outside; of several, one for each.
fn value(
    document: &Document,
    element: &Element,
    schema: Option<&Block>,
    path: &Path,
) -> Result<String, EditError> {
    let address = &element.address;
    match element.kind {
        ElementKind::Resource | ElementKind::Data | ElementKind::Module => {
            let steps = match schema {
                Some(block) => steps(block, path, address)?,
                None => plain(path),
            };
            let many = document.block(element).map_or(Instances::One, instances);
            Ok(match many {
                _ if steps.is_empty() => address.clone(),
                Instances::One => format!("{address}{steps}"),
                Instances::Counted => format!("{address}[*]{steps}"),
                Instances::Keyed => format!("{{ for key, item in {address} : key => item{steps} }}"),
            })
        }
        ElementKind::Variable => Ok(address.clone()),
        // The first step of a local is the local.
        ElementKind::Local => {
            Ok(format!("{address}{}", plain(&Path::from(path.steps().get(1..).unwrap_or_default().to_vec()))))
        }
        ElementKind::Ephemeral => {
            Err(EditError::invalid("what is ephemeral cannot be an output of a blueprint"))
        }
        _ => Err(EditError::invalid(format!("{address} has no value that could be an output"))),
    }
}

fn plain(path: &Path) -> String {
    path.steps().iter().map(step).collect()
}

fn step(step: &Step) -> String {
    match step {
        Step::Name(name) => format!(".{name}"),
        Step::Index(index) => format!("[{index}]"),
        Step::Key(key) => format!("[{}]", write::string(key)),
    }
}

/// The steps of a path as code, checked against the schema: a block of which there is one at most has no index, and those of a
/// set cannot be told apart.
fn steps(mut block: &Block, path: &Path, address: &str) -> Result<String, EditError> {
    let mut code = String::new();
    let mut rest = path.steps();
    while let Some((first, after)) = rest.split_first() {
        let Step::Name(name) = first else {
            return Err(EditError::invalid(format!("{path} leads to nothing in {address}")));
        };
        code += &step(first);
        rest = after;
        if let Some(nested) = block.blocks.get(name) {
            block = &nested.block;
            if let Some((index @ (Step::Index(_) | Step::Key(_)), after)) = rest.split_first() {
                match nested.nesting {
                    Nesting::Single | Nesting::Group => {}
                    Nesting::Set => {
                        let message =
                            format!("{name} is a set: its blocks have no order by which one could be named");
                        return Err(EditError::invalid(message));
                    }
                    Nesting::List | Nesting::Map => code += &step(index),
                }
                rest = after;
            }
            continue;
        }
        if !block.attributes.contains_key(name) {
            return Err(EditError::not_found(format!("{address} has no attribute {path}")));
        }
        return Ok(code + &plain(&Path::from(rest.to_vec())));
    }
    Ok(code)
}
