//! What crosses the border of a new module: inputs, outputs and provider configurations.

use std::{
    collections::{BTreeMap, BTreeSet, HashSet},
    ops::Range,
};

use cloudoven_crawler::catalog::Type;

use super::{super::providers, Module};
use crate::{
    document::{Document, Element, ElementKind, RESERVED_VARIABLES},
    edit::{
        EditError, attribute_at,
        follow::{Next, next},
        meaning::{Instances, code, instances, is_bare, is_sensitive},
    },
    infer::infer,
    path::Path,
    refs::{Reference, references},
    schemas::Schemas,
    view::first_sentence,
    write,
};

/// An input or an output.
pub(super) struct Port {
    pub name: String,
    /// What it stands for: outside of the module for an input, inside for an output.
    pub expression: String,
    pub declaration: String,
}

/// Everything that crosses the border.
#[derive(Default)]
pub(super) struct Boundary {
    pub inputs: Vec<Port>,
    pub outputs: Vec<Port>,
    /// Local names of the providers that are needed inside, with the aliases of their configurations.
    pub providers: BTreeMap<String, BTreeSet<String>>,
    /// Local names of the providers whose default configuration is needed.
    pub defaults: BTreeSet<String>,
    /// Replacements in the elements that move, by the element's index.
    pub inside: BTreeMap<usize, Vec<(Range<usize>, String)>>,
    /// Replacements in what stays.
    pub outside: Vec<(String, Range<usize>, String)>,
    /// Indexes of elements that wait for the module by `depends_on`.
    pub waiting: Vec<usize>,
    names: HashSet<String>,
}

/// The part of an expression that can be evaluated on the other side just as well.
struct Hoisted {
    /// What the port's name takes the place of.
    range: Range<usize>,
    /// The attribute's name behind an index, which goes: the port has it in it.
    cut: Option<Range<usize>>,
    expression: String,
    /// The attribute that is taken of the element, if not the whole of it.
    attribute: Option<String>,
}

impl Hoisted {
    /// The replacements that put a port in its place.
    fn replacements(self, port: String) -> impl Iterator<Item = (Range<usize>, String)> {
        std::iter::once((self.range, port)).chain(self.cut.map(|cut| (cut, String::new())))
    }
}

impl Boundary {
    pub(super) fn find(module: &Module, schemas: &Schemas) -> Result<Boundary, EditError> {
        let mut boundary = Boundary::default();
        for element in module.elements() {
            boundary.need(module.document, element);
        }
        for reference in references(module.document) {
            let owner = module.chosen.contains(&reference.owner);
            let target = module.document.position(&reference.address);
            match (owner, target.is_some_and(|t| module.chosen.contains(&t))) {
                (true, false) if reference.address.starts_with("provider.") => boundary.hand_over(&reference),
                (true, false) => boundary.input(module.document, schemas, &reference)?,
                (false, true) => boundary.output(module, schemas, &reference)?,
                _ => {}
            }
        }
        Ok(boundary)
    }

    /// The provider of an element, by its default configuration unless it names another one.
    fn need(&mut self, document: &Document, element: &Element) {
        let Some(local) = providers::local_of(document, element) else { return };
        let explicit = document.block(element).is_some_and(|block| block.body.has_attribute("provider"));
        self.providers.entry(local.clone()).or_default();
        if !explicit {
            self.defaults.insert(local);
        }
    }

    /// A provider configuration that is named: `provider.azurerm.west`.
    fn hand_over(&mut self, reference: &Reference) {
        let mut parts = reference.address.split('.').skip(1).map(str::to_owned);
        let Some(local) = parts.next() else { return };
        let aliases = self.providers.entry(local.clone()).or_default();
        match parts.next() {
            Some(alias) => drop(aliases.insert(alias)),
            None => drop(self.defaults.insert(local)),
        }
    }

    fn name(&mut self, base: &str) -> String {
        let base = if RESERVED_VARIABLES.contains(&base) { format!("{base}_value") } else { base.to_owned() };
        let numbered = (2..).map(|n| format!("{base}_{n}"));
        let mut names = std::iter::once(base.clone()).chain(numbered);
        let name = names.find(|name| !self.names.contains(name)).unwrap_or(base);
        self.names.insert(name.clone());
        name
    }

    fn input(
        &mut self,
        document: &Document,
        schemas: &Schemas,
        reference: &Reference,
    ) -> Result<(), EditError> {
        let owner = document.elements().get(reference.owner).map_or("", |e| &e.address);
        let refuse = |why: &str| Err(EditError::invalid(format!("{owner} {why} {}", reference.address)));
        let Some(target) = document.element(&reference.address) else {
            return refuse("refers to what is not declared:");
        };
        let bare = is_bare(document, reference);
        if bare == Some("replace_triggered_by") {
            return refuse("is replaced together with another element, which a module cannot see:");
        }
        let hoisted = hoist(document, reference, target, bare.is_some());
        let known = self.inputs.iter().find(|port| port.expression == hoisted.expression);
        let name = match known.map(|port| port.name.clone()) {
            Some(name) => name,
            None => {
                let name = self.name(&base(target, &hoisted));
                let declaration = variable(document, schemas, target, &hoisted, &name);
                let expression = hoisted.expression.clone();
                self.inputs.push(Port { name: name.clone(), expression, declaration });
                name
            }
        };
        self.inside.entry(reference.owner).or_default().extend(hoisted.replacements(format!("var.{name}")));
        Ok(())
    }

    fn output(&mut self, module: &Module, schemas: &Schemas, reference: &Reference) -> Result<(), EditError> {
        let document = module.document;
        let (Some(owner), Some(target)) =
            (document.elements().get(reference.owner), document.element(&reference.address))
        else {
            return Ok(());
        };
        let file = reference.file.clone();
        match (owner.keyword.as_str(), is_bare(document, reference)) {
            // Moves follow each other.
            ("moved", _) => return Ok(()),
            ("import", _) => {
                let at = reference.span.start;
                self.outside.push((file, at..at, format!("{}.", module.address())));
                return Ok(());
            }
            (_, Some("depends_on")) => {
                let range = hoist(document, reference, target, true).range;
                self.outside.push((file, range, module.address()));
                self.waiting.push(reference.owner);
                return Ok(());
            }
            (_, Some(_)) => {
                let message = format!(
                    "{} is replaced together with {}, which it would not see in a module",
                    owner.address, target.address
                );
                return Err(EditError::invalid(message));
            }
            _ => {}
        }
        let hoisted = hoist(document, reference, target, false);
        let path = hoisted.attribute.as_ref().map_or_else(Path::root, |name| Path::root().name(name));
        let sensitive = is_sensitive(document, schemas, target, &path);
        let simple =
            document.local(target).is_some_and(|a| infer(document, schemas, &a.value).is_primitive());
        if sensitive && hoisted.attribute.is_none() && !simple {
            return Err(EditError::invalid(format!(
                "{} uses {} as a whole, of which a part is sensitive: as an output all of it would be",
                owner.address, target.address
            )));
        }
        let known = self.outputs.iter().find(|port| port.expression == hoisted.expression);
        let name = match known.map(|port| port.name.clone()) {
            Some(name) => name,
            None => {
                let name = self.name(&base(target, &hoisted));
                let marked = if sensitive { "sensitive = true\n" } else { "" };
                let value = &hoisted.expression;
                let declaration =
                    format!("output {} {{\nvalue = {value}\n{marked}}}\n", write::string(&name));
                let expression = hoisted.expression.clone();
                self.outputs.push(Port { name: name.clone(), expression, declaration });
                name
            }
        };
        let replacements = hoisted.replacements(format!("{}.{name}", module.address()));
        self.outside.extend(replacements.map(|(range, code)| (file.clone(), range, code)));
        Ok(())
    }
}

/// The longest beginning of an expression that has a value whatever is around it. An index is not part of it: it may be out of
/// range where nobody asks for it, behind a condition or in `try`. So of several instances one attribute of all is taken, and
/// the index stays where it is.
fn hoist(document: &Document, reference: &Reference, target: &Element, bare: bool) -> Hoisted {
    let text = document.text(&reference.file).map_or("", |text| text);
    let (address, start, end) = (&reference.address, reference.span.start, reference.span.end);
    let whole =
        |end: usize| Hoisted { range: start..end, cut: None, expression: address.clone(), attribute: None };
    let following = next(text, end);
    if bare {
        return match following {
            Next::Index { end, .. } | Next::Computed { end: Some(end) } => whole(end),
            _ => whole(end),
        };
    }
    if matches!(target.kind, ElementKind::Variable | ElementKind::Local) {
        return whole(end);
    }
    let of_all = |name: &str, many: Instances| match many {
        Instances::Keyed => format!("{{ for key, item in {address} : key => item.{name} }}"),
        _ => format!("{address}[*].{name}"),
    };
    match (document.block(target).map_or(Instances::One, instances), following) {
        (Instances::One, Next::Attribute { name, end, .. }) => Hoisted {
            range: start..end,
            cut: None,
            expression: format!("{address}.{name}"),
            attribute: Some(name),
        },
        (Instances::Counted, Next::Splat { end: splat }) => match next(text, splat) {
            Next::Attribute { name, end, .. } => Hoisted {
                range: start..end,
                cut: None,
                expression: of_all(&name, Instances::Counted),
                attribute: Some(name),
            },
            _ => whole(end),
        },
        (
            many @ (Instances::Counted | Instances::Keyed),
            Next::Index { end: index, .. } | Next::Computed { end: Some(index) },
        ) => match next(text, index) {
            Next::Attribute { name, start: dot, end: last } => Hoisted {
                range: start..end,
                cut: Some(dot..last),
                expression: of_all(&name, many),
                attribute: Some(name),
            },
            _ => whole(end),
        },
        _ => whole(end),
    }
}

fn base(target: &Element, hoisted: &Hoisted) -> String {
    match &hoisted.attribute {
        Some(attribute) => format!("{}_{attribute}", target.name),
        None => target.name.clone(),
    }
}

/// The declaration of an input.
fn variable(
    document: &Document,
    schemas: &Schemas,
    target: &Element,
    hoisted: &Hoisted,
    name: &str,
) -> String {
    let mut code = format!("variable {} {{\n", write::string(name));
    if target.kind == ElementKind::Variable {
        let text = document.text(&target.file).map_or("", |text| text);
        let block = document.block(target);
        let kept = ["type", "description", "sensitive", "ephemeral"];
        for attribute in kept.iter().filter_map(|name| block?.body.get_attribute(name)) {
            let value = code_of(text, attribute);
            code += &format!("{} = {value}\n", attribute.key.as_str());
        }
        return code + "}\n";
    }
    let facts = hoisted
        .attribute
        .as_ref()
        .and_then(|name| attribute_at(&schemas.of(target)?.block, &Path::root().name(name)));
    let single = |name: &String| hoisted.expression == format!("{}.{name}", target.address);
    let ty = match (target.kind, facts) {
        (ElementKind::Local, _) => document.local(target).map(|a| infer(document, schemas, &a.value)),
        (_, Some(facts)) if hoisted.attribute.as_ref().is_some_and(single) => Some(facts.ty.clone()),
        _ => None,
    };
    // Any other type might convert the value.
    let ty = ty.filter(Type::is_primitive).unwrap_or(Type::Dynamic);
    code += &format!("type = {ty}\n");
    let about = facts.map(|a| first_sentence(&a.docs.text)).filter(|text| !text.is_empty());
    if let Some(about) = about {
        code += &format!("description = {}\n", write::string(&about));
    }
    if facts.is_some_and(|a| a.sensitive) {
        code += "sensitive = true\n";
    }
    if target.kind == ElementKind::Ephemeral {
        code += "ephemeral = true\n";
    }
    code + "}\n"
}

fn code_of(text: &str, attribute: &hcl_edit::structure::Attribute) -> String {
    code(text, &attribute.value).replace("\r\n", "\n")
}
