//! One command at a time: started by argv in a process group of its own, waited for with its resource usage, and
//! told to stop at most once.

#![allow(unsafe_code, reason = "wait4(2) and kill(2) have no safe form in std")]

use std::ffi::CString;
use std::fs::File;
use std::io::{self, Read};
use std::os::unix::process::CommandExt;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc};
use std::thread;
use std::time::Duration;

use cloudoven_entry::{Capture, Step};
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use crate::output::{Output, copy_bounded};

/// How long the rest of a command's output is awaited once the command and its process group are gone.
const DRAIN: Duration = Duration::from_secs(10);

/// Bytes. Whoever frees a few blocks at the end makes no room.
const NO_ROOM: u64 = 256 * 1024;

/// The request to stop, shared with the thread that listens for signals.
pub struct Interrupt(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    signal: Option<&'static str>,
    /// Process id of the command that runs.
    running: Option<i32>,
}

impl Interrupt {
    /// The first signal that came.
    pub fn signal(&self) -> Option<&'static str> {
        self.state().signal
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A command started after the request must not miss it.
    fn started(&self, pid: i32, always: bool) {
        let mut state = self.state();
        state.running = Some(pid);
        if state.signal.is_some() && !always {
            interrupt(pid);
        }
    }

    fn received(&self, signal: &'static str) {
        let mut state = self.state();
        // Terraform answers a second interrupt by leaving at once without its state: only the first is passed on.
        if state.signal.replace(signal).is_none()
            && let Some(pid) = state.running
        {
            interrupt(pid);
        }
    }
}

/// How a command ended.
pub struct Exit {
    pub code: Option<i32>,
    pub signal: Option<i32>,
    pub error: Option<String>,
    pub peak_rss_kib: u64,
}

/// Starts listening for SIGINT and SIGTERM.
pub fn listen() -> io::Result<Interrupt> {
    let mut signals = Signals::new([SIGINT, SIGTERM])?;
    let state = Arc::new(Mutex::new(State::default()));
    let shared = Interrupt(Arc::clone(&state));
    thread::spawn(move || {
        for signal in signals.forever() {
            shared.received(if signal == SIGINT { "SIGINT" } else { "SIGTERM" });
        }
    });
    Ok(Interrupt(state))
}

/// Runs one step to its end.
pub fn run(
    step: &Step,
    directory: &str,
    interrupt: &Interrupt,
    output: &Arc<Mutex<Output>>,
) -> io::Result<Exit> {
    let (program, arguments) = step.argv.split_first().ok_or_else(|| io::Error::other("no command"))?;
    let capture =
        step.capture.as_ref().map(|capture| Ok::<_, io::Error>((File::create(&capture.path)?, capture)));
    let capture = capture.transpose()?;
    let (reader, writer) = io::pipe()?;
    let mut command = Command::new(program);
    command.args(arguments).current_dir(directory).stdin(Stdio::null()).process_group(0);
    // Both streams share one pipe, so that their order in the log is the order they were written in.
    if capture.is_some() {
        command.stdout(Stdio::piped());
    } else {
        command.stdout(writer.try_clone()?);
    }
    let mut child = command.stderr(writer).spawn()?;
    drop(command);
    let pid = i32::try_from(child.id()).map_err(io::Error::other)?;
    interrupt.started(pid, step.always);
    let (done, drained) = mpsc::channel();
    let expected = forward(&mut child, reader, capture, output, &done);
    drop(done);
    let exit = wait(pid);
    interrupt.state().running = None;
    // Whatever the command left behind holds its output open and must not outlive it.
    // SAFETY: kill(2) takes no pointers; a group that is gone already is ESRCH.
    unsafe { libc::kill(-pid, libc::SIGKILL) };
    let mut exit = exit?;
    for _ in 0..expected {
        if let Ok(Err(error)) = drained.recv_timeout(DRAIN) {
            exit.error = Some(error);
        }
    }
    Ok(exit)
}

/// Starts the threads that pass a command's output on; returns how many there are.
fn forward(
    child: &mut Child,
    reader: io::PipeReader,
    capture: Option<(File, &Capture)>,
    output: &Arc<Mutex<Output>>,
    done: &mpsc::Sender<Result<(), String>>,
) -> usize {
    let (shared, sender) = (Arc::clone(output), done.clone());
    thread::spawn(move || sender.send(pass_on(reader, &shared)));
    let (Some((file, capture)), Some(stdout)) = (capture, child.stdout.take()) else {
        return 1;
    };
    let (sender, limit) = (done.clone(), capture.limit);
    thread::spawn(move || sender.send(store(stdout, file, limit)));
    2
}

fn pass_on(mut reader: io::PipeReader, output: &Mutex<Output>) -> Result<(), String> {
    let mut buffer = vec![0; 32 * 1024];
    loop {
        match reader.read(&mut buffer) {
            Ok(0) => return Ok(()),
            Ok(read) => output.lock().unwrap_or_else(PoisonError::into_inner).write(&buffer[..read]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(format!("cannot read the output: {error}")),
        }
    }
}

fn store(mut stdout: ChildStdout, mut file: File, limit: u64) -> Result<(), String> {
    match copy_bounded(&mut stdout, &mut file, limit).and_then(|fits| file.sync_all().map(|()| fits)) {
        Ok(true) => Ok(()),
        Ok(false) => Err(format!("printed more than {limit} bytes")),
        Err(error) => Err(format!("cannot store the output: {error}")),
    }
}

/// Waits for `pid`, reaping every orphan that the kernel hands to process 1 on the way.
fn wait(pid: i32) -> io::Result<Exit> {
    loop {
        let mut status = 0;
        // SAFETY: an all-zero rusage is a valid value of a plain C struct.
        let mut usage: libc::rusage = unsafe { std::mem::zeroed() };
        // SAFETY: both pointers are to live local variables.
        let ended = unsafe { libc::wait4(-1, &raw mut status, 0, &raw mut usage) };
        if ended == pid {
            return Ok(Exit {
                code: libc::WIFEXITED(status).then(|| libc::WEXITSTATUS(status)),
                signal: libc::WIFSIGNALED(status).then(|| libc::WTERMSIG(status)),
                error: None,
                peak_rss_kib: u64::try_from(usage.ru_maxrss).unwrap_or(0),
            });
        }
        if ended < 0 {
            let error = io::Error::last_os_error();
            if error.kind() != io::ErrorKind::Interrupted {
                return Err(error);
            }
        }
    }
}

fn interrupt(pid: i32) {
    // SAFETY: kill(2) takes no pointers; the caller holds the lock under which the process is known to be running.
    unsafe { libc::kill(pid, libc::SIGINT) };
}

/// Whether the file system of a directory has no room left to speak of (statvfs(3)).
pub fn is_full(directory: &str) -> bool {
    let Ok(path) = CString::new(directory) else { return false };
    // SAFETY: an all-zero statvfs is a valid value of a plain C struct.
    let mut stats: libc::statvfs = unsafe { std::mem::zeroed() };
    // SAFETY: both pointers are to live local variables, and the path ends with a NUL.
    let read = unsafe { libc::statvfs(path.as_ptr(), &raw mut stats) } == 0;
    read && stats.f_bavail.saturating_mul(stats.f_frsize) < NO_ROOM
}
