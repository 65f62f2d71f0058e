//! One's own account: who one is, API tokens, and for administrators making accounts for others.

use askama::Template;
use askama_web::WebTemplate;
use axum::{
    Router,
    extract::{Path, State},
    response::IntoResponse,
    routing::{get, post},
};
use serde::Deserialize;

use super::{
    layout::{Field, Layout, Moment},
    page::{Form, NameForm, NameInput, PageResult, Viewer, go_saying, place, refused},
    runs,
};
use crate::{
    app::App,
    auth::account,
    error::Error,
    store::{
        TokenId,
        users::{self, ApiToken},
    },
};

pub fn router() -> Router<App> {
    Router::new()
        .route("/account", get(page))
        .route("/account/tokens/new", get(|_: Viewer| async { token_form("") }))
        .route("/account/tokens", post(create_token))
        .route("/account/tokens/{id}/delete", post(delete_token))
        .route("/account/people/new", get(|_: Viewer| async { PersonForm::new("", "") }))
        .route("/account/people", post(create_person))
}

#[derive(Template, WebTemplate)]
#[template(path = "account/settings.html")]
struct AccountPage {
    layout: Layout,
    name: String,
    email: String,
    is_admin: bool,
    tokens: Vec<TokenView>,
    version: &'static str,
    runs: String,
}

struct TokenView {
    id: String,
    name: String,
    created: Moment,
    used: Option<Moment>,
}

impl From<ApiToken> for TokenView {
    fn from(token: ApiToken) -> TokenView {
        TokenView {
            id: token.id.0,
            name: token.name,
            created: token.created_at.into(),
            used: token.last_used_at.map(Moment::from),
        }
    }
}

async fn page(State(app): State<App>, viewer: Viewer) -> PageResult {
    let tokens = users::tokens(&mut *app.db.read().await?, &viewer.actor.id).await?;
    let page = AccountPage {
        layout: viewer.layout().section("account").here("Account"),
        name: viewer.actor.name,
        email: viewer.actor.email,
        is_admin: viewer.actor.is_admin,
        tokens: tokens.into_iter().map(TokenView::from).collect(),
        version: env!("CARGO_PKG_VERSION"),
        runs: runs::runs_off(&app).await.unwrap_or_else(|| "Ready".into()),
    };
    Ok(page.into_response())
}

fn token_form(value: &str) -> NameForm {
    NameForm::new("New API token", "/account/tokens", "Create token", value)
        .hint("What will use it, such as “CI”.")
}

#[derive(Template, WebTemplate)]
#[template(path = "account/_token.html")]
struct TokenShown {
    name: String,
    /// Shown this once.
    secret: String,
}

async fn create_token(State(app): State<App>, viewer: Viewer, Form(input): Form<NameInput>) -> PageResult {
    match account::create_token(&app, &viewer.actor, &input.name).await {
        Ok((token, secret)) => {
            Ok(TokenShown { name: token.name, secret: secret.reveal().to_owned() }.into_response())
        }
        Err(error) => token_form(&input.name).refuse(error),
    }
}

async fn delete_token(State(app): State<App>, viewer: Viewer, Path(id): Path<TokenId>) -> PageResult {
    let mut tx = app.db.begin().await?;
    users::delete_token(&mut tx, &viewer.actor.id, &id).await?;
    tx.commit().await.map_err(Error::from)?;
    Ok(go_saying("/account", "The token is revoked"))
}

#[derive(Template, WebTemplate)]
#[template(path = "account/_person.html")]
struct PersonForm {
    name: Field,
    email: Field,
    password: Field,
    error: String,
}

impl PersonForm {
    fn new(name: &str, email: &str) -> PersonForm {
        PersonForm {
            name: Field::new("name", name),
            email: Field::new("email", email),
            password: Field::new("password", ""),
            error: String::new(),
        }
    }
}

#[derive(Deserialize)]
struct Person {
    name: String,
    email: String,
    password: String,
}

async fn create_person(State(app): State<App>, viewer: Viewer, Form(input): Form<Person>) -> PageResult {
    match account::create_user(&app, &viewer.actor, &input.email, &input.name, &input.password).await {
        Ok(person) => Ok(go_saying("/account", &format!("{} can sign in now", person.name))),
        Err(error) => {
            let mut form = PersonForm::new(&input.name, &input.email);
            form.error = place(error, &mut [&mut form.name, &mut form.email, &mut form.password])?;
            Ok(refused(form))
        }
    }
}
