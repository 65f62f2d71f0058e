//! What a top-level block declares, wherever in a file it stands.

use std::{collections::HashMap, ops::Range};

use hcl_edit::structure::{Attribute, Block, Body, Structure};

use super::{
    document::{Element, ElementKind, attribute_span},
    locate::span,
    parsed::{Item, ParsedFile},
    refs::{Mention, mentions, mentions_of_local},
    schemas::local_name,
};

/// What a block says of itself; offsets are from its own start, so that it can be kept when text before it changes.
#[derive(Debug, Default)]
pub(super) struct Facts {
    /// Empty for an attribute.
    pub keyword: String,
    /// More than one only for `locals`.
    pub declared: Vec<Declared>,
    /// A `locals` block with something in it that is no local.
    pub loose: bool,
}

/// An element as its block declares it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Declared {
    kind: ElementKind,
    /// None for a block without labels: such are counted over all files.
    address: Option<String>,
    ty: Option<String>,
    name: String,
    span: Range<usize>,
    /// Where its name is written.
    name_span: Option<Range<usize>>,
    /// What it refers to.
    pub mentions: Vec<Mention>,
    /// Addresses of the provider configurations that it, or what is in it, is made by.
    pub makers: Vec<String>,
    /// It has `count` or `for_each`.
    pub repeated: bool,
    /// A provider configuration whose alias is no plain text.
    pub nameless: bool,
}

impl Declared {
    /// Where its name is written in a text of which its block starts at `start`.
    pub(super) fn name_from(&self, start: usize) -> Option<Range<usize>> {
        self.name_span.as_ref().map(|span| span.start + start..span.end + start)
    }
}

/// What an element is called.
pub(super) struct Named {
    pub address: Option<String>,
    pub ty: Option<String>,
    pub name: String,
}

impl Declared {
    /// An element of a file in Terraform's JSON syntax, `length` bytes long from its start on.
    pub(super) fn of_json(
        kind: ElementKind,
        named: Named,
        length: usize,
        name_span: Option<Range<usize>>,
        mentions: Vec<Mention>,
    ) -> Self {
        let Named { address, ty, name } = named;
        let (makers, span) = (Vec::new(), 0..length);
        Declared {
            kind,
            address,
            ty,
            name,
            span,
            name_span,
            mentions,
            makers,
            repeated: false,
            nameless: false,
        }
    }
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
        let loose = keyword == "locals" && (!block.labels.is_empty() || block.body.blocks().next().is_some());
        Facts { keyword, declared, loose }
    }

    /// The names of the outputs among what it declares.
    pub(super) fn outputs(&self) -> impl Iterator<Item = &str> {
        let outputs = self.declared.iter().filter(|declared| declared.kind == ElementKind::Output);
        outputs.map(|declared| declared.name.as_str())
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
        for (part, declared) in self.declared.iter().enumerate() {
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
                part,
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
        name_span: Some(from(start, span.start..span.start + name.len())),
        span: from(start, span),
        mentions: mentions_of_local(attribute, start),
        makers: Vec::new(),
        repeated: false,
        nameless: false,
    }
}

fn from(start: usize, span: Range<usize>) -> Range<usize> {
    span.start - start..span.end - start
}

fn declared(block: &Block) -> Declared {
    let keyword = block.ident.as_str();
    let labels: Vec<&str> = block.labels.iter().map(|l| l.as_str()).collect();
    let (kind, start) = (ElementKind::of(keyword), span(block).start);
    let alias = block.body.get_attribute("alias").filter(|_| kind == ElementKind::Provider);
    let Named { address, ty, name } =
        identity(keyword, &labels, alias.and_then(|alias| alias.value.as_str()));
    let name_span = match kind {
        ElementKind::Provider => alias.map(|alias| span(&alias.value)),
        ElementKind::Terraform | ElementKind::Other => None,
        _ => block.labels.last().map(span),
    };
    Declared {
        kind,
        address,
        makers: makers(kind, ty.as_deref(), block),
        ty,
        name,
        name_span: name_span.map(|span| from(start, span)),
        span: 0..span(block).len(),
        mentions: mentions(block),
        repeated: block.body.has_attribute("count") || block.body.has_attribute("for_each"),
        nameless: alias.is_some_and(|alias| alias.value.as_str().is_none()),
    }
}

/// The provider configurations that an element, or a data source in a `check` block, is made by.
fn makers(kind: ElementKind, ty: Option<&str>, block: &Block) -> Vec<String> {
    use ElementKind::{Data, Ephemeral, Resource};
    let maker = |ty: &str, body: &Body| match body.get_attribute("provider").map(|a| a.value.to_string()) {
        // `demo.west`, perhaps in quotes.
        Some(named) => format!("provider.{}", named.trim().trim_matches('"')),
        None => format!("provider.{}", local_name(ty)),
    };
    match (kind, ty) {
        (Resource | Data | Ephemeral, Some(ty)) => vec![maker(ty, &block.body)],
        _ if block.ident.as_str() == "check" => {
            let data = block.body.get_blocks("data");
            data.filter_map(|data| Some(maker(data.labels.first()?.as_str(), &data.body))).collect()
        }
        _ => Vec::new(),
    }
}

/// Address, type and name of a block.
pub(super) fn identity(keyword: &str, labels: &[&str], alias: Option<&str>) -> Named {
    let (address, ty, name) = match (keyword, labels) {
        ("resource", [ty, name]) => (Some(format!("{ty}.{name}")), Some(*ty), *name),
        ("data" | "ephemeral", [ty, name]) => (Some(format!("{keyword}.{ty}.{name}")), Some(*ty), *name),
        ("variable", [name]) => (Some(format!("var.{name}")), None, *name),
        ("output" | "module", [name]) => (Some(format!("{keyword}.{name}")), None, *name),
        ("provider", [ty]) => match alias {
            Some(alias) => (Some(format!("provider.{ty}.{alias}")), Some(*ty), alias),
            None => (Some(format!("provider.{ty}")), Some(*ty), *ty),
        },
        (_, []) => (None, None, ""),
        (_, [.., name]) => (Some(format!("{keyword}.{}", labels.join("."))), None, *name),
    };
    Named { address, ty: ty.map(str::to_owned), name: name.to_owned() }
}
