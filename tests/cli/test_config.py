"""Configuration: where values come from, and what is said about wrong ones."""

import pytest


def test_show_names_the_origin_of_each_value(empty_dhg, tmp_path):
    config = tmp_path / "my.yaml"
    config.write_text("page_server:\n  plugin: lazy-2m\nrun:\n  timeout: 30s\n")
    run = empty_dhg(
        "config", "show", "--config", config, "--set", "machine.memory=1GiB",
        env={"DHG_VM_NO_UFFD": "1"},
    )
    assert run.code == 0
    lines = {line.split(":")[0].strip(): line for line in run.out.splitlines() if ":" in line}
    assert "30s" in lines["timeout"] and "my.yaml:4:12" in lines["timeout"]
    assert "1GiB" in lines["memory"].replace(" ", "") and "--set" in lines["memory"]
    assert "deephaven" in lines["image"] and "default" in lines["image"]
    assert any("file" in line and "DHG_VM_NO_UFFD" in line for line in run.out.splitlines())


def test_what_is_shown_is_a_config(empty_dhg, tmp_path):
    first = empty_dhg("config", "show", "--set", "page_server.plugin=eager").out
    copy = tmp_path / "copy.yaml"
    copy.write_text(first)
    again = empty_dhg("config", "show", "--config", copy)
    assert again.code == 0, again.err
    strip = lambda text: [line.split("#")[0].rstrip() for line in text.splitlines()]
    assert [l for l in strip(first) if l] == [l for l in strip(again.out) if l]


@pytest.mark.parametrize(
    "text, telling",
    [
        ("page_servr:\n  plugin: file\n", [":1:1:", "page_servr", "did you mean 'page_server'"]),
        ("page_server:\n  plugn: file\n", [":2:3:", "plugn", "did you mean"]),
        ("machine:\n  memory: lots\n", [":2:11:", "lots"]),
        ("machine:\n  vcpus: 0\n", [":2:10:", "vcpus"]),
        ("image: [a, b]\n", [":1:8:", "image"]),
        ("a: b: c\n", [":1:"]),
        ("image: a\nimage: b\n", [":2:1:", "image"]),
        ("- one\n", [":1:1:"]),
    ],
)
def test_wrong_files(empty_dhg, tmp_path, text, telling):
    config = tmp_path / "wrong.yaml"
    config.write_text(text)
    run = empty_dhg("exec", "--vm", "--config", config, "-c", "print(1)")
    assert run.code == 2, run.err
    assert run.out == ""
    for part in telling:
        assert part in run.err


@pytest.mark.parametrize(
    "text, place, hint",
    [
        ("image: pyhton\n", ":1:8: there is no image recipe 'pyhton'", "did you mean 'python'?"),
        ("page_server:\n  plugin: lazy-4x\n", ":2:11: there is no page server called 'lazy-4x'",
         "'lazy-4k'?"),
        ("page_server:\n  plugin: /no/such.so\n", ":2:11: cannot open plugin '/no/such.so'",
         "check the path"),
        ("image:\n", ":1:1: image: a value is missing", "expected"),
        ("page_server:\n\tplugin: file\n", ":2:1: a tab cannot indent a line", "indent with blanks"),
        ("page_server: {plugin: file\n", ":1:14: this '{' is not closed", "add the '}'"),
        ("page_server:\n  options:\n    chunk: 1\n", ":3:5: 'working-set' has no option 'chunk'",
         "the default page server, 'working-set'"),
    ],
)
def test_what_a_file_names_wrongly_is_told_at_its_place(empty_dhg, tmp_path, text, place, hint):
    config = tmp_path / "wrong.yaml"
    config.write_text(text)
    run = empty_dhg.exec("print(1)", "--config", config)
    assert run.code == 2, run.err
    assert f"wrong.yaml{place}" in run.err and hint in run.err


def test_a_wrong_path_is_a_mistake_like_a_wrong_name(empty_dhg):
    for wrong in ("lazy-4x", "/no/such.so", "./no-such.so"):
        assert empty_dhg.exec("print(1)", "--set", f"page_server.plugin={wrong}").code == 2


def test_a_file_of_this_folder_is_no_name(empty_dhg, tmp_path):
    (tmp_path / "x.so").write_text("")
    run = empty_dhg("plugin", "info", "x.so", cwd=tmp_path)
    assert run.code == 2 and "a path has a '/'" in run.err and "./x.so" in run.err


@pytest.mark.parametrize("flag", ["--timeout", "--version", "--image"])
def test_a_wrong_flag_is_named_as_it_was_typed(empty_dhg, flag):
    run = empty_dhg("exec", "--vm", flag, "Not/possible", "-c", "print(1)")
    assert run.code == 2
    assert run.err.startswith(f"dhg: {flag}: 'Not/possible' is not valid; expected ")
    assert "--set" not in run.err


def test_a_timeout_without_a_unit_is_in_seconds(empty_dhg, tmp_path):
    config = tmp_path / "c.yaml"
    config.write_text("run:\n  timeout: 10\n")
    assert empty_dhg("config", "show", "--config", config).code == 0
    run = empty_dhg("exec", "--vm", "--timeout", "5", "-c", "print(1)")
    assert run.code == 125 and "dhg vm prepare" in run.err


@pytest.mark.parametrize("style", [">-", ">", "|", "|-"])
def test_a_value_can_be_folded(empty_dhg, tmp_path, style):
    config = tmp_path / "c.yaml"
    config.write_text(f"image: deephaven\njvm_args: {style}\n  -Xmx2g\n  -XX:+UseG1GC\n")
    shown = empty_dhg("config", "show", "--config", config)
    assert shown.code == 0, shown.err
    again = tmp_path / "again.yaml"
    again.write_text(shown.out)
    assert empty_dhg("config", "show", "--config", again).code == 0
    [line] = [line for line in shown.out.splitlines() if line.startswith("jvm_args")]
    assert "-Xmx2g" in line and "-XX:+UseG1GC" in line


def test_a_switch_as_yaml_writes_it(dhg, tmp_path):
    config = tmp_path / "c.yaml"
    for word, code in [("True", 0), ("TRUE", 0), ("False", 0), ("yes", 2)]:
        config.write_text("image: python\npage_server:\n  plugin: working-set\n"
                          f"  options:\n    record: {word}\n")
        assert dhg("exec", "--vm", "--config", config, "-c", "1").code == code


def test_wrong_plugin_option(dhg, tmp_path):
    config = tmp_path / "wrong.yaml"
    config.write_text("page_server:\n  plugin: eager\n  options:\n    thread: 4\n")
    run = dhg("exec", "--vm", "--config", config, "-c", "print(1)")
    assert run.code == 2
    assert ":4:5:" in run.err and "did you mean 'threads'" in run.err


def test_option_of_a_plugin_arrives(dhg):
    run = dhg.exec("print('hello')", "--set", "page_server.plugin=eager",
                   "--set", "page_server.options.threads=1")
    assert (run.code, run.out) == (0, "hello\n"), run.err


def test_the_default_is_not_taken_from_the_current_folder(empty_dhg, tmp_path):
    (tmp_path / "fast.yaml").write_text("image: trap\n")
    assert "trap" not in empty_dhg("config", "show", cwd=tmp_path).out
    given = empty_dhg("config", "show", "--config", "fast.yaml", cwd=tmp_path)
    assert "trap" in given.out


def test_missing_config_file(empty_dhg):
    run = empty_dhg("exec", "--vm", "--config", "fsat.yaml", "-c", "print(1)")
    assert run.code == 2
    assert "fast" in run.err


@pytest.mark.parametrize(
    "args",
    [
        ["exec", "--vm"],
        ["exec", "--vm", "--no-such-option", "-c", "1"],
        ["exec", "--vm", "--set", "nonsense", "-c", "1"],
        ["exec", "--vm", "--set", "no.such.key=1", "-c", "1"],
        ["exec", "--vm", "--timeout", "soon", "-c", "1"],
        ["exec", "--vm", "/no/such/script.py"],
        ["vm", "nonsense"],
        ["nonsense"],
        [],
    ],
)
def test_wrong_command_lines(empty_dhg, args):
    run = empty_dhg(*args)
    assert run.code == 2
    assert run.out == ""
    assert run.err


def test_conflicting_environment(empty_dhg):
    run = empty_dhg.exec("print(1)", env={"DHG_VM_NO_UFFD": "1", "DHG_VM_EAGER_UFFD": "1"})
    assert run.code == 2
    assert "DHG_VM_NO_UFFD" in run.err and "DHG_VM_EAGER_UFFD" in run.err


def test_unknown_plugin(dhg):
    run = dhg.exec("print(1)", "--set", "page_server.plugin=lazy-4x")
    assert run.code != 0
    assert "lazy-4k" in run.err


def test_plugin_list(empty_dhg):
    run = empty_dhg("plugin", "list")
    assert run.code == 0
    for name in ["file", "eager", "lazy-4k", "lazy-2m", "json-file", "qemu"]:
        assert f" {name} " in run.out


def test_doctor(prepared):
    run = prepared("doctor")
    assert run.code == 0, run.out
    for word in ["qemu", "userfaultfd", "KVM", "memory", "disk", "fastest"]:
        assert word in run.out
    for server in ["file", "lazy-4k", "working-set"]:
        assert f" {server} " in run.out


def test_doctor_names_what_is_missing(empty_dhg):
    run = empty_dhg("doctor", env={"PATH": "/nonexistent"})
    assert run.code == 1
    assert "apt-get install qemu-system-x86" in run.out
