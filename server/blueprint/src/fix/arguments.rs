//! Arguments that are missing, unknown, superfluous, or of a value that is none of those documented.

use cloudoven_crawler::catalog::{Attribute, Measure, Type};

use super::{
    Fix, declare,
    site::{Site, shown},
};
use crate::{
    document::attribute_span,
    edit::{removable, set_code},
    locate::{Place, span},
    scaffold::{documented, literal, mined, placeholder},
    similar::ranked,
    view,
};

/// Most values that are offered of one source.
const MAX_VALUES: usize = 3;

/// Set nowhere, or to null.
pub(super) fn missing(site: &Site) -> Vec<Fix> {
    let mut found = valued(site);
    if found.is_empty() {
        let wanted = site.wanted();
        let code = placeholder(&wanted, 0, true);
        found.extend(set(site, &code));
    }
    found.extend(declare::variable_for(site));
    found
}

/// Set to an empty text.
pub(super) fn empty(site: &Site) -> Vec<Fix> {
    let mut found = valued(site);
    found.extend(declare::variable_for(site));
    found
}

/// The argument set to what examples refer to, to a variable or local of its name, and to what the documentation names.
fn valued(site: &Site) -> Vec<Fix> {
    let Some(attribute) = site.attribute() else { return Vec::new() };
    let wanted = site.wanted();
    let name = site.path.last_name().unwrap_or_default();
    let references: Vec<String> = mined(attribute, site.context()).take(MAX_VALUES).collect();
    let sure = references.len() == 1;
    let named = ["var", "local"].map(|kind| format!("{kind}.{name}"));
    let named = named
        .into_iter()
        .filter(|address| site.document.element(address).is_some() && *address != site.element.address);
    let known = documented(attribute).take(MAX_VALUES);
    let codes = references.into_iter().chain(named).chain(known).filter(|code| site.fits(code, &wanted));
    let mut fixes: Vec<Fix> = codes.filter_map(|code| set(site, &code)).collect();
    if let Some(first) = fixes.first_mut().filter(|_| sure) {
        first.sure = true;
    }
    fixes
}

fn set(site: &Site, code: &str) -> Option<Fix> {
    let place = site.place()?;
    let name = site.path.last_name()?;
    site.fix(format!("Set {name} to {}", shown(code)), |draft| set_code(draft, &place, code))
}

/// An argument that the schema does not have.
pub(super) fn unknown(site: &Site) -> Vec<Fix> {
    let (Some(place), Some(schema)) = (site.place(), site.around()) else { return Vec::new() };
    let Some(attribute) = place.attribute() else { return Vec::new() };
    let name = attribute.key.as_str();
    if let Some(nested) = schema.blocks.get(name) {
        let block = super::blocks::from_argument(site, &place, attribute, nested);
        return block.into_iter().chain(remove(site, &place)).collect();
    }
    let meta = (site.path.steps().len() == 1).then(|| view::meta(site.element.kind).attributes);
    let free = |(other, _): &(&str, &Attribute)| {
        !place.body().has_attribute(other) && !place.body().has_blocks(other)
    };
    let meta = meta.iter().flatten();
    let known: Vec<(&str, &Attribute)> = schema
        .attributes
        .iter()
        .chain(meta)
        .filter(|(_, a)| a.is_settable())
        .map(|(other, a)| (other.as_str(), a))
        .filter(free)
        .collect();
    let null = attribute.value.is_null();
    let fitting = known
        .iter()
        .filter(|(_, a)| !(null && a.required) && site.converts(&attribute.value, &a.ty))
        .map(|(other, _)| *other);
    let near = ranked(name, fitting);
    let sure = match near.as_slice() {
        [(_, _)] => true,
        [(first, _), (second, _), ..] => first < second,
        [] => false,
    };
    let rename = |(i, (_, other)): (usize, &(usize, &str))| {
        let fix = site.replaced(format!("Rename to {other}"), span(&attribute.key), other)?;
        Some(fix.surely(sure && i == 0))
    };
    near.iter().take(MAX_VALUES).enumerate().filter_map(rename).chain(remove(site, &place)).collect()
}

/// Takes the argument out.
fn remove(site: &Site, place: &Place) -> Option<Fix> {
    let attribute = place.attribute()?;
    let range = removable(site.text, attribute_span(attribute));
    site.replaced(format!("Remove {}", attribute.key.as_str()), range, "")
}

/// An argument that only the provider decides.
pub(super) fn read_only(site: &Site) -> Vec<Fix> {
    let fix = site.place().and_then(|place| remove(site, &place));
    fix.map(|fix| fix.surely(true)).into_iter().collect()
}

/// A value that the documentation does not have: those it has, the nearest first.
pub(super) fn undocumented(site: &Site) -> Vec<Fix> {
    let Some(attribute) = site.attribute() else { return Vec::new() };
    let marked = site.marked();
    let quoted = marked.starts_with('"');
    let allowed = attribute.docs.allowed.iter().map(String::as_str);
    let near = ranked(marked.trim_matches('"'), allowed.clone());
    let sure = matches!(near.as_slice(), [_]);
    let mut values: Vec<&str> = near.into_iter().map(|(_, value)| value).collect();
    values.extend(allowed.filter(|value| !values.contains(value)).collect::<Vec<_>>());
    let ty = if quoted { Type::String } else { Type::Number };
    let codes = values.into_iter().filter_map(|value| literal(&ty, value));
    let fix = |(i, code): (usize, String)| {
        Some(site.replaced(format!("Change to {}", shown(&code)), site.span(), &code)?.surely(sure && i == 0))
    };
    codes.take(super::MAX_FIXES).enumerate().filter_map(fix).collect()
}

/// A number past a documented end: that end.
pub(super) fn out_of_bounds(site: &Site) -> Vec<Fix> {
    let bounds = site.attribute().and_then(|a| a.docs.bounds.as_ref()).filter(|b| b.of == Measure::Value);
    let (Some(bounds), Ok(value)) = (bounds, site.marked().replace(' ', "").parse::<f64>()) else {
        return Vec::new();
    };
    let below = bounds.min.as_deref().filter(|min| min.parse::<f64>().is_ok_and(|min| value < min));
    let nearest = below.or(bounds.max.as_deref());
    let fix = nearest.and_then(|end| site.replaced(format!("Change to {end}"), site.span(), end));
    fix.into_iter().collect()
}

/// Two arguments that exclude each other: one of them goes.
pub(super) fn conflict(site: &Site) -> Vec<Fix> {
    let (Some(place), Some(schema), Some(name)) = (site.place(), site.around(), site.path.last_name()) else {
        return Vec::new();
    };
    let body = place.name.map_or_else(|| place.parent, |_| Some(place.block)).map(|block| &block.body);
    let docs =
        schema.attributes.get(name).map(|a| &a.docs).or_else(|| schema.blocks.get(name).map(|b| &b.docs));
    let (Some(body), Some(docs)) = (body, docs) else { return Vec::new() };
    let told = |other: &&String| site.diagnostic.message.starts_with(&format!("{name} and {other} "));
    let other = docs.conflicts_with.iter().find(told).map(String::as_str);
    let removal = |name: &str| {
        let required = schema.attributes.get(name).is_some_and(|a| a.required)
            || schema.blocks.get(name).is_some_and(|b| b.min_items > 0);
        if required {
            return None;
        }
        let title = format!("Remove {name}");
        match body.get_attribute(name) {
            Some(argument) => site.replaced(title, removable(site.text, attribute_span(argument)), ""),
            None => super::blocks::removal(site, title, body.get_blocks(name).map(span).collect()),
        }
    };
    [Some(name), other].into_iter().flatten().filter_map(removal).collect()
}

/// An argument that another one took the place of.
pub(super) fn deprecated(site: &Site) -> Vec<Fix> {
    let (Some(place), Some(schema)) = (site.place(), site.around()) else { return Vec::new() };
    let successor = site.attribute().and_then(|a| a.docs.replaced_by.as_deref());
    let (Some(attribute), Some(successor)) = (place.attribute(), successor) else { return Vec::new() };
    let body = place.body();
    let known = schema.attributes.get(successor).filter(|a| a.is_settable() && !a.deprecated);
    let free = known.filter(|a| !body.has_attribute(successor) && site.converts(&attribute.value, &a.ty));
    let fix =
        free.and_then(|_| site.replaced(format!("Rename to {successor}"), span(&attribute.key), successor));
    fix.into_iter().collect()
}
