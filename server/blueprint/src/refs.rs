//! References: which expression names which element.

use std::ops::Range;

use hcl_edit::{
    Ident,
    expr::{Expression, ForExpr, Traversal, TraversalOperator},
    structure::{Attribute, Block},
    template::ForDirective,
    visit::{self, Visit},
};

use super::{document::Document, locate::span};

/// One place where an expression names an element.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    pub file: String,
    /// The element that is named, declared or not.
    pub address: String,
    /// The part of the text that names it: `azurerm_subnet.main` of `azurerm_subnet.main.id`.
    pub span: Range<usize>,
    /// The element's own name in that text.
    pub name: Range<usize>,
    /// The attribute names that follow at once: `id`.
    pub attributes: Vec<String>,
    /// Index in [`Document::elements`] of the element that the expression is part of.
    pub owner: usize,
}

/// A reference as the block has it in which it stands, wherever that is in a file: offsets are from the block's start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mention {
    pub address: String,
    span: Range<usize>,
    name: Range<usize>,
    attributes: Vec<String>,
    /// Whether the element can only be made after what is named here.
    pub first: bool,
}

impl Mention {
    /// The same in a file's text, of which the block starts at `start`.
    fn placed(&self, start: usize, file: &str, owner: usize) -> Reference {
        Reference {
            file: file.to_owned(),
            address: self.address.clone(),
            span: self.span_from(start),
            name: self.name.start + start..self.name.end + start,
            attributes: self.attributes.clone(),
            owner,
        }
    }

    /// Where the part of the text is that names the element, in one of which the block starts at `start`.
    pub(super) fn span_from(&self, start: usize) -> Range<usize> {
        self.span.start + start..self.span.end + start
    }

    fn from(mut self, start: usize) -> Self {
        let relative = |range: Range<usize>| range.start - start..range.end - start;
        (self.span, self.name) = (relative(self.span), relative(self.name));
        self
    }
}

/// The references in a block.
pub(super) fn mentions(block: &Block) -> Vec<Mention> {
    let mut visitor = Visitor::new(block.ident.as_str());
    visitor.visit_block(block);
    visitor.relative(span(block).start)
}

/// The references in the value of a local, whose `locals` block starts at `start`.
pub(super) fn mentions_of_local(local: &Attribute, start: usize) -> Vec<Mention> {
    let mut visitor = Visitor::new("locals");
    visitor.visit_expr(&local.value);
    visitor.relative(start)
}

/// The references in an expression that stands in a text of another language, all of them at one place. Nothing is said of what
/// must be made first.
pub(super) fn mentions_of_expression(expression: &Expression, place: &Range<usize>) -> Vec<Mention> {
    let mut visitor = Visitor::new("");
    visitor.visit_expr(expression);
    let at = |mention| Mention { span: place.clone(), name: place.clone(), first: false, ..mention };
    visitor.found.into_iter().map(at).collect()
}

/// Every reference of a blueprint, in the order of the text.
pub fn references(document: &Document) -> Vec<Reference> {
    (0..document.elements().len()).flat_map(|owner| references_of(document, owner)).collect()
}

/// The references that one element makes, by its index in [`Document::elements`].
pub(super) fn references_of(document: &Document, owner: usize) -> Vec<Reference> {
    let Some(element) = document.elements().get(owner) else { return Vec::new() };
    let Some((start, declared)) = document.declared(element) else { return Vec::new() };
    declared.mentions.iter().map(|mention| mention.placed(start, &element.file, owner)).collect()
}

/// The names that an expression starts from and that nothing in it binds, such as `var`, `each` or the iterator of a `dynamic`
/// block around it, each with its place.
pub(super) fn free_roots(expression: &Expression) -> Vec<(String, Range<usize>)> {
    roots("", |visitor| visitor.visit_expr(expression))
}

/// The same for everything in the block of an element.
pub(super) fn free_roots_of(block: &Block) -> Vec<(String, Range<usize>)> {
    roots(block.ident.as_str(), |visitor| visitor.visit_block(block))
}

fn roots(keyword: &str, visit: impl FnOnce(&mut Visitor)) -> Vec<(String, Range<usize>)> {
    let mut visitor = Visitor::new(keyword);
    visit(&mut visitor);
    visitor.roots
}

/// An arrow of the graph: the element at index `from` refers to the one at `to`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Edge {
    pub from: usize,
    pub to: usize,
}

/// Which element refers to which, each pair once. Indexes are those of [`Document::elements`].
pub fn edges(document: &Document) -> Vec<Edge> {
    let edge = |r: Reference| document.position(&r.address).map(|to| Edge { from: r.owner, to });
    let set: std::collections::BTreeSet<Edge> = references(document).into_iter().filter_map(edge).collect();
    set.into_iter().filter(|e| e.from != e.to).collect()
}

struct Visitor<'a> {
    /// The keyword of the top-level block.
    keyword: &'a str,
    depth: usize,
    /// Whether the element can only be made after what is named at this place.
    first: bool,
    /// Names that `for` binds around the expression.
    bound: Vec<String>,
    /// Names that nothing binds.
    roots: Vec<(String, Range<usize>)>,
    found: Vec<Mention>,
}

impl<'a> Visitor<'a> {
    fn new(keyword: &'a str) -> Self {
        let (bound, roots, found) = (Vec::new(), Vec::new(), Vec::new());
        Visitor { keyword, depth: 0, first: true, bound, roots, found }
    }

    fn relative(self, start: usize) -> Vec<Mention> {
        self.found.into_iter().map(|mention| mention.from(start)).collect()
    }

    fn push(&mut self, root: &Expression, operators: &[(&str, Range<usize>)]) {
        let Expression::Variable(variable) = root else { return };
        let (root, root_span) = (variable.as_str(), span(variable));
        if self.bound.iter().any(|name| name == root) {
            return;
        }
        let depth = match root {
            "each" | "count" | "self" | "path" | "terraform" => return,
            "data" | "ephemeral" | "resource" => 2,
            _ => 1,
        };
        let Some((_, name)) = operators.get(depth - 1) else { return };
        let names: Vec<&str> = operators[..depth].iter().map(|(name, _)| *name).collect();
        let address = match root {
            "resource" => names.join("."),
            root => format!("{root}.{}", names.join(".")),
        };
        self.found.push(Mention {
            address,
            span: root_span.start..name.end,
            name: name.clone(),
            attributes: operators[depth..].iter().map(|(name, _)| name.to_string()).collect(),
            first: self.first,
        });
    }

    /// `provider = azurerm.west`: names a provider configuration, not a resource.
    fn push_provider(&mut self, value: &Expression) {
        let (root, operators) = match value {
            Expression::Variable(_) => (value, Vec::new()),
            Expression::Traversal(t) => (&t.expr, plain_operators(t)),
            _ => return,
        };
        let Expression::Variable(variable) = root else { return };
        let start = span(variable);
        let (address, name) = match operators.first() {
            Some((alias, name)) => (format!("provider.{}.{alias}", variable.as_str()), name.clone()),
            None => (format!("provider.{}", variable.as_str()), start.clone()),
        };
        let span = start.start..name.end;
        self.found.push(Mention { address, span, name, attributes: Vec::new(), first: self.first });
    }

    fn within(&mut self, names: &[&Ident], visit: impl FnOnce(&mut Self)) {
        let before = self.bound.len();
        self.bound.extend(names.iter().map(|n| n.as_str().to_owned()));
        visit(self);
        self.bound.truncate(before);
    }
}

/// Provisioners that run when an element is destroyed do not need what they name beforehand.
fn runs_last(block: &Block) -> bool {
    let when = block.body.get_attribute("when").filter(|_| block.ident.as_str() == "provisioner");
    when.is_some_and(|when| is_destroy(&when.value))
}

/// The keyword of provisioners that run at the end, with or without quotes.
pub(super) fn is_destroy(when: &Expression) -> bool {
    when.as_variable().is_some_and(|name| name.as_str() == "destroy") || when.as_str() == Some("destroy")
}

/// What the content of a `dynamic` block calls the element that it is made for.
///
/// Source: <https://developer.hashicorp.com/terraform/language/expressions/dynamic-blocks>
pub(super) fn iterator(dynamic: &Block) -> Option<&str> {
    let named = dynamic.body.get_attribute("iterator").and_then(|a| a.value.as_variable());
    named.map(|name| name.as_str()).or_else(|| dynamic.labels.first().map(|label| label.as_str()))
}

/// The attribute names that follow a root; indexes and splats between them are passed over.
fn plain_operators(traversal: &Traversal) -> Vec<(&str, Range<usize>)> {
    let operators = traversal.operators.iter().map(|o| o.value());
    operators
        .filter_map(|operator| match operator {
            TraversalOperator::GetAttr(ident) => Some((ident.as_str(), span(ident))),
            _ => None,
        })
        .collect()
}

impl Visit for Visitor<'_> {
    fn visit_block(&mut self, block: &Block) {
        self.depth += 1;
        let first = self.first;
        self.first &= !(self.depth == 2 && runs_last(block));
        if block.ident.as_str() == "dynamic" {
            // Only what it goes through is outside of what the block binds.
            block.body.get_attribute("for_each").into_iter().for_each(|each| self.visit_attr(each));
            let before = self.bound.len();
            self.bound.extend(iterator(block).map(str::to_owned));
            block.body.attributes().filter(|a| a.key.as_str() == "labels").for_each(|a| self.visit_attr(a));
            block.body.blocks().for_each(|inner| self.visit_block(inner));
            self.bound.truncate(before);
        } else {
            self.visit_body(&block.body);
        }
        self.depth -= 1;
        self.first = first;
    }

    fn visit_attr(&mut self, attribute: &Attribute) {
        let first = self.first;
        // A module is made part by part, and which parts need which of its arguments is not known here. All of them need
        // what decides how many of it there are.
        let deciding = ["count", "for_each", "depends_on"].contains(&attribute.key.as_str());
        self.first &= self.keyword != "module" || (self.depth == 1 && deciding);
        match (self.keyword, self.depth, attribute.key.as_str()) {
            // Type constraints and lists of arguments look like references but are none.
            ("variable", 1, "type") | (_, 2, "ignore_changes") => {}
            // The address that was, not one that is.
            ("moved" | "removed", 1, "from") => {}
            ("resource" | "data" | "ephemeral" | "import", 1, "provider") => {
                self.push_provider(&attribute.value)
            }
            ("module", 1, "providers") => {
                let entries = attribute.value.as_object().into_iter().flat_map(|o| o.iter());
                entries.for_each(|(_, value)| self.push_provider(value.expr()));
            }
            _ => self.visit_expr(&attribute.value),
        }
        self.first = first;
    }

    fn visit_expr(&mut self, expression: &Expression) {
        if let Expression::Variable(name) = expression
            && !self.bound.iter().any(|bound| bound == name.as_str())
        {
            self.roots.push((name.as_str().to_owned(), span(name)));
        }
        visit::visit_expr(self, expression);
    }

    fn visit_traversal(&mut self, traversal: &Traversal) {
        self.push(&traversal.expr, &plain_operators(traversal));
        visit::visit_traversal(self, traversal);
    }

    fn visit_for_expr(&mut self, node: &ForExpr) {
        self.visit_expr(&node.intro.collection_expr);
        let names: Vec<&Ident> =
            node.intro.key_var.iter().map(|k| k.value()).chain([node.intro.value_var.value()]).collect();
        self.within(&names, |v| {
            node.key_expr.iter().for_each(|key| v.visit_expr(key));
            v.visit_expr(&node.value_expr);
            node.cond.iter().for_each(|cond| v.visit_expr(&cond.expr));
        });
    }

    fn visit_for_directive(&mut self, node: &ForDirective) {
        let node = &node.for_expr;
        self.visit_expr(&node.collection_expr);
        let names: Vec<&Ident> =
            node.key_var.iter().map(|k| k.value()).chain([node.value_var.value()]).collect();
        self.within(&names, |v| v.visit_template(&node.template));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::Files;

    fn found(text: &str) -> Vec<String> {
        let mut files = Files::default();
        files.insert("main.tf", text).unwrap();
        let document = Document::parse(&files).unwrap();
        let text = document.text("main.tf").unwrap().clone();
        let checked = references(&document).into_iter().map(|r| {
            assert!(r.address.ends_with(&text[r.name.clone()]), "{r:?}");
            r.address
        });
        checked.collect()
    }

    #[test]
    fn finds_references_everywhere() {
        let text = r#"
resource "a_b" "c" {
  provider   = a.west
  x          = "${var.one}-${a_b.d[0].id}"
  y          = [for k, v in local.two : v.name if k != data.e.f["x"].g]
  (var.tree) = 1
  z = <<-EOT
    %{for s in var.list~}${s.a}${local.three}%{endfor}
  EOT
  dynamic "disk" {
    for_each = disk.outside
    content {
      size = disk.value.size + var.plus
      dynamic "part" {
        for_each = disk.value.parts
        iterator = it
        content { n = "${it.key}-${part.gone}" }
      }
    }
  }
  nested { m = module.n.out ? each.value : a_b.e[*].id }
  lifecycle { ignore_changes = [tags.x] }
  depends_on = [a_b.f]
}
locals { q = { (var.key) = path.module } }
variable "t" { type = object({ a = string }) }
moved {
  from = a_b.old
  to   = a_b.c
}
"#
        .replace("  (var.tree) = 1\n", "");
        assert_eq!(
            found(&text),
            [
                "provider.a.west",
                "var.one",
                "a_b.d",
                "local.two",
                "data.e.f",
                "var.list",
                "local.three",
                "disk.outside",
                "var.plus",
                "part.gone",
                "module.n",
                "a_b.e",
                "a_b.f",
                "var.key",
                "a_b.c"
            ]
        );
    }
}
