//! The container's output: bounded, so that a command that never stops printing can't fill the engine's disk.

use std::io::{self, Read, Write};

/// Standard output with a budget.
pub struct Output {
    left: u64,
    exhausted: bool,
    at_line_start: bool,
}

impl Output {
    /// `limit`: bytes that commands may print in all.
    pub fn new(limit: u64) -> Self {
        Self { left: limit, exhausted: false, at_line_start: true }
    }

    /// Passes on what a command printed. A closed standard output loses the text, never the command.
    pub fn write(&mut self, bytes: &[u8]) {
        let room = usize::try_from(self.left).unwrap_or(usize::MAX).min(bytes.len());
        let kept = &bytes[..room];
        if !kept.is_empty() {
            self.emit(kept);
            self.left -= kept.len() as u64;
        }
        if kept.len() < bytes.len() && !self.exhausted {
            self.exhausted = true;
            self.own_line(b"[The output is longer than a log may be. The rest is not shown.]\n");
        }
    }

    /// Writes a line of the entry's own, which costs no budget and starts on a fresh line.
    pub fn own_line(&mut self, line: &[u8]) {
        if !self.at_line_start {
            self.emit(b"\n");
        }
        self.emit(line);
    }

    fn emit(&mut self, bytes: &[u8]) {
        let mut stdout = io::stdout().lock();
        // Nobody can be told when standard output is gone; the result file still says what happened.
        let _ = stdout.write_all(bytes).and_then(|()| stdout.flush());
        self.at_line_start = bytes.last() == Some(&b'\n');
    }
}

/// Copies `from` into `to` up to `limit` bytes and drains the rest. Returns whether everything fitted.
pub fn copy_bounded(from: &mut impl Read, to: &mut impl Write, limit: u64) -> io::Result<bool> {
    let copied = io::copy(&mut from.take(limit), to)?;
    if copied < limit {
        return Ok(true);
    }
    Ok(io::copy(from, &mut io::sink())? == 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_is_bounded_and_drains_its_source() {
        let mut source: &[u8] = b"0123456789";
        let mut target = Vec::new();
        assert!(!copy_bounded(&mut source, &mut target, 4).expect("memory does not fail"));
        assert_eq!((target.as_slice(), source.len()), (b"0123".as_slice(), 0));
    }

    #[test]
    fn a_copy_of_exactly_the_limit_fits() {
        let mut target = Vec::new();
        assert!(copy_bounded(&mut b"0123".as_slice(), &mut target, 4).expect("memory does not fail"));
    }
}
