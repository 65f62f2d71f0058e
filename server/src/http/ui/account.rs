//! A person's own account, and for administrators the people who have one.

use askama::Template;
use askama_web::WebTemplate;
use axum::{
    Router,
    extract::{Path, Query, State},
    response::IntoResponse,
    routing::{get, post},
};
use axum_extra::extract::cookie::CookieJar;
use serde::Deserialize;

use super::{
    layout::{Field, Layout, Moment},
    page::{Form, NameForm, NameInput, PageError, PageResult, Viewer, go_saying, place, refused},
    runs,
};
use crate::{
    app::App,
    auth::{Actor, account},
    error::Error,
    http::{api::Cursor, cookie},
    store::{
        TokenId,
        users::{self, ApiToken},
    },
};

pub fn router() -> Router<App> {
    Router::new()
        .route("/account", get(page))
        .route("/account/password", post(change_password))
        .route("/account/tokens/new", get(|_: Viewer| async { token_form("") }))
        .route("/account/tokens", post(create_token))
        .route("/account/tokens/{id}/revoke", post(revoke_token))
        .route("/account/people/new", get(person_form))
        .route("/account/people", post(add_person))
}

#[derive(Template, WebTemplate)]
#[template(path = "account/settings.html")]
struct AccountPage {
    layout: Layout,
    actor: Actor,
    password: PasswordForm,
    tokens: Vec<TokenView>,
    /// For administrators.
    people: Option<crate::project::Page<Actor>>,
    version: &'static str,
    /// Whether runs are possible here, and if not why.
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

async fn page(State(app): State<App>, viewer: Viewer, Query(query): Query<Cursor>) -> PageResult {
    let actor = viewer.actor.clone();
    let tokens = users::tokens(&mut *app.db.read().await?, &actor.id).await?;
    let people = match actor.is_admin {
        true => Some(account::people(&app, &actor, query.cursor.as_deref()).await?),
        false => None,
    };
    Ok(AccountPage {
        layout: viewer.layout().section("account").here("Account"),
        actor,
        password: PasswordForm::default(),
        tokens: tokens.into_iter().map(TokenView::from).collect(),
        people,
        version: env!("CARGO_PKG_VERSION"),
        runs: runs::runs_off(&app).await.unwrap_or_else(|| "Ready".into()),
    }
    .into_response())
}

#[derive(Template, WebTemplate)]
#[template(path = "account/_password.html")]
struct PasswordForm {
    current: Field,
    password: Field,
    error: String,
}

impl Default for PasswordForm {
    fn default() -> Self {
        PasswordForm {
            current: Field::new("current", ""),
            password: Field::new("password", ""),
            error: String::new(),
        }
    }
}

#[derive(Deserialize)]
struct PasswordInput {
    current: String,
    password: String,
}

async fn change_password(
    State(app): State<App>,
    viewer: Viewer,
    jar: CookieJar,
    Form(input): Form<PasswordInput>,
) -> PageResult {
    let session = cookie::read(&jar, &app.config);
    let done =
        account::change_password(&app, &viewer.actor, session.as_ref(), &input.current, &input.password);
    match done.await {
        Ok(()) => Ok(go_saying("/account", "The password is changed; all other sessions are signed out")),
        Err(error) => {
            let mut form = PasswordForm::default();
            form.error = place(error, &mut [&mut form.current, &mut form.password])?;
            Ok(refused(form))
        }
    }
}

fn token_form(value: &str) -> NameForm {
    NameForm::new("New API token", "/account/tokens", "Create token", value)
        .hint("What it is for. A token can do what you can do.")
}

/// The one time that a token is seen.
#[derive(Template, WebTemplate)]
#[template(path = "account/_token.html")]
struct NewTokenDialog {
    name: String,
    secret: String,
}

async fn create_token(State(app): State<App>, viewer: Viewer, Form(input): Form<NameInput>) -> PageResult {
    match account::create_token(&app, &viewer.actor, &input.name).await {
        Ok((token, secret)) => {
            Ok(NewTokenDialog { name: token.name, secret: secret.reveal().to_owned() }.into_response())
        }
        Err(error) => token_form(&input.name).refuse(error),
    }
}

async fn revoke_token(State(app): State<App>, viewer: Viewer, Path(id): Path<TokenId>) -> PageResult {
    account::revoke_token(&app, &viewer.actor, &id).await?;
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
            password: Field { id: "field-first-password".into(), ..Field::new("password", "") },
            error: String::new(),
        }
    }
}

#[derive(Deserialize)]
struct PersonInput {
    name: String,
    email: String,
    password: String,
}

async fn person_form(viewer: Viewer) -> PageResult<PersonForm> {
    if !viewer.actor.is_admin {
        return Err(PageError(Error::NotFound("page")));
    }
    Ok(PersonForm::new("", ""))
}

async fn add_person(State(app): State<App>, viewer: Viewer, Form(input): Form<PersonInput>) -> PageResult {
    let added = account::create_user(&app, &viewer.actor, &input.email, &input.name, &input.password);
    match added.await {
        Ok(person) => Ok(go_saying("/account", &format!("{} can sign in now", person.name))),
        Err(error @ Error::Forbidden(_)) => Err(PageError(error)),
        Err(error) => {
            let mut form = PersonForm::new(&input.name, &input.email);
            form.error = place(error, &mut [&mut form.name, &mut form.email, &mut form.password])?;
            Ok(refused(form))
        }
    }
}
