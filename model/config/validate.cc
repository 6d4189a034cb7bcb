// SPDX-License-Identifier: Apache-2.0
#include "model/base/error.h"
#include "model/config/config.h"

namespace dpwa::config {
namespace {

constexpr int kMaxLanesPerGroup = 16;
constexpr int kMinChannelRows = 64;  // the drain's row address has at least six bits

void require_divides(int divisor, const std::string& divisor_name, int value, const std::string& value_name) {
  if (value % divisor == 0) return;
  throw fail(ExitCode::usage, "{} = {} must divide {} = {}", divisor_name, divisor, value_name, value);
}

/// `what` is there only beside this value of another key.
void require_value(const char* what, const char* key, int found, int expected) {
  if (found == expected) return;
  throw fail(ExitCode::usage, "{} needs {} = {}, found {}", what, key, expected, found);
}

void validate_shape(const Config& c) {
  if (c.products != 8 && c.products != 16 && c.products != 32) {
    throw fail(ExitCode::usage, "PRODUCTS: expected 8, 16 or 32, found '{}'", c.products);
  }
  if (c.scan_tiles != 2 && c.scan_tiles != 4) {
    throw fail(ExitCode::usage, "SCAN_TILES: expected 2 or 4, found '{}'", c.scan_tiles);
  }
  require_divides(c.groups, "GROUPS", c.lanes, "LANES");
  if (c.lanes_per_group() > kMaxLanesPerGroup) {
    throw fail(
        ExitCode::usage,
        "LANES / GROUPS = {} lanes per group, expected at most {}; GROUPS = {} would do for LANES = {}",
        c.lanes_per_group(), kMaxLanesPerGroup, (c.lanes + kMaxLanesPerGroup - 1) / kMaxLanesPerGroup,
        c.lanes);
  }
  require_divides(c.lanes_per_group(), "LANES / GROUPS", c.products, "PRODUCTS");
  require_divides(c.wb_lanes, "WB_LANES", c.lanes_per_group(), "LANES / GROUPS");
}

void validate_widths(const Config& c) {
  // One product at the top level is two signed digits (8 bits) times 16^(2 * PLANES_MAX - 2).
  const int top_product_bits = 8 * c.planes_max;
  if (c.acc_w < top_product_bits) {
    throw fail(ExitCode::usage, "ACC_W = {} cannot hold one product of {} planes by {}: expected at least {}",
               c.acc_w, c.planes_max, c.planes_max, top_product_bits);
  }
}

/// The serial write-back unit has one lane, and every value passes it.
void validate_write_back(const Config& c) {
  if (!c.serial_write_back()) return;
  const auto require = [](const char* key, int found, int expected) {
    require_value("WRITE_BACK = \"serial\"", key, found, expected);
  };
  require("GROUPS", c.groups, 1);
  require("WB_LANES", c.wb_lanes, 1);
  require("STAGE_CUTS", c.stage_cuts, 0);
  require("PREMAX", c.premax, 0);
  require("RESIDUAL_WORDS", c.residual_words, 0);
  require("TABLE_WORDS", c.table_words, 0);
  if (c.policies.variance) {
    throw fail(ExitCode::usage,
               "WRITE_BACK = \"serial\" has no policy 'variance'; use POLICIES = \"range,static\"");
  }
}

/// The registers of STAGE_CUTS are in none of the sections for weight streams and step classes.
void validate_stage_cuts(const Config& c) {
  if (c.stage_cuts == 0) return;
  if (c.dense_words > 0)
    throw fail(ExitCode::usage, "STAGE_CUTS = 1 needs DENSE_WORDS = 0, found {}", c.dense_words);
  if (c.policies.variance)
    throw fail(ExitCode::usage, "STAGE_CUTS = 1 has no policy 'variance'; use POLICIES = \"range,static\"");
}

/// The unit that adds fine values has one pair of limits, not one per step class.
void validate_policies(const Config& c) {
  if (!c.policies.variance || !c.adds()) return;
  throw fail(
      ExitCode::usage,
      "RESIDUAL_WORDS = {} and policy 'variance' exclude each other; use POLICIES = \"range,static\" or "
      "RESIDUAL_WORDS = 0",
      c.residual_words);
}

void validate_memories(const Config& c) {
  if (c.residual_words == 1) throw fail(ExitCode::usage, "RESIDUAL_WORDS: expected 0, or 2 or more, found 1");
  if (c.multiplies() && !c.adds()) {
    throw fail(ExitCode::usage, "FACTORS = 1 needs RESIDUAL_WORDS, where the factors lie; found 0");
  }
  if (c.table_words == 1) throw fail(ExitCode::usage, "TABLE_WORDS: expected 0, or 2 or more, found 1");
  // Width tables have a bank per tile of a scan step.
  require_divides(c.scan_tiles, "SCAN_TILES", c.weight_tiles, "WEIGHT_TILES");
  require_divides(c.scan_tiles, "SCAN_TILES", c.activation_tiles, "ACTIVATION_TILES");
  require_divides(c.wb_lanes, "WB_LANES", c.channels, "CHANNELS");
  if (c.channels / c.wb_lanes < kMinChannelRows) {
    throw fail(ExitCode::usage, "CHANNELS = {}: expected at least {} for WB_LANES = {}", c.channels,
               kMinChannelRows * c.wb_lanes, c.wb_lanes);
  }
  if ((c.nodes & (c.nodes - 1)) != 0) {
    throw fail(ExitCode::usage, "NODES: expected a power of two, found '{}'", c.nodes);
  }
}

void validate_tiers(const Config& c) {
  if (c.dense_words == 0) return;
  require_divides(c.lanes, "LANES", c.dense_words, "DENSE_WORDS");
  constexpr int kMostWords = 1 << 16;
  if (c.weight_words > kMostWords) {
    throw fail(ExitCode::usage, "WEIGHT_WORDS = {}: expected at most {} with a dense tier (DENSE_WORDS = {})",
               c.weight_words, kMostWords, c.dense_words);
  }
}

/// A lane keeps the taps of the channel whose number in its tile is the lane's; columns come one after the
/// other, so neither streamed weights nor the classes of rows find their order.
void validate_tap_windows(const Config& c) {
  if (!c.has_tap_windows()) return;
  const auto require = [](const char* key, int found, int expected) {
    require_value("WINDOW_PLANES", key, found, expected);
  };
  require("PRODUCTS", c.products, 16);
  require("LANES / GROUPS", c.lanes_per_group(), 16);
  require("CONV", c.conv, 1);
  require("DENSE_WORDS", c.dense_words, 0);
  if (c.serial_write_back())
    throw fail(ExitCode::usage, "WINDOW_PLANES needs WRITE_BACK = \"parallel\", found \"serial\"");
  if (c.policies.variance)
    throw fail(ExitCode::usage, "WINDOW_PLANES has no policy 'variance'; use POLICIES = \"range,static\"");
  if (c.window_planes > c.planes_max) {
    throw fail(ExitCode::usage, "WINDOW_PLANES = {}: expected at most PLANES_MAX = {}", c.window_planes,
               c.planes_max);
  }
}

/// The packet stream that the flash loader shares with the host is the serial line's.
void validate_boot(const Config& c) {
  if (c.boots() && c.host_port != HostPort::uart)
    throw fail(ExitCode::usage, "BOOT needs HOST_PORT = \"uart\"");
}

}  // namespace

void validate(const Config& config) {
  for (const Field& field : fields()) {
    Config scratch;
    field.set(scratch, field.get(config));
  }
  validate_shape(config);
  validate_widths(config);
  validate_write_back(config);
  validate_policies(config);
  validate_stage_cuts(config);
  validate_memories(config);
  validate_tiers(config);
  validate_tap_windows(config);
  validate_boot(config);
}

}  // namespace dpwa::config
