//! Where a finding is: its element, the body around it, and what the schema says there.

use std::{
    borrow::Cow,
    cell::{Cell, OnceCell},
    ops::Range,
};

use cloudoven_crawler::catalog::{Attribute, Block, Type};
use hcl_edit::expr::Expression;

use super::Fix;
use crate::{
    check::check_element,
    diagnostic::{Diagnostic, Severity},
    document::{Document, Element},
    edit::{Edit, EditError, Inner, apply, attribute_at, schema_at},
    infer::{Inference, Knowledge, argument_type},
    locate::{Place, place_in},
    parse::parse_expression,
    path::Path,
    scaffold::Context,
    schemas::Schemas,
    splice::Draft,
    types::convert,
    view,
};

/// Values longer than this are cut in a title.
const MAX_SHOWN: usize = 48;
/// Text that is worked on for all fixes of one answer, in bytes.
const MAX_WORK: usize = 8 * 1024 * 1024;

/// How much text may still be laid out and read again, in bytes: what bounds the time that fixes take.
pub(super) struct Budget(Cell<usize>);

impl Budget {
    pub(super) fn new() -> Budget {
        Budget(Cell::new(MAX_WORK))
    }

    fn spend(&self, bytes: usize) -> bool {
        let left = self.0.get().checked_sub(bytes);
        self.0.set(left.unwrap_or(0));
        left.is_some()
    }
}

/// A finding and its surroundings.
pub(super) struct Site<'a> {
    pub document: &'a Document,
    pub schemas: &'a Schemas,
    pub diagnostic: &'a Diagnostic,
    pub element: &'a Element,
    /// The text of the file.
    pub text: &'a str,
    /// The path of the argument or block; empty for the element itself.
    pub path: Cow<'a, Path>,
    schema: Option<Cow<'a, Block>>,
    budget: &'a Budget,
    /// What is wrong with the element without a fix.
    before: OnceCell<Vec<Diagnostic>>,
}

impl<'a> Site<'a> {
    pub(super) fn new(
        document: &'a Document,
        schemas: &'a Schemas,
        diagnostic: &'a Diagnostic,
        budget: &'a Budget,
    ) -> Option<Self> {
        let at = diagnostic.span.start;
        let here = |e: &&Element| e.file == diagnostic.file && e.span.start <= at && at < e.span.end;
        let named = diagnostic.address.as_deref().and_then(|address| document.element(address)).filter(here);
        let element = named.or_else(|| document.elements().iter().find(here))?;
        let known = schemas.of(element).map(|page| Cow::Borrowed(&page.block));
        Some(Site {
            document,
            schemas,
            diagnostic,
            element,
            text: document.text(&diagnostic.file)?,
            path: diagnostic.path.as_ref().map_or_else(|| Cow::Owned(Path::root()), Cow::Borrowed),
            schema: known.or_else(|| view::builtin(document, element).map(Cow::Owned)),
            budget,
            before: OnceCell::new(),
        })
    }

    pub(super) fn span(&self) -> Range<usize> {
        self.diagnostic.span.start..self.diagnostic.span.end
    }

    /// The text that the finding marks.
    pub(super) fn marked(&self) -> &'a str {
        self.text.get(self.span()).unwrap_or_default()
    }

    /// The place that the path leads to.
    pub(super) fn place(&self) -> Option<Place<'_>> {
        let place = place_in(self.document, self.element, &self.path).ok()?;
        // An argument and blocks of one name: the path means the blocks, which it does not lead into.
        let torn = place.name.is_some_and(|name| !place.inner.is_empty() && place.body().has_blocks(name));
        (!torn).then_some(place)
    }

    /// What the schema says of the argument.
    pub(super) fn attribute(&self) -> Option<&Attribute> {
        attribute_at(self.schema.as_deref()?, &self.path)
    }

    /// What the schema says of the block that the path names.
    pub(super) fn block(&self) -> Option<Inner<'_>> {
        schema_at(self.schema.as_deref()?, &self.path)
    }

    /// The schema of the body that the path's last step is in.
    pub(super) fn around(&self) -> Option<&Block> {
        let schema = self.schema.as_deref()?;
        let steps = self.path.steps();
        let last = steps.iter().rposition(is_name).unwrap_or(0);
        let around = Path::from(steps[..last].to_vec());
        if around.is_root() {
            return Some(schema);
        }
        match schema_at(schema, &around)? {
            Inner::Block(nested) => Some(&nested.block),
            Inner::Attributes(_) => None,
        }
    }

    /// The type that the argument is of.
    pub(super) fn wanted(&self) -> Type {
        self.schema.as_deref().and_then(|schema| argument_type(schema, &self.path)).unwrap_or(Type::Dynamic)
    }

    /// What new code may refer to; its values are valid.
    pub(super) fn context(&self) -> Context<'_> {
        Context { document: self.document, address: &self.element.address, valid: true }
    }

    /// Whether an expression that is in the text would be a value of a type.
    pub(super) fn converts(&self, expression: &Expression, ty: &Type) -> bool {
        let inference = Inference::new(self.document, self.schemas, Knowledge::Design);
        let value = inference.value(Some(self.element), expression);
        convert(&value, ty).is_ok()
    }

    /// Whether code would be a value of a type.
    pub(super) fn fits(&self, code: &str, ty: &Type) -> bool {
        parse_expression(code).is_ok_and(|expression| self.converts(&expression, ty))
    }

    /// A fix of what `change` writes. None where it cannot be written, or changes nothing.
    pub(super) fn fix(
        &self,
        title: impl Into<String>,
        change: impl FnOnce(&mut Draft) -> Result<(), EditError>,
    ) -> Option<Fix> {
        if !self.budget.spend(self.element.span.end - self.element.span.start) {
            return None;
        }
        let mut draft = Draft::new(self.document);
        change(&mut draft).ok()?;
        let changes = draft.pieces().ok().filter(|changes| !changes.is_empty())?;
        Some(Fix { title: title.into(), sure: false, edit: Edit::Replace { changes } })
    }

    /// A fix that puts other text in place of what a range marks.
    pub(super) fn replaced(&self, title: impl Into<String>, range: Range<usize>, text: &str) -> Option<Fix> {
        self.fix(title, |draft| {
            draft.replace(&self.element.file, range, text);
            Ok(())
        })
    }

    /// Tries a fix: whether this finding is gone with it and its element has no error that it had not before.
    pub(super) fn works(&self, fix: &Fix) -> bool {
        if !self.budget.spend(self.text.len()) {
            return false;
        }
        let Ok(applied) = apply(self.document, &fix.edit, self.schemas) else { return false };
        // Of two elements with one address only the first is found again.
        let Some(now) = applied.document.element(&self.element.address) else { return true };
        let before = self.before.get_or_init(|| check_element(self.document, self.schemas, self.element));
        let after = check_element(&applied.document, self.schemas, now);
        let same = |d: &&Diagnostic| d.code == self.diagnostic.code && d.message == self.diagnostic.message;
        let here = |found: &[Diagnostic]| found.iter().filter(same).count();
        let bad = |found: &[Diagnostic], like: &Diagnostic| {
            let alike = found.iter().filter(|d| d.code == like.code && d.message == like.message);
            alike.filter(|d| d.severity == Severity::Error).count()
        };
        here(&after) < here(before) && after.iter().all(|d| bad(&after, d) <= bad(before, d))
    }
}

fn is_name(step: &crate::path::Step) -> bool {
    matches!(step, crate::path::Step::Name(_))
}

impl Fix {
    pub(super) fn surely(self, sure: bool) -> Fix {
        Fix { sure, ..self }
    }
}

/// Code as a title shows it: on one line, cut when long.
pub(super) fn shown(code: &str) -> String {
    let line = code.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(MAX_SHOWN) {
        Some((cut, _)) => format!("{}…", &line[..cut]),
        None => line,
    }
}
