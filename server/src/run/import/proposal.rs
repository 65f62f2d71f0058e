//! The edit that an import proposes, worked out anew each time: the blueprint may have changed since.

use std::collections::BTreeSet;

use serde::Serialize;

use super::{ImportedObject, Outcome, keep::Found, request::Request};
use crate::{
    app::App,
    auth::Actor,
    blueprint::{self, Document, Edit, Import, Target},
    error::Result,
    project::{
        blueprints::{self, Texts},
        deployments, design,
    },
    store::{BlueprintId, runs::Run},
};

/// An edit of the blueprint.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Proposal {
    /// The revision that it is made on, to be sent as `If-Match`.
    pub revision: i64,
    /// Objects that it imports.
    pub objects: usize,
    /// The files that it changes.
    pub files: Vec<ChangedFile>,
}

/// A file before and after.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct ChangedFile {
    pub file: String,
    /// Empty for a new file.
    pub before: String,
    pub after: String,
}

impl Proposal {
    /// All files of the blueprint with the edit made.
    pub(super) async fn files_of(&self, app: &App, actor: &Actor, id: &BlueprintId) -> Result<Texts> {
        let (_, _, mut files) = blueprints::load(app, actor, id, Some(self.revision)).await?;
        files.extend(self.files.iter().map(|changed| (changed.file.clone(), changed.after.clone())));
        Ok(files)
    }
}

/// What became of each object.
pub(super) fn objects(request: &Request, found: Option<&Found>, ended: bool) -> Vec<ImportedObject> {
    let generated = found.map(|found| generated(request, found)).unwrap_or_default();
    let object = |(import, configured): (&Import, &bool)| {
        let address = address(import);
        let outcome = match found {
            None if !ended => Outcome::Pending,
            Some(_) if !configured && generated.contains(&address) => Outcome::Generated,
            Some(found) if *configured && found.imported.contains(&address) => Outcome::Found,
            _ => Outcome::Failed,
        };
        let errors = found.map(|found| found.errors.as_slice()).unwrap_or_default();
        let about = |error: &&String| mentions(error, &address) || mentions(error, &import.id);
        let error = errors.iter().find(about).filter(|_| outcome == Outcome::Failed).cloned();
        ImportedObject {
            to: address,
            id: import.id.clone(),
            provider: import.provider.clone(),
            outcome,
            error,
        }
    };
    request.imports.iter().zip(&request.configured).map(object).collect()
}

/// The address as Terraform writes it.
fn address(import: &Import) -> String {
    Target::read(&import.to).map_or_else(|_| import.to.clone(), |target| target.to_string())
}

/// Whether a text names something, and not only something that begins or ends alike.
fn mentions(text: &str, name: &str) -> bool {
    let part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '[' | '/');
    !name.is_empty()
        && text.match_indices(name).any(|(at, _)| {
            let (before, after) = (&text[..at], &text[at + name.len()..]);
            // A full stop ends a sentence as well.
            let goes_on = after.starts_with(part)
                && after.strip_prefix('.').is_none_or(|rest| rest.starts_with(char::is_alphanumeric));
            !before.ends_with(part) && !goes_on
        })
}

/// The resources for which Terraform wrote configuration.
fn generated(request: &Request, found: &Found) -> BTreeSet<String> {
    let code = found.generated.as_deref().unwrap_or_default();
    let wanted = request.imports.iter().map(address).collect();
    blueprint::tidy(code, &wanted).map(|tidied| tidied.resources.into_iter().collect()).unwrap_or_default()
}

/// The edit for what was found, and what to know about it.
pub(super) async fn propose(
    app: &App,
    actor: &Actor,
    run: &Run,
    request: &Request,
    found: &Found,
) -> Result<(Option<Proposal>, Vec<String>)> {
    let mut notes = found.notes.clone();
    let deployment = deployments::get(app, actor, &run.deployment_id).await?;
    let opened = design::open(app, actor, &deployment.blueprint_id, None).await?;
    let document = opened.document;
    if opened.revision.number != run.revision {
        notes.push(format!(
            "The blueprint has changed since the run: it was made on r{}, the latest is r{}.",
            run.revision, opened.revision.number
        ));
    }
    if let Some(pinned) = deployment.revision {
        notes.push(format!("The deployment is pinned to r{pinned}: its runs do not see what is added."));
    }
    if found.masked {
        notes.push(
            "A secret value of the deployment was taken out: put a variable where *** stands.".to_owned(),
        );
    }
    let chosen = chosen(&document, request, found, &mut notes);
    let wanted: BTreeSet<String> =
        chosen.iter().filter(|(_, configured)| !configured).map(|(i, _)| address(i)).collect();
    let Ok(tidied) = blueprint::tidy(found.generated.as_deref().unwrap_or_default(), &wanted) else {
        notes.push("What Terraform generated can't be read as HCL.".to_owned());
        return Ok((None, notes));
    };
    if chosen.is_empty() {
        return Ok((None, notes));
    }
    notes.extend(tidied.withheld.iter().map(|argument| {
        format!(
            "Terraform does not write sensitive values: set {}, or ignore its changes.",
            argument.replace(": ", ".")
        )
    }));
    let imports: Vec<Import> = chosen.into_iter().map(|(import, _)| import).collect();
    let code = format!("{}\n{}", blueprint::import_blocks(&imports), tidied.code);
    let edit = Edit::AddCode { code };
    let schemas = app.catalogs.schemas(&document, &design::types_of(&edit)).await?;
    let after = design::applied(document.clone(), edit, schemas).await?;
    let changed = after.into_iter().filter_map(|(file, after)| {
        let before = document.text(&file).map(ToString::to_string).unwrap_or_default();
        (before != after).then_some(ChangedFile { file, before, after })
    });
    let proposal =
        Proposal { revision: opened.revision.number, objects: imports.len(), files: changed.collect() };
    Ok((Some(proposal), notes))
}

/// What was found and still fits the blueprint; with each whether the blueprint configures it.
fn chosen(
    document: &Document,
    request: &Request,
    found: &Found,
    notes: &mut Vec<String>,
) -> Vec<(Import, bool)> {
    let objects = objects(request, Some(found), true);
    let all = request.imports.iter().zip(&request.configured).zip(objects);
    let mut chosen: Vec<(Import, bool)> = all
        .filter(|(_, object)| object.outcome != Outcome::Failed)
        .map(|((import, configured), _)| (import.clone(), *configured))
        .collect();
    chosen.retain(|(import, configured)| {
        let target = Target::read(&import.to);
        let has = target.is_ok_and(|target| blueprint::is_configured(document, &target));
        if *configured && !has {
            notes.push(format!("{} is left out: the blueprint has it no more.", import.to));
        } else if !configured && has {
            notes.push(format!("The blueprint has a {} by now: this one gets another name.", import.to));
        }
        !configured || has
    });
    // A row of its own for each: a new block of the same name is no fault, since the new one is renamed.
    let plain = |(import, _): &(Import, bool)| Import { provider: None, ..import.clone() };
    let imports: Vec<Import> = chosen.iter().map(plain).collect();
    let faults = blueprint::check_imports(document, &imports);
    for fault in faults.iter().rev() {
        let (import, _) = chosen.remove(fault.index);
        notes.push(format!("{} is left out: {}.", import.to, fault.message));
    }
    chosen
}

#[cfg(test)]
mod tests {
    use super::mentions;

    #[test]
    fn a_name_is_found_as_a_whole() {
        for text in ["There is no net-1.", "with a_b.net-1 in it: \"net-1\"", "net-1"] {
            assert!(mentions(text, "net-1"), "{text}");
        }
        for text in ["There is no net-12.", "subnet-1", "net-1.id", "x.net-1", ""] {
            assert!(!mentions(text, "net-1"), "{text}");
        }
        assert!(!mentions("anything", ""));
    }
}
