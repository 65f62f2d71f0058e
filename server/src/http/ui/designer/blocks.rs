//! Nested blocks in the form, at any depth.

use askama::Template;
use cloudoven_crawler::catalog::Nesting;

use super::form::{FieldView, ProblemView, field_view, problem};
use crate::{
    blueprint::{BlockGroup, BlockInstance, Field, Section},
    http::ui::layout::count,
};

/// Unset arguments of a nested block that are shown at once; more of them fold away.
const OPEN_ARGUMENTS: usize = 6;
/// A greater limit on the number of blocks is none.
const MOST_BLOCKS: u64 = 10_000;

/// A nested block type: its instances, and the way to add one.
#[derive(Template)]
#[template(path = "designer/_block.html")]
pub struct BlockView {
    pub path: String,
    pub name: String,
    pub summary: String,
    pub amount: String,
    pub required: bool,
    pub deprecated: bool,
    pub can_add: bool,
    /// They could be made by one `dynamic` block.
    pub repeats: bool,
    /// Adding asks for a key first.
    pub keyed: bool,
    pub problems: Vec<ProblemView>,
    pub instances: Vec<InstanceView>,
}

/// A nested block that is there.
pub struct InstanceView {
    pub path: String,
    pub label: String,
    pub line: usize,
    pub dynamic: bool,
    pub fields: Vec<FieldView>,
    pub blocks: Vec<BlockView>,
    /// Arguments and blocks that fold away.
    pub rest_fields: Vec<FieldView>,
    pub rest_blocks: Vec<BlockView>,
    pub rest_title: String,
    /// Where it goes when moved up or down among those of its type.
    pub up: Option<String>,
    pub down: Option<String>,
}

/// Lays a block type out.
pub fn block_view(group: BlockGroup) -> BlockView {
    let n = group.instances.len();
    // A schema without a limit may say so by a number that nobody reaches.
    let amount = match (n, group.max.filter(|max| *max <= MOST_BLOCKS)) {
        (0, Some(1)) => "at most 1".to_owned(),
        (0, Some(max)) => format!("at most {max}"),
        (0, None) => String::new(),
        (n, Some(max)) => format!("{n} of max {max}"),
        (n, None) => n.to_string(),
    };
    let path = group.path.to_string();
    // One that there may be at most once is no repetition, and a key is no part of what a list could say.
    let plain = group.instances.iter().all(|b| !b.dynamic && b.label.is_none());
    let repeats = n > 0 && plain && !group.is_attribute && group.max != Some(1) && group.name != "validation";
    BlockView {
        repeats,
        instances: group
            .instances
            .into_iter()
            .enumerate()
            .map(|(i, b)| instance_view(b, i, n, &path))
            .collect(),
        keyed: group.nesting == Nesting::Map,
        problems: group.diagnostics.iter().map(problem).collect(),
        path,
        name: group.name,
        summary: group.summary,
        amount,
        required: group.required,
        deprecated: group.deprecated,
        can_add: group.can_add,
    }
}

fn instance_view(block: BlockInstance, i: usize, n: usize, group: &str) -> InstanceView {
    let (open, rest): (Vec<Field>, Vec<Field>) =
        block.fields.into_iter().partition(|f| f.section != Section::Optional);
    let (blocks, rest_blocks): (Vec<BlockGroup>, Vec<BlockGroup>) =
        block.blocks.into_iter().partition(|b| b.required || !b.instances.is_empty());
    let mut fields: Vec<FieldView> = open.into_iter().map(field_view).collect();
    let mut rest_fields: Vec<FieldView> = rest.into_iter().map(field_view).collect();
    if rest_fields.len() <= OPEN_ARGUMENTS {
        fields.append(&mut rest_fields);
    }
    let title = [(rest_fields.len(), "argument", "arguments"), (rest_blocks.len(), "block", "blocks")];
    let title: Vec<String> = title.iter().filter(|t| t.0 > 0).map(|t| count(t.0, t.1, t.2)).collect();
    InstanceView {
        path: block.path.to_string(),
        label: block.label.unwrap_or_default(),
        line: block.line,
        dynamic: block.dynamic,
        fields,
        blocks: blocks.into_iter().map(block_view).collect(),
        rest_fields,
        rest_blocks: rest_blocks.into_iter().map(block_view).collect(),
        rest_title: title.join(" and "),
        up: (i > 0).then(|| format!("{group}[{}]", i - 1)),
        down: (i + 1 < n).then(|| format!("{group}[{}]", i + 1)),
    }
}
