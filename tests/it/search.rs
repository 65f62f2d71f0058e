//! Search over the catalog: what it finds, and that it can't be hurt.

use cloudoven::catalog::search::{Found, Request};
use cloudoven_crawler::catalog::Catalog;
use cloudoven_tests::{
    Answer, Database, TestApp, block_on,
    catalog::import_acme,
    on_both_databases,
    search::{JUDGED, answered, import_bundles},
};
use serde_json::Value;

on_both_databases!(everything_is_found, filters_and_pages, hostile_queries_are_harmless, ones_own_are_found);

/// Over all shared bundles together.
#[test]
fn judged_queries() {
    let Some(bundles) = provider_corpus::bundles("the judged queries") else { return };
    block_on(async move {
        let server = TestApp::start(Database::Sqlite).await;
        let catalog = Catalog::open(server.app.blobs.store());
        import_bundles(&bundles, &catalog).await.unwrap();
        server.app.catalogs.refresh().await.unwrap();
        let mut wrong = Vec::new();
        for judged in JUDGED {
            let request = Request { text: judged.0.into(), limit: 5, ..Request::default() };
            let found = server.app.catalogs.search(request).await.unwrap();
            if !answered(judged, &found) {
                wrong.push(format!("{judged:?}\n{}", listed(&found)));
            }
        }
        assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), JUDGED.len(), wrong.join("\n"));
    });
}

fn listed(found: &Found) -> String {
    let line = |hit: &cloudoven::catalog::search::Hit| {
        let arguments: Vec<String> =
            hit.arguments.iter().map(|a| format!("{} {:.0}", a.path, a.score)).collect();
        format!("    {:?} {} {:.0} own {:.0} {arguments:?}", hit.kind, hit.name, hit.score, hit.own)
    };
    found.hits.iter().map(line).collect::<Vec<_>>().join("\n")
}

async fn everything_is_found(database: Database) {
    let server = TestApp::start(database).await;
    let ann = server.user("ann").await;
    let Answer { status, body: nothing, .. } = ann.get("/catalog/search?q=server").await;
    assert_eq!((status.as_u16(), &nothing["total"]), (200, &Value::from(0)), "an empty catalog: {nothing}");
    import_acme(&server.app).await;

    let found = ann.get("/catalog/search?q=acme+servr").await.body;
    let first = &found["items"][0];
    assert_eq!((&first["name"], &first["matched"]), (&"acme_server".into(), &"name".into()), "{found}");
    assert_eq!(first["name_ranges"], serde_json::json!([[0, 4], [5, 11]]), "both words, one with a typo");
    let found = ann.get("/catalog/search?q=gigabytes").await.body;
    let first = &found["items"][0];
    assert_eq!(first["matched"], "argument", "{found}");
    assert_eq!(first["arguments"][0]["path"], "disk.gigabytes");
    assert_eq!(first["arguments"][0]["snippet"]["text"], "The disk's size.");
    let found = ann.get("/catalog/search?q=public+address").await.body;
    assert_eq!(found["items"][0]["arguments"][0]["path"], "public", "{found}");
    assert_eq!(found["items"][0]["arguments"][0]["path_ranges"], serde_json::json!([[0, 6]]));
    let ranges = serde_json::json!([[17, 23], [24, 31]]);
    assert_eq!(found["items"][0]["arguments"][0]["snippet"]["ranges"], ranges, "{found}");
}

async fn filters_and_pages(database: Database) {
    let server = TestApp::start(database).await;
    let ann = server.user("ann").await;
    import_acme(&server.app).await;
    for (query, names) in [
        ("q=network&kind=data-source", vec!["acme_network"]),
        ("q=network+kind:data", vec!["acme_network"]),
        ("q=network&provider=other", vec![]),
        ("q=server&provider=hashicorp/acme&version=1.2&kind=resource", vec!["acme_server"]),
        ("q=server+version:2", vec![]),
        ("q=", vec![]),
    ] {
        let Answer { status, body: found, .. } = ann.get(&format!("/catalog/search?{query}")).await;
        let items = found["items"].as_array().unwrap();
        let found: Vec<&str> = items.iter().map(|hit| hit["name"].as_str().unwrap()).collect();
        assert_eq!((status.as_u16(), found), (200, names), "{query}");
    }
    let (mut seen, mut next) = (Vec::new(), String::new());
    loop {
        let page = ann.get(&format!("/catalog/search?q=network&limit=1{next}")).await.body;
        assert!(page["items"].as_array().unwrap().len() <= 1);
        seen.extend(
            page["items"].as_array().unwrap().iter().map(|hit| format!("{} {}", hit["kind"], hit["name"])),
        );
        let Some(cursor) = page["next"].as_str() else {
            assert_eq!(page["total"], seen.len(), "every hit is on one page");
            break;
        };
        next = format!("&cursor={cursor}");
    }
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), 3, "both networks and the server in one: {seen:?}");
    for wrong in ["kind=thing", "cursor=x", "limit=many"] {
        assert!(ann.get(&format!("/catalog/search?q=a&{wrong}")).await.status.is_client_error(), "{wrong}");
    }
}

async fn hostile_queries_are_harmless(database: Database) {
    let server = TestApp::start(database).await;
    let ann = server.user("ann").await;
    import_acme(&server.app).await;
    let request = |text: String| Request { text, limit: usize::MAX, skip: usize::MAX, ..Request::default() };
    for text in
        ["server ".repeat(150_000), "a".repeat(1 << 20), "\0\u{7}\u{202e}".repeat(5000), "é".repeat(999)]
    {
        let found = server.app.catalogs.search(request(text)).await.unwrap();
        assert!(found.hits.is_empty(), "so far behind the last one there is nothing");
    }
    for text in
        ["%00", "%25_%27%22%3B--", "%3Cscript%3Ealert(1)%3C/script%3E", "kind:%20provider:", "..%2F.."]
    {
        for path in ["/search?q=", "/catalog/search?q="] {
            let (status, html) = ann.page(&format!("{path}{text}")).await;
            assert_eq!(status, 200, "{path}{text}");
            assert!(!html.contains("<script>alert"), "{path}{text}");
        }
    }
}

async fn ones_own_are_found(database: Database) {
    let server = TestApp::start(database).await;
    let (ann, bob) = (server.user("ann").await, server.user("bob").await);
    let project = ann.post("/projects", &serde_json::json!({"name": "Orders 100%"})).await.body;
    let path = format!("/projects/{}/blueprints", project["id"].as_str().unwrap());
    let blueprint = ann.post(&path, &serde_json::json!({"name": "Order_hub"})).await.body;
    let blueprint = format!("/blueprints/{}", blueprint["id"].as_str().unwrap());
    let (_, html) = ann.page("/search?q=ORDER").await;
    assert!(html.contains("Orders 100%") && html.contains(&blueprint), "{html}");
    let (_, html) = ann.page("/search?q=r_h").await;
    assert!(html.contains("Order_hub") && !html.contains("so:2"), "a wildcard is a letter: {html}");
    let (_, html) = bob.page("/search?q=order").await;
    assert!(!html.contains("Order_hub") && !html.contains("Orders 100%"), "not shared with bob: {html}");
    let stranger = reqwest::get(server.url("/search?q=order")).await.unwrap();
    assert_ne!(stranger.url().path(), "/search", "a stranger is led to the first page");
}
