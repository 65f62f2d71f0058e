//! Deployments: a blueprint bound to an environment, and the values for its variables.

use serde::{Deserialize, Serialize};

use super::{BlueprintId, Connection, DeploymentId, EnvironmentId, ProjectId, on_unique, rows};
use crate::{
    clock::Timestamp,
    error::{Error, Result},
};

/// A blueprint in an environment.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Deployment {
    pub id: DeploymentId,
    pub project_id: ProjectId,
    pub blueprint_id: BlueprintId,
    pub blueprint: String,
    pub environment_id: EnvironmentId,
    pub environment: String,
    /// The pinned revision; none follows the latest.
    pub revision: Option<i64>,
    /// The blueprint's latest revision.
    pub head: i64,
    pub terraform_version: String,
    /// `azurerm`, `s3`, `gcs` or `managed`.
    pub backend: String,
    /// The backend's settings; no secret.
    #[schema(value_type = Object)]
    pub backend_config: serde_json::Map<String, serde_json::Value>,
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    pub updated_at: Timestamp,
}

impl Deployment {
    /// The revision that a run started now would use.
    pub fn effective_revision(&self) -> i64 {
        self.revision.unwrap_or(self.head)
    }
}

rows! {
    struct Row {
        id: String,
        project_id: String,
        blueprint_id: String,
        blueprint: String,
        environment_id: String,
        environment: String,
        revision: Option<i64>,
        head: i64,
        terraform_version: String,
        backend: String,
        backend_config: String,
        created_at: i64,
        updated_at: i64,
    }
}

impl TryFrom<Row> for Deployment {
    type Error = Error;

    fn try_from(r: Row) -> Result<Deployment> {
        Ok(Deployment {
            id: r.id.into(),
            project_id: r.project_id.into(),
            blueprint_id: r.blueprint_id.into(),
            blueprint: r.blueprint,
            environment_id: r.environment_id.into(),
            environment: r.environment,
            revision: r.revision,
            head: r.head,
            terraform_version: r.terraform_version,
            backend: r.backend,
            backend_config: serde_json::from_str(&r.backend_config)?,
            created_at: Timestamp(r.created_at),
            updated_at: Timestamp(r.updated_at),
        })
    }
}

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT d.id, b.project_id, d.blueprint_id, b.name AS blueprint, d.environment_id, e.name AS environment,
                    d.revision, b.head, d.terraform_version, d.backend, d.backend_config, d.created_at, d.updated_at
               FROM deployments d
               JOIN blueprints b ON b.id = d.blueprint_id
               JOIN environments e ON e.id = d.environment_id ",
            $rest
        )
    };
}

pub async fn insert(db: &mut Connection, d: &Deployment) -> Result<()> {
    sqlx::query(
        "INSERT INTO deployments (id, blueprint_id, environment_id, revision, terraform_version, backend, backend_config,
                                  created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(d.id.as_str())
    .bind(d.blueprint_id.as_str())
    .bind(d.environment_id.as_str())
    .bind(d.revision)
    .bind(&d.terraform_version)
    .bind(&d.backend)
    .bind(serde_json::to_string(&d.backend_config)?)
    .bind(d.created_at.0)
    .bind(d.updated_at.0)
    .execute(db)
    .await
    .map_err(on_unique(Error::Conflict("the blueprint is deployed to this environment already".into())))?;
    Ok(())
}

/// Everything that may be changed later.
pub async fn update(db: &mut Connection, d: &Deployment) -> Result<()> {
    sqlx::query(
        "UPDATE deployments SET revision = $2, terraform_version = $3, backend = $4, backend_config = $5, updated_at = $6
          WHERE id = $1",
    )
    .bind(d.id.as_str())
    .bind(d.revision)
    .bind(&d.terraform_version)
    .bind(&d.backend)
    .bind(serde_json::to_string(&d.backend_config)?)
    .bind(d.updated_at.0)
    .execute(db)
    .await?;
    Ok(())
}

pub async fn get(db: &mut Connection, id: &DeploymentId) -> Result<Deployment> {
    let row: Option<Row> =
        sqlx::query_as(select!("WHERE d.id = $1")).bind(id.as_str()).fetch_optional(db).await?;
    row.ok_or(Error::NotFound("deployment"))?.try_into()
}

/// All of a project, by blueprint and environment.
pub async fn list(db: &mut Connection, project: &ProjectId) -> Result<Vec<Deployment>> {
    let rows: Vec<Row> =
        sqlx::query_as(select!("WHERE b.project_id = $1 ORDER BY b.name, e.position LIMIT 2000"))
            .bind(project.as_str())
            .fetch_all(db)
            .await?;
    rows.into_iter().map(Deployment::try_from).collect()
}

pub async fn delete(db: &mut Connection, id: &DeploymentId) -> Result<()> {
    sqlx::query("DELETE FROM deployments WHERE id = $1").bind(id.as_str()).execute(db).await?;
    Ok(())
}

/// What a value is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Category {
    /// An input variable of the configuration.
    Terraform,
    /// An environment variable of the Terraform process: credentials, mostly.
    Env,
}

impl Category {
    pub fn as_str(self) -> &'static str {
        match self {
            Category::Terraform => "terraform",
            Category::Env => "env",
        }
    }
}

/// A stored value: JSON text in the open, or sealed.
#[derive(Debug, Clone)]
pub struct StoredValue {
    pub category: Category,
    pub name: String,
    /// JSON text, numbers as they were typed.
    pub value: Option<String>,
    pub sealed: Option<Vec<u8>>,
}

rows! {
    struct ValueRow {
        category: String,
        name: String,
        value: Option<String>,
        sealed: Option<Vec<u8>>,
    }
}

pub async fn values(db: &mut Connection, id: &DeploymentId) -> Result<Vec<StoredValue>> {
    let rows: Vec<ValueRow> = sqlx::query_as(
        "SELECT category, name, value, sealed FROM deployment_values WHERE deployment_id = $1
          ORDER BY category, name LIMIT 2000",
    )
    .bind(id.as_str())
    .fetch_all(db)
    .await?;
    let stored = |row: ValueRow| StoredValue {
        category: if row.category == Category::Env.as_str() { Category::Env } else { Category::Terraform },
        name: row.name,
        value: row.value,
        sealed: row.sealed,
    };
    Ok(rows.into_iter().map(stored).collect())
}

/// An environment in which a deployment of a blueprint gives a value to an input variable.
pub async fn giving(db: &mut Connection, blueprint: &BlueprintId, variable: &str) -> Result<Option<String>> {
    Ok(sqlx::query_scalar(
        "SELECT e.name FROM deployment_values v
           JOIN deployments d ON d.id = v.deployment_id
           JOIN environments e ON e.id = d.environment_id
          WHERE d.blueprint_id = $1 AND v.category = $2 AND v.name = $3
          ORDER BY e.name LIMIT 1",
    )
    .bind(blueprint.as_str())
    .bind(Category::Terraform.as_str())
    .bind(variable)
    .fetch_optional(db)
    .await?)
}

pub async fn put_value(
    db: &mut Connection,
    id: &DeploymentId,
    v: &StoredValue,
    now: Timestamp,
) -> Result<()> {
    sqlx::query(
        "INSERT INTO deployment_values (deployment_id, category, name, value, sealed, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (deployment_id, category, name)
         DO UPDATE SET value = excluded.value, sealed = excluded.sealed, updated_at = excluded.updated_at",
    )
    .bind(id.as_str())
    .bind(v.category.as_str())
    .bind(&v.name)
    .bind(v.value.as_deref())
    .bind(v.sealed.as_deref())
    .bind(now.0)
    .execute(db)
    .await?;
    Ok(())
}

pub async fn delete_value(
    db: &mut Connection,
    id: &DeploymentId,
    category: Category,
    name: &str,
) -> Result<()> {
    sqlx::query("DELETE FROM deployment_values WHERE deployment_id = $1 AND category = $2 AND name = $3")
        .bind(id.as_str())
        .bind(category.as_str())
        .bind(name)
        .execute(db)
        .await?;
    Ok(())
}

/// A deployment in `scope` (an id of a deployment, environment, blueprint or project) that a worker is busy with: its
/// blueprint's and environment's name.
pub async fn working(db: &mut Connection, scope: &str) -> Result<Option<(String, String)>> {
    Ok(sqlx::query_as(
        "SELECT b.name, e.name FROM deployments d
           JOIN blueprints b ON b.id = d.blueprint_id
           JOIN environments e ON e.id = d.environment_id
          WHERE (d.id = $1 OR d.blueprint_id = $1 OR d.environment_id = $1 OR b.project_id = $1)
            AND d.id IN (SELECT r.deployment_id FROM runs r JOIN run_jobs j ON j.run_id = r.id
                          WHERE j.launched <> 0 AND j.state <> 'done')
          LIMIT 1",
    )
    .bind(scope)
    .fetch_optional(db)
    .await?)
}

/// A deployment in `scope` whose latest managed state holds resources: its blueprint's and environment's name, and how
/// many.
pub async fn managing(db: &mut Connection, scope: &str) -> Result<Option<(String, String, i64)>> {
    Ok(sqlx::query_as(
        "SELECT b.name, e.name, s.resources FROM deployments d
           JOIN blueprints b ON b.id = d.blueprint_id
           JOIN environments e ON e.id = d.environment_id
           JOIN state_versions s ON s.deployment_id = d.id
          WHERE (d.id = $1 OR d.blueprint_id = $1 OR d.environment_id = $1 OR b.project_id = $1)
            AND s.resources > 0
            AND s.number = (SELECT MAX(l.number) FROM state_versions l WHERE l.deployment_id = d.id)
          LIMIT 1",
    )
    .bind(scope)
    .fetch_optional(db)
    .await?)
}
