//! Finds projects and blueprints by their names.

use crate::{
    app::App,
    auth::Actor,
    error::Result,
    store::named::{self, Named},
};

/// Bytes of a text that are looked at; names are shorter.
const MAX_TEXT: usize = 100;

/// What the actor may see whose name has `text` in it, by name. An empty text finds nothing.
pub async fn find(app: &App, actor: &Actor, text: &str, limit: i64) -> Result<Vec<Named>> {
    // PostgreSQL's texts have no NUL.
    let text = text.trim().replace('\0', "");
    if text.is_empty() || text.len() > MAX_TEXT {
        return Ok(Vec::new());
    }
    named::find(&mut *app.db.read().await?, actor.scope(), &text, limit).await
}
