// SPDX-License-Identifier: Apache-2.0
#include "fpga/host/board.h"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>
#include <string_view>

#include "gen/lower/packets.h"
#include "gen/top/registers.h"
#include "model/base/error.h"

namespace dpwa::host {
namespace {

constexpr std::size_t kWordsAtOnce = 62;        // of SEND and TAKE
constexpr std::uint32_t kVersion = 0x00020000;  // the first with images that carry their IMAGE_ID
constexpr std::uint32_t kMajor = 0xffff0000;
constexpr std::uint32_t kLoaderErrors = 0x3f;  // STATUS.LOADER_ERRORS

const gen::Register& find(std::string_view name) {
  for (const gen::Register& reg : gen::registers()) {
    if (reg.name == name) return reg;
  }
  throw std::logic_error("no register " + std::string(name));
}

int first_bit(const char* name, std::string_view field) {
  for (const gen::RegisterField& part : find(name).fields) {
    if (part.name == field) return part.lsb;
  }
  throw std::logic_error("no field " + std::string(field));
}

/// "CRC, HASH": names of the bits of FLAGS that are set.
std::string flag_names(std::uint32_t set) {
  std::string names;
  for (const gen::RegisterField& flag : find("FLAGS").fields) {
    if ((set >> flag.lsb & 1) != 0) names += std::string(names.empty() ? "" : ", ") + flag.name;
  }
  return names.empty() ? "none" : names;
}

std::string address(const char* name) { return std::string(1, static_cast<char>(find(name).offset)); }

}  // namespace

Board::Board(Link& link, const config::Config& config) : link_(link), config_(config) {
  const std::string port = link_.line().name();
  if (read("ID") != find("ID").reset) throw fail(ExitCode::bad_input, "{}: not a DPWA board", port);
  if (const std::uint32_t version = read("VERSION");
      (version & kMajor) != (kVersion & kMajor) || version < kVersion) {
    throw fail(ExitCode::bad_input,
               "{}: the board has registers of version {:#010x}, this dpwa needs {:#010x}", port, version,
               kVersion);
  }
  const std::uint32_t expected = config::config_hash(config), found = read("CONFIG_HASH");
  if (found != expected) {
    throw fail(ExitCode::bad_input,
               "{}: wrong bitstream: the board holds a design of configuration {:08x} ({} lanes), the "
               "directory is of {:08x} ({} lanes)",
               port, found, read("LANES"), expected, config.lanes);
  }
}

std::uint32_t Board::read(const char* name) {
  const std::string answer = link_.request(Request::read, address(name));
  if (answer.size() == 4) return little_endian_at(answer, 0);
  throw fail(ExitCode::bad_input,
             "{}: the board reads {} as {} bytes, expected 4; is it a bitstream of this version?",
             link_.line().name(), name, answer.size());
}

void Board::write(const char* name, std::uint32_t value) {
  link_.request(Request::write, address(name) + little_endian(value));
}

bool Board::status(const char* field) { return (read("STATUS") >> first_bit("STATUS", field) & 1) != 0; }

void Board::wait_for_boot(Progress& progress) {
  const Milliseconds began = link_.line().now();
  while (status("BOOT") && link_.line().now() - began < link_.patience().machine) progress.advance(0);
  const std::uint32_t now = read("STATUS");
  const std::uint32_t errors = now >> first_bit("STATUS", "LOADER_ERRORS") & kLoaderErrors;
  const bool unfinished = (now >> first_bit("STATUS", "PACKET") & 1) != 0;
  if ((now >> first_bit("STATUS", "IMAGE_VALID") & 1) != 0 || (!unfinished && errors == 0)) return;
  progress.note(fmt::format("{}: no image on the board (the newest one {}): it is loaded over the line",
                            link_.line().name(),
                            unfinished ? "has no end" : "was refused: " + flag_names(errors)));
}

bool Board::failed_at_boot() { return config_.tests_at_boot() && status("TEST_FAILED"); }

std::string Board::flags() { return flag_names(read("FLAGS")); }

bool Board::load(const std::vector<std::uint32_t>& image, Progress& progress) {
  image_id_ = lower::image_id(image);
  if (config_.boots()) wait_for_boot(progress);
  if (status("BUSY") || status("PACKET") || (config_.boots() && status("BOOT")))
    link_.request(Request::reset);
  const bool needed = !status("IMAGE_VALID") || read("IMAGE_ID") != image_id_;
  if (needed) {
    progress.begin("load the image, words", static_cast<std::int64_t>(image.size()));
    send(image, progress);
    if (!status("IMAGE_VALID")) {
      throw fail(ExitCode::bad_input, "{}: the board refuses the image; FLAGS: {}", link_.line().name(),
                 flags());
    }
  }
  if (config_.port_formats == config::PortFormats::all) write("OUTPUT_MODE", 0);
  write("FLAGS", ~0U);
  return needed;
}

Inference Board::infer(const std::vector<std::uint32_t>& packet, std::size_t outputs,
                       const std::vector<int>& tensors) {
  SilentProgress silent;
  send(packet, silent);
  Inference result;
  result.outputs = take(outputs);
  result.cycles = read("CYCLES");
  result.transfer_cycles = read("TRANSFER_CYCLES");
  for (const int tensor : tensors) result.counters.push_back(counters(tensor));
  if (!status("IMAGE_VALID") || read("IMAGE_ID") != image_id_) throw lost("its image is gone");
  return result;
}

void Board::send(const std::vector<std::uint32_t>& words, Progress& progress) {
  Milliseconds newest = link_.line().now();
  for (std::size_t sent = 0; sent < words.size();) {
    const std::size_t count = std::min(kWordsAtOnce, words.size() - sent);
    const auto first = words.begin() + static_cast<std::ptrdiff_t>(sent);
    const std::string answer =
        link_.request(Request::send, lower::to_bytes({first, first + static_cast<std::ptrdiff_t>(count)}));
    const std::size_t taken = answer.empty() ? 0 : static_cast<std::uint8_t>(answer[0]);
    if (taken > count) throw lost("it claims more words than it was sent");
    sent += taken;
    progress.advance(static_cast<std::int64_t>(taken));
    if (taken > 0) newest = link_.line().now();
    if (link_.line().now() - newest > link_.patience().machine) throw lost("it takes no words");
  }
}

std::vector<std::int32_t> Board::take(std::size_t outputs) {
  std::vector<std::int32_t> words;
  Milliseconds newest = link_.line().now();
  for (bool last = false; !last;) {
    const std::size_t wanted = std::min(kWordsAtOnce, outputs - words.size());
    const std::string answer = link_.request(Request::take, std::string(1, static_cast<char>(wanted)));
    if (answer.size() % 4 != 1 || answer.size() > 1 + 4 * wanted) throw lost("its output is no output");
    last = answer[0] != 0;
    for (std::size_t at = 1; at < answer.size(); at += 4) {
      words.push_back(static_cast<std::int32_t>(little_endian_at(answer, at)));
    }
    if (last != (words.size() == outputs)) {
      throw lost(fmt::format("its output {} after {} words of {}", last ? "ends" : "goes on", words.size(),
                             outputs));
    }
    if (answer.size() > 1) {
      newest = link_.line().now();
    } else if (!status("BUSY")) {
      throw lost("it gives no output");
    } else if (link_.line().now() - newest > link_.patience().machine) {
      throw lost("it does not become ready");
    }
  }
  return words;
}

Counters Board::counters(int tensor) {
  Counters values{};
  const int index_bit = first_bit("COUNTER_SELECT", "INDEX");
  for (int index = 0; index < kCounters; ++index) {
    write("COUNTER_SELECT", static_cast<std::uint32_t>(tensor) | static_cast<std::uint32_t>(index)
                                                                     << index_bit);
    values[static_cast<std::size_t>(index)] = read("COUNTER_VALUE");
  }
  return values;
}

Error Board::lost(const std::string& what) {
  return fail(ExitCode::io, "{}: the board has lost an input: {}; was it reset? FLAGS: {}",
              link_.line().name(), what, flags());
}

}  // namespace dpwa::host
