#include "tools/child.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <stdexcept>

extern char** environ;

namespace pondus {
namespace {

struct Pipe {
  int ends[2] = {-1, -1};
  Pipe() {
    if (pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
  }
};

}  // namespace

void Child::start() {
  std::signal(SIGPIPE, SIG_IGN);
  const Pipe in;
  const Pipe out;
  to_ = in.ends[1];
  from_ = out.ends[0];
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, in.ends[0], STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, out.ends[1], STDOUT_FILENO);
  std::vector<char*> arguments;
  for (std::string& word : command_) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  const int failed =
      posix_spawnp(&process_, arguments[0], &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  close(in.ends[0]);
  close(out.ends[1]);
  if (failed == 0) return;
  process_ = -1;
  throw std::runtime_error("cannot start " + command_[0]);
}

void Child::stop() {
  if (to_ >= 0) close(to_);
  if (from_ >= 0) close(from_);
  to_ = from_ = -1;
  received_.clear();
  if (process_ < 0) return;
  kill(process_, SIGKILL);
  waitpid(process_, nullptr, 0);
  process_ = -1;
}

std::string Child::exchange(const std::string& line, std::chrono::seconds most) {
  const auto end = std::chrono::steady_clock::now() + most;
  const std::string sent = line + "\n";
  for (std::size_t at = 0; at < sent.size();) {
    const ssize_t count = write(to_, sent.data() + at, sent.size() - at);
    if (count <= 0) throw std::runtime_error("does not read");
    at += static_cast<std::size_t>(count);
  }
  std::size_t stop = std::string::npos;
  while ((stop = received_.find('\n')) == std::string::npos) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        end - std::chrono::steady_clock::now());
    pollfd ready{from_, POLLIN, 0};
    if (left.count() <= 0 || poll(&ready, 1, static_cast<int>(left.count())) <= 0)
      throw std::runtime_error("no answer in " + std::to_string(most.count()) + " seconds");
    char buffer[1 << 16];
    const ssize_t count = read(from_, buffer, sizeof buffer);
    if (count <= 0) throw std::runtime_error("no answer");
    received_.append(buffer, static_cast<std::size_t>(count));
  }
  std::string answer = received_.substr(0, stop);
  received_.erase(0, stop + 1);
  return answer;
}

std::string Child::ask(const std::string& line, std::chrono::seconds most) {
  try {
    if (process_ < 0) start();
    return exchange(line, most);
  } catch (const std::runtime_error&) {
    stop();
    throw;
  }
}

}  // namespace pondus
