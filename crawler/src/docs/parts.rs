//! A page as a flat list of [`Part`]s: headings, paragraphs, lists, tables, code. `reader` makes them of HTML; they can be
//! written as markdown again.

/// One block of a page.
#[derive(Debug, Clone, PartialEq)]
pub enum Part {
    Heading {
        level: u8,
        text: Rich,
    },
    Paragraph(Rich),
    List(Vec<Vec<Part>>),
    /// Rows of cells, the header first.
    Table(Vec<Vec<Rich>>),
    Code {
        language: String,
        code: String,
    },
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

    pub(super) fn push(&mut self, style: Style, plain: &str, link: &str) {
        match self.spans.last_mut() {
            Some(last) if last.style == style && last.link == link && style == Style::Text => {
                last.plain.push_str(plain)
            }
            _ => self.spans.push(Span { style, plain: plain.into(), link: link.into() }),
        }
    }

    pub(super) fn text(&mut self, plain: &str) {
        self.push(Style::Text, plain, "");
    }

    /// Adds another text after this one.
    pub(super) fn append(&mut self, other: Rich) {
        for span in other.spans {
            self.push(span.style, &span.plain, &span.link);
        }
        self.anchors.extend(other.anchors);
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
            Part::Table(rows) => blocks.push(table(rows)),
            Part::Code { language, code } => blocks.push(format!("```{language}\n{}\n```", code.trim_end())),
            Part::Rule => {}
        }
    }
    blocks.retain(|block| !block.is_empty());
    blocks.join("\n\n")
}

fn table(rows: &[Vec<Rich>]) -> String {
    let cell = |cell: &Rich| {
        let text = cell.markdown().split_whitespace().collect::<Vec<_>>().join(" ");
        text.replace('|', "\\|")
    };
    let line = |row: &Vec<Rich>| format!("| {} |", row.iter().map(cell).collect::<Vec<_>>().join(" | "));
    let mut lines: Vec<String> = rows.iter().map(line).collect();
    if let Some(header) = rows.first() {
        lines.insert(1, format!("|{}", " --- |".repeat(header.len())));
    }
    lines.join("\n")
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
