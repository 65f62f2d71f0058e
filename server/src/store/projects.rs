//! Projects and who belongs to them.

use serde::Serialize;

use super::{Connection, ProjectId, UserId, rows};
use crate::{
    clock::Timestamp,
    error::{Error, Result},
};

/// What keeps blueprints, environments and their people together.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Project {
    pub id: ProjectId,
    pub name: String,
    /// How many blueprints it holds.
    pub blueprints: i64,
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    pub updated_at: Timestamp,
}

rows! {
    struct Row {
        id: String,
        name: String,
        blueprints: i64,
        created_at: i64,
        updated_at: i64,
    }
}

impl From<Row> for Project {
    fn from(r: Row) -> Project {
        Project {
            id: r.id.into(),
            name: r.name,
            blueprints: r.blueprints,
            created_at: Timestamp(r.created_at),
            updated_at: Timestamp(r.updated_at),
        }
    }
}

pub async fn insert(db: &mut Connection, project: &Project, owner: &UserId) -> Result<()> {
    sqlx::query("INSERT INTO projects (id, name, created_at, updated_at) VALUES ($1, $2, $3, $4)")
        .bind(project.id.as_str())
        .bind(&project.name)
        .bind(project.created_at.0)
        .bind(project.updated_at.0)
        .execute(&mut *db)
        .await?;
    add_member(db, &project.id, owner, project.created_at).await
}

/// The projects of `user`, or with `None` all of them, by name. `after` is the last name of the page before.
pub async fn list(
    db: &mut Connection,
    user: Option<&UserId>,
    after: Option<(&str, &str)>,
    limit: i64,
) -> Result<Vec<Project>> {
    let (name, id) = after.unwrap_or(("", ""));
    let rows: Vec<Row> = sqlx::query_as(
        "SELECT p.id, p.name, p.created_at, p.updated_at,
                (SELECT COUNT(*) FROM blueprints b WHERE b.project_id = p.id) AS blueprints
           FROM projects p
          WHERE ($1 = '' OR p.id IN (SELECT project_id FROM project_members WHERE user_id = $1))
            AND (p.name > $2 OR (p.name = $2 AND p.id > $3))
          ORDER BY p.name, p.id LIMIT $4",
    )
    .bind(user.map_or("", UserId::as_str))
    .bind(name)
    .bind(id)
    .bind(limit)
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(Project::from).collect())
}

/// The project, when `user` is a member or is `None` (may see all).
pub async fn get(db: &mut Connection, id: &ProjectId, user: Option<&UserId>) -> Result<Project> {
    let row: Option<Row> = sqlx::query_as(
        "SELECT p.id, p.name, p.created_at, p.updated_at,
                (SELECT COUNT(*) FROM blueprints b WHERE b.project_id = p.id) AS blueprints
           FROM projects p
          WHERE p.id = $1
            AND ($2 = '' OR p.id IN (SELECT project_id FROM project_members WHERE user_id = $2))",
    )
    .bind(id.as_str())
    .bind(user.map_or("", UserId::as_str))
    .fetch_optional(db)
    .await?;
    row.map(Project::from).ok_or(Error::NotFound("project"))
}

pub async fn rename(db: &mut Connection, id: &ProjectId, name: &str, now: Timestamp) -> Result<()> {
    sqlx::query("UPDATE projects SET name = $2, updated_at = $3 WHERE id = $1")
        .bind(id.as_str())
        .bind(name)
        .bind(now.0)
        .execute(db)
        .await?;
    Ok(())
}

pub async fn delete(db: &mut Connection, id: &ProjectId) -> Result<()> {
    sqlx::query("DELETE FROM projects WHERE id = $1").bind(id.as_str()).execute(db).await?;
    Ok(())
}

rows! {
    /// Somebody in a project.
    #[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
    pub struct Member {
        pub user_id: String,
        pub email: String,
        pub name: String,
    }
}

pub async fn members(db: &mut Connection, id: &ProjectId) -> Result<Vec<Member>> {
    Ok(sqlx::query_as(
        "SELECT u.id AS user_id, u.email, u.name FROM project_members m JOIN users u ON u.id = m.user_id
          WHERE m.project_id = $1 ORDER BY u.name, u.id LIMIT 1000",
    )
    .bind(id.as_str())
    .fetch_all(db)
    .await?)
}

pub async fn add_member(db: &mut Connection, id: &ProjectId, user: &UserId, now: Timestamp) -> Result<()> {
    sqlx::query(
        "INSERT INTO project_members (project_id, user_id, created_at) VALUES ($1, $2, $3)
         ON CONFLICT (project_id, user_id) DO NOTHING",
    )
    .bind(id.as_str())
    .bind(user.as_str())
    .bind(now.0)
    .execute(db)
    .await?;
    Ok(())
}

pub async fn remove_member(db: &mut Connection, id: &ProjectId, user: &UserId) -> Result<()> {
    sqlx::query("DELETE FROM project_members WHERE project_id = $1 AND user_id = $2")
        .bind(id.as_str())
        .bind(user.as_str())
        .execute(db)
        .await?;
    Ok(())
}
