//! What may be asked of git: where a repository is, what of it, and for whom.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::{Deserialize, Serialize};
use url::Url;

use crate::error::{Error, Result};

/// The longest address, ref, path and credential, in bytes.
const MAX_TEXT: usize = 2048;
/// Who a token is said to be of where nobody is named. Hosts of repositories look at the token alone.
const SOMEBODY: &str = "x-access-token";

/// A repository to import.
#[derive(Clone, Default, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GitRequest {
    /// As for `git clone`: `https://…`, or `http://…` where no token is needed. No user name or password in it.
    pub url: String,
    /// A branch, a tag, or a commit's full id; empty takes the default branch.
    #[serde(default, rename = "ref")]
    pub reference: String,
    /// The folder that is imported; empty takes all.
    #[serde(default)]
    pub subdirectory: String,
    /// Whose token it is; most hosts don't ask.
    #[serde(default)]
    pub username: String,
    /// For a private repository. It is used once and kept nowhere.
    #[serde(default)]
    #[schema(format = Password)]
    pub token: String,
}

impl std::fmt::Debug for GitRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("GitRequest").finish_non_exhaustive()
    }
}

/// Where imported files came from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct GitSource {
    pub url: String,
    /// As it was asked for; absent for the default branch.
    #[serde(rename = "ref")]
    pub reference: Option<String>,
    /// The id of the commit that was fetched.
    pub commit: String,
    /// Empty for the whole repository.
    pub subdirectory: String,
}

impl GitSource {
    /// The commit as people write it.
    pub fn short_commit(&self) -> &str {
        self.commit.get(..10).unwrap_or(&self.commit)
    }
}

impl std::fmt::Display for GitSource {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.url)?;
        if !self.subdirectory.is_empty() {
            write!(f, "//{}", self.subdirectory)?;
        }
        match self.reference.as_deref().filter(|reference| *reference != self.commit) {
            Some(reference) => write!(f, " at {reference} ({})", self.short_commit()),
            None => write!(f, " at {}", self.short_commit()),
        }
    }
}

/// A request that was checked.
pub(super) struct Repository {
    pub url: Url,
    pub reference: Option<String>,
    pub subdirectory: String,
    pub credentials: Option<Credentials>,
}

/// What git says to the host. Never printed.
pub(super) struct Credentials {
    /// The header, `Authorization: Basic …` (RFC 7617).
    pub header: String,
    pub token: String,
}

impl Repository {
    /// # Errors
    /// Invalid, at the field that cannot be used, with what to write instead.
    pub fn of(request: &GitRequest) -> Result<Repository> {
        let url = address(&request.url)?;
        let credentials = credentials(&request.username, &request.token)?;
        if credentials.is_some() && url.scheme() != "https" {
            return Err(fault("token", "a token is only sent over https; give the https address"));
        }
        let reference = request.reference.trim();
        if !reference.is_empty() {
            check_reference(reference)?;
        }
        Ok(Repository {
            url,
            reference: Some(reference).filter(|r| !r.is_empty()).map(str::to_owned),
            subdirectory: subdirectory(&request.subdirectory)?,
            credentials,
        })
    }

    /// The repository's name, or the subdirectory's.
    pub fn name(&self) -> String {
        let last = |path: &str| path.trim_end_matches('/').rsplit('/').next().unwrap_or_default().to_owned();
        match self.subdirectory.as_str() {
            "" => last(self.url.path().trim_end_matches('/').trim_end_matches(".git")),
            folder => last(folder),
        }
    }

    /// The address without what everybody knows.
    pub fn shown(&self) -> String {
        let path = self.url.path().trim_end_matches('/').trim_end_matches(".git");
        let shown = format!("{}{path}", self.url.host_str().unwrap_or_default());
        if self.subdirectory.is_empty() { shown } else { format!("{shown}//{}", self.subdirectory) }
    }
}

/// What is wrong with a field of the request.
pub(super) fn fault(field: &str, message: impl Into<String>) -> Error {
    Error::field(&format!("git/{field}"), message)
}

fn address(text: &str) -> Result<Url> {
    let text = text.trim();
    let refuse = |message: &str| Err(fault("url", message));
    if text.is_empty() {
        return refuse("enter the address of a repository");
    }
    if text.len() > MAX_TEXT || text.chars().any(|c| c.is_control() || c.is_whitespace()) {
        return refuse("an address is one line without spaces, of at most 2048 characters");
    }
    if !text.contains("://") && (text.contains('@') || text.contains(':')) {
        return refuse(
            "only https addresses can be fetched; take the repository's https address, not its ssh one",
        );
    }
    let Ok(url) = Url::parse(text) else {
        return refuse("this is no address; write it as https://example.com/team/repository.git");
    };
    if !matches!(url.scheme(), "https" | "http") || url.host_str().is_none_or(str::is_empty) {
        return refuse("only https addresses can be fetched, as in https://example.com/team/repository.git");
    }
    if !url.username().is_empty() || url.password().is_some() {
        return refuse("leave the user name and password out of the address; they have fields of their own");
    }
    if url.query().is_some() || url.fragment().is_some() {
        return refuse("leave out what follows ? or # in the address; the ref has a field of its own");
    }
    if url.path().trim_matches('/').is_empty() {
        return refuse("this is a host without a repository; add the repository's path");
    }
    Ok(url)
}

fn credentials(username: &str, token: &str) -> Result<Option<Credentials>> {
    let (username, token) = (username.trim(), token.trim());
    for (field, text) in [("username", username), ("token", token)] {
        if text.len() > MAX_TEXT || text.chars().any(char::is_control) {
            return Err(fault(field, "use one line of at most 2048 characters"));
        }
    }
    if username.contains(':') {
        return Err(fault("username", "a user name has no colon; the token has a field of its own"));
    }
    if token.is_empty() {
        return if username.is_empty() { Ok(None) } else { Err(fault("token", "enter the token too")) };
    }
    let username = if username.is_empty() { SOMEBODY } else { username };
    let header = format!("Authorization: Basic {}", STANDARD.encode(format!("{username}:{token}")));
    Ok(Some(Credentials { header, token: token.to_owned() }))
}

/// What git takes for a name of a ref, and nothing that it takes for an option or a mapping of refs.
///
/// Source: <https://git-scm.com/docs/git-check-ref-format>
fn check_reference(text: &str) -> Result<()> {
    let forbidden = |c: char| c.is_control() || c.is_whitespace() || "~^:?*[\\".contains(c);
    let part = |part: &str| !part.is_empty() && !part.starts_with('.') && !part.ends_with(".lock");
    let fine = text.len() <= 255
        && !text.chars().any(forbidden)
        && !text.starts_with(['-', '+'])
        && !text.ends_with('.')
        && !text.contains("..")
        && !text.contains("@{")
        && text != "@"
        && text.split('/').all(part);
    if fine {
        return Ok(());
    }
    Err(fault("ref", "this is no name of a branch or tag, and no commit id"))
}

/// A folder of the repository, without what means nothing.
fn subdirectory(text: &str) -> Result<String> {
    let parts: Vec<&str> = text.trim().split('/').filter(|part| !part.is_empty() && *part != ".").collect();
    if text.len() > MAX_TEXT || text.chars().any(char::is_control) || parts.contains(&"..") {
        return Err(fault("subdirectory", "name a folder inside of the repository, as in modules/network"));
    }
    Ok(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(url: &str) -> GitRequest {
        GitRequest { url: url.into(), ..GitRequest::default() }
    }

    fn refused(request: &GitRequest) -> String {
        Repository::of(request).err().map(|e| e.to_string()).unwrap_or_default()
    }

    #[test]
    fn hostile_addresses_are_refused() {
        for url in [
            "",
            "ext::sh -c touch% /tmp/x",
            "ext::sh",
            "--upload-pack=touch /tmp/x",
            "-oProxyCommand=x",
            "ssh://-oProxyCommand=x/y",
            "ssh://git@example.com/a.git",
            "git@example.com:team/a.git",
            "git://example.com/a.git",
            "file:///etc",
            "/etc",
            "../a",
            "fd::17",
            "https://kim:secret@example.com/a.git",
            "https://kim@example.com/a.git",
            "https://example.com/a.git\nx",
            "https://example.com/a\0.git",
            "https://example.com/a b.git",
            "https://example.com/a.git?ref=x",
            "https://example.com/a.git#x",
            "https://example.com/",
            "https:///a.git",
            "https://",
            "javascript:alert(1)",
            "http::https://example.com/a",
        ] {
            let message = refused(&request(url));
            assert!(message.starts_with("git/url: "), "{url:?}: {message:?}");
            assert!(!message.contains("secret"), "{message}");
        }
        assert!(refused(&request(&format!("https://e.com/{}", "a".repeat(3000)))).contains("2048"));
    }

    #[test]
    fn an_address_is_taken_as_it_is() {
        let repository = Repository::of(&request(" https://example.com:8443/Team/shop.git "))
            .unwrap_or_else(|e| panic!("{e}"));
        assert_eq!(repository.url.as_str(), "https://example.com:8443/Team/shop.git");
        assert_eq!(
            (repository.name().as_str(), repository.shown().as_str()),
            ("shop", "example.com/Team/shop")
        );
    }

    #[test]
    fn refs_are_names_and_no_options() {
        let with = |text: &str| GitRequest { reference: text.into(), ..request("https://example.com/a") };
        for good in ["", "main", "v1.2.3", "release/1.x", "refs/pull/7/head", "ünï", &"a".repeat(40)] {
            assert_eq!(refused(&with(good)), "", "{good}");
        }
        for bad in [
            "--upload-pack=x",
            "-x",
            "+main",
            "a:b",
            "a b",
            "a..b",
            "a^",
            "a~1",
            "@",
            "@{1}",
            "a\nb",
            "a?",
            "[a",
            "a\\b",
            "/a",
            "a/",
            "a//b",
            ".a",
            "a/.b",
            "a.lock",
            "a.",
            &"a".repeat(300),
        ] {
            assert!(refused(&with(bad)).starts_with("git/ref: "), "{bad:?}");
        }
    }

    #[test]
    fn folders_stay_inside() {
        let with = |text: &str| GitRequest { subdirectory: text.into(), ..request("https://example.com/a") };
        for (text, folder) in [("", ""), ("/live//dev/", "live/dev"), ("./a/.", "a"), ("-a b", "-a b")] {
            assert_eq!(Repository::of(&with(text)).map(|r| r.subdirectory).unwrap_or_default(), folder);
        }
        for bad in ["..", "a/../b", "a\nb"] {
            assert!(refused(&with(bad)).starts_with("git/subdirectory: "), "{bad:?}");
        }
    }

    #[test]
    fn a_token_goes_over_https_alone_and_is_printed_nowhere() {
        let mut request = GitRequest { token: "hunter2-token".into(), ..request("http://example.com/a") };
        assert!(refused(&request).contains("only sent over https"));
        assert!(!format!("{request:?}").contains("hunter2"));
        request.url = "https://example.com/a".into();
        let made = Repository::of(&request).unwrap_or_else(|e| panic!("{e}")).credentials.map(|c| c.header);
        let expected = STANDARD.encode("x-access-token:hunter2-token");
        assert_eq!(made, Some(format!("Authorization: Basic {expected}")));
        request.token = String::new();
        request.username = "kim".into();
        assert!(refused(&request).starts_with("git/token: "));
        request.username = "kim:x".into();
        assert!(refused(&request).starts_with("git/username: "));
    }
}
