//! Blueprints and their immutable, numbered revisions.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{BlueprintId, Connection, ProjectId, UserId, on_unique, rows};
use crate::{
    clock::Timestamp,
    error::{Error, Result},
};

/// A Terraform configuration under design.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Blueprint {
    pub id: BlueprintId,
    pub project_id: ProjectId,
    pub name: String,
    /// The latest revision's number.
    pub head: i64,
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    pub updated_at: Timestamp,
}

rows! {
    struct Row {
        id: String,
        project_id: String,
        name: String,
        head: i64,
        created_at: i64,
        updated_at: i64,
    }
}

impl From<Row> for Blueprint {
    fn from(r: Row) -> Blueprint {
        Blueprint {
            id: r.id.into(),
            project_id: r.project_id.into(),
            name: r.name,
            head: r.head,
            created_at: Timestamp(r.created_at),
            updated_at: Timestamp(r.updated_at),
        }
    }
}

fn taken() -> Error {
    Error::field("name", "the project has a blueprint of this name already")
}

pub async fn insert(db: &mut Connection, blueprint: &Blueprint) -> Result<()> {
    sqlx::query("INSERT INTO blueprints (id, project_id, name, head, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6)")
        .bind(blueprint.id.as_str())
        .bind(blueprint.project_id.as_str())
        .bind(&blueprint.name)
        .bind(blueprint.head)
        .bind(blueprint.created_at.0)
        .bind(blueprint.updated_at.0)
        .execute(db)
        .await
        .map_err(on_unique(taken()))?;
    Ok(())
}

/// By name. `after` is the last name of the page before.
pub async fn list(
    db: &mut Connection,
    project: &ProjectId,
    after: &str,
    limit: i64,
) -> Result<Vec<Blueprint>> {
    let rows: Vec<Row> = sqlx::query_as(
        "SELECT id, project_id, name, head, created_at, updated_at FROM blueprints
          WHERE project_id = $1 AND name > $2 ORDER BY name LIMIT $3",
    )
    .bind(project.as_str())
    .bind(after)
    .bind(limit)
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(Blueprint::from).collect())
}

/// All there are, by id. `after` is the last id of the page before.
pub async fn all(db: &mut Connection, after: &str, limit: i64) -> Result<Vec<Blueprint>> {
    let rows: Vec<Row> = sqlx::query_as(
        "SELECT id, project_id, name, head, created_at, updated_at FROM blueprints
          WHERE id > $1 ORDER BY id LIMIT $2",
    )
    .bind(after)
    .bind(limit)
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(Blueprint::from).collect())
}

pub async fn get(db: &mut Connection, id: &BlueprintId) -> Result<Blueprint> {
    let row: Option<Row> = sqlx::query_as(
        "SELECT id, project_id, name, head, created_at, updated_at FROM blueprints WHERE id = $1",
    )
    .bind(id.as_str())
    .fetch_optional(db)
    .await?;
    row.map(Blueprint::from).ok_or(Error::NotFound("blueprint"))
}

pub async fn rename(db: &mut Connection, id: &BlueprintId, name: &str, now: Timestamp) -> Result<()> {
    sqlx::query("UPDATE blueprints SET name = $2, updated_at = $3 WHERE id = $1")
        .bind(id.as_str())
        .bind(name)
        .bind(now.0)
        .execute(db)
        .await
        .map_err(on_unique(taken()))?;
    Ok(())
}

pub async fn delete(db: &mut Connection, id: &BlueprintId) -> Result<()> {
    sqlx::query("DELETE FROM blueprints WHERE id = $1").bind(id.as_str()).execute(db).await?;
    Ok(())
}

/// File name to the SHA-256 of its text, hex.
pub type Manifest = BTreeMap<String, String>;

/// One saved state of a blueprint.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Revision {
    pub number: i64,
    /// The revision that it was made on; none for the first.
    pub parent: Option<i64>,
    /// The revision whose content it has: itself, or an older one after undo, redo or restore.
    pub origin: i64,
    /// What redo goes back to, the next one last.
    #[serde(skip)]
    pub redo: Vec<i64>,
    /// File name to SHA-256 of its text.
    pub files: Manifest,
    /// What the edit did.
    pub message: String,
    pub created_by: Option<UserId>,
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
}

rows! {
    struct RevisionRow {
        number: i64,
        parent: Option<i64>,
        origin: i64,
        redo: String,
        files: String,
        message: String,
        created_by: Option<String>,
        created_at: i64,
    }
}

impl TryFrom<RevisionRow> for Revision {
    type Error = Error;

    fn try_from(r: RevisionRow) -> Result<Revision> {
        Ok(Revision {
            number: r.number,
            parent: r.parent,
            origin: r.origin,
            redo: serde_json::from_str(&r.redo)?,
            files: serde_json::from_str(&r.files)?,
            message: r.message,
            created_by: r.created_by.map(UserId),
            created_at: Timestamp(r.created_at),
        })
    }
}

/// Makes `revision` the head. `revision.number` must be `revision.parent + 1`; when the head has moved on meanwhile,
/// the answer is `false` and nothing is stored.
pub async fn append(db: &mut Connection, blueprint: &BlueprintId, revision: &Revision) -> Result<bool> {
    let moved = sqlx::query("UPDATE blueprints SET head = $2, updated_at = $3 WHERE id = $1 AND head = $4")
        .bind(blueprint.as_str())
        .bind(revision.number)
        .bind(revision.created_at.0)
        .bind(revision.parent.unwrap_or(revision.number))
        .execute(&mut *db)
        .await?;
    if moved.rows_affected() == 0 {
        return Ok(false);
    }
    sqlx::query(
        "INSERT INTO revisions (blueprint_id, number, parent, origin, redo, files, message, created_by, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(blueprint.as_str())
    .bind(revision.number)
    .bind(revision.parent)
    .bind(revision.origin)
    .bind(serde_json::to_string(&revision.redo)?)
    .bind(serde_json::to_string(&revision.files)?)
    .bind(&revision.message)
    .bind(revision.created_by.as_ref().map(UserId::as_str))
    .bind(revision.created_at.0)
    .execute(db)
    .await?;
    Ok(true)
}

pub async fn revision(db: &mut Connection, blueprint: &BlueprintId, number: i64) -> Result<Revision> {
    let row: Option<RevisionRow> = sqlx::query_as(
        "SELECT number, parent, origin, redo, files, message, created_by, created_at FROM revisions
          WHERE blueprint_id = $1 AND number = $2",
    )
    .bind(blueprint.as_str())
    .bind(number)
    .fetch_optional(db)
    .await?;
    row.ok_or(Error::NotFound("revision"))?.try_into()
}

/// Newest first, those below `before`.
pub async fn revisions(
    db: &mut Connection,
    blueprint: &BlueprintId,
    before: i64,
    limit: i64,
) -> Result<Vec<Revision>> {
    let rows: Vec<RevisionRow> = sqlx::query_as(
        "SELECT number, parent, origin, redo, files, message, created_by, created_at FROM revisions
          WHERE blueprint_id = $1 AND number < $2 ORDER BY number DESC LIMIT $3",
    )
    .bind(blueprint.as_str())
    .bind(before)
    .bind(limit)
    .fetch_all(db)
    .await?;
    rows.into_iter().map(Revision::try_from).collect()
}

/// Keeps a text under its digest; a text that's there already costs nothing.
pub async fn put_text(db: &mut Connection, digest: &str, compressed: &[u8]) -> Result<()> {
    sqlx::query("INSERT INTO file_texts (digest, content) VALUES ($1, $2) ON CONFLICT (digest) DO NOTHING")
        .bind(digest)
        .bind(compressed)
        .execute(db)
        .await?;
    Ok(())
}

/// All texts of one revision's manifest, by digest, compressed.
pub async fn texts(db: &mut Connection, manifest: &Manifest) -> Result<Vec<(String, Vec<u8>)>> {
    let placeholders: Vec<String> = (1..=manifest.len()).map(|i| format!("${i}")).collect();
    if placeholders.is_empty() {
        return Ok(Vec::new());
    }
    let sql = format!("SELECT digest, content FROM file_texts WHERE digest IN ({})", placeholders.join(", "));
    let mut query = sqlx::query_as(sqlx::AssertSqlSafe(sql));
    for digest in manifest.values() {
        query = query.bind(digest);
    }
    Ok(query.fetch_all(db).await?)
}

/// A blueprint with the name of its project, for lists over all projects.
#[derive(Debug, Clone)]
pub struct InProject {
    pub blueprint: Blueprint,
    pub project: String,
    /// Its latest revision's files.
    pub files: Manifest,
}

rows! {
    struct InProjectRow {
        id: String,
        project_id: String,
        name: String,
        head: i64,
        created_at: i64,
        updated_at: i64,
        project: String,
        files: String,
    }
}

/// The blueprints of every project that `user` belongs to, or with `None` of all projects, by id. `after` is the last id
/// of the page before.
pub async fn everywhere(
    db: &mut Connection,
    user: Option<&UserId>,
    after: &str,
    limit: i64,
) -> Result<Vec<InProject>> {
    let rows: Vec<InProjectRow> = sqlx::query_as(
        "SELECT b.id, b.project_id, b.name, b.head, b.created_at, b.updated_at, p.name AS project, r.files
           FROM blueprints b
           JOIN projects p ON p.id = b.project_id
           JOIN revisions r ON r.blueprint_id = b.id AND r.number = b.head
          WHERE ($1 = '' OR p.id IN (SELECT project_id FROM project_members WHERE user_id = $1))
            AND b.id > $2
          ORDER BY b.id LIMIT $3",
    )
    .bind(user.map_or("", UserId::as_str))
    .bind(after)
    .bind(limit)
    .fetch_all(db)
    .await?;
    rows.into_iter()
        .map(|r| {
            let blueprint = Blueprint {
                id: r.id.into(),
                project_id: r.project_id.into(),
                name: r.name,
                head: r.head,
                created_at: Timestamp(r.created_at),
                updated_at: Timestamp(r.updated_at),
            };
            Ok(InProject { blueprint, project: r.project, files: serde_json::from_str(&r.files)? })
        })
        .collect()
}
