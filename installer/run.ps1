# Starts BIOSCAN Desktop on Windows, after setting it up in .venv the first time.
#
#   powershell -ExecutionPolicy Bypass -File installer\run.ps1                    opens the window
#   powershell -ExecutionPolicy Bypass -File installer\run.ps1 PHOTO FOLDER ...   opens it with these
#   powershell -ExecutionPolicy Bypass -File installer\run.ps1 identify ...       any `bioscan` command
#
# Set $env:BIOSCAN_CPU = "1" first to spare the download of the CUDA libraries.

$ErrorActionPreference = "Stop"
. (Join-Path $PSScriptRoot "common.ps1")

Confirm-Environment @()

$commands = "identify", "batch", "export", "crop", "library", "model", "packs", "evaluate", "selftest", "--version", "--help", "-h"
if ($args.Count -gt 0 -and $commands -contains $args[0]) {
    & (Join-Path $venv "Scripts\bioscan.exe") @args
} else {
    & (Join-Path $venv "Scripts\bioscan-desktop.exe") @args
}
exit $LASTEXITCODE
