//! Who may come in.

use cloudoven::{auth, error::Error};
use cloudoven_tests::{Database, TestApp, on_both_databases};
use serde_json::json;

on_both_databases!(first_is_admin, passwords_are_checked, guessing_is_slowed, tokens_can_be_revoked);

async fn first_is_admin(database: Database) {
    let server = TestApp::start(database).await;
    let (ann, bob) = (server.user("ann").await, server.user("bob").await);
    assert_eq!(ann.get("/me").await.expect(200)["is_admin"], true);
    assert_eq!(bob.get("/me").await.expect(200)["is_admin"], false);
    bob.post("/users", &json!({"email": "c@example.com", "name": "c", "password": "0123456789"}))
        .await
        .expect(403);
    ann.post("/users", &json!({"email": "c@example.com", "name": "c", "password": "0123456789"}))
        .await
        .expect(201);
    let taken =
        ann.post("/users", &json!({"email": "C@example.com", "name": "c", "password": "0123456789"})).await;
    assert_eq!(taken.expect(422)["errors"][0]["pointer"], "/email");
}

async fn passwords_are_checked(database: Database) {
    let server = TestApp::start(database).await;
    server.user("ann").await;
    let wrong = auth::sign_in(&server.app, "ann@example.com", "wrong password", "test").await;
    assert!(matches!(wrong, Err(Error::Invalid(_))));
    let nobody = auth::sign_in(&server.app, "nobody@example.com", "wrong password", "test").await;
    assert_eq!(nobody.unwrap_err().to_string(), "the address or the password is wrong");
    let (ann, _) =
        auth::sign_in(&server.app, " Ann@Example.com ", "correct horse battery", "test").await.unwrap();
    assert_eq!(ann.email, "ann@example.com");
    let short = auth::sign_up(&server.app, "d@example.com", "d", "short").await;
    assert!(matches!(short, Err(Error::Invalid(_))));
}

async fn guessing_is_slowed(database: Database) {
    let server = TestApp::start(database).await;
    server.user("ann").await;
    for _ in 0..10 {
        let wrong = auth::sign_in(&server.app, "ann@example.com", "wrong password", "test").await;
        assert!(matches!(wrong, Err(Error::Invalid(_))));
    }
    // Even the right password has to wait now: the answer must not tell a guesser that they were right.
    let limited = auth::sign_in(&server.app, "ann@example.com", "correct horse battery", "elsewhere").await;
    assert!(matches!(limited, Err(Error::TooMany(s)) if s > 0 && s <= 601));
}

async fn tokens_can_be_revoked(database: Database) {
    let server = TestApp::start(database).await;
    let ann = server.user("ann").await;
    let id = ann.get("/tokens").await.expect(200)[0]["id"].as_str().unwrap().to_owned();
    server.user("bob").await.delete(&format!("/tokens/{id}")).await.expect(404);
    ann.delete(&format!("/tokens/{id}")).await.expect(204);
    ann.get("/me").await.expect(401);
}
