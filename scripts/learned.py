#!/usr/bin/env python3
"""Contracts learned from odd traffic, judged by openapi-spec-validator.

Usage: learned.py --palisade BINARY [--seeds N] [RECORDING...]

Makes recordings from seeds 1 to N: names, values, bodies and statuses that honest and hostile APIs have, all at random.
Of each recording and of those named, `palisade discover` writes a contract of OpenAPI 3.0 and of 3.1, twice: the bytes
must be the same and the validator must have nothing to say. Exit code 1: it has, or a contract could not be learned.
"""
import argparse
import json
import pathlib
import random
import subprocess
import sys
import tempfile

import yaml
from openapi_spec_validator import OpenAPIV30SpecValidator, OpenAPIV31SpecValidator

VALIDATORS = {"3.0": OpenAPIV30SpecValidator, "3.1": OpenAPIV31SpecValidator}
NAMES = ["id", "name", "type", "$ref", "no", "", " ", "a/b", "m~n", "ünïcode", "{curly}", "x-y", "null", "12", "allOf",
         "2026-01-01", "items", "properties", "enum", "\"quoted\"", "line\nbreak", "'", "#", "@type", "children", "a.b"]
SEGMENTS = ["users", "v1", "api", "me", "{id}", "%7Bx%7D", "a%2Fb", "7", "1999-12-31", "öl", "report.pdf", "42.json",
            "EUR", "x;y=1", "550e8400-e29b-41d4-a716-446655440000", "a+b", "@me", "$count", "~", "(1)", "search"]
MEDIA = ["application/json", "application/problem+json", "application/vnd.api+json; charset=utf-8", "text/plain",
         "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "image/png", "", "weird", "*/*"]
METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"]
STATUSES = [200, 200, 200, 201, 204, 206, 301, 304, 400, 401, 403, 404, 409, 422, 429, 500, 503, 299, 599]


def value(rng, depth):
    kind = rng.randrange(10 if depth else 6)
    if kind == 0:
        return None
    if kind == 1:
        return rng.random() < 0.5
    if kind == 2:
        return rng.choice([0, -1, 7, 2**31, 2**63, 10**25, rng.randrange(10**6)])
    if kind == 3:
        return rng.choice([0.5, -1e300, 1e-7, rng.random() * 100])
    if kind in (4, 5):
        return rng.choice(["", "open", "paid", "a@example.org", "2026-01-01", "2026-01-01T00:00:00Z", "10.0.0.1", "::1",
                           "https://example.org/x", "aGVsbG8gd29ybGQhISEhMTIz", "line\nbreak", "\u0000", "💥", "$ref"])
    if kind in (6, 7):
        return [value(rng, depth - 1) for _ in range(rng.randrange(4))]
    return {rng.choice(NAMES): value(rng, depth - 1) for _ in range(rng.randrange(5))}


def message(rng):
    media = rng.choice(MEDIA)
    body = json.dumps(value(rng, 4)) if "json" in media or rng.random() < 0.3 else "a=1&b%5B%5D=2&=&c"
    return media, body


def entry(rng, number, paths):
    query = "&".join(f"{rng.choice(['q', 'page', 'a[]', 'filter[x]', '', 'ids', '%zz'])}={rng.choice(['1', 'x', '', '%20', 'true'])}"
                     for _ in range(rng.randrange(3)))
    host = rng.choice(["api.example", "api.example:8080", "[::1]:9000"])
    url = f"{rng.choice(['http', 'https'])}://{host}/{rng.choice(paths)}" + (f"?{query}" if query else "")
    headers = [{"name": rng.choice(["X-Tenant", "X-Tenant", "Accept", "X Odd", "Authorization", "X-Api-Key", "Cookie"]),
                "value": rng.choice(["1", "Bearer abc", "Basic YTpi", "theme=dark; sid=1", "Weird x"])}
               for _ in range(rng.randrange(3))]
    request = {"method": rng.choice(METHODS), "url": url, "headers": headers}
    if rng.random() < 0.5:
        media, body = message(rng)
        request["headers"] = headers + [{"name": "Content-Type", "value": media}]
        request["postData"] = {"mimeType": media, "text": body}
    media, body = message(rng)
    response = {"status": rng.choice(STATUSES), "headers": [{"name": "Content-Type", "value": media}],
                "content": {"mimeType": media, "text": body}}
    moment = f"2026-11-01T{number // 3600 % 24:02}:{number // 60 % 60:02}:{number % 60:02}.000Z"
    return {"startedDateTime": moment, "time": 1, "request": request, "response": response}


def recording(seed):
    rng = random.Random(seed)
    paths = ["/".join(rng.choice(SEGMENTS) for _ in range(rng.randrange(5))) for _ in range(rng.randrange(1, 30))]
    entries = [entry(rng, number, paths) for number in range(rng.choice([5, 40, 300]))]
    return {"log": {"version": "1.2", "entries": entries}}


def learn(palisade, traffic, version):
    command = [palisade, "discover", str(traffic), "--openapi", version]
    first, second = (subprocess.run(command, capture_output=True, check=False) for _ in range(2))
    if first.returncode:
        return None, [first.stderr.decode(errors="replace")]
    if first.stdout != second.stdout:
        return None, ["the second contract has other bytes than the first"]
    return first.stdout, []


def judge(palisade, traffic, version):
    text, problems = learn(palisade, traffic, version)
    if text is None:
        return problems
    contract = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    errors = VALIDATORS[version](contract).iter_errors()
    return [f"{'/'.join(map(str, error.absolute_path))}: {error.message}"[:400] for error in errors]


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--palisade", required=True)
    arguments.add_argument("--seeds", type=int, default=30)
    arguments.add_argument("recordings", nargs="*", type=pathlib.Path)
    given = arguments.parse_args()
    wrong = 0
    with tempfile.TemporaryDirectory() as folder:
        made = []
        for seed in range(1, given.seeds + 1):
            path = pathlib.Path(folder, f"seed-{seed}.har")
            path.write_text(json.dumps(recording(seed)), encoding="utf-8")
            made.append(path)
        for path in made + given.recordings:
            for version in VALIDATORS:
                for problem in judge(given.palisade, path, version):
                    wrong += 1
                    print(f"{path.name}, OpenAPI {version}: {problem}")
    print(f"{2 * (given.seeds + len(given.recordings))} learned contracts, {wrong} problems")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
