// SPDX-License-Identifier: Apache-2.0
#include "gen/lower/lower.h"

#include <algorithm>
#include <string>

#include "gen/lower/layout.h"
#include "gen/lower/packets.h"
#include "gen/lower/tiers.h"
#include "model/base/error.h"

namespace dpwa::lower {
namespace {

/// Where a group's part of a node lies in the group's own memories.
struct Bases {
  int weight_tile = 0, weight_word = 0, dense_row = 0, const_row = 0;
};

/// Fields of one node descriptor by name.
class Descriptor {
 public:
  explicit Descriptor(const config::Config& config)
      : fields_(config::node_fields(config)), writer_(config::descriptor_words(config)) {}
  void set(const std::string& name, std::int64_t value) { writer_.set(field(name), value); }
  /// Modulo the field's range.
  void set_modulo(const std::string& name, std::int64_t value) {
    writer_.set(field(name), value & ((std::int64_t{1} << field(name).bits) - 1));
  }
  const std::vector<std::uint32_t>& words() const { return writer_.words(); }

 private:
  const config::NodeField& field(const std::string& name) const {
    return *std::find_if(fields_.begin(), fields_.end(),
                         [&](const config::NodeField& f) { return f.name == name; });
  }

  std::vector<config::NodeField> fields_;
  FieldWriter writer_;
};

/// The walk of a node with tap windows: the loops of a map one position wide with a pool window as wide as
/// what a row scans (rtl/ctrl/dpwa_scanner.v).
void set_windowed_walk(Descriptor& d, const Geometry& g, const net::Shape& stored, const Share& share) {
  const int columns = cycles::scanned_columns(g.window, stored);
  d.set("windowed", 1);
  d.set("window_wait", g.window.kw - 1);
  d.set("window_skip", g.window.stride_x - 1);
  d.set("pool_columns", columns - 1);
  d.set("pool_positions", stored.w - 1);
  d.set("shared", 1);
  const int y_step = g.window.stride_y * g.row_tiles();
  const int last_run = (g.window.kh - 1) * g.row_tiles();
  const int last_column = (columns - 1) * g.tiles_per_pixel;
  d.set_modulo("t_first", -g.window.pad_top * g.row_tiles() + share.first_position / stored.w * y_step);
  d.set_modulo("t_column", -last_run);
  d.set_modulo("t_group", -last_run);
  d.set_modulo("t_line", y_step - last_run);
  d.set_modulo("x_first", -g.window.pad_left * g.tiles_per_pixel);
  d.set_modulo("x_column", g.tiles_per_pixel);
  d.set_modulo("x_group", 1 - last_column);
  d.set_modulo("x_line", 1 - g.tiles_per_pixel - last_column);
}

/// Loop bounds and steps over the input (docs/architecture.md, "Loop nest").
void set_walk(Descriptor& d, const config::Config& config, const Geometry& g, const net::Node& node,
              const net::Shape& stored, const Share& share) {
  d.set("run_steps", ceil_div(g.run_tiles(), config.scan_tiles) - 1);
  d.set("run_rest", (g.run_tiles() - 1) % config.scan_tiles);
  if (!config.convolves()) return;
  d.set("kernel_rows", g.window.kh - 1);
  d.set("in_tiles", g.tiles() - 1);
  d.set("row_tiles", g.row_tiles() - 1);
  if (g.windowed) {
    set_windowed_walk(d, g, stored, share);
    return;
  }
  const net::Window pool = node.pool.value_or(net::Window{});
  const net::Shape& conv = node.conv_shape;
  const int row = share.first_position / stored.w, column = share.first_position % stored.w;
  d.set("pool_rows", pool.kh - 1);
  d.set("pool_columns", pool.kw - 1);
  d.set("pool_positions", pool.kh * pool.kw - 1);
  d.set("shared", g.shared);
  d.set("out_columns", stored.w - 1);
  d.set("first_column", column);

  const int y_step = g.window.stride_y * g.row_tiles();
  const int pool_y_step = pool.stride_y * y_step;
  const int last_run = (g.window.kh - 1) * g.row_tiles();
  const int t_low = -g.window.pad_top * g.row_tiles();
  d.set_modulo("t_first", t_low + (row * pool.stride_y - pool.pad_top) * y_step);
  d.set_modulo("t_column", -last_run);
  d.set_modulo("t_window", y_step - last_run);
  d.set_modulo("t_group", -(pool.kh - 1) * y_step - last_run);
  d.set_modulo("t_line", pool_y_step - (pool.kh - 1) * y_step - last_run);

  const int x_step = g.window.stride_x * g.tiles_per_pixel;
  const int pool_x_step = pool.stride_x * x_step;
  const int last_column = (pool.kw - 1) * x_step;
  const int x_low = -g.window.pad_left * g.tiles_per_pixel;
  d.set_modulo("x_first", x_low + (column * pool.stride_x - pool.pad_left) * x_step);
  d.set_modulo("x_column", x_step);
  d.set_modulo("x_group", -last_column);
  d.set_modulo("x_position", pool_x_step - last_column);
  d.set_modulo("x_line", -(stored.w - 1) * pool_x_step - last_column);
  if (!config.pads_pools() || !net::has_pads(pool)) return;
  d.set("pool_pads", 1);
  d.set_modulo("t_low", t_low);
  d.set_modulo("t_high", t_low + (conv.h - 1) * y_step);
  d.set_modulo("x_low", x_low);
  d.set_modulo("x_high", x_low + (conv.w - 1) * x_step);
}

void set_addition(Descriptor& d, const config::Config& config, const net::Network& network,
                  const Layout& layout, int n) {
  const net::Node& node = network.nodes[n];
  d.set("fine_shift", layout.constants[n].fine_shift);
  d.set("adds", node.residual >= 0);
  if (config.multiplies()) d.set("multiplies", node.factor >= 0);
  if (node.joined() >= 0) d.set("residual_base", layout.memory.fine_base[node.joined()]);
  const int kept = layout.memory.fine_base[node.output];
  d.set("kept", kept >= 0);
  if (kept >= 0) d.set("fine_base", kept);
}

std::vector<std::uint32_t> node_descriptor(const config::Config& config, const net::Network& network,
                                           const plan::Plan& plan, const Layout& layout, int n, int group,
                                           const Bases& bases) {
  const net::Node& node = network.nodes[n];
  const plan::NodeConstants& constants = layout.constants[n];
  const Part& part = layout.parts[n][group];
  const Share& share = part.share;
  const TensorPlace& in = layout.memory.tensors[node.input];
  const TensorPlace& out = layout.memory.tensors[node.output];
  Descriptor d(config);
  d.set("last", n + 1 == static_cast<int>(network.nodes.size()));
  d.set("tensor", node.output);
  d.set("out_signed", plan.tensors[node.output].is_signed);
  d.set("lower", constants.lower);
  d.set("upper", constants.upper);
  d.set("count_below", constants.count_below);
  d.set("count_above", constants.count_above);
  if (!constants.table.empty()) {
    d.set("table", 1);
    d.set_modulo("table_base", layout.tables.first[n] - constants.lower);
  }
  d.set("idle", share.idle());
  if (share.idle()) return d.words();

  const net::Shape& stored = network.tensors[node.output].shape;
  const int first_tile = share.first_position * ceil_div(stored.c, config.products) + share.first_tile;
  set_walk(d, config, layout.geometry[n], node, stored, share);
  d.set("in_signed", plan.tensors[node.input].is_signed);
  d.set("in_planes", in.planes);
  d.set("in_tile_base", in.tile_base);
  d.set("in_word_base", in.word_base);
  d.set("groups", static_cast<int>(share.first_channels.size()) - 1);
  d.set("last_channels", std::min(config.lanes_per_group(), node.out_channels - share.first_channels.back()));
  const bool windowed = layout.geometry[n].windowed;
  d.set("positions", (windowed ? share.positions / stored.w : share.positions) - 1);
  if (windowed) {
    d.set("column_tiles", ceil_div(stored.c, config.products));
    d.set("column_words", ceil_div(stored.c, config.products) * out.planes);
  }
  const bool varies = plan.tensors[node.output].pcu.policy == plan::Policy::variance;
  const int row_tiles = stored.w * ceil_div(stored.c, config.products);
  d.set("flush_cycles", config::flush_cycles(config, out.planes, varies ? row_tiles : 0));
  d.set("const_row", bases.const_row);
  if (config.adds()) set_addition(d, config, network, layout, n);
  d.set("weight_tile_base", bases.weight_tile);
  if (layout.streams(n, group)) {
    d.set("streamed", 1);
    d.set("keep", layout.tiers.nodes[n].keep);
    d.set("ring_mask", layout.tiers.ring - 1);
    d.set("dense_first_row", bases.dense_row);
    d.set("dense_last_row", bases.dense_row + part.words() - 1);
  } else if (part.words() > 0) {
    d.set("weight_word_base", bases.weight_word);
  }
  if (config.groups > 1) {
    d.set("tile_step", share.tile_step);
    d.set("out_planes", out.planes);
  }
  d.set("word_step", share.tile_step * out.planes);
  d.set("out_tile_base", out.tile_base + first_tile);
  d.set("out_word_base", out.word_base + first_tile * out.planes);
  return d.words();
}

std::vector<std::uint32_t> border_registers(const net::Network& network, const plan::Plan& plan,
                                            const Layout& layout) {
  const net::Tensor& input = network.tensors[0];
  const net::Tensor& output = network.tensors[network.output];
  const plan::InputConstants constants = plan::derive_input(network, plan);
  const TensorPlace& in = layout.memory.tensors[0];
  const TensorPlace& out = layout.memory.tensors[network.output];
  const bool packed = layout.geometry[0].packed;
  const net::Window walk = packing_window(network, layout);
  const net::Shape positions = packed ? network.nodes[0].conv_shape : input.shape;
  const int row_values = input.shape.w * input.shape.c;
  FieldWriter f(kBorderWords);
  const auto set = [&](const char* name, std::int64_t value) { f.set(border_field(name), value); };
  set("input_values", input.shape.size() - 1);
  set("port_format", static_cast<int>(plan.input.format));
  set("input_signed", plan.tensors[0].is_signed);
  set("input_shift", constants.shift);
  set("input_lower", constants.lower);
  set("input_upper", constants.upper);
  set("input_exponent", constants.binary16_exponent);
  set("input_channels", input_constant_count(constants) - 1);
  set("rows", positions.h - 1);
  set("columns", positions.w - 1);
  set("in_rows", input.shape.h);
  set("row_values", row_values);
  set("run_values", walk.kw * input.shape.c - 1);
  set("kernel_rows", walk.kh - 1);
  set("y_start", -walk.pad_top);
  set("y_step", walk.stride_y);
  set("y_start_values", -walk.pad_top * row_values);
  set("y_step_values", walk.stride_y * row_values);
  set("x_start", -walk.pad_left * input.shape.c);
  set("x_step", walk.stride_x * input.shape.c);
  set("tile_base", in.tile_base);
  set("planes", in.planes);
  set("word_base", in.word_base);
  set("out_tile_base", out.tile_base);
  set("out_planes", out.planes);
  set("out_signed", plan.tensors[network.output].is_signed);
  set("out_word_base", out.word_base);
  set("out_positions", std::int64_t{output.shape.h} * output.shape.w - 1);
  set("out_channels", output.shape.c - 1);
  set("out_exponent", plan.tensors[network.output].step_exponent);
  return f.words();
}

void load_constants(PacketWriter& packets, const config::Config& config, const plan::NodeConstants& constants,
                    const Part& part, int group, int first_row) {
  const int channels = static_cast<int>(constants.channels.size());
  for (int bank = 0; bank < config.wb_lanes; ++bank) {
    std::vector<std::uint32_t> data;
    for (const int first : part.share.first_channels) {
      for (int lane = bank; lane < config.lanes_per_group(); lane += config.wb_lanes) {
        const plan::ChannelConstant none;
        const int channel = first + lane;
        const std::vector<std::uint32_t> entry =
            constant_entry(config, channel < channels ? constants.channels[channel] : none);
        data.insert(data.end(), entry.begin(), entry.end());
      }
    }
    packets.load(Target::channel_constants, group * config.wb_lanes + bank, first_row, constant_words(config),
                 data);
  }
}

void load_weights(PacketWriter& packets, const config::Config& config, const PackedWeights& weights,
                  int group, const Bases& bases, bool streamed) {
  packets.load(Target::weight_tiles, group, bases.weight_tile, 1,
               {weights.planes.begin(), weights.planes.end()});
  if (streamed) {
    packets.load(Target::dense_words, group,
                 static_cast<std::uint32_t>(bases.dense_row * config.lanes_per_group()), config.products / 8,
                 dense_rows(weights));
    return;
  }
  for (int lane = 0; lane < config.lanes_per_group(); ++lane) {
    std::vector<std::uint32_t> data;
    for (const std::vector<std::uint32_t>& word : weights.banks[lane])
      data.insert(data.end(), word.begin(), word.end());
    packets.load(Target::weight_words, group * config.lanes_per_group() + lane, bases.weight_word,
                 config.products / 8, data);
  }
}

void load_input_constants(PacketWriter& packets, const config::Config& config,
                          const plan::InputConstants& constants) {
  std::vector<std::uint32_t> data;
  for (int c = 0; c < input_constant_count(constants); ++c) {
    const std::uint64_t addend = static_cast<std::uint64_t>(constants.addend[c]);
    const std::uint64_t low = constants.multiplier[c] | addend << config.mult_w;
    data.push_back(static_cast<std::uint32_t>(low));
    data.push_back(static_cast<std::uint32_t>(low >> 32));
    data.push_back(static_cast<std::uint32_t>(addend >> (64 - config.mult_w)));
  }
  packets.load(Target::input_constants, 0, 0, 3, data);
}

/// "; KEY needs this, has that (--set KEY=this)" for every limit that is exceeded.
std::string shortfall_text(const config::Config& config, const plan::Plan& plan,
                           const std::vector<Requirement>& requirements) {
  std::string text;
  for (const Requirement& r : requirements) {
    if (!r.fits())
      text +=
          fmt::format("; {} needs {}, has {} (--set {}={})", r.key, r.needed, r.available, r.key, r.needed);
  }
  if (config.port_formats == config::PortFormats::integer &&
      plan.input.format == plan::PortFormat::binary16) {
    text += "; the plan has binary16 input words, PORT_FORMATS has integers only (--set PORT_FORMATS=all)";
  }
  return text;
}

}  // namespace

Footprint footprint(const config::Config& config, const net::Network& network, const plan::Plan& plan) {
  const Layout layout = lay_out(config, network, plan);
  const std::int64_t word_bytes = config.products / 2;
  Footprint result;
  result.requirements = limits(config, network, plan, layout);
  result.shortfall = shortfall_text(config, plan, result.requirements);
  result.activation_bytes = layout.memory.words * word_bytes;
  for (std::size_t n = 0; n < layout.parts.size(); ++n) {
    StoredWeights& weights = result.weights.emplace_back();
    weights.streamed = layout.tiers.nodes[n].streamed;
    for (const Part& part : layout.parts[n])
      weights.bytes += part.words() * config.lanes_per_group() * word_bytes;
  }
  return result;
}

Image lower(const config::Config& config, const net::Network& network, const plan::Plan& plan,
            const Origin& origin) {
  Layout layout = lay_out(config, network, plan);
  move(layout.memory, origin);
  const std::string shortfall = shortfall_text(config, plan, limits(config, network, plan, layout));
  if (!shortfall.empty()) {
    throw fail(ExitCode::mismatch, "network {} does not fit configuration {}{}", network.name, config.name,
               shortfall);
  }

  Image image;
  image.tensors = layout.memory.tensors;
  PacketWriter packets(config::config_hash(config));
  packets.load(Target::border, 0, 0, 1, border_registers(network, plan, layout));
  load_input_constants(packets, config, plan::derive_input(network, plan));
  std::vector<std::uint32_t> records;
  for (std::size_t t = 0; t < plan.tensors.size(); ++t) {
    const int producer = network.tensors[t].producer;
    records.push_back(
        pcu_record(plan.tensors[t].pcu, producer < 0 ? plan::NodeConstants{} : layout.constants[producer]));
  }
  packets.load(Target::pcu_records, 0, 0, 1, records);

  packets.load(Target::table_values, 0, 0, 1, {layout.tables.values.begin(), layout.tables.values.end()});
  Bases first;
  first.weight_word = layout.tiers.ring;
  std::vector<Bases> bases(config.groups, first);
  const std::uint32_t stride = static_cast<std::uint32_t>(config::descriptor_stride(config));
  for (std::size_t n = 0; n < network.nodes.size(); ++n) {
    for (int g = 0; g < config.groups; ++g) {
      const Part& part = layout.parts[n][g];
      packets.load(Target::descriptors, g, static_cast<std::uint32_t>(n) * stride, 1,
                   node_descriptor(config, network, plan, layout, static_cast<int>(n), g, bases[g]));
      load_constants(packets, config, layout.constants[n], part, g, bases[g].const_row);
      const bool streamed = layout.streams(n, g);
      load_weights(packets, config, part.weights, g, bases[g], streamed);
      bases[g].weight_tile += static_cast<int>(part.weights.planes.size());
      (streamed ? bases[g].dense_row : bases[g].weight_word) += static_cast<int>(part.words());
      bases[g].const_row += constant_rows(config, part);
    }
  }
  image.words = packets.finish();
  return image;
}

std::vector<std::uint32_t> input_packet(const plan::InputPort& port, const std::vector<std::int32_t>& words) {
  const bool narrow = port.format == plan::PortFormat::u8 || port.format == plan::PortFormat::s8;
  const int bits = narrow ? 8 : 16;
  const int per_beat = 32 / bits;
  const std::size_t beats = (words.size() + per_beat - 1) / per_beat;
  std::vector<std::uint32_t> packet(2 + beats, 0);
  packet[0] = 4u << 28;
  packet[1] = static_cast<std::uint32_t>(beats);
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::uint32_t word = static_cast<std::uint32_t>(words[i]) & ((1u << bits) - 1);
    packet[2 + i / per_beat] |= word << (bits * (i % per_beat));
  }
  return packet;
}

}  // namespace dpwa::lower
