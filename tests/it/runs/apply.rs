//! From plan to destroy.

use cloudoven_tests::{Database, on_both_databases};
use serde_json::json;

use super::support::RunApp;

on_both_databases!(a_deployment_is_planned_applied_and_destroyed, what_works_is_not_deleted);

const NETWORK: &str = r#"
variable "password" {
  type      = string
  sensitive = true
}

variable "labels" {
  type      = map(string)
  sensitive = true
}

resource "demo_network" "main" {
  name = "main"
  cidr = "10.0.0.0/16"
}

resource "demo_subnet" "front" {
  network_id = demo_network.main.id
  cidr       = "10.0.1.0/24"
}

resource "demo_server" "web" {
  name           = "web"
  subnet_id      = demo_subnet.front.id
  admin_password = var.password
}

resource "terraform_data" "leak" {
  input = nonsensitive(var.labels["team"])
}

output "network" {
  value = demo_network.main.id
}
"#;

async fn a_deployment_is_planned_applied_and_destroyed(database: Database) {
    let app = RunApp::start(database).await;
    let deployment = app.deployment(NETWORK).await;
    let values = format!("/deployments/{deployment}/values/terraform");
    app.user
        .put(&format!("{values}/password"), &json!({"value": "s3cret \"quoted\"", "sensitive": true}))
        .await
        .expect(200);
    app.user
        .put(&format!("{values}/labels"), &json!({"value": {"team": "${vermilion} team"}, "sensitive": true}))
        .await
        .expect(200);

    let run = app.start_run(&deployment, "apply").await;
    let planned = app.reaches(&run, "planned").await;
    assert_eq!(planned["plan"], json!({"adds": 4, "changes": 0, "destroys": 0}));
    assert_eq!(
        planned["actions"],
        json!({"confirm": true, "discard": true, "cancel": false, "force_cancel": false})
    );
    let plan = app.user.get(&format!("/runs/{run}/plan")).await.expect(200);
    let addresses: Vec<_> =
        plan["resources"].as_array().unwrap().iter().map(|r| r["address"].clone()).collect();
    assert_eq!(
        addresses,
        ["demo_network.main", "demo_server.web", "demo_subnet.front", "terraform_data.leak"]
    );
    assert!(app.cloud.ledger().is_empty(), "a plan changes nothing");
    app.is_clean().await;

    // Two people confirm at once.
    let confirm = || async {
        let body = json!({"comment": "looks good"});
        app.user.post(&format!("/runs/{run}/confirm"), &body).await.status.as_u16()
    };
    let (first, second) = tokio::join!(confirm(), confirm());
    let mut answers = [first, second];
    answers.sort_unstable();
    assert_eq!(answers, [200, 409]);
    let applied = app.reaches(&run, "applied").await;
    assert_eq!(applied["approval_comment"], "looks good");
    let mut created = app.cloud.ledger();
    created.sort();
    let kinds: Vec<_> = created.iter().map(|line| line.rsplit_once(' ').unwrap().0).collect();
    assert_eq!(kinds, ["create demo_network", "create demo_server", "create demo_subnet"]);

    let state = app.user.get(&format!("/deployments/{deployment}/state")).await.expect(200);
    assert_eq!(state["resources"], 4);
    let server = state["content"]["resources"].as_array().unwrap();
    let server = server.iter().find(|r| r["address"] == "demo_server.web").unwrap();
    assert_eq!(server["attributes"]["admin_password"], "(sensitive)");

    let log = app.log(&run).await;
    assert!(log.contains("\u{1e}STEP {\"state\":\"start\",\"phase\":\"apply\",\"step\":\"apply\"}"), "{log}");
    assert!(log.contains("Apply complete!"), "{log}");
    let events = app.user.get(&format!("/runs/{run}/events")).await.expect(200);
    let statuses: Vec<_> = events.as_array().unwrap().iter().map(|e| e["status"].clone()).collect();
    assert_eq!(
        statuses,
        ["queued", "planning", "planned", "confirmed", "apply_queued", "applying", "applied"]
    );
    for text in [log, plan.to_string(), state.to_string(), applied.to_string()] {
        for secret in ["s3cret", "quoted", "${vermilion} team", "vermilion"] {
            assert!(!text.contains(secret), "{secret} in {text}");
        }
    }

    // Nothing has changed, so there is nothing to apply.
    let again = app.start_run(&deployment, "apply").await;
    app.reaches(&again, "planned_and_finished").await;

    let destroyed = app.apply(&deployment, "destroy").await;
    let view = app.user.get(&format!("/runs/{destroyed}")).await.expect(200);
    assert_eq!(view["plan"], json!({"adds": 0, "changes": 0, "destroys": 4}));
    let state = app.user.get(&format!("/deployments/{deployment}/state")).await.expect(200);
    assert_eq!(state["resources"], 0);
    assert_eq!(app.cloud.ledger().len(), 6);
    app.is_clean().await;
}

/// Neither while it plans nor while it applies; what has ended is no reason to keep it.
async fn what_works_is_not_deleted(database: Database) {
    let app = RunApp::start(database).await;
    let slow = "resource \"demo_network\" \"main\" {\n  name = \"main\"\n  cidr = \"10.0.0.0/16\"\n  create_seconds = 4\n}\n";
    let deployment = app.deployment(slow).await;
    let path = format!("/deployments/{deployment}?force=true");
    let delete =
        async || app.user.request(reqwest::Method::DELETE, &path).send().await.unwrap().status().as_u16();

    let run = app.start_run(&deployment, "apply").await;
    app.reaches(&run, "planned").await;
    app.confirm(&run).await;
    app.logs(&run, "Creating...").await;
    assert_eq!(delete().await, 409);
    app.reaches(&run, "applied").await;

    let run = app.start_run(&deployment, "plan").await;
    app.logs(&run, "Initializing").await;
    let status = app.user.get(&format!("/runs/{run}")).await.expect(200)["status"].clone();
    assert!(status != "planning" || delete().await == 409);
    app.reaches(&run, "planned_and_finished").await;
    assert_eq!(delete().await, 204);
}
