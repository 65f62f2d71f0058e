//! Everything that the designer's form shows of one element: a view of text and catalog.

mod build;
mod groups;

use std::borrow::Cow;

use build::{Builder, Scope, Shape, counts};
use cloudoven_crawler::catalog::{Kind, Nesting};
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    check::check_element,
    document::{Document, ElementKind},
    fix::{Finding, with_fixes},
    path::Path,
    schemas::Schemas,
    value::Value,
    view,
};

/// The form of one element.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Form {
    pub address: String,
    pub kind: ElementKind,
    /// The resource type or the provider's local name.
    #[serde(rename = "type")]
    pub ty: Option<String>,
    pub name: String,
    pub file: String,
    pub line: usize,
    /// The provider's source address and version that the documentation is of.
    pub provider: Option<String>,
    pub version: Option<String>,
    /// First sentence of the page.
    pub summary: String,
    pub deprecated: bool,
    /// No schema is known: the element is shown as code only.
    pub code_only: bool,
    /// Arguments and blocks at the top level: how many there are and how many are set.
    pub counts: Counts,
    /// Required, then set, then the rest; each in the order of the page, then by name.
    pub fields: Vec<Field>,
    pub blocks: Vec<BlockGroup>,
    /// `count`, `for_each`, `depends_on`, `provider` and the like.
    pub meta: Vec<Field>,
    /// `lifecycle`.
    pub meta_blocks: Vec<BlockGroup>,
    /// Every finding about the element, those of its fields included.
    pub diagnostics: Vec<Finding>,
    /// The element's code.
    pub code: String,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Counts {
    pub arguments: usize,
    pub arguments_set: usize,
    pub blocks: usize,
    pub blocks_set: usize,
}

/// Where in the form a field belongs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Section {
    Required,
    Set,
    Optional,
}

/// What control fits the argument's type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Control {
    Text,
    Number,
    Bool,
    /// One of [`Field::options`].
    Select,
    /// A list or set of primitive values.
    List,
    /// A map of primitive values.
    Map,
    /// An object; its attributes are in [`Field::attributes`].
    Object,
    Code,
}

/// One argument.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Field {
    pub path: Path,
    pub name: String,
    /// As Terraform writes types: `list(string)`.
    #[serde(rename = "type")]
    pub ty: String,
    pub control: Control,
    pub section: Section,
    /// None: not set.
    pub value: Option<Value>,
    /// The value as it stands in the text; empty when not set.
    pub code: String,
    /// From 1; where the argument stands.
    pub line: Option<usize>,
    pub required: bool,
    pub sensitive: bool,
    pub write_only: bool,
    pub deprecated: bool,
    pub forces_replacement: bool,
    /// The documented default, as the page writes it.
    pub default: Option<String>,
    /// The documented values.
    pub options: Vec<String>,
    pub conflicts_with: Vec<String>,
    /// First sentence of the documentation, plain text.
    pub summary: String,
    /// Markdown, unsanitised.
    pub docs: String,
    /// What examples set it to, most frequent first.
    pub references: Vec<ReferenceHint>,
    /// The names of an object's attributes and their types.
    pub attributes: Vec<ObjectAttribute>,
    pub diagnostics: Vec<Finding>,
}

/// "In `count` examples this refers to `target`'s `attribute`."
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ReferenceHint {
    #[schema(value_type = String)]
    pub kind: Kind,
    pub target: String,
    pub attribute: String,
    pub count: u32,
}

impl ReferenceHint {
    /// As an expression would begin: `azurerm_subnet.id`, `data.azurerm_subnet.id`.
    pub fn label(&self) -> String {
        match self.kind {
            Kind::Resource => format!("{}.{}", self.target, self.attribute),
            other => format!("{}.{}.{}", other.keyword(), self.target, self.attribute),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ObjectAttribute {
    pub name: String,
    #[serde(rename = "type")]
    pub ty: String,
    pub required: bool,
}

/// A nested block type (or a structural attribute, which looks the same to a person) and its instances.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct BlockGroup {
    /// The path without an index: what `add_block` takes.
    pub path: Path,
    pub name: String,
    #[schema(value_type = String)]
    pub nesting: Nesting,
    pub min: u64,
    /// None: no limit.
    pub max: Option<u64>,
    pub required: bool,
    pub deprecated: bool,
    /// Whether another instance may be added.
    pub can_add: bool,
    /// Written `name = { … }`, not `name { … }`.
    pub is_attribute: bool,
    pub summary: String,
    pub docs: String,
    pub instances: Vec<BlockInstance>,
    pub diagnostics: Vec<Finding>,
}

/// A nested block that is present.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct BlockInstance {
    pub path: Path,
    pub label: Option<String>,
    pub line: usize,
    /// A `dynamic` block, or one that no schema describes: shown as code.
    pub dynamic: bool,
    pub code: String,
    pub fields: Vec<Field>,
    #[schema(no_recursion)]
    pub blocks: Vec<BlockGroup>,
}

/// The form of an element; none when there is no such element.
pub fn form(document: &Document, address: &str, schemas: &Schemas) -> Option<Form> {
    let element = document.element(address)?;
    let file = document.file(&element.file)?;
    let block = document.block(element)?;
    let scope = document.local(element).map_or(Scope::Body(&block.body), |a| Scope::Local(&a.value));
    let page = schemas.of(element);
    let known =
        page.map(|p| Cow::Borrowed(&p.block)).or_else(|| view::builtin(document, element).map(Cow::Owned));
    let code_only = known.is_none();
    let known = known.unwrap_or_default();
    let shape = Shape::from(known.as_ref());
    let meta = view::meta(element.kind);
    let meta = Shape::from(&meta);
    let diagnostics = with_fixes(document, schemas, check_element(document, schemas, element));
    let builder = Builder { text: &file.text, lines: &file.lines, diagnostics: &diagnostics };
    let root = Path::root();
    let fields = builder.fields(shape, scope, &root, meta);
    let blocks = builder.groups(shape, scope, &root);
    Some(Form {
        address: element.address.clone(),
        kind: element.kind,
        ty: element.ty.clone(),
        name: element.name.clone(),
        file: element.file.clone(),
        line: element.line,
        provider: page.map(|p| p.provider.source()),
        version: page.map(|p| p.version.clone()),
        summary: page.map(|p| p.summary.clone()).unwrap_or_default(),
        deprecated: page.is_some_and(|p| p.deprecated),
        code_only,
        counts: counts(shape, &fields, &blocks),
        meta: meta_fields(&builder, meta, shape, scope),
        meta_blocks: builder.meta_groups(meta, scope),
        fields,
        blocks,
        code: document.code(element).to_owned(),
        diagnostics,
    })
}

/// The meta-arguments, but for those that the schema has as its own.
fn meta_fields(builder: &Builder, meta: Shape, shape: Shape, scope: Scope) -> Vec<Field> {
    let fields = builder.fields(meta, scope, &Path::root(), shape);
    let own = |f: &Field| meta.attributes.contains_key(&f.name) && !shape.attributes.contains_key(&f.name);
    fields.into_iter().filter(own).collect()
}
