//! A page's parts as a tree of [`Section`]s with the [`Item`]s that each lists. Nothing here knows the schema: what a
//! section could be about is kept as a [`Title`], which `bind` resolves.

use super::{
    introduction,
    item::{self, Item},
    parts::{Part, Rich},
    table,
    title::{self, Role, Title},
};

/// Where something stands in [`Outline::sections`].
pub type SectionId = usize;

/// A heading, the introduction of a block, or a list inside an item, with all that follows up to the next one.
#[derive(Debug)]
pub struct Section {
    pub parent: Option<SectionId>,
    /// The introduction before it that it may go on with: one that named a block and then, in a further paragraph, says
    /// when some of its arguments apply.
    pub continues: Option<SectionId>,
    /// The item whose list this is.
    pub owner: Option<ItemId>,
    /// 1–6: headings; [`INTRO`]: a paragraph; [`LIST`]: a list inside an item.
    pub level: u8,
    pub title: Title,
    /// The title's, else the parent's.
    pub role: Role,
    pub items: Vec<Item>,
    /// Everything else in it, in order.
    pub prose: Vec<Part>,
    /// Where on the page it starts, in the count of items.
    pub position: u32,
}

/// An item of a section.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ItemId {
    pub section: SectionId,
    pub item: usize,
}

/// The level of a section opened by a paragraph.
pub const INTRO: u8 = 7;
/// The level of a section made of an item's inner list.
pub const LIST: u8 = 8;

/// A page's sections in page order; the first one is the page itself.
#[derive(Debug)]
pub struct Outline {
    pub sections: Vec<Section>,
}

impl Outline {
    pub fn new(parts: Vec<Part>) -> Self {
        let mut builder = Builder {
            sections: vec![Section::new(None, 0, Title::default(), Role::Unknown)],
            open: vec![0],
            position: 0,
            in_note: false,
            in_term: false,
        };
        let mut parts = parts.into_iter().peekable();
        while let Some(part) = parts.next() {
            builder.add(part, parts.peek());
        }
        let mut outline = Outline { sections: builder.sections };
        outline.read_headings();
        outline
    }

    /// Adds what headings that are names say of them to the sections around: "### `size`", and a paragraph.
    fn read_headings(&mut self) {
        for id in 1..self.sections.len() {
            let section = &self.sections[id];
            let (Some(name), Some(parent)) = (section.title.sole_name(), section.parent) else { continue };
            let says = |part: &&Part| match part {
                Part::Paragraph(text) => !text.plain().trim_end().ends_with(':'),
                _ => true,
            };
            let text: Vec<Part> = section.prose.iter().filter(says).cloned().collect();
            let is_text = matches!(text.first(), Some(Part::Paragraph(_)));
            if section.level > 2 && section.level < INTRO && section.title.path.is_none() && is_text {
                let item = item::of_heading(name, &text, section.position);
                self.sections[parent].items.push(item);
            }
        }
    }

    pub fn item(&self, id: ItemId) -> &Item {
        &self.sections[id.section].items[id.item]
    }
}

impl Section {
    fn new(parent: Option<SectionId>, level: u8, title: Title, inherited: Role) -> Self {
        let role = title.role.unwrap_or(inherited);
        Section {
            parent,
            continues: None,
            owner: None,
            level,
            title,
            role,
            items: Vec::new(),
            prose: Vec::new(),
            position: 0,
        }
    }
}

struct Builder {
    sections: Vec<Section>,
    /// The sections that are open, outermost first.
    open: Vec<SectionId>,
    position: u32,
    /// The last part was a note that announces a list.
    in_note: bool,
    /// The last item was a paragraph, and those after it are about it.
    in_term: bool,
}

/// The marks of the registry's callouts, and the word.
fn is_note(plain: &str) -> bool {
    let text = plain.trim_start();
    ["~>", "->", "!>", "Note:", "NOTE:", "Note ", "NOTE ", "**Note"].iter().any(|mark| text.starts_with(mark))
}

impl Builder {
    fn add(&mut self, part: Part, next: Option<&Part>) {
        match part {
            Part::Heading { level, text } => self.open(level, title::of_heading(&text)),
            Part::Paragraph(text) => self.paragraph(text, next),
            Part::List(items) => self.list(items),
            Part::Table(rows) => match table::arguments(&rows) {
                Some(items) => self.list(items),
                None => self.code(Part::Table(rows)),
            },
            Part::Code { .. } => self.code(part),
            Part::Rule => {}
        }
    }

    fn open(&mut self, level: u8, title: Title) {
        self.in_term = false;
        let before = *self.open.last().expect("the page itself is never closed");
        let continues = (level == INTRO && self.current().level == INTRO)
            .then_some(before)
            .filter(|_| title.role.is_none() || self.current().items.is_empty());
        while self.open.len() > 1 && self.current().level >= level {
            self.open.pop();
        }
        let parent = self.open.last().copied();
        // A page's second-level headings are its chapters: each says anew what it is.
        let inherited = if level <= 2 { Role::Unknown } else { self.current().role };
        self.open.push(self.sections.len());
        self.sections.push(Section::new(parent, level, title, inherited));
        self.position += 1;
        let position = self.position;
        let section = self.current();
        section.position = position;
        section.continues = continues;
    }

    fn current(&mut self) -> &mut Section {
        let id = *self.open.last().expect("the page itself is never closed");
        &mut self.sections[id]
    }

    fn paragraph(&mut self, text: Rich, next: Option<&Part>) {
        let before_list = matches!(next, Some(Part::List(_) | Part::Table(_)));
        let plain = text.plain();
        let is_note = is_note(&plain);
        let introduces = !is_note && (before_list || plain.trim_end().ends_with(':'));
        if let Some(title) = introduces.then(|| introduction::read(&text)).flatten() {
            return self.open(INTRO, title);
        }
        let is_about_arguments = matches!(self.current().role, Role::Arguments | Role::Attributes);
        if is_about_arguments && !is_note && item::is_term(&text) {
            self.list(vec![vec![Part::Paragraph(text)]]);
            self.in_term = true;
            return;
        }
        let in_term = self.in_term;
        let section = self.current();
        match section.items.last_mut() {
            Some(item) if is_note || in_term => item.notes.push(Part::Paragraph(text)),
            _ => section.prose.push(Part::Paragraph(text)),
        }
        self.in_note = is_note && before_list && plain.trim_end().ends_with(':');
    }

    /// An example or a table after an item is about the item.
    fn code(&mut self, part: Part) {
        let section = self.current();
        match section.items.last_mut() {
            Some(item) => item.notes.push(part),
            None => section.prose.push(part),
        }
    }

    fn list(&mut self, items: Vec<Vec<Part>>) {
        self.in_term = false;
        let id = *self.open.last().expect("the page itself is never closed");
        if std::mem::take(&mut self.in_note)
            && let Some(item) = self.sections[id].items.last_mut()
        {
            return item.notes.push(Part::List(items));
        }
        self.fill(id, items);
    }

    fn fill(&mut self, section: SectionId, items: Vec<Vec<Part>>) {
        for parts in items {
            let Some(mut item) = item::read(&parts) else {
                // A bullet that only groups those below it: "For private certificates:".
                for part in parts {
                    if let Part::List(items) = part {
                        self.fill(section, items);
                    }
                }
                continue;
            };
            self.position += 1;
            item.position = self.position;
            let lists = item.lists();
            let owner = ItemId { section, item: self.sections[section].items.len() };
            let names = item.names.clone();
            self.sections[section].items.push(item);
            for list in lists {
                let inner = self.sections.len();
                let role = self.sections[section].role;
                self.sections.push(Section::new(Some(section), LIST, Title::of_list(&names), role));
                self.sections[inner].owner = Some(owner);
                self.sections[owner.section].items[owner.item].inner.push(inner);
                self.fill(inner, list);
            }
        }
    }
}
