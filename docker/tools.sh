#!/usr/bin/env bash
# Make sure that what the build needs is there. Rust and Node are for you to install, the rest comes from apt.
set -euo pipefail
cd "$(dirname "$0")"

missing() { echo "$1 is missing. $2" >&2; exit 1; }
command -v cargo >/dev/null || missing "Rust" "Install it from https://rustup.rs."
command -v npm >/dev/null || missing "Node" "Install version 20 or later, with npm."
major=$(node --version | sed 's/^v\([0-9]*\).*/\1/')
[ "$major" -ge 20 ] || missing "Node 20" "This is $(node --version): install version 20 or later."

./need.sh cc "Rust needs a linker, and SQLite is built from C" gcc libc6-dev
./need.sh protoc "the demo provider speaks Terraform's plugin protocol" protobuf-compiler libprotobuf-dev
