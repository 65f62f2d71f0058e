//! What an import found, and the edit that it proposes.

use axum::extract::{Path, State};
use serde::Deserialize;

use crate::{
    app::App,
    http::{
        hcl,
        ui::{
            layout::{Chip, count},
            page::{Form, PageResult, Viewer, go, go_saying, sentence},
        },
    },
    project::deployments,
    run::import::{self, ChangedFile, ImportView, ImportedObject, Outcome},
    store::{RunId, run_imports::Decision},
};

/// Lines around a change that are shown with it.
const CONTEXT: usize = 3;

/// The panel above the plan.
pub struct ImportPanel {
    pub objects: Vec<ObjectView>,
    pub notes: Vec<String>,
    /// Errors that are about no single object.
    pub errors: Vec<String>,
    pub files: Vec<FileView>,
    /// The revision that the edit is made on, when there is one to add.
    pub revision: Option<i64>,
    pub adds: String,
    /// What was decided, in words.
    pub decided: String,
    /// As Terraform wrote it, as safe HTML.
    pub generated: String,
}

/// One object.
pub struct ObjectView {
    pub to: String,
    pub id: String,
    pub provider: String,
    pub state: Chip,
    pub error: String,
}

/// What changes in a file.
pub struct FileView {
    pub file: String,
    pub is_new: bool,
    pub lines: Vec<LineView>,
}

/// A line of a file: `+`, `-` or a blank before it.
pub struct LineView {
    pub class: &'static str,
    pub sign: &'static str,
    /// Safe HTML.
    pub html: String,
}

pub fn panel(view: ImportView) -> ImportPanel {
    let told: Vec<String> = view.objects.iter().filter_map(|o| o.error.clone()).collect();
    let decided = match (view.decision, view.decided_by.as_deref().unwrap_or("a deleted account")) {
        (Decision::Open, _) => String::new(),
        (Decision::Added, by) => format!("{by} added it as r{}.", view.revision.unwrap_or_default()),
        (Decision::Discarded, by) => format!("{by} discarded it."),
    };
    let proposal = view.proposal;
    ImportPanel {
        objects: view.objects.into_iter().map(object).collect(),
        notes: view.notes.iter().map(|note| sentence(note)).collect(),
        errors: view.errors.into_iter().filter(|error| !told.contains(error)).collect(),
        revision: proposal.as_ref().map(|p| p.revision),
        adds: count(proposal.as_ref().map_or(0, |p| p.objects), "object", "objects"),
        files: proposal.iter().flat_map(|p| &p.files).map(file).collect(),
        decided,
        generated: view.generated.as_deref().map(hcl::html).unwrap_or_default(),
    }
}

fn object(o: ImportedObject) -> ObjectView {
    ObjectView {
        state: match o.outcome {
            Outcome::Pending => Chip::live("read", "looking"),
            Outcome::Generated => Chip::new("create", "found, configuration generated"),
            Outcome::Found => Chip::new("create", "found"),
            Outcome::Failed => Chip::new("destroy", "not imported"),
        },
        to: o.to,
        id: o.id,
        provider: o.provider.unwrap_or_default(),
        error: o.error.unwrap_or_default(),
    }
}

/// The lines that differ, with a few around them. What is added at several places is one change.
fn file(changed: &ChangedFile) -> FileView {
    let before: Vec<&str> = changed.before.lines().collect();
    let after: Vec<&str> = changed.after.lines().collect();
    let same = before.iter().zip(&after).take_while(|(a, b)| a == b).count();
    let rest = before.len().min(after.len()) - same;
    let end = before.iter().rev().zip(after.iter().rev()).take(rest).take_while(|(a, b)| a == b).count();
    let line = |class, sign| move |text: &&str| LineView { class, sign, html: hcl::html(text) };
    let around = before[same.saturating_sub(CONTEXT)..same].iter().map(line("", " "));
    let behind = after.len() - end;
    let lines = around
        .chain(before[same..before.len() - end].iter().map(line("old", "-")))
        .chain(after[same..behind].iter().map(line("new", "+")))
        .chain(after[behind..(behind + CONTEXT).min(after.len())].iter().map(line("", " ")));
    FileView { file: changed.file.clone(), is_new: changed.before.is_empty(), lines: lines.collect() }
}

#[derive(Deserialize)]
pub struct Base {
    revision: i64,
}

pub async fn add(
    State(app): State<App>,
    viewer: Viewer,
    Path(id): Path<RunId>,
    Form(base): Form<Base>,
) -> PageResult {
    let run = crate::run::service::get(&app, &viewer.actor, &id).await?.run;
    let deployment = deployments::get(&app, &viewer.actor, &run.deployment_id).await?;
    let revision = import::add(&app, &viewer.actor, &id, base.revision).await?;
    let said = format!("{} as r{}. Undo takes it out again.", revision.message, revision.number);
    Ok(go_saying(&format!("/blueprints/{}", deployment.blueprint_id), &said))
}

pub async fn discard(State(app): State<App>, viewer: Viewer, Path(id): Path<RunId>) -> PageResult {
    import::discard(&app, &viewer.actor, &id).await?;
    Ok(go(&format!("/runs/{id}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_shown_with_what_is_around_it() {
        let text = |lines: &[&str]| lines.join("\n") + "\n";
        let changed = ChangedFile {
            file: "main.tf".into(),
            before: text(&["a", "b", "c", "d", "e", "f", "g", "h"]),
            after: text(&["a", "b", "c", "d", "x", "f", "g", "h"]),
        };
        let shown = file(&changed).lines.iter().map(|l| format!("{}{}", l.sign, l.html)).collect::<Vec<_>>();
        assert_eq!(shown, [" b", " c", " d", "-e", "+x", " f", " g", " h"]);
        let new = ChangedFile { file: "new.tf".into(), before: String::new(), after: "a\na\n".into() };
        assert!(file(&new).is_new && file(&new).lines.iter().all(|l| l.sign == "+"));
        let grown = ChangedFile { file: "m.tf".into(), before: "a\n".into(), after: "a\na\n".into() };
        assert_eq!(file(&grown).lines.iter().map(|l| l.sign).collect::<Vec<_>>(), [" ", "+"]);
    }
}
