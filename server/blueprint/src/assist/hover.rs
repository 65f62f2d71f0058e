//! What is said of the word under the pointer.

use cloudoven_crawler::catalog::{Document as Page, Measure, Type};

use super::{
    Spot, Workspace,
    cursor::{Cursor, Inside},
    definition::word_end,
    frame::FrameKind,
    functions, language, members,
    node::Node,
    operand::{self, Step},
    scope::{Scope, catalog_kind},
};
use crate::{
    diagnostic::Span,
    document::{Element, ElementKind},
    lex::{Kind as Token, lex},
    types::constraint,
};

/// Longest piece of a page or of code that is shown, in bytes.
const MOST: usize = 4_000;

/// Something to say, and what it is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hover {
    /// Markdown. Parts of it are a provider author's: sanitise when rendering.
    pub text: String,
    /// The bytes of the word.
    pub span: Span,
}

/// What is known of the word at a place.
pub fn hover(workspace: &Workspace, spot: Spot) -> Option<Hover> {
    let tokens = lex(spot.text);
    let cursor = Cursor::at(spot.text, &tokens, word_end(spot.text, &tokens, spot.offset));
    if cursor.inside == Inside::Nothing {
        return None;
    }
    let scope = Scope::of(workspace, spot.file, &cursor);
    let top = cursor.top();
    if top.kind == FrameKind::Quote {
        return label(workspace, &scope, &cursor);
    }
    if cursor.word.is_empty() || top.kind == FrameKind::Heredoc {
        return None;
    }
    let name = cursor.whole();
    let text = match &top.kind {
        FrameKind::Body { .. } if top.key.is_none() => match scope.keywords.as_slice() {
            [] => top_level(name),
            ["locals"] => value(workspace, &scope, &cursor, &format!("local.{name}")),
            _ => scope.node(name).map(|node| described(name, node)),
        },
        FrameKind::Object if !top.valued && top.key.is_none() => key(workspace, &scope, &cursor, name),
        FrameKind::Body { .. } if !top.valued => None,
        _ => expression(workspace, &scope, &cursor),
    }?;
    Some(Hover { text, span: cursor.word.clone().into() })
}

fn top_level(keyword: &str) -> Option<String> {
    let top = language::TOP_LEVEL.iter().find(|top| top.keyword == keyword)?;
    Some(format!("**{keyword}** block\n\n{}", top.docs))
}

fn key(workspace: &Workspace, scope: &Scope, cursor: &Cursor, name: &str) -> Option<String> {
    if scope.keywords == ["terraform", "required_providers"] {
        return Node::of(language::required_provider(), name).map(|node| described(name, node));
    }
    let wanted = scope.wanted(workspace, cursor);
    wanted.node?.child(name).map(|node| described(name, node))
}

/// The type in the label of a block.
fn label(workspace: &Workspace, scope: &Scope, cursor: &Cursor) -> Option<Hover> {
    let [.., parent, quote] = cursor.frames.as_slice() else { return None };
    let rest = &cursor.text[quote.start..];
    let text = &rest[..rest.find(['"', '\n'])?];
    let keyword = parent.key.filter(|_| !parent.valued)?;
    let span = (quote.start..quote.start + text.len()).into();
    let found = match (scope.keywords.as_slice(), parent.labels.as_slice()) {
        ([], []) => page(workspace.schemas.get(catalog_kind(keyword)?, text)?),
        (_, []) if keyword == "dynamic" => scope.node(text).map(|node| described(text, node))?,
        _ => return None,
    };
    Some(Hover { text: found, span })
}

fn page(page: &Page) -> String {
    let text = if page.description.is_empty() { &page.summary } else { &page.description };
    let kind = page.kind.keyword();
    let deprecated = if page.deprecated { "\n\nDeprecated." } else { "" };
    let source = page.provider.source();
    format!("**{}** {kind} of {source} {}{deprecated}\n\n{}", page.name, page.version, cut(text))
}

fn cut(text: &str) -> &str {
    &text[..text.floor_char_boundary(MOST)]
}

/// An argument, a block or an attribute.
fn described(name: &str, node: Node) -> String {
    let kind = match node {
        Node::Block(_) => "block".to_owned(),
        _ => format!("`{}`", node.ty().unwrap_or(&Type::Dynamic)),
    };
    let mut facts: Vec<String> = Vec::new();
    match node {
        Node::Attribute(a) if !a.is_settable() => facts.push("read-only".to_owned()),
        _ => facts.push(if node.required() { "required" } else { "optional" }.to_owned()),
    }
    if let Node::Attribute(a) = node {
        facts.extend(a.sensitive.then(|| "sensitive".to_owned()));
        facts.extend(a.write_only.then(|| "write-only".to_owned()));
    }
    facts.extend(node.deprecated().then(|| "deprecated".to_owned()));
    let mut text = format!("**{name}** {kind}, {}", facts.join(", "));
    if let Some(docs) = node.docs() {
        if !docs.text.is_empty() {
            text += &format!("\n\n{}", cut(&docs.text));
        }
        let lines = [
            docs.default.as_ref().map(|d| format!("Default: `{d}`")),
            (!docs.allowed.is_empty()).then(|| format!("Values: {}", codes(&docs.allowed))),
            docs.bounds.as_ref().map(bounds),
            docs.unit.as_ref().map(|unit| format!("Unit: {unit}")),
            docs.forces_replacement.then(|| "A change replaces the object.".to_owned()),
            (!docs.conflicts_with.is_empty()).then(|| format!("Not with: {}", codes(&docs.conflicts_with))),
            docs.replaced_by.as_ref().map(|by| format!("Use `{by}` instead.")),
        ];
        let lines: Vec<String> = lines.into_iter().flatten().map(|line| format!("- {line}")).collect();
        if !lines.is_empty() {
            text += &format!("\n\n{}", lines.join("\n"));
        }
    }
    text
}

fn codes(names: &[String]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

fn bounds(bounds: &cloudoven_crawler::catalog::Bounds) -> String {
    let of = match bounds.of {
        Measure::Value => "Value",
        Measure::Length => "Length",
        Measure::Items => "Items",
    };
    match (&bounds.min, &bounds.max) {
        (Some(min), Some(max)) => format!("{of}: {min} to {max}"),
        (Some(min), None) => format!("{of}: at least {min}"),
        (None, Some(max)) => format!("{of}: at most {max}"),
        (None, None) => of.to_owned(),
    }
}

fn expression<'a>(workspace: &Workspace<'a>, scope: &Scope<'a>, cursor: &Cursor<'a>) -> Option<String> {
    if cursor.next().is_some_and(|t| t.kind == Token::OpenParen) {
        let start =
            operand::start(cursor.text, cursor.tokens, cursor.before + 1).unwrap_or(cursor.word.start);
        let name = &cursor.text[start..cursor.word.end];
        let (function, docs) = functions::find(workspace, name)?;
        let result = &function.return_type;
        return Some(format!("`{} → {result}`\n\n{}", functions::label(name, function), cut(docs)));
    }
    let operand = operand::before(cursor.text, cursor.tokens, cursor.before + 1)?;
    match members::address(scope, cursor, &operand.steps) {
        Some((address, used)) => {
            let element = workspace.document.element(&address)?;
            let rest = &operand.steps[used.min(operand.steps.len())..];
            member(workspace, element, rest).or_else(|| value(workspace, scope, cursor, operand.text))
        }
        None => value(workspace, scope, cursor, operand.text),
    }
}

/// An element, or an attribute of what it stands for.
fn member(workspace: &Workspace, element: &Element, steps: &[Step]) -> Option<String> {
    let mut names = steps.iter().filter_map(|step| match step {
        Step::Name(name) => Some(*name),
        Step::Index => None,
    });
    let Some(first) = names.next() else { return Some(about(workspace, element)) };
    let schema = workspace.schemas.of(element)?;
    let mut node = (first, Node::of(&schema.block, first)?);
    for name in names {
        node = (name, node.1.child(name)?);
    }
    Some(described(node.0, node.1))
}

/// What an element is.
fn about(workspace: &Workspace, element: &Element) -> String {
    let place = format!("{}:{}", element.file, element.line);
    let block = workspace.document.block(element);
    let attribute = |name: &str| block.and_then(|b| b.body.get_attribute(name));
    let text = |name: &str| attribute(name).and_then(|a| a.value.as_str()).unwrap_or_default();
    match element.kind {
        ElementKind::Variable => {
            let ty = attribute("type").map_or(Type::Dynamic, |a| constraint(&a.value));
            let default = attribute("default").map(|a| code(workspace, element, &a.value));
            let default =
                default.map_or_else(|| "\n\nRequired.".to_owned(), |code| format!("\n\nDefault: {code}"));
            format!("**{}** `{ty}`, {place}\n\n{}{default}", element.address, cut(text("description")))
        }
        ElementKind::Local => {
            let value = workspace.document.local(element).map(|a| code(workspace, element, &a.value));
            format!("**{}**, {place}\n\n{}", element.address, value.unwrap_or_default())
        }
        ElementKind::Module => format!("**{}**, {place}\n\nSource: `{}`", element.address, text("source")),
        _ => {
            let summary = workspace.schemas.of(element).map_or("", |page| page.summary.as_str());
            format!("**{}**, {place}\n\n{summary}", element.address)
        }
    }
}

/// A piece of code, fenced: long enough that nothing in it ends the fence.
fn code(workspace: &Workspace, element: &Element, value: &hcl_edit::expr::Expression) -> String {
    let text = workspace.document.text(&element.file).map_or("", |text| text);
    let code = cut(text.get(crate::locate::span(value)).unwrap_or_default());
    let longest = code.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    format!("\n{fence}hcl\n{code}\n{fence}")
}

/// The type of any other expression.
fn value<'a>(
    workspace: &Workspace<'a>,
    scope: &Scope<'a>,
    cursor: &Cursor<'a>,
    code: &str,
) -> Option<String> {
    let ty = members::value(workspace, scope, cursor, code, |value| value.ty())?;
    let context = match code {
        "each.key" => "The key of the current element of `for_each`.",
        "each.value" => "The value of the current element of `for_each`.",
        "count.index" => "The number of the current element, from 0.",
        "terraform.workspace" => "The name of the workspace.",
        "path.module" => "The directory of this module.",
        "path.root" => "The directory of the root module.",
        "path.cwd" => "The directory that Terraform was started in.",
        _ => "",
    };
    (ty != Type::Dynamic || !context.is_empty()).then(|| format!("**{code}** `{ty}`\n\n{context}"))
}
