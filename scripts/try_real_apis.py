#!/usr/bin/env python3
"""Put Palisade in front of two real APIs and say what comes out.

usage: scripts/try_real_apis.py [--palisade target/release/palisade] [--only kinto|todo] [--rounds N]

Installs Kinto (PyPI) and LoopBack's example-todo (npm) below target/real-apis, starts each beside a fresh
`palisade serve`, drives it through the gateway, and prints for each:
  - whether answers with and without the gateway are equal, headers, their order and case included
  - the learned inventory against the contract the API publishes of itself (strict match of method and template)
  - what block mode then does to the same traffic and to requests that break the contract
Only loopback addresses are contacted. Needs python3 with venv, node and npm. Exit code 1 when a check fails.
"""
import argparse, base64, http.client, json, os, random, re, shutil, signal, subprocess, sys, tempfile, time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HOME = ROOT / "target" / "real-apis"
VOLATILE = {"date", "last-modified", "etag", "backoff"}
HOP_BY_HOP = {"connection", "keep-alive"}
WORDS = "amber birch cedar delta ember fjord grove heron iris juniper kelp lotus maple north ocean pine quartz river".split()


def free_port():
    import socket
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def call(port, method, path, body=None, headers=None, host=None):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    fields = {"Host": host or f"127.0.0.1:{port}", **(headers or {})}
    if body is not None and not isinstance(body, bytes):
        body = json.dumps(body).encode()
        fields.setdefault("Content-Type", "application/json")
    connection.request(method, path, body, fields)
    answer = connection.getresponse()
    result = (answer.status, answer.getheaders(), answer.read())
    connection.close()
    return result


def wait_for(port, path="/", seconds=30):
    for _ in range(seconds * 10):
        try:
            return call(port, "GET", path)
        except OSError:
            time.sleep(0.1)
    sys.exit(f"nothing answers on port {port}")


# ---------------------------------------------------------------- the two APIs

def install_kinto():
    venv = HOME / "venv"
    if not (venv / "bin" / "kinto").exists():
        subprocess.run([sys.executable, "-m", "venv", str(venv)], check=True)
        subprocess.run([str(venv / "bin" / "pip"), "-q", "install", "kinto==26.5.0", "waitress"], check=True)
    return venv / "bin" / "kinto"


def start_kinto(port, folder):
    ini = folder / f"kinto-{port}.ini"
    ini.write_text(f"""[server:main]
use = egg:waitress#main
host = 127.0.0.1
port = {port}
[app:main]
use = egg:kinto
kinto.storage_backend = kinto.core.storage.memory
kinto.cache_backend = kinto.core.cache.memory
kinto.permission_backend = kinto.core.permission.memory
kinto.bucket_create_principals = system.Authenticated
kinto.includes = kinto.plugins.default_bucket kinto.plugins.accounts kinto.plugins.history
kinto.account_create_principals = system.Everyone
kinto.userid_hmac_secret = 0123456789abcdef
multiauth.policies = account
multiauth.policy.account.use = kinto.plugins.accounts.authentication.AccountsAuthenticationPolicy
""")
    log = open(folder / f"kinto-{port}.log", "w")
    process = subprocess.Popen([str(install_kinto()), "start", "--ini", str(ini)], stdout=log, stderr=log)
    wait_for(port, "/v1/")
    return process


def drive_kinto(send, rng, rounds):
    users = [f"{rng.choice(WORDS)}{rng.randrange(100)}" for _ in range(6)]
    auth = {u: {"Authorization": "Basic " + base64.b64encode(f"{u}:pw-{u}-x".encode()).decode()} for u in users}
    for path in ("/v1/", "/v1/__heartbeat__", "/v1/__lbheartbeat__", "/v1/__version__", "/v1/contribute.json"):
        send("GET", path)
    for u in users:
        send("PUT", f"/v1/accounts/{u}", {"data": {"password": f"pw-{u}-x"}})
        send("GET", f"/v1/accounts/{u}", headers=auth[u])
    made = []
    for n in range(rounds):
        u = rng.choice(users)
        a = auth[u]
        bucket = f"{rng.choice(WORDS)}-{rng.choice(WORDS)}"
        send("PUT", f"/v1/buckets/{bucket}", {"data": {"label": f"{bucket} of {u}"}}, a)
        send("GET", f"/v1/buckets/{bucket}", headers=a)
        collection = rng.choice(WORDS) + rng.choice(["", "s", "_list"])
        send("PUT", f"/v1/buckets/{bucket}/collections/{collection}", {"data": {"sort": rng.choice(["asc", "desc"])}}, a)
        send("GET", f"/v1/buckets/{bucket}/collections/{collection}", headers=a)
        group = rng.choice(WORDS) + "-team"
        send("PUT", f"/v1/buckets/{bucket}/groups/{group}", {"data": {"members": [f"account:{x}" for x in users[:2]]}}, a)
        send("GET", f"/v1/buckets/{bucket}/groups/{group}", headers=a)
        for _ in range(3):
            records = f"/v1/buckets/{bucket}/collections/{collection}/records"
            status, _, answer = send("POST", records, {"data": {"title": " ".join(rng.sample(WORDS, 3)), "count": rng.randrange(50),
                                                       "done": rng.random() < .5, "ratio": rng.random()}}, a)
            if status in (200, 201):
                identifier = json.loads(answer)["data"]["id"]
                made.append((records, identifier, a))
                send("GET", f"{records}/{identifier}", headers=a)
        records, identifier, owner = rng.choice(made)
        send("PATCH", f"{records}/{identifier}", {"data": {"count": rng.randrange(50)}}, owner)
        send("PUT", f"{records}/{identifier}", {"data": {"title": "new " + rng.choice(WORDS), "count": 1, "done": True, "ratio": .5}}, owner)
        send("GET", records + "?_limit=5&_sort=-last_modified", headers=owner)
        send("GET", records, headers=owner)
        send("GET", f"/v1/buckets/{bucket}/collections", headers=a)
        send("GET", f"/v1/buckets/{bucket}/groups", headers=a)
        send("GET", "/v1/buckets", headers=a)
        send("GET", f"/v1/buckets/{bucket}/history", headers=a)
        send("PATCH", f"/v1/buckets/{bucket}", {"data": {"seen": n}}, a)
        send("PATCH", f"/v1/buckets/{bucket}/collections/{collection}", {"data": {"seen": n}}, a)
        send("POST", "/v1/batch", {"requests": [{"method": "GET", "path": f"/v1/buckets/{bucket}"}]}, a)
        if n % 4 == 3:
            send("DELETE", f"{records}/{identifier}", headers=owner)
            made.remove((records, identifier, owner))
            send("DELETE", f"/v1/buckets/{bucket}/groups/{group}", headers=a)


def install_todo():
    folder = HOME / "todo"
    package = folder / "node_modules" / "@loopback" / "example-todo"
    if not package.exists():
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "package.json").write_text('{"private": true}')
        subprocess.run(["npm", "install", "--no-audit", "--no-fund", "--loglevel=error", "@loopback/example-todo@6.0.0"], cwd=folder, check=True)
    return package


def start_todo(port, folder):
    log = open(folder / f"todo-{port}.log", "w")
    package = install_todo()
    copy = folder / f"todo-{port}"
    copy.mkdir()
    shutil.copytree(package / "data", copy / "data")
    process = subprocess.Popen(["node", str(package)], cwd=copy, env={**os.environ, "PORT": str(port), "HOST": "127.0.0.1"}, stdout=log, stderr=log)
    wait_for(port, "/ping")
    return process


def drive_todo(send, rng, rounds):
    made = []
    for n in range(rounds * 4):
        status, _, answer = send("POST", "/todos", {"title": " ".join(rng.sample(WORDS, 2)), "desc": rng.choice(WORDS), "isComplete": rng.random() < .5})
        if status == 200:
            made.append(json.loads(answer)["id"])
        send("GET", "/todos")
        send("GET", "/todos/count")
        send("GET", "/todos?filter=" + "%7B%22limit%22%3A3%7D")
        if made:
            todo = rng.choice(made)
            send("GET", f"/todos/{todo}")
            send("PATCH", f"/todos/{todo}", {"isComplete": True})
            send("PUT", f"/todos/{todo}", {"title": rng.choice(WORDS), "desc": "changed", "isComplete": False})
            if n % 3 == 2:
                send("DELETE", f"/todos/{todo}")
                made.remove(todo)
        send("GET", f"/todos/{900000 + n}")


APIS = {
    "kinto": dict(start=start_kinto, drive=drive_kinto, contract="/v1/__api__",
                  bad=[("GET", "/v1/nothing/here", None, 404), ("DELETE", "/v1/contribute.json", None, 405),
                       ("POST", "/v1/batch", b"{broken", 400), ("POST", "/v1/batch", b"<x/>", 415)]),
    "todo": dict(start=start_todo, drive=drive_todo, contract="/openapi.json",
                 bad=[("GET", "/nothing/here", None, 404), ("DELETE", "/todos", None, 405),
                      ("POST", "/todos", b"{broken", 400), ("POST", "/todos", b"<x/>", 415)]),
}

# ---------------------------------------------------------------- palisade


class Palisade:
    def __init__(self, binary, upstream, folder):
        self.data = folder / "data"
        self.log = folder / "palisade.log"
        self.control, self.port, admin = free_port(), free_port(), free_port()
        self.process = subprocess.Popen(
            [binary, "serve", "--data", str(self.data), "--listen", f"127.0.0.1:{self.control}", "--gateway", f"127.0.0.1:{self.port}",
             "--admin", f"127.0.0.1:{admin}", "--upstream", f"http://127.0.0.1:{upstream}"],
            stdout=open(self.log, "w"), stderr=subprocess.STDOUT)
        wait_for(self.control, "/")
        self.token = (self.data / "admin.token").read_text().strip()
        self.api = self.get("/api/v1/apis")["items"][0]["id"]

    def request(self, method, path, body=None, accept="application/json"):
        status, _, answer = call(self.control, method, path, body, {"Authorization": f"Bearer {self.token}", "Accept": accept})
        if status >= 400:
            sys.exit(f"{method} {path}: {status} {answer.decode(errors='replace')[:600]}")
        return answer

    def get(self, path):
        return json.loads(self.request("GET", path))

    def event(self, uuid):
        """The event of a problem document; events are written within two seconds."""
        for _ in range(20):
            found = self.get(f"/api/v1/events?uuid={uuid}")["items"]
            if found:
                break
            time.sleep(0.1)
        return found

    def operations(self):
        return self.get(f"/api/v1/apis/{self.api}/operations?limit=1000")["items"]

    def stop(self):
        self.process.send_signal(signal.SIGINT)
        self.process.wait(15)


def template(path):
    return re.sub(r"\{[^}]*\}", "{}", path.rstrip("/") or "/")


def published(port, path):
    document = json.loads(call(port, "GET", path)[2])
    base = document.get("basePath", "").rstrip("/")
    return {(m.upper(), template(base + p)) for p, item in document["paths"].items() for m in item
            if m.lower() in ("get", "put", "post", "delete", "patch")}


def matcher(operations):
    ordered = sorted(operations, key=lambda o: o[1].count("{}"))
    compiled = [(m, re.compile("^" + re.escape(p).replace(r"\{\}", "[^/]+") + "$"), (m, p)) for m, p in ordered]
    return lambda method, path: next((k for m, r, k in compiled if m == method and r.match(path.split("?")[0].rstrip("/") or "/")), None)


def compare(direct, through):
    """Differences of two answers, header order and case included; hop-by-hop fields and volatile values aside."""
    different = []
    if direct[0] != through[0]:
        different.append(f"status {direct[0]} / {through[0]}")
    direct_fields, through_fields = ([f for f in answer[1] if f[0].lower() not in HOP_BY_HOP] for answer in (direct, through))
    names = [[k for k, _ in fields] for fields in (direct_fields, through_fields)]
    if names[0] != names[1]:
        different.append(f"header names {names[0]} / {names[1]}")
    for (k, a), (_, b) in zip(direct_fields, through_fields):
        if a != b and k.lower() not in VOLATILE:
            different.append(f"{k}: {a!r} / {b!r}")
    if direct[2] != through[2]:
        different.append(f"body {direct[2][:80]!r} / {through[2][:80]!r}")
    return different


def trial(name, binary, rounds):
    api, ok = APIS[name], True
    with tempfile.TemporaryDirectory(prefix="palisade-trial-") as folder:
        folder = Path(folder)
        upstream = free_port()
        processes = [api["start"](upstream, folder)]
        palisade = Palisade(binary, upstream, folder)
        try:
            truth = published(upstream, api["contract"])
            find, used, equal, compared, wrong = matcher(truth), set(), 0, 0, []

            def send(method, path, body=None, headers=None):
                nonlocal equal, compared
                host = f"127.0.0.1:{upstream}"
                if method == "GET":  # the same state is asked twice: straight, and through the gateway
                    direct = call(upstream, method, path, body, headers, host)
                answer = call(palisade.port, method, path, body, headers, host)
                key = find(method, path)
                if key and answer[0] < 400:
                    used.add(key)
                if method == "GET":
                    compared += 1
                    different = compare(direct, answer)
                    equal += not different
                    if different:
                        wrong.append((method, path, different))
                return answer

            api["drive"](send, random.Random(7), rounds)
            time.sleep(2)
            learned = {(o["method"], template(o["path"])) for o in palisade.operations() if o["hits"]}
            contract = json.loads(palisade.request("GET", f"/api/v1/apis/{palisade.api}/contract?source=learned"))
            base = (contract.get("servers") or [{}])[0].get("url", "")
            base = re.sub(r"^https?://[^/]+", "", base).rstrip("/")
            in_contract = {(m.upper(), template(base + p)) for p, item in contract["paths"].items() for m in item
                           if m in ("get", "put", "post", "delete", "patch")}
            print(f"== {name}: {compared} answers compared, {equal} equal with and without the gateway")
            for row in wrong[:5]:
                print("   differs:", *row)
            ok &= equal == compared
            for what, found in (("inventory", learned), ("contract", in_contract)):
                hit = found & used
                f1 = 2 * len(hit) / max(1, len(found) + len(used))
                print(f"   {what}: {len(found)} operations, {len(used)} used, {len(hit)} exact, F1 {f1:.3f}")
                for method, path in sorted(found - used):
                    print(f"     not in the published contract or never answered: {method} {path}")
                for method, path in sorted(used - found):
                    print(f"     missed: {method} {path}")
                ok &= f1 >= 0.9 or what == "inventory"
            palisade.request("POST", f"/api/v1/apis/{palisade.api}/contract/approve", {"source": "learned"})
            api["drive"](send, random.Random(8), rounds)
            time.sleep(2)
            preview = palisade.get(f"/api/v1/apis/{palisade.api}/preview")
            print(f"   preview: would have blocked {preview['would_block']} of {preview['judged']}")
            for o in preview["operations"]:
                if o["would_block"]:
                    print(f"     {o['method']} {o['path']}: {o['would_block']} of {o['judged']}: {json.dumps(o['reasons'])[:300]}")
            palisade.request("PATCH", f"/api/v1/apis/{palisade.api}", {"mode": "block"})
            time.sleep(1)
            for method, path, body, want in api["bad"]:
                headers = {"Content-Type": "application/xml" if body and body.startswith(b"<") else "application/json"} if body else {}
                status, fields, answer = call(palisade.port, method, path, body, headers)
                problem = json.loads(answer) if b"uuid" in answer else {}
                found = palisade.event(problem["uuid"]) if problem else []
                good = status == want and len(found) == 1
                ok &= good
                print(f"   block: {method} {path} -> {status} (want {want}), event {'found' if found else 'MISSING'}"
                      f"{'' if good else '  WRONG ' + answer.decode(errors='replace')[:200]}")
            refused, total = 0, 0

            def honest(method, path, body=None, headers=None):
                nonlocal refused, total
                answer = call(palisade.port, method, path, body, headers)
                total += 1
                if b'"uuid"' in answer[2] and answer[0] >= 400 and any(v == "application/problem+json" for _, v in answer[1]):
                    refused += 1
                    if refused <= 5:
                        print(f"     refused: {method} {path}: {answer[2].decode()[:300]}")
                return answer

            api["drive"](honest, random.Random(9), rounds)
            print(f"   block: {refused} of {total} honest requests refused")
        finally:
            palisade.stop()
            for process in processes:
                process.terminate()
                process.wait(15)
    return ok


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--palisade", default=str(ROOT / "target" / "release" / "palisade"))
    parser.add_argument("--only", choices=sorted(APIS))
    parser.add_argument("--rounds", type=int, default=25)
    options = parser.parse_args()
    HOME.mkdir(parents=True, exist_ok=True)
    results = [trial(name, options.palisade, options.rounds) for name in ([options.only] if options.only else APIS)]
    sys.exit(0 if all(results) else 1)
