//! Completions between quotes: labels of blocks, documented values, keys.

use std::{collections::HashSet, ops::Range};

use super::{
    Workspace,
    cursor::Cursor,
    frame::FrameKind,
    item::{Completion, CompletionKind, fit},
    language, members,
    scope::{Scope, catalog_kind},
    statement::{self, escaped},
};
use crate::{refs::references, schemas::local_name};

pub(super) fn in_quotes<'a>(
    workspace: &Workspace<'a>,
    scope: &Scope<'a>,
    cursor: &Cursor<'a>,
) -> Vec<Completion> {
    let [.., parent, quote] = cursor.frames.as_slice() else { return Vec::new() };
    let span = content(cursor, quote.start);
    let typed = cursor.text.get(quote.start..cursor.offset).unwrap_or("");
    // Behind an interpolation there is only a part of a text.
    if cursor.text[span.clone()].contains("${") || !is_first(cursor, quote.start) {
        return Vec::new();
    }
    let items = match (&parent.kind, &parent.key) {
        (FrameKind::Body { .. }, Some(key)) if !parent.valued => {
            labels(workspace, scope, key, &parent.labels, typed)
        }
        (FrameKind::Index, _) => members::keys(workspace, scope, cursor, cursor.frames.len() - 2)
            .into_iter()
            .map(|key| Completion::new(&*key, CompletionKind::Key, 0..0).insert(&escaped(&key), ""))
            .collect(),
        (FrameKind::Object, None) => statement::keys(workspace, scope, cursor, true),
        _ => values(workspace, scope, cursor),
    };
    let fits = |item: Completion| Some((fit(&item.label, typed)?, item));
    let mut items: Vec<(u8, Completion)> = items.into_iter().filter_map(fits).collect();
    items.sort_by_key(|(rank, _)| *rank);
    items.into_iter().map(|(_, item)| Completion { span: span.clone().into(), ..item }).collect()
}

/// The text between the quotes, as far as it goes.
fn content(cursor: &Cursor, start: usize) -> Range<usize> {
    let rest = &cursor.text[cursor.offset..];
    let end = rest.find(['"', '\n', '\r', '$', '%']).map_or(cursor.text.len(), |at| cursor.offset + at);
    start..end
}

/// Whether nothing but text lies between the quote and the place.
fn is_first(cursor: &Cursor, start: usize) -> bool {
    let inside = cursor.tokens[..cursor.before].iter().rev().take_while(|t| t.span.start >= start);
    inside.into_iter().all(|t| t.kind == crate::lex::Kind::QuotedText)
}

fn labels<'a>(
    workspace: &Workspace<'a>,
    scope: &Scope<'a>,
    keyword: &str,
    before: &[&str],
    typed: &str,
) -> Vec<Completion> {
    let plain = |name: &str, kind| Completion::new(name, kind, 0..0);
    match (scope.keywords.as_slice(), keyword, before) {
        ([], "resource" | "data" | "ephemeral", []) => types(workspace, keyword, typed),
        ([], "resource" | "data" | "ephemeral", [ty]) => names(workspace, keyword, ty),
        ([], "provider", []) => {
            let required = workspace.document.required_providers();
            let listed = workspace.indexes.iter().map(|index| index.provider.name.as_str());
            required
                .keys()
                .map(String::as_str)
                .chain(listed)
                .map(|n| plain(n, CompletionKind::Type))
                .collect()
        }
        ([], "variable", []) => undeclared(workspace),
        (_, "dynamic", []) => {
            let own = scope.layers.first().into_iter().flat_map(|layer| layer.blocks.iter());
            own.map(|(name, block)| {
                plain(name, CompletionKind::Block).described(super::node::Node::Block(block))
            })
            .collect()
        }
        (_, keyword, []) => {
            language::labels(keyword).iter().map(|name| plain(name, CompletionKind::Keyword)).collect()
        }
        _ => Vec::new(),
    }
}

/// The types of the providers in use: those that the blueprint has already first, then the shorter ones.
fn types(workspace: &Workspace, keyword: &str, typed: &str) -> Vec<Completion> {
    let Some(kind) = catalog_kind(keyword) else { return Vec::new() };
    let elements = workspace.document.elements().iter().filter(|e| e.kind.catalog() == Some(kind));
    let used: HashSet<&str> = elements.filter_map(|e| e.ty.as_deref()).collect();
    let fits =
        |(index, entry): (&'_ cloudoven_crawler::catalog::Index, &'_ cloudoven_crawler::catalog::Entry)| {
            let own = entry
                .name
                .strip_prefix(local_name(&entry.name))
                .map_or("", |own| own.trim_start_matches('_'));
            let rank = fit(&entry.name, typed)?.min(fit(own, typed).unwrap_or(u8::MAX));
            let order = (rank, !used.contains(entry.name.as_str()), entry.deprecated, entry.name.len());
            Some((order, index.provider.source(), entry.clone()))
        };
    let mut found: Vec<_> = workspace.entries(kind).filter_map(fits).collect();
    found.sort_by(|a, b| (a.0, &a.2.name).cmp(&(b.0, &b.2.name)));
    // More are never told, and making them takes time.
    found.truncate(super::item::MAX + 1);
    let item = |(_, source, entry): (_, String, cloudoven_crawler::catalog::Entry)| {
        let item = Completion::new(&*entry.name, CompletionKind::Type, 0..0).detail(source);
        Completion { docs: entry.summary, deprecated: entry.deprecated, ..item }
    };
    found.into_iter().map(item).collect()
}

/// Names that are free.
fn names(workspace: &Workspace, keyword: &str, ty: &str) -> Vec<Completion> {
    let address = |name: &str| match keyword {
        "resource" => format!("{ty}.{name}"),
        keyword => format!("{keyword}.{ty}.{name}"),
    };
    let own = ty.strip_prefix(local_name(ty)).map_or(ty, |own| own.trim_start_matches('_'));
    let bases = ["main", own].into_iter().filter(|base| crate::path::is_identifier(base));
    let free = bases.map(|base| workspace.document.free_name(address, base));
    free.map(|name| Completion::new(name, CompletionKind::Name, 0..0).detail("a free name")).collect()
}

/// Variables that are used and not declared.
fn undeclared(workspace: &Workspace) -> Vec<Completion> {
    let mut seen = HashSet::new();
    let used = references(workspace.document).into_iter();
    let missing =
        used.filter(|r| r.address.starts_with("var.") && workspace.document.element(&r.address).is_none());
    let names = missing.filter_map(|r| Some(r.address.strip_prefix("var.")?.to_owned()));
    names
        .filter(|name| seen.insert(name.clone()))
        .map(|name| Completion::new(name, CompletionKind::Variable, 0..0).detail("used, not declared"))
        .collect()
}

/// Documented values, and what the catalog knows of providers.
fn values<'a>(workspace: &Workspace<'a>, scope: &Scope<'a>, cursor: &Cursor<'a>) -> Vec<Completion> {
    let wanted = scope.wanted(workspace, cursor);
    let value = |text: &str| Completion::new(text, CompletionKind::Value, 0..0).insert(&escaped(text), "");
    match (scope.keywords.as_slice(), wanted.name) {
        (["terraform", "required_providers"], "source") => {
            workspace.indexes.iter().map(|index| value(&index.provider.source())).collect()
        }
        (["terraform", "required_providers"], "version") => {
            let local = cursor.frames[cursor.body()].key.unwrap_or("");
            let own = workspace.indexes.iter().filter(|index| index.provider.name == local);
            own.flat_map(|index| [format!("~> {}", index.version), index.version.clone()])
                .map(|v| value(&v))
                .collect()
        }
        (["module"], "source") => workspace.document.module_sources().map(|source| value(&source)).collect(),
        _ => {
            let allowed = wanted.docs().map(|docs| docs.allowed.as_slice()).unwrap_or_default();
            allowed.iter().map(|text| value(text).detail("documented value")).collect()
        }
    }
}
