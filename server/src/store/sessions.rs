//! Browser sessions and the record of failed sign-ins.

use super::{Connection, UserId};
use crate::{clock::Timestamp, error::Result};

pub async fn insert(
    db: &mut Connection,
    token_hash: &str,
    user: &UserId,
    now: Timestamp,
    expires: Timestamp,
) -> Result<()> {
    sqlx::query("DELETE FROM sessions WHERE expires_at <= $1").bind(now.0).execute(&mut *db).await?;
    sqlx::query("INSERT INTO sessions (token_hash, user_id, created_at, expires_at) VALUES ($1, $2, $3, $4)")
        .bind(token_hash)
        .bind(user.as_str())
        .bind(now.0)
        .bind(expires.0)
        .execute(db)
        .await?;
    Ok(())
}

pub async fn delete(db: &mut Connection, token_hash: &str) -> Result<()> {
    sqlx::query("DELETE FROM sessions WHERE token_hash = $1").bind(token_hash).execute(db).await?;
    Ok(())
}

/// Ends all sessions of `user` but the one with the hash `keep`.
pub async fn delete_others(db: &mut Connection, user: &UserId, keep: &str) -> Result<()> {
    sqlx::query("DELETE FROM sessions WHERE user_id = $1 AND token_hash <> $2")
        .bind(user.as_str())
        .bind(keep)
        .execute(db)
        .await?;
    Ok(())
}

/// Failures of `subject` since `since`: how many, and when the first of them was.
pub async fn failures(
    db: &mut Connection,
    subject: &str,
    since: Timestamp,
) -> Result<(i64, Option<Timestamp>)> {
    let (count, first): (i64, Option<i64>) =
        sqlx::query_as("SELECT COUNT(*), MIN(at) FROM sign_in_failures WHERE subject = $1 AND at > $2")
            .bind(subject)
            .bind(since.0)
            .fetch_one(db)
            .await?;
    Ok((count, first.map(Timestamp)))
}

/// Notes a failure and forgets those before `since`.
pub async fn insert_failure(
    db: &mut Connection,
    subject: &str,
    now: Timestamp,
    since: Timestamp,
) -> Result<()> {
    sqlx::query("DELETE FROM sign_in_failures WHERE at <= $1").bind(since.0).execute(&mut *db).await?;
    sqlx::query("INSERT INTO sign_in_failures (subject, at) VALUES ($1, $2)")
        .bind(subject)
        .bind(now.0)
        .execute(db)
        .await?;
    Ok(())
}

pub async fn clear_failures(db: &mut Connection, subject: &str) -> Result<()> {
    sqlx::query("DELETE FROM sign_in_failures WHERE subject = $1").bind(subject).execute(db).await?;
    Ok(())
}
