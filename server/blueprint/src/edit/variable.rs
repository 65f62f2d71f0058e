//! "Make this a variable": the value moves into the default of a new variable, and the argument refers to it.

use cloudoven_crawler::catalog::{self, Type};

use super::{
    Applied, EditError,
    elements::{check_name, free},
    meaning::takes_reference,
    values::{expression, set_code},
};
use crate::{
    document::{Document, Element, RESERVED_VARIABLES},
    infer::{argument_type, infer},
    locate::{inside, place, span},
    path::Path,
    schemas::Schemas,
    splice::Draft,
    types::{general, read_constraint},
    value::Json,
    view::{first_sentence, literal},
    write,
};

/// What the new variable is to be like; what is not said is taken from the catalog and the value.
pub(super) struct Asked<'a> {
    pub name: Option<&'a str>,
    pub ty: Option<&'a str>,
    pub description: Option<&'a str>,
    pub sensitive: Option<bool>,
    pub validation: bool,
}

/// Moves a literal into the default of a new variable.
pub(super) fn make(
    document: &Document,
    schemas: &Schemas,
    address: &str,
    path: &Path,
    asked: &Asked,
) -> Result<Applied, EditError> {
    let found = place(document, address, path)?;
    let argument = found.name.ok_or_else(|| EditError::invalid("the path names a block, not an argument"))?;
    takes_reference(found.element, path)?;
    let base = path.last_name().unwrap_or(argument);
    let name = match asked.name {
        Some(name) => name.to_owned(),
        None => document.free_variable(base),
    };
    check_name(&name)?;
    if RESERVED_VARIABLES.contains(&name.as_str()) {
        return Err(EditError::invalid(format!("a variable cannot be called {name}: choose another name")));
    }
    let variable = format!("var.{name}");
    free(document, &variable)?;
    let value = found.attribute().map(|a| inside(&a.value, found.inner)).filter(|(_, rest)| rest.is_empty());
    let value = value.map(|(value, _)| value).filter(|value| !value.is_null());
    let json = value.map(|v| literal(found.text, v));
    if json == Some(None) {
        return Err(EditError::invalid(
            "only a literal value can become a variable's default; this is an expression",
        ));
    }
    let schema = schemas.of(found.element);
    let declared = schema.and_then(|s| argument_type(&s.block, path)).filter(|ty| *ty != Type::Dynamic);
    let ty = match asked.ty {
        Some(text) => asked_type(text)?,
        None => declared
            .unwrap_or_else(|| value.map_or(Type::Dynamic, |v| general(&infer(document, schemas, v))))
            .to_string(),
    };
    let new = New {
        name: &name,
        ty: &ty,
        facts: schema.and_then(|s| attribute_at(&s.block, path)),
        default: value.map(|v| &found.text[span(v)]),
        json: json.flatten(),
    };
    let mut draft = Draft::new(document);
    set_code(&mut draft, &found, &variable)?;
    draft.append("variables.tf", &write::laid_out(&new.declaration(found.element, asked), ""))?;
    Applied::from_draft(draft, Some(variable))
}

/// The declaration of a variable with what the catalog and its first use say of it.
pub(crate) fn declaration(
    element: &Element,
    name: &str,
    ty: &Type,
    facts: Option<&catalog::Attribute>,
    default: Option<&str>,
) -> String {
    let asked = Asked { name: None, ty: None, description: None, sensitive: None, validation: false };
    New { name, ty: &ty.to_string(), facts, default, json: None }.declaration(element, &asked)
}

/// The type that was asked for, if it is one.
fn asked_type(text: &str) -> Result<String, EditError> {
    let text = text.trim();
    let read = read_constraint(&expression(text)?);
    read.map(|_| text.to_owned()).map_err(|fault| EditError::invalid(format!("{text}: {}", fault.message)))
}

/// A variable that is not there yet.
struct New<'a> {
    name: &'a str,
    ty: &'a str,
    facts: Option<&'a catalog::Attribute>,
    default: Option<&'a str>,
    json: Option<Json>,
}

impl New<'_> {
    fn declaration(&self, element: &Element, asked: &Asked) -> String {
        let mut code = format!("variable {} {{\ntype = {}\n", write::string(self.name), self.ty);
        let documented = || self.facts.map(|a| first_sentence(&a.docs.text)).filter(|s| !s.is_empty());
        let about = asked.description.map(str::to_owned).or_else(documented);
        let about = about.unwrap_or_else(|| format!("Used by {}.", element.address));
        code += &format!("description = {}\n", write::string(&about));
        if let Some(default) = self.default {
            code += &format!("default = {default}\n");
        }
        if asked.sensitive.unwrap_or_else(|| self.facts.is_some_and(|a| a.sensitive)) {
            code += "sensitive = true\n";
        }
        if let Some(rule) = self.rule().filter(|_| asked.validation) {
            code += &rule;
        }
        code + "}\n"
    }

    /// A rule with the documented values. None where the value that stands there keeps no such rule.
    fn rule(&self) -> Option<String> {
        let allowed = self.facts.map(|a| a.docs.allowed.as_slice()).filter(|values| !values.is_empty())?;
        let as_written = |json: &Json| match json {
            Json::String(text) => text.clone(),
            other => other.to_string(),
        };
        if self.json.as_ref().is_some_and(|json| !allowed.contains(&as_written(json))) {
            return None;
        }
        let values: Option<Vec<Json>> = allowed.iter().map(|value| self.value(value)).collect();
        let values = write::value(&Json::Array(values?));
        let message = format!("{} must be one of: {}.", self.name, allowed.join(", "));
        Some(format!(
            "\nvalidation {{\ncondition = contains({values}, var.{})\nerror_message = {}\n}}\n",
            self.name,
            write::string(&message)
        ))
    }

    /// A documented value, of the variable's type.
    fn value(&self, text: &str) -> Option<Json> {
        match self.ty {
            "string" => Some(Json::String(text.to_owned())),
            "number" => {
                serde_json::from_str::<serde_json::Number>(text).ok().map(|n| Json::Number(n.to_string()))
            }
            _ => None,
        }
    }
}

/// The documented attribute that a path names.
pub(crate) fn attribute_at<'a>(schema: &'a catalog::Block, path: &Path) -> Option<&'a catalog::Attribute> {
    let mut block = schema;
    let mut names = path.names();
    while let Some(name) = names.next() {
        if let Some(nested) = block.blocks.get(name) {
            block = &nested.block;
            continue;
        }
        let mut attribute = block.attributes.get(name)?;
        for name in names.by_ref() {
            match attribute.nested.as_ref().and_then(|n| n.attributes.get(name)) {
                Some(inner) => attribute = inner,
                None => return Some(attribute),
            }
        }
        return Some(attribute);
    }
    None
}
