// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace dpwa::host {

/// A board behind docs/host-protocol.md, docs/registers.md and the packets of rtl/host/dpwa_loader.v: a
/// reading of those pages that shares no code with fpga/host. Its machine is a function.
class BoardModel {
 public:
  using Words = std::vector<std::uint32_t>;
  /// Entries of the loaded image, data words of an input -> output words, at least one.
  using Machine = std::function<Words(const Words& image, const Words& input)>;

  explicit BoardModel(Machine machine, std::uint32_t config_hash = 0x12345678);

  /// Takes a byte of the line; the bytes of the board's answer, if it ends a request.
  std::string take(char byte);

  /// Switches it off and on.
  void restart();

  int busy_takes = 0;                     ///< TAKEs that are answered with nothing before an output comes
  int words_at_once = 62;                 ///< most words that one SEND takes
  bool drops_inputs = false;              ///< a machine that forgets its inputs
  int boot_reads = 0;                     ///< reads of STATUS that find BOOT set, and no word is taken
  std::map<int, std::uint32_t> counters;  ///< COUNTER_SELECT -> COUNTER_VALUE
  int images_loaded = 0;
  int executed = 0;  ///< requests that were not repeated
  std::uint32_t id = 0x44505741, version = 0x00020000;

 private:
  std::string request();
  std::string execute(int code, const std::string& payload);
  std::string send(const std::string& payload);
  std::string give(int wanted);
  void reset_machine();
  bool stream_word(std::uint32_t word);
  void end_of_packet();
  bool complete() const;
  bool busy() const { return !outputs_.empty(); }
  std::uint32_t status() const;
  bool read(int address, std::uint32_t& value) const;
  bool write(int address, std::uint32_t value);

  Machine machine_;
  std::uint32_t config_hash_;
  std::string frame_;  ///< stuffed bytes since the newest 0x7e
  int newest_ = -1;    ///< sequence number of the newest executed request
  std::string newest_answer_;

  Words packet_;  ///< words of the packet that is coming in
  Words image_, loading_;
  std::uint32_t packets_ = 0, errors_ = 0;
  bool valid_ = false;
  std::deque<std::uint32_t> outputs_;
  int takes_ = 0;  ///< empty ones still to come
  std::uint32_t flags_ = 0, images_ = 0, image_id_ = 0, select_ = 0, mode_ = 0;
};

}  // namespace dpwa::host
