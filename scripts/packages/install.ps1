# Installs cw-orchestrator from this folder for the current user: the parts go into LOCALAPPDATA\Programs\cw-orchestrator, which is
# put on the user's PATH. Nothing is fetched, and no administrator is needed. Usage: install.ps1 [-To DIR] [-Uninstall]
param([string]$To = "$env:LOCALAPPDATA\Programs\cw-orchestrator", [switch]$Uninstall)
$ErrorActionPreference = "Stop"

function PathWithout([string]$folder) {
    $path = [Environment]::GetEnvironmentVariable("Path", "User")
    return @("$path" -split ";" | Where-Object { $_ -ne "" -and $_.TrimEnd("\") -ne $folder.TrimEnd("\") })
}

if ($Uninstall) {
    if (Test-Path $To) { Remove-Item -Recurse -Force $To }
    [Environment]::SetEnvironmentVariable("Path", ((PathWithout $To) -join ";"), "User")
    Write-Output "$To is removed. Your settings, index and memory stay."
    exit 0
}

$program = Join-Path $PSScriptRoot "cw-orchestrator.exe"
if (-not (Test-Path $program)) {
    Write-Error "$PSScriptRoot holds no cw-orchestrator.exe; unpack the whole archive, and run this from its folder"
    exit 2
}
# Files from the internet are marked, and Windows asks at each start of a marked one.
Get-ChildItem -Recurse -File $PSScriptRoot | Unblock-File
& $program --version | Out-Null
if ($LASTEXITCODE -ne 0) {
    Write-Error "the program does not start on this system; the Visual C++ runtime (vc_redist.x64.exe, from Microsoft) may be missing"
    exit 2
}
New-Item -ItemType Directory -Force $To | Out-Null
Copy-Item -Recurse -Force (Join-Path $PSScriptRoot "*") $To
[Environment]::SetEnvironmentVariable("Path", ((@(PathWithout $To) + $To) -join ";"), "User")
Write-Output "cw-orchestrator is in $To, which is on the PATH of new terminals. Then try: cw-orchestrator search open tickets"
