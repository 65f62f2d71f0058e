//! Schemas read in real containers, from the demo provider and from one that means harm.

use std::{
    path::{Path, PathBuf},
    process::Command,
    sync::OnceLock,
    time::{Duration, Instant},
};

use cloudoven_crawler::{
    catalog::Address,
    source::{Container, SchemaReader, Terraform},
};
use cloudoven_executor::Limits;
use tempfile::TempDir;

/// The engine that `make engine` finds or starts.
fn docker_host() -> String {
    std::env::var("DOCKER_HOST").unwrap_or_else(|_| "unix:///var/run/docker.sock".into())
}

fn container(limits: Limits) -> Container {
    Container::new(&docker_host(), Container::DEFAULT_IMAGE, limits)
}

/// Limits under which a provider that does nothing of use is given up soon.
fn short() -> Limits {
    Limits {
        memory_mib: 512,
        pids: 64,
        tmp_mib: 16,
        timeout: Duration::from_secs(20),
        ..Container::default_limits()
    }
}

fn platform() -> &'static str {
    if cfg!(target_arch = "aarch64") { "linux_arm64" } else { "linux_amd64" }
}

/// The mirror that `make mirror` fills.
fn demo() -> (PathBuf, Address, &'static str) {
    let mirror = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/mirror");
    assert!(mirror.is_dir(), "`make mirror` makes the demo provider");
    (mirror, "registry.cloudoven.dev/cloudoven/demo".parse().unwrap(), "0.1.0")
}

/// The program in tests/hostile, static since the image has no C library.
fn hostile_program() -> &'static Path {
    static PROGRAM: OnceLock<(TempDir, PathBuf)> = OnceLock::new();
    let (_, program) = PROGRAM.get_or_init(|| {
        let directory = tempfile::tempdir().unwrap();
        let program = directory.path().join("provider");
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/hostile/provider.rs");
        let rustc = std::env::var("RUSTC").unwrap_or_else(|_| "rustc".into());
        let target = format!("{}-unknown-linux-gnu", std::env::consts::ARCH);
        let arguments =
            ["--edition=2024", "-Copt-level=1", "-Ctarget-feature=+crt-static", "--target", &target, "-o"];
        let built = Command::new(rustc).args(arguments).args([&program, &source]).status().unwrap();
        assert!(built.success());
        (directory, program)
    });
    program
}

/// A mirror with a hostile provider, unpacked.
struct Hostile {
    mirror: TempDir,
    address: Address,
}

impl Hostile {
    /// `name` tells the tests' containers apart.
    fn new(name: &str, mode: &str) -> Self {
        let mirror = tempfile::tempdir().unwrap();
        let address: Address = format!("registry.example.com/acme/{name}").parse().unwrap();
        let package = mirror.path().join(format!("{address}/1.0.0/{}", platform()));
        std::fs::create_dir_all(&package).unwrap();
        std::fs::copy(hostile_program(), package.join(format!("terraform-provider-{name}_v1.0.0"))).unwrap();
        std::fs::write(package.join("mode"), mode).unwrap();
        Hostile { mirror, address }
    }

    /// The error that reading its schema ends with.
    async fn read(&self, limits: Limits) -> String {
        let started = Instant::now();
        let reader = container(limits);
        let error =
            reader.read_schema(&self.address, "1.0.0", self.mirror.path()).await.unwrap_err().to_string();
        assert!(started.elapsed() < Duration::from_secs(120), "{error}");
        assert!(error.len() < 4096 && error.lines().count() == 1, "{error}");
        assert_eq!(containers_of(&self.address), 0, "{error}");
        error
    }
}

/// How many containers there are that read a provider's schema.
fn containers_of(address: &Address) -> usize {
    let filter = format!("label=dev.cloudoven.sandbox.name=schema of {address} 1.0.0");
    let output =
        Command::new("docker").args(["ps", "--all", "--quiet", "--filter", &filter]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().lines().count()
}

#[tokio::test]
async fn reads_in_a_container_what_terraform_reads_here() {
    let (mirror, address, version) = demo();
    let reader = container(Container::default_limits());
    let in_container = reader.read_schema(&address, version, &mirror).await.unwrap();
    let here = Terraform::find(None).unwrap().read_schema(&address, version, &mirror).await.unwrap();
    assert!(in_container == here, "{}", String::from_utf8_lossy(&in_container));
    assert!(here.len() > 1000);
}

#[tokio::test]
async fn reads_a_packed_mirror() {
    let (mirror, address, version) = demo();
    let packed = tempfile::tempdir().unwrap();
    let directory = packed.path().join(address.to_string());
    std::fs::create_dir_all(&directory).unwrap();
    let archive = std::fs::File::create(
        directory.join(format!("terraform-provider-demo_{version}_{}.zip", platform())),
    );
    let program = format!("terraform-provider-demo_v{version}");
    let content =
        std::fs::read(mirror.join(format!("{address}/{version}/{}/{program}", platform()))).unwrap();
    let mut zip = zip::ZipWriter::new(archive.unwrap());
    zip.start_file(program, zip::write::SimpleFileOptions::default()).unwrap();
    std::io::Write::write_all(&mut zip, &content).unwrap();
    zip.finish().unwrap();
    let reader = container(Container::default_limits());
    let schema = reader.read_schema(&address, version, packed.path()).await.unwrap();
    assert!(schema == reader.read_schema(&address, version, &mirror).await.unwrap());
}

#[tokio::test]
async fn a_provider_finds_no_way_out() {
    let error = Hostile::new("look", "look").read(Container::default_limits()).await;
    assert!(error.ends_with("/tmp is writable open: []"), "{error}");
    let environment = error.split_once("environment: ").unwrap().1.split_once(" /tmp is").unwrap().0;
    let ours = ["PATH", "HOSTNAME", "HOME", "TMPDIR", "SSL_CERT_FILE", "CHECKPOINT_DISABLE"];
    for name in environment.split(' ') {
        let terraforms = name.starts_with("TF_") || name.starts_with("PLUGIN_");
        assert!(terraforms || ours.contains(&name), "{name}: {environment}");
    }
}

#[tokio::test]
async fn a_provider_that_does_not_answer_is_given_up() {
    let error = Hostile::new("hang", "hang").read(short()).await;
    assert!(error.ends_with("acme/hang gave no schema within 20 seconds"), "{error}");
}

#[tokio::test]
async fn a_provider_that_starts_many_processes_is_stopped() {
    let error = Hostile::new("fork", "fork").read(short()).await;
    assert!(error.contains("64 processes and threads"), "{error}");
}

#[tokio::test]
async fn a_provider_that_writes_all_it_can_fills_its_scratch_space_only() {
    let error = Hostile::new("fill", "fill").read(short()).await;
    assert!(error.contains("filled its 16 MiB of scratch space: /tmp: No space left on device"), "{error}");
    assert!(!error.contains("/work") && !error.contains("/sandbox"), "{error}");
}

#[tokio::test]
async fn a_provider_that_prints_a_gigabyte_is_stopped() {
    let error = Hostile::new("print", "print").read(short()).await;
    assert!(error.contains("printed too much") || error.contains("gave no schema within"), "{error}");
    let error = Hostile::new("print", "print past terraform").read(short()).await;
    assert!(error.contains("printed too much; a schema has at most 128 MiB"), "{error}");
}

#[tokio::test]
async fn a_provider_that_uses_all_memory_is_stopped() {
    let error = Hostile::new("eat", "eat").read(short()).await;
    assert!(error.ends_with("acme/eat needs more than 512 MiB of memory"), "{error}");
}

#[tokio::test]
async fn a_reading_that_is_given_up_leaves_nothing() {
    let hostile = Hostile::new("dropped", "hang");
    let reader = container(Container::default_limits());
    let mut reading = reader.read_schema(&hostile.address, "1.0.0", hostile.mirror.path());
    while containers_of(&hostile.address) == 0 {
        let finished = tokio::time::timeout(Duration::from_millis(100), &mut reading).await;
        assert!(finished.is_err(), "{finished:?}");
    }
    drop(reading);
    reader.close().await;
    assert_eq!(containers_of(&hostile.address), 0);
}

#[tokio::test]
async fn what_is_missing_is_named() {
    let (mirror, address, version) = demo();
    let limits = Container::default_limits;
    let no_engine = Container::new("unix:///nonexistent/docker.sock", "x", limits());
    let error = no_engine.read_schema(&address, version, &mirror).await.unwrap_err().to_string();
    assert!(error.contains("the Docker engine does not answer"), "{error}");
    let no_image = Container::new(&docker_host(), "cloudoven-nothing:1", limits());
    let error = no_image.read_schema(&address, version, &mirror).await.unwrap_err().to_string();
    assert!(
        error.contains("cloudoven-nothing:1 is missing") && error.contains("make runner-image"),
        "{error}"
    );
    let reader = container(limits());
    let error = reader.read_schema(&address, "9.9.9", &mirror).await.unwrap_err().to_string();
    assert!(error.ends_with(&format!("no package of {address} 9.9.9 for {}", platform())), "{error}");
    let elsewhere = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(elsewhere.path().join(format!("{address}/{version}/plan9_mips"))).unwrap();
    let error = reader.read_schema(&address, version, elsewhere.path()).await.unwrap_err().to_string();
    assert!(error.ends_with(&format!("for {}, only for plan9_mips", platform())), "{error}");
    let wrong = Hostile::new("wrong", "");
    let program = wrong.mirror.path().join(format!(
        "{}/1.0.0/{}/terraform-provider-wrong_v1.0.0",
        wrong.address,
        platform()
    ));
    std::fs::write(program, "MZ").unwrap();
    let error = wrong.read(limits()).await;
    assert!(error.contains("exec format error"), "{error}");
}

/// Starts the command on a provider that hangs, and waits until its container is there.
fn crawl_that_hangs(hostile: &Hostile) -> std::process::Child {
    let mut crawl = Command::new(env!("CARGO_BIN_EXE_cloudoven-crawler"));
    crawl.args(["crawl", &hostile.address.to_string(), "--provider-version", "1.0.0", "--mirror"]);
    crawl.arg(hostile.mirror.path()).args(["--docker-host", &docker_host(), "--catalog"]);
    let mut child = crawl.arg(hostile.mirror.path().join("catalog")).arg("--no-docs").spawn().unwrap();
    while containers_of(&hostile.address) == 0 {
        assert_eq!(child.try_wait().unwrap(), None, "the crawl has ended");
        std::thread::sleep(Duration::from_millis(50));
    }
    child
}

#[tokio::test]
async fn what_a_killed_process_left_is_removed_by_the_next_one_and_nothing_else() {
    let (killed, alive) = (Hostile::new("killed", "hang"), Hostile::new("alive", "hang"));
    let mut other = crawl_that_hangs(&alive);
    let mut child = crawl_that_hangs(&killed);
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(containers_of(&killed.address), 1);
    let (mirror, address, version) = demo();
    container(Container::default_limits()).read_schema(&address, version, &mirror).await.unwrap();
    assert_eq!((containers_of(&killed.address), containers_of(&alive.address)), (0, 1));
    let interrupted = Command::new("kill").args(["-INT", &other.id().to_string()]).status().unwrap();
    assert!(interrupted.success());
    assert_eq!(other.wait().unwrap().code(), Some(1));
    assert_eq!(containers_of(&alive.address), 0);
}
