//! Blueprints: Terraform code, and the designer as a lens over it. Pure, no IO.
//!
//! The text is what is stored. The syntax tree is an index of spans over it, and every edit is a splice of new text at a
//! span, so that comments, order and layout survive to the byte. Forms, completions and diagnostics are computed from
//! text × catalog.

mod archive;
pub mod assist;
mod backend;
mod balance;
mod called;
mod check;
mod declared;
mod diagnostic;
mod document;
mod edit;
mod files;
mod fix;
mod form;
mod format;
mod graph;
mod highlight;
mod import;
mod infer;
mod json;
mod lex;
mod locate;
mod outline;
mod parse;
mod parsed;
mod path;
mod pieces;
mod refs;
mod reparse;
mod scaffold;
mod schemas;
mod similar;
mod splice;
mod suggest;
mod tfvars;
mod types;
mod unpack;
mod used;
mod value;
mod view;
mod write;

pub use archive::{Readme, readme, tfvars_json, zip};
pub use backend::backend_block;
pub use check::{Checked, check};
pub use diagnostic::{Code, Diagnostic, Severity, Span};
pub use document::{Document, Element, ElementKind, RequiredProvider};
pub use edit::code::needs as needs_of_code;
pub use edit::{Applied, Change, Edit, EditError, EditErrorKind, apply};
pub use files::{
    CANONICAL_FILES, Files, FilesError, MAX_BLUEPRINT_BYTES, MAX_FILE_BYTES, check_name, is_root,
};
pub use fix::{Finding, Fix, fixes, syntax_fixes, with_fixes};
pub use form::{
    BlockGroup, BlockInstance, Control, Counts, Field, Form, ObjectAttribute, ReferenceHint, Section, form,
};
pub use graph::{Around, Arrow, Graph, Layout, MAX_DRAWN, NODE, Node, Point, Scope, Show, dot, graph};
pub use highlight::{Tone, highlight};
pub use import::{
    Import, ImportFault, Key, MAX_IMPORTS, Target, Tidied, check_imports, import_blocks, is_configured,
    read_imports, tidy,
};
pub use infer::argument_type;
pub use json::is_json;
pub use outline::{ModuleCall, Variable, has_form, module_calls, variables};
pub use path::{Path, Step, is_identifier};
pub use refs::{Edge, Reference, edges, references};
pub use schemas::{Provider, Schemas, local_name};
pub use suggest::{Suggestion, SuggestionKind, suggest};
pub use tfvars::read_tfvars;
pub use unpack::{Bounds, LeftOut, Reason, UnpackError, Unpacked, gather, unpack};
pub use used::used_arguments;
pub use value::Value;
pub use view::own_arguments;
