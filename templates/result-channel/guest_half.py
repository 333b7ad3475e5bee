"""@NAME@, the half in the guest. Travels with each request; needs no new snapshot."""

import json
import os

MAGIC = b"RSL1"
PATH = "/tmp/.@FILE@_result"


def store(outcome):
    """Leaves `outcome` in a file. Runs where the program ran, right after it."""
    text = json.dumps(outcome, ensure_ascii=False, allow_nan=False)
    with open(PATH + ".new", "xb") as file:
        file.write(MAGIC + text.encode("utf-8", "replace"))
    os.rename(PATH + ".new", PATH)


def load():
    """Takes the bytes and removes the file. Runs in the agent."""
    with open(PATH, "rb") as file:
        data = file.read()
    os.unlink(PATH)
    return data
