//! What runs in the container: git, by argv, with an environment that allows it nothing but the fetch.

use std::{fs::File, path::Path};

use cloudoven_executor::{Environment, INPUT, Program};

use super::address::Repository;

/// Where the container finds what it was given.
const FOLDER: &str = "fetch";
/// The repository, in memory: the container has no disk to write to.
const REPOSITORY: &str = "/tmp/repository";
/// Seconds without a byte after which a host is given up.
const STALLED: &str = "30";
/// Files are taken as they are in the repository, whatever its `.gitattributes` say of line ends, encodings, filters and
/// archives. This file is stronger than those (gitattributes(5)).
const ATTRIBUTES: &str =
    "* -text -crlf !eol -filter -ident !working-tree-encoding -export-ignore -export-subst\n";

/// Fetches one commit and prints its id, a line end, and its files as a tar.gz below one folder.
pub(super) fn fetch(
    repository: &Repository,
    authorities: Option<&[u8]>,
    stdout: File,
    stdout_limit: usize,
) -> Program {
    let commands = serde_json::json!(commands(repository)).to_string();
    let mut files = vec![
        (format!("{FOLDER}/commands.json"), commands.into_bytes()),
        (format!("{FOLDER}/template/info/attributes"), ATTRIBUTES.as_bytes().to_vec()),
    ];
    files.extend(authorities.map(|pem| (format!("{FOLDER}/authorities/ca.pem"), pem.to_vec())));
    Program {
        name: "git fetch".to_owned(),
        argv: ["/usr/local/bin/cloudoven-entry", "each", &format!("{INPUT}/{FOLDER}/commands.json")]
            .map(str::to_owned)
            .to_vec(),
        environment: environment(repository, authorities.is_some()),
        directory: FOLDER.to_owned(),
        stdout_limit,
        stdout_file: Some(stdout),
        input: Box::new(move |packer| {
            files.iter().try_for_each(|(path, content)| {
                packer.file(Path::new(path), 0o644, content.len() as u64, content.as_slice())
            })
        }),
    }
}

fn commands(repository: &Repository) -> Vec<Vec<String>> {
    let git = |arguments: &[&str]| {
        std::iter::once("git").chain(arguments.iter().copied()).map(str::to_owned).collect::<Vec<_>>()
    };
    let template = format!("--template={INPUT}/{FOLDER}/template");
    let tree = format!("FETCH_HEAD:{}", repository.subdirectory);
    let reference = repository.reference.as_deref().unwrap_or("HEAD");
    let url = repository.url.as_str();
    let shallow = ["fetch", "--quiet", "--depth=1", "--no-tags", "--no-recurse-submodules", "--no-auto-gc"];
    vec![
        git(&["init", "--quiet", "--bare", &template]),
        git(&[&shallow[..], &["--", url, reference]].concat()),
        git(&["rev-parse", "--verify", "FETCH_HEAD^{commit}"]),
        git(&["archive", "--format=tar.gz", "--prefix=repository/", &tree]),
    ]
}

fn environment(repository: &Repository, authorities: bool) -> Environment {
    let secure = repository.url.scheme() == "https";
    let mut variables: Vec<(String, String)> = [
        ("HOME", "/tmp"),
        ("TMPDIR", "/tmp"),
        ("PATH", "/usr/local/bin"),
        ("LC_ALL", "C"),
        ("GIT_DIR", REPOSITORY),
        ("GIT_CONFIG_NOSYSTEM", "1"),
        ("GIT_CONFIG_GLOBAL", "/dev/null"),
        ("GIT_TERMINAL_PROMPT", "0"),
        ("GIT_ALLOW_PROTOCOL", if secure { "https" } else { "http:https" }),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .to_vec();
    if authorities {
        // Besides the image's own.
        variables.push(("GIT_SSL_CAPATH".to_owned(), format!("{INPUT}/{FOLDER}/authorities")));
    }
    let config = config(repository);
    variables.push(("GIT_CONFIG_COUNT".to_owned(), config.len().to_string()));
    for (at, (key, value)) in config.into_iter().enumerate() {
        variables.push((format!("GIT_CONFIG_KEY_{at}"), key));
        variables.push((format!("GIT_CONFIG_VALUE_{at}"), value));
    }
    Environment(variables)
}

fn config(repository: &Repository) -> Vec<(String, String)> {
    let mut config: Vec<(String, String)> = [
        ("core.hooksPath", "/dev/null"),
        ("core.askPass", ""),
        ("credential.helper", ""),
        ("init.defaultBranch", "main"),
        ("protocol.version", "2"),
        ("transfer.bundleURI", "false"),
        // One pack is smaller than many files.
        ("fetch.unpackLimit", "1"),
        ("http.lowSpeedLimit", "1"),
        ("http.lowSpeedTime", STALLED),
        // A token must not follow to where a host sends it.
        ("http.followRedirects", if repository.credentials.is_some() { "false" } else { "initial" }),
    ]
    .map(|(key, value)| (key.to_owned(), value.to_owned()))
    .to_vec();
    if let Some(credentials) = &repository.credentials {
        let origin = repository.url.origin().ascii_serialization();
        config.push((format!("http.{origin}/.extraHeader"), credentials.header.clone()));
    }
    config
}

#[cfg(test)]
mod tests {
    use super::{super::address::GitRequest, *};

    #[test]
    fn a_token_is_in_the_environment_alone() {
        let request = GitRequest {
            url: "https://example.com/a.git".into(),
            reference: "main".into(),
            token: "hunter2-token".into(),
            ..GitRequest::default()
        };
        let repository = Repository::of(&request).unwrap_or_else(|e| panic!("{e}"));
        let argv = commands(&repository).concat().join(" ");
        assert!(argv.contains("-- https://example.com/a.git main"), "{argv}");
        let Environment(variables) = environment(&repository, false);
        let header = repository.credentials.map(|c| c.header).unwrap_or_default();
        let holders: Vec<&str> =
            variables.iter().filter(|(_, value)| *value == header).map(|(name, _)| name.as_str()).collect();
        assert_eq!(holders, ["GIT_CONFIG_VALUE_10"]);
        assert!(!argv.contains("hunter2") && !argv.contains(&header));
        let value =
            |name: &str| variables.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str());
        assert_eq!(value("GIT_CONFIG_KEY_10"), Some("http.https://example.com/.extraHeader"));
        assert_eq!(value("GIT_CONFIG_COUNT"), Some("11"));
    }
}
