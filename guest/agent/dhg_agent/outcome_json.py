"""The outcome dictionary as JSON, for the guest halves of result channels."""

import json

def _refuse(value):
    raise TypeError(f"{type(value).__name__} is nothing that JSON has a form for")


# Made once, for code that runs for the first time in a restored guest is slow; and C's own,
# for a program may replace methods of json.JSONEncoder.
_chunks = json.encoder.c_make_encoder(
    None, _refuse, json.encoder.encode_basestring_ascii, None, ": ", ", ", False, False, False
)


def text(value):
    """`value` as JSON, in ASCII."""
    return "".join(_chunks(value, 0))


def usual():
    """The outcome of a program that ends well and has no value to show."""
    return {"outcome": "ok", "exit_code": 0, "result_repr": None, "error": None, "tables": [],
            "is_expression": False}  # fmt: skip


_USUAL = usual()
_USUAL_BYTES = text(_USUAL).encode("ascii")


def encode(outcome):
    """The bytes that dhg::parse_outcome_json reads."""
    if outcome == _USUAL:  # an encoder is more to run
        return _USUAL_BYTES
    result = text(outcome)
    if "\\ud" in result:
        result = text(_plain(outcome))
    return result.encode("ascii")


def _plain(value):
    """`value` with lone surrogates, which JSON has no form for, written out."""
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode("utf-8")
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {_plain(key): _plain(item) for key, item in value.items()}
    return value
