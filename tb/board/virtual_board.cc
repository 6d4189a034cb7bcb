// SPDX-License-Identifier: Apache-2.0
//
// Virtual board: dpwa_uart_top in Verilator with its serial line on a pseudo-terminal. A host opens that as
// it opens the serial port of a real board; nothing else is known of it here, neither protocol nor network.
//
//   virtual_board [FLASH]
//
// FLASH: file with what the board's flash holds from FLASH_ADDRESS on, for a design that reads it; the rest
// of the flash is erased.
//
// Prints the path of the pseudo-terminal, one line, and then runs until it is ended or its parent is. The
// clock stands still while the line has long been quiet in both directions, so an idle board uses no
// processor time.

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>

#include "Vdpwa_uart_top.h"
#include "serial_line.h"
#include "spi_flash.h"
#include "verilated.h"

namespace {

constexpr int kClocksPerBit = 4;  // as the design was built: -GCLOCKS_PER_BIT
constexpr int kQuietClocks = 1 << 20;
constexpr std::uint32_t kFlashAddress = 0x40000;  // FLASH_ADDRESS, as the design has it

[[noreturn]] void die(const char* what) {
  std::perror(what);
  std::exit(1);
}

/// The host's end of the serial line, as bytes.
class Terminal {
 public:
  Terminal() : board_(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC)) {
    if (board_ < 0 || ::grantpt(board_) != 0 || ::unlockpt(board_) != 0)
      die("virtual_board: pseudo-terminal");
    name_ = ::ptsname(board_);
    // Held open here too: without any opener, reading would fail between one host and the next.
    host_ = ::open(name_.c_str(), O_RDWR | O_NOCTTY | O_CLOEXEC);
    termios settings{};
    if (host_ < 0 || ::tcgetattr(host_, &settings) != 0) die("virtual_board: pseudo-terminal");
    ::cfmakeraw(&settings);
    if (::tcsetattr(host_, TCSANOW, &settings) != 0) die("virtual_board: pseudo-terminal");
  }
  ~Terminal() {
    ::close(host_);
    ::close(board_);
  }
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;

  const std::string& name() const { return name_; }

  /// Bytes that the host has written are added to `bytes`; `wait`: until there are some.
  void read(std::deque<std::uint8_t>& bytes, bool wait) {
    pollfd ready{board_, POLLIN, 0};
    if (::poll(&ready, 1, wait ? -1 : 0) <= 0) return;
    std::array<std::uint8_t, 256> block{};
    const ssize_t count = ::read(board_, block.data(), block.size());
    if (count < 0) die("virtual_board: read");
    bytes.insert(bytes.end(), block.begin(), block.begin() + count);
  }

  void write(std::uint8_t byte) {
    if (::write(board_, &byte, 1) != 1) die("virtual_board: write");
  }

 private:
  int board_, host_ = -1;
  std::string name_;
};

/// Bytes become levels of a line, one clock cycle after the other.
class Sender {
 public:
  bool idle() const { return left_ == 0; }
  void start(std::uint8_t byte) {
    bits_ = dpwa::serial::bits_of(byte);
    left_ = dpwa::serial::kBits * kClocksPerBit;
  }
  bool level() {
    if (idle()) return true;
    const int bit = dpwa::serial::kBits - (left_-- + kClocksPerBit - 1) / kClocksPerBit;
    return (bits_ >> bit & 1) != 0;
  }

 private:
  std::uint32_t bits_ = 0;
  int left_ = 0;  // clock cycles
};

template <typename Top, typename = void>
struct HasFlash : std::false_type {};
template <typename Top>
struct HasFlash<Top, std::void_t<decltype(std::declval<Top&>().flash_cs_no)>> : std::true_type {};

/// One clock cycle of the flash, if the design has its pins. Whether the design is reading it.
template <typename Top>
bool play_flash(Top& top, dpwa::flash::SpiFlash& flash) {
  if constexpr (HasFlash<Top>::value) {
    top.flash_miso_i = flash.pins(top.flash_cs_no, top.flash_sck_o, top.flash_mosi_o);
    return !top.flash_cs_no || !flash.awake();
  } else {
    return false;
  }
}

class Board {
 public:
  Board(Terminal& terminal, const std::string& flash) : terminal_(terminal), flash_(flash, kFlashAddress) {
    top_.uart_rx_i = 1;
    top_.rst_ni = 0;
    for (int i = 0; i < 8; ++i) clock();
    top_.rst_ni = 1;
  }

  [[noreturn]] void run() {
    while (true) {
      if (sender_.idle()) {
        const bool asleep = receiver_.idle() && quiet_ >= kQuietClocks && !boots_;
        if (waiting_.empty()) terminal_.read(waiting_, asleep);
        if (!waiting_.empty()) {
          sender_.start(waiting_.front());
          waiting_.pop_front();
        }
      }
      quiet_ = sender_.idle() && receiver_.idle() ? quiet_ + kClocksPerBit : 0;
      for (int i = 0; i < kClocksPerBit; ++i) line_clock();
    }
  }

 private:
  void line_clock() {
    top_.uart_rx_i = sender_.level();
    clock();
    if (receiver_.take(top_.uart_tx_o)) terminal_.write(receiver_.byte());
  }

  void clock() {
    top_.clk_i = 0;
    top_.eval();
    top_.clk_i = 1;
    top_.eval();
    boots_ = play_flash(top_, flash_);
  }

  Terminal& terminal_;
  dpwa::flash::SpiFlash flash_;
  bool boots_ = false;  // the flash is being read
  Vdpwa_uart_top top_;
  Sender sender_;
  dpwa::serial::Receiver receiver_{kClocksPerBit};
  std::deque<std::uint8_t> waiting_;
  int quiet_ = kQuietClocks;  // clock cycles without a bit on the line
};

}  // namespace

int main(int count, char** arguments) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  std::string flash;
  if (count > 1) {
    std::ifstream file(arguments[1], std::ios::binary);
    if (!file) die(arguments[1]);
    flash.assign(std::istreambuf_iterator<char>(file), {});
  }
  Terminal terminal;
  std::printf("%s\n", terminal.name().c_str());
  std::fflush(stdout);
  Board(terminal, flash).run();
}
