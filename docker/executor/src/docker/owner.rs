//! Which process a container belongs to, so that what a dead one left can be told from what is in use.

use std::{fs, path::Path};

/// A process, as it writes itself on its containers: the machine's boot, the process namespace, the id in it and the
/// start time, since ids are used again (proc(5)).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owner {
    space: String,
    process: String,
}

impl Owner {
    /// This process; `None` where there is no proc(5).
    pub fn this() -> Option<Self> {
        let boot = fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
        let namespace = fs::read_link("/proc/self/ns/pid").ok()?;
        let id = std::process::id();
        Some(Self {
            space: format!("{} {}", boot.trim(), namespace.display()),
            process: format!("{id} {}", start_time(&format!("/proc/{id}"))?),
        })
    }

    /// The text of a label.
    pub fn label(&self) -> String {
        format!("{}/{}", self.space, self.process)
    }

    /// Whether the process that a label names has ended, as far as can be seen from here.
    pub fn knows_dead(&self, label: &str) -> bool {
        let Some((space, process)) = label.split_once('/') else { return false };
        let Some((id, started)) = process.split_once(' ') else { return false };
        space == self.space
            && id.bytes().all(|b| b.is_ascii_digit())
            && start_time(&format!("/proc/{id}")).is_none_or(|time| time != started)
    }
}

/// Field 22 of `stat`. The program's name before it is in parentheses and may hold anything.
fn start_time(process: &str) -> Option<String> {
    let stat = fs::read_to_string(Path::new(process).join("stat")).ok()?;
    let mut after_name = stat.rsplit_once(')')?.1.split_whitespace();
    // A zombie has ended.
    let state = after_name.next()?;
    if state == "Z" {
        return None;
    }
    after_name.nth(18).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_is_dead_once_it_has_ended_and_not_before() {
        let this = Owner::this().unwrap();
        assert!(!this.knows_dead(&this.label()));
        let mut child = std::process::Command::new("sleep").arg("60").spawn().unwrap();
        let started = start_time(&format!("/proc/{}", child.id())).unwrap();
        let label = format!("{}/{} {started}", this.space, child.id());
        assert!(!this.knows_dead(&label));
        assert!(this.knows_dead(&format!("{}/{} 1", this.space, child.id())), "another process of that id");
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(this.knows_dead(&label));
        assert!(!this.knows_dead(&format!("another boot/{} {started}", child.id())), "nobody can know");
        assert!(!this.knows_dead("") && !this.knows_dead("a/b c"));
    }
}
