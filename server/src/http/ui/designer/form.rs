//! The form of one element, ready to be drawn.

use askama::Template;
use serde_json::{Value as Json, value::RawValue};

use super::blocks::{BlockView, block_view};
use crate::{
    blueprint::{BlockGroup, Control, ElementKind, Field, Finding, Fix, Form, Section, Severity, Value},
    http::ui::layout::{Chip, count},
};

/// A form with more arguments and blocks than this has a filter.
const SMALL_FORM: usize = 6;
/// Documented values or a default longer than this do not fit into a control.
const MAX_HINT: usize = 60;

/// The form pane.
#[derive(Template)]
#[template(path = "designer/_form.html")]
pub struct FormView {
    pub address: String,
    pub kind: &'static str,
    pub ty: String,
    pub name: String,
    pub file: String,
    pub line: usize,
    pub summary: String,
    pub deprecated: bool,
    pub code_only: bool,
    pub code: String,
    pub set: String,
    pub all: String,
    pub state: Chip,
    pub problems: Vec<ProblemView>,
    pub groups: Vec<GroupView>,
    /// Where the catalog describes it.
    pub catalog: Option<String>,
    pub can_rename: bool,
    /// Addresses with a blank between them.
    pub used_by: String,
    /// Names of attributes, the same.
    pub readable: String,
    /// It may go into a module.
    pub can_extract: bool,
    pub can_output: bool,
    pub counted: bool,
    pub can_inline: bool,
    /// There is enough to look through.
    pub can_filter: bool,
}

/// A titled part of the form.
pub struct GroupView {
    pub title: &'static str,
    pub section: &'static str,
    pub fields: Vec<FieldView>,
    pub blocks: Vec<BlockView>,
}

/// Something wrong, beside what it is about, with what mends it.
pub struct ProblemView {
    pub tone: &'static str,
    pub message: String,
    pub fixes: Vec<FixView>,
}

/// A button that mends something.
pub struct FixView {
    pub title: String,
    /// The edit as JSON.
    pub edit: String,
}

/// One argument.
pub struct FieldView {
    pub path: String,
    pub name: String,
    pub ty: String,
    pub section: &'static str,
    /// `text`, `lines`, `number`, `bool`, `select`, `list`, `map`, `object` or `code`.
    pub control: &'static str,
    /// The control of each item of a list, map or object.
    pub item: &'static str,
    pub set: bool,
    pub expression: bool,
    pub text: String,
    pub checked: bool,
    pub items: Vec<ItemView>,
    pub code: String,
    pub rows: usize,
    pub placeholder: String,
    pub options: Vec<OptionView>,
    pub required: bool,
    pub deprecated: bool,
    pub replaces: bool,
    pub line: Option<usize>,
    pub summary: String,
    pub hint: String,
    /// Something in it is an error.
    pub bad: bool,
    pub problems: Vec<ProblemView>,
}

/// One entry of a list, map or object.
pub struct ItemView {
    /// Empty in a list.
    pub key: String,
    pub text: String,
    /// The control: `text`, `number` or `bool`.
    pub kind: &'static str,
    pub required: bool,
}

/// One choice of a select.
pub struct OptionView {
    pub value: String,
    pub selected: bool,
}

/// What the form does not show of an element.
pub struct Around {
    pub used_by: String,
    pub readable: String,
}

/// Lays a form out.
pub fn view(form: Form, catalog: Option<String>, around: Around) -> FormView {
    let counts = form.counts;
    let state = state(&form.diagnostics, &form);
    let can_rename = !matches!(form.kind, ElementKind::Terraform | ElementKind::Other);
    let arguments = count(counts.arguments, "argument", "arguments");
    let all = match counts.blocks {
        0 => arguments.clone(),
        n => format!("{arguments} and {}", count(n, "block", "blocks")),
    };
    let managed = matches!(form.kind, ElementKind::Resource | ElementKind::Data | ElementKind::Module);
    FormView {
        used_by: around.used_by,
        readable: around.readable,
        can_extract: managed || form.kind == ElementKind::Local,
        can_output: managed || matches!(form.kind, ElementKind::Local | ElementKind::Variable),
        counted: form.meta.iter().any(|f| f.name == "count" && f.value.is_some()),
        can_inline: form.kind == ElementKind::Variable,
        kind: kind_word(form.kind),
        ty: form.ty.clone().unwrap_or_default(),
        set: format!("{} of {arguments} set", counts.arguments_set),
        all,
        state,
        problems: form.diagnostics.iter().filter(|d| d.diagnostic.path.is_none()).map(problem).collect(),
        groups: groups(form.fields, form.blocks, form.meta),
        address: form.address,
        name: form.name,
        file: form.file,
        line: form.line,
        summary: form.summary,
        deprecated: form.deprecated,
        code_only: form.code_only,
        code: form.code,
        catalog,
        can_rename,
        can_filter: counts.arguments + counts.blocks > SMALL_FORM,
    }
}

/// What a person calls the kind.
pub fn kind_word(kind: ElementKind) -> &'static str {
    match kind {
        ElementKind::Resource => "resource",
        ElementKind::Data => "data source",
        ElementKind::Ephemeral => "ephemeral resource",
        ElementKind::Variable => "variable",
        ElementKind::Local => "local",
        ElementKind::Output => "output",
        ElementKind::Provider => "provider",
        ElementKind::Module => "module",
        ElementKind::Terraform => "terraform settings",
        ElementKind::Other => "block",
    }
}

fn state(all: &[Finding], form: &Form) -> Chip {
    let errors = all.iter().filter(|d| d.diagnostic.severity == Severity::Error).count();
    let warnings = all.iter().filter(|d| d.diagnostic.severity == Severity::Warning).count();
    if errors > 0 {
        Chip::new("destroy", count(errors, "error", "errors"))
    } else if warnings > 0 {
        Chip::new("update", count(warnings, "warning", "warnings"))
    } else if form.code_only {
        Chip::new("", "not checked")
    } else {
        Chip::new("create", "valid")
    }
}

pub fn problem(found: &Finding) -> ProblemView {
    ProblemView {
        tone: tone(found.diagnostic.severity),
        message: found.diagnostic.message.clone(),
        fixes: found.fixes.iter().filter_map(fix_view).collect(),
    }
}

/// The word for how bad something is, as classes and labels use it.
pub fn tone(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "info",
    }
}

pub fn fix_view(fix: &Fix) -> Option<FixView> {
    Some(FixView { title: fix.title.clone(), edit: serde_json::to_string(&fix.edit).ok()? })
}

fn groups(fields: Vec<Field>, blocks: Vec<BlockGroup>, meta: Vec<Field>) -> Vec<GroupView> {
    let mut groups = [
        GroupView { title: "Required", section: "required", fields: Vec::new(), blocks: Vec::new() },
        GroupView { title: "Set", section: "set", fields: Vec::new(), blocks: Vec::new() },
        GroupView { title: "Optional", section: "optional", fields: Vec::new(), blocks: Vec::new() },
    ];
    for field in fields {
        let i = section_index(field.section);
        groups[i].fields.push(field_view(field));
    }
    for block in blocks {
        let i = if block.required {
            0
        } else if block.instances.is_empty() {
            2
        } else {
            1
        };
        groups[i].blocks.push(block_view(block));
    }
    let meta = GroupView {
        title: "Meta-arguments",
        section: "meta",
        fields: meta.into_iter().map(field_view).collect(),
        blocks: Vec::new(),
    };
    let shown = |g: &GroupView| !g.fields.is_empty() || !g.blocks.is_empty();
    groups.into_iter().chain([meta]).filter(shown).collect()
}

fn section_index(section: Section) -> usize {
    match section {
        Section::Required => 0,
        Section::Set => 1,
        Section::Optional => 2,
    }
}

pub fn field_view(f: Field) -> FieldView {
    let literal = match &f.value {
        Some(Value::Literal(raw)) => Some(raw.as_ref()),
        _ => None,
    };
    let expression = matches!(f.value, Some(Value::Expression(_)));
    let text = literal.map(literal_text).unwrap_or_default();
    let control = control(&f, &text);
    let hint = f.references.first().map(|r| {
        format!("In {} this refers to {}.", count(r.count as usize, "example", "examples"), r.label())
    });
    FieldView {
        item: item_kind(&f.ty),
        section: ["required", "set", "optional"][section_index(f.section)],
        control,
        set: f.value.is_some(),
        expression,
        checked: match literal {
            Some(_) => text == "true",
            None => f.default.as_deref() == Some("true"),
        },
        items: items(&f, literal),
        rows: f.code.lines().count().clamp(1, 14),
        placeholder: placeholder(&f),
        options: options(&f, &text),
        path: f.path.to_string(),
        name: f.name,
        ty: f.ty,
        text,
        code: f.code,
        required: f.required,
        deprecated: f.deprecated,
        replaces: f.forces_replacement,
        line: f.line,
        summary: f.summary,
        hint: hint.unwrap_or_default(),
        bad: f.diagnostics.iter().any(|d| d.diagnostic.severity == Severity::Error),
        problems: f.diagnostics.iter().map(problem).collect(),
    }
}

/// A literal as it stands in a control: a string without quotes, anything else as JSON.
fn literal_text(raw: &RawValue) -> String {
    serde_json::from_str::<String>(raw.get()).unwrap_or_else(|_| raw.get().to_owned())
}

fn control(f: &Field, text: &str) -> &'static str {
    match f.control {
        Control::Text if text.contains('\n') => "lines",
        Control::Text => "text",
        Control::Number => "number",
        Control::Bool => "bool",
        Control::Select => "select",
        Control::List => "list",
        Control::Map => "map",
        Control::Object => "object",
        Control::Code => "code",
    }
}

fn item_kind(ty: &str) -> &'static str {
    match ty.split_once('(').map_or(ty, |(_, inner)| inner.trim_end_matches(')')) {
        "number" => "number",
        "bool" => "bool",
        _ => "text",
    }
}

fn items(f: &Field, literal: Option<&RawValue>) -> Vec<ItemView> {
    let value: Json = literal.and_then(|raw| serde_json::from_str(raw.get()).ok()).unwrap_or_default();
    let text = |v: &Json| match v {
        Json::String(s) => s.clone(),
        Json::Null => String::new(),
        other => other.to_string(),
    };
    let kind = item_kind(&f.ty);
    match (f.control, &value) {
        (Control::List, Json::Array(values)) => values
            .iter()
            .map(|v| ItemView { key: String::new(), text: text(v), kind, required: false })
            .collect(),
        (Control::Map, Json::Object(entries)) => entries
            .iter()
            .map(|(key, v)| ItemView { key: key.clone(), text: text(v), kind, required: false })
            .collect(),
        (Control::Object, _) => f
            .attributes
            .iter()
            .map(|a| ItemView {
                text: text(value.get(&a.name).unwrap_or(&Json::Null)),
                key: a.name.clone(),
                kind: item_kind(&a.ty),
                required: a.required,
            })
            .collect(),
        _ => Vec::new(),
    }
}

fn placeholder(f: &Field) -> String {
    if f.value.is_some() {
        return "empty text".into();
    }
    let default = f.default.as_deref().filter(|d| !d.is_empty() && d.len() <= MAX_HINT);
    match (default, f.options.as_slice()) {
        (Some(default), _) => format!("{default} (default)"),
        (None, []) => "not set".into(),
        (None, options) => {
            let all = options.join(", ");
            if all.len() <= MAX_HINT { format!("not set · {all}") } else { "not set".into() }
        }
    }
}

/// The documented values; what is set stays choosable even where the page does not name it.
fn options(f: &Field, text: &str) -> Vec<OptionView> {
    if f.control != Control::Select {
        return Vec::new();
    }
    let own = (!text.is_empty() && !f.options.iter().any(|o| o == text)).then(|| text.to_owned());
    let all = own.into_iter().chain(f.options.iter().cloned());
    all.map(|value| OptionView { selected: value == text, value }).collect()
}
