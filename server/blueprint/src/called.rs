//! What the modules that a blueprint calls take and give: their variables and outputs, as far as their code is at hand.
//!
//! Source: <https://developer.hashicorp.com/terraform/language/block/module>

use std::{
    collections::BTreeMap,
    sync::{Arc, OnceLock},
};

use cloudoven_crawler::catalog::{Attribute, Block as Arguments, Docs, Type};
use hcl_edit::structure::Block;

use super::{
    document::{Document, Element, ElementKind},
    files::{is_override, is_root},
    locate::span,
    outline::{ModuleCall, Variable, module_calls, resolve},
    parsed::ParsedFile,
    types::constraint,
};

/// Where in the block of a call its first variable stands, behind `source` and `version`.
const FIRST: u32 = 10;
/// Longer defaults are not shown, in bytes.
const MAX_DEFAULT: usize = 200;

/// Modules by the `source` that calls them.
#[derive(Debug, Default)]
pub(super) struct Modules {
    /// Those that are not among the files.
    elsewhere: Arc<Interfaces>,
    /// Those in folders of the files, by the folder; found out when somebody asks.
    here: OnceLock<Interfaces>,
}

type Interfaces = BTreeMap<String, Arc<Interface>>;

/// A module and its calls of others by a path, each with the folder that it leads to.
pub(super) struct Called {
    pub module: Document,
    pub calls: Vec<(ModuleCall, String)>,
}

/// What a module takes and gives.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Interface {
    /// Its variables, as the arguments of the block that calls it.
    pub inputs: Arguments,
    /// Its outputs with their descriptions.
    pub outputs: BTreeMap<String, String>,
}

impl Document {
    /// The same document, which also knows modules that are not among its files, by the `source` that calls them.
    pub fn with_modules(&self, modules: &BTreeMap<String, Document>) -> Document {
        let known =
            |(source, module): (&String, &Document)| Some((source.clone(), interface(module.root())?));
        self.knowing(modules.iter().filter_map(known).collect())
    }

    /// What the module at a `source` takes and gives. None where its code is not at hand.
    pub(super) fn interface(&self, source: &str) -> Option<&Interface> {
        let local = resolve("", source).filter(|_| source.starts_with("./"));
        let here = local.and_then(|folder| self.here().get(&folder));
        here.or_else(|| self.modules.elsewhere.get(source)).map(Arc::as_ref)
    }

    /// What the module that an element calls takes and gives.
    pub(super) fn called(&self, element: &Element) -> Option<&Interface> {
        if element.kind != ElementKind::Module {
            return None;
        }
        self.interface(self.block(element)?.body.get_attribute("source")?.value.as_str()?)
    }

    /// The sources of the modules whose code is at hand.
    pub(super) fn module_sources(&self) -> impl Iterator<Item = String> {
        let here = self.here().keys().map(|folder| format!("./{folder}"));
        here.chain(self.modules.elsewhere.keys().cloned())
    }

    /// The modules in folders of it that it calls, directly or by way of others, by their folders. Each is a document of its own,
    /// and knows those that it calls itself.
    pub fn called_modules(&self) -> BTreeMap<String, Document> {
        let here = self.here();
        let known = |called: Called| {
            let local = called.calls.into_iter();
            let local = local.filter_map(|(call, to)| Some((call.source, Arc::clone(here.get(&to)?))));
            called.module.knowing(local.collect())
        };
        let called = self.reached().into_iter().filter(|(folder, _)| !folder.is_empty());
        let there = called.filter(|(_, called)| called.module.files().next().is_some());
        there.map(|(folder, called)| (folder, known(called))).collect()
    }

    /// The root and every folder that calls lead to from there, by the folder; also where there is nothing.
    pub(super) fn reached(&self) -> BTreeMap<String, Called> {
        let mut reached = BTreeMap::new();
        let mut open = vec![String::new()];
        while let Some(folder) = open.pop() {
            let module = if folder.is_empty() { self.clone() } else { self.module(&folder) };
            let calls = module_calls(&module).into_iter().filter(ModuleCall::is_local);
            let calls: Vec<(ModuleCall, String)> =
                calls.filter_map(|call| call.folder(&folder).map(|to| (call, to))).collect();
            open.extend(calls.iter().map(|(_, to)| to.clone()).filter(|to| !reached.contains_key(to)));
            reached.insert(folder, Called { module, calls });
        }
        reached
    }

    fn knowing(&self, elsewhere: Interfaces) -> Document {
        let mut document = self.clone();
        document.modules = Arc::new(Modules { elsewhere: Arc::new(elsewhere), here: OnceLock::new() });
        document
    }

    /// The modules in its folders, by the folder.
    fn here(&self) -> &Interfaces {
        self.modules.here.get_or_init(|| folders(self))
    }

    /// Whether another calls the same modules.
    pub(super) fn has_the_same_modules(&self, other: &Document) -> bool {
        fn folders(document: &Document) -> impl Iterator<Item = (&str, *const ParsedFile)> {
            let files = document.parsed().iter().filter(|(name, _)| !is_root(name));
            files.map(|(name, file)| (name.as_str(), Arc::as_ptr(file)))
        }
        let (own, others) = (&self.modules.elsewhere, &other.modules.elsewhere);
        (Arc::ptr_eq(own, others) || own == others) && folders(self).eq(folders(other))
    }
}

impl Modules {
    /// For other files of the same blueprint.
    pub(super) fn renewed(&self) -> Modules {
        Modules { elsewhere: Arc::clone(&self.elsewhere), here: OnceLock::new() }
    }
}

/// The modules in the folders of a document.
fn folders(document: &Document) -> Interfaces {
    let mut files: BTreeMap<&str, Vec<(&str, &ParsedFile)>> = BTreeMap::new();
    for (name, file) in document.parsed() {
        if let Some((folder, name)) = name.rsplit_once('/') {
            files.entry(folder).or_default().push((name, file));
        }
    }
    let read = |(folder, files): (&str, Vec<_>)| Some((folder.to_owned(), interface(files.into_iter())?));
    files.into_iter().filter_map(read).collect()
}

/// What the module of these files takes and gives. None where a file changes what another declares, and where there is no file.
///
/// Source: <https://developer.hashicorp.com/terraform/language/files/override>
fn interface<'a>(files: impl Iterator<Item = (&'a str, &'a ParsedFile)>) -> Option<Arc<Interface>> {
    let mut found = Interface::default();
    let mut any = false;
    for (name, file) in files {
        if is_override(name) {
            return None;
        }
        any = true;
        for block in file.blocks("variable") {
            found.take(block, &file.text);
        }
        for block in file.blocks("output") {
            let text = |name: &str| block.body.get_attribute(name)?.value.as_str().map(str::to_owned);
            let name = block.labels.first().map(|label| label.as_str().to_owned());
            found.outputs.extend(name.map(|name| (name, text("description").unwrap_or_default())));
        }
        let told = file.told.iter().flat_map(|told| &told.variables);
        found
            .inputs
            .attributes
            .extend(told.map(|v| (v.name.clone(), attribute(Type::Dynamic, v.clone(), 0))));
        found.outputs.extend(told_outputs(file).map(|name| (name.to_owned(), String::new())));
    }
    any.then(|| Arc::new(found))
}

/// The outputs of a file in Terraform's JSON syntax.
fn told_outputs(file: &ParsedFile) -> impl Iterator<Item = &str> {
    let items = file.items.iter().filter(|_| file.told.is_some());
    items.flat_map(|item| item.facts.outputs())
}

impl Interface {
    /// Adds what a `variable` block declares.
    fn take(&mut self, block: &Block, text: &str) {
        let Some(name) = block.labels.first().map(|label| label.as_str().to_owned()) else { return };
        let value = |name: &str| block.body.get_attribute(name).map(|a| &a.value);
        let ty = value("type").map_or(Type::Dynamic, constraint);
        let variable = Variable {
            name: name.clone(),
            ty: String::new(),
            description: value("description").and_then(|v| v.as_str()).unwrap_or_default().to_owned(),
            default: value("default").map(|v| text[span(v)].to_owned()),
            sensitive: value("sensitive").is_some_and(|v| v.as_bool() == Some(true)),
        };
        let position = u32::try_from(self.inputs.attributes.len()).unwrap_or(u32::MAX);
        self.inputs.attributes.insert(name, attribute(ty, variable, position));
    }
}

/// The argument by which a variable is given a value.
fn attribute(ty: Type, variable: Variable, position: u32) -> Attribute {
    let required = variable.default.is_none();
    Attribute {
        ty,
        nested: None,
        required,
        optional: !required,
        computed: false,
        sensitive: variable.sensitive,
        write_only: false,
        deprecated: false,
        docs: Docs {
            text: variable.description,
            position: position.saturating_add(FIRST),
            default: variable.default.filter(|code| code.len() <= MAX_DEFAULT),
            ..Docs::default()
        },
        fields: BTreeMap::new(),
    }
}
