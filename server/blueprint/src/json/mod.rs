//! Configuration in Terraform's JSON syntax. It is kept as it is: what is known of it are the names that it declares and those
//! that it refers to, so that the other files can be checked. Nothing in it is ever changed.
//!
//! Source: <https://developer.hashicorp.com/terraform/language/syntax/json>

mod mentions;
mod read;

use std::{collections::BTreeMap, ops::Range, sync::Arc};

use self::{
    mentions::mentions,
    read::{Entry, Piece, read},
};
use super::{
    declared::{Declared, Facts, Named, identity},
    diagnostic::{Code, Diagnostic},
    document::{ElementKind, RequiredProvider},
    files::is_override,
    outline::Variable,
    parse::fault,
    parsed::{Item, ParsedFile},
    schemas::local_name,
};

/// How the names of such files end.
pub const JSON_ENDING: &str = ".tf.json";

/// Whether a file is in Terraform's JSON syntax, by its name.
pub fn is_json(file: &str) -> bool {
    file.ends_with(JSON_ENDING)
}

/// Why a file is not changed.
pub(super) fn read_only(file: &str) -> String {
    format!("{file} is in Terraform's JSON syntax, which is kept as it is: change it where it comes from")
}

/// What a JSON file tells besides its elements.
#[derive(Debug, Default)]
pub(super) struct Told {
    pub required_providers: BTreeMap<String, RequiredProvider>,
    /// It says where state is kept.
    pub backend: bool,
    pub variables: Vec<Variable>,
    /// By the name of the call: where a module is from, and its version constraint.
    pub sources: BTreeMap<String, (String, Option<String>)>,
}

/// Reads one file.
///
/// # Errors
/// A diagnostic with the place of the first fault.
pub(super) fn parse_file(name: &str, text: &Arc<str>) -> Result<ParsedFile, Diagnostic> {
    let root = read(text).and_then(|root| {
        let config = root.is_object() || root.code().starts_with('[');
        if config { Ok(root) } else { Err((root.span().start, "a configuration is an object".to_owned())) }
    });
    let root = root.map_err(|(at, message)| fault(Code::Syntax, name, text, at, message))?;
    let mut found = Found::default();
    // What an override file has is declared elsewhere already.
    if !is_override(name) {
        root.entries().iter().for_each(|entry| found.blocks(entry));
    }
    let Found { mut items, told } = found;
    items.sort_by_key(|item| item.span.start);
    let items = items.into_iter().map(Arc::new).collect();
    Ok(ParsedFile::told(Arc::clone(text), items, told))
}

/// What was found so far.
#[derive(Default)]
struct Found {
    items: Vec<Item>,
    told: Told,
}

impl Found {
    /// Adds what stands under a keyword.
    fn blocks(&mut self, entry: &Entry<'_>) {
        let labels = match entry.key.as_str() {
            "locals" => return self.locals(entry.value),
            "resource" | "data" | "ephemeral" => 2,
            "variable" | "output" | "module" | "provider" | "check" => 1,
            _ => 0,
        };
        self.labelled(&entry.key, &mut Vec::new(), labels, entry);
    }

    /// Goes through so many levels of labels.
    fn labelled(&mut self, keyword: &str, labels: &mut Vec<String>, left: usize, at: &Entry<'_>) {
        if left > 0 {
            for entry in at.value.entries() {
                labels.push(entry.key.clone());
                self.labelled(keyword, labels, left - 1, &entry);
                labels.pop();
            }
            return;
        }
        for body in at.value.objects() {
            self.told.add(keyword, labels, body);
            // A single body is shown with its name.
            let alone = at.value.is_object();
            let span = if alone { at.key_span.start..body.span().end } else { body.span() };
            let name = (alone && !labels.is_empty()).then(|| 0..at.key_span.len());
            self.items.push(item(keyword, declared(keyword, labels, body, &span, name), span));
        }
    }

    fn locals(&mut self, value: Piece<'_>) {
        for entry in value.entries() {
            let span = entry.key_span.start..entry.value.span().end;
            let name = Some(0..entry.key_span.len());
            let named = Named { address: Some(format!("local.{}", entry.key)), ty: None, name: entry.key };
            let mentions = mentions(entry.value, span.start);
            let declared = Declared::of_json(ElementKind::Local, named, span.len(), name, mentions);
            self.items.push(item("locals", declared, span));
        }
    }
}

fn item(keyword: &str, declared: Declared, span: Range<usize>) -> Item {
    Item::told(span, Facts { keyword: keyword.to_owned(), declared: vec![declared], loose: false })
}

fn declared(
    keyword: &str,
    labels: &[String],
    body: Piece<'_>,
    span: &Range<usize>,
    name: Option<Range<usize>>,
) -> Declared {
    use ElementKind::{Data, Ephemeral, Resource};
    let labels: Vec<&str> = labels.iter().map(String::as_str).collect();
    let named = identity(keyword, &labels, body.text("alias").as_deref());
    let kind = ElementKind::of(keyword);
    let maker = named.ty.as_deref().filter(|_| matches!(kind, Resource | Data | Ephemeral));
    let maker = maker.map(|ty| body.text("provider").unwrap_or_else(|| local_name(ty).to_owned()));
    let mut declared = Declared::of_json(kind, named, span.len(), name, mentions(body, span.start));
    declared.makers = maker.map(|name| format!("provider.{name}")).into_iter().collect();
    declared.repeated = body.get("count").is_some() || body.get("for_each").is_some();
    declared
}

impl Told {
    /// Notes what of a block others ask for.
    fn add(&mut self, keyword: &str, labels: &[String], body: Piece<'_>) {
        match (keyword, labels) {
            ("terraform", _) => {
                self.backend |= body.get("backend").or_else(|| body.get("cloud")).is_some();
                let providers = body.get("required_providers").map(Piece::entries).unwrap_or_default();
                let required = providers.into_iter().map(|entry| (entry.key, required(entry.value)));
                self.required_providers.extend(required);
            }
            ("variable", [name]) => self.variables.push(Variable {
                name: name.clone(),
                ty: body.text("type").unwrap_or_default(),
                description: body.text("description").unwrap_or_default(),
                default: body.get("default").map(|value| value.code().to_owned()),
                sensitive: body.get("sensitive").is_some_and(|v| matches!(v.code(), "true" | "\"true\"")),
            }),
            ("module", [name]) => {
                let source = body.text("source").unwrap_or_default();
                self.sources.insert(name.clone(), (source, body.text("version")));
            }
            _ => {}
        }
    }
}

fn required(value: Piece<'_>) -> RequiredProvider {
    match value.string() {
        Some(version) => RequiredProvider { source: None, version: Some(version) },
        None => RequiredProvider { source: value.text("source"), version: value.text("version") },
    }
}
