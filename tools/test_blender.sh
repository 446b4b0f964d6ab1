#!/usr/bin/env bash
# Run tests/blender in each given Python (an environment with bpy), each test file in a process
# of its own: Blender's state is global, and a crash of Blender must not hide other files' results.
#
# The process is left by os._exit: Blender as a module has been seen to hang in its own clean-up
# (bpy 4.5.15) after everything has passed.
set -u
cd "$(dirname "$0")/.."
run='import os, sys, pytest
status = pytest.main(["-q", "-p", "no:cacheprovider", *sys.argv[1:]])
sys.stdout.flush(); sys.stderr.flush()
os._exit(int(status))'
failed=0 total=0
for python in "$@"; do
    version=$(timeout 60 "$python" -c 'import bpy, os
print(bpy.app.version_string, flush=True); os._exit(0)' 2>/dev/null)
    [ -n "$version" ] || { echo "!! $python has no Blender"; failed=$((failed + 1)); continue; }
    for file in tests/blender/test_*.py; do
        echo "== Blender $version $file"
        total=$((total + 1))
        timeout -k 10 600 "$python" -c "$run" "$file" || {
            failed=$((failed + 1)); echo "!! failed in Blender $version: $file"; }
    done
done
echo "$((total - failed)) passed, $failed failed"
[ $failed -eq 0 ]
