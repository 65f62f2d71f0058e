//! The blueprint engine on 200 and on 10,000 resources: reading, indexing and checking all of them, one edit among them,
//! and formatting beside `terraform fmt -` on the same text. Prints medians, and how each compares with its limit.
//!
//! `cargo bench -p cloudoven-tests --bench engine`

use std::{
    collections::BTreeMap,
    hint::black_box,
    io::Write as _,
    process::{Command, Stdio},
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Context as _, ensure};
use cloudoven::blueprint::{Checked, Document, Edit, Files, Schemas, Value, apply, check};
use cloudoven_crawler::{crawl, source::ProviderSource};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Resources in one file; ten thousand must stay below a file's limit of 1 MiB.
const PER_FILE: usize = 2_000;

fn main() -> anyhow::Result<()> {
    let schemas = schemas()?;
    println!("{:<60} {:>10} {:>10}", "step", "median", "limit");
    for (count, all, edit) in [(200, 10, 20), (10_000, 500, 20)] {
        let files = files(count)?;
        let bytes: usize = files.iter().map(|(_, text)| text.len()).sum();
        println!("{count} resources, {:.1} MB", bytes as f64 / 1e6);
        let document = Document::parse(&files).ok().context("the text is HCL")?;
        let errors = check(&document, &schemas);
        ensure!(errors.is_empty(), "the text is in order: {:?}", errors.first());
        measure("  read, index and check all", Some(all), || {
            Document::parse(&files).map(|document| check(&document, &schemas).len()).map_err(|e| e.len())
        });
        measure("    of which read and index", None, || Document::parse(&files).map_err(|e| e.len()));
        measure("    of which check", None, || check(&document, &schemas).len());
        let set = Edit::Set {
            element: format!("cloud_server.s{}", count / 2),
            path: "name".parse().map_err(anyhow::Error::msg)?,
            value: Value::literal(&"another name")?,
        };
        measure("  one edit", Some(edit), || apply(&document, &set, &schemas).map(|a| a.touched.len()));
        let checked = Checked::new(&document, &schemas);
        measure("  one edit, and all findings after it", Some(edit), || {
            apply(&document, &set, &schemas)
                .map(|applied| checked.again(&applied.document, &schemas).diagnostics().len())
        });
        let format = Edit::Format { file: None };
        let ours = measure("  format", None, || apply(&document, &format, &schemas).map(|a| a.touched.len()));
        let text: String = files.iter().map(|(_, text)| text.as_ref()).collect();
        let theirs = measure("  terraform fmt -", None, || terraform_fmt(&text).map(|text| text.len()));
        println!("  format is {:.0} times as fast", theirs.as_secs_f64() / ours.as_secs_f64());
    }
    Ok(())
}

/// Servers of about 400 bytes that refer to the one before and to variables.
fn files(count: usize) -> anyhow::Result<Files> {
    let mut files = Files::default();
    for start in (0..count).step_by(PER_FILE) {
        let servers: String = (start..count.min(start + PER_FILE)).map(server).collect();
        files.insert(&format!("f{start}.tf"), servers)?;
    }
    files.insert("variables.tf", "variable \"size\" {\n  type    = number\n  default = 10\n}\n")?;
    Ok(files)
}

fn server(i: usize) -> String {
    let before = i.saturating_sub(1);
    let mode = if i == 0 { "\"small\"".to_owned() } else { format!("cloud_server.s{before}.mode") };
    format!(
        "# Server {i} of them all\nresource \"cloud_server\" \"s{i}\" {{\n  name = \"server-{i}-${{var.size}}\" # its name\n  \
         size = var.size * 2\n  mode = {mode}\n\n  tags = {{\n    owner       = \"team {}\"\n    \"cost unit\" = upper(\"u{i}\")\n    \
         zones       = join(\",\", [\"a\", \"b\", \"c\"])\n  }}\n\n  disk {{\n    name    = \"root\"\n    size_gb = 10\n  }}\n\n  \
         rules = [{{\n    port   = 443\n    action = \"allow\"\n    name   = null\n  }}]\n}}\n\n",
        i % 7
    )
}

fn schemas() -> anyhow::Result<Schemas> {
    let source = ProviderSource {
        address: "registry.example.com/acme/cloud".parse().map_err(anyhow::Error::msg)?,
        version: "1.0.0".into(),
        place: "schema".into(),
        schema: include_bytes!("../fuzz/schema.json").to_vec(),
        pages: BTreeMap::new(),
        problems: Vec::new(),
    };
    let mut schemas = Schemas::new();
    for (_, json) in &crawl::build(&source)?.documents {
        schemas.add(Arc::new(serde_json::from_slice(json)?));
    }
    Ok(schemas)
}

/// The text as `terraform fmt -` prints it.
fn terraform_fmt(text: &str) -> anyhow::Result<String> {
    let mut command = Command::new("terraform");
    command.args(["fmt", "-"]).env_remove("TF_CLI_CONFIG_FILE").env("CHECKPOINT_DISABLE", "1");
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
    child.stdin.take().context("it reads")?.write_all(text.as_bytes())?;
    let output = child.wait_with_output()?;
    ensure!(output.status.success(), "terraform fmt failed");
    Ok(String::from_utf8(output.stdout)?)
}

/// Runs a step for two seconds, at least five times; prints and returns the median.
fn measure<T>(title: &str, limit: Option<u64>, mut step: impl FnMut() -> T) -> Duration {
    let begin = Instant::now();
    let mut times = Vec::new();
    while times.len() < 5 || (begin.elapsed() < Duration::from_secs(2) && times.len() < 201) {
        let start = Instant::now();
        black_box(step());
        times.push(start.elapsed());
    }
    times.sort();
    let median = times[times.len() / 2];
    let limit = limit.map(|limit| format!("{limit} ms")).unwrap_or_default();
    println!("{title:<60} {:>7.2} ms {limit:>10}", median.as_secs_f64() * 1e3);
    median
}
