//! The address that an `import` block brings an object to.
//!
//! Source: <https://developer.hashicorp.com/terraform/cli/state/resource-addressing>

use std::fmt;

use hcl_edit::expr::{Expression, TraversalOperator as Operator};

use crate::{parse::parse_expression, write};

/// Longest address, in bytes.
const MAX: usize = 1024;
/// First words of addresses that are no resource type.
const WORDS: [&str; 11] =
    ["data", "ephemeral", "var", "local", "output", "each", "count", "path", "self", "terraform", "provider"];

/// Which one of many.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Key {
    Number(u64),
    Text(String),
}

/// `module.a["k"].type.name[0]`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Target {
    /// The modules that it is in, outermost first.
    pub modules: Vec<(String, Option<Key>)>,
    pub ty: String,
    pub name: String,
    pub key: Option<Key>,
}

enum Step {
    Name(String),
    Key(Key),
}

impl Target {
    /// Reads an address. What it is made of is all that is kept, so that writing it again is safe whatever was read.
    ///
    /// # Errors
    /// Why it is no address of a resource.
    pub fn read(text: &str) -> Result<Target, &'static str> {
        const NONE: &str = "write the address of a resource: type.name, without quotes and calculations";
        if text.len() > MAX {
            return Err("the address is too long");
        }
        let expression = parse_expression(text.trim()).map_err(|_| NONE)?;
        Target::of(&expression).ok_or(NONE)?
    }

    /// The address that an expression is; `None` when it is anything else.
    pub(crate) fn of(expression: &Expression) -> Option<Result<Target, &'static str>> {
        let Expression::Traversal(traversal) = expression else { return None };
        let Expression::Variable(root) = &traversal.expr else { return None };
        let steps = traversal.operators.iter().map(|operator| step(operator.value()));
        let steps: Vec<Step> = std::iter::once(Some(Step::Name(root.as_str().to_owned())))
            .chain(steps)
            .collect::<Option<_>>()?;
        Some(of_steps(steps))
    }

    /// Without the key: what the blueprint's element is called, were it in the root module.
    pub fn resource(&self) -> String {
        format!("{}.{}", self.ty, self.name)
    }
}

fn of_steps(steps: Vec<Step>) -> Result<Target, &'static str> {
    let mut steps = steps.into_iter().peekable();
    let mut modules = Vec::new();
    while steps.next_if(|step| matches!(step, Step::Name(name) if name == "module")).is_some() {
        let Some(Step::Name(name)) = steps.next() else {
            return Err("module is followed by the name of one: module.name.type.name");
        };
        modules.push((name, key(&mut steps)));
    }
    steps.next_if(|step| matches!(step, Step::Name(name) if name == "resource"));
    let (Some(Step::Name(ty)), Some(Step::Name(name))) = (steps.next(), steps.next()) else {
        return Err("an address has the type of a resource and a name: type.name");
    };
    if WORDS.contains(&ty.as_str()) {
        return Err("only resources can be imported: type.name");
    }
    let key = key(&mut steps);
    match steps.next() {
        Some(_) => Err("the address goes on after the name of the resource: leave out what follows it"),
        None => Ok(Target { modules, ty, name, key }),
    }
}

fn key(steps: &mut std::iter::Peekable<impl Iterator<Item = Step>>) -> Option<Key> {
    match steps.next_if(|step| matches!(step, Step::Key(_))) {
        Some(Step::Key(key)) => Some(key),
        _ => None,
    }
}

fn step(operator: &Operator) -> Option<Step> {
    match operator {
        Operator::GetAttr(name) => Some(Step::Name(name.as_str().to_owned())),
        Operator::Index(Expression::String(text)) => Some(Step::Key(Key::Text(text.as_str().to_owned()))),
        Operator::Index(Expression::Number(number)) => Some(Step::Key(Key::Number(number.value().as_u64()?))),
        _ => None,
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Key::Number(number) => write!(f, "[{number}]"),
            Key::Text(text) => write!(f, "[{}]", write::string(text)),
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, key) in &self.modules {
            write!(f, "module.{name}")?;
            key.iter().try_for_each(|key| write!(f, "{key}"))?;
            f.write_str(".")?;
        }
        write!(f, "{}.{}", self.ty, self.name)?;
        self.key.iter().try_for_each(|key| write!(f, "{key}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_and_written() {
        for text in [
            "a_b.c",
            "a_b.c[3]",
            "a_b.c[\"k\"]",
            "module.m.a_b.c",
            "module.m[\"$${x}\\\"\"].module.n[0].a_b.c[1]",
        ] {
            assert_eq!(Target::read(text).unwrap().to_string(), text);
        }
        assert_eq!(Target::read(" resource.a_b.c ").unwrap().to_string(), "a_b.c");
    }

    /// By the one reader of expressions, with its bounds on depth and time.
    #[test]
    fn what_is_not_closed_is_refused_at_once() {
        for open in ["(", "[", "{", "a[", "f(", "\"${", "{a="] {
            assert!(Target::read(&open.repeat(MAX / open.len())).is_err(), "{open}");
        }
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for text in [
            "",
            "a",
            "a_b.c.d",
            "data.a.b",
            "module.m",
            "a_b.*",
            "a_b[*].c",
            "a_b.c[x]",
            "a_b.c[-1]",
            "a_b.c[1.5]",
            "\"a_b.c\"",
            "a_b.c\n}\nresource \"x\" \"y\" {",
            "a_b.c[\"${x}\"]",
            "a_b.c + 1",
            "var.x",
            "a_b.\"c\"",
        ] {
            assert!(Target::read(text).is_err(), "{text}");
        }
        assert!(Target::read(&format!("a_b.c[{}0{}]", "[".repeat(500), "]".repeat(500))).is_err());
    }
}
