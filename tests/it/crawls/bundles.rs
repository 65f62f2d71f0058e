//! Bundles by upload, and versions taken out again.

use cloudoven_tests::{
    Database,
    catalog::{acme_bundle, archive},
    on_both_databases,
};
use reqwest::Method;
use serde_json::json;

use super::support::Crawls;

on_both_databases!(
    a_bundle_is_imported_once,
    a_version_moves_as_a_bundle,
    hostile_archives_are_refused_with_a_place,
    what_is_in_use_is_not_removed_by_mistake,
    only_administrators_see_crawls
);

async fn a_bundle_is_imported_once(database: Database) {
    let crawls = Crawls::start(database, |_| {}).await;
    let _working = crawls.work();
    let job = crawls.upload("acme.tar.zst", acme_bundle("1.2.3")).await.expect(202);
    assert_eq!((job["source"].as_str(), job["requested"].as_str()), (Some("bundle"), Some("acme.tar.zst")));
    let done = crawls.end(&job).await;
    assert_eq!(done["status"], "done", "{done}");
    let result = &done["results"][0];
    assert_eq!(result["provider"], "registry.terraform.io/hashicorp/acme");
    assert_eq!((result["version"].as_str(), result["unchanged"].as_bool()), (Some("1.2.3"), Some(false)));
    // Served at once, not at the next look around.
    assert_eq!(crawls.catalog().await, ["hashicorp/acme 1.2.3"]);
    assert!(
        !crawls
            .server
            .data()
            .join("blobs/crawls")
            .join(done["id"].as_str().unwrap())
            .join("bundle.tar.zst")
            .exists()
    );

    let again = crawls.upload("acme.tar.zst", acme_bundle("1.2.3")).await.expect(202);
    assert_eq!(crawls.end(&again).await["results"][0]["unchanged"], true);
    let next = crawls.upload("acme.tar.zst", acme_bundle("1.10.0")).await.expect(202);
    crawls.end(&next).await;
    assert_eq!(crawls.catalog().await, ["hashicorp/acme 1.10.0", "hashicorp/acme 1.2.3"]);
    let listed = crawls.ann.get("/catalog/crawls").await.expect(200);
    assert_eq!(listed["items"].as_array().map(Vec::len), Some(3));
    assert_eq!(listed["items"][0]["id"], next["id"], "newest first");
}

async fn a_version_moves_as_a_bundle(database: Database) {
    let crawls = Crawls::start(database, |_| {}).await;
    let _working = crawls.work();
    let job = crawls.upload("acme", acme_bundle("1.2.3")).await.expect(202);
    crawls.end(&job).await;
    let version = "/catalog/providers/registry.terraform.io/hashicorp/acme/1.2.3";
    let path = format!("{version}/bundle");
    let response = crawls.bob.request(Method::GET, &path).send().await.unwrap();
    let file = response.headers()["content-disposition"].to_str().unwrap().to_owned();
    assert_eq!(file, "attachment; filename=\"hashicorp-acme-1.2.3.tar.zst\"");
    let bundle = response.bytes().await.unwrap().to_vec();
    let before = crawls.ann.get(&format!("{version}/resource/acme_server")).await.expect(200);

    crawls.ann.delete(version).await.expect(204);
    crawls.bob.get(&format!("{version}/bundle")).await.expect(404);
    let moved = crawls.upload("from-elsewhere", bundle).await.expect(202);
    assert_eq!(crawls.end(&moved).await["status"], "done");
    let after = crawls.ann.get(&format!("{version}/resource/acme_server")).await.expect(200);
    assert_eq!(after, before);
}

async fn hostile_archives_are_refused_with_a_place(database: Database) {
    let crawls = Crawls::start(database, |config| config.upload_limit = 1).await;
    let _working = crawls.work();
    for nothing in [&b""[..], b"PK\x03\x04 a zip", b"\x28\xb5\x2f"] {
        let refused = crawls.upload("x", nothing.to_vec()).await.expect(422);
        assert_eq!(refused["errors"][0]["pointer"], "/bundle", "{refused}");
    }
    let mut large = acme_bundle("1.2.3");
    large.resize(2 << 20, 0);
    let refused = crawls.upload("x", large).await.expect(422);
    assert!(refused["detail"].as_str().unwrap().contains("larger than 1 MiB"), "{refused}");
    assert!(crawls.ann.get("/catalog/crawls").await.expect(200)["items"].as_array().unwrap().is_empty());

    let whole = acme_bundle("1.2.3");
    let outside = archive([(String::from("../../etc/passwd"), "root")]);
    for (name, bytes) in [("cut.tar.zst", whole[..whole.len() / 2].to_vec()), ("out.tar.zst", outside)] {
        let job = crawls.upload(&format!("..%2F..%2F{name}"), bytes).await.expect(202);
        let failed = crawls.end(&job).await;
        assert_eq!(failed["status"], "failed", "{failed}");
        let reason = failed["reason"].as_str().expect("a reason");
        assert!(reason.starts_with(&format!("{name}: ")), "{reason}");
        assert_eq!(failed["actions"], json!({"cancel": false, "retry": true}));
        let id = failed["id"].as_str().unwrap();
        let retried = crawls.ann.post(&format!("/catalog/crawls/{id}/retry"), &json!({})).await.expect(200);
        assert_eq!(crawls.end(&retried).await["status"], "failed");
    }
    assert!(crawls.catalog().await.is_empty());
}

async fn what_is_in_use_is_not_removed_by_mistake(database: Database) {
    let crawls = Crawls::start(database, |_| {}).await;
    let _working = crawls.work();
    for version in ["1.2.3", "2.0.0"] {
        let job = crawls.upload("acme", acme_bundle(version)).await.expect(202);
        assert_eq!(crawls.end(&job).await["status"], "done");
    }
    // Somebody else's blueprint counts too.
    let (_, blueprint, _) = crawls.bob.project().await;
    let main = "terraform {\n  required_providers {\n    acme = {\n      source  = \"hashicorp/acme\"\n      version = \"~> 1.2\"\n    }\n  }\n}\n\nresource \"acme_network\" \"main\" {\n  name = \"main\"\n}\n";
    let files = crawls.bob.request(Method::PUT, &format!("/blueprints/{blueprint}/files"));
    let saved = files.header("if-match", "\"1\"").json(&json!({"files": {"main.tf": main}})).send().await;
    assert_eq!(saved.expect("the server answers").status(), 200);

    let version = |v: &str| format!("/catalog/providers/registry.terraform.io/hashicorp/acme/{v}");
    let refused = crawls.ann.delete(&version("1.2.3")).await.expect(409);
    assert!(refused["detail"].as_str().unwrap().contains("Shop"), "{refused}");
    crawls.ann.delete(&version("2.0.0")).await.expect(204);
    assert_eq!(crawls.catalog().await, ["hashicorp/acme 1.2.3"]);
    crawls.ann.delete(&version("2.0.0")).await.expect(404);
    crawls.ann.delete(&format!("{}?force=true", version("1.2.3"))).await.expect(204);
    assert!(crawls.catalog().await.is_empty());
    let left = crawls.server.app.blobs.list("catalog/v1/registry.terraform.io/hashicorp/acme/1.2.3").await;
    assert!(left.unwrap().is_empty(), "its objects are gone too");
    // It can come back.
    let job = crawls.upload("acme", acme_bundle("1.2.3")).await.expect(202);
    assert_eq!(crawls.end(&job).await["results"][0]["unchanged"], false);
    assert_eq!(crawls.catalog().await, ["hashicorp/acme 1.2.3"]);
}

async fn only_administrators_see_crawls(database: Database) {
    let crawls = Crawls::start(database, |_| {}).await;
    let job = crawls.upload("acme", acme_bundle("1.2.3")).await.expect(202);
    let id = job["id"].as_str().unwrap();
    let bob = &crawls.bob;
    bob.get("/catalog/crawls").await.expect(403);
    bob.get(&format!("/catalog/crawls/{id}")).await.expect(403);
    bob.get(&format!("/catalog/crawls/{id}/stream")).await.expect(403);
    bob.post(&format!("/catalog/crawls/{id}/cancel"), &json!({})).await.expect(403);
    bob.post(&format!("/catalog/crawls/{id}/retry"), &json!({})).await.expect(403);
    bob.post("/catalog/bundles", &json!({})).await.expect(403);
    bob.delete("/catalog/providers/registry.terraform.io/hashicorp/acme/1.2.3").await.expect(403);
    let home = "/settings/providers";
    for page in
        [home.to_owned(), format!("{home}/crawls/{id}"), format!("{home}/add"), format!("{home}/upload")]
    {
        assert_eq!((bob.page(&page).await.0, crawls.ann.page(&page).await.0), (404, 200), "{page}");
    }
    assert_eq!(bob.submit(&format!("{home}/crawls"), &[("provider", "a/b"), ("version", "1")]).await.0, 404);
    assert!(!bob.page("/catalog").await.1.contains(home), "members are not led there");
    crawls.ann.get("/catalog/crawls/crl-none").await.expect(404);
    reqwest::get(crawls.server.url("/api/v1/catalog/crawls"))
        .await
        .map(|a| assert_eq!(a.status(), 401))
        .unwrap();
}
