//! Crawls of a registry that speaks the real protocols, through real containers and real processes.

use std::{collections::HashMap, time::Duration};

use cloudoven::config::Config;
use cloudoven_crawler::catalog::Catalog;
use cloudoven_tests::{
    Answer, Database, Process, on_both_databases,
    registry::{Asked, Fault, Faults, Options, Page, Published, RegistryServer},
};
use reqwest::Method;
use serde_json::{Value, json};
use tokio::time::{Instant, sleep};

use super::support::Crawls;

on_both_databases!(
    a_provider_is_added_by_its_address,
    a_crawl_that_fails_is_tried_again,
    a_crawl_is_canceled_in_the_middle,
    only_configured_registries_are_asked,
    a_crawl_survives_the_server_being_killed,
);

const DEMO: &str = "registry.cloudoven.dev/cloudoven/demo";
/// Pages besides the demo provider's own, so that a crawl takes a while.
const MORE_PAGES: u64 = 60;
/// Pages that a crawl fetches at the same time.
const IN_FLIGHT: usize = 8;
/// Longer than any of these crawls takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(120);

async fn registry() -> RegistryServer {
    let mut demo = Published::demo();
    demo.pages.extend((0..MORE_PAGES).map(|i| Page {
        id: 1_000_000_000 + i,
        category: "resources",
        slug: format!("more_{i}"),
        path: format!("docs/resources/more_{i}.md"),
        text: format!("# demo_more_{i}\n\n## Argument Reference\n\n* `name` - (Required) A name.\n"),
    }));
    RegistryServer::start(vec![demo], Options::default()).await
}

fn crawling(registry: &RegistryServer) -> impl FnOnce(&mut Config) + use<> {
    let entry = format!("registry.cloudoven.dev={}", registry.url());
    move |config| config.crawl_registries = vec![entry]
}

impl Crawls {
    async fn crawl(&self, provider: &str, version: &str) -> Answer {
        self.ann.post("/catalog/crawls", &json!({"provider": provider, "version": version})).await
    }

    /// Waits for something to be true of a crawl.
    async fn until(&self, job: &Value, is: impl Fn(&Value) -> bool) -> Value {
        let path = format!("/catalog/crawls/{}", job["id"].as_str().expect("an id"));
        let deadline = Instant::now() + PATIENCE;
        loop {
            let job = self.ann.get(&path).await.expect(200);
            if is(&job) {
                return job;
            }
            assert!(Instant::now() < deadline, "it does not come to that: {job}");
            sleep(Duration::from_millis(20)).await;
        }
    }

    /// The digest of the demo provider in the catalog.
    async fn digest(&self) -> String {
        let catalog = Catalog::open(self.server.app.blobs.store());
        let versions = catalog.versions(&DEMO.parse().expect("an address")).await.expect("it can be read");
        versions.versions.first().expect("it is there").digest.clone()
    }
}

fn pages(asked: &[Asked]) -> impl Iterator<Item = &Asked> {
    asked.iter().filter(|asked| asked.target.starts_with("/v2/provider-docs/") && asked.status == 200)
}

async fn a_provider_is_added_by_its_address(database: Database) {
    let registry = registry().await;
    let crawls = Crawls::start(database, crawling(&registry)).await;
    let _working = crawls.work();
    let newest = crawls.ann.get(&format!("/catalog/upstream/{DEMO}")).await.expect(200);
    assert_eq!(newest, json!({"provider": DEMO, "version": "0.1.0", "in_catalog": false}));

    let request = || {
        let request = crawls.ann.request(Method::POST, "/catalog/crawls").header("idempotency-key", "k");
        request.json(&json!({"provider": DEMO, "version": "~> 0.1"}))
    };
    let job = Answer::read(request().send().await.expect("the server answers")).await.expect(202);
    let same = Answer::read(request().send().await.expect("the server answers")).await.expect(202);
    assert_eq!(job["id"], same["id"], "one key, one crawl");
    let done = crawls.end(&job).await;
    assert_eq!(done["status"], "done", "{done}");
    assert_eq!(done["results"][0]["version"], "0.1.0");
    assert_eq!(crawls.catalog().await, [format!("{DEMO} 0.1.0")]);
    let document = crawls.ann.get(&format!("/catalog/providers/{DEMO}/0.1.0/resource/demo_network")).await;
    let text = document.expect(200)["block"]["attributes"]["cidr"]["docs"]["text"].to_string();
    assert!(text.len() > 10, "the documentation is bound to the schema: {text}");
    let (status, page) = crawls.ann.page(&format!("/settings/providers/{DEMO}/0.1.0")).await;
    assert_eq!(status, 200);
    assert!(page.contains("Least documented") && !page.contains("No report"), "{page}");

    // The same again: asked whether anything has changed, and nothing has.
    registry.forget();
    let again = crawls.crawl(DEMO, "latest").await.expect(202);
    let done = crawls.end(&again).await;
    assert_eq!(done["results"][0]["unchanged"], true, "{done}");
    let asked = registry.asked();
    assert_eq!(pages(&asked).count(), 0, "{asked:?}");
    assert!(asked.iter().all(|asked| asked.status == 304), "{asked:?}");
    assert!(crawls.ann.get(&format!("/catalog/upstream/{DEMO}")).await.expect(200)["in_catalog"] == true);
}

async fn a_crawl_that_fails_is_tried_again(database: Database) {
    let registry = registry().await;
    let crawls = Crawls::start(database, crawling(&registry)).await;
    let _working = crawls.work();
    registry.misbehave(Faults::always(Fault::Missing, "/versions"));
    let failed = crawls.end(&crawls.crawl(DEMO, "").await.expect(202)).await;
    assert_eq!((failed["status"].as_str(), failed["requested"].as_str()), (Some("failed"), Some("latest")));
    let reason = failed["reason"].as_str().expect("a reason");
    assert!(reason.contains("the registry has no such provider"), "{reason}");
    // What single pages lack does not stop the rest.
    registry.misbehave(Faults::always(Fault::Missing, "/v2/provider-docs/1000000007"));
    let id = failed["id"].as_str().unwrap();
    let retried = crawls.ann.post(&format!("/catalog/crawls/{id}/retry"), &json!({})).await.expect(200);
    let done = crawls.end(&retried).await;
    assert_eq!((done["status"].as_str(), done["reason"].is_null()), (Some("done"), true), "{done}");
    assert_eq!(done["progress"]["problem_count"], 1, "{done}");
    assert!(done["progress"]["problems"][0]["item"].as_str().unwrap().contains("more_7"), "{done}");
    // A version that is nowhere is said to be.
    let nowhere = crawls.end(&crawls.crawl(DEMO, "9.9.9").await.expect(202)).await;
    assert!(nowhere["reason"].as_str().unwrap().contains("no version"), "{nowhere}");
}

async fn a_crawl_is_canceled_in_the_middle(database: Database) {
    let registry = registry().await;
    let crawls = Crawls::start(database, crawling(&registry)).await;
    let _working = crawls.work();
    registry.misbehave(Faults::always(Fault::Stall(Duration::from_millis(600)), "/v2/provider-docs/"));
    let job = crawls.crawl(DEMO, "latest").await.expect(202);
    crawls.crawl(DEMO, "latest").await.expect(409);
    let path = format!("/catalog/providers/{DEMO}/0.1.0");
    let working = crawls
        .until(&job, |job| job["progress"]["stage"] == "pages" && job["progress"]["done"].as_i64() > Some(0))
        .await;
    assert!(working["progress"]["total"].as_i64() > Some(60), "{working}");
    crawls.ann.delete(&path).await.expect(404);
    let id = job["id"].as_str().unwrap();
    let asked = crawls.ann.post(&format!("/catalog/crawls/{id}/cancel"), &json!({})).await.expect(200);
    assert_eq!(asked["actions"], json!({"cancel": false, "retry": false}));
    assert_eq!(crawls.end(&job).await["status"], "canceled");
    assert!(crawls.catalog().await.is_empty());
    let fetched = pages(&registry.asked()).count();
    registry.misbehave(Faults::default());
    registry.forget();
    crawls.ann.post(&format!("/catalog/crawls/{id}/retry"), &json!({})).await.expect(200);
    assert_eq!(crawls.end(&job).await["status"], "done");
    let more = pages(&registry.asked()).count();
    assert!(fetched > 0 && more + fetched <= 7 + 60 + IN_FLIGHT, "{fetched} pages, then {more}");
}

async fn only_configured_registries_are_asked(database: Database) {
    let registry = registry().await;
    let crawls = Crawls::start(database, crawling(&registry)).await;
    for (provider, version, field, words) in [
        ("hashicorp/azurerm", "", "/provider", "the registry registry.terraform.io is not configured"),
        ("169.254.169.254/a/b", "", "/provider", "--crawl-registries"),
        ("terraform.io/builtin/terraform", "", "/provider", "part of Terraform"),
        ("https://registry.cloudoven.dev/a/b", "", "/provider", "not a provider's address"),
        (DEMO, "newest please", "/version", "~> 4.0"),
    ] {
        let refused = crawls.crawl(provider, version).await.expect(422);
        assert_eq!(refused["errors"][0]["pointer"], field, "{refused}");
        assert!(refused["detail"].as_str().unwrap().contains(words), "{refused}");
    }
    let elsewhere = json!({"provider": DEMO, "docs_url": "http://169.254.169.254/latest/"});
    let refused = crawls.ann.post("/catalog/crawls", &elsewhere).await.expect(422);
    assert_eq!(refused["errors"][0]["pointer"], "/docs_url");
    crawls.bob.post("/catalog/crawls", &json!({"provider": DEMO})).await.expect(403);
    crawls.bob.get(&format!("/catalog/upstream/{DEMO}")).await.expect(403);
    crawls.ann.get("/catalog/upstream/registry.terraform.io/a/b").await.expect(422);
    assert!(registry.asked().is_empty());
}

async fn a_crawl_survives_the_server_being_killed(database: Database) {
    let registry = registry().await;
    let undisturbed = Crawls::start(database, crawling(&registry)).await;
    {
        let _working = undisturbed.work();
        let job = undisturbed.crawl(DEMO, "latest").await.expect(202);
        assert_eq!(undisturbed.end(&job).await["status"], "done");
    }
    registry.forget();
    registry.misbehave(Faults::always(Fault::Stall(Duration::from_millis(250)), "/v2/provider-docs/"));
    let crawls = Crawls::start(database, crawling(&registry)).await;
    let job = crawls.crawl(DEMO, "latest").await.expect(202);
    let deadline = Instant::now() + PATIENCE;
    for goal in [15, 40] {
        let mut process = worker(&crawls);
        while pages(&registry.asked()).count() < goal {
            assert!(Instant::now() < deadline, "the crawl does not go on: {:?}", registry.asked());
            sleep(Duration::from_millis(10)).await;
        }
        process.kill();
        assert!(crawls.catalog().await.is_empty());
    }
    registry.misbehave(Faults::default());
    // Two at once: whoever has it, has it alone.
    let _processes = (worker(&crawls), worker(&crawls));
    let done = crawls.until(&job, |job| job["status"] != "running" && job["status"] != "queued").await;
    assert_eq!((done["status"].as_str(), done["attempts"].as_i64()), (Some("done"), Some(3)), "{done}");
    assert_eq!(crawls.digest().await, undisturbed.digest().await);
    let mut times: HashMap<String, usize> = HashMap::new();
    for page in pages(&registry.asked()) {
        *times.entry(page.target.clone()).or_default() += 1;
    }
    // What was on its way when the process was killed had to be asked for again, and nothing else.
    let twice = times.values().filter(|n| **n > 1).count();
    assert!(twice <= 2 * IN_FLIGHT, "{twice} pages were fetched twice: {times:?}");
    assert_eq!(times.len() as u64, 7 + MORE_PAGES);
}

/// A real worker process.
fn worker(crawls: &Crawls) -> Process {
    let config = &crawls.server.app.config;
    let registries = config.crawl_registries.join(",");
    let environment = [("CLOUDOVEN_RUN_SLOTS", "0"), ("CLOUDOVEN_CRAWL_REGISTRIES", registries.as_str())];
    Process::start("worker", config, &environment)
}
