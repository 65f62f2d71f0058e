//! Signing up, in and out.

use super::{Actor, Token, password};
use crate::{
    app::App,
    config::SignUp,
    error::{Error, Result},
    project::{PAGE, Page, name},
    store::{
        TokenId, UserId, sessions,
        users::{self, ApiToken, User},
    },
};

/// Days that a session lives.
pub const SESSION_DAYS: i64 = 14;
/// Failed sign-ins allowed within the window, for an account and for an address.
const MAX_FAILURES: i64 = 10;
const WINDOW_SECONDS: i64 = 600;

/// Whether somebody new may sign up now.
pub async fn sign_up_open(app: &App) -> Result<bool> {
    Ok(app.config.sign_up == SignUp::Open || users::count(&mut *app.db.read().await?).await? == 0)
}

/// Makes an account and signs it in. The first one is the administrator.
pub async fn sign_up(app: &App, email: &str, display_name: &str, password: &str) -> Result<(Actor, Token)> {
    if !sign_up_open(app).await? {
        return Err(Error::Forbidden("sign-up is closed; ask an administrator for an account".into()));
    }
    let email = check_email(email)?;
    let display_name = name::check("name", display_name)?;
    password::check(password)?;
    let password_hash = password::hash(password.to_owned()).await?;
    let mut tx = app.db.begin().await?;
    let first = users::count(&mut tx).await? == 0;
    if !first && app.config.sign_up == SignUp::First {
        return Err(Error::Forbidden("sign-up is closed; ask an administrator for an account".into()));
    }
    let user = User { id: UserId::random(), email, name: display_name, password_hash, is_admin: first };
    users::insert(&mut tx, &user, app.clock.now()).await?;
    let token = open_session(app, &mut tx, &user.id).await?;
    tx.commit().await?;
    tracing::info!(user = %user.id, admin = first, "signed up");
    Ok((user.into(), token))
}

/// An account made by an administrator for somebody else.
pub async fn create_user(
    app: &App,
    actor: &Actor,
    email: &str,
    display_name: &str,
    password: &str,
) -> Result<Actor> {
    if !actor.is_admin {
        return Err(Error::Forbidden("only an administrator may add people".into()));
    }
    let email = check_email(email)?;
    let display_name = name::check("name", display_name)?;
    password::check(password)?;
    let password_hash = password::hash(password.to_owned()).await?;
    let user = User { id: UserId::random(), email, name: display_name, password_hash, is_admin: false };
    let mut tx = app.db.begin().await?;
    users::insert(&mut tx, &user, app.clock.now()).await?;
    tx.commit().await?;
    Ok(user.into())
}

/// Everybody with an account, by e-mail address; for administrators. A cursor is the last address.
pub async fn people(app: &App, actor: &Actor, cursor: Option<&str>) -> Result<Page<Actor>> {
    if !actor.is_admin {
        return Err(Error::Forbidden("only an administrator may list people".into()));
    }
    let users = users::list(&mut *app.db.read().await?, cursor.unwrap_or_default(), PAGE + 1).await?;
    Ok(Page::of(users.into_iter().map(Actor::from).collect(), |person| person.email.clone()))
}

/// Changes the actor's password and ends all other sessions: whoever knew the old one is out. `session` is the one
/// that asks. API tokens stay. Wrong guesses of the old password count as failed sign-ins.
pub async fn change_password(
    app: &App,
    actor: &Actor,
    session: Option<&Token>,
    old: &str,
    new: &str,
) -> Result<()> {
    let subject = [format!("account:{}", actor.email)];
    limit(app, &subject).await?;
    password::check(new)?;
    let user = users::by_email(&mut *app.db.read().await?, &actor.email).await?;
    let valid = password::verify(old.to_owned(), user.map(|u| u.password_hash)).await?;
    if !valid {
        let mut tx = app.db.begin().await?;
        let now = app.clock.now();
        sessions::insert_failure(&mut tx, &subject[0], now, now.plus_seconds(-WINDOW_SECONDS)).await?;
        tx.commit().await?;
        return Err(Error::field("current", "this is not your password"));
    }
    let hash = password::hash(new.to_owned()).await?;
    let mut tx = app.db.begin().await?;
    users::set_password(&mut tx, &actor.id, &hash).await?;
    let keep = session.map(Token::hash).unwrap_or_default();
    sessions::delete_others(&mut tx, &actor.id, &keep).await?;
    tx.commit().await?;
    tracing::info!(user = %actor.id, "changed the password");
    Ok(())
}

/// Checks the password and opens a session. `address` is the caller's network address, for the rate limit.
pub async fn sign_in(app: &App, email: &str, password: &str, address: &str) -> Result<(Actor, Token)> {
    let email = email.trim().to_lowercase();
    let subjects = [format!("account:{email}"), format!("address:{address}")];
    limit(app, &subjects).await?;
    let user = users::by_email(&mut *app.db.read().await?, &email).await?;
    let hash = user.as_ref().map(|u| u.password_hash.clone());
    let valid = password::verify(password.to_owned(), hash).await?;
    let mut tx = app.db.begin().await?;
    let (Some(user), true) = (user, valid) else {
        let now = app.clock.now();
        for subject in &subjects {
            sessions::insert_failure(&mut tx, subject, now, now.plus_seconds(-WINDOW_SECONDS)).await?;
        }
        tx.commit().await?;
        return Err(Error::invalid("the address or the password is wrong"));
    };
    sessions::clear_failures(&mut tx, &subjects[0]).await?;
    let token = open_session(app, &mut tx, &user.id).await?;
    tx.commit().await?;
    Ok((user.into(), token))
}

async fn limit(app: &App, subjects: &[String]) -> Result<()> {
    let now = app.clock.now();
    let mut db = app.db.read().await?;
    for subject in subjects {
        let (count, first) = sessions::failures(&mut db, subject, now.plus_seconds(-WINDOW_SECONDS)).await?;
        if count >= MAX_FAILURES {
            let free = first.unwrap_or(now).plus_seconds(WINDOW_SECONDS).0 - now.0;
            return Err(Error::TooMany(u64::try_from(free / 1000).unwrap_or(0) + 1));
        }
    }
    Ok(())
}

async fn open_session(app: &App, tx: &mut crate::store::Connection, user: &UserId) -> Result<Token> {
    let token = Token::session();
    let now = app.clock.now();
    sessions::insert(tx, &token.hash(), user, now, now.plus_seconds(SESSION_DAYS * 86_400)).await?;
    Ok(token)
}

pub async fn sign_out(app: &App, token: &Token) -> Result<()> {
    let mut tx = app.db.begin().await?;
    sessions::delete(&mut tx, &token.hash()).await?;
    Ok(tx.commit().await?)
}

/// Enough to tell an address from a typing mistake; only a mail could tell more.
fn check_email(email: &str) -> Result<String> {
    let email = email.trim().to_lowercase();
    let plausible = email.split_once('@').is_some_and(|(local, domain)| {
        !local.is_empty() && !domain.is_empty() && !domain.contains('@') && !domain.starts_with('.')
    });
    let clean = email.len() <= 254 && !email.chars().any(|c| c.is_whitespace() || c.is_control());
    if plausible && clean { Ok(email) } else { Err(Error::field("email", "enter an e-mail address")) }
}

/// Makes a token for scripts. The second part is the only time that it's seen.
pub async fn create_token(app: &App, actor: &Actor, text: &str) -> Result<(ApiToken, Token)> {
    let token = ApiToken {
        id: TokenId::random(),
        name: name::check("name", text)?,
        created_at: app.clock.now(),
        last_used_at: None,
    };
    let secret = Token::api();
    let mut tx = app.db.begin().await?;
    users::insert_token(&mut tx, &actor.id, &token, &secret.hash()).await?;
    tx.commit().await?;
    Ok((token, secret))
}

/// Makes a token useless from now on.
pub async fn revoke_token(app: &App, actor: &Actor, id: &TokenId) -> Result<()> {
    let mut tx = app.db.begin().await?;
    users::delete_token(&mut tx, &actor.id, id).await?;
    Ok(tx.commit().await?)
}
