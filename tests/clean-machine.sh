#!/usr/bin/env bash
# Check that `make run` and `make test` need no other step on a machine that has Rust, Node, make and nothing else of what
# CloudOven wants: a fresh Debian 12 in a directory, with a fresh clone of the last commit, in namespaces of its own.
# This machine's Rust, Node and Terraform are lent to it. Needs root, debootstrap, iptables and iproute2.
#
#   tests/clean-machine.sh [run | test]…        default: run, then test
#
# Environment: CLEAN_ROOT, the directory; if it is there already it is used as it is and kept (default: a new one, removed)
set -euo pipefail
cd "$(dirname "$0")/.."
[ "$(id -u)" -eq 0 ] || { echo "clean-machine.sh: needs root, for namespaces" >&2; exit 1; }
for program in debootstrap iptables ip; do
    command -v "$program" >/dev/null || { echo "clean-machine.sh: $program is missing" >&2; exit 1; }
done

name=cloudoven-clean
network=10.213.45
root=${CLEAN_ROOT:-$(mktemp -d /var/tmp/cloudoven-clean.XXXXXX)}
checks=("$@")
[ $# -gt 0 ] || checks=(run test)

# The container engine inside must not meet the one outside: it gets a network of its own, translated at this machine.
rules() {
    iptables --wait "$1" FORWARD --in-interface "$name" --jump ACCEPT
    iptables --wait "$1" FORWARD --out-interface "$name" --jump ACCEPT
    iptables --wait --table nat "$1" POSTROUTING --source "$network.0/30" --jump MASQUERADE
}
network_up() {
    local mtu
    mtu=$(ip route show default | sed -n 's/.* dev \([^ ]*\).*/\1/p' | head -n 1 | xargs -I{} cat /sys/class/net/{}/mtu)
    ip netns add "$name"
    ip link add "$name" type veth peer name eth0 netns "$name"
    ip link set "$name" mtu "$mtu" up
    ip address add "$network.1/30" dev "$name"
    ip -netns "$name" link set lo up
    ip -netns "$name" link set eth0 mtu "$mtu" up
    ip -netns "$name" address add "$network.2/30" dev eth0
    ip -netns "$name" route add default via "$network.1"
    sysctl --quiet --write net.ipv4.ip_forward=1
    rules --insert
}
finish() {
    rules --delete 2>/dev/null || true
    ip netns delete "$name" 2>/dev/null || true
    ip link delete "$name" 2>/dev/null || true
    [ -n "${CLEAN_ROOT:-}" ] || rm -rf --one-file-system "$root"
}
trap finish EXIT

machine() {
    [ -e "$root/etc/debian_version" ] || debootstrap --variant=minbase --include=ca-certificates,make bookworm "$root"
    local npm
    npm=$(dirname "$(dirname "$(readlink -f "$(command -v npm)")")")
    mkdir -p "$root/root/.cargo" "$root/root/.rustup" "$root/usr/local/lib/node_modules"
    cp -a "${CARGO_HOME:-$HOME/.cargo}/bin" "$root/root/.cargo/"
    cp -L "$(command -v node)" "$root/usr/local/bin/node"
    cp -a "$npm" "$root/usr/local/lib/node_modules/"
    ln -sf ../lib/node_modules/npm/bin/npm-cli.js "$root/usr/local/bin/npm"
    cp "$(docker/terraform.sh)" "$root/usr/local/bin/terraform"
    cp /etc/resolv.conf "$root/etc/resolv.conf"
    cp /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/"
    rm -rf "$root/root/cloudoven"
    git clone --quiet --no-hardlinks . "$root/root/cloudoven"
}

# Runs in the new namespaces: puts the root together, then becomes a shell in it.
enter() {
    nsenter --net="/run/netns/$name" unshare --mount --pid --ipc --uts --fork --kill-child -- bash -euc '
        root=$1 rustup=$2 bundles=$3
        shift 3
        mount --bind "$root" "$root"
        mount -t proc proc "$root/proc"
        mount -t sysfs sysfs "$root/sys"
        mount --rbind /sys/fs/cgroup "$root/sys/fs/cgroup"
        mount --rbind /dev "$root/dev"
        mount -t tmpfs tmpfs "$root/run"
        mount --bind --options ro "$rustup" "$root/root/.rustup"
        if [ -d "$bundles" ]; then
            mkdir -p "$root/root/shared/providers"
            mount --bind --options ro "$bundles" "$root/root/shared/providers"
        fi
        exec chroot "$root" /usr/bin/env -i HOME=/root LANG=C.UTF-8 RUSTUP_AUTO_INSTALL=0 \
            PATH=/root/.cargo/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
            SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt "$@"
    ' enter "$root" "${RUSTUP_HOME:-$HOME/.rustup}" \
        "$(realpath -m "${CLOUDOVEN_TEST_BUNDLES:-../shared/providers}")" "$@"
}

# make run is started twice, answers both times, and ends at Ctrl-C.
run_check() {
    cat <<'CHECK'
cd /root/cloudoven
for time in first second; do
    SECONDS=0
    # In a group of its own, as a terminal would start it, so that the interrupt reaches what make started.
    setsid make run >/root/run.log 2>&1 </dev/null &
    until grep -q "CloudOven is at" /root/run.log; do
        kill -0 $! 2>/dev/null || { tail -n 40 /root/run.log; echo "make run ended"; exit 1; }
        sleep 0.5
    done
    echo "make run, $time time: ready after $SECONDS s"
    node -e '
        fetch("http://127.0.0.1:8080/health/info").then(async (answer) => {
            console.log(answer.status, await answer.text());
            process.exit(answer.ok ? 0 : 1);
        })'
    kill -INT -- -$!
    wait $! || true
    if grep -qsx cloudoven /proc/[0-9]*/comm; then echo "the server is still there"; exit 1; fi
done
CHECK
}

machine
network_up
for program in docker dockerd chromium initdb protoc cc; do
    if enter sh -c "command -v $program" >/dev/null; then echo "note: $program is there already"; fi
done
for check in "${checks[@]}"; do
    echo "== make $check"
    case $check in
        run) run_check >"$root/root/check.sh" && enter bash -eu /root/check.sh ;;
        test) enter bash -euc 'cd /root/cloudoven; SECONDS=0; status=0; .ci/run || status=$?; echo "after $SECONDS s"; exit $status' ;;
        *) echo "clean-machine.sh: run or test, not $check" >&2; exit 2 ;;
    esac
done
