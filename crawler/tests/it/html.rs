//! Pages of documentation sites: rendered, with a site around them.

use std::collections::BTreeMap;

use cloudoven_crawler::{
    crawl,
    docs::{self, page},
    source::{self, Limits, PageFormat, PageText, ProviderSource},
};
use serde_json::Value;

use crate::shapes::block_of;

/// Bundles of each dialect that are quick to read.
const BUNDLES: [&str; 4] = [
    "hashicorp-kubernetes-2.38.0",
    "hashicorp-random-3.7.2",
    "hashicorp-tls-4.1.0",
    "terraform-provider-openstack-openstack-3.4.0",
];

#[test]
fn rendered_pages_read_like_their_markdown() {
    let Some(directory) = provider_corpus::bundles("rendered pages") else { return };
    for name in BUNDLES {
        let path = directory.join(format!("{name}.tar.zst"));
        let mut source = source::read(&path, Limits::default()).unwrap().remove(0);
        let expected = documents(&source);
        let links: String =
            source.pages.keys().map(|path| format!("<li><a href=\"/{path}\">{path}</a></li>")).collect();
        source.pages = std::mem::take(&mut source.pages)
            .into_iter()
            .map(|(path, text)| {
                (path.replace(".html.markdown", ".md").replace(".md", ".html"), rendered(&text.text, &links))
            })
            .collect();
        let found = documents(&source);
        assert_eq!(found.len(), expected.len(), "{name}");
        for (element, document) in &expected {
            assert_eq!(&found[element], document, "{name}: {element}");
        }
    }
}

/// Each element's document without what only the markdown or only the address tells, all white space alike.
fn documents(source: &ProviderSource) -> BTreeMap<String, Value> {
    let built = crawl::build(source).unwrap();
    let read = |json: &[u8]| {
        let mut document: Value = serde_json::from_slice(json).unwrap();
        for key in ["page", "url", "subcategory"] {
            document.as_object_mut().unwrap().remove(key);
        }
        even(&mut document);
        document
    };
    built
        .documents
        .iter()
        .map(|(entry, json)| (format!("{:?} {}", entry.kind, entry.name), read(json)))
        .collect()
}

fn even(value: &mut Value) {
    match value {
        Value::String(text) => *text = text.split_whitespace().collect::<Vec<_>>().join(" "),
        Value::Array(values) => values.iter_mut().for_each(even),
        Value::Object(map) => map.values_mut().for_each(even),
        _ => {}
    }
}

/// A page of a site: a header, a sidebar that links everything, breadcrumbs, permalinks, buttons, a table of contents
/// and a footer.
fn rendered(markdown: &str, links: &str) -> PageText {
    let (front, body) = match markdown.strip_prefix("---\n").and_then(|rest| rest.split_once("\n---")) {
        Some((front, body)) => (front, body),
        None => ("", markdown),
    };
    let description =
        front_description(front).replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;");
    let mut toc = String::new();
    let mut content = String::new();
    for line in docs::html_of(body).split_inclusive('\n') {
        match line.strip_prefix("<h2>").or(line.strip_prefix("<h3>")) {
            Some(rest) => {
                let text = rest.split("</h").next().unwrap();
                toc.push_str(&format!("<li><a href=\"#x\">{text}</a></li>"));
                content.push_str(&line.replacen(
                    "</h",
                    "<a class=\"headerlink\" href=\"#x\" title=\"Permalink\">¶</a></h",
                    1,
                ));
            }
            None => content.push_str(line),
        }
    }
    let content = content.replace("</pre>", "</pre><button>Copy</button>");
    let html = format!(
        "<!doctype html><html><head><meta charset=\"utf-8\"><title>Cloud docs</title><meta name=\"description\" content=\"{description}\">\
         <style>p {{ color: red }}</style><script>let x = \"<p>no</p>\";</script></head><body class=\"has-sidebar\">\
         <header><a href=\"/\">Cloud</a><p>The best documentation of all.</p><form><input name=\"q\"><button>Search</button></form></header>\
         <div class=\"layout\"><div class=\"menu-wrapper\"><ul>{links}</ul></div>\
         <main><nav class=\"breadcrumbs\"><ol><li>Docs</li><li>Resources</li></ol></nav>\
         <article>{content}<footer>Edit this page</footer></article></main>\
         <aside><h2>On this page</h2><ul>{toc}</ul></aside></div><footer><p>© Somebody</p><ul><li>Terms</li></ul></footer></body></html>"
    );
    PageText { format: PageFormat::Html, text: html, url: String::new() }
}

fn front_description(front: &str) -> String {
    let Some((_, rest)) = front.split_once("description:") else { return String::new() };
    let mut lines = rest.lines();
    let first = lines.next().unwrap_or_default().trim();
    if !first.is_empty() && !first.starts_with(['|', '>']) {
        return first.trim_matches('"').to_owned();
    }
    lines.take_while(|line| line.starts_with(' ')).map(str::trim).collect::<Vec<_>>().join(" ")
}

/// The texts that a page gives a server's arguments.
fn texts(html: &str) -> BTreeMap<String, String> {
    let mut block = block_of(&["name", "size", "disk/size", "-id"]);
    docs::document(&mut block, &read(html));
    let mut texts: BTreeMap<String, String> = block
        .attributes
        .iter()
        .map(|(name, attribute)| (name.clone(), attribute.docs.text.clone()))
        .collect();
    texts.insert("disk".into(), block.blocks["disk"].docs.text.clone());
    texts.insert("disk/size".into(), block.blocks["disk"].block.attributes["size"].docs.text.clone());
    texts
}

fn read(html: &str) -> docs::Page {
    page::read(
        "resources/server.html",
        &PageText { format: PageFormat::Html, text: html.into(), url: String::new() },
    )
}

/// Asserts that a page documents the server of these tests in full, with one example.
fn assert_server(html: &str) {
    let found = texts(html);
    let found: Vec<_> = found.iter().map(|(path, text)| (path.as_str(), text.trim())).collect();
    let expected = [
        ("disk", "A disk."),
        ("disk/size", "The disk's size."),
        ("id", "The ID."),
        ("name", "The name."),
        ("size", "The size."),
    ];
    assert_eq!(found, expected, "{html}");
    let page = read(html);
    assert_eq!(page.description, "Manages a server.");
    assert_eq!(page.summary, "Manages a server.");
    let examples: Vec<_> = page.examples.iter().map(|example| example.code.trim()).collect();
    assert_eq!(examples, ["resource \"cloud_server\" \"a\" {\n  name = \"a\"\n}"], "{html}");
}

#[test]
fn sphinx_pages() {
    assert_server(
        r##"<!DOCTYPE html><html><head><title>cloud_server &mdash; Cloud 1.0 documentation</title></head><body class="wy-body-for-nav">
<nav data-toggle="wy-nav-shift" class="wy-nav-side"><div class="wy-side-scroll"><p class="caption">Resources</p><ul><li><a href="a.html">cloud_a</a></li></ul></div></nav>
<section class="wy-nav-content-wrap"><div class="wy-nav-content"><div class="rst-content"><div role="navigation" aria-label="Page navigation"><ul class="wy-breadcrumbs"><li>cloud_server</li></ul></div>
<div role="main" class="document" itemscope="itemscope"><div itemprop="articleBody">
<section id="cloud-server"><h1>cloud_server<a class="headerlink" href="#cloud-server" title="Permalink to this heading">¶</a></h1>
<p>Manages a server.</p>
<section id="example-usage"><h2>Example Usage<a class="headerlink" href="#example-usage">¶</a></h2>
<div class="highlight-hcl notranslate"><div class="highlight"><pre><span></span><span class="linenos">1</span><span class="k">resource</span> <span class="s">&quot;cloud_server&quot;</span> <span class="s">&quot;a&quot;</span> <span class="p">{</span>
<span class="linenos">2</span>  name = &quot;a&quot;
<span class="linenos">3</span><span class="p">}</span>
</pre></div></div></section>
<section id="argument-reference"><h2>Argument Reference<a class="headerlink" href="#argument-reference">¶</a></h2>
<dl class="simple"><dt><code class="docutils literal notranslate"><span class="pre">name</span></code> (Required)</dt><dd><p>The name.</p></dd>
<dt><code class="docutils literal notranslate"><span class="pre">size</span></code></dt><dd><p>The size.</p></dd>
<dt><code class="docutils literal notranslate"><span class="pre">disk</span></code> (Optional)</dt><dd><p>A disk.</p><dl><dt><code>size</code></dt><dd><p>The disk's size.</p></dd></dl></dd></dl></section>
<section id="attributes-reference"><h2>Attributes Reference<a class="headerlink" href="#attributes-reference">¶</a></h2>
<ul class="simple"><li><p><code>id</code> - The ID.</p></li></ul></section></section></div></div>
<footer><hr/><p>&#169; Copyright.</p></footer></div></div></section></body></html>"##,
    );
}

#[test]
fn docusaurus_pages() {
    assert_server(
        r##"<!doctype html><html><head><title>cloud_server | Cloud</title><meta name="description" content="Manages a server."></head><body>
<div id="__docusaurus"><nav class="navbar">Cloud</nav><div class="theme-doc-sidebar-container"><ul class="menu__list"><li><a href="/a">cloud_a</a></li></ul></div>
<main class="docMainContainer_x"><div class="row"><div class="col"><div class="docItemContainer_y"><article><nav class="theme-doc-breadcrumbs breadcrumbsContainer_z"><ul class="breadcrumbs"><li>Resources</li></ul></nav>
<div class="tocCollapsible_a theme-doc-toc-mobile"><button>On this page</button></div>
<div class="theme-doc-markdown markdown"><header><h1>cloud_server</h1></header><p>Manages a server.</p>
<h2 class="anchor anchorWithStickyNavbar_b" id="example-usage">Example Usage<a href="#example-usage" class="hash-link" aria-label="Direct link">&#8203;</a></h2>
<div class="language-hcl codeBlockContainer_c theme-code-block"><div class="codeBlockContent_d"><pre tabindex="0" class="prism-code language-hcl codeBlock_e"><code class="codeBlockLines_f"><span class="token-line"><span class="token plain">resource "cloud_server" "a" {</span><br></span><span class="token-line"><span class="token plain">  name = "a"</span><br></span><span class="token-line"><span class="token plain">}</span><br></span></code></pre><div class="buttonGroup_g"><button type="button" aria-label="Copy"><span>Copy</span></button></div></div></div>
<h2 class="anchor" id="arguments">Arguments<a href="#arguments" class="hash-link">&#8203;</a></h2>
<table><thead><tr><th>Name</th><th>Type</th><th>Description</th><th>Required</th></tr></thead><tbody>
<tr><td><code>name</code></td><td>string</td><td>The name.</td><td>yes</td></tr><tr><td><code>size</code></td><td>number</td><td>The size.</td><td>no</td></tr><tr><td><code>disk</code></td><td>block</td><td>A disk.</td><td>no</td></tr></tbody></table>
<h3 class="anchor" id="disk"><code>disk</code><a href="#disk" class="hash-link">&#8203;</a></h3>
<table><thead><tr><th>Name</th><th>Description</th></tr></thead><tbody><tr><td><code>size</code></td><td>The disk's size.</td></tr></tbody></table>
<h2 class="anchor" id="attributes">Attributes<a href="#attributes" class="hash-link">&#8203;</a></h2><ul><li><code>id</code> - The ID.</li></ul></div>
<footer class="theme-doc-footer"><a href="/edit">Edit this page</a></footer></article><nav class="pagination-nav"><a href="/b">Next</a></nav></div></div></div></main></div></body></html>"##,
    );
}

#[test]
fn pages_of_code_hosts() {
    assert_server(
        r##"<html><head><title>cloud/docs/resources/server.md at main</title></head><body><header role="banner"><a href="/">Home</a></header>
<div class="repository-content"><ul class="file-tree"><li><a href="x">server.md</a></li></ul><article class="markdown-body entry-content" itemprop="text">
<div class="markdown-heading"><h1 class="heading-element">cloud_server</h1><a id="user-content-cloud_server" class="anchor" aria-label="Permalink: cloud_server" href="#cloud_server"><svg></svg></a></div>
<p>Manages a server.</p>
<div class="markdown-heading"><h2 class="heading-element">Example Usage</h2><a id="user-content-example-usage" class="anchor" href="#example-usage"><svg></svg></a></div>
<div class="highlight highlight-source-hcl"><pre><span class="pl-k">resource</span> "cloud_server" "a" {
  name = "a"
}</pre><div class="zeroclipboard-container"><clipboard-copy value="x"><svg></svg></clipboard-copy></div></div>
<div class="markdown-heading"><h2 class="heading-element">Schema</h2></div>
<div class="markdown-heading"><h3 class="heading-element">Required</h3></div>
<ul><li><code>name</code> (String) The name.</li></ul>
<div class="markdown-heading"><h3 class="heading-element">Optional</h3></div>
<ul><li><code>size</code> (Number) The size.</li><li><code>disk</code> (Block) A disk. (see <a href="#nestedblock--disk">below for nested schema</a>)</li></ul>
<div class="markdown-heading"><h3 class="heading-element">Read-Only</h3></div><ul><li><code>id</code> (String) The ID.</li></ul>
<p><a id="user-content-nestedblock--disk"></a></p>
<div class="markdown-heading"><h3 class="heading-element">Nested Schema for <code>disk</code></h3></div>
<p>Optional:</p><ul><li><code>size</code> (Number) The disk's size.</li></ul></article></div><footer>Terms</footer></body></html>"##,
    );
}

#[test]
fn pages_of_old_registries() {
    assert_server(
        r##"<html><head><title>Cloud: cloud_server - Terraform by Somebody</title></head><body id="page-server" class="layout-cloud">
<div id="header" class="navigation"><div class="container"><ul class="main-links nav"><li><a href="/intro">Intro</a></li></ul></div></div>
<div class="container"><div class="row"><div id="docs-sidebar" class="docs-sidebar hidden-print" role="complementary"><ul class="nav docs-sidenav"><li><a href="/r/a.html">cloud_a</a></li></ul></div>
<div id="inner" class="col-sm-8 col-md-9" role="main"><h1 id="cloud_server"><a name="cloud_server" class="anchor" href="#cloud_server">»</a>cloud_server</h1>
<p>Manages a server.</p><h2 id="example-usage"><a name="example-usage" class="anchor" href="#example-usage">»</a>Example Usage</h2>
<table class="highlighttable"><tr><td class="linenos"><div class="linenodiv"><pre>1
2
3</pre></div></td><td class="code"><div class="highlight"><pre><code class="highlight hcl">resource "cloud_server" "a" {
  name = "a"
}</code></pre></div></td></tr></table>
<h2 id="argument-reference"><a name="argument-reference" class="anchor" href="#argument-reference">»</a>Argument Reference</h2><p>The following arguments are supported:</p>
<ul><li><a name="name"></a><p><a href="#name"><code>name</code></a> - (Required) The name.</p></li><li><a href="#size"><code>size</code></a> - (Optional) The size.</li><li><code>disk</code> - (Optional) A disk.</li></ul>
<p>The <code>disk</code> block supports:</p><ul><li><code>size</code> - (Required) The disk's size.</li></ul>
<h2 id="attributes-reference"><a name="attributes-reference" class="anchor" href="#attributes-reference">»</a>Attributes Reference</h2><ul><li><code>id</code> - The ID.</li></ul></div></div></div>
<div id="footer" class="navigation"><ul><li><a href="/privacy">Privacy</a></li></ul></div></body></html>"##,
    );
}

#[test]
fn pages_that_mark_nothing() {
    assert_server(
        r##"<html><body><table><tr><td><div><a href="/">cloud</a> <a href="/a">a</a></div></td></tr></table><div class="page"><div class="inner"><h1>cloud_server</h1><p>Manages a server.</p>
<h2>Example</h2><pre>resource "cloud_server" "a" {
  name = "a"
}</pre><h2>Arguments</h2><h3>name</h3><p><em>Required.</em> The name.</p><h3>size</h3><p>The size.</p><h3>disk</h3><p>A disk.</p><h4>Nested arguments of <code>disk</code></h4><p><code>size</code></p><p>The disk's size.</p>
<h2>Attributes</h2><p><code>id</code> - The ID.</p></div></div></body></html>"##,
    );
}
