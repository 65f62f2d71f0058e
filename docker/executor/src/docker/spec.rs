//! What a container is made of: locked down first, then given what it needs.

use std::collections::HashMap;

use bollard::models::{
    ContainerCreateBody, HostConfig, HostConfigLogConfig, Mount, MountType, ResourcesUlimits,
};

use super::{DockerConfig, Names, Program, sandbox::INPUT};
use crate::phase::{LaunchSpec, Limits, PROVIDERS, PhaseKey, RUNNER_UID, WORK};

const MIB: u64 = 1024 * 1024;
/// No file on a volume grows beyond this: local volumes have no limit of their own.
const LARGEST_FILE: u64 = 2048 * MIB;

/// The image for a Terraform version.
pub fn image(config: &DockerConfig, terraform_version: &str) -> String {
    config.image.replace("{version}", terraform_version)
}

/// A phase's container.
pub fn container(
    config: &DockerConfig,
    names: &Names,
    network: &str,
    spec: &LaunchSpec,
) -> ContainerCreateBody {
    let environment = spec.environment.0.iter().map(|(name, value)| format!("{name}={value}"));
    ContainerCreateBody {
        image: Some(image(config, &spec.terraform_version)),
        cmd: Some(spec.arguments.clone()),
        env: Some(environment.collect()),
        user: Some(format!("{RUNNER_UID}:{RUNNER_UID}")),
        working_dir: Some(WORK.to_owned()),
        labels: Some(names.labels(&spec.key)),
        stop_signal: Some("SIGINT".to_owned()),
        stop_timeout: i64::try_from(config.limits.grace.as_secs()).ok(),
        host_config: Some(host(&config.limits, network, mounts(config, names, &spec.key))),
        ..ContainerCreateBody::default()
    }
}

/// A container that is never started: it makes a volume readable through the archive calls. Its name is the phase's,
/// whose container is gone, so that nobody can launch that phase again beside it.
pub fn keeper(
    config: &DockerConfig,
    names: &Names,
    key: &PhaseKey,
    terraform_version: &str,
) -> ContainerCreateBody {
    ContainerCreateBody {
        image: Some(image(config, terraform_version)),
        cmd: Some(vec!["/nonexistent".to_owned()]),
        labels: Some(names.labels(key)),
        host_config: Some(host(&config.limits, "none", mounts(config, names, key))),
        ..ContainerCreateBody::default()
    }
}

/// A container that is never started and has the provider mirror writable.
pub fn mirror_writer(config: &DockerConfig, names: &Names, image: String) -> ContainerCreateBody {
    let mount = volume_mount(names.providers(), PROVIDERS, false);
    ContainerCreateBody {
        image: Some(image),
        labels: Some(names.instance_labels()),
        host_config: Some(host(&config.limits, "none", vec![mount])),
        ..ContainerCreateBody::default()
    }
}

/// A container for one program, which goes with its volume and keeps no log: there is no disk that it could fill.
pub fn sandbox(
    image: &str,
    limits: &Limits,
    network: &str,
    labels: HashMap<String, String>,
    program: &Program,
) -> ContainerCreateBody {
    let environment = program.environment.0.iter().map(|(name, value)| format!("{name}={value}"));
    let volume = Mount { typ: Some(MountType::VOLUME), target: Some(INPUT.to_owned()), ..Mount::default() };
    let mut host = host(limits, network, vec![volume]);
    host.log_config = Some(HostConfigLogConfig { typ: Some("none".to_owned()), config: None });
    // Ends what works on and on where nobody is left to kill it.
    host.ulimits.get_or_insert_default().push(limit("cpu", limits.timeout.as_secs()));
    ContainerCreateBody {
        image: Some(image.to_owned()),
        entrypoint: Some(program.argv.clone()),
        env: Some(environment.collect()),
        user: Some(format!("{RUNNER_UID}:{RUNNER_UID}")),
        working_dir: Some(format!("{INPUT}/{}", program.directory)),
        labels: Some(labels),
        host_config: Some(host),
        ..ContainerCreateBody::default()
    }
}

fn mounts(config: &DockerConfig, names: &Names, key: &PhaseKey) -> Vec<Mount> {
    let mut mounts =
        vec![volume_mount(names.volume(key), WORK, false), volume_mount(names.providers(), PROVIDERS, true)];
    mounts.extend(config.volumes.iter().filter_map(|volume| {
        let mut parts = volume.splitn(3, ':');
        let (name, path) = (parts.next()?, parts.next()?);
        Some(volume_mount(name.to_owned(), path, parts.next() == Some("ro")))
    }));
    mounts
}

fn volume_mount(name: String, target: &str, read_only: bool) -> Mount {
    Mount {
        typ: Some(MountType::VOLUME),
        source: Some(name),
        target: Some(target.to_owned()),
        read_only: Some(read_only),
        ..Mount::default()
    }
}

fn host(limits: &Limits, network: &str, mounts: Vec<Mount>) -> HostConfig {
    let memory = i64::try_from(limits.memory_mib.saturating_mul(MIB)).ok();
    let log = HashMap::from([("max-size".to_owned(), "1g".to_owned())]);
    HostConfig {
        init: Some(true),
        readonly_rootfs: Some(true),
        cap_drop: Some(vec!["ALL".to_owned()]),
        security_opt: Some(vec!["no-new-privileges".to_owned()]),
        pids_limit: Some(i64::from(limits.pids)),
        memory,
        // The same as the memory: no swap.
        memory_swap: memory,
        #[allow(
            clippy::cast_possible_truncation,
            reason = "a float cast saturates, and the engine checks the value"
        )]
        nano_cpus: Some((limits.cpus * 1e9) as i64),
        ulimits: Some(vec![limit("fsize", LARGEST_FILE), limit("core", 0)]),
        network_mode: Some(network.to_owned()),
        tmpfs: Some(HashMap::from([(
            "/tmp".to_owned(),
            format!("rw,noexec,nosuid,nodev,size={}m,mode=1777", limits.tmp_mib),
        )])),
        mounts: Some(mounts),
        // Output is read back by offset, so it must stay whole: the entry bounds it far below the size at which the
        // engine would rotate.
        log_config: Some(HostConfigLogConfig { typ: Some("json-file".to_owned()), config: Some(log) }),
        ..HostConfig::default()
    }
}

fn limit(name: &str, value: u64) -> ResourcesUlimits {
    let value = i64::try_from(value).ok();
    ResourcesUlimits { name: Some(name.to_owned()), soft: value, hard: value }
}
