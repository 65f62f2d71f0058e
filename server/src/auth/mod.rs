//! Who is asking, and how they prove it: passwords, sessions, API tokens.

pub mod account;
pub mod password;
mod token;

pub use account::{sign_in, sign_out, sign_up};
pub use token::Token;

use crate::store::UserId;

/// The person behind a request.
#[derive(Debug, Clone)]
pub struct Actor {
    pub id: UserId,
    pub email: String,
    pub name: String,
    pub is_admin: bool,
}

impl Actor {
    /// The filter for what this person may see: an administrator sees everything.
    pub fn scope(&self) -> Option<&UserId> {
        if self.is_admin { None } else { Some(&self.id) }
    }
}

impl From<crate::store::users::User> for Actor {
    fn from(user: crate::store::users::User) -> Actor {
        Actor { id: user.id, email: user.email, name: user.name, is_admin: user.is_admin }
    }
}
