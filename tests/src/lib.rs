//! Drives the service the way its users do: a real server on a real socket, a real database, HTTP from outside.

use std::{net::SocketAddr, path::Path, sync::Arc};

use cloudoven::{
    app::App,
    clock::Clock,
    config::{Config, Settings, SignUp},
    http,
};
use reqwest::{Method, RequestBuilder, Response, StatusCode};
use serde_json::{Value, json};
use tempfile::TempDir;

pub mod catalog;
pub mod exactness;
pub mod git;
pub mod postgres;
mod process;
pub use process::Process;
pub use registry_server as registry;
pub mod search;
pub mod strings;

/// Which database a test runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Database {
    Sqlite,
    Postgres,
}

/// Makes one test per database of an async function that takes a [`Database`].
#[macro_export]
macro_rules! on_both_databases {
    ($($name:ident),* $(,)?) => {$(
        mod $name {
            #[test]
            fn sqlite() {
                $crate::block_on(super::$name($crate::Database::Sqlite));
            }

            #[test]
            fn postgres() {
                $crate::block_on(super::$name($crate::Database::Postgres));
            }
        }
    )*};
}

/// Runs a test's future on a runtime of its own.
pub fn block_on(test: impl Future<Output = ()>) {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime can be made")
        .block_on(test);
}

/// A running server with a database and a data directory of its own; both go when it is dropped.
pub struct TestApp {
    pub app: App,
    address: SocketAddr,
    data: TempDir,
    _database: Option<Arc<postgres::Scratch>>,
}

impl TestApp {
    pub async fn start(database: Database) -> TestApp {
        TestApp::start_with(database, |_| {}).await
    }

    /// `adjust` may change the settings before the start.
    pub async fn start_with(database: Database, adjust: impl FnOnce(&mut Config)) -> TestApp {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let data = tempfile::tempdir().expect("a temporary directory");
        let settings = Settings { data: Some(data.path().into()), ..Settings::default() };
        let mut config = Config::resolve(&settings).expect("the default settings are valid");
        config.sign_up = SignUp::Open;
        config.run_slots = 0;
        config.crawl_slots = 0;
        let scratch = match database {
            Database::Sqlite => None,
            Database::Postgres => {
                let scratch = postgres::Scratch::create().await;
                config.database = scratch.url().to_owned();
                Some(Arc::new(scratch))
            }
        };
        adjust(&mut config);
        let app = App::start(config, Clock::System).await.expect("the app starts");
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("a bound socket has an address");
        let service = http::router(app.clone()).into_make_service_with_connect_info::<SocketAddr>();
        tokio::spawn(async move { axum::serve(listener, service).await });
        TestApp { app, address, data, _database: scratch }
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// The components of `/health/info` by name.
    pub async fn health(&self) -> Value {
        let answer = reqwest::get(self.url("/health/info")).await.expect("the server answers");
        let health = Answer::read(answer).await.expect(200);
        let components = health["components"].as_array().expect("there are components").iter();
        components.map(|part| (part["name"].as_str().unwrap_or_default().to_owned(), part.clone())).collect()
    }

    pub fn data(&self) -> &Path {
        self.data.path()
    }

    /// Somebody with an account and an API token. The first one is the administrator.
    pub async fn user(&self, name: &str) -> User {
        let (actor, _) = cloudoven::auth::sign_up(
            &self.app,
            &format!("{name}@example.com"),
            name,
            "correct horse battery",
        )
        .await
        .expect("signing up works");
        let (_, token) = cloudoven::auth::account::create_token(&self.app, &actor, "test")
            .await
            .expect("a token can be made");
        User { base: self.url(""), token: token.reveal().to_owned(), client: reqwest::Client::new() }
    }
}

/// A caller of the REST API.
#[derive(Clone)]
pub struct User {
    base: String,
    token: String,
    client: reqwest::Client,
}

impl User {
    /// The API token, for a caller outside of this process.
    pub fn token(&self) -> &str {
        &self.token
    }

    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("{}/api/v1{path}", self.base)).bearer_auth(&self.token)
    }

    pub async fn send(&self, method: Method, path: &str, body: Option<&Value>) -> Answer {
        let mut request = self.request(method, path);
        if let Some(body) = body {
            request = request.json(body);
        }
        Answer::read(request.send().await.expect("the server answers")).await
    }

    /// A page for people: its status and its HTML.
    pub async fn page(&self, path: &str) -> (u16, String) {
        let request = self.client.get(format!("{}{path}", self.base)).bearer_auth(&self.token);
        let response = request.send().await.expect("the server answers");
        (response.status().as_u16(), response.text().await.expect("the body arrives"))
    }

    /// A page's form: the answer's status and its HTML.
    pub async fn submit(&self, path: &str, form: &[(&str, &str)]) -> (u16, String) {
        let request = self.client.post(format!("{}{path}", self.base)).bearer_auth(&self.token).form(form);
        let response = request.send().await.expect("the server answers");
        (response.status().as_u16(), response.text().await.expect("the body arrives"))
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, None).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        self.send(Method::POST, path, Some(body)).await
    }

    pub async fn put(&self, path: &str, body: &Value) -> Answer {
        self.send(Method::PUT, path, Some(body)).await
    }

    pub async fn patch(&self, path: &str, body: &Value) -> Answer {
        self.send(Method::PATCH, path, Some(body)).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        self.send(Method::DELETE, path, None).await
    }

    /// Posts and gives the new thing's id.
    pub async fn create(&self, path: &str, body: &Value) -> String {
        let answer = self.post(path, body).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{path}: {}", answer.body);
        answer.body["id"].as_str().expect("a created thing has an id").to_owned()
    }

    /// A project with a blueprint and an environment: their ids.
    pub async fn project(&self) -> (String, String, String) {
        let project = self.create("/projects", &json!({"name": "orders"})).await;
        let blueprint =
            self.create(&format!("/projects/{project}/blueprints"), &json!({"name": "Shop"})).await;
        let environment =
            self.create(&format!("/projects/{project}/environments"), &json!({"name": "dev"})).await;
        (project, blueprint, environment)
    }
}

/// What the server said.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: reqwest::header::HeaderMap,
    /// The JSON body, `null` when there is none.
    pub body: Value,
}

impl Answer {
    pub async fn read(response: Response) -> Answer {
        let (status, headers) = (response.status(), response.headers().clone());
        let bytes = response.bytes().await.expect("the body arrives");
        let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        Answer { status, headers, body }
    }

    /// Asserts the status and gives the body.
    #[track_caller]
    pub fn expect(self, status: u16) -> Value {
        assert_eq!(self.status.as_u16(), status, "{}", self.body);
        self.body
    }
}
