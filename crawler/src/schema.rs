//! `terraform providers schema -json`, typed.
//!
//! Source: <https://developer.hashicorp.com/terraform/cli/commands/providers/schema>. The elements of a provider are
//! kept as slices of the input until they are asked for, so that reading a large provider costs one element at a time.

use std::collections::{BTreeMap, HashSet};

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::{
    catalog::{
        Address, Attribute, Block, BuiltinFunction, Docs, Function, Kind, NestedAttributes, NestedBlock,
        Nesting, ObjectAttribute, Parameter, Type,
    },
    error::{Error, Result},
};

/// The schemas of one provider.
#[derive(Debug)]
pub struct ProviderSchema<'a> {
    pub address: Address,
    elements: Vec<Element<'a>>,
}

/// One resource, data source, ephemeral resource, function or provider configuration, not read yet.
#[derive(Debug, Clone)]
pub struct Element<'a> {
    pub kind: Kind,
    pub name: String,
    raw: &'a RawValue,
}

#[derive(Deserialize)]
struct Dump<'a> {
    #[serde(borrow, default)]
    provider_schemas: BTreeMap<String, RawProvider<'a>>,
}

#[derive(Deserialize)]
struct RawProvider<'a> {
    #[serde(borrow, default)]
    provider: Option<&'a RawValue>,
    #[serde(borrow, default)]
    resource_schemas: BTreeMap<String, &'a RawValue>,
    #[serde(borrow, default)]
    data_source_schemas: BTreeMap<String, &'a RawValue>,
    #[serde(borrow, default)]
    ephemeral_resource_schemas: BTreeMap<String, &'a RawValue>,
    #[serde(borrow, default)]
    functions: BTreeMap<String, &'a RawValue>,
}

#[derive(Deserialize, Default)]
struct RawElement {
    #[serde(default)]
    block: RawBlock,
}

#[derive(Deserialize, Default)]
struct RawBlock {
    #[serde(default)]
    attributes: BTreeMap<String, RawAttribute>,
    #[serde(default)]
    block_types: BTreeMap<String, RawBlockType>,
    #[serde(default)]
    description: String,
    #[serde(default)]
    deprecated: bool,
}

#[derive(Deserialize)]
struct RawAttribute {
    #[serde(rename = "type")]
    ty: Option<Type>,
    nested_type: Option<RawNestedType>,
    #[serde(default)]
    description: String,
    #[serde(default)]
    required: bool,
    #[serde(default)]
    optional: bool,
    #[serde(default)]
    computed: bool,
    #[serde(default)]
    sensitive: bool,
    #[serde(default)]
    write_only: bool,
    #[serde(default)]
    deprecated: bool,
}

#[derive(Deserialize)]
struct RawNestedType {
    #[serde(default)]
    attributes: BTreeMap<String, RawAttribute>,
    nesting_mode: Nesting,
}

#[derive(Deserialize)]
struct RawBlockType {
    nesting_mode: Nesting,
    #[serde(default)]
    block: RawBlock,
    #[serde(default)]
    min_items: u64,
    #[serde(default)]
    max_items: u64,
}

#[derive(Deserialize)]
struct RawFunction {
    #[serde(default)]
    description: String,
    #[serde(default)]
    summary: String,
    #[serde(default)]
    deprecation_message: String,
    return_type: Type,
    #[serde(default)]
    parameters: Vec<RawParameter>,
    variadic_parameter: Option<RawParameter>,
}

#[derive(Deserialize)]
struct RawParameter {
    name: String,
    #[serde(rename = "type")]
    ty: Type,
    #[serde(default)]
    is_nullable: bool,
    #[serde(default)]
    description: String,
}

impl From<RawFunction> for Function {
    fn from(raw: RawFunction) -> Self {
        Function {
            parameters: raw.parameters.into_iter().map(Parameter::from).collect(),
            variadic: raw.variadic_parameter.map(Parameter::from),
            return_type: raw.return_type,
        }
    }
}

/// `terraform metadata functions -json`.
#[derive(Deserialize)]
struct Metadata {
    function_signatures: BTreeMap<String, RawFunction>,
}

/// Reads the functions that are part of Terraform from `terraform metadata functions -json`.
pub fn read_functions(place: &str, output: &[u8]) -> Result<BTreeMap<String, BuiltinFunction>> {
    let metadata: Metadata =
        serde_json::from_slice(output).map_err(|e| Error::invalid(place, e.to_string()))?;
    let read = |(name, raw): (String, RawFunction)| {
        let description = raw.description.clone();
        (name, BuiltinFunction { description, signature: raw.into() })
    };
    Ok(metadata.function_signatures.into_iter().map(read).collect())
}

impl From<RawParameter> for Parameter {
    fn from(raw: RawParameter) -> Self {
        Parameter { name: raw.name, ty: raw.ty, nullable: raw.is_nullable, description: raw.description }
    }
}

/// An element's block tree, with the schema's own descriptions as docs; or a function's signature.
#[derive(Debug)]
pub struct ElementSchema {
    pub block: Block,
    pub function: Option<Function>,
    /// One line, where the schema has it apart from the description.
    pub summary: String,
    pub description: String,
    pub deprecated: bool,
}

/// Reads a dump. `place` names it in errors.
pub fn parse<'a>(place: &str, json: &'a [u8]) -> Result<Vec<ProviderSchema<'a>>> {
    let text = std::str::from_utf8(json).map_err(|e| Error::invalid(place, format!("not UTF-8: {e}")))?;
    let version: FormatVersion =
        serde_json::from_str(text).map_err(|e| Error::invalid(place, e.to_string()))?;
    version.check().map_err(|reason| Error::invalid(place, reason))?;
    let dump: Dump = serde_json::from_str(text).map_err(|e| Error::invalid(place, e.to_string()))?;
    dump.provider_schemas.into_iter().map(|(address, provider)| elements(place, &address, provider)).collect()
}

/// Read on its own first: a dump of another format need not have the shape that [`Dump`] asks for.
#[derive(Deserialize)]
struct FormatVersion {
    format_version: String,
}

impl FormatVersion {
    /// Terraform raises the minor version for additions and the major one for changes that break readers.
    fn check(&self) -> std::result::Result<(), String> {
        match self.format_version.split('.').next() {
            Some("1") => Ok(()),
            _ => Err(format!(
                "schema format {:?} is not supported, only 1.x is; use `terraform providers schema -json` of Terraform 1.0 or newer",
                self.format_version
            )),
        }
    }
}

fn elements<'a>(place: &str, address: &str, raw: RawProvider<'a>) -> Result<ProviderSchema<'a>> {
    let address: Address = address.parse().map_err(|reason: String| Error::invalid(place, reason))?;
    let groups = [
        (Kind::Resource, raw.resource_schemas),
        (Kind::DataSource, raw.data_source_schemas),
        (Kind::EphemeralResource, raw.ephemeral_resource_schemas),
        (Kind::Function, raw.functions),
    ];
    let mut elements = Vec::new();
    if let Some(raw) = raw.provider {
        elements.push(Element { kind: Kind::Provider, name: address.name.clone(), raw });
    }
    for (kind, group) in groups {
        let mut seen = HashSet::new();
        for (name, raw) in group {
            check_name(place, &name)?;
            // On some machines' disks they are one file.
            if !seen.insert(name.to_ascii_lowercase()) {
                let reason = format!("{} {name} differs from another only in case", kind.keyword());
                return Err(Error::invalid(place, reason));
            }
            elements.push(Element { kind, name, raw });
        }
    }
    Ok(ProviderSchema { address, elements })
}

/// Type names become object keys.
pub(crate) fn check_name(place: &str, name: &str) -> Result<()> {
    let safe = |b: u8| b.is_ascii_alphanumeric() || b == b'_' || b == b'-';
    if name.is_empty() || name.len() > 200 || !name.bytes().all(safe) {
        return Err(Error::invalid(place, format!("{name:?} is not a type name")));
    }
    Ok(())
}

impl<'a> ProviderSchema<'a> {
    /// The provider's configuration first, then resources, data sources, ephemeral resources and functions by name.
    pub fn elements(&self) -> &[Element<'a>] {
        &self.elements
    }
}

impl Element<'_> {
    /// Reads the element's block tree. `place` names the dump in errors.
    pub fn read(&self, place: &str) -> Result<ElementSchema> {
        let fail = |reason: String| {
            Error::invalid(place, format!("{} {}: {reason}", self.kind.keyword(), self.name))
        };
        if self.kind == Kind::Function {
            let raw = serde_json::from_str(self.raw.get()).map_err(|e| fail(e.to_string()))?;
            return Ok(function(raw));
        }
        let raw: RawElement = serde_json::from_str(self.raw.get()).map_err(|e| fail(e.to_string()))?;
        let description = raw.block.description.clone();
        let deprecated = raw.block.deprecated;
        let block = block(raw.block).map_err(fail)?;
        Ok(ElementSchema { block, function: None, summary: String::new(), description, deprecated })
    }
}

fn function(raw: RawFunction) -> ElementSchema {
    ElementSchema {
        block: Block::default(),
        summary: raw.summary.clone(),
        description: raw.description.clone(),
        deprecated: !raw.deprecation_message.is_empty(),
        function: Some(raw.into()),
    }
}

fn block(raw: RawBlock) -> std::result::Result<Block, String> {
    let attributes = attributes(raw.attributes)?;
    let blocks = raw
        .block_types
        .into_iter()
        .map(|(name, raw)| {
            let nested = nested_block(raw).map_err(|e| format!("block {name}: {e}"))?;
            Ok((name, nested))
        })
        .collect::<std::result::Result<_, String>>()?;
    Ok(Block { attributes, blocks })
}

fn nested_block(raw: RawBlockType) -> std::result::Result<NestedBlock, String> {
    Ok(NestedBlock {
        nesting: raw.nesting_mode,
        min_items: raw.min_items,
        max_items: raw.max_items,
        deprecated: raw.block.deprecated,
        docs: Docs { text: raw.block.description.clone(), ..Docs::default() },
        block: block(raw.block)?,
    })
}

fn attributes(
    raw: BTreeMap<String, RawAttribute>,
) -> std::result::Result<BTreeMap<String, Attribute>, String> {
    raw.into_iter()
        .map(|(name, raw)| {
            let attribute = attribute(raw).map_err(|e| format!("attribute {name}: {e}"))?;
            Ok((name, attribute))
        })
        .collect()
}

fn attribute(raw: RawAttribute) -> std::result::Result<Attribute, String> {
    let (ty, nested) = match (raw.ty, raw.nested_type) {
        (_, Some(nested)) => {
            let nested =
                NestedAttributes { nesting: nested.nesting_mode, attributes: attributes(nested.attributes)? };
            (structural_type(&nested), Some(Box::new(nested)))
        }
        (Some(ty), None) => (ty, None),
        (None, None) => return Err("has neither type nor nested_type".into()),
    };
    Ok(Attribute {
        ty,
        nested,
        required: raw.required,
        optional: raw.optional,
        computed: raw.computed,
        sensitive: raw.sensitive,
        write_only: raw.write_only,
        deprecated: raw.deprecated,
        docs: Docs { text: raw.description, ..Docs::default() },
        fields: BTreeMap::new(),
    })
}

/// The type that a structural attribute's value has; what is not required may be left out.
fn structural_type(nested: &NestedAttributes) -> Type {
    let attributes = nested
        .attributes
        .iter()
        .map(|(name, a)| (name.clone(), ObjectAttribute { ty: a.ty.clone(), optional: !a.required }))
        .collect();
    let object = Box::new(Type::Object(attributes));
    match nested.nesting {
        Nesting::Single | Nesting::Group => *object,
        Nesting::List => Type::List(object),
        Nesting::Set => Type::Set(object),
        Nesting::Map => Type::Map(object),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dump(version: &str, resource: &str) -> String {
        format!(
            r#"{{"format_version":"{version}","provider_schemas":{{"example.com/acme/cloud":{{
                "provider":{{"version":0,"block":{{}}}},
                "resource_schemas":{{"cloud_server":{{"version":1,"block":{resource}}}}},
                "ephemeral_resource_schemas":{{"cloud_token":{{"block":{{}}}}}}}}}}}}"#
        )
    }

    fn server(resource: &str) -> Result<ElementSchema> {
        let json = dump("1.0", resource);
        let providers = parse("schema.json", json.as_bytes())?;
        providers[0].elements().iter().find(|e| e.kind == Kind::Resource).unwrap().read("schema.json")
    }

    #[test]
    fn reads_every_kind_of_element() {
        let json = dump("1.2", "{}");
        let providers = parse("schema.json", json.as_bytes()).unwrap();
        assert_eq!(providers[0].address.to_string(), "example.com/acme/cloud");
        let kinds: Vec<_> = providers[0].elements().iter().map(|e| (e.kind, e.name.as_str())).collect();
        assert_eq!(
            kinds,
            [
                (Kind::Provider, "cloud"),
                (Kind::Resource, "cloud_server"),
                (Kind::EphemeralResource, "cloud_token")
            ]
        );
    }

    #[test]
    fn structural_attributes_have_the_type_they_amount_to() {
        let element = server(
            r#"{"attributes":{"disks":{"optional":true,"nested_type":{"nesting_mode":"map","attributes":{
                "size":{"type":"number","required":true},
                "tags":{"type":["map","string"],"optional":true,"write_only":true}}}}}}"#,
        )
        .unwrap();
        let disks = &element.block.attributes["disks"];
        assert_eq!(disks.ty.to_string(), "map(object({ size = number, tags = optional(map(string)) }))");
        let nested = disks.nested.as_ref().unwrap();
        assert_eq!(nested.nesting, Nesting::Map);
        assert!(nested.attributes["tags"].write_only);
    }

    #[test]
    fn reads_every_nesting_mode() {
        for (mode, nesting) in [
            ("single", Nesting::Single),
            ("group", Nesting::Group),
            ("list", Nesting::List),
            ("set", Nesting::Set),
            ("map", Nesting::Map),
        ] {
            let element = server(&format!(
                r#"{{"block_types":{{"disk":{{"nesting_mode":"{mode}","max_items":2,"block":{{"deprecated":true}}}}}}}}"#
            ))
            .unwrap();
            let disk = &element.block.blocks["disk"];
            assert_eq!((disk.nesting, disk.max_items, disk.deprecated), (nesting, 2, true));
        }
    }

    #[test]
    fn errors_name_the_place() {
        let error = server(r#"{"attributes":{"size":{"type":"numeric"}}}"#).unwrap_err().to_string();
        assert!(error.starts_with("schema.json: resource cloud_server: unknown type \"numeric\""), "{error}");
        let error = server(r#"{"attributes":{"size":{"optional":true}}}"#).unwrap_err().to_string();
        assert_eq!(
            error,
            "schema.json: resource cloud_server: attribute size: has neither type nor nested_type"
        );
        let error = parse("schema.json", b"{\"format_version\":").unwrap_err().to_string();
        assert!(error.starts_with("schema.json: EOF"), "{error}");
        assert!(parse("schema.json", b"\xff").unwrap_err().to_string().contains("not UTF-8"));
    }

    #[test]
    fn other_formats_are_refused_by_name() {
        let error = parse("schema.json", br#"{"format_version":"2.0","provider_schemas":[]}"#).unwrap_err();
        assert!(error.to_string().contains("schema format \"2.0\" is not supported"), "{error}");
    }

    #[test]
    fn type_names_are_safe_keys() {
        let json = dump("1.0", "{}").replace("cloud_server", "../cloud");
        assert!(parse("schema.json", json.as_bytes()).unwrap_err().to_string().contains("not a type name"));
    }

    #[test]
    fn deep_nesting_is_an_error() {
        let mut block = String::from("{}");
        for _ in 0..200 {
            block = format!(r#"{{"block_types":{{"b":{{"nesting_mode":"list","block":{block}}}}}}}"#);
        }
        assert!(server(&block).is_err());
    }
}
