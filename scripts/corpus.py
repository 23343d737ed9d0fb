#!/usr/bin/env python3
"""Audits contracts twice with `palisade audit --format json`; both runs must give the same bytes.

Usage: corpus.py --palisade BINARY CONTRACT_OR_DIR...

The report of some thousand contracts has gigabytes, so it is read from a pipe and never kept. Every finding must have
a file, a line and a column. Printed are wall time, CPU time and peak memory of each run, as the kernel counts them.
"""
import argparse
import hashlib
import os
import subprocess
import sys
import time

# Lines of a finding in the indented report. A text cannot hold a line end, so a line that begins so is that member.
INDENT = b"\n" + b" " * 10
MEMBERS = {name: INDENT + b'"' + name.encode() + b'": ' for name in ("rule", "file", "line", "column")}


def run(palisade, places):
    """Sum of the bytes, their number, how many findings have each member, the command's costs."""
    tally = dict.fromkeys(MEMBERS, 0)
    digest, size, rest = hashlib.sha256(), 0, b""
    began = time.monotonic()
    command = [palisade, "audit", "--profile", "strict", "--format", "json", "--output", "/dev/stdout", *places]
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
    while block := child.stdout.read(1 << 20):
        digest.update(block)
        size += len(block)
        # The last line may go on in the next block.
        block = rest + block
        end = max(block.rfind(b"\n"), 0)
        for name, form in MEMBERS.items():
            tally[name] += block.count(form, 0, end)
        rest = block[end:]
    _, status, usage = os.wait4(child.pid, 0)
    wall = time.monotonic() - began
    child.returncode = os.waitstatus_to_exitcode(status)
    return digest.hexdigest(), size, tally, wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss, child.returncode


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--palisade", required=True)
    parser.add_argument("places", nargs="+")
    options = parser.parse_args()

    wrong, digests = [], set()
    for number in (1, 2):
        digest, size, tally, wall, cpu, memory, code = run(options.palisade, options.places)
        digests.add(digest)
        print(f"run {number}: {tally['rule']} findings, {size / 1e6:.0f} MB, {wall:.1f} s, {cpu:.1f} s CPU, "
              f"peak {memory / 1024:.0f} MiB, exit {code}, sha256 {digest}", flush=True)
        if code not in (0, 1):
            wrong.append(f"run {number} ended with exit code {code}")
        if tally["rule"] == 0:
            wrong.append(f"run {number} has no findings")
        wrong += [f"run {number}: {tally['rule'] - count} findings lack a {name}"
                  for name, count in tally.items() if count != tally["rule"]]
    if len(digests) > 1:
        wrong.append("the two runs differ")
    if wrong:
        sys.exit("\n".join(wrong))


if __name__ == "__main__":
    main()
