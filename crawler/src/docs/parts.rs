//! Markdown → HTML → a flat list of [`Part`]s: headings, paragraphs, lists, code. The HTML in between is what a
//! documentation site shows, so that a page taken from a site reads the same as one from a repository.

use pulldown_cmark::{Options, Parser};
use scraper::{ElementRef, Html, Node, Selector};

use super::prepare;

/// Elements nested deeper are read as plain text: no author writes them, and reading recurses.
const MAX_DEPTH: usize = 32;

/// One block of a page.
#[derive(Debug, Clone, PartialEq)]
pub enum Part {
    Heading { level: u8, text: Rich },
    Paragraph(Rich),
    List(Vec<Vec<Part>>),
    Code { language: String, code: String },
    Rule,
}

/// Text with its inline markup.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Rich {
    pub spans: Vec<Span>,
    /// The ids and names of anchors in it.
    pub anchors: Vec<String>,
}

/// A run of text of one style.
#[derive(Debug, Clone, PartialEq)]
pub struct Span {
    pub style: Style,
    pub plain: String,
    /// Where it links to; empty: nowhere.
    pub link: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    Text,
    Code,
    Strong,
    Emphasis,
}

impl Rich {
    /// The text without markup.
    pub fn plain(&self) -> String {
        self.spans.iter().map(|span| span.plain.as_str()).collect()
    }

    pub fn markdown(&self) -> String {
        markdown(&self.spans)
    }

    pub fn is_blank(&self) -> bool {
        self.spans.iter().all(|span| span.plain.trim().is_empty())
    }

    /// Targets of its links inside the page, without the `#`.
    pub fn local_links(&self) -> impl Iterator<Item = &str> {
        self.spans.iter().filter_map(|span| span.link.strip_prefix('#'))
    }
}

/// The spans as markdown.
pub fn markdown(spans: &[Span]) -> String {
    spans
        .chunk_by(|a, b| a.link == b.link)
        .map(|run| {
            let text: String = run.iter().map(Span::markdown).collect();
            if run[0].link.is_empty() { text } else { format!("[{text}]({})", run[0].link) }
        })
        .collect()
}

impl Span {
    fn markdown(&self) -> String {
        match self.style {
            Style::Text => self.plain.replace('<', "\\<"),
            // A code span that holds a back-tick is fenced by two.
            Style::Code if self.plain.contains('`') => format!("`` {} ``", self.plain),
            Style::Code => format!("`{}`", self.plain),
            Style::Strong => format!("**{}**", self.plain),
            Style::Emphasis => format!("*{}*", self.plain),
        }
    }
}

/// The parts as markdown, a blank line between them.
pub fn render(parts: &[Part]) -> String {
    let mut blocks = Vec::new();
    for part in parts {
        match part {
            Part::Heading { level, text } => {
                blocks.push(format!("{} {}", "#".repeat(usize::from(*level)), text.markdown().trim()));
            }
            Part::Paragraph(text) => blocks.push(text.markdown().trim().to_owned()),
            Part::List(items) => blocks.push(
                items
                    .iter()
                    .map(|item| format!("* {}", indent(&render(item))))
                    .collect::<Vec<_>>()
                    .join("\n"),
            ),
            Part::Code { language, code } => blocks.push(format!("```{language}\n{}\n```", code.trim_end())),
            Part::Rule => {}
        }
    }
    blocks.retain(|block| !block.is_empty());
    blocks.join("\n\n")
}

/// Two spaces before every line but the first and the blank ones.
fn indent(text: &str) -> String {
    let mut lines = text.lines();
    let mut indented = lines.next().unwrap_or_default().to_owned();
    for line in lines {
        indented.push_str(if line.is_empty() { "\n" } else { "\n  " });
        indented.push_str(line);
    }
    indented
}

/// Reads a page's markdown.
pub fn from_markdown(text: &str) -> Vec<Part> {
    let mut html = String::with_capacity(text.len() * 5 / 4);
    let text = prepare::part_blocks(text);
    pulldown_cmark::html::push_html(&mut html, Parser::new_ext(&text, Options::ENABLE_TABLES));
    from_html(&html)
}

/// Reads a page's HTML; where it marks its main content, only that. Of HTML that nests without end, nothing is read.
pub fn from_html(html: &str) -> Vec<Part> {
    if prepare::nests_too_deep(html) {
        return Vec::new();
    }
    let page = Html::parse_fragment(html);
    let main = Selector::parse("main, article").expect("a valid selector");
    let root = page.select(&main).next().unwrap_or_else(|| page.root_element());
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
        let name = element.value().name();
        if depth >= MAX_DEPTH {
            return self.loose.text(&element.text().collect::<String>());
        }
        match name {
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => {
                self.flush();
                let text = self.rich(element);
                self.parts.push(Part::Heading { level: name.as_bytes()[1] - b'0', text });
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
            "pre" => {
                self.flush();
                self.parts.push(code(element));
            }
            "hr" => {
                self.flush();
                self.parts.push(Part::Rule);
            }
            "div" | "section" | "main" | "article" | "blockquote" | "body" | "html" | "details"
            | "summary" | "dl" | "dt" | "dd" | "center" => {
                self.flush();
                self.blocks(element, depth + 1);
                self.flush();
            }
            "table" => {
                self.flush();
                self.table(element);
            }
            "script" | "style" | "head" | "img" | "nav" => {}
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

    /// A row becomes a line: cells joined by a bar.
    fn table(&mut self, table: ElementRef) {
        let (row, cell) = (Selector::parse("tr"), Selector::parse("th, td"));
        let (row, cell) = (row.expect("a valid selector"), cell.expect("a valid selector"));
        let items = table
            .select(&row)
            .map(|row| {
                let mut text = Rich::default();
                for (i, cell) in row.select(&cell).enumerate() {
                    if i > 0 {
                        text.text(" | ");
                    }
                    text.children(cell, Style::Text, "", 0);
                }
                vec![Part::Paragraph(text)]
            })
            .collect();
        self.parts.push(Part::List(items));
    }
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

fn code(element: ElementRef) -> Part {
    let language = element
        .child_elements()
        .find_map(|code| {
            code.value().attr("class").and_then(|c| c.strip_prefix("language-")).map(str::to_owned)
        })
        .unwrap_or_default();
    Part::Code { language, code: element.text().collect() }
}

impl Rich {
    fn push(&mut self, style: Style, plain: &str, link: &str) {
        match self.spans.last_mut() {
            Some(last) if last.style == style && last.link == link && style == Style::Text => {
                last.plain.push_str(plain)
            }
            _ => self.spans.push(Span { style, plain: plain.into(), link: link.into() }),
        }
    }

    fn text(&mut self, plain: &str) {
        self.push(Style::Text, plain, "");
    }

    fn anchor(&mut self, element: ElementRef) {
        for attribute in ["id", "name"] {
            self.anchors.extend(element.value().attr(attribute).map(str::to_owned));
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
        let href = element.value().attr("href").unwrap_or(link);
        if depth >= MAX_DEPTH {
            return self.push(style, &element.text().collect::<String>(), href);
        }
        match element.value().name() {
            "br" => self.push(style, "\n", link),
            "script" | "style" | "img" => {}
            // Code inside strong is code: the name of an argument.
            "code" => self.push(Style::Code, &element.text().collect::<String>(), link),
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
            assert_eq!(render(&from_html(&nested(tag, 500))), "deep");
            assert_eq!(from_html(&nested(tag, 100_000)), []);
        }
        assert!(from_markdown(&"> * ".repeat(5_000)).len() < 10);
    }
}
