//! What an editor asks over REST, on a text that is not saved.

use cloudoven_tests::{Database, TestApp, User, catalog, on_both_databases};
use serde_json::{Value, json};

on_both_databases!(
    completes_unsaved_text,
    points_and_goes,
    completes_fields_of_forms,
    refuses_what_is_no_place,
    hides_what_others_have
);

const SAVED: &str = "resource \"acme_network\" \"main\" {\n  name = \"n\"\n}\n";

const MODULE: &str = "output \"gate\" {\n  value = 1\n}\n";

struct Editor<'a> {
    user: &'a User,
    path: String,
}

impl<'a> Editor<'a> {
    async fn new(server: &TestApp, user: &'a User) -> Editor<'a> {
        catalog::import_acme(&server.app).await;
        let (project, ..) = user.project().await;
        let path = format!("/projects/{project}/blueprints");
        let body = json!({"name": "edited", "files": {"main.tf": "", "network.tf": SAVED, "modules/net/main.tf": MODULE}});
        let made = user.post(&path, &body).await.expect(201);
        Editor { user, path: format!("/blueprints/{}/assist", made["id"].as_str().unwrap()) }
    }

    /// Asks about `main.tf`, the place marked by `|`.
    async fn ask(&self, what: &str, marked: &str) -> Value {
        let before = &marked[..marked.find('|').unwrap()];
        let line = before.matches('\n').count();
        let character = before.rsplit('\n').next().unwrap().encode_utf16().count();
        let body = json!({"file": "main.tf", "text": marked.replacen('|', "", 1),
            "position": {"line": line, "character": character}});
        self.user.post(&format!("{}/{what}", self.path), &body).await.expect(200)
    }

    async fn labels(&self, marked: &str) -> Vec<String> {
        let found = self.ask("completions", marked).await;
        let items = found["items"].as_array().unwrap().iter();
        items.map(|item| item["label"].as_str().unwrap().to_owned()).collect()
    }
}

async fn completes_unsaved_text(database: Database) {
    let server = TestApp::start(database).await;
    let user = server.user("ada").await;
    let editor = Editor::new(&server, &user).await;
    // The type is of the catalog, though nothing in the blueprint's saved text has it.
    assert_eq!(editor.labels("resource \"|\" \"x\" {\n}").await, ["acme_network", "acme_server"]);
    let found = editor.labels("resource \"acme_server\" \"web\" {\n  |\n").await;
    assert_eq!(found[..3], ["name", "network_id", "disk"], "{found:?}");
    let found = editor
        .ask("completions", "# ä\u{1F600}\nresource \"acme_server\" \"web\" {\n  network_id = ma|")
        .await;
    let first = &found["items"][0];
    assert_eq!(first["label"], "acme_network.main.id");
    assert_eq!((&first["kind"], &first["insert"]), (&json!("mined"), &json!("acme_network.main.id")));
    let range = json!({"start": {"line": 2, "character": 15}, "end": {"line": 2, "character": 17}});
    assert_eq!(first["range"], range);
    assert_eq!(
        editor.labels("resource \"acme_server\" \"web\" {\n  size = \"|\"\n}").await,
        ["small", "large"]
    );
    assert!(editor.labels("# resource |").await.is_empty());
    let call = "module \"n\" {\n  source = \"./modules/net\"\n}\n";
    assert_eq!(editor.labels(&format!("{call}locals {{\n  a = module.n.|\n}}")).await, ["gate"]);
    assert_eq!(editor.labels("module \"n\" {\n  source = \"|\"\n}").await, ["./modules/net"]);
}

async fn points_and_goes(database: Database) {
    let server = TestApp::start(database).await;
    let user = server.user("ada").await;
    let editor = Editor::new(&server, &user).await;
    let text = "resource \"acme_server\" \"web\" {\n  si|ze = acme_network.main.name\n  x = [\n";
    let hover = editor.ask("hover", text).await;
    assert!(hover["text"].as_str().unwrap().contains("`small`, `large`"), "{hover}");
    assert!(hover["html"].as_str().unwrap().contains("<code>small</code>"), "{hover}");
    assert_eq!(editor.ask("hover", "\n|\n").await, Value::Null);
    let text = text.replacen('|', "", 1).replacen("main.name", "ma|in.name", 1);
    let found = editor.ask("definition", &text).await;
    assert_eq!(found["file"], "network.tf");
    assert_eq!(found["range"]["start"], json!({"line": 0, "character": 24}), "{found}");
    assert_eq!(found["line"], "resource \"acme_network\" \"main\" {");
    let used = editor.ask("references", "output \"a\" {\n  value = acme_network.ma|in.id\n}\n").await;
    let files: Vec<&Value> = used.as_array().unwrap().iter().map(|l| &l["file"]).collect();
    assert_eq!(files, ["network.tf", "main.tf"]);
    let outline =
        editor.ask("outline", "resource \"acme_server\" \"web\" {\n  disk {\n  }\n  na|\n}\n").await;
    assert_eq!(
        (&outline[0]["name"], &outline[0]["children"][0]["name"]),
        (&json!("acme_server.web"), &json!("disk"))
    );
    // Too much to be read as a whole: what can be said of the text at hand is said.
    let names: String = (0..9_000).map(|i| format!("  a{i} = 1\n")).collect();
    let blocks: String = (0..3).map(|i| format!("resource \"a\" \"b{i}\" {{\n{names}}}\n")).collect();
    let found =
        editor.ask("definition", &format!("{blocks}locals {{\n  z = [for x in [1] : x|]\n}}\n")).await;
    assert_eq!(found["line"], "z = [for x in [1] : x]");
    assert_eq!(editor.ask("signature", "locals {\n  a = 1|\n}").await, Value::Null);
}

async fn completes_fields_of_forms(database: Database) {
    let server = TestApp::start(database).await;
    let user = server.user("ada").await;
    let editor = Editor::new(&server, &user).await;
    let ask = async |element: &str, text: &str| {
        let body = json!({"element": element, "path": "tags[\"x\"]", "text": text,
            "position": {"line": 0, "character": text.len()}});
        user.post(&format!("{}/completions", editor.path), &body).await
    };
    let found = ask("acme_network.main", "path.mo").await.expect(200);
    assert_eq!(found["items"][0]["label"], "module");
    let range = json!({"start": {"line": 0, "character": 5}, "end": {"line": 0, "character": 7}});
    assert_eq!(found["items"][0]["range"], range);
    ask("acme_network.other", "").await.expect(404);
    let body = json!({"element": "acme_network.main", "path": "name", "text": "var.x"});
    for question in ["definition", "references", "outline"] {
        user.post(&format!("{}/{question}", editor.path), &body).await.expect(422);
    }
}

async fn refuses_what_is_no_place(database: Database) {
    let server = TestApp::start(database).await;
    let user = server.user("ada").await;
    let editor = Editor::new(&server, &user).await;
    let path = format!("{}/completions", editor.path);
    for body in [
        json!({"text": ""}),
        json!({"file": "../x.tf", "text": ""}),
        json!({"file": "main.tf", "path": "a", "text": ""}),
        json!({"file": "main.tf", "text": "#".repeat(1024 * 1024 + 1)}),
        json!({"file": "main.tf", "text": "", "position": {"line": -1, "character": 0}}),
    ] {
        let answer = user.post(&path, &body).await;
        assert_eq!(answer.status, 422, "{}", answer.body);
    }
    // A place behind the end is the end.
    let body = json!({"file": "new.tf", "text": "res", "position": {"line": 9, "character": 9}});
    assert_eq!(user.post(&path, &body).await.expect(200)["items"][0]["label"], "resource");
}

async fn hides_what_others_have(database: Database) {
    let server = TestApp::start(database).await;
    let (user, other) = (server.user("ada").await, server.user("eve").await);
    let editor = Editor::new(&server, &user).await;
    let body = json!({"file": "main.tf", "text": ""});
    for what in ["completions", "hover", "definition", "references", "outline", "signature"] {
        other.post(&format!("{}/{what}", editor.path), &body).await.expect(404);
    }
}
