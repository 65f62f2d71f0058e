#!/usr/bin/env bash
# Build the runner image from a Terraform binary, Debian's git and the entry program, from local files alone.
#
#   docker/runner/build.sh [TERRAFORM] [IMAGE]
#
# TERRAFORM  path of the binary; default: the one on the PATH
# IMAGE      name; default: cloudoven-runner:<version of that binary>
# Environment: CA_BUNDLE (default /etc/ssl/certs/ca-certificates.crt), GIT (default /usr/bin/git), CLOUDOVEN_ENTRY (a
# static build of the entry; default: it is built with cargo).
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
terraform=${1:-$(command -v terraform || true)}
ca_bundle=${CA_BUNDLE:-/etc/ssl/certs/ca-certificates.crt}
git=${GIT:-/usr/bin/git}
[ -x "$terraform" ] || { echo "build.sh: no terraform binary; give its path as the first argument" >&2; exit 1; }
[ -f "$ca_bundle" ] || { echo "build.sh: $ca_bundle is missing; install ca-certificates or set CA_BUNDLE" >&2; exit 1; }
[ -x "$git" ] || { echo "build.sh: $git is missing; install git or set GIT" >&2; exit 1; }
git_core=$("$git" --exec-path)
[ -x "$git_core/git-remote-https" ] || { echo "build.sh: $git knows no https: $git_core/git-remote-https is missing" >&2; exit 1; }

version=$(env -u TF_CLI_CONFIG_FILE CHECKPOINT_DISABLE=1 "$terraform" version -json |
    sed -n 's/.*"terraform_version": *"\([^"]*\)".*/\1/p')
[ -n "$version" ] || { echo "build.sh: $terraform does not tell its version" >&2; exit 1; }
image=${2:-cloudoven-runner:$version}

entry=${CLOUDOVEN_ENTRY:-}
if [ -z "$entry" ]; then
    target="$(uname -m)-unknown-linux-gnu"
    (cd "$here" && RUSTFLAGS="-C target-feature=+crt-static" \
        cargo build --quiet --release --package cloudoven-entry --target "$target")
    directory=$(cd "$here" && cargo metadata --format-version 1 --no-deps | sed 's/.*"target_directory":"\([^"]*\)".*/\1/')
    entry="$directory/$target/release/cloudoven-entry"
fi

context=$(mktemp -d)
trap 'rm -rf "$context"' EXIT
install -D -m 755 "$terraform" "$context/root/usr/local/bin/terraform"
install -D -m 755 "$entry" "$context/root/usr/local/bin/cloudoven-entry"
install -D -m 644 "$ca_bundle" "$context/root/etc/ssl/certs/ca-certificates.crt"
# git, what it speaks https with, and the libraries that these load. Everything else that a fetch or a clone needs is
# in git itself, but for `git submodule`, which the entry program stands in for.
install -D -m 755 "$git" "$context/root/usr/local/bin/git"
install -D -m 755 "$git_core/git-remote-https" "$context/root$git_core/git-remote-https"
ln -s git-remote-https "$context/root$git_core/git-remote-http"
ln -s /usr/local/bin/cloudoven-entry "$context/root$git_core/git-submodule"
mkdir -p "$context/root/usr/share/git-core/templates"
ldd "$git" "$git_core/git-remote-https" | grep --only-matching '/[^ ]*\.so[^ ]*' | sort --unique |
    while read -r library; do install -D -m 755 "$library" "$context/root$library"; done
echo 'hosts: files dns' >"$context/root/etc/nsswitch.conf"
echo 'runner:x:65532:65532:runner:/tmp:/nonexistent' >"$context/root/etc/passwd"
echo 'runner:x:65532:' >"$context/root/etc/group"
mkdir -p "$context/root/providers" "$context/root/tmp" "$context/work"
# runc gives a tmpfs the mode of the image directory beneath it.
chmod 1777 "$context/root/tmp"
cp "$here/Dockerfile" "$context/"

DOCKER_BUILDKIT=0 docker build --quiet --force-rm --build-arg "TERRAFORM_VERSION=$version" --tag "$image" "$context" >/dev/null
echo "$image"
