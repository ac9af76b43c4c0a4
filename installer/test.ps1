# Checks the whole project on Windows: style, types, layers, then the tests. Arguments go to pytest.

$ErrorActionPreference = "Stop"
. (Join-Path $PSScriptRoot "common.ps1")

Confirm-Environment @("train", "cluster", "test")
Set-Location $root
if (-not $env:QT_QPA_PLATFORM) { $env:QT_QPA_PLATFORM = "offscreen" }
$scripts = Join-Path $venv "Scripts"

$steps = @(
    @("ruff", "check", "."),
    @("ruff", "format", "--check", "."),
    @("mypy"),
    @("mypy", "installer\install.py"),
    @("lint-imports")
)
foreach ($step in $steps) {
    Write-Output "== $step"
    $options = @($step | Select-Object -Skip 1)
    & (Join-Path $scripts "$($step[0]).exe") @options
    if ($LASTEXITCODE -ne 0) {
        [Console]::Error.WriteLine("test.ps1: failed: $step")
        exit 1
    }
}
Write-Output "== pytest $args"
& (Join-Path $scripts "python.exe") -m pytest @args
exit $LASTEXITCODE
