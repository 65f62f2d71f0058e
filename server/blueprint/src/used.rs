//! Which arguments an element sets.

use std::collections::BTreeMap;

use hcl_edit::{
    expr::Expression,
    structure::{Block, Body},
};

use super::{
    document::{Document, Element},
    locate::{key_text, span},
};

/// The arguments and blocks that an element sets, by dotted path without indexes, each with the line of its first place,
/// from 1. Keys of object values count as arguments of a structural attribute.
pub fn used_arguments(document: &Document, element: &Element) -> BTreeMap<String, usize> {
    let mut used = Used { paths: BTreeMap::new() };
    if let Some(block) = document.block(element) {
        used.body(&block.body, "");
    }
    let file = document.file(&element.file);
    let line = |offset: usize| file.map_or(1, |f| f.lines.line(offset));
    used.paths.into_iter().map(|(path, offset)| (path, line(offset))).collect()
}

struct Used {
    paths: BTreeMap<String, usize>,
}

impl Used {
    fn add(&mut self, above: &str, name: &str, at: usize) -> String {
        let path = if above.is_empty() { name.to_owned() } else { format!("{above}.{name}") };
        self.paths.entry(path.clone()).or_insert(at);
        path
    }

    fn body(&mut self, body: &Body, above: &str) {
        for attribute in body.attributes() {
            let path = self.add(above, attribute.key.as_str(), span(&attribute.key).start);
            self.value(&attribute.value, &path);
        }
        for block in body.blocks() {
            self.block(block, above);
        }
    }

    /// A `dynamic` block stands for blocks of its label.
    fn block(&mut self, block: &Block, above: &str) {
        let at = span(&block.ident).start;
        match (block.ident.as_str(), block.labels.first()) {
            ("dynamic", Some(label)) => {
                let path = self.add(above, label.as_str(), at);
                for content in block.body.get_blocks("content") {
                    self.body(&content.body, &path);
                }
            }
            (name, _) => {
                let path = self.add(above, name, at);
                self.body(&block.body, &path);
            }
        }
    }

    fn value(&mut self, value: &Expression, path: &str) {
        match value {
            Expression::Object(object) => {
                for (key, value) in object.iter() {
                    let Some(name) = key_text(key) else { continue };
                    let path = self.add(path, name, span(value.expr()).start);
                    self.value(value.expr(), &path);
                }
            }
            Expression::Array(items) => items.iter().for_each(|item| self.value(item, path)),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Files;

    #[test]
    fn paths_have_their_first_line() {
        let mut files = Files::default();
        let text = "resource \"a_b\" \"c\" {\n  name = \"n\"\n  rule {\n    port = 1\n  }\n  rule {\n    port = 2\n  }\n  dynamic \"disk\" {\n    for_each = []\n    content {\n      size = 1\n    }\n  }\n  spec = [{ kind = \"x\" }]\n}\n";
        files.insert("main.tf", text).unwrap();
        let document = Document::parse(&files).unwrap();
        let used = used_arguments(&document, &document.elements()[0]);
        let expected = [
            ("disk", 9),
            ("disk.size", 12),
            ("name", 2),
            ("rule", 3),
            ("rule.port", 4),
            ("spec", 15),
            ("spec.kind", 15),
        ];
        let found: Vec<(&str, usize)> = used.iter().map(|(path, line)| (path.as_str(), *line)).collect();
        assert_eq!(found, expected);
    }
}
