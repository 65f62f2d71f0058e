//! What the strings of a JSON body refer to. They are templates; in a few arguments they are references without being one.
//!
//! Source: <https://developer.hashicorp.com/terraform/language/syntax/json#expression-mapping>

use super::read::{Piece, tokens};
use crate::{
    parse::parse_expression,
    refs::{Mention, mentions_of_expression},
};

/// The references in a value; their places are those of the strings, counted from `start`.
pub(super) fn mentions(value: Piece<'_>, start: usize) -> Vec<Mention> {
    let (code, base) = (value.code(), value.span().start);
    let mut found = Vec::new();
    let mut plain = false;
    let mut all = tokens(code).peekable();
    while let Some(token) = all.next() {
        let Some(string) = code[token.clone()].strip_prefix('"').map(|_| &code[token.clone()]) else {
            continue;
        };
        if all.next_if(|next| code.as_bytes()[next.start] == b':').is_some() {
            plain = matches!(string, "\"depends_on\"" | "\"to\"" | "\"replace_triggered_by\"");
        }
        let template = string.contains("${") || string.contains("%{");
        if !template && !plain {
            continue;
        }
        let Ok(text) = serde_json::from_str::<String>(string) else { continue };
        let place = base + token.start - start..base + token.end - start;
        let expression = parse_expression(&if template { heredoc(&text) } else { text });
        found.extend(expression.into_iter().flat_map(|e| mentions_of_expression(&e, &place)));
    }
    found
}

/// A template as an expression. A heredoc needs no escapes, only a marker that the text does not have.
fn heredoc(text: &str) -> String {
    let mut marker = "EOT".to_owned();
    while text.contains(&marker) {
        marker.push('_');
    }
    format!("(<<{marker}\n{text}\n{marker}\n)")
}
