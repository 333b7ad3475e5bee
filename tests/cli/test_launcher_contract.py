"""docs/write-a-launcher.md says what the code says."""

import pathlib
import re

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
CONTRACT = (ROOT / "docs/write-a-launcher.md").read_text()


def source(path):
    return (ROOT / path).read_text()


def test_it_has_each_rule_of_the_suite():
    rules = []
    for file in sorted((ROOT / "tests/conformance/launchers").glob("*_test.cpp")):
        rules += re.findall(r'TEST_CASE\("(.*?)"(?:, "(.*?)")?\)', file.read_text())
    assert len(rules) > 20
    told = re.findall(r"^\| \*(.*?)\*(?: `(.*?)`)? \|", CONTRACT, re.MULTILINE)
    assert sorted(told) == sorted(rules)


def test_it_has_each_call_of_a_machine_and_of_its_launcher():
    calls = re.findall(r"virtual [^;]*?(\w+)\([^;]*\)[^;]*= 0;", source("core/include/dhg/vm_launcher.hpp"))
    assert {"boot", "restore", "save", "process_fd", "requirements"} <= set(calls)
    missing = [call for call in calls if f"`{call}(" not in CONTRACT]
    assert missing == []


@pytest.mark.parametrize("path, pattern", [
    ("core/include/dhg/guest_machine.h", r'#define \w+ "(.*)"'),
    ("core/include/dhg/handoff.h", r'#define DHG_HANDOFF_\w+ "(\w+)"'),
    ("plugins/launchers/qemu/handoff/handoff.c", r'descriptor\("(\w+)"'),
    ("tests/conformance/launchers/subject.hpp", r"///   (DHG_\w+)"),
])
def test_it_has_each_name(path, pattern):
    names = re.findall(pattern, source(path))
    assert names
    assert [name for name in names if f"`{name}`" not in CONTRACT] == []


def test_it_has_the_numbers():
    port = int(re.search(r"VSOCK_PORT (0x\w+)", source("core/include/dhg/guest_machine.h"))[1], 16)
    regions, most = re.findall(r"#define DHG_HANDOFF_MAX_\w+ (\d+)", source("core/include/dhg/handoff.h"))
    for words in (f"port {port}", f"1 to {regions} objects", f"at most {int(most):,} bytes"):
        assert words in CONTRACT
