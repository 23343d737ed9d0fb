#!/usr/bin/env python3
"""CPU time and memory of `palisade audit` beside Redocly's linter, whole commands, in one run.

Usage: bench_audit.py --palisade BINARY --redocly COMMAND [--rounds N] [--spectral COMMAND] CONTRACT...

Rounds are interleaved, so that a busy machine slows both alike. What is measured is user and system time of the
whole command and its peak memory, as the kernel counts them (getrusage of the ended child); medians are compared.
Spectral with the OWASP ruleset runs once for each contract, with a limit, since it may need minutes or crash.
"""
import argparse
import os
import statistics
import subprocess
import sys
import time

# How many times less CPU time than Redocly a contract is to cost.
GOALS = {"stripe.yaml": 20, "api.github.com.json": 30, "museum-3.1.yaml": 50}


def run(command, limit=600):
    """CPU seconds, peak KiB and exit code; None for a command that took longer than `limit` seconds."""
    with open(os.devnull, "w") as void:
        child = subprocess.Popen(command, stdout=void, stderr=void, env={**os.environ, "CI": "true"})
        end = time.monotonic() + limit
        while True:
            pid, status, usage = os.wait4(child.pid, os.WNOHANG)
            if pid:
                child.returncode = os.waitstatus_to_exitcode(status)
                return usage.ru_utime + usage.ru_stime, usage.ru_maxrss, child.returncode
            if time.monotonic() > end:
                child.kill()
                os.wait4(child.pid, 0)
                return None
            time.sleep(0.002)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--palisade", required=True)
    parser.add_argument("--redocly", required=True)
    parser.add_argument("--spectral")
    parser.add_argument("--ruleset")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("contracts", nargs="+")
    options = parser.parse_args()

    # What a process costs before it has read anything.
    start = [run([options.palisade, "--version"]) for _ in range(5)]
    print(f"process start: {statistics.median(cpu for cpu, _, _ in start) * 1000:.1f} ms CPU")
    print(f"{'contract':<28}{'MB':>6} {'palisade s':>11} {'redocly s':>10} {'ratio':>7} {'goal':>6} {'MiB':>6} {'x file':>7} {'redocly MiB':>12}")
    for contract in options.contracts:
        name = os.path.basename(contract)
        ours, theirs = [], []
        for _ in range(options.rounds):
            ours.append(run([options.palisade, "audit", "--format", "json", "--output", os.devnull, contract]))
            theirs.append(run([options.redocly, "lint", "--extends", "recommended-strict", "--max-problems", "100000",
                               "--format", "json", contract]))
        if any(one is None or one[2] not in (0, 1, 4) for one in ours):
            sys.exit(f"palisade failed on {contract}")
        cpu = statistics.median(one[0] for one in ours)
        memory = statistics.median(one[1] for one in ours)
        size = os.path.getsize(contract)
        line = f"{name:<28}{size / 1e6:>6.2f} {cpu:>11.3f} "
        done = [one for one in theirs if one is not None]
        if done:
            other = statistics.median(one[0] for one in done)
            goal = f"1/{GOALS[name]}" if name in GOALS else "-"
            peer = statistics.median(one[1] for one in done)
            ratio = other / cpu if cpu else float("inf")
            line += f"{other:>10.2f} {'1/' + format(ratio, '.0f'):>7} {goal:>6} "
        else:
            peer, line = 0, line + f"{'-':>10} {'-':>7} {'-':>6} "
        # For a small file the memory is this script's own, which the child begins with.
        share = f"{memory * 1024 / size:>7.1f}" if size > 1_000_000 else f"{'-':>7}"
        print(line + f"{memory / 1024:>6.0f} {share} {peer / 1024:>12.0f}", flush=True)
        if options.spectral:
            result = run([options.spectral, "lint", "--ruleset", options.ruleset, "-f", "json", contract], 180)
            said = "no result in 180 s" if result is None else f"{result[0]:.1f} s CPU, {result[1] / 1024:.0f} MiB, exit {result[2]}"
            print(f"{'':<28}Spectral with the OWASP ruleset: {said}", flush=True)


if __name__ == "__main__":
    main()
