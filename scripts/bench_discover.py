#!/usr/bin/env python3
"""CPU time and memory of `palisade discover`: beside a parse of the same lines, and beside mitmproxy2swagger.

Usage: bench_discover.py --palisade BINARY --bench BINARY --peer COMMAND --folder FOLDER [--exchanges N] [--entries N]

Every command runs on one core. What is measured is user and system time of the whole command and its peak memory, as
the kernel counts them (getrusage of the ended child); resident memory is read while it runs, to see whether it grows.
What is learned is held against the truth that the traffic was made from: method and template, names aside.
"""
import argparse
import json
import os
import shutil
import subprocess
import sys
import time
import urllib.parse

CORE = max(os.sched_getaffinity(0))
# What is to hold: times the parse, MiB, MiB of growth after the first quarter.
RATIO, PEAK, GROWTH = 2.5, 256, 16


# Longest that the peer may take for one pass, in seconds: its time grows with the square of the paths it sees.
PATIENCE = 900


def run(command, output=None, limit=None):
    """CPU seconds, peak MiB, and resident MiB by seconds, of a command on one core; exits when it fails. None when it
    takes longer than `limit` seconds."""
    with open(output or os.devnull, "w") as out, open(os.devnull, "w") as void:
        child = subprocess.Popen(["taskset", "-c", str(CORE), *command], stdout=out, stderr=void)
        began, samples = time.monotonic(), []
        while True:
            pid, status, usage = os.wait4(child.pid, os.WNOHANG)
            if pid:
                break
            if limit and time.monotonic() - began > limit:
                child.kill()
                os.wait4(child.pid, 0)
                return None
            try:
                with open(f"/proc/{child.pid}/statm") as file:
                    pages = int(file.read().split()[1])
                # A process that has just ended has none.
                if pages:
                    samples.append((time.monotonic() - began, pages * os.sysconf("SC_PAGESIZE") / 2**20))
            except (OSError, IndexError):
                pass
            time.sleep(0.25)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        sys.exit(f"{' '.join(command)}: exit code {child.returncode}")
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, samples


def operations(contract):
    """Methods and templates, on the base path of the first server, without the names of their parameters."""
    servers = contract.get("servers") or [{}]
    base = urllib.parse.urlsplit(servers[0].get("url", "")).path.rstrip("/")
    plain = lambda path: "/".join("{}" if part.startswith("{") else part for part in path.split("/"))
    methods = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
    return {(method, plain(base + path)) for path, item in contract["paths"].items() for method in item if method in methods}


def f1(found, truth):
    both = len(found & truth)
    return 2 * both / (len(found) + len(truth)) if both else 0.0


def har(lines, path, entries):
    """Writes the first lines as a HAR."""
    def message(part):
        body = part.get("body", "empty")
        text = json.dumps(body["json"]) if isinstance(body, dict) else ""
        headers = [{"name": name, "value": value} for name, value in part["headers"]]
        media = next((value for name, value in part["headers"] if name == "content-type"), "")
        return headers, text, media
    with open(lines) as source, open(path, "w") as out:
        out.write('{"log":{"version":"1.2","creator":{"name":"palisade-bench","version":"1"},"entries":[')
        for number in range(entries):
            line = json.loads(source.readline())
            headers, text, media = message(line["request"])
            target = line["path"] + ("?" + line["query"] if "query" in line else "")
            request = {"method": line["method"], "url": f"{line['scheme']}://{line['host']}{target}", "httpVersion": "HTTP/1.1",
                       "cookies": [], "headers": headers, "headersSize": -1, "bodySize": len(text),
                       "queryString": [dict(zip(("name", "value"), pair.split("="))) for pair in line.get("query", "").split("&") if pair]}
            if text:
                request["postData"] = {"mimeType": media, "text": text}
            headers, text, media = message(line["response"]["message"])
            response = {"status": line["response"]["status"], "statusText": "", "httpVersion": "HTTP/1.1", "cookies": [],
                        "headers": headers, "content": {"size": len(text), "mimeType": media, "text": text},
                        "redirectURL": "", "headersSize": -1, "bodySize": len(text)}
            began = time.gmtime(line["time"] // 1_000_000)
            entry = {"startedDateTime": time.strftime("%Y-%m-%dT%H:%M:%S.000Z", began), "time": 1.0, "request": request,
                     "response": response, "cache": {}, "timings": {"send": 0, "wait": 1, "receive": 0}}
            out.write(("," if number else "") + json.dumps(entry))
        out.write("]}}")


def lines_bench(options, truth):
    lines = os.path.join(options.folder, f"{options.exchanges}.jsonl")
    if not os.path.exists(lines):
        run([options.bench, "exchanges", str(options.exchanges)], output=lines + ".part")
        os.rename(lines + ".part", lines)
    contract = os.path.join(options.folder, "learned.json")
    parse, _, _ = run([options.bench, "parse", lines])
    learn, peak, samples = run([options.palisade, "discover", lines, "--output", contract])
    with open(contract) as file:
        found = operations(json.load(file))
    print(f"{options.exchanges} exchanges, {os.path.getsize(lines) / 1e9:.2f} GB of JSON lines, on one core")
    print(f"  parsing them with serde_json  {parse:9.1f} s CPU  {parse / options.exchanges * 1e6:6.2f} us each")
    print(f"  palisade discover             {learn:9.1f} s CPU  {learn / options.exchanges * 1e6:6.2f} us each")
    print(f"  times the parse               {learn / parse:9.2f}        goal {RATIO}")
    print(f"  peak memory                   {peak:9.0f} MiB    goal {PEAK}")
    if samples:
        end = samples[-1][0]
        shares = [next(size for at, size in samples if at >= end * share) for share in (0.1, 0.25, 0.5, 0.75, 0.95)]
        print("  resident at 10, 25, 50, 75, 95 % of the time: " + ", ".join(f"{size:.0f}" for size in shares)
              + f" MiB; growth after the first quarter {shares[-1] - shares[1]:.0f} MiB, goal {GROWTH}")
    print(f"  operations                    {len(found):9d} of {len(truth)}, F1 {f1(found, truth):.3f}")
    return lines


def har_bench(options, lines, truth):
    recording = os.path.join(options.folder, "traffic.har")
    har(lines, recording, min(options.entries, options.exchanges))
    contract = os.path.join(options.folder, "learned-from-har.json")
    ours, ours_peak, _ = run([options.palisade, "discover", recording, "--output", contract])
    with open(contract) as file:
        found = operations(json.load(file))
    print(f"{min(options.entries, options.exchanges)} entries of a HAR, {os.path.getsize(recording) / 1e6:.0f} MB, on one core")
    print(f"  palisade discover             {ours:9.1f} s CPU  {ours_peak:6.0f} MiB  F1 {f1(found, truth):.3f}", flush=True)
    draft = os.path.join(options.folder, "peer.yaml")
    if os.path.exists(draft):
        os.remove(draft)
    command = [options.peer, "-i", recording, "-f", "har", "-o", draft, "-p", "https://api.example.org"]
    passed = run(command, limit=PATIENCE)
    if passed is None:
        print(f"  mitmproxy2swagger: no end of its first of two passes after {PATIENCE} s, {PATIENCE / ours:.0f} times palisade")
        return
    first = passed[0]
    # Its second pass writes the operations whose templates a person has kept: here all that it suggests.
    shutil.copy(draft, draft + ".first")
    with open(draft + ".first") as source, open(draft, "w") as out:
        out.writelines(line.replace("ignore:", "", 1) if "- ignore:" in line else line for line in source)
    passed = run(command, limit=PATIENCE)
    if passed is None:
        print(f"  mitmproxy2swagger: {first:.1f} s CPU for its first pass, no end of the second after {PATIENCE} s")
        return
    second, peer_peak, _ = passed
    print(f"  mitmproxy2swagger, two passes {first + second:9.1f} s CPU  {peer_peak:6.0f} MiB  ({first:.1f} + {second:.1f} s)")
    print(f"  times palisade                {(first + second) / ours:9.0f}")


def main():
    parser = argparse.ArgumentParser()
    for name in ("palisade", "bench", "peer", "folder"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--exchanges", type=int, default=5_000_000)
    parser.add_argument("--entries", type=int, default=100_000)
    options = parser.parse_args()
    truth = operations(json.loads(subprocess.run([options.bench, "truth"], check=True, capture_output=True).stdout))
    lines = lines_bench(options, truth)
    har_bench(options, lines, truth)


if __name__ == "__main__":
    main()
