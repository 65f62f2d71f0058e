//! From `count` to `for_each`: each instance keeps what it manages, under a key in place of its number.
//!
//! Source: <https://developer.hashicorp.com/terraform/language/modules/develop/refactoring>

use std::collections::HashSet;

use hcl_edit::expr::{Expression, TraversalOperator};

use super::{
    Applied, EditError, EditErrorKind,
    follow::{Next, next},
    meaning::is_bare,
};
use crate::{
    document::{Document, ElementKind, attribute_span},
    locate::{self, span},
    refs::{Reference, free_roots, free_roots_of, references},
    splice::{Draft, indent_at},
    value::Json,
    write,
};

/// More instances than this are not given names one by one.
const MAX_INSTANCES: usize = 200;
/// Locals that stand for locals are followed this far.
const MAX_HOPS: usize = 8;
/// Longest key, in bytes.
const MAX_KEY: usize = 200;

/// Replaces `count` by `for_each`. Without `keys`, each instance is called by its number.
pub(super) fn convert(
    document: &Document,
    address: &str,
    keys: Option<&[String]>,
) -> Result<Applied, EditError> {
    let element = locate::element(document, address)?;
    let kinds = [ElementKind::Resource, ElementKind::Data, ElementKind::Ephemeral, ElementKind::Module];
    let block = document.block(element).filter(|_| kinds.contains(&element.kind));
    let Some((block, count)) = block.and_then(|b| Some((b, b.body.get_attribute("count")?))) else {
        return Err(EditError::not_found(format!("{address} has no count")));
    };
    let many = instances(document, &count.value)?;
    let keyed = Keyed { address, keys: checked(keys, many)? };
    let text = document.text(&element.file).cloned().unwrap_or_default();
    let mut draft = Draft::new(document);
    let code = write::laid_out(&format!("{}\n", keyed.for_each()), indent_at(&text, span(&count.key).start));
    draft.replace(&element.file, attribute_span(count), code.trim());
    for (root, at) in free_roots_of(block).into_iter().filter(|(root, _)| root == "count") {
        match next(&text, at.end) {
            Next::Attribute { name, end, .. } if name == "index" => {
                draft.replace(&element.file, at.start..end, "each.value");
            }
            _ => return Err(EditError::invalid(format!("{address} uses {root} in a way that is not known"))),
        }
    }
    for reference in references(document).into_iter().filter(|r| r.address == address) {
        if document.elements().get(reference.owner).is_some_and(|e| e.address != address) {
            keyed.rewrite(&mut draft, document, &reference)?;
        }
    }
    if matches!(element.kind, ElementKind::Resource | ElementKind::Module) && many > 0 {
        draft.append(&element.file, &write::laid_out(&keyed.moved(), ""))?;
    }
    Applied::from_draft(draft, Some(address.to_owned()))
}

/// How many instances there are, where the text alone says so. A number that a variable has a part in may be another one in
/// each deployment: the instances that it really has could not all be moved.
fn instances(document: &Document, count: &Expression) -> Result<usize, EditError> {
    match number(document, count, 0) {
        Some(many) if many <= MAX_INSTANCES => Ok(many),
        Some(many) => {
            let message = format!("there are {many} of it; at most {MAX_INSTANCES} can be given keys");
            Err(EditError::new(EditErrorKind::TooLarge, message))
        }
        None => {
            let root = free_roots(count).into_iter().find(|(root, _)| root == "var");
            let why = match root {
                Some(_) => "depends on a variable, which may have another value in each deployment",
                None => "is no number that the text alone tells",
            };
            let message =
                format!("count {why}: the instances that there are could be replaced instead of kept");
            Err(EditError::invalid(message))
        }
    }
}

fn number(document: &Document, expression: &Expression, hops: usize) -> Option<usize> {
    match expression {
        Expression::Parenthesis(inside) => number(document, inside.inner(), hops),
        Expression::Number(n) => {
            let value = n.value().as_u64()?;
            usize::try_from(value).ok()
        }
        Expression::FuncCall(call) if call.name.name.as_str() == "length" && !call.name.is_namespaced() => {
            let mut arguments = call.args.iter();
            match (arguments.next(), arguments.next()) {
                (Some(list), None) if !call.args.expand_final() => length(document, list, hops),
                _ => None,
            }
        }
        _ => number(document, local(document, expression)?, (hops < MAX_HOPS).then_some(hops + 1)?),
    }
}

/// The length of a list that is written out, whatever its elements are.
fn length(document: &Document, expression: &Expression, hops: usize) -> Option<usize> {
    match expression {
        Expression::Parenthesis(inside) => length(document, inside.inner(), hops),
        Expression::Array(items) => Some(items.len()),
        _ => length(document, local(document, expression)?, (hops < MAX_HOPS).then_some(hops + 1)?),
    }
}

/// What a local stands for.
fn local<'d>(document: &'d Document, expression: &Expression) -> Option<&'d Expression> {
    let traversal = expression.as_traversal()?;
    let [operator] = traversal.operators.as_slice() else { return None };
    let TraversalOperator::GetAttr(name) = operator.value() else { return None };
    (traversal.expr.as_variable()?.as_str() == "local").then_some(())?;
    let element = document.element(&format!("local.{}", name.as_str()))?;
    Some(&document.local(element)?.value)
}

fn checked(keys: Option<&[String]>, many: usize) -> Result<Vec<String>, EditError> {
    let Some(keys) = keys else { return Ok((0..many).map(|i| i.to_string()).collect()) };
    if keys.len() != many {
        return Err(EditError::invalid(format!("there are {many} of it and {} keys", keys.len())));
    }
    let mut seen = HashSet::new();
    for key in keys {
        if key.is_empty() || key.len() > MAX_KEY || key.contains(char::is_control) {
            return Err(EditError::invalid(format!("a key has 1 to {MAX_KEY} bytes, all of them visible")));
        }
        if !seen.insert(key) {
            return Err(EditError::new(EditErrorKind::Conflict, format!("there are two keys {key:?}")));
        }
    }
    Ok(keys.to_vec())
}

/// An element with the keys of its instances, in the order that they were counted in.
struct Keyed<'a> {
    address: &'a str,
    keys: Vec<String>,
}

impl Keyed<'_> {
    /// Each key stands for the number that the instance had, which its arguments may go on to use.
    fn for_each(&self) -> String {
        let numbered =
            self.keys.iter().enumerate().map(|(i, key)| (key.clone(), Json::Number(i.to_string())));
        format!("for_each = {}", write::value(&Json::Object(numbered.collect())))
    }

    fn instance(&self, key: &str) -> String {
        format!("{}[{}]", self.address, write::string(key))
    }

    fn moved(&self) -> String {
        let one = |(i, key): (usize, &String)| {
            format!("moved {{\nfrom = {}[{i}]\nto = {}\n}}\n", self.address, self.instance(key))
        };
        self.keys.iter().enumerate().map(one).collect::<Vec<_>>().join("\n")
    }

    /// All instances as the list that they were.
    fn list(&self) -> String {
        if self.keys.is_sorted() {
            return format!("values({})", self.address);
        }
        let keys = self.keys.iter().map(|key| write::string(key)).collect::<Vec<_>>().join(", ");
        format!("[for key in [{keys}] : {}[key]]", self.address)
    }

    fn rewrite(
        &self,
        draft: &mut Draft,
        document: &Document,
        reference: &Reference,
    ) -> Result<(), EditError> {
        let text = document.text(&reference.file).map_or("", |text| text);
        let owner = document.elements().get(reference.owner);
        // Where another block was moved to it before, the moves follow each other.
        if owner.is_some_and(|e| matches!(e.keyword.as_str(), "moved" | "removed")) {
            return Ok(());
        }
        let bare = is_bare(document, reference);
        let (end, code) = match next(text, reference.span.end) {
            Next::Index { index, end } if index < self.keys.len() => (end, self.instance(&self.keys[index])),
            Next::Nothing if bare.is_some() => return Ok(()),
            _ if bare.is_some() || owner.is_some_and(|e| e.keyword == "import") => {
                let owner = owner.map_or("", |e| &e.address);
                let message = format!("{owner} names an instance of {} that is not known", self.address);
                return Err(EditError::invalid(message));
            }
            _ => (reference.span.end, self.list()),
        };
        draft.replace(&reference.file, reference.span.start..end, code);
        Ok(())
    }
}
