#!/usr/bin/env bash
# Three etcd nodes on this machine, for development and tests, until Ctrl-C. Their data is in a temporary folder and goes with them.
#   build/three-nodes.sh                                 clients on 2379, 22379 and 32379, as in docker-compose.yml
#   build/three-nodes.sh 4001 4002 4003 4004 4005 4006   client and peer port of each node
# Not for production: no TLS, no authentication, one disk.
set -euo pipefail

ports=("$@")
if [ ${#ports[@]} -eq 0 ]; then
    ports=(2379 2380 22379 22380 32379 32380)
fi
if [ ${#ports[@]} -ne 6 ]; then
    echo "three-nodes.sh: ${#ports[@]} ports are given; allowed are none, or six: client and peer port of each node." >&2
    exit 2
fi
for port in "${ports[@]}"; do
    if ! [[ "$port" =~ ^[0-9]{1,5}$ ]] || [ "$port" -lt 1 ] || [ "$port" -gt 65535 ]; then
        echo "three-nodes.sh: '$port' is no port; allowed are 1 to 65535." >&2
        exit 2
    fi
done
command -v etcd >/dev/null && command -v etcdctl >/dev/null || {
    echo "three-nodes.sh: etcd and etcdctl are not on the PATH (Debian: apt-get install etcd-server etcd-client)." >&2
    exit 1
}

data=$(mktemp -d "${TMPDIR:-/tmp}/three-nodes.XXXXXX")
nodes=()
finish() {
    trap - EXIT INT TERM
    for node in "${nodes[@]}"; do kill "$node" 2>/dev/null || true; done
    wait "${nodes[@]}" 2>/dev/null || true
    rm -rf "$data"
}
trap finish EXIT
trap 'finish; exit 0' INT TERM

# Debian's etcd 3.4 wants this said.
[ "$(uname -m)" != aarch64 ] || export ETCD_UNSUPPORTED_ARCH=arm64
export ETCDCTL_API=3

cluster="node1=http://127.0.0.1:${ports[1]},node2=http://127.0.0.1:${ports[3]},node3=http://127.0.0.1:${ports[5]}"
endpoints=""
for i in 1 2 3; do
    client="http://127.0.0.1:${ports[$((2 * i - 2))]}"
    peer="http://127.0.0.1:${ports[$((2 * i - 1))]}"
    endpoints="${endpoints:+$endpoints,}$client"
    # A session of its own: Ctrl-C reaches this script first, which stops the nodes in order.
    setsid etcd --name "node$i" --data-dir "$data/node$i" \
        --listen-client-urls "$client" --advertise-client-urls "$client" \
        --listen-peer-urls "$peer" --initial-advertise-peer-urls "$peer" \
        --initial-cluster "$cluster" --initial-cluster-token "three-nodes-$$" --initial-cluster-state new \
        >"$data/node$i.log" 2>&1 &
    nodes+=($!)
done

for _ in $(seq 60); do
    if etcdctl --endpoints "$endpoints" --command-timeout 1s endpoint health >/dev/null 2>&1; then
        ready=yes
        break
    fi
    for i in 1 2 3; do
        if ! kill -0 "${nodes[$((i - 1))]}" 2>/dev/null; then
            echo "three-nodes.sh: node$i ended:" >&2
            tail -n 5 "$data/node$i.log" >&2
            exit 1
        fi
    done
    sleep 0.25
done
if [ -z "${ready:-}" ]; then
    echo "three-nodes.sh: the nodes have not agreed on a leader." >&2
    exit 1
fi

echo "Three nodes serve on $endpoints"
for i in 1 2 3; do echo "node$i: process ${nodes[$((i - 1))]}, log $data/node$i.log"; done
echo "export COORDINATION_ETCD_ENDPOINTS=$endpoints"
echo "Ctrl-C stops them and deletes their data."
# A node that is killed for a test may stay away: the others go on.
wait "${nodes[@]}" || true
echo "three-nodes.sh: all nodes have ended." >&2
exit 1
