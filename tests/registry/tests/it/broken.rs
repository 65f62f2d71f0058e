//! Registries that misbehave.

use std::time::Duration;

use cloudoven_crawler::source::Limits;
use registry_server::{Fault, Faults, Options, Published, RegistryServer};

use super::support::{Notes, Setup, catalog, made_up};

#[tokio::test]
async fn failures_that_pass_leave_no_trace() {
    let published = made_up();
    let calm = RegistryServer::start(vec![published.clone()], Options::default()).await;
    let undisturbed = catalog(Setup::new(&calm, &published).crawl().await.unwrap()).await;
    let kinds = [
        Fault::TooMany(0),
        Fault::Unavailable,
        Fault::Error,
        Fault::Garbage,
        Fault::Truncated,
        Fault::Stall(Duration::from_millis(1300)),
    ];
    for seed in 0..4 {
        // One stall takes a second, so there are few of them.
        let kinds = if seed == 0 { kinds[5..].to_vec() } else { kinds[..5].to_vec() };
        let faults = Faults::random(seed, if seed == 0 { 20 } else { 300 }, kinds);
        let options = Options { faults, shifts: 1, ..Options::default() };
        let server = RegistryServer::start(vec![published.clone()], options).await;
        let source = Setup::new(&server, &published).crawl().await.unwrap();
        assert_eq!(source.problems, [], "seed {seed}");
        assert_eq!(catalog(source).await, undisturbed, "seed {seed}");
        let failed = server.asked().iter().filter(|asked| asked.status >= 400).count();
        assert!(seed == 0 || failed > 20, "only {failed} requests failed");
    }
}

#[tokio::test]
async fn the_package_is_fetched_again_after_failures() {
    let demo = Published::demo();
    let kinds = vec![Fault::TooMany(0), Fault::Error, Fault::Truncated];
    let options = Options { faults: Faults::random(1, 600, kinds), ..Options::default() };
    let server = RegistryServer::start(vec![demo.clone()], options).await;
    let source = Setup::new(&server, &demo).crawl().await.unwrap();
    assert!(source.schema.len() > 1000);
}

#[tokio::test]
async fn a_page_that_is_missing_is_a_problem_and_the_rest_goes_on() {
    let published = made_up();
    let page = published.pages.iter().find(|page| page.slug == "thing_007").unwrap();
    let faults = Faults::always(Fault::Missing, &format!("/provider-docs/{}", page.id));
    let server =
        RegistryServer::start(vec![published.clone()], Options { faults, ..Options::default() }).await;
    let notes = Notes::default();
    let setup = Setup::new(&server, &published);
    let source = setup.crawl_watched(&notes).await.unwrap();
    assert_eq!(source.pages.len(), published.pages.len() - 1);
    let problems = notes.problems.into_inner().unwrap();
    assert!(problems[0].contains("resources/thing_007.md") && problems[0].contains("404"), "{problems:?}");
    assert_eq!(source.problems.len(), 1);

    // When the page is back, it alone is fetched.
    server.misbehave(Faults::default());
    server.forget();
    assert_eq!(setup.crawl().await.unwrap().problems, []);
    let fetched: Vec<_> = server.asked().into_iter().filter(|asked| asked.status == 200).collect();
    assert_eq!(fetched.len(), 1, "{fetched:?}");
}

#[tokio::test]
async fn too_many_missing_pages_end_the_crawl_and_keep_what_was_fetched() {
    let published = made_up();
    let server = RegistryServer::start(vec![published.clone()], Options::default()).await;
    server.misbehave(Faults::random(3, 100, vec![Fault::Missing]).on("/provider-docs/"));
    let setup = Setup::new(&server, &published);
    let error = setup.fail().await;
    assert!(
        error.contains("of 261 pages can't be fetched") && error.contains("crawl again later"),
        "{error}"
    );
    let fetched =
        server.asked().iter().filter(|a| a.status == 200 && a.target.contains("/provider-docs/")).count();
    assert!(fetched > 10, "{fetched}");

    server.misbehave(Faults::default());
    server.forget();
    assert_eq!(setup.crawl().await.unwrap().pages.len(), published.pages.len());
    let missing =
        server.asked().iter().filter(|a| a.status == 200 && a.target.contains("/provider-docs/")).count();
    // Eight are under way at a time, and those were given up.
    assert!(missing <= published.pages.len() - fetched + 8, "{missing} were fetched after {fetched}");
}

#[tokio::test]
async fn what_can_not_be_had_is_said_in_one_line() {
    let published = made_up();
    for (fault, only, expected) in [
        (Fault::Missing, "well-known", "404"),
        (Fault::Error, "/versions", "500 Internal Server Error, 6 times"),
        (Fault::Garbage, "/versions", "unexpected answer: "),
        (Fault::Truncated, "/v2/providers/", "6 times"),
        (Fault::TooMany(3600), "/versions", "asks to wait 3600 s, which is too long"),
        (Fault::Stall(Duration::from_secs(60)), "filter", "6 times"),
        (Fault::Redirect("/v1/providers/acme/cloud/versions".into()), "/versions", "more than 5 redirects"),
        (Fault::Endless, "/versions", "larger than"),
        (Fault::Endless, "/provider-docs/", "larger than"),
    ] {
        let faults = Faults::always(fault.clone(), only);
        let server =
            RegistryServer::start(vec![published.clone()], Options { faults, ..Options::default() }).await;
        let mut setup = Setup::new(&server, &published);
        // Short for what never comes; long for what never ends, so that its size is what ends it.
        let seconds = if matches!(fault, Fault::Stall(_)) { 0.1 } else { 30.0 };
        setup.settings.timeouts.idle = Duration::from_secs_f64(seconds);
        setup.settings.timeouts.total = Duration::from_secs(60);
        let error = setup.fail().await;
        assert!(error.contains(expected), "{fault:?}: {error}");
        assert_eq!(error.lines().count(), 1, "{error}");
    }
}

#[tokio::test]
async fn documentation_is_bounded() {
    let published = made_up();
    let server = RegistryServer::start(vec![published.clone()], Options::default()).await;
    let mut setup = Setup::new(&server, &published);
    setup.limits = Limits { total: 10_000, ..Limits::default() };
    assert!(setup.fail().await.contains("larger than 10000 bytes"));
    setup.limits = Limits { entries: 100, ..Limits::default() };
    assert!(setup.fail().await.contains("more than 100 pages"));
}
