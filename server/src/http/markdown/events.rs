//! Markdown's events on their way to HTML: callouts get a frame, code gets colours, pictures become links, links become
//! absolute.

use pulldown_cmark::{BlockQuoteKind, CodeBlockKind, CowStr, Event, LinkType, Tag, TagEnd};

use super::links::Links;
use crate::http::hcl;

/// Elements inside each other; what is deeper stands in the last one.
const MAX_DEPTH: usize = 48;
/// Raw HTML tags of one text; those beyond are shown as text.
const MAX_TAGS: usize = 1500;

pub(super) fn rewrite<'a>(events: Vec<Event<'a>>, links: &Links) -> Vec<Event<'a>> {
    let mut rewriter = Rewriter { links, open: Vec::new(), tags: 0, out: Vec::with_capacity(events.len()) };
    let mut events = events.into_iter().peekable();
    while let Some(event) = events.next() {
        match event {
            Event::Start(Tag::Paragraph) => {
                let next = events.next();
                let after = events.peek();
                rewriter.paragraph(next, after);
            }
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(language))) if is_hcl(&language) => {
                let mut code = String::new();
                for inner in events.by_ref() {
                    match inner {
                        Event::Text(text) => code.push_str(&text),
                        Event::End(TagEnd::CodeBlock) => break,
                        _ => {}
                    }
                }
                rewriter.html(format!("<pre><code>{}</code></pre>", hcl::html(&code)));
            }
            event => rewriter.event(event),
        }
    }
    rewriter.out
}

fn is_hcl(language: &str) -> bool {
    let word = language.split([' ', ',', '{']).next().unwrap_or_default();
    ["hcl", "terraform", "tf"].iter().any(|known| word.eq_ignore_ascii_case(known))
}

struct Rewriter<'a, 'l> {
    links: &'l Links<'l>,
    /// What ends each element that is open; nothing for one that was left out.
    open: Vec<Option<Event<'a>>>,
    tags: usize,
    out: Vec<Event<'a>>,
}

impl<'a> Rewriter<'a, '_> {
    fn html(&mut self, html: impl Into<CowStr<'a>>) {
        self.out.push(Event::Html(html.into()));
    }

    fn event(&mut self, event: Event<'a>) {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(_) => self.out.extend(self.open.pop().flatten()),
            Event::Html(raw) | Event::InlineHtml(raw) => {
                self.tags += raw.bytes().filter(|b| *b == b'<').count();
                let shown = self.tags <= MAX_TAGS;
                self.out.push(if shown { Event::Html(raw) } else { Event::Text(raw) });
            }
            other => self.out.push(other),
        }
    }

    fn start(&mut self, tag: Tag<'a>) {
        if self.open.len() >= MAX_DEPTH {
            self.open.push(None);
            return;
        }
        match tag {
            Tag::Link { dest_url, title, .. } | Tag::Image { dest_url, title, .. } => {
                self.link(&dest_url, title)
            }
            Tag::BlockQuote(Some(kind)) => self.framed(github(kind), Event::Html("</div>".into()), ""),
            Tag::HtmlBlock => self.open.push(None),
            tag => {
                self.open.push(Some(Event::End(tag.to_end())));
                self.out.push(Event::Start(tag));
            }
        }
    }

    /// A picture is a link to it: nothing is fetched from elsewhere because somebody reads a page.
    fn link(&mut self, target: &str, title: CowStr<'a>) {
        let Some(address) = self.links.resolve(target) else {
            self.open.push(None);
            return;
        };
        let link = Tag::Link { link_type: LinkType::Inline, dest_url: address.into(), title, id: "".into() };
        self.open.push(Some(Event::End(TagEnd::Link)));
        self.out.push(Event::Start(link));
    }

    fn framed(&mut self, class: &'static str, end: Event<'a>, inner: &'static str) {
        self.open.push(Some(end));
        self.html(format!("<div class=\"callout {class}\">{inner}"));
    }

    /// A paragraph, or a callout where it begins with the mark of one: `~>`, `->`, `!>`, **Note:**.
    fn paragraph(&mut self, first: Option<Event<'a>>, second: Option<&Event<'a>>) {
        let (class, first) = match first {
            Some(Event::Text(text)) => match marked(&text) {
                Some((class, rest)) => (Some(class), Some(Event::Text(rest.to_owned().into()))),
                None => (None, Some(Event::Text(text))),
            },
            Some(Event::Start(Tag::Strong)) => match second {
                Some(Event::Text(word)) => (spoken(word), Some(Event::Start(Tag::Strong))),
                _ => (None, Some(Event::Start(Tag::Strong))),
            },
            other => (None, other),
        };
        match class.filter(|_| self.open.len() < MAX_DEPTH) {
            Some(class) => self.framed(class, Event::Html("</p></div>\n".into()), "<p>"),
            None => self.start(Tag::Paragraph),
        }
        if let Some(first) = first {
            self.event(first);
        }
    }
}

/// The marks of Terraform's documentation.
fn marked(text: &str) -> Option<(&'static str, &str)> {
    let marks = [("~>", "warn"), ("->", "info"), ("!>", "bad")];
    marks.into_iter().find_map(|(mark, class)| {
        let rest = text.strip_prefix(mark)?;
        (rest.is_empty() || rest.starts_with(' ')).then(|| (class, rest.trim_start()))
    })
}

/// A paragraph that says in bold what it is.
fn spoken(word: &str) -> Option<&'static str> {
    let word = word.trim().trim_end_matches([':', '!', '.']).to_ascii_lowercase();
    match word.as_str() {
        "note" | "notes" | "tip" | "hint" | "info" => Some("info"),
        "important" | "warning" | "caution" | "attention" => Some("warn"),
        "danger" => Some("bad"),
        _ => None,
    }
}

fn github(kind: BlockQuoteKind) -> &'static str {
    match kind {
        BlockQuoteKind::Note | BlockQuoteKind::Tip => "info",
        BlockQuoteKind::Important | BlockQuoteKind::Warning => "warn",
        BlockQuoteKind::Caution => "bad",
    }
}
