//! Values and names as Terraform code that reads back as exactly what was given, laid out as `terraform fmt` does.

use super::{
    format::layout,
    lex::{Kind, lex},
    path::is_identifier,
    value::Json,
};

/// Lists of plain values longer than this are written one element to a line.
const MAX_LIST_WIDTH: usize = 80;

/// A string in quotes. Every character that could end the string or start a template is escaped.
///
/// Source: <https://developer.hashicorp.com/terraform/language/expressions/strings#escape-sequences>
pub(super) fn string(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for (at, c) in text.char_indices() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '$' | '%' => out.push_str(&marker(c, &text[at + 1..])),
            c if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}') => {
                out.push_str(&format!("\\u{:04x}", u32::from(c)));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// `${` and `%{` are doubled. In `$${` the first sign must not join the escape that follows, so it is spelled out.
fn marker(sign: char, rest: &str) -> String {
    let run = rest.chars().take_while(|c| *c == sign).count();
    match (run, rest[run..].starts_with('{')) {
        (_, false) => sign.to_string(),
        (0, true) => format!("{sign}{sign}"),
        (_, true) => format!("\\u{:04x}", u32::from(sign)),
    }
}

/// A heredoc for a text of several lines, where one reads back exactly; otherwise none.
pub(super) fn heredoc(text: &str) -> Option<String> {
    let body = text.strip_suffix('\n')?;
    let plain = |c: char| c == '\n' || c == '\t' || !(c.is_control() || c == '\u{feff}');
    let doubled = text.contains("$${") || text.contains("%%{");
    if !body.contains('\n') || doubled || !text.chars().all(plain) {
        return None;
    }
    let taken = |marker: &str| body.lines().any(|line| line.trim() == marker);
    let marker = ["EOT", "EOF", "END_OF_TEXT"].into_iter().find(|m| !taken(m))?;
    let text = text.replace("${", "$${").replace("%{", "%%{");
    Some(format!("<<{marker}\n{text}{marker}"))
}

/// A value as an expression. Objects and long lists span lines; the layout is left to [`layout`].
pub(super) fn value(json: &Json) -> String {
    match json {
        Json::Null => "null".to_owned(),
        Json::Bool(b) => b.to_string(),
        Json::Number(n) => n.clone(),
        Json::String(s) => string(s),
        Json::Array(items) => list(items),
        Json::Object(entries) if entries.is_empty() => "{}".to_owned(),
        Json::Object(entries) => {
            let lines: Vec<String> =
                entries.iter().map(|(k, v)| format!("{} = {}\n", key(k), value(v))).collect();
            format!("{{\n{}}}", lines.concat())
        }
    }
}

fn list(items: &[Json]) -> String {
    let texts: Vec<String> = items.iter().map(value).collect();
    let width = texts.iter().map(|t| t.len() + 2).sum::<usize>();
    let plain = texts.iter().all(|t| !t.contains('\n'));
    match texts.as_slice() {
        [one] if !plain => format!("[{one}]"),
        _ if plain && width <= MAX_LIST_WIDTH => format!("[{}]", texts.join(", ")),
        _ => format!("[\n{}]", texts.iter().map(|t| format!("{t},\n")).collect::<String>()),
    }
}

/// A key of an object: bare where it may be, else in quotes.
pub(super) fn key(name: &str) -> String {
    let reserved = matches!(name, "for" | "null" | "true" | "false");
    if is_identifier(name) && !reserved { name.to_owned() } else { string(name) }
}

/// The value of an argument: as [`value`], or a heredoc for a text of several lines where the file allows it.
pub(super) fn argument(json: &Json, heredocs: bool) -> String {
    match json {
        Json::String(s) if heredocs => heredoc(s).unwrap_or_else(|| string(s)),
        other => value(other),
    }
}

/// Lays a piece of code out and shifts it right, the insides of heredocs excepted.
pub(super) fn laid_out(code: &str, indent: &str) -> String {
    let text = layout(code);
    if indent.is_empty() {
        return text;
    }
    let mut verbatim = lex(&text)
        .into_iter()
        .filter(|t| matches!(t.kind, Kind::HeredocText | Kind::CloseHeredoc))
        .map(|t| t.span)
        .peekable();
    let mut out = String::with_capacity(text.len() * 2);
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        while verbatim.peek().is_some_and(|span| span.end <= at) {
            verbatim.next();
        }
        let inside = verbatim.peek().is_some_and(|span| span.contains(&at));
        if !inside && line.trim_end() != "" {
            out.push_str(indent);
        }
        out.push_str(line);
        at += line.len();
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_read_back() {
        for text in [
            "",
            "a\"b\\c",
            "${file(\"x\")}",
            "$${x}",
            "$$$${x}",
            "%{if true}",
            "%%{",
            "a$",
            "$",
            "\u{0}\u{7f}\u{1b}",
            "é\u{1F600}\n\r\t",
        ] {
            let parsed: hcl_edit::expr::Expression = string(text).parse().unwrap();
            assert_eq!(parsed.as_str(), Some(text), "{text:?}");
        }
    }

    #[test]
    fn heredocs_only_where_they_read_back() {
        assert_eq!(heredoc("a\n  ${b}\n").as_deref(), Some("<<EOT\na\n  $${b}\nEOT"));
        assert_eq!(heredoc("EOT\nb\n").as_deref(), Some("<<EOF\nEOT\nb\nEOF"));
        for text in ["a", "a\n", "a\nb", "a\r\nb\n", "a\n$${\n", "a\n\u{0}\n"] {
            assert_eq!(heredoc(text), None, "{text:?}");
        }
    }

    #[test]
    fn values_are_laid_out() {
        let json: Box<serde_json::value::RawValue> = serde_json::from_str(
            r#"{"a":[1,2.50],"long name":{"x":null},"l":[{"b":true}],"for":"x","e":{}}"#,
        )
        .unwrap();
        let code = format!("tags = {}\n", value(&Json::parse(&json).unwrap()));
        let expected = "  tags = {\n    a = [1, 2.50]\n    \"long name\" = {\n      x = null\n    }\n    l = [{\n      b = true\n    }]\n    \"for\" = \"x\"\n    e     = {}\n  }\n";
        assert_eq!(laid_out(&code, "  "), expected);
    }
}
