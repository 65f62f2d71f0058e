//! What a top-level block declares, wherever in a file it stands.

use std::{collections::HashMap, ops::Range};

use hcl_edit::structure::{Attribute, Block, Structure};

use super::{
    document::{Element, ElementKind, attribute_span},
    locate::span,
    parsed::{Item, ParsedFile},
};

/// What a block says of itself; offsets are from its own start, so that it can be kept when text before it changes.
#[derive(Debug, Default)]
pub(super) struct Facts {
    /// Empty for an attribute.
    pub keyword: String,
    /// More than one only for `locals`.
    declared: Vec<Declared>,
}

#[derive(Debug)]
struct Declared {
    kind: ElementKind,
    /// None for a block without labels: such are counted over all files.
    address: Option<String>,
    ty: Option<String>,
    name: String,
    span: Range<usize>,
}

impl Facts {
    pub(super) fn of(structure: &Structure) -> Self {
        let Some(block) = structure.as_block() else { return Facts::default() };
        let keyword = block.ident.as_str().to_owned();
        let start = span(block).start;
        let declared = match keyword.as_str() {
            "locals" => block.body.attributes().map(|attribute| local(attribute, start)).collect(),
            _ => vec![declared(block)],
        };
        Facts { keyword, declared }
    }

    /// Adds the elements that an item of a file declares.
    pub(super) fn elements(
        &self,
        name: &str,
        file: &ParsedFile,
        (index, item): (usize, &Item),
        counted: &mut HashMap<String, usize>,
        elements: &mut Vec<Element>,
    ) {
        for declared in &self.declared {
            let span = item.span.start + declared.span.start..item.span.start + declared.span.end;
            elements.push(Element {
                address: declared.address.clone().unwrap_or_else(|| self.numbered(counted)),
                kind: declared.kind,
                keyword: self.keyword.clone(),
                ty: declared.ty.clone(),
                name: declared.name.clone(),
                file: name.to_owned(),
                line: file.lines.line(span.start),
                span: span.into(),
                index,
            });
        }
    }

    fn numbered(&self, counted: &mut HashMap<String, usize>) -> String {
        let count = counted.entry(self.keyword.clone()).or_default();
        *count += 1;
        format!("{}[{}]", self.keyword, *count - 1)
    }
}

fn local(attribute: &Attribute, start: usize) -> Declared {
    let name = attribute.key.as_str();
    let span = attribute_span(attribute);
    Declared {
        kind: ElementKind::Local,
        address: Some(format!("local.{name}")),
        ty: None,
        name: name.to_owned(),
        span: span.start - start..span.end - start,
    }
}

fn declared(block: &Block) -> Declared {
    let keyword = block.ident.as_str();
    let labels: Vec<&str> = block.labels.iter().map(|l| l.as_str()).collect();
    let (address, ty, name) = identity(keyword, &labels, block);
    let ty = ty.map(str::to_owned);
    Declared {
        kind: ElementKind::of(keyword),
        address,
        ty,
        name: name.to_owned(),
        span: 0..span(block).len(),
    }
}

/// Address, type and name of a block.
fn identity<'a>(
    keyword: &str,
    labels: &[&'a str],
    block: &'a Block,
) -> (Option<String>, Option<&'a str>, &'a str) {
    match (keyword, labels) {
        ("resource", [ty, name]) => (Some(format!("{ty}.{name}")), Some(ty), name),
        ("data" | "ephemeral", [ty, name]) => (Some(format!("{keyword}.{ty}.{name}")), Some(ty), name),
        ("variable", [name]) => (Some(format!("var.{name}")), None, name),
        ("output" | "module", [name]) => (Some(format!("{keyword}.{name}")), None, name),
        ("provider", [ty]) => match block.body.get_attribute("alias").and_then(|a| a.value.as_str()) {
            Some(alias) => (Some(format!("provider.{ty}.{alias}")), Some(ty), alias),
            None => (Some(format!("provider.{ty}")), Some(ty), ty),
        },
        (_, []) => (None, None, ""),
        (_, [.., name]) => (Some(format!("{keyword}.{}", labels.join("."))), None, name),
    }
}
