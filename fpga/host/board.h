// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "fpga/host/link.h"
#include "model/base/progress.h"
#include "model/config/config.h"

namespace dpwa::host {

constexpr int kCounters = 11;  ///< values of COUNTER_SELECT.INDEX
using Counters = std::array<std::uint32_t, kCounters>;

/// What a board tells of one input.
struct Inference {
  std::vector<std::int32_t> outputs;  ///< stored values, stored order
  std::uint32_t cycles = 0;           ///< compute
  std::uint32_t transfer_cycles = 0;
  std::vector<Counters> counters;  ///< [asked tensors]
};

/// A board that holds a generated design (docs/registers.md).
class Board {
 public:
  /// Throws Error(bad_input) unless the design is of this configuration. The link must outlive the board.
  Board(Link& link, const config::Config& config);

  /// Makes `image` (packets, BEGIN .. END) the loaded one. false: it was. With BOOT, waits until the flash is
  /// read, and notes when the machine has refused the newest image or waits for its end. Whatever an earlier
  /// host left halfway is given up. Throws Error(bad_input) when the board refuses the image.
  bool load(const std::vector<std::uint32_t>& image, Progress& progress);

  /// Runs the input of one INPUT packet through the loaded image and waits for its `outputs` values.
  /// `tensors`: whose PCU counters are read as well. Throws Error(io) when the board has lost the input or
  /// its image.
  Inference infer(const std::vector<std::uint32_t>& packet, std::size_t outputs,
                  const std::vector<int>& tensors = {});

  /// Whether tests at power-up (BOOT = spi-test) have failed.
  bool failed_at_boot();

 private:
  std::uint32_t read(const char* name);
  void write(const char* name, std::uint32_t value);
  bool status(const char* field);
  void wait_for_boot(Progress& progress);
  std::string flags();

  /// `progress`: advances by every word.
  void send(const std::vector<std::uint32_t>& words, Progress& progress);
  std::vector<std::int32_t> take(std::size_t outputs);
  Counters counters(int tensor);
  Error lost(const std::string& what);

  Link& link_;
  const config::Config config_;
  std::uint32_t image_id_ = 0;
};

}  // namespace dpwa::host
