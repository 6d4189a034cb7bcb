// SPDX-License-Identifier: Apache-2.0
#include "fpga/host/serial_port.h"

#include <fcntl.h>
#include <linux/serial.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <map>
#include <system_error>

#include "model/base/interrupt.h"

namespace dpwa::host {
namespace {

namespace fs = std::filesystem;
constexpr Milliseconds kStuck{5000};  // a port that takes no byte for so long is gone

std::string reason(int error) { return std::generic_category().message(error); }

speed_t speed(int baud) {
  static const std::map<int, speed_t> speeds = {
      {9600, B9600},       {19200, B19200},     {38400, B38400},     {57600, B57600},    {115200, B115200},
      {230400, B230400},   {460800, B460800},   {500000, B500000},   {921600, B921600},  {1000000, B1000000},
      {1500000, B1500000}, {2000000, B2000000}, {3000000, B3000000}, {4000000, B4000000}};
  const auto found = speeds.find(baud);
  if (found != speeds.end()) return found->second;
  std::string known;
  for (const auto& [rate, value] : speeds) known += (known.empty() ? "" : ", ") + std::to_string(rate);
  throw fail(ExitCode::usage, "--baud {}: not a speed of serial ports; there are {}", baud, known);
}

/// USB adapters hold bytes back for some 16 ms unless they are asked not to; those that cannot be asked stay
/// slow.
void ask_for_low_latency(int fd) {
  serial_struct settings{};
  if (::ioctl(fd, TIOCGSERIAL, &settings) != 0) return;
  settings.flags |= ASYNC_LOW_LATENCY;
  ::ioctl(fd, TIOCSSERIAL, &settings);
}

}  // namespace

SerialPort::SerialPort(const fs::path& device, int baud) : device_(device), baud_(baud) {
  const speed_t checked = speed(baud);
  fd_ = ::open(device.c_str(), O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
  if (fd_ < 0 && errno == EBUSY) throw fail(ExitCode::io, "{}: in use by another program", device.string());
  if (fd_ < 0) {
    const char* advice = errno == EACCES ? "; add yourself to the group of the device (dialout)" : "";
    throw fail(ExitCode::io, "{}: {}{}", device.string(), reason(errno), advice);
  }
  try {
    // Not TIOCEXCL: a pseudo-terminal keeps it when its host was killed.
    if (::flock(fd_, LOCK_EX | LOCK_NB) != 0) {
      throw fail(ExitCode::io, "{}: in use by another program", device.string());
    }
    std::error_code ignored;
    pseudo_ = fs::canonical(device, ignored).string().rfind("/dev/pts/", 0) == 0;
    configure(static_cast<int>(checked));
  } catch (...) {
    ::close(fd_);
    throw;
  }
}

SerialPort::~SerialPort() { ::close(fd_); }

void SerialPort::configure(int baud) {
  termios settings{};
  if (::tcgetattr(fd_, &settings) != 0) {
    throw fail(ExitCode::io, "{}: not a serial port", device_.string());
  }
  ::cfmakeraw(&settings);
  settings.c_cflag |= CLOCAL | CREAD;
  settings.c_cflag &= ~static_cast<tcflag_t>(CSTOPB | CRTSCTS | HUPCL);
  settings.c_cc[VMIN] = 1;  // no bytes read is then the end
  settings.c_cc[VTIME] = 0;
  ::cfsetspeed(&settings, static_cast<speed_t>(baud));
  if (::tcsetattr(fd_, TCSANOW, &settings) != 0) {
    throw fail(ExitCode::io, "{}: cannot be set to {} baud: {}", device_.string(), baud_, reason(errno));
  }
  if (!pseudo_) ask_for_low_latency(fd_);
}

std::string SerialPort::name() const {
  return pseudo_ ? device_.string() : fmt::format("{} at {} baud", device_.string(), baud_);
}

void SerialPort::write(std::string_view bytes) {
  const Milliseconds end = now() + kStuck;
  while (!bytes.empty()) {
    throw_if_interrupted();
    const ssize_t count = ::write(fd_, bytes.data(), bytes.size());
    if (count > 0) bytes.remove_prefix(static_cast<std::size_t>(count));
    if (count < 0 && errno != EAGAIN && errno != EINTR) unplugged(errno);
    if (bytes.empty()) return;
    if (now() > end) throw fail(ExitCode::io, "{}: the port takes no bytes", name());
    pollfd ready{fd_, POLLOUT, 0};
    ::poll(&ready, 1, 50);
  }
}

std::string SerialPort::read(Milliseconds limit) {
  pollfd ready{fd_, POLLIN, 0};
  if (::poll(&ready, 1, static_cast<int>(limit.count())) <= 0) return "";
  std::array<char, 4096> block{};
  const ssize_t count = ::read(fd_, block.data(), block.size());
  if (count < 0 && errno != EAGAIN && errno != EINTR) unplugged(errno);
  if (count == 0) unplugged(0);  // what poll saw was the end
  return {block.data(), static_cast<std::size_t>(std::max<ssize_t>(count, 0))};
}

Milliseconds SerialPort::now() const {
  return std::chrono::duration_cast<Milliseconds>(std::chrono::steady_clock::now().time_since_epoch());
}

Patience SerialPort::patience() const {
  Patience patience;
  if (pseudo_) {
    patience.answer = Milliseconds(10000);
    patience.tries = 3;
    patience.machine = Milliseconds(600000);
    return patience;
  }
  constexpr int kLongestBits = 2 * (2 * 256 + 2) * 10;  // request and answer, every byte stuffed
  patience.answer = Milliseconds(500 + 1000 * kLongestBits / baud_);
  return patience;
}

void SerialPort::unplugged(int error) const {
  throw fail(ExitCode::io, "{}: the port is gone (unplugged?){}", device_.string(),
             error == 0 ? "" : ": " + reason(error));
}

}  // namespace dpwa::host
