// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace dpwa::config {

enum class LutStyle { generic, ice40, ecp5, asic };  ///< how the lane's adders are written
enum class WriteBack { parallel, serial };           ///< how accumulators become stored values
enum class HostPort { axi, none, uart };
enum class Boot { none, spi, spi_test };  ///< where an image comes from at power-up
enum class PortFormats { all, integer };  ///< of input and output words

/// Which policies of the PCU there are (docs/numerics.md N1.3, N5); one at least.
struct Policies {
  bool range = true;
  bool static_ = true;
  bool variance = false;  ///< and with it step classes
  bool operator==(const Policies& o) const {
    return range == o.range && static_ == o.static_ && variance == o.variance;
  }
};

/// "range,static"
std::string policy_names(const Policies& policies);

/// A hardware configuration: everything the RTL depends on (it never depends on a network).
/// TOML keys are the upper-case names in `fields()`; presets are embedded in the executable.
struct Config {
  std::string name = "sim-4";
  int lanes = 4;       ///< LANES: MAC lanes in all groups together
  int groups = 1;      ///< GROUPS: lane groups, each with its own sequencer and activation port
  int wb_lanes = 1;    ///< WB_LANES: write-back lanes per group
  int products = 16;   ///< PRODUCTS: 4x4 products per lane and beat = values per tile (8, 16, 32)
  int planes_max = 5;  ///< PLANES_MAX: most planes of a tile of activations or weights
  int acc_w = 48;      ///< ACC_W: accumulator bits
  int mult_w = 24;     ///< MULT_W: write-back multiplier bits
  int shift_max = 63;  ///< SHIFT_MAX: largest write-back right shift
  int scan_tiles = 4;  ///< SCAN_TILES: tiles whose widths are looked at per cycle (2, 4)
  int lane_cuts = 2;   ///< LANE_CUTS: register levels in the lane's adder tree (0..3)
  int stage_cuts = 0;  ///< STAGE_CUTS: 1: registers between memories, lanes and write-back (0, 1)
  int premax = 1;      ///< PREMAX: max pool on accumulators, before write-back (0, 1)
  int conv = 1;        ///< CONV: 0: dense layers only (0, 1)
  int pool_pads = 1;   ///< POOL_PADS: max pools with padding (0, 1)
  WriteBack write_back = WriteBack::parallel;   ///< WRITE_BACK: one value per cycle, or bit by bit
  Policies policies;                            ///< POLICIES: of the PCU
  int pcu_counters = 1;                         ///< PCU_COUNTERS: event counters per node (0, 1)
  LutStyle lut_style = LutStyle::generic;       ///< LUT_STYLE
  HostPort host_port = HostPort::axi;           ///< HOST_PORT
  Boot boot = Boot::none;                       ///< BOOT: an image is read from an SPI flash, after tests
  PortFormats port_formats = PortFormats::all;  ///< PORT_FORMATS: integer: without binary16 and float32
  int weight_words = 65536;                     ///< WEIGHT_WORDS: fast-tier plane words per lane
  int weight_tiles = 65536;                     ///< WEIGHT_TILES: weight width-table entries per group
  int dense_words = 0;            ///< DENSE_WORDS: dense-tier plane words in all; 0 = no dense tier
  int activation_words = 131072;  ///< ACTIVATION_WORDS: plane words of activation memory (per group)
  int activation_tiles = 32768;   ///< ACTIVATION_TILES: width-table entries (per group)
  int residual_words = 0;         ///< RESIDUAL_WORDS: transfers of fine values (per group); 0 = no additions
  int factors = 0;                ///< FACTORS: products with the tensors of that memory (0, 1)
  int window_planes = 0;          ///< WINDOW_PLANES: planes of a tap window; 0 = depthwise by one-hot weights
  int table_words = 0;            ///< TABLE_WORDS: values of activation tables (per lane); 0 = no tables
  int input_values = 16384;       ///< INPUT_VALUES: values of one network input
  int input_planes = 5;           ///< INPUT_PLANES: most planes of an input value, at most PLANES_MAX count
  int input_channels = 16;        ///< INPUT_CHANNELS: input channels with constants of their own
  int channels = 8192;            ///< CHANNELS: channel constants of all nodes together
  int nodes = 128;                ///< NODES: node descriptors

  int lanes_per_group() const { return lanes / groups; }
  bool serial_write_back() const { return write_back == WriteBack::serial; }
  bool convolves() const { return conv != 0; }  ///< convolutions, pools, layers over maps
  bool boots() const { return boot != Boot::none; }
  bool tests_at_boot() const { return boot == Boot::spi_test; }
  bool pads_pools() const { return convolves() && pool_pads != 0; }
  bool adds() const { return residual_words > 0; }
  bool multiplies() const { return factors != 0; }
  bool has_tap_windows() const { return window_planes > 0; }
  bool has_tables() const { return table_words > 0; }
  bool has_classes() const { return policies.variance; }
  /// Whether the machine has the registers of docs/registers.md.
  bool has_registers() const { return host_port != HostPort::none; }
  int slices() const { return lanes_per_group() / wb_lanes; }  ///< skewed lane slices of a group
  int input_planes_max() const { return input_planes < planes_max ? input_planes : planes_max; }
  int value_w() const { return 4 * planes_max + 1; }  ///< bits of a stored value, two's complement
};

/// Bits of a fine value in the memory of RESIDUAL_WORDS, and of the sum before limits (docs/numerics.md N10).
inline constexpr int kFineBits = 18, kFineSumBits = 22;

/// Entries of a lane group's queue of the store bus (rtl/ctrl/dpwa_write_bus.v).
inline constexpr int kStoreEntries = 16;

/// Taps of a tap window (rtl/ctrl/dpwa_tap_window.v), and most columns that a node with one may store and
/// scan.
inline constexpr int kWindowTaps = 9, kWindowStoredColumns = 256, kWindowColumnBits = 10;

/// Cycles that a value takes through additions and products (rtl/quant/dpwa_residual.v), where there are any.
/// Between the memory and a multiplier, or with STAGE_CUTS, there is a register.
inline int fine_latency(const Config& config) {
  return config.adds() ? 5 + (config.multiplies() || config.stage_cuts != 0 ? 1 : 0) : 0;
}

/// Cycles that a value takes through the tables of TABLE_WORDS (rtl/quant/dpwa_activation_table.v).
inline constexpr int kTableLatency = 2;

/// One TOML key: its name, meaning and access to the member. One table for parser, `--set`, documentation and
/// manifest.
struct Field {
  const char* key;
  const char* meaning;
  std::string allowed;  ///< "1..256", "ice40 | ecp5 ..."
  bool is_integer;      ///< TOML type: integer or string
  std::function<std::string(const Config&)> get;
  std::function<void(Config&, const std::string& value)> set;  ///< throws Error(usage): key, found, allowed
  bool optional = false;  ///< texts and the hash name it only where it differs from sim-4
};
const std::vector<Field>& fields();

/// Names of the embedded presets: "sim-4", "up5k", "icebreaker", "gw2ar-18", "ecp5-85", "asic-64".
std::vector<std::string> preset_names();

/// A preset by name, or a TOML file (keys that it leaves out keep the values of sim-4, NAME is "custom").
/// Then applies each `key=value` of `overrides`. Throws Error(usage) naming the file, the key, what is
/// allowed and the nearest known name. The result is validated.
Config load(const std::string& name_or_file, const std::vector<std::string>& overrides = {});

/// The KEY=VALUE, NAME among them, that make sim-4 into this configuration: load("sim-4", these) is it again.
std::vector<std::string> differences(const Config& config);

/// Throws Error(usage) for an impossible combination: LANES not a multiple of GROUPS, lanes per group not
/// dividing PRODUCTS, WB_LANES not dividing lanes per group, ACC_W too small for one beat at the top level
/// ...
void validate(const Config& config);

/// Whether texts and the hash of this configuration name the field: always, or where it is not as in sim-4.
bool is_named(const Field& field, const Config& config);

/// Canonical TOML text: every named key in fixed order, with its meaning as a comment. What OUT/config.toml
/// holds.
std::string to_toml(const Config& config);

/// What an image must agree with its machine in: the keys and values of to_toml() without NAME, and the
/// fields of the node descriptor, which versions of dpwa may place differently.
std::string identity(const Config& config);

/// Low 32 bits of the content hash of identity(): register CONFIG_HASH and header of an image.
std::uint32_t config_hash(const Config& config);

}  // namespace dpwa::config
