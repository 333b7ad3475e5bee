#include "os/writer_first_mutex.hpp"

#include <unistd.h>
#include <atomic>
#include <catch2/catch_all.hpp>
#include <chrono>
#include <fstream>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <thread>

using dhg::os::WriterFirstMutex;

namespace {

// Whether the thread sleeps in the kernel.
bool sleeps(pid_t thread) {
  std::ifstream file("/proc/self/task/" + std::to_string(thread) + "/stat");
  std::string line;
  std::getline(file, line);
  const auto name_end = line.rfind(')');
  return name_end != std::string::npos && line.compare(name_end + 2, 1, "S") == 0;
}

void await_sleep(const std::atomic<pid_t>& thread) {
  thread.wait(0);
  while (!sleeps(thread)) std::this_thread::sleep_for(std::chrono::milliseconds(1));
}

} // namespace

TEST_CASE("Who comes to read while a writer waits has to wait for it") {
  WriterFirstMutex mutex;
  std::atomic<int> turn = 0;
  int writers_turn = 0;
  int readers_turn = 0;
  std::atomic<pid_t> writer_id = 0;
  std::atomic<pid_t> reader_id = 0;
  std::thread writer;
  std::thread reader;
  {
    const std::shared_lock held(mutex);
    writer = std::thread([&] {
      writer_id = gettid();
      writer_id.notify_one();
      const std::unique_lock lock(mutex);
      writers_turn = ++turn;
    });
    await_sleep(writer_id);
    reader = std::thread([&] {
      reader_id = gettid();
      reader_id.notify_one();
      const std::shared_lock lock(mutex);
      readers_turn = ++turn;
    });
    // With std::shared_mutex it does not sleep: it would be through by now.
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(5);
    reader_id.wait(0);
    while (!sleeps(reader_id) && turn == 0 && std::chrono::steady_clock::now() < until)
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    CHECK(turn == 0);
  }
  writer.join();
  reader.join();
  CHECK(writers_turn == 1);
  CHECK(readers_turn == 2);
}
