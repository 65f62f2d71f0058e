//! The download: a zip whose bytes depend on nothing but the files.

use std::io::{self, Write};

use serde_json::value::RawValue;
use zip::{CompressionMethod, DateTime, ZipWriter, write::SimpleFileOptions};

/// Writes a zip, entry by entry, to something that need not seek. The same files in the same order give the same bytes:
/// every entry is dated 1980-01-01, mode 644, deflated at one level.
///
/// # Errors
/// The writer's own, or a name that a zip cannot hold.
pub fn zip<N: AsRef<str>, B: AsRef<[u8]>>(
    files: impl IntoIterator<Item = (N, B)>,
    writer: impl Write,
) -> io::Result<()> {
    let mut zip = ZipWriter::new_stream(writer);
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .compression_level(Some(6))
        .last_modified_time(DateTime::default())
        .unix_permissions(0o644);
    for (name, bytes) in files {
        zip.start_file(name.as_ref(), options).map_err(io::Error::other)?;
        zip.write_all(bytes.as_ref())?;
    }
    zip.finish().map_err(io::Error::other)?.into_inner().flush()
}

/// `<environment>.auto.tfvars.json`: variable values as Terraform reads them, numbers as they were written.
///
/// # Errors
/// A value cannot be written, which valid JSON never is.
pub fn tfvars_json<'a>(
    values: impl IntoIterator<Item = (&'a str, &'a RawValue)>,
) -> serde_json::Result<String> {
    let values: std::collections::BTreeMap<&str, &RawValue> = values.into_iter().collect();
    let mut text = serde_json::to_string_pretty(&values)?;
    text.push('\n');
    Ok(text)
}

/// What the README in a download speaks of.
#[derive(Debug, Clone, Default)]
pub struct Readme<'a> {
    pub blueprint: &'a str,
    pub revision: i64,
    /// Name of the environment, for a deployment's download.
    pub environment: Option<&'a str>,
    /// The Terraform version that it was made for.
    pub terraform: Option<&'a str>,
    /// CloudOven keeps the state itself, so that it is not where these files look for it.
    pub managed_state: bool,
    /// Variables that still need a value: the sensitive ones, and those without one.
    pub missing: Vec<&'a str>,
}

const MANAGED_STATE: &str = "CloudOven keeps the state of this deployment. Plan and apply it there: an apply from here starts \
                             with an empty\nstate and would create everything a second time.\n\n";

/// A short text saying how to use the files.
pub fn readme(about: &Readme) -> String {
    let mut text = format!("# {}\n\nRevision {}", one_line(about.blueprint), about.revision);
    if let Some(environment) = about.environment {
        text += &format!(", for the environment {}", one_line(environment));
    }
    text += ".\n\n";
    if let Some(version) = about.terraform {
        text += &format!("Made for Terraform {version}.\n\n");
    }
    if about.managed_state {
        text += MANAGED_STATE;
    }
    text += "    terraform init\n    terraform plan\n    terraform apply\n";
    if !about.missing.is_empty() {
        text += "\nThese variables have no value here. Set each in the environment before you plan:\n\n";
        for name in &about.missing {
            text += &format!("    export TF_VAR_{name}=…\n");
        }
    }
    text
}

/// A name may hold anything; in the README it stays on its line.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Read};

    use super::*;

    #[test]
    fn the_same_files_give_the_same_bytes() {
        let files = [("main.tf", "a = 1\n"), ("variables.tf", "")];
        let make = || {
            let mut bytes = Vec::new();
            zip(files, &mut bytes).unwrap();
            bytes
        };
        assert_eq!(make(), make());
        let mut archive = zip::ZipArchive::new(Cursor::new(make())).unwrap();
        let mut text = String::new();
        archive.by_name("main.tf").unwrap().read_to_string(&mut text).unwrap();
        assert_eq!(text, "a = 1\n");
        assert_eq!(archive.len(), 2);
    }

    #[test]
    fn values_keep_their_digits() {
        let number = RawValue::from_string("1.000000000000000000001".into()).unwrap();
        assert_eq!(tfvars_json([("x", &*number)]).unwrap(), "{\n  \"x\": 1.000000000000000000001\n}\n");
    }

    #[test]
    fn the_readme_names_what_is_missing() {
        let about = Readme { blueprint: "a\n# b", revision: 3, missing: vec!["secret"], ..Readme::default() };
        let text = readme(&about);
        assert!(text.starts_with("# a # b\n\nRevision 3.\n"), "{text}");
        assert!(text.contains("export TF_VAR_secret="));
    }
}
