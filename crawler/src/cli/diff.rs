//! `cloudoven-crawler diff`: what changed between two versions.

use std::process::ExitCode;

use anyhow::bail;
use clap::Args;
use cloudoven_crawler::catalog::{
    Address,
    diff::{self, Diff, ElementDiff, Impact, VersionName},
};

use super::{CatalogArgs, print};

#[derive(Debug, Args)]
#[command(override_usage = "cloudoven-crawler diff [OPTIONS] ADDRESS OLD NEW
       cloudoven-crawler diff [OPTIONS] ADDRESS@OLD ADDRESS@NEW")]
pub struct Diffing {
    /// A provider and two of its versions, or two of ADDRESS@VERSION to compare a fork
    #[arg(num_args = 2..=3, required = true, value_name = "VERSION")]
    versions: Vec<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
    /// Exit with 1 when there are differences, as diff does
    #[arg(long)]
    exit_code: bool,
    #[command(flatten)]
    catalog: CatalogArgs,
}

impl Diffing {
    /// Compares, and prints what changed by what it means.
    pub async fn run(self) -> anyhow::Result<ExitCode> {
        let (old, new) = names(&self.versions)?;
        let diff = diff::between(&self.catalog.open()?, &old, &new).await?;
        if self.json {
            print(&serde_json::to_string_pretty(&diff)?)?;
        } else {
            print_groups(&diff)?;
        }
        let differs = self.exit_code && !diff.elements.is_empty();
        Ok(if differs { ExitCode::from(1) } else { ExitCode::SUCCESS })
    }
}

fn names(arguments: &[String]) -> anyhow::Result<(VersionName, VersionName)> {
    let address = |text: &str| text.parse::<Address>().map_err(anyhow::Error::msg);
    let name = |text: &str| {
        let Some((provider, version)) = text.split_once('@') else {
            bail!("diff: {text:?} is not ADDRESS@VERSION; or give ADDRESS OLD NEW");
        };
        Ok(VersionName { provider: address(provider)?, version: version.to_owned() })
    };
    match arguments {
        [provider, old, new] => {
            let provider = address(provider)?;
            let of = |version: &String| VersionName { provider: provider.clone(), version: version.clone() };
            Ok((of(old), of(new)))
        }
        [old, new] => Ok((name(old)?, name(new)?)),
        _ => bail!("diff: give ADDRESS OLD NEW, or ADDRESS@OLD ADDRESS@NEW"),
    }
}

fn print_groups(diff: &Diff) -> anyhow::Result<()> {
    let (old, new) = (&diff.old, &diff.new);
    if old.provider == new.provider {
        print(&format!("{} {} → {}", old.provider, old.version, new.version))?;
    } else {
        print(&format!("{} {} → {} {}", old.provider, old.version, new.provider, new.version))?;
    }
    if diff.elements.is_empty() {
        return print("nothing changed for a configuration");
    }
    let count = |state: Option<bool>| diff.elements.iter().filter(|e| e.is_new() == state).count();
    print(&format!(
        "{} elements removed, {} added, {} changed; {} breaking changes, {} that ask for attention, {} harmless ones",
        count(Some(false)),
        count(Some(true)),
        count(None),
        diff.count(Impact::Breaking),
        diff.count(Impact::Attention),
        diff.count(Impact::Harmless),
    ))?;
    for (title, impact) in
        [("Breaking", Impact::Breaking), ("Attention", Impact::Attention), ("Harmless", Impact::Harmless)]
    {
        if diff.count(impact) > 0 {
            print(&format!("\n{title}"))?;
            diff.elements.iter().try_for_each(|element| print_element(element, impact))?;
        }
    }
    Ok(())
}

/// The element's changes of this impact, their paths in a column.
fn print_element(element: &ElementDiff, impact: Impact) -> anyhow::Result<()> {
    let changes: Vec<_> = element.changes.iter().filter(|change| change.impact == impact).collect();
    let title = format!("  {} {}", element.kind.keyword(), element.name);
    match changes[..] {
        [] => return Ok(()),
        [change] if change.path.is_empty() => return print(&format!("{title}: {}", change.what)),
        _ => print(&title)?,
    }
    let width = changes.iter().map(|change| change.path.len()).max().unwrap_or_default().min(48);
    for change in changes {
        print(&format!("    {:<width$}  {}", change.path, change.what))?;
    }
    Ok(())
}
