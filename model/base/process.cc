// SPDX-License-Identifier: Apache-2.0
#include "model/base/process.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <system_error>

#include "model/base/error.h"
#include "model/base/interrupt.h"

namespace dpwa {
namespace fs = std::filesystem;
namespace {

constexpr int kPollMilliseconds = 50;

/// Hands out the complete lines of `text` and keeps the rest.
void hand_out_lines(std::string& text, const std::function<void(const std::string&)>& on_line) {
  std::size_t begin = 0;
  for (std::size_t end = text.find('\n'); end != std::string::npos; end = text.find('\n', begin)) {
    if (on_line) on_line(text.substr(begin, end - begin));
    begin = end + 1;
  }
  text.erase(0, begin);
}

}  // namespace

Child::Child(const Process& process) : on_line_(process.on_line) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
    throw fail(ExitCode::io, "no pipe to {}: {}", process.arguments.at(0),
               std::generic_category().message(errno));
  }
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDERR_FILENO);
  if (!process.directory.empty()) posix_spawn_file_actions_addchdir_np(&actions, process.directory.c_str());

  sigset_t defaults;
  sigemptyset(&defaults);
  sigaddset(&defaults, SIGINT);
  sigaddset(&defaults, SIGTERM);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF);
  posix_spawnattr_setpgroup(&attributes, 0);
  posix_spawnattr_setsigdefault(&attributes, &defaults);

  std::vector<std::string> arguments = process.arguments;
  std::vector<char*> argv;
  for (std::string& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  const int error = posix_spawnp(&pid_, argv[0], &actions, &attributes, argv.data(), environ);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  ::close(ends[1]);
  output_ = ends[0];
  if (error != 0) {
    ::close(output_);
    throw fail(ExitCode::missing_tool, "{}: cannot be started: {}", process.arguments[0],
               std::generic_category().message(error));
  }
}

Child::~Child() {
  ::close(output_);
  if (pid_ < 0) return;
  ::kill(-pid_, SIGKILL);
  while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

int Child::wait() {
  int status = 0;
  while (true) {
    const pid_t ended = ::waitpid(pid_, &status, WNOHANG);
    if (ended == pid_) break;
    throw_if_interrupted();
    ::poll(nullptr, 0, kPollMilliseconds);
  }
  pid_ = -1;
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

std::optional<fs::path> look_for_tool(const std::string& name) {
  const char* path = std::getenv("PATH");
  std::string rest = path != nullptr ? path : "";
  while (!rest.empty()) {
    const std::size_t colon = rest.find(':');
    const fs::path candidate = fs::path(rest.substr(0, colon)) / name;
    std::error_code ignored;
    if (fs::is_regular_file(candidate, ignored) && ::access(candidate.c_str(), X_OK) == 0) return candidate;
    rest = colon == std::string::npos ? "" : rest.substr(colon + 1);
  }
  return std::nullopt;
}

fs::path find_tool(const std::string& name, const std::string& advice) {
  if (const std::optional<fs::path> path = look_for_tool(name)) return *path;
  throw fail(ExitCode::missing_tool, "{}: not found on PATH; {}", name, advice);
}

void Child::read_lines(const std::function<bool()>& stop) {
  std::string pending;
  std::string block(std::size_t{1} << 16, '\0');
  while (!stop()) {
    throw_if_interrupted();
    pollfd ready{output_, POLLIN, 0};
    if (::poll(&ready, 1, kPollMilliseconds) <= 0) continue;
    const ssize_t count = ::read(output_, block.data(), block.size());
    if (count < 0) continue;
    if (count == 0) break;
    pending.append(block, 0, static_cast<std::size_t>(count));
    hand_out_lines(pending, on_line_);
  }
  if (!pending.empty() && on_line_) on_line_(pending);
}

int run(const Process& process) {
  Child child(process);
  child.read_lines([] { return false; });
  return child.wait();
}

}  // namespace dpwa
