//! What a catalog and the language say of the place: what may stand there, and of what type.

use std::borrow::Cow;

use cloudoven_crawler::catalog::{Block, Docs, Kind, Type};
use hcl_edit::structure::Body;

use super::{
    Workspace,
    cursor::Cursor,
    frame::{Frame, FrameKind},
    functions, language,
    node::Node,
};
use crate::{
    document::{Element, ElementKind},
    locate::span,
    parsed::ParsedFile,
    types::constraint,
};

/// The body around a place.
#[derive(Debug)]
pub(super) struct Scope<'a> {
    pub element: Option<&'a Element>,
    /// The keywords of the blocks around, from the file inwards.
    pub keywords: Vec<&'a str>,
    /// What may stand in the body, by the provider and by the language.
    pub layers: Vec<&'a Block>,
    /// The body in the mended document; none of the file itself.
    pub body: Option<&'a Body>,
}

/// What is wanted of a value.
#[derive(Debug)]
pub(super) struct Wanted<'a> {
    pub node: Option<Node<'a>>,
    pub ty: Cow<'a, Type>,
    /// The argument that the value is for, or the attribute of an object.
    pub name: &'a str,
}

impl<'a> Scope<'a> {
    pub(super) fn of(workspace: &Workspace<'a>, file: &str, cursor: &Cursor<'a>) -> Scope<'a> {
        let mut scope = Scope { element: None, keywords: Vec::new(), layers: Vec::new(), body: None };
        let parsed = workspace.document.file(file);
        let mut dynamic = None;
        for frame in &cursor.frames[1..=cursor.body()] {
            let FrameKind::Body { keyword, labels } = &frame.kind else { continue };
            let entered = match (scope.keywords.as_slice(), *keyword, labels.as_slice()) {
                ([], keyword, labels) => top_level(workspace, keyword, labels),
                (["check"], "data", [ty, ..]) => top_level(workspace, "data", &[ty]),
                ([.., "dynamic"], "content", _) => dynamic.take().unwrap_or_default(),
                (_, "dynamic", [name, ..]) => {
                    dynamic = Some(scope.inside(name));
                    vec![language::dynamic()]
                }
                (_, keyword, _) => scope.inside(keyword),
            };
            scope.layers = entered;
            scope.keywords.push(keyword);
            scope.body = match scope.keywords.len() {
                1 => parsed.and_then(|parsed| top_level_at(parsed, cursor.offset)),
                _ => scope.body.and_then(|body| block_at(body, cursor.offset)),
            };
            if scope.keywords == ["module"] {
                let source = scope.body.and_then(|body| body.get_attribute("source")?.value.as_str());
                let called = source.and_then(|source| workspace.document.interface(source));
                scope.layers.splice(0..0, called.map(|module| &module.inputs));
            }
        }
        scope.element = workspace
            .document
            .elements()
            .iter()
            .find(|e| e.file == file && e.span.start <= cursor.offset && cursor.offset <= e.span.end);
        scope
    }

    /// What may stand in a nested block.
    fn inside(&self, name: &str) -> Vec<&'a Block> {
        self.layers.iter().filter_map(|layer| layer.blocks.get(name)).map(|nested| &nested.block).collect()
    }

    pub(super) fn node(&self, name: &str) -> Option<Node<'a>> {
        self.layers.iter().find_map(|layer| Node::of(layer, name))
    }

    /// The keyword of the innermost block; of the file itself nothing.
    pub(super) fn keyword(&self) -> &'a str {
        self.keywords.last().copied().unwrap_or("")
    }

    /// What the value at the place is wanted to be.
    pub(super) fn wanted(&self, workspace: &Workspace<'a>, cursor: &Cursor<'a>) -> Wanted<'a> {
        let any = || Cow::Owned(Type::Dynamic);
        let (body, inner) = (&cursor.frames[cursor.body()], &cursor.frames[cursor.body() + 1..]);
        let mut wanted = Wanted { node: None, ty: any(), name: "" };
        if let Some(key) = body.key.filter(|_| body.valued) {
            wanted.name = key;
            wanted.node = self.node(key);
            wanted.ty = wanted.node.and_then(Node::ty).map_or_else(any, Cow::Borrowed);
            if self.keywords == ["variable"] && key == "default" {
                let declared = self.body.and_then(|body| body.get_attribute("type"));
                wanted.ty = declared.map_or_else(any, |a| Cow::Owned(constraint(&a.value)));
            }
        }
        for frame in inner {
            wanted = enter(workspace, wanted, frame);
        }
        wanted
    }
}

impl<'a> Wanted<'a> {
    pub(super) fn docs(&self) -> Option<&'a Docs> {
        self.node.and_then(Node::docs)
    }
}

fn top_level<'a>(workspace: &Workspace<'a>, keyword: &str, labels: &[&str]) -> Vec<&'a Block> {
    let schema = catalog_kind(keyword).and_then(|kind| workspace.schemas.get(kind, labels.first()?));
    schema.map(|document| &document.block).into_iter().chain(language::block(keyword)).collect()
}

fn around(span: &std::ops::Range<usize>, offset: usize) -> bool {
    span.start < offset && offset <= span.end
}

fn top_level_at(file: &ParsedFile, offset: usize) -> Option<&Body> {
    let index = file.spans().position(|span| around(&span, offset))?;
    file.block(index).map(|block| &block.body)
}

fn block_at(body: &Body, offset: usize) -> Option<&Body> {
    body.iter().find(|s| around(&span(*s), offset))?.as_block().map(|block| &block.body)
}

fn enter<'a>(workspace: &Workspace<'a>, wanted: Wanted<'a>, frame: &Frame<'a>) -> Wanted<'a> {
    let any = Cow::Owned(Type::Dynamic);
    if frame.collecting() {
        return Wanted { node: None, ty: any, name: "" };
    }
    match &frame.kind {
        FrameKind::Object => match frame.key.filter(|_| frame.valued) {
            Some(key) => {
                let node = wanted.node.and_then(|node| node.child(key));
                let ty = node.and_then(Node::ty).map(Cow::Borrowed).or_else(|| attribute(&wanted.ty, key));
                Wanted { node, ty: ty.unwrap_or(any), name: key }
            }
            None => wanted,
        },
        FrameKind::List => {
            let ty = match &*wanted.ty {
                Type::Tuple(types) => types.get(frame.index).cloned(),
                ty => ty.element().cloned(),
            };
            Wanted { ty: ty.map_or(any, Cow::Owned), ..wanted }
        }
        FrameKind::Paren => wanted,
        FrameKind::Quote | FrameKind::Heredoc => Wanted { ty: Cow::Owned(Type::String), ..wanted },
        FrameKind::Template { directive: false } => wanted,
        FrameKind::Call(name) => {
            let parameter = functions::parameter(workspace, name, frame.index);
            Wanted { node: None, ty: parameter.map_or(any, |p| Cow::Borrowed(&p.ty)), name: "" }
        }
        _ => Wanted { node: None, ty: any, name: "" },
    }
}

fn attribute<'a>(ty: &Type, name: &str) -> Option<Cow<'a, Type>> {
    match ty {
        Type::Object(attributes) => Some(Cow::Owned(attributes.get(name)?.ty.clone())),
        Type::Map(element) => Some(Cow::Owned((**element).clone())),
        _ => None,
    }
}

/// The kind of catalog document that describes a top-level block.
pub(super) fn catalog_kind(keyword: &str) -> Option<Kind> {
    ElementKind::of(keyword).catalog()
}
