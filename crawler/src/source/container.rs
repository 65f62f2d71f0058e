//! Schemas from providers that are not trusted: `terraform` and the provider's program in a container that reaches
//! nothing.
//!
//! The container has no network, no capabilities, no disk that it may write, none of this process's environment, and
//! limits on memory, processes, processors and time. The provider's package lies in it, and Terraform's
//! `dev_overrides` name it, so that neither `terraform init` nor a place for what that writes is needed.
//!
//! Source: <https://developer.hashicorp.com/terraform/cli/config/config-file#development-overrides-for-provider-developers>

use std::{path::Path, time::Duration};

use async_trait::async_trait;
use cloudoven_executor::{End, Environment, INPUT, Limits, Outcome, Program, Sandbox};

use super::{SchemaReader, check_version, package::Package};
use crate::{
    catalog::Address,
    error::{Error, Result},
};

/// Bytes of a schema; the largest known are a sixth of it.
const SCHEMA_LIMIT: usize = 128 << 20;
const TERRAFORM: &str = "/usr/local/bin/terraform";
const CLI_CONFIG: &str = "cli.tfrc";
const CONFIG: &str = "config";
const PACKAGE: &str = "package";
/// Characters of what a provider said that an error tells.
const TOLD: usize = 1500;

/// Reads schemas in containers of a Docker engine.
///
/// The image is a runner image (`make runner-image`), of which only `/usr/local/bin/terraform` is used; it must be on
/// the engine, since none is pulled. Providers that are trusted can be read without an engine, by
/// [`Terraform`](super::Terraform).
#[derive(Debug)]
pub struct Container {
    sandbox: Sandbox,
}

impl Container {
    /// The Terraform version of the image that is used by default.
    pub const DEFAULT_TERRAFORM: &str = "1.11.4";
    /// The image that `make runner-image` makes of it.
    pub const DEFAULT_IMAGE: &str = "cloudoven-runner:1.11.4";

    /// What reading a schema may use by default. The largest providers need more than 1 GiB beside Terraform.
    pub fn default_limits() -> Limits {
        Limits { memory_mib: 4096, pids: 512, timeout: Duration::from_secs(180), ..Limits::default() }
    }

    /// `host`: the engine, `unix:///var/run/docker.sock` or `tcp://host:port`.
    pub fn new(host: &str, image: &str, limits: Limits) -> Self {
        Container { sandbox: Sandbox::new(host, image, limits) }
    }

    /// What the containers run, and packages are therefore needed for, such as `linux_amd64`.
    pub async fn platform(&self) -> Result<String> {
        self.sandbox.platform().await.map_err(|error| self.fail(error.to_string()))
    }

    /// Waits until what dropped readings left is removed, before a process ends. Nothing more can be read.
    pub async fn close(&self) {
        self.sandbox.close().await;
    }

    fn fail(&self, reason: String) -> Error {
        Error::Terraform { command: format!("terraform in a container of {}", self.sandbox.image()), reason }
    }

    fn program(&self, address: &Address, version: &str, package: Package) -> Program {
        let provider = serde_json::json!({ "source": address.to_string(), "version": version });
        let module = serde_json::json!({ "terraform": { "required_providers": { "target": provider } } });
        let files = [
            (format!("{CONFIG}/main.tf.json"), module.to_string()),
            (CLI_CONFIG.to_owned(), cli_config(address)),
        ];
        Program {
            name: format!("schema of {address} {version}"),
            argv: [TERRAFORM, "providers", "schema", "-no-color", "-json"].map(str::to_owned).to_vec(),
            environment: environment(),
            directory: CONFIG.to_owned(),
            stdout_limit: SCHEMA_LIMIT,
            stdout_file: None,
            input: Box::new(move |packer| {
                for (path, text) in files {
                    packer.file(Path::new(&path), 0o644, text.len() as u64, text.as_bytes())?;
                }
                package.pack(PACKAGE, packer)
            }),
        }
    }

    fn schema(&self, address: &Address, outcome: Outcome) -> Result<Vec<u8>> {
        let limits = self.sandbox.limits();
        let said = said(&outcome.stderr);
        let reason = match outcome.end {
            End::Exited(0) => return Ok(outcome.stdout),
            End::Exited(code) => match cause(&outcome.stderr) {
                Some(Cause::DiskFull) => {
                    format!("{address} filled its {} MiB of scratch space: {said}", limits.tmp_mib)
                }
                Some(Cause::Processes) => {
                    format!("{address} started more than {} processes and threads: {said}", limits.pids)
                }
                None => format!("{address} gave no schema (exit code {code}): {said}"),
            },
            End::OutOfMemory => format!("{address} needs more than {} MiB of memory", limits.memory_mib),
            End::TimedOut { most_processes } => {
                let many =
                    format!(" and started {} processes and threads, which is as many as it may", limits.pids);
                let many = if most_processes { many.as_str() } else { "" };
                format!("{address} gave no schema within {} seconds{many}: {said}", limits.timeout.as_secs())
            }
            End::TooMuchOutput => {
                format!("{address} printed too much; a schema has at most {} MiB", SCHEMA_LIMIT >> 20)
            }
        };
        Err(self.fail(reason.trim_end_matches([':', ' ']).to_owned()))
    }
}

#[async_trait]
impl SchemaReader for Container {
    async fn read_schema(&self, address: &Address, version: &str, mirror: &Path) -> Result<Vec<u8>> {
        check_version("provider version", version)?;
        let platform = self.platform().await?;
        let package = Package::find(mirror, address, version, &platform)?;
        let outcome = self.sandbox.run(self.program(address, version, package)).await;
        self.schema(address, outcome.map_err(|error| self.fail(error.to_string()))?)
    }
}

/// Everything that Terraform and the provider find in their environment, beside what the image sets.
fn environment() -> Environment {
    let variables = [
        ("TF_CLI_CONFIG_FILE", format!("{INPUT}/{CLI_CONFIG}")),
        ("TF_IN_AUTOMATION", "1".into()),
        ("TF_INPUT", "0".into()),
        ("CHECKPOINT_DISABLE", "1".into()),
        // What a provider writes to its standard error is a debug message to Terraform, and all that is known when it
        // does not start.
        ("TF_LOG_PROVIDER", "DEBUG".into()),
        ("HOME", "/tmp".into()),
        ("TMPDIR", "/tmp".into()),
        ("PATH", "/usr/local/bin".into()),
    ];
    Environment(variables.map(|(name, value)| (name.to_owned(), value)).into())
}

fn cli_config(address: &Address) -> String {
    format!(
        "disable_checkpoint = true\nprovider_installation {{\n  dev_overrides {{\n    \"{address}\" = \"{INPUT}/{PACKAGE}\"\n  }}\n}}\n"
    )
}

/// What can be told of a failure beside what was said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cause {
    DiskFull,
    Processes,
}

fn cause(output: &str) -> Option<Cause> {
    // strerror(3) of ENOSPC and EAGAIN, which languages write with either case; and how Go's runtime ends.
    let output = output.to_ascii_lowercase();
    if output.contains("no space left on device") {
        return Some(Cause::DiskFull);
    }
    let many = ["resource temporarily unavailable", "failed to create new os thread"];
    many.into_iter().any(|text| output.contains(text)).then_some(Cause::Processes)
}

/// The last of what the provider wrote, else Terraform's own error, on one line.
fn said(output: &str) -> String {
    let provider =
        output.lines().filter_map(|line| Some(line.split_once("] provider.terraform-provider-")?.1));
    let provider: Vec<&str> = provider.filter_map(|line| Some(line.split_once(": ")?.1)).collect();
    let text = if provider.is_empty() {
        // Whatever is no line of its log.
        let terraform = output.lines().filter(|line| !line.contains("Z ["));
        terraform.collect::<Vec<_>>().join(" ")
    } else {
        provider.join(" ")
    };
    let words: Vec<&str> =
        text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty()).collect();
    let line = words.join(" ");
    match line.char_indices().rev().nth(TOLD) {
        Some((at, _)) => format!("… {}", &line[at..]),
        None => line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_tells_the_last_that_a_provider_said() {
        let output = "2026-11-20T15:51:28.808Z [DEBUG] provider: starting plugin: path=/x\n\
            2026-11-20T15:51:28.808Z [DEBUG] provider.terraform-provider-bad_v1.0.0: panic: no\u{7}\tway\n\
            2026-11-20T15:51:28.808Z [DEBUG] provider.terraform-provider-bad_v1.0.0: goroutine 1\n\
            \nError: Failed to load plugin schemas\n";
        assert_eq!(said(output), "panic: no way goroutine 1");
        assert_eq!(
            said("2026-11-20T15:51:28.779Z [INFO]  provider: x\n\nError: Failed\n\nto load\n"),
            "Error: Failed to load"
        );
        let long = format!("] provider.terraform-provider-x: {}end", "é".repeat(5000));
        assert!(said(&long).ends_with("éend") && said(&long).chars().count() < TOLD + 10);
    }
}
