//! Health for operators and load balancers.

use axum::{Json, Router, extract::State, http::StatusCode, routing::get};
use serde::Serialize;

use crate::{app::App, store};

pub fn router() -> Router<App> {
    Router::new()
        .route("/health/live", get(|| async { "ok" }))
        .route("/health/ready", get(ready))
        .route("/health/info", get(info))
}

#[derive(Debug, Serialize)]
struct Health {
    version: &'static str,
    components: Vec<Component>,
}

/// One part and whether it works.
#[derive(Debug, Serialize)]
struct Component {
    name: &'static str,
    ok: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

async fn components(app: &App) -> Vec<Component> {
    let database = async {
        let mut db = app.db.read().await?;
        store::users::count(&mut db).await.map(|_| ())
    };
    let (database, blobs) = tokio::join!(database, app.blobs.check());
    let component = |name, result: crate::error::Result<()>| Component {
        name,
        ok: result.is_ok(),
        reason: result.err().map(|e| e.to_string()),
    };
    vec![component("database", database), component("blobs", blobs)]
}

/// How much work there is for the workers.
async fn queue(app: &App) -> Component {
    let depth = async { store::run_jobs::depth(&mut *app.db.read().await?).await };
    let (ok, reason) = match depth.await {
        Ok((waiting, working)) => (true, format!("{waiting} waiting, {working} working")),
        Err(error) => (false, crate::error::Error::to_string(&error)),
    };
    Component { name: "queue", ok, reason: Some(reason) }
}

/// 200 when requests can be served.
async fn ready(State(app): State<App>) -> (StatusCode, &'static str) {
    if components(&app).await.iter().all(|c| c.ok) {
        (StatusCode::OK, "ready")
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, "not ready; see /health/info")
    }
}

/// Each part's state. Runs without a Docker engine are not a fault of the service.
async fn info(State(app): State<App>) -> Json<Health> {
    let (mut components, executor, queue) =
        tokio::join!(components(&app), app.executor.status(), queue(&app));
    let reason = Some(executor.message);
    components.push(Component { name: "executor", ok: executor.available, reason });
    components.push(queue);
    Json(Health { version: env!("CARGO_PKG_VERSION"), components })
}
