//! Schemas from the real `terraform` command: its built-in provider, and providers in a filesystem mirror.
//!
//! Every run happens in a temporary directory with an environment of its own: a person's CLI configuration, plugin
//! cache or credentials must neither change the result nor reach a provider.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use async_trait::async_trait;
use serde::Deserialize;
use tokio::{io::AsyncReadExt, process::Command};

use super::{Limits, ProviderSource, SchemaReader, bundle, check_version};
use crate::{
    catalog::{Address, BUILTIN_HOST, Functions},
    error::{Error, Result},
    schema,
};

/// Installing and starting the largest provider takes seconds.
const TIMEOUT: Duration = Duration::from_secs(180);
/// Bytes of a command's output.
const MAX_OUTPUT: u64 = 128 << 20;

/// A `terraform` command.
#[derive(Debug, Clone)]
pub struct Terraform {
    binary: PathBuf,
}

#[derive(Deserialize)]
struct VersionOutput {
    terraform_version: String,
}

impl Terraform {
    /// The command at `binary`, else the first `terraform` on the PATH.
    pub fn find(binary: Option<&Path>) -> Result<Self> {
        if let Some(binary) = binary {
            let binary =
                std::path::absolute(binary).map_err(|e| Error::io(binary.display().to_string(), e))?;
            return Ok(Terraform { binary });
        }
        let path = std::env::var_os("PATH").unwrap_or_default();
        std::env::split_paths(&path)
            .map(|directory| directory.join("terraform"))
            .find(|candidate| candidate.is_file())
            .map(|binary| Terraform { binary })
            .ok_or_else(|| {
                Error::NotFound(
                    "no terraform command on the PATH; install it or name it with --terraform".into(),
                )
            })
    }

    /// The built-in provider `terraform.io/builtin/terraform` (`terraform_data`, `terraform_remote_state`). Its version
    /// is Terraform's own.
    pub async fn builtin(&self) -> Result<ProviderSource> {
        let address = builtin_address();
        let workspace = Workspace::new(&address, None)?;
        let version = self.version(&workspace).await?;
        let schema = self.run(&workspace, &["providers", "schema", "-json"]).await?;
        Ok(source(address, version, schema))
    }

    /// The functions that are part of the language.
    pub async fn functions(&self) -> Result<Functions> {
        let workspace = Workspace::new(&builtin_address(), None)?;
        let terraform = self.version(&workspace).await?;
        let output = self.run(&workspace, &["metadata", "functions", "-json"]).await?;
        let functions = schema::read_functions("terraform metadata functions -json", &output)?;
        Ok(Functions { terraform, functions })
    }

    async fn version(&self, workspace: &Workspace) -> Result<String> {
        let output = self.run(workspace, &["version", "-json"]).await?;
        let version: VersionOutput = serde_json::from_slice(&output)
            .map_err(|e| self.fail("version -json", format!("unexpected output: {e}")))?;
        check_version("terraform version -json", &version.terraform_version)?;
        Ok(version.terraform_version)
    }

    async fn run(&self, workspace: &Workspace, arguments: &[&str]) -> Result<Vec<u8>> {
        let name = arguments.join(" ");
        let directory = workspace.0.path();
        let mut child = Command::new(&self.binary)
            .args(arguments)
            .current_dir(directory)
            .env_clear()
            .env("HOME", directory)
            .env("TMPDIR", directory)
            .env("TF_CLI_CONFIG_FILE", directory.join(CLI_CONFIG))
            .env("TF_IN_AUTOMATION", "1")
            .env("TF_INPUT", "0")
            .env("CHECKPOINT_DISABLE", "1")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .map_err(|e| self.fail(&name, e.to_string()))?;
        let mut stdout = child.stdout.take().expect("stdout is piped").take(MAX_OUTPUT + 1);
        let mut stderr = child.stderr.take().expect("stderr is piped").take(64 << 10);
        let (mut output, mut errors) = (Vec::new(), Vec::new());
        let finished = tokio::time::timeout(TIMEOUT, async {
            tokio::try_join!(stdout.read_to_end(&mut output), stderr.read_to_end(&mut errors))?;
            if output.len() as u64 > MAX_OUTPUT {
                return Err(std::io::Error::other("the output is too large"));
            }
            child.wait().await
        })
        .await;
        match finished {
            Err(_) => Err(self.fail(&name, format!("no answer within {} seconds", TIMEOUT.as_secs()))),
            Ok(Err(e)) => Err(self.fail(&name, e.to_string())),
            Ok(Ok(status)) if status.success() => Ok(output),
            Ok(Ok(status)) => Err(self.fail(&name, format!("{status}: {}", one_line(&errors)))),
        }
    }

    fn fail(&self, arguments: &str, reason: String) -> Error {
        Error::Terraform { command: format!("{} {arguments}", self.binary.display()), reason }
    }
}

/// Runs the provider on this machine, as the user of this process: for providers that are trusted.
#[async_trait]
impl SchemaReader for Terraform {
    async fn read_schema(&self, address: &Address, version: &str, mirror: &Path) -> Result<Vec<u8>> {
        let mirror = std::fs::canonicalize(mirror).map_err(|e| Error::io(mirror.display().to_string(), e))?;
        let workspace = Workspace::new(address, Some(version))?;
        let plugins = format!("-plugin-dir={}", mirror.display());
        self.run(&workspace, &["init", "-no-color", "-input=false", "-backend=false", &plugins]).await?;
        self.run(&workspace, &["providers", "schema", "-json"]).await
    }
}

/// A provider whose package is in the filesystem mirror `mirror`, with the pages of the documentation folder `docs`.
pub async fn mirrored(
    reader: &dyn SchemaReader,
    address: &Address,
    version: &str,
    mirror: &Path,
    docs: Option<&Path>,
) -> Result<ProviderSource> {
    check_version("--version", version)?;
    let docs = docs.map(|docs| bundle::read_docs(docs, Limits::default())).transpose()?;
    let (pages, problems) = docs.unwrap_or_default();
    let schema = reader.read_schema(address, version, mirror).await?;
    Ok(ProviderSource { pages, problems, ..source(address.clone(), version.into(), schema) })
}

fn source(address: Address, version: String, schema: Vec<u8>) -> ProviderSource {
    let place = format!("schema of {address} {version}");
    ProviderSource { address, version, place, schema, pages: BTreeMap::new(), problems: Vec::new() }
}

fn builtin_address() -> Address {
    Address { host: BUILTIN_HOST.into(), namespace: "builtin".into(), name: "terraform".into() }
}

const CLI_CONFIG: &str = "empty.tfrc";

/// A temporary root module that requires one provider.
struct Workspace(tempfile::TempDir);

impl Workspace {
    fn new(address: &Address, version: Option<&str>) -> Result<Self> {
        let directory = tempfile::tempdir().map_err(|e| Error::io("temporary directory", e))?;
        let mut provider = serde_json::json!({ "source": address.to_string() });
        if let Some(version) = version {
            provider["version"] = version.into();
        }
        let module = serde_json::json!({ "terraform": { "required_providers": { "target": provider } } });
        for (file, text) in [("main.tf.json", module.to_string()), (CLI_CONFIG, String::new())] {
            let path = directory.path().join(file);
            std::fs::write(&path, text).map_err(|e| Error::io(path.display().to_string(), e))?;
        }
        Ok(Workspace(directory))
    }
}

/// Terraform draws a box around its errors; the first lines of it, without the frame, on one line.
fn one_line(output: &[u8]) -> String {
    let text = String::from_utf8_lossy(output);
    let words: Vec<&str> = text
        .lines()
        .map(|line| line.trim_matches(|c: char| c.is_whitespace() || "│╷╵".contains(c)))
        .filter(|line| !line.is_empty())
        .take(8)
        .collect();
    words.join(" ")
}
