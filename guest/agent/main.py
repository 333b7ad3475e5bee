"""Starts the agent: main.py, with init's frames on descriptor 3, its own to descriptor 4, and what
a program reads on descriptor 5."""

import sys

from dhg_agent import own_builtins

FROM_INIT, TO_INIT, INPUT = 3, 4, 5


def main():
    with own_builtins.importing():
        from dhg_agent.server import serve
        from dhg_agent.transport import Port

    sys.path[0] = ""  # what `python -c` has there, and not the agent's folder
    return serve(Port(FROM_INIT, TO_INIT), INPUT)


if __name__ == "__main__":
    sys.exit(main())
