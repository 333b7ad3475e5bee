"""Tables in the outcome, with fakes of Deephaven's modules; the real ones are met in
tests/integration."""

import pathlib
import sys
import threading
import time

import pytest

ROOT = pathlib.Path(__file__).parents[3]
FAKES = str(ROOT / "tests/fakes/python")
MAKE_TABLE = "import deephaven.table, jpy; t = deephaven.table.Table(jpy.JTable([('x', 'int', [1, 2])]))"


@pytest.fixture
def modules(monkeypatch):
    """(tables, jpy, Table) with Deephaven loaded, all of them fresh."""
    for name in list(sys.modules):
        if name.split(".")[0] in ("dhg_agent", "deephaven", "jpy"):
            monkeypatch.delitem(sys.modules, name)
    monkeypatch.syspath_prepend(str(ROOT / "guest/agent"))
    monkeypatch.syspath_prepend(FAKES)
    import jpy
    from deephaven.table import Table
    from dhg_agent import tables

    monkeypatch.setattr(tables, "SECONDS", 0.5)
    yield tables, jpy, Table
    for name in list(sys.modules):
        if name.split(".")[0] in ("dhg_agent", "deephaven", "jpy"):
            del sys.modules[name]


def describe_one(modules, *columns, with_meta=True, **how):
    tables, jpy, table = modules
    [info] = tables.describe({"t": table(jpy.JTable(list(columns), **how))}, with_meta)
    return info


def test_name_size_columns_rows(modules):
    info = describe_one(
        modules, ("x", "int", list(range(12))), ("s", "class java.lang.String", ["ä"] * 12)
    )
    preview = info.pop("preview")
    assert info == {
        "name": "t",
        "row_count": 12,
        "is_refreshing": False,
        "columns": [{"name": "x", "type": "int"}, {"name": "s", "type": "java.lang.String"}],
        "not_shown_why": None,
    }
    assert len(preview.splitlines()) == 1 + 10


def test_without_meta_only_the_rows(modules):
    info = describe_one(modules, ("x", "int", [1]), with_meta=False)
    assert (info["row_count"], info["is_refreshing"], info["columns"]) == (None, None, [])
    assert info["preview"].split() == ["x", "1"]


@pytest.mark.parametrize(
    "java, shown",
    [
        ("long", "long"),
        ("class java.time.Instant", "java.time.Instant"),
        ("interface io.deephaven.vector.DoubleVector", "io.deephaven.vector.DoubleVector"),
        ("class [I", "int[]"),
        ("class [[Z", "boolean[][]"),
        ("class [Ljava.lang.String;", "java.lang.String[]"),
    ],
)
def test_types_are_as_java_writes_them(modules, java, shown):
    assert describe_one(modules, ("x", java, []))["columns"][0]["type"] == shown


def test_a_table_without_columns(modules):
    assert describe_one(modules)["columns"] == []


def test_a_refreshing_table_is_read_under_its_lock(modules):
    _, jpy, _ = modules
    graph = jpy.UpdateGraph()
    held = []
    info = describe_one(
        modules, ("x", "int", [lambda: str(held.append(graph.lock.held))]), graph=graph
    )
    assert (info["is_refreshing"], info["row_count"], info["not_shown_why"]) == (True, 1, None)
    assert held == [1]
    assert graph.lock.held == 0


def test_a_blink_table_has_no_row_count(modules):
    _, jpy, _ = modules
    info = describe_one(modules, ("x", "int", [1]), graph=jpy.UpdateGraph(), blink=True)
    assert (info["is_refreshing"], info["row_count"]) == (True, None)
    assert info["preview"]


def test_updates_that_do_not_end_are_not_waited_for(modules):
    _, jpy, _ = modules
    graph = jpy.UpdateGraph()
    graph.lock.owner_is_busy = True
    info = describe_one(modules, ("x", "int", [1]), graph=graph)
    assert "took longer" in info["not_shown_why"]
    assert graph.lock.held == 0


def test_a_failing_table_does_not_keep_the_others_back(modules):
    tables, jpy, table = modules

    def boom():
        raise RuntimeError("java.lang.X: Error in Python:\nValue: boom\n\tat a.b(C.java:1)")

    bad = table(jpy.JTable([("x", "int", [boom])]))
    good = table(jpy.JTable([("x", "int", [1])]))
    first, second = tables.describe({"bad": bad, "good": good}, True)
    assert first["not_shown_why"] == "java.lang.X: Error in Python: Value: boom"
    assert (first["preview"], first["row_count"]) == (None, 1)
    assert second["not_shown_why"] is None


@pytest.mark.parametrize("error", [SystemExit, KeyboardInterrupt])
def test_a_formula_cannot_end_the_program(modules, error):
    def leave():
        raise error

    assert describe_one(modules, ("x", "int", [leave]))["not_shown_why"] == error.__name__
    assert describe_one(modules, ("x", "int", [1]))["not_shown_why"] is None


def test_a_table_that_never_answers(modules):
    tables, jpy, table = modules
    release = threading.Event()
    began = time.monotonic()
    slow = table(jpy.JTable([("x", "int", [lambda: str(release.wait(30))])]))
    good = table(jpy.JTable([("x", "int", [1])]))
    infos = tables.describe({"good": good, "slow": slow, "other": good}, True)
    assert time.monotonic() - began < 5
    assert [info["not_shown_why"] for info in infos] == [
        None,
        "reading it took longer than 0.5 s",
        "reading table 'slow' took longer than 0.5 s",
    ]
    assert infos[1]["row_count"] == 1  # what was known by then
    # Those of the next run are read again.
    assert describe_one(modules, ("x", "int", [1]))["not_shown_why"] is None
    release.set()


def test_a_table_that_is_broken(modules):
    tables, jpy, table = modules
    broken = table(jpy.JTable([]))
    broken.j_table = None
    [info] = tables.describe({"t": broken}, True)
    assert "NoneType" in info["not_shown_why"]


def test_long_rows_are_cut(modules):
    info = describe_one(modules, ("x", "int", ["y" * 200_000]))
    assert len(info["preview"]) < 70_000
    assert "characters" in info["not_shown_why"]


def test_which_tables_are_shown(modules):
    tables, jpy, table = modules
    old, replaced, new = (table(jpy.JTable([])) for _ in range(3))
    before = tables.assigned({"old": old, "replaced": old, "x": 1})
    after = {
        "old": old,
        "replaced": replaced,
        "x": 1,
        "grüße": new,
        "alias": old,
        "_hidden": new,
        "__dh_result_table": new,
        7: new,
        "class": table,
    }
    assert tables.changed(before, after) == {"replaced": replaced, "grüße": new, "alias": old}


def test_what_is_a_table_to_its_user_only_is_named(modules):
    tables, jpy, table = modules
    from deephaven.table import PartitionedTable, RollupTable

    class Mine(RollupTable):
        pass

    class DataFrame:
        __module__, __qualname__ = "pandas", "DataFrame"

    class Other:
        pass

    t, p = table(jpy.JTable([])), PartitionedTable()
    namespace = {
        "p": p, "r": RollupTable(), "mine": Mine(), "l": [t], "mixed": (1, None, t), "d": {"a": p},
        "frame": DataFrame(), "n": 1, "numbers": [1, 2], "nothing": [], "other": Other(),
        "kind": DataFrame, "_hidden": p, "nested": [[t]], "late": [0] * 1000 + [t],
    }  # fmt: skip
    infos = tables.describe(tables.changed({}, namespace), True)
    assert {info["name"]: info["not_shown_why"] for info in infos} == {
        "p": "it is a partitioned table",
        "r": "it is a rollup table",
        "mine": "it is a rollup table",
        "l": "it is a list with tables in it",
        "mixed": "it is a tuple with tables in it",
        "d": "it is a dict with tables in it",
        "frame": "it is a pandas DataFrame",
    }
    assert all((info["preview"], info["columns"], info["row_count"]) == (None, [], None)
               for info in infos)  # fmt: skip


def test_a_list_that_held_tables_before_the_run_is_not_new(modules):
    tables, jpy, table = modules
    old = [table(jpy.JTable([]))]
    before = tables.assigned({"old": old})
    old.clear()
    assert tables.changed(before, {"old": old}) == {}
    # Emptied after it was found.
    [info] = tables.describe({"l": old}, True)
    assert info["not_shown_why"]


@pytest.mark.parametrize("with_meta", [True, False])
def test_a_table_that_has_failed_says_so_and_shows_nothing(modules, with_meta):
    tables, jpy, _ = modules

    class Errors:
        found = ["java.lang.X: " + "a" * 2000 + "\n\tat a.b(C.java)\nValueError: boom", "Y: other"]

        def texts(self):
            return self.found

    tables.update_errors = Errors()
    read = []
    column = ("x", "int", [lambda: read.append(1)])
    how = {"graph": jpy.UpdateGraph(), "failed": True}
    info = describe_one(modules, column, with_meta=with_meta, **how)
    why = info["not_shown_why"]
    assert why.startswith("the table has failed: java.lang.X: aaa")
    assert why.endswith("a ValueError: boom; or Y: other") and len(why) < 700
    assert (info["preview"], info["row_count"], read) == (None, None, [])
    assert bool(info["columns"]) == with_meta
    Errors.found = []
    info = describe_one(modules, column, with_meta=with_meta, **how)
    assert info["not_shown_why"] == "the table has failed"


def test_characters_of_two_units_are_put_together(modules):
    grin = "\ud83d\ude00"  # as jpy has it

    def boom():
        raise RuntimeError("java: " + grin)

    info = describe_one(modules, ("größe" + grin, "int", [grin + "\ud83d"]))
    assert info["columns"][0]["name"] == "größe\U0001f600"
    assert info["preview"].split()[-1] == "\U0001f600\ufffd"
    assert describe_one(modules, ("x", "int", [boom]))["not_shown_why"] == "java: \U0001f600"


@pytest.mark.parametrize(
    "java, shown",
    [
        (
            "    x|    y\n-----+-----\nab   |    1\n\ud83d\ude00\ud83d\ude00 |   22\n日本語  |  333\n",
            "     x|    y\n------+-----\nab    |    1\n😀😀  |   22\n日本語|  333\n",
        ),
        # Nothing is wide: as it was.
        ("  é|  y\n---+---\nü  |  1\n", "  é|  y\n---+---\nü  |  1\n"),
        # Combining characters take no room of their own.
        ("    x|y\n-----+-\ne\u0301e\u0301 |1\n", "    x|y\n-----+-\ne\u0301e\u0301   |1\n"),
        # A line break in a value: that line is left as it is, the others line up.
        ("    x|  y\n-----+---\n日\n本   |  1\n日本語  |  2\n",
         "     x|  y\n------+---\n日\n本   |  1\n日本語|  2\n"),
        # A value with the separator in it.
        ("    x|  y\n-----+---\n日|本  |  1\n", "    x|  y\n-----+---\n日|本|  1\n"),
        ("\n\n日\n", "\n\n日\n"),
    ],
)  # fmt: skip
def test_columns_line_up_for_wide_characters(modules, java, shown):
    from dhg_agent import preview

    assert preview.lined_up(java) == shown


def test_without_deephaven_nothing_is_looked_at(modules, monkeypatch):
    tables, _, _ = modules
    monkeypatch.delitem(sys.modules, "deephaven.table")

    class Untouchable:
        def items(self):
            raise AssertionError

    assert tables.assigned(Untouchable()) == {}


def test_a_module_that_only_bears_the_name(modules, monkeypatch):
    tables, _, _ = modules
    monkeypatch.setitem(sys.modules, "deephaven.table", None)
    assert tables.assigned({"x": 1}) == {}


@pytest.fixture
def deephaven_host(host):
    host.run(f"import sys; sys.path.insert(0, {FAKES!r}); import deephaven.table")
    return host


def test_the_request_says_whether_tables_are_wanted(deephaven_host):
    assert deephaven_host.run(MAKE_TABLE).outcome["tables"] == []
    assert deephaven_host.run(MAKE_TABLE, show_tables=False).outcome["tables"] == []
    [table] = deephaven_host.run(MAKE_TABLE, show_tables=True).outcome["tables"]
    assert (table["name"], table["row_count"]) == ("t", 2)
    [table] = deephaven_host.run(MAKE_TABLE, show_tables=True, table_meta=False).outcome["tables"]
    assert table["row_count"] is None


@pytest.mark.parametrize("member", ["show_tables", "table_meta"])
def test_a_request_with_another_type(host, member):
    assert member in host.run("pass", **{member: 1}).error
    assert host.run("1").outcome["result_repr"] == "1"


@pytest.mark.parametrize("end", ["raise SystemExit(3)", "1 / 0"])
def test_tables_of_a_program_that_did_not_end_well(deephaven_host, end):
    outcome = deephaven_host.run(f"{MAKE_TABLE}\n{end}", show_tables=True).outcome
    assert outcome["outcome"] != "ok"
    assert [table["name"] for table in outcome["tables"]] == ["t"]


def test_the_value_of_an_expression_is_shown_as_a_table(deephaven_host):
    value = "__import__('deephaven.table').table.Table(__import__('jpy').JTable([]))"
    outcome = deephaven_host.run(value, show_tables=True).outcome
    assert [table["name"] for table in outcome["tables"]] == ["_"]
    assert outcome["result_repr"] is None
    outcome = deephaven_host.run(value).outcome
    assert outcome["tables"] == []
    assert "Table object" in outcome["result_repr"]
