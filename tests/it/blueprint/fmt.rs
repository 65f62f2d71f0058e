//! `format` against `terraform fmt`.

use std::collections::BTreeMap;

use cloudoven::blueprint::{Document, Edit, Files, Schemas, apply};

use super::{Numbers, bundles, terraform};

/// Formats every text with Terraform and with us; those that Terraform refuses are left out. Returns how many compared.
fn compare(texts: &[String]) -> usize {
    let folder = tempfile::tempdir().unwrap();
    for (i, text) in texts.iter().enumerate() {
        std::fs::write(folder.path().join(format!("t{i}.tf")), text).unwrap();
    }
    let output = terraform(folder.path(), &["fmt", "-list=false", "-no-color"]);
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    let mut compared = 0;
    let mut wrong = Vec::new();
    for (i, text) in texts.iter().enumerate() {
        if errors.contains(&format!(" t{i}.tf line ")) {
            continue;
        }
        let theirs = std::fs::read_to_string(folder.path().join(format!("t{i}.tf"))).unwrap();
        let mut files = Files::default();
        files.insert("main.tf", text.as_str()).unwrap();
        let document = match Document::parse(&files) {
            Ok(document) => document,
            Err(faults) => {
                wrong.push(format!("refused {text:?}: {faults:?}"));
                continue;
            }
        };
        let ours = apply(&document, &Edit::Format { file: None }, &Schemas::new()).unwrap();
        let ours = ours.document.text("main.tf").unwrap().to_string();
        compared += 1;
        if ours != theirs {
            wrong.push(format!("from   {text:?}\nours   {ours:?}\ntheirs {theirs:?}"));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {compared} differ, the first:\n{}",
        wrong.len(),
        wrong[..wrong.len().min(5)].join("\n\n")
    );
    compared
}

const SAMPLES: &[&str] = &[
    "",
    "\n",
    "a=1",
    "\u{feff}a=1\n",
    "a=1\r\nlong   =   2\r\n\r\nblock   {\r\n}\r\n",
    "resource a b{\n}\n",
    "resource \"a\"   \"b\"   {   }\n",
    "a { b = 1 }\n",
    "a {\nb=1\n\n\n\nc  = 2 # x\nlonger = 3 # y\n# alone\nd=4\n}\n",
    "a = {\nx=1\nlonger =2, y=3\n\"q r\" = 4\n(k) = 5\nz : 6\n}\n",
    "a = [\n1,\n   2,\n[3,\n4],\n]\n",
    "a = foo(\nb,\nc\n)\n",
    "a = foo({\nb=1\n})\nc = [{\nd = 1\n}, {\ne=2\n}]\n",
    "a = <<EOT\n  x\n y ${ b }\nEOT\nlonger = 1\n",
    "a {\nb = <<-EOT\n    x\n      y\n    EOT\nlonger = 1\n}\n",
    "a = [<<EOT\nx\nEOT\n, 1]\n",
    "a = \"${b}\"\nc = \"${b}c\"\nd = \"${foo(\"${b}\")}\"\ne = \"${\n  b ?\n c : d\n}\"\n",
    "a = \"x${  b  }y${~ c ~}z%{ if d }e%{ endif }\"\n",
    "variable \"x\" {\ntype=list\n}\nvariable \"y\" {\ntype=\"string\"\n}\nvariable \"z\" {\ntype=\"map\"\ndefault=\"${q}\"\n}\n",
    "a = - 1\nb = 1 - 2\nc = 1- -2\nd = !  e\nf = a ? - 1 : b\ng = x[- 1]\nh = (-1)\n",
    "a = b . c\nd = e [ 0 ]\nf = g[*].h\ni = j.*.k\nl = m.0.n\n",
    "a = [for x in [1] : x if x>0]\nb = {for k,v in c : k=>v...}\nc = [ for  x  in  y : x ]\n",
    "a = x==y&&z!=w||v<=u\nb = x>y ? 1:2\nc = a%b*c/d\n",
    "/* a */ b = 1 /* c */\n# x\n  # y\n// z\nd = 2 // e\n",
    "a {\n  b {\n c = 1\n  }\n\n   # comment\n}\n",
    "a = \"\u{e9}\u{e9}\" # x\nbb = 2 # y\n",
    "\"not hcl\" = 1\n",
    "a = provider::x::y(1)\n",
    "a = {}\nb = []\nc = {  }\nd = [  ]\ne = {a=1}\n",
    "a = foo(b...)\nc = foo( )\n",
    "locals {\n  a = 1\n    b = {\n c = 2\n}\n  ddd = 3\n}\n",
    "a = true ? {\nb=1\n} : null\n",
    "a = (\n1+\n2\n)\n",
    "a = \"$${b}\" \nc = \"%%{d}\"\n",
    "module \"m\" {\n  source=\"./x\"\n  providers={\n    a=a.b\n  }\n}",
    "a = 1 # c\n\n\n",
    "  a = 1\n\tb = 2\n",
    "a = jsonencode({\n  \"x\":1,\n  yy:2\n})\n",
];

#[test]
fn samples_are_formatted_alike() {
    let compared = compare(&SAMPLES.iter().map(|s| s.to_string()).collect::<Vec<_>>());
    assert!(compared > SAMPLES.len() - 6, "{compared}");
}

/// The documentation's examples, as they are and with their blanks shaken up.
#[test]
fn examples_are_formatted_alike() {
    let Some(folder) = provider_corpus::bundles("formatting of the documentation's examples") else { return };
    let mut numbers = Numbers(7);
    let mut compared = 0;
    bundles::each(&folder, |_, documents| {
        let examples = documents.iter().flat_map(|d| d.examples.iter().map(|e| (e.code.clone(), ())));
        let examples: BTreeMap<String, ()> = examples.collect();
        let examples: Vec<String> = examples.into_keys().map(|code| code + "\n").collect();
        let shaken: Vec<String> = examples.iter().step_by(5).map(|code| shake(code, &mut numbers)).collect();
        compared += compare(&examples) + compare(&shaken);
    });
    assert!(compared > 3_000, "{compared}");
}

/// Changes the blanks outside of quotes, comments and heredocs.
fn shake(code: &str, numbers: &mut Numbers) -> String {
    if code.contains("<<") {
        return code.to_owned();
    }
    let mut out = String::new();
    for line in code.lines() {
        let quoted = line.contains(['"', '#', '/', '`']);
        for c in line.chars() {
            match c {
                ' ' if !quoted => out.push_str(numbers.pick::<&str>(&[" ", "  ", "\t", "     "])),
                '=' if !quoted => out.push_str(numbers.pick::<&str>(&["=", "=  "])),
                c => out.push(c),
            }
        }
        out.push_str(numbers.pick::<&str>(&["\n", "  \n", "\n"]));
    }
    out
}
