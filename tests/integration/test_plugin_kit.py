"""The plugin kit: `dhg plugin new`, `info` and `test`, from an installed dhg."""

import os
import pathlib
import subprocess
import time

import pytest
from conftest import BINARY

PREFIX = pathlib.Path(BINARY).parents[1] if BINARY else pathlib.Path()
STRICT = "-Wall -Wextra -Wpedantic -Wconversion -Werror"
KINDS = {"page-server": "page_server", "result-channel": "result_channel", "launcher": "launcher"}
# One that drives a VMM can be read at a sitting, the others at a glance.
LONGEST = {"page-server": 65, "result-channel": 65, "launcher": 400}
# As a user has it: find_package() finds dhg by PATH.
ENV = {**os.environ, "PATH": f"{PREFIX}/bin:{os.environ['PATH']}"}


def run(*command, cwd, env=ENV, timeout=300):
    return subprocess.run(list(map(str, command)), cwd=cwd, env=env, capture_output=True, text=True,
                          timeout=timeout)


def build(folder, flags=STRICT):
    for command in (["cmake", "-B", "build", f"-DCMAKE_CXX_FLAGS={flags}"],
                    ["cmake", "--build", "build"]):
        done = run(*command, cwd=folder)
        assert done.returncode == 0, done.stdout + done.stderr
        assert "warning" not in done.stderr.lower(), done.stderr
    [library] = (folder / "build").glob("lib*.so")
    return library


@pytest.fixture(scope="module")
def generated(tmp_path_factory):
    """A plugin of each kind, as `dhg plugin new` makes it."""
    folder = tmp_path_factory.mktemp("kit")
    made = {}
    for kind in KINDS:
        done = run("dhg", "plugin", "new", kind, f"my-{kind}", cwd=folder)
        assert done.returncode == 0, done.stderr
        made[kind] = build(folder / f"my-{kind}")
    return made


@pytest.mark.parametrize("kind", KINDS)
def test_a_generated_plugin_is_short_and_described(generated, kind):
    source = next(generated[kind].parents[1].glob("*.cpp"))
    assert len(source.read_text().splitlines()) < LONGEST[kind]
    assert "@" not in source.read_text()
    info = run("dhg", "plugin", "info", generated[kind], cwd="/").stdout
    for part in (f"name         my-{kind}", "version      0.1", "ABI          1.", str(generated[kind]),
                 f"--set {KINDS[kind]}.plugin="):
        assert part in info


@pytest.mark.parametrize("kind", KINDS)
def test_a_generated_plugin_passes_its_suite(prepared, generated, kind):
    env = {**ENV, "DHG_CACHE_DIR": str(prepared.cache)} # a launcher is tested with an image
    done = run("dhg", "plugin", "test", generated[kind], cwd="/", env=env, timeout=900)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.endswith(" are kept\n") and "BROKEN" not in done.stdout


def test_generated_plugins_run_code(dhg, generated):
    run_ = dhg.exec("print('hello')", "--json",
                    "--set", f"page_server.plugin={generated['page-server']}",
                    "--set", f"result_channel.plugin={generated['result-channel']}")
    assert run_.code == 0, run_.out + run_.err
    assert run_.json()["stdout"] == "hello\n"
    assert run_.json()["plugins"]["page_server"] == "my-page-server"
    assert run_.json()["plugins"]["result_channel"] == "my-result-channel"


@pytest.mark.parametrize("code, repr_", [("'\\ud800'", "'\\ud800'"), ("2 ** 100", str(2**100))])
def test_values_pass_the_generated_channel(dhg, generated, code, repr_):
    got = dhg.exec(code, "--json", "--set", f"result_channel.plugin={generated['result-channel']}")
    assert got.json()["result_repr"] == repr_


def test_the_generated_launcher_makes_and_runs_a_snapshot(prepared, generated):
    launcher = ["--set", f"launcher.plugin={generated['launcher']}"]
    made = prepared("vm", "prepare", *launcher, timeout=600)
    assert made.code == 0, made.err
    assert prepared.exec("print('hello')", *launcher).out == "hello\n"
    refused = prepared.exec("print('hello')", *launcher, "--set", "launcher.options.keep_free=1024GiB")
    assert refused.code == 125 and "free memory" in refused.err


def test_a_wrong_option_is_reported_at_its_place(dhg, generated, tmp_path):
    config = tmp_path / "mine.yaml"
    config.write_text(f"page_server:\n  plugin: {generated['page-server']}\n  options:\n    chunk: 4MiB\n")
    got = dhg.exec("1", "--config", config)
    assert got.code == 2
    assert "mine.yaml:4:12" in got.err and "from 4KiB to 2MiB" in got.err


def test_info_prints_options(generated):
    info = run("dhg", "plugin", "info", "eager", cwd="/").stdout
    assert "threads" in info and "an integer from 0 to 64; default 0" in info
    assert "number of threads that copy" in info
    assert "options      none" in run("dhg", "plugin", "info", "lazy-4k", cwd="/").stdout


def test_an_installed_plugin_is_found_by_its_name(dhg, generated, tmp_path):
    done = run("cmake", "--install", generated["page-server"].parent, "--prefix", tmp_path, cwd="/")
    assert done.returncode == 0, done.stderr
    env = {"DHG_PLUGIN_PATH": str(tmp_path / "lib/dhg/plugins")}
    got = dhg.exec("print('hello')", "--set", "page_server.plugin=my-page-server", env=env)
    assert got.out == "hello\n", got.err


@pytest.mark.parametrize("name", ["My", "1st", "a--b", "a-", "", "a b", "x" * 65])
def test_new_refuses_bad_names(tmp_path, name):
    done = run("dhg", "plugin", "new", "page-server", name, cwd=tmp_path)
    assert done.returncode == 2, done.stdout
    assert list(tmp_path.iterdir()) == []


def test_new_leaves_what_is_there_alone(tmp_path):
    (tmp_path / "mine").mkdir()
    done = run("dhg", "plugin", "new", "launcher", "mine", cwd=tmp_path)
    assert done.returncode == 2 and "already exists" in done.stderr
    assert list((tmp_path / "mine").iterdir()) == []
    assert run("dhg", "plugin", "new", "sorter", "mine", cwd=tmp_path).returncode == 2


BAD = """
#include "dhg/page_server.hpp"
#include <stdexcept>
#include <thread>
struct Bad final : dhg::PageServer {
  explicit Bad(const dhg::Options&) {}
  void on_fault(dhg::GuestMemory& memory, const dhg::PageFault& fault) override {
    (void)memory; (void)fault;
    %s
  }
};
DHG_PLUGIN(DHG_PAGE_SERVER, Bad, "bad", "1.0", "Does everything wrong", dhg::kNoOptions)
"""


def bad(folder, what):
    return page_server(folder, "bad", BAD % what, flags="")


def page_server(folder, name, source, flags=STRICT):
    (folder / f"{name}.cpp").write_text(source)
    (folder / "CMakeLists.txt").write_text(
        f"cmake_minimum_required(VERSION 3.25)\nproject({name} LANGUAGES CXX)\nfind_package(dhg REQUIRED)\n"
        f"dhg_add_plugin(NAME {name} KIND page_servers SOURCES {name}.cpp)\n")
    return build(folder, flags=flags)


@pytest.mark.parametrize("what, telling", [
    ("", "without installing"),
    ("throw std::runtime_error(\"out of ideas\");", "out of ideas"),
    ("*reinterpret_cast<volatile int*>(8) = 1;", "SIGSEGV"),
    ("for (;;) std::this_thread::sleep_for(std::chrono::seconds(1));", "bad"),
])
def test_broken_rules_are_named_and_explained(tmp_path, what, telling):
    library = bad(tmp_path, what)
    before = time.monotonic()
    done = run("dhg", "plugin", "test", "--limit", "3s", library, cwd="/")
    assert time.monotonic() - before < 60
    assert done.returncode == 1, done.stdout + done.stderr
    assert "BROKEN  " in done.stdout and "rules broken; the contract: " in done.stdout
    assert telling in done.stdout
    contract = done.stdout.rsplit("the contract: ", 1)[1].strip()
    assert pathlib.Path(contract).is_file()


def test_a_plugin_that_does_not_load_in_time(tmp_path):
    library = bad(tmp_path, "} static int hang() { for (;;) std::this_thread::yield(); }\n"
                            "static inline int never = hang(); void unused() {")
    done = run("dhg", "plugin", "test", library, cwd="/", timeout=60)
    assert done.returncode == 125
    assert f"'{library}' did not return from the loading of its library within 30 s" in done.stderr


WRAPPER = """
#include "dhg/host.hpp"
#include "dhg/page_server.hpp"
#include <array>
constexpr std::array kOptions{dhg_option{"workers", DHG_OPTION_STRING, "1", nullptr, nullptr, nullptr,
                                         "passed on to eager as its threads"}};
struct Wrapper final : dhg::PageServer {
  explicit Wrapper(const dhg::Options& options)
      : inner(dhg::create_plugin<dhg::PageServer>("eager", {{"threads", options.text("workers")}})) {}
  void preload(const dhg::PageSource& source) override { inner->preload(source); }
  void attach(dhg::GuestMemory& memory) override { inner->attach(memory); }
  void on_fault(dhg::GuestMemory& memory, const dhg::PageFault& fault) override {
    inner->on_fault(memory, fault);
  }
  std::unique_ptr<dhg::PageServer> inner;
};
DHG_PLUGIN(DHG_PAGE_SERVER, Wrapper, "wrapper", "1.0", "eager by another name", kOptions)
"""


def test_a_wrapper_passes_options_on(dhg, tmp_path):
    library = page_server(tmp_path, "wrapper", WRAPPER)
    flags = ("--set", f"page_server.plugin={library}", "--set")
    assert dhg.exec("print('hello')", *flags, "page_server.options.workers=2").out == "hello\n"
    refused = dhg.exec("1", *flags, "page_server.options.workers=99")
    assert refused.code == 2
    assert refused.err.startswith(
        "dhg: page server 'wrapper': options that a plugin passes to 'eager': option 'threads' of 'eager': "
        "'99' is not valid; expected an integer from 0 to 64"), refused.err
