#pragma once

#include "command_line.hpp"
#include "guest_link/request.hpp"
#include "os/ear.hpp"

namespace dhg::cli {

/// The options that give a program its environment: --env, --env-file, --secret.
void add_environment_options(po::options_description& options);

/// What they ask for: of a name that is given more than once, the last value; --env goes before
/// --env-file. No message has a value in it, for values may be secret.
/// @param ear listened to while files are read, which may be pipes
/// @throws Error(Blame::usage); os::Interrupted
[[nodiscard]] guest_link::Environment read_environment(const po::variables_map& values,
                                                       const os::Ear& ear);

/// Lines of NAME=VALUE, NAME (the value that the caller has) and comments, as docker's --env-file
/// has them: quotes and blanks are part of the value.
/// @param name of the file, for messages
[[nodiscard]] guest_link::Environment parse_env_file(const std::string& text,
                                                     const std::string& name);

} // namespace dhg::cli
