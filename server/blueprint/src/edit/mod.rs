//! Edit operations: each takes a document and gives a new one whose text differs only in the touched spans.

mod blocks;
pub(crate) mod code;
mod dynamic;
mod elements;
mod error;
mod files;
mod follow;
mod for_each;
mod inline;
mod local;
mod meaning;
mod module;
mod move_element;
mod output;
mod provider_version;
mod providers;
mod rename;
mod replace;
mod values;
mod variable;
mod wire;

pub use error::{EditError, EditErrorKind};
pub use replace::Change;
// What fixes are made with.
pub(super) use {
    blocks::{Inner, commented_lines, insert_block, schema_at},
    elements::{add_locals, append, extent},
    rename::{name_code, name_span},
    values::{removable, set_code},
    variable::{attribute_at, declaration},
};

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    diagnostic::{Diagnostic, Span},
    document::{Document, ElementKind},
    path::Path,
    schemas::Schemas,
    splice::Draft,
    value::Value,
};

/// One change to a blueprint. In JSON the operation's name is in `op`: `{"op": "set", "element": …}`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "op", rename_all = "snake_case", try_from = "wire::Wire")]
pub enum Edit {
    /// Sets an argument, an entry of a map, an element of a list, or an attribute of an object.
    Set {
        element: String,
        path: Path,
        value: Value,
    },
    /// Takes an argument, entry or list element out.
    Unset {
        element: String,
        path: Path,
    },
    /// Adds a nested block (or an instance of a structural attribute) with its required arguments. The path names the
    /// block's type: `blob_properties[0].cors_rule`. The label is the key where the schema asks for one.
    AddBlock {
        element: String,
        path: Path,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        label: Option<String>,
    },
    /// Takes a nested block out.
    RemoveBlock {
        element: String,
        path: Path,
    },
    /// Moves a nested block among those of its type.
    MoveBlock {
        element: String,
        from: Path,
        to: Path,
    },
    /// Adds a resource, data source, ephemeral resource, variable, local, output or provider configuration.
    AddElement {
        kind: ElementKind,
        #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
        ty: Option<String>,
        /// Derived from the type when absent. For a provider configuration: its alias.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        name: Option<String>,
        /// The usual file of the kind when absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        file: Option<String>,
    },
    /// Adds all elements of a piece of code, under free names.
    AddCode {
        code: String,
    },
    /// Sets the version constraint of a local provider name in `required_providers`.
    SetProviderVersion {
        provider: String,
        constraint: String,
    },
    /// Gives an element another name and rewrites every reference to it.
    RenameElement {
        element: String,
        name: String,
    },
    /// Adds a copy of an element under a free name.
    DuplicateElement {
        element: String,
    },
    /// Moves an element, with the comments above it, to the end of another file, which is made if there is none.
    MoveElement {
        element: String,
        file: String,
    },
    /// Takes an element out. References to it stay and are reported in [`Applied::dangling`].
    RemoveElement {
        element: String,
    },
    /// Moves a literal into the default of a new variable and refers to that. Type, description, whether it is sensitive, and
    /// a rule with the documented values come from the catalog where they are not given.
    MakeVariable {
        element: String,
        path: Path,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        name: Option<String>,
        /// A type constraint: `list(string)`.
        #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
        ty: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        description: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        sensitive: Option<bool>,
        /// `false` leaves the rule with the documented values out.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        validation: Option<bool>,
    },
    /// Puts a variable's default where the variable is used, and takes the variable out. Refused where that could mean
    /// something else.
    InlineVariable {
        element: String,
    },
    /// Moves what an argument is set to into a new local and refers to that.
    MakeLocal {
        element: String,
        path: Path,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        name: Option<String>,
    },
    /// Adds an output with an attribute of an element, or with the element as a whole. It is sensitive where the source is.
    MakeOutput {
        element: String,
        path: Path,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        name: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        description: Option<String>,
    },
    /// Turns all blocks of one type, which the path names, into one `dynamic` block.
    MakeDynamic {
        element: String,
        path: Path,
    },
    /// Replaces `count` by `for_each`, with a `moved` block for each instance. Refused where the text alone does not say how
    /// many there are.
    CountToForEach {
        element: String,
        /// A key for each instance, in their order; absent, each is called by its number.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        keys: Option<Vec<String>>,
    },
    /// Moves elements into a module of their own, `modules/<name>`, with inputs and outputs for what they and the others use of
    /// each other, and `moved` blocks for what is managed already.
    ExtractModule {
        elements: Vec<String>,
        name: String,
    },
    /// Replaces a file's text.
    SetFile {
        file: String,
        text: String,
    },
    /// Adds an empty file.
    AddFile {
        file: String,
    },
    RemoveFile {
        file: String,
    },
    RenameFile {
        file: String,
        name: String,
    },
    /// Replaces pieces of text, each where it stands. A fix is such an edit.
    Replace {
        changes: Vec<Change>,
    },
    /// Makes all fixes that are sure.
    FixAll,
    /// Formats a file, or all of them, as `terraform fmt` does.
    Format {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        file: Option<String>,
    },
}

/// What an edit led to.
#[derive(Debug, Clone)]
pub struct Applied {
    pub document: Document,
    /// Where the new text differs from the old, per file, in the new text. Every other byte is as it was.
    pub touched: BTreeMap<String, Vec<Span>>,
    /// The element that the edit was about, by its new address.
    pub address: Option<String>,
    /// References that point to nothing since an element was removed.
    pub dangling: Vec<Diagnostic>,
}

impl Applied {
    fn from_draft(draft: Draft, address: Option<String>) -> Result<Applied, EditError> {
        let (document, touched) = draft.commit()?;
        Ok(Applied { document, touched, address, dangling: Vec::new() })
    }

    /// This edit and one more on its result.
    pub(crate) fn then(mut self, next: Applied) -> Applied {
        for (file, later) in next.touched {
            let between = self.document.text(&file).map_or(0, |text| text.len());
            let after = next.document.text(&file).map_or(0, |text| text.len());
            let earlier = self.touched.remove(&file).unwrap_or_default();
            self.touched.insert(file, both(earlier, between, &later, after));
        }
        self.document = next.document;
        self
    }
}

/// What two changes touched, in the text after both: `earlier` in a text of `between` bytes, which `later` made one of
/// `after`. What lies between two later spans counts as touched.
fn both(earlier: Vec<Span>, between: usize, later: &[Span], after: usize) -> Vec<Span> {
    let (Some(first), Some(last)) = (later.first(), later.last()) else { return earlier };
    let (start, mut end) = (first.start, last.end);
    // Where that was before the later change.
    let replaced = (after - end).min(between);
    let moved = |at: usize| after - (between - at);
    let mut spans: Vec<Span> = Vec::new();
    let mut whole = start;
    let mut behind = Vec::new();
    for span in earlier {
        if span.end < start {
            spans.push(span);
        } else if span.start > between - replaced {
            behind.push(Span { start: moved(span.start), end: moved(span.end) });
        } else {
            whole = whole.min(span.start);
            end = end.max(if span.end > between - replaced { moved(span.end) } else { end });
        }
    }
    spans.push(Span { start: whole, end });
    spans.extend(behind);
    spans
}

/// Applies an edit.
///
/// # Errors
/// The edit names something that is not there, or would leave text that is not HCL; the place says where.
pub fn apply(document: &Document, edit: &Edit, schemas: &Schemas) -> Result<Applied, EditError> {
    match edit {
        Edit::Set { element, path, value } => {
            values::set(document, element, path, value).map_err(|e| e.at(element, path))
        }
        Edit::Unset { element, path } => {
            values::unset(document, element, path).map_err(|e| e.at(element, path))
        }
        Edit::AddBlock { element, path, label } => {
            blocks::add(document, element, path, label.as_deref(), schemas).map_err(|e| e.at(element, path))
        }
        Edit::RemoveBlock { element, path } => {
            blocks::remove(document, element, path).map_err(|e| e.at(element, path))
        }
        Edit::MoveBlock { element, from, to } => {
            blocks::move_to(document, element, from, to).map_err(|e| e.at(element, from))
        }
        Edit::AddElement { kind, ty, name, file } => {
            elements::add(document, schemas, *kind, ty.as_deref(), name.as_deref(), file.as_deref())
        }
        Edit::AddCode { code } => code::add(document, schemas, code),
        Edit::SetProviderVersion { provider, constraint } => {
            provider_version::set(document, schemas, provider, constraint)
        }
        Edit::RenameElement { element, name } => rename::rename(document, element, name),
        Edit::DuplicateElement { element } => elements::duplicate(document, element),
        Edit::MoveElement { element, file } => move_element::move_to(document, element, file),
        Edit::RemoveElement { element } => elements::remove(document, element),
        Edit::MakeVariable { element, path, name, ty, description, sensitive, validation } => {
            let asked = variable::Asked {
                name: name.as_deref(),
                ty: ty.as_deref(),
                description: description.as_deref(),
                sensitive: *sensitive,
                validation: validation.unwrap_or(true),
            };
            variable::make(document, schemas, element, path, &asked).map_err(|e| e.at(element, path))
        }
        Edit::InlineVariable { element } => inline::inline(document, element),
        Edit::MakeLocal { element, path, name } => {
            local::make(document, element, path, name.as_deref()).map_err(|e| e.at(element, path))
        }
        Edit::MakeOutput { element, path, name, description } => {
            output::make(document, schemas, element, path, name.as_deref(), description.as_deref())
                .map_err(|e| e.at(element, path))
        }
        Edit::MakeDynamic { element, path } => {
            dynamic::make(document, element, path).map_err(|e| e.at(element, path))
        }
        Edit::CountToForEach { element, keys } => for_each::convert(document, element, keys.as_deref()),
        Edit::ExtractModule { elements, name } => module::extract(document, schemas, elements, name),
        Edit::SetFile { file, text } => files::set(document, file, text),
        Edit::AddFile { file } => files::add(document, file),
        Edit::RemoveFile { file } => files::remove(document, file),
        Edit::RenameFile { file, name } => files::rename(document, file, name),
        Edit::Replace { changes } => replace::replace(document, changes),
        Edit::FixAll => crate::fix::fix_all(document, schemas),
        Edit::Format { file } => files::format(document, file.as_deref()),
    }
}
