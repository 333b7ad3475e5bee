"""Starts the agent.

main.py --port-fd N                    N is the open port to the host
main.py --listen-fd N --report-fd M    N is a socket that the host connects to; what is
                                       accepted is sent to M as well
"""

import argparse
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from dhg_agent.server import serve  # noqa: E402
from dhg_agent.transport import ListeningPort, Port  # noqa: E402


def main():
    parser = argparse.ArgumentParser(prog="main.py")
    way = parser.add_mutually_exclusive_group(required=True)
    way.add_argument("--port-fd", type=int)
    way.add_argument("--listen-fd", type=int)
    parser.add_argument("--report-fd", type=int)
    args = parser.parse_args()
    if args.port_fd is not None:
        port = Port(args.port_fd)
    elif args.report_fd is not None:
        port = ListeningPort(args.listen_fd, args.report_fd)
    else:
        parser.error("--listen-fd needs --report-fd")
    # A program sees the path that `python -c` would have, and not the agent's.
    sys.path[0] = ""
    serve(port)


if __name__ == "__main__":
    main()
