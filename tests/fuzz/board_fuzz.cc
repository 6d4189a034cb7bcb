// SPDX-License-Identifier: Apache-2.0
//
// A board that answers whatever it likes. The input is a sequence of answers: a length up to 250 and a
// payload of so many bytes, which come as a good frame; or a larger byte, a length and so many bytes as they
// are.
#include <string>
#include <utility>

#include "fpga/host/board.h"
#include "tests/fuzz/feed.h"

namespace dpwa::fuzz {
namespace {

constexpr std::uint32_t kNonce = 7;

class AnsweringLine : public host::Line {
 public:
  AnsweringLine(const std::uint8_t* data, std::size_t size)
      : answers_(reinterpret_cast<const char*>(data), size) {}

  std::string name() const override { return "fuzz"; }
  void write(std::string_view bytes) override {
    for (const char byte : bytes) {
      if (const auto request = requests_.take(static_cast<std::uint8_t>(byte))) coming_ += answer(*request);
    }
  }
  std::string read(host::Milliseconds limit) override {
    if (coming_.empty()) now_ += limit;
    return std::exchange(coming_, "");
  }
  host::Milliseconds now() const override { return now_; }

 private:
  std::string take(std::size_t count) {
    const std::string piece = answers_.substr(at_, count);
    at_ += piece.size();
    return piece;
  }
  std::size_t take_byte() {
    const std::string byte = take(1);
    return byte.empty() ? 0 : static_cast<std::uint8_t>(byte[0]);
  }
  /// The greeting is the right one; what comes after the input's end is silence.
  std::string answer(const host::Frame& request) {
    host::Frame frame{request.sequence, static_cast<std::uint8_t>(request.code | 0x80), ""};
    if (request.code == 0) {
      frame.payload = std::string(1, '\0') + host::little_endian(kNonce) + '\1';
      return host::encode(frame);
    }
    if (at_ == answers_.size()) return "";
    const std::size_t first = take_byte();
    if (first > host::kPayloadMax) return take(take_byte());
    frame.payload = take(first);
    return host::encode(frame);
  }

  const std::string answers_;
  std::size_t at_ = 0;
  host::FrameReader requests_;
  std::string coming_;
  host::Milliseconds now_{0};
};

void talk(host::Line& line) {
  static const config::Config config = config::load("sim-4", {"HOST_PORT=uart"});
  host::Link link(line, {host::Milliseconds{100}, 2, host::Milliseconds{1000}}, kNonce);
  host::Board board(link, config);
  SilentProgress silent;
  board.load(std::vector<std::uint32_t>(70, 0x11111111), silent);
  board.infer(std::vector<std::uint32_t>(9, 0x22222222), 70, {0, 1});
}

}  // namespace
}  // namespace dpwa::fuzz

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  dpwa::fuzz::AnsweringLine line(data, size);
  dpwa::fuzz::attempt([&] { dpwa::fuzz::talk(line); });
  return 0;
}
