#!/usr/bin/env bash
# Judges a repository's API contracts in CI. GitHub's action, GitLab's template and the pre-commit hook all call this.
#
# Usage: audit.sh [PATH...]      (default: what PALISADE_PATHS names, else the current directory)
#
#   PALISADE            the binary                                        default: palisade
#   PALISADE_PATHS      files, directories, patterns; one a line          default: .
#   PALISADE_FAIL_ON    severity from which a finding fails the job       default: high; `never` for none
#   PALISADE_PROFILE    strict, recommended, minimal
#   PALISADE_CONFIG     configuration file
#   PALISADE_GATES      gate files, one a line
#   PALISADE_BASELINE   file of known findings
#   PALISADE_SARIF      where to write SARIF
#   PALISADE_JUNIT      where to write JUnit's XML
#
# Exit codes are those of `palisade audit`: 0 no gate failed, 1 it could not do its work, 2 wrong usage, 4 a gate failed.
set -euo pipefail

palisade=${PALISADE:-palisade}
command -v "$palisade" >/dev/null || {
    echo "palisade: '$palisade' is not on the PATH; put the binary there or name it in PALISADE" >&2
    exit 1
}

lines() { while IFS= read -r line; do [ -z "$line" ] || printf '%s\0' "$line"; done <<<"$1"; }

paths=("$@")
if [ ${#paths[@]} = 0 ]; then mapfile -d '' paths < <(lines "${PALISADE_PATHS:-.}"); fi
options=()
[ -z "${PALISADE_PROFILE:-}" ] || options+=(--profile "$PALISADE_PROFILE")
[ -z "${PALISADE_CONFIG:-}" ] || options+=(--config "$PALISADE_CONFIG")
[ -z "${PALISADE_BASELINE:-}" ] || options+=(--baseline "$PALISADE_BASELINE")
while IFS= read -r -d '' gate; do options+=(--gate "$gate"); done < <(lines "${PALISADE_GATES:-}")

# Files first: they are wanted above all when the job fails. What ends them is said again below.
report() { "$palisade" audit "${options[@]}" --format "$1" --output "$2" -- "${paths[@]}" || [ $? = 4 ]; }
[ -z "${PALISADE_SARIF:-}" ] || report sarif "$PALISADE_SARIF" || exit $?
[ -z "${PALISADE_JUNIT:-}" ] || report junit "$PALISADE_JUNIT" || exit $?
[ -z "${GITHUB_STEP_SUMMARY:-}" ] || report md "$GITHUB_STEP_SUMMARY" || exit $?

fail_on=${PALISADE_FAIL_ON:-high}
[ "$fail_on" = never ] || options+=(--fail-on "$fail_on")
format=text
[ -z "${GITHUB_ACTIONS:-}" ] || format=github
code=0
"$palisade" audit "${options[@]}" --format "$format" -- "${paths[@]}" || code=$?
[ -z "${GITHUB_OUTPUT:-}" ] || echo "exit-code=$code" >>"$GITHUB_OUTPUT"
exit $code
