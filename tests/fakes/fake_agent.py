"""The real agent, but for what would change this host and not a guest. For a relay."""

import ctypes
import os
import pathlib
import signal
import sys

AGENT = pathlib.Path(__file__).resolve().parents[2] / "guest/agent"
FREE_BYTES = 64 * 1024 * 1024  # what the guest says that it does not use
PR_SET_PDEATHSIG = 1


def die_with(parent):
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it died before it was asked
        os._exit(1)


def main():
    die_with(os.getppid())
    sys.path[0] = str(AGENT)
    from dhg_agent import quiesce, renew
    from dhg_agent.server import serve
    from dhg_agent.transport import Port

    renew.clock = renew.kernel = lambda _: None
    quiesce.quiesce = lambda: []
    quiesce.free_bytes = lambda: FREE_BYTES
    sys.path[0] = ""
    return serve(Port(3, 4), 5)


if __name__ == "__main__":
    sys.exit(main())
