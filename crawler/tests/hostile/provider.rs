//! A provider's program that means harm. What it does is in the file `mode` beside it.

use std::{
    env, fs,
    io::{self, Write},
    net::{TcpStream, ToSocketAddrs, UdpSocket},
    os::unix::{fs::PermissionsExt, net::UnixStream, process::parent_id},
    path::Path,
    process::{Command, exit},
    thread,
    time::Duration,
};

fn main() {
    // Outside a container it would harm whoever tries it.
    assert!(Path::new("/.dockerenv").exists(), "this runs in a container only");
    let program = env::current_exe().expect("a program knows its path");
    if env::args().nth(1).is_some() {
        sleep();
    }
    let mode = fs::read_to_string(program.with_file_name("mode")).expect("the package has a mode");
    match mode.trim() {
        "look" => look(&program),
        "hang" => sleep(),
        "fork" => fork(&program),
        "fill" => fill(),
        "print" => print(io::stderr()),
        "print past terraform" => print(terraforms_output()),
        "eat" => eat(),
        other => eprintln!("no mode {other}"),
    }
    exit(1);
}

fn sleep() -> ! {
    loop {
        thread::sleep(Duration::from_secs(1));
    }
}

/// Tells what it can reach and write.
fn look(program: &Path) {
    let mut found = Vec::new();
    let mut note = |name: &str, got_in: bool| {
        if got_in {
            found.push(name.to_owned());
        }
    };
    for address in ["169.254.169.254:80", "172.17.0.1:22", "1.1.1.1:443", "127.0.0.1:2375"] {
        let address = address.parse().expect("it is an address");
        note("network", TcpStream::connect_timeout(&address, Duration::from_secs(2)).is_ok());
    }
    note("names", "registry.terraform.io:443".to_socket_addrs().is_ok());
    note("datagrams", UdpSocket::bind("0.0.0.0:0").and_then(|socket| socket.connect("8.8.8.8:53")).is_ok());
    for path in ["/var/run/docker.sock", "/run/docker.sock", "/run/containerd/containerd.sock"] {
        note(path, UnixStream::connect(path).is_ok());
    }
    let package = program.parent().expect("a program lies in a directory");
    for path in ["/", "/work", "/etc", "/usr/local/bin", "/providers", "/sandbox", "/sandbox/config"] {
        note(path, fs::write(Path::new(path).join("cloudoven-hostile"), "x").is_ok());
    }
    note("its package", fs::write(package.join("new"), "x").is_ok());
    note("its program", fs::OpenOptions::new().append(true).open(program).is_ok());
    note("its directory's mode", fs::set_permissions(package, fs::Permissions::from_mode(0o777)).is_ok());
    let copy = Path::new("/tmp/copy");
    note("a program in /tmp", fs::copy(program, copy).is_ok() && Command::new(copy).arg("x").spawn().is_ok());
    let status = fs::read_to_string("/proc/self/status").expect("a process has a status");
    for (field, locked_down) in
        [("Uid:", "65532"), ("CapEff:", "0000000000000000"), ("CapBnd:", "0000000000000000"), ("NoNewPrivs:", "1")]
    {
        let value = status.lines().find_map(|line| line.strip_prefix(field)).unwrap_or_default();
        note(field, value.split_whitespace().next() != Some(locked_down));
    }
    note("/proc/sys", fs::OpenOptions::new().write(true).open("/proc/sys/kernel/core_pattern").is_ok());
    let names: Vec<String> = env::vars().map(|(name, _)| name).collect();
    eprintln!("environment: {}", names.join(" "));
    let scratch = if fs::write("/tmp/x", "x").is_ok() { "/tmp is writable" } else { "/tmp is not writable" };
    eprintln!("{scratch}");
    eprintln!("open: [{}]", found.join(", "));
}

fn fork(program: &Path) -> ! {
    for _ in 0..10_000 {
        let _ = Command::new(program).arg("child").spawn();
    }
    sleep();
}

/// Writes wherever it may until nothing more fits.
fn fill() {
    let block = vec![1; 1 << 20];
    for directory in ["/tmp", "/dev/shm", "/work", "/sandbox"] {
        let Ok(mut file) = fs::File::create(Path::new(directory).join("fill")) else { continue };
        let mut written = 0;
        let error = loop {
            match file.write_all(&block) {
                Ok(()) => written += 1,
                Err(error) => break error,
            }
        };
        eprintln!("{directory}: {error} after {written} MiB");
    }
}

fn print(mut to: impl Write) {
    let block = [b"0123456789abcde\n".as_slice(); 4096].concat();
    for _ in 0..(1 << 30) / block.len() {
        if to.write_all(&block).is_err() {
            return;
        }
    }
    sleep();
}

/// The standard output of the process that started it, which is the container's.
fn terraforms_output() -> fs::File {
    let parent = parent_id();
    fs::OpenOptions::new().write(true).open(format!("/proc/{parent}/fd/1")).expect("both are of one user")
}

fn eat() {
    let mut all = Vec::new();
    loop {
        all.push(vec![1_u8; 16 << 20]);
        std::hint::black_box(&all);
    }
}
