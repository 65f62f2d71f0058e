//! Repeated blocks become one `dynamic` block over a list of what they say.
//!
//! Source: <https://developer.hashicorp.com/terraform/language/expressions/dynamic-blocks>

use hcl_edit::structure::Block;

use super::{Applied, EditError, blocks::commented_lines, values::is_multiline};
use crate::{
    document::{Document, ElementKind},
    format::layout,
    locate::{Place, body_start, place, span},
    path::{Path, Step},
    refs::free_roots_of,
    splice::{Draft, indent_at, line_end, line_start},
    view::is_meta_block,
    write,
};

/// Turns all blocks of the type that a path names into one `dynamic` block. What each of them sets becomes an object, word
/// for word; what some leave out is null there, which is the same to a provider.
pub(super) fn make(document: &Document, address: &str, path: &Path) -> Result<Applied, EditError> {
    let path = match path.split_last() {
        Some((before, Step::Index(_))) => before,
        _ => path.clone(),
    };
    let Some((before, Step::Name(name))) = path.split_last() else {
        return Err(EditError::invalid("the path names no block"));
    };
    let target = place(document, address, &before)?;
    if target.name.is_some() {
        return Err(EditError::not_found(format!("there is no {before} in {address}")));
    }
    let blocks: Vec<&Block> = target.body().get_blocks(name).collect();
    takes_dynamic(&target, &before, name)?;
    if blocks.is_empty() {
        return Err(EditError::not_found(format!("there is no block {path} in {address}")));
    }
    let inner = same_inside(&target, name, &blocks)?;
    let code = dynamic(&target, name, &blocks, &inner)?;
    let mut draft = Draft::new(document);
    let file = &target.element.file;
    for (i, block) in blocks.iter().enumerate() {
        let lines = commented_lines(target.text, span(*block));
        if i > 0 {
            draft.replace(file, lines, "");
            continue;
        }
        let start = line_start(target.text, lines.start);
        let laid_out = write::laid_out(&code, indent_at(target.text, span(*block).start));
        draft.replace(file, start..line_end(target.text, span(*block).end), laid_out.trim_end());
    }
    Applied::from_draft(draft, Some(address.to_owned()))
}

fn takes_dynamic(target: &Place, before: &Path, name: &str) -> Result<(), EditError> {
    let kinds = [ElementKind::Resource, ElementKind::Data, ElementKind::Ephemeral, ElementKind::Provider];
    let own = before.names().chain([name]).any(|part| is_meta_block(part) && part != "dynamic");
    if own || name == "dynamic" || name == "content" || !kinds.contains(&target.element.kind) {
        return Err(EditError::invalid(format!("Terraform makes no {name} blocks by `dynamic`")));
    }
    if target.body().get_blocks("dynamic").any(|block| block.has_labels(&[name])) {
        return Err(EditError::invalid(format!(
            "there is a dynamic block for {name} already; edit it as code"
        )));
    }
    if !is_multiline(target.text, target.block) {
        return Err(EditError::invalid("this stands on one line; format it as code first"));
    }
    Ok(())
}

/// The blocks inside of the blocks, which must be the same in all: one content is written for all of them.
fn same_inside(target: &Place, name: &str, blocks: &[&Block]) -> Result<String, EditError> {
    let inside = |block: &Block| -> String {
        block.body.blocks().map(|b| layout(&format!("{}\n", &target.text[span(b)]))).collect()
    };
    let first = blocks.first().map(|block| inside(block)).unwrap_or_default();
    for block in blocks {
        let refuse = |why: &str| Err(EditError::invalid(format!("the {name} blocks {why}")));
        if !block.labels.is_empty() {
            return refuse("have labels, which one dynamic block cannot give");
        }
        if inside(block) != first {
            return refuse("have other blocks in them, which differ; edit it as code");
        }
        let shadowed = block.body.blocks().any(|b| free_roots_of(b).iter().any(|(root, _)| root == name));
        if shadowed {
            return refuse(&format!("refer to something that is called {name}, too"));
        }
        if let Some(odd) = block.body.attributes().find(|a| write::key(a.key.as_str()) != a.key.as_str()) {
            return refuse(&format!(
                "set {}, which cannot be the name of an object's attribute",
                odd.key.as_str()
            ));
        }
    }
    Ok(first)
}

fn dynamic(target: &Place, name: &str, blocks: &[&Block], inner: &str) -> Result<String, EditError> {
    let mut names: Vec<&str> = Vec::new();
    for attribute in blocks.iter().flat_map(|block| block.body.attributes()) {
        if !names.contains(&attribute.key.as_str()) {
            names.push(attribute.key.as_str());
        }
    }
    let objects: String = blocks.iter().map(|block| object(target.text, block, &names)).collect();
    let content: String = names.iter().map(|n| format!("{n} = {name}.value.{n}\n")).collect();
    let gap = if inner.is_empty() || content.is_empty() { "" } else { "\n" };
    Ok(format!(
        "dynamic {} {{\nfor_each = [\n{objects}]\n\ncontent {{\n{content}{gap}{inner}}}\n}}\n",
        write::string(name)
    ))
}

/// What a block sets, as an object with its comments.
fn object(text: &str, block: &Block, names: &[&str]) -> String {
    let own = span(block);
    let lines = commented_lines(text, own.clone());
    let above = &text[lines.start.min(own.start)..own.start];
    let behind = text[own.end..line_end(text, own.end)].trim();
    let lines = above.lines().map(str::trim).filter(|line| !line.is_empty());
    let mut comments: String = lines.map(|line| format!("{line}\n")).collect();
    if !behind.is_empty() {
        comments += &format!("{behind}\n");
    }
    let mut body = String::new();
    let (mut at, end) = (body_start(text, block), own.end - 1);
    for inner in block.body.blocks() {
        let lines = commented_lines(text, span(inner));
        body += &text[at..lines.start.clamp(at, end)];
        at = lines.end.clamp(at, end);
    }
    body += &text[at..end];
    let missing = names.iter().filter(|name| !block.body.has_attribute(name));
    let missing: String = missing.map(|name| format!("{name} = null\n")).collect();
    let body = body.replace("\r\n", "\n");
    format!("{comments}{{\n{}\n{missing}}},\n", body.trim())
}
