#!/usr/bin/env bash
# Make sure that a Docker engine answers. Where none does, and none was named by DOCKER_HOST, install Debian's and start it.
# Ends with 1 and the reason where there can be none.
set -euo pipefail
cd "$(dirname "$0")"

# The client's last line says why the engine does not answer.
reason() { docker version 2>&1 >/dev/null | tail -n 1; }
answers() { docker version >/dev/null 2>&1; }
refuse() { echo "No Docker engine: $*" >&2; exit 1; }

command -v docker >/dev/null && answers && exit 0
[ -z "${DOCKER_HOST:-}" ] || refuse "DOCKER_HOST is $DOCKER_HOST, and it does not answer: $(reason)"
if [ -S /var/run/docker.sock ] && [ ! -w /var/run/docker.sock ]; then
    refuse "/var/run/docker.sock is not yours to use. Add yourself to the group docker (sudo usermod -aG docker $(id -un)) and sign in again."
fi

./need.sh dockerd "runs happen in containers, and no Docker engine answers" docker.io iptables ||
    refuse "it is not installed. Install docker.io, or set DOCKER_HOST to an engine elsewhere."
# From Debian 13 on the client is a package of its own.
./need.sh docker "the client of the Docker engine" docker-cli || refuse "the docker command is missing."
answers && exit 0

sudo=()
[ "$(id -u)" -eq 0 ] || sudo=(sudo)
# The package may have started it a moment ago. One that is dead and not yet reaped (Z) does not count.
running() { grep -qsE '^[0-9]+ \(dockerd\) [^ZX]' /proc/[0-9]*/stat; }
echo "Starting the Docker engine." >&2
if [ -d /run/systemd/system ]; then
    "${sudo[@]}" systemctl start docker || refuse "systemctl start docker failed."
elif ! running; then
    log=${TMPDIR:-/tmp}/dockerd.log
    # What an engine left that did not end by itself: with a pid in use by now, the new one would wait for the old.
    "${sudo[@]}" rm -f /var/run/docker.pid /var/run/docker/containerd/containerd.pid
    "${sudo[@]}" setsid dockerd >"$log" 2>&1 </dev/null &
fi
for _ in $(seq 60); do
    answers && exit 0
    sleep 0.5
done
[ -z "${log:-}" ] || tail -n 5 "$log" >&2
refuse "it was started, but does not answer: $(reason)"
