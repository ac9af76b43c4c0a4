# Shared by run.ps1 and test.ps1: finding a Python and bringing .venv up to date.

$root = Split-Path -Parent $PSScriptRoot
$venv = Join-Path $root ".venv"
$installScript = Join-Path $PSScriptRoot "install.py"
Remove-Item Env:PYTHONHOME, Env:PYTHONPATH -ErrorAction SilentlyContinue

# The command line of a Python of version 3.11 or newer, as an array.
function Find-Python {
    $candidates = @(
        @("py", "-3.13"), @("py", "-3.12"), @("py", "-3.11"), @("py", "-3"), @("python"), @("python3")
    )
    if ($env:BIOSCAN_PYTHON) { $candidates = @(, @($env:BIOSCAN_PYTHON)) }
    foreach ($candidate in $candidates) {
        if (-not (Get-Command $candidate[0] -ErrorAction SilentlyContinue)) { continue }
        $options = @($candidate | Select-Object -Skip 1)
        # The Microsoft Store puts a `python` into PATH that only opens the Store: so it is tried out.
        try {
            & $candidate[0] @options -I -c "import sys; sys.exit(sys.version_info < (3, 11))" 2>&1 | Out-Null
        } catch {
            continue
        }
        if ($LASTEXITCODE -eq 0) { return , $candidate }
    }
    [Console]::Error.WriteLine("installer: Python 3.11 or newer is needed; get it from https://www.python.org/downloads/")
    exit 1
}

# Brings .venv up to date. $extras: extras of pyproject.toml.
function Confirm-Environment([string[]] $extras) {
    $python = Join-Path $venv "Scripts\python.exe"
    if (Test-Path $python) {
        & $python -E -s -S $installScript check @extras
        if ($LASTEXITCODE -eq 0) { return }
    }
    $found = @(Find-Python)
    $options = @($found | Select-Object -Skip 1)
    & $found[0] @options -E -s $installScript install @extras
    if ($LASTEXITCODE -ne 0) { exit 1 }
}
