//! A blueprint read: its files, their syntax trees, and the index of its elements.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

use cloudoven_crawler::catalog;
use hcl_edit::{
    expr::{Expression, ObjectKey},
    structure::{Attribute, Block},
};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    called::Modules,
    declared::Declared,
    diagnostic::{Diagnostic, Span},
    files::{Files, is_root},
    json::Told,
    locate::span,
    parse::parse_file,
    parsed::ParsedFile,
    reparse::reparse,
};

/// What a top-level block declares.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ElementKind {
    Resource,
    Data,
    Ephemeral,
    Variable,
    Local,
    Output,
    Provider,
    Module,
    /// The `terraform` block: settings, required providers.
    Terraform,
    /// Any other block; shown as code only.
    Other,
}

impl ElementKind {
    /// What a block of this keyword declares.
    pub(super) fn of(keyword: &str) -> Self {
        match keyword {
            "resource" => ElementKind::Resource,
            "data" => ElementKind::Data,
            "ephemeral" => ElementKind::Ephemeral,
            "variable" => ElementKind::Variable,
            "output" => ElementKind::Output,
            "provider" => ElementKind::Provider,
            "module" => ElementKind::Module,
            "terraform" => ElementKind::Terraform,
            _ => ElementKind::Other,
        }
    }

    /// The kind of catalog document that describes such an element.
    pub fn catalog(self) -> Option<catalog::Kind> {
        match self {
            ElementKind::Resource => Some(catalog::Kind::Resource),
            ElementKind::Data => Some(catalog::Kind::DataSource),
            ElementKind::Ephemeral => Some(catalog::Kind::EphemeralResource),
            ElementKind::Provider => Some(catalog::Kind::Provider),
            _ => None,
        }
    }
}

/// One thing that a blueprint declares.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Element {
    /// How expressions and people name it: `azurerm_subnet.main`, `data.x.y`, `var.x`, `local.x`, `output.x`,
    /// `provider.azurerm`, `provider.azurerm.alias`, `module.m`; blocks without a name are counted: `moved[0]`.
    pub address: String,
    pub kind: ElementKind,
    /// The block's keyword.
    pub keyword: String,
    /// The resource type, or the provider's local name.
    #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
    pub ty: Option<String>,
    /// The last label; the alias of a provider configuration; empty for a block without labels.
    pub name: String,
    pub file: String,
    pub span: Span,
    /// From 1.
    pub line: usize,
    /// Which structure of the file's body it is (or is inside of).
    #[serde(skip)]
    pub(super) index: usize,
    /// Which of the elements that the structure declares.
    #[serde(skip)]
    pub(super) part: usize,
}

/// Names that a variable cannot have: in the block of a module they mean something else.
///
/// Source: <https://developer.hashicorp.com/terraform/language/block/variable#name>
pub(super) const RESERVED_VARIABLES: [&str; 8] =
    ["source", "version", "providers", "count", "for_each", "lifecycle", "depends_on", "locals"];

/// A provider as `required_providers` declares it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RequiredProvider {
    pub source: Option<String>,
    /// The version constraint, as written.
    pub version: Option<String>,
}

/// A blueprint: files that are valid HCL, and the elements in them. Cheap to clone: all of it is shared.
#[derive(Debug, Clone, Default)]
pub struct Document {
    files: BTreeMap<String, Arc<ParsedFile>>,
    elements: Arc<[Element]>,
    by_address: Arc<HashMap<String, usize>>,
    pub(super) modules: Arc<Modules>,
}

impl Document {
    /// Reads files.
    ///
    /// # Errors
    /// A diagnostic with file, line and column for each file that is not HCL.
    pub fn parse(files: &Files) -> Result<Document, Vec<Diagnostic>> {
        Document::default().with(files)
    }

    /// Reads files, of a text that is here already only what is not the same.
    ///
    /// # Errors
    /// As [`Document::parse`].
    pub fn with(&self, files: &Files) -> Result<Document, Vec<Diagnostic>> {
        let files: Vec<(&str, &Arc<str>)> = files.iter().collect();
        let read = |(name, text): &(&str, &Arc<str>)| match self.files.get(*name) {
            Some(old) if old.text == **text => Ok(((*name).to_owned(), Arc::clone(old))),
            Some(old) => Ok(((*name).to_owned(), Arc::new(reparse(name, old, Arc::clone(text))?))),
            None => Ok(((*name).to_owned(), Arc::new(parse_file(name, Arc::clone(text))?))),
        };
        let read: Vec<Result<(String, Arc<ParsedFile>), Diagnostic>> = files.par_iter().map(read).collect();
        let mut parsed = BTreeMap::new();
        let mut faults = Vec::new();
        for file in read {
            match file {
                Ok((name, file)) => drop(parsed.insert(name, file)),
                Err(fault) => faults.push(fault),
            }
        }
        if faults.is_empty() { Ok(self.of(parsed)) } else { Err(faults) }
    }

    /// The module in a folder, a document of its own.
    pub fn module(&self, folder: &str) -> Document {
        let inside = |name: &str| {
            let rest = name.strip_prefix(folder)?.strip_prefix('/')?;
            is_root(rest).then(|| rest.to_owned())
        };
        let files = self.files.iter().filter_map(|(name, file)| Some((inside(name)?, Arc::clone(file))));
        Document::default().of(files.collect())
    }

    /// This document with other files, which are parsed already. What stands in folders are modules, whose elements are not this
    /// blueprint's.
    pub(super) fn of(&self, files: BTreeMap<String, Arc<ParsedFile>>) -> Document {
        let mut elements = Vec::new();
        let mut unnamed = HashMap::new();
        for (name, file) in files.iter().filter(|(name, _)| is_root(name)) {
            for (index, item) in file.items.iter().enumerate() {
                item.facts.elements(name, file, (index, item), &mut unnamed, &mut elements);
            }
        }
        let mut by_address = HashMap::with_capacity(elements.len());
        for (i, element) in elements.iter().enumerate() {
            by_address.entry(element.address.clone()).or_insert(i);
        }
        let modules = Arc::new(self.modules.renewed());
        Document { files, elements: elements.into(), by_address: Arc::new(by_address), modules }
    }

    /// The text of every file.
    pub fn files(&self) -> impl Iterator<Item = (&str, &Arc<str>)> {
        self.files.iter().map(|(name, file)| (name.as_str(), &file.text))
    }

    /// The text of one file.
    pub fn text(&self, file: &str) -> Option<&Arc<str>> {
        self.files.get(file).map(|f| &f.text)
    }

    pub(super) fn parsed(&self) -> &BTreeMap<String, Arc<ParsedFile>> {
        &self.files
    }

    /// The files of the root module.
    pub(super) fn root(&self) -> impl Iterator<Item = (&str, &ParsedFile)> {
        self.files.iter().filter(|(name, _)| is_root(name)).map(|(name, file)| (name.as_str(), file.as_ref()))
    }

    /// What the files of the root module in Terraform's JSON syntax tell besides their elements.
    pub(super) fn told(&self) -> impl Iterator<Item = &Told> {
        self.root().filter_map(|(_, file)| file.told.as_ref())
    }

    pub(super) fn file(&self, name: &str) -> Option<&ParsedFile> {
        self.files.get(name).map(Arc::as_ref)
    }

    /// Whether another has the same files, read at the same time.
    pub(super) fn is_same(&self, other: &Document) -> bool {
        let mut files = self.files.iter().zip(&other.files);
        self.files.len() == other.files.len() && files.all(|(a, b)| a.0 == b.0 && Arc::ptr_eq(a.1, b.1))
    }

    /// Every element, by file and then in the order of the text. Two with one address are both here.
    pub fn elements(&self) -> &[Element] {
        &self.elements
    }

    /// The element with this address; the first, should there be two.
    pub fn element(&self, address: &str) -> Option<&Element> {
        self.by_address.get(address).map(|i| &self.elements[*i])
    }

    /// Where the element with this address is in [`Document::elements`].
    pub(super) fn position(&self, address: &str) -> Option<usize> {
        self.by_address.get(address).copied()
    }

    /// The code of an element.
    pub fn code(&self, element: &Element) -> &str {
        let text = self.files.get(&element.file).map_or("", |f| &f.text);
        text.get(element.span.start..element.span.end).unwrap_or("")
    }

    /// The block of an element; for a local, which is an attribute, the `locals` block around it.
    pub(super) fn block(&self, element: &Element) -> Option<&Block> {
        self.file(&element.file)?.block(element.index)
    }

    /// What the block of an element says of it, and where in the file that block starts.
    pub(super) fn declared(&self, element: &Element) -> Option<(usize, &Declared)> {
        let item = self.file(&element.file)?.items.get(element.index)?;
        Some((item.span.start, item.facts.declared.get(element.part)?))
    }

    /// Every element with where in its file its block starts and what that says of it. They are gone through as they lie, which is
    /// faster than looking each up.
    pub(super) fn all_declared(&self) -> impl Iterator<Item = (&Element, usize, &Declared)> {
        let items = self.root().flat_map(|(_, file)| &file.items);
        let declared = items.flat_map(|item| item.facts.declared.iter().map(|d| (item.span.start, d)));
        self.elements.iter().zip(declared).map(|(element, (start, declared))| (element, start, declared))
    }

    /// The attribute of a local.
    pub(super) fn local(&self, element: &Element) -> Option<&Attribute> {
        let block = self.block(element).filter(|_| element.kind == ElementKind::Local)?;
        block.body.get_attribute(&element.name)
    }

    /// Local provider name to what `required_providers` says of it, from all `terraform` blocks.
    pub fn required_providers(&self) -> BTreeMap<String, RequiredProvider> {
        let entries = self.required_provider_blocks().flat_map(|(_, _, block)| block.body.attributes());
        let told = self.told().flat_map(|told| told.required_providers.clone());
        entries.map(|a| (a.key.as_str().to_owned(), required_provider(&a.value))).chain(told).collect()
    }

    /// Every `required_providers` block: its file, the `terraform` block around it, its body.
    pub(super) fn required_provider_blocks(&self) -> impl Iterator<Item = (&str, &Block, &Block)> {
        self.root().flat_map(|(name, file)| {
            file.blocks("terraform")
                .flat_map(move |t| t.body.get_blocks("required_providers").map(move |r| (name, t, r)))
        })
    }

    /// The catalog documents that its elements are described by.
    pub fn needs(&self) -> BTreeSet<(catalog::Kind, String)> {
        let need = |e: &Element| Some((e.kind.catalog()?, e.ty.clone()?));
        self.elements.iter().filter_map(need).collect()
    }

    /// A name for a new variable, as [`Document::free_name`] finds it.
    pub fn free_variable(&self, base: &str) -> String {
        let base = if RESERVED_VARIABLES.contains(&base) { format!("{base}_value") } else { base.to_owned() };
        self.free_name(|name| format!("var.{name}"), &base)
    }

    /// A name for a new element: `base`, or the first free of `base_2`, `base_3`, ….
    pub fn free_name(&self, address_of: impl Fn(&str) -> String, base: &str) -> String {
        let numbered = (2..).map(|n| format!("{base}_{n}"));
        let mut names = std::iter::once(base.to_owned()).chain(numbered);
        names.find(|name| self.element(&address_of(name)).is_none()).unwrap_or_else(|| base.to_owned())
    }
}

fn required_provider(value: &Expression) -> RequiredProvider {
    let text = |wanted: &str| {
        let entries = value.as_object()?.iter();
        let named = |key: &ObjectKey| match key {
            ObjectKey::Ident(ident) => ident.as_str() == wanted,
            ObjectKey::Expression(e) => e.as_str() == Some(wanted),
        };
        entries.into_iter().find(|(key, _)| named(key))?.1.expr().as_str().map(str::to_owned)
    };
    match value.as_str() {
        // The form before Terraform 0.13: the constraint alone.
        Some(version) => RequiredProvider { source: None, version: Some(version.to_owned()) },
        None => RequiredProvider { source: text("source"), version: text("version") },
    }
}

impl Document {
    /// The files alone, ready to be stored.
    pub fn to_files(&self) -> Files {
        self.files().map(|(name, text)| (name.to_owned(), text.clone())).collect()
    }
}

/// From the key to the end of the value.
pub(super) fn attribute_span(attribute: &Attribute) -> std::ops::Range<usize> {
    let key = span(&attribute.key);
    let value = span(&attribute.value);
    key.start..value.end.max(key.end)
}
