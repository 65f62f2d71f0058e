//! `import` blocks: what brings objects that exist under Terraform, and the configuration that Terraform generates for them.
//!
//! Source: <https://developer.hashicorp.com/terraform/language/import>,
//! <https://developer.hashicorp.com/terraform/language/import/generating-configuration>

mod target;
mod tidy;

use std::collections::BTreeSet;

use hcl_edit::{expr::Expression, structure::Block};
use serde::{Deserialize, Serialize};

pub use self::{
    target::{Key, Target},
    tidy::{Tidied, tidy},
};
use crate::{
    document::{Document, Element, ElementKind},
    edit::{EditError, code},
    path::is_identifier,
    scaffold::repeated,
    write,
};

/// Objects that are imported at once.
pub const MAX_IMPORTS: usize = 200;
/// Longest id, in bytes.
const MAX_ID: usize = 4096;

/// One object to import.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Import {
    /// The address of the resource: `azurerm_subnet.main`.
    pub to: String,
    /// What the provider knows the object by; the form is the provider's own.
    pub id: String,
    /// The provider configuration that finds it, where that is not the default one: `azurerm.west`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider: Option<String>,
}

/// What is wrong with one of several imports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportFault {
    pub index: usize,
    /// `to`, `id` or `provider`.
    pub field: &'static str,
    pub message: String,
}

/// The imports as code, one block each. An address or provider that can't be one is left out.
pub fn import_blocks<'a>(imports: impl IntoIterator<Item = &'a Import>) -> String {
    let block = |import: &Import| {
        let to = Target::read(&import.to).ok()?;
        let provider = match &import.provider {
            Some(provider) => format!("provider = {}\n", configuration(provider)?),
            None => String::new(),
        };
        Some(format!("import {{\nto = {to}\nid = {}\n{provider}}}\n", write::string(&import.id)))
    };
    imports.into_iter().filter_map(block).collect::<Vec<_>>().join("\n")
}

/// `demo` or `demo.alias`, if that is what it is.
fn configuration(text: &str) -> Option<String> {
    let (local, alias) = text.trim().split_once('.').map_or((text.trim(), None), |(l, a)| (l, Some(a)));
    (is_identifier(local) && alias.is_none_or(is_identifier)).then(|| text.trim().to_owned())
}

/// Reads `import` blocks.
///
/// # Errors
/// The code is not HCL, has anything else in it, or calculates what it imports.
pub fn read_imports(code: &str) -> Result<Vec<Import>, EditError> {
    let document = code::parse(code)?;
    let elements = document.elements().iter();
    elements.map(|element| read_block(&document, element)).collect()
}

fn read_block(document: &Document, element: &Element) -> Result<Import, EditError> {
    let refuse = |message: &str| {
        let mut error = EditError::invalid(message);
        error.line = Some(element.line);
        error.column = Some(1);
        error
    };
    let block = document.block(element).filter(|_| element.keyword == "import");
    let Some(block) = block else { return Err(refuse("only import blocks can be read here")) };
    if block.body.has_attribute("for_each") {
        return Err(refuse("write one import block for each object, without for_each"));
    }
    let Some(to) = target_of(block) else {
        return Err(refuse("to names a resource, without quotes and calculations: type.name"));
    };
    let Some(Expression::String(id)) = block.body.get_attribute("id").map(|a| &a.value) else {
        return Err(refuse("the id is a text in quotes, without calculations"));
    };
    let provider = match block.body.get_attribute("provider").map(|a| a.value.to_string()) {
        Some(text) => {
            Some(configuration(&text).ok_or_else(|| refuse("provider names a configuration: demo.alias"))?)
        }
        None => None,
    };
    Ok(Import { to: to.to_string(), id: id.as_str().to_owned(), provider })
}

/// Where an `import` block brings its object.
pub(crate) fn target_of(block: &Block) -> Option<Target> {
    Target::of(&block.body.get_attribute("to")?.value)?.ok()
}

/// Whether the blueprint has the configuration that an import needs. In a module Terraform looks itself.
pub fn is_configured(document: &Document, target: &Target) -> bool {
    !target.modules.is_empty()
        || document.element(&target.resource()).is_some_and(|e| e.kind == ElementKind::Resource)
}

/// What is wrong with the imports, as far as the blueprint and the imports themselves tell.
pub fn check_imports(document: &Document, imports: &[Import]) -> Vec<ImportFault> {
    let mut seen = Seen::of(document);
    let fault = |index, (field, message)| ImportFault { index, field, message };
    imports
        .iter()
        .enumerate()
        .filter_map(|(index, import)| Some(fault(index, check(document, &mut seen, import).err()?)))
        .collect()
}

/// What is imported already.
struct Seen {
    targets: BTreeSet<Target>,
    /// Type and id; of types in modules too, since an object has one place.
    objects: BTreeSet<(String, String)>,
}

impl Seen {
    fn of(document: &Document) -> Seen {
        let mut seen = Seen { targets: BTreeSet::new(), objects: BTreeSet::new() };
        for element in document.elements().iter().filter(|e| e.keyword == "import") {
            let Some(block) = document.block(element) else { continue };
            let Some(target) = target_of(block) else { continue };
            if let Some(Expression::String(id)) = block.body.get_attribute("id").map(|a| &a.value) {
                seen.objects.insert((target.ty.clone(), id.as_str().to_owned()));
            }
            seen.targets.insert(target);
        }
        seen
    }
}

type Check = Result<(), (&'static str, String)>;

fn check(document: &Document, seen: &mut Seen, import: &Import) -> Check {
    let target = Target::read(&import.to).map_err(|message| ("to", message.to_owned()))?;
    if import.id.trim().is_empty() {
        return Err(("id", "write the id of the object".to_owned()));
    }
    if import.id.len() > MAX_ID || import.id.contains('\0') {
        return Err(("id", format!("an id has at most {MAX_ID} bytes and no NUL character")));
    }
    check_place(document, &target).map_err(|message| ("to", message))?;
    check_provider(document, &target, import.provider.as_deref()).map_err(|message| ("provider", message))?;
    if !seen.objects.insert((target.ty.clone(), import.id.clone())) {
        return Err(("id", format!("this {} is imported already", target.ty)));
    }
    if !seen.targets.insert(target) {
        return Err(("to", format!("something is imported to {} already", import.to.trim())));
    }
    Ok(())
}

fn check_place(document: &Document, target: &Target) -> Result<(), String> {
    if let Some((module, _)) = target.modules.first() {
        let called = document.element(&format!("module.{module}")).is_some();
        return called.then_some(()).ok_or_else(|| format!("the blueprint calls no module {module}"));
    }
    let element = document.element(&target.resource()).filter(|e| e.kind == ElementKind::Resource);
    let Some(element) = element else {
        return match target.key {
            Some(_) => Err(format!(
                "the blueprint has no {}; Terraform writes configuration for a resource without a key only",
                target.resource()
            )),
            None => Ok(()),
        };
    };
    let Some(block) = document.block(element) else {
        // Which of the two it is a file in Terraform's JSON syntax does not tell here.
        return match (repeated(document, element), &target.key) {
            (true, None) => Err("there may be many of this resource: say which one in brackets".into()),
            (false, Some(_)) => {
                Err("this resource has neither count nor for_each: leave out the brackets".into())
            }
            _ => Ok(()),
        };
    };
    let (count, for_each) = (block.body.has_attribute("count"), block.body.has_attribute("for_each"));
    match &target.key {
        None if count => {
            Err("there may be many of this resource: say which one by its number in brackets".into())
        }
        None if for_each => {
            Err("there may be many of this resource: say which one by its key in brackets".into())
        }
        Some(Key::Number(_)) if !count => {
            Err("this resource has no count: leave out the number in brackets".into())
        }
        Some(Key::Text(_)) if !for_each => {
            Err("this resource has no for_each: leave out the key in brackets".into())
        }
        _ => Ok(()),
    }
}

fn check_provider(document: &Document, target: &Target, provider: Option<&str>) -> Result<(), String> {
    let Some(text) = provider else { return Ok(()) };
    let Some(name) = configuration(text) else {
        return Err("name a provider configuration: demo.alias".to_owned());
    };
    if is_configured(document, target) {
        return Err(format!("{} has a block, which says itself what provider it is of", target.resource()));
    }
    if document.element(&format!("provider.{name}")).is_none() {
        return Err(format!("the blueprint has no configuration {name} of a provider"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::Files;

    fn document(text: &str) -> Document {
        let mut files = Files::default();
        files.insert("main.tf", text).unwrap();
        Document::parse(&files).unwrap()
    }

    fn import(to: &str, id: &str) -> Import {
        Import { to: to.to_owned(), id: id.to_owned(), provider: None }
    }

    #[test]
    fn what_is_written_reads_back_whatever_the_id_is() {
        for id in [
            "net-1",
            "\"",
            "\\",
            "${file(\"/etc/passwd\")}",
            "%{ if true }",
            "$${x}",
            "a\nb }\n",
            "}",
            "é\u{1F600}",
        ] {
            let given = vec![
                Import { provider: Some("demo.two".into()), ..import("a_b.c", id) },
                import("a_b.d", id),
            ];
            let code = import_blocks(&given);
            assert_eq!(read_imports(&code).unwrap(), given, "{code}");
        }
    }

    #[test]
    fn only_plain_import_blocks_are_read() {
        for code in [
            "resource \"a\" \"b\" {}",
            "import {\n to = a.b\n id = var.x\n}",
            "import {\n to = a.b\n id = \"${x}\"\n}",
            "import {\n id = \"x\"\n}",
            "import {\n for_each = []\n to = a.b\n id = \"x\"\n}",
            "import {",
            "import {\n to = a.b\n id = \"x\"\n provider = \"demo\"\n}",
            "locals {\n a = 1\n}",
        ] {
            assert!(read_imports(code).is_err(), "{code}");
        }
    }

    #[test]
    fn resources_in_json_have_their_keys() {
        let text = r#"{"resource": {"a_b": {"one": {}, "many": {"count": 2}, "each": {"for_each": {}}}}}"#;
        let mut files = Files::default();
        files.insert("main.tf.json", text).unwrap();
        let document = Document::parse(&files).unwrap();
        let good = [import("a_b.one", "1"), import("a_b.many[0]", "2"), import("a_b.each[\"k\"]", "3")];
        assert_eq!(check_imports(&document, &good), []);
        let bad = [import("a_b.one[0]", "1"), import("a_b.many", "2"), import("a_b.none[0]", "3")];
        assert_eq!(check_imports(&document, &bad).len(), 3);
    }

    #[test]
    fn faults_name_the_row_and_the_field() {
        let document = document(
            "provider \"a\" {\n  alias = \"w\"\n}\nresource \"a_b\" \"one\" {\n}\nresource \"a_b\" \"many\" {\n  count = 2\n}\n\
             resource \"a_b\" \"each\" {\n  for_each = {}\n}\nmodule \"m\" {\n  source = \"./m\"\n}\n\
             import {\n  to = a_b.old\n  id = \"old\"\n}\n",
        );
        let good = [
            import("a_b.new", "1"),
            import("a_b.one", "2"),
            import("a_b.many[1]", "3"),
            import("a_b.each[\"k\"]", "4"),
            import("module.m.a_b.x", "5"),
            Import { provider: Some("a.w".into()), ..import("a_b.other", "6") },
        ];
        assert_eq!(check_imports(&document, &good), []);
        for (bad, field) in [
            (import("a_b", "1"), "to"),
            (import("a_b.new", " "), "id"),
            (import("a_b.new", "a\0"), "id"),
            (import("a_b.many", "1"), "to"),
            (import("a_b.each[0]", "1"), "to"),
            (import("a_b.one[0]", "1"), "to"),
            (import("a_b.none[0]", "1"), "to"),
            (import("module.n.a_b.x", "1"), "to"),
            (import("a_b.old", "1"), "to"),
            (import("a_b.new", "old"), "id"),
            (Import { provider: Some("a.x".into()), ..import("a_b.new", "1") }, "provider"),
            (Import { provider: Some("a.w }".into()), ..import("a_b.new", "1") }, "provider"),
            (Import { provider: Some("a.w".into()), ..import("a_b.one", "1") }, "provider"),
        ] {
            let faults = check_imports(&document, &[import("a_b.first", "0"), bad.clone()]);
            assert_eq!(faults.len(), 1, "{bad:?}");
            assert_eq!((faults[0].index, faults[0].field), (1, field), "{faults:?}");
        }
        let twice = [import("a_b.x", "1"), import("a_b.y", "1"), import("a_b.x", "2")];
        let faults = check_imports(&document, &twice);
        assert_eq!(faults.iter().map(|f| (f.index, f.field)).collect::<Vec<_>>(), [(1, "id"), (2, "to")]);
    }
}
