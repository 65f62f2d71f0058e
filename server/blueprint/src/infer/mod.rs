//! The type of an expression, as far as text and catalog tell, and what is wrong inside of it.
//!
//! An expression is walked as Terraform evaluates it when nothing exists yet: literals are known, variables are of their
//! declared type, and everything else is unknown. Faults are found only where Terraform evaluates, too: not in the branch
//! of a condition or the body of a `for` that may never be reached, and not inside `try` and `can`.
//!
//! Source: <https://github.com/hashicorp/hcl/blob/main/spec.md>, by tests against `terraform validate`.

mod call;
mod collect;
mod operators;
mod reference;

pub(crate) use collect::Loop;

use std::{
    borrow::Cow,
    cell::{Cell, RefCell},
    collections::{BTreeMap, HashMap},
    ops::Range,
    rc::Rc,
};

use cloudoven_crawler::catalog::{self, Type};
use hcl_edit::{
    expr::{Conditional, Expression, Object, ObjectKey},
    template::{Directive, Element as Part, Strip},
};

use super::{
    diagnostic::Code,
    document::{Document, Element},
    locate::span,
    path::{Path, Step},
    schemas::Schemas,
    types::{Inferred, convert, unify},
};

/// References to references are followed this far.
const MAX_HOPS: usize = 8;
/// Expressions inside expressions are entered this far, references included.
const MAX_DEPTH: usize = 256;
/// Larger values of locals are not carried to where the local is used.
const MAX_CARRIED: usize = 1_000;
/// Bodies of `for` expressions are walked this many times in one expression.
const MAX_ROUNDS: usize = 256;
/// Longest text that is put together from pieces, in bytes.
const MAX_TEXT: usize = 1_000;

/// The type of an argument by its schema, the steps into its value included.
pub fn argument_type(schema: &catalog::Block, path: &Path) -> Option<Type> {
    let mut block = schema;
    let mut steps = path.steps().iter();
    while let Some(step) = steps.next() {
        let Step::Name(name) = step else { continue };
        if let Some(nested) = block.blocks.get(name) {
            block = &nested.block;
            continue;
        }
        let rest: Vec<&Step> = steps.collect();
        return within(&block.attributes.get(name)?.ty, &rest);
    }
    None
}

fn within(ty: &Type, steps: &[&Step]) -> Option<Type> {
    let Some((step, rest)) = steps.split_first() else { return Some(ty.clone()) };
    let inner = match (ty, step) {
        (Type::Object(attributes), Step::Name(name) | Step::Key(name)) => &attributes.get(name)?.ty,
        (Type::Tuple(types), Step::Index(index)) => types.get(*index)?,
        (Type::List(_) | Type::Set(_) | Type::Map(_), _) => ty.element()?,
        _ => return None,
    };
    within(inner, rest)
}

/// The type of an expression; [`Type::Dynamic`] where it cannot be told.
pub(super) fn infer(document: &Document, schemas: &Schemas, expression: &Expression) -> Type {
    Inference::new(document, schemas, Knowledge::Design).value(None, expression).ty()
}

/// What is taken for known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Knowledge {
    /// What the catalog says of the attributes of other elements, too.
    Design,
    /// What `terraform validate` knows, for which the attributes of resources are of any type.
    Validate,
}

/// Something that Terraform refuses in an expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    pub span: Range<usize>,
    pub code: Code,
    pub message: String,
}

/// Infers the values of expressions of one document. What locals and variables are is found once.
pub(super) struct Inference<'a> {
    document: &'a Document,
    schemas: &'a Schemas,
    knowledge: Knowledge,
    /// By address; unset while it is being found, which is where a cycle ends.
    named: RefCell<HashMap<String, Option<Inferred>>>,
}

impl<'a> Inference<'a> {
    pub(super) fn new(document: &'a Document, schemas: &'a Schemas, knowledge: Knowledge) -> Self {
        Inference { document, schemas, knowledge, named: RefCell::default() }
    }

    /// What is known of an expression. `owner` is the element that it is part of.
    pub(super) fn value(&self, owner: Option<&'a Element>, expression: &'a Expression) -> Inferred {
        Walk::new(self, owner, None, 0, 0).of(expression)
    }

    /// The same, with what is wrong inside of it.
    pub(super) fn judge(
        &self,
        owner: Option<&'a Element>,
        expression: &'a Expression,
    ) -> (Inferred, Vec<Fault>) {
        let faults = RefCell::default();
        let value = Walk::new(self, owner, Some(&faults), 0, 0).of(expression);
        (value, faults.into_inner())
    }
}

/// One walk through one expression.
struct Walk<'a, 'i> {
    inference: &'i Inference<'a>,
    owner: Option<&'a Element>,
    /// Where faults go; none where Terraform would not tell them.
    faults: Option<&'i RefCell<Vec<Fault>>>,
    /// How many faults there were, told or not: what contains one is of an unknown type.
    failed: Cell<usize>,
    /// The names that `for` binds, inner ones last.
    bound: Vec<(String, Inferred)>,
    hops: usize,
    depth: usize,
    rounds: usize,
}

impl<'a, 'i> Walk<'a, 'i> {
    fn new(
        inference: &'i Inference<'a>,
        owner: Option<&'a Element>,
        faults: Option<&'i RefCell<Vec<Fault>>>,
        hops: usize,
        depth: usize,
    ) -> Self {
        Walk { inference, owner, faults, failed: Cell::new(0), bound: Vec::new(), hops, depth, rounds: 0 }
    }

    fn fault(&self, span: Range<usize>, code: Code, message: impl Into<String>) -> Inferred {
        self.failed.set(self.failed.get() + 1);
        if let Some(faults) = self.faults {
            let fault = Fault { span, code, message: message.into() };
            let mut faults = faults.borrow_mut();
            // The body of a `for` is walked for each element.
            if !faults.iter().any(|f| f.span == fault.span) {
                faults.push(fault);
            }
        }
        Inferred::UNKNOWN
    }

    fn wrong_type(&self, expression: &Expression, message: impl Into<String>) -> Inferred {
        self.fault(span(expression), Code::WrongType, message)
    }

    /// Walks where faults are not told.
    fn silently<T>(&mut self, walk: impl FnOnce(&mut Self) -> T) -> T {
        let (faults, failed) = (self.faults.take(), self.failed.get());
        let result = walk(self);
        self.faults = faults;
        self.failed.set(failed);
        result
    }

    fn of(&mut self, expression: &'a Expression) -> Inferred {
        if self.depth >= MAX_DEPTH {
            return Inferred::UNKNOWN;
        }
        self.depth += 1;
        let value = self.enter(expression);
        self.depth -= 1;
        value
    }

    fn enter(&mut self, expression: &'a Expression) -> Inferred {
        match expression {
            Expression::Null(_) | Expression::Bool(_) | Expression::Number(_) | Expression::String(_) => {
                Inferred::literal(expression)
            }
            Expression::StringTemplate(template) => {
                // `"${x}"` alone is `x`; anything around it makes it text.
                match template.as_single_element().and_then(|e| e.as_interpolation()) {
                    Some(interpolation) => self.of(&interpolation.expr),
                    None => {
                        self.template(template.iter()).map_or(Inferred::Of(Type::String), Inferred::String)
                    }
                }
            }
            Expression::HeredocTemplate(heredoc) => {
                self.template(heredoc.template.iter());
                Inferred::Of(Type::String)
            }
            Expression::Array(items) => Inferred::Tuple(items.iter().map(|item| self.of(item)).collect()),
            Expression::Object(object) => self.object(object),
            Expression::Parenthesis(inner) => self.of(inner.inner()),
            Expression::Conditional(conditional) => self.conditional(expression, conditional),
            Expression::UnaryOp(op) => self.unary(op),
            Expression::BinaryOp(op) => self.binary(op),
            Expression::FuncCall(call) => self.call(call),
            Expression::ForExpr(each) => self.for_expression(each),
            Expression::Traversal(traversal) => self.traversal(traversal),
            Expression::Variable(name) => self.bound(name.as_str()).unwrap_or(Inferred::UNKNOWN),
        }
    }

    fn bound(&self, name: &str) -> Option<Inferred> {
        self.bound.iter().rev().find(|(bound, _)| bound == name).map(|(_, value)| value.clone())
    }

    /// What of `${…}` and `%{…}` is reached whatever the values are. The text that it comes to, where that is known.
    fn template(&mut self, parts: impl Iterator<Item = &'a Part>) -> Option<Rc<str>> {
        let mut text = Some(String::new());
        let put = |text: &mut Option<String>, piece: Option<Cow<str>>| match (text.as_mut(), piece) {
            (Some(known), Some(piece)) if known.len() + piece.len() <= MAX_TEXT => known.push_str(&piece),
            _ => *text = None,
        };
        for part in parts {
            match part {
                Part::Literal(literal) => put(&mut text, Some(literal.value().as_str().into())),
                Part::Interpolation(interpolation) => {
                    let value = self.of(&interpolation.expr);
                    let plain = interpolation.strip == Strip::None;
                    put(&mut text, plain.then(|| value.text()).flatten());
                    if matches!(value, Inferred::Tuple(_) | Inferred::Object(_) | Inferred::Null) {
                        let found = if value == Inferred::Null { "null" } else { "a list or an object" };
                        self.wrong_type(&interpolation.expr, format!("{found} cannot stand in a text"));
                    }
                }
                Part::Directive(directive) => {
                    text = None;
                    match &**directive {
                        Directive::If(directive) => drop(self.of(&directive.if_expr.cond_expr)),
                        Directive::For(directive) => drop(self.of(&directive.for_expr.collection_expr)),
                    }
                }
            }
        }
        text.map(Rc::from)
    }

    fn object(&mut self, object: &'a Object) -> Inferred {
        let mut entries = Some(BTreeMap::new());
        for (key, value) in object.iter() {
            let name = self.key(key);
            let value = self.of(value.expr());
            match (name, &mut entries) {
                (Some(name), Some(entries)) => drop(entries.insert(name, value)),
                _ => entries = None,
            }
        }
        entries.map_or(Inferred::UNKNOWN, |entries| Inferred::Object(Rc::new(entries)))
    }

    fn key(&mut self, key: &'a ObjectKey) -> Option<String> {
        let expression = match key {
            ObjectKey::Ident(name) => return Some(name.as_str().to_owned()),
            // A name alone is text, as if it stood in quotes.
            ObjectKey::Expression(Expression::Variable(name)) => return Some(name.as_str().to_owned()),
            ObjectKey::Expression(expression) => expression,
        };
        match self.of(expression) {
            Inferred::String(name) => Some(name.to_string()),
            Inferred::Null => {
                self.wrong_type(expression, "null cannot be a key");
                None
            }
            value => {
                if let Err(mismatch) = convert(&value, &Type::String) {
                    self.wrong_type(expression, format!("a key is a text: {mismatch}"));
                }
                None
            }
        }
    }

    /// Terraform tells the faults of a branch only when it takes it.
    fn conditional(&mut self, expression: &'a Expression, conditional: &'a Conditional) -> Inferred {
        let condition = self.of(&conditional.cond_expr);
        let branch = |walk: &mut Self, taken: bool, branch: &'a Expression| match condition {
            Inferred::Bool(value) if value == taken => walk.of(branch),
            _ => walk.silently(|walk| walk.of(branch)),
        };
        let yes = branch(self, true, &conditional.true_expr);
        let no = branch(self, false, &conditional.false_expr);
        let common = match (&yes, &no) {
            (Inferred::Null, other) | (other, Inferred::Null) => Some(other.ty()),
            (yes, no) if yes.is_unknown() || no.is_unknown() => Some(Type::Dynamic),
            (yes, no) => unify(&[&yes.ty(), &no.ty()]),
        };
        let Some(common) = common else {
            return self.wrong_type(expression, "the two results are of types that have none in common");
        };
        match (&condition, convert(&condition, &Type::Bool)) {
            (Inferred::Null, _) => self.wrong_type(&conditional.cond_expr, "a condition cannot be null"),
            (Inferred::Of(_), _) | (_, Ok(())) => Inferred::Of(common),
            (_, Err(mismatch)) => {
                self.wrong_type(&conditional.cond_expr, format!("a condition is true or false: {mismatch}"))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{check, files::Files};

    fn document(text: &str) -> Document {
        let mut files = Files::default();
        files.insert("main.tf", text).unwrap();
        Document::parse(&files).unwrap()
    }

    fn of_local(text: &str, name: &str) -> String {
        let document = document(text);
        let element = document.element(&format!("local.{name}")).unwrap();
        let expression = &document.local(element).unwrap().value;
        infer(&document, &Schemas::new(), expression).to_string()
    }

    #[test]
    fn follows_names_and_loops() {
        let text = r#"
variable "l" { type = list(object({ a = number })) }
locals {
  a = [for x in var.l : x.a]
  b = { for i, x in var.l : i => "${x.a}!" }
  c = var.l[*].a
  d = local.e ? local.c[0] : "x"
  e = true
  f = local.g
  g = [local.f]
}
"#;
        for (name, ty) in
            [("a", "list(number)"), ("b", "map(string)"), ("c", "list(number)"), ("d", "string")]
        {
            assert_eq!(of_local(text, name), ty, "{name}");
        }
        assert_eq!(of_local(text, "f"), "tuple([any])");
    }

    /// Each of these would take all memory, all stack or all day if anything were followed to its end.
    #[test]
    fn hostile_references_end_soon() {
        let chain: String = (0..20_000).map(|i| format!("  a{i} = [local.a{}]\n", i + 1)).collect();
        let doubling: String =
            (0..200).map(|i| format!("  a{i} = [local.a{0}, local.a{0}, local.a{0}]\n", i + 1)).collect();
        let loops = (0..12).fold("1".to_owned(), |body, _| format!("[for x in [1,2,3,4,5,6,7,8] : {body}]"));
        let splats = format!("  a = [[1]]{}\n", "[*]".repeat(5_000));
        let wide: String = (0..5_000).map(|i| format!("a{i} = string, ")).collect();
        let uses: String = (0..5_000).map(|i| format!("  a{i} = var.v\n")).collect();
        let deep = format!("  a = {}1{}\n", "(-".repeat(30), ")".repeat(30));
        for locals in [chain, doubling, format!("  a = {loops}\n"), splats, uses, deep] {
            let text = format!("variable \"v\" {{ type = object({{ {wide} }}) }}\nlocals {{\n{locals}}}\n");
            let mut files = Files::default();
            files.insert("main.tf", text).unwrap();
            if let Ok(document) = Document::parse(&files) {
                check(&document, &Schemas::new());
            }
        }
    }
}
