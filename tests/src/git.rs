//! A host of git repositories: git's own server program behind HTTP, with and without TLS.

use std::{
    net::SocketAddr,
    path::Path,
    process::{Command, Stdio},
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    Router,
    body::{Body, Bytes},
    extract::{DefaultBodyLimit, Request, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use registry_server::TlsFront;
use tempfile::TempDir;
use tokio::{io::AsyncWriteExt as _, task::AbortHandle};

/// `kim:hunter2-token` in base64: what is let in to repositories below `/private/`.
const BASIC: &str = "Basic a2ltOmh1bnRlcjItdG9rZW4=";

/// The host. Repositories below `/slow/` never answer, and `/moved/` sends on to another name of this host.
pub struct GitServer {
    pub tls: TlsFront,
    host: String,
    address: SocketAddr,
    shared: Arc<Shared>,
    task: AbortHandle,
}

struct Shared {
    root: TempDir,
    /// The `Authorization` headers that came, in order.
    authorizations: Mutex<Vec<String>>,
}

/// The engine's own address on a network of it, which containers reach: the first of its subnet where the engine names none.
pub fn gateway(network: &str) -> String {
    let format = "{{with index .IPAM.Config 0}}{{.Gateway}} {{.Subnet}}{{end}}";
    let found = Command::new("docker").args(["network", "inspect", "--format", format, network]).output();
    let found = String::from_utf8(found.expect("the docker command runs").stdout).expect("it prints text");
    let (gateway, subnet) = found.trim_end().split_once(' ').expect("a network has a subnet");
    if !gateway.is_empty() {
        return gateway.to_owned();
    }
    let first = subnet.split('/').next().and_then(|first| first.parse::<std::net::Ipv4Addr>().ok());
    std::net::Ipv4Addr::from_bits(first.expect("an IPv4 subnet").to_bits() + 1).to_string()
}

impl GitServer {
    /// Listens on the address of the engine's default bridge, which containers reach.
    pub async fn start() -> GitServer {
        let host = gateway("bridge");
        let listener = tokio::net::TcpListener::bind((host.as_str(), 0)).await.expect("a free port");
        let address = listener.local_addr().expect("a bound socket has an address");
        let root = tempfile::tempdir().expect("a temporary directory");
        let shared = Arc::new(Shared { root, authorizations: Mutex::default() });
        let router =
            Router::new().fallback(answer).layer(DefaultBodyLimit::disable()).with_state(Arc::clone(&shared));
        let task = tokio::spawn(async move { axum::serve(listener, router).await }).abort_handle();
        GitServer { tls: TlsFront::before(address, &host).await, host, address, shared, task }
    }

    /// A repository's address, over TLS.
    pub fn url(&self, name: &str) -> String {
        format!("https://{}:{}/{name}", self.host, self.tls.port)
    }

    /// The same without TLS.
    pub fn plain_url(&self, name: &str) -> String {
        format!("http://{}/{name}", self.address)
    }

    /// The `Authorization` headers that came so far.
    pub fn authorizations(&self) -> Vec<String> {
        self.shared.authorizations.lock().expect("nobody panicked").clone()
    }

    /// Makes a repository with a first commit of these files on `main`; the commit's id.
    pub fn create(&self, name: &str, files: &[(&str, &str)]) -> String {
        let path = self.shared.root.path().join(name);
        std::fs::create_dir_all(&path).expect("a directory can be made");
        git(&path, &["init", "--quiet", "--bare", "--initial-branch=main"]);
        // What goes in is what was written, whatever the files' own attributes say.
        std::fs::write(path.join("info/attributes"), "* -text -filter -ident\n")
            .expect("a file can be written");
        self.commit(name, "main", files)
    }

    /// Adds a commit of just these files to a branch; its id.
    pub fn commit(&self, name: &str, branch: &str, files: &[(&str, &str)]) -> String {
        let work = tempfile::tempdir().expect("a temporary directory");
        for (path, text) in files {
            let path = work.path().join(path);
            std::fs::create_dir_all(path.parent().expect("a file is in a directory"))
                .expect("it can be made");
            match text.strip_prefix("link:") {
                Some(target) => std::os::unix::fs::symlink(target, path).expect("a link can be made"),
                None => std::fs::write(path, text).expect("a file can be written"),
            }
        }
        let repository = self.shared.root.path().join(name);
        let tree = work.path().to_str().expect("a path in UTF-8");
        git(&repository, &["--work-tree", tree, "add", "--all", "--force"]);
        let tree = git(&repository, &["write-tree"]);
        let commit = git(&repository, &["commit-tree", "-m", "change", &tree]);
        git(&repository, &["update-ref", &format!("refs/heads/{branch}"), &commit]);
        commit
    }

    /// Runs git in a repository; what it prints.
    pub fn git(&self, name: &str, arguments: &[&str]) -> String {
        git(&self.shared.root.path().join(name), arguments)
    }
}

impl Drop for GitServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn git(repository: &Path, arguments: &[&str]) -> String {
    let output = Command::new("git")
        .args(["-c", "core.autocrlf=false", "-c", "user.name=Kim", "-c", "user.email=kim@example.com"])
        .arg("--git-dir")
        .arg(repository)
        .args(arguments)
        .output()
        .expect("git runs");
    assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

async fn answer(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let path = parts.uri.path().to_owned();
    let authorization = parts.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    if let Some(value) = authorization {
        shared.authorizations.lock().expect("nobody panicked").push(value.to_owned());
    }
    if path.starts_with("/slow/") {
        tokio::time::sleep(Duration::from_secs(600)).await;
    }
    if let Some(rest) = path.strip_prefix("/moved/") {
        let to = format!("/{rest}?{}", parts.uri.query().unwrap_or_default());
        return (StatusCode::FOUND, [(header::LOCATION, to)]).into_response();
    }
    if path.starts_with("/private/") && authorization != Some(BASIC) {
        return (StatusCode::UNAUTHORIZED, [(header::WWW_AUTHENTICATE, "Basic realm=\"git\"")])
            .into_response();
    }
    let body = axum::body::to_bytes(body, usize::MAX).await.expect("the request arrives");
    let query = parts.uri.query().unwrap_or_default();
    backend(&shared, parts.method.as_str(), &path, query, &parts.headers, body).await
}

/// Git's own program, as a web server calls it (RFC 3875).
async fn backend(
    shared: &Shared,
    method: &str,
    path: &str,
    query: &str,
    headers: &HeaderMap,
    body: Bytes,
) -> Response {
    let value = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let mut child = tokio::process::Command::new("git")
        .arg("http-backend")
        .env("GIT_PROJECT_ROOT", shared.root.path())
        .env("GIT_HTTP_EXPORT_ALL", "1")
        .env("PATH_INFO", path)
        .env("QUERY_STRING", query)
        .env("REQUEST_METHOD", method)
        .env("CONTENT_TYPE", value("content-type"))
        .env("HTTP_CONTENT_ENCODING", value("content-encoding"))
        .env("GIT_PROTOCOL", value("git-protocol"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("git runs");
    let mut stdin = child.stdin.take().expect("it is piped");
    tokio::spawn(async move { stdin.write_all(&body).await });
    let output = child.wait_with_output().await.expect("git ends").stdout;
    let end = output.windows(4).position(|four| four == b"\r\n\r\n").expect("a header ends");
    let mut response = Response::builder();
    for line in String::from_utf8_lossy(&output[..end]).lines() {
        match line.split_once(": ") {
            Some(("Status", status)) => response = response.status(&status[..3]),
            Some((name, value)) => response = response.header(name, value),
            None => {}
        }
    }
    response.body(Body::from(output[end + 4..].to_vec())).expect("a response")
}
