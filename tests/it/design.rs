//! Designing a blueprint over REST, and what Terraform says of the result.

use std::{path::Path, process::Command};

use cloudoven_tests::{Answer, Database, TestApp, User, catalog, on_both_databases};
use reqwest::Method;
use serde_json::{Value, json};

on_both_databases!(
    from_nothing_to_terraform,
    names_cannot_inject,
    the_later_editor_loses_nothing,
    bad_input_stores_nothing,
    history_goes_both_ways,
    downloads_are_deterministic,
    the_graph_is_drawn_and_exported,
    fixes_are_edits,
    called_modules_are_judged_too,
    modules_share_the_providers_of_the_blueprint
);

/// A blueprint under edit: remembers the revision.
pub(super) struct Design<'a> {
    pub user: &'a User,
    pub path: String,
    pub revision: i64,
}

impl<'a> Design<'a> {
    pub async fn new(server: &TestApp, user: &'a User) -> Design<'a> {
        catalog::import_acme(&server.app).await;
        let (_, blueprint, _) = user.project().await;
        Design { user, path: format!("/blueprints/{blueprint}"), revision: 1 }
    }

    pub async fn send(&self, method: Method, path: &str, body: &Value) -> Answer {
        let request = self.user.request(method, &format!("{}{path}", self.path));
        let response =
            request.header("if-match", format!("\"{}\"", self.revision)).json(body).send().await.unwrap();
        Answer::read(response).await
    }

    pub async fn edit(&mut self, edit: Value) -> Value {
        let answer = self.send(Method::POST, "/edits", &edit).await;
        assert_eq!(answer.status, 200, "{edit}: {}", answer.body);
        self.revision = answer.body["revision"].as_i64().unwrap();
        answer.body
    }

    pub async fn refused(&self, edit: Value) -> Value {
        let answer = self.send(Method::POST, "/edits", &edit).await;
        assert_eq!(answer.status, 422, "{edit}: {}", answer.body);
        answer.body
    }

    async fn set(&mut self, element: &str, path: &str, value: Value) {
        self.edit(json!({"op": "set", "element": element, "path": path, "value": value})).await;
    }

    async fn add(&mut self, kind: &str, ty: &str, name: &str) {
        self.edit(json!({"op": "add_element", "kind": kind, "type": ty, "name": name})).await;
    }

    pub async fn file(&self, name: &str) -> String {
        let files = self.user.get(&format!("{}/files", self.path)).await.expect(200);
        files["files"][name].as_str().unwrap_or_default().to_owned()
    }

    pub async fn zip(&self) -> Vec<u8> {
        let request = self.user.request(Method::GET, &format!("{}/archive.zip", self.path));
        request.send().await.unwrap().bytes().await.unwrap().to_vec()
    }

    pub async fn unzip(&self, to: &Path) {
        let bytes = std::io::Cursor::new(self.zip().await);
        zip::ZipArchive::new(bytes).unwrap().extract(to).unwrap();
    }
}

fn literal(value: Value) -> Value {
    json!({"literal": value})
}

fn terraform(directory: &Path, arguments: &[&str]) -> (bool, String) {
    let mut command = Command::new("terraform");
    command
        .current_dir(directory)
        .args(arguments)
        .env_remove("TF_CLI_CONFIG_FILE")
        .env("CHECKPOINT_DISABLE", "1");
    let output = command.output().expect("terraform is on the PATH");
    let text = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8_lossy(&text).into_owned())
}

async fn from_nothing_to_terraform(database: Database) {
    let server = TestApp::start(database).await;
    let ann = server.user("ann").await;
    let mut design = Design::new(&server, &ann).await;
    design.add("resource", "acme_network", "main").await;
    design.set("acme_network.main", "name", literal(json!("orders"))).await;
    design.add("resource", "acme_server", "web").await;
    assert!(
        design.file("main.tf").await.contains("network_id = acme_network.main.id"),
        "a new element refers to what examples refer to:\n{}",
        design.file("main.tf").await
    );
    design.set("acme_server.web", "name", literal(json!("web"))).await;
    design.set("acme_server.web", "disk[0].gigabytes", literal(json!(20))).await;
    design.set("acme_server.web", "size", literal(json!("large"))).await;
    design.edit(json!({"op": "make_variable", "element": "acme_server.web", "path": "size"})).await;
    design.edit(json!({"op": "rename_element", "element": "acme_network.main", "name": "backbone"})).await;
    let main = design.file("main.tf").await;
    assert!(main.contains("network_id = acme_network.backbone.id"), "{main}");
    assert!(main.contains("var.size"), "{main}");
    let providers = design.file("providers.tf").await;
    assert!(providers.contains("\"hashicorp/acme\"") && providers.contains("~> 1.2"), "{providers}");
    let form = ann.get(&format!("{}/form?element=acme_server.web", design.path)).await.expect(200);
    let field = form["fields"].as_array().unwrap().iter().find(|f| f["name"] == "network_id").unwrap();
    assert_eq!(field["docs"], "The network that the server is in.");
    assert_eq!(field["value"], json!({"expression": "acme_network.backbone.id"}));
    let findings = ann.get(&format!("{}/diagnostics", design.path)).await.expect(200);
    assert_eq!(findings, json!([]));
    let directory = tempfile::tempdir().unwrap();
    design.unzip(directory.path()).await;
    let (clean, text) = terraform(directory.path(), &["fmt", "-check", "-diff"]);
    assert!(clean, "{text}");
}

async fn names_cannot_inject(database: Database) {
    let server = TestApp::start(database).await;
    let ann = server.user("ann").await;
    let mut design = Design::new(&server, &ann).await;
    let hostile = [
        r#"${file("/etc/passwd")}"#,
        r#"" } resource "x" "y" { a = ""#,
        "line\nbreak\r\n\ttab",
        r"back\slash $${ %%{ %{ if true }x%{ endif }",
        "nul-free \u{1} \u{7f} ü 🍞 \u{2028}",
        "$",
        "${",
        "%{",
        "\\",
    ];
    for (i, text) in hostile.iter().enumerate() {
        let output = format!("o{i}");
        design.edit(json!({"op": "add_element", "kind": "output", "name": output})).await;
        design.set(&format!("output.{output}"), "value", literal(json!(text))).await;
        for (kind, ty) in [("resource", "acme_network"), ("variable", "")] {
            let ty = if ty.is_empty() { Value::Null } else { json!(ty) };
            design.refused(json!({"op": "add_element", "kind": kind, "type": ty, "name": text})).await;
        }
    }
    let directory = tempfile::tempdir().unwrap();
    design.unzip(directory.path()).await;
    let (done, text) = terraform(directory.path(), &["apply", "-auto-approve", "-no-color"]);
    assert!(done, "{text}");
    let (_, outputs) = terraform(directory.path(), &["output", "-json", "-no-color"]);
    let outputs: Value = serde_json::from_str(outputs.trim()).unwrap_or_else(|e| panic!("{e}: {outputs}"));
    for (i, text) in hostile.iter().enumerate() {
        assert_eq!(outputs[format!("o{i}")]["value"], json!(text));
    }
}

async fn the_later_editor_loses_nothing(database: Database) {
    let server = TestApp::start(database).await;
    let ann = server.user("ann").await;
    let mut design = Design::new(&server, &ann).await;
    let other = Design { user: &ann, path: design.path.clone(), revision: 1 };
    design.add("resource", "acme_network", "first").await;
    let mine = json!({"files": {"main.tf": "# mine\n"}});
    let conflict = other.send(Method::PUT, "/files", &mine).await.expect(409);
    assert_eq!((&conflict["stale"]["base"], &conflict["stale"]["head"]), (&json!(1), &json!(2)));
    assert_eq!(conflict["stale"]["yours"]["main.tf"], "# mine\n");
    assert!(conflict["stale"]["theirs"]["main.tf"].as_str().unwrap().contains("acme_network"));
    let edit = json!({"op": "add_element", "kind": "resource", "type": "acme_network", "name": "second"});
    let conflict = other.send(Method::POST, "/edits", &edit).await.expect(409);
    assert!(conflict["stale"]["yours"]["main.tf"].as_str().unwrap().contains("second"));
    // At the same moment: one wins, the others are told.
    let attempts = (0..8).map(|i| {
        let edit = json!({"op": "add_element", "kind": "variable", "name": format!("v{i}")});
        let design = &design;
        async move { design.send(Method::POST, "/edits", &edit).await.status.as_u16() }
    });
    let mut statuses = futures::future::join_all(attempts).await;
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409, 409, 409, 409, 409, 409, 409]);
}

async fn bad_input_stores_nothing(database: Database) {
    let server = TestApp::start(database).await;
    let ann = server.user("ann").await;
    let design = Design::new(&server, &ann).await;
    let put = async |files: Value| design.send(Method::PUT, "/files", &json!({"files": files})).await;
    let bad = put(json!({"main.tf": "resource \"a\" \"b\" {\n  x = \n}\n"})).await.expect(422);
    let message = bad["errors"][0]["message"].as_str().unwrap();
    assert!(message.starts_with("main.tf:2:"), "{message}");
    let deep = format!("x = {}1{}", "[".repeat(3000), "]".repeat(3000));
    put(json!({"main.tf": deep})).await.expect(422);
    let large = "#".repeat(2 * 1024 * 1024);
    put(json!({"main.tf": large})).await.expect(422);
    for name in
        ["../x.tf", "x", "a/../b.tf", "/a.tf", "a.tf/b.tf", "terraform.tfstate/a.tf", ".tf", "x.tf\u{0}"]
    {
        put(json!({name: ""})).await.expect(422);
    }
    let keys: String = (0..200_000).map(|i| format!("k{i}=1\n")).collect();
    put(json!({"main.tf": format!("locals {{\nx = {{\n{keys}}}\n}}\n")})).await.expect(422);
    design.refused(json!({"op": "add_element", "kind": "variable", "name": "a b"})).await;
    design.refused(json!({"op": "set", "element": "var.none", "path": "x", "value": {"literal": 1}})).await;
    design.refused(json!({"op": "no_such_operation"})).await;
    design.refused(json!({"op": "set_file", "file": "main.tf", "text": "}"})).await;
    let invalid = ann.request(Method::POST, &format!("{}/edits", design.path)).body(vec![0xff, 0xfe, b'{']);
    let invalid =
        invalid.header("content-type", "application/json").header("if-match", "\"1\"").send().await.unwrap();
    assert_eq!(invalid.status(), 422);
    let blueprint = ann.get(&design.path).await.expect(200);
    assert_eq!(blueprint["head"], 1, "nothing of it was stored");
}

async fn history_goes_both_ways(database: Database) {
    let server = TestApp::start(database).await;
    let ann = server.user("ann").await;
    let mut design = Design::new(&server, &ann).await;
    for name in ["a", "b", "c"] {
        design.edit(json!({"op": "add_element", "kind": "variable", "name": name})).await;
    }
    let names = async |design: &Design<'_>| {
        let text = design.file("variables.tf").await;
        ["a", "b", "c"]
            .into_iter()
            .filter(|n| text.contains(&format!("variable \"{n}\"")))
            .collect::<String>()
    };
    let mut expected = vec![("undo", "ab"), ("undo", "a"), ("redo", "ab"), ("redo", "abc"), ("undo", "ab")];
    for (step, left) in expected.drain(..) {
        design.revision =
            design.send(Method::POST, "/steps", &json!({"step": step})).await.expect(200)["number"]
                .as_i64()
                .unwrap();
        assert_eq!(names(&design).await, left, "after {step}");
    }
    // A new edit after an undo leaves nothing to redo.
    design.edit(json!({"op": "add_element", "kind": "variable", "name": "d"})).await;
    design.send(Method::POST, "/steps", &json!({"step": "redo"})).await.expect(409);
    design.revision =
        design.send(Method::POST, "/steps", &json!({"step": "undo"})).await.expect(200)["number"]
            .as_i64()
            .unwrap();
    assert_eq!(names(&design).await, "ab");
    let restored =
        design.send(Method::POST, "/steps", &json!({"step": "restore", "revision": 4})).await.expect(200);
    assert_eq!(restored["origin"], 4);
    assert_eq!(names(&design).await, "abc");
}

async fn downloads_are_deterministic(database: Database) {
    let server = TestApp::start(database).await;
    let ann = server.user("ann").await;
    let mut design = Design::new(&server, &ann).await;
    design.add("resource", "acme_network", "main").await;
    let first = design.zip().await;
    assert_eq!(first, design.zip().await);
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(first)).unwrap();
    let names: Vec<_> =
        (0..archive.len()).map(|i| archive.by_index(i).unwrap().name().unwrap().into_owned()).collect();
    assert_eq!(names, ["main.tf", "outputs.tf", "providers.tf", "variables.tf", "README.md"]);
}

async fn the_graph_is_drawn_and_exported(database: Database) {
    let server = TestApp::start(database).await;
    let user = server.user("ann").await;
    let mut design = Design::new(&server, &user).await;
    let text = "variable \"v\" {}\nlocals {\n  a = local.b\n  b = local.a\n}\n\
                resource \"terraform_data\" \"x\" {\n  input = var.v\n}\n\
                resource \"terraform_data\" \"y\" {\n  input = terraform_data.x.id\n}\n";
    let answer = design.send(Method::PUT, "/files", &json!({"files": {"main.tf": text}})).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    design.revision += 1;
    let graph = user.get(&format!("{}/graph", design.path)).await.expect(200);
    let addresses: Vec<&str> =
        graph["nodes"].as_array().unwrap().iter().map(|n| n["address"].as_str().unwrap()).collect();
    assert_eq!(addresses, ["var.v", "local.a", "local.b", "terraform_data.x", "terraform_data.y"]);
    assert_eq!(graph["cycles"], json!([[1, 2]]));
    assert_eq!(graph["layout"]["routes"].as_array().unwrap().len(), 4);
    let near = user.get(&format!("{}/graph?element=terraform_data.y&show=resources", design.path)).await;
    assert_eq!(near.expect(200)["arrows"], json!([{"from": 1, "to": 0}]));
    let request = user.request(Method::GET, &format!("{}/graph.dot?show=resources", design.path));
    let dot = request.send().await.unwrap().text().await.unwrap();
    assert!(dot.contains("\"terraform_data.y\" -> \"terraform_data.x\";"), "{dot}");
    let answer = user.get(&format!("{}/graph?show=nothing", design.path)).await;
    assert_eq!(answer.status, 400, "{}", answer.body);
}

async fn fixes_are_edits(database: Database) {
    let server = TestApp::start(database).await;
    let user = server.user("ann").await;
    let mut design = Design::new(&server, &user).await;
    let broken = "resource \"acme_network\" \"main\" {\n  nmae = \"n\"\n}\n";
    design.edit(json!({"op": "set_file", "file": "main.tf", "text": broken})).await;
    let found = user.get(&format!("{}/diagnostics", design.path)).await.expect(200);
    let fix = found.as_array().unwrap().iter().flat_map(|f| f["fixes"].as_array().unwrap());
    let fix = fix.clone().find(|fix| fix["title"] == "Rename to name").unwrap_or_else(|| panic!("{found}"));
    assert_eq!(fix["sure"], true);
    design.edit(fix["edit"].clone()).await;
    assert_eq!(design.file("main.tf").await, broken.replace("nmae", "name"));
    let found = user.get(&format!("{}/diagnostics", design.path)).await.expect(200);
    assert_eq!(found, json!([]));
    // What it replaces is not there any more.
    let again = design.send(Method::POST, "/edits", &fix["edit"]).await.expect(409);
    assert!(again["detail"].as_str().unwrap().contains("main.tf has changed"), "{again}");
    // One step back, and all that is sure in one step forth.
    let step = design.send(Method::POST, "/steps", &json!({"step": "undo"})).await.expect(200);
    design.revision = step["number"].as_i64().unwrap();
    assert_eq!(design.file("main.tf").await, broken);
    design.edit(json!({"op": "fix_all"})).await;
    assert_eq!(design.file("main.tf").await, broken.replace("nmae", "name"));
    design.refused(json!({"op": "fix_all"})).await;
    design.refused(json!({"op": "replace", "changes": []})).await;
    let twice = json!({"file": "main.tf", "at": 0, "old": "resource", "new": "data"});
    design.refused(json!({"op": "replace", "changes": [twice, twice]})).await;
    let outside = json!({"file": "../x.tf", "at": 0, "old": "", "new": ""});
    design.refused(json!({"op": "replace", "changes": [outside]})).await;
}

/// With the provider's schema, as everything else is; a folder that nothing calls is nobody's.
async fn called_modules_are_judged_too(database: Database) {
    let server = TestApp::start(database).await;
    let user = server.user("ann").await;
    let mut design = Design::new(&server, &user).await;
    let network = "resource \"acme_network\" \"main\" {\n  nmae = var.name\n}\nvariable \"name\" {}\n";
    let inner = "module \"other\" {\n  source = \"../b\"\n}\n";
    for (file, text) in [("a/main.tf", inner), ("b/main.tf", network), ("c/main.tf", network)] {
        design.edit(json!({"op": "set_file", "file": file, "text": text})).await;
    }
    let outer = "module \"outer\" {\n  source = \"./a\"\n}\n";
    let shown = async |design: &Design<'_>| {
        let found = user.get(&format!("{}/diagnostics", design.path)).await.expect(200);
        let found = found.as_array().unwrap().iter();
        let one = |d: &Value| format!("{}:{} {}", d["file"].as_str().unwrap(), d["line"], d["code"]);
        found.map(one).collect::<Vec<_>>()
    };
    assert_eq!(shown(&design).await, [""; 0]);
    design.edit(json!({"op": "set_file", "file": "main.tf", "text": outer})).await;
    let expected = [
        "a/main.tf:1 \"missing_argument\"",
        "b/main.tf:1 \"missing_argument\"",
        "b/main.tf:2 \"unknown_argument\"",
    ];
    assert_eq!(shown(&design).await, expected);
    let mended = network.replace("nmae", "name");
    design.edit(json!({"op": "set_file", "file": "b/main.tf", "text": mended})).await;
    assert_eq!(shown(&design).await, expected[..1]);
    design
        .edit(json!({"op": "set_file", "file": "a/main.tf", "text": inner.replace("}", "  name = 1\n}")}))
        .await;
    assert_eq!(shown(&design).await, [""; 0]);
}

/// Terraform takes one version of a provider for all modules.
async fn modules_share_the_providers_of_the_blueprint(database: Database) {
    let server = TestApp::start(database).await;
    let user = server.user("ann").await;
    let mut design = Design::new(&server, &user).await;
    catalog::import_next_acme(&server.app).await;
    // `size` is an argument of 1.2.3 only.
    let inner =
        "resource \"acme_server\" \"s\" {\n  name = \"s\"\n  network_id = \"n\"\n  size = \"small\"\n}\n";
    design.edit(json!({"op": "set_file", "file": "m/main.tf", "text": inner})).await;
    let unknown = async |design: &mut Design<'_>, version: &str, of_module: &str| {
        let required = |version: &str| {
            format!(
                "terraform {{\n  required_providers {{\n    acme = {{\n      source  = \"hashicorp/acme\"\n      version = \"{version}\"\n    }}\n  }}\n}}\n"
            )
        };
        let outer = format!(
            "{}module \"m\" {{\n  source = \"./m\"\n}}\nresource \"acme_network\" \"n\" {{\n  name = \"n\"\n}}\n",
            required(version)
        );
        design.edit(json!({"op": "set_file", "file": "main.tf", "text": outer})).await;
        design.edit(json!({"op": "set_file", "file": "m/more.tf", "text": required(of_module)})).await;
        let found = user.get(&format!("{}/diagnostics", design.path)).await.expect(200);
        let mut found = found.as_array().unwrap().iter();
        found.any(|d| d["file"] == "m/main.tf" && d["code"] == "unknown_argument")
    };
    assert!(!unknown(&mut design, "1.2.3", ">= 1.0").await);
    assert!(unknown(&mut design, "2.0.0", ">= 1.0").await);
    // What it does not allow it does not get.
    assert!(!unknown(&mut design, "2.0.0", "< 2.0.0").await);
}
