#!/usr/bin/env bash
# Run tests/blender in each given Python (an environment with bpy), each test file in a process
# of its own: Blender's state is global, and a crash of Blender must not hide other files' results.
set -u
cd "$(dirname "$0")/.."
failed=0 total=0
for python in "$@"; do
    version=$("$python" -c 'import bpy; print(bpy.app.version_string)' 2>/dev/null)
    for file in tests/blender/test_*.py; do
        echo "== Blender ${version:-?} $file"
        "$python" -m pytest -q -p no:cacheprovider "$file"
        status=$?
        total=$((total + 1))
        # 5: every test of the file was deselected or none was collected
        [ $status -eq 0 ] || { failed=$((failed + 1)); echo "!! failed in Blender $version: $file"; }
    done
done
echo "$((total - failed)) passed, $failed failed"
[ $failed -eq 0 ]
