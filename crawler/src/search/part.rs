//! What one document gives to search.

use std::collections::BTreeMap;

use pulldown_cmark::{Event, Parser, TagEnd};

use crate::catalog::{Attribute, Block, Docs, Document, Field, Kind, Type};

/// Bytes of one text that are kept for snippets and searched.
const MAX_TEXT: usize = 1500;
/// Arguments deeper than this are not listed; recursive schemas repeat themselves below.
const MAX_DEPTH: usize = 24;

/// An element with its arguments, in plain text.
#[derive(Debug)]
pub struct Part {
    pub(super) kind: Kind,
    pub(super) name: String,
    /// What its arguments refer to in examples, and in how many.
    pub(super) references: Vec<(Kind, String, u32)>,
    /// First sentence, then the rest.
    pub(super) text: String,
    pub(super) arguments: Vec<Argument>,
}

/// An argument, exported attribute or nested block.
#[derive(Debug)]
pub(super) struct Argument {
    pub name: String,
    /// Its parent's place in the element's list.
    pub parent: Option<usize>,
    pub text: String,
}

impl Part {
    /// Takes from a document what is searched. Block by block in preorder, so that a parent comes before its children.
    pub fn of(document: &Document) -> Part {
        let description = plain(&document.description);
        // Most introductions start with their own summary.
        let mut text =
            if description.contains(&document.summary) { String::new() } else { document.summary.clone() };
        append(&mut text, &description);
        append(&mut text, &document.subcategory);
        for example in &document.examples {
            append(&mut text, &example.title);
        }
        cut(&mut text);
        let mut arguments = Arguments::default();
        arguments.block(&document.block, None, 0);
        if let Some(function) = &document.function {
            for parameter in function.parameters.iter().chain(&function.variadic) {
                arguments.push(&parameter.name, None, plain(&parameter.description));
            }
        }
        Part {
            kind: document.kind,
            name: document.name.clone(),
            references: arguments.references,
            text,
            arguments: arguments.all,
        }
    }

    /// An element of which only the name and the summary are known.
    pub fn of_name(kind: Kind, name: &str, summary: &str) -> Part {
        Part {
            kind,
            name: name.to_owned(),
            references: Vec::new(),
            text: summary.to_owned(),
            arguments: Vec::new(),
        }
    }
}

#[derive(Default)]
struct Arguments {
    all: Vec<Argument>,
    references: Vec<(Kind, String, u32)>,
}

impl Arguments {
    fn push(&mut self, name: &str, parent: Option<usize>, text: String) -> usize {
        self.all.push(Argument { name: name.to_owned(), parent, text });
        self.all.len() - 1
    }

    fn documented(&mut self, name: &str, parent: Option<usize>, docs: &Docs) -> usize {
        self.references.extend(docs.references.iter().map(|r| (r.kind, r.target.clone(), r.count)));
        self.push(name, parent, described(docs))
    }

    fn block(&mut self, block: &Block, parent: Option<usize>, depth: usize) {
        self.attributes(&block.attributes, parent, depth);
        for (name, nested) in &block.blocks {
            let at = self.documented(name, parent, &nested.docs);
            if depth < MAX_DEPTH {
                self.block(&nested.block, Some(at), depth + 1);
            }
        }
    }

    fn attributes(&mut self, all: &BTreeMap<String, Attribute>, parent: Option<usize>, depth: usize) {
        for (name, attribute) in all {
            let at = self.documented(name, parent, &attribute.docs);
            if depth >= MAX_DEPTH {
                continue;
            }
            match &attribute.nested {
                Some(nested) => self.attributes(&nested.attributes, Some(at), depth + 1),
                None => self.object(&attribute.ty, &attribute.fields, at, depth + 1),
            }
        }
    }

    /// The attributes of an object type, through any lists, sets and maps around it.
    fn object(&mut self, ty: &Type, fields: &BTreeMap<String, Field>, parent: usize, depth: usize) {
        let mut ty = ty;
        while let Some(element) = ty.element() {
            ty = element;
        }
        let Type::Object(attributes) = ty else { return };
        for (name, attribute) in attributes {
            let field = fields.get(name);
            let at = self.push(name, Some(parent), field.map(|f| described(&f.docs)).unwrap_or_default());
            if depth < MAX_DEPTH {
                static NONE: BTreeMap<String, Field> = BTreeMap::new();
                self.object(&attribute.ty, field.map_or(&NONE, |f| &f.fields), at, depth + 1);
            }
        }
    }
}

/// The text, then the documented values where the text doesn't name them already.
fn described(docs: &Docs) -> String {
    let mut text = plain(&docs.text);
    for value in &docs.allowed {
        if !text.contains(value.as_str()) {
            append(&mut text, value);
        }
    }
    cut(&mut text);
    text
}

fn append(text: &mut String, more: &str) {
    if more.is_empty() || text.len() > MAX_TEXT || text.contains(more) {
        return;
    }
    if !text.is_empty() {
        text.push(' ');
    }
    text.push_str(more);
}

fn cut(text: &mut String) {
    text.truncate(text.floor_char_boundary(MAX_TEXT));
}

/// Markdown's text without its marks, on one line.
fn plain(markdown: &str) -> String {
    let end = markdown.floor_char_boundary(4 * MAX_TEXT);
    let mut text = String::new();
    for event in Parser::new(&markdown[..end]) {
        match event {
            Event::Text(piece) | Event::Code(piece) => {
                // The marks that registries make notes of.
                let piece = ["~> ", "-> ", "!> "]
                    .iter()
                    .find_map(|mark| piece.strip_prefix(*mark))
                    .unwrap_or(piece.as_ref());
                for (i, line) in piece.split(char::is_whitespace).enumerate() {
                    if i > 0 && !text.ends_with(' ') {
                        text.push(' ');
                    }
                    text.push_str(line);
                }
            }
            Event::SoftBreak
            | Event::HardBreak
            | Event::End(TagEnd::Paragraph | TagEnd::Item | TagEnd::Heading(_) | TagEnd::CodeBlock)
                if !text.ends_with(' ') =>
            {
                text.push(' ');
            }
            _ => {}
        }
        if text.len() > MAX_TEXT {
            break;
        }
    }
    text.truncate(text.trim_end().len());
    text
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn markdown_becomes_one_line() {
        let markdown = "The `size` of\n[a disk](https://example.com).\n\n* `ssd`\n* **hdd**\n\n~> **Note** no\n\n<!-- no -->";
        assert_eq!(plain(markdown), "The size of a disk. ssd hdd Note no");
    }
}
