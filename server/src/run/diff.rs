//! Old against new, attribute by attribute.

use serde_json::Value;

use super::plan::AttributeChange;
use crate::secret::mask::Masker;

/// Changed attributes that are listed for one resource.
const MOST_ATTRIBUTES: usize = 500;
/// Characters of a value that are shown.
const LONGEST_VALUE: usize = 4_096;
/// Deeper values are shown whole.
const DEEPEST: usize = 32;

/// What a plan says about values beside them.
pub struct Marks<'a> {
    /// True where a value is known only after the apply.
    pub unknown: &'a Value,
    /// True where a value and everything below it is sensitive.
    pub before_sensitive: &'a Value,
    pub after_sensitive: &'a Value,
    /// Paths whose change forces the replacement.
    pub replace_paths: &'a [Vec<Value>],
}

/// The attributes that differ, how many do not, and how many differing ones are not listed.
pub fn attributes(
    before: &Value,
    after: &Value,
    marks: &Marks<'_>,
    masker: &Masker,
) -> (Vec<AttributeChange>, usize, usize) {
    let mut walk = Walk { marks, masker, changes: Vec::new(), unchanged: 0, omitted: 0 };
    let place = Place {
        before,
        after,
        unknown: marks.unknown,
        before_sensitive: marks.before_sensitive,
        after_sensitive: marks.after_sensitive,
    };
    walk.visit(&place, &mut Vec::new());
    (walk.changes, walk.unchanged, walk.omitted)
}

/// A value in all its aspects.
#[derive(Clone, Copy)]
struct Place<'a> {
    before: &'a Value,
    after: &'a Value,
    unknown: &'a Value,
    before_sensitive: &'a Value,
    after_sensitive: &'a Value,
}

struct Walk<'a> {
    marks: &'a Marks<'a>,
    masker: &'a Masker,
    changes: Vec<AttributeChange>,
    unchanged: usize,
    omitted: usize,
}

const NULL: Value = Value::Null;
const TRUE: Value = Value::Bool(true);

/// The mark below a value that is marked as a whole holds for what is below it.
fn below<'a>(mark: &'a Value, step: &Value) -> &'a Value {
    match mark {
        Value::Bool(true) => &TRUE,
        _ => child(mark, step),
    }
}

fn child<'a>(value: &'a Value, step: &Value) -> &'a Value {
    match (value, step) {
        (Value::Object(fields), Value::String(key)) => fields.get(key).unwrap_or(&NULL),
        (Value::Array(items), Value::Number(index)) => {
            let index = index.as_u64().and_then(|index| usize::try_from(index).ok());
            index.and_then(|index| items.get(index)).unwrap_or(&NULL)
        }
        _ => &NULL,
    }
}

impl Walk<'_> {
    fn visit(&mut self, place: &Place<'_>, path: &mut Vec<Value>) {
        let sensitive = place.before_sensitive == &TRUE || place.after_sensitive == &TRUE;
        let steps = if sensitive || path.len() >= DEEPEST { Vec::new() } else { steps(place) };
        if steps.is_empty() {
            self.leaf(place, path, sensitive);
            return;
        }
        for step in steps {
            let inner = Place {
                before: child(place.before, &step),
                after: child(place.after, &step),
                unknown: below(place.unknown, &step),
                before_sensitive: below(place.before_sensitive, &step),
                after_sensitive: below(place.after_sensitive, &step),
            };
            path.push(step);
            self.visit(&inner, path);
            path.pop();
        }
    }

    fn leaf(&mut self, place: &Place<'_>, path: &[Value], sensitive: bool) {
        let known_after_apply = place.unknown == &TRUE;
        if place.before == place.after && !known_after_apply {
            self.unchanged += usize::from(!place.before.is_null());
            return;
        }
        if self.changes.len() == MOST_ATTRIBUTES {
            self.omitted += 1;
            return;
        }
        let shown = |value: &Value| {
            let hidden = sensitive || value.is_null();
            (!hidden).then(|| shorten(self.masker.mask(&value.to_string())))
        };
        self.changes.push(AttributeChange {
            path: self.masker.mask(&path_text(path)),
            before: shown(place.before),
            after: shown(place.after),
            known_after_apply,
            sensitive,
            forces_replacement: self.marks.replace_paths.iter().any(|forced| path.starts_with(forced)),
        });
    }
}

/// What is below a value: keys, or indexes, of both sides.
fn steps(place: &Place<'_>) -> Vec<Value> {
    let sides = [place.before, place.after, place.unknown];
    if sides.iter().any(|side| side.is_object()) {
        let mut keys: Vec<&String> =
            sides.iter().filter_map(|side| side.as_object()).flat_map(|o| o.keys()).collect();
        keys.sort_unstable();
        keys.dedup();
        return keys.into_iter().map(|key| Value::from(key.as_str())).collect();
    }
    let longest = sides.iter().filter_map(|side| side.as_array()).map(Vec::len).max().unwrap_or(0);
    (0..longest).map(Value::from).collect()
}

fn path_text(path: &[Value]) -> String {
    let mut text = String::new();
    for step in path {
        match step {
            Value::String(key) if is_name(key) => {
                if !text.is_empty() {
                    text.push('.');
                }
                text.push_str(key);
            }
            other => text.push_str(&format!("[{other}]")),
        }
    }
    text
}

fn is_name(key: &str) -> bool {
    !key.is_empty() && key.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-'))
}

fn shorten(mut text: String) -> String {
    if let Some((at, _)) = text.char_indices().nth(LONGEST_VALUE) {
        text.truncate(at);
        text.push('…');
    }
    text
}
