"""What a script can rely on: exit codes, streams, JSON."""

import json
import os
import signal
import subprocess
import time

import pytest
from conftest import BINARY, vmm_processes, wait_until


@pytest.mark.parametrize(
    "code, expected",
    [
        ("pass", 0),
        ("import sys; sys.exit()", 0),
        ("import sys; sys.exit(7)", 7),
        ("import sys; sys.exit(-1)", 255),
        ("1 / 0", 1),
        ("x = (", 1),
        ("import os; os._exit(9)", 9),
        ("import os; os.kill(os.getpid(), 9)", 137),
    ],
)
def test_exit_code(dhg, code, expected):
    assert dhg.exec(code).code == expected


@pytest.mark.parametrize("code", ["", "  \n\t\n"])
def test_blank_code_is_done_at_once(empty_dhg, code):
    run = empty_dhg.exec(code)
    assert (run.code, run.out, run.err) == (0, "", "")


def test_traceback_is_pythons_own(dhg):
    run = dhg.exec("def f():\n    1 / 0\nf()")
    assert run.code == 1
    assert run.out == ""
    assert run.err.splitlines()[0] == "Traceback (most recent call last):"
    assert run.err.splitlines()[-1] == "ZeroDivisionError: division by zero"
    assert "dhg" not in run.err


def test_exit_text_goes_to_stderr(dhg):
    run = dhg.exec("import sys; sys.exit('no luck')")
    assert (run.code, run.err) == (1, "no luck\n")


def test_value_of_the_last_expression(dhg):
    assert dhg.exec("20 + 1").out == "21\n"
    assert dhg.exec("None").out == ""
    assert dhg.exec("x = 20; x + 1").out == ""
    assert dhg.exec("x = 20; x + 1", "--json").json()["result_repr"] == "21"


def test_script_file_with_arguments(dhg, tmp_path):
    script = tmp_path / "my script.py"
    script.write_text("import sys\nprint(sys.argv, __name__)\n'not shown'\n")
    run = dhg("exec", "--vm", script, "a", "--json", "-c")
    assert run.out == f"{[str(script), 'a', '--json', '-c']} __main__\n"


def test_program_from_standard_input(dhg):
    assert dhg("exec", "--vm", "-", "x", input=b"import sys; print(sys.argv)").out == "['-', 'x']\n"


def test_arguments_of_code(dhg):
    run = dhg("exec", "--vm", "-c", "import sys; print(sys.argv)", "--", "a", "-b")
    assert run.out == "['-c', 'a', '-b']\n"


def test_json_object(dhg):
    run = dhg.exec("import sys; print('o'); print('e', file=sys.stderr); 6 * 7", "--json")
    report = run.json()
    assert run.err == ""
    assert (report["exit_code"], report["outcome"]) == (0, "ok")
    assert (report["stdout"], report["stderr"]) == ("o\n", "e\n")
    assert (report["result_repr"], report["error"]) == ("42", None)
    assert 0 < report["elapsed_seconds"] < 30


def test_json_of_an_exception(dhg):
    run = dhg.exec("raise ValueError('bad')", "--json")
    report = run.json()
    assert (run.code, report["exit_code"], report["outcome"]) == (1, 1, "exception")
    assert (report["error"]["type"], report["error"]["message"]) == ("ValueError", "bad")
    assert "Traceback" in report["stderr"]


def test_verbose_goes_to_stderr(dhg):
    run = dhg.exec("print(sum(range(1000)))", "--verbose")
    assert run.out == "499500\n"
    for word in ("launch", "resume", "run", "teardown", "ms", "qemu", "faults"):
        assert word in run.err


def test_timeout(dhg):
    run = dhg.exec("while True: pass", "--timeout", "1s")
    assert run.code == 124
    assert "1s" in run.err
    assert run.seconds < 5


def test_timeout_in_json(dhg):
    report = dhg.exec("print('so far'); import time; time.sleep(60)", "--json", "--timeout", "1500ms").json()
    assert (report["exit_code"], report["outcome"]) == (124, "timeout")
    assert report["stdout"] == "so far\n"


@pytest.mark.parametrize("number, code", [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_signals(dhg, number, code):
    run = dhg.start("exec", "--vm", "-c", "print('up', flush=True)\nwhile True: pass")
    assert run.stdout.readline() == b"up\n"
    run.send_signal(number)
    began = time.monotonic()
    run.communicate(timeout=10)
    assert run.returncode == code
    assert time.monotonic() - began < 2


def test_killed_dhg_leaves_nothing(dhg):
    before = vmm_processes()
    run = dhg.start("exec", "--vm", "-c", "print('up', flush=True)\nwhile True: pass")
    assert run.stdout.readline() == b"up\n"
    assert len(vmm_processes() - before) == 1
    run.kill()
    run.communicate(timeout=10)
    assert wait_until(lambda: vmm_processes() == before)


def test_killed_vmm_is_noticed_at_once(dhg):
    before = vmm_processes()
    run = dhg.start("exec", "--vm", "-c", "print('up', flush=True)\nwhile True: pass")
    assert run.stdout.readline() == b"up\n"
    [vmm] = vmm_processes() - before
    began = time.monotonic()
    os.kill(vmm, signal.SIGKILL)
    _, err = run.communicate(timeout=10)
    assert time.monotonic() - began < 1
    assert run.returncode == 125
    assert b"killed by signal 9" in err
    assert b"the code may have run" in err


def test_reader_that_goes_away(dhg):
    run = dhg.start("exec", "--vm", "-c", "while True: print('y')")
    assert run.stdout.readline() == b"y\n"
    run.stdout.close()
    assert run.wait(10) == 141
    assert run.stderr.read() == b""
    run.stderr.close()


def test_full_disk_as_stdout(dhg):
    with open("/dev/full", "wb") as full:
        run = dhg.start("exec", "--vm", "-c", "print('x')", stdout=full)
        _, err = run.communicate(timeout=30)
    assert run.returncode == 125
    assert b"No space left on device" in err


def test_closed_stdout(dhg):
    done = subprocess.run(
        ["sh", "-c", '"$0" exec --vm -c "print(1)" >&-', BINARY],
        env=dhg.env, capture_output=True, text=True, timeout=30,
    )
    assert done.returncode == 125
    assert "standard output" in done.stderr


def test_json_of_a_missing_snapshot(empty_dhg):
    run = empty_dhg.exec("print(1)", "--json")
    report = json.loads(run.out)
    assert (run.code, report["exit_code"], report["outcome"]) == (125, 125, "failed")
    assert "dhg vm prepare" in report["error"]["hint"]
    assert report["error"]["code_may_have_run"] is False


def test_output_limit(dhg):
    run = dhg.exec("print('x' * 100_000)", "--set", "run.output_limit=64KiB")
    assert run.code == 125
    assert "run.output_limit" in run.err
    assert "may have run" in run.err


def test_help_everywhere(empty_dhg):
    for command in [[], ["exec"], ["vm"], ["vm", "prepare"], ["vm", "status"], ["vm", "clean"],
                    ["config"], ["plugin"], ["doctor"], ["compare"], ["explain"]]:
        run = empty_dhg(*command, "--help")
        assert run.code == 0, command
        assert run.out.startswith("usage: dhg"), command
        assert run.err == ""


def test_two_processes_of_one_terminal(dhg):
    """QEMU is in a session of its own: Ctrl-C in a terminal reaches dhg alone."""
    run = dhg.start("exec", "--vm", "-c", "print('up', flush=True)\nwhile True: pass",
                    start_new_session=True)
    assert run.stdout.readline() == b"up\n"
    os.killpg(run.pid, signal.SIGINT)
    run.communicate(timeout=10)
    assert run.returncode == 130
