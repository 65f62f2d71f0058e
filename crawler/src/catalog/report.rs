//! A version's `report.json`: how much of a provider its documentation covers, and what went wrong while it was read.

use serde::{Deserialize, Serialize};

use super::Kind;

/// How well a provider version is documented, and what its crawl had to leave out.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct QualityReport {
    /// One line per kind that the provider has, in [`Kind`]'s order.
    pub kinds: Vec<KindQuality>,
    /// Pages of a resource, data source, … that the schema does not have, by path. Guides are not among them.
    pub unused_pages: Listing<String>,
    /// Pages with arguments that the schema does not have.
    pub unbound: Listing<UnboundArguments>,
    /// The elements with most settable arguments that have no docs, worst first.
    pub worst: Listing<ElementQuality>,
    /// What could not be read, in the order in which it was met.
    pub problems: Listing<Problem>,
}

impl QualityReport {
    /// The object's name in a version's folder.
    pub const FILE: &str = "report.json";

    /// The sum over all kinds; its `kind` is of no meaning.
    pub fn total(&self) -> Coverage {
        self.kinds.iter().fold(Coverage::default(), |sum, kind| sum.plus(&kind.coverage))
    }
}

/// The first of a list that may be long, and how many there are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listing<T> {
    pub total: u32,
    pub items: Vec<T>,
}

impl<T> Default for Listing<T> {
    fn default() -> Self {
        Listing { total: 0, items: Vec::new() }
    }
}

impl<T> Listing<T> {
    /// Keeps the first `limit` of `items`.
    pub fn first(limit: usize, mut items: Vec<T>) -> Self {
        let total = u32::try_from(items.len()).unwrap_or(u32::MAX);
        items.truncate(limit);
        Listing { total, items }
    }

    /// How many there are beyond those listed.
    pub fn left_out(&self) -> u32 {
        self.total - u32::try_from(self.items.len()).unwrap_or(u32::MAX).min(self.total)
    }
}

/// The coverage of all elements of one kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct KindQuality {
    pub kind: Kind,
    #[serde(flatten)]
    pub coverage: Coverage,
}

/// Counts. An argument is a settable attribute or a nested block, at any depth.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Coverage {
    pub elements: u32,
    /// Elements with a page.
    pub pages: u32,
    pub arguments: u32,
    /// Arguments with a text, from the page or from the schema.
    pub documented: u32,
    pub defaults: u32,
    /// Arguments with a documented set of values.
    pub allowed: u32,
    /// Arguments that examples set to an attribute of another element.
    pub references: u32,
}

impl Coverage {
    #[must_use]
    pub fn plus(self, other: &Coverage) -> Coverage {
        Coverage {
            elements: self.elements + other.elements,
            pages: self.pages + other.pages,
            arguments: self.arguments + other.arguments,
            documented: self.documented + other.documented,
            defaults: self.defaults + other.defaults,
            allowed: self.allowed + other.allowed,
            references: self.references + other.references,
        }
    }

    /// Arguments without a text.
    pub fn undocumented(&self) -> u32 {
        self.arguments.saturating_sub(self.documented)
    }

    /// `part` of all arguments, between 0 and 1; 1 where there are none.
    pub fn share(&self, part: u32) -> f64 {
        if self.arguments == 0 { 1.0 } else { f64::from(part) / f64::from(self.arguments) }
    }
}

/// One element whose docs leave something to be desired.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ElementQuality {
    pub kind: Kind,
    pub name: String,
    /// Path of its page, empty when it has none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub page: String,
    pub arguments: u32,
    pub undocumented: u32,
}

/// Arguments that a page describes and its element's schema does not have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnboundArguments {
    pub kind: Kind,
    pub name: String,
    pub page: String,
    /// In the page's order.
    pub arguments: Listing<UnboundArgument>,
}

/// One of [`UnboundArguments`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnboundArgument {
    /// As the page writes it, dotted or not.
    pub name: String,
    /// The heading, introduction or item that it is listed under, without markup.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub section: String,
}

/// One item of a source (a page, a listing, an element) that could not be read and was left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// Path of the page, or the name of what else it was.
    pub item: String,
    pub reason: String,
}
