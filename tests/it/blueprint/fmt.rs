//! `format` against `terraform fmt`.

use cloudoven_tests::exactness::{Comparison, Numbers, compare, cut, hcl_blocks, shake};

/// Compares the texts and returns how many Terraform formats.
fn assert_alike(texts: &[String]) -> usize {
    let Comparison { accepted, differences, .. } = compare(texts).unwrap();
    let first = differences[..differences.len().min(5)].join("\n\n");
    assert!(differences.is_empty(), "{} of {} differ, the first:\n{first}", differences.len(), texts.len());
    accepted
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
    let compared = assert_alike(&SAMPLES.iter().map(|s| s.to_string()).collect::<Vec<_>>());
    assert!(compared > SAMPLES.len() - 6, "{compared}");
}

/// A sample of the documentation's HCL, as it is, with its blanks shaken up, and with a piece of it gone.
#[test]
fn the_documentation_is_formatted_alike() {
    let Some(folder) = provider_corpus::bundles("formatting of the documentation's HCL") else { return };
    let mut numbers = Numbers(7);
    let mut accepted = 0;
    for archive in provider_corpus::archives(&folder).unwrap() {
        let blocks: Vec<String> = hcl_blocks(&archive).unwrap().into_iter().step_by(4).collect();
        let shaken: Vec<String> = blocks.iter().map(|code| shake(code, &mut numbers)).collect();
        let broken: Vec<String> = blocks.iter().step_by(4).map(|code| cut(code, &mut numbers)).collect();
        accepted += assert_alike(&blocks) + assert_alike(&shaken) + assert_alike(&broken);
    }
    assert!(accepted > 4_000, "{accepted}");
}
