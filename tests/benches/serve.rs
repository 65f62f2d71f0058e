//! A server with every bundle's catalog: time to ready, memory, and the designer over HTTP.
//!
//! `make bench`, or after a release build of the server `cargo bench -p cloudoven-tests --bench serve`, with the bundles in
//! `CLOUDOVEN_TEST_BUNDLES` (default `../shared/providers`).

use std::{
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context as _, ensure};
use cloudoven_crawler::{
    catalog::{Catalog, open_store},
    crawl,
    source::{self, Limits, Quiet},
};
use reqwest::{Client, Method, RequestBuilder};
use serde_json::{Value, json};

const ROUNDS: usize = 50;
const ADDRESS: &str = "127.0.0.1:18479";
/// The largest element of each big provider.
const LARGEST: [&str; 4] = [
    "aws_lexv2models_intent",
    "google_data_loss_prevention_deidentify_template",
    "azurerm_kubernetes_cluster",
    "kubernetes_stateful_set_v1",
];

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let Some(bundles) = provider_corpus::bundles("serve") else { return Ok(()) };
    let data = tempfile::tempdir()?;
    import(&bundles, data.path()).await?;
    let started = Instant::now();
    let server = Server::start(data.path())?;
    while reqwest::get(format!("http://{ADDRESS}/health/ready")).await.is_err() {
        ensure!(started.elapsed() < Duration::from_secs(30), "the server does not answer");
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    println!("ready after          {:>8.0} ms", started.elapsed().as_secs_f64() * 1000.0);
    println!("resident             {:>8} MB", server.resident()? / 1024);
    let user = User::sign_up().await?;
    edit(&user).await?;
    for ty in LARGEST {
        page(&user, ty).await?;
    }
    println!("resident at the end  {:>8} MB", server.resident()? / 1024);
    Ok(())
}

async fn import(bundles: &Path, data: &Path) -> anyhow::Result<()> {
    let catalog = Catalog::open(open_store(&data.join("blobs").display().to_string())?);
    for entry in std::fs::read_dir(bundles)? {
        let path = entry?.path();
        if path.extension().is_some_and(|e| e == "zst") {
            for provider in source::read(&path, Limits::default())? {
                crawl::import(&catalog, provider, &Quiet).await?;
            }
        }
    }
    Ok(())
}

/// The release binary, killed when dropped.
struct Server(Child);

impl Server {
    fn start(data: &Path) -> anyhow::Result<Server> {
        let bench = std::env::current_exe()?;
        let binary = bench.parent().and_then(Path::parent).context("the target directory")?.join("cloudoven");
        let mut command = Command::new(&binary);
        command.args(["serve", "--run-slots", "0", "--listen", ADDRESS, "--data"]).arg(data);
        command.stdout(Stdio::null()).stderr(Stdio::null());
        Ok(Server(command.spawn().with_context(|| format!("{} must be built first", binary.display()))?))
    }

    /// KiB.
    fn resident(&self) -> anyhow::Result<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.0.id()))?;
        let line = status.lines().find(|l| l.starts_with("VmRSS:")).context("VmRSS")?;
        Ok(line.split_whitespace().nth(1).context("a number")?.parse()?)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

struct User {
    client: Client,
    cookie: String,
}

impl User {
    async fn sign_up() -> anyhow::Result<User> {
        let client = Client::builder().redirect(reqwest::redirect::Policy::none()).build()?;
        let request = client.post(format!("http://{ADDRESS}/sign-up"));
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        let response = request.body("name=Ada&email=ada%40example.com&password=correct+horse").send().await?;
        let cookie = response.headers().get("set-cookie").context("a session")?.to_str()?;
        let cookie = cookie.split(';').next().unwrap_or_default().to_owned();
        Ok(User { client, cookie })
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("http://{ADDRESS}{path}")).header("cookie", &self.cookie)
    }

    async fn post(&self, path: &str, revision: i64, body: &Value) -> anyhow::Result<Value> {
        let request = self.request(Method::POST, &format!("/api/v1{path}")).json(body);
        let response = request.header("if-match", format!("\"{revision}\"")).send().await?;
        let status = response.status();
        let answer: Value = response.json().await?;
        ensure!(status.is_success(), "{path}: {answer}");
        Ok(answer)
    }

    async fn blueprint(&self, main: &str) -> anyhow::Result<String> {
        let id = |v: Value| v["id"].as_str().unwrap_or_default().to_owned();
        let project = id(self.post("/projects", 0, &json!({"name": "bench"})).await?);
        let files = json!({"name": "bench", "files": {"main.tf": main, "providers.tf": PROVIDERS}});
        Ok(id(self.post(&format!("/projects/{project}/blueprints"), 0, &files).await?))
    }
}

const PROVIDERS: &str = "terraform {\n  required_providers {\n    azurerm = {\n      source  = \"hashicorp/azurerm\"\n      version = \"~> 4.80\"\n    }\n  }\n}\n";

/// One argument set in a blueprint of 200 resources: load, parse, edit, check that it parses, store as a revision.
async fn edit(user: &User) -> anyhow::Result<()> {
    let resource = |i| {
        format!(
            "resource \"azurerm_resource_group\" \"r{i}\" {{\n  name     = \"rg{i}\"\n  location = \"westeurope\"\n}}\n\n"
        )
    };
    let blueprint = user.blueprint(&(0..200).map(resource).collect::<String>()).await?;
    let mut times = Vec::new();
    let mut revision = 1;
    for i in 0..ROUNDS {
        let edit = json!({"op": "set", "element": format!("azurerm_resource_group.r{i}"), "path": "name",
                          "value": {"literal": format!("x{i}")}});
        let started = Instant::now();
        let answer = user.post(&format!("/blueprints/{blueprint}/edits"), revision, &edit).await?;
        times.push(started.elapsed());
        revision = answer["revision"].as_i64().context("a revision")?;
    }
    println!("edit, 200 resources  {:>8.1} ms", median(&mut times));
    Ok(())
}

/// The designer's page with the form of an element.
async fn page(user: &User, ty: &str) -> anyhow::Result<()> {
    let blueprint = user.blueprint("").await?;
    let add = json!({"op": "add_element", "kind": "resource", "type": ty, "name": "x"});
    user.post(&format!("/blueprints/{blueprint}/edits"), 1, &add).await?;
    let path = format!("/blueprints/{blueprint}?element={ty}.x");
    let mut times = Vec::new();
    for _ in 0..ROUNDS {
        let started = Instant::now();
        let response = user.request(Method::GET, &path).send().await?;
        ensure!(response.status().is_success(), "{path}: {}", response.status());
        response.bytes().await?;
        times.push(started.elapsed());
    }
    println!("designer             {:>8.1} ms  {ty}", median(&mut times));
    Ok(())
}

/// Milliseconds.
fn median(times: &mut [Duration]) -> f64 {
    times.sort();
    times[times.len() / 2].as_secs_f64() * 1000.0
}
