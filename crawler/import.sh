#!/usr/bin/env bash
# Fill a catalog with all that can be had without a registry: Terraform's own provider and functions, the demo provider, and every
# archive in a directory of bundles. What has not changed since the last time is left as it is.
#
#   crawler/import.sh CRAWLER CATALOG-URL MIRROR BUNDLES STAMPS
#
# CRAWLER   the cloudoven-crawler program         MIRROR  the mirror that holds the demo provider
# BUNDLES   a directory of *.tar.zst, may be missing
# STAMPS    a directory where it is noted what was imported when
set -euo pipefail
crawler=$1 catalog=$2 mirror=$3 bundles=$4 stamps=$5
cd "$(dirname "$0")/.."
mkdir -p "$stamps"

# once NAME SOURCE ARGUMENT…: runs the crawler unless it did since SOURCE and the crawler itself last changed.
once() {
    local stamp=$stamps/$1 source=$2
    shift 2
    if [ "$stamp" -nt "$source" ] && [ "$stamp" -nt "$crawler" ]; then return; fi
    "$crawler" "$@" --catalog "$catalog"
    touch "$stamp"
}

terraform=$(docker/terraform.sh)
once builtin "$terraform" crawl builtin --terraform "$terraform"
once functions "$terraform" functions --terraform "$terraform"

provider=$(find "$mirror/registry.cloudoven.dev/cloudoven/demo" -name 'terraform-provider-demo_v*' | head -n 1)
version=${provider##*_v}
once demo "$provider" crawl registry.cloudoven.dev/cloudoven/demo --provider-version "$version" --mirror "$mirror" \
    --docs tests/provider/docs --unconfined --terraform "$terraform"

shopt -s nullglob
failed=()
for bundle in "$bundles"/*.tar.zst; do
    once "$(basename "$bundle")" "$bundle" import "$bundle" || failed+=("$bundle")
done
[ ${#failed[@]} -eq 0 ] || echo "Not imported, see above: ${failed[*]}" >&2
