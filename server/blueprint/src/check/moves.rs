//! `moved`, `removed` and `import` blocks, and the addresses in them.
//!
//! Source: <https://developer.hashicorp.com/terraform/language/block/moved>,
//! <https://developer.hashicorp.com/terraform/language/block/removed>,
//! <https://developer.hashicorp.com/terraform/language/block/import>

use cloudoven_crawler::catalog::Type;
use hcl_edit::structure::{Attribute, Block};

use super::{
    Findings, Severity,
    address::{Address, Step},
    blocks, constant, meta, numbered,
};
use crate::{
    diagnostic::Code,
    document::ElementKind,
    locate::span,
    path::Path,
    types::{Inferred, convert},
};

/// What an address in these blocks leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Target {
    Module,
    Resource,
}

/// An address that is read.
struct Place<'a> {
    target: Target,
    /// `data.…`.
    data: bool,
    /// The key at its end.
    key: Option<Step<'a>>,
}

/// Names that cannot begin the address of a resource. `removed` does not look at them.
const WORDS: [&str; 9] = ["var", "local", "each", "count", "path", "terraform", "self", "output", "provider"];

pub(super) fn moved<'a>(findings: &mut Findings<'a>, block: &'a Block) {
    blocks::check(findings, &blocks::MOVED, &block.body, span(&block.ident), &Path::root());
    let mut targets = Vec::new();
    for name in ["from", "to"] {
        let Some(attribute) = block.body.get_attribute(name) else { continue };
        targets.extend(read(findings, attribute).map(|place| place.target));
    }
    if let [from, to] = targets.as_slice()
        && from != to
    {
        let message = "from and to are both modules, or both resources".to_owned();
        findings.error(Code::InvalidReference, span(&block.ident), &Path::root(), message);
    }
}

pub(super) fn removed<'a>(findings: &mut Findings<'a>, block: &'a Block) {
    let root = Path::root();
    blocks::check(findings, &blocks::REMOVED, &block.body, span(&block.ident), &root);
    if let Some(attribute) = block.body.get_attribute("from")
        && let Some(place) = read(findings, attribute)
    {
        let message = match place {
            Place { key: Some(_), .. } => "removed is about all instances: leave out the brackets",
            Place { data: true, .. } => "data sources need not be removed: leave the block out",
            _ => "",
        };
        if !message.is_empty() {
            let place = Some(span(&attribute.value));
            findings.add(
                Severity::Error,
                Code::InvalidReference,
                place,
                &root.name("from"),
                message.to_owned(),
            );
        }
    }
    for (inner, path) in numbered(&block.body, &root) {
        match inner.ident.as_str() {
            "lifecycle" => {
                blocks::check(findings, &blocks::REMOVED_LIFECYCLE, &inner.body, span(&inner.ident), &path);
                if let Some(destroy) = inner.body.get_attribute("destroy") {
                    constant::check(findings, destroy, &Type::Bool, &path.name("destroy"));
                }
            }
            "provisioner" => {
                let last =
                    inner.body.get_attribute("when").is_some_and(|when| crate::refs::is_destroy(&when.value));
                if !last {
                    let message =
                        "only what runs at the end makes sense here: write when = destroy".to_owned();
                    findings.error(Code::MissingArgument, span(&inner.ident), &path, message);
                }
            }
            _ => {}
        }
    }
}

pub(super) fn import<'a>(findings: &mut Findings<'a>, block: &'a Block) {
    let root = Path::root();
    blocks::check(findings, &blocks::IMPORT, &block.body, span(&block.ident), &root);
    let mut target = None;
    for attribute in block.body.attributes() {
        let path = root.name(attribute.key.as_str());
        match attribute.key.as_str() {
            "to" => target = target_of_import(findings, attribute, block),
            "id" => {}
            "provider" => meta::configuration(findings, &attribute.value, &path),
            "for_each" => {
                let value = findings.judged(&attribute.value, &path);
                let single = !value.is_unknown() && (value.ty().is_primitive() || value == Inferred::Null);
                if single {
                    let message = "for_each goes through a list, set or map".to_owned();
                    findings.error(Code::WrongType, span(&attribute.value), &path, message);
                }
            }
            _ => {}
        }
    }
    if let Some(id) = block.body.get_attribute("id") {
        identifier(findings, id, target.as_deref());
    }
}

/// The text that the provider knows the resource by.
fn identifier<'a>(findings: &mut Findings<'a>, attribute: &'a Attribute, target: Option<&str>) {
    let path = Path::root().name("id");
    // Nobody evaluates it as long as there is nothing to import it into.
    let Some(target) = target else { return };
    let value = findings.judged(&attribute.value, &path);
    let itself = Address::of(&attribute.value)
        .is_some_and(|a| format!("{}.{}", a.root, a.names().join(".")).starts_with(&format!("{target}.")));
    let message = match (&value, convert(&value, &Type::String)) {
        _ if itself => "the id cannot come from the resource that is imported".to_owned(),
        (Inferred::Null, _) => "the id has no value".to_owned(),
        (Inferred::String(text), _) if text.is_empty() => "the id is empty".to_owned(),
        (_, Err(mismatch)) => format!("id: {mismatch}"),
        _ => return,
    };
    findings.error(Code::WrongType, span(&attribute.value), &path, message);
}

/// The address of the resource that is imported into, where it is declared.
fn target_of_import<'a>(
    findings: &mut Findings<'a>,
    attribute: &'a Attribute,
    block: &Block,
) -> Option<String> {
    let (path, value) = (Path::root().name("to"), &attribute.value);
    let (document, each) = (findings.document, block.body.has_attribute("for_each"));
    // With for_each the key may be calculated.
    let address = Address::of(value).filter(|address| address.whole || each);
    let mut refuse = |message: &str| {
        findings.error(Code::InvalidReference, span(value), &path, message.to_owned());
    };
    let Some(address) = address else {
        refuse("to names a resource, without quotes and calculations: type.name");
        return None;
    };
    let names = address.names();
    if WORDS.contains(&address.root)
        || address.root == "data"
        || names.is_empty()
        || names.len() > 1 && !matches!(address.root, "module" | "resource")
    {
        refuse(
            "to names a resource of this configuration: type.name, with a key in brackets where there are many",
        );
        return None;
    }
    if address.root == "module" {
        if names.len() < 3 {
            refuse("to names a resource, not a module: module.name.type.name");
        }
        return None;
    }
    let skipped = usize::from(address.root == "resource");
    let full = if skipped == 1 { names.join(".") } else { format!("{}.{}", address.root, names[0]) };
    let target = document.element(&full).filter(|e| e.kind == ElementKind::Resource)?;
    let body = &document.block(target)?.body;
    let (count, for_each) = (body.has_attribute("count"), body.has_attribute("for_each"));
    let fault = match address.steps.get(1 + skipped).map(|(step, _)| step) {
        None if address.whole && count => {
            "there may be many of this resource: say which one by its number in brackets"
        }
        None if address.whole && for_each => {
            "there may be many of this resource: say which one by its key in brackets"
        }
        Some(Step::Index) if !count => "this resource has no count: leave out the number in brackets",
        Some(Step::Key(_)) if !for_each => "this resource has no for_each: leave out the key in brackets",
        _ => return Some(full),
    };
    refuse(fault);
    Some(full)
}

fn read<'a>(findings: &mut Findings<'a>, attribute: &'a Attribute) -> Option<Place<'a>> {
    let path = Path::root().name(attribute.key.as_str());
    let lenient = findings.element.keyword == "removed";
    let found = match Address::of(&attribute.value).filter(|address| address.whole) {
        Some(address) => parse(&address, lenient),
        None => Err("this is the address of a resource or module, without quotes and calculations"),
    };
    match found {
        Ok(place) => Some(place),
        Err(message) => {
            let place = Some(span(&attribute.value));
            findings.add(Severity::Error, Code::InvalidReference, place, &path, message.to_owned());
            None
        }
    }
}

const SPECIFICATION: &str = "a resource has a type and a name: type.name";

/// `module.a["k"].type.name[0]`.
fn parse<'a>(address: &Address<'a>, lenient: bool) -> Result<Place<'a>, &'static str> {
    let mut steps: Vec<Step<'a>> = vec![Step::Name(address.root)];
    steps.extend(address.steps.iter().map(|(step, _)| step.clone()));
    let mut rest = steps.as_slice();
    let mut key = None;
    while let [Step::Name("module"), after @ ..] = rest {
        let [Step::Name(_), after @ ..] = after else {
            return Err("module is followed by the name of one: module.name");
        };
        (key, rest) = match after {
            [step @ (Step::Key(_) | Step::Index), after @ ..] => (Some(step.clone()), after),
            _ => (None, after),
        };
    }
    if rest.is_empty() {
        return Ok(Place { target: Target::Module, data: false, key });
    }
    let data = matches!(rest, [Step::Name("data"), ..]);
    if matches!(rest, [Step::Name("data" | "resource" | "ephemeral"), ..]) {
        rest = &rest[1..];
    }
    let [Step::Name(ty), Step::Name(_), after @ ..] = rest else { return Err(SPECIFICATION) };
    if WORDS[..7].contains(ty) && !lenient {
        return Err("this is no address of a resource: type.name");
    }
    let key = match after {
        [] => None,
        [step @ (Step::Key(_) | Step::Index)] => Some(step.clone()),
        _ => return Err("the address goes on after the name of the resource: leave out what follows it"),
    };
    Ok(Place { target: Target::Resource, data, key })
}
