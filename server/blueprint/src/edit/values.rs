//! Setting and unsetting arguments, and what is inside literal values.

use std::ops::Range;

use hcl_edit::{
    expr::{Array, Expression, Object, ObjectValueTerminator},
    structure::{Attribute, Block, Structure},
};

use super::{Applied, EditError};
use crate::{
    document::{Document, attribute_span},
    lex::{Kind, lex},
    locate::{Place, body_start, entry, inside, place, span},
    parse::parse_expression,
    path::{Path, Step, is_identifier},
    splice::{Draft, indent_at, line_end, next_line, uses_crlf, whole_lines},
    value::{Json, Value},
    write,
};

pub(super) fn set(
    document: &Document,
    address: &str,
    path: &Path,
    value: &Value,
) -> Result<Applied, EditError> {
    let place = place(document, address, path)?;
    let mut draft = Draft::new(document);
    let plain = place.inner.is_empty();
    let code = code_of(value, plain && !uses_crlf(place.text)).map_err(|e| e.at(address, path))?;
    set_code(&mut draft, &place, &code)?;
    Applied::from_draft(draft, Some(address.to_owned()))
}

/// Puts code where a path leads.
pub(crate) fn set_code(draft: &mut Draft, place: &Place, code: &str) -> Result<(), EditError> {
    let name = place.name.ok_or_else(|| EditError::invalid("the path names a block, not an argument"))?;
    if !is_identifier(name) {
        return Err(EditError::invalid(format!("{name:?} is not an argument's name")));
    }
    let file = &place.element.file;
    let Some(attribute) = place.attribute() else {
        if place.body().has_blocks(name) {
            return Err(EditError::invalid(format!("{name} is a block here, not an argument")));
        }
        let code = nested(place.inner, code)?;
        insert_argument(draft, file, place.text, place.block, &format!("{name} = {code}"));
        return Ok(());
    };
    let (found, missing) = inside(&attribute.value, place.inner);
    match missing.split_first() {
        None => draft.replace(file, span(found), reindented(place.text, attribute, code)),
        Some((step, rest)) => add_inside(draft, file, place.text, found, step, &nested(rest, code)?)?,
    }
    Ok(())
}

/// The code of a value; an expression must be one whole expression.
pub(super) fn code_of(value: &Value, heredocs: bool) -> Result<String, EditError> {
    match value {
        Value::Literal(raw) => {
            let json = Json::parse(raw).map_err(EditError::invalid)?;
            Ok(write::argument(&json, heredocs))
        }
        Value::Expression(text) => {
            let text = text.trim();
            expression(text)?;
            Ok(text.to_owned())
        }
    }
}

/// Reads a text that is one expression.
pub(super) fn expression(text: &str) -> Result<Expression, EditError> {
    if text.is_empty() {
        let empty = EditError::new(super::EditErrorKind::Syntax, "the expression is empty");
        return Err(EditError { line: Some(1), column: Some(1), ..empty });
    }
    parse_expression(text).map_err(|fault| EditError { file: None, ..EditError::from(fault) })
}

/// Wraps code in the objects and lists that the remaining steps ask for.
fn nested(steps: &[Step], code: &str) -> Result<String, EditError> {
    steps.iter().rev().try_fold(code.to_owned(), |code, step| match step {
        Step::Name(name) | Step::Key(name) => Ok(format!("{{\n{} = {code}\n}}", write::key(name))),
        Step::Index(0) => Ok(format!("[{code}]")),
        Step::Index(n) => Err(EditError::not_found(format!("the list has no element {n}"))),
    })
}

/// Multi-line code at the depth of the argument that holds it.
fn reindented(text: &str, attribute: &Attribute, code: &str) -> String {
    if !code.contains('\n') {
        return code.to_owned();
    }
    let indent = indent_at(text, span(&attribute.key).start);
    let laid_out = write::laid_out(&format!("x = {code}\n"), indent);
    laid_out.trim_start().trim_end_matches('\n').trim_start_matches("x = ").to_owned()
}

/// Adds an argument behind the arguments that come before the first nested block.
pub(crate) fn insert_argument(draft: &mut Draft, file: &str, text: &str, block: &Block, code: &str) {
    let last = block.body.iter().map_while(Structure::as_attribute).last();
    match last {
        Some(attribute) if is_multiline(text, block) => {
            let indent = indent_at(text, span(&attribute.key).start);
            let at = line_end(text, attribute_span(attribute).end);
            let code = write::laid_out(&format!("{code}\n"), indent);
            draft.insert(file, at, format!("\n{}", code.trim_end_matches('\n')));
        }
        _ => insert_first(draft, file, text, block, code),
    }
}

/// Whether the body stands on lines of its own.
pub(super) fn is_multiline(text: &str, block: &Block) -> bool {
    let start = body_start(text, block);
    let first = lex(&text[start..span(block).end])
        .into_iter()
        .find(|t| t.kind != Kind::Comment || text[start..][t.span.clone()].ends_with('\n'));
    first.is_some_and(|t| matches!(t.kind, Kind::Newline | Kind::Comment))
}

/// Adds the first argument of a body, or opens up a block that stands on one line.
fn insert_first(draft: &mut Draft, file: &str, text: &str, block: &Block, code: &str) {
    let outer = indent_at(text, span(block).start).to_owned();
    let inner = format!("{outer}  ");
    let start = body_start(text, block);
    let end = span(block).end - 1;
    if is_multiline(text, block) {
        let at = line_end(text, start);
        let gap = if block.body.is_empty() { "" } else { "\n" };
        let code = write::laid_out(&format!("{code}\n"), &inner);
        draft.insert(file, at, format!("\n{}{gap}", code.trim_end_matches('\n')));
        return;
    }
    let present = text[start..end].trim();
    let present = if present.is_empty() { String::new() } else { format!("{present}\n") };
    let code = write::laid_out(&format!("{present}{code}\n"), &inner);
    draft.replace(file, start..end, format!("\n{code}{outer}"));
}

fn add_inside(
    draft: &mut Draft,
    file: &str,
    text: &str,
    value: &Expression,
    step: &Step,
    code: &str,
) -> Result<(), EditError> {
    match (value, step) {
        (Expression::Object(object), Step::Name(name) | Step::Key(name)) => {
            add_entry(draft, file, text, object, &format!("{} = {code}", write::key(name)));
            Ok(())
        }
        (Expression::Array(array), Step::Index(index)) if *index == array.len() => {
            add_item(draft, file, text, array, code);
            Ok(())
        }
        (Expression::Array(_), Step::Index(index)) => {
            Err(EditError::not_found(format!("the list has no element {index}")))
        }
        _ => Err(EditError::invalid("this is not a literal list, map or object; edit it as code")),
    }
}

fn add_entry(draft: &mut Draft, file: &str, text: &str, object: &Object, code: &str) {
    let whole = span(object);
    let indent = indent_at(text, whole.start);
    let Some((key, last)) = object.iter().last() else {
        let code = write::laid_out(&format!("{code}\n"), &format!("{indent}  "));
        return draft.replace(file, whole, format!("{{\n{code}{indent}}}"));
    };
    let end = span(last.expr()).end;
    if text[whole.start..span(key).start].contains('\n') {
        let code = write::laid_out(&format!("{code}\n"), indent_at(text, span(key).start));
        let code = code.trim_end_matches('\n');
        match last.terminator() {
            ObjectValueTerminator::None => draft.insert(file, end, format!("\n{code}")),
            _ => draft.insert(file, line_end(text, end), format!("\n{code}")),
        }
    } else {
        draft.insert(file, end, format!(", {}", write::laid_out(code, "")));
    }
}

fn add_item(draft: &mut Draft, file: &str, text: &str, array: &Array, code: &str) {
    let whole = span(array);
    let Some(last) = array.iter().last() else {
        return draft.replace(file, whole, format!("[{code}]"));
    };
    let end = span(last).end;
    let first = array.iter().next().map_or(end, |first| span(first).start);
    let multiline = text[whole.start..first].contains('\n');
    let gap = if multiline { format!("\n{}", indent_at(text, span(last).start)) } else { " ".to_owned() };
    if array.trailing_comma() {
        let comma = end + text[end..].find(',').map_or(0, |i| i + 1);
        draft.insert(file, comma, format!("{gap}{code},"));
    } else {
        draft.insert(file, end, format!(",{gap}{code}"));
    }
}

pub(super) fn unset(document: &Document, address: &str, path: &Path) -> Result<Applied, EditError> {
    let place = place(document, address, path)?;
    let nothing = || EditError::not_found(format!("{path} is not set in {address}")).at(address, path);
    let attribute = place.attribute().ok_or_else(nothing)?;
    let mut draft = Draft::new(document);
    let file = &place.element.file;
    let Some((last, before)) = place.inner.split_last() else {
        draft.replace(file, removable(place.text, attribute_span(attribute)), "");
        return Applied::from_draft(draft, Some(address.to_owned()));
    };
    let (container, missing) = inside(&attribute.value, before);
    let range = match (container, last) {
        _ if !missing.is_empty() => None,
        (Expression::Object(object), Step::Name(name) | Step::Key(name)) => {
            entry(object, name).map(|(key, value)| {
                with_comma(place.text, span(key).start..span(value.expr()).end, span(object))
            })
        }
        (Expression::Array(array), Step::Index(index)) => {
            array.get(*index).map(|item| with_comma(place.text, span(item), span(array)))
        }
        _ => None,
    };
    draft.replace(file, range.ok_or_else(nothing)?, "");
    Applied::from_draft(draft, Some(address.to_owned()))
}

/// The lines of something that stands alone on them.
pub(crate) fn removable(text: &str, range: Range<usize>) -> Range<usize> {
    let whole = whole_lines(text, range.clone());
    // A comment behind the argument goes with it; the argument of a one-line block goes alone.
    if next_line(text, line_end(text, range.end)) <= whole.end { whole } else { range }
}

/// An item with the comma that separates it, and its line if that is then empty.
fn with_comma(text: &str, item: Range<usize>, container: Range<usize>) -> Range<usize> {
    let after = &text[item.end..container.end];
    let blanks = after.len() - after.trim_start_matches([' ', '\t']).len();
    let comma = after[blanks..].starts_with(',');
    let end = item.end + if comma { blanks + 1 } else { 0 };
    let line_rest = &text[end..line_end(text, end).min(container.end)];
    let start = crate::splice::line_start(text, item.start);
    if text[start..item.start].trim().is_empty() && start > container.start && line_rest.trim().is_empty() {
        return start..next_line(text, line_end(text, end));
    }
    if comma {
        let gap = text[end..].len() - text[end..].trim_start_matches([' ', '\t']).len();
        return item.start..end + gap;
    }
    let before = text[container.start..item.start].trim_end();
    let from = if before.ends_with(',') { container.start + before.len() - 1 } else { item.start };
    from..item.end
}
