#!/usr/bin/env python3
"""What a line in a crontab costs: the start and end of the tool beside etcdctl's, in turn, in one run.

    ./bench/tool-start.py [folder of build/pack.sh] [rounds]      (default: artifacts, 10)

Needs etcd and etcdctl on the PATH. Prints the medians of the wall time and of the processor time (with all children).
"""
import os
import resource
import socket
import statistics
import subprocess
import sys
import tempfile
import time

artifacts = sys.argv[1] if len(sys.argv) > 1 else "artifacts"
rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 10
root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def run(command):
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env={**os.environ, "ETCDCTL_API": "3"})
    wall, after = time.monotonic() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


with tempfile.TemporaryDirectory() as data:
    at, peer = f"http://127.0.0.1:{free_port()}", f"http://127.0.0.1:{free_port()}"
    etcd = subprocess.Popen(
        ["etcd", "--data-dir", data, "--listen-client-urls", at, "--advertise-client-urls", at, "--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer,
         "--initial-cluster", f"default={peer}"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        while subprocess.run(["etcdctl", "--endpoints", at, "get", "x"], capture_output=True, env={**os.environ, "ETCDCTL_API": "3"}).returncode:
            pass
        folder = os.path.join(artifacts, "coordination", "coordination")
        built = os.path.join(root, "src/Coordination.Demo/bin/Release/net10.0/Coordination.Demo")
        commands = {"etcdctl lock": ["etcdctl", "--endpoints", at, "lock", "/x", "true"], "etcdctl get": ["etcdctl", "--endpoints", at, "get", "/x"]}
        for name, program in (("folder", folder), ("as built", built)):
            if os.path.exists(program):
                commands[f"{name}: lock"] = [program, "lock", "/x", "--etcd", at, "--", "true"]
                commands[f"{name}: kv get"] = [program, "kv", "get", "/x", "--etcd", at]
        took = {name: [] for name in commands}
        for _ in range(rounds):
            for name, command in commands.items():
                took[name].append(run(command))
        for name, all_of_it in took.items():
            wall, cpu = (statistics.median(one[i] for one in all_of_it) * 1000 for i in (0, 1))
            print(f"{name:18} wall {wall:5.0f} ms, processor {cpu:5.0f} ms")
    finally:
        etcd.kill()
        etcd.wait()
