//! When to try again.
//!
//! Source: <https://www.rfc-editor.org/rfc/rfc9110#name-retry-after>

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
    time::{Duration, SystemTime},
};

use rand::RngExt;
use tokio::time::Instant;

use super::attempt::Failure;

/// How failed requests are tried again.
#[derive(Debug, Clone, Copy)]
pub struct Retry {
    /// Attempts per request, the first one included.
    pub attempts: u32,
    /// The pause after the first failure; doubles with each further one, up to `longest`.
    pub pause: Duration,
    pub longest: Duration,
    /// The longest wait that a server may ask for (`Retry-After`); one that asks for more is given up.
    pub patience: Duration,
}

impl Default for Retry {
    fn default() -> Self {
        Retry {
            attempts: 6,
            pause: Duration::from_millis(500),
            longest: Duration::from_secs(20),
            patience: Duration::from_secs(120),
        }
    }
}

impl Retry {
    /// How long to wait after this failure of attempt number `attempt` (from 1); an error, worded to follow the
    /// failure's reason, when there is nothing to wait for.
    pub(super) fn delay(&self, attempt: u32, failure: &Failure) -> Result<Duration, String> {
        if !failure.transient {
            return Err(String::new());
        }
        if attempt >= self.attempts {
            return Err(format!(", {attempt} times"));
        }
        match failure.wait {
            Some(wait) if wait > self.patience => {
                Err(format!(" and asks to wait {} s, which is too long", wait.as_secs()))
            }
            Some(wait) => Ok(wait),
            None => {
                let pause = self.pause.saturating_mul(1 << (attempt - 1).min(16)).min(self.longest);
                // So that requests which failed together don't come back together.
                Ok(pause.mul_f64(rand::rng().random_range(0.5..=1.0)))
            }
        }
    }
}

/// The pauses that hosts have asked for; they hold for every request to the host.
#[derive(Debug, Default)]
pub(super) struct Pauses(Mutex<HashMap<String, Instant>>);

impl Pauses {
    pub fn until(&self, host: &str, delay: Duration) {
        let mut pauses = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let end = Instant::now() + delay;
        let known = pauses.entry(host.to_owned()).or_insert(end);
        *known = end.max(*known);
    }

    pub async fn wait(&self, host: &str) {
        loop {
            let end = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(host).copied();
            match end {
                Some(end) if end > Instant::now() => tokio::time::sleep_until(end).await,
                _ => return,
            }
        }
    }
}

/// `Retry-After`: seconds, or a date.
pub(super) fn retry_after(value: &str) -> Option<Duration> {
    if let Ok(seconds) = value.trim().parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date = httpdate::parse_http_date(value.trim()).ok()?;
    Some(date.duration_since(SystemTime::now()).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        assert_eq!(retry_after("7"), Some(Duration::from_secs(7)));
        assert_eq!(retry_after("Wed, 21 Oct 2015 07:28:00 GMT"), Some(Duration::ZERO));
        let soon = httpdate::fmt_http_date(SystemTime::now() + Duration::from_secs(600));
        assert!(retry_after(&soon).is_some_and(|wait| wait.as_secs() > 500));
        assert_eq!(retry_after("soon"), None);
        assert_eq!(retry_after("-1"), None);
    }

    #[test]
    fn gives_up_in_the_end_or_at_once() {
        let retry = Retry { attempts: 3, ..Retry::default() };
        let busy = Failure::transient("busy");
        assert!(retry.delay(1, &busy).is_ok_and(|delay| delay <= retry.pause));
        assert!(retry.delay(2, &busy).is_ok_and(|delay| delay <= retry.pause * 2));
        assert_eq!(retry.delay(3, &busy), Err(", 3 times".into()));
        assert!(retry.delay(1, &Failure::lasting("gone")).is_err());
        let patient =
            |seconds| Failure { wait: Some(Duration::from_secs(seconds)), ..Failure::transient("") };
        assert_eq!(retry.delay(1, &patient(100)), Ok(Duration::from_secs(100)));
        assert!(retry.delay(1, &patient(86_400)).is_err());
    }
}
