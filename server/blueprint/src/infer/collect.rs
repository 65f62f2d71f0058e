//! `for` expressions and splats: one value for each of many.

use std::{collections::BTreeMap, rc::Rc};

use cloudoven_crawler::catalog::Type;
use hcl_edit::expr::{Expression, ForExpr};

use super::{Inference, Knowledge, MAX_ROUNDS, Walk, convert};
use crate::{
    document::Element,
    types::{Inferred, unify},
};

/// The names that a `for` binds, and what it goes through.
pub(crate) type Loop = (Vec<String>, Expression);

impl<'a> Inference<'a> {
    /// What is known of an expression inside of loops, the outermost first.
    pub(crate) fn in_loops(
        &self,
        owner: Option<&'a Element>,
        loops: &'a [Loop],
        expression: &'a Expression,
    ) -> Inferred {
        let mut walk = Walk::new(self, owner, None, 0, 0);
        for (names, collection) in loops {
            let (key, value) = match walk.of(collection) {
                Inferred::Tuple(items) => (Inferred::Of(Type::Number), items.first().cloned()),
                Inferred::Object(entries) => (Inferred::Of(Type::String), entries.values().next().cloned()),
                other => {
                    let (key, value) = entry(&other.ty());
                    (key, Some(value))
                }
            };
            let value = value.unwrap_or(Inferred::UNKNOWN);
            match names.as_slice() {
                [name] => walk.bound.push((name.clone(), value)),
                [first, second, ..] => {
                    walk.bound.extend([(first.clone(), key), (second.clone(), value)]);
                }
                [] => {}
            }
        }
        walk.of(expression)
    }
}

/// Key and value of each element of a collection.
fn entry(collection: &Type) -> (Inferred, Inferred) {
    let (key, value) = match collection {
        Type::List(element) => (Type::Number, (**element).clone()),
        Type::Set(element) => ((**element).clone(), (**element).clone()),
        Type::Map(element) => (Type::String, (**element).clone()),
        _ => (Type::Dynamic, Type::Dynamic),
    };
    (Inferred::Of(key), Inferred::Of(value))
}

impl<'a> Walk<'a, '_> {
    pub(super) fn for_expression(&mut self, each: &'a ForExpr) -> Inferred {
        let collection = &each.intro.collection_expr;
        let elements: Vec<(Inferred, Inferred)> = match self.of(collection) {
            Inferred::Null => return self.wrong_type(collection, "there is nothing to go through in null"),
            Inferred::Tuple(items) => {
                let index = |i| Inferred::Number(i as f64);
                items.iter().enumerate().map(|(i, item)| (index(i), item.clone())).collect()
            }
            Inferred::Object(entries) => {
                let entry = |(name, value): (&String, &Inferred)| {
                    (Inferred::String(name.as_str().into()), value.clone())
                };
                entries.iter().map(entry).collect()
            }
            Inferred::Of(Type::Dynamic) => return Inferred::UNKNOWN,
            Inferred::Of(ty) if !ty.is_primitive() => return self.over_unknown(each, &ty),
            _ => {
                return self
                    .wrong_type(collection, "only a list, set, map, tuple or object can be gone through");
            }
        };
        if !self.filter(each) {
            return Inferred::UNKNOWN;
        }
        self.over_known(each, elements)
    }

    /// Terraform looks at the filter first, before it knows any element. False where it goes no further.
    fn filter(&mut self, each: &'a ForExpr) -> bool {
        let Some(condition) = &each.cond else { return true };
        let before = self.failed.get();
        let value = self.with(each, Inferred::UNKNOWN, Inferred::UNKNOWN, |walk| walk.of(&condition.expr));
        if value == Inferred::Null {
            self.wrong_type(&condition.expr, "a condition cannot be null");
        } else if let Err(mismatch) = convert(&value, &Type::Bool) {
            self.wrong_type(&condition.expr, format!("a condition is true or false: {mismatch}"));
        }
        self.failed.get() == before
    }

    fn over_known(&mut self, each: &'a ForExpr, elements: Vec<(Inferred, Inferred)>) -> Inferred {
        let (mut items, mut entries) = (Vec::new(), Some(BTreeMap::new()));
        for (key, value) in elements {
            self.rounds += 1;
            if self.rounds > MAX_ROUNDS {
                return Inferred::UNKNOWN;
            }
            let (name, item) = self.with(each, key, value, |walk| match each.cond {
                // Whether the element passes the filter is not found out here.
                Some(_) => walk.silently(|walk| walk.body(each)),
                None => walk.body(each),
            });
            match (name, &mut entries) {
                (Some(Inferred::String(name)), Some(entries)) => {
                    drop(entries.insert(name.to_string(), item.clone()))
                }
                _ => entries = None,
            }
            items.push(item);
        }
        match (&each.key_expr, entries) {
            (None, _) if each.cond.is_none() => Inferred::Tuple(items.into()),
            (Some(_), Some(entries)) if each.cond.is_none() && !each.grouping => {
                Inferred::Object(Rc::new(entries))
            }
            _ => self.designed(each, &items),
        }
    }

    fn body(&mut self, each: &'a ForExpr) -> (Option<Inferred>, Inferred) {
        let key = each.key_expr.as_ref().map(|key| self.of(key));
        (key, self.of(&each.value_expr))
    }

    /// The body is not reached as long as the elements are not known.
    fn over_unknown(&mut self, each: &'a ForExpr, collection: &Type) -> Inferred {
        if self.inference.knowledge == Knowledge::Validate {
            return Inferred::UNKNOWN;
        }
        let (key, value) = entry(collection);
        let (_, item) = self.silently(|walk| walk.with(each, key, value, |walk| walk.body(each)));
        self.designed(each, &[item])
    }

    /// How many there will be is not known: as a list or map they serve wherever the tuple or object would.
    fn designed(&self, each: &ForExpr, items: &[Inferred]) -> Inferred {
        if self.inference.knowledge == Knowledge::Validate {
            return Inferred::UNKNOWN;
        }
        let types: Vec<Type> = items.iter().map(Inferred::ty).collect();
        let element = unify(&types.iter().collect::<Vec<_>>()).unwrap_or(Type::Dynamic);
        let element = if each.grouping { Type::List(Box::new(element)) } else { element };
        Inferred::Of(match each.key_expr {
            Some(_) => Type::Map(Box::new(element)),
            None => Type::List(Box::new(element)),
        })
    }

    /// Walks with the names that a `for` binds.
    fn with<T>(
        &mut self,
        each: &'a ForExpr,
        key: Inferred,
        value: Inferred,
        walk: impl FnOnce(&mut Self) -> T,
    ) -> T {
        let before = self.bound.len();
        if let Some(name) = &each.intro.key_var {
            self.bound.push((name.as_str().to_owned(), key));
        }
        self.bound.push((each.intro.value_var.as_str().to_owned(), value));
        let result = walk(self);
        self.bound.truncate(before);
        result
    }

    /// `source[*]`: what `step` makes of each element.
    pub(super) fn splat(
        &mut self,
        source: Inferred,
        mut step: impl FnMut(&mut Self, Inferred) -> Inferred,
    ) -> Inferred {
        match source {
            Inferred::Null => Inferred::Tuple(Rc::new([])),
            Inferred::Tuple(items) => {
                Inferred::Tuple(items.iter().map(|item| step(self, item.clone())).collect())
            }
            Inferred::Of(Type::Dynamic) => Inferred::UNKNOWN,
            Inferred::Of(Type::List(element) | Type::Set(element)) => {
                let item = step(self, Inferred::Of(*element));
                if item.is_unknown() {
                    Inferred::UNKNOWN
                } else {
                    Inferred::Of(Type::List(Box::new(item.ty())))
                }
            }
            Inferred::Of(Type::Tuple(types)) => {
                Inferred::Tuple(types.into_iter().map(|ty| step(self, Inferred::Of(ty))).collect())
            }
            // A single value counts as a list of one, or of none where it is null.
            Inferred::Of(ty) => {
                let item = step(self, Inferred::Of(ty));
                match self.inference.knowledge {
                    Knowledge::Validate => Inferred::UNKNOWN,
                    Knowledge::Design => Inferred::Of(Type::List(Box::new(item.ty()))),
                }
            }
            known => Inferred::Tuple(Rc::new([step(self, known)])),
        }
    }
}
