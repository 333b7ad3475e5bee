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
        # A view computes what is asked for and keeps nothing: memory is not what ends it.
        "t = empty_table(2_000_000_000).view('x = sqrt(i) + sin(i)').sum_by()", "--timeout", "5s"
    )
    assert run.code == 124
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
    assert "the Java heap is full: its limit is 1g" in run.err
    assert "-Xmx2g" in run.err and "machine.memory=6144MiB" in run.err


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
    assert memory["allocated_bytes"] <= 900 << 20
    assert {"06-join", "always"} <= {done["family"] for done in snapshot["manifest"]["warmup"]}


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
    assert f"dhg vm prepare --config {config} --image deephaven --version 2.2" in run.err


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
    assert "already there" in run.err
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


TICKING = (
    "import time\nfrom deephaven import time_table\n"
    "t = time_table('PT0.1s')\ntime.sleep(3)\nprint(t.size)"
)


def test_tables_tick_while_a_program_sleeps(deephaven):
    run = deephaven.exec(TICKING, "--no-show-tables")
    assert run.code == 0, run.err
    assert int(run.out) > 0


def test_with_hold_updates_they_do_not(deephaven):
    run = deephaven.exec(TICKING, "--no-show-tables", "--set", "run.hold_updates=true")
    assert (run.code, run.out) == (0, "0\n"), run.err


def test_with_hold_updates_a_thread_that_is_waited_for_sees_updates(deephaven):
    run = deephaven.exec(
        "import threading, time\nfrom deephaven import time_table\n"
        "t = time_table('PT0.1s')\n"
        "def wait():\n"
        "    while t.size < 2: time.sleep(0.1)\n"
        "    print('ticked')\n"
        "threading.Thread(target=wait).start()\n",
        "--no-show-tables", "--set", "run.hold_updates=true", "--timeout", "50s",
    )
    assert (run.code, run.out) == (0, "ticked\n"), run.err


# The filter begins to work by itself, before where() has told it whom to tell.
RELEASED = (
    "import contextlib, jpy, time\nfrom deephaven import empty_table\n"
    "from deephaven.execution_context import get_exec_ctx\n"
    "from deephaven.filters import incremental_release\n"
    "from deephaven.update_graph import shared_lock\n"
    "graph = get_exec_ctx().update_graph\n"
    "kind = jpy.get_type('io.deephaven.engine.updategraph.impl.PeriodicUpdateGraph')\n"
    "jpy.cast(graph.j_update_graph, kind).setTargetCycleDurationMillis(1)\n"
    "t = empty_table(1000).update('x = i')\n"
    "for _ in range(%d):\n"
    "    with %s: r = t.where(incremental_release(0, 100))\n"
    "print('alive')\n"
)


@pytest.mark.parametrize(
    "lock, option", [("contextlib.nullcontext()", "true"), ("shared_lock(graph)", "false")]
)
def test_filters_that_start_by_themselves_under_a_lock(deephaven, lock, option):
    run = deephaven.exec(RELEASED % (30, lock), "--no-show-tables",
                         "--set", f"run.hold_updates={option}", timeout=180)
    assert (run.code, run.out) == (0, "alive\n"), run.err


def test_a_server_that_shuts_itself_down_is_no_exit_code_of_the_program(deephaven):
    run = deephaven.exec(
        "import jpy, time\n"
        "reporter = jpy.get_type('io.deephaven.util.process.ProcessEnvironment')\n"
        "error = jpy.get_type('java.lang.IllegalStateException')('no such luck')\n"
        "reporter.getGlobalFatalErrorReporter().reportAsync('it broke', error)\n"
        "time.sleep(60)"
    )
    assert run.code == 125, run.err
    assert "server" in run.err and "it broke" in run.err and "no such luck" in run.err


def test_what_java_prints_is_the_programs_output(deephaven):
    out = "__import__('jpy').get_type('java.lang.System').out"
    assert deephaven.exec(f"{out}.println('from java')").out == "from java\n"
    # More than a pipe holds, while the caller may hold Python's lock.
    run = deephaven.exec(f"{out}.println('x' * 200000)", "--timeout", "40s")
    assert (run.code, len(run.out)) == (0, 200001), run.err
    err = out.replace(".out", ".err")
    assert deephaven.exec(f"{err}.println('from java')").err == "from java\n"


def test_the_exit_code_of_java(deephaven):
    assert deephaven.exec("__import__('jpy').get_type('java.lang.System').exit(3)").code == 3


def test_formulas_see_what_their_caller_sees(deephaven):
    run = deephaven.exec(
        "import threading\nfrom deephaven import empty_table\n"
        "from deephaven.execution_context import get_exec_ctx\n"
        "def cell(table): return table.to_string().split()[-1]\n"
        "n = 1\n"
        "def f():\n"
        "    n = 5\n"
        "    return empty_table(1).update('x = n')\n"
        "print(cell(empty_table(1).update('x = n')), cell(f()))\n"
        "context, out = get_exec_ctx(), []\n"
        "def work():\n"
        "    with context: out.append(cell(empty_table(1).update('x = 7')))\n"
        "thread = threading.Thread(target=work); thread.start(); thread.join()\n"
        "print(out[0])\n",
        "--no-show-tables", timeout=180,
    )
    assert (run.code, run.out) == (0, "1 5\n7\n"), run.err


def test_a_name_in_the_scope_that_is_no_string(deephaven):
    run = deephaven.exec(
        "globals()[1] = 2\nfrom deephaven import empty_table\nt = empty_table(1)"
    )
    assert run.code == 0, run.err
    assert "=== Table: t" in run.out + run.err


def test_methods_are_compiled_late_in_a_restored_guest(deephaven):
    run = deephaven.exec(
        "import jpy\n"
        "kind = 'com.sun.management.HotSpotDiagnosticMXBean'\n"
        "found = jpy.get_type('java.lang.management.ManagementFactory').getPlatformMXBean(\n"
        "    jpy.get_type('java.lang.Class').forName(kind))\n"
        "options = jpy.cast(found, jpy.get_type(kind))\n"
        "print(options.getVMOption('Tier3InvocationThreshold').getValue())\n"
    )
    assert (run.code, run.out) == (0, "2000\n"), run.err


def test_formulas_are_compiled_by_the_one_that_remembers(deephaven):
    run = deephaven.exec(
        "import jpy\n"
        "from deephaven import DHError, empty_table\n"
        "from deephaven.jcompat import j_runnable\n"
        "loader = jpy.get_type('java.lang.ClassLoader').getSystemClassLoader()\n"
        "name = 'io.deephaven.engine.context.QueryCompilerImpl'\n"
        "field = jpy.get_type('java.lang.Class').forName(name, True, loader).getDeclaredField('compiler')\n"
        "j_runnable(lambda: field.setAccessible(True)).run()\n"
        "print(field.get(None).getClass().getName())\n"
        "total = 0\n"
        "for n in range(5):\n"
        "    total += int(empty_table(2).update([f'A{n} = i + {n}', f'B = A{n} * 2']).to_string(cols='B').split()[-1])\n"
        "print(total)\n"
        # The compiler's own words are those of the system's.
        "try: empty_table(1).update('X = new java.util.ArrayList(i, i)')\n"
        "except DHError as error: print('ArrayList' in str(error))\n"
    )
    assert (run.code, run.out) == (0, "PooledCompiler\n30\nTrue\n"), run.err


def test_the_connection_of_dh_table_is_in_the_snapshot(deephaven):
    run = deephaven.exec(
        "lines = [line.split() for name in ('tcp', 'tcp6') for line in open(f'/proc/net/{name}')]\n"
        "print(sum(line[3] == '01' and ':2710' in line[1] for line in lines))\n"
    )
    assert run.code == 0 and int(run.out) >= 1, run.err
