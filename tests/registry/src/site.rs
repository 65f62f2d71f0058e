//! The same pages as a site in HTML, as providers had it before registries showed documentation.

use std::sync::Arc;

use axum::{
    Router,
    extract::{Path, State},
    http::StatusCode,
    response::{Html, IntoResponse, Response},
    routing::get,
};
use pulldown_cmark::{Options, Parser, html};

use super::{Page, Published, Registry};

pub(super) fn routes() -> Router<Arc<Registry>> {
    Router::new()
        .route("/robots.txt", get(robots))
        .route("/site/{namespace}/{name}/{*file}", get(file))
        .route("/site/{namespace}/{name}/", get(overview))
}

async fn robots(State(registry): State<Arc<Registry>>) -> Result<String, StatusCode> {
    registry.options.robots.clone().ok_or(StatusCode::NOT_FOUND)
}

async fn overview(state: State<Arc<Registry>>, Path((namespace, name)): Path<(String, String)>) -> Response {
    file(state, Path((namespace, name, "index.html".into()))).await
}

async fn file(
    State(registry): State<Arc<Registry>>,
    Path((namespace, name, file)): Path<(String, String, String)>,
) -> Response {
    let Some(published) = registry.versions(&namespace, &name).into_iter().next_back() else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let page = published.pages.iter().find(|page| address(page) == file);
    let navigation = navigation(published, &format!("/site/{namespace}/{name}"));
    match page {
        Some(page) => Html(format!(
            "<!doctype html>\n<title>{}</title>\n{navigation}<main>{}</main>\n",
            page.slug,
            render(page)
        ))
        .into_response(),
        None if file == "index.html" => Html(navigation).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

/// Where a page is on the site.
fn address(page: &Page) -> String {
    let folder = match page.category {
        "overview" => return "index.html".into(),
        "resources" => "r",
        "data-sources" => "d",
        other => other,
    };
    format!("{folder}/{}.html", page.slug)
}

/// Links to all pages, and to what a crawler must leave alone.
fn navigation(published: &Published, base: &str) -> String {
    let links: String = published
        .pages
        .iter()
        .map(|page| format!("<li><a href=\"{base}/{}#top\">{}</a></li>\n", address(page), page.slug))
        .collect();
    let away = "<li><a href='https://other.example.test/'>A</a><li><a href='/site/elsewhere/x.html'>B</a>\
                <li><a href='/v1/providers/'>C</a><li><a href='?page=2'>D</a><li><a href='archive.zip'>E</a>";
    format!("<nav><ul>{links}{away}</ul></nav>\n")
}

fn render(page: &Page) -> String {
    // What stands before the text is for the site's generator.
    let text = page.text.strip_prefix("---\n").and_then(|rest| rest.split_once("\n---\n"));
    let text = text.map_or(page.text.as_str(), |(_, text)| text);
    let mut rendered = String::new();
    html::push_html(&mut rendered, Parser::new_ext(text, Options::ENABLE_TABLES));
    rendered
}
