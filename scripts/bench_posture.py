#!/usr/bin/env python3
"""Time that `palisade score` takes for TLS, beside sslscan.

Usage: bench_posture.py --palisade BINARY [--rounds N]

Starts nginx with three settings and lets both ask each server in turns. Behind every server stands also a way to it that
delays what passes by some milliseconds, as a network does. Prints the medians of the wall time and the CPU time.
Exit code 1: sslscan was faster somewhere.
"""
import argparse
import os
import pathlib
import resource
import selectors
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time

SETTINGS = {
    "TLS 1.3 alone": "ssl_protocols TLSv1.3;",
    "TLS 1.2 and 1.3": "ssl_protocols TLSv1.2 TLSv1.3; ssl_ciphers ECDHE+AESGCM:ECDHE+CHACHA20;",
    "all that there is": "ssl_protocols TLSv1 TLSv1.1 TLSv1.2 TLSv1.3; ssl_ciphers ALL:@SECLEVEL=0;",
}
DELAY = 0.01


class Far:
    """A way to a port that takes `DELAY` seconds in each direction."""

    def __init__(self, port):
        self.to = port
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        while True:
            near, _ = self.listener.accept()
            threading.Thread(target=self.carry, args=(near,), daemon=True).start()

    def carry(self, near):
        # The connection itself takes one way and back.
        time.sleep(2 * DELAY)
        far = socket.create_connection(("127.0.0.1", self.to))
        with near, far, selectors.DefaultSelector() as both:
            both.register(near, selectors.EVENT_READ, far)
            both.register(far, selectors.EVENT_READ, near)
            while True:
                for key, _ in both.select():
                    try:
                        piece = key.fileobj.recv(65536)
                        time.sleep(DELAY)
                        if not piece:
                            return
                        key.data.sendall(piece)
                    except OSError:
                        return


def start(folder):
    certificate, key = folder / "own.pem", folder / "own.key"
    subprocess.run(["openssl", "req", "-x509", "-nodes", "-newkey", "rsa:2048", "-days", "30", "-subj", "/CN=localhost",
                    "-addext", "subjectAltName=DNS:localhost", "-out", certificate, "-keyout", key],
                   check=True, capture_output=True)
    ports, blocks = {}, []
    for name, settings in SETTINGS.items():
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            ports[name] = free.getsockname()[1]
        blocks.append(f"server {{ listen 127.0.0.1:{ports[name]} ssl; {settings} }}")
    (folder / "nginx.conf").write_text(
        f"daemon off; worker_processes 2; pid {folder}/nginx.pid; error_log {folder}/nginx.log;\nevents {{}}\n"
        f"http {{ access_log off; ssl_certificate {certificate}; ssl_certificate_key {key};\n" + "\n".join(blocks) + "\n}\n")
    binary = next((path for path in ["/usr/sbin/nginx", "/usr/bin/nginx"] if pathlib.Path(path).exists()), "nginx")
    child = subprocess.Popen([binary, "-c", str(folder / "nginx.conf"), "-p", str(folder)], stderr=subprocess.DEVNULL)
    for port in ports.values():
        for _ in range(100):
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                time.sleep(0.05)
    return child, ports


def run(command):
    """Wall time and CPU time of a command, in seconds."""
    before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    wall, after = time.monotonic() - begun, resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode != 0:
        sys.exit(f"{command[0]} failed: {done.stderr.decode()}")
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--palisade", required=True)
    parser.add_argument("--rounds", type=int, default=7)
    options = parser.parse_args()
    slower = 0
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        child, ports = start(pathlib.Path(folder))
        try:
            print(f"{'server':<34}{'palisade s':>11}{'sslscan s':>10}{'ratio':>7}{'CPU s':>8}{'CPU s':>8}")
            for name, near in ports.items():
                for where, port in [("", near), (f", {2 * DELAY * 1000:.0f} ms away", Far(near).port)]:
                    ours, theirs = [], []
                    for _ in range(options.rounds):
                        ours.append(run([options.palisade, "score", f"https://localhost:{port}/", "--allow-private",
                                         "--only", "tls", "--format", "json"]))
                        theirs.append(run(["sslscan", "--no-colour", f"localhost:{port}"]))
                    mine, other = (statistics.median(one[0] for one in times) for times in (ours, theirs))
                    cpu = [statistics.median(one[1] for one in times) for times in (ours, theirs)]
                    slower += mine > other
                    print(f"{name + where:<34}{mine:>11.3f}{other:>10.3f}{'1/' + format(other / mine, '.1f'):>7}"
                          f"{cpu[0]:>8.3f}{cpu[1]:>8.3f}", flush=True)
        finally:
            child.terminate()
            child.wait()
    sys.exit(1 if slower else 0)


if __name__ == "__main__":
    main()
