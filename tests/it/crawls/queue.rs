//! Who works on a crawl, how long, and what is forgotten.

use std::time::Duration;

use cloudoven::{
    clock::Timestamp,
    jobs::{Crawler, prune::prune},
    store::{
        CrawlId,
        crawl_jobs::{self, CrawlSource, CrawlStatus, NewCrawl},
        crawl_queue,
    },
};
use cloudoven_tests::{Database, catalog::acme_bundle, on_both_databases};
use serde_json::json;
use tokio_util::sync::CancellationToken;

use super::support::Crawls;

on_both_databases!(
    a_crawl_outlives_its_worker,
    two_workers_take_each_crawl_once,
    one_crawl_per_provider_at_a_time,
    a_waiting_crawl_is_canceled_and_tried_again,
    a_stopping_worker_gives_its_crawl_back,
    old_crawls_are_forgotten
);

async fn a_crawl_outlives_its_worker(database: Database) {
    let crawls = Crawls::start(database, |_| {}).await;
    let job = crawls.upload("acme", acme_bundle("1.2.3")).await.expect(202);
    // A worker takes it and is never heard of again.
    let dead = crawl_queue::claim(&crawls.server.app.db, "dead", 1_000).await.unwrap().expect("it waits");
    let _working = crawls.work();
    let done = crawls.end(&job).await;
    assert_eq!((done["status"].as_str(), done["attempts"].as_i64()), (Some("done"), Some(2)), "{done}");
    // The first one comes back: the job is no longer its own.
    let mut tx = crawls.server.app.db.begin().await.unwrap();
    assert!(!crawl_queue::hold(&crawls.server.app.db, &mut tx, &dead, 1_000).await.unwrap());
}

async fn two_workers_take_each_crawl_once(database: Database) {
    let crawls = Crawls::start(database, |config| config.crawl_slots = 2).await;
    let mut jobs = Vec::new();
    for i in 0..6 {
        jobs.push(crawls.upload("acme", acme_bundle(&format!("1.0.{i}"))).await.expect(202));
    }
    let _working = (crawls.work(), crawls.work());
    for job in &jobs {
        let done = crawls.end(job).await;
        assert_eq!((done["status"].as_str(), done["attempts"].as_i64()), (Some("done"), Some(1)), "{done}");
    }
    assert_eq!(crawls.catalog().await.len(), 6);
}

async fn one_crawl_per_provider_at_a_time(database: Database) {
    let crawls = Crawls::start(database, |_| {}).await;
    let db = &crawls.server.app.db;
    let me = crawls.ann.get("/me").await.expect(200)["id"].as_str().unwrap().to_owned().into();
    let insert = async |provider: &str, requested: &str, at: i64| {
        let id = CrawlId::random();
        let new = NewCrawl {
            id: &id,
            source: CrawlSource::Registry,
            provider,
            requested,
            docs_url: "",
            created_by: &me,
            idempotency_key: None,
            now: Timestamp(at),
        };
        let mut tx = db.begin().await.unwrap();
        crawl_jobs::insert(&mut tx, &new).await?;
        tx.commit().await.unwrap();
        Ok::<_, cloudoven::error::Error>(id)
    };
    let first = insert("a.example/x/y", "1.0.0", 1).await.unwrap();
    insert("a.example/x/y", "1.0.0", 2).await.expect_err("the same is queued already");
    let second = insert("a.example/x/y", "2.0.0", 3).await.unwrap();
    let other = insert("a.example/x/z", "1.0.0", 4).await.unwrap();
    let claim = async || crawl_queue::claim(db, "w", 60_000).await.unwrap();
    let held = claim().await.expect("the first");
    assert_eq!(held.id, first);
    assert_eq!(claim().await.expect("of another provider").id, other);
    assert!(claim().await.is_none(), "the second waits for the first");
    let mut tx = db.begin().await.unwrap();
    crawl_jobs::cancel_waiting(&mut tx, &second, Timestamp(5)).await.unwrap();
    crawl_queue::end(&mut tx, &first, CrawlStatus::Done, None, &[], Timestamp(5)).await.unwrap();
    tx.commit().await.unwrap();
    let again = insert("a.example/x/y", "1.0.0", 6).await.expect("the first has ended");
    assert_eq!(claim().await.expect("the new one").id, again);
}

async fn a_waiting_crawl_is_canceled_and_tried_again(database: Database) {
    let crawls = Crawls::start(database, |_| {}).await;
    let job = crawls.upload("acme", acme_bundle("1.2.3")).await.expect(202);
    let path = format!("/catalog/crawls/{}", job["id"].as_str().unwrap());
    crawls.ann.post(&format!("{path}/retry"), &json!({})).await.expect(409);
    let canceled = crawls.ann.post(&format!("{path}/cancel"), &json!({})).await.expect(200);
    assert_eq!(canceled["status"], "canceled");
    crawls.ann.post(&format!("{path}/cancel"), &json!({})).await.expect(409);
    let _working = crawls.work();
    crawls.ann.post(&format!("{path}/retry"), &json!({})).await.expect(200);
    assert_eq!(crawls.end(&job).await["status"], "done");
}

async fn a_stopping_worker_gives_its_crawl_back(database: Database) {
    let crawls = Crawls::start(database, |config| config.run_lease = 600).await;
    let job = crawls.upload("acme", acme_bundle("1.2.3")).await.expect(202);
    let stop = CancellationToken::new();
    let working = tokio::spawn(Crawler::new(crawls.server.app.clone()).run(stop.clone()));
    let path = format!("/catalog/crawls/{}", job["id"].as_str().unwrap());
    while crawls.ann.get(&path).await.expect(200)["status"] == "queued" {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    stop.cancel();
    working.await.unwrap();
    // Whether it was done in time or not: nobody waits ten minutes for the lease of a process that ended well.
    let _working = crawls.work();
    let done = crawls.end(&job).await;
    assert_eq!((done["status"].as_str(), done["attempts"].as_i64()), (Some("done"), Some(1)), "{done}");
}

async fn old_crawls_are_forgotten(database: Database) {
    let crawls = Crawls::start(database, |_| {}).await;
    let app = &crawls.server.app;
    let end = async |days: i64| {
        let job = crawls.upload("acme", acme_bundle("1.2.3")).await.expect(202);
        let id = CrawlId(job["id"].as_str().unwrap().to_owned());
        let at = app.clock.now().plus_seconds(-days * 24 * 3600);
        let mut tx = app.db.begin().await.unwrap();
        crawl_queue::end(&mut tx, &id, CrawlStatus::Failed, Some("no"), &[], at).await.unwrap();
        tx.commit().await.unwrap();
        id
    };
    let (old, young) = (end(31).await, end(29).await);
    prune(app).await.unwrap();
    crawls.ann.get(&format!("/catalog/crawls/{old}")).await.expect(404);
    crawls.ann.get(&format!("/catalog/crawls/{young}")).await.expect(200);
    let kept = |id: &CrawlId| crawls.server.data().join(format!("blobs/crawls/{id}/bundle.tar.zst")).exists();
    assert_eq!((kept(&old), kept(&young)), (false, true));
}
