// SPDX-License-Identifier: Apache-2.0
//
// The port itself, on a pseudo-terminal: all bytes pass as they are, and what goes wrong is one clear error.
#include "fpga/host/serial_port.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>

#include "fpga/host/link.h"
#include "model/base/error.h"
#include "model/base/files.h"
#include "tests/base/temporary_directory.h"
#include "tests/host/pseudo_terminal.h"

namespace dpwa::host {
namespace {

using testing::AllOf;
using testing::HasSubstr;

BoardModel::Words copy(const BoardModel::Words&, const BoardModel::Words& input) { return input; }

Patience quick() {
  Patience patience;
  patience.answer = Milliseconds(200);
  patience.tries = 2;
  return patience;
}

template <typename Work>
std::string error_of(ExitCode code, Work work) {
  try {
    work();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), code) << error.what();
    return error.what();
  }
  return "no error";
}

TEST(SerialPort, EveryByteValuePassesBothWays) {
  BoardModel board(copy);
  PseudoTerminal terminal(board);
  SerialPort port(terminal.path(), 115200);
  Link link(port, {}, 0x11130d0a);
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    const std::uint32_t value = byte | byte << 8;
    link.request(Request::write, "\x24" + little_endian(value));
    ASSERT_EQ(link.request(Request::read, "\x24"), little_endian(value));
  }
}

TEST(SerialPort, WhatWasInTheLineBeforeDoesNoHarm) {
  BoardModel board(copy);
  PseudoTerminal terminal(board);
  {
    const SerialPort port(terminal.path(), 115200);
    terminal.say("login: \x7e\x01\x80\r\n");
  }
  SerialPort port(terminal.path(), 115200);
  Link link(port, {}, 1);
  EXPECT_EQ(link.request(Request::read, std::string(1, '\0')), little_endian(0x44505741));
}

TEST(SerialPort, InUseIsOneErrorUntilTheOtherHostEnds) {
  BoardModel board(copy);
  PseudoTerminal terminal(board);
  {
    const SerialPort port(terminal.path(), 115200);
    EXPECT_THAT(error_of(ExitCode::io, [&] { SerialPort(terminal.path(), 115200); }),
                AllOf(HasSubstr(terminal.path()), HasSubstr("in use by another program")));
  }
  SerialPort(terminal.path(), 115200);
}

TEST(SerialPort, AKilledHostLeavesThePortFree) {
  BoardModel board(copy);
  PseudoTerminal terminal(board);
  const pid_t child = ::fork();
  if (child == 0) {
    const SerialPort port(terminal.path(), 115200);
    ::kill(::getpid(), SIGKILL);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFSIGNALED(status));
  SerialPort port(terminal.path(), 115200);
  Link link(port, quick(), 1);
}

TEST(SerialPort, UnpluggedIsOneErrorAtEveryByte) {
  for (std::size_t bytes = 1; bytes < 45; ++bytes) {
    BoardModel board(copy);
    PseudoTerminal terminal(board, bytes);
    EXPECT_THAT(error_of(ExitCode::io,
                         [&] {
                           SerialPort port(terminal.path(), 115200);
                           Link link(port, quick(), 1);
                           while (true) link.request(Request::read, "\x18");
                         }),
                AllOf(HasSubstr(terminal.path()), HasSubstr("the port is gone")))
        << bytes;
  }
}

TEST(SerialPort, WhatIsNoPortIsNamed) {
  TemporaryDirectory directory;
  const std::filesystem::path file = directory.path() / "file";
  write_file(file, "text");
  EXPECT_THAT(error_of(ExitCode::io, [&] { SerialPort(file, 115200); }), HasSubstr("not a serial port"));
  EXPECT_THAT(error_of(ExitCode::io, [&] { SerialPort(directory.path() / "none", 115200); }),
              HasSubstr("No such file"));
  EXPECT_THAT(error_of(ExitCode::usage, [&] { SerialPort(file, 12345); }),
              AllOf(HasSubstr("--baud 12345"), HasSubstr("115200"), HasSubstr("3000000")));
}

TEST(SerialPort, ALinkToADeviceIsTheDevice) {
  BoardModel board(copy);
  PseudoTerminal terminal(board);
  TemporaryDirectory directory;
  std::filesystem::create_symlink(terminal.path(), directory.path() / "board");
  SerialPort port(directory.path() / "board", 3000000);
  EXPECT_EQ(port.name(), (directory.path() / "board").string());
  EXPECT_EQ(port.patience().tries, 3);
  Link link(port, quick(), 1);
}

}  // namespace
}  // namespace dpwa::host
