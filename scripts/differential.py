#!/usr/bin/env python3
"""Structure findings of `palisade audit` beside the errors of openapi-spec-validator, on real contracts.

Usage: differential.py --palisade BINARY [--count N] [--limit SECONDS] DIR_OR_FILE...

Of a directory N contracts are taken, evenly spread over its sorted files up to 300 KB; 0 takes every file. Each is
judged by both. A finding and an error agree when one is at the place of the other, inside of it, or beside it.
What only one of them says is counted by class: the rule, or the kind of error. Each class is printed with the reason
that is known for it. Exit code 1: a class has no known reason, or a contract could not be judged by Palisade.
"""
import argparse
import collections
import json
import multiprocessing
import os
import signal
import subprocess
import sys
import warnings

import yaml
from jsonschema.exceptions import best_match
from openapi_spec_validator import OpenAPIV2SpecValidator, OpenAPIV30SpecValidator, OpenAPIV31SpecValidator

LARGEST = 300_000

# Rules outside of the category "structure" that judge what the validator judges too.
BESIDE = {"PAL-DAT004", "PAL-DAT007", "PAL-DAT030", "PAL-DAT031"}

# Errors that the validator's own code finds, and the rule that says the same.
SAME = {
    "UnresolvableParameterError": "PAL-STR007",
    "DuplicateOperationIDError": "PAL-STR009",
    "ParameterDuplicateError": "PAL-STR020",
    "ExtraParametersError": "PAL-DAT031",
    "format: regex": "PAL-DAT004",
}

BEYOND = "a rule of the specification's prose, which the validator's schema cannot express"

# Why only Palisade speaks, by rule.
ONLY_OURS = {
    "FBP001 (empty)": "the member is there and holds no text: valid by the schema, reported because it says nothing",
    "FST008": "OpenAPI before 3.1 ignores what stands beside $ref, so the schema allows it",
    "PAL-DAT004": "halves of surrogate pairs, which Palisade's engine cannot hold: a known mistake of Palisade",
    "PAL-DAT007": "the validator does not visit the schemas of an operation's own request body",
    "PAL-DAT031": "the validator asks it only of schemas with allOf; valid, yet nothing says what the property holds",
    "PAL-STR011": "valid by the schema, and nothing is described",
    "PAL-STR034": "the validator follows the reference without asking which kind belongs there",
    "PAL-STR044": "valid by the schema, and nothing is described",
    "PAL-STR045": "valid by the schema, and without effect",
    "PAL-STR046": "about what a browser does with the text, not about the format",
} | dict.fromkeys(
    ["PAL-STR002", "PAL-STR005", "PAL-STR008", "PAL-STR010", "PAL-STR020", "PAL-STR021", "PAL-STR022", "PAL-STR023",
     "PAL-STR024", "PAL-STR025", "PAL-STR026", "PAL-STR027", "PAL-STR028", "PAL-STR029", "PAL-STR030", "PAL-STR032",
     "PAL-STR035", "PAL-STR036", "PAL-STR038", "PAL-STR039", "PAL-STR040", "PAL-STR041", "PAL-STR042", "PAL-STR043",
     "PAL-STR047", "PAL-STR048"],
    BEYOND,
)

# Why only the validator speaks, by the keyword of its schema that failed.
ONLY_THEIRS = {
    "format: regex": "the validator reads patterns as Python's engine does, which lacks \\p{..} and more of ECMA-262",
}


class Loader(yaml.CSafeLoader):
    """YAML as JSON has it: no dates."""


Loader.yaml_implicit_resolvers = {
    first: [(tag, shape) for tag, shape in shapes if tag != "tag:yaml.org,2002:timestamp"]
    for first, shapes in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}


def plain(value):
    """The value with all keys as text, as a JSON reader would give it."""
    if isinstance(value, dict):
        return {str(key): plain(one) for key, one in value.items()}
    return [plain(one) for one in value] if isinstance(value, list) else value


def load(path):
    with open(path, encoding="utf-8-sig") as file:
        return json.load(file) if path.endswith(".json") else plain(yaml.load(file, Loader))


def pointer(parts):
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in parts)


def leads_to(contract, parts, value):
    """Whether these keys lead from the contract's root to the value."""
    node = contract
    for part in parts:
        try:
            node = node[part]
        except (KeyError, IndexError, TypeError):
            return False
    return node is value or node == value


class TookTooLong(Exception):
    """The validator needed longer than it may."""


def stop(_signal, _frame):
    raise TookTooLong


def theirs(contract, limit):
    """(class, pointer or None, message) of each error; None when the validator took too long."""
    version = str(contract.get("openapi", ""))
    kind = OpenAPIV2SpecValidator if "swagger" in contract else OpenAPIV30SpecValidator
    kind = OpenAPIV31SpecValidator if version.startswith("3.1") else kind
    errors = []
    signal.signal(signal.SIGALRM, stop)
    signal.alarm(limit)
    try:
        for error in kind(contract).iter_errors():
            error = best_match([error]) if error.context else error
            name = type(error).__name__
            keyword = error.validator if isinstance(error.validator, str) else name
            place = pointer(error.absolute_path)
            if keyword == "format":
                keyword = f"format: {error.validator_value}"
            # An error of a default is placed in the default, one of a pattern in its schema, others nowhere.
            if keyword in SAME or not leads_to(contract, error.absolute_path, error.instance):
                place = None
            errors.append((keyword, place, error.message[:160]))
    except TookTooLong:
        return None
    except Exception as problem:  # the validator's own failures are a class of answers too
        errors.append((f"raises {type(problem).__name__}", None, str(problem)[:160]))
    finally:
        signal.alarm(0)
    return errors


def ours(palisade, path):
    """(rule, pointer, message) of each finding about structure; None when there is no report."""
    command = [palisade, "audit", "--format", "json", "--profile", "strict", path]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=300, check=False)
    try:
        report = json.loads(done.stdout)
    except ValueError:
        return None
    picked = [one for one in report["findings"] if one["category"] == "structure" or one["rule"] in BESIDE]
    return [(one["rule"], one.get("pointer") or "", one["message"][:160]) for one in picked]


def near(place, other):
    """Whether one place is the other, inside of it, or beside it. The root is near to its own members only."""
    if len(place) > len(other):
        place, other = other, place
    if place == "":
        return other.count("/") <= 1
    return other == place or other.startswith(place + "/") or place.rsplit("/", 1)[0] == other.rsplit("/", 1)[0]


def agree(finding, error):
    """Whether a finding and an error say the same. An error without a place in the contract goes by its kind alone."""
    if error[1] is None:
        return finding[0] == SAME.get(error[0], "PAL-DAT007")
    return near(finding[1], error[1])


def compare(mine, other):
    """Classes of what only one says, each with its places and messages, and what both say."""
    only_mine = [one for one in mine if not any(agree(one, error) for error in other)]
    only_other = [error for error in other if not any(agree(one, error) for one in mine)]
    ours_by_class = [(f"{rule} (empty)" if message.endswith("is empty") else rule, place, message)
                     for rule, place, message in only_mine]
    return ours_by_class, only_other, len(mine) - len(only_mine), len(other) - len(only_other)


def judge(task):
    palisade, path, limit = task
    warnings.simplefilter("ignore")
    mine = ours(palisade, path)
    try:
        contract = load(path)
    except (ValueError, yaml.YAMLError) as problem:
        return path, mine, [("unreadable", None, str(problem)[:160])]
    return path, mine, theirs(contract, limit) if isinstance(contract, dict) else []


def pick(place, count):
    if os.path.isfile(place):
        return [place]
    names = [os.path.join(folder, name) for folder, _, names in os.walk(place) for name in names]
    files = sorted(name for name in names if name.endswith((".json", ".yaml", ".yml")))
    if count == 0:
        return files
    files = [name for name in files if os.path.getsize(name) <= LARGEST]
    return [files[at * len(files) // count] for at in range(min(count, len(files)))]


def table(title, classes, reasons):
    """Prints a table of classes; gives how many have no known reason."""
    print(f"\n{title}\n")
    if not classes:
        print("  nothing")
    for name, seen in sorted(classes.items(), key=lambda item: (-len(item[1]), item[0])):
        contracts = len({path for path, *_ in seen})
        path, place, message = seen[0]
        example = f"NO KNOWN REASON, as in {path} {place or ''}: {message}"
        print(f"  {len(seen):>6} in {contracts:>3}  {name:<20} {reasons.get(name, example)}")
    return sum(name not in reasons for name in classes)


def show(results):
    """Prints what was found; gives how many classes and contracts are a problem."""
    verdicts, ours_only, theirs_only = collections.Counter(), collections.defaultdict(list), collections.defaultdict(list)
    slow, failed, both = [], [], [0, 0]
    for path, mine, other in results:
        if mine is None:
            failed.append(path)
        elif other is None:
            slow.append(path)
        else:
            verdicts["finds" if mine else "-", "errors" if other else "-"] += 1
            only_mine, only_other, agreed_mine, agreed_other = compare(mine, other)
            both[0] += agreed_mine
            both[1] += agreed_other
            for classes, only in ((ours_only, only_mine), (theirs_only, only_other)):
                for name, place, message in only:
                    classes[name].append((path, place, message))
    print(f"{sum(verdicts.values())} contracts judged by both; {len(slow)} took the validator too long")
    for (mine, other), count in sorted(verdicts.items()):
        print(f"  palisade {mine:<6} validator {other:<7} {count}")
    print(f"  both say: {both[0]} findings, {both[1]} errors")
    for path in slow:
        print(f"  too long: {path}")
    for path in failed:
        print(f"  NO REPORT: {path}")
    unknown = table("Only Palisade", ours_only, ONLY_OURS) + table("Only the validator", theirs_only, ONLY_THEIRS)
    return unknown + len(failed)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--palisade", required=True)
    parser.add_argument("--count", type=int, default=150)
    parser.add_argument("--limit", type=int, default=60)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("places", nargs="+")
    options = parser.parse_args()

    files = [file for place in options.places for file in pick(place, options.count)]
    with multiprocessing.Pool(options.jobs) as pool:
        # In their order, so that equal runs print equal text.
        results = list(pool.imap(judge, [(options.palisade, file, options.limit) for file in files]))
    sys.exit(1 if show(results) else 0)


if __name__ == "__main__":
    main()
