//! Users and their API tokens.

use serde::Serialize;

use super::{Connection, TokenId, UserId, on_unique, rows};
use crate::{
    clock::Timestamp,
    error::{Error, Result},
};

/// Somebody with an account.
#[derive(Debug, Clone)]
pub struct User {
    pub id: UserId,
    pub email: String,
    pub name: String,
    pub password_hash: String,
    pub is_admin: bool,
}

rows! {
    struct Row {
        id: String,
        email: String,
        name: String,
        password_hash: String,
        is_admin: i64,
    }
}

impl From<Row> for User {
    fn from(r: Row) -> User {
        User {
            id: r.id.into(),
            email: r.email,
            name: r.name,
            password_hash: r.password_hash,
            is_admin: r.is_admin != 0,
        }
    }
}

const COLUMNS: &str = "SELECT id, email, name, password_hash, is_admin FROM users";

pub async fn count(db: &mut Connection) -> Result<i64> {
    Ok(sqlx::query_scalar("SELECT COUNT(*) FROM users").fetch_one(db).await?)
}

/// By e-mail address. `after` is the last address of the page before, empty for the first page.
pub async fn list(db: &mut Connection, after: &str, limit: i64) -> Result<Vec<User>> {
    let sql = sqlx::AssertSqlSafe(format!("{COLUMNS} WHERE email > $1 ORDER BY email LIMIT $2"));
    let rows: Vec<Row> = sqlx::query_as(sql).bind(after).bind(limit).fetch_all(db).await?;
    Ok(rows.into_iter().map(User::from).collect())
}

pub async fn set_password(db: &mut Connection, id: &UserId, password_hash: &str) -> Result<()> {
    sqlx::query("UPDATE users SET password_hash = $2 WHERE id = $1")
        .bind(id.as_str())
        .bind(password_hash)
        .execute(db)
        .await?;
    Ok(())
}

/// `email` must be in lower case already.
pub async fn insert(db: &mut Connection, user: &User, now: Timestamp) -> Result<()> {
    sqlx::query("INSERT INTO users (id, email, name, password_hash, is_admin, created_at) VALUES ($1, $2, $3, $4, $5, $6)")
        .bind(user.id.as_str())
        .bind(&user.email)
        .bind(&user.name)
        .bind(&user.password_hash)
        .bind(i64::from(user.is_admin))
        .bind(now.0)
        .execute(db)
        .await
        .map_err(on_unique(Error::field("email", "there is an account with this address already; sign in instead")))?;
    Ok(())
}

pub async fn by_email(db: &mut Connection, email: &str) -> Result<Option<User>> {
    let sql = sqlx::AssertSqlSafe(format!("{COLUMNS} WHERE email = $1"));
    let row: Option<Row> = sqlx::query_as(sql).bind(email).fetch_optional(db).await?;
    Ok(row.map(User::from))
}

/// The user of a live session.
pub async fn by_session(db: &mut Connection, token_hash: &str, now: Timestamp) -> Result<Option<User>> {
    let sql = sqlx::AssertSqlSafe(format!(
        "{COLUMNS} WHERE id = (SELECT user_id FROM sessions WHERE token_hash = $1 AND expires_at > $2)"
    ));
    let row: Option<Row> = sqlx::query_as(sql).bind(token_hash).bind(now.0).fetch_optional(db).await?;
    Ok(row.map(User::from))
}

/// The user of an API token.
pub async fn by_api_token(db: &mut Connection, token_hash: &str) -> Result<Option<User>> {
    let sql = sqlx::AssertSqlSafe(format!(
        "{COLUMNS} WHERE id = (SELECT user_id FROM api_tokens WHERE token_hash = $1)"
    ));
    let row: Option<Row> = sqlx::query_as(sql).bind(token_hash).fetch_optional(db).await?;
    Ok(row.map(User::from))
}

/// A token for scripts; the token itself is shown once, when it is made.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct ApiToken {
    pub id: TokenId,
    pub name: String,
    #[schema(value_type = String, format = DateTime)]
    pub created_at: Timestamp,
    #[schema(value_type = Option<String>, format = DateTime)]
    pub last_used_at: Option<Timestamp>,
}

pub async fn insert_token(
    db: &mut Connection,
    user: &UserId,
    token: &ApiToken,
    token_hash: &str,
) -> Result<()> {
    sqlx::query(
        "INSERT INTO api_tokens (id, user_id, name, token_hash, created_at) VALUES ($1, $2, $3, $4, $5)",
    )
    .bind(token.id.as_str())
    .bind(user.as_str())
    .bind(&token.name)
    .bind(token_hash)
    .bind(token.created_at.0)
    .execute(db)
    .await?;
    Ok(())
}

pub async fn tokens(db: &mut Connection, user: &UserId) -> Result<Vec<ApiToken>> {
    let rows: Vec<(String, String, i64, Option<i64>)> = sqlx::query_as(
        "SELECT id, name, created_at, last_used_at FROM api_tokens WHERE user_id = $1 ORDER BY created_at DESC LIMIT 200",
    )
    .bind(user.as_str())
    .fetch_all(db)
    .await?;
    Ok(rows
        .into_iter()
        .map(|(id, name, created, used)| ApiToken {
            id: id.into(),
            name,
            created_at: Timestamp(created),
            last_used_at: used.map(Timestamp),
        })
        .collect())
}

/// Notes a token's use, at most once a minute.
pub async fn touch_token(db: &mut Connection, token_hash: &str, now: Timestamp) -> Result<()> {
    sqlx::query(
        "UPDATE api_tokens SET last_used_at = $2 WHERE token_hash = $1 AND (last_used_at IS NULL OR last_used_at < $3)",
    )
    .bind(token_hash)
    .bind(now.0)
    .bind(now.0 - 60_000)
    .execute(db)
    .await?;
    Ok(())
}

pub async fn delete_token(db: &mut Connection, user: &UserId, id: &TokenId) -> Result<()> {
    let done = sqlx::query("DELETE FROM api_tokens WHERE id = $1 AND user_id = $2")
        .bind(id.as_str())
        .bind(user.as_str())
        .execute(db)
        .await?;
    if done.rows_affected() == 0 { Err(Error::NotFound("API token")) } else { Ok(()) }
}
