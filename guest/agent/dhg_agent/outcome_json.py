"""The outcome dictionary as JSON, for the guest halves of result channels."""

import json

# Made once: code that runs for the first time in a restored guest is slow.
_ENCODER = json.JSONEncoder(allow_nan=False)


def encode(outcome):
    """The bytes that dhg::parse_outcome_json reads."""
    text = _ENCODER.encode(outcome)
    if "\\ud" in text:
        text = _ENCODER.encode(_plain(outcome))
    return text.encode("ascii")


def _plain(value):
    """`value` with lone surrogates, which JSON has no form for, written out."""
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode("utf-8")
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {_plain(key): _plain(item) for key, item in value.items()}
    return value
