"""Tables that a program assigns, of the real Deephaven in a real guest."""

import json
import re

import pytest

TABLE = "from deephaven import empty_table; t = empty_table(5).update('x = i')"
ROWS = "         x\n----------\n" + "".join(f"{i:10}\n" for i in range(5))
SHOWN = f"=== Table: t (5 rows, static) ===\nx: int\n{ROWS}"
NEW_TABLE = "from deephaven import new_table\nfrom deephaven.column import int_col, string_col\n"


def tables(run):
    assert run.code == 0, run.err
    return {table["name"]: table for table in run.json()["tables"]}


def test_an_assigned_table_is_shown(deephaven):
    run = deephaven.exec(TABLE)
    assert (run.code, run.out, run.err) == (0, "", SHOWN)


def test_it_does_not_mix_with_what_the_program_prints(deephaven):
    run = deephaven.exec(f"{TABLE}; print('first', end='')")
    assert (run.code, run.out, run.err) == (0, "first", SHOWN)


def test_json_says_the_same(deephaven):
    run = deephaven.exec(TABLE, "--json")
    assert run.json()["tables"] == [
        {
            "name": "t",
            "row_count": 5,
            "is_refreshing": False,
            "columns": [{"name": "x", "type": "int"}],
            "preview": ROWS,
            "not_shown_why": None,
        }
    ]
    assert run.json()["stdout"] == ""


def test_no_show_tables(deephaven):
    shown = deephaven.exec(TABLE, "--no-show-tables")
    assert (shown.out, shown.err) == ("", "")
    assert deephaven.exec(TABLE, "--no-show-tables", "--json").json()["tables"] == []


def test_no_table_meta(deephaven):
    assert deephaven.exec(TABLE, "--no-table-meta").err == f"=== Table: t ===\n{ROWS}"


def test_an_expression_that_is_a_table(deephaven):
    run = deephaven.exec("__import__('deephaven').empty_table(5).update('x = i')")
    assert run.err == SHOWN.replace("Table: t", "Table: _")


def test_only_what_the_program_assigns(deephaven):
    assert deephaven.exec("x = 1").err == ""
    assert deephaven.exec(f"{TABLE}; _t = t; __dh_t = t; del t").err == ""


def test_ten_rows_of_many(deephaven):
    run = deephaven.exec(
        "from deephaven import empty_table\nbig = empty_table(10_000_000).view('x = ii')", "--json"
    )
    big = tables(run)["big"]
    assert big["row_count"] == 10_000_000
    assert len(big["preview"].split()) == 2 + 10


def test_tables_of_a_program_that_fails(deephaven):
    run = deephaven.exec(f"{TABLE}\n1 / 0")
    assert run.code == 1
    assert "ZeroDivisionError" in run.err
    assert run.err.endswith(SHOWN)


def test_many_columns_nulls_long_and_odd_strings(deephaven):
    code = (
        f"{NEW_TABLE}"
        "größe = new_table([int_col(f'c{i}', [i, i + 1]) for i in range(100)])\n"
        "text = new_table([string_col('s', ['ä€', None, 'x' * 1_000_000, 'a\\x1b[2Jb'])])\n"
        "globals()['name\\x1b[2J\\n'] = new_table([int_col('y', [1])])\n"
        "globals()['\\ud800'] = text\n"
    )
    shown = deephaven.exec(code)
    assert shown.code == 0, shown.err
    assert "\x1b" not in shown.err
    assert "=== Table: größe (2 rows, static) ===\nc0: int, c1: int, " in shown.err
    assert "=== Table: name\\x1b[2J\\x0a (1 row, static) ===" in shown.err
    assert "ä€\n(null)\nxxx" in shown.err
    assert "\na\\x1b[2Jb\n" in shown.err
    assert "=== Table: \\ud800 (4 rows, static) ===" in shown.err
    assert len(shown.err) < 20_000
    found = tables(deephaven.exec(code, "--json"))
    assert len(found["größe"]["columns"]) == 100
    assert found["name\x1b[2J\n"]["preview"].split() == ["y", "----------", "1"]


def test_refreshing_and_blink_tables(deephaven):
    code = (
        "from deephaven import time_table\n"
        "ticks = time_table('PT0.05s')\n"
        "last = ticks.last_by()\n"
        "blink = time_table('PT0.05s', blink_table=True)\n"
    )
    run = deephaven.exec(code)
    assert run.code == 0, run.err
    assert re.search(
        r"=== Table: ticks \(\d+ rows?, refreshing\) ===\nTimestamp: java.time.Instant\n", run.err
    )
    assert "=== Table: blink (row count not known, refreshing) ===\n" in run.err
    found = tables(deephaven.exec(code, "--json"))
    # Tables tick while the program runs: see test_deephaven.
    assert found["ticks"]["row_count"] >= 0 and found["last"]["row_count"] in (0, 1)
    assert found["blink"]["row_count"] is None
    assert all(table["is_refreshing"] for table in found.values())


def test_partitioned_files_that_are_read_when_shown(deephaven):
    code = (
        f"{NEW_TABLE}import os\nfrom deephaven import parquet\n"
        "for key in 'ab':\n"
        "    os.makedirs(f'/tmp/p/k={key}')\n"
        "    parquet.write(new_table([int_col('v', [1, 2, 3])]), f'/tmp/p/k={key}/x.parquet')\n"
        "files = parquet.read('/tmp/p', file_layout=parquet.ParquetFileLayout.KV_PARTITIONED)\n"
        "parts = files.partition_by('v')\n"
    )
    found = tables(deephaven.exec(code, "--json", timeout=180))
    assert list(found) == ["files", "parts"]
    assert found["parts"]["not_shown_why"] == "it is a partitioned table"
    assert found["files"]["row_count"] == 6
    assert found["files"]["preview"].split()[-3:] == ["b", "|", "3"]


def test_a_table_that_fails_does_not_fail_the_run(deephaven):
    run = deephaven.exec(
        f"{NEW_TABLE}from deephaven import empty_table\n"
        "def boom(i) -> int:\n    raise ValueError('no such luck')\n"
        "bad = empty_table(3).view('x = boom(i)')\n"
        "good = new_table([int_col('y', [7])])\n",
        "--json",
        timeout=180,
    )
    found = tables(run)
    assert "no such luck" in found["bad"]["not_shown_why"]
    assert (found["bad"]["preview"], found["bad"]["row_count"]) == (None, 3)
    assert found["good"]["preview"].split() == ["y", "----------", "7"]


def test_a_table_that_never_answers_ends_the_run_all_the_same(deephaven):
    run = deephaven.exec(
        "import time\nfrom deephaven import empty_table\n"
        "def sleep(i) -> int:\n    time.sleep(10_000)\n    return 1\n"
        "slow = empty_table(3).view('x = sleep(i)')\n"
        "print('done')",
        timeout=180,
    )
    assert run.code == 0, run.err
    assert run.err == (
        "=== Table: slow (3 rows, static) ===\nx: long\n"
        "(not shown: reading it took longer than 20 s)\n"
    )


@pytest.mark.parametrize("channel", ["json-file", "dh-table"])
def test_tables_come_through_every_channel(deephaven, channel):
    run = deephaven.exec(TABLE, "--set", f"result_channel.plugin={channel}")
    assert (run.code, run.out, run.err) == (0, "", SHOWN)
    assert json.loads(
        deephaven.exec(TABLE, "--json", "--set", f"result_channel.plugin={channel}").out
    )["plugins"]["result_channel"] == channel


def test_what_is_a_table_to_its_user_only_is_named(deephaven):
    code = (
        "from deephaven import agg, empty_table\n"
        "from deephaven.plot.figure import Figure\n"
        "import pandas\n"
        "t = empty_table(6).update(['K = i % 2', 'v = i', 'id = ii', 'up = i == 0 ? null : 0L'])\n"
        "parts = t.partition_by('K')\n"
        "proxy = parts.proxy()\n"
        "rolled = t.rollup([agg.sum_('v')], by=['K'])\n"
        "tree = t.tree('id', 'up')\n"
        "figure = Figure()\n"
        "both = [t, t.head(1)]\n"
        "by_name = {'a': t}\n"
        "frame = pandas.DataFrame({'a': [1]})\n"
        "numbers = [1, 2]\n"
    )
    expected = {
        "parts": "it is a partitioned table",
        "proxy": "it is a proxy of a partitioned table",
        "rolled": "it is a rollup table",
        "tree": "it is a tree table",
        "figure": "it is a figure",
        "both": "it is a list with tables in it",
        "by_name": "it is a dict with tables in it",
        "frame": "it is a pandas DataFrame",
    }
    found = tables(deephaven.exec(code, "--json", timeout=180))
    assert found.pop("t")["not_shown_why"] is None
    assert {name: info["not_shown_why"] for name, info in found.items()} == expected
    run = deephaven.exec(code, timeout=180)
    shown = [line for line in (run.out + run.err).splitlines() if "is not shown" in line]
    assert shown == [f"({name} is not shown: {why})" for name, why in expected.items()]


def test_a_ticking_table_that_has_failed_says_so(deephaven):
    code = (
        "import time\nfrom deephaven import time_table\n"
        "ill = False\ndef f(x) -> int: return 1 // (not ill)\n"
        "bad = time_table('PT0.1s').update(['X = ii', 'Y = f(X)'])\n"
        "below = bad.where('X > 0')\n"
        "good = time_table('PT0.1s')\n"
        "ill = True\nend = time.monotonic() + 60\n"
        "while not bad.j_table.isFailed() and time.monotonic() < end: time.sleep(0.1)\n"
    )
    found = tables(deephaven.exec(code, "--json", timeout=180))
    for name in ("bad", "below"):
        why = found[name]["not_shown_why"]
        assert why.startswith("the table has failed: "), why
        assert "ZeroDivisionError" in why and "\n" not in why
        assert (found[name]["preview"], found[name]["row_count"]) == (None, None)
        assert [column["name"] for column in found[name]["columns"]] == ["Timestamp", "X", "Y"]
    assert found["good"]["not_shown_why"] is None and found["good"]["preview"]


def test_emoji_and_wide_characters(deephaven):
    # The file is read by Java: what Python hands over to it, jpy spoils.
    code = (
        "import pathlib\nfrom deephaven import read_csv\n"
        "pathlib.Path('/tmp/a.csv').write_text('x,n\\n\\U0001F600,1\\n日本語のとても長い文字列,22\\nabc,3\\n')\n"
        "t = read_csv('/tmp/a.csv')\n"
    )
    run = deephaven.exec(code, timeout=180)
    assert run.code == 0, run.err
    assert (
        "                       x|         n\n"
        "------------------------+----------\n"
        "😀                      |         1\n"
        "日本語のとても長い文字列|        22\n"
        "abc                     |         3\n"
    ) in run.out + run.err
    found = tables(deephaven.exec(code, "--json", timeout=180))
    assert "\n😀 " in found["t"]["preview"]
