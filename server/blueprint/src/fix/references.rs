//! References to what is not there: the name that was meant, or the declaration that is missing.

use std::ops::Range;

use super::{Fix, declare, site::Site};
use crate::{
    document::{Element, ElementKind},
    lex::{Kind, lex},
    refs::{Reference, references_of},
    similar::ranked,
};

/// Names that are offered in place of a wrong one.
const MAX_NAMES: usize = 4;

/// What a person calls such an element.
pub(super) fn word(kind: ElementKind) -> &'static str {
    match kind {
        ElementKind::Data => "data source",
        ElementKind::Ephemeral => "ephemeral resource",
        _ => "resource",
    }
}

pub(super) fn unknown(site: &Site) -> Vec<Fix> {
    let owner = site.document.elements().iter().position(|e| std::ptr::eq(e, site.element));
    let all = owner.map(|owner| references_of(site.document, owner)).unwrap_or_default();
    // The attributes that follow may be marked as well.
    let Some(reference) = all.into_iter().find(|r| r.span.start == site.span().start) else {
        return named_values(site);
    };
    match site.document.element(&reference.address) {
        Some(target) => attribute(site, &reference, target),
        None => address(site, &reference),
    }
}

/// `path.modul`.
fn named_values(site: &Site) -> Vec<Fix> {
    let Some(name) = site.marked().strip_prefix("path.") else { return Vec::new() };
    let near = ranked(name, ["module", "root", "cwd"]);
    let change = |(_, name): &(usize, &str)| {
        site.replaced(format!("Change to path.{name}"), site.span(), &format!("path.{name}"))
    };
    near.first().and_then(change).map(|fix| fix.surely(true)).into_iter().collect()
}

/// The element is there, and has no such attribute: one that is like it, or the one that examples refer to.
fn attribute(site: &Site, reference: &Reference, target: &Element) -> Vec<Fix> {
    let Some(name) = reference.attributes.first() else { return Vec::new() };
    let known: Vec<&str> = match (site.document.called(target), site.schemas.of(target)) {
        (Some(module), _) => module.outputs.keys().map(String::as_str).collect(),
        (None, Some(page)) => page.block.attributes.keys().map(String::as_str).collect(),
        (None, None) => return Vec::new(),
    };
    let Some(range) = attribute_span(site.text, reference.span.end, name) else { return Vec::new() };
    let near = ranked(name, known);
    let sure = matches!(near.as_slice(), [_]);
    let mined = site.attribute().into_iter().flat_map(|a| &a.docs.references);
    let mined = mined
        .filter(|r| Some(r.kind) == target.kind.catalog() && Some(r.target.as_str()) == target.ty.as_deref());
    let names = near.iter().map(|(_, name)| *name).chain(mined.map(|r| r.attribute.as_str()));
    let mut fixes: Vec<Fix> = Vec::new();
    for name in names.take(MAX_NAMES) {
        let fix = site.replaced(format!("Change to {}.{name}", reference.address), range.clone(), name);
        fixes.extend(fix.filter(|fix| site.works(fix)));
    }
    if let Some(first) = fixes.first_mut() {
        first.sure = sure;
    }
    fixes
}

/// Where the attribute stands that follows an address; an index may lie between.
fn attribute_span(text: &str, from: usize, name: &str) -> Option<Range<usize>> {
    let rest = text.get(from..)?;
    let line = &rest[..rest.find('\n').unwrap_or(rest.len())];
    let mut depth = 0;
    let mut dot = false;
    for token in lex(line) {
        depth += token.kind.bracket();
        let here = from + token.span.start..from + token.span.end;
        match token.kind {
            Kind::Dot if depth == 0 => dot = true,
            Kind::Ident if depth == 0 && dot && text[here.clone()] == *name => return Some(here),
            _ if depth < 0 => return None,
            _ => {}
        }
    }
    None
}

/// Nothing has this address: what has one like it, and the declaration that it asks for.
fn address(site: &Site, reference: &Reference) -> Vec<Fix> {
    let mut fixes = Vec::new();
    for (title, code, sure) in meant(site, reference) {
        let fix = site.replaced(format!("Change to {title}"), reference.span.clone(), &code);
        fixes.extend(fix.filter(|fix| site.works(fix)).map(|fix| fix.surely(sure)));
        if fixes.len() == MAX_NAMES {
            break;
        }
    }
    fixes.extend(declared(site, &reference.address));
    fixes
}

fn declared(site: &Site, address: &str) -> Option<Fix> {
    let parts: Vec<&str> = address.split('.').collect();
    match parts.as_slice() {
        ["var", name] => declare::variable(site, name),
        ["local", name] => declare::local(site, name),
        ["provider", ty, alias] => declare::provider(site, ty, alias),
        ["data", ty, name] => declare::resource(site, ElementKind::Data, ty, name),
        ["ephemeral", ty, name] => declare::resource(site, ElementKind::Ephemeral, ty, name),
        ["module", _] => None,
        [ty, name] => declare::resource(site, ElementKind::Resource, ty, name),
        _ => None,
    }
}

/// What may have been meant, best first: its title, the code for it, and whether there is no doubt.
fn meant(site: &Site, reference: &Reference) -> Vec<(String, String, bool)> {
    let address = reference.address.as_str();
    let Some((group, name)) = address.rsplit_once('.') else { return Vec::new() };
    // `vars.x`, `locals.x`: the name of the group is what is wrong.
    let slip = match group {
        "vars" | "variable" | "variables" => Some("var"),
        "locals" => Some("local"),
        "modules" => Some("module"),
        _ => None,
    };
    if let Some(right) =
        slip.map(|right| format!("{right}.{name}")).filter(|a| site.document.element(a).is_some())
    {
        return vec![(right.clone(), right, true)];
    }
    let others = site.document.elements().iter().filter(|e| e.address != site.element.address);
    let of_group = |e: &&Element| e.address.rsplit_once('.').is_some_and(|(other, _)| other == group);
    let names: Vec<&str> = others.clone().filter(of_group).map(|e| e.name.as_str()).collect();
    let near = ranked(name, names.iter().copied());
    let sure = matches!(near.as_slice(), [_]) || matches!(near.as_slice(), [(a, _), (b, _), ..] if a < b);
    let code = |name: &str| match group.strip_prefix("provider.") {
        Some(ty) => format!("{ty}.{name}"),
        None => format!("{group}.{name}"),
    };
    let mut found: Vec<(String, String, bool)> =
        near.iter().enumerate().map(|(i, (_, name))| (code(name), code(name), sure && i == 0)).collect();
    // Another type with an element of this very name: a slip in the type.
    let same_name =
        others.clone().filter(|e| e.name == name && !of_group(e) && e.kind != ElementKind::Output);
    let types: Vec<&str> =
        same_name.filter_map(|e| e.address.rsplit_once('.')).map(|(group, _)| group).collect();
    found.extend(
        ranked(group, types)
            .into_iter()
            .map(|(_, group)| (format!("{group}.{name}"), format!("{group}.{name}"), false)),
    );
    // Whatever else there is of the type: it may have been renamed.
    let resource = !matches!(group, "var" | "local" | "module");
    found.extend(names.iter().filter(|_| resource).map(|name| (code(name), code(name), false)));
    found.dedup_by(|a, b| a.1 == b.1);
    found
}
