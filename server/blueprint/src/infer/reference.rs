//! References and what follows them: attributes, indexes, splats.

use cloudoven_crawler::catalog::{self, ObjectAttribute, Type};
use hcl_edit::expr::{Expression, Traversal, TraversalOperator as Operator};

use super::{Inference, Knowledge, MAX_CARRIED, MAX_DEPTH, MAX_HOPS, Walk, convert};
use crate::{
    diagnostic::Code,
    document::ElementKind,
    locate::span,
    scaffold::repeated,
    similar::similar,
    types::{Inferred, constraint},
};

impl<'a> Walk<'a, '_> {
    pub(super) fn traversal(&mut self, traversal: &'a Traversal) -> Inferred {
        let operators: Vec<&'a Operator> = traversal.operators.iter().map(|o| o.value()).collect();
        let Some(root) = traversal.expr.as_variable() else {
            let value = self.of(&traversal.expr);
            return self.follow(value, &operators);
        };
        if let Some(value) = self.bound(root.as_str()) {
            return self.follow(value, &operators);
        }
        let names = operators.iter().map_while(|o| match o {
            Operator::GetAttr(name) => Some(name.as_str()),
            _ => None,
        });
        let names: Vec<&'a str> = names.collect();
        let (value, used) = match (root.as_str(), names.as_slice()) {
            ("path", ["module" | "root" | "cwd", ..])
            | ("terraform", ["workspace", ..])
            | ("each", ["key", ..]) => (Inferred::Of(Type::String), 1),
            ("count", ["index", ..]) => (Inferred::Of(Type::Number), 1),
            ("each", ["value", ..]) => (self.each_value(), 1),
            ("var", [name, ..]) => (self.inference.variable(name), 1),
            ("local", [name, ..]) => (self.local(name), 1),
            ("module", [name, ..]) => {
                let value = self.inference.module(name);
                if let Some(message) = names.get(1).and_then(|output| no_output(name, &value, output)) {
                    let at = span(&traversal.expr).start..span(&traversal.operators[1]).end;
                    return self.fault(at, Code::UnknownReference, message);
                }
                (value, 1)
            }
            ("path" | "terraform" | "each" | "count" | "var" | "local" | "self" | "module", _) => {
                (Inferred::UNKNOWN, 0)
            }
            ("data" | "ephemeral", [ty, name, ..]) => {
                return self.element(&format!("{}.{ty}.{name}", root.as_str()), &operators[2..]);
            }
            ("resource", [ty, name, ..]) => return self.element(&format!("{ty}.{name}"), &operators[2..]),
            (ty, [name, ..]) => return self.element(&format!("{ty}.{name}"), &operators[1..]),
            _ => (Inferred::UNKNOWN, 0),
        };
        self.follow(value, &operators[used..])
    }

    fn local(&self, name: &str) -> Inferred {
        let inference = self.inference;
        if self.hops >= MAX_HOPS {
            return Inferred::UNKNOWN;
        }
        inference.named(format!("local.{name}"), |address| {
            let element = inference.document.element(address)?;
            let attribute = inference.document.local(element)?;
            // What is wrong with it is told where it is declared.
            let mut walk = Walk::new(inference, Some(element), None, self.hops + 1, self.depth);
            Some(walk.of(&attribute.value))
        })
    }

    /// What `for_each` of the element goes through.
    fn each_value(&mut self) -> Inferred {
        if self.inference.knowledge == Knowledge::Validate || self.hops >= MAX_HOPS {
            return Inferred::UNKNOWN;
        }
        let block = self.owner.and_then(|owner| self.inference.document.block(owner));
        let Some(attribute) = block.and_then(|block| block.body.get_attribute("for_each")) else {
            return Inferred::UNKNOWN;
        };
        let mut walk = Walk::new(self.inference, self.owner, None, self.hops + 1, self.depth);
        match walk.of(&attribute.value).ty() {
            Type::Map(element) | Type::Set(element) => Inferred::Of(*element),
            Type::Object(attributes) => {
                let mut types = attributes.into_values().map(|a| a.ty);
                let first = types.next().unwrap_or(Type::Dynamic);
                Inferred::Of(if types.all(|ty| ty == first) { first } else { Type::Dynamic })
            }
            _ => Inferred::UNKNOWN,
        }
    }

    /// A reference into a resource or data source. Terraform checks the path against the schema and knows no more of the
    /// value until there is a plan.
    fn element(&mut self, address: &str, operators: &[&'a Operator]) -> Inferred {
        let document = self.inference.document;
        let element = document.element(address).filter(|e| e.kind != ElementKind::Module);
        let schema = element.and_then(|e| Some((e, self.inference.schemas.of(e)?)));
        let Some((element, schema)) = schema else {
            return self.follow(Inferred::UNKNOWN, operators);
        };
        let (index, operators) = match (repeated(document, element), operators) {
            (true, [index @ (Operator::Index(_) | Operator::LegacyIndex(_)), rest @ ..]) => {
                (Some(*index), rest)
            }
            (true, [Operator::FullSplat(_) | Operator::AttrSplat(_), rest @ ..])
                if self.inference.knowledge == Knowledge::Design =>
            {
                let item = self.instance(&schema.block, rest);
                return if item.is_unknown() { item } else { Inferred::Of(Type::List(Box::new(item.ty()))) };
            }
            (true, _) => return self.follow(Inferred::UNKNOWN, operators),
            (false, _) => (None, operators),
        };
        if let Some(Operator::Index(key)) = index {
            self.of(key);
        }
        match self.inference.knowledge {
            Knowledge::Design => self.instance(&schema.block, operators),
            Knowledge::Validate => {
                // Past a splat or an index that is to be found out nothing is checked.
                let plain = |operator: &&&Operator| match operator {
                    Operator::GetAttr(_) | Operator::LegacyIndex(_) => true,
                    Operator::Index(key) => matches!(key, Expression::String(_) | Expression::Number(_)),
                    _ => false,
                };
                let path = operators.iter().take_while(plain).count();
                self.instance(&schema.block, &operators[..path]);
                self.follow(Inferred::UNKNOWN, &operators[path..])
            }
        }
    }

    /// An attribute of one object of a resource; blocks are not entered.
    fn instance(&mut self, schema: &catalog::Block, operators: &[&'a Operator]) -> Inferred {
        let Some((Operator::GetAttr(name), rest)) = operators.split_first() else {
            return self.follow(Inferred::UNKNOWN, operators);
        };
        let attribute = schema.attributes.get(name.as_str());
        self.follow(attribute.map_or(Inferred::UNKNOWN, |a| Inferred::Of(a.ty.clone())), rest)
    }

    fn follow(&mut self, mut value: Inferred, operators: &[&'a Operator]) -> Inferred {
        if self.depth >= MAX_DEPTH {
            return Inferred::UNKNOWN;
        }
        let mut rest = operators;
        while let Some((operator, after)) = rest.split_first() {
            rest = after;
            value = match operator {
                Operator::GetAttr(name) => self.attribute(&value, name.as_str(), span(name)),
                Operator::Index(key) => {
                    let at = self.of(key);
                    self.index(&value, &at, span(key))
                }
                Operator::LegacyIndex(index) => {
                    self.index(&value, &Inferred::Number(**index as f64), span(index))
                }
                Operator::FullSplat(_) | Operator::AttrSplat(_) => {
                    let own = match operator {
                        // `.*` takes attributes only; what follows them is about the list that comes out.
                        Operator::AttrSplat(_) => {
                            after.iter().take_while(|o| matches!(o, Operator::GetAttr(_))).count()
                        }
                        _ => after.len(),
                    };
                    rest = &after[own..];
                    self.depth += 1;
                    let value = self.splat(value, |walk, item| walk.follow(item, &after[..own]));
                    self.depth -= 1;
                    value
                }
            };
        }
        value
    }

    fn attribute(&mut self, value: &Inferred, name: &str, span: std::ops::Range<usize>) -> Inferred {
        let missing = |walk: &Self| {
            walk.fault(span.clone(), Code::UnknownReference, format!("this object has no attribute {name}"))
        };
        match value {
            Inferred::Of(Type::Dynamic) => Inferred::UNKNOWN,
            Inferred::Of(Type::Map(element)) => Inferred::Of((**element).clone()),
            Inferred::Of(Type::Object(attributes)) => match attributes.get(name) {
                Some(attribute) => Inferred::Of(attribute.ty.clone()),
                None => missing(self),
            },
            Inferred::Object(entries) => match entries.get(name) {
                Some(value) => value.clone(),
                None => missing(self),
            },
            Inferred::Null => self.fault(span, Code::WrongType, format!("null has no attribute {name}")),
            other => {
                let message = format!("a {} has no attributes", other.ty());
                self.fault(span, Code::UnknownReference, message)
            }
        }
    }

    fn index(&mut self, value: &Inferred, key: &Inferred, span: std::ops::Range<usize>) -> Inferred {
        if *value == Inferred::Null || *key == Inferred::Null {
            return self.fault(span, Code::WrongType, "null cannot be indexed, nor be an index");
        }
        if value.is_unknown() || key.ty() == Type::Dynamic {
            return Inferred::UNKNOWN;
        }
        let wanted = match value.ty() {
            Type::List(_) | Type::Tuple(_) => Type::Number,
            Type::Map(_) | Type::Object(_) => Type::String,
            Type::Set(_) => {
                return self.fault(span, Code::WrongType, "the elements of a set have no index");
            }
            ty => return self.fault(span, Code::WrongType, format!("a {ty} has no elements")),
        };
        if let Err(mismatch) = convert(key, &wanted) {
            return self.fault(span, Code::WrongType, format!("the index is a {wanted}: {mismatch}"));
        }
        let absent =
            |walk: &Self, span| walk.fault(span, Code::UnknownReference, "there is no element at this index");
        match (value, key) {
            (Inferred::Of(Type::List(element) | Type::Map(element)), _) => Inferred::Of((**element).clone()),
            (Inferred::Tuple(items), Inferred::Number(index)) => {
                match items.iter().enumerate().find(|(i, _)| *i as f64 == *index) {
                    Some((_, item)) => item.clone(),
                    None => absent(self, span),
                }
            }
            (Inferred::Object(entries), Inferred::String(name)) => match entries.get(&**name) {
                Some(item) => item.clone(),
                None => absent(self, span),
            },
            (Inferred::Object(entries), Inferred::Number(_)) => {
                match key.text().map(|name| entries.get(&*name)) {
                    Some(Some(item)) => item.clone(),
                    Some(None) => absent(self, span),
                    None => Inferred::UNKNOWN,
                }
            }
            // Terraform looks for it only when the object is known.
            (Inferred::Of(Type::Object(attributes)), Inferred::String(name)) => {
                attributes.get(&**name).map_or(Inferred::UNKNOWN, |a| Inferred::Of(a.ty.clone()))
            }
            (Inferred::Of(Type::Tuple(types)), Inferred::Number(index)) => {
                match types.iter().enumerate().find(|(i, _)| *i as f64 == *index) {
                    Some((_, ty)) => Inferred::Of(ty.clone()),
                    None => absent(self, span),
                }
            }
            _ => Inferred::UNKNOWN,
        }
    }
}

impl<'a> Inference<'a> {
    fn variable(&self, name: &str) -> Inferred {
        self.named(format!("var.{name}"), |address| {
            let block = self.document.block(self.document.element(address)?)?;
            let declared = block.body.get_attribute("type")?;
            Some(Inferred::Of(settled(constraint(&declared.value))))
        })
    }

    /// The outputs of a module whose code is at hand; of what they are nothing is known.
    fn module(&self, name: &str) -> Inferred {
        self.named(format!("module.{name}"), |address| {
            let element = self.document.element(address).filter(|e| !repeated(self.document, e))?;
            let outputs = &self.document.called(element)?.outputs;
            let output =
                |name: &String| (name.clone(), ObjectAttribute { ty: Type::Dynamic, optional: false });
            Some(Inferred::Of(Type::Object(outputs.keys().map(output).collect())))
        })
    }

    /// What an address stands for, found once and kept.
    fn named(&self, address: String, find: impl FnOnce(&str) -> Option<Inferred>) -> Inferred {
        if let Some(known) = self.named.borrow().get(&address) {
            return known.clone().unwrap_or(Inferred::UNKNOWN);
        }
        self.named.borrow_mut().insert(address.clone(), None);
        let value = carried(find(&address).unwrap_or(Inferred::UNKNOWN));
        self.named.borrow_mut().insert(address, Some(value.clone()));
        value
    }
}

/// What is wrong with an output of a module that has none of this name.
fn no_output(module: &str, value: &Inferred, output: &str) -> Option<String> {
    let Inferred::Of(Type::Object(outputs)) = value else { return None };
    if outputs.contains_key(output) {
        return None;
    }
    let meant = similar(output, outputs.keys().map(String::as_str));
    let hint = meant.map(|meant| format!("; did you mean {meant}?")).unwrap_or_default();
    Some(format!("module.{module} has no output {output}{hint}"))
}

/// What is used elsewhere, unless it is too large to be had in many places.
fn carried(value: Inferred) -> Inferred {
    if value.size(MAX_CARRIED) < MAX_CARRIED { value } else { Inferred::UNKNOWN }
}

/// The type of the values that a constraint lets through: optional attributes are there, if only as null.
fn settled(ty: Type) -> Type {
    let boxed = |ty: Box<Type>| Box::new(settled(*ty));
    match ty {
        Type::List(ty) => Type::List(boxed(ty)),
        Type::Set(ty) => Type::Set(boxed(ty)),
        Type::Map(ty) => Type::Map(boxed(ty)),
        Type::Tuple(types) => Type::Tuple(types.into_iter().map(settled).collect()),
        Type::Object(attributes) => {
            let settle = |(name, a): (String, ObjectAttribute)| {
                (name, ObjectAttribute { ty: settled(a.ty), optional: false })
            };
            Type::Object(attributes.into_iter().map(settle).collect())
        }
        other => other,
    }
}
