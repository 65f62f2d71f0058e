//! A server that works on crawls.

use cloudoven::{config::Config, jobs::Crawler};
use cloudoven_tests::{Answer, Database, TestApp, User};
use reqwest::Method;
use serde_json::Value;
use tokio_util::sync::{CancellationToken, DropGuard};

/// A server, its administrator, and somebody else.
pub struct Crawls {
    pub server: TestApp,
    pub ann: User,
    pub bob: User,
}

impl Crawls {
    /// Nobody works on crawls until [`Crawls::work`].
    pub async fn start(database: Database, adjust: impl FnOnce(&mut Config)) -> Crawls {
        let server = TestApp::start_with(database, |config| {
            config.crawl_slots = 1;
            config.run_lease = 2;
            adjust(config);
        })
        .await;
        let (ann, bob) = (server.user("ann").await, server.user("bob").await);
        Crawls { server, ann, bob }
    }

    /// Works on crawls until the guard is dropped.
    pub fn work(&self) -> DropGuard {
        let stop = CancellationToken::new();
        tokio::spawn(Crawler::new(self.server.app.clone()).run(stop.clone()));
        stop.drop_guard()
    }

    /// Uploads an archive; what the server says.
    pub async fn upload(&self, name: &str, archive: impl Into<reqwest::Body>) -> Answer {
        let request = self.ann.request(Method::POST, &format!("/catalog/bundles?name={name}"));
        Answer::read(request.body(archive).send().await.expect("the server answers")).await
    }

    /// Waits for the end of a crawl: the job.
    pub async fn end(&self, job: &Value) -> Value {
        let id = job["id"].as_str().expect("a crawl has an id");
        let job = self.ann.get(&format!("/catalog/crawls/{id}?wait=60")).await.expect(200);
        assert!(!matches!(job["status"].as_str(), Some("queued" | "running")), "no end of {job}");
        job
    }

    /// Provider and version of everything in the catalog.
    pub async fn catalog(&self) -> Vec<String> {
        let providers = self.ann.get("/catalog/providers").await.expect(200);
        let text = |v: &Value, key: &str| v[key].as_str().expect("a text").to_owned();
        let all = providers.as_array().expect("a list").iter();
        all.map(|v| format!("{} {}", text(v, "provider"), text(v, "version"))).collect()
    }
}
