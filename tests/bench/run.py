# SPDX-License-Identifier: GPL-3.0-or-later
"""Run every benchmark, each in a process of its own and in the environment it measures.

    .venv/bin/python tests/bench/run.py [--blender-python .venv-blender/bin/python] [NAME ...]

Speed is shown here and asserted nowhere: the ratios are against the naive way or a peer in the
same run, so that they mean the same on every machine.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
IN_BLENDER = {"bench_rig", "bench_keys", "bench_playback"}


def main() -> int:
    """Run the named benchmarks, or all; exit code 1 where one could not be measured."""
    parser = argparse.ArgumentParser(description="Run Flamewheel's benchmarks.")
    parser.add_argument("--blender-python", default=".venv-blender/bin/python")
    parser.add_argument("names", nargs="*", help="e.g. head_model keys")
    options = parser.parse_args()
    files = sorted(HERE.glob("bench_*.py"))
    if options.names:
        files = [file for file in files if file.stem.removeprefix("bench_") in options.names]
    failed = []
    for file in files:
        python = options.blender_python if file.stem in IN_BLENDER else sys.executable
        print(f"\n== {file.stem}", flush=True)
        if subprocess.run([python, str(file)], cwd=HERE.parent.parent, check=False).returncode:
            failed.append(file.stem)
    if failed:
        print(f"could not be measured: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
