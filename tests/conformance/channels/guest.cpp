#include "guest.hpp"

#include "dhg/error.hpp"
#include "dhg/process.hpp"
#include "guest_files.hpp"
#include "temporary_folder.hpp"

#include <fcntl.h>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>

namespace dhg::conformance {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;
namespace fs = std::filesystem;
using fakes::TemporaryFolder;

// The guest's own is Debian's.
constexpr const char* kPython = "/usr/bin/python3";

// Far above what any rule takes, and below what `dhg plugin test` gives a rule.
constexpr auto kPythonLimit = 20s;

void write(const fs::path& path, std::string_view text) {
  fs::create_directories(path.parent_path());
  std::ofstream file(path, std::ios::binary);
  file.write(text.data(), static_cast<std::streamsize>(text.size()));
  if (!file.flush()) throw std::runtime_error("cannot write " + path.string());
}

std::string read(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void run_python(const TemporaryFolder& folder) {
  const UniqueFd nothing(open("/dev/null", O_RDONLY | O_CLOEXEC));
  const UniqueFd log(open((folder / "log").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
  ChildProcess python({kPython,
                       {"-I", "-B", (folder / "driver.py").string(), folder.path().string()},
                       {"PATH=/usr/bin:/bin", "LANG=C.UTF-8", "TMPDIR=" + folder.path().string()},
                       {{nothing.get(), 0}, {log.get(), 1}, {log.get(), 2}}});
  const auto status = python.wait(deadline_in(kPythonLimit));
  if (!status) throw std::runtime_error("the guest half did not come to its end within 20 s");
  if (*status != 0)
    throw std::runtime_error("the guest's Python " + describe_wait_status(*status) + ":\n" +
                             read(folder / "log"));
}

Carried take(const TemporaryFolder& folder, std::size_t step) {
  const auto name = std::to_string(step);
  if (fs::exists(folder / (name + ".error"))) return {{}, read(folder / (name + ".error"))};
  const auto text = read(folder / (name + ".result"));
  const auto bytes = std::as_bytes(std::span(text));
  return {{bytes.begin(), bytes.end()}, ""};
}

} // namespace

json program(const std::string& code) { return {{"program", code}}; }
json outcome(const json& dictionary) { return {{"outcome", dictionary}}; }
json load_only() { return json::object(); }

std::vector<Carried> in_guest(const ResultChannel& channel, const std::vector<json>& steps) {
  const TemporaryFolder folder;
  for (const auto& [path, text] : guest_files()) write(folder / std::string(path), text);
  write(folder / "guest_half.py", channel.guest_half());
  write(folder / "steps.json", json(steps).dump());
  run_python(folder);
  std::vector<Carried> result;
  for (std::size_t i = 0; i < steps.size(); ++i) result.push_back(take(folder, i));
  return result;
}

CodeResult run(const ResultChannel& channel, const std::string& code) {
  const auto carried = in_guest(channel, {program(code)}).front();
  if (!carried.error.empty()) throw std::runtime_error("in the guest: " + carried.error);
  return channel.decode(carried.bytes);
}

} // namespace dhg::conformance
