//! Uploads on their way in: to a file without a name, never into memory.

use std::{
    fs::File,
    io::{Seek, SeekFrom},
    time::Duration,
};

use bytes::Bytes;
use futures::{Stream, StreamExt as _};
use tokio::io::AsyncWriteExt as _;

use super::{Draft, refusal};
use crate::{
    app::App,
    blueprint::{self, Bounds},
    error::{Error, Result},
    project::design,
};

/// Bytes of an archive.
pub const MAX_UPLOAD: u64 = 64 << 20;

/// How long the rest of a refused upload is read, since a connection that is closed while the other side still sends
/// may lose the answer.
const DRAIN: Duration = Duration::from_secs(5);

/// Reads an archive, or a single Terraform file, as it comes in. `name` is what it is called.
///
/// # Errors
/// Invalid at `/file`, with what to do, when it is too large or cannot be read; Unavailable, when too many are being read.
pub async fn receive<E: std::error::Error>(
    app: &App,
    name: &str,
    content: impl Stream<Item = Result<Bytes, E>> + Send,
) -> Result<Draft> {
    let mut content = std::pin::pin!(content);
    let file = match store(content.as_mut()).await {
        Ok(file) => file,
        Err(error) => {
            let rest = async { while content.next().await.is_some_and(|piece| piece.is_ok()) {} };
            let _ = tokio::time::timeout(DRAIN, rest).await;
            return Err(error);
        }
    };
    let name = base_name(name);
    let _turn = app.imports.turn().await?;
    design::blocking(move || {
        let unpacked = blueprint::unpack(file, &name, Bounds::default()).map_err(|e| refusal("file", e))?;
        let suggested = without_ending(&name).to_owned();
        Draft::new(name, suggested, unpacked).map_err(|message| Error::field("file", message))
    })
    .await?
}

/// The last part of a path as any system writes it, fit to be shown.
fn base_name(path: &str) -> String {
    let base = path.rsplit(['/', '\\']).next().unwrap_or(path);
    base.chars().filter(|c| !c.is_control()).take(100).collect()
}

/// A file's name without what says its format.
fn without_ending(name: &str) -> &str {
    let endings = [".zip", ".tar.gz", ".tgz", ".tar", ".tf.json", ".tf"];
    endings.iter().find_map(|end| name.strip_suffix(end)).unwrap_or(name)
}

async fn store<E: std::error::Error>(
    mut content: impl Stream<Item = Result<Bytes, E>> + Unpin,
) -> Result<File> {
    let mut file = tokio::fs::File::from_std(tempfile::tempfile().map_err(Error::internal)?);
    let mut left = MAX_UPLOAD;
    while let Some(piece) = content.next().await {
        let piece = piece.map_err(|e| Error::invalid(format!("the upload broke off: {e}")))?;
        left = left.checked_sub(piece.len() as u64).ok_or_else(too_large)?;
        file.write_all(&piece).await.map_err(Error::internal)?;
    }
    file.flush().await.map_err(Error::internal)?;
    let mut file = file.into_std().await;
    file.seek(SeekFrom::Start(0)).map_err(Error::internal)?;
    Ok(file)
}

fn too_large() -> Error {
    let mib = MAX_UPLOAD >> 20;
    let message = format!(
        "larger than {mib} MiB; put only the Terraform module in the archive, without .git and .terraform"
    );
    Error::field("file", message)
}
