// SPDX-License-Identifier: Apache-2.0
// The register table and what is made of it.
#include "gen/top/registers.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <set>

#include "gen/top/host_registers.h"
#include "gen/top/top.h"
#include "gen/verilog/design.h"
#include "model/base/files.h"
#include "tests/gen/lint.h"

namespace dpwa::gen {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(Registers, AddressesAreWordsAndAscend) {
  int last = -4;
  for (const Register& reg : registers()) {
    EXPECT_EQ(reg.offset % 4, 0) << reg.name;
    EXPECT_GT(reg.offset, last) << reg.name;
    EXPECT_LT(reg.offset, 1 << kRegisterAddressBits) << reg.name;
    last = reg.offset;
  }
}

TEST(Registers, NamesAreUniqueAndFieldsDoNotOverlap) {
  std::set<std::string> names;
  for (const Register& reg : registers()) {
    int free = 0;
    for (const RegisterField& part : reg.parts()) {
      EXPECT_TRUE(names.insert(part_name(reg, part)).second) << reg.name;
      EXPECT_GE(part.lsb, free) << reg.name << "." << part.name;
      EXPECT_GT(part.bits, 0) << reg.name << "." << part.name;
      free = part.lsb + part.bits;
    }
    EXPECT_LE(free, 32) << reg.name;
    if (reg.kind == RegisterKind::flags) {
      for (const RegisterField& part : reg.fields) EXPECT_EQ(part.bits, 1) << part.name;
    }
  }
}

// DPWA_UPDATE_GOLDEN=1 accepts a changed table.
TEST(Registers, DocumentationIsTheTable) {
  const std::filesystem::path page = DPWA_SOURCE_DIR "/docs/registers.md";
  if (std::getenv("DPWA_UPDATE_GOLDEN") != nullptr) write_file(page, register_page());
  EXPECT_EQ(register_page(), read_file(page)) << "set DPWA_UPDATE_GOLDEN=1 to write docs/registers.md";
}

TEST(Registers, HeaderHasOffsetsFieldsAndTheConfigurationsValues) {
  const config::Config config = config::load("sim-4", {"LANES=16", "GROUPS=2"});
  const std::string header = register_header(config);
  EXPECT_THAT(header, HasSubstr("#define DPWA_ID_VALUE 0x44505741u\n"));
  EXPECT_THAT(header, HasSubstr("#define DPWA_LANES_VALUE 0x00000010u\n"));
  EXPECT_THAT(header, HasSubstr("#define DPWA_GROUPS_VALUE 0x00000002u\n"));
  EXPECT_THAT(header, HasSubstr(fmt::format("#define DPWA_CONFIG_HASH_VALUE {:#010x}u\n",
                                            config::config_hash(config))));
  EXPECT_THAT(header, HasSubstr("#define DPWA_FLAGS_OFFSET 0x10u  /* w1c: "));
  EXPECT_THAT(header, HasSubstr("#define DPWA_FLAGS_INPUT_SATURATED_LSB 9u  "));
  EXPECT_THAT(header, HasSubstr("#define DPWA_FLAGS_INPUT_SATURATED_MASK 0x00000200u\n"));
  EXPECT_THAT(header, HasSubstr("#define DPWA_COUNTER_SELECT_INDEX_MASK 0x000f0000u\n"));
}

TEST(Registers, HeaderComesOnlyWithARegisterPort) {
  EXPECT_EQ(host_files(config::load("sim-4", {"HOST_PORT=axi"})).count("dpwa_registers.h"), 1U);
  EXPECT_TRUE(host_files(config::load("sim-4", {"HOST_PORT=none"})).empty());
}

TEST(Registers, ABitOfTheFlashComesOnlyWithIt) {
  EXPECT_THAT(register_header(config::load("icebreaker", {"BOOT=spi"})), HasSubstr("DPWA_STATUS_BOOT_MASK"));
  EXPECT_THAT(register_header(config::load("icebreaker")), Not(HasSubstr("DPWA_STATUS_BOOT_MASK")));
}

std::string text_of(const std::string& module, const config::Config& config) {
  for (const Design::File& file : build_top(config).print("0.0.0")) {
    if (file.name == module + ".v") return file.text;
  }
  return "";
}

// tests/rtl_host runs this text in Verilator.
TEST(HostRegisters, VerilogIsTheTable) {
  config::Config config;
  Design design("dpwa_host_registers");
  HostRegistersBuilder(config,
                       design.add("dpwa_host_registers", "the registers that the host reads and writes."))
      .build();
  std::string text = design.print("0.0.0").front().text;
  // The configuration's own number is no matter of the table.
  const std::string hash = fmt::format("32'h{:08x}", config::config_hash(config));
  text.replace(text.find(hash), hash.size(), "32'h00000000");
  expect_golden("dpwa_host_registers.v.golden", text);
}

TEST(HostRegisters, APortThatIsLeftOutIsAbsent) {
  const std::string with = text_of("dpwa_top", config::load("sim-4", {"HOST_PORT=axi"}));
  EXPECT_THAT(with, HasSubstr("s_axil_awvalid_i"));
  EXPECT_THAT(with, Not(HasSubstr("output_mode_i")));
  EXPECT_THAT(with, Not(HasSubstr(" counter_index_i,")));
  const config::Config bare = config::load("sim-4", {"HOST_PORT=none"});
  const std::string without = text_of("dpwa_top", bare);
  EXPECT_THAT(without, HasSubstr("output_mode_i"));
  EXPECT_THAT(without, Not(HasSubstr("axil")));
  EXPECT_EQ(text_of("dpwa_host_registers", bare), "");
}

}  // namespace
}  // namespace dpwa::gen
