"""driver.py FOLDER: runs a channel's guest half as the agent does.

FOLDER/guest_half.py is the channel, FOLDER/steps.json what to do with it, in order. Each
step leaves FOLDER/<number>.result, the bytes for the host, or FOLDER/<number>.error.
"""

import builtins
import json
import os
import sys
import types

here = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [here, os.path.join(here, "fakes")]

from dhg_agent import session, source  # noqa: E402


def load_channel(path):
    module = types.ModuleType("dhg_channel")
    with open(path, encoding="utf-8") as source:
        exec(compile(source.read(), path, "exec"), module.__dict__)
    return module


def carry_out(step, channel, namespace):
    if "program" in step:
        session.current = session.Program(
            step["program"].encode(), "<string>", source.COMMAND, channel, value="last"
        )
        session.run_user_code(namespace)
    if "outcome" in step:
        channel.store(step["outcome"])
    return channel.load()


def main(folder):
    main_module = types.ModuleType("__main__")
    main_module.__builtins__ = builtins
    sys.modules["__main__"] = main_module  # the scope of a server's script session
    channel = load_channel(os.path.join(folder, "guest_half.py"))
    with open(os.path.join(folder, "steps.json"), encoding="utf-8") as file:
        steps = json.load(file)
    for number, step in enumerate(steps):
        name, data = "result", b""
        try:
            data = bytes(carry_out(step, channel, main_module.__dict__))
        except (Exception, session.ChannelLate) as error:
            name, data = "error", f"{type(error).__name__}: {error}".encode(errors="replace")
        if session.current is not None:
            session.current.limit.end()
        with open(os.path.join(folder, f"{number}.{name}"), "wb") as file:
            file.write(data)


# `__main__` will be the program's: this module's own names must not go with it.
_this_module = sys.modules["__main__"]
main(sys.argv[1])
