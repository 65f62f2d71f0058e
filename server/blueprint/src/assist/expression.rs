//! Completions in an expression.

use std::borrow::Cow;

use cloudoven_crawler::catalog::Type;

use super::{
    Workspace,
    cursor::Cursor,
    frame::FrameKind,
    functions,
    item::{Completion, CompletionKind, fit, fitting},
    members,
    scope::Scope,
};
use crate::{document::ElementKind, lex::Kind as Token, suggest::Finder, write};

pub(super) fn complete<'a>(
    workspace: &Workspace<'a>,
    scope: &Scope<'a>,
    cursor: &Cursor<'a>,
) -> Vec<Completion> {
    let wanted = scope.wanted(workspace, cursor);
    let previous = cursor.previous().filter(|t| t.span.end <= cursor.word.start);
    let ty = operator_type(previous.map(|t| (t.kind, &cursor.text[t.span.clone()])), &wanted.ty);
    match previous.map(|t| t.kind) {
        Some(Token::Dot) => return members::complete(workspace, scope, cursor, &ty),
        Some(Token::DoubleColon) => return functions::complete(workspace, cursor, &ty),
        // A value ends here: what may follow is an operator.
        Some(
            Token::Ident
            | Token::Number
            | Token::CloseBracket
            | Token::CloseBrace
            | Token::CloseParen
            | Token::CloseQuote,
        ) if !is_word(cursor) => return Vec::new(),
        _ => {}
    }
    if let Some(items) = special(workspace, scope, cursor) {
        return fitting(items, cursor);
    }
    let span = || cursor.word.clone();
    let mut items: Vec<Completion> = Vec::new();
    if cursor.top().kind == FrameKind::Index {
        let keys = members::keys(workspace, scope, cursor, cursor.frames.len() - 1);
        items.extend(
            keys.iter().map(|key| {
                Completion::new(&**key, CompletionKind::Key, span()).insert(&write::string(key), "")
            }),
        );
    }
    for name in cursor.bound().flat_map(|bound| &bound.names) {
        items.push(Completion::new(&cursor.text[name.clone()], CompletionKind::Name, span()).detail("for"));
    }
    let finder = Finder::new(workspace.document, workspace.schemas, scope.element, ty.clone().into_owned());
    let found = finder.find(wanted.docs(), wanted.name, cursor.prefix());
    items.extend(found.into_iter().map(|suggestion| Completion::suggested(suggestion, span())));
    let functions = functions::complete(workspace, cursor, &ty);
    let words = words(workspace, scope, cursor, &ty);
    // Each of the lists is in the order of its worth; what begins with what has been typed comes before what contains it.
    let most = if cursor.prefix().is_empty() { 60 } else { usize::MAX };
    let items = items.into_iter().take(most).chain(words).chain(functions);
    fitting(items, cursor)
}

/// Whether the previous token is a word that a value follows.
fn is_word(cursor: &Cursor) -> bool {
    cursor.previous().is_some_and(|t| matches!(&cursor.text[t.span.clone()], "in" | "if" | "for"))
}

/// What an operator wants of what stands behind it.
fn operator_type<'a>(previous: Option<(Token, &str)>, wanted: &Cow<'a, Type>) -> Cow<'a, Type> {
    match previous {
        Some((Token::Operator, "+" | "*" | "/" | "%" | "<" | ">" | "<=" | ">=") | (Token::Minus, _)) => {
            Cow::Owned(Type::Number)
        }
        Some((Token::Operator, "&&" | "||") | (Token::Bang, _)) => Cow::Owned(Type::Bool),
        Some((Token::Operator, _)) => Cow::Owned(Type::Dynamic),
        _ => wanted.clone(),
    }
}

/// The words of the language that stand for values here, and what leads to more.
fn words<'a>(
    workspace: &Workspace<'a>,
    scope: &Scope<'a>,
    cursor: &Cursor<'a>,
    wanted: &Type,
) -> Vec<Completion> {
    let block = scope.element.and_then(|e| workspace.document.block(e));
    let has = |name: &str| {
        block.is_some_and(|b| b.body.has_attribute(name))
            || cursor.frames.iter().any(|f| f.seen.contains(&name))
    };
    let any = |kind| workspace.document.elements().iter().any(|e| e.kind == kind);
    let local = matches!(scope.keyword(), "provisioner" | "connection" | "postcondition");
    let offered = [
        ("each.key", has("for_each")),
        ("each.value", has("for_each")),
        ("count.index", has("count")),
        ("self", local),
        ("var", any(ElementKind::Variable)),
        ("local", any(ElementKind::Local)),
        ("data", any(ElementKind::Data)),
        ("module", any(ElementKind::Module)),
        ("path.module", matches!(wanted, Type::String | Type::Dynamic)),
        ("path.root", matches!(wanted, Type::String | Type::Dynamic)),
        ("path.cwd", matches!(wanted, Type::String | Type::Dynamic)),
        ("terraform.workspace", matches!(wanted, Type::String | Type::Dynamic)),
        ("true", matches!(wanted, Type::Dynamic)),
        ("false", matches!(wanted, Type::Dynamic)),
        ("null", true),
    ];
    let words = offered.iter().filter(|(word, offered)| *offered && fit(word, cursor.prefix()).is_some());
    let word = |word: &str| Completion::new(word, CompletionKind::Keyword, cursor.word.clone());
    let mut items: Vec<Completion> = words.map(|(name, _)| word(name)).collect();
    // The types of resources, to go on with a dot; worth a place only once something has been typed.
    if !cursor.prefix().is_empty() {
        let resources = workspace.document.elements().iter().filter(|e| e.kind == ElementKind::Resource);
        let types: std::collections::BTreeSet<&str> = resources.filter_map(|e| e.ty.as_deref()).collect();
        let ty =
            |ty: &str| Completion::new(ty, CompletionKind::Type, cursor.word.clone()).detail("resources");
        items.extend(types.into_iter().map(ty));
    }
    items
}

/// Where no value stands but a type, an address or a name.
fn special<'a>(workspace: &Workspace<'a>, scope: &Scope<'a>, cursor: &Cursor<'a>) -> Option<Vec<Completion>> {
    let key = cursor.frames[cursor.body()].key.unwrap_or("");
    let word = |word: &str, kind| Completion::new(word, kind, cursor.word.clone());
    let keywords = |words: &[&str]| Some(words.iter().map(|w| word(w, CompletionKind::Keyword)).collect());
    match (scope.keywords.as_slice(), key) {
        (["variable"], "type") => Some(types(cursor)),
        ([.., "lifecycle"], "ignore_changes") => {
            let schema = scope.element.and_then(|e| workspace.schemas.of(e));
            let own = schema.into_iter().flat_map(|schema| super::node::Node::all(&schema.block));
            let own = own.filter(|(_, node)| node.settable());
            let names = own.map(|(name, node)| word(name, CompletionKind::Argument).described(node));
            let names = names.map(item_as_name);
            Some(names.chain([word("all", CompletionKind::Keyword)]).collect())
        }
        ([.., "provisioner"], "when") => keywords(&["create", "destroy"]),
        ([.., "provisioner"], "on_failure") => keywords(&["continue", "fail"]),
        (["resource" | "data" | "ephemeral" | "import"], "provider") | (["module"], "providers") => {
            let providers = workspace.document.elements().iter().filter(|e| e.kind == ElementKind::Provider);
            let address =
                |e: &crate::document::Element| e.address.strip_prefix("provider.").map(str::to_owned);
            Some(providers.filter_map(address).map(|name| word(&name, CompletionKind::Element)).collect())
        }
        (_, "depends_on")
        | ([.., "lifecycle"], "replace_triggered_by")
        | (["moved" | "removed" | "import"], "to" | "from") => {
            let own = scope.element.map(|e| e.address.as_str());
            let elements = workspace.document.elements().iter().filter(|e| {
                matches!(e.kind, ElementKind::Resource | ElementKind::Data | ElementKind::Module)
                    && own != Some(e.address.as_str())
            });
            Some(elements.map(|e| word(&e.address, CompletionKind::Element)).collect())
        }
        _ => None,
    }
}

fn item_as_name(item: Completion) -> Completion {
    let name = item.label.clone();
    item.insert(&name, "")
}

/// Source: <https://developer.hashicorp.com/terraform/language/expressions/type-constraints>
fn types(cursor: &Cursor) -> Vec<Completion> {
    let plain = ["string", "number", "bool", "any"].into_iter();
    let item =
        |name: &str| Completion::new(name, CompletionKind::Keyword, cursor.word.clone()).detail("type");
    let around = [
        ("list", "(", ")"),
        ("set", "(", ")"),
        ("map", "(", ")"),
        ("object", "({ ", " })"),
        ("tuple", "([", "])"),
        ("optional", "(", ")"),
    ];
    let inside = cursor.frames.iter().any(|f| f.kind == FrameKind::Object);
    let around = around.into_iter().filter(|(name, ..)| *name != "optional" || inside);
    let built = around.map(|(name, open, close)| item(name).insert(&format!("{name}{open}"), close));
    plain.map(item).chain(built).collect()
}
