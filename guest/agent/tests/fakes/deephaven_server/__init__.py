"""A stand-in: what the agent asks of deephaven_server, recorded."""

import atexit
import json
import sys


class Server:
    started = None

    def __init__(self, host, port, jvm_args, default_jvm_args):
        self._call = {"host": host, "port": port, "jvm_args": jvm_args,
                      "default_jvm_args": default_jvm_args}
        atexit.register(print, "the server's end")
        # The real one puts copies for its log in between.
        sys.stdout = sys.stderr = None

    def start(self):
        Server.started = self._call
        if "-Xfail" in self._call["jvm_args"]:
            raise RuntimeError("the JVM did not start")
        print(json.dumps(self._call), file=sys.__stdout__)
