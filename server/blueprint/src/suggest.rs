//! Completion: what a person may want to set an argument to.

use cloudoven_crawler::catalog::{self, Type};
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    document::{Document, Element, ElementKind},
    edit::attribute_at,
    infer::{argument_type, infer},
    path::Path,
    scaffold::repeated,
    schemas::Schemas,
    types::constraint,
    value::Value,
    view,
};

/// Most suggestions that are given.
const MAX: usize = 100;

/// Where a suggestion comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SuggestionKind {
    /// The target that examples refer to.
    Mined,
    /// A documented value.
    Value,
    Variable,
    Local,
    /// An attribute of another element whose type fits.
    Attribute,
}

/// One completion.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Suggestion {
    pub kind: SuggestionKind,
    /// What is shown: `azurerm_resource_group.main.name`, `Standard`.
    pub label: String,
    /// What to set.
    pub value: Value,
    /// A few words beside it: a type, "1,204 examples".
    pub detail: String,
}

/// Completions for an argument, best first: what examples refer to, documented values, variables, locals, attributes
/// whose type fits. The prefix filters by what has been typed. Never the element itself.
pub fn suggest(
    document: &Document,
    schemas: &Schemas,
    element: &str,
    path: &Path,
    prefix: &str,
) -> Vec<Suggestion> {
    let Some(own) = document.element(element) else { return Vec::new() };
    let builtin = || view::builtin(document, own);
    let schema = schemas.of(own).map(|s| s.block.clone()).or_else(builtin).unwrap_or_default();
    let attribute = attribute_at(&schema, path);
    let wanted = argument_type(&schema, path).unwrap_or(Type::Dynamic);
    let finder = Finder { document, schemas, own, wanted };
    let typed = prefix.trim().trim_start_matches('"').to_lowercase();
    let matches = |s: &Suggestion| s.label.to_lowercase().contains(&typed);
    let mut found: Vec<Suggestion> = Vec::new();
    let all = finder
        .mined(attribute)
        .chain(finder.values(attribute))
        .chain(finder.names())
        .chain(finder.attributes(path));
    for suggestion in all.filter(matches) {
        if !found.iter().any(|s| s.label == suggestion.label && s.value == suggestion.value) {
            found.push(suggestion);
        }
        if found.len() == MAX {
            break;
        }
    }
    found
}

struct Finder<'a> {
    document: &'a Document,
    schemas: &'a Schemas,
    own: &'a Element,
    wanted: Type,
}

impl<'a> Finder<'a> {
    fn others(&self) -> impl Iterator<Item = &'a Element> {
        let own = self.own;
        self.document.elements().iter().filter(move |e| e.address != own.address)
    }

    /// References that examples make, to the elements that are there.
    fn mined(&self, attribute: Option<&catalog::Attribute>) -> impl Iterator<Item = Suggestion> {
        let references = attribute.map(|a| a.docs.references.clone()).unwrap_or_default();
        references.into_iter().flat_map(move |reference| {
            let fits = |e: &&Element| {
                e.kind.catalog() == Some(reference.kind) && e.ty.as_deref() == Some(reference.target.as_str())
            };
            let detail = match reference.count {
                1 => "1 example".to_owned(),
                n => format!("{} examples", thousands(n)),
            };
            let suggestion = |e: &Element| {
                let each = if repeated(self.document, e) { "[0]" } else { "" };
                self.reference(
                    SuggestionKind::Mined,
                    format!("{}{each}.{}", e.address, reference.attribute),
                    &detail,
                )
            };
            self.others().filter(fits).map(suggestion).collect::<Vec<_>>()
        })
    }

    fn values(&self, attribute: Option<&catalog::Attribute>) -> impl Iterator<Item = Suggestion> {
        let allowed = attribute.map(|a| a.docs.allowed.clone()).unwrap_or_default();
        let text = self.wanted == Type::String;
        let booleans =
            (self.wanted == Type::Bool).then_some(["true", "false"]).into_iter().flatten().map(str::to_owned);
        allowed.into_iter().chain(booleans).filter_map(move |value| {
            let literal = if text { Value::literal(&value) } else { Value::json(&value) };
            let detail = "documented value".to_owned();
            Some(Suggestion { kind: SuggestionKind::Value, label: value, value: literal.ok()?, detail })
        })
    }

    /// Variables and locals whose type may fit.
    fn names(&self) -> impl Iterator<Item = Suggestion> {
        let named = |kind| self.others().filter(move |e| e.kind == kind);
        named(ElementKind::Variable).chain(named(ElementKind::Local)).filter_map(|e| {
            let (kind, ty) = match self.document.local(e) {
                Some(attribute) => {
                    (SuggestionKind::Local, infer(self.document, self.schemas, &attribute.value))
                }
                None => {
                    let declared = self.document.block(e)?.body.get_attribute("type");
                    (SuggestionKind::Variable, declared.map_or(Type::Dynamic, |a| constraint(&a.value)))
                }
            };
            fits(&ty, &self.wanted).then(|| self.reference(kind, e.address.clone(), &ty.to_string()))
        })
    }

    /// Attributes of other elements: those with the argument's own name or a similar one first.
    fn attributes(&self, path: &Path) -> impl Iterator<Item = Suggestion> {
        let name = path.last_name().unwrap_or("").to_owned();
        let mut found: Vec<(usize, Suggestion)> = Vec::new();
        for element in
            self.others().filter(|e| e.kind != ElementKind::Provider && !repeated(self.document, e))
        {
            let Some(schema) = self.schemas.of(element) else { continue };
            let short = element.ty.as_deref().and_then(|t| t.split_once('_')).map_or("", |(_, rest)| rest);
            for (attribute, facts) in
                schema.block.attributes.iter().filter(|(_, a)| exact(&a.ty, &self.wanted))
            {
                let rank = match attribute.as_str() {
                    a if name == format!("{short}_{a}") => 0,
                    a if a == name => 1,
                    "id" | "name" => 2,
                    _ => 3,
                };
                let label = format!("{}.{attribute}", element.address);
                found.push((rank, self.reference(SuggestionKind::Attribute, label, &facts.ty.to_string())));
            }
        }
        found.sort_by_key(|(rank, _)| *rank);
        found.into_iter().map(|(_, suggestion)| suggestion)
    }

    fn reference(&self, kind: SuggestionKind, label: String, detail: &str) -> Suggestion {
        Suggestion { kind, value: Value::expression(&label), label, detail: detail.to_owned() }
    }
}

/// Whether a value of one type may be given where another is wanted.
fn fits(ty: &Type, wanted: &Type) -> bool {
    match (ty, wanted) {
        (Type::Dynamic, _) | (_, Type::Dynamic) => true,
        (Type::List(a) | Type::Set(a), Type::List(b) | Type::Set(b)) | (Type::Map(a), Type::Map(b)) => {
            fits(a, b)
        }
        (Type::Tuple(types), Type::List(b) | Type::Set(b)) => types.iter().all(|t| fits(t, b)),
        (Type::Object(attributes), Type::Map(b)) => attributes.values().all(|a| fits(&a.ty, b)),
        (Type::Object(_), Type::Object(_)) => true,
        (Type::Bool | Type::Number, Type::String) => true,
        (a, b) => a == b,
    }
}

/// Attributes are many: only those of the very type are offered.
fn exact(ty: &Type, wanted: &Type) -> bool {
    *wanted == Type::Dynamic || ty == wanted
}

/// `1204` → `1,204`.
fn thousands(n: u32) -> String {
    let digits = n.to_string();
    let groups = digits.as_bytes().rchunks(3).rev().map(|g| String::from_utf8_lossy(g).into_owned());
    groups.collect::<Vec<_>>().join(",")
}
