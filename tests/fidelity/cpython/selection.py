"""Which of CPython's test modules are run: those about what dhg has a hand in."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Module:
    """A module, the time limit of one run in a guest without KVM, and what of it is run."""

    name: str
    seconds: int
    at_least: int = 1  # tests that are known to be there
    patterns: tuple = ()  # of test ids; all tests if there are none


# Belong to every run of scripts/test.
ALWAYS = [
    Module("test_atexit", 300, 6),
    Module("test_random", 300, 90),
    Module("test_select", 300, 6),
    Module("test_sys", 300, 60),
    Module("test_tempfile", 300, 100),
    Module("test_time", 300, 50),
    Module("test_uuid", 300, 60),
    Module("test_warnings", 300, 120),
    Module("test_traceback", 600, 170),
    Module("test_signal", 300, 20, ("*.PosixTests.*", "*.PendingSignalsTests.*")),
    Module("test_faulthandler", 300, 10, ("*fatal*", "*sigsegv*", "*enable*", "*register*")),
    Module("test_threading", 300, 8, ("*.ThreadTests.test_[a-e]*", "*.ThreadingExceptionTests.*")),
    Module("test_io", 300, 50, ("*.CTextIOWrapperTest.*", "*.SignalsTest.*")),
    Module("test_multiprocessing_fork", 300, 3, ("*.WithProcessesTestProcess.test_[p-s]*",)),
    Module("test_multiprocessing_spawn", 300, 3, ("*.WithProcessesTestProcess.test_[p-s]*",)),
]

# DHG_FIDELITY=all runs all of these, whole, too.
REST = [
    Module("test_cmd_line", 1200, 50),
    Module("test_faulthandler", 1200, 40),
    Module("test_io", 3600, 500),
    Module("test_logging", 1800, 150),
    Module("test_multiprocessing_fork", 7200, 200),
    Module("test_multiprocessing_forkserver", 7200, 200),
    Module("test_multiprocessing_main_handling", 3600, 30),
    Module("test_multiprocessing_spawn", 7200, 200),
    Module("test_os", 1800, 250),
    Module("test_poll", 600, 5),
    Module("test_selectors", 900, 50),
    Module("test_signal", 1800, 50),
    Module("test_socket", 3600, 500),
    Module("test_ssl", 3600, 100),
    Module("test_subprocess", 3600, 250),
    Module("test_threading", 3600, 150),
]
