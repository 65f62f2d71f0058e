//! Objects that exist come under Terraform: found, generated, added to the blueprint, and planned without a change.

use cloudoven_tests::{Answer, Database, on_both_databases};
use reqwest::Method;
use serde_json::{Value, json};

use super::support::RunApp;

on_both_databases!(
    what_exists_is_imported_and_then_nothing_changes,
    what_is_not_found_does_not_lose_the_rest,
    what_is_asked_is_checked_before_anything_starts,
    an_import_is_canceled_and_discarded
);

const LIVE: &str = r#"
resource "demo_network" "main" {
  name = "orders \"$${x}\""
  cidr = "10.0.0.0/16"
}

resource "demo_subnet" "front" {
  network_id = demo_network.main.id
  cidr       = "10.0.1.0/24"
}

resource "demo_database" "db" {
  name           = "db"
  engine         = "postgres"
  admin_password = "vermilion-77"

  storage {
    size_gb = 5
  }
}
"#;

const CONFIGURED: &str = r#"
resource "demo_network" "main" {
  name = "orders \"$${x}\""
  cidr = "10.0.0.0/16"
}
"#;

/// What exists: the ids of the network, the subnet and the database.
struct Live {
    network: String,
    subnet: String,
    database: String,
}

impl Live {
    /// Made by a deployment that nobody else knows of.
    async fn make(app: &RunApp) -> Live {
        let deployment = app.deployment_in("elsewhere", LIVE).await;
        app.apply(&deployment, "apply").await;
        let ledger = app.cloud.ledger();
        let id = |kind: &str| {
            let line = ledger.iter().find_map(|line| line.strip_prefix(&format!("create {kind} ")));
            line.unwrap_or_else(|| panic!("no {kind} in {ledger:?}")).to_owned()
        };
        Live { network: id("demo_network"), subnet: id("demo_subnet"), database: id("demo_database") }
    }
}

fn import(to: &str, id: &str) -> Value {
    json!({"to": to, "id": id})
}

async fn start(app: &RunApp, deployment: &str, body: &Value) -> String {
    app.user.create(&format!("/deployments/{deployment}/imports"), body).await
}

async fn view(app: &RunApp, run: &str) -> Value {
    app.user.get(&format!("/runs/{run}/import")).await.expect(200)
}

async fn add(app: &RunApp, run: &str, revision: &Value) -> Answer {
    let request = app.user.request(Method::POST, &format!("/runs/{run}/import/add"));
    let request = request.header("if-match", format!("\"{revision}\""));
    Answer::read(request.send().await.expect("the server answers")).await
}

async fn file(app: &RunApp, deployment: &str, name: &str) -> String {
    let deployment = app.user.get(&format!("/deployments/{deployment}")).await.expect(200);
    let blueprint = deployment["blueprint_id"].as_str().unwrap().to_owned();
    let files = app.user.get(&format!("/blueprints/{blueprint}/files")).await.expect(200);
    files["files"][name].as_str().unwrap_or_default().to_owned()
}

fn outcomes(view: &Value) -> Vec<(&str, &str)> {
    let objects = view["objects"].as_array().unwrap().iter();
    objects.map(|o| (o["to"].as_str().unwrap(), o["outcome"].as_str().unwrap())).collect()
}

async fn what_exists_is_imported_and_then_nothing_changes(database: Database) {
    let app = RunApp::start(database).await;
    let live = Live::make(&app).await;
    let deployment = app.deployment(CONFIGURED).await;
    let code = format!("import {{\n  to = demo_subnet.front\n  id = \"{}\"\n}}\n", live.subnet);
    let body = json!({"imports": [import("demo_network.main", &live.network)], "code": code});
    let run = start(&app, &deployment, &body).await;
    // Another one at the same time, in a deployment of its own.
    let other = app.deployment_in("other", "").await;
    let second = start(&app, &other, &json!({"imports": [import("demo_network.mine", &live.network)]})).await;

    let ended = app.reaches(&run, "planned_and_finished").await;
    assert_eq!((&ended["operation"], &ended["actions"]["confirm"]), (&json!("import"), &json!(false)));
    let found = view(&app, &run).await;
    assert_eq!(outcomes(&found), [("demo_network.main", "found"), ("demo_subnet.front", "generated")]);
    assert_eq!(
        (&found["decision"], &found["errors"], &found["notes"]),
        (&json!("open"), &json!([]), &json!([]))
    );
    let generated = found["generated"].as_str().unwrap();
    assert!(generated.contains("__generated__ by Terraform") && generated.contains("= null"), "{generated}");
    let before = app.cloud.ledger();

    let revision = add(&app, &run, &found["proposal"]["revision"]).await.expect(200);
    assert_eq!(revision["message"], "Imported 2 objects (run 1 on dev)");
    let main = file(&app, &deployment, "main.tf").await;
    let subnet = format!(
        "\nresource \"demo_subnet\" \"front\" {{\n  cidr       = \"10.0.1.0/24\"\n  network_id = \"{}\"\n  zone       = \"a\"\n}}\n",
        live.network
    );
    assert!(main.ends_with(&subnet), "{main}");
    let imports = file(&app, &deployment, "imports.tf").await;
    assert_eq!(
        imports,
        format!(
            "import {{\n  to = demo_network.main\n  id = \"{}\"\n}}\n\nimport {{\n  to = demo_subnet.front\n  id = \"{}\"\n}}\n",
            live.network, live.subnet
        )
    );
    assert_eq!(add(&app, &run, &revision["number"]).await.status, 409, "it was added already");
    assert_eq!(view(&app, &run).await["decision"], "added");

    // The plan that follows imports and changes nothing, and so does its apply.
    let plan = app.start_run(&deployment, "apply").await;
    app.reaches(&plan, "planned").await;
    let seen = app.user.get(&format!("/runs/{plan}/plan")).await.expect(200);
    assert_eq!(
        (&seen["imports"], &seen["counts"]),
        (&json!(2), &json!({"adds": 0, "changes": 0, "destroys": 0}))
    );
    app.confirm(&plan).await;
    app.reaches(&plan, "applied").await;
    assert_eq!(app.cloud.ledger(), before, "nothing was made or changed");

    app.reaches(&second, "planned_and_finished").await;
    assert_eq!(outcomes(&view(&app, &second).await), [("demo_network.mine", "generated")]);
    app.is_clean().await;
}

async fn what_is_not_found_does_not_lose_the_rest(database: Database) {
    let app = RunApp::start(database).await;
    let live = Live::make(&app).await;
    let deployment = app.deployment("").await;
    app.user
        .put(
            &format!("/deployments/{deployment}/values/env/DEMO_TOKEN"),
            &json!({"value": "10.0.1.0/24", "sensitive": true}),
        )
        .await
        .expect(200);
    let hostile = "\"}\nresource \"demo_network\" \"evil\" {}\n${file(\"/etc/passwd\")} %{ if true }\\";
    let body = json!({"imports": [
        import("demo_database.db", &live.database),
        import("demo_network.main", &live.network),
        import("demo_subnet.front", &live.subnet),
        import("demo_subnet.none", "sub-00000000"),
        import("demo_network.hostile", hostile),
    ]});
    let run = start(&app, &deployment, &body).await;
    let ended = app.reaches(&run, "errored").await;
    assert!(
        ended["reason"].as_str().unwrap().contains("terraform plan failed: Cannot import demo_"),
        "{ended}"
    );
    let found = view(&app, &run).await;
    assert_eq!(
        outcomes(&found),
        [
            ("demo_database.db", "generated"),
            ("demo_network.main", "generated"),
            ("demo_subnet.front", "generated"),
            ("demo_subnet.none", "failed"),
            ("demo_network.hostile", "failed"),
        ]
    );
    assert!(found["objects"][3]["error"].as_str().unwrap().contains("There is no sub-00000000"), "{found}");
    assert!(found["errors"].as_array().unwrap().len() >= 2, "{found}");
    let text = found.to_string();
    assert!(!text.contains("vermilion-77") && !text.contains("10.0.1.0/24"), "secrets are masked: {text}");
    let notes: Vec<&str> = found["notes"].as_array().unwrap().iter().map(|n| n.as_str().unwrap()).collect();
    assert!(notes.iter().any(|note| note.contains("demo_database.db.admin_password")), "{notes:?}");
    assert!(notes.iter().any(|note| note.contains("***")), "{notes:?}");

    // Somebody takes a name and imports one of them meanwhile.
    let deployed = app.user.get(&format!("/deployments/{deployment}")).await.expect(200);
    let taken = format!(
        "resource \"demo_network\" \"main\" {{\n  name = \"x\"\n  cidr = \"10.9.0.0/16\"\n}}\nimport {{\n  to = demo_subnet.own\n  id = \"{}\"\n}}\n\
         resource \"demo_subnet\" \"own\" {{\n  network_id = \"x\"\n  cidr = \"10.0.1.0/24\"\n}}\n",
        live.subnet
    );
    app.save(deployed["blueprint_id"].as_str().unwrap(), &taken).await;
    assert_eq!(
        add(&app, &run, &found["proposal"]["revision"]).await.status,
        409,
        "the revision is not the latest"
    );
    let found = view(&app, &run).await;
    assert_eq!(found["proposal"]["objects"], 2, "{found}");
    add(&app, &run, &found["proposal"]["revision"]).await.expect(200);
    let imports = file(&app, &deployment, "imports.tf").await;
    assert!(imports.contains("demo_network.main_2") && imports.contains("demo_database.db"), "{imports}");
    assert!(
        !imports.contains("none") && !imports.contains("front") && !imports.contains("evil"),
        "{imports}"
    );
    let main = file(&app, &deployment, "main.tf").await;
    assert!(
        main.contains("\"demo_network\" \"main_2\"") && main.contains("admin_password = null # sensitive"),
        "{main}"
    );
}

async fn what_is_asked_is_checked_before_anything_starts(database: Database) {
    let app = RunApp::without_worker(database, |_| {}).await;
    let deployment = app.deployment(CONFIGURED).await;
    let path = format!("/deployments/{deployment}/imports");
    let main = "demo_network.main";
    for (body, pointer) in [
        (json!({}), "/imports"),
        (json!({"imports": [import(main, "")]}), "/imports/0/id"),
        (json!({"imports": [import(main, "a\u{0}")]}), "/imports/0/id"),
        (json!({"imports": [import(main, "a"), import(main, "b")]}), "/imports/1/to"),
        (json!({"imports": [import("demo_network.a", "a"), import("demo_network.b", "a")]}), "/imports/1/id"),
        (json!({"imports": [import("demo_network.a\n}\nlocals {", "a")]}), "/imports/0/to"),
        (json!({"imports": [import("demo_network.a[\"${x}\"]", "a")]}), "/imports/0/to"),
        (json!({"imports": [import("data.demo_network.a", "a")]}), "/imports/0/to"),
        (
            json!({"imports": [{"to": "demo_network.a", "id": "a", "provider": "demo.none"}]}),
            "/imports/0/provider",
        ),
        (json!({"code": "import {\n  to = demo_network.a\n  id = var.x\n}\n"}), "/code"),
        (json!({"code": "locals {\n  a = 1\n}\n"}), "/code"),
        (json!({"code": "import {"}), "/code"),
        (json!({"imports": vec![import(main, "a"); 201]}), "/imports"),
    ] {
        let refused = app.user.post(&path, &body).await.expect(422);
        assert_eq!(refused["errors"][0]["pointer"], pointer, "{body}: {refused}");
    }
    let generic =
        app.user.post(&format!("/deployments/{deployment}/runs"), &json!({"operation": "import"})).await;
    assert_eq!(generic.expect(422)["errors"][0]["pointer"], "/operation");

    let stranger = app.test.user("eve").await;
    let body = json!({"imports": [import(main, "net-1")]});
    assert_eq!(stranger.post(&path, &body).await.status, 404);
    let keyed = |body: Value| {
        let request = app.user.request(Method::POST, &path).header("idempotency-key", "one").json(&body);
        async { Answer::read(request.send().await.expect("the server answers")).await }
    };
    let run = keyed(body.clone()).await.expect(201)["id"].as_str().unwrap().to_owned();
    assert_eq!(keyed(body).await.expect(201)["id"], run.as_str());
    assert_eq!(keyed(json!({"imports": [import(main, "net-2")]})).await.status, 409);
    for path in [format!("/runs/{run}/import"), format!("/runs/{run}")] {
        assert_eq!(stranger.get(&path).await.status, 404);
    }
    assert_eq!(outcomes(&view(&app, &run).await), [(main, "pending")]);
    assert_eq!(add(&app, &run, &json!(2)).await.status, 409);
    let plan = app.start_run(&deployment, "plan").await;
    assert_eq!(app.user.get(&format!("/runs/{plan}/import")).await.status, 404);
    // It holds nobody up.
    let apply = app.start_run(&deployment, "apply").await;
    assert_eq!(app.user.get(&format!("/runs/{apply}")).await.expect(200)["status"], "queued");
}

async fn an_import_is_canceled_and_discarded(database: Database) {
    let app = RunApp::without_worker(database, |config| config.run_slots = 2).await;
    let deployment = app.deployment(CONFIGURED).await;
    let body = json!({"imports": [import("demo_network.main", "net-00000000")]});
    let waiting = start(&app, &deployment, &body).await;
    app.user.post(&format!("/runs/{waiting}/cancel"), &json!({})).await.expect(200);
    let canceled = view(&app, &waiting).await;
    assert_eq!(
        (outcomes(&canceled), &canceled["proposal"]),
        (vec![("demo_network.main", "failed")], &Value::Null)
    );

    app.work();
    let run = start(&app, &deployment, &body).await;
    app.reaches(&run, "errored").await;
    let found = view(&app, &run).await;
    assert_eq!((&found["proposal"], &found["generated"]), (&Value::Null, &Value::Null));
    assert_eq!(add(&app, &run, &json!(2)).await.status, 409, "there is nothing to add");
    let discarded = app.user.post(&format!("/runs/{run}/import/discard"), &json!({})).await.expect(200);
    assert_eq!(discarded["decision"], "discarded");
    assert_eq!(app.user.post(&format!("/runs/{run}/import/discard"), &json!({})).await.status, 409);

    // One that works is stopped like any plan, unless it is over before.
    let run = start(&app, &deployment, &body).await;
    app.logs(&run, "init").await;
    app.user.post(&format!("/runs/{run}/cancel"), &json!({})).await;
    let ended = app.ends(&run).await;
    assert!(["canceled", "errored"].contains(&ended["status"].as_str().unwrap()), "{ended}");
    assert_eq!(view(&app, &run).await["proposal"], Value::Null);
    app.is_clean().await;
}
