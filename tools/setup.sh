#!/usr/bin/env bash
# Make one environment:  setup.sh backend DIR PYTHON  |  setup.sh blender DIR PYTHON BPY_VERSION
# Installs the system libraries that Blender-as-a-module needs where it may, and says which are
# missing where it may not.
set -euo pipefail
kind=$1 dir=$2 python=$3

say() { printf 'setup: %s\n' "$*" >&2; }

find_python() {
    local candidate
    for candidate in "$python" python3.11 python3 python; do
        if command -v "$candidate" >/dev/null 2>&1 &&
           "$candidate" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' 2>/dev/null; then
            echo "$candidate"; return
        fi
    done
    say "Python 3.11 is needed and none was found (make PYTHON=/path/to/python3.11 …)."
    exit 1
}

make_environment() {
    local interpreter
    interpreter=$(find_python)
    if [ ! -x "$dir/bin/python" ]; then
        say "making $dir with $("$interpreter" --version)"
        "$interpreter" -m venv "$dir" || {
            say "python's venv module is missing (on Debian: apt-get install python3-venv)."; exit 1; }
    fi
}

# soname:package pairs that `import bpy` links against, with libEGL for rendering without a display
LIBRARIES="libX11.so.6:libx11-6 libXrender.so.1:libxrender1 libXfixes.so.3:libxfixes3
libXi.so.6:libxi6 libXxf86vm.so.1:libxxf86vm1 libxkbcommon.so.0:libxkbcommon0 libSM.so.6:libsm6
libGL.so.1:libgl1 libEGL.so.1:libegl1"

missing_packages() {
    local pair known
    known=$(PATH="$PATH:/sbin:/usr/sbin" ldconfig -p 2>/dev/null || true)
    for pair in $LIBRARIES; do
        grep -q "${pair%%:*}" <<<"$known" || printf '%s ' "${pair##*:}"
    done
    # Mesa's software renderer has no stable soname; EEVEE and Workbench need it with no GPU.
    find /usr/lib -name 'swrast_dri.so' -o -name 'libgallium*.so' 2>/dev/null | grep -q . ||
        printf 'libgl1-mesa-dri '
}

system_libraries() {
    [ "$(uname -s)" = Linux ] || return 0
    local missing
    missing=$(missing_packages)
    [ -n "$missing" ] || return 0
    if command -v apt-get >/dev/null 2>&1; then
        local root=()
        [ "$(id -u)" = 0 ] || root=(sudo -n)
        say "installing system libraries: $missing"
        if { "${root[@]}" apt-get update -qq && DEBIAN_FRONTEND=noninteractive \
             "${root[@]}" apt-get install -y -qq --no-install-recommends $missing; } >&2; then
            return 0
        fi
    fi
    say "missing system libraries: $missing"
    say "install them with your package manager, e.g.  sudo apt-get install $missing"
    exit 1
}

case $kind in
backend)
    make_environment
    system_libraries        # OpenCV inside MediaPipe links libGL too
    say "installing the backend into $dir (torch, MediaPipe: about 1 GB)"
    # torch first: its CPU build where there is one, and never a second copy with CUDA.
    "$dir/bin/python" -m pip install -q --disable-pip-version-check "torch==2.13.0"
    "$dir/bin/python" -m pip install -q --disable-pip-version-check -e 'backend[dev]'
    ;;
blender)
    version=$4
    make_environment
    system_libraries
    say "installing bpy $version into $dir (about 350 MB)"
    "$dir/bin/python" -m pip install -q --disable-pip-version-check "bpy==$version" "numpy<2" "pytest>=8"
    "$dir/bin/python" -c 'import bpy' >/dev/null || { say "bpy $version does not import here."; exit 1; }
    ;;
*)
    echo "usage: setup.sh backend|blender DIR PYTHON [BPY_VERSION]" >&2; exit 2 ;;
esac
touch "$dir/.ready"
