#!/usr/bin/env python3
"""Time from an edit to its diagnostics in the language server, beside a whole `palisade audit` of the same file.

Usage: bench_lsp.py --palisade BINARY [--rounds N] CONTRACT...

Both are wall-clock times of the same binary in one run, interleaved; medians are compared. An edit is one character
typed somewhere in the file; the time runs from writing `didChange` to having read `publishDiagnostics` of that version.
"""
import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import threading
import time

# The part of a whole audit that an edit may take.
GOAL = 1 / 3


class Server:
    """A session with `palisade lsp`."""

    def __init__(self, binary):
        self.child = subprocess.Popen([binary, "lsp"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.ask("initialize", {"processId": None, "rootUri": None, "capabilities": {
            "general": {"positionEncodings": ["utf-16"]},
            "textDocument": {"publishDiagnostics": {"relatedInformation": True, "codeDescriptionSupport": True}}}})
        self.tell("initialized", {})

    def send(self, message):
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self.child.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        self.child.stdin.flush()

    def tell(self, method, params):
        self.send({"method": method, "params": params})

    def ask(self, method, params):
        self.send({"id": 1, "method": method, "params": params})
        while True:
            message = json.loads(self.read())
            if message.get("id") == 1 and "method" not in message:
                return message.get("result")

    def read(self):
        """The next message, not parsed: parsing is the client's time."""
        size = 0
        while line := self.child.stdout.readline().strip():
            name, value = line.split(b":", 1)
            if name.lower() == b"content-length":
                size = int(value)
        if not size:
            sys.exit("the server ended")
        return self.child.stdout.read(size)

    def published(self):
        """Reads on to the next diagnostics and gives the moment they were there, with what they are."""
        while True:
            body = self.read()
            moment = time.perf_counter()
            message = json.loads(body)
            if message.get("method") == "textDocument/publishDiagnostics":
                return moment, message["params"]


def audit(binary, contract):
    start = time.perf_counter()
    subprocess.run([binary, "audit", "--format", "json", "--output", os.devnull, contract], check=False,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return time.perf_counter() - start


def measure(binary, contract, rounds):
    with open(contract, encoding="utf-8") as file:
        text = file.read()
    lines = text.split("\n")
    # Typed into values of descriptions and titles, spread over the file: text that stays a contract.
    places = [n for n, line in enumerate(lines) if line.lstrip().startswith(("description: ", "title: ", '"description": '))
              and len(line) < 200 and line.rstrip()[-1] not in "|>-"]
    if not places and len(lines) < 10:
        sys.exit(f"{contract} is one line; take another")
    chosen = random.Random(1)
    server = Server(binary)
    uri = "file:///nowhere/" + os.path.basename(contract)
    began = time.perf_counter()
    server.tell("textDocument/didOpen", {"textDocument": {"uri": uri, "languageId": "yaml", "version": 0, "text": text}})
    opened, shown = server.published()
    edits, audits = [], []
    for version in range(1, rounds + 1):
        audits.append(audit(binary, contract))
        line = chosen.choice(places)
        column = len(lines[line].encode("utf-16-le")) // 2 - (2 if lines[line].rstrip().endswith(('",', "',")) else 1)
        at = {"line": line, "character": column}
        start = time.perf_counter()
        server.tell("textDocument/didChange", {"textDocument": {"uri": uri, "version": version},
                                               "contentChanges": [{"range": {"start": at, "end": at}, "text": "x"}]})
        moment, params = server.published()
        if params.get("version") != version:
            sys.exit(f"diagnostics of version {params.get('version')} came, not {version}")
        edits.append(moment - start)
    server.ask("shutdown", None)
    server.tell("exit", None)
    server.child.wait()
    return opened - began, len(shown["diagnostics"]), edits, audits


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--palisade", required=True)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("contracts", nargs="+")
    options = parser.parse_args()
    print(f"{'contract':<28}{'MB':>6} {'open ms':>8} {'edit ms':>8} {'worst':>7} {'audit ms':>9} {'ratio':>6} {'goal':>6} {'shown':>6}")
    for contract in options.contracts:
        guard = threading.Timer(600, lambda: os._exit(1))
        guard.start()
        opened, shown, edits, audits = measure(options.palisade, contract, options.rounds)
        guard.cancel()
        edit, whole = statistics.median(edits), statistics.median(audits)
        size = os.path.getsize(contract) / 1e6
        print(f"{os.path.basename(contract):<28}{size:>6.2f} {opened * 1e3:>8.0f} {edit * 1e3:>8.1f} {max(edits) * 1e3:>7.1f} "
              f"{whole * 1e3:>9.1f} {edit / whole:>6.2f} {GOAL:>6.2f} {shown:>6}")


if __name__ == "__main__":
    main()
