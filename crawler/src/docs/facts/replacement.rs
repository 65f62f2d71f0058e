//! Whether a change makes Terraform replace the object.

use super::token::Token;

/// "Changing this forces a new resource to be created", "requires replacement", "will be re-created".
pub fn read(tokens: &[Token]) -> bool {
    (0..tokens.len()).any(|at| states(tokens, at))
}

fn states(tokens: &[Token], at: usize) -> bool {
    const VERBS: [&str; 16] = [
        "force",
        "forces",
        "forcing",
        "forced",
        "require",
        "requires",
        "cause",
        "causes",
        "trigger",
        "triggers",
        "recreate",
        "recreates",
        "re-create",
        "re-creates",
        "result",
        "results",
    ];
    const OUTCOMES: [&str; 12] = [
        "replacement",
        "recreation",
        "re-creation",
        "replaced",
        "replace",
        "recreated",
        "re-created",
        "recreate",
        "re-create",
        "recreating",
        "re-creating",
        "destroyed",
    ];
    let token = &tokens[at];
    if !token.is_any(&VERBS) {
        return false;
    }
    let negated = tokens[..at]
        .iter()
        .rev()
        .take(3)
        .any(|t| t.is_any(&["not", "doesn't", "won't", "without", "never", "no"]));
    let forces = token.is_any(&["force", "forces", "forcing", "forced"]);
    let near = || tokens[at + 1..].iter().take(9).take_while(|t| !t.ends_sentence());
    let new = || forces && near().take(5).any(|t| t.is("new"));
    let replaced = || {
        let outcome = near().any(|t| t.is_any(&OUTCOMES));
        let new =
            near().any(|t| t.is("new")) && near().any(|t| t.is_any(&["resource", "created", "creation"]));
        outcome || (new && token.is_any(&["cause", "causes", "trigger", "triggers", "result", "results"]))
    };
    !negated && (new() || replaced())
}
