"""Plugins from outside the tree: built against what was installed, and run."""

import pathlib
import re
import signal
import subprocess
import time

import pytest
from conftest import BINARY, vmm_processes

ROOT = pathlib.Path(__file__).parents[2]
PREFIX = pathlib.Path(BINARY).parents[1] if BINARY else None


def build(folder, name, source, cmake):
    (folder / f"{name}.cpp").write_text(source)
    (folder / "CMakeLists.txt").write_text(
        f"cmake_minimum_required(VERSION 3.25)\nproject({name} LANGUAGES CXX)\n"
        "add_compile_options(-Wall -Wextra -Wpedantic -Werror)\n" + cmake
    )
    for command in (["cmake", "-S", folder, "-B", folder / "build", f"-DCMAKE_PREFIX_PATH={PREFIX}"],
                    ["cmake", "--build", folder / "build"]):
        done = subprocess.run(command, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stdout + done.stderr
    return folder / "build" / f"lib{name}.so"


@pytest.fixture(scope="module")
def sixteen(prepared, tmp_path_factory):
    """The page server of the README, word for word."""
    readme = (ROOT / "README.md").read_text()
    [source] = re.findall(r"```cpp\n(.*?)```", readme, re.DOTALL)
    [cmake] = re.findall(r"```cmake\n(.*?)```", readme, re.DOTALL)
    return build(tmp_path_factory.mktemp("sixteen"), "sixteen", source, cmake)


@pytest.fixture(scope="module")
def misbehaving(prepared, tmp_path_factory):
    source = """
#include "dhg/page_server.hpp"
#include <chrono>
#include <stdexcept>
#include <thread>
constexpr std::array kOptions{dhg_option{"how", DHG_OPTION_ENUM, "nothing", nullptr, nullptr,
    "nothing|throws|outside|dawdles|hangs|hangs-in-attach", "what it does wrong"}};
class Bad final : public dhg::PageServer {
 public:
  explicit Bad(const dhg::Options& options) : how_(options.text("how")) {}
  void attach(dhg::GuestMemory&) override {
    if (how_ == "hangs-in-attach") hang();
  }
  void on_fault(dhg::GuestMemory& memory, const dhg::PageFault& fault) override {
    if (how_ == "hangs") hang();
    if (how_ == "dawdles") {
      std::this_thread::sleep_for(std::chrono::milliseconds(300));
      (void)memory.install({fault.offset, dhg::kPageSize});
    }
    if (how_ == "throws") throw std::runtime_error("out of ideas");
    if (how_ == "outside") (void)memory.install({fault.offset + (1ULL << 40), dhg::kPageSize});
  }
 private:
  static void hang() {
    for (;;) std::this_thread::sleep_for(std::chrono::hours(1));
  }
  std::string how_;
};
DHG_PLUGIN(DHG_PAGE_SERVER, Bad, "bad", "1.0", "Does everything wrong", kOptions)
"""
    cmake = """
find_package(dhg REQUIRED)
add_library(bad MODULE bad.cpp)
target_link_libraries(bad PRIVATE dhg::core)
"""
    return build(tmp_path_factory.mktemp("bad"), "bad", source, cmake)


def test_the_readmes_page_server(dhg, sixteen):
    run = dhg.exec("print('hello')", "--json", "--set", f"page_server.plugin={sixteen}")
    assert run.code == 0, run.out
    assert run.json()["stdout"] == "hello\n"
    assert run.json()["plugins"]["page_server"] == "sixteen"


def test_plugin_path(dhg, sixteen):
    env = {"DHG_PLUGIN_PATH": str(sixteen.parent)}
    assert dhg.exec("1", "--set", "page_server.plugin=sixteen", env=env).code == 0
    assert " sixteen " in dhg("plugin", "list", env=env).out


@pytest.mark.parametrize(
    "how, telling",
    [("nothing", "without installing"), ("throws", "out of ideas"), ("outside", "not a range")],
)
def test_a_bad_page_server_ends_the_run_by_name(dhg, misbehaving, how, telling):
    before = vmm_processes()
    run = dhg.exec("print('hello')", "--set", f"page_server.plugin={misbehaving}",
                   "--set", f"page_server.options.how={how}")
    assert run.code == 125
    assert run.out == ""
    assert "'bad'" in run.err and telling in run.err
    assert "was not run" in run.err
    assert run.seconds < 2
    assert vmm_processes() == before


def test_a_page_server_that_never_returns_ends_the_run_by_name(dhg, misbehaving):
    before = vmm_processes()
    run = dhg.exec("print('hello')", "--json", "--set", f"page_server.plugin={misbehaving}",
                   "--set", "page_server.options.how=hangs")
    assert run.code == 125
    report = run.json()
    assert report["outcome"] == "failed"
    assert report["error"]["message"] == "page server 'bad' did not return from on_fault within 10 s"
    assert report["error"]["code_may_have_run"] is False
    assert 10 <= run.seconds < 16
    assert vmm_processes() == before


def test_how_long_a_page_server_may_take_can_be_set(dhg, misbehaving):
    run = dhg.exec("print('hello')", "--set", f"page_server.plugin={misbehaving}",
                   "--set", "page_server.options.how=hangs", "--set", "page_server.patience=2")
    assert run.code == 125
    assert "did not return from on_fault within 2 s" in run.err
    assert "page_server.patience" in run.err
    assert 2 <= run.seconds < 9


def test_the_time_limit_holds_for_a_page_server_that_never_returns(dhg, misbehaving):
    run = dhg.exec("print('hello')", "--timeout", "1s", "--set", f"page_server.plugin={misbehaving}",
                   "--set", "page_server.options.how=hangs-in-attach")
    assert (run.code, run.out) == (124, "")
    assert run.seconds < 6


def dawdling(misbehaving):
    return ["--set", f"page_server.plugin={misbehaving}", "--set", "page_server.options.how=dawdles"]


def test_the_time_limit_holds_while_the_machine_is_restored(dhg, misbehaving):
    run = dhg.exec("print('hello')", *dawdling(misbehaving), "--timeout", "1s")
    assert (run.code, run.out) == (124, "")
    assert run.seconds < 3


def test_an_interrupt_is_heard_while_the_machine_is_restored(dhg, misbehaving):
    run = dhg.start("exec", "--vm", *dawdling(misbehaving), "-c", "print('hello')")
    time.sleep(1)
    run.send_signal(signal.SIGINT)
    began = time.monotonic()
    run.communicate(timeout=10)
    assert run.returncode == 130
    assert time.monotonic() - began < 2


def test_a_library_that_is_no_plugin(dhg):
    run = dhg.exec("1", "--set", f"page_server.plugin={PREFIX}/lib/libdhg_core.so")
    assert run.code == 125
    assert "libdhg_core" in run.err
