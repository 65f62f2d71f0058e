//! Measures a provider version's documents for its [`QualityReport`].

use crate::{
    catalog::{
        Attribute, Block, Coverage, Docs, Document, ElementQuality, Kind, KindQuality, Listing, Problem,
        QualityReport, UnboundArgument, UnboundArguments,
    },
    docs::Unbound,
};

/// Elements, pages and problems that a report names at most; it counts the rest.
const WORST: usize = 50;
const NAMED: usize = 500;
/// Arguments named per page.
const NAMED_ARGUMENTS: usize = 20;

/// What one element adds to the report.
#[derive(Debug)]
pub struct Measured {
    kind: Kind,
    name: String,
    page: String,
    coverage: Coverage,
    unbound: Vec<UnboundArgument>,
}

/// Measures an element. `unbound` are the arguments that its page describes and its schema does not have.
pub fn measure(document: &Document, unbound: Vec<Unbound>) -> Measured {
    let mut coverage =
        Coverage { elements: 1, pages: u32::from(!document.page.is_empty()), ..Coverage::default() };
    count_block(&document.block, &mut coverage);
    Measured {
        kind: document.kind,
        name: document.name.clone(),
        page: document.page.clone(),
        coverage,
        unbound: unbound
            .into_iter()
            .map(|Unbound { section, name }| UnboundArgument { name, section })
            .collect(),
    }
}

/// Sums up a version. The result depends only on what is given, not on its order, except for `problems`.
pub fn report(
    mut elements: Vec<Measured>,
    mut unused_pages: Vec<String>,
    problems: Vec<Problem>,
) -> QualityReport {
    elements.sort_by(|a, b| (a.kind, &a.name).cmp(&(b.kind, &b.name)));
    unused_pages.sort();
    QualityReport {
        kinds: kinds(&elements),
        unused_pages: Listing::first(NAMED, unused_pages),
        worst: worst(&elements),
        unbound: unbound(elements),
        problems: Listing::first(NAMED, problems),
    }
}

fn kinds(elements: &[Measured]) -> Vec<KindQuality> {
    elements
        .chunk_by(|a, b| a.kind == b.kind)
        .map(|group| KindQuality {
            kind: group[0].kind,
            coverage: group.iter().fold(Coverage::default(), |sum, element| sum.plus(&element.coverage)),
        })
        .collect()
}

fn worst(elements: &[Measured]) -> Listing<ElementQuality> {
    let mut worst: Vec<&Measured> =
        elements.iter().filter(|element| element.coverage.undocumented() > 0).collect();
    // Stable: elements with as many stay in the order of their names.
    worst.sort_by_key(|element| std::cmp::Reverse(element.coverage.undocumented()));
    let total = u32::try_from(worst.len()).unwrap_or(u32::MAX);
    let items = worst
        .into_iter()
        .take(WORST)
        .map(|element| ElementQuality {
            kind: element.kind,
            name: element.name.clone(),
            page: element.page.clone(),
            arguments: element.coverage.arguments,
            undocumented: element.coverage.undocumented(),
        })
        .collect();
    Listing { total, items }
}

fn unbound(elements: Vec<Measured>) -> Listing<UnboundArguments> {
    let unbound = elements
        .into_iter()
        .filter(|element| !element.unbound.is_empty())
        .map(|element| UnboundArguments {
            kind: element.kind,
            name: element.name,
            page: element.page,
            arguments: Listing::first(NAMED_ARGUMENTS, element.unbound),
        })
        .collect();
    Listing::first(NAMED, unbound)
}

fn count_block(block: &Block, coverage: &mut Coverage) {
    block.attributes.values().for_each(|attribute| count_attribute(attribute, coverage));
    for nested in block.blocks.values() {
        count(&nested.docs, coverage);
        count_block(&nested.block, coverage);
    }
}

fn count_attribute(attribute: &Attribute, coverage: &mut Coverage) {
    if attribute.is_settable() {
        count(&attribute.docs, coverage);
    }
    let inner = attribute.nested.iter().flat_map(|nested| nested.attributes.values());
    inner.for_each(|attribute| count_attribute(attribute, coverage));
}

fn count(docs: &Docs, coverage: &mut Coverage) {
    coverage.arguments += 1;
    coverage.documented += u32::from(!docs.text.is_empty());
    coverage.defaults += u32::from(docs.default.is_some());
    coverage.allowed += u32::from(!docs.allowed.is_empty());
    coverage.references += u32::from(!docs.references.is_empty());
}

#[cfg(test)]
mod tests {
    use super::*;

    fn element(kind: Kind, name: &str, arguments: u32, documented: u32) -> Measured {
        let coverage = Coverage { elements: 1, arguments, documented, ..Coverage::default() };
        Measured { kind, name: name.into(), page: format!("{name}.md"), coverage, unbound: Vec::new() }
    }

    #[test]
    fn kinds_are_summed_up_and_the_worst_come_first() {
        let report = report(
            vec![
                element(Kind::DataSource, "a", 2, 1),
                element(Kind::Resource, "c", 5, 1),
                element(Kind::Resource, "b", 9, 5),
                element(Kind::Resource, "d", 3, 3),
            ],
            vec!["resources/z.md".into(), "resources/y.md".into()],
            Vec::new(),
        );
        let kinds: Vec<_> =
            report.kinds.iter().map(|k| (k.kind, k.coverage.elements, k.coverage.arguments)).collect();
        assert_eq!(kinds, [(Kind::Resource, 3, 17), (Kind::DataSource, 1, 2)]);
        assert_eq!((report.total().arguments, report.total().undocumented()), (19, 9));
        let worst: Vec<_> = report.worst.items.iter().map(|e| (e.name.as_str(), e.undocumented)).collect();
        assert_eq!(worst, [("b", 4), ("c", 4), ("a", 1)]);
        assert_eq!(report.unused_pages.items, ["resources/y.md", "resources/z.md"]);
    }

    #[test]
    fn long_lists_are_cut_and_counted() {
        let elements = (0..60).map(|i| element(Kind::Resource, &format!("e{i}"), 1, 0)).collect();
        let problems =
            (0..700).map(|i| Problem { item: i.to_string(), reason: "not UTF-8".into() }).collect();
        let report = report(elements, Vec::new(), problems);
        assert_eq!((report.worst.total, report.worst.items.len(), report.worst.left_out()), (60, 50, 10));
        assert_eq!((report.problems.total, report.problems.items.len()), (700, 500));
    }
}
