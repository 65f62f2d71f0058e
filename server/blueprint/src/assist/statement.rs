//! Completions where a statement begins: blocks, arguments, the keys of objects.

use cloudoven_crawler::catalog::{Nesting, Type};

use super::{
    Workspace,
    cursor::Cursor,
    item::{Completion, CompletionKind, fitting},
    language,
    node::Node,
    scope::Scope,
};
use crate::{lex::Kind as Token, locate::span, scaffold::page_order, splice::indent_at, write};

pub(super) fn complete<'a>(
    workspace: &Workspace<'a>,
    scope: &Scope<'a>,
    cursor: &Cursor<'a>,
) -> Vec<Completion> {
    let items = match scope.keywords.as_slice() {
        [] => language::TOP_LEVEL.iter().map(|top| top_level(top, cursor)).collect(),
        // The names are for people to find.
        ["locals"] => Vec::new(),
        ["terraform", "required_providers"] => providers(workspace, scope, cursor),
        _ => body(scope, cursor),
    };
    fitting(items, cursor)
}

fn top_level(top: &language::TopLevel, cursor: &Cursor) -> Completion {
    let item = Completion::new(top.keyword, CompletionKind::Block, cursor.word.clone())
        .detail("block")
        .docs(top.docs);
    if is_followed(cursor) {
        return item;
    }
    match top.labels {
        0 => block(item, "", ""),
        1 => item.insert(&format!("{} \"", top.keyword), "\" {\n}"),
        _ => item.insert(&format!("{} \"", top.keyword), "\" \"\" {\n}"),
    }
}

/// With a body that holds the caret.
fn block(item: Completion, indent: &str, label: &str) -> Completion {
    let before = format!("{}{label} {{\n{indent}  ", item.label);
    item.insert(&before, &format!("\n{indent}}}"))
}

/// Whether the rest of the statement is there already.
fn is_followed(cursor: &Cursor) -> bool {
    let next = cursor.next().map(|t| t.kind);
    matches!(next, Some(Token::Equal | Token::OpenBrace | Token::OpenQuote | Token::Colon))
}

/// What a body may still take: what is required first, then as the documentation has it.
fn body<'a>(scope: &Scope<'a>, cursor: &Cursor<'a>) -> Vec<Completion> {
    let mut found: Vec<(&str, Node)> = scope.layers.iter().flat_map(|layer| Node::all(layer)).collect();
    found.retain(|(name, node)| node.settable() && !is_present(scope, cursor, name, *node));
    let order = |(name, node): &(&'a str, Node<'a>)| {
        let own = scope.layers.len() > 1 && scope.layers.last().is_some_and(|l| Node::of(l, name).is_some());
        let position = node.docs().map_or(0, |docs| docs.position);
        (!node.required(), node.deprecated(), own, page_order(position), *name)
    };
    found.sort_by_key(order);
    let blocks = found.iter().any(|(_, node)| matches!(node, Node::Block(_)));
    let own = matches!(scope.keywords.first(), Some(&("resource" | "data" | "ephemeral" | "provider")));
    let dynamic = (blocks && own && scope.keyword() != "dynamic").then(|| dynamic(cursor));
    found.into_iter().map(|(name, node)| statement(name, node, cursor)).chain(dynamic).collect()
}

fn dynamic(cursor: &Cursor) -> Completion {
    let item = Completion::new("dynamic", CompletionKind::Block, cursor.word.clone());
    let item = item.detail("block").docs("Repeats a block for each element of a collection.");
    if is_followed(cursor) {
        return item;
    }
    let indent = indent_at(cursor.text, cursor.word.start);
    let behind = format!("\" {{\n{indent}  for_each = []\n{indent}  content {{\n{indent}  }}\n{indent}}}");
    item.insert("dynamic \"", &behind)
}

fn statement(name: &str, node: Node, cursor: &Cursor) -> Completion {
    let kind = if matches!(node, Node::Block(_)) { CompletionKind::Block } else { CompletionKind::Argument };
    let item = Completion::new(name, kind, cursor.word.clone()).described(node);
    if is_followed(cursor) {
        return item;
    }
    let indent = indent_at(cursor.text, cursor.word.start);
    match node {
        Node::Block(nested) if nested.nesting == Nesting::Map || language::label_count(name) > 0 => {
            item.insert(&format!("{name} \""), &format!("\" {{\n{indent}}}"))
        }
        Node::Block(_) => block(item, indent, ""),
        _ => item.insert(&format!("{name} = "), ""),
    }
}

/// Whether an argument is set, or a block is there as often as it may be. What stands at the place itself does not count.
fn is_present(scope: &Scope, cursor: &Cursor, name: &str, node: Node) -> bool {
    let Some(body) = scope.body else { return cursor.top().seen.contains(&name) };
    let here =
        |range: std::ops::Range<usize>| range.start <= cursor.word.start && cursor.word.start <= range.end;
    match node {
        Node::Block(nested) => {
            let twins = body.get_blocks(name).filter(|b| !here(span(&b.ident))).count();
            let most = usize::try_from(nested.max_items).unwrap_or(usize::MAX);
            let most = if matches!(nested.nesting, Nesting::Single | Nesting::Group) { 1 } else { most };
            most > 0 && twins >= most
        }
        _ => body.get_attribute(name).is_some_and(|a| !here(span(&a.key))),
    }
}

/// The providers of the catalog that are not required yet.
fn providers<'a>(workspace: &Workspace<'a>, scope: &Scope<'a>, cursor: &Cursor<'a>) -> Vec<Completion> {
    let indent = indent_at(cursor.text, cursor.word.start);
    let taken = |name: &str| scope.body.is_some_and(|body| body.has_attribute(name));
    let indexes = workspace.indexes.iter().filter(|index| !taken(&index.provider.name));
    let entry = |index: &std::sync::Arc<cloudoven_crawler::catalog::Index>| {
        let source = index.provider.source();
        let name = write::key(&index.provider.name);
        let item =
            Completion::new(&index.provider.name, CompletionKind::Type, cursor.word.clone()).detail(&*source);
        if is_followed(cursor) {
            return item;
        }
        let (source, version) = (write::string(&source), write::string(&format!("~> {}", index.version)));
        let code =
            format!("{name} = {{\n{indent}  source  = {source}\n{indent}  version = {version}\n{indent}}}");
        item.insert(&code, "")
    };
    indexes.map(entry).collect()
}

/// The attributes that an object at the place may have.
pub(super) fn keys<'a>(
    workspace: &Workspace<'a>,
    scope: &Scope<'a>,
    cursor: &Cursor<'a>,
    quoted: bool,
) -> Vec<Completion> {
    let wanted = scope.wanted(workspace, cursor);
    let seen = &cursor.frames[cursor.frames.len() - 1 - usize::from(quoted)].seen;
    let item = |name: &str| {
        let key = write::key(name);
        let key = if quoted { escaped(name) } else { key };
        let item = Completion::new(name, CompletionKind::Key, cursor.word.clone());
        let behind = if quoted || is_followed(cursor) { "" } else { " = " };
        item.insert(&format!("{key}{behind}"), "")
    };
    let mut children: Vec<(&str, Node)> = match (scope.keywords.as_slice(), wanted.node) {
        (["terraform", "required_providers"], _) => Node::all(language::required_provider()).collect(),
        (_, Some(node)) => node.children(),
        _ => Vec::new(),
    };
    children.retain(|(_, node)| node.settable());
    children.sort_by_key(|(_, node)| (!node.required(), page_order(node.docs().map_or(0, |d| d.position))));
    let described: Vec<Completion> =
        children.into_iter().map(|(name, node)| item(name).described(node)).collect();
    let items = match &*wanted.ty {
        Type::Object(attributes) if described.is_empty() => {
            attributes.iter().map(|(name, a)| item(name).detail(a.ty.to_string())).collect()
        }
        _ => described,
    };
    let items = items.into_iter().filter(|item| !seen.contains(&item.label.as_str()));
    fitting(items, cursor)
}

/// A text as it stands between quotes.
pub(super) fn escaped(text: &str) -> String {
    let quoted = write::string(text);
    quoted.strip_prefix('"').and_then(|q| q.strip_suffix('"')).map_or_else(|| text.to_owned(), str::to_owned)
}
