//! Fills the provider mirror's volume.

use std::{fs::File, io, path::Path};

use anyhow::{Context as _, bail, ensure};
use bollard::{
    errors::Error as EngineError,
    query_parameters::{DownloadFromContainerOptions, RemoveContainerOptions},
};
use futures::{StreamExt as _, TryStreamExt as _};
use tokio_util::io::{StreamReader, SyncIoBridge};

use super::{DockerExecutor, Packer, archive, engine::fault, spec};
use crate::{
    mirror::{INDEX, INDEX_LIMIT, Index, LocalPackage, TreeDigest, is_executable, scan},
    phase::{ExecError, ExecResult, PROVIDERS, RUNNER_UID, VolumeFile},
};

/// How often a writer that is in the way is looked at before it is taken for dead, at one look a second.
const PATIENCE: u32 = 60;

impl DockerExecutor {
    /// Adds the packages of a directory in filesystem-mirror layout that the mirror does not hold yet; returns them.
    pub async fn add_to_mirror(
        &self,
        directory: &Path,
        terraform_version: &str,
    ) -> anyhow::Result<Vec<LocalPackage>> {
        let root = directory.to_owned();
        let found = tokio::task::spawn_blocking(move || scan(&root)).await??;
        if found.is_empty() {
            return Ok(found);
        }
        self.lock_mirror(terraform_version).await?;
        let added = self.add_packages(found).await;
        let options = RemoveContainerOptions { force: true, ..RemoveContainerOptions::default() };
        let removed =
            self.engine.docker().await?.remove_container(&self.names.mirror_writer(), Some(options)).await;
        let added = added?;
        removed.map_err(fault)?;
        Ok(added)
    }

    /// The packages that containers may install from; read through any container that has the mirror.
    pub(super) async fn mirror_index(&self, container: &str) -> ExecResult<Index> {
        let bytes = self.engine.download(container, &format!("{PROVIDERS}/{INDEX}"), INDEX_LIMIT).await?;
        let Some(bytes) = bytes else { return Ok(Index::default()) };
        serde_json::from_slice(&bytes)
            .map_err(|error| ExecError::Refused(format!("the provider mirror's index is damaged: {error}")))
    }

    /// Makes the writer's container: there is one of its name, so there is one writer.
    async fn lock_mirror(&self, terraform_version: &str) -> anyhow::Result<()> {
        self.ground().await?;
        let name = self.names.mirror_writer();
        let image = spec::image(&self.config, terraform_version);
        for _ in 0..PATIENCE {
            let body = spec::mirror_writer(&self.config, &self.names, image.clone());
            match self.engine.create(Some(&name), body).await {
                Ok(_) => return Ok(()),
                Err(EngineError::DockerResponseServerError { status_code: 409, .. }) => {
                    tokio::time::sleep(std::time::Duration::from_secs(1)).await;
                }
                Err(EngineError::DockerResponseServerError { status_code: 404, .. }) => {
                    return Err(ExecError::ImageMissing(image).into());
                }
                Err(error) => return Err(fault(error).into()),
            }
        }
        bail!(
            "another process has been filling the provider mirror for long; if there is none, remove the container {name}"
        )
    }

    async fn add_packages(&self, found: Vec<LocalPackage>) -> anyhow::Result<Vec<LocalPackage>> {
        let name = self.names.mirror_writer();
        let mut index = self.mirror_index(&name).await?;
        let mut added = Vec::new();
        for local in found {
            if index.packages.contains(&local.package) {
                continue;
            }
            let package = local.clone();
            let pack = move |packer: &mut Packer<_>| pack(&package, packer);
            self.engine.upload_packed(&name, PROVIDERS, RUNNER_UID, pack).await?;
            self.verify_package(&name, &local).await?;
            index.packages.push(local.package.clone());
            index.packages.sort();
            let file = VolumeFile::new(INDEX, serde_json::to_vec_pretty(&index)?);
            self.engine.upload(&name, PROVIDERS, archive::of_public_files(&[file])?).await?;
            added.push(local);
        }
        Ok(added)
    }

    /// Reads the package back and compares.
    async fn verify_package(&self, container: &str, local: &LocalPackage) -> anyhow::Result<()> {
        let options =
            DownloadFromContainerOptions { path: format!("{PROVIDERS}/{}", local.package.directory()) };
        let stream = self.engine.docker().await?.download_from_container(container, Some(options));
        let reader = StreamReader::new(stream.map_err(io::Error::other).boxed());
        let bridge = SyncIoBridge::new(reader);
        let digest = tokio::task::spawn_blocking(move || digest_of_tar(bridge)).await?;
        let digest = digest.context("the package can't be read back")?;
        ensure!(
            digest == local.package.digest,
            "{} {} arrived damaged on the Docker engine; try again",
            local.package.source,
            local.package.version
        );
        Ok(())
    }
}

fn pack(local: &LocalPackage, packer: &mut Packer<Box<dyn io::Write>>) -> io::Result<()> {
    let root = local.package.directory();
    for file in &local.files {
        let path = local.directory.join(file);
        let content = File::open(&path)?;
        let mode = if is_executable(&path)? { 0o755 } else { 0o644 };
        packer.file(&Path::new(&root).join(file), mode, content.metadata()?.len(), content)?;
    }
    Ok(())
}

/// The digest of a tree that an engine gave: its paths start with the directory's own name.
fn digest_of_tar(reader: impl io::Read) -> io::Result<String> {
    let mut digest = TreeDigest::default();
    for entry in tar::Archive::new(reader).entries()? {
        let entry = entry?;
        if entry.header().entry_type() != tar::EntryType::Regular {
            continue;
        }
        let path = entry.path()?.into_owned();
        let below: std::path::PathBuf = path.iter().skip(1).collect();
        let executable = entry.header().mode()? & 0o100 != 0;
        digest.add(&below, executable, entry)?;
    }
    Ok(digest.finish())
}
