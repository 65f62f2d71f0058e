//! One change of a configuration that may break it.

use rand::{
    RngExt as _,
    rngs::StdRng,
    seq::{IndexedRandom as _, SliceRandom as _},
};

use super::{
    pools::{ARGUMENTS, EXPRESSIONS, KEYWORDS, LABELS, LITERALS, REFERENCES},
    tree::{Block, Body, Node, argument, block, bodies, nth},
};

/// Changes a configuration in one place and says what was changed; nothing where the chosen kind of change found no place.
pub fn mutate(config: &mut Body, rng: &mut StdRng) -> Option<String> {
    match rng.random_range(0..100) {
        0..22 => replace_value(config, rng),
        22..34 => remove(config, rng),
        34..46 => add_argument(config, rng),
        46..54 => rename(config, rng),
        54..62 => add_block(config, rng),
        62..68 => labels(config, rng),
        68..74 => duplicate(config, rng),
        74..82 => reference(config, rng),
        82..86 => move_node(config, rng),
        86..90 => turn(config, rng),
        90..95 => tangle(config, rng),
        _ => edit_value(config, rng),
    }
}

/// An expression that may be of any type and refer to anything.
fn expression(rng: &mut StdRng) -> String {
    let pool: &[&str] = match rng.random_range(0..10) {
        0..4 => &LITERALS,
        4..6 => &EXPRESSIONS,
        _ => &REFERENCES,
    };
    let simple = (*pool.choose(rng).unwrap_or(&"null")).to_owned();
    let plain = !simple.starts_with("<<");
    match rng.random_range(0..12) {
        0 if plain => format!("[{simple}]"),
        1 if plain && !simple.contains('"') => format!("\"a-${{{simple}}}\""),
        2 if plain => format!("{{ a = {simple} }}"),
        _ => simple,
    }
}

/// A random body with at least one node that fits.
fn place<'c>(
    config: &'c mut Body,
    rng: &mut StdRng,
    fits: fn(&Node) -> bool,
) -> Option<(&'c mut Body, usize)> {
    let count = bodies(config);
    for _ in 0..20 {
        let index = rng.random_range(0..count);
        let found = nth(config, index).is_some_and(|body| body.iter().any(fits));
        if found {
            let body = nth(config, index)?;
            let fitting: Vec<usize> = (0..body.len()).filter(|i| fits(&body[*i])).collect();
            let chosen = *fitting.choose(rng)?;
            return Some((body, chosen));
        }
    }
    None
}

fn is_argument(node: &Node) -> bool {
    matches!(node, Node::Argument(..))
}

fn is_block(node: &Node) -> bool {
    matches!(node, Node::Block(_))
}

fn described(node: &Node) -> String {
    match node {
        Node::Argument(name, value) => format!("{name} = {value}"),
        Node::Block(Block { keyword, labels, .. }) => format!("block {keyword} {labels:?}"),
    }
}

fn replace_value(config: &mut Body, rng: &mut StdRng) -> Option<String> {
    let (body, index) = place(config, rng, is_argument)?;
    let Node::Argument(name, value) = &mut body[index] else { return None };
    let new = expression(rng);
    let told = format!("{name} = {value} becomes {new}");
    *value = new;
    Some(told)
}

fn remove(config: &mut Body, rng: &mut StdRng) -> Option<String> {
    let (body, index) = place(config, rng, |_| true)?;
    Some(format!("removed {}", described(&body.remove(index))))
}

fn any_body<'c>(config: &'c mut Body, rng: &mut StdRng) -> Option<&'c mut Body> {
    let index = rng.random_range(0..bodies(config));
    nth(config, index)
}

fn add_argument(config: &mut Body, rng: &mut StdRng) -> Option<String> {
    let (name, value) = (*ARGUMENTS.choose(rng)?, expression(rng));
    let body = any_body(config, rng)?;
    if body.iter().any(|node| matches!(node, Node::Argument(other, _) if other == name)) {
        return None;
    }
    let added = argument(name, value);
    let told = format!("added {}", described(&added));
    body.insert(rng.random_range(0..=body.len()), added);
    Some(told)
}

fn rename(config: &mut Body, rng: &mut StdRng) -> Option<String> {
    let (body, index) = place(config, rng, |_| true)?;
    let told = described(&body[index]);
    let new = match &mut body[index] {
        Node::Argument(name, _) => {
            *name = slipped(name, ARGUMENTS.choose(rng)?, rng);
            name.clone()
        }
        Node::Block(block) => {
            block.keyword = slipped(&block.keyword, KEYWORDS.choose(rng)?, rng);
            block.keyword.clone()
        }
    };
    Some(format!("{told} renamed {new}"))
}

/// Another name, or the same with a slip of the finger.
fn slipped(name: &str, other: &str, rng: &mut StdRng) -> String {
    if rng.random_bool(0.5) { format!("{name}x") } else { other.to_owned() }
}

fn new_block(rng: &mut StdRng) -> Option<Node> {
    let keyword = *KEYWORDS.choose(rng)?;
    let usual = match keyword {
        "resource" | "data" | "ephemeral" => 2,
        "variable" | "output" | "provider" | "module" | "check" | "provisioner" | "dynamic" | "backend"
        | "user" => 1,
        _ => 0,
    };
    let count = if rng.random_ratio(1, 8) { rng.random_range(0..3) } else { usual };
    let labels: Vec<&str> = (0..count).filter_map(|_| LABELS.choose(rng).copied()).collect();
    let mut body = Vec::new();
    for _ in 0..rng.random_range(0..3) {
        let name = *ARGUMENTS.choose(rng)?;
        if !body.iter().any(|node| matches!(node, Node::Argument(other, _) if other == name)) {
            body.push(argument(name, expression(rng)));
        }
    }
    Some(block(keyword, &labels, body))
}

/// A block that Terraform might expect there, or any.
fn add_block(config: &mut Body, rng: &mut StdRng) -> Option<String> {
    let added = if rng.random_bool(0.5) { new_block(rng)? } else { known_block(rng) };
    let told = format!("added {}", described(&added));
    let body = any_body(config, rng)?;
    body.insert(rng.random_range(0..=body.len()), added);
    Some(told)
}

/// Blocks with what usually is in them, which one value spoils.
fn known_block(rng: &mut StdRng) -> Node {
    let value = expression(rng);
    let rule =
        |condition: String| vec![argument("condition", condition), argument("error_message", "\"Not so.\"")];
    let lifecycle = |name: &str, value: &str| block("lifecycle", &[], vec![argument(name, value)]);
    match rng.random_range(0..14) {
        0 => lifecycle("create_before_destroy", &value),
        1 => lifecycle("ignore_changes", &value),
        2 => lifecycle("replace_triggered_by", &format!("[{value}]").replace("[<<", "[\"x\"] #")),
        3 => block("lifecycle", &[], vec![block("precondition", &[], rule(value))]),
        4 => block("lifecycle", &[], vec![block("postcondition", &[], rule(value))]),
        5 => block("provisioner", &["local-exec"], vec![argument("command", value)]),
        6 => block(
            "provisioner",
            &["local-exec"],
            vec![argument("command", value), argument("when", "destroy")],
        ),
        7 => block(
            "dynamic",
            &["disk"],
            vec![argument("for_each", value), block("content", &[], vec![argument("size_gb", "1")])],
        ),
        8 => block(
            "dynamic",
            &["disk"],
            vec![argument("for_each", "[1]"), block("content", &[], vec![argument("size_gb", value)])],
        ),
        9 => block("validation", &[], rule(value)),
        10 => block("precondition", &[], rule(value)),
        11 => block("moved", &[], vec![argument("from", value), argument("to", "demo_network.main")]),
        12 => block("import", &[], vec![argument("to", "demo_subnet.front"), argument("id", value)]),
        _ => block("check", &["c"], vec![block("assert", &[], rule(value))]),
    }
}

fn labels(config: &mut Body, rng: &mut StdRng) -> Option<String> {
    let (body, index) = place(config, rng, is_block)?;
    let Node::Block(block) = &mut body[index] else { return None };
    let before = format!("{} {:?}", block.keyword, block.labels);
    let label = (*LABELS.choose(rng)?).to_owned();
    let count = block.labels.len();
    match rng.random_range(0..4) {
        0 => block.labels.push(label),
        1 if count > 0 => drop(block.labels.remove(rng.random_range(0..count))),
        _ if count > 0 => block.labels[rng.random_range(0..count)] = label,
        _ => return None,
    }
    Some(format!("{before} labelled {:?}", block.labels))
}

fn duplicate(config: &mut Body, rng: &mut StdRng) -> Option<String> {
    let (body, index) = place(config, rng, |_| true)?;
    let twin = body[index].clone();
    let told = format!("twice {}", described(&twin));
    body.insert(index, twin);
    Some(told)
}

/// Puts one part of a reference wrong, wherever there is one.
fn reference(config: &mut Body, rng: &mut StdRng) -> Option<String> {
    let refers = |node: &Node| matches!(node, Node::Argument(_, value) if value.contains('.') && !value.contains("cloudoven"));
    let (body, index) = place(config, rng, refers)?;
    let Node::Argument(name, value) = &mut body[index] else { return None };
    let before = format!("{name} = {value}");
    let parts: Vec<&str> = value.split('.').collect();
    let at = rng.random_range(0..parts.len());
    let parts: Vec<String> = match rng.random_range(0..3) {
        0 => parts
            .iter()
            .enumerate()
            .map(|(i, p)| if i == at { format!("{p}x") } else { (*p).to_owned() })
            .collect(),
        1 => parts.iter().enumerate().filter(|(i, _)| *i != at).map(|(_, p)| (*p).to_owned()).collect(),
        _ => parts
            .iter()
            .enumerate()
            .map(|(i, p)| if i == at { format!("{p}[0]") } else { (*p).to_owned() })
            .collect(),
    };
    *value = parts.join(".");
    Some(format!("{before} refers to {value}"))
}

/// Takes a node out of its body and puts it into another one.
fn move_node(config: &mut Body, rng: &mut StdRng) -> Option<String> {
    let (body, index) = place(config, rng, |_| true)?;
    let node = body.remove(index);
    let told = format!("moved {}", described(&node));
    let body = any_body(config, rng)?;
    let at = rng.random_range(0..=body.len());
    body.insert(at, node);
    Some(told)
}

/// An argument into a block, or a block into an argument.
fn turn(config: &mut Body, rng: &mut StdRng) -> Option<String> {
    let (body, index) = place(config, rng, |_| true)?;
    let told = format!("turned {}", described(&body[index]));
    body[index] = match &body[index] {
        Node::Argument(name, _) => block(name, &[], Vec::new()),
        Node::Block(block) => argument(&block.keyword, expression(rng)),
    };
    Some(told)
}

/// References that may go in a circle: from one element to another, through whatever argument.
fn tangle(config: &mut Body, rng: &mut StdRng) -> Option<String> {
    const BACK: [&str; 10] = [
        "demo_network.main.id",
        "demo_subnet.front.id",
        "demo_server.web.id",
        "demo_bucket.logs.id",
        "demo_database.orders.id",
        "terraform_data.one.id",
        "local.text",
        "module.child.name",
        "terraform_data.hooks.id",
        "data.demo_network.found.id",
    ];
    const WHERE: [&str; 6] = ["name", "cidr", "input", "text", "network_id", "subnet_id"];
    let target = *BACK.choose(rng)?;
    let mut changed = None;
    let mut order: Vec<usize> = (0..config.len()).collect();
    order.shuffle(rng);
    for index in order {
        let Node::Block(block) = &mut config[index] else { continue };
        for node in &mut block.body {
            if let Node::Argument(name, value) = node
                && WHERE.contains(&name.as_str())
            {
                changed =
                    Some(format!("{} {:?} {name} = {value} becomes {target}", block.keyword, block.labels));
                target.clone_into(value);
                break;
            }
        }
        if changed.is_some() {
            break;
        }
    }
    changed
}

/// Changes a value a little: wraps it, or leaves out its quotes.
fn edit_value(config: &mut Body, rng: &mut StdRng) -> Option<String> {
    let (body, index) = place(config, rng, is_argument)?;
    let Node::Argument(name, value) = &mut body[index] else { return None };
    if value.starts_with("<<") {
        return None;
    }
    let before = format!("{name} = {value}");
    *value = match rng.random_range(0..6) {
        0 => format!("[{value}]"),
        1 => value.replace('"', ""),
        2 => format!("\"{}\"", value.replace(['"', '$', '\n'], "")),
        3 => format!("{value}[0]"),
        4 => format!("{value}.a"),
        _ => format!("{value} == 1 ? {value} : null"),
    };
    Some(format!("{before} edited to {value}"))
}
