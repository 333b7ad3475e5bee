"""A real Deephaven server in a real guest, restored from a snapshot."""

import json
import pathlib
import time

import pytest
from conftest import DEEPHAVEN, PAGE_SERVERS, Dhg

TABLE = "from deephaven import empty_table\nt = empty_table(5).update(['x = i', 'y = x * x'])\n"


@pytest.mark.parametrize("server", PAGE_SERVERS)
def test_hello(deephaven, server):
    run = deephaven.exec("print('hello')", "--set", f"page_server.plugin={server}")
    assert (run.code, run.out, run.err) == (0, "hello\n", "")


@pytest.mark.parametrize("server", PAGE_SERVERS)
def test_a_table_with_every_page_server(deephaven, server):
    run = deephaven.exec(f"{TABLE}print(t.to_string(num_rows=5))", "--no-show-tables",
                         "--set", f"page_server.plugin={server}")
    assert run.code == 0, run.err
    assert run.out.replace("|", " ").split()[-10:] == "0 0 1 1 2 4 3 9 4 16".split()


def test_ten_million_rows(deephaven):
    run = deephaven.exec(
        "from deephaven import empty_table\n"
        "t = empty_table(10_000_000).update(['x = i', 'y = x * x'])\n"
        "print(t.to_string(num_rows=5))\nprint(t.size)",
        "--no-show-tables",
    )
    assert run.code == 0, run.err
    assert run.out.split()[-1] == "10000000"


def test_an_expression_is_shown(deephaven):
    assert deephaven.exec("1 + 1").out == "2\n"


def test_the_guests_phases_are_spans(deephaven):
    report = deephaven.exec("print('hello')", "--json").json()
    names = [phase["name"] for phase in report["phases"]]
    for name in ("receive", "renew", "run_script", "read_result", "send"):
        assert f"guest {name}" in names
    verbose = deephaven.exec("print('hello')", "--verbose").err
    assert "guest run_script" in verbose and "launch" in verbose


def test_programs_run_in_the_servers_script_session(deephaven):
    # The server resolves a name of a query from the scope of its script session.
    run = deephaven.exec(
        "from deephaven import empty_table\n"
        "factor = 21\n"
        "print(empty_table(1).update('x = factor * 2').to_string())",
    )
    assert run.code == 0, run.err
    assert "42" in run.out


def test_clones_differ_and_know_the_time(deephaven):
    code = (
        "import json, os, random, time, uuid, numpy\n"
        "from deephaven.time import dh_now\n"
        "print(json.dumps([random.random(), float(numpy.random.rand()), os.urandom(8).hex(),\n"
        "      uuid.uuid4().hex, time.time(), dh_now().toString()]))"
    )
    seen = []
    for _ in range(2):
        before = time.time()
        run = deephaven.exec(code)
        assert run.code == 0, run.err
        *random_values, now, java_now = json.loads(run.out)
        assert before - 1 <= now <= time.time() + 1
        assert java_now[:13] == time.strftime("%Y-%m-%dT%H", time.gmtime(now))
        seen.append(random_values)
    assert all(a != b for a, b in zip(*seen))


def test_an_exception(deephaven):
    run = deephaven.exec("from deephaven import empty_table\nempty_table(1).update('x = nonsense')")
    assert run.code == 1
    assert "nonsense" in run.err and "DHError" in run.err


def test_sys_exit_and_os_exit(deephaven):
    assert deephaven.exec("import sys; sys.exit(7)").code == 7
    assert deephaven.exec("import os; print('out', flush=True); os._exit(9)").code == 9


def test_an_endless_loop_ends_at_the_limit(deephaven):
    run = deephaven.exec("while True: pass", "--timeout", "2s")
    assert run.code == 124
    assert run.seconds < 10


def test_an_endless_loop_in_a_query_ends_at_the_limit(deephaven):
    run = deephaven.exec(
        "from deephaven import empty_table\n"
        "t = empty_table(2_000_000_000).update('x = sqrt(i) + sin(i)')", "--timeout", "5s"
    )
    assert run.code == 124 or "OutOfMemory" in run.err or "heap" in run.err.lower()
    assert run.seconds < 30


def test_out_of_the_guests_memory(deephaven):
    run = deephaven.exec("b = bytearray()\nwhile True: b += bytes(64 << 20)", "--timeout", "120s",
                         timeout=150)
    # The kernel ends the process, or Python finds that there is no more.
    assert run.code in (137, 1), run.err
    assert "signal 9" in run.err or "MemoryError" in run.err


def test_out_of_the_jvms_memory(deephaven):
    run = deephaven.exec(
        "import jpy\nkept = []\nArrays = jpy.get_type('java.util.ArrayList')\n"
        "while True: kept.append(Arrays(50_000_000))", "--timeout", "120s", timeout=150)
    assert run.code == 1, run.err
    assert "OutOfMemoryError" in run.err


def test_a_hundred_mebibytes_of_output(deephaven):
    run = deephaven.exec(
        "import sys\nfor _ in range(100): sys.stdout.write('x' * (1 << 20))", timeout=120
    )
    assert run.code == 0, run.err[-500:]
    assert len(run.out) == 100 << 20


def test_unicode_and_binary_names(deephaven, tmp_path):
    run = deephaven.exec("größe = '日本'\nprint(größe)")
    assert (run.code, run.out) == (0, "日本\n")
    script = tmp_path / "größe 日本.py"
    script.write_text("print(__import__('sys').argv[1])")
    run = deephaven("exec", "--vm", script, "ärger")
    assert (run.code, run.out) == (0, "ärger\n")
    binary = bytes(tmp_path) + b"/\xff\xfe.py"
    with open(binary, "w") as file:
        file.write("print(1)")
    run = deephaven("exec", "--vm", binary.decode(errors="surrogateescape"))
    assert run.code == 2
    assert "UTF-8" in run.err


def test_status_tells_version_state_and_sizes(deephaven):
    out = deephaven("vm", "status").out
    for word in (DEEPHAVEN, "complete", "QEMU", "3072 MiB", "on disk", "ago"):
        assert word in out
    [snapshot] = json.loads(deephaven("vm", "status", "--json").out)["snapshots"]
    assert snapshot["manifest"]["image"]["version"] == DEEPHAVEN
    memory = next(f for f in snapshot["manifest"]["files"] if f["name"] == "memory")
    assert memory["bytes"] == 3 << 30
    assert memory["allocated_bytes"] <= 600 << 20
    assert len(snapshot["manifest"]["warmup_ms"]) == 20


def test_the_version_by_flag_environment_config_and_newest(deephaven, tmp_path):
    assert deephaven.exec("print(1)", "--version", DEEPHAVEN).out == "1\n"
    assert deephaven.exec("print(1)", env={"DHG_VERSION": DEEPHAVEN}).out == "1\n"
    config = tmp_path / "my.yaml"
    config.write_text(f'version: "{DEEPHAVEN}"\n')
    assert deephaven.exec("print(1)", "--config", config).out == "1\n"
    # A flag goes before the environment, that before the file.
    config.write_text('version: "1.1"\n')
    assert "1.1" in deephaven.exec("print(1)", "--config", config).err
    run = deephaven.exec("print(1)", "--config", config, "--version", "2.2",
                         env={"DHG_VERSION": "3.3"})
    assert run.code == 125
    assert "dhg vm prepare --image deephaven --version 2.2" in run.err


def test_what_cannot_be_a_version_or_a_choice(deephaven):
    run = deephaven.exec("print(1)", "--version", "../41")
    assert run.code == 2 and "version" in run.err
    run = deephaven.exec("print(1)", "--set", "jvm_args=nonsense")
    assert "nonsense" in run.err and "seeds" in run.err
    run = deephaven.exec("print(1)", "--image", "python", "--version", "41.1")
    assert "no versions" in run.err


def test_other_jvm_arguments_are_another_snapshot(deephaven):
    run = deephaven.exec("print(1)", "--set", "jvm_args=seeds")
    assert run.code == 125
    assert "--set jvm_args=seeds" in run.err


def test_preparing_again_does_nothing(deephaven):
    run = deephaven("vm", "prepare", "--version", DEEPHAVEN)
    assert run.code == 0
    assert "there already" in run.err
    assert run.seconds < 5


def test_clean_by_version(deephaven, tmp_path):
    for part in ("images", "snapshots"):
        source = deephaven.cache / part
        for file in source.rglob("*"):
            target = tmp_path / part / file.relative_to(source)
            if file.is_dir():
                target.mkdir(parents=True)
            else:
                target.hardlink_to(file)
    copy = Dhg(tmp_path, config="fast.yaml")
    assert copy("vm", "clean", "--version", "1.1").out.startswith("removed: 0 snapshots")
    assert copy.exec("print(1)").out == "1\n"
    assert copy("vm", "clean", "--version", DEEPHAVEN).out.startswith("removed: 1 snapshots")
    run = copy.exec("print(1)")
    assert run.code == 125
    assert "dhg vm prepare" in run.err


def resident_beyond_the_snapshot(pid):
    """Bytes of memory that a process has, without the pages of a snapshot that it maps."""
    total, counts = 0, False
    for line in pathlib.Path(f"/proc/{pid}/smaps").read_text().splitlines():
        field = line.split(None, 5)
        if not field[0].endswith(":"):
            counts = not (len(field) == 6 and "/snapshots/" in field[5])
        elif field[0] == "Rss:" and counts:
            total += int(field[1]) * 1024
    return total


@pytest.mark.parametrize("server", PAGE_SERVERS)
def test_dhg_itself_needs_little_memory_whatever_the_guests_size(deephaven, server):
    code = "import time; print('begun'); time.sleep(30)"
    with deephaven.running(code, "--set", f"page_server.plugin={server}") as run:
        assert run.stdout.readline() == b"begun\n"
        assert resident_beyond_the_snapshot(run.pid) < 30 * 2**20
