#!/usr/bin/env bash
# Judges APIs before production by jobs of a control plane, and fails where one is not compliant.
#
# Usage: jobs.sh specs [PATH...]        every API contract below the paths (default: the current directory)
#        jobs.sh third-parties FILE     every third-party API in FILE: one URL a line
#        jobs.sh staging FILE           every API in FILE: CONTRACT URL, one pair a line
#
#   PALISADE             the binary                                                  default: palisade
#   PALISADE_URL         the control plane
#   PALISADE_ACCESS_KEY, PALISADE_SECRET_KEY   a key pair with the role ci
#   PALISADE_FAIL_ON     severity from which a finding fails the job, or `never`     default: high
#   PALISADE_GATE        gate of the control plane that must let each job through
#   PALISADE_REPORTS     directory for a SARIF and a JUnit report of each job
#   PALISADE_APPLICATION, PALISADE_APPLICATION_VERSION   what the jobs are about
#   PALISADE_DEPTH       Quick, Default or Deep, for staging                         default: Quick
#   CONTROLLER_ID        controller that reaches staging                             default: any
#
# Every job is started before the first is waited for. Lines that begin with # are left out of files.
# Exit codes: 0 all are compliant, 1 one could not be judged, 2 wrong usage, 4 one is not compliant.
set -euo pipefail

palisade=${PALISADE:-palisade}
command -v "$palisade" >/dev/null || {
    echo "palisade: '$palisade' is not on the PATH; put the binary there or name it in PALISADE" >&2
    exit 1
}
usage() {
    sed -n 's/^# Usage: /usage: /p; s/^#        jobs/       jobs/p' "$0" >&2
    exit 2
}

options=()
fail_on=${PALISADE_FAIL_ON:-high}
[ "$fail_on" = never ] || options+=(--fail-on "$fail_on")
[ -z "${PALISADE_GATE:-}" ] || options+=(--gate "$PALISADE_GATE")
[ -z "${PALISADE_APPLICATION:-}" ] || options+=(--application "$PALISADE_APPLICATION")
[ -z "${PALISADE_APPLICATION_VERSION:-}" ] || options+=(--application-version "$PALISADE_APPLICATION_VERSION")

names=() ids=() failed=0 refused=0

# Starts a job: NAME VERB ARGUMENT...
start() {
    local name=$1 line
    shift
    if line=$("$palisade" job "$@" "${options[@]}"); then
        names+=("$name")
        ids+=("$(cut -d\" -f2 <<<"$line")")
    else
        echo "not judged     $name"
        failed=1
    fi
}

# The contracts below a path: files with a line that begins with the version, or one-line JSON that holds it.
contracts() {
    find "$1" -name '.?*' -prune -o -name node_modules -prune -o \
        -type f \( -name '*.json' -o -name '*.yaml' -o -name '*.yml' \) -print0 |
        xargs -0 -r grep -lZsE '^[[:space:]{]*"?(openapi|swagger)"?[[:space:]]*:|"(openapi|swagger)"[[:space:]]*:[[:space:]]*"[0-9]' |
        sort -z
}

# The lines of a file that say something.
lines() { sed -e 's/\r$//' -e '/^[[:space:]]*\(#\|$\)/d' "$1"; }

case ${1:-} in
specs)
    shift
    [ $# -gt 0 ] || set -- .
    for path in "$@"; do
        while IFS= read -r -d '' contract; do
            start "$contract" start-oas-scoring "$contract"
        done < <(contracts "$path")
    done
    ;;
third-parties)
    [ $# = 2 ] || usage
    while read -r url; do
        start "$url" start-third-party-api-scoring --url "$url"
    done < <(lines "$2")
    ;;
staging)
    [ $# = 2 ] || usage
    controller=()
    [ -z "${CONTROLLER_ID:-}" ] || controller=(--controller-id "$CONTROLLER_ID")
    while read -r contract url; do
        start "$url" start-fuzzing --url "$url" --fuzzing-depth "${PALISADE_DEPTH:-Quick}" "${controller[@]}" "$contract"
    done < <(lines "$2")
    ;;
*) usage ;;
esac
[ ${#ids[@]} -gt 0 ] || [ $failed = 1 ] || echo "palisade: there is nothing to judge" >&2

[ -z "${PALISADE_REPORTS:-}" ] || mkdir -p "$PALISADE_REPORTS"
for index in "${!ids[@]}"; do
    id=${ids[index]} name=${names[index]} code=0
    "$palisade" job get --poll "$id" >/dev/null || code=$?
    case $code in
    0) echo "compliant      $name" ;;
    4) echo "not compliant  $name" && refused=1 ;;
    *) echo "not judged     $name" && failed=1 ;;
    esac
    if [ $code != 0 ]; then "$palisade" job get --summary --no-headers "$id" || true; fi
    # A job that failed has no report.
    if [ -n "${PALISADE_REPORTS:-}" ] && { [ $code = 0 ] || [ $code = 4 ]; }; then
        "$palisade" job get --format sarif --output "$PALISADE_REPORTS/$id.sarif" "$id"
        "$palisade" job get --format junit --output "$PALISADE_REPORTS/$id.junit.xml" "$id"
    fi
done
[ $failed = 0 ] || exit 1
[ $refused = 0 ] || exit 4
