//! Whatever is typed, Terraform reads back exactly that: nothing can get out of its quotes.

use cloudoven::blueprint::{Edit, Schemas, Value};
use cloudoven_tests::{
    exactness::Numbers,
    strings::{NASTY, hostile, read_back},
};

use super::{document, edit, path};

#[test]
fn strings_read_back_exactly() {
    let mut numbers = Numbers(42);
    let nasty = NASTY.iter().map(|text| text.to_string());
    let texts: Vec<String> = nasty.chain((0..2_000).map(|_| hostile(&mut numbers))).collect();
    read_back(&texts).unwrap();
}

#[test]
fn half_a_surrogate_pair_is_no_string() {
    for half in [r#""\ud800""#, r#""\udc00\ud800""#, r#"{"\udfff": 1}"#] {
        let value = Value::json(half);
        let Ok(value) = value else { continue };
        let set = Edit::Set { element: "local.x".to_owned(), path: path("value"), value };
        let current = document("locals {\n  x = 0\n}\n");
        assert!(cloudoven::blueprint::apply(&current, &set, &Schemas::new()).is_err(), "{half}");
    }
}

#[test]
fn numbers_keep_every_digit() {
    let current = document("locals {\n  x = 0\n}\n");
    let set = Edit::Set {
        element: "local.x".to_owned(),
        path: path("value"),
        value: Value::json("[12345678901234567890123456789, -0.1000000000000000000001, 1e3]").unwrap(),
    };
    let current = edit(&current, &Schemas::new(), &set).document;
    assert_eq!(
        current.text("main.tf").unwrap().as_ref(),
        "locals {\n  x = [12345678901234567890123456789, -0.1000000000000000000001, 1e3]\n}\n"
    );
}

#[test]
fn an_expression_is_one_expression() {
    let current = document("locals {\n  x = 0\n}\n");
    for bad in
        ["", "1\ny = 2", "1 }", "}\nresource \"a\" \"b\" {", "1 # c", "\"a", "[1", "a b", "<<EOT\nx\n", "1\n"]
    {
        let set =
            Edit::Set { element: "local.x".to_owned(), path: path("value"), value: Value::expression(bad) };
        match cloudoven::blueprint::apply(&current, &set, &Schemas::new()) {
            Ok(applied) => {
                assert_eq!(applied.document.text("main.tf").unwrap().as_ref(), "locals {\n  x = 1\n}\n")
            }
            Err(error) => assert!(error.line.is_some() && error.column.is_some(), "{bad:?}: {error:?}"),
        }
    }
}
