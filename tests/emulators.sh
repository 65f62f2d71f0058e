#!/usr/bin/env bash
# Run a command beside emulators of the object stores of AWS, Google Cloud and Azure, which are gone when the command ends,
# however it ends. The command finds the addresses of the first two in CLOUDOVEN_TEST_S3 and CLOUDOVEN_TEST_GCS, a bucket and
# a container for catalogs in CLOUDOVEN_TEST_S3_BUCKET and CLOUDOVEN_TEST_AZURE_CONTAINER, and the variables of object_store's
# AWS and Azure clients point at the emulators. Those of AWS and Google Cloud listen on every address of the machine, since
# the containers of runs reach them over a bridge.
#
#   tests/emulators.sh COMMAND…
set -euo pipefail
cd "$(dirname "$0")/.."

packages=('moto[server]==5.2.5' 'gcp-storage-emulator==2026.7.19')
venv=$PWD/target/emulators
if [ "$(cat "$venv/installed" 2>/dev/null)" != "${packages[*]}" ]; then
    docker/need.sh python3 "the emulators of object stores are written in it" python3
    docker/need.sh virtualenv "the emulators are installed into a place of their own" virtualenv
    docker/need.sh curl "an emulator is asked whether it answers" curl
    echo "Installing ${packages[*]} with pip." >&2
    rm -rf "$venv"
    virtualenv --quiet "$venv"
    "$venv/bin/pip" install --quiet --disable-pip-version-check "${packages[@]}"
    echo "${packages[*]}" >"$venv/installed"
fi

azurite=3.35.0
node=$PWD/target/emulators-node
if [ "$(cat "$node/installed" 2>/dev/null)" != "$azurite" ]; then
    docker/need.sh npm "the emulator of Azure's store is written in JavaScript" npm
    echo "Installing azurite $azurite with npm." >&2
    rm -rf "$node"
    npm install --silent --no-audit --no-fund --prefix "$node" "azurite@$azurite"
    echo "$azurite" >"$node/installed"
fi

directory=$(mktemp -d)
pids=()
finish() {
    [ ${#pids[@]} -eq 0 ] || kill "${pids[@]}" 2>/dev/null || true
    rm -rf "$directory"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# start NAME COMMAND…: starts it with a free port in place of PORT, and sets `address`.
start() {
    local name=$1 port pid
    shift
    for _ in $(seq 10); do
        port=$((20000 + RANDOM % 12000))
        "${@//PORT/$port}" >"$directory/$name" 2>&1 </dev/null &
        pid=$!
        pids+=("$pid")
        address=http://127.0.0.1:$port
        for _ in $(seq 120); do
            kill -0 "$pid" 2>/dev/null || break
            # Any answer will do, as long as it is this process that gives it.
            if curl --silent --output /dev/null "$address/" && kill -0 "$pid" 2>/dev/null; then return; fi
            sleep 0.25
        done
        kill "$pid" 2>/dev/null || true
    done
    cat "$directory/$name" >&2
    echo "The emulator $name does not start." >&2
    exit 1
}

start moto "$venv/bin/moto_server" -H 0.0.0.0 -p PORT
export CLOUDOVEN_TEST_S3=$address
export AWS_ENDPOINT=$address AWS_ALLOW_HTTP=true AWS_REGION=us-east-1
export AWS_ACCESS_KEY_ID=AKIASERVERSOWNKEYID0 AWS_SECRET_ACCESS_KEY=the-servers-own-secret-access-key
start gcs "$venv/bin/gcp-storage-emulator" start --host=0.0.0.0 --port=PORT --in-memory
export CLOUDOVEN_TEST_GCS=$address
start azurite "$node/node_modules/.bin/azurite-blob" --inMemoryPersistence --skipApiVersionCheck --silent \
    --blobHost 127.0.0.1 --blobPort PORT
export AZURE_STORAGE_USE_EMULATOR=true AZURITE_BLOB_STORAGE_URL=$address

export CLOUDOVEN_TEST_S3_BUCKET=catalogs CLOUDOVEN_TEST_AZURE_CONTAINER=catalogs
curl --silent --fail --output /dev/null --request PUT "$CLOUDOVEN_TEST_S3/$CLOUDOVEN_TEST_S3_BUCKET"
tests/azure-container.py "$AZURITE_BLOB_STORAGE_URL" "$CLOUDOVEN_TEST_AZURE_CONTAINER"
"$@"
