"""The outcome dictionary as JSON, for the guest halves of result channels."""

import json


def encode(outcome):
    """The bytes that dhg::parse_outcome_json reads."""
    text = json.dumps(outcome, allow_nan=False)
    if "\\ud" in text:
        text = json.dumps(_plain(outcome), allow_nan=False)
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
