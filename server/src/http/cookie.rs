//! The session cookie.

use axum_extra::extract::cookie::{Cookie, CookieJar};

use crate::{
    auth::{Token, account::SESSION_DAYS},
    config::Config,
};

/// With the `__Host-` prefix where TLS is on, so that a sibling domain can't set it (RFC 6265bis 4.1.3.2).
fn name(config: &Config) -> &'static str {
    if config.secure_cookies() { "__Host-cloudoven" } else { "cloudoven" }
}

pub fn read(jar: &CookieJar, config: &Config) -> Option<Token> {
    jar.get(name(config)).map(|cookie| Token::from_text(cookie.value()))
}

pub fn set(jar: CookieJar, config: &Config, token: &Token) -> CookieJar {
    let seconds = SESSION_DAYS * 86_400;
    let secure = if config.secure_cookies() { "; Secure" } else { "" };
    let text = format!(
        "{}={}; Path=/; HttpOnly; SameSite=Lax; Max-Age={seconds}{secure}",
        name(config),
        token.reveal()
    );
    match Cookie::parse(text) {
        Ok(cookie) => jar.add(cookie),
        Err(_) => jar,
    }
}

pub fn clear(jar: CookieJar, config: &Config) -> CookieJar {
    let mut cookie = Cookie::new(name(config), "");
    cookie.set_path("/");
    cookie.set_secure(config.secure_cookies());
    jar.remove(cookie)
}
