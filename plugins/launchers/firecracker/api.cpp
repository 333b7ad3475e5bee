#include "api.hpp"

#include <fmt/format.h>
#include <boost/beast/http.hpp>

namespace dhg_firecracker {
namespace {

namespace beast = boost::beast;
namespace http = beast::http;
using dhg::Blame;
using dhg::Error;
using nlohmann::json;
using namespace std::chrono_literals;

constexpr std::uint64_t kMaxBody = 1024 * 1024;
constexpr std::size_t kMaxFault = 1000;

dhg::UniqueFd connect(const RunFolder& folder, int vmm, dhg::Deadline deadline) {
  for (;;) {
    if (auto socket = try_connect(folder.api_socket())) return socket;
    // The file is there a moment before somebody listens on it, and tells nothing of that.
    const bool there = errno != ENOENT;
    if (there ? !sleep_while_alive(vmm, 1ms) : !folder.await_new_file(vmm, deadline))
      throw FirecrackerEnded();
    if (deadline <= std::chrono::steady_clock::now())
      throw Error(Blame::environment, "Firecracker did not open its API socket in time");
  }
}

// Firecracker says {"fault_message": "..."}.
std::string fault_of(const std::string& body) {
  const auto parsed = json::parse(body, nullptr, false);
  const auto fault = parsed.is_object() ? parsed.find("fault_message") : parsed.end();
  const auto text = parsed.is_object() && fault != parsed.end() && fault->is_string()
                        ? fault->get<std::string>()
                        : body;
  return text.empty() ? "without a reason" : text.substr(0, kMaxFault);
}

http::request<http::string_body> message_of(const Request& request) {
  http::request<http::string_body> message(http::string_to_verb(request.method), request.target,
                                           11);
  message.set(http::field::host, "localhost");
  message.set(http::field::accept, "application/json");
  if (!request.body.is_null()) {
    message.set(http::field::content_type, "application/json");
    message.body() = request.body.dump();
  }
  message.prepare_payload();
  return message;
}

} // namespace

Api::Api(const RunFolder& folder, int vmm, dhg::Deadline deadline)
    : stream_(connect(folder, vmm, deadline), vmm) {}

json Api::call(const Request& request, dhg::Deadline deadline) {
  const auto name = fmt::format("{} {}", request.method, request.target);
  stream_.set_deadline(deadline);
  http::response_parser<http::string_body> parser;
  parser.body_limit(kMaxBody);
  beast::error_code error;
  try {
    http::write(stream_, message_of(request), error);
    if (!error) http::read(stream_, buffer_, parser, error);
  } catch (const TimedOut&) {
    throw Error(Blame::environment, fmt::format("Firecracker did not answer '{}' in time", name));
  }
  if (error == http::error::end_of_stream || error == http::error::partial_message)
    throw Error(Blame::environment,
                fmt::format("Firecracker closed its API socket instead of answering '{}'", name));
  if (error)
    throw Error(Blame::environment,
                fmt::format("Firecracker's answer to '{}' is not HTTP: {}", name, error.message()));
  const auto& answer = parser.get();
  if (http::to_status_class(answer.result()) != http::status_class::successful)
    throw Error(Blame::environment, fmt::format("Firecracker refused '{}' ({}): {}", name,
                                                answer.result_int(), fault_of(answer.body())));
  if (answer.body().empty()) return nullptr;
  auto body = json::parse(answer.body(), nullptr, false);
  if (body.is_discarded())
    throw Error(Blame::environment, fmt::format("Firecracker's answer to '{}' is not JSON", name));
  return body;
}

} // namespace dhg_firecracker
