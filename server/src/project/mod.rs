//! Projects and what is in them: blueprints, environments, deployments and their values, members.
//!
//! Every function takes the [`Actor`](crate::auth::Actor) and answers "not found" for what that person may not see.

pub mod assist;
pub mod blueprints;
mod constraint;
pub mod deployments;
pub mod design;
pub mod designs;
pub mod download;
pub mod environments;
pub mod import;
pub mod members;
pub mod name;
pub mod named;
pub mod projects;
mod retire;
pub mod upgrade;
pub mod values;

use serde::Serialize;

/// One page of a list. `next` is the cursor for the page after it.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Page<T> {
    pub items: Vec<T>,
    pub next: Option<String>,
}

/// Items on a page.
pub const PAGE: i64 = 100;

impl<T> Page<T> {
    /// Takes one item more than a page holds to know whether there is another page.
    pub(crate) fn of(mut items: Vec<T>, cursor: impl Fn(&T) -> String) -> Page<T> {
        let size = usize::try_from(PAGE).unwrap_or(usize::MAX);
        let next = (items.len() > size).then(|| {
            items.truncate(size);
            items.last().map(&cursor).unwrap_or_default()
        });
        Page { items, next }
    }
}
