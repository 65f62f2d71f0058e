//! Reads HCL for what arguments are set to.

use std::collections::HashMap;

use hcl_edit::{
    expr::{Expression, ForExpr, FuncCall, ObjectKey, Traversal, TraversalOperator},
    structure::{Block, Body, Structure},
    template::Element as Part,
};

use super::{Element, References, Target};
use crate::catalog::Kind;

/// Locals that refer to locals are followed so far.
const MAX_INDIRECTION: usize = 8;
/// Longest attribute path that is kept, in bytes.
const MAX_ATTRIBUTE: usize = 100;

/// Functions whose result is one of their arguments, or a collection of them or of their elements.
const SELECTING: [&str; 19] = [
    "one",
    "element",
    "coalesce",
    "coalescelist",
    "concat",
    "distinct",
    "compact",
    "flatten",
    "reverse",
    "sort",
    "slice",
    "setunion",
    "tolist",
    "toset",
    "tostring",
    "try",
    "values",
    "sensitive",
    "nonsensitive",
];

/// Counts the references of one example, which may be in several pieces.
pub fn mine(bodies: &[Body], found: &mut References) {
    let locals = bodies
        .iter()
        .flat_map(|body| body.get_blocks("locals"))
        .flat_map(|block| block.body.attributes())
        .map(|attribute| (attribute.key.as_str(), &attribute.value))
        .collect();
    for block in bodies.iter().flat_map(Body::blocks) {
        let kind = match block.ident.as_str() {
            "resource" => Kind::Resource,
            "data" => Kind::DataSource,
            "ephemeral" => Kind::EphemeralResource,
            "provider" => Kind::Provider,
            _ => continue,
        };
        if let Some(label) = block.labels.first() {
            let element = (kind, label.as_str().to_owned());
            let mut miner = Miner { found, locals: &locals, element, path: Vec::new(), bound: Vec::new() };
            miner.repeated("each", block, |miner| miner.body(&block.body));
        }
    }
}

/// What a value is.
#[derive(Debug, Clone, PartialEq)]
enum Value {
    /// A whole element, or all of its instances.
    Element(Element),
    /// An attribute of one.
    Attribute(Target),
}

struct Miner<'a> {
    found: &'a mut References,
    locals: &'a HashMap<&'a str, &'a Expression>,
    element: Element,
    path: Vec<String>,
    /// Names that stand for the elements of a collection: of a `for`, of `for_each` (`each`), of a dynamic block.
    bound: Vec<(String, Value)>,
}

impl<'a> Miner<'a> {
    fn body(&mut self, body: &Body) {
        for structure in body.iter() {
            match structure {
                Structure::Attribute(attribute) => {
                    self.within(attribute.key.as_str(), |miner| miner.value(&attribute.value));
                }
                Structure::Block(block) if block.ident.as_str() == "dynamic" => self.dynamic(block),
                Structure::Block(block) => self.within(block.ident.as_str(), |miner| miner.body(&block.body)),
            }
        }
    }

    /// `dynamic "disk" { content { … } }` stands for `disk { … }`.
    fn dynamic(&mut self, block: &Block) {
        let Some(label) = block.labels.first() else { return };
        self.repeated(label.as_str(), block, |miner| {
            for content in block.body.get_blocks("content") {
                miner.within(label.as_str(), |miner| miner.body(&content.body));
            }
        });
    }

    /// Reads a block in which `name` stands for an element of its `for_each`.
    fn repeated(&mut self, name: &str, block: &Block, read: impl FnOnce(&mut Self)) {
        let each = block.body.get_attribute("for_each");
        let value = each.and_then(|attribute| self.resolve(&attribute.value, 0));
        self.with(value.map(|value| (name.to_owned(), value)), read);
    }

    fn with(&mut self, bound: Option<(String, Value)>, read: impl FnOnce(&mut Self)) {
        let before = self.bound.len();
        self.bound.extend(bound);
        read(self);
        self.bound.truncate(before);
    }

    fn within(&mut self, name: &str, visit: impl FnOnce(&mut Self)) {
        self.path.push(name.to_owned());
        visit(self);
        self.path.pop();
    }

    /// Only a value that is nothing but a reference counts: alone, chosen by a condition or a function, or as an element
    /// of a collection.
    fn value(&mut self, value: &Expression) {
        self.value_at(value, 0);
    }

    fn value_at(&mut self, value: &Expression, indirection: usize) {
        match value {
            Expression::Traversal(_) | Expression::Variable(_) => match self.resolve(value, indirection) {
                Some(Value::Attribute(target)) => {
                    self.found.count(&self.element, self.path.join("."), target)
                }
                Some(Value::Element(_)) => {}
                None => {
                    if let Some(local) = self.local(value).filter(|_| indirection < MAX_INDIRECTION) {
                        self.value_at(local, indirection + 1);
                    }
                }
            },
            Expression::Array(array) => array.iter().for_each(|element| self.value_at(element, indirection)),
            Expression::Object(object) => {
                for (key, value) in object.iter() {
                    if let Some(name) = key_name(key) {
                        self.within(&name, |miner| miner.value_at(value.expr(), indirection));
                    }
                }
            }
            Expression::Parenthesis(inner) => self.value_at(inner.inner(), indirection),
            Expression::Conditional(choice) => {
                self.value_at(&choice.true_expr, indirection);
                self.value_at(&choice.false_expr, indirection);
            }
            Expression::FuncCall(call) => self.call(call, indirection),
            Expression::ForExpr(each) => self.for_each(each, indirection),
            Expression::StringTemplate(template) => {
                let mut parts = template.iter();
                if let (Some(Part::Interpolation(only)), None) = (parts.next(), parts.next()) {
                    self.value_at(&only.expr, indirection);
                }
            }
            _ => {}
        }
    }

    fn call(&mut self, call: &FuncCall, indirection: usize) {
        let name = call.name.name.as_str();
        if call.name.is_namespaced() || !SELECTING.contains(&name) {
            return;
        }
        // The others are an index and the like.
        let most = if matches!(name, "element" | "slice") { 1 } else { usize::MAX };
        call.args.iter().take(most).for_each(|argument| self.value_at(argument, indirection));
    }

    /// `[for s in cloud_subnet.x : s.id]`
    fn for_each(&mut self, each: &ForExpr, indirection: usize) {
        let name = each.intro.value_var.as_str().to_owned();
        let value = self.resolve(&each.intro.collection_expr, indirection);
        self.with(value.map(|value| (name, value)), |miner| miner.value_at(&each.value_expr, indirection));
    }

    /// The expression of `local.x`.
    fn local(&self, value: &Expression) -> Option<&'a Expression> {
        let Expression::Traversal(traversal) = value else { return None };
        let (root, mut steps) = (traversal.expr.as_variable()?.as_str(), traversal.operators.iter());
        let TraversalOperator::GetAttr(name) = steps.next()?.value() else { return None };
        // An index into a list of references is one of them; an attribute is something else.
        let plain = steps.all(|step| !matches!(step.value(), TraversalOperator::GetAttr(_)));
        (root == "local" && plain).then(|| self.locals.get(name.as_str()).copied()).flatten()
    }

    /// The element or attribute that an expression is, or that its elements are.
    fn resolve(&self, value: &Expression, indirection: usize) -> Option<Value> {
        match value {
            Expression::Parenthesis(inner) => self.resolve(inner.inner(), indirection),
            Expression::FuncCall(call) if SELECTING.contains(&call.name.name.as_str()) => {
                self.resolve(call.args.iter().next()?, indirection)
            }
            Expression::Variable(name) => self.bound(name.as_str()).cloned(),
            Expression::Traversal(traversal) => self.traversal(traversal).or_else(|| {
                let local = self.local(value).filter(|_| indirection < MAX_INDIRECTION)?;
                self.resolve(local, indirection + 1)
            }),
            _ => None,
        }
    }

    fn bound(&self, name: &str) -> Option<&Value> {
        self.bound.iter().rev().find(|(bound, _)| bound == name).map(|(_, value)| value)
    }

    /// `cloud_subnet.x.id`, `data.cloud_network.x[0].subnet[0].id`, `each.value.id`
    fn traversal(&self, traversal: &Traversal) -> Option<Value> {
        let mut steps = traversal.operators.iter().map(|step| step.value()).peekable();
        let Some(root) = traversal.expr.as_variable().map(|name| name.as_str()) else {
            // `values(cloud_subnet.x)[*].id`
            return match self.resolve(&traversal.expr, MAX_INDIRECTION)? {
                Value::Element(element) => attribute(&element, steps),
                Value::Attribute(_) => None,
            };
        };
        if let Some(bound) = self.bound(root) {
            // `each.value`, `disk.value`
            while steps.next_if(|step| is_named(step, "value")).is_some() {}
            return match bound {
                Value::Element(element) => attribute(element, steps),
                Value::Attribute(_) => steps.next().is_none().then(|| bound.clone()),
            };
        }
        let mut name = || match steps.next()? {
            TraversalOperator::GetAttr(name) => Some(name.as_str().to_owned()),
            _ => None,
        };
        let element = match root {
            "data" => (Kind::DataSource, name()?),
            "ephemeral" => (Kind::EphemeralResource, name()?),
            "var" | "local" | "each" | "count" | "module" | "path" | "self" | "terraform" => return None,
            name => (Kind::Resource, name.to_owned()),
        };
        let _label = name()?;
        attribute(&element, steps)
    }
}

/// What is left of a traversal after the element: its attribute, by its path. Indexes and splats right after the element
/// choose among its instances.
fn attribute<'a>(element: &Element, steps: impl Iterator<Item = &'a TraversalOperator>) -> Option<Value> {
    let mut path = String::new();
    for step in steps {
        match step {
            TraversalOperator::GetAttr(name) if path.is_empty() => path.push_str(name.as_str()),
            TraversalOperator::GetAttr(name) => path.push_str(&format!(".{}", name.as_str())),
            _ if path.is_empty() => {}
            // Which one of a list is the example's own matter.
            TraversalOperator::Index(Expression::Number(_)) | TraversalOperator::LegacyIndex(_) => {
                path.push_str("[0]")
            }
            TraversalOperator::FullSplat(_) | TraversalOperator::AttrSplat(_) => path.push_str("[*]"),
            // By a key or a computed index: one of the attribute's own.
            TraversalOperator::Index(_) => break,
        }
    }
    if path.len() > MAX_ATTRIBUTE {
        return None;
    }
    let path = path.trim_end_matches("[*]");
    let (kind, name) = element.clone();
    Some(match path {
        "" => Value::Element((kind, name)),
        path => Value::Attribute((kind, name, path.to_owned())),
    })
}

fn is_named(step: &TraversalOperator, wanted: &str) -> bool {
    matches!(step, TraversalOperator::GetAttr(name) if name.as_str() == wanted)
}

fn key_name(key: &ObjectKey) -> Option<String> {
    match key {
        ObjectKey::Ident(name) => Some(name.as_str().to_owned()),
        ObjectKey::Expression(Expression::String(name)) => Some(name.value().to_string()),
        ObjectKey::Expression(_) => None,
    }
}
