#!/usr/bin/env bash
# Make sure that a command is there: where it is missing, say what is installed and why, then install it with apt.
#
#   docker/need.sh COMMAND WHY PACKAGE…
set -euo pipefail

command=$1 why=$2
shift 2
command -v "$command" >/dev/null && exit 0

if ! command -v apt-get >/dev/null; then
    echo "$command is missing ($why), and this is no Debian: install it yourself." >&2
    exit 1
fi
sudo=()
if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || { echo "$command is missing ($why): as root, apt-get install $*" >&2; exit 1; }
    sudo=(sudo)
fi
echo "Installing $* with apt: $why." >&2
log=$(mktemp)
trap 'rm -f "$log"' EXIT
apt() {
    "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq -o Dpkg::Use-Pty=0 "$@" </dev/null >>"$log" 2>&1
}
# The package lists of a fresh machine are empty, those of an old one name versions that are gone.
apt install --yes --no-install-recommends "$@" ||
    { apt update && apt install --yes --no-install-recommends "$@"; } ||
    { tail -n 20 "$log" >&2; echo "apt could not install $*." >&2; exit 1; }
hash -r
command -v "$command" >/dev/null || { echo "$* is installed, but there is no $command." >&2; exit 1; }
