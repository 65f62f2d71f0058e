#!/usr/bin/env bash
# Print the path of a terraform binary: the one on the PATH, else HashiCorp's release, downloaded once into
# target/terraform and checked against the release's SHA256SUMS.
#
# Environment: TERRAFORM_VERSION, the release to download (default below).
set -euo pipefail
cd "$(dirname "$0")/.."

command -v terraform && exit 0

version=${TERRAFORM_VERSION:-1.11.4}
case $(uname -m) in
    x86_64) platform=linux_amd64 ;;
    aarch64) platform=linux_arm64 ;;
    *) echo "terraform.sh: no release of Terraform is known for $(uname -m); put terraform on the PATH" >&2; exit 1 ;;
esac
directory=$PWD/target/terraform/$version
if [ ! -x "$directory/terraform" ]; then
    docker/need.sh curl "to download Terraform" curl ca-certificates
    docker/need.sh unzip "to unpack Terraform" unzip
    archive=terraform_${version}_$platform.zip
    sums=terraform_${version}_SHA256SUMS
    release=https://releases.hashicorp.com/terraform/$version
    work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT
    echo "Downloading Terraform $version from $release." >&2
    for file in "$archive" "$sums"; do
        curl --fail --silent --show-error --location --proto =https --retry 3 --output "$work/$file" "$release/$file" ||
            { echo "terraform.sh: cannot download $release/$file; put terraform on the PATH" >&2; exit 1; }
    done
    # Exactly the one line of this archive, so that an empty or foreign list checks nothing by accident.
    grep -E "^[0-9a-f]{64}  $archive\$" "$work/$sums" >"$work/sum" ||
        { echo "terraform.sh: $sums does not list $archive" >&2; exit 1; }
    (cd "$work" && sha256sum --check --status sum) ||
        { echo "terraform.sh: $archive is not what $sums says; nothing was installed" >&2; exit 1; }
    unzip -q "$work/$archive" terraform -d "$work"
    mkdir -p "$directory"
    install -m 755 "$work/terraform" "$directory/terraform.new"
    mv "$directory/terraform.new" "$directory/terraform"
fi
echo "$directory/terraform"
