#!/usr/bin/env bash
# Starts BIOSCAN Desktop, after setting it up in .venv the first time.
#
#   bash installer/run.sh                     opens the window
#   bash installer/run.sh PHOTO FOLDER ...    opens the window with these
#   bash installer/run.sh identify ...        any `bioscan` command; bash installer/run.sh --help lists them
#
# BIOSCAN_CPU=1 spares the download of the CUDA libraries; see installer/install.py for all settings.

set -euo pipefail
# shellcheck source=installer/common.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/common.sh"

ensure_environment || exit 1

case "${1:-}" in
    identify | batch | export | crop | library | model | packs | evaluate | selftest | --version | --help | -h)
        exec "$venv/bin/bioscan" "$@"
        ;;
esac
if [ "$(uname -s)" = Linux ] && [ -z "${DISPLAY:-}${WAYLAND_DISPLAY:-}${QT_QPA_PLATFORM:-}" ]; then
    echo "There is no screen to open a window on. In a terminal use: bash installer/run.sh identify PHOTO" >&2
    exit 1
fi
exec "$venv/bin/bioscan-desktop" "$@"
