#pragma once

#include "dhg/result_channel.hpp"

#include <cstddef>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <vector>

namespace dhg::conformance {

using Bytes = std::vector<std::byte>;

/// What a step in the guest came to: bytes for the host, or the text of an exception.
struct Carried {
  Bytes bytes;
  std::string error;
};

/// A program that the guest runs as the agent does, its outcome stored and loaded.
[[nodiscard]] nlohmann::json program(const std::string& code);
/// An outcome that is stored and loaded without running anything.
[[nodiscard]] nlohmann::json outcome(const nlohmann::json& dictionary);
/// Loading alone.
[[nodiscard]] nlohmann::json load_only();

/// Carries out `steps` with the guest half of `channel`, in one real Python.
/// @throws std::runtime_error if that Python ends or hangs: its last words
[[nodiscard]] std::vector<Carried> in_guest(const ResultChannel& channel,
                                            const std::vector<nlohmann::json>& steps);

/// Runs `code` in a guest and decodes what the channel carries out of it.
[[nodiscard]] CodeResult run(const ResultChannel& channel, const std::string& code);

} // namespace dhg::conformance
