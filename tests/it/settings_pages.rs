//! The account page and a project's settings, as a browser sends their forms.

use cloudoven::{auth, config::SignUp, error::Error};
use cloudoven_tests::{Database, TestApp, on_both_databases};
use reqwest::StatusCode;

on_both_databases!(
    a_changed_password_ends_other_sessions,
    tokens_are_shown_once_and_revoked,
    an_administrator_adds_people,
    members_come_and_go,
    strangers_see_no_settings
);

const PASSWORD: &str = "correct horse battery";

async fn a_changed_password_ends_other_sessions(database: Database) {
    let server = TestApp::start(database).await;
    let ann = server.user("ann").await;
    let (_, here) = auth::sign_in(&server.app, "ann@example.com", PASSWORD, "test").await.expect("a session");
    let (_, elsewhere) =
        auth::sign_in(&server.app, "ann@example.com", PASSWORD, "test").await.expect("another");
    let cookie = |token: &auth::Token| format!("cloudoven={}", token.reveal());
    let change = async |current: &str, password: &str| {
        let form = [("current", current), ("password", password)];
        let request = reqwest::Client::new().post(server.url("/account/password")).form(&form);
        request.header("cookie", cookie(&here)).send().await.expect("the server answers")
    };
    let wrong = change("not the password", "a new password").await;
    assert_eq!(wrong.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.text().await.expect("a form").contains("This is not your password."));
    assert_eq!(change(PASSWORD, "short").await.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(change(PASSWORD, "a new password").await.status(), StatusCode::OK);

    let account = async |token: &auth::Token| {
        let request = reqwest::Client::new().get(server.url("/account")).header("cookie", cookie(token));
        request.send().await.expect("the server answers").url().path().to_owned()
    };
    assert_eq!(account(&here).await, "/account");
    assert_eq!(account(&elsewhere).await, "/sign-in");
    let old = auth::sign_in(&server.app, "ann@example.com", PASSWORD, "test").await;
    assert!(matches!(old, Err(Error::Invalid(_))));
    auth::sign_in(&server.app, "ann@example.com", "a new password", "test").await.expect("the new one works");
    assert_eq!(ann.page("/account").await.0, 200, "API tokens stay");
}

async fn tokens_are_shown_once_and_revoked(database: Database) {
    let server = TestApp::start(database).await;
    let ann = server.user("ann").await;
    let (status, dialog) = ann.submit("/account/tokens", &[("name", "ci")]).await;
    assert_eq!(status, 200);
    assert!(dialog.contains("cloudoven_"), "{dialog}");
    assert_eq!(ann.submit("/account/tokens", &[("name", " ")]).await.0, 422);
    let (_, page) = ann.page("/account").await;
    assert!(page.contains(">ci<") && !page.contains("cloudoven_"), "{page}");
    let tokens = ann.get("/tokens").await.expect(200);
    let id = |name: &str| {
        let all = tokens.as_array().expect("a list").iter();
        all.clone().find(|t| t["name"] == name).expect("it is listed")["id"]
            .as_str()
            .expect("an id")
            .to_owned()
    };
    let bob = server.user("bob").await;
    assert_eq!(bob.submit(&format!("/account/tokens/{}/revoke", id("ci")), &[]).await.0, 404);
    assert_eq!(ann.submit(&format!("/account/tokens/{}/revoke", id("test")), &[]).await.0, 200);
    ann.get("/me").await.expect(401);
}

async fn an_administrator_adds_people(database: Database) {
    let server = TestApp::start_with(database, |config| config.sign_up = SignUp::Open).await;
    let (ann, bob) = (server.user("ann").await, server.user("bob").await);
    let cleo = [("name", "Cleo"), ("email", "Cleo@example.com"), ("password", "the first password")];
    assert_eq!(bob.submit("/account/people", &cleo).await.0, 403);
    assert_eq!(bob.page("/account/people/new").await.0, 404);
    assert!(!bob.page("/account").await.1.contains("id=\"people\""));
    assert_eq!(ann.submit("/account/people", &cleo).await.0, 200);
    let (status, again) = ann.submit("/account/people", &cleo).await;
    assert_eq!(status, 422);
    assert!(again.contains("there is an account") || again.contains("There is an account"), "{again}");
    let (_, page) = ann.page("/account").await;
    assert!(page.contains("cleo@example.com") && page.contains("bob@example.com"));
    auth::sign_in(&server.app, "cleo@example.com", "the first password", "test")
        .await
        .expect("Cleo can sign in");
}

async fn members_come_and_go(database: Database) {
    let server = TestApp::start(database).await;
    let _admin = server.user("ann").await;
    let (bob, cleo) = (server.user("bob").await, server.user("cleo").await);
    let (project, ..) = bob.project().await;
    let settings = format!("/projects/{project}/settings");
    assert_eq!(cleo.page(&settings).await.0, 404);
    let add = format!("/projects/{project}/members");
    assert_eq!(bob.submit(&add, &[("email", "nobody@example.com")]).await.0, 422);
    assert_eq!(bob.submit(&add, &[("email", "Cleo@example.com")]).await.0, 200);
    let (status, page) = cleo.page(&settings).await;
    assert_eq!(status, 200);
    assert!(page.contains("bob@example.com") && page.contains("cleo@example.com"));
    let me = bob.get("/me").await.expect(200)["id"].as_str().expect("an id").to_owned();
    assert_eq!(cleo.submit(&format!("{add}/{me}/delete"), &[]).await.0, 200);
    assert_eq!(bob.page(&settings).await.0, 404);
    let own = cleo.get("/me").await.expect(200)["id"].as_str().expect("an id").to_owned();
    assert_eq!(cleo.submit(&format!("{add}/{own}/delete"), &[]).await.0, 409, "the last member stays");
}

async fn strangers_see_no_settings(database: Database) {
    let server = TestApp::start(database).await;
    let _admin = server.user("ann").await;
    let (bob, cleo) = (server.user("bob").await, server.user("cleo").await);
    let (project, ..) = bob.project().await;
    assert_eq!(
        cleo.submit(&format!("/projects/{project}/members"), &[("email", "cleo@example.com")]).await.0,
        404
    );
    assert_eq!(cleo.submit(&format!("/projects/{project}/rename"), &[("name", "mine")]).await.0, 404);
    assert_eq!(cleo.submit(&format!("/projects/{project}/delete"), &[]).await.0, 404);
    assert_eq!(bob.page(&format!("/projects/{project}/settings")).await.0, 200);
}
