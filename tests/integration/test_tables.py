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
    assert (run.code, run.out, run.err) == (0, SHOWN, "")


def test_it_follows_what_the_program_prints(deephaven):
    run = deephaven.exec(f"{TABLE}; print('first', end='')")
    assert (run.code, run.out) == (0, f"first\n{SHOWN}")


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
    assert deephaven.exec(TABLE, "--no-show-tables").out == ""
    assert deephaven.exec(TABLE, "--no-show-tables", "--json").json()["tables"] == []


def test_no_table_meta(deephaven):
    assert deephaven.exec(TABLE, "--no-table-meta").out == f"=== Table: t ===\n{ROWS}"


def test_an_expression_that_is_a_table(deephaven):
    run = deephaven.exec("__import__('deephaven').empty_table(5).update('x = i')")
    assert run.out == SHOWN.replace("Table: t", "Table: _")


def test_only_what_the_program_assigns(deephaven):
    assert deephaven.exec("x = 1").out == ""
    assert deephaven.exec(f"{TABLE}; _t = t; __dh_t = t; del t").out == ""


def test_ten_rows_of_many(deephaven):
    run = deephaven.exec(
        "from deephaven import empty_table\nbig = empty_table(10_000_000).view('x = ii')", "--json"
    )
    big = tables(run)["big"]
    assert big["row_count"] == 10_000_000
    assert len(big["preview"].split()) == 2 + 10


def test_tables_of_a_program_that_fails(deephaven):
    run = deephaven.exec(f"{TABLE}\n1 / 0")
    assert (run.code, run.out) == (1, SHOWN)
    assert "ZeroDivisionError" in run.err


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
    assert "\x1b" not in shown.out
    assert "=== Table: größe (2 rows, static) ===\nc0: int, c1: int, " in shown.out
    assert "=== Table: name\\x1b[2J\\x0a (1 row, static) ===" in shown.out
    assert "ä€\n(null)\nxxx" in shown.out
    assert "\na\\x1b[2Jb\n" in shown.out
    assert "=== Table: \\ud800 (4 rows, static) ===" in shown.out
    assert len(shown.out) < 20_000
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
        r"=== Table: ticks \(\d+ rows?, refreshing\) ===\nTimestamp: java.time.Instant\n", run.out
    )
    assert "=== Table: blink (row count not known, refreshing) ===\n" in run.out
    found = tables(deephaven.exec(code, "--json"))
    # The server ticks while the program runs.
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
    assert list(found) == ["files"]
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
    assert run.out == (
        "done\n=== Table: slow (3 rows, static) ===\nx: long\n"
        "(not shown: reading it took longer than 20 s)\n"
    )


@pytest.mark.parametrize("channel", ["json-file", "dh-table"])
def test_tables_come_through_every_channel(deephaven, channel):
    run = deephaven.exec(TABLE, "--set", f"result_channel.plugin={channel}")
    assert (run.code, run.out, run.err) == (0, SHOWN, "")
    assert json.loads(
        deephaven.exec(TABLE, "--json", "--set", f"result_channel.plugin={channel}").out
    )["plugins"]["result_channel"] == channel
