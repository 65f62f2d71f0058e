//! Writes a version's search object.

use std::collections::BTreeMap;

use bytes::Bytes;

use crate::catalog::Kind;

use super::{FORMAT, MAGIC, Part, SECTIONS, Section, bytes::push_u32, dictionary::DictionaryBuilder, words};

/// Bytes of text in one compressed block: small, because a snippet unpacks a whole one.
const BLOCK: usize = 8 << 10;
const LEVEL: i32 = 6;

/// Makes the object of a version from all its documents, in any order. The same documents give the same bytes.
pub fn build(mut parts: Vec<Part>) -> Bytes {
    parts.sort_by(|a, b| (a.kind, &a.name).cmp(&(b.kind, &b.name)));
    let names: BTreeMap<&str, u32> = distinct_names(&parts);
    let popularity = popularity(&parts);
    let mut writer = Writer { units: parts.len(), ..Writer::default() };
    for (i, part) in parts.iter().enumerate() {
        let popularity = popularity.get(&(part.kind, part.name.as_str())).copied().unwrap_or(0);
        writer.element(i, part, popularity);
    }
    for part in &parts {
        writer.arguments(part, &names);
    }
    for (name, number) in &names {
        name_words(name, |word| writer.argument_names.add(word, *number));
        push_u32(&mut writer.name_ends, writer.name_texts.len() + name.len());
        writer.name_texts.extend(name.as_bytes());
    }
    writer.finish()
}

/// In how many examples each element is referred to.
fn popularity(parts: &[Part]) -> BTreeMap<(Kind, &str), u32> {
    let mut sums = BTreeMap::new();
    for (kind, target, count) in parts.iter().flat_map(|part| &part.references) {
        let sum: &mut u32 = sums.entry((*kind, target.as_str())).or_default();
        *sum = sum.saturating_add(*count);
    }
    sums
}

fn distinct_names(parts: &[Part]) -> BTreeMap<&str, u32> {
    let all = parts.iter().flat_map(|part| &part.arguments).map(|a| (a.name.as_str(), 0));
    let mut names: BTreeMap<&str, u32> = all.collect();
    for (i, number) in names.values_mut().enumerate() {
        *number = u32::try_from(i).unwrap_or(u32::MAX);
    }
    names
}

/// The words of a name, and each two neighbours as one: `resource_group` is found as `resourcegroup`.
fn name_words(name: &str, mut each: impl FnMut(&str)) {
    let mut before = String::new();
    for word in words::of(name) {
        if !before.is_empty() {
            each(&format!("{before}{word}"));
        }
        each(&word);
        before = word;
    }
}

#[derive(Default)]
struct Writer {
    /// Elements, then the arguments so far.
    units: usize,
    argument_count: usize,
    elements: Vec<u8>,
    arguments: Vec<u8>,
    name_ends: Vec<u8>,
    name_texts: Vec<u8>,
    element_names: DictionaryBuilder,
    argument_names: DictionaryBuilder,
    texts: DictionaryBuilder,
    text_ends: Vec<u8>,
    text: TextBlocks,
}

impl Writer {
    fn element(&mut self, i: usize, part: &Part, popularity: u32) {
        let number = u32::try_from(i).unwrap_or(u32::MAX);
        push_u32(&mut self.elements, self.argument_count);
        push_u32(&mut self.elements, popularity as usize);
        self.argument_count += part.arguments.len();
        name_words(&part.name, |word| self.element_names.add(word, number));
        self.text_of(i, &part.text);
    }

    fn arguments(&mut self, part: &Part, names: &BTreeMap<&str, u32>) {
        let first = self.arguments.len() / 8;
        for argument in &part.arguments {
            let name = names.get(argument.name.as_str()).copied().unwrap_or_default();
            push_u32(&mut self.arguments, name as usize);
            push_u32(&mut self.arguments, argument.parent.map_or(0, |parent| first + parent + 1));
            self.text_of(self.units, &argument.text);
            self.units += 1;
        }
    }

    fn text_of(&mut self, unit: usize, text: &str) {
        let unit = u32::try_from(unit).unwrap_or(u32::MAX / 2);
        let first_sentence = text.find(". ").unwrap_or(text.len());
        for range in words::ranges(text) {
            let word = text[range.clone()].to_lowercase();
            if !words::is_stopword(&word) {
                // The first place of a word is the one that counts, and comes first.
                self.texts.add(&word, unit << 1 | u32::from(range.start <= first_sentence));
            }
        }
        self.text.add(text);
        push_u32(&mut self.text_ends, self.text.total);
    }

    fn finish(mut self) -> Bytes {
        push_u32(&mut self.elements, self.argument_count);
        push_u32(&mut self.elements, 0);
        let mut names = Vec::new();
        push_u32(&mut names, self.name_ends.len() / 4);
        names.extend(self.name_ends);
        names.extend(self.name_texts);
        let mut sections: [Vec<u8>; SECTIONS] = Default::default();
        sections[Section::Elements as usize] = self.elements;
        sections[Section::Arguments as usize] = self.arguments;
        sections[Section::Names as usize] = names;
        sections[Section::ElementNames as usize] = self.element_names.write();
        sections[Section::ArgumentNames as usize] = self.argument_names.write();
        sections[Section::Texts as usize] = self.texts.write();
        sections[Section::TextEnds as usize] = self.text_ends;
        sections[Section::Blocks as usize] = self.text.finish();
        let mut out = MAGIC.to_vec();
        push_u32(&mut out, FORMAT as usize);
        let mut start = out.len() + 8 * SECTIONS;
        for section in &sections {
            push_u32(&mut out, start);
            push_u32(&mut out, section.len());
            start += section.len();
        }
        out.extend(sections.concat());
        out.into()
    }
}

/// Texts behind one another, compressed block by block.
#[derive(Default)]
struct TextBlocks {
    open: Vec<u8>,
    total: usize,
    table: Vec<u8>,
    blocks: Vec<u8>,
}

impl TextBlocks {
    fn add(&mut self, text: &str) {
        if self.open.len() + text.len() > BLOCK {
            self.close();
        }
        self.open.extend(text.as_bytes());
        self.total += text.len();
    }

    fn close(&mut self) {
        if self.open.is_empty() {
            return;
        }
        let block =
            zstd::bulk::compress(&self.open, LEVEL).expect("compressing memory into memory cannot fail");
        self.blocks.extend(block);
        // What is open is inside `total` already.
        push_u32(&mut self.table, self.total);
        push_u32(&mut self.table, self.blocks.len());
        self.open.clear();
    }

    fn finish(mut self) -> Vec<u8> {
        self.close();
        let mut out = Vec::new();
        push_u32(&mut out, self.table.len() / 8);
        out.extend(self.table);
        out.extend(self.blocks);
        out
    }
}
