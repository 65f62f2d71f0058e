#!/usr/bin/env bash
# Build the demo provider as a static binary and put it, unpacked, into a directory in the layout of Terraform's
# filesystem mirror.
#
#   tests/provider/mirror.sh DIRECTORY
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
directory=$(realpath -m "${1:?usage: mirror.sh DIRECTORY}")
cd "$here"

target=$(uname -m)-unknown-linux-gnu
case $target in
    x86_64-*) platform=linux_amd64 ;;
    aarch64-*) platform=linux_arm64 ;;
    *) echo "mirror.sh: Terraform has no name for $(uname -m) here" >&2; exit 1 ;;
esac
metadata=$(cargo metadata --format-version 1 --no-deps)
built=$(sed 's/.*"target_directory":"\([^"]*\)".*/\1/' <<<"$metadata")/$target/release/terraform-provider-demo
version=$(sed 's/.*"name":"terraform-provider-demo","version":"\([^"]*\)".*/\1/' <<<"$metadata")

# Static, since it runs in an image that has no C library.
RUSTFLAGS="-C target-feature=+crt-static" \
    cargo build --quiet --release --package terraform-provider-demo --target "$target"

package=$directory/registry.cloudoven.dev/cloudoven/demo/$version/$platform
installed=$package/terraform-provider-demo_v$version
if ! cmp --silent "$built" "$installed"; then
    mkdir -p "$package"
    install -m 755 "$built" "$installed.new"
    mv "$installed.new" "$installed"
fi
echo "$installed"
