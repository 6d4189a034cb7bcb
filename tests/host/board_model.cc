// SPDX-License-Identifier: Apache-2.0
#include "tests/host/board_model.h"

#include <algorithm>
#include <utility>

namespace dpwa::host {
namespace {

constexpr std::uint32_t kCrcError = 1, kHashError = 2, kCountError = 4, kOpcodeError = 8, kRefused = 16;
constexpr int kStatus = 0x0c;

/// CRC-32 bit by bit.
std::uint32_t checksum(const std::string& bytes) {
  std::uint32_t rest = 0xffffffff;
  for (const char byte : bytes) {
    for (int b = 0; b < 8; ++b) {
      const std::uint32_t bit =
          (rest ^ static_cast<std::uint32_t>(static_cast<unsigned char>(byte)) >> b) & 1;
      rest = rest >> 1 ^ (bit != 0 ? 0xedb88320 : 0);
    }
  }
  return ~rest;
}

std::string bytes_of(std::uint32_t word) {
  return {static_cast<char>(word), static_cast<char>(word >> 8), static_cast<char>(word >> 16),
          static_cast<char>(word >> 24)};
}

std::uint32_t word_of(const std::string& bytes, std::size_t at) {
  std::uint32_t word = 0;
  for (int b = 3; b >= 0; --b) word = word << 8 | static_cast<unsigned char>(bytes[at + b]);
  return word;
}

}  // namespace

BoardModel::BoardModel(Machine machine, std::uint32_t config_hash)
    : machine_(std::move(machine)), config_hash_(config_hash) {}

void BoardModel::restart() {
  reset_machine();
  frame_.clear();
  newest_ = -1;
  newest_answer_.clear();
}

void BoardModel::reset_machine() {
  packet_.clear();
  image_.clear();
  outputs_.clear();
  valid_ = false;
  boot_reads = 0;
  packets_ = errors_ = flags_ = images_ = image_id_ = select_ = mode_ = 0;
}

std::string BoardModel::take(char byte) {
  if (byte == '\x7e') return request();
  if (frame_.size() < 2000) frame_.push_back(byte);
  return "";
}

std::string BoardModel::request() {
  std::string content;
  bool stuffed = false;
  for (const char byte : std::exchange(frame_, "")) {
    if (byte == '\x7d') {
      if (stuffed) return "";
      stuffed = true;
      continue;
    }
    content.push_back(stuffed ? static_cast<char>(byte ^ 0x20) : byte);
    stuffed = false;
  }
  const std::size_t size = content.size();
  if (stuffed || size < 6 || size > 256) return "";
  if (checksum(content.substr(0, size - 4)) != word_of(content, size - 4)) return "";
  const int sequence = static_cast<unsigned char>(content[0]), code = static_cast<unsigned char>(content[1]);
  if (sequence == newest_ && code != 0) return newest_answer_;
  ++executed;
  std::string answer = {content[0], static_cast<char>(code | 0x80)};
  answer += execute(code, content.substr(2, size - 6));
  answer += bytes_of(checksum(answer));
  newest_ = sequence;
  newest_answer_ = "\x7e";
  for (const char b : answer) {
    if (b == '\x7e' || b == '\x7d') {
      newest_answer_ += {'\x7d', static_cast<char>(b ^ 0x20)};
    } else {
      newest_answer_ += b;
    }
  }
  newest_answer_ += '\x7e';
  return newest_answer_;
}

std::string BoardModel::execute(int code, const std::string& payload) {
  const std::string done(1, '\0'), unknown = "\x01", wrong_length = "\x02", no_register = "\x03";
  const std::size_t size = payload.size();
  const int first = size > 0 ? static_cast<unsigned char>(payload[0]) : 0;
  std::uint32_t value = 0;
  switch (code) {
    case 0:
      return size == 4 ? done + payload + "\x01" : wrong_length;
    case 1:
      if (size != 1) return wrong_length;
      if (!read(first, value)) return no_register;
      if (first == kStatus && boot_reads > 0) --boot_reads;
      return done + bytes_of(value);
    case 2:
      if (size != 5) return wrong_length;
      return write(first, word_of(payload, 1)) ? done : no_register;
    case 3:
      return size > 0 && size % 4 == 0 && size <= 248 ? done + send(payload) : wrong_length;
    case 4:
      return size == 1 && first >= 1 && first <= 62 ? done + give(first) : wrong_length;
    case 5:
      if (size != 0) return wrong_length;
      reset_machine();
      return done;
    default:
      return unknown;
  }
}

std::string BoardModel::send(const std::string& payload) {
  char taken = 0;
  for (std::size_t at = 0; at < payload.size() && taken < words_at_once; at += 4, ++taken) {
    if (!stream_word(word_of(payload, at))) break;
  }
  return {taken};
}

std::string BoardModel::give(int wanted) {
  std::string words;
  if (outputs_.empty()) return std::string(1, '\0');
  if (takes_ > 0) {
    --takes_;
    return std::string(1, '\0');
  }
  for (; wanted > 0 && !outputs_.empty(); --wanted) {
    words += bytes_of(mode_ == 0 ? outputs_.front() : ~outputs_.front());  // another format
    outputs_.pop_front();
  }
  if (outputs_.empty()) ++images_;
  return (outputs_.empty() ? std::string("\x01") : std::string(1, '\0')) + words;
}

/// false: the machine does not take it now.
bool BoardModel::stream_word(std::uint32_t word) {
  if ((packet_.empty() && busy()) || boot_reads > 0) return false;
  const std::uint32_t opcode = word >> 28;
  if (packet_.empty() && (opcode < 1 || opcode > 4)) {
    errors_ |= kOpcodeError;
    valid_ = false;
    return true;
  }
  packet_.push_back(word);
  if (packet_.size() == 1) {
    if (opcode == 1) {
      packets_ = 0;
      errors_ = 0;
      loading_.clear();
    }
    ++packets_;
    if (opcode != 4) valid_ = false;
  }
  if (complete()) end_of_packet();
  return true;
}

bool BoardModel::complete() const {
  const std::size_t size = packet_.size();
  switch (packet_[0] >> 28) {
    case 2:
      return size >= 3 && size == 4 + std::size_t{packet_[2]} * ((packet_[0] >> 12 & 15) + 1);
    case 4:
      return size >= 2 && size == 2 + std::size_t{packet_[1]};
    default:
      return size == 3;
  }
}

void BoardModel::end_of_packet() {
  const Words packet = std::exchange(packet_, {});
  const std::uint32_t opcode = packet[0] >> 28;
  if (opcode == 4) {
    if (!valid_) errors_ |= kRefused;
    flags_ |= errors_;
    if (!valid_ || drops_inputs) return;
    const Words output = machine_(image_, {packet.begin() + 2, packet.end()});
    outputs_.assign(output.begin(), output.end());
    takes_ = busy_takes;
    return;
  }
  std::string bytes;
  for (std::size_t i = 0; i + 1 < packet.size(); ++i) bytes += bytes_of(packet[i]);
  if (checksum(bytes) != packet.back()) errors_ |= kCrcError;
  if (opcode == 1 && packet[1] != config_hash_) errors_ |= kHashError;
  if (opcode == 2 && (packet[0] >> 24 & 15) == 9) {
    image_id_ = packet[3];
  } else if (opcode == 2) {
    loading_.insert(loading_.end(), packet.begin() + 3, packet.end() - 1);
  }
  if (opcode == 3 && packet[1] != packets_) errors_ |= kCountError;
  flags_ |= errors_;
  if (opcode == 3 && (errors_ & 15) == 0) {
    valid_ = true;
    image_ = loading_;
    ++images_loaded;
  }
}

std::uint32_t BoardModel::status() const {
  return (valid_ ? 1U : 0U) | (busy() ? 2U : 0U) | (packet_.empty() ? 0U : 4U) | (boot_reads > 0 ? 8U : 0U) |
         errors_ << 8;
}

bool BoardModel::read(int address, std::uint32_t& value) const {
  const auto counter = counters.find(static_cast<int>(select_));
  const std::map<int, std::uint32_t> values = {
      {0x00, id},
      {0x04, version},
      {0x08, config_hash_},
      {kStatus, status()},
      {0x10, flags_},
      {0x14, mode_},
      {0x18, images_},
      {0x1c, 1000 + images_},
      {0x20, 100 + images_},
      {0x24, select_},
      {0x28, images_ == 0                ? 0xdead
             : counter == counters.end() ? 0
                                         : counter->second},
      {0x2c, image_id_},
      {0x40, 4},
      {0x44, 1},
      {0x48, 16},
      {0x4c, 4},
  };
  const auto found = values.find(address);
  if (found == values.end()) return false;
  value = found->second;
  return true;
}

bool BoardModel::write(int address, std::uint32_t value) {
  switch (address) {
    case 0x10:
      flags_ = (flags_ & ~value) | errors_;
      return true;
    case 0x14:
      mode_ = value & 3;
      return true;
    case 0x24:
      select_ = value & 0xfffff;
      return true;
    default:
      return false;
  }
}

}  // namespace dpwa::host
