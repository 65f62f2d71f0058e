//! The plan as people read it: one line per resource, its attributes old against new.

use crate::{
    run::{
        Status,
        plan::{Action, AttributeChange, OutputChange, PlanView, ResourceChange},
    },
    store::runs::Run,
};

/// Resources whose attributes are unfolded at once.
const OPEN: usize = 3;

/// The panel at the left.
pub struct PlanPanel {
    /// What there is to say while there are no changes to show.
    pub words: &'static str,
    pub busy: bool,
    pub summary: Vec<Tally>,
    pub changes: Vec<ChangeView>,
    pub outputs: Vec<AttributeView>,
    pub drift: Vec<ChangeView>,
    pub omitted: usize,
}

/// "+ 1 create".
pub struct Tally {
    pub tone: &'static str,
    pub text: String,
}

/// One resource.
pub struct ChangeView {
    pub address: String,
    pub sign: &'static str,
    pub tone: &'static str,
    pub word: &'static str,
    pub note: String,
    pub attributes: Vec<AttributeView>,
    pub unchanged: usize,
    pub omitted: usize,
    pub open: bool,
}

/// One attribute, or output.
pub struct AttributeView {
    pub path: String,
    pub forces: bool,
    pub before: Option<String>,
    pub after: Option<String>,
    /// Words in place of a value that is not shown: "sensitive", "known after apply".
    pub before_words: &'static str,
    pub after_words: &'static str,
}

pub fn panel(run: &Run, plan: Option<PlanView>) -> PlanPanel {
    let Some(plan) = plan else { return without(run.status) };
    let changes: Vec<ChangeView> =
        plan.resources.iter().enumerate().map(|(i, r)| change(r, i < OPEN)).collect();
    PlanPanel {
        words: if changes.is_empty() && plan.outputs.is_empty() {
            "Nothing to do: what is there is what the code says."
        } else {
            ""
        },
        busy: false,
        summary: tallies(&plan),
        changes,
        outputs: plan.outputs.iter().flat_map(output).collect(),
        drift: plan.drift.iter().map(|r| change(r, false)).collect(),
        omitted: plan.omitted,
    }
}

fn without(status: Status) -> PlanPanel {
    let (words, busy) = match status {
        Status::Pending | Status::Queued => ("The plan appears here when the run has started.", true),
        Status::Planning => {
            ("Terraform compares the code with what is there. The changes appear here.", true)
        }
        _ => ("There is no plan: the run ended before.", false),
    };
    PlanPanel {
        words,
        busy,
        summary: Vec::new(),
        changes: Vec::new(),
        outputs: Vec::new(),
        drift: Vec::new(),
        omitted: 0,
    }
}

fn tallies(plan: &PlanView) -> Vec<Tally> {
    let of = |wanted: &[Action]| plan.resources.iter().filter(|r| wanted.contains(&r.action)).count();
    let kinds: [(&[Action], &'static str, &str); 5] = [
        (&[Action::Create], "create", "+ {} create"),
        (&[Action::Update], "update", "~ {} update"),
        (&[Action::Replace, Action::CreateThenDestroy], "replace", "± {} replace"),
        (&[Action::Delete], "destroy", "− {} destroy"),
        (&[Action::Read], "read", "{} read"),
    ];
    let tally = |(actions, tone, text): (&[Action], &'static str, &str)| {
        let n = of(actions);
        (n > 0).then(|| Tally { tone, text: text.replace("{}", &n.to_string()) })
    };
    kinds.into_iter().filter_map(tally).collect()
}

fn look(action: Action) -> (&'static str, &'static str, &'static str) {
    match action {
        Action::Create => ("+", "create", "create"),
        Action::Read => ("≤", "read", "read"),
        Action::Update => ("~", "update", "update"),
        Action::Replace => ("±", "replace", "replace"),
        Action::CreateThenDestroy => ("±", "replace", "create, then destroy"),
        Action::Delete => ("−", "destroy", "destroy"),
        Action::Forget => ("·", "", "forget"),
        Action::NoOp => ("·", "", "no change"),
    }
}

fn change(r: &ResourceChange, open: bool) -> ChangeView {
    let (sign, tone, word) = look(r.action);
    let moved = r.previous_address.as_ref().map(|from| format!("moved from {from}"));
    let note = moved.or_else(|| r.importing.then(|| "imported".to_owned())).unwrap_or_default();
    ChangeView {
        address: r.address.clone(),
        sign,
        tone,
        word,
        note,
        attributes: r.attributes.iter().map(|a| attribute(a, "")).collect(),
        unchanged: r.unchanged,
        omitted: r.omitted,
        open,
    }
}

fn output(o: &OutputChange) -> Vec<AttributeView> {
    o.attributes.iter().map(|a| attribute(a, &o.name)).collect()
}

fn attribute(a: &AttributeChange, prefix: &str) -> AttributeView {
    let path = match (prefix, a.path.as_str()) {
        ("", path) => path.to_owned(),
        (name, "") => name.to_owned(),
        (name, path) if path.starts_with('[') => format!("{name}{path}"),
        (name, path) => format!("{name}.{path}"),
    };
    let hidden = if a.sensitive { "sensitive" } else { "" };
    AttributeView {
        path,
        forces: a.forces_replacement,
        before: a.before.clone(),
        after: a.after.clone(),
        before_words: if a.before.is_none() { hidden } else { "" },
        after_words: match (&a.after, a.sensitive, a.known_after_apply) {
            (Some(_), ..) => "",
            (None, true, _) => "sensitive",
            (None, _, true) => "known after apply",
            (None, ..) => "removed",
        },
    }
}
