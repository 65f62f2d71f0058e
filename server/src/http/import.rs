//! What requests to import hold: a file, code in a form's field, where a repository is, or JSON. Files are read as they come
//! in.

use axum::{
    extract::{FromRequest as _, Multipart, Request, multipart::Field},
    http::{HeaderMap, header},
};
use serde::Deserialize;

use crate::{
    app::App,
    blueprint::MAX_FILE_BYTES,
    error::{Error, Result},
    project::import::{self, Draft, GitRequest},
};

/// Bytes of a body: an archive, and what a form has around it.
pub const MAX_BODY: usize = import::MAX_UPLOAD as usize + (2 << 20);
/// Bytes of a form's field that is no file and no code.
const MAX_FIELD: usize = 4096;

/// What a form or a query says besides the files.
#[derive(Debug, Clone, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Options {
    /// What the blueprint is to be called.
    #[serde(default)]
    pub name: String,
    /// The folder that is the root module; absent takes the likeliest.
    pub root: Option<String>,
    /// Only report; nothing is made.
    #[serde(default)]
    pub dry_run: bool,
    /// What the archive in the body is called.
    #[serde(default)]
    pub file: String,
}

/// Which folder of what was sent to look at.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
pub struct Root {
    /// The folder that is the root module; absent takes the likeliest.
    pub root: Option<String>,
}

/// What is to be imported.
#[derive(Debug)]
pub enum Content {
    Files(Draft),
    Git(GitRequest),
}

impl Content {
    /// The files. A repository is fetched, which takes a while.
    ///
    /// # Errors
    /// As [`import::Git::fetch`].
    pub async fn draft(self, app: &App) -> Result<Draft> {
        match self {
            Content::Files(draft) => Ok(draft),
            Content::Git(request) => app.imports.git.fetch(&request).await,
        }
    }
}

/// The media type of a body, without parameters.
pub fn media_type(headers: &HeaderMap) -> &str {
    let value = headers.get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    value.split(';').next().unwrap_or_default().trim()
}

/// Reads a `multipart/form-data` body (RFC 7578): a `file`, a `text` or the fields of a repository, and the options by their
/// names.
///
/// # Errors
/// Invalid, when there is neither, when there is more than one, or when it cannot be read.
pub async fn multipart(app: &App, request: Request, options: &mut Options) -> Result<Content> {
    let unread = |e: &dyn std::fmt::Display| Error::invalid(format!("the form can't be read: {e}"));
    let mut form = Multipart::from_request(request, app).await.map_err(|e| unread(&e))?;
    let mut draft = None;
    let mut git = None::<GitRequest>;
    while let Some(field) = form.next_field().await.map_err(|e| unread(&e))? {
        let name = field.name().unwrap_or_default().to_owned();
        let found = match name.as_str() {
            "file" => file(app, field).await?,
            "text" => pasted(field).await?,
            "name" => set(&mut options.name, field).await?,
            "root" => set(options.root.get_or_insert_default(), field).await?,
            "dry_run" => {
                let mut text = String::new();
                set(&mut text, field).await?;
                options.dry_run = text == "true";
                None
            }
            name if name.starts_with("git/") => set(part(git.get_or_insert_default(), name)?, field).await?,
            other => return Err(Error::field(other, "there is no such field")),
        };
        if found.is_some() && draft.is_some() {
            return Err(only_one());
        }
        draft = draft.or(found);
    }
    match (draft, git) {
        (Some(draft), None) => Ok(Content::Files(draft)),
        (None, Some(git)) => Ok(Content::Git(git)),
        (Some(_), Some(_)) => Err(only_one()),
        (None, None) => Err(Error::field("file", "choose an archive or a Terraform file")),
    }
}

fn only_one() -> Error {
    Error::field("file", "send one archive, code, or a repository's address, not more of them")
}

/// Where a form's field of a repository goes; its name is the pointer into the JSON of a request.
fn part<'a>(git: &'a mut GitRequest, name: &str) -> Result<&'a mut String> {
    match name {
        "git/url" => Ok(&mut git.url),
        "git/ref" => Ok(&mut git.reference),
        "git/subdirectory" => Ok(&mut git.subdirectory),
        "git/username" => Ok(&mut git.username),
        "git/token" => Ok(&mut git.token),
        other => Err(Error::field(other, "there is no such field")),
    }
}

/// None for the file input of a browser in which nothing was chosen.
async fn file(app: &App, field: Field<'_>) -> Result<Option<Draft>> {
    let name = field.file_name().unwrap_or_default().to_owned();
    let mut field = std::pin::pin!(futures::StreamExt::peekable(field));
    if name.is_empty()
        && field.as_mut().peek().await.is_none_or(|first| matches!(first, Ok(bytes) if bytes.is_empty()))
    {
        return Ok(None);
    }
    import::receive(app, &name, field).await.map(Some)
}

/// Browsers send the lines of a text with CR LF, whatever they were; Terraform's own files have LF.
async fn pasted(field: Field<'_>) -> Result<Option<Draft>> {
    let text = text(field, MAX_FILE_BYTES).await?.replace("\r\n", "\n");
    if text.trim().is_empty() { Ok(None) } else { Draft::of_text(&text).map(Some) }
}

async fn set(to: &mut String, field: Field<'_>) -> Result<Option<Draft>> {
    *to = text(field, MAX_FIELD).await?;
    Ok(None)
}

async fn text(mut field: Field<'_>, limit: usize) -> Result<String> {
    let name = field.name().unwrap_or_default().to_owned();
    let mut bytes = Vec::new();
    while let Some(piece) = field.chunk().await.map_err(|e| Error::field(&name, e.to_string()))? {
        if bytes.len() + piece.len() > limit {
            return Err(Error::field(&name, format!("more than {limit} bytes; send an archive instead")));
        }
        bytes.extend_from_slice(&piece);
    }
    String::from_utf8(bytes).map_err(|_| Error::field(&name, "not UTF-8"))
}
