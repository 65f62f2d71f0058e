//! The chapters of a page that are not about arguments: examples, imports, timeouts.

use std::{collections::BTreeMap, sync::LazyLock};

use regex::Regex;

use super::{
    outline::{Outline, SectionId},
    parts::{self, Part, Rich, Style},
    title::regex,
};
use crate::catalog::{Example, Import, Timeout};

/// Import commands and blocks that are kept of one page; hardly one has more than five.
const MAX_IMPORTS: usize = 50;
/// A paragraph that is longer is no title.
const MAX_TITLE: usize = 80;

/// What HCL of an example starts with, where the page doesn't say that it is HCL.
static HCL: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r#"(?m)^\s*(?:(?:resource|data|ephemeral|provider|module|variable|output)\s+"[^"]*"|locals|terraform|import)[^\n]*\{|provider::\w+::\w+\("#,
    )
});
static ELEMENT: LazyLock<Regex> =
    LazyLock::new(|| regex(r#"(?m)^\s*(?:resource|data|ephemeral)\s+"([a-z][a-z0-9_-]*)""#));
static COMMAND: LazyLock<Regex> =
    LazyLock::new(|| regex(r"^\s*(?:[$%>#]\s*)?((?:terraform|tofu)\s+import\s.*)$"));
static IMPORT_BLOCK: LazyLock<Regex> = LazyLock::new(|| regex(r"^\s*import\s*\{"));
static LIMIT: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r"(?i)\bdefault(?:s|ed)?\b(?:\s+(?:value|timeout|is|to|of|being))*\s*[:=]?\s*[`*\x22(]*(\d+(?:\.\d+)?\s*(?:h|m|s|hrs?|mins?|secs?|hours?|minutes?|seconds?|days?)(?:\s*\d+\s*(?:m|s|min|minutes?|seconds?))*)\b",
    )
});

/// Each part with the headings around it, outermost first.
fn with_headings(parts: &[Part]) -> impl Iterator<Item = (Vec<&Rich>, &Part)> {
    let mut open: Vec<(u8, &Rich)> = Vec::new();
    parts.iter().map(move |part| {
        if let Part::Heading { level, text } = part {
            open.retain(|(outer, _)| outer < level);
            open.push((*level, text));
        }
        (open.iter().map(|(_, text)| *text).collect(), part)
    })
}

fn any_heading(headings: &[&Rich], words: &[&str]) -> bool {
    headings.iter().any(|heading| {
        let text = heading.plain().to_lowercase();
        words.iter().any(|word| text.contains(word))
    })
}

/// The HCL of the example chapters; of a page without one, all HCL before its first chapter on arguments.
pub fn examples(parts: &[Part]) -> Vec<Example> {
    let found = examples_where(parts, |headings| any_heading(headings, &["example", "usage"]));
    if !found.is_empty() {
        return found;
    }
    let chapter = |part: &Part| matches!(part, Part::Heading { text, .. } if any_heading(&[text], &["argument", "schema", "attribute", "import"]));
    let end = parts.iter().position(chapter).unwrap_or(parts.len());
    examples_where(&parts[..end], |_| true)
}

fn examples_where(parts: &[Part], wanted: impl Fn(&[&Rich]) -> bool) -> Vec<Example> {
    let mut examples = Vec::new();
    let mut before = None;
    for (headings, part) in with_headings(parts) {
        if let Part::Code { language, code } = part
            && is_hcl(language, code)
            && wanted(&headings)
        {
            let caption = before.filter(|text: &&Rich| is_caption(text)).map(|text| tidy(&text.plain()));
            let heading = headings.last().map(|heading| example_title(&heading.plain())).unwrap_or_default();
            let title = if heading.is_empty() { caption.unwrap_or_default() } else { heading };
            examples.push(Example { title, code: code.trim_end().to_owned() });
        }
        before = match part {
            Part::Paragraph(text) => Some(text),
            _ => None,
        };
    }
    examples
}

fn is_hcl(language: &str, code: &str) -> bool {
    match language {
        "hcl" | "terraform" | "tf" | "hcl2" | "tofu" | "opentofu" => true,
        "" => HCL.is_match(code),
        _ => false,
    }
}

fn is_caption(text: &Rich) -> bool {
    let plain = text.plain();
    let plain = plain.trim();
    plain.len() <= MAX_TITLE && plain.ends_with(':')
}

/// `Example Usage - Basic` → `Basic`.
fn example_title(heading: &str) -> String {
    let title = heading.trim();
    let lower = title.to_lowercase();
    let rest = [
        "example usages",
        "example usage",
        "usage examples",
        "usage example",
        "examples",
        "example",
        "usage",
    ]
    .iter()
    .find(|start| lower.starts_with(*start) && lower.len() == title.len())
    .map(|start| &title[start.len()..])
    .filter(|rest| !rest.starts_with(char::is_alphanumeric));
    tidy(rest.unwrap_or(title))
}

fn tidy(title: &str) -> String {
    title
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .trim_matches([' ', '-', ':', '–', '—', '.'])
        .to_owned()
}

/// The type that most blocks of the examples are of.
pub fn exemplified(examples: &[Example]) -> Option<String> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for example in examples {
        for found in ELEMENT.captures_iter(&example.code).filter_map(|found| found.get(1)) {
            *counts.entry(found.as_str()).or_default() += 1;
        }
    }
    let most = counts.into_iter().max_by_key(|(name, count)| (*count, std::cmp::Reverse(*name)));
    most.map(|(name, _)| name.to_owned())
}

/// The chapter on imports, and the commands and blocks on the page.
pub fn import(parts: &[Part]) -> Import {
    let section: Vec<Part> = with_headings(parts)
        .filter(|(headings, part)| {
            let inside = headings
                .iter()
                .skip(1)
                .any(|heading| heading.plain().trim().to_lowercase().starts_with("import"));
            inside && !matches!(part, Part::Heading { level: ..=2, .. })
        })
        .map(|(_, part)| part.clone())
        .collect();
    let mut import = Import { text: parts::render(&section), ..Import::default() };
    add_imports(parts, &mut import);
    import
}

fn add_imports(parts: &[Part], import: &mut Import) {
    for part in parts {
        match part {
            Part::Code { code, .. } => {
                commands(code).for_each(|command| add(&mut import.commands, command));
                blocks(code).for_each(|block| add(&mut import.blocks, block));
            }
            Part::Paragraph(text) => {
                let codes = text.spans.iter().filter(|span| span.style == Style::Code);
                codes.flat_map(|span| commands(&span.plain)).for_each(|c| add(&mut import.commands, c));
            }
            Part::List(items) => items.iter().for_each(|item| add_imports(item, import)),
            Part::Heading { .. } | Part::Table(_) | Part::Rule => {}
        }
    }
}

fn add(to: &mut Vec<String>, text: String) {
    if to.len() < MAX_IMPORTS && !to.contains(&text) {
        to.push(text);
    }
}

/// The `terraform import` lines, those that go on after a backslash joined.
fn commands(code: &str) -> impl Iterator<Item = String> {
    let mut lines = code.lines();
    std::iter::from_fn(move || {
        let first =
            lines.by_ref().find_map(|line| COMMAND.captures(line).map(|found| found[1].to_owned()))?;
        let mut command = first.trim_end().to_owned();
        while let Some(start) = command.strip_suffix('\\') {
            let Some(next) = lines.next() else { break };
            command = format!("{} {}", start.trim_end(), next.trim());
        }
        Some(command)
    })
    // "terraform import" in a sentence has nothing to import.
    .filter(|command| command.split_whitespace().count() >= 4)
}

/// The `import { … }` blocks.
fn blocks(code: &str) -> impl Iterator<Item = String> {
    let mut lines = code.lines();
    std::iter::from_fn(move || {
        let mut line = lines.by_ref().find(|line| IMPORT_BLOCK.is_match(line))?;
        let indent = line.len() - line.trim_start().len();
        let mut block: Vec<&str> = Vec::new();
        let mut depth = 0i64;
        loop {
            block.push(line.get(indent..).unwrap_or(line.trim_start()).trim_end());
            depth += line.matches('{').count() as i64 - line.matches('}').count() as i64;
            match lines.next() {
                Some(next) if depth > 0 => line = next,
                _ => break,
            }
        }
        Some(block.join("\n"))
    })
    .filter(|block| block.contains("to"))
}

/// The operations that the page's chapter on timeouts lists.
pub fn timeouts(outline: &Outline) -> Vec<Timeout> {
    let mut found: Vec<Timeout> = Vec::new();
    for (id, section) in outline.sections.iter().enumerate() {
        if section.items.is_empty() || !is_about_timeouts(outline, id) {
            continue;
        }
        for item in &section.items {
            for operation in item.names.iter().filter_map(|path| path.last()) {
                let known = ["create", "read", "update", "delete"].contains(&operation.as_str());
                if known && !found.iter().any(|timeout| timeout.operation == *operation) {
                    let text = format!("{} {}", item.flags, item.lead);
                    let default = LIMIT.captures(&text).map(|found| found[1].to_owned()).unwrap_or_default();
                    found.push(Timeout { operation: operation.clone(), default });
                }
            }
        }
    }
    found
}

fn is_about_timeouts(outline: &Outline, id: SectionId) -> bool {
    let mut at = Some(id);
    while let Some(id) = at {
        let section = &outline.sections[id];
        let path = section.title.path.iter().chain(&section.title.names);
        if section.title.is_about_timeouts()
            || path.filter_map(|path| path.last()).any(|last| last == "timeouts")
        {
            return true;
        }
        at = section.parent;
    }
    false
}
