//! Terraform's type system: constraints, conversion, unification, and what is known of a value before anything runs.
//!
//! Types are the catalog's [`Type`]; [`Type::Dynamic`] is `any` in a constraint and, of a value, a type that is not known.

mod constraint;
mod convert;
mod inferred;
mod unify;

pub(super) use constraint::{constraint, read_constraint};
pub(super) use convert::{convert, convertible};
pub(super) use inferred::Inferred;
pub(super) use unify::{general, unify};

#[cfg(doc)]
use cloudoven_crawler::catalog::Type;
