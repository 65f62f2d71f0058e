//! The dialogs that crawl a provider: by address, and by a look at what its registry has.

use askama::Template;
use askama_web::WebTemplate;
use axum::extract::{Query, State};
use serde::Deserialize;

use super::{Admin, HOME};
use crate::{
    app::App,
    catalog::Loaded,
    error::Error,
    http::ui::{
        layout::Field,
        page::{Form, PageResult, go_saying, place, refused, sentence},
    },
    jobs::service::{self, StartCrawl},
};

#[derive(Template, WebTemplate)]
#[template(path = "providers/_add.html")]
pub(super) struct AddForm {
    provider: Field,
    version: Field,
    /// The registries that may be asked; the first is meant by an address without a host.
    registries: Vec<String>,
    registry: String,
    error: String,
}

impl AddForm {
    fn new(app: &App, input: &NewCrawl) -> AddForm {
        AddForm {
            provider: Field::new("provider", &input.provider),
            version: Field::new("version", &input.version),
            registries: app.upstream.hosts().to_vec(),
            registry: input.registry.clone(),
            error: String::new(),
        }
    }
}

/// What the dialog submits.
#[derive(Debug, Default, Deserialize)]
pub(super) struct NewCrawl {
    #[serde(default)]
    provider: String,
    #[serde(default)]
    version: String,
    /// The registry of an address that names none.
    #[serde(default)]
    registry: String,
}

impl NewCrawl {
    fn start(&self) -> StartCrawl {
        let provider = self.provider.trim();
        let bare = provider.matches('/').count() == 1 && !self.registry.is_empty();
        StartCrawl {
            provider: if bare { format!("{}/{provider}", self.registry) } else { provider.to_owned() },
            version: self.version.clone(),
            docs_url: String::new(),
        }
    }
}

pub(super) async fn form(State(app): State<App>, _: Admin, Query(input): Query<NewCrawl>) -> AddForm {
    let version = if input.version.is_empty() { "latest".to_owned() } else { input.version.clone() };
    AddForm::new(&app, &NewCrawl { version, ..input })
}

pub(super) async fn add(State(app): State<App>, admin: Admin, Form(input): Form<NewCrawl>) -> PageResult {
    match service::create(&app, admin.actor(), &input.start(), None).await {
        Ok(view) => Ok(go_saying(HOME, &format!("{} is queued", view.job.provider))),
        Err(error) => {
            let mut form = AddForm::new(&app, &input);
            form.error = place(error, &mut [&mut form.provider, &mut form.version])?;
            Ok(refused(form))
        }
    }
}

/// What a registry has that the catalog hasn't.
#[derive(Template, WebTemplate)]
#[template(path = "providers/_newest.html")]
pub(super) struct NewestDialog {
    source: String,
    /// The provider's address, host included.
    provider: String,
    newest: String,
    /// The newest in the catalog.
    have: String,
    in_catalog: bool,
    error: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct Which {
    provider: String,
}

pub(super) async fn newest(
    State(app): State<App>,
    admin: Admin,
    Query(which): Query<Which>,
) -> PageResult<NewestDialog> {
    let asked = service::newest(&app, admin.actor(), &which.provider).await;
    let mut dialog = NewestDialog {
        source: super::source_of(&which.provider),
        have: have(&app.catalogs.loaded(), &which.provider),
        provider: which.provider,
        newest: String::new(),
        in_catalog: false,
        error: String::new(),
    };
    match asked {
        Ok(newest) => (dialog.newest, dialog.in_catalog) = (newest.version, newest.in_catalog),
        Err(error @ (Error::Internal(_) | Error::Forbidden(_))) => return Err(error.into()),
        // The dialog is where it was asked for, so that is where the reason belongs.
        Err(error) => dialog.error = sentence(&error.to_string()),
    }
    Ok(dialog)
}

fn have(loaded: &Loaded, provider: &str) -> String {
    let Ok(address) = provider.parse() else { return String::new() };
    loaded.of_provider(&address).next().map(|v| v.index.version.clone()).unwrap_or_default()
}
