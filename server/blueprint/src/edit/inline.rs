//! The way back from a variable: its default stands where it was used.

use cloudoven_crawler::catalog::Type;

use super::{
    Applied, EditError,
    elements::extent,
    follow::{Next, next},
    meaning::is_bare,
};
use crate::{
    document::{Document, Element, ElementKind},
    lex::{Kind, Token, lex},
    locate,
    refs::{Reference, references},
    splice::Draft,
    types::constraint,
    value::Json,
    view::literal,
    write,
};

/// Replaces every use of a variable by its default and removes it.
pub(super) fn inline(document: &Document, address: &str) -> Result<Applied, EditError> {
    let element = locate::element(document, address)?;
    let (json, code) = default(document, element)?;
    let mut draft = Draft::new(document);
    for reference in references(document).into_iter().filter(|r| r.address == address) {
        let Some(owner) = document.elements().get(reference.owner).filter(|e| e.address != address) else {
            continue;
        };
        if let Some(name) = is_bare(document, &reference) {
            return Err(EditError::invalid(format!("{} names {address} in {name}", owner.address)));
        }
        let text = document.text(&reference.file).map_or("", |text| text);
        let (range, code) = substitute(text, &reference, &json, &code);
        draft.replace(&reference.file, range, code);
    }
    let text = document.text(&element.file).cloned().unwrap_or_default();
    draft.replace(&element.file, extent(document, element, &text), "");
    Applied::from_draft(draft, None)
}

/// The default of a variable that may go, as a value and as code of the variable's type.
fn default(document: &Document, element: &Element) -> Result<(Json, String), EditError> {
    let address = &element.address;
    let refuse = |why: &str| Err(EditError::invalid(format!("{address} {why}")));
    let Some(block) = document.block(element).filter(|_| element.kind == ElementKind::Variable) else {
        return refuse("is no variable");
    };
    for mark in ["sensitive", "ephemeral"] {
        if block.body.get_attribute(mark).is_some_and(|a| a.value.as_bool() != Some(false)) {
            return refuse(&format!("is {mark}, which its value would no longer be"));
        }
    }
    let Some(default) = block.body.get_attribute("default") else {
        return refuse("has no default that could stand where it is used");
    };
    let text = document.text(&element.file).map_or("", |text| text);
    let Some(json) = literal(text, &default.value) else {
        return refuse("has a default that is no plain value");
    };
    let ty = block.body.get_attribute("type").map_or(Type::Dynamic, |a| constraint(&a.value));
    match typed(&json, &ty) {
        Some(code) => Ok((json, code)),
        None => refuse(&format!("turns its default into a {ty}; the text alone would be another value")),
    }
}

/// A value as code that is of the given type without being converted by a variable; none where there is no such code.
fn typed(json: &Json, ty: &Type) -> Option<String> {
    let code = write::value(json);
    match (json, ty) {
        (Json::Null, _) => Some(code),
        (Json::Bool(b), Type::String) => Some(write::string(&b.to_string())),
        (Json::Array(items), Type::List(element)) if items.iter().all(|i| fits(i, element)) => {
            Some(format!("tolist({code})"))
        }
        (Json::Array(items), Type::Set(element)) if items.iter().all(|i| fits(i, element)) => {
            Some(format!("toset({code})"))
        }
        (Json::Object(entries), Type::Map(element)) if entries.iter().all(|(_, v)| fits(v, element)) => {
            Some(format!("tomap({code})"))
        }
        _ => fits(json, ty).then_some(code),
    }
}

/// Whether a literal is of a type as it stands.
fn fits(json: &Json, ty: &Type) -> bool {
    match (json, ty) {
        (_, Type::Dynamic) | (Json::Null, _) => true,
        (Json::Bool(_), Type::Bool) | (Json::Number(_), Type::Number) | (Json::String(_), Type::String) => {
            true
        }
        (Json::Array(items), Type::Tuple(types)) => {
            items.len() == types.len() && items.iter().zip(types).all(|(item, ty)| fits(item, ty))
        }
        (Json::Object(entries), Type::Object(attributes)) => {
            entries.len() == attributes.len()
                && entries
                    .iter()
                    .all(|(name, value)| attributes.get(name).is_some_and(|a| fits(value, &a.ty)))
        }
        _ => false,
    }
}

/// What to put where a variable is used. A text goes straight into the text around it.
fn substitute(
    text: &str,
    reference: &Reference,
    json: &Json,
    code: &str,
) -> (std::ops::Range<usize>, String) {
    if let Json::String(_) = json
        && let Some(whole) = interpolation(text, reference)
    {
        let inner = &code[1..code.len() - 1];
        let marker = |c: Option<char>| matches!(c, Some('$' | '%'));
        if !marker(text[..whole.start].chars().next_back()) && !marker(inner.chars().next_back()) {
            return (whole, inner.to_owned());
        }
    }
    let goes_on = next(text, reference.span.end) != Next::Nothing;
    let code = if goes_on || code.starts_with('-') { format!("({code})") } else { code.to_owned() };
    (reference.span.clone(), code)
}

/// The whole `${var.x}`, where nothing else is in it and the text around is in quotes.
fn interpolation(text: &str, reference: &Reference) -> Option<std::ops::Range<usize>> {
    let start = text[..reference.span.start].trim_end().strip_suffix("${")?.len();
    let rest = &text[reference.span.end..];
    let end = reference.span.end + (rest.len() - rest.trim_start().len());
    text[end..].starts_with('}').then_some(())?;
    let mut open: Vec<Token> = Vec::new();
    for token in lex(text).into_iter().take_while(|t| t.span.start < start) {
        match token.kind {
            Kind::OpenQuote | Kind::OpenHeredoc | Kind::OpenTemplate => open.push(token),
            Kind::CloseQuote | Kind::CloseHeredoc | Kind::CloseTemplate => drop(open.pop()),
            _ => {}
        }
    }
    (open.last()?.kind == Kind::OpenQuote).then_some(start..end + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::Files;

    fn document(variable: &str, uses: &str) -> Document {
        let mut files = Files::default();
        files.insert("main.tf", format!("locals {{\n{uses}}}\n")).unwrap();
        files.insert("variables.tf", format!("variable \"x\" {{\n{variable}}}\n")).unwrap();
        Document::parse(&files).unwrap()
    }

    #[track_caller]
    fn inlined(variable: &str, uses: &str) -> String {
        let applied = inline(&document(variable, uses), "var.x").unwrap();
        assert_eq!(applied.document.text("variables.tf").unwrap().as_ref(), "");
        let text = applied.document.text("main.tf").unwrap();
        text.trim_start_matches("locals {\n").trim_end_matches("}\n").to_owned()
    }

    #[test]
    fn values_keep_their_type() {
        for (ty, default, code) in [
            ("string", "\"a\"", "\"a\""),
            ("number", "-1.50", "(-1.50)"),
            ("bool", "true", "true"),
            ("string", "true", "\"true\""),
            ("string", "null", "null"),
            ("any", "[\"a\"]", "[\"a\"]"),
            ("list(string)", "[\"a\", \"b\"]", "tolist([\"a\", \"b\"])"),
            ("set(number)", "[1]", "toset([1])"),
            ("map(bool)", "{}", "tomap({})"),
            ("tuple([string, number])", "[\"a\", 1]", "[\"a\", 1]"),
            ("list(any)", "[\"a\", \"b\"]", "tolist([\"a\", \"b\"])"),
        ] {
            let now = inlined(&format!("  type    = {ty}\n  default = {default}\n"), "  a = var.x\n");
            assert_eq!(now, format!("  a = {code}\n"), "{ty}");
        }
        for (ty, default) in [
            ("string", "1.50"),
            ("number", "\"1\""),
            ("bool", "\"true\""),
            ("list(string)", "[1]"),
            ("list(list(string))", "[[\"a\"]]"),
            ("object({ a = string })", "{ a = \"x\", b = 1 }"),
            ("object({ a = optional(string, \"y\") })", "{}"),
        ] {
            let document = document(&format!("  type    = {ty}\n  default = {default}\n"), "  a = var.x\n");
            assert!(inline(&document, "var.x").is_err(), "{ty} {default}");
        }
    }

    #[test]
    fn texts_join_the_text_around_them() {
        let default = |text: &str| format!("  default = {text}\n");
        for (text, before, after) in [
            ("\"b\"", "\"a-${var.x}-c\"", "\"a-b-c\""),
            ("\"b\"", "\"a-${ var.x }\"", "\"a-b\""),
            ("\"b\"", "\"a-${var.x ~} c\"", "\"a-${\"b\" ~} c\""),
            ("\"b\"", "\"${upper(var.x)}\"", "\"${upper(\"b\")}\""),
            ("\"{b\"", "\"50%${var.x}}\"", "\"50%${\"{b\"}}\""),
            ("\"q\\\"$${\"", "\"${var.x}\"", "\"q\\\"$${\""),
            ("\"a$\"", "\"${var.x}{\"", "\"${\"a$\"}{\""),
            ("1", "\"${var.x}\"", "\"${1}\""),
            ("{ a = [1] }", "var.x.a[0]", "({\n    a = [1]\n  }).a[0]"),
            ("<<EOT\nb\n  c\nEOT\n", "[var.x]", "[\"b\\n  c\\n\"]"),
        ] {
            assert_eq!(inlined(&default(text), &format!("  a = {before}\n")), format!("  a = {after}\n"));
        }
        let heredoc = inlined(&default("\"b\\\"\""), "  a = <<EOT\n${var.x}\nEOT\n");
        assert_eq!(heredoc, "  a = <<EOT\n${\"b\\\"\"}\nEOT\n");
    }

    #[test]
    fn what_cannot_go_is_refused() {
        for variable in [
            "",
            "  default   = 1\n  sensitive = true\n",
            "  default   = 1\n  ephemeral = true\n",
            "  default = timestamp()\n",
        ] {
            assert!(inline(&document(variable, "  a = var.x\n"), "var.x").is_err(), "{variable}");
        }
        let mut files = Files::default();
        files
            .insert(
                "main.tf",
                "variable \"x\" {\n  default = 1\n}\n\nresource \"a_b\" \"c\" {\n  depends_on = [var.x]\n}\n",
            )
            .unwrap();
        let document = Document::parse(&files).unwrap();
        assert!(inline(&document, "var.x").is_err() && inline(&document, "a_b.c").is_err());
    }
}
