//! The documentation pages, in the form that `tfplugindocs` gives them.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use crate::kinds::{self, Kind};
use crate::lookup;
use crate::provider;
use crate::schema::{Argument, Block, Need, Nested, Nesting, Type};

const PROVIDER: &str = "terraform-provider-demo";

/// Writes `index.md`, `resources/*.md` and `data-sources/*.md` into the directory.
///
/// # Errors
/// Where a page cannot be written.
pub fn write(directory: &Path) -> Result<()> {
    let page = |path: &str, text: &str| -> Result<()> {
        let path = directory.join(path);
        fs::create_dir_all(path.parent().unwrap_or(directory))
            .and_then(|()| fs::write(&path, text))
            .with_context(|| format!("cannot write {}", path.display()))
    };
    page("index.md", &index())?;
    page("data-sources/network.md", &data_source())?;
    for kind in kinds::all() {
        page(&format!("resources/{}.md", kind.name), &resource(&kind))?;
    }
    Ok(())
}

fn index() -> String {
    let example = include_str!("../examples/provider.tf");
    let front = format!(
        "---\npage_title: \"Provider: Demo\"\ndescription: |-\n  {}\n---\n\n# Demo Provider\n",
        provider::TEXT
    );
    front + &body(provider::TEXT, example, &provider::block())
}

fn data_source() -> String {
    let example = include_str!("../examples/network_lookup.tf");
    heading("demo_network", "Data Source", "Networking", lookup::TEXT)
        + &body(lookup::TEXT, example, &lookup::block())
}

fn resource(kind: &Kind) -> String {
    let name = format!("demo_{}", kind.name);
    let import = format!(
        "\n## Import\n\nA {} can be imported by its id, where the provider has a `directory`:\n\n\
         ```shell\nterraform import {name}.example {}-1a2b3c4d\n```\n",
        kind.name, kind.prefix
    );
    heading(&name, "Resource", kind.subcategory, kind.text)
        + &body(kind.text, kind.example, &kind.block)
        + &import
}

fn heading(name: &str, what: &str, subcategory: &str, text: &str) -> String {
    format!(
        "---\npage_title: \"{name} {what} - {PROVIDER}\"\nsubcategory: \"{subcategory}\"\ndescription: |-\n  {text}\n---\n\n# {name} ({what})\n"
    )
}

fn body(text: &str, example: &str, block: &Block) -> String {
    let mut page = format!("\n{text}\n\n## Example Usage\n\n```terraform\n{example}```\n\n## Schema\n");
    groups(&mut page, block, &[], "###", "");
    page
}

/// A block below another, or a nested attribute.
enum Below<'a> {
    Block(&'a Nested),
    Attribute(&'a Argument, &'a [Argument]),
}

impl Below<'_> {
    fn name(&self) -> &'static str {
        match self {
            Below::Block(nested) => nested.name,
            Below::Attribute(argument, _) => argument.name,
        }
    }

    fn anchor(&self, path: &[&str]) -> String {
        let kind = if matches!(self, Below::Block(_)) { "nestedblock" } else { "nestedatt" };
        format!("{kind}--{}", [path, &[self.name()]].concat().join("--"))
    }
}

/// The arguments by group, then what is below them, each in a section of its own.
fn groups(page: &mut String, block: &Block, path: &[&str], mark: &str, colon: &str) {
    let attributes = block.arguments.iter().filter_map(|argument| match &argument.kind {
        Type::Object(inner) => Some(Below::Attribute(argument, inner)),
        _ => None,
    });
    let below: Vec<Below<'_>> = attributes.chain(block.nested.iter().map(Below::Block)).collect();
    for (title, need) in
        [("Required", Need::Required), ("Optional", Need::Optional), ("Read-Only", Need::Computed)]
    {
        let mut lines: Vec<String> = block
            .arguments
            .iter()
            .filter(|argument| argument.need == need)
            .map(|argument| line(argument, path))
            .collect();
        lines.extend(
            block
                .nested
                .iter()
                .filter(|nested| needed(nested) == need)
                .map(|nested| nested_line(nested, path)),
        );
        if lines.is_empty() {
            continue;
        }
        lines.sort();
        let space = if mark.is_empty() { "" } else { " " };
        let _ = write!(page, "\n{mark}{space}{title}{colon}\n\n{}\n", lines.join("\n"));
    }
    for below in below {
        let inner = [path, &[below.name()]].concat();
        let _ = write!(
            page,
            "\n<a id=\"{}\"></a>\n### Nested Schema for `{}`\n",
            below.anchor(path),
            inner.join(".")
        );
        match &below {
            Below::Block(nested) => groups(page, &nested.block, &inner, "", ":"),
            Below::Attribute(_, arguments) => groups(page, &Block::new(arguments.to_vec()), &inner, "", ":"),
        }
    }
}

fn line(argument: &Argument, path: &[&str]) -> String {
    let kind = match &argument.kind {
        Type::Text => "String",
        Type::Number => "Number",
        Type::Flag => "Boolean",
        Type::TextList => "List of String",
        Type::TextSet => "Set of String",
        Type::TextMap => "Map of String",
        Type::Object(_) => "Object",
    };
    let sensitive = if argument.sensitive { ", Sensitive" } else { "" };
    let see = match &argument.kind {
        Type::Object(inner) => see(&Below::Attribute(argument, inner), path),
        _ => String::new(),
    };
    format!("- `{}` ({kind}{sensitive}) {}{see}", argument.name, argument.description())
}

fn nested_line(nested: &Nested, path: &[&str]) -> String {
    let kind = match nested.nesting {
        Nesting::List => "Block List",
        Nesting::Set => "Block Set",
        Nesting::Map => "Block Map",
        Nesting::Single => "Block, Required",
        Nesting::Group => "Block, Optional",
        Nesting::Optional => "Block List, Max: 1",
    };
    format!("- `{}` ({kind}) {}{}", nested.name, nested.text, see(&Below::Block(nested), path))
}

fn see(below: &Below<'_>, path: &[&str]) -> String {
    format!(" (see [below for nested schema](#{}))", below.anchor(path))
}

fn needed(nested: &Nested) -> Need {
    if nested.nesting == Nesting::Single { Need::Required } else { Need::Optional }
}
