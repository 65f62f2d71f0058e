#!/usr/bin/env bash
# Run the tests and say at the end how many passed and failed. A check that is no test, such as the formatter, counts as one.
# Everything runs even where an early part fails.
#
#   tests/run.sh [checks | rust | browser]…     default: all three
set -uo pipefail
cd "$(dirname "$0")/.." || exit
unset TF_CLI_CONFIG_FILE

log=$(mktemp)
trap 'rm -f "$log"' EXIT
passed=0 failed=0 failures=()

# step NAME COMMAND…: what it prints is shown; the tests it counts, or else itself, are counted.
step() {
    local name=$1 status=0 ok bad
    shift
    printf '\n== %s\n' "$name"
    "$@" 2>&1 </dev/null | tee "$log" || status=$?
    ok=$(sum 's/^test result:.* \([0-9]*\) passed;.*/\1/p;s/^[#ℹ] pass \([0-9]*\)$/\1/p')
    bad=$(sum 's/^test result:.* \([0-9]*\) failed;.*/\1/p;s/^[#ℹ] fail \([0-9]*\)$/\1/p')
    # It may fail with no failed test: when it does not build, or when it was no test at all.
    if [ "$status" -ne 0 ] && [ "$bad" -eq 0 ]; then bad=1; fi
    if [ "$ok" -eq 0 ] && [ "$bad" -eq 0 ]; then ok=1; fi
    passed=$((passed + ok)) failed=$((failed + bad))
    [ "$bad" -eq 0 ] || failures+=("$name")
}

sum() { sed -n "$1" "$log" | awk '{ total += $1 } END { print total + 0 }'; }

# Without these nothing else can be done, so they end it.
must() { "$@" || { echo "$* failed." >&2; exit 1; }; }

must make tools web
terraform=$(docker/terraform.sh) || exit 1
export PATH=${terraform%/*}:$PATH
export CLOUDOVEN_PROVIDER_MIRROR=$PWD/target/mirror

parts=("$@")
[ $# -gt 0 ] || parts=(checks rust browser)
for part in "${parts[@]}"; do
    case $part in
        checks)
            step "format" cargo fmt --all --check
            step "lints" cargo clippy --workspace --all-targets -- --deny warnings
            step "types of the pages' scripts" npm --prefix web run --silent check
            ;;
        rust)
            must docker/need.sh curl "the API page's script calls the server with it" curl
            must docker/need.sh jq "the API page's script reads answers with it" jq
            # Every shell has a kill of its own; the tests start the program, which comes with pgrep.
            must docker/need.sh pgrep "the tests stop servers and engines with its kill" procps
            must make engine mirror runner-image
            # Some tests start the real server and kill it.
            must cargo build --workspace
            step "Rust, on SQLite, PostgreSQL and Docker" tests/postgres.sh tests/emulators.sh cargo test --workspace --no-fail-fast
            ;;
        browser)
            must docker/need.sh chromium "the browser tests run in it" chromium
            must docker/need.sh unzip "the browser tests open what they download" unzip
            must make engine mirror runner-image
            must cargo build --workspace
            must npm --prefix tests/browser ci --no-audit --no-fund
            step "browser" npm --prefix tests/browser test
            ;;
        *) echo "run.sh: no part $part: checks, rust or browser" >&2; exit 2 ;;
    esac
done

printf '\n'
[ ${#failures[@]} -eq 0 ] || printf 'failed: %s\n' "${failures[@]}"
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
