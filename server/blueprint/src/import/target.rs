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
        let mut steps = steps(expression)?.into_iter().peekable();
        Some(modules(&mut steps).and_then(|modules| resource(steps, modules)))
    }

    /// Reads the address of what a plan can be limited to: a resource, a data source, or all of a module. Gives it back as it is
    /// written in one way only.
    ///
    /// # Errors
    /// Why it is none of them.
    pub fn read_limit(text: &str) -> Result<String, &'static str> {
        const NONE: &str = "write the address of a resource, a data source or a module: type.name, data.type.name, module.name";
        if text.len() > MAX {
            return Err("the address is too long");
        }
        let expression = parse_expression(text.trim()).map_err(|_| NONE)?;
        let mut steps = steps(&expression).ok_or(NONE)?.into_iter().peekable();
        let path = path(&modules(&mut steps)?);
        if steps.peek().is_none() {
            return path.strip_suffix('.').map(str::to_owned).ok_or(NONE);
        }
        let data = steps.next_if(|step| matches!(step, Step::Name(name) if name == "data")).is_some();
        let target = resource(steps, Vec::new()).map_err(|_| NONE)?;
        Ok(format!("{path}{}{target}", if data { "data." } else { "" }))
    }

    /// Without the key: what the blueprint's element is called, were it in the root module.
    pub fn resource(&self) -> String {
        format!("{}.{}", self.ty, self.name)
    }
}

type Steps = std::iter::Peekable<std::vec::IntoIter<Step>>;
type Modules = Vec<(String, Option<Key>)>;

/// The names and keys of an expression that consists of nothing else.
fn steps(expression: &Expression) -> Option<Vec<Step>> {
    let Expression::Traversal(traversal) = expression else { return None };
    let Expression::Variable(root) = &traversal.expr else { return None };
    let steps = traversal.operators.iter().map(|operator| step(operator.value()));
    std::iter::once(Some(Step::Name(root.as_str().to_owned()))).chain(steps).collect()
}

/// The modules that an address begins with.
fn modules(steps: &mut Steps) -> Result<Modules, &'static str> {
    let mut modules = Vec::new();
    while steps.next_if(|step| matches!(step, Step::Name(name) if name == "module")).is_some() {
        let Some(Step::Name(name)) = steps.next() else {
            return Err("module is followed by the name of one: module.name.type.name");
        };
        modules.push((name, key(steps)));
    }
    Ok(modules)
}

fn path(modules: &Modules) -> String {
    let one = |(name, key): &(String, Option<Key>)| {
        format!("module.{name}{}.", key.as_ref().map(ToString::to_string).unwrap_or_default())
    };
    modules.iter().map(one).collect()
}

/// The resource that the rest of an address names.
fn resource(mut steps: Steps, modules: Modules) -> Result<Target, &'static str> {
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

fn key(steps: &mut Steps) -> Option<Key> {
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
        write!(f, "{}{}.{}", path(&self.modules), self.ty, self.name)?;
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

    #[test]
    fn a_plan_is_limited_to_more_than_resources() {
        for text in
            ["a_b.c[0]", "data.a_b.c", "module.m", "module.m[\"k\"].module.n[0]", "module.m.data.a.b[1]"]
        {
            assert_eq!(Target::read_limit(text).as_deref(), Ok(text));
        }
        for text in
            ["", "a", "data.a", "module", "module.m[0][1]", "var.x", "module.m.data", "a.b.c", "a_b.*", "-x"]
        {
            assert!(Target::read_limit(text).is_err(), "{text}");
        }
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
