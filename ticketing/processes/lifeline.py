"""Make a process end with the one that started it, even if that one was killed.

`lifeline.py COMMAND…` becomes that command. It imports nothing else of the project, because it runs before every
process.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1  # <linux/prctl.h>; kept across exec, not inherited by children


def end_with_parent(parent: int) -> None:
    """Ask the kernel to send this process SIGTERM when `parent`, which started it, ends. Linux only."""
    if sys.platform != "linux":
        return
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:  # it ended before the call
        os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    end_with_parent(os.getppid())
    os.environ["LIFELINE"] = str(os.getpid())  # for the child processes of the command
    os.execvp(sys.argv[1], sys.argv[1:])
