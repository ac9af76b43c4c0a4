#!/usr/bin/env bash
# Checks the whole project: style, types, layers, then the tests. Arguments go to pytest.
#
#   bash installer/test.sh                       everything
#   bash installer/test.sh tests/core -k novelty some tests, after the checks

set -euo pipefail
# shellcheck source=installer/common.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/common.sh"

ensure_environment train cluster test || exit 1
cd -- "$root"
export QT_QPA_PLATFORM=${QT_QPA_PLATFORM:-offscreen}
PATH=$venv/bin:$PATH

step() {
    echo "== $*"
    "$@" || {
        echo "test.sh: failed: $*" >&2
        exit 1
    }
}

step ruff check .
step ruff format --check .
step mypy
step mypy installer/install.py
step lint-imports
echo "== pytest $*"
exec python -m pytest "$@"
