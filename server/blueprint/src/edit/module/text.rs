//! The code of elements that move into a module.

use std::ops::Range;

use super::{Module, boundary::Boundary};
use crate::{
    document::{Document, Element, ElementKind},
    edit::{
        blocks::commented_lines,
        follow::{Next, next},
    },
    format::layout,
    locate::span,
    refs::{free_roots, free_roots_of},
    write,
};

/// How a folder of modules is left towards the blueprint.
const OUT: &str = "../../";

/// The source of a module that another module can name as well: where it is and what it says.
pub(super) fn source(document: &Document, element: &Element) -> Option<(Range<usize>, String)> {
    let source = document.block(element)?.body.get_attribute("source")?;
    Some((span(&source.value), source.value.as_str()?.to_owned()))
}

/// The lines of an element with the comments that belong to it.
pub(super) fn lines(element: &Element, text: &str) -> Range<usize> {
    commented_lines(text, element.span.start..element.span.end)
}

/// The module's `main.tf`: locals first, then all blocks in their order.
pub(super) fn main(module: &Module, boundary: &Boundary) -> String {
    let (mut locals, mut blocks) = (Vec::new(), Vec::new());
    for index in &module.chosen {
        let Some(element) = module.document.elements().get(*index) else { continue };
        let code = moved(module.document, element, boundary.inside.get(index));
        match element.kind {
            ElementKind::Local => locals.push(code),
            _ => blocks.push(code),
        }
    }
    if !locals.is_empty() {
        blocks.insert(0, write::laid_out(&format!("locals {{\n{}}}\n", locals.concat()), ""));
    }
    blocks.join("\n")
}

/// The code of one element as the module has it. What was laid out as `terraform fmt` does still is.
fn moved(document: &Document, element: &Element, inputs: Option<&Vec<(Range<usize>, String)>>) -> String {
    let text = document.text(&element.file).map_or("", |text| text);
    let lines = lines(element, text);
    let mut changes: Vec<(Range<usize>, String)> = inputs.cloned().unwrap_or_default();
    changes.extend(paths(document, element, text));
    if element.kind == ElementKind::Module
        && let Some((range, source)) = source(document, element)
        && source.starts_with('.')
    {
        let source = source.strip_prefix("./").unwrap_or(&source);
        changes.push((range, write::string(&format!("{OUT}{source}"))));
    }
    changes.sort_by_key(|(range, _)| range.start);
    let mut code = String::new();
    let mut at = lines.start;
    for (range, new) in changes {
        code += &text[at..range.start];
        code += &new;
        at = range.end;
    }
    code += &text[at..lines.end];
    let code = code.replace("\r\n", "\n");
    format!("{}\n", layout(&format!("{}\n", code.trim_matches('\n'))).trim_end())
}

/// `path.module` is another folder there; `path.root` is the one that it was.
fn paths(document: &Document, element: &Element, text: &str) -> Vec<(Range<usize>, String)> {
    let roots = match element.kind {
        ElementKind::Local => document.local(element).map(|a| free_roots(&a.value)),
        _ => document.block(element).map(free_roots_of),
    };
    let roots = roots.into_iter().flatten().filter(|(root, _)| root == "path");
    roots
        .filter_map(|(_, at)| match next(text, at.end) {
            Next::Attribute { name, end, .. } if name == "module" => {
                Some((at.start..end, "path.root".to_owned()))
            }
            _ => None,
        })
        .collect()
}
