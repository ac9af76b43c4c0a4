# Shared by run.sh and test.sh: finding a Python and bringing .venv up to date.
# shellcheck shell=bash

root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd -P)
venv=$root/.venv
unset PYTHONHOME PYTHONPATH

# Prints a Python of version 3.11 or newer, one that can make virtual environments if there is one.
find_python() {
    local name wish
    local names=(python3.13 python3.12 python3.11 python3 python3.14 python)
    if [ -n "${BIOSCAN_PYTHON:-}" ]; then
        names=("$BIOSCAN_PYTHON")
    fi
    for wish in 'import ensurepip, venv' 'pass'; do
        for name in "${names[@]}"; do
            if command -v "$name" > /dev/null 2>&1 \
                && "$name" -I -c "import sys; assert sys.version_info >= (3, 11); $wish" > /dev/null 2>&1; then
                echo "$name"
                return 0
            fi
        done
    done
    local found
    found=$("${names[0]}" --version 2>&1 || python3 --version 2>&1 || echo none)
    echo "installer: Python 3.11 or newer is needed (found: ${found##*$'\n'}); on Debian or Ubuntu run:" \
        "sudo apt-get install -y python3 python3-venv (Ubuntu 22.04: python3.11 python3.11-venv)" >&2
    return 1
}

# Brings .venv up to date. Arguments: extras of pyproject.toml.
ensure_environment() {
    local python
    if [ -x "$venv/bin/python" ] && "$venv/bin/python" -E -s -S "$root/installer/install.py" check "$@"; then
        return 0
    fi
    python=$(find_python) || return 1
    "$python" -E -s "$root/installer/install.py" install "$@"
}
