#!/usr/bin/env bash
# Fuzz: any bytes as a page, a schema, a bundle, a blueprint, an edit of one. A finding ends the run with an input in tests/fuzz/artifacts.
#
#   tests/fuzz/run.sh MINUTES [TARGET]…     default: every target, one after another
set -euo pipefail
cd "$(dirname "$0")"
minutes=${1:?usage: run.sh MINUTES [TARGET]…}
shift
targets=("$@")
[ $# -gt 0 ] || mapfile -t targets < <(sed -n 's/^name = "\([a-z]*\)"$/\1/p' Cargo.toml)

../../docker/need.sh g++ "libFuzzer is C++" g++
if ! cargo fuzz --version >/dev/null 2>&1; then
    echo "Installing cargo-fuzz with cargo." >&2
    cargo install --quiet --locked cargo-fuzz
fi

# Inputs are small: what takes seconds or a gigabyte of them grows faster than they do. Coverage of one thread can be
# compared between runs.
export RAYON_NUM_THREADS=1
for target in "${targets[@]}"; do
    mkdir -p "corpus/$target"
    # Without a sanitizer it is built by a stable compiler; there is no unsafe code for one to watch.
    cargo fuzz run --fuzz-dir . --sanitizer none "$target" "corpus/$target" "seeds/$target" -- \
        -dict=dictionary.txt -max_len=16384 -timeout=10 -rss_limit_mb=1024 -print_final_stats=1 \
        -max_total_time=$((minutes * 60))
done
