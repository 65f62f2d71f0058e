//! What follows a dot or stands in an index: attributes of elements, objects and modules.

use std::ops::Range;

use cloudoven_crawler::catalog::Type;

use super::{
    Workspace,
    cursor::Cursor,
    item::{Completion, CompletionKind, fit},
    node::Node,
    operand::{self, Operand, Step},
    scope::Scope,
};
use crate::{
    document::{Element, ElementKind},
    infer::{Inference, Knowledge, Loop},
    lex::Kind as Token,
    parse::parse_expression,
    path::is_identifier,
    scaffold::repeated,
    types::{Inferred, constraint},
    write,
};

/// The element that a traversal begins with, by its address, and how many of the steps name it.
pub(super) fn address(scope: &Scope, cursor: &Cursor, steps: &[Step]) -> Option<(String, usize)> {
    let names: Vec<&str> = steps
        .iter()
        .map_while(|step| match step {
            Step::Name(name) => Some(*name),
            Step::Index => None,
        })
        .collect();
    let root = names.first()?;
    if is_bound(cursor, root) {
        return None;
    }
    Some(match names.as_slice() {
        ["each" | "count" | "path" | "terraform", ..] => return None,
        ["self", ..] => (scope.element?.address.clone(), 1),
        ["data" | "ephemeral", ty, name, ..] => (format!("{root}.{ty}.{name}"), 3),
        ["resource", ty, name, ..] => (format!("{ty}.{name}"), 3),
        ["data" | "ephemeral" | "resource", ..] => return None,
        [first, name, ..] => (format!("{first}.{name}"), 2),
        _ => return None,
    })
}

pub(super) fn is_bound(cursor: &Cursor, name: &str) -> bool {
    cursor.bound().any(|bound| bound.names.iter().any(|n| &cursor.text[n.clone()] == name))
}

/// Completions behind a dot.
pub(super) fn complete<'a>(
    workspace: &Workspace<'a>,
    scope: &Scope<'a>,
    cursor: &Cursor<'a>,
    wanted: &Type,
) -> Vec<Completion> {
    let dot = cursor.tokens[..cursor.before].iter().rposition(|t| t.kind == Token::Dot);
    let Some(dot) = dot else { return Vec::new() };
    let Some(operand) = operand::before(cursor.text, cursor.tokens, dot) else { return Vec::new() };
    let from_dot = cursor.tokens[dot].span.start..cursor.word.end;
    let members = of(workspace, scope, cursor, &operand);
    let typed = cursor.prefix();
    let mut found: Vec<((u8, bool), Completion)> = Vec::new();
    for member in members {
        let Some(rank) = fit(&member.name, typed) else { continue };
        let other = member.ty.as_ref().is_some_and(|ty| *wanted != Type::Dynamic && ty != wanted);
        found.push(((rank, other), member.item(cursor.word.clone(), from_dot.clone())));
    }
    found.sort_by_key(|(order, _)| *order);
    found.into_iter().map(|(_, item)| item).collect()
}

/// Something that can follow a dot.
struct Member {
    name: String,
    kind: CompletionKind,
    ty: Option<Type>,
    detail: String,
    docs: String,
    deprecated: bool,
}

impl Member {
    fn new(name: impl Into<String>, kind: CompletionKind) -> Member {
        let name = name.into();
        Member { name, kind, ty: None, detail: String::new(), docs: String::new(), deprecated: false }
    }

    fn of_type(name: impl Into<String>, ty: Type) -> Member {
        Member { detail: ty.to_string(), ty: Some(ty), ..Member::new(name, CompletionKind::Attribute) }
    }

    fn of_node(name: &str, node: Node) -> Member {
        let docs = node.docs().map_or("", |docs| &docs.text);
        let member = match node.ty() {
            Some(ty) => Member::of_type(name, ty.clone()),
            None => Member { detail: "block".to_owned(), ..Member::new(name, CompletionKind::Attribute) },
        };
        Member { docs: crate::view::first_sentence(docs), deprecated: node.deprecated(), ..member }
    }

    /// A name that needs quotes goes into an index, in place of the dot.
    fn item(self, word: Range<usize>, from_dot: Range<usize>) -> Completion {
        let item = match self.name.starts_with('[') || is_identifier(&self.name) {
            true if self.name.starts_with('[') => Completion::new(self.name, self.kind, from_dot),
            true => Completion::new(self.name, self.kind, word),
            false => {
                let index = format!("[{}]", write::string(&self.name));
                Completion::new(self.name, self.kind, from_dot).insert(&index, "")
            }
        };
        Completion { docs: self.docs, deprecated: self.deprecated, ..item.detail(self.detail) }
    }
}

fn of<'a>(
    workspace: &Workspace<'a>,
    scope: &Scope<'a>,
    cursor: &Cursor<'a>,
    operand: &Operand<'a>,
) -> Vec<Member> {
    let root = match operand.steps.first() {
        Some(Step::Name(root)) if !is_bound(cursor, root) => *root,
        _ => return of_value(workspace, scope, cursor, operand),
    };
    let words =
        |words: &[(&str, Type)]| words.iter().map(|(n, ty)| Member::of_type(*n, ty.clone())).collect();
    match (root, operand.steps.len()) {
        ("path", 1) => words(&[("module", Type::String), ("root", Type::String), ("cwd", Type::String)]),
        ("terraform", 1) => words(&[("workspace", Type::String)]),
        ("count", 1) => words(&[("index", Type::Number)]),
        ("each", 1) => words(&[("key", Type::String), ("value", Type::Dynamic)]),
        ("var", 1) => named(workspace, scope, ElementKind::Variable),
        ("local", 1) => named(workspace, scope, ElementKind::Local),
        ("module", 1) => named(workspace, scope, ElementKind::Module),
        ("data", 1) => types(workspace, ElementKind::Data),
        ("ephemeral", 1) => types(workspace, ElementKind::Ephemeral),
        ("resource", 1) => types(workspace, ElementKind::Resource),
        (ty, 1) if ty != "self" => of_type(workspace, scope, ElementKind::Resource, ty),
        ("data" | "ephemeral" | "resource", 2) => {
            let Some(Step::Name(ty)) = operand.steps.get(1) else { return Vec::new() };
            of_type(workspace, scope, ElementKind::of(root), ty)
        }
        _ => {
            let found = address(scope, cursor, &operand.steps);
            let element =
                found.and_then(|(address, used)| Some((workspace.document.element(&address)?, used)));
            match element {
                Some((element, used)) if of_element(element) => {
                    instance(workspace, cursor, element, root == "self", &operand.steps[used..])
                }
                _ => of_value(workspace, scope, cursor, operand),
            }
        }
    }
}

fn of_element(element: &Element) -> bool {
    element.kind.catalog().is_some() || element.kind == ElementKind::Module
}

/// Elements of one kind by their names, nearest declared type shown.
fn named(workspace: &Workspace, scope: &Scope, kind: ElementKind) -> Vec<Member> {
    let own = scope.element.map(|e| e.address.as_str());
    let inference = Inference::new(workspace.document, workspace.schemas, Knowledge::Design);
    let member = |e: &Element| {
        let block = workspace.document.block(e)?;
        let text =
            |name: &str| block.body.get_attribute(name).and_then(|a| a.value.as_str()).map(str::to_owned);
        let (kind, ty) = match kind {
            ElementKind::Variable => {
                let declared =
                    block.body.get_attribute("type").map_or(Type::Dynamic, |a| constraint(&a.value));
                (CompletionKind::Variable, Some(declared))
            }
            ElementKind::Local => {
                let value = &workspace.document.local(e)?.value;
                (CompletionKind::Local, Some(inference.value(Some(e), value).ty()))
            }
            _ => (CompletionKind::Element, None),
        };
        let detail = ty.as_ref().map(Type::to_string).or_else(|| text("source")).unwrap_or_default();
        let docs = text("description").unwrap_or_default();
        Some(Member { ty, detail, docs, ..Member::new(&e.name, kind) })
    };
    let all = workspace.document.elements().iter();
    all.filter(|e| e.kind == kind && own != Some(e.address.as_str())).filter_map(member).collect()
}

/// The types of which there are elements.
fn types(workspace: &Workspace, kind: ElementKind) -> Vec<Member> {
    let elements = workspace.document.elements().iter().filter(|e| e.kind == kind);
    let names: std::collections::BTreeSet<&str> = elements.filter_map(|e| e.ty.as_deref()).collect();
    names.into_iter().map(|name| Member::new(name, CompletionKind::Type)).collect()
}

fn of_type(workspace: &Workspace, scope: &Scope, kind: ElementKind, ty: &str) -> Vec<Member> {
    let own = scope.element.map(|e| e.address.as_str());
    let elements = workspace.document.elements().iter();
    let elements = elements.filter(|e| e.kind == kind && e.ty.as_deref() == Some(ty));
    let others = elements.filter(|e| own != Some(e.address.as_str()));
    others
        .map(|e| Member { detail: e.file.clone(), ..Member::new(&e.name, CompletionKind::Element) })
        .collect()
}

/// The attributes of a resource or data source, or of what is inside of it; the outputs of a module.
fn instance(
    workspace: &Workspace,
    cursor: &Cursor,
    element: &Element,
    is_self: bool,
    steps: &[Step],
) -> Vec<Member> {
    let mut steps = steps;
    if !is_self && repeated(workspace.document, element) {
        match steps.split_first() {
            Some((Step::Index, rest)) => steps = rest,
            _ => return indexes(workspace, cursor, element),
        }
    }
    if element.kind == ElementKind::Module {
        return if steps.is_empty() { outputs(workspace, element) } else { Vec::new() };
    }
    let Some(schema) = workspace.schemas.of(element) else { return Vec::new() };
    let mut names = steps.iter().filter_map(|step| match step {
        Step::Name(name) => Some(*name),
        Step::Index => None,
    });
    let Some(first) = names.next() else {
        return Node::all(&schema.block).map(|(name, node)| Member::of_node(name, node)).collect();
    };
    let node = names.try_fold(Node::of(&schema.block, first), |node, name| Some(node?.child(name))).flatten();
    let children = node.map(Node::children).unwrap_or_default();
    children.into_iter().map(|(name, node)| Member::of_node(name, node)).collect()
}

/// The outputs of a module that is at hand.
fn outputs(workspace: &Workspace, element: &Element) -> Vec<Member> {
    let Some(module) = workspace.document.called(element) else { return Vec::new() };
    let described = |(name, docs): (&String, &String)| Member {
        docs: docs.clone(),
        detail: "output".to_owned(),
        ..Member::new(name, CompletionKind::Attribute)
    };
    module.outputs.iter().map(described).collect()
}

/// What an element that is there several times is indexed with.
fn indexes(workspace: &Workspace, cursor: &Cursor, element: &Element) -> Vec<Member> {
    let keys = element_keys(workspace, element);
    let each = || Member::new("[each.key]", CompletionKind::Key);
    let own = cursor.frames.iter().any(|f| f.seen.contains(&"for_each"));
    let quoted = keys.into_iter().map(|key| Member::new(format!("[{key}]"), CompletionKind::Key));
    own.then(each).into_iter().chain(quoted).chain([Member::new("[*]", CompletionKind::Key)]).collect()
}

/// The keys of an element with `for_each`, the first index of one with `count`, as code.
fn element_keys(workspace: &Workspace, element: &Element) -> Vec<String> {
    let Some(block) = workspace.document.block(element) else { return Vec::new() };
    let Some(each) = block.body.get_attribute("for_each") else { return vec!["0".to_owned()] };
    let inference = Inference::new(workspace.document, workspace.schemas, Knowledge::Design);
    keys_of(&inference.value(Some(element), &each.value)).iter().map(|key| write::string(key)).collect()
}

fn keys_of(value: &Inferred) -> Vec<String> {
    match value {
        Inferred::Object(entries) => entries.keys().cloned().collect(),
        Inferred::Of(Type::Object(attributes)) => attributes.keys().cloned().collect(),
        _ => Vec::new(),
    }
}

/// The keys of what the index at `frame` is an index of.
pub(super) fn keys<'a>(
    workspace: &Workspace<'a>,
    scope: &Scope<'a>,
    cursor: &Cursor<'a>,
    frame: usize,
) -> Vec<String> {
    let start = cursor.frames[frame].start;
    let Some(end) = cursor.tokens.iter().position(|t| t.span.end == start) else { return Vec::new() };
    let Some(operand) = operand::before(cursor.text, cursor.tokens, end) else { return Vec::new() };
    let element = address(scope, cursor, &operand.steps).filter(|(_, used)| *used == operand.steps.len());
    let element = element.and_then(|(address, _)| workspace.document.element(&address));
    if let Some(element) = element.filter(|e| of_element(e)) {
        let block = workspace.document.block(element);
        let each = block.and_then(|b| b.body.get_attribute("for_each"));
        let inference = Inference::new(workspace.document, workspace.schemas, Knowledge::Design);
        return each.map(|each| keys_of(&inference.value(Some(element), &each.value))).unwrap_or_default();
    }
    value(workspace, scope, cursor, operand.text, keys_of).unwrap_or_default()
}

/// The attributes of any other value, by its type.
fn of_value<'a>(
    workspace: &Workspace<'a>,
    scope: &Scope<'a>,
    cursor: &Cursor<'a>,
    operand: &Operand<'a>,
) -> Vec<Member> {
    let members = |value: &Inferred| match value {
        Inferred::Object(entries) => {
            entries.iter().map(|(name, value)| Member::of_type(name, value.ty())).collect()
        }
        Inferred::Of(Type::Object(attributes)) => {
            attributes.iter().map(|(name, a)| Member::of_type(name, a.ty.clone())).collect()
        }
        _ => Vec::new(),
    };
    value(workspace, scope, cursor, operand.text, members).unwrap_or_default()
}

/// What is known of an expression at the place.
pub(super) fn value<'a, T>(
    workspace: &Workspace<'a>,
    scope: &Scope<'a>,
    cursor: &Cursor<'a>,
    code: &str,
    found: impl FnOnce(&Inferred) -> T,
) -> Option<T> {
    let expression = parse_expression(code).ok()?;
    let mut loops: Vec<Loop> = Vec::new();
    for bound in cursor.bound() {
        let names = bound.names.iter().map(|name| cursor.text[name.clone()].to_owned()).collect();
        let collection = parse_expression(cursor.text[bound.collection.clone()].trim()).ok();
        let unknown = || hcl_edit::expr::Expression::null();
        loops.insert(0, (names, collection.unwrap_or_else(unknown)));
    }
    let inference = Inference::new(workspace.document, workspace.schemas, Knowledge::Design);
    Some(found(&inference.in_loops(scope.element, &loops, &expression)))
}
