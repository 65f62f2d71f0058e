//! The language server as an editor meets it: the real command, its protocol over standard input and output.

use std::{
    io::{BufReader, Write as _},
    path::PathBuf,
    process::{Child, ChildStdin},
    sync::mpsc::{Receiver, channel},
    time::Duration,
};

use cloudoven::blueprint::assist::Position;
use cloudoven_tests::{Database, Process, TestApp, block_on, catalog};
use lsp_server::{Message, Notification, Request};
use serde_json::{Value, json};
use tempfile::TempDir;

/// Longer than any answer takes, even where a machine has much else to do.
const PATIENCE: Duration = Duration::from_secs(60);

struct Editor {
    child: Child,
    stdin: ChildStdin,
    messages: Receiver<Message>,
    folder: TempDir,
    asked: i32,
    _server: TestApp,
}

impl Editor {
    /// An editor on a folder with these files, none of them open.
    fn new(files: &[(&str, &str)]) -> Editor {
        let server = block_on_value(async {
            let server = TestApp::start(Database::Sqlite).await;
            catalog::import_acme(&server.app).await;
            server
        });
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        let (mut child, stdin, stdout) = Process::piped("lsp", &server.app.config);
        let (sender, messages) = channel();
        std::thread::spawn(move || {
            let mut reader = BufReader::new(stdout);
            while let Ok(Some(message)) = Message::read(&mut reader) {
                if sender.send(message).is_err() {
                    return;
                }
            }
        });
        assert!(child.try_wait().unwrap().is_none());
        let mut editor = Editor { child, stdin, messages, folder, asked: 0, _server: server };
        let snippets = json!({"textDocument": {"completion": {"completionItem": {"snippetSupport": true}}}});
        let offered = editor.ask("initialize", json!({"capabilities": snippets})).unwrap();
        assert_eq!(offered["capabilities"]["hoverProvider"], true);
        editor.tell("initialized", json!({}));
        editor
    }

    fn uri(&self, file: &str) -> String {
        url(self.folder.path().join(file))
    }

    fn send(&mut self, message: &Message) {
        message.write(&mut self.stdin).unwrap();
        self.stdin.flush().unwrap();
    }

    fn tell(&mut self, method: &str, params: Value) {
        self.send(&Notification::new(method.to_owned(), params).into());
    }

    fn ask(&mut self, method: &str, params: Value) -> Result<Value, String> {
        self.asked += 1;
        let id = self.asked.into();
        self.send(&Request::new(id, method.to_owned(), params).into());
        loop {
            let Message::Response(response) = self.messages.recv_timeout(PATIENCE).unwrap() else { continue };
            assert_eq!(response.id, self.asked.into());
            return response.response_result.map_err(|error| error.message);
        }
    }

    fn open(&mut self, file: &str, text: &str) {
        let document = json!({"uri": self.uri(file), "languageId": "terraform", "version": 1, "text": text});
        self.tell("textDocument/didOpen", json!({"textDocument": document}));
    }

    fn change(&mut self, file: &str, text: &str) {
        let document = json!({"uri": self.uri(file), "version": 2});
        self.tell(
            "textDocument/didChange",
            json!({"textDocument": document, "contentChanges": [{"text": text}]}),
        );
    }

    /// Puts a text into `main.tf` and asks about the place marked by `|` in it.
    fn at(&mut self, what: &str, marked: &str, more: Value) -> Result<Value, String> {
        self.change("main.tf", &marked.replacen('|', "", 1));
        let mut params = json!({"textDocument": {"uri": self.uri("main.tf")}, "position": place(marked)});
        params.as_object_mut().unwrap().extend(more.as_object().cloned().unwrap_or_default());
        self.ask(&format!("textDocument/{what}"), params)
    }

    /// What is found next in a file: its messages, with the code that each marks.
    fn findings(&mut self, file: &str) -> Vec<Value> {
        loop {
            let Message::Notification(told) = self.messages.recv_timeout(PATIENCE).unwrap() else { continue };
            if told.method == "textDocument/publishDiagnostics" && told.params["uri"] == *self.uri(file) {
                return told.params["diagnostics"].as_array().unwrap().clone();
            }
        }
    }

    /// The texts after the edits of an answer, of files that have these texts now.
    fn edited(&self, edit: &Value, texts: &[(&str, &str)]) -> Vec<String> {
        let operations = edit["documentChanges"].as_array().unwrap();
        let of = |file: &str| {
            let uri = self.uri(file);
            operations.iter().find(|operation| operation["textDocument"]["uri"] == *uri)
        };
        texts
            .iter()
            .map(|(file, text)| of(file).map_or((*text).to_owned(), |found| applied(text, &found["edits"])))
            .collect()
    }
}

impl Drop for Editor {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn block_on_value<T: Send + 'static>(work: impl Future<Output = T> + Send + 'static) -> T {
    let (sender, receiver) = channel();
    block_on(async move { sender.send(work.await).unwrap() });
    receiver.recv().unwrap()
}

fn url(path: PathBuf) -> String {
    format!("file://{}", path.canonicalize().unwrap_or(path).display())
}

fn place(marked: &str) -> Value {
    let before = &marked[..marked.find('|').unwrap()];
    let character = before.rsplit('\n').next().unwrap().encode_utf16().count();
    json!({"line": before.matches('\n').count(), "character": character})
}

fn applied(text: &str, edits: &Value) -> String {
    let offset = |at: &Value| {
        let number = |name: &str| u32::try_from(at[name].as_u64().unwrap()).unwrap();
        Position { line: number("line"), character: number("character") }.offset(text)
    };
    let edits = edits.as_array().unwrap().iter();
    let mut edits: Vec<_> = edits
        .map(|e| (offset(&e["range"]["start"]), offset(&e["range"]["end"]), e["newText"].as_str().unwrap()))
        .collect();
    edits.sort();
    edits.into_iter().rev().fold(text.to_owned(), |mut text, (start, end, new)| {
        text.replace_range(start..end, new);
        text
    })
}

const NETWORK: &str = "resource \"acme_network\" \"main\" {\n  name = \"n\"\n}\n";

#[test]
fn answers_about_unsaved_text() {
    let module = "variable \"width\" {\n  type = number\n}\n";
    let mut editor = Editor::new(&[("network.tf", NETWORK), ("gate/main.tf", module), ("notes.txt", "{")]);
    editor.open("main.tf", "module \"gate\" {\n  source = \"./gate\"\n}\n");
    let labels = |found: &Value| -> Vec<String> {
        let items = found["items"].as_array().unwrap().iter();
        items.map(|item| item["label"].as_str().unwrap().to_owned()).collect()
    };
    let found = editor.at("completion", "resource \"acme_server\" \"web\" {\n  |\n", json!({})).unwrap();
    assert_eq!(labels(&found)[..3], ["name", "network_id", "disk"]);
    assert!(found["items"][2]["textEdit"]["newText"].as_str().unwrap().contains("$0"), "{found}");
    let marked = "# ä\u{1F600}\nresource \"acme_server\" \"web\" {\n  network_id = ma|";
    let found = editor.at("completion", marked, json!({})).unwrap();
    assert_eq!(labels(&found)[0], "acme_network.main.id");
    let range = &found["items"][0]["textEdit"]["range"];
    assert_eq!(
        (range["start"]["character"].clone(), range["end"]["character"].clone()),
        (json!(15), json!(17))
    );
    // A module in another folder, which nothing was opened of.
    let found =
        editor.at("completion", "module \"gate\" {\n  source = \"./gate\"\n  w|\n}\n", json!({})).unwrap();
    assert_eq!(labels(&found), ["width"]);

    let server = "resource \"acme_server\" \"web\" {\n  network_id = acme_net|work.main.id\n}\n";
    let found = editor.at("definition", server, json!({})).unwrap();
    assert_eq!(found["uri"], *editor.uri("network.tf"));
    assert_eq!(found["range"]["start"], json!({"line": 0, "character": 24}));
    let found = editor.at("references", server, json!({"context": {"includeDeclaration": true}})).unwrap();
    assert_eq!(found.as_array().unwrap().len(), 2);
    let found = editor.at("references", server, json!({"context": {"includeDeclaration": false}})).unwrap();
    assert_eq!(found.as_array().unwrap().len(), 1);
    let found = editor
        .at(
            "hover",
            &server.replace("acme_net|work", "acme_network").replace("network_id", "netw|ork_id"),
            json!({}),
        )
        .unwrap();
    assert!(
        found["contents"]["value"].as_str().unwrap().contains("**network_id** `string`, required"),
        "{found}"
    );
    let found = editor.at("documentSymbol", server, json!({})).unwrap();
    assert_eq!(found[0]["name"], "acme_server.web");
    let found = editor.at("documentSymbol", &server.replace("}\n", "  x\n}\n"), json!({})).unwrap();
    assert_eq!(found[0]["name"], "acme_server.web");
}

#[test]
fn shows_and_mends_what_is_wrong() {
    let mut editor = Editor::new(&[("network.tf", NETWORK)]);
    let text = "resource \"acme_server\" \"web\" {\n  name = \"ä\u{1F600}\"\n  netwrk_id = acme_network.main.id\n  disk {\n    gigabytes = 1\n  }\n}\n";
    editor.open("main.tf", text);
    let found = editor.findings("main.tf");
    let unknown = found.iter().find(|found| found["code"] == "unknown_argument").unwrap();
    assert_eq!(unknown["severity"], 1);
    assert_eq!(unknown["range"]["start"], json!({"line": 2, "character": 2}));
    let range = unknown["range"].clone();
    let params = json!({"textDocument": {"uri": editor.uri("main.tf")}, "range": range, "context": {"diagnostics": []}});
    let actions = editor.ask("textDocument/codeAction", params).unwrap();
    assert_eq!(actions[0]["title"], "Rename to network_id");
    let mended = editor.edited(&actions[0]["edit"], &[("main.tf", text)]).remove(0);
    assert_eq!(mended, text.replace("netwrk_id", "network_id"));
    editor.change("main.tf", &mended);
    let found = editor.findings("main.tf");
    assert!(found.iter().all(|found| found["code"] != "unknown_argument"), "{found:?}");

    // What is declared elsewhere is known, from disk, until that changes.
    std::fs::write(editor.folder.path().join("network.tf"), "").unwrap();
    let changed = json!({"changes": [{"uri": editor.uri("network.tf"), "type": 2}]});
    editor.tell("workspace/didChangeWatchedFiles", changed);
    let found = editor.findings("main.tf");
    assert!(found.iter().any(|found| found["code"] == "unknown_reference"), "{found:?}");

    editor.change("main.tf", "locals {\n  a = [1, 2\n}\n");
    let found = editor.findings("main.tf");
    assert_eq!((found.len(), found[0]["code"].clone()), (1, json!("syntax")), "{found:?}");
    editor.tell("textDocument/didClose", json!({"textDocument": {"uri": editor.uri("main.tf")}}));
    assert!(editor.findings("main.tf").is_empty());
    // Closed and opened again before anything was told of it.
    editor.open("main.tf", text);
    for _ in 0..20 {
        let close = json!({"textDocument": {"uri": editor.uri("main.tf")}});
        editor.tell("textDocument/didClose", close);
        editor.open("main.tf", text);
    }
    // All of it in one go: an editor that goes on typing is told nothing.
    assert!(!editor.findings("main.tf").is_empty());
    let told = std::iter::from_fn(|| editor.messages.recv_timeout(Duration::from_millis(500)).ok());
    assert!(told.count() < 10);
    let file = json!({"textDocument": {"uri": editor.uri("main.tf")}});
    let symbols = editor.ask("textDocument/documentSymbol", file).unwrap();
    assert_eq!(symbols[0]["name"], "acme_server.web", "{symbols}");
}

#[test]
fn renames_and_formats() {
    let outputs = "output \"id\" {\n  value = \"${acme_network.main.id}-\u{1F600}\"\n}\n";
    let mut editor = Editor::new(&[("network.tf", NETWORK), ("outputs.tf", outputs)]);
    editor.open("main.tf", "");
    let marked = "resource \"acme_server\" \"web\" {\n  network_id = acme_network.ma|in.id\n}\n";
    let text = marked.replace('|', "");
    let found = editor.at("prepareRename", marked, json!({})).unwrap();
    assert_eq!(found["placeholder"], "main");
    let found = editor.at("rename", marked, json!({"newName": "core"})).unwrap();
    let files = [("main.tf", text.as_str()), ("network.tf", NETWORK), ("outputs.tf", outputs)];
    let expected =
        files.map(|(_, text)| text.replace("network.main", "network.core").replace("\"main\"", "\"core\""));
    assert_eq!(editor.edited(&found, &files), expected);
    let refused = editor.at("rename", marked, json!({"newName": "not a name"})).unwrap_err();
    assert!(refused.contains("not a name"), "{refused}");
    assert_eq!(editor.at("prepareRename", "locals {\n  |\n}\n", json!({})), Ok(Value::Null));
    // A name would be left behind in what cannot be read.
    std::fs::write(editor.folder.path().join("broken.tf"), "a = [").unwrap();
    editor.tell("textDocument/didSave", json!({"textDocument": {"uri": editor.uri("main.tf")}}));
    let refused = editor.at("rename", marked, json!({"newName": "core"})).unwrap_err();
    assert!(refused.starts_with("broken.tf can't be read, line 1"), "{refused}");

    let (ugly, neat) = ("a {\n b=1\n   cc =2\n}\n", "a {\n  b  = 1\n  cc = 2\n}\n");
    editor.change("main.tf", ugly);
    let options = json!({"tabSize": 2, "insertSpaces": true});
    let params = json!({"textDocument": {"uri": editor.uri("main.tf")}, "options": options});
    let found = editor.ask("textDocument/formatting", params.clone()).unwrap();
    assert_eq!(applied(ugly, &found), neat);
    editor.change("main.tf", "a = [");
    let refused = editor.ask("textDocument/formatting", params).unwrap_err();
    assert!(refused.starts_with("main.tf can't be read, line 1"), "{refused}");
}

#[test]
fn survives_what_is_not_the_protocol() {
    let mut editor = Editor::new(&[]);
    assert!(editor.ask("textDocument/moniker", json!({})).unwrap_err().contains("not known"));
    assert!(editor.ask("textDocument/hover", json!({"textDocument": 1})).is_err());
    editor.tell("textDocument/didChange", json!([1]));
    for uri in ["untitled:1", "file:///", "file:///nowhere/x.tf", "https://example.com/main.tf", "%"] {
        let place = json!({"textDocument": {"uri": uri}, "position": {"line": 0, "character": 0}});
        let _ = editor.ask("textDocument/hover", place);
        let opened = json!({"uri": uri, "languageId": "terraform", "version": 1, "text": "a"});
        editor.tell("textDocument/didOpen", json!({"textDocument": opened}));
    }
    editor.open("main.tf", "locals {\n");
    let far = json!({"line": u32::MAX, "character": u32::MAX});
    let place = json!({"textDocument": {"uri": editor.uri("main.tf")}, "position": far});
    assert!(editor.ask("textDocument/completion", place).is_ok());
    editor.open("main.tf", &"[".repeat(2 << 20));
    editor.open("main.tf", "");
    assert_eq!(editor.ask("shutdown", Value::Null), Ok(Value::Null));
    editor.tell("exit", Value::Null);
    assert!(editor.child.wait().unwrap().success());
}
