//! What is known about one argument besides its text, as chips.

use cloudoven_crawler::catalog::{Address, Attribute, Docs, Kind, NestedBlock, Nesting, Reference, Type};

use super::{element_url, has};
use crate::{catalog::Loaded, http::ui::layout::Chip};

/// Allowed values shown at once; the rest is behind a "more".
const SHOWN_VALUES: usize = 16;
/// Longest type that stands beside the name, in characters.
const SHORT_TYPE: usize = 60;

/// The chips under an argument's name, and the lists under its text.
#[derive(Debug, Default)]
pub(super) struct Facts {
    pub chips: Vec<Chip>,
    pub default: Option<String>,
    pub allowed: Vec<String>,
    /// Allowed values beyond the first few.
    pub allowed_more: Vec<String>,
    pub conflicts: Vec<String>,
    pub references: Vec<ReferenceView>,
}

/// What examples set an argument to.
#[derive(Debug)]
pub(super) struct ReferenceView {
    /// `azurerm_resource_group.name`
    pub label: String,
    /// The target's page; none where the catalog has no such element.
    pub url: Option<String>,
    pub count: u32,
}

impl Facts {
    pub fn of_attribute(attribute: &Attribute, scope: &Scope) -> Facts {
        let flags = [
            (attribute.deprecated, "update", "deprecated"),
            (attribute.docs.forces_replacement, "replace", "forces replacement"),
            (attribute.sensitive, "destroy", "sensitive"),
            (attribute.write_only, "", "write-only"),
            (attribute.optional && attribute.computed, "", "computed if left out"),
        ];
        Facts::new(&flags, &attribute.docs, scope)
    }

    pub fn of_block(block: &NestedBlock, scope: &Scope) -> Facts {
        let flags = [
            (block.deprecated, "update", "deprecated"),
            (block.docs.forces_replacement, "replace", "forces replacement"),
        ];
        Facts::new(&flags, &block.docs, scope)
    }

    fn new(flags: &[(bool, &'static str, &'static str)], docs: &Docs, scope: &Scope) -> Facts {
        let mut allowed = docs.allowed.clone();
        let allowed_more = allowed.split_off(allowed.len().min(SHOWN_VALUES));
        Facts {
            chips: flags.iter().filter(|f| f.0).map(|&(_, tone, label)| Chip::new(tone, label)).collect(),
            default: docs.default.clone(),
            allowed,
            allowed_more,
            conflicts: docs.conflicts_with.clone(),
            references: docs.references.iter().map(|r| scope.reference(r)).collect(),
        }
    }
}

/// The provider version whose page is shown, to link references to their targets.
pub(super) struct Scope<'a> {
    pub loaded: &'a Loaded,
    pub address: &'a Address,
    pub version: &'a str,
}

impl Scope<'_> {
    fn reference(&self, reference: &Reference) -> ReferenceView {
        let (kind, target) = (reference.kind, reference.target.as_str());
        let own = self.loaded.of_provider(self.address).find(|v| v.index.version == self.version);
        let own = own.filter(|v| has(&v.index, kind, target));
        let found = own.or_else(|| self.loaded.having(kind, target).find(|v| v.newest));
        let url = found.map(|v| element_url(&v.index.provider, &v.index.version, kind, target));
        ReferenceView {
            label: match kind {
                Kind::Resource => format!("{target}.{}", reference.attribute),
                other => format!("{}.{target}.{}", other.keyword(), reference.attribute),
            },
            url,
            count: reference.count,
        }
    }
}

/// A type in one line: whole, or shortened with the whole text beside it.
pub(super) fn type_label(ty: &Type) -> (String, Option<String>) {
    let full = ty.to_string();
    if full.chars().count() <= SHORT_TYPE { (full, None) } else { (outline(ty), Some(full)) }
}

fn outline(ty: &Type) -> String {
    match ty {
        Type::List(element) => format!("list({})", outline(element)),
        Type::Set(element) => format!("set({})", outline(element)),
        Type::Map(element) => format!("map({})", outline(element)),
        Type::Tuple(_) => "tuple([…])".into(),
        Type::Object(_) => "object({…})".into(),
        primitive => primitive.to_string(),
    }
}

/// How often a nested block may stand in its parent.
pub(super) fn block_label(block: &NestedBlock) -> String {
    if block.nesting == Nesting::Map {
        return "blocks, each with a label".into();
    }
    let single = matches!(block.nesting, Nesting::Single | Nesting::Group);
    match (block.min_items, block.max_items) {
        _ if single && block.min_items == 0 => "block, at most one".into(),
        (1, 1) => "block, exactly one".into(),
        _ if single => "block, exactly one".into(),
        (0, 0) => "blocks, any number".into(),
        (0, 1) => "block, at most one".into(),
        (0, max) => format!("blocks, at most {max}"),
        (min, 0) => format!("blocks, at least {min}"),
        (min, max) if min == max => format!("blocks, exactly {min}"),
        (min, max) => format!("blocks, {min} to {max}"),
    }
}
