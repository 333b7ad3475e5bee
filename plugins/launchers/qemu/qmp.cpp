#include "qmp.hpp"

#include "dhg/error.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>
#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

namespace dhg_qemu {
namespace {

using dhg::Blame;
using dhg::Error;
using nlohmann::json;
using namespace nlohmann::literals;

constexpr std::size_t kMaxMessage = 1024 * 1024;

void send_all(int socket, std::string_view text, int descriptor) {
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
  iovec data{const_cast<char*>(text.data()), text.size()};
  msghdr message{};
  message.msg_iov = &data;
  message.msg_iovlen = 1;
  if (descriptor >= 0) {
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    auto* header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(int));
    std::memcpy(CMSG_DATA(header), &descriptor, sizeof descriptor);
  }
  // Commands are a few hundred bytes, the socket's buffer is much larger.
  if (sendmsg(socket, &message, MSG_NOSIGNAL) != static_cast<ssize_t>(text.size()))
    throw dhg::system_error(errno, "cannot send a command to QEMU");
}

} // namespace

Qmp::Qmp(dhg::UniqueFd socket, int vmm) : socket_(std::move(socket)), vmm_(vmm) {
  send("qmp_capabilities", json::object());
}

void Qmp::send(const std::string& command, const json& arguments, int descriptor) {
  send_all(socket_.get(), json{{"execute", command}, {"arguments", arguments}}.dump() + "\n",
           descriptor);
  unanswered_.push_back(command);
}

void Qmp::settle(dhg::Deadline deadline) {
  while (!unanswered_.empty()) {
    const auto message = read_message(deadline);
    if (!message) refuse_to_wait();
    handle(*message);
  }
}

json Qmp::await_event(const std::string& name, dhg::Deadline deadline) {
  auto data = poll_event(name, deadline);
  if (!data) refuse_to_wait();
  return std::move(*data);
}

std::optional<json> Qmp::poll_event(const std::string& name, dhg::Deadline deadline) {
  for (;;) {
    const auto found = std::find_if(events_.begin(), events_.end(),
                                    [&](const json& e) { return e["event"] == name; });
    if (found != events_.end()) {
      auto data = found->value("data", json::object());
      events_.erase(events_.begin(), found + 1);
      return data;
    }
    const auto message = read_message(deadline);
    if (!message) return std::nullopt;
    handle(*message);
  }
}

void Qmp::refuse_to_wait() const {
  throw Error(Blame::environment,
              unanswered_.empty()
                  ? "QEMU was not done in time"
                  : fmt::format("QEMU did not answer '{}' in time", unanswered_.front()));
}

void Qmp::handle(const json& message) {
  if (const auto greeting = message.find("QMP"); greeting != message.end()) {
    const auto numbers = greeting->value("/version/qemu"_json_pointer, json::object());
    version_ = fmt::format("{}.{}.{}", numbers.value("major", 0), numbers.value("minor", 0),
                           numbers.value("micro", 0));
    return;
  }
  if (message.contains("event")) {
    events_.push_back(message);
    return;
  }
  if (unanswered_.empty()) throw Error(Blame::environment, "QEMU answered what was not asked");
  const auto command = unanswered_.front();
  unanswered_.erase(unanswered_.begin());
  if (const auto error = message.find("error"); error != message.end())
    throw Error(Blame::environment,
                fmt::format("QEMU refused '{}': {}", command, error->value("desc", error->dump())));
}

std::optional<json> Qmp::read_message(dhg::Deadline deadline) {
  for (;;) {
    if (const auto end = buffer_.find('\n'); end != std::string::npos) {
      auto message =
          json::parse(buffer_.begin(), buffer_.begin() + static_cast<long>(end), nullptr, false);
      buffer_.erase(0, end + 1);
      if (!message.is_object()) throw Error(Blame::environment, "QEMU sent what is not QMP");
      return message;
    }
    if (buffer_.size() > kMaxMessage)
      throw Error(Blame::environment, "QEMU sent a QMP message without end");

    std::array<pollfd, 2> fds{{{socket_.get(), POLLIN, 0}, {vmm_, POLLIN, 0}}};
    const int ready = poll(fds.data(), fds.size(), dhg::poll_timeout_ms(deadline));
    if (ready < 0 && errno != EINTR) throw dhg::system_error(errno, "cannot wait for QEMU");
    if (ready == 0) return std::nullopt;
    std::array<char, 16384> part;
    const auto got = ready < 0 ? -1 : recv(socket_.get(), part.data(), part.size(), MSG_DONTWAIT);
    if (got > 0) {
      buffer_.append(part.data(), static_cast<std::size_t>(got));
    } else if (ready > 0 && (got == 0 || fds[1].revents != 0)) {
      throw Error(Blame::environment, "QEMU ended");
    }
  }
}

} // namespace dhg_qemu
