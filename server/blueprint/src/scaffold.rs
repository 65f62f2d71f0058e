//! New elements and blocks with what they require: a reference where examples say so and the blueprint has the target,
//! else an empty value of the right type, which diagnostics then ask for.

use cloudoven_crawler::catalog::{Attribute, Block, Measure, NestedAttributes, NestedBlock, Nesting, Type};

use super::{
    document::{Document, Element, ElementKind},
    write,
};

/// Blocks inside blocks are scaffolded this deep.
const MAX_DEPTH: usize = 32;

/// What a new piece of code may refer to.
#[derive(Debug, Clone, Copy)]
pub(super) struct Context<'a> {
    pub document: &'a Document,
    /// The element that the code is for, which must not refer to itself.
    pub address: &'a str,
    /// Whether Terraform has to take every value; otherwise what a person has to fill in is `null` where nothing is empty.
    pub valid: bool,
}

/// The required arguments and blocks of a body, one to a line, not laid out.
pub(super) fn body(block: &Block, context: Context) -> String {
    nested_body(block, context, 0)
}

fn nested_body(block: &Block, context: Context, depth: usize) -> String {
    let mut required: Vec<_> = block.attributes.iter().filter(|(_, a)| a.required).collect();
    required.sort_by_key(|(name, a)| (page_order(a.docs.position), name.as_str()));
    let mut code: String =
        required.iter().map(|(name, a)| format!("{name} = {}\n", argument(a, context, depth))).collect();
    let mut blocks: Vec<_> = block.blocks.iter().filter(|(_, b)| b.min_items > 0).collect();
    blocks.sort_by_key(|(name, b)| (page_order(b.docs.position), name.as_str()));
    for (name, inner) in blocks {
        for i in 0..inner.min_items {
            let gap = if code.is_empty() { "" } else { "\n" };
            let label = (inner.nesting == Nesting::Map).then(|| format!("key{}", i + 1));
            code += &format!("{gap}{}", nested_block(name, label.as_deref(), inner, context, depth + 1));
        }
    }
    code
}

/// A nested block with what it requires.
pub(super) fn block(name: &str, label: Option<&str>, block: &NestedBlock, context: Context) -> String {
    nested_block(name, label, block, context, 0)
}

fn nested_block(
    name: &str,
    label: Option<&str>,
    block: &NestedBlock,
    context: Context,
    depth: usize,
) -> String {
    let label = label.map(|l| format!(" {}", write::string(l))).unwrap_or_default();
    let inside = if depth > MAX_DEPTH { String::new() } else { nested_body(&block.block, context, depth) };
    if inside.is_empty() {
        format!("{name}{label} {{\n}}\n")
    } else {
        format!("{name}{label} {{\n{inside}}}\n")
    }
}

/// Documented arguments first, in the order of the page.
pub(super) fn page_order(position: u32) -> u32 {
    position.wrapping_sub(1)
}

/// The value that a required argument starts with.
pub(super) fn argument(attribute: &Attribute, context: Context, depth: usize) -> String {
    if let Some(reference) = mined(attribute, context).next() {
        return reference;
    }
    match &attribute.nested {
        Some(nested) if depth <= MAX_DEPTH => structural(nested, context, depth + 1),
        _ if context.valid => {
            documented(attribute).next().unwrap_or_else(|| placeholder(&attribute.ty, depth, true))
        }
        _ => placeholder(&attribute.ty, depth, false),
    }
}

/// The values that the documentation names for an argument of a primitive type: the default, then those allowed, then the
/// least.
pub(super) fn documented(attribute: &Attribute) -> impl Iterator<Item = String> + '_ {
    let docs = &attribute.docs;
    let least = docs.bounds.as_ref().filter(|bounds| bounds.of == Measure::Value);
    let least = least.and_then(|bounds| bounds.min.as_deref().or(bounds.max.as_deref()));
    let all = docs.default.as_deref().into_iter().chain(docs.allowed.iter().map(String::as_str)).chain(least);
    all.filter_map(|value| literal(&attribute.ty, value))
}

/// A documented value as code.
pub(super) fn literal(ty: &Type, value: &str) -> Option<String> {
    match ty {
        Type::String if !value.is_empty() => Some(write::string(value)),
        Type::Number if value.parse::<f64>().is_ok_and(f64::is_finite) => Some(value.to_owned()),
        Type::Bool if matches!(value, "true" | "false") => Some(value.to_owned()),
        _ => None,
    }
}

fn structural(nested: &NestedAttributes, context: Context, depth: usize) -> String {
    match nested.nesting {
        Nesting::Single | Nesting::Group => instance(nested, context, depth),
        Nesting::List | Nesting::Set => format!("[{}]", instance(nested, context, depth)),
        Nesting::Map => "{}".to_owned(),
    }
}

/// One object of a structural attribute with what it requires.
pub(super) fn instance(nested: &NestedAttributes, context: Context, depth: usize) -> String {
    let mut required: Vec<_> = nested.attributes.iter().filter(|(_, a)| a.required).collect();
    required.sort_by_key(|(name, a)| (page_order(a.docs.position), name.as_str()));
    let lines: String = required
        .iter()
        .map(|(name, a)| format!("{} = {}\n", write::key(name), argument(a, context, depth)))
        .collect();
    if lines.is_empty() { "{}".to_owned() } else { format!("{{\n{lines}}}") }
}

/// References that examples make and whose target the blueprint has, most frequent first.
pub(super) fn mined<'a>(attribute: &'a Attribute, context: Context<'a>) -> impl Iterator<Item = String> + 'a {
    attribute.docs.references.iter().flat_map(move |reference| {
        let fits = move |e: &&Element| {
            e.kind.catalog() == Some(reference.kind)
                && e.kind != ElementKind::Provider
                && e.ty.as_deref() == Some(reference.target.as_str())
                && e.address != context.address
                && !repeated(context.document, e)
        };
        let elements = context.document.elements().iter().filter(fits);
        elements.map(move |e| format!("{}.{}", e.address, reference.attribute))
    })
}

/// Whether an element stands for several objects, so that a reference needs an index.
pub(super) fn repeated(document: &Document, element: &Element) -> bool {
    document.declared(element).is_some_and(|(_, declared)| declared.repeated)
}

/// An empty value of a type. `null` where no empty value exists: Terraform, too, calls it missing; a `valid` one is taken.
pub(super) fn placeholder(ty: &Type, depth: usize, valid: bool) -> String {
    match ty {
        Type::String => "\"\"".to_owned(),
        Type::Number if valid => "0".to_owned(),
        Type::Bool if valid => "false".to_owned(),
        Type::Dynamic if valid => "\"\"".to_owned(),
        Type::Number | Type::Bool | Type::Dynamic => "null".to_owned(),
        Type::List(_) | Type::Set(_) => "[]".to_owned(),
        Type::Map(_) => "{}".to_owned(),
        Type::Tuple(types) => {
            let items: Vec<String> = types.iter().map(|t| placeholder(t, depth + 1, valid)).collect();
            format!("[{}]", items.join(", "))
        }
        Type::Object(attributes) => {
            let required = attributes.iter().filter(|(_, a)| !a.optional && depth <= MAX_DEPTH);
            let lines: String = required
                .map(|(name, a)| format!("{} = {}\n", write::key(name), placeholder(&a.ty, depth + 1, valid)))
                .collect();
            if lines.is_empty() { "{}".to_owned() } else { format!("{{\n{lines}}}") }
        }
    }
}
