//! Names that people give to things.

use crate::error::{Error, Result};

const MAX_CHARS: usize = 100;

/// Trims and checks a display name: one line, at most 100 characters. `field` is its name in the request.
pub fn check(field: &str, text: &str) -> Result<String> {
    let text = text.trim();
    if text.is_empty() {
        return Err(Error::field(field, "enter a name"));
    }
    if text.chars().count() > MAX_CHARS {
        return Err(Error::field(field, format!("use at most {MAX_CHARS} characters")));
    }
    if text.chars().any(char::is_control) {
        return Err(Error::field(field, "use one line without control characters"));
    }
    Ok(text.to_owned())
}

/// An environment's name also becomes a file name (`<environment>.auto.tfvars.json`), so it keeps to letters, digits,
/// `-` and `_`.
pub fn check_environment(text: &str) -> Result<String> {
    let text = check("name", text)?;
    let safe = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if text.len() > 40 || !text.chars().all(safe) {
        return Err(Error::field("name", "use at most 40 letters, digits, - and _"));
    }
    Ok(text)
}

/// What names an environment variable of a process.
pub fn check_env_variable(text: &str) -> Result<String> {
    let first = text.bytes().next().unwrap_or(b'0');
    let safe = text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    if first.is_ascii_digit() || !safe || text.len() > 200 {
        return Err(Error::field("name", "use letters, digits and _, not starting with a digit"));
    }
    Ok(text.to_owned())
}

/// A Terraform identifier: letters, digits, `_` and `-`, not starting with a digit or `-`.
///
/// Source: <https://developer.hashicorp.com/terraform/language/syntax/configuration#identifiers>
pub fn check_identifier(text: &str) -> Result<String> {
    let first = text.chars().next().unwrap_or('0');
    let safe = text.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '-');
    if !(first.is_alphabetic() || first == '_') || !safe || text.len() > 200 {
        return Err(Error::field("name", "use letters, digits, _ and -, starting with a letter"));
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn environment_names_are_safe_file_names() {
        assert_eq!(check_environment(" dev-1 ").unwrap(), "dev-1");
        for bad in ["", "a/b", "..", "a b", "ä", &"x".repeat(41)] {
            assert!(check_environment(bad).is_err(), "{bad}");
        }
    }
}
