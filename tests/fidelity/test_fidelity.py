"""A program does in dhg what it does under python3: output, errors and exit code, byte by byte.

Each program of programs/ is run by plain python3 and by `dhg exec` in both images. What is
meant to differ stands in docs/fidelity.md, and the program that shows it names it.

DHG_FIDELITY=all runs all of them, in all ways in both images, which takes half an hour without
KVM; else those that always.txt names, in the python image. DHG_FIDELITY_JOBS is how many run at once.
"""

import concurrent.futures
import os
import pathlib
import shutil
import sys

import corpus
import expectation
import oracle
import pytest

CASES = corpus.cases()
EVERYTHING = os.environ.get("DHG_FIDELITY") == "all"
JOBS = int(os.environ.get("DHG_FIDELITY_JOBS") or os.cpu_count() or 2)
LIMIT = 40  # seconds for one run of dhg; what hangs then gives 124


def _options():
    """Each image with the programs that are run on it."""
    chosen = CASES if EVERYTHING else corpus.always()
    for case in chosen:
        yield pytest.param("python", case, id=f"python-{case.name}")
    if EVERYTHING:
        for case in chosen:
            yield pytest.param("deephaven", case, id=f"deephaven-{case.name}")


@pytest.fixture(scope="session")
def places(tmp_path_factory):
    """Where each program lies: alone in a folder, which is the first in its sys.path."""
    root = tmp_path_factory.mktemp("fidelity")
    found = {}
    for path in {case.path for case in CASES}:
        found[path] = root / path.parent.name / path.stem / path.name
        found[path].parent.mkdir(parents=True)
        found[path].write_bytes(path.read_bytes())
    return found


@pytest.fixture(scope="session")
def workers():
    with concurrent.futures.ThreadPoolExecutor(JOBS) as pool:
        yield pool
        pool.shutdown(cancel_futures=True)


def _chosen(session, image):
    """The cases of that image that this session runs."""
    return [
        item.callspec.params["case"]
        for item in session.items
        if item.path.name == "test_fidelity.py"
        and getattr(item, "callspec", None) is not None
        and item.callspec.params.get("image") == image
    ]


@pytest.fixture(scope="session")
def answers_of_python(request, prepared, places, workers, tmp_path_factory):
    """What the oracle says, as futures: answers by case, for each program."""
    ask, which = oracle.choose(prepared, tmp_path_factory.mktemp("home"))
    print(f"the oracle is {which}", file=sys.stderr)

    def run(cases):
        answers = {}
        for case in cases:  # one after the other: they may use the same files in /tmp
            answers[case] = ask(case, places[case.path])
            places[case.path].write_bytes(case.source)  # some remove their own file
        return answers

    wanted = {*_chosen(request.session, "python"), *_chosen(request.session, "deephaven")}
    by_path = {}
    for case in CASES:
        if case in wanted:
            by_path.setdefault(case.path, []).append(case)
    yield {path: workers.submit(run, cases) for path, cases in by_path.items()}
    for left in pathlib.Path("/tmp").glob("fidelity_*"):
        shutil.rmtree(left) if left.is_dir() else left.unlink()


def _run(dhg, case, script):
    args, stdin = oracle.arguments(case, script)
    if case.way == "c" and case.argv:
        args[2:2] = ["--"]
    limit = ("--timeout", f"{LIMIT}s")
    with open(stdin, "rb") as read, dhg.start("exec", "--vm", *limit, *args, stdin=read) as run:
        try:
            out, err = run.communicate(timeout=LIMIT + 20)
        except BaseException:
            run.terminate()
            raise
    return oracle.Answer.of(run.returncode, out, err)


@pytest.fixture(scope="session")
def answers_of_dhg(request, places, workers, answers_of_python):
    """What `dhg exec` makes of each program, as futures, by image and case."""
    futures = {}

    def run(dhg, case):
        answers_of_python[case.path].result()  # it has put the program in its place
        return _run(dhg, case, places[case.path])

    for image, fixture in (("python", "prepared"), ("deephaven", "prepared_deephaven")):
        if chosen := _chosen(request.session, image):
            dhg = request.getfixturevalue(fixture)
            for case in chosen:
                futures[image, case] = workers.submit(run, dhg, case)
    return futures


@pytest.mark.parametrize(("image", "case"), list(_options()))
def test_same_as_python(image, case, places, answers_of_python, answers_of_dhg):
    script = places[case.path]
    plain = wanted = answers_of_python[case.path].result()[case]
    patterns = {}
    answer = answers_of_dhg[image, case].result()
    for difference in case.differences(image):
        wanted, patterns = expectation.expected(wanted, difference, case, script)
    if wanted is not plain:
        told = f"{case.differences(image)[0]['id']}: python3 does the same by now"
        assert not expectation.satisfies(plain, wanted, patterns), told
    if not expectation.satisfies(answer, wanted, patterns):
        pytest.fail(expectation.told_apart(wanted, answer, patterns), pytrace=False)


def test_differences_are_documented():
    named = {
        difference["id"]
        for case in CASES
        for image in ("python", "deephaven")
        for difference in case.differences(image)
    }
    assert named <= corpus.documented()


def test_programs_hide_no_module():
    """A program's folder is the first in its sys.path: its name must be no other module's."""
    taken = {case.path.stem for case in CASES} & sys.stdlib_module_names
    assert not taken
