"""What dhg should answer: what the oracle says, changed by a meant difference if there is one."""

import dataclasses
import re

from oracle import Answer

_KEYS = {"id", "images", "run", "code", "stdout", "stderr"}
_KEYS |= {"stderr_after", "stderr_before", "stdout_matches", "stderr_matches"}


def _text(difference, key, case, script):
    # {script} stands for the place of the program, which differs from host to host.
    return difference[key].replace("{script}", str(script)).encode()


def expected(answer, difference, case, script):
    """The answer with a difference applied, and patterns for what no text can say."""
    assert difference.keys() <= _KEYS, f"{case.name}: unknown keys in {difference}"
    patterns = {}
    code, out, err = answer.code, answer.out, answer.err
    if "code" in difference:
        code = difference["code"]
    if "stdout" in difference:
        out = _text(difference, "stdout", case, script)
    if "stderr" in difference:
        err = _text(difference, "stderr", case, script)
    if "stderr_after" in difference:
        err += _text(difference, "stderr_after", case, script)
    if "stderr_before" in difference:
        err = _text(difference, "stderr_before", case, script) + err
    for stream, field in (("stdout", "out"), ("stderr", "err")):
        if f"{stream}_matches" in difference:
            pattern = re.compile(_text(difference, f"{stream}_matches", case, script), re.DOTALL)
            patterns[field] = pattern
    return Answer(code, out, err), patterns


def satisfies(answer, wanted, patterns):
    """Whether an answer is as wanted."""
    if any(not pattern.fullmatch(getattr(answer, name)) for name, pattern in patterns.items()):
        return False
    plain = {name: b"" for name in patterns}
    return dataclasses.replace(answer, **plain) == dataclasses.replace(wanted, **plain)


def _shown(data):
    lines = data.decode(errors="backslashreplace").splitlines(keepends=True)
    if len(lines) > 40:
        lines = [*lines[:20], f"... {len(lines) - 40} lines ...\n", *lines[-20:]]
    return "".join(f"    {line[:300]!r}\n" for line in lines) or "    (nothing)\n"


def told_apart(wanted, answer, patterns):
    """In words, where two answers differ."""
    text = ""
    for name, title in (("code", "exit code"), ("out", "stdout"), ("err", "stderr")):
        want, got = getattr(wanted, name), getattr(answer, name)
        if name in patterns:
            want = b"(what matches) " + patterns[name].pattern
        if want == got:
            continue
        if name == "code":
            text += f"{title}: {want} wanted, {got} found\n"
        else:
            text += f"{title} wanted:\n{_shown(want)}{title} found:\n{_shown(got)}"
    return text
