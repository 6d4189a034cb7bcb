// SPDX-License-Identifier: Apache-2.0
#include "gen/lower/memory_map.h"

#include <algorithm>

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
    const int last = static_cast<int>(t) == network.output
                         ? static_cast<int>(network.nodes.size())
                         : *std::max_element(tensor.consumers.begin(), tensor.consumers.end());
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

std::uint32_t pcu_record(const plan::PcuRecord& record) {
  return (record.policy == plan::Policy::fixed ? 1u : 0u) |
         static_cast<std::uint32_t>(record.min_planes) << 2 |
         static_cast<std::uint32_t>(record.max_planes) << 5;
}

}  // namespace dpwa::lower
