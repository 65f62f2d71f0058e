use super::*;

fn linked(text: &str) -> String {
    let own = |url: &url::Url| {
        url.path().strip_prefix("/docs/resources/").map(|name| format!("/catalog/p/resource/p_{name}"))
    };
    render_linked(text, &Links::of("https://example.com/docs/resources/subnet", &own))
}

#[test]
fn markdown_is_rendered() {
    assert_eq!(render("`a` is *b*"), "<p><code>a</code> is <em>b</em></p>\n");
    assert!(render("| a | b |\n|---|---|\n| 1 | 2 |").contains("<td>2</td>"));
    assert!(render("```hcl\na = 1\n```").contains("<span class=\"h-num\">1</span>"));
    assert_eq!(render("  \n "), "");
}

#[test]
fn callouts_have_a_frame() {
    for (text, class, said) in [
        ("~> **NOTE:** Be careful.", "warn", "Be careful."),
        ("-> See `x`.", "info", "<code>x</code>"),
        ("!> Data is lost.", "bad", "Data is lost."),
        ("**Note:** A word.", "info", "A word."),
        ("**Warning** A word.", "warn", "A word."),
        ("> [!CAUTION]\n> A word.", "bad", "A word."),
    ] {
        let html = render(text);
        assert!(html.starts_with(&format!("<div class=\"callout {class}\">")), "{html}");
        assert!(html.contains(said) && !html.contains("~&gt;") && !html.contains("-&gt;"), "{html}");
    }
    assert!(!render("**Nothing** of the kind -> here").contains("callout"));
}

#[test]
fn links_lead_to_where_the_page_meant() {
    assert!(linked("[x](vnet)").contains("href=\"/catalog/p/resource/p_vnet\""));
    assert!(linked("[x](/guide)").contains("href=\"https://example.com/guide\""));
    assert!(linked("[x](#nestedblock--rule--port)").contains("href=\"#arg-rule.port\""));
    assert!(linked("![A plan](plan.png)").contains("A plan</a>"));
    assert!(!linked("![A plan](plan.png)").contains("<img"));
    for nowhere in ["[x](javascript:alert(1))", "[x](data:text/html,x)", "[x](vbscript:x)"] {
        assert_eq!(linked(nowhere), "<p>x</p>\n");
    }
    let own = |url: &url::Url| {
        (url.path() == "/docs/resources/vnet").then(|| "/catalog/p/resource/p_vnet".to_owned())
    };
    let guessed = Links::guessed("https://example.com/docs/resources/subnet", &own);
    assert!(render_linked("[x](vnet)", &guessed).contains("/catalog/p/resource/p_vnet"));
    assert_eq!(render_linked("[x](other)", &guessed), "<p>x</p>\n", "nobody knows whether it is there");
    let elsewhere = guessed.on("/catalog/p/resource/p_subnet");
    let rule = render_linked("[x](#nestedblock--rule)", &elsewhere);
    assert!(rule.contains("href=\"/catalog/p/resource/p_subnet#arg-rule\""), "{rule}");
    assert_eq!(render("[x](y)"), "<p>x</p>\n", "without a base a relative link leads nowhere");
    let raw = linked(
        "<a href=\"/sign-out\">a</a> <a href=\"/catalog/../x\">b</a> <a href=\"//c.example\">c</a> <a href=\"#main\">d</a>",
    );
    assert!(!raw.contains("href"), "{raw}");
}

#[test]
fn nothing_in_a_page_can_act() {
    let html = render(
        "a <script>x()</script> [l](javascript:x()) <b onclick=x()>b</b> ![i](https://x/y.png)\n\n<style>*{}</style>\n\n\
         <svg><a xlink:href='javascript:x()'>s</a></svg> <math><mtext></math> <img src=x alt=y> <p id=main class=toasts>",
    );
    for bad in ["script", "onclick", "<img", "style", "svg", "math", "id=", "toasts"] {
        assert!(!html.contains(bad), "{bad} in {html}");
    }
    assert!(html.contains("<b>b</b>"));
}

#[test]
fn text_reads_in_its_own_order() {
    assert_eq!(render("a\u{202e}b\u{2066}c\0"), "<p>abc</p>\n");
}

/// Would take minutes if any part were quadratic; see tests/benches for speed itself.
#[test]
fn size_and_nesting_are_bounded() {
    let deep = |open: &str, n: usize| render(&open.repeat(n));
    for open in ["<div>", "<b>", "> ", "- ", "<table><tr><td>", "[", "![", "**a ", "`", "<svg><math>", "~> "]
    {
        let html = deep(open, 200_000 / open.len());
        assert!(html.len() < 4 * MAX_TEXT, "{open}");
    }
    assert!(render(&"ä ".repeat(1 << 20)).len() < 2 * MAX_TEXT);
}
