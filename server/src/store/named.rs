//! Names of projects and blueprints, to find them.

use super::{Connection, UserId, rows};
use crate::error::Result;

/// What a name is the name of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Thing {
    Project,
    Blueprint,
}

/// A project or blueprint.
#[derive(Debug)]
pub struct Named {
    pub thing: Thing,
    pub id: String,
    pub name: String,
    /// The name of the project that it is, or is in.
    pub project: String,
}

rows! {
    struct Row {
        thing: String,
        id: String,
        name: String,
        project: String,
    }
}

impl From<Row> for Named {
    fn from(r: Row) -> Named {
        let thing = if r.thing == "project" { Thing::Project } else { Thing::Blueprint };
        Named { thing, id: r.id, name: r.name, project: r.project }
    }
}

/// What `user` may see (`None`: everything) whose name has `text` in it, whatever its case, by name.
pub async fn find(db: &mut Connection, user: Option<&UserId>, text: &str, limit: i64) -> Result<Vec<Named>> {
    let mut pattern = String::from("%");
    for c in text.to_lowercase().chars() {
        if matches!(c, '%' | '_' | '!') {
            pattern.push('!');
        }
        pattern.push(c);
    }
    pattern.push('%');
    let rows: Vec<Row> = sqlx::query_as(
        "SELECT thing, id, name, project FROM (
            SELECT 'project' AS thing, p.id AS id, p.id AS project_id, p.name AS name, p.name AS project FROM projects p
            UNION ALL
            SELECT 'blueprint' AS thing, b.id AS id, p.id AS project_id, b.name AS name, p.name AS project
              FROM blueprints b JOIN projects p ON p.id = b.project_id) AS named
          WHERE LOWER(name) LIKE $2 ESCAPE '!'
            AND ($1 = '' OR project_id IN (SELECT project_id FROM project_members WHERE user_id = $1))
          ORDER BY name, id LIMIT $3",
    )
    .bind(user.map_or("", UserId::as_str))
    .bind(pattern)
    .bind(limit)
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(Named::from).collect())
}
