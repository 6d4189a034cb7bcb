// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace dpwa::dump {

/// Records of the system bench: 32-bit words [kind, low half of the cycle, payload].
enum class Kind : std::uint32_t {
  run = 1,   ///< an inference begins: input tensor stored                no payload
  node = 2,  ///< a node's descriptor is fetched, its scan begins         no payload
  tile = 3,  ///< width stored                                            {tile, planes + 8 * step class}
  word = 4,  ///< digits of a plane word stored       {address, which digits, word as PRODUCTS / 8 words}
  done = 5,  ///< the last node is done                                   {beats issued since run, all groups}
  output = 6,   ///< an output word left                                     {word, last}
  end = 7,      ///< after an output's last word                             {cycles_o, transfer_o}
  weights = 8,  ///< after `done` and every `node` but the first: the weight stream since the inference began
                ///<                                             {refill_words_o, weight_stalls_o}, 0 without
  counter = 9   ///< after `end`: PCU counters, by tensor, then by index    {value}
};

constexpr int kCounters = 11;  ///< of a tensor, docs/registers.md COUNTER_SELECT

}  // namespace dpwa::dump
