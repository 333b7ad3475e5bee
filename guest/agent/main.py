"""Starts the agent: main.py, with the stream of frames to init on descriptor 3."""

import sys

from dhg_agent.server import serve
from dhg_agent.transport import Port

FRAMES_FD = 3

if __name__ == "__main__":
    sys.path[0] = ""  # what `python -c` has there, and not the agent's folder
    sys.exit(serve(Port(FRAMES_FD)))
