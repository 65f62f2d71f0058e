//! The public registry's documentation API: JSON:API, version 2.
//!
//! Source: <https://jsonapi.org/format/>

use std::{collections::HashMap, sync::Arc};

use axum::{
    Json, Router,
    extract::{Path, Query, State},
    http::StatusCode,
    routing::get,
};
use serde_json::{Value, json};

use super::{Page, Registry};

type Answer = Result<Json<Value>, StatusCode>;

pub(super) fn routes() -> Router<Arc<Registry>> {
    Router::new()
        .route("/v2/providers/{namespace}/{name}", get(provider))
        .route("/v2/provider-docs", get(listing))
        .route("/v2/provider-docs/{id}", get(page))
}

async fn provider(
    State(registry): State<Arc<Registry>>,
    Path((namespace, name)): Path<(String, String)>,
    Query(query): Query<HashMap<String, String>>,
) -> Answer {
    let positions: Vec<usize> = registry
        .versions(&namespace, &name)
        .into_iter()
        .filter_map(|published| registry.providers.iter().position(|p| std::ptr::eq(p, published)))
        .collect();
    let Some(first) = positions.first() else { return Err(StatusCode::NOT_FOUND) };
    let attributes =
        json!({"name": name, "namespace": namespace, "full-name": format!("{namespace}/{name}")});
    let mut answer =
        json!({"data": {"type": "providers", "id": first.to_string(), "attributes": attributes}});
    if query.get("include").is_some_and(|include| include == "provider-versions") {
        let version = |&at: &usize| {
            json!({"type": "provider-versions", "id": (at + 1).to_string(),
                   "attributes": {"version": registry.providers[at].version, "published-at": "2026-01-01T00:00:00Z"}})
        };
        answer["included"] = positions.iter().map(version).collect();
    }
    Ok(Json(answer))
}

async fn listing(
    State(registry): State<Arc<Registry>>,
    Query(query): Query<HashMap<String, String>>,
) -> Answer {
    let number = |name: &str| query.get(name).map(|text| text.parse::<usize>()).transpose();
    let bad = |_| StatusCode::BAD_REQUEST;
    let version = number("filter[provider-version]").map_err(bad)?.ok_or(StatusCode::BAD_REQUEST)?;
    let size = number("page[size]").map_err(bad)?.unwrap_or(20).clamp(1, registry.options.page_size);
    let at = number("page[number]").map_err(bad)?.unwrap_or(1).max(1);
    let published = version.checked_sub(1).and_then(|at| registry.providers.get(at));
    let published = published.ok_or(StatusCode::NOT_FOUND)?;
    let category = query.get("filter[category]");
    let fits = |page: &&Page| category.is_none_or(|category| page.category == category);
    let mut pages: Vec<&Page> = published.pages.iter().filter(fits).collect();
    if query.get("filter[language]").is_some_and(|language| language != "hcl") {
        pages.clear();
    }
    // What comes in at the front moves everything back by one: the next page repeats the last entry.
    let total = pages.len();
    let shift = usize::from(at > 1 && total > size && registry.has_shifted());
    let start = ((at - 1) * size).saturating_sub(shift).min(total);
    let data: Vec<Value> =
        pages[start..(start + size).min(total)].iter().map(|page| describe(page, false)).collect();
    let mut answer = json!({"data": data});
    if registry.options.totals {
        let last = total.div_ceil(size);
        answer["meta"] = json!({"pagination": {"page-size": size, "current-page": at, "total-count": total + shift,
            "total-pages": last, "next-page": (at < last).then_some(at + 1), "prev-page": (at > 1).then(|| at - 1)}});
    }
    Ok(Json(answer))
}

async fn page(State(registry): State<Arc<Registry>>, Path(id): Path<u64>) -> Answer {
    let page = registry.providers.iter().flat_map(|p| &p.pages).find(|page| page.id == id);
    page.map(|page| Json(json!({"data": describe(page, true)}))).ok_or(StatusCode::NOT_FOUND)
}

fn describe(page: &Page, whole: bool) -> Value {
    let mut attributes = json!({"category": page.category, "language": "hcl", "path": page.path, "slug": page.slug,
        "subcategory": null, "title": page.slug, "truncated": false});
    if whole {
        attributes["content"] = page.text.clone().into();
    }
    let link = format!("/v2/provider-docs/{}", page.id);
    json!({"type": "provider-docs", "id": page.id.to_string(), "attributes": attributes, "links": {"self": link}})
}
