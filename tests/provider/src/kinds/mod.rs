//! The kinds of things that the cloud has.

mod bucket;
mod database;
mod network;
mod server;
mod subnet;

use crate::data::Object;
use crate::schema::{Argument, Block, Type};

/// One kind of thing: a resource type.
#[derive(Debug, Clone)]
pub struct Kind {
    /// The type's name without the provider's.
    pub name: &'static str,
    /// What its ids begin with.
    pub prefix: &'static str,
    /// Its group in the documentation.
    pub subcategory: &'static str,
    /// What it is, in Markdown.
    pub text: &'static str,
    /// A configuration that shows it.
    pub example: &'static str,
    pub block: Block,
    /// Fills in what the cloud gives: called with the planned values and the id, it sets every computed argument of
    /// the kind. What it sets must not change between updates, since the plan promised that.
    pub complete: fn(&mut Object, &str),
}

/// Every kind.
pub fn all() -> Vec<Kind> {
    let mut kinds = vec![network::kind(), subnet::kind(), server::kind(), bucket::kind(), database::kind()];
    for kind in &mut kinds {
        kind.block.arguments.extend(common());
    }
    kinds
}

/// What every kind has.
fn common() -> [Argument; 6] {
    const OPERATIONS: &[&str] = &["create", "read", "update", "delete"];
    let seconds = |name, text| Argument::optional(name, Type::Number, text);
    [
        Argument::computed("id", Type::Text, "The id that the cloud gave it."),
        Argument::computed("revision", Type::Number, "How often it was changed, its creation included."),
        seconds(
            "create_seconds",
            "How long creating it takes, in seconds. The provider's `operation_seconds` if not given.",
        ),
        seconds(
            "update_seconds",
            "How long changing it takes, in seconds. The provider's `operation_seconds` if not given.",
        ),
        seconds(
            "delete_seconds",
            "How long deleting it takes, in seconds. The provider's `operation_seconds` if not given.",
        ),
        Argument::optional(
            "fail_on",
            Type::Text,
            "The operation that the cloud refuses, to see what a failure looks like.",
        )
        .one_of(OPERATIONS),
    ]
}

/// A number from 0 to 255 that is always the same for the same text.
fn octet(text: &str, salt: u8) -> u8 {
    text.bytes().fold(salt, |octet, byte| octet.wrapping_mul(31).wrapping_add(byte))
}
