"""dh-table, the half in the guest: the outcome goes through a table of the server.

It is pickled and base64-encoded into a table of one row in the server's scope, and
read back over Arrow Flight as any client of the server would.
"""

import base64
import binascii
import io
import pickle
import sys
import types

from dhg_agent import outcome_json

try:
    import jpy
    import pydeephaven
    from deephaven.table import Table
    from pydeephaven.ticket import ScopeTicket
except Exception as error:
    raise RuntimeError(
        f"result channel dh-table needs a Deephaven server in the guest ({error}): "
        "use an image that has one, as --image deephaven, or another channel: "
        "--set result_channel.plugin=json-file"
    ) from error

HOST = "127.0.0.1"
PORT = 10000
NAME = "__dh_result_table"

_tools = jpy.get_type("io.deephaven.engine.util.TableTools")
_scope = sys.modules["__main__"].__dict__  # the server's: its script session runs there
_result = types.SimpleNamespace(ticket=ScopeTicket.scope_ticket(NAME))


class _PlainUnpickler(pickle.Unpickler):
    def find_class(self, module, name):
        raise pickle.UnpicklingError(f"the result names {module}.{name}; it is plain data only")


def _connect():
    # No timer that keeps the session alive: a clone of this process lives for one run.
    try:
        return pydeephaven.Session(HOST, PORT, never_timeout=False)
    except Exception as error:
        raise RuntimeError(
            f"result channel dh-table cannot reach the Deephaven server at {HOST}:{PORT}: {error}"
        ) from error


# Made once, before the first program, and kept across the snapshot.
_session = _connect()


def store(outcome):
    """Leaves `outcome` in the table. Runs where the program ran."""
    text = base64.b64encode(pickle.dumps(outcome, pickle.HIGHEST_PROTOCOL)).decode("ascii")
    _scope[NAME] = Table(_tools.newTable(_tools.stringCol("data", [text])))


def load():
    """Takes the outcome out of the table, as JSON, and drops the table."""
    try:
        raw = _read()
    finally:
        _scope.pop(NAME, None)
    return outcome_json.encode(_PlainUnpickler(io.BytesIO(raw)).load())


def refresh():
    """A snapshot follows at once: uses the connection, which would otherwise not be in it.

    The server closes one after 30 s without use, and to make another takes a restored guest
    longer than all else that it does here.
    """
    store({})
    try:
        _read()
    finally:
        _scope.pop(NAME, None)


def _read():
    global _session
    try:
        return _fetch()
    except pydeephaven.DHError:
        # Where the snapshot is older than the server lets a session become.
        _session = _connect()
    try:
        return _fetch()
    except pydeephaven.DHError as error:
        raise RuntimeError(
            f"the program's result cannot be read from table {NAME}: {error.__cause__ or error}"
        ) from error


def _fetch():
    rows = _session.flight_service.do_get_table(_result)
    if rows.num_rows != 1:
        raise RuntimeError(f"table {NAME} has {rows.num_rows} rows instead of one")
    return binascii.a2b_base64(rows.column(0)[0].as_buffer())
