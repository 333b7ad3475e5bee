"""Starts the agent: `main.py --port-fd N`, N being the open port to the host."""

import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from dhg_agent.server import serve  # noqa: E402
from dhg_agent.transport import Port  # noqa: E402


def main():
    if len(sys.argv) != 3 or sys.argv[1] != "--port-fd" or not sys.argv[2].isdigit():
        sys.exit("usage: main.py --port-fd N")
    port = Port(int(sys.argv[2]))
    # A program sees the path that `python -c` would have, and not the agent's.
    sys.path[0] = ""
    serve(port)


if __name__ == "__main__":
    main()
