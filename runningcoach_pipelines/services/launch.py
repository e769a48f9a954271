"""Between fork and exec of a service: tie its life to the supervisor's, and give it ordinary signals.

Run as a program, `python launch.py SUPERVISOR_PID COMMAND...`, because Python code in a forked child of a
process with threads may deadlock. Imports nothing of ours: it costs a few milliseconds.
"""

import os
import signal
import sys

_PR_SET_PDEATHSIG = 1


def main(supervisor: int, command: list[str]) -> None:
    """Become `command`."""
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, int(signal.SIGTERM), 0, 0, 0)
        if os.getppid() != supervisor:  # it died before the request was made
            sys.exit(1)
    # A job in the background of a script ignores SIGINT, and Dagster copies that to SIGTERM: it could not be stopped.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGPIPE):
        signal.signal(number, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, [])
    try:
        os.execvp(command[0], command)  # noqa: S606  # no shell is wanted
    except OSError as error:
        sys.exit(f"{command[0]} cannot be run: {error.strerror}")


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:])
