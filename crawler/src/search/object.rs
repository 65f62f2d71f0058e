//! Reads a version's search object in place.

use std::ops::Range;

use bytes::Bytes;

use super::{
    Dictionary, FORMAT, MAGIC, SECTIONS, Section,
    bytes::{part, u32_at},
};

/// No block unpacks to more: what claims to is a lie.
const MAX_BLOCK: usize = 64 << 10;

/// A version's search object. Cheap to clone, and as large in memory as in storage.
#[derive(Debug, Clone, Default)]
pub struct SearchObject {
    sections: [Bytes; SECTIONS],
}

/// Texts that were just unpacked: those of neighbours are in the same block.
#[derive(Debug, Default)]
pub struct Unpacked {
    block: Option<usize>,
    start: usize,
    bytes: Vec<u8>,
}

impl SearchObject {
    /// Takes the object as it was stored. Fails with a reason when it is none, or of another format.
    pub fn open(bytes: &Bytes) -> Result<SearchObject, String> {
        if !bytes.starts_with(MAGIC) {
            return Err("not a search object".into());
        }
        let format = u32_at(bytes, 1);
        if format != FORMAT {
            return Err(format!("a search object of format {format}; this program reads {FORMAT}"));
        }
        let mut sections: [Bytes; SECTIONS] = Default::default();
        for (i, section) in sections.iter_mut().enumerate() {
            let start = u32_at(bytes, 2 + 2 * i) as usize;
            let end = start.saturating_add(u32_at(bytes, 3 + 2 * i) as usize);
            if start > end || end > bytes.len() {
                return Err("a search object that is cut short".into());
            }
            *section = bytes.slice(start..end);
        }
        Ok(SearchObject { sections })
    }

    fn section(&self, section: Section) -> &[u8] {
        &self.sections[section as usize]
    }

    /// Bytes in memory.
    pub fn size(&self) -> usize {
        self.sections.iter().map(Bytes::len).sum()
    }

    /// How many elements there are.
    pub fn elements(&self) -> usize {
        (self.section(Section::Elements).len() / 8).saturating_sub(1)
    }

    /// How many arguments of all elements there are.
    pub fn arguments(&self) -> usize {
        self.section(Section::Arguments).len() / 8
    }

    /// The arguments of an element.
    pub fn arguments_of(&self, element: usize) -> Range<usize> {
        let elements = self.section(Section::Elements);
        let end = (u32_at(elements, 2 * element + 2) as usize).min(self.arguments());
        (u32_at(elements, 2 * element) as usize).min(end)..end
    }

    /// In how many examples something refers to an element.
    pub fn popularity(&self, element: usize) -> u32 {
        u32_at(self.section(Section::Elements), 2 * element + 1)
    }

    /// The number of an argument's name among the distinct names.
    pub fn name_of(&self, argument: usize) -> usize {
        u32_at(self.section(Section::Arguments), 2 * argument) as usize
    }

    /// The block that an argument is in.
    pub fn parent_of(&self, argument: usize) -> Option<usize> {
        let parent = (u32_at(self.section(Section::Arguments), 2 * argument + 1) as usize).checked_sub(1)?;
        // A parent comes first; one that doesn't would lead in a circle.
        (parent < argument).then_some(parent)
    }

    /// How many distinct argument names there are.
    pub fn names(&self) -> usize {
        let names = self.section(Section::Names);
        (u32_at(names, 0) as usize).min(names.len() / 4)
    }

    /// One of the distinct argument names.
    pub fn name(&self, number: usize) -> &str {
        let names = self.section(Section::Names);
        let texts = names.get(4 + 4 * self.names()..).unwrap_or_default();
        let start = if number == 0 { 0 } else { u32_at(names, number) };
        let text = part(texts, start as usize, u32_at(names, number + 1) as usize);
        std::str::from_utf8(text).unwrap_or_default()
    }

    /// An argument's names from the top, joined by dots.
    pub fn path(&self, argument: usize) -> String {
        let up = std::iter::successors(Some(argument), |at| self.parent_of(*at));
        let mut names: Vec<&str> = up.map(|at| self.name(self.name_of(at))).collect();
        names.reverse();
        names.join(".")
    }

    /// Words of element names, and each two neighbours as one word; the postings are elements.
    pub fn element_names(&self) -> Dictionary<'_> {
        Dictionary::new(self.section(Section::ElementNames))
    }

    /// The same of argument names; the postings are distinct names.
    pub fn argument_names(&self) -> Dictionary<'_> {
        Dictionary::new(self.section(Section::ArgumentNames))
    }

    /// Words of texts; a posting is twice a unit, plus one where the word is in the first sentence. Units are the
    /// elements, then the arguments.
    pub fn texts(&self) -> Dictionary<'_> {
        Dictionary::new(self.section(Section::Texts))
    }

    /// The plain text of a unit: its first sentence, then the rest.
    pub fn text(&self, unit: usize, unpacked: &mut Unpacked) -> String {
        let ends = self.section(Section::TextEnds);
        let start = if unit == 0 { 0 } else { u32_at(ends, unit - 1) as usize };
        let end = u32_at(ends, unit) as usize;
        if start >= end {
            return String::new();
        }
        self.unpack(start, unpacked);
        let from = start.saturating_sub(unpacked.start);
        let text = part(&unpacked.bytes, from, from.saturating_add(end - start));
        String::from_utf8_lossy(text).into_owned()
    }

    /// Unpacks the block that holds the text byte at `at`.
    fn unpack(&self, at: usize, unpacked: &mut Unpacked) {
        let bytes = self.section(Section::Blocks);
        let count = (u32_at(bytes, 0) as usize).min(bytes.len() / 8);
        let text_end = |block: usize| u32_at(bytes, 1 + 2 * block) as usize;
        let packed_end = |block: usize| u32_at(bytes, 2 + 2 * block) as usize;
        let (mut low, mut high) = (0, count);
        while low < high {
            let middle = low.midpoint(high);
            if text_end(middle) <= at { low = middle + 1 } else { high = middle }
        }
        if unpacked.block == Some(low) {
            return;
        }
        let previous = |end: &dyn Fn(usize) -> usize| if low == 0 { 0 } else { end(low - 1) };
        let blocks = bytes.get(4 + 8 * count..).unwrap_or_default();
        let packed = part(blocks, previous(&packed_end), packed_end(low));
        *unpacked = Unpacked {
            block: Some(low),
            start: previous(&text_end),
            bytes: zstd::bulk::decompress(packed, MAX_BLOCK).unwrap_or_default(),
        };
    }
}
