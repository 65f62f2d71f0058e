//! "Make this a module": elements go into a folder of their own, with a variable for all that they use of the others and an
//! output for all that the others use of them. What Terraform manages already is moved, not made anew.
//!
//! Source: <https://developer.hashicorp.com/terraform/language/modules/develop>

mod boundary;
mod text;

use std::collections::{BTreeMap, BTreeSet};

use boundary::{Boundary, Port};

use super::{
    Applied, EditError, EditErrorKind,
    elements::{check_name, free},
};
use crate::{
    document::{Document, Element, ElementKind},
    files,
    locate::{self, span},
    refs::edges,
    schemas::Schemas,
    splice::Draft,
    write,
};

/// A new module: its name, and which elements of the document go into it.
pub(super) struct Module<'a> {
    document: &'a Document,
    name: &'a str,
    /// Indexes in [`Document::elements`], in the order of the text.
    chosen: BTreeSet<usize>,
}

/// Moves elements into the module `modules/<name>`.
pub(super) fn extract(
    document: &Document,
    schemas: &Schemas,
    elements: &[String],
    name: &str,
) -> Result<Applied, EditError> {
    check_name(name)?;
    let module = Module { document, name, chosen: chosen(document, elements)? };
    files::check_name(&module.file("main.tf"))?;
    free(document, &module.address())?;
    if document.files().any(|(file, _)| file.starts_with(&module.file(""))) {
        let message = format!("there is a module in modules/{name} already");
        return Err(EditError::new(EditErrorKind::Conflict, message));
    }
    let boundary = Boundary::find(&module, schemas)?;
    module.check_cycles(&boundary)?;
    let mut draft = Draft::new(document);
    for (file, range, code) in &boundary.outside {
        draft.replace(file, range.clone(), code.as_str());
    }
    module.take_out(&mut draft);
    for (file, code) in module.files(schemas, &boundary)? {
        if !code.is_empty() {
            draft.append(&module.file(file), &code)?;
        }
    }
    draft.append(ElementKind::Module.file(), &write::laid_out(&module.call(&boundary), ""))?;
    Applied::from_draft(draft, Some(module.address()))
}

/// The elements to move, each of them one that a module can hold as well.
fn chosen(document: &Document, addresses: &[String]) -> Result<BTreeSet<usize>, EditError> {
    let mut chosen = BTreeSet::new();
    for address in addresses {
        let element = locate::element(document, address)?;
        let refuse = |why: &str| Err(EditError::invalid(format!("{address} {why}")));
        match element.kind {
            ElementKind::Resource | ElementKind::Data | ElementKind::Local => {}
            ElementKind::Module if text::source(document, element).is_some() => {}
            ElementKind::Variable => return refuse("stays: the module gets its value as an input"),
            ElementKind::Output => return refuse("stays: it is an output of the blueprint"),
            ElementKind::Provider => return refuse("stays: the module gets the provider's configuration"),
            ElementKind::Ephemeral => return refuse("is ephemeral; the module gets its value as an input"),
            _ => return refuse("cannot be part of a module"),
        }
        let twins = document.elements().iter().filter(|e| e.address == *address).count();
        if twins > 1 {
            return refuse("is declared more than once");
        }
        chosen.extend(document.position(address));
    }
    if chosen.is_empty() {
        return Err(EditError::invalid("say which elements go into the module"));
    }
    Ok(chosen)
}

impl Module<'_> {
    fn address(&self) -> String {
        format!("module.{}", self.name)
    }

    fn file(&self, name: &str) -> String {
        format!("modules/{}/{name}", self.name)
    }

    fn elements(&self) -> impl Iterator<Item = &Element> {
        self.chosen.iter().filter_map(|i| self.document.elements().get(*i))
    }

    /// What waits for an element of the module by `depends_on` has to wait for the whole module, none of which may then need
    /// it.
    fn check_cycles(&self, boundary: &Boundary) -> Result<(), EditError> {
        let mut uses: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for edge in edges(self.document) {
            uses.entry(edge.from).or_default().push(edge.to);
        }
        let mut needed = self.chosen.clone();
        let mut open: Vec<usize> = needed.iter().copied().collect();
        while let Some(at) = open.pop() {
            let next = uses.get(&at).into_iter().flatten().copied();
            open.extend(next.filter(|to| needed.insert(*to)));
        }
        let waiting = boundary.waiting.iter().find(|owner| needed.contains(owner));
        match waiting.and_then(|owner| self.document.elements().get(*owner)) {
            Some(owner) => Err(EditError::invalid(format!(
                "{} depends on an element of the module by `depends_on`, and another one needs it: the module and it would \
                 wait for each other",
                owner.address
            ))),
            None => Ok(()),
        }
    }

    /// Takes the elements out of their files.
    fn take_out(&self, draft: &mut Draft) {
        let mut ranges: BTreeMap<&str, Vec<std::ops::Range<usize>>> = BTreeMap::new();
        for element in self.elements() {
            let Some(file) = self.document.text(&element.file) else { continue };
            ranges.entry(&element.file).or_default().push(self.lines(element, file));
        }
        for (file, mut all) in ranges {
            all.sort_by_key(|range| range.start);
            let mut merged: Vec<std::ops::Range<usize>> = Vec::new();
            for range in all {
                match merged.last_mut() {
                    Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
                    _ => merged.push(range),
                }
            }
            merged.into_iter().for_each(|range| draft.replace(file, range, ""));
        }
    }

    /// The lines of an element. A block of locals goes when all of them do.
    fn lines(&self, element: &Element, text: &str) -> std::ops::Range<usize> {
        let block = self.document.block(element).filter(|_| element.kind == ElementKind::Local);
        let Some(block) = block else { return text::lines(element, text) };
        let stays = self.document.elements().iter().enumerate().any(|(i, other)| {
            other.file == element.file && other.index == element.index && !self.chosen.contains(&i)
        });
        match stays {
            true => text::lines(element, text),
            false => super::blocks::commented_lines(text, span(block)),
        }
    }

    /// The module's own files.
    fn files(
        &self,
        schemas: &Schemas,
        boundary: &Boundary,
    ) -> Result<Vec<(&'static str, String)>, EditError> {
        let joined = |ports: &[Port]| {
            let blocks: Vec<&str> = ports.iter().map(|port| port.declaration.as_str()).collect();
            write::laid_out(&blocks.join("\n"), "")
        };
        Ok(vec![
            ("main.tf", text::main(self, boundary)),
            ("variables.tf", joined(&boundary.inputs)),
            ("outputs.tf", joined(&boundary.outputs)),
            ("providers.tf", write::laid_out(&self.requirements(schemas, boundary), "")),
        ])
    }

    /// Which providers the module needs, from where, and which configurations it is given.
    ///
    /// Source: <https://developer.hashicorp.com/terraform/language/modules/develop/providers>
    fn requirements(&self, schemas: &Schemas, boundary: &Boundary) -> String {
        let declared = self.document.required_providers();
        let mut entries = String::new();
        for (local, aliases) in &boundary.providers {
            let known = schemas.providers.get(local).map(|p| &p.address).filter(|a| !a.is_builtin());
            let source = declared.get(local).and_then(|p| p.source.clone()).or(known.map(|a| a.source()));
            let source = source.map(|s| format!("source = {}\n", write::string(&s))).unwrap_or_default();
            let names: Vec<String> = aliases.iter().map(|alias| format!("{local}.{alias}")).collect();
            let names = match names.is_empty() {
                true => String::new(),
                false => format!("configuration_aliases = [{}]\n", names.join(", ")),
            };
            if !(source.is_empty() && names.is_empty()) {
                entries += &format!("{local} = {{\n{source}{names}}}\n");
            }
        }
        match entries.is_empty() {
            true => entries,
            false => format!("terraform {{\nrequired_providers {{\n{entries}}}\n}}\n"),
        }
    }

    /// The `module` block, and a `moved` block for each thing that Terraform manages.
    fn call(&self, boundary: &Boundary) -> String {
        let mut code = format!(
            "module {} {{\nsource = {}\n",
            write::string(self.name),
            write::string(&format!("./modules/{}", self.name))
        );
        // Once one configuration is handed over, all of them have to be.
        if boundary.providers.values().any(|aliases| !aliases.is_empty()) {
            let mut given: Vec<String> = boundary.defaults.iter().cloned().collect();
            for (local, aliases) in &boundary.providers {
                given.extend(aliases.iter().map(|alias| format!("{local}.{alias}")));
            }
            let given: String = given.iter().map(|name| format!("{name} = {name}\n")).collect();
            code += &format!("\nproviders = {{\n{given}}}\n");
        }
        if !boundary.inputs.is_empty() {
            code += "\n";
        }
        for input in &boundary.inputs {
            code += &format!("{} = {}\n", input.name, input.expression);
        }
        code += "}\n";
        for element in self.elements() {
            if matches!(element.kind, ElementKind::Resource | ElementKind::Module) {
                let from = &element.address;
                code += &format!("\nmoved {{\nfrom = {from}\nto = {}.{from}\n}}\n", self.address());
            }
        }
        code
    }
}
