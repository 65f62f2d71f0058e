//! Markdown → HTML → [`Part`]s. The HTML in between is what a documentation site shows, so that a page taken from a site
//! reads the same as one from a repository.

use pulldown_cmark::{Options, Parser};
use scraper::{ElementRef, Html, Node};

use super::{
    parts::{Part, Rich, Style},
    prepare, site,
};

/// Elements nested deeper are read as plain text: no author writes them, and reading recurses.
const MAX_DEPTH: usize = 32;
/// Bytes of a page that is still read; the longest known are half a megabyte.
const MAX_PAGE: usize = 16 << 20;

/// A page's markdown as the HTML that documentation sites show.
pub fn html_of(markdown: &str) -> String {
    let mut html = String::with_capacity(markdown.len() * 5 / 4);
    let text = prepare::nest_values(&prepare::part_blocks(markdown));
    pulldown_cmark::html::push_html(&mut html, Parser::new_ext(&text, Options::ENABLE_TABLES));
    html
}

/// Reads a page's markdown.
pub fn from_markdown(text: &str) -> Vec<Part> {
    if text.len() > MAX_PAGE {
        return Vec::new();
    }
    let Some(html) = prepare::bounded(&html_of(text)) else { return Vec::new() };
    read(Html::parse_fragment(&html).root_element())
}

/// Reads a page of a site: its main content, and what the site says of it. Of HTML that nests without end, nothing.
pub fn from_html(html: &str) -> (Vec<Part>, site::Head) {
    if html.len() > MAX_PAGE {
        return Default::default();
    }
    let Some(html) = prepare::bounded(html) else { return Default::default() };
    let page = Html::parse_document(&html);
    (read(site::main_content(&page)), site::head(&page))
}

fn read(root: ElementRef) -> Vec<Part> {
    let mut reader = Reader::default();
    reader.blocks(root, 0);
    reader.finish()
}

#[derive(Default)]
struct Reader {
    parts: Vec<Part>,
    /// Inline content that stands directly in a container.
    loose: Rich,
}

impl Reader {
    fn finish(mut self) -> Vec<Part> {
        self.flush();
        self.parts
    }

    fn flush(&mut self) {
        let text = std::mem::take(&mut self.loose);
        if !text.is_blank() {
            self.parts.push(Part::Paragraph(text));
        } else if !text.anchors.is_empty() {
            // An anchor on its own line names what follows.
            self.loose.anchors = text.anchors;
        }
    }

    fn blocks(&mut self, element: ElementRef, depth: usize) {
        for child in element.children() {
            match child.value() {
                Node::Text(text) => self.loose.text(text),
                Node::Element(_) => {
                    if let Some(child) = ElementRef::wrap(child) {
                        self.block(child, depth);
                    }
                }
                _ => {}
            }
        }
    }

    fn block(&mut self, element: ElementRef, depth: usize) {
        if site::is_chrome(element) {
            return;
        }
        if depth >= MAX_DEPTH {
            return self.loose.text(&element.text().collect::<String>());
        }
        let name = element.value().name();
        match name {
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => {
                self.flush();
                let text = self.rich(element);
                self.parts.push(Part::Heading { level: name.as_bytes()[1] - b'0', text: heading(text) });
            }
            "p" => {
                self.flush();
                let text = self.rich(element);
                if text.is_blank() {
                    self.loose.anchors = text.anchors;
                } else {
                    self.parts.push(Part::Paragraph(text));
                }
            }
            "ul" | "ol" => {
                self.flush();
                self.parts.push(list(element, depth));
            }
            "dl" => {
                self.flush();
                self.parts.push(definitions(element, depth));
            }
            "pre" => {
                self.flush();
                self.parts.push(code(element));
            }
            "hr" => {
                self.flush();
                self.parts.push(Part::Rule);
            }
            "div" | "section" | "main" | "article" | "blockquote" | "body" | "html" | "details"
            | "summary" | "dt" | "dd" | "center" | "header" | "figure" | "hgroup" => {
                self.flush();
                self.loose.anchor(element);
                self.blocks(element, depth + 1);
                self.flush();
            }
            "table" => {
                self.flush();
                self.table(element, depth);
            }
            "img" => {}
            _ => self.loose.element(element, Style::Text, "", 0),
        }
    }

    /// A heading's or paragraph's text, with the anchors that stand before it.
    fn rich(&mut self, element: ElementRef) -> Rich {
        let mut text = Rich { anchors: std::mem::take(&mut self.loose.anchors), ..Rich::default() };
        text.anchor(element);
        text.children(element, Style::Text, "", 0);
        text
    }

    /// Highlighters put code into tables, beside a column of line numbers.
    fn table(&mut self, table: ElementRef, depth: usize) {
        // Not those of tables inside.
        let rows = || {
            table.child_elements().flat_map(|child| match child.value().name() {
                "tr" => vec![child],
                _ => child.child_elements().filter(|row| row.value().name() == "tr").collect(),
            })
        };
        if table.descendent_elements().any(|element| element.value().name() == "pre") {
            for cell in rows().flat_map(cells).filter(|cell| !is_line_numbers(*cell)) {
                self.blocks(cell, depth + 1);
                self.flush();
            }
            return;
        }
        let text = |cell: ElementRef| {
            let mut text = Rich::default();
            text.children(cell, Style::Text, "", 0);
            text
        };
        let rows: Vec<Vec<Rich>> = rows().map(|row| cells(row).map(text).collect()).collect();
        self.parts.push(Part::Table(rows));
    }
}

/// A site's permalink is no part of a heading, nor does a heading's text lead anywhere.
fn heading(mut text: Rich) -> Rich {
    text.spans.retain(|span| span.link.is_empty() || span.plain.chars().any(char::is_alphanumeric));
    text.spans.iter_mut().for_each(|span| span.link.clear());
    text
}

fn list(element: ElementRef, depth: usize) -> Part {
    let items = element
        .child_elements()
        .filter(|child| child.value().name() == "li")
        .map(|item| {
            let mut reader = Reader::default();
            reader.blocks(item, depth + 1);
            reader.finish()
        })
        .collect();
    Part::List(items)
}

/// Terms and what is said of them become bullets: the terms, a dash, the text.
fn definitions(element: ElementRef, depth: usize) -> Part {
    let mut items: Vec<Vec<Part>> = Vec::new();
    let mut terms = Rich::default();
    // The pairs may be grouped in `div`s.
    let groups = element.child_elements().flat_map(|child| match child.value().name() {
        "div" => child.child_elements().collect(),
        _ => vec![child],
    });
    for child in groups {
        match child.value().name() {
            "dt" => {
                if !terms.is_blank() {
                    terms.text(", ");
                }
                let mut term = Rich::default();
                term.anchor(child);
                term.children(child, Style::Text, "", 0);
                terms.append(heading(term));
            }
            "dd" => {
                let mut reader = Reader::default();
                reader.blocks(child, depth + 1);
                let mut body = reader.finish();
                let mut first = std::mem::take(&mut terms);
                first.text(" - ");
                if let Some(Part::Paragraph(text)) = body.first_mut() {
                    first.append(std::mem::take(text));
                    body.remove(0);
                }
                body.insert(0, Part::Paragraph(first));
                items.push(body);
            }
            _ => {}
        }
    }
    Part::List(items)
}

fn cells(row: ElementRef<'_>) -> impl Iterator<Item = ElementRef<'_>> {
    row.child_elements().filter(|cell| matches!(cell.value().name(), "td" | "th"))
}

fn is_line_numbers(cell: ElementRef) -> bool {
    cell.text().all(|text| text.chars().all(|c| c.is_ascii_digit() || c.is_whitespace()))
}

fn code(element: ElementRef) -> Part {
    let mut code = String::new();
    lines(element, &mut code, 0);
    Part::Code { language: site::language(element), code }
}

/// The text of a code block: highlighters put each line into an element of its own, some with its number.
fn lines(element: ElementRef, code: &mut String, depth: usize) {
    for child in element.children() {
        if let Node::Text(text) = child.value() {
            code.push_str(text);
        } else if let Some(child) = ElementRef::wrap(child) {
            if child.value().name() == "br" {
                code.push('\n');
            } else if depth < MAX_DEPTH && !site::is_line_number(child) && !site::is_chrome(child) {
                lines(child, code, depth + 1);
            }
        }
    }
}

impl Rich {
    fn anchor(&mut self, element: ElementRef) {
        for attribute in ["id", "name"] {
            let anchor = element.value().attr(attribute).filter(|anchor| !anchor.is_empty());
            // Some sites prefix the ids of what users wrote, and resolve links without the prefix.
            self.anchors.extend(anchor.map(|a| a.strip_prefix("user-content-").unwrap_or(a).to_owned()));
        }
    }

    fn children(&mut self, element: ElementRef, style: Style, link: &str, depth: usize) {
        for child in element.children() {
            match child.value() {
                Node::Text(text) => self.push(style, text, link),
                Node::Element(_) => {
                    if let Some(child) = ElementRef::wrap(child) {
                        self.element(child, style, link, depth);
                    }
                }
                _ => {}
            }
        }
    }

    fn element(&mut self, element: ElementRef, style: Style, link: &str, depth: usize) {
        self.anchor(element);
        if site::is_chrome(element) {
            return;
        }
        let href = element.value().attr("href").unwrap_or(link);
        if depth >= MAX_DEPTH {
            return self.push(style, &element.text().collect::<String>(), href);
        }
        match element.value().name() {
            "br" => self.push(style, "\n", link),
            "img" => {}
            // Code inside strong is code: the name of an argument.
            "code" | "tt" => self.push(Style::Code, &element.text().collect::<String>(), link),
            "strong" | "b" => self.children(element, Style::Strong, link, depth + 1),
            "em" | "i" if style == Style::Text => self.children(element, Style::Emphasis, link, depth + 1),
            "a" => self.children(element, style, href, depth + 1),
            _ => self.children(element, style, link, depth + 1),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::docs::parts::render;

    fn round_trip(markdown: &str) -> String {
        render(&from_markdown(markdown))
    }

    #[test]
    fn markup_survives() {
        for text in [
            "# Title",
            "Text with `code`, **strong**, *stress* and [a `link`](#there).",
            "* one\n* two\n\n  with more\n\n  * and inner",
            "```hcl\na = 1\n```",
            "| Name | Text |\n| --- | --- |\n| `a` | b \\| c |",
        ] {
            assert_eq!(round_trip(text), text);
        }
    }

    #[test]
    fn comments_and_scripts_are_dropped() {
        assert_eq!(round_trip("<!-- hidden\n* `x` -->\n\n<script>alert(1)</script>\n\nShown"), "Shown");
    }

    #[test]
    fn headings_after_html_are_headings() {
        let parts = from_markdown("<div>\n</div>\n## Example\n");
        assert!(matches!(&parts[..], [Part::Heading { level: 2, .. }]), "{parts:?}");
    }

    #[test]
    fn dashes_after_text_are_a_rule() {
        let parts = from_markdown("* `x` - text\ngoes on\n---\n\n* `y`");
        assert!(matches!(&parts[..], [Part::List(_), Part::Rule, Part::List(_)]), "{parts:?}");
    }

    #[test]
    fn anchors_stand_with_what_they_name() {
        for text in [
            "<a id=\"x\"></a>\n### Nested",
            "<a name=\"x\"></a>The `x` block supports:",
            "<a id=\"x\"></a>\n\nText",
        ] {
            let parts = from_markdown(text);
            let ([Part::Heading { text, .. }] | [Part::Paragraph(text)]) = &parts[..] else {
                panic!("{parts:?}")
            };
            assert_eq!(text.anchors, ["x"]);
        }
    }

    #[test]
    fn nesting_has_a_limit() {
        let nested = |tag: &str, depth: usize| {
            format!("{}deep{}", format!("<{tag}>").repeat(depth), format!("</{tag}>").repeat(depth))
        };
        for tag in ["div", "span"] {
            assert_eq!(render(&from_html(&nested(tag, 500)).0), "deep");
            assert_eq!(from_html(&nested(tag, 100_000)).0, []);
        }
        assert!(from_markdown(&"> * ".repeat(5_000)).len() < 10);
    }
}
