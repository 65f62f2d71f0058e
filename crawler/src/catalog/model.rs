//! What a crawl produces: one [`Document`] per resource, data source, … and one [`Index`] per provider version.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{address::Address, types::Type};

/// What a document describes. The names are Terraform's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    Resource,
    DataSource,
    EphemeralResource,
    /// A function that the provider adds to the language: `provider::<name>::<function>(…)`.
    Function,
    /// The provider's own configuration block.
    Provider,
}

impl Kind {
    /// The folder that documents of this kind are stored in.
    pub fn folder(self) -> &'static str {
        match self {
            Kind::Resource => "resources",
            Kind::DataSource => "data-sources",
            Kind::EphemeralResource => "ephemeral-resources",
            Kind::Function => "functions",
            Kind::Provider => "",
        }
    }

    /// The block keyword in Terraform's language; a function has none and is called one.
    pub fn keyword(self) -> &'static str {
        match self {
            Kind::Resource => "resource",
            Kind::DataSource => "data",
            Kind::EphemeralResource => "ephemeral",
            Kind::Function => "function",
            Kind::Provider => "provider",
        }
    }
}

/// Everything known about one resource, data source, ephemeral resource, function or provider configuration.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Document {
    pub kind: Kind,
    /// The type name (`azurerm_subnet`), or the provider's name for its configuration.
    pub name: String,
    pub provider: Address,
    pub version: String,
    /// First sentence of the page, plain text.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub summary: String,
    /// The page's introduction, markdown, unsanitised.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub subcategory: String,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub deprecated: bool,
    /// Empty for a function.
    pub block: Block,
    /// A function's signature.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub function: Option<Function>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub examples: Vec<Example>,
    #[serde(default, skip_serializing_if = "Import::is_empty")]
    pub import: Import,
    /// How long the provider waits for each operation, where the page says so.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub timeouts: Vec<Timeout>,
    /// Which arguments of other elements are set to an attribute of this one in the examples, most frequent first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub used_by: Vec<Use>,
    /// Path of the page inside the provider's documentation, empty when there is none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub page: String,
    /// Where the page can be read: what its relative links are relative to. Empty when there is none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub url: String,
}

/// How an object that exists is brought under Terraform.
///
/// Source: <https://developer.hashicorp.com/terraform/language/import>
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Import {
    /// The section, markdown, unsanitised.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub text: String,
    /// The `terraform import ADDRESS ID` lines.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub commands: Vec<String>,
    /// The `import { … }` blocks.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub blocks: Vec<String>,
}

impl Import {
    fn is_empty(&self) -> bool {
        *self == Import::default()
    }
}

/// One operation's documented time limit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Timeout {
    /// `create`, `read`, `update` or `delete`.
    pub operation: String,
    /// As the page writes it: `30 minutes`, `10m`. Empty when it says none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub default: String,
}

/// "In `count` examples `name`'s `argument` is set to this element's `attribute`."
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Use {
    pub kind: Kind,
    pub name: String,
    /// Dotted path of the argument.
    pub argument: String,
    pub attribute: String,
    pub count: u32,
}

/// A function's signature.
///
/// Source: <https://developer.hashicorp.com/terraform/cli/commands/providers/schema>
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Function {
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parameters: Vec<Parameter>,
    /// Takes any number of further arguments.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub variadic: Option<Parameter>,
    pub return_type: Type,
}

/// One parameter of a [`Function`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Parameter {
    pub name: String,
    #[serde(rename = "type")]
    pub ty: Type,
    /// Whether null may be passed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub nullable: bool,
    /// Markdown, unsanitised.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub description: String,
}

/// A piece of HCL from the page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Example {
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub title: String,
    pub code: String,
}

/// The body of a resource or nested block.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Block {
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub attributes: BTreeMap<String, Attribute>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub blocks: BTreeMap<String, NestedBlock>,
}

/// One argument or exported attribute.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Attribute {
    /// The value's type. For a nested attribute this is the object type that the nested attributes amount to.
    #[serde(rename = "type")]
    pub ty: Type,
    /// Structural attributes (plugin protocol 6): the same facts for each attribute inside, at any depth.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nested: Option<Box<NestedAttributes>>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub required: bool,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub optional: bool,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub computed: bool,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub sensitive: bool,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub write_only: bool,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub deprecated: bool,
    #[serde(default, skip_serializing_if = "Docs::is_empty")]
    pub docs: Docs,
    /// What the page says of the attributes inside an object type. Empty for structural attributes: those have `nested`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub fields: BTreeMap<String, Field>,
}

/// Docs of one attribute of an object type, which the schema gives a name and a type and nothing else.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Field {
    #[serde(default, skip_serializing_if = "Docs::is_empty")]
    pub docs: Docs,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub fields: BTreeMap<String, Field>,
}

impl Attribute {
    /// Whether a configuration may set it.
    pub fn is_settable(&self) -> bool {
        self.required || self.optional
    }
}

/// The inside of a structural attribute.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NestedAttributes {
    pub nesting: Nesting,
    pub attributes: BTreeMap<String, Attribute>,
}

/// A nested block type.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NestedBlock {
    pub nesting: Nesting,
    #[serde(default, skip_serializing_if = "is_zero")]
    pub min_items: u64,
    /// 0: no limit.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub max_items: u64,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub deprecated: bool,
    #[serde(default, skip_serializing_if = "Docs::is_empty")]
    pub docs: Docs,
    pub block: Block,
}

fn is_zero(n: &u64) -> bool {
    *n == 0
}

/// How many of a nested block there may be and how they are told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Nesting {
    Single,
    Group,
    List,
    Set,
    Map,
}

/// What the documentation says of one argument or block.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Docs {
    /// Markdown, unsanitised: sanitise when rendering.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub text: String,
    /// Where on the page it stands, to keep the author's order. 0: not documented.
    #[serde(default, skip_serializing_if = "is_zero_u32")]
    pub position: u32,
    /// The documented default as the page writes it (`TLS1_2`, `true`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<String>,
    /// The documented set of values.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub allowed: Vec<String>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub forces_replacement: bool,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub conflicts_with: Vec<String>,
    /// The arguments of which, this one included, exactly one must be set.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exactly_one_of: Vec<String>,
    /// The arguments of which, this one included, at least one must be set.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub at_least_one_of: Vec<String>,
    /// The arguments that must be set when this one is.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub required_with: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bounds: Option<Bounds>,
    /// The regular expression that values must match, as the page writes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pattern: Option<String>,
    /// What a number counts: `seconds`, `GiB`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// The argument to use in place of this deprecated one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaced_by: Option<String>,
    /// What examples set this argument to, most frequent first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub references: Vec<Reference>,
}

impl Docs {
    fn is_empty(&self) -> bool {
        *self == Docs::default()
    }
}

/// A documented smallest and largest value, both allowed themselves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bounds {
    pub of: Measure,
    /// Decimal, as the page writes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max: Option<String>,
}

/// What [`Bounds`] are about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Measure {
    Value,
    /// Characters of a string.
    Length,
    /// Elements of a list, set or map.
    Items,
}

fn is_zero_u32(n: &u32) -> bool {
    *n == 0
}

/// "In `count` examples this argument is set to `target`'s `attribute`."
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reference {
    pub kind: Kind,
    pub target: String,
    /// As an expression writes it after the element: `id`, `network_interface[0].address`.
    pub attribute: String,
    pub count: u32,
}

/// All names of one provider version, loaded at start.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Index {
    /// Layout version of the catalog, 1.
    pub format: u32,
    pub provider: Address,
    pub version: String,
    /// SHA-256 over the version's documents, hex.
    pub digest: String,
    pub elements: Vec<Entry>,
}

/// One line of an [`Index`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    pub kind: Kind,
    pub name: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub subcategory: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub summary: String,
    /// Settable arguments and nested blocks at the top level.
    pub arguments: u32,
    pub blocks: u32,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub deprecated: bool,
    /// Digest of all in the document that matters to a configuration: equal ones need no comparing. See
    /// [`diff`](super::diff).
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub shape: String,
}

/// `versions.json`: which versions of a provider are in the catalog, newest first.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Versions {
    pub versions: Vec<VersionEntry>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VersionEntry {
    pub version: String,
    pub digest: String,
    /// The key prefix that this version's objects were written under (a re-crawl writes a new one, then points here).
    pub prefix: String,
    /// Digest of what the version was made from and of the program that made it: the same again needs no work.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub source: String,
}
