//! What the designer says beside the argument that is edited: the catalog's entry of it.

use cloudoven_tests::{Database, TestApp, User, catalog, on_both_databases};
use scraper::{Html, Selector};
use serde_json::json;

on_both_databases!(
    facts_stand_beside_the_argument,
    every_place_has_an_entry,
    links_lead_to_the_catalog,
    only_members_read
);

const MAIN: &str = r#"variable "size" {
  type = string
  validation {
    condition     = true
    error_message = "never"
  }
}

locals {
  one = 1
}

resource "acme_firewall" "main" {
  name  = "front"
  ghost = 1
  rule {
    action = "allow"
  }
}

resource "acme_server" "web" {
  name = "web"
  disk {
    gigabytes = 10
  }
}

resource "unknown_thing" "x" {
  name = "x"
}
"#;

const PAGE: &str = "/catalog/registry.terraform.io/hashicorp/acme/2.0.0/resource";

/// Someone with a blueprint, and the address of its documentation.
async fn start(database: Database) -> (TestApp, User, String) {
    let server = TestApp::start(database).await;
    let ann = server.user("ann").await;
    catalog::import_next_acme(&server.app).await;
    let project = ann.create("/projects", &json!({"name": "orders"})).await;
    let new = json!({"name": "hub", "files": {"main.tf": MAIN}});
    let blueprint = ann.create(&format!("/projects/{project}/blueprints"), &new).await;
    (server, ann, format!("/blueprints/{blueprint}/docs"))
}

/// One entry as a person reads it: its lines, and where its links lead.
struct Entry {
    title: String,
    facts: Vec<String>,
    text: String,
    links: Vec<String>,
}

async fn entry(user: &User, docs: &str, element: &str, path: &str) -> Entry {
    let (status, html) = user.page(&format!("{docs}?element={element}&path={path}")).await;
    assert_eq!(status, 200, "{element} {path}: {html}");
    let page = Html::parse_fragment(&html);
    let all = |selector: &str| {
        let selector = Selector::parse(selector).unwrap();
        page.select(&selector).map(|e| e.text().collect::<Vec<_>>().join(" ")).collect::<Vec<_>>()
    };
    let links = Selector::parse("a").unwrap();
    Entry {
        title: all(".title").concat(),
        facts: all(".fact"),
        text: all(".prose, p.muted").concat(),
        links: page.select(&links).filter_map(|a| a.value().attr("href")).map(str::to_owned).collect(),
    }
}

async fn facts_stand_beside_the_argument(database: Database) {
    let (_server, ann, docs) = start(database).await;
    for (path, expected) in [
        ("name", &["Limits 3 to 24 characters", "Pattern ^[a-z]+$"][..]),
        ("idle_time", &["Default 60", "Limits 1 to 3600", "Unit seconds"]),
        ("address", &["Exactly one of address address_pool"]),
        ("receive", &["At least one of receive send"]),
        ("log_bucket", &["Conflicts with host"]),
        ("log_days", &["Unit days", "Required with log_bucket"]),
        ("host", &["Replaced by address"]),
        ("rule[0].action", &["One of allow deny"]),
    ] {
        let found = entry(&ann, &docs, "acme_firewall.main", path).await;
        assert_eq!(found.facts, expected, "{path}");
    }
    let network = entry(&ann, &docs, "acme_firewall.main", "network_id").await;
    assert_eq!(network.title, "network_id required forces replacement string Open in the catalog");
    let host = entry(&ann, &docs, "acme_firewall.main", "host").await;
    assert_eq!(host.title, "host deprecated string Open in the catalog");
    let found = entry(&ann, &docs, "acme_server.web", "network_id").await;
    assert_eq!(found.facts, ["Refers to acme_network.id"]);
}

async fn every_place_has_an_entry(database: Database) {
    let (_server, ann, docs) = start(database).await;
    for (element, path, title, text) in [
        ("acme_firewall.main", "", "acme_firewall Open in the catalog", "What may pass into a network."),
        (
            "acme_server.web",
            "disk[0]",
            "disk required list of blocks, 1 to 4 Open in the catalog",
            "One to four",
        ),
        (
            "acme_server.web",
            "disk",
            "disk required list of blocks, 1 to 4 Open in the catalog",
            "One to four",
        ),
        ("acme_firewall.main", "rule[0].target.port", "port number Open in the catalog", "The port."),
        // Terraform's own, and what nobody knows.
        ("acme_firewall.main", "count", "count any", "How many of it there are."),
        ("acme_firewall.main", "ghost", "ghost", "There is no documentation for it."),
        ("var.size", "", "var.size", "A value that each deployment sets."),
        ("var.size", "default", "default string", "The value when none is given."),
        ("var.size", "validation[0].condition", "condition required any", "An expression that is true"),
        ("local.one", "value", "value required any", "The expression that this name stands for."),
        ("unknown_thing.x", "name", "name", "There is no documentation for it."),
        ("unknown_thing.x", "", "unknown_thing", "There is no documentation for it."),
    ] {
        let found = entry(&ann, &docs, element, path).await;
        assert_eq!(found.title, title, "{element} {path}");
        assert!(found.text.contains(text), "{element} {path}: {}", found.text);
        assert!(found.text.contains("no documentation") == text.contains("no documentation"));
    }
    for wrong in ["element=acme_server.none", "element=", "path=name", "element=acme_server.web&path=%3Cb%3E"]
    {
        let status = ann.page(&format!("{docs}?{wrong}")).await.0;
        assert!((400..500).contains(&status), "{wrong}: {status}");
    }
}

async fn links_lead_to_the_catalog(database: Database) {
    let (_server, ann, docs) = start(database).await;
    for (element, path, expected) in [
        ("acme_firewall.main", "host", &["acme_firewall#arg-host", "acme_firewall#arg-address"][..]),
        ("acme_firewall.main", "rule[0].action", &["acme_firewall#arg-rule.action"]),
        ("acme_server.web", "disk[0].kind", &["acme_server#arg-disk.kind"]),
        ("acme_server.web", "network_id", &["acme_server#arg-network_id", "acme_network"]),
    ] {
        let found = entry(&ann, &docs, element, path).await;
        let expected: Vec<String> = expected.iter().map(|rest| format!("{PAGE}/{rest}")).collect();
        assert_eq!(found.links, expected, "{element} {path}");
    }
    let whole = entry(&ann, &docs, "acme_server.web", "").await;
    assert_eq!(whole.links[0], format!("{PAGE}/acme_server"));
    assert!(whole.links.contains(&format!("{PAGE}/acme_network")), "links in the text: {:?}", whole.links);
}

async fn only_members_read(database: Database) {
    let (server, _ann, docs) = start(database).await;
    let bob = server.user("bob").await;
    assert_eq!(bob.page(&format!("{docs}?element=acme_server.web&path=name")).await.0, 404);
}
