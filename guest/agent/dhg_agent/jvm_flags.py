"""Changes numbers among the JVM's options while it runs.

Those that it offers to change are not the ones that matter here. Where all of them lie in
memory, its library tells debuggers: the tables of
https://github.com/openjdk/jdk17u/blob/master/src/hotspot/share/runtime/vmStructs.cpp
"""

import ctypes

from . import jni

_Pointer = ctypes.c_void_p


class _Tables:
    """What the library says of its own types."""

    def __init__(self):
        self._library = ctypes.CDLL(jni.library())

    def rows(self, table, entry, fields):
        """Yields the fields of each row, as addresses of theirs. The first field is a name."""
        offsets = [self._number(f"{entry}{field}Offset") for field in fields]
        stride = self._number(f"{entry}ArrayStride")
        row = self._number(table)
        while _text(row + offsets[0]) is not None:
            yield [row + offset for offset in offsets]
            row += stride

    def _number(self, name):
        return ctypes.c_uint64.in_dll(self._library, name).value


def _text(address):
    text = _Pointer.from_address(address).value
    return None if text is None else ctypes.string_at(text).decode()


def _pointer(address):
    return _Pointer.from_address(address).value


def _number(address):
    return ctypes.c_uint64.from_address(address).value


def find(names):
    """The numbers of these options, as ctypes objects that can be read and set, by name."""
    tables = _Tables()
    fields = {}
    for owner, field, offset, address in tables.rows(
        "gHotSpotVMStructs", "gHotSpotVMStructEntry", ("TypeName", "FieldName", "Offset", "Address")
    ):
        if _text(owner) == "JVMFlag":
            fields[_text(field)] = _pointer(address) or _number(offset)
    [size] = [
        _number(bytes_)
        for name, bytes_ in tables.rows("gHotSpotVMTypes", "gHotSpotVMTypeEntry", ("TypeName", "Size"))
        if _text(name) == "JVMFlag"
    ]
    first, count = _pointer(fields["flags"]), _number(fields["numFlags"])
    found = {}
    for flag in range(first, first + count * size, size):
        name = _text(flag + fields["_name"])
        if name in names:
            found[name] = ctypes.c_int64.from_address(_pointer(flag + fields["_addr"]))
    missing = set(names) - set(found)
    if missing:
        raise RuntimeError(f"this JVM has no option {', '.join(sorted(missing))}")
    return found
