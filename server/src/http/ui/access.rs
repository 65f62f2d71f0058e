//! Signing up, in and out.

use std::net::SocketAddr;

use askama::Template;
use askama_web::WebTemplate;
use axum::{
    Router,
    extract::{ConnectInfo, Query, State},
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};
use axum_extra::extract::cookie::CookieJar;
use serde::Deserialize;

use super::{
    layout::{Field, Layout},
    page::{Form, Guest, PageError, PageResult, place, refused, sentence},
};
use crate::{
    app::App,
    auth::{self, account},
    error::Error,
    http::cookie,
    store::users,
};

pub fn router() -> Router<App> {
    Router::new()
        .route("/", get(|| async { Redirect::to("/projects") }))
        .route("/sign-up", get(sign_up_page).post(sign_up))
        .route("/sign-in", get(sign_in_page).post(sign_in))
        .route("/sign-out", post(sign_out))
}

#[derive(Template, WebTemplate)]
#[template(path = "account/sign_up.html")]
struct SignUpPage {
    layout: Layout,
    first: bool,
    name: Field,
    email: Field,
    password: Field,
    error: String,
}

#[derive(Deserialize)]
struct SignUp {
    name: String,
    email: String,
    password: String,
}

impl SignUpPage {
    async fn new(app: &App, mut layout: Layout, name: &str, email: &str) -> PageResult<SignUpPage> {
        layout.title = "Create an account".into();
        Ok(SignUpPage {
            layout,
            first: users::count(&mut *app.db.read().await?).await? == 0,
            name: Field::new("name", name),
            email: Field::new("email", email),
            password: Field::new("password", ""),
            error: String::new(),
        })
    }
}

async fn sign_up_page(State(app): State<App>, guest: Guest) -> PageResult {
    if guest.actor.is_some() {
        return Ok(Redirect::to("/projects").into_response());
    }
    if !account::sign_up_open(&app).await? {
        return Ok(Redirect::to("/sign-in").into_response());
    }
    Ok(SignUpPage::new(&app, guest.layout, "", "").await?.into_response())
}

async fn sign_up(
    State(app): State<App>,
    guest: Guest,
    jar: CookieJar,
    Form(input): Form<SignUp>,
) -> PageResult {
    match auth::sign_up(&app, &input.email, &input.name, &input.password).await {
        Ok((_, token)) => {
            Ok((cookie::set(jar, &app.config, &token), Redirect::to("/projects")).into_response())
        }
        Err(error) => {
            let mut page = SignUpPage::new(&app, guest.layout, &input.name, &input.email).await?;
            page.error = place(error, &mut [&mut page.name, &mut page.email, &mut page.password])?;
            Ok(refused(page))
        }
    }
}

#[derive(Template, WebTemplate)]
#[template(path = "account/sign_in.html")]
struct SignInPage {
    layout: Layout,
    email: Field,
    password: Field,
    /// Where to go afterwards: a path on this server.
    next: String,
    sign_up_open: bool,
    error: String,
}

#[derive(Deserialize)]
struct Next {
    #[serde(default)]
    next: String,
}

#[derive(Deserialize)]
struct SignIn {
    email: String,
    password: String,
    #[serde(default)]
    next: String,
}

/// Only a path on this server: anything else would let a link send people elsewhere after they sign in.
fn local(next: &str) -> &str {
    let safe = next.starts_with('/') && !next.starts_with("//") && !next.contains(['\\', '\r', '\n']);
    if safe { next } else { "/projects" }
}

async fn sign_in_page(State(app): State<App>, guest: Guest, Query(query): Query<Next>) -> PageResult {
    if guest.actor.is_some() {
        return Ok(Redirect::to(local(&query.next)).into_response());
    }
    if users::count(&mut *app.db.read().await?).await? == 0 {
        return Ok(Redirect::to("/sign-up").into_response());
    }
    Ok(sign_in_form(&app, guest.layout, "", query.next).await?.into_response())
}

async fn sign_in_form(app: &App, mut layout: Layout, email: &str, next: String) -> PageResult<SignInPage> {
    layout.title = "Sign in".into();
    Ok(SignInPage {
        layout,
        email: Field::new("email", email),
        password: Field::new("password", ""),
        next,
        sign_up_open: account::sign_up_open(app).await?,
        error: String::new(),
    })
}

async fn sign_in(
    State(app): State<App>,
    guest: Guest,
    ConnectInfo(address): ConnectInfo<SocketAddr>,
    jar: CookieJar,
    Form(input): Form<SignIn>,
) -> PageResult {
    match auth::sign_in(&app, &input.email, &input.password, &address.ip().to_string()).await {
        Ok((_, token)) => {
            Ok((cookie::set(jar, &app.config, &token), Redirect::to(local(&input.next))).into_response())
        }
        Err(error @ (Error::Invalid(_) | Error::TooMany(_))) => {
            let mut page = sign_in_form(&app, guest.layout, &input.email, input.next).await?;
            page.error = sentence(&error.to_string());
            Ok(refused(page))
        }
        Err(other) => Err(PageError(other)),
    }
}

async fn sign_out(State(app): State<App>, jar: CookieJar) -> PageResult<Response> {
    if let Some(token) = cookie::read(&jar, &app.config) {
        auth::sign_out(&app, &token).await?;
    }
    Ok((cookie::clear(jar, &app.config), Redirect::to("/sign-in")).into_response())
}
