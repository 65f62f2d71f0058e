//! Completion: what a person may want to set an argument to.

use cloudoven_crawler::catalog::{Docs, Type};
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    document::{Document, Element, ElementKind},
    edit::attribute_at,
    infer::{Inference, Knowledge, argument_type},
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
    let finder = Finder::new(document, schemas, Some(own), wanted);
    finder.find(attribute.map(|a| &a.docs), path.last_name().unwrap_or(""), prefix)
}

/// Finds what may stand for a value of a type.
pub(super) struct Finder<'a> {
    document: &'a Document,
    schemas: &'a Schemas,
    inference: Inference<'a>,
    wanted: Type,
    /// Every element but the one that the value is part of, nearest first.
    others: Vec<&'a Element>,
}

impl<'a> Finder<'a> {
    /// `own` is the element that the value is part of.
    pub(super) fn new(
        document: &'a Document,
        schemas: &'a Schemas,
        own: Option<&'a Element>,
        wanted: Type,
    ) -> Self {
        let elements = document.elements();
        let at = own.and_then(|own| document.position(&own.address)).unwrap_or(0);
        let (before, behind) = elements.split_at(at.min(elements.len()));
        let (mut before, mut behind) = (before.iter().rev(), behind.iter());
        let mut others = Vec::with_capacity(elements.len());
        while others.len() < elements.len() {
            others.extend(behind.next());
            others.extend(before.next());
        }
        others.retain(|e| own.is_none_or(|own| e.address != own.address));
        let inference = Inference::new(document, schemas, Knowledge::Design);
        Finder { document, schemas, inference, wanted, others }
    }

    /// Best first: what examples refer to and documented values, both by the docs of the argument; variables and locals;
    /// attributes whose type fits, by the argument's name. All of them contain what has been typed.
    pub(super) fn find(&self, docs: Option<&Docs>, name: &str, typed: &str) -> Vec<Suggestion> {
        let typed = typed.trim().trim_start_matches('"').to_lowercase();
        let mut found: Vec<Suggestion> = Vec::new();
        let all = self
            .mined(docs)
            .chain(self.values(docs))
            .chain(self.names())
            .filter(|s| contains(&s.label, &typed))
            .chain(self.attributes(name, &typed));
        for suggestion in all {
            if !found.iter().any(|s| s.label == suggestion.label && s.value == suggestion.value) {
                found.push(suggestion);
            }
            if found.len() == MAX {
                break;
            }
        }
        found
    }

    /// References that examples make, to the elements that are there.
    fn mined(&self, docs: Option<&'a Docs>) -> impl Iterator<Item = Suggestion> {
        docs.into_iter().flat_map(|docs| &docs.references).flat_map(move |reference| {
            let fits = |e: &&&Element| {
                e.kind.catalog() == Some(reference.kind) && e.ty.as_deref() == Some(reference.target.as_str())
            };
            let detail = match reference.count {
                1 => "1 example".to_owned(),
                n => format!("{} examples", thousands(n)),
            };
            let suggestion = |e: &&Element| {
                let each = if repeated(self.document, e) { "[0]" } else { "" };
                self.reference(
                    SuggestionKind::Mined,
                    format!("{}{each}.{}", e.address, reference.attribute),
                    &detail,
                )
            };
            self.others.iter().filter(fits).map(suggestion).collect::<Vec<_>>()
        })
    }

    fn values(&self, docs: Option<&'a Docs>) -> impl Iterator<Item = Suggestion> {
        let allowed = docs.into_iter().flat_map(|docs| docs.allowed.iter().map(String::as_str));
        let text = self.wanted == Type::String;
        let booleans = (self.wanted == Type::Bool).then_some(["true", "false"]).into_iter().flatten();
        allowed.chain(booleans).filter_map(move |value| {
            let literal = if text { Value::literal(&value) } else { Value::json(value) };
            let detail = "documented value".to_owned();
            Some(Suggestion {
                kind: SuggestionKind::Value,
                label: value.to_owned(),
                value: literal.ok()?,
                detail,
            })
        })
    }

    /// Variables and locals whose type may fit.
    fn names(&self) -> impl Iterator<Item = Suggestion> {
        let named = |kind| self.others.iter().filter(move |e| e.kind == kind);
        named(ElementKind::Variable).chain(named(ElementKind::Local)).filter_map(|e| {
            let (kind, ty) = match self.document.local(e) {
                Some(attribute) => (SuggestionKind::Local, self.inference.value(None, &attribute.value).ty()),
                None => {
                    let declared = self.document.block(e)?.body.get_attribute("type");
                    (SuggestionKind::Variable, declared.map_or(Type::Dynamic, |a| constraint(&a.value)))
                }
            };
            fits(&ty, &self.wanted).then(|| self.reference(kind, e.address.clone(), &ty.to_string()))
        })
    }

    /// Attributes of other elements: those with the argument's own name or a similar one first, then the nearest.
    fn attributes(&self, name: &str, typed: &str) -> impl Iterator<Item = Suggestion> {
        let mut found: Vec<(usize, &str, &str, &Type)> = Vec::new();
        let mut label = String::new();
        for element in &self.others {
            let Some(schema) = self.schemas.of(element).filter(|_| element.kind != ElementKind::Provider)
            else {
                continue;
            };
            if repeated(self.document, element) {
                continue;
            }
            let short = element.ty.as_deref().and_then(|t| t.split_once('_')).map_or("", |(_, rest)| rest);
            for (attribute, facts) in
                schema.block.attributes.iter().filter(|(_, a)| exact(&a.ty, &self.wanted))
            {
                if !typed.is_empty() {
                    label.clear();
                    label.extend([&element.address, ".", attribute]);
                    if !contains(&label, typed) {
                        continue;
                    }
                }
                let rank = match attribute.as_str() {
                    a if name.strip_suffix(a).and_then(|n| n.strip_suffix('_')) == Some(short) => 0,
                    a if a == name => 1,
                    "id" | "name" => 2,
                    _ => 3,
                };
                found.push((rank, &element.address, attribute, &facts.ty));
            }
        }
        // Only so many are taken: the best of them by rank, each rank in the order of nearness.
        found.sort_by_key(|(rank, ..)| *rank);
        found.into_iter().map(|(_, address, attribute, ty)| {
            self.reference(SuggestionKind::Attribute, format!("{address}.{attribute}"), &ty.to_string())
        })
    }

    fn reference(&self, kind: SuggestionKind, label: String, detail: &str) -> Suggestion {
        Suggestion { kind, value: Value::expression(&label), label, detail: detail.to_owned() }
    }
}

/// Whether a name contains what has been typed, in lower case.
pub(super) fn contains(name: &str, typed: &str) -> bool {
    let (name, typed) = (name.as_bytes(), typed.as_bytes());
    match name.is_ascii() {
        true => typed.is_empty() || name.windows(typed.len()).any(|w| w.eq_ignore_ascii_case(typed)),
        false => String::from_utf8_lossy(name).to_lowercase().contains(&*String::from_utf8_lossy(typed)),
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
