// SPDX-License-Identifier: Apache-2.0
#include "fpga/host/link.h"

#include <algorithm>
#include <array>

#include "model/base/interrupt.h"

namespace dpwa::host {
namespace {

constexpr std::uint8_t kAnswer = 0x80;
constexpr char kProtocolVersion = 1;
constexpr Milliseconds kSlice{50};  // between two looks for Ctrl-C

const char* name_of(Request request) {
  constexpr std::array<const char*, 6> names = {"HELLO", "READ", "WRITE", "SEND", "TAKE", "RESET"};
  return names.at(static_cast<std::size_t>(request));
}

const char* meaning_of(std::uint8_t status) {
  constexpr std::array<const char*, 4> meanings = {"done", "unknown code", "payload of a wrong length",
                                                   "no such register, or it cannot be written"};
  return status < meanings.size() ? meanings[status] : "unknown status";
}

}  // namespace

Link::Link(Line& line, const Patience& patience, std::uint32_t nonce)
    : line_(line), patience_(patience), sequence_(static_cast<std::uint8_t>(nonce)) {
  const std::string expected = std::string(1, '\0') + little_endian(nonce);
  const std::string answer = exchange(Request::hello, little_endian(nonce), expected);
  if (answer.size() != expected.size() + 1 || answer.back() != kProtocolVersion) {
    throw fail(ExitCode::bad_input,
               "{}: the board speaks another version of the host protocol than this dpwa ({}); load a "
               "bitstream of this version",
               line_.name(), static_cast<int>(kProtocolVersion));
  }
}

std::string Link::request(Request request, const std::string& payload) {
  const std::string answer = exchange(request, payload, "");
  const std::uint8_t status = answer.empty() ? 0xff : static_cast<std::uint8_t>(answer[0]);
  if (status != 0) {
    throw fail(ExitCode::bad_input, "{}: the board refuses {}: {}; is it a bitstream of this version?",
               line_.name(), name_of(request), meaning_of(status));
  }
  return answer.substr(1);
}

std::string Link::exchange(Request request, const std::string& payload, const std::string& begin) {
  ++sequence_;
  heard_ = 0;
  const std::string bytes = encode({sequence_, static_cast<std::uint8_t>(request), payload});
  for (int i = 0; i < patience_.tries; ++i) {
    line_.write(bytes);
    if (std::optional<std::string> answer = wait(request, begin)) return *answer;
  }
  throw no_answer(request);
}

std::optional<std::string> Link::wait(Request request, const std::string& begin) {
  const Milliseconds end = line_.now() + patience_.answer;
  for (Milliseconds left = patience_.answer; left > Milliseconds(0); left = end - line_.now()) {
    throw_if_interrupted();
    const std::string bytes = line_.read(std::min(left, kSlice));
    heard_ += bytes.size();
    std::optional<std::string> answer;
    for (const char byte : bytes) {
      std::optional<Frame> frame = reader_.take(static_cast<std::uint8_t>(byte));
      const bool wanted = frame && frame->sequence == sequence_ &&
                          frame->code == (static_cast<std::uint8_t>(request) | kAnswer) &&
                          frame->payload.compare(0, begin.size(), begin) == 0;
      if (wanted) answer = std::move(frame->payload);
    }
    if (answer) return answer;
  }
  return {};
}

Error Link::no_answer(Request request) const {
  const std::string what =
      heard_ == 0 ? "nothing came" : fmt::format("{} bytes came that are no answer", heard_);
  return fail(ExitCode::io,
              "{}: the board does not answer {} ({} in {} tries of {} ms); is it connected, does it hold a "
              "design with HOST_PORT = uart, is its speed this one (--baud)?",
              line_.name(), name_of(request), what, patience_.tries, patience_.answer.count());
}

}  // namespace dpwa::host
