//! The graph of resources against `terraform graph`.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
};

use cloudoven::blueprint::{Scope, Show, graph};

use super::{Numbers, document, terraform};

type Uses = BTreeMap<String, BTreeSet<String>>;

/// Resources, locals, variables and outputs that refer to earlier ones at random.
fn configuration(numbers: &mut Numbers) -> String {
    let mut text = String::from("variable \"v\" {\n  default = 1\n}\n");
    let mut names = vec!["var.v".to_owned()];
    for i in 0..40 {
        let used: Vec<String> = (0..numbers.below(4)).map(|_| numbers.pick(&names).clone()).collect();
        let value = format!("[{}]", used.join(", "));
        let (block, name) = match numbers.below(4) {
            0 => (format!("locals {{\n  l{i} = {value}\n}}\n"), format!("local.l{i}")),
            1 => {
                let used: Vec<&String> = used.iter().filter(|u| u.starts_with("terraform_data.")).collect();
                let used: Vec<&str> = used.iter().map(|u| u.trim_end_matches(".output")).collect();
                let body = format!("depends_on = [{}]", used.join(", "));
                let block = format!("resource \"terraform_data\" \"r{i}\" {{\n  {body}\n}}\n");
                (block, format!("terraform_data.r{i}.output"))
            }
            _ => (
                format!(
                    "resource \"terraform_data\" \"r{i}\" {{\n  input = \"${{jsonencode({value})}}\"\n}}\n"
                ),
                format!("terraform_data.r{i}.output"),
            ),
        };
        text.push_str(&block);
        names.push(name);
    }
    let _ = write!(text, "output \"o\" {{\n  value = {}\n}}\n", names[names.len() - 1]);
    text
}

/// Everything that each uses, directly or not: Terraform leaves out what others imply.
fn closure(direct: &Uses) -> Uses {
    let reach = |start: &String| {
        let mut found = BTreeSet::new();
        let mut open = vec![start.clone()];
        while let Some(at) = open.pop() {
            for next in direct.get(&at).into_iter().flatten() {
                if found.insert(next.clone()) {
                    open.push(next.clone());
                }
            }
        }
        found
    };
    direct.keys().map(|k| (k.clone(), reach(k))).collect()
}

fn read_dot(dot: &str) -> Uses {
    let mut uses = Uses::new();
    for line in dot.lines() {
        match line.split('"').collect::<Vec<_>>().as_slice() {
            [_, from, arrow, to, _] if arrow.trim() == "->" => {
                uses.entry((*from).to_owned()).or_default().insert((*to).to_owned());
            }
            [_, node, label, ..] if label.contains("label") => {
                uses.entry((*node).to_owned()).or_default();
            }
            _ => {}
        }
    }
    uses
}

#[test]
fn resources_depend_on_what_terraform_says() {
    let mut numbers = Numbers(0x5eed);
    for _ in 0..4 {
        let text = configuration(&mut numbers);
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("main.tf"), &text).unwrap();
        assert!(terraform(folder.path(), &["init", "-no-color"]).status.success());
        let theirs = terraform(folder.path(), &["graph"]);
        assert!(theirs.status.success(), "{}\n{text}", String::from_utf8_lossy(&theirs.stderr));
        let theirs = read_dot(&String::from_utf8(theirs.stdout).unwrap());
        assert!(theirs.len() > 20, "{text}");
        let ours = graph(&document(&text), &Scope { show: Show::Resources, around: None });
        let ours = read_dot(&cloudoven::blueprint::dot(&ours));
        assert_eq!(closure(&ours), closure(&theirs), "{text}");
    }
}

#[test]
fn the_cycle_is_the_one_that_terraform_names() {
    let text = "locals {\n  a = terraform_data.b.output\n  free = local.a\n}\nresource \"terraform_data\" \"b\" {\n  \
                input = terraform_data.c.output\n}\nresource \"terraform_data\" \"c\" {\n  input = local.a\n}\n";
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("main.tf"), text).unwrap();
    assert!(terraform(folder.path(), &["init", "-no-color"]).status.success());
    let said = terraform(folder.path(), &["validate", "-no-color"]);
    let said = String::from_utf8(said.stderr).unwrap();
    let (_, theirs) = said.split_once("Cycle: ").expect("a cycle");
    let theirs: BTreeSet<&str> = theirs
        .split([',', '\n', '│', '╵'])
        .map(|w| w.trim().trim_end_matches(" (expand)"))
        .filter(|w| !w.is_empty())
        .collect();
    let ours = graph(&document(text), &Scope::default());
    assert_eq!(ours.cycles.len(), 1);
    let ours: BTreeSet<&str> =
        ours.cycles[0].iter().map(|i| ours.nodes[*i].element.address.as_str()).collect();
    assert_eq!(ours, theirs);
}
