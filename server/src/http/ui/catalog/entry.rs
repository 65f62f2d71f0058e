//! One entry of an element's page, to stand beside what it is about.

use askama::Template;
use askama_web::WebTemplate;
use cloudoven_crawler::catalog::{Block, Document};

use super::{
    argument_url,
    arguments::{Argument, Need},
    document::in_scope,
    element_url,
    levels::Level,
};
use crate::{
    catalog::Loaded,
    http::{markdown, ui::layout::Chip},
};

/// What is known of one argument, block or element.
#[derive(Template, WebTemplate)]
#[template(path = "catalog/_entry.html")]
pub struct Entry {
    argument: Argument,
    /// Where the catalog has it.
    page: Option<String>,
}

impl Entry {
    /// Of the argument or block at a path of names joined by dots; `None` when the element has no such.
    pub fn of_argument(loaded: &Loaded, document: &Document, path: &str) -> Option<Entry> {
        let page = element_url(&document.provider, &document.version, document.kind, &document.name);
        let node = Level::from(&document.block).find(path)?;
        let argument = in_scope(loaded, document, &page, |scope| Argument::documented(path, node, scope));
        Some(Entry { argument, page: Some(argument_url(&page, path)) })
    }

    /// Of the whole element.
    pub fn of_element(loaded: &Loaded, document: &Document) -> Entry {
        let page = element_url(&document.provider, &document.version, document.kind, &document.name);
        let said = [&document.description, &document.summary];
        let text = said.into_iter().find(|text| !text.is_empty()).map_or("", String::as_str);
        let text = in_scope(loaded, document, &page, |scope| markdown::render_linked(text, scope.links));
        let deprecated = document.deprecated.then(|| Chip::new("update", "deprecated"));
        let chips = deprecated.into_iter().collect();
        Entry { argument: Argument { chips, text, ..Argument::named(&document.name) }, page: Some(page) }
    }

    /// Of an argument or block that is Terraform's own.
    pub fn of_own(own: &Block, path: &str) -> Option<Entry> {
        let node = Level::from(own).find(path)?;
        let text = node.docs().map(|docs| markdown::render(&docs.text)).unwrap_or_default();
        Some(Entry { argument: Argument { text, ..Argument::of(path, node) }, page: None })
    }

    /// Of what no catalog has: a name, and perhaps something to say of it in markdown.
    pub fn of_name(name: &str, text: &str) -> Entry {
        Entry { argument: Argument { text: markdown::render(text), ..Argument::named(name) }, page: None }
    }

    fn has_facts(&self) -> bool {
        !self.argument.facts.is_empty() || self.argument.full_type.is_some()
    }

    fn is_silent(&self) -> bool {
        self.argument.text.is_empty() && self.argument.facts.is_empty()
    }
}
