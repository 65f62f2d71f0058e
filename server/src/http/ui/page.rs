//! Answering with pages: extractors, refusals, redirects.

use askama::Template;
use askama_web::WebTemplate;
use axum::{
    extract::{FromRequest, FromRequestParts, Request},
    http::{HeaderMap, HeaderValue, StatusCode, header, request::Parts},
    middleware::Next,
    response::{IntoResponse, Redirect, Response},
};
use axum_extra::extract::cookie::CookieJar;
use serde::de::DeserializeOwned;

use super::layout::{Field, Layout, UserView};
use crate::{
    app::App,
    auth::Actor,
    error::Error,
    http::{extract, problem},
};

/// What page handlers return.
pub type PageResult<T = Response> = Result<T, PageError>;

/// An error that becomes a page; [`finish`] renders it, because it knows the request.
#[derive(Debug)]
pub struct PageError(pub Error);

impl<E: Into<Error>> From<E> for PageError {
    fn from(error: E) -> Self {
        PageError(error.into())
    }
}

/// What [`finish`] needs to know of a [`PageError`].
#[derive(Debug, Clone)]
struct Failure {
    heading: &'static str,
    message: String,
    sign_in: bool,
}

impl IntoResponse for PageError {
    fn into_response(self) -> Response {
        problem::log(&self.0);
        let (status, _) = problem::status(&self.0);
        let (heading, message) = match &self.0 {
            Error::NotFound(what) => {
                ("Not found", format!("There is no such {what}, or it is not shared with you."))
            }
            Error::Internal(_) => (
                "Something failed here",
                "This is a fault of the service, not of your input. Nothing was half-saved.".to_owned(),
            ),
            Error::Unavailable(why) => ("Not available right now", sentence(why)),
            Error::Forbidden(why) => ("Not allowed", sentence(why)),
            other => ("That can't be done", sentence(&other.to_string())),
        };
        let sign_in = matches!(self.0, Error::Unauthorized);
        (status, axum::Extension(Failure { heading, message, sign_in })).into_response()
    }
}

/// Errors are written in lower case without a full stop; on a page they are sentences.
pub fn sentence(text: &str) -> String {
    let mut chars = text.chars();
    let first: String = chars.next().map(|c| c.to_uppercase().collect()).unwrap_or_default();
    let end = if text.ends_with(['.', '?']) { "" } else { "." };
    format!("{first}{}{end}", chars.as_str())
}

#[derive(Template, WebTemplate)]
#[template(path = "layout/error.html")]
struct ErrorPage {
    layout: Layout,
    status: u16,
    heading: &'static str,
    message: String,
    request_id: String,
}

/// Turns a failure into a page in the person's theme, or leads to sign-in and back.
pub async fn finish(request: Request, next: Next) -> Response {
    let theme = theme(&CookieJar::from_headers(request.headers()));
    let htmx = is_htmx(request.headers());
    let target = request.uri().path_and_query().map(ToString::to_string).unwrap_or_default();
    let reading = request.method() == axum::http::Method::GET;
    let request_id = request.headers().get("x-request-id").and_then(|v| v.to_str().ok()).unwrap_or_default();
    let request_id = request_id.to_owned();
    let response = next.run(request).await;
    let Some(failure) = response.extensions().get::<Failure>().cloned() else { return response };
    if failure.sign_in {
        let back = if reading && !htmx { url_encode(&target) } else { String::new() };
        let address = if back.is_empty() { "/sign-in".to_owned() } else { format!("/sign-in?next={back}") };
        return if htmx { go(&address) } else { Redirect::to(&address).into_response() };
    }
    let layout = Layout { title: failure.heading.to_owned(), theme, ..Layout::default() };
    let status = response.status();
    let page = ErrorPage {
        layout,
        status: status.as_u16(),
        heading: failure.heading,
        message: failure.message,
        request_id: if status == StatusCode::INTERNAL_SERVER_ERROR { request_id } else { String::new() },
    };
    (status, page).into_response()
}

/// Percent-encodes for a query's value.
pub fn url_encode(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

/// Whether htmx or our own script sent the request, which swaps the answer into the page.
pub fn is_htmx(headers: &HeaderMap) -> bool {
    headers.contains_key("hx-request")
}

/// The chosen theme.
fn theme(jar: &CookieJar) -> Option<&'static str> {
    match jar.get("theme")?.value() {
        "light" => Some("light"),
        "dark" => Some("dark"),
        _ => None,
    }
}

/// The person who looks at a page, signed in.
#[derive(Debug, Clone)]
pub struct Viewer {
    pub actor: Actor,
    theme: Option<&'static str>,
}

impl Viewer {
    /// The frame for this person's page.
    pub fn layout(&self) -> Layout {
        Layout { user: Some(UserView::from(&self.actor)), theme: self.theme, ..Layout::default() }
    }
}

impl FromRequestParts<App> for Viewer {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Viewer, PageError> {
        let actor = extract::actor(&parts.headers, app).await?.ok_or(Error::Unauthorized)?;
        Ok(Viewer { actor, theme: theme(&CookieJar::from_headers(&parts.headers)) })
    }
}

/// Somebody who need not be signed in.
#[derive(Debug)]
pub struct Guest {
    pub actor: Option<Actor>,
    pub layout: Layout,
}

impl FromRequestParts<App> for Guest {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Guest, PageError> {
        let theme = theme(&CookieJar::from_headers(&parts.headers));
        let actor = extract::actor(&parts.headers, app).await?;
        Ok(Guest { actor, layout: Layout { theme, ..Layout::default() } })
    }
}

/// A submitted form. What can't be read is refused as a page.
#[derive(Debug)]
pub struct Form<T>(pub T);

impl<T: DeserializeOwned> FromRequest<App> for Form<T> {
    type Rejection = PageError;

    async fn from_request(request: Request, app: &App) -> Result<Self, PageError> {
        let form = axum_extra::extract::Form::<T>::from_request(request, app).await;
        form.map(|axum_extra::extract::Form(value)| Form(value))
            .map_err(|rejection| PageError(Error::invalid(rejection.to_string())))
    }
}

/// Tells htmx to go to another page.
pub fn go(url: &str) -> Response {
    let mut response = StatusCode::OK.into_response();
    if let Ok(value) = HeaderValue::from_str(url) {
        response.headers_mut().insert("hx-redirect", value);
    }
    response
}

/// The same, and the next page says `message` in its corner.
pub fn go_saying(url: &str, message: &str) -> Response {
    let encoded = url_encode(message).replace('+', "%20");
    let mut response = go(url);
    if let Ok(value) = HeaderValue::from_str(&format!("flash={encoded}; Path=/; Max-Age=60; SameSite=Lax")) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
    response
}

/// Puts what is wrong beside the fields it is wrong with; the rest, and a conflict, is returned as text for the form
/// as a whole. Any other error goes on.
pub fn place(error: Error, fields: &mut [&mut Field]) -> PageResult<String> {
    let errors = match error {
        Error::Invalid(errors) => errors,
        Error::Conflict(message) | Error::Forbidden(message) => return Ok(sentence(&message)),
        other => return Err(PageError(other)),
    };
    let mut rest = Vec::new();
    for e in errors {
        let name = e.pointer.trim_start_matches('/');
        match fields.iter_mut().find(|f| f.name == name) {
            Some(field) => field.error = sentence(&e.message),
            None => rest.push(sentence(&e.message)),
        }
    }
    Ok(rest.join(" "))
}

/// A form again, with what is wrong in it: htmx swaps it in.
pub fn refused(form: impl IntoResponse) -> Response {
    (StatusCode::UNPROCESSABLE_ENTITY, form).into_response()
}

/// The dialog behind "new" and "rename" of everything that has just a name.
#[derive(Template, WebTemplate, Default)]
#[template(path = "layout/_name_form.html")]
pub struct NameForm {
    pub title: String,
    pub action: String,
    pub button: &'static str,
    pub hint: &'static str,
    pub name: Field,
    pub error: String,
}

impl NameForm {
    pub fn new(
        title: impl Into<String>,
        action: impl Into<String>,
        button: &'static str,
        value: &str,
    ) -> Self {
        NameForm {
            title: title.into(),
            action: action.into(),
            button,
            name: Field::new("name", value),
            ..NameForm::default()
        }
    }

    pub fn hint(mut self, hint: &'static str) -> Self {
        self.hint = hint;
        self
    }

    /// The form again with the reason why it was not accepted.
    pub fn refuse(mut self, error: Error) -> PageResult {
        self.error = place(error, &mut [&mut self.name])?;
        Ok(refused(self))
    }
}

/// What a [`NameForm`] submits.
#[derive(Debug, serde::Deserialize)]
pub struct NameInput {
    pub name: String,
}
