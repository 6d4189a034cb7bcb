// SPDX-License-Identifier: Apache-2.0
#include "gen/lower/memory_map.h"

#include <algorithm>

#include "gen/lower/share.h"
#include "model/base/error.h"

namespace dpwa::lower {
namespace {

struct Span {
  int begin, end;   // units of the memory
  int first, last;  // node indices between which it is occupied; -1: before the first node
};

/// Lowest free address for `size` units over the nodes first..last.
int place(std::vector<Span>& spans, int size, int first, int last) {
  int begin = 0;
  bool moved = true;
  while (moved) {
    moved = false;
    for (const Span& s : spans) {
      const bool alive = s.first <= last && first <= s.last;
      if (alive && begin < s.end && s.begin < begin + size) {
        begin = s.end;
        moved = true;
      }
    }
  }
  spans.push_back({begin, begin + size, first, last});
  return begin;
}

}  // namespace

MemoryMap map_memory(const net::Network& network, const plan::Plan& plan, int products) {
  MemoryMap map;
  std::vector<Span> tile_spans, word_spans;
  for (std::size_t t = 0; t < network.tensors.size(); ++t) {
    const net::Tensor& tensor = network.tensors[t];
    const int first = tensor.producer;
    const int last = static_cast<int>(t) == network.output ? static_cast<int>(network.nodes.size())
                     : tensor.consumers.empty()            ? first
                                                           : tensor.consumers.back();
    TensorPlace p;
    p.planes = std::max(1, plan.tensors[t].pcu.max_planes);
    p.tiles = tensor_tiles(network, static_cast<int>(t), products);
    p.tile_base = place(tile_spans, p.tiles, first, last);
    p.word_base = place(word_spans, p.tiles * p.planes, first, last);
    map.tiles = std::max(map.tiles, p.tile_base + p.tiles);
    map.words = std::max(map.words, p.word_base + p.tiles * p.planes);
    map.tensors.push_back(p);
  }
  return map;
}

void move(MemoryMap& map, const Origin& origin) {
  for (TensorPlace& place : map.tensors) {
    place.tile_base += origin.tile;
    place.word_base += origin.word;
  }
  map.tiles += origin.tile;
  map.words += origin.word;
}

void map_fine_values(const config::Config& config, const net::Network& network, const plan::Plan& plan,
                     MemoryMap& map) {
  std::vector<Span> spans;
  map.fine_base.assign(network.tensors.size(), -1);
  for (std::size_t t = 0; t < network.tensors.size(); ++t) {
    const net::Tensor& tensor = network.tensors[t];
    if (tensor.adders.empty()) continue;
    int size = 0;
    for (int group = 0; group < config.groups; ++group) {
      const Share share = share_of(config, network, plan, tensor.producer, group);
      size =
          std::max(size, share.positions * static_cast<int>(share.first_channels.size()) * config.slices());
    }
    // Half steps: a node reads what it adds before it writes.
    map.fine_base[t] = place(spans, size, 2 * tensor.producer + 1, 2 * tensor.adders.back());
    map.fine_words = std::max(map.fine_words, map.fine_base[t] + size);
  }
}

int input_constant_count(const plan::InputConstants& constants) {
  const auto equal = [](const auto& v) {
    return std::all_of(v.begin(), v.end(), [&](auto x) { return x == v[0]; });
  };
  if (equal(constants.multiplier) && equal(constants.addend)) return 1;
  if (constants.multiplier.size() > 16) {
    throw fail(ExitCode::bad_input,
               "input normalisation differs between {} channels; the input quantizer holds 16",
               constants.multiplier.size());
  }
  return static_cast<int>(constants.multiplier.size());
}

std::vector<std::uint32_t> constant_entry(const config::Config& config, const plan::ChannelConstant& c) {
  std::vector<std::uint32_t> words(constant_words(config), 0);
  const auto put = [&](std::uint64_t value, int lsb, int bits) {
    for (int b = 0; b < bits; ++b)
      words[(lsb + b) / 32] |= static_cast<std::uint32_t>(value >> b & 1) << ((lsb + b) % 32);
  };
  put(static_cast<std::uint64_t>(c.bias), 0, config.acc_w);
  put(c.multiplier, config.acc_w, config.mult_w);
  put(static_cast<std::uint64_t>(c.shift), config.acc_w + config.mult_w, 6);
  return words;
}

std::uint32_t pcu_record(const plan::PcuRecord& record, const plan::NodeConstants& maker) {
  const auto code = [](num::Threshold t) { return static_cast<std::uint32_t>(t.exponent << 4 | t.mantissa); };
  return static_cast<std::uint32_t>(record.policy) | static_cast<std::uint32_t>(record.min_planes) << 2 |
         static_cast<std::uint32_t>(record.max_planes) << 5 |
         static_cast<std::uint32_t>(record.step_class) << 8 |
         static_cast<std::uint32_t>(record.top_class) << 10 | code(maker.finer) << 12 |
         code(maker.coarser) << 22;
}

}  // namespace dpwa::lower
