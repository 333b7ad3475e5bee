#include "run/page_service/page_service.hpp"

#include "dhg/error.hpp"
#include "os/readiness.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <cstring>

namespace dhg::run {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kMostVms = 64; // at once; more wait in the socket's queue
constexpr auto kLongWait = 3600s;    // to look around although nothing happened
// After SIGKILL a VMM needs a moment to give its memory back. One that may not be
// killed is left to its guard.
constexpr auto kEndLimit = 5s;

const PageServiceRequest& checked(const PageServiceRequest& request) {
  std::error_code error;
  const auto size = std::filesystem::file_size(request.memory, error);
  if (error)
    throw Error(Blame::usage,
                fmt::format("cannot use '{}': {}", request.memory.native(), error.message()));
  if (size == 0 || size % kPageSize != 0)
    throw Error(Blame::usage, fmt::format("'{}' has {} bytes: a guest's memory is a whole number "
                                          "of pages of {} bytes",
                                          request.memory.native(), size, kPageSize));
  return request;
}

} // namespace

PageService::PageService(PageServiceRequest request)
    : request_(std::move(request)),
      source_(checked(request_).memory),
      listener_(request_.socket),
      ear_(request_.signals, request_.deadline),
      attention_(request_.supervisor, ear_,
                 [this](const std::string&, const auto&) { listener_.close(); }) {
  make_spare();
}

PageService::~PageService() = default;

void PageService::make_spare() {
  auto server = request_.make_server();
  if (server.object->backing() != MemoryBacking::userfaultfd)
    throw Error(Blame::usage,
                fmt::format("page server '{}' lets the kernel map the file: there is nothing "
                            "to serve",
                            server.name),
                "give the VMM the memory file itself, or choose another page server");
  spare_ =
      std::make_unique<ServedVm>(source_, std::move(server), request_.supervisor, request_.limits);
}

bool PageService::accepting() const {
  return !ending_ && spare_ && vms_.size() < (request_.many ? kMostVms : 1);
}

bool PageService::over() const { return vms_.empty() && (ending_ || !spare_); }

PageService::End PageService::run() {
  std::optional<Deadline> patience;
  while (!over()) {
    if (ending_ && !patience) patience = deadline_in(kEndLimit);
    if (patience && poll_timeout_ms(*patience) == 0) {
      for (const auto& vm : vms_) {
        request_.note(fmt::format("process {} is still running: its memory is held until it ends",
                                  vm->pid()));
        end_.failed = true;
      }
      break;
    }
    wait();
    if (const int signal = request_.signals.take(); signal != 0 && !ending_) {
      end_.signal = signal;
      end_all(fmt::format("ended by signal {} ({})", signal, strsignal(signal)));
    }
    if (request_.deadline && !ending_ && poll_timeout_ms(*request_.deadline) == 0) {
      end_.timeout = true;
      end_all("the time limit was reached");
    }
    if (spare_ && !spare_->failure().empty()) give_up_spare();
    if (accepting()) accept_one();
    advance_all();
  }
  listener_.close();
  if (spare_ && !spare_->stop()) {
    end_.stuck = true;
    (void)spare_.release();
  }
  return end_;
}

// Those that are served already do not suffer for it.
void PageService::give_up_spare() {
  const auto reason = spare_->failure();
  if (vms_.empty()) throw Error(Blame::environment, reason);
  request_.note(fmt::format("no more VMs are accepted: {}", reason));
  end_.failed = true;
  listener_.close();
  spare_.reset();
}

void PageService::wait() {
  auto until = deadline_in(ending_ ? std::chrono::seconds(1) : kLongWait);
  if (request_.deadline && !ending_) until = std::min(until, *request_.deadline);
  std::vector<pollfd> fds{{request_.signals.fd(), POLLIN, 0}};
  if (accepting()) fds.push_back({listener_.fd(), POLLIN, 0});
  if (spare_) spare_->add_waits(fds, until);
  for (const auto& vm : vms_) vm->add_waits(fds, until);
  (void)os::await_any(fds, until);
}

void PageService::accept_one() {
  auto connection = listener_.accept();
  if (!connection) return;
  try {
    spare_->connect(std::move(connection));
  } catch (const Error& error) {
    request_.note(fmt::format("turned away: {}", error.what()));
    return;
  }
  vms_.push_back(std::move(spare_));
  if (request_.many) make_spare();
}

void PageService::advance_all() {
  for (auto at = vms_.begin(); at != vms_.end();) {
    auto& vm = **at;
    const auto report = vm.advance();
    // The one VMM is there: nobody else shall think that he is served.
    if (vm.handed_over() && !request_.many) listener_.close();
    if (vm.vmm_survives())
      request_.note(fmt::format(
          "process {} cannot be served any more and may not be killed; its memory is held until it "
          "ends: {}",
          vm.pid(), vm.failure()));
    if (!report) {
      ++at;
      continue;
    }
    finish(*report, vm.timeline());
    if (vm.stuck()) {
      end_.stuck = true;
      (void)at->release();
    }
    at = vms_.erase(at);
    if (!ending_ && !spare_ && served_ == 0) make_spare();
  }
}

void PageService::finish(ServedVmReport report, const timing::Timeline& timeline) {
  if (report.turned_away) {
    request_.note(fmt::format("process {} was turned away: {}", report.pid, report.error));
    return;
  }
  ++served_;
  end_.failed = end_.failed || (!report.error.empty() && !ending_);
  report.number = served_;
  request_.report(report, timeline);
}

void PageService::end_all(const std::string& reason) {
  ending_ = true;
  listener_.close();
  for (const auto& vm : vms_) vm->end(reason);
}

} // namespace dhg::run
