//! The parts of an element's page other than its arguments: examples, import, timeouts, uses, a function's signature.

use cloudoven_crawler::catalog::{Document, Example, Function, Import, Parameter, Type, Use};

use super::facts::{Scope, attribute_of};
use crate::http::{hcl, markdown};

/// Uses shown at once; the rest is behind a "more".
const SHOWN_USES: usize = 12;

/// A piece of code to look at and to copy.
pub(in crate::http::ui) struct Code {
    /// Where on the page it is.
    pub id: String,
    pub title: String,
    /// Safe HTML.
    pub html: String,
}

pub(super) fn examples(document: &Document) -> Vec<Code> {
    let view = |(i, example): (usize, &Example)| Code {
        id: format!("example-{}", i + 1),
        title: match example.title.as_str() {
            "" if i == 0 => "Example".to_owned(),
            "" => format!("Example {}", i + 1),
            title => title.to_owned(),
        },
        html: hcl::html(example.code.trim_end()),
    };
    document.examples.iter().enumerate().map(view).collect()
}

/// How an object that exists is brought under Terraform.
#[derive(Default)]
pub(in crate::http::ui) struct ImportView {
    /// Safe HTML: what the page says besides the code.
    pub text: String,
    pub code: Vec<Code>,
}

impl ImportView {
    pub fn of(import: &Import, links: &markdown::Links) -> ImportView {
        let blocks = import.blocks.iter().map(|code| ("Import block", hcl::html(code.trim_end())));
        let commands = import.commands.iter().map(|code| ("Command", plain(code.trim_end())));
        let code: Vec<Code> = blocks
            .chain(commands)
            .enumerate()
            .map(|(i, (title, html))| Code { id: format!("import-{}", i + 1), title: title.to_owned(), html })
            .collect();
        let text = if code.is_empty() { import.text.clone() } else { without_code(&import.text) };
        ImportView { text: markdown::render_linked(&text, links), code }
    }

    pub fn is_empty(&self) -> bool {
        self.text.is_empty() && self.code.is_empty()
    }
}

/// A command's text as HTML; no language of ours.
fn plain(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// Markdown without its fenced code, which is shown by itself.
fn without_code(text: &str) -> String {
    let mut fence: Option<&str> = None;
    let outside = text.lines().filter(|line| {
        let mark = ["```", "~~~"].into_iter().find(|mark| line.trim_start().starts_with(mark));
        match (fence, mark) {
            (None, None) => true,
            (None, mark) => {
                fence = mark;
                false
            }
            (Some(open), Some(mark)) if open == mark => {
                fence = None;
                false
            }
            (Some(_), _) => false,
        }
    });
    outside.collect::<Vec<_>>().join("\n")
}

/// Arguments of other elements that are set to an attribute of this one.
pub(super) struct Uses {
    pub total: usize,
    pub shown: Vec<UseView>,
    pub more: Vec<UseView>,
}

pub(super) struct UseView {
    /// `acme_server.network_id`
    pub argument: String,
    pub url: Option<String>,
    /// The attribute of this element.
    pub attribute: String,
    pub count: u32,
}

impl Uses {
    pub fn of(document: &Document, scope: &Scope) -> Uses {
        let view = |used: &Use| UseView {
            argument: attribute_of(used.kind, &used.name, &used.argument),
            url: scope.element(used.kind, &used.name).map(|page| format!("{page}#arg-{}", used.argument)),
            attribute: used.attribute.clone(),
            count: used.count,
        };
        let mut shown: Vec<UseView> = document.used_by.iter().map(view).collect();
        let more = shown.split_off(shown.len().min(SHOWN_USES));
        Uses { total: document.used_by.len(), shown, more }
    }
}

/// How a function is called and what it takes.
pub(super) struct FunctionView {
    /// Safe HTML: the call with the types of its parameters.
    pub signature: String,
    /// Safe HTML: a call to start from.
    pub call: String,
    pub parameters: Vec<ParameterView>,
    pub returns: String,
}

pub(super) struct ParameterView {
    pub name: String,
    pub ty: String,
    pub nullable: bool,
    pub variadic: bool,
    /// Safe HTML.
    pub text: String,
}

impl FunctionView {
    /// `provider` is the local name that a call goes through.
    pub fn of(function: &Function, provider: &str, name: &str, scope: &Scope) -> FunctionView {
        let parameter = |p: &Parameter, variadic: bool| ParameterView {
            name: p.name.clone(),
            ty: p.ty.to_string(),
            nullable: p.nullable,
            variadic,
            text: markdown::render_linked(&p.description, scope.links),
        };
        let parameters: Vec<ParameterView> = (function.parameters.iter().map(|p| parameter(p, false)))
            .chain(function.variadic.iter().map(|p| parameter(p, true)))
            .collect();
        let typed = |p: &ParameterView| {
            let name = if p.variadic { format!("{}...", p.name) } else { p.name.clone() };
            format!("{name} {}", p.ty)
        };
        let head = format!("provider::{provider}::{name}");
        let values: Vec<&str> = function.parameters.iter().map(|p| sample(&p.ty)).collect();
        let call = format!("{head}({})", values.join(", "));
        let typed: Vec<String> = parameters.iter().map(typed).collect();
        let signature = format!("{head}({}) {}", typed.join(", "), function.return_type);
        FunctionView {
            signature: hcl::html(&signature),
            call: hcl::html(&format!("output \"result\" {{\n  value = {call}\n}}")),
            returns: function.return_type.to_string(),
            parameters,
        }
    }
}

/// A value of a type, to start from.
fn sample(ty: &Type) -> &'static str {
    match ty {
        Type::String => "\"text\"",
        Type::Number => "1",
        Type::Bool => "true",
        Type::List(_) | Type::Set(_) | Type::Tuple(_) => "[]",
        Type::Map(_) | Type::Object(_) => "{}",
        Type::Dynamic => "null",
    }
}

#[cfg(test)]
mod tests {
    use super::without_code;

    #[test]
    fn fenced_code_is_left_out() {
        assert_eq!(without_code("a\n```tf\nx\n~~~\n```\nb\n  ~~~\ny\n~~~\nc"), "a\nb\nc");
        assert_eq!(without_code("a\n```\nnever closed"), "a");
    }
}
