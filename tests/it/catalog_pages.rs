//! The catalog browser, page by page.

use cloudoven_crawler::{
    catalog::{Address, Catalog},
    crawl,
    source::{PageText, ProviderSource, Quiet},
};
use cloudoven_tests::{Database, TestApp, catalog::import_acme, on_both_databases};
use scraper::{Html, Selector};
use serde_json::json;

on_both_databases!(pages_answer, hostile_pages_are_harmless, nobody_sees_it_without_signing_in);

const ACME: &str = "/catalog/registry.terraform.io/hashicorp/acme/1.2.3";

async fn pages_answer(database: Database) {
    let server = TestApp::start(database).await;
    let ann = server.user("ann").await;
    let (status, empty) = ann.page("/catalog").await;
    assert_eq!(status, 200);
    assert!(empty.contains("cloudoven-crawler import"), "an empty catalog says how to fill it");

    import_acme(&server.app).await;
    let (_, list) = ann.page("/catalog").await;
    assert!(list.contains("hashicorp/acme") && list.contains("1.2.3"));
    let (_, provider) = ann.page(ACME).await;
    assert!(provider.contains("Compute") && provider.contains("1 data source"), "{provider}");
    let (_, server_page) = ann.page(&format!("{ACME}/resource/acme_server")).await;
    let large = "<code class=\"value\">large</code>";
    for expected in ["id=\"arg-disk.gigabytes\"", "list of blocks, 1 to 2", large, "acme_network.id", "list(number)"]
    {
        assert!(server_page.contains(expected), "{expected} in {server_page}");
    }
    let (_, network_page) = ann.page(&format!("{ACME}/resource/acme_network")).await;
    assert!(network_page.contains("forces replacement"), "{network_page}");
    let (_, found) = ann.page("/catalog/search?q=server").await;
    assert!(found.contains("/resource/acme_server"));
    let (status, _) = ann.page("/catalog/registry.terraform.io/hashicorp/acme").await;
    assert_eq!(status, 200, "without a version the newest is shown");

    for missing in
        ["/catalog/registry.terraform.io/hashicorp/none", "/catalog/a/b/c/1.0.0", "/catalog/nowhere"]
    {
        assert_eq!(ann.page(missing).await.0, 404, "{missing}");
    }
    for missing in [
        "resource/none",
        "function/acme_server",
        "data-source/acme_server",
        "resource/acme_server?block=none",
    ] {
        assert_eq!(ann.page(&format!("{ACME}/{missing}")).await.0, 404, "{missing}");
    }
    let (status, disk) = ann.page(&format!("{ACME}/resource/acme_server?block=disk")).await;
    assert_eq!(status, 200);
    assert!(disk.contains("arg-disk.kind") && !disk.contains("arg-network_id"));
}

/// A provider's author writes the documentation, and nobody here vouches for them.
async fn hostile_pages_are_harmless(database: Database) {
    let server = TestApp::start(database).await;
    let ann = server.user("ann").await;
    import_hostile(&server).await;
    let base = "/catalog/registry.terraform.io/evil/evil/1.0.0";
    for path in ["/catalog".to_owned(), base.to_owned(), format!("{base}/resource/evil_thing")] {
        let (status, html) = ann.page(&path).await;
        assert_eq!(status, 200);
        assert_eq!(dangers(&html), Vec::<String>::new(), "{path}");
    }
    let (_, html) = ann.page(&format!("{base}/resource/evil_thing")).await;
    assert!(html.contains("a harmless word"), "the text itself stays");
    assert!(html.contains("rel=\"noopener noreferrer nofollow\""), "links lead away safely: {html}");
}

/// What on a page could act or fetch without being ours, as a browser would parse it.
fn dangers(html: &str) -> Vec<String> {
    let page = Html::parse_document(html);
    let all = Selector::parse("*").expect("a valid selector");
    let foreign = |value: &str| !value.starts_with('/') && !value.starts_with('#');
    let dangerous = |element: &scraper::ElementRef| {
        let value = element.value();
        let acts = value.attrs().any(|(name, value)| {
            name.starts_with("on") || name == "style" || value.to_lowercase().contains("javascript:")
        });
        let fetches = value.attr("src").is_some_and(foreign);
        let unwanted = ["img", "iframe", "style", "object", "embed", "base"].contains(&value.name());
        let inline = value.name() == "script" && value.attr("src").is_none();
        acts || fetches || unwanted || inline
    };
    page.select(&all).filter(dangerous).map(|e| e.html()).collect()
}

async fn import_hostile(server: &TestApp) {
    let address: Address = "evil/evil".parse().expect("a valid address");
    let attribute = json!({"type": "string", "optional": true});
    let schema = json!({"format_version": "1.0", "provider_schemas": {"registry.terraform.io/evil/evil": {
        "resource_schemas": {"evil_thing": {"version": 0, "block": {"attributes": {"name": attribute}}}}}}});
    let source = ProviderSource {
        address,
        version: "1.0.0".into(),
        place: "the hostile provider".into(),
        schema: serde_json::to_vec(&schema).expect("JSON can be written"),
        pages: [("resources/thing.md".to_owned(), PageText::markdown(HOSTILE_PAGE))].into(),
        problems: Vec::new(),
    };
    crawl::import(&Catalog::open(server.app.blobs.store()), source, &Quiet)
        .await
        .expect("it can be imported");
    server.app.catalogs.refresh().await.expect("the catalogs can be read");
}

const HOSTILE_PAGE: &str = r#"---
subcategory: "<script>alert(1)</script>"
description: <script>alert(2)</script> and <img src=x onerror=alert(3)>
---

# evil_thing

a harmless word <script>alert(4)</script> <iframe src="https://tracker.example/"></iframe>
[press](javascript:alert(5)) [away](https://example.com/) ![](https://tracker.example/pixel.png)

## Argument Reference

* `name` - (Optional) <img src=x onerror="alert(6)"> <b onclick="alert(7)">bold</b> <style>*{display:none}</style>
  [more](JaVaScRiPt:alert(8)) ![](https://tracker.example/again.png)
"#;

async fn nobody_sees_it_without_signing_in(database: Database) {
    let server = TestApp::start(database).await;
    import_acme(&server.app).await;
    let answer = reqwest::get(server.url(ACME)).await.expect("the server answers");
    assert_eq!(answer.url().path(), "/sign-up", "a stranger is led to the first page");
}
