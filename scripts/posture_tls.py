#!/usr/bin/env python3
"""What `palisade score` learns of TLS, held against sslyze.

Usage: posture_tls.py --palisade BINARY

Starts servers of OpenSSL and nginx on this machine, each set up in another way, asks each with both and compares
versions, suites of each version, groups, certificate and what the handshake shows. What sslyze does not ask for is no
difference. Exit code 1: there is a difference.
"""
import argparse
import json
import pathlib
import re
import socket
import subprocess
import sys
import tempfile
import time

from cryptography.hazmat.primitives import hashes
from sslyze import (ScanCommand, ScanCommandAttemptStatusEnum, Scanner, ServerNetworkConfiguration, ServerNetworkLocation,
                    ServerScanRequest, ServerScanStatusEnum)

VERSIONS = {"SSLv2": "ssl_2_0_cipher_suites", "SSLv3": "ssl_3_0_cipher_suites", "TLSv1.0": "tls_1_0_cipher_suites",
            "TLSv1.1": "tls_1_1_cipher_suites", "TLSv1.2": "tls_1_2_cipher_suites", "TLSv1.3": "tls_1_3_cipher_suites"}
OTHERS = ["certificate_info", "tls_compression", "tls_1_3_early_data", "tls_fallback_scsv", "session_renegotiation",
          "elliptic_curves", "tls_extended_master_secret"]
# OpenSSL's own names of curves.
CURVES = {"prime256v1": "secp256r1", "prime192v1": "secp192r1", "X25519": "x25519", "X448": "x448"}
WEAK = ["-cipher", "ALL:COMPLEMENTOFALL:@SECLEVEL=0"]


def openssl_servers(keys):
    """Arguments of `openssl s_server` by a name for people."""
    rsa, ec = keys["rsa"], keys["ec"]
    return {
        "every version and suite": rsa + WEAK,
        "TLS 1.0 alone": rsa + WEAK + ["-tls1"],
        "TLS 1.1 alone": rsa + WEAK + ["-tls1_1"],
        "TLS 1.2 alone": rsa + ["-tls1_2"],
        "TLS 1.3 alone": rsa + ["-tls1_3"],
        "no TLS 1.3": rsa + WEAK + ["-no_tls1_3"],
        "no TLS 1.2": rsa + WEAK + ["-no_tls1_2"],
        "suites without encryption": rsa + ["-tls1_2", "-cipher", "AES128-SHA:NULL:@SECLEVEL=0"],
        "suites without authentication": rsa + ["-tls1_2", "-cipher", "AES128-SHA:aNULL:@SECLEVEL=0"],
        "RSA key exchange": rsa + ["-tls1_2", "-cipher", "kRSA"],
        "Diffie-Hellman of 1536 bits": rsa + ["-tls1_2", "-cipher", "DHE:@SECLEVEL=0", "-dhparam", keys["dh"]],
        "Camellia and ARIA": rsa + ["-tls1_2", "-cipher", "CAMELLIA:ARIA"],
        "the server's order": rsa + ["-serverpref", "-cipher", "AES256-SHA:ECDHE+AESGCM:AES128-SHA"],
        "ECDSA": ec,
        "RSA and ECDSA": rsa + ["-dcert", ec[1], "-dkey", ec[3]],
        "three groups": rsa + ["-groups", "X25519:P-256:P-384"],
        "one group": rsa + ["-groups", "P-384"],
        "one suite of TLS 1.3": rsa + ["-ciphersuites", "TLS_CHACHA20_POLY1305_SHA256"],
        "a key of 1024 bits": keys["small"] + ["-cipher", "ALL:@SECLEVEL=0"],
        "a key of 4096 bits": keys["large"],
        "an old certificate": keys["old"],
    }


NGINX = {
    "nginx as it comes": "",
    "nginx, modern": "ssl_protocols TLSv1.3; ssl_early_data on;",
    "nginx, intermediate": "ssl_protocols TLSv1.2 TLSv1.3; ssl_ciphers ECDHE+AESGCM:ECDHE+CHACHA20; "
                           "ssl_prefer_server_ciphers off;",
    "nginx, old": "ssl_protocols TLSv1 TLSv1.1 TLSv1.2 TLSv1.3; ssl_ciphers ALL:@SECLEVEL=0; "
                  "ssl_prefer_server_ciphers on;",
    "nginx, one curve": "ssl_protocols TLSv1.2; ssl_ecdh_curve secp521r1;",
}


def run(*command):
    subprocess.run(command, check=True, capture_output=True)


def make_keys(folder):
    def pair(name, *arguments):
        certificate, key = str(folder / f"{name}.pem"), str(folder / f"{name}.key")
        run("openssl", "req", "-x509", "-nodes", "-days", "30", "-subj", "/CN=localhost", "-addext",
            "subjectAltName=DNS:localhost,DNS:*.example.com,IP:127.0.0.1", *arguments, "-out", certificate, "-keyout", key)
        return ["-cert", certificate, "-key", key]

    dh = str(folder / "dh.pem")
    run("openssl", "genpkey", "-genparam", "-algorithm", "DH", "-pkeyopt", "group:modp_1536", "-out", dh)
    return {
        "rsa": pair("rsa", "-newkey", "rsa:2048"),
        "ec": pair("ec", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"),
        "small": pair("small", "-newkey", "rsa:1024"),
        "large": pair("large", "-newkey", "rsa:4096", "-sha512"),
        "old": pair("old", "-newkey", "rsa:2048", "-sha1"),
        "dh": dh,
    }


class Servers:
    """Every server that was started, by its name, and its port."""

    def __init__(self, folder):
        self.ports, self.children = {}, []
        keys = make_keys(folder)
        for name, arguments in openssl_servers(keys).items():
            child = subprocess.Popen(["openssl", "s_server", "-accept", "127.0.0.1:0", "-www", *arguments],
                                     stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
            self.children.append(child)
            found = next((re.search(r":(\d+)$", line) for line in child.stdout if line.startswith("ACCEPT")), None)
            if not found:
                sys.exit(f"openssl s_server does not start: {name}")
            self.ports[name] = int(found[1])
        self.start_nginx(folder, keys["rsa"])

    def start_nginx(self, folder, rsa):
        free = []
        for _ in NGINX:
            one = socket.socket()
            one.bind(("127.0.0.1", 0))
            free.append(one)
        blocks = []
        for (name, settings), one in zip(NGINX.items(), free):
            self.ports[name] = one.getsockname()[1]
            blocks.append(f"server {{ listen 127.0.0.1:{self.ports[name]} ssl; ssl_certificate {rsa[1]}; "
                          f"ssl_certificate_key {rsa[3]}; {settings} }}")
            one.close()
        file = folder / "nginx.conf"
        file.write_text(f"daemon off; master_process off; pid {folder}/nginx.pid; error_log {folder}/nginx.log;\n"
                        "events {}\nhttp { access_log off;\n" + "\n".join(blocks) + "\n}\n")
        binary = next((path for path in ["/usr/sbin/nginx", "/usr/bin/nginx"] if pathlib.Path(path).exists()), "nginx")
        self.children.append(subprocess.Popen([binary, "-c", str(file), "-p", str(folder)], stderr=subprocess.DEVNULL))
        for name in NGINX:
            for _ in range(100):
                try:
                    socket.create_connection(("127.0.0.1", self.ports[name]), 1).close()
                    break
                except OSError:
                    time.sleep(0.05)
            else:
                sys.exit(f"nginx does not start: {(folder / 'nginx.log').read_text()}")

    def stop(self):
        for child in self.children:
            child.terminate()
        for child in self.children:
            child.wait()


def ours(palisade, port):
    """Facts by `palisade score`."""
    output = subprocess.run([palisade, "score", f"https://localhost:{port}/", "--allow-private", "--only", "tls",
                             "--format", "json"], capture_output=True, text=True)
    if output.returncode != 0:
        sys.exit(f"palisade score failed: {output.stderr}")
    return json.loads(output.stdout)["facts"]["tls"]["assessed"]


def theirs(ports):
    """Results of sslyze by port."""
    commands = {ScanCommand(one) for one in [*VERSIONS.values(), *OTHERS]}
    scanner = Scanner(per_server_concurrent_connections_limit=2, concurrent_server_scans_limit=10)
    scanner.queue_scans([
        ServerScanRequest(ServerNetworkLocation("localhost", port, ip_address="127.0.0.1"), scan_commands=commands,
                          network_configuration=ServerNetworkConfiguration("localhost", network_timeout=10))
        for port in ports])
    return {result.server_location.port: result for result in scanner.get_results()}


def answer(result, command):
    """What a command of sslyze found; none where it could not."""
    attempt = getattr(result.scan_result, command)
    return attempt.result if attempt.status == ScanCommandAttemptStatusEnum.COMPLETED else None


def compare(facts, result):
    """Differences in words, and how much was compared."""
    differences, compared = [], 0

    def same(what, mine, other):
        nonlocal compared
        compared += 1
        if mine != other:
            differences.append(f"{what}: palisade {mine}, sslyze {other}")

    spoken = {one["version"]: one for one in facts["versions"]}
    for version, command in VERSIONS.items():
        found = answer(result, command)
        if found is None:
            continue
        accepted = {one.cipher_suite.name for one in found.accepted_cipher_suites}
        known = accepted | {one.cipher_suite.name for one in found.rejected_cipher_suites}
        mine = set(spoken[version]["suites"])
        same(version, spoken[version]["support"] == "yes" and bool(mine & known), bool(accepted))
        for suite in known:
            same(f"{version} {suite}", suite in mine, suite in accepted)

    curves = answer(result, "elliptic_curves")
    if curves and curves.supported_curves is not None:
        mine = set(facts["groups"]) | set(facts["groups13"])
        for curve in curves.supported_curves:
            same(f"group {curve.name}", CURVES.get(curve.name, curve.name) in mine, True)
        # sslyze asks in the newest version alone: what TLS 1.2 takes beside is refused there.
        mine = set(facts["groups13"] or facts["groups"])
        for curve in curves.rejected_curves or []:
            same(f"group {curve.name}", CURVES.get(curve.name, curve.name) in mine, False)

    def shown(name):
        return facts[name] and facts[name]["yes"]

    compression = answer(result, "tls_compression")
    if compression and facts["compression"]:
        same("compression", shown("compression"), compression.supports_compression)
    fallback = answer(result, "tls_fallback_scsv")
    if fallback and facts["fallback_refused"]:
        same("TLS_FALLBACK_SCSV", shown("fallback_refused"), fallback.supports_fallback_scsv)
    renegotiation = answer(result, "session_renegotiation")
    if renegotiation and facts["secure_renegotiation"]:
        same("secure renegotiation", shown("secure_renegotiation"), renegotiation.supports_secure_renegotiation)
    secret = answer(result, "tls_extended_master_secret")
    if secret and facts["extended_master_secret"] is not None:
        same("extended master secret", facts["extended_master_secret"], secret.supports_ems_extension)
    early = answer(result, "tls_1_3_early_data")
    if early and facts["early_data"] is not None:
        same("early data", facts["early_data"] > 0, early.supports_early_data)

    certificates = answer(result, "certificate_info")
    if certificates:
        other = {}
        for deployment in certificates.certificate_deployments:
            leaf = deployment.received_certificate_chain[0]
            other[leaf.fingerprint(hashes.SHA256()).hex()] = leaf
        mine = {chain["certificates"][0]["fingerprint"]: chain["certificates"][0] for chain in facts["chains"]}
        same("certificates", sorted(mine), sorted(other))
        for fingerprint in set(mine) & set(other):
            one, two = mine[fingerprint], other[fingerprint]
            same("valid from", one["not_before"], two.not_valid_before_utc.strftime("%Y-%m-%dT%H:%M:%SZ"))
            same("valid to", one["not_after"], two.not_valid_after_utc.strftime("%Y-%m-%dT%H:%M:%SZ"))
            same("key", one["key"]["bits"], two.public_key().key_size)
            same("hash", two.signature_hash_algorithm.name in one["signature"].lower(), True)
            same("serial", int(one["serial"], 16), two.serial_number)
    return differences, compared


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--palisade", required=True)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        servers = Servers(pathlib.Path(folder))
        try:
            begun = time.monotonic()
            facts = {name: ours(arguments.palisade, port) for name, port in servers.ports.items()}
            half = time.monotonic()
            results = theirs(servers.ports.values())
            end = time.monotonic()
        finally:
            servers.stop()
        total, wrong = 0, 0
        for name, port in servers.ports.items():
            result = results[port]
            if result.scan_status != ServerScanStatusEnum.COMPLETED:
                print(f"{name}: sslyze did not connect")
                wrong += 1
                continue
            differences, compared = compare(facts[name], result)
            total, wrong = total + compared, wrong + len(differences)
            for difference in differences:
                print(f"{name}: {difference}")
        print(f"{len(servers.ports)} servers, {total} answers compared, {wrong} differ; "
              f"palisade {half - begun:.1f} s one after the other, sslyze {end - half:.1f} s side by side")
        sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
