// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

#include "fpga/host/line.h"
#include "fpga/host/link.h"

namespace dpwa::host {

/// A serial device or a pseudo-terminal, 8 data bits, no parity, 1 stop bit, raw, locked against other hosts.
/// Both are opened in the same way, with termios: libserialport 0.1.1 finds no pseudo-terminals, so what
/// tests and the virtual board use would not be what boards use.
class SerialPort : public Line {
 public:
  /// Throws Error(usage) for a speed that Linux does not have, Error(io) when the port cannot be opened or is
  /// in use.
  SerialPort(const std::filesystem::path& device, int baud);
  ~SerialPort() override;
  SerialPort(const SerialPort&) = delete;
  SerialPort& operator=(const SerialPort&) = delete;

  std::string name() const override;
  void write(std::string_view bytes) override;
  std::string read(Milliseconds limit) override;
  Milliseconds now() const override;

  /// Long enough for the longest frames at this speed; on a pseudo-terminal, which loses nothing, for a board
  /// that is simulated.
  Patience patience() const;

 private:
  void configure(int baud);
  [[noreturn]] void unplugged(int error) const;

  std::filesystem::path device_;
  int baud_;
  int fd_ = -1;
  bool pseudo_ = false;  ///< a pseudo-terminal: it has no speed
};

}  // namespace dpwa::host
