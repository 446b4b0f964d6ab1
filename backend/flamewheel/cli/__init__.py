# SPDX-License-Identifier: GPL-3.0-or-later
"""The command line `flamewheel`: parse, call the pipeline, print.

Exit codes: 0 done, 1 refused with a message, 2 usage.  Results go to standard output (one JSON
object with `--json`), progress and refusals to standard error.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from ..errors import FlamewheelError, OutputError
from .parser import make_parser
from .report import drop_standard_output, print_refusal, tolerate_any_terminal

DONE, REFUSED, INTERRUPTED = 0, 1, 130

TRACEBACK_VARIABLE = "FLAMEWHEEL_TRACEBACK"
"""Environment variable for those who mend Flamewheel's mistakes."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code."""
    tolerate_any_terminal()
    options = make_parser().parse_args(arguments)
    try:
        status = int(options.run(options) or DONE)
        sys.stdout.flush()  # a full disk is told here, while it can be told
        return status
    except FlamewheelError as refusal:
        print_refusal(refusal, as_json=options.json)
        return REFUSED
    except KeyboardInterrupt:
        print("flamewheel: stopped.", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        drop_standard_output()
        return REFUSED
    except OSError as failure:  # a disk or permission that no room has put into words
        refused: FlamewheelError = OutputError(
            "system-error", f"The system refused: {failure}.", "Check the disk and the permissions."
        )
    except MemoryError:
        refused = FlamewheelError(
            "out-of-memory", "There is not enough memory for this.",
            "Close other programs, or give smaller or fewer files.")
    except Exception as mistake:
        if os.environ.get(TRACEBACK_VARIABLE):
            raise
        refused = FlamewheelError(
            "internal-error", f"Flamewheel made a mistake ({type(mistake).__name__}: "
            f"{str(mistake)[:200]}).", "Please report it, with the command and what you gave it; "
            f"{TRACEBACK_VARIABLE}=1 shows where it happened.")
    print_refusal(refused, as_json=options.json)
    return REFUSED
