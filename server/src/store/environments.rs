//! Environments of a project.

use serde::Serialize;

use super::{Connection, EnvironmentId, ProjectId, on_unique, rows};
use crate::{
    clock::Timestamp,
    error::{Error, Result},
};

/// Where blueprints are deployed to: dev, test, production.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Environment {
    pub id: EnvironmentId,
    pub project_id: ProjectId,
    pub name: String,
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
}

rows! {
    struct Row {
        id: String,
        project_id: String,
        name: String,
        created_at: i64,
    }
}

impl From<Row> for Environment {
    fn from(r: Row) -> Environment {
        Environment {
            id: r.id.into(),
            project_id: r.project_id.into(),
            name: r.name,
            created_at: Timestamp(r.created_at),
        }
    }
}

fn taken() -> Error {
    Error::field("name", "the project has an environment of this name already")
}

/// Adds it after the last one.
pub async fn insert(db: &mut Connection, environment: &Environment) -> Result<()> {
    sqlx::query(
        "INSERT INTO environments (id, project_id, name, position, created_at)
         VALUES ($1, $2, $3, (SELECT COALESCE(MAX(position), 0) + 1 FROM environments WHERE project_id = $2), $4)",
    )
    .bind(environment.id.as_str())
    .bind(environment.project_id.as_str())
    .bind(&environment.name)
    .bind(environment.created_at.0)
    .execute(db)
    .await
    .map_err(on_unique(taken()))?;
    Ok(())
}

/// In the order in which they were made.
pub async fn list(db: &mut Connection, project: &ProjectId) -> Result<Vec<Environment>> {
    let rows: Vec<Row> = sqlx::query_as(
        "SELECT id, project_id, name, created_at FROM environments WHERE project_id = $1 ORDER BY position, id LIMIT 200",
    )
    .bind(project.as_str())
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(Environment::from).collect())
}

pub async fn get(db: &mut Connection, id: &EnvironmentId) -> Result<Environment> {
    let row: Option<Row> =
        sqlx::query_as("SELECT id, project_id, name, created_at FROM environments WHERE id = $1")
            .bind(id.as_str())
            .fetch_optional(db)
            .await?;
    row.map(Environment::from).ok_or(Error::NotFound("environment"))
}

pub async fn rename(db: &mut Connection, id: &EnvironmentId, name: &str) -> Result<()> {
    sqlx::query("UPDATE environments SET name = $2 WHERE id = $1")
        .bind(id.as_str())
        .bind(name)
        .execute(db)
        .await
        .map_err(on_unique(taken()))?;
    Ok(())
}

pub async fn delete(db: &mut Connection, id: &EnvironmentId) -> Result<()> {
    sqlx::query("DELETE FROM environments WHERE id = $1").bind(id.as_str()).execute(db).await?;
    Ok(())
}
