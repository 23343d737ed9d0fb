# shellcheck shell=bash
# Shared by the scripts that the Makefile calls. Sourced, never run.

say() { printf 'palisade: %s\n' "$*" >&2; }
die() { say "$*"; exit 1; }

# Where cargo builds.
# shellcheck disable=SC2034 # the scripts that source this use it
target_dir=${CARGO_TARGET_DIR:-target}

# Installs Debian packages: asks first when a person is there, and says the command when it may not.
# Usage: apt_install WHY PACKAGE...
apt_install() {
    local why=$1; shift
    local line="apt-get install --no-install-recommends $*"
    command -v apt-get >/dev/null || die "$why needs $*; install it with your system's package manager"
    local sudo=()
    if [ "$(id -u)" != 0 ]; then
        command -v sudo >/dev/null || die "$why needs: $line (as root)"
        sudo=(sudo)
    fi
    if [ -t 0 ] && [ "${YES:-}" != 1 ]; then
        read -r -p "palisade: $why needs system packages. Run '$line'? [y/N] " answer
        case $answer in [yY]*) ;; *) die "$why needs: $line" ;; esac
    elif [ "$(id -u)" != 0 ] && [ "${YES:-}" != 1 ]; then
        die "$why needs: $line (or set YES=1)"
    else
        say "$why: $line"
    fi
    if [ -z "${apt_updated:-}" ]; then "${sudo[@]}" apt-get update -qq; apt_updated=1; fi
    "${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >&2
}

need_rust() {
    # rustup writes its folder into the profile, which a shell that is not a login shell has not read
    command -v cargo >/dev/null || PATH="$PATH:${CARGO_HOME:-$HOME/.cargo}/bin"
    command -v cargo >/dev/null || die "cargo is missing: install Rust 1.95 or newer with rustup"
    command -v cc >/dev/null || apt_install "the TLS library" gcc libc6-dev
}

# Succeeds when node 20.19 or newer and npm are there.
have_node() {
    command -v node >/dev/null && command -v npm >/dev/null &&
        node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)'
}

# Succeeds when python3 can make virtual environments.
have_venv() { command -v python3 >/dev/null && python3 -c 'import ensurepip, venv' 2>/dev/null; }

# Succeeds when the programs of a PostgreSQL server are there: Debian keeps them beside the path.
have_postgres() { command -v initdb >/dev/null || compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null; }

# Fetches the packages of a folder when its lock file changed since the last time. Usage: npm_packages [FOLDER]
npm_packages() {
    local folder=${1:-ui}
    local mark=$folder/node_modules/.lock-of-last-install
    if ! cmp -s "$folder/package-lock.json" "$mark"; then
        say "fetching the packages of $folder"
        # Not `npm ci`: it refuses a lock file that lacks binaries for platforms the registry did not offer.
        (cd "$folder" && npm install --no-save --no-audit --no-fund --loglevel=error >&2)
        cp "$folder/package-lock.json" "$mark"
    fi
}
