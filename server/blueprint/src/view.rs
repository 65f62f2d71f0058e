//! What text and catalog say, read for people: literal values, sentences, the schemas of Terraform's own blocks.

use cloudoven_crawler::catalog::{Attribute, Block, Docs, NestedBlock, Nesting, Type};
use hcl_edit::{
    expr::{Expression, UnaryOperator},
    template::Template,
};

use super::{
    document::{Document, Element, ElementKind},
    locate::{key_text, span},
    types::constraint,
    value::{Json, Value},
};

/// The value of an expression that is a literal through and through. Numbers keep the digits of the text.
pub(super) fn literal(text: &str, expression: &Expression) -> Option<Json> {
    match expression {
        Expression::Null(_) => Some(Json::Null),
        Expression::Bool(b) => Some(Json::Bool(*b.value())),
        Expression::String(s) => Some(Json::String(s.value().clone())),
        Expression::Number(n) => number(&text[span(n)]),
        Expression::UnaryOp(op) if *op.operator.value() == UnaryOperator::Neg => {
            match literal(text, &op.expr)? {
                Json::Number(n) if !n.starts_with('-') => Some(Json::Number(format!("-{n}"))),
                _ => None,
            }
        }
        Expression::StringTemplate(t) => plain(t).map(Json::String),
        Expression::HeredocTemplate(t) => plain(&t.template).map(Json::String),
        Expression::Array(items) => {
            items.iter().map(|i| literal(text, i)).collect::<Option<_>>().map(Json::Array)
        }
        Expression::Object(object) => {
            let entry = |(key, value): (_, &hcl_edit::expr::ObjectValue)| {
                Some((key_text(key)?.to_owned(), literal(text, value.expr())?))
            };
            object.iter().map(entry).collect::<Option<_>>().map(Json::Object)
        }
        _ => None,
    }
}

/// A template without interpolations or directives.
fn plain(template: &Template) -> Option<String> {
    template.iter().map(|element| element.as_literal().map(|l| l.value().as_str())).collect()
}

/// HCL's numbers are JSON's but for leading zeros.
fn number(text: &str) -> Option<Json> {
    let valid = serde_json::from_str::<&serde_json::value::RawValue>(text).is_ok();
    valid.then(|| Json::Number(text.to_owned()))
}

/// An expression as a form shows it.
pub(super) fn value(text: &str, expression: &Expression) -> Value {
    match literal(text, expression) {
        Some(json) => Value::Literal(json.to_raw()),
        None => Value::Expression(text[span(expression)].to_owned()),
    }
}

/// The first sentence of a markdown text, without marks.
pub(super) fn first_sentence(markdown: &str) -> String {
    let paragraph = markdown.trim_start().split("\n\n").next().unwrap_or("");
    let mut out = String::new();
    let mut chars = paragraph.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '`' | '*' => {}
            '[' => {}
            ']' if chars.peek() == Some(&'(') => while chars.next().is_some_and(|c| c != ')') {},
            ']' => {}
            '.' if chars.peek().is_none_or(|next| next.is_whitespace()) && !abbreviates(&out) => {
                out.push('.');
                break;
            }
            c if c.is_whitespace() => {
                if !out.ends_with(' ') && !out.is_empty() {
                    out.push(' ');
                }
            }
            c => out.push(c),
        }
    }
    out.trim_end().to_owned()
}

/// `e.g.` and the like do not end a sentence.
fn abbreviates(text: &str) -> bool {
    ["e.g", "i.e", "etc", "vs"].iter().any(|short| text.ends_with(short))
}

/// The arguments of Terraform's own blocks, in the form that the catalog has for a provider's; of a call also what the module takes.
pub(super) fn builtin(document: &Document, element: &Element) -> Option<Block> {
    let given = document.called(element).map(|interface| interface.inputs.attributes.clone());
    let default = match element.kind {
        ElementKind::Variable => {
            let declared = document.block(element)?.body.get_attribute("type");
            declared.map_or(Type::Dynamic, |a| constraint(&a.value))
        }
        _ => Type::Dynamic,
    };
    let mut block = builtin_of(element.kind, default)?;
    block.attributes.extend(given.into_iter().flatten());
    Some(block)
}

/// The same of a kind of block; `default` is the type of a variable's default.
pub(super) fn builtin_of(kind: ElementKind, default: Type) -> Option<Block> {
    let arguments: &[(&str, Type, bool, &str)] = &match kind {
        ElementKind::Variable => vec![
            ("type", Type::Dynamic, false, "The type of value that the variable accepts."),
            (
                "default",
                default,
                false,
                "The value when none is given. Without one the variable is required.",
            ),
            ("description", Type::String, false, "What the variable is for."),
            ("sensitive", Type::Bool, false, "Keeps the value out of Terraform's output."),
            ("nullable", Type::Bool, false, "Whether the value may be null."),
            ("ephemeral", Type::Bool, false, "Keeps the value out of state and plan files."),
        ],
        ElementKind::Output => vec![
            ("value", Type::Dynamic, true, "The value to show and to hand on."),
            ("description", Type::String, false, "What the value is."),
            ("sensitive", Type::Bool, false, "Keeps the value out of Terraform's output."),
            ("ephemeral", Type::Bool, false, "Keeps the value out of state and plan files."),
            ("depends_on", Type::Dynamic, false, "Elements that must be in place first."),
        ],
        ElementKind::Local => {
            vec![("value", Type::Dynamic, true, "The expression that this name stands for.")]
        }
        ElementKind::Module => vec![
            ("source", Type::String, true, "Where the module comes from."),
            ("version", Type::String, false, "Which versions of a registry module to accept."),
        ],
        _ => return None,
    };
    let mut block = Block { attributes: attributes(arguments), ..Block::default() };
    if kind == ElementKind::Variable {
        let rule = [
            ("condition", Type::Dynamic, true, "An expression that is true for a valid value."),
            ("error_message", Type::String, true, "What to say when it is not."),
        ];
        block.blocks.insert("validation".to_owned(), nested(&rule, 0, "A rule that values must keep."));
    }
    Some(block)
}

/// Arguments that Terraform adds to every resource and data source.
///
/// Source: <https://developer.hashicorp.com/terraform/language/meta-arguments>
pub(super) fn meta(kind: ElementKind) -> Block {
    let mut arguments = match kind {
        ElementKind::Resource | ElementKind::Data | ElementKind::Ephemeral => vec![
            ("count", Type::Dynamic, false, "How many of it there are."),
            ("for_each", Type::Dynamic, false, "One for each entry of a map or set."),
            ("depends_on", Type::Dynamic, false, "Elements that must be in place first."),
            ("provider", Type::Dynamic, false, "Which configuration of its provider to use."),
        ],
        ElementKind::Module => vec![
            ("count", Type::Dynamic, false, "How many of it there are."),
            ("for_each", Type::Dynamic, false, "One for each entry of a map or set."),
            ("depends_on", Type::Dynamic, false, "Elements that must be in place first."),
            ("providers", Type::Dynamic, false, "Which provider configurations the module gets."),
        ],
        ElementKind::Provider => {
            vec![("alias", Type::String, false, "The name of an additional configuration.")]
        }
        _ => Vec::new(),
    };
    if kind == ElementKind::Provider {
        arguments.push(("version", Type::String, false, "Superseded by required_providers."));
    }
    let mut block = Block { attributes: attributes(&arguments), ..Block::default() };
    if kind == ElementKind::Resource {
        let rules = [
            (
                "create_before_destroy",
                Type::Bool,
                false,
                "Creates a replacement before it removes what it replaces.",
            ),
            ("prevent_destroy", Type::Bool, false, "Refuses plans that would destroy it."),
            ("ignore_changes", Type::Dynamic, false, "Arguments whose changes are left alone, or `all`."),
            ("replace_triggered_by", Type::Dynamic, false, "Elements whose change replaces it."),
        ];
        block.blocks.insert("lifecycle".to_owned(), nested(&rules, 1, "How Terraform treats changes."));
    }
    block
}

/// What an element may hold that is Terraform's own: the arguments of its own blocks, and the meta-arguments.
pub fn own_arguments(document: &Document, element: &Element) -> Block {
    let mut own = meta(element.kind);
    if let Some(block) = builtin(document, element) {
        own.attributes.extend(block.attributes);
        own.blocks.extend(block.blocks);
    }
    own
}

/// Blocks that any resource, data source or module may hold besides those of its schema.
pub(super) fn is_meta_block(name: &str) -> bool {
    matches!(name, "lifecycle" | "connection" | "provisioner" | "dynamic" | "precondition" | "postcondition")
}

/// Arguments of Terraform's own: name, type, whether it is required, what it is.
pub(super) fn attributes(
    arguments: &[(&str, Type, bool, &str)],
) -> std::collections::BTreeMap<String, Attribute> {
    let attribute = |(position, (name, ty, required, text)): (usize, &(&str, Type, bool, &str))| {
        let position = u32::try_from(position + 1).unwrap_or(u32::MAX);
        let attribute = Attribute {
            ty: ty.clone(),
            nested: None,
            required: *required,
            optional: !required,
            computed: false,
            sensitive: false,
            write_only: false,
            deprecated: false,
            docs: Docs { text: text.to_string(), position, ..Docs::default() },
            fields: std::collections::BTreeMap::new(),
        };
        (name.to_string(), attribute)
    };
    arguments.iter().enumerate().map(attribute).collect()
}

/// A nested block of Terraform's own.
pub(super) fn nested(arguments: &[(&str, Type, bool, &str)], max_items: u64, text: &str) -> NestedBlock {
    NestedBlock {
        nesting: Nesting::List,
        min_items: 0,
        max_items,
        deprecated: false,
        docs: Docs { text: text.to_owned(), ..Docs::default() },
        block: Block { attributes: attributes(arguments), ..Block::default() },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_are_plain() {
        for (markdown, plain) in [
            ("The `name` of [the thing](https://x.y/z). More.", "The name of the thing."),
            ("A value, e.g. `1.5`\nor **two**", "A value, e.g. 1.5 or two"),
            ("", ""),
        ] {
            assert_eq!(first_sentence(markdown), plain);
        }
    }

    #[test]
    fn literals_keep_their_digits() {
        let text = "{ a = -12345678901234567890.5, \"b\" = [null, true, \"x\\n\"] }";
        let json = literal(text, &text.parse().unwrap()).unwrap();
        assert_eq!(json.to_string(), r#"{"a":-12345678901234567890.5,"b":[null,true,"x\n"]}"#);
        assert!(literal("[var.x]", &"[var.x]".parse().unwrap()).is_none());
    }
}
