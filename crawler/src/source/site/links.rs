//! The links of a page.

use std::sync::LazyLock;

use scraper::{Html, Selector};
use url::Url;

/// Links of one page that are looked at.
const MAX_LINKS: usize = 20_000;

static LINK: LazyLock<Selector> = LazyLock::new(|| Selector::parse("a[href]").expect("a valid selector"));
static BASE: LazyLock<Selector> = LazyLock::new(|| Selector::parse("base[href]").expect("a valid selector"));

/// Where the page at `url` links to, as far as it looks like more pages.
pub(super) fn of(html: &str, url: &Url) -> Vec<Url> {
    let page = Html::parse_document(html);
    let base = page.select(&BASE).next().and_then(|base| url.join(base.attr("href")?).ok());
    let base = base.as_ref().unwrap_or(url);
    let targets = page.select(&LINK).filter_map(|link| link.attr("href")).take(MAX_LINKS);
    targets.filter_map(|target| base.join(target).ok()).filter(is_page).map(|url| plain(&url)).collect()
}

/// An address without fragment, query and credentials: pages of documentation differ in their paths.
pub(super) fn plain(url: &Url) -> Url {
    let mut url = url.clone();
    url.set_fragment(None);
    url.set_query(None);
    // Fails for URLs that have no host, and those are no pages.
    let _ = (url.set_username(""), url.set_password(None));
    url
}

/// Whether it may be a page of HTML. A link with a query leads to a search or another view of the same page.
fn is_page(url: &Url) -> bool {
    let file = url.path().rsplit('/').next().unwrap_or_default();
    let ending = file.rsplit_once('.').map_or("", |(_, ending)| ending);
    let is_file = !ending.is_empty() && ending.len() <= 5 && ending.bytes().all(|b| b.is_ascii_alphabetic());
    matches!(url.scheme(), "http" | "https") && url.query().is_none() && (!is_file || is_html(ending))
}

pub(super) fn is_html(ending: &str) -> bool {
    ["html", "htm", "xhtml"].iter().any(|html| ending.eq_ignore_ascii_case(html))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_absolute_and_to_pages() {
        let url = Url::parse("https://example.com/docs/index.html").unwrap();
        let html = "<a href='a.html#x'>A</a><A HREF=/docs/b/>B</A><a href='?q=1'>C</a><a href='x.zip'>D</a>
            <a href='v1.2'>E</a><a href='mailto:a@b'>F</a><a href='//other.example/x'>G</a><a href='http://['>H</a>";
        let links: Vec<String> = of(html, &url).iter().map(Url::to_string).collect();
        assert_eq!(
            links,
            [
                "https://example.com/docs/a.html",
                "https://example.com/docs/b/",
                "https://example.com/docs/v1.2",
                "https://other.example/x"
            ]
        );
        let links = of("<base href='/other/'><a href='a'>A</a>", &url);
        assert_eq!(links[0].as_str(), "https://example.com/other/a");
    }
}
