// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "fpga/host/frame.h"
#include "fpga/host/line.h"
#include "model/base/error.h"

namespace dpwa::host {

enum class Request : std::uint8_t { hello = 0, read = 1, write = 2, send = 3, take = 4, reset = 5 };

/// When a host stops waiting.
struct Patience {
  Milliseconds answer{1000};    ///< for the answer to a request, which is then sent again
  int tries = 5;                ///< of a request
  Milliseconds machine{60000};  ///< for a machine that is busy to take or give a word
};

/// Requests to a board and their answers, one at a time; sends again what was not answered.
class Link {
 public:
  /// Greets the board. `nonce` tells its answer from those to an earlier host: random. The line must outlive
  /// the link. Throws Error(io) when nobody answers, Error(bad_input) when the board speaks another protocol.
  Link(Line& line, const Patience& patience, std::uint32_t nonce);

  /// The payload of the answer. Throws Error(io) when none comes, Error(bad_input) when the board refuses.
  std::string request(Request request, const std::string& payload = "");

  const Patience& patience() const { return patience_; }
  const Line& line() const { return line_; }

 private:
  /// Status and payload of the answer to the newest request; it begins with `begin`.
  std::string exchange(Request request, const std::string& payload, const std::string& begin);
  std::optional<std::string> wait(Request request, const std::string& begin);
  Error no_answer(Request request) const;

  Line& line_;
  Patience patience_;
  FrameReader reader_;
  std::uint8_t sequence_;
  std::size_t heard_ = 0;  ///< bytes since the newest request
};

}  // namespace dpwa::host
