"""dhg vm notes and dhg vm forget: what page servers have learnt."""

import os
import re
import subprocess

import pytest

DEFAULT = ("--set", "page_server.plugin=working-set")


@pytest.fixture
def broken(empty_dhg):
    """Two snapshots that no run could use; notes are listed and forgotten all the same."""
    assert empty_dhg("vm", "status").code == 0  # makes the folders
    for name, owners in {"one": ["mine", "other"], "two": ["mine"], "none": []}.items():
        folder = empty_dhg.cache / "snapshots" / name
        folder.mkdir()
        (folder / "state").write_text("of the snapshot")
        for owner in owners:
            (folder / f"notes.{owner}").write_text("written by nobody")
            os.utime(folder / f"notes.{owner}", (1_700_000_000, 1_700_000_000))
    return empty_dhg


def kept(dhg):
    return sorted(str(path.relative_to(dhg.cache / "snapshots"))
                  for path in (dhg.cache / "snapshots").glob("*/notes.*"))


def test_nothing_to_list_or_to_forget(empty_dhg):
    assert empty_dhg("vm", "notes").out == "no notes\n"
    assert empty_dhg("vm", "notes", "--json").json()["snapshots"] == []
    run = empty_dhg("vm", "forget", "--all")
    assert (run.code, run.out) == (0, "nothing to forget: no page server has any\n")


def test_a_list_by_snapshot(broken):
    run = broken("vm", "notes")
    assert run.code == 0
    lines = run.out.splitlines()
    assert [line for line in lines if not line.startswith(" ")] == ["one", "two"]
    assert lines[1].startswith("    mine: 17 bytes, written 2023-11-14T22:13:20Z (")
    assert " days ago); not used: " in lines[1]
    assert broken("vm", "notes", "--page-server", "other").out.splitlines()[0] == "one"
    assert broken("vm", "notes", "--snapshot", "two").out.count("mine") == 1
    assert broken("vm", "notes", "--snapshot", "none").out == "no notes\n"


def test_the_list_as_json(broken):
    document = broken("vm", "notes", "--json").json()
    assert document["cache"] == str(broken.cache)
    assert [s["name"] for s in document["snapshots"]] == ["none", "one", "two"]
    assert document["snapshots"][2]["notes"] == [
        {"page_server": "mine", "version": None, "path": str(broken.cache / "snapshots/two/notes.mine"),
         "bytes": 17, "written": "2023-11-14T22:13:20Z", "used": False}]


@pytest.mark.parametrize("flags, left", [
    (["--page-server", "mine"], ["one/notes.other"]),
    (["--page-server", "mine", "--snapshot", "one"], ["one/notes.other", "two/notes.mine"]),
    (["--all", "--snapshot", "two"], ["one/notes.mine", "one/notes.other"]),
    (["--all"], []),
])
def test_forgetting(broken, flags, left):
    before = kept(broken)
    run = broken("vm", "forget", *flags)
    assert run.code == 0, run.err
    assert kept(broken) == left
    assert run.out.count("forgotten: the notes of ") == len(before) - len(left)
    assert len(list((broken.cache / "snapshots").glob("*/state"))) == 3


def test_a_page_server_without_notes(broken):
    run = broken("vm", "forget", "--page-server", "mien")
    assert (run.code, run.out) == (0, "nothing to forget: there are notes of mine, other\n")
    assert len(kept(broken)) == 3


@pytest.mark.parametrize("args, message", [
    (["forget"], "give either --page-server NAME or --all"),
    (["forget", "--page-server", "mine", "--all"], "give either --page-server NAME or --all"),
    (["forget", "--all", "--snapshot", "twoo"], "did you mean 'two'?"),
    (["notes", "--snapshot", "../one"], "there is no snapshot '../one'"),
    (["notes", "--snapshot", ""], "there is no snapshot ''"),
])
def test_mistakes(broken, args, message):
    run = broken("vm", *args)
    assert run.code == 2
    assert message in run.err
    assert len(kept(broken)) == 3


def test_what_was_learnt_is_listed_and_forgotten(copied):
    dhg, snapshot = copied
    assert dhg("vm", "forget", "--all").code == 0
    assert dhg.exec("1", *DEFAULT).code == 0
    [listed] = dhg("vm", "notes", "--json").json()["snapshots"]
    [notes] = listed["notes"]
    assert (notes["page_server"], notes["used"]) == ("working-set", True)
    version = re.search(r"version +(\S+)", dhg("plugin", "info", "working-set").out)[1]
    assert notes["version"] == version
    shown = dhg("vm", "notes").out
    assert f"    working-set {version}: {notes['bytes']} bytes, written " in shown
    assert "not used" not in shown
    assert dhg("vm", "forget", "--page-server", "working-set").code == 0
    again = dhg.exec("1", "--json", *DEFAULT).json()
    assert again["page_server"]["recorded_runs"] == 1


def test_a_run_under_way_is_not_harmed_and_brings_nothing_back(copied):
    dhg, snapshot = copied
    assert dhg.exec("1", *DEFAULT).code == 0
    assert list(snapshot.glob("notes.working-set"))
    run = dhg.start("exec", *DEFAULT, "--set", "page_server.options.record=true", "-c",
                    "print('up', flush=True); input(); print('done')", stdin=subprocess.PIPE)
    assert run.stdout.readline() == b"up\n"
    assert dhg("vm", "forget", "--all").out.startswith("forgotten: the notes of working-set")
    out, err = run.communicate(b"\n", timeout=30)
    assert (run.returncode, out, err) == (0, b"done\n", b"")
    assert not [path for path in snapshot.iterdir() if "notes" in path.name]
