//! Files to save.

use axum::{
    body::Body,
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use tokio::fs::File;
use tokio_stream::wrappers::ReceiverStream;
use tokio_util::io::ReaderStream;

use crate::{
    error::{Error, Result},
    project::design,
};

/// A zip that is written while it is sent. `name` may be anything; the file's name keeps what is safe of it.
pub fn zip(name: &str, files: Vec<(String, Vec<u8>)>) -> Response {
    let body = Body::from_stream(ReceiverStream::new(design::zip_stream(files)));
    attachment(body, "application/zip", &format!("{}.zip", file_name(name)))
}

/// An archive of the catalog, from a file.
pub async fn bundle(name: &str, file: File) -> Result<Response> {
    let length = file.metadata().await.map_err(Error::internal)?.len();
    let body = Body::from_stream(ReaderStream::new(file));
    let mut response = attachment(body, "application/zstd", &format!("{}.tar.zst", file_name(name)));
    response.headers_mut().insert(header::CONTENT_LENGTH, HeaderValue::from(length));
    Ok(response)
}

/// A text in Graphviz' language.
pub fn dot(name: &str, text: String) -> Response {
    attachment(Body::from(text), "text/vnd.graphviz; charset=utf-8", &format!("{}.dot", file_name(name)))
}

/// `file` is a safe name.
fn attachment(body: Body, content_type: &'static str, file: &str) -> Response {
    let mut response = body.into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    if let Ok(value) = HeaderValue::from_str(&format!("attachment; filename=\"{file}\"")) {
        headers.insert(header::CONTENT_DISPOSITION, value);
    }
    response
}

/// Letters, digits, `.`, `_` and single `-` of a name.
pub fn file_name(name: &str) -> String {
    let safe = |c: char| c.is_ascii_alphanumeric() || c == '.' || c == '_';
    let words: Vec<&str> = name.split(|c| !safe(c)).filter(|w| !w.is_empty()).collect();
    let joined = words.join("-").trim_start_matches('.').to_owned();
    if joined.is_empty() { "blueprint".into() } else { joined }
}

#[cfg(test)]
mod tests {
    use super::file_name;

    #[test]
    fn names_are_safe() {
        assert_eq!(file_name("Order \"management\"\r\n-r14"), "Order-management-r14");
        assert_eq!(file_name("ä"), "blueprint");
        assert_eq!(file_name(".x"), "x");
    }
}
