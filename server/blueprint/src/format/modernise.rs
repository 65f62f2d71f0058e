//! What `terraform fmt` rewrites before it lays a text out.

use std::ops::Range;

use hcl_edit::{
    expr::Expression,
    structure::{BlockLabel, Body},
    template::Element,
};

use crate::{
    lex::{Kind, Token, lex},
    locate::span,
    write,
};

/// The text with redundant interpolations taken apart, labels in quotes, and legacy variable types renewed.
pub(super) fn modernise(text: &str, body: &Body) -> String {
    let mut changes: Vec<(Range<usize>, String)> = Vec::new();
    collect(text, body, None, &mut changes);
    changes.sort_by_key(|(range, _)| range.start);
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for (range, new) in changes {
        out.push_str(&text[at..range.start]);
        out.push_str(&new);
        at = range.end;
    }
    out.push_str(&text[at..]);
    out
}

/// `around` is the keyword of the top-level block that the body directly belongs to.
fn collect(text: &str, body: &Body, around: Option<&str>, changes: &mut Vec<(Range<usize>, String)>) {
    for attribute in body.attributes() {
        let range = span(&attribute.value);
        let new = if around == Some("variable") && attribute.key.as_str() == "type" {
            legacy_type(&attribute.value)
        } else {
            unwrapped(&text[range.clone()], &attribute.value)
        };
        changes.extend(new.map(|new| (range, new)));
    }
    for block in body.blocks() {
        changes.extend(block.labels.iter().filter_map(quoted));
        let direct = if around.is_none() { block.ident.as_str() } else { "" };
        collect(text, &block.body, Some(direct), changes);
    }
}

fn quoted(label: &BlockLabel) -> Option<(Range<usize>, String)> {
    match label {
        BlockLabel::Ident(ident) => Some((span(ident), write::string(ident.as_str()))),
        BlockLabel::String(_) => None,
    }
}

/// `list` → `list(any)`, `"string"` → `string`, `"list"` → `list(string)`.
fn legacy_type(value: &Expression) -> Option<String> {
    let new = match value {
        Expression::Variable(v) => match v.as_str() {
            name @ ("list" | "map" | "set") => format!("{name}(any)"),
            _ => return None,
        },
        Expression::String(s) => match s.value().as_str() {
            "string" => "string".to_owned(),
            name @ ("list" | "map") => format!("{name}(string)"),
            _ => return None,
        },
        _ => return None,
    };
    Some(new)
}

/// `"${x}"` → `x`, in parentheses if it spans lines.
fn unwrapped(code: &str, value: &Expression) -> Option<String> {
    let Expression::StringTemplate(template) = value else { return None };
    template.as_single_element().and_then(Element::as_interpolation)?;
    let tokens = lex(code);
    let [open, inside @ .., close] = tokens.get(1..tokens.len().checked_sub(1)?)? else { return None };
    if open.kind != Kind::OpenTemplate || close.kind != Kind::CloseTemplate || holds_template(code, inside) {
        return None;
    }
    let is_newline = |t: &&Token| t.kind == Kind::Newline;
    let skipped = inside.iter().take_while(is_newline).count();
    let trailing = inside.iter().rev().take_while(is_newline).count();
    let trimmed = inside.get(skipped..inside.len().checked_sub(trailing)?)?;
    let (first, last) = (trimmed.first()?, trimmed.last()?);
    let code = &code[first.span.start..last.span.end];
    let lines = trimmed.iter().any(|t| t.kind == Kind::Newline);
    let wrapped = first.kind == Kind::OpenParen && last.kind == Kind::CloseParen;
    Some(if lines && !wrapped { format!("({code})") } else { code.to_owned() })
}

/// Whether another template begins or text stands in it, outside of nested quotes.
fn holds_template(code: &str, tokens: &[Token]) -> bool {
    let mut quotes = 0;
    tokens.iter().any(|token| {
        match token.kind {
            Kind::OpenQuote => quotes += 1,
            Kind::CloseQuote => quotes -= 1,
            Kind::OpenTemplate | Kind::CloseTemplate | Kind::QuotedText if quotes == 0 => return true,
            // Terraform's own command would leave an invalid file behind; a comment cannot end an expression.
            Kind::Comment if code[token.span.clone()].ends_with('\n') => return true,
            _ => {}
        }
        false
    })
}
