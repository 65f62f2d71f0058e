//! What a module offers and calls: its variables, its calls of other modules, and what of it forms can show.

use hcl_edit::{expr::Expression, structure::Body};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    document::{Document, Element, ElementKind},
    json::is_json,
    locate::span,
    schemas::Schemas,
    view,
};

/// An input variable.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Variable {
    pub name: String,
    /// The type constraint as it is written; empty when there is none.
    #[serde(rename = "type")]
    pub ty: String,
    /// Empty when there is none, or when it is not a plain text.
    pub description: String,
    /// As it is written; none: a value must be given.
    pub default: Option<String>,
    pub sensitive: bool,
}

/// A `module` block.
///
/// Source: <https://developer.hashicorp.com/terraform/language/modules/sources>
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ModuleCall {
    pub name: String,
    /// Empty where it is missing or not a plain text.
    pub source: String,
    /// The version constraint, for a registry's module.
    pub version: Option<String>,
    pub file: String,
    /// From 1.
    pub line: usize,
}

impl ModuleCall {
    /// Whether the source is a path: only these begin with a dot.
    pub fn is_local(&self) -> bool {
        self.source.starts_with("./") || self.source.starts_with("../")
    }

    /// Where a local source leads from the folder that the call is in; none when it leaves the top.
    pub fn folder(&self, from: &str) -> Option<String> {
        resolve(from, &self.source)
    }

    /// Whether the source is a registry's address, `namespace/name/provider` with an optional host before it.
    pub fn is_registry(&self) -> bool {
        let address = self.source.split("//").next().unwrap_or_default();
        let parts: Vec<&str> = address.split('/').collect();
        let safe = |part: &&str| {
            !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.:".contains(&b))
        };
        // github.com/a/b is a repository, which Terraform knows by the host.
        let repository = matches!(parts.first(), Some(&("github.com" | "bitbucket.org")));
        let plain = !self.source.contains("::") && parts.iter().all(safe);
        !self.is_local()
            && plain
            && !repository
            && (parts.len() == 3 || parts.len() == 4 && parts[0].contains('.'))
    }
}

/// Where a path leads from a folder; none when it leaves the top.
pub(super) fn resolve(folder: &str, path: &str) -> Option<String> {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            name => parts.push(name),
        }
    }
    Some(parts.join("/"))
}

/// The first input variables, at most so many, in the order of the text; those of JSON files last.
pub fn variables(document: &Document, most: usize) -> Vec<Variable> {
    let blocks = of_kind(document, ElementKind::Variable);
    let variable = |(element, text, body): (&Element, &str, &Body)| Variable {
        name: element.name.clone(),
        ty: code(text, body, "type").unwrap_or_default(),
        description: plain(text, body, "description").unwrap_or_default(),
        default: code(text, body, "default"),
        sensitive: code(text, body, "sensitive").is_some_and(|code| code == "true"),
    };
    let told = document.told().flat_map(|told| told.variables.iter().cloned());
    blocks.map(variable).chain(told).take(most).collect()
}

/// The calls of modules, in the order of the text.
pub fn module_calls(document: &Document) -> Vec<ModuleCall> {
    let call = |element: &Element| {
        let (source, version) = source(document, element)?;
        let (name, file) = (element.name.clone(), element.file.clone());
        Some(ModuleCall { name, source, version, file, line: element.line })
    };
    document.elements().iter().filter(|e| e.kind == ElementKind::Module).filter_map(call).collect()
}

/// Where a module is from, and its version constraint.
fn source(document: &Document, element: &Element) -> Option<(String, Option<String>)> {
    let file = document.file(&element.file)?;
    if let Some(told) = &file.told {
        return told.sources.get(&element.name).cloned();
    }
    let body = &document.block(element)?.body;
    Some((plain(&file.text, body, "source").unwrap_or_default(), plain(&file.text, body, "version")))
}

/// Whether the designer has a form for an element; else it is shown as code only.
pub fn has_form(document: &Document, schemas: &Schemas, element: &Element) -> bool {
    !is_json(&element.file) && (schemas.of(element).is_some() || view::builtin(document, element).is_some())
}

fn of_kind(document: &Document, kind: ElementKind) -> impl Iterator<Item = (&Element, &str, &Body)> {
    document.elements().iter().filter(move |e| e.kind == kind).filter_map(|element| {
        let text = document.text(&element.file)?;
        Some((element, &**text, &document.block(element)?.body))
    })
}

fn value<'a>(body: &'a Body, name: &str) -> Option<&'a Expression> {
    body.get_attribute(name).map(|attribute| &attribute.value)
}

fn code(text: &str, body: &Body, name: &str) -> Option<String> {
    text.get(span(value(body, name)?)).map(str::to_owned)
}

fn plain(text: &str, body: &Body, name: &str) -> Option<String> {
    match view::literal(text, value(body, name)?)? {
        super::value::Json::String(text) => Some(text),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Files;

    const TEXT: &str = r#"
variable "size" {
  type        = list(number)
  description = "How many."
  default     = [
    1,
  ]
  sensitive = true
}
variable "name" {}
module "net" {
  source = "./modules/net"
}
module "vpc" {
  source  = "terraform-aws-modules/vpc/aws//modules/x"
  version = "~> 5.0"
}
module "odd" {
  source = var.name
}
"#;

    #[test]
    fn variables_and_calls_are_read() {
        let mut files = Files::default();
        files.insert("main.tf", TEXT).unwrap();
        let document = Document::parse(&files).unwrap();
        let [size, name] = &variables(&document, 10)[..] else { panic!("two variables") };
        assert_eq!(
            (size.ty.as_str(), size.description.as_str(), size.sensitive),
            ("list(number)", "How many.", true)
        );
        assert_eq!(size.default.as_deref(), Some("[\n    1,\n  ]"));
        assert_eq!((name.ty.as_str(), name.default.as_deref()), ("", None));
        let calls = module_calls(&document);
        let kinds: Vec<_> = calls.iter().map(|c| (c.name.as_str(), c.is_local(), c.is_registry())).collect();
        assert_eq!(kinds, [("net", true, false), ("vpc", false, true), ("odd", false, false)]);
        assert_eq!((calls[1].version.as_deref(), calls[1].line), (Some("~> 5.0"), 14));
    }

    #[test]
    fn sources_are_resolved() {
        for (folder, source, expected) in [
            ("", "./a", Some("a")),
            ("a/b", "../c//", Some("a/c")),
            ("a", "../..", None),
            ("a", "..", Some("")),
        ] {
            assert_eq!(resolve(folder, source).as_deref(), expected, "{folder} {source}");
        }
    }

    #[test]
    fn registry_addresses_are_told_from_others() {
        let call = |source: &str| ModuleCall {
            name: String::new(),
            source: source.to_owned(),
            version: None,
            file: String::new(),
            line: 1,
        };
        for yes in ["a/b/c", "registry.example.com/a/b/c", "app.terraform.io:443/a/b/c", "a/b/c//sub/dir"] {
            assert!(call(yes).is_registry(), "{yes}");
        }
        for no in [
            "",
            "./a/b",
            "a/b",
            "github.com/a/b",
            "git::https://x/y/z",
            "https://x.y/a/b",
            "git@github.com:a/b",
        ] {
            assert!(!call(no).is_registry(), "{no}");
        }
    }
}
