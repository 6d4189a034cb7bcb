// SPDX-License-Identifier: Apache-2.0
#include "gen/top/registers.h"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace dpwa::gen {
namespace {

using Kind = RegisterKind;

constexpr const char* kPageHead = R"(# Registers

The host's AXI4-Lite port (`s_axil_*`, 32-bit data, 8-bit addresses) of a configuration with `HOST_PORT = "axi"`; with
`HOST_PORT = "uart"` the same registers over a serial line ([host-protocol.md](host-protocol.md)). This page and the header
`dpwa_registers.h` of every generated directory come from one table (gen/top/registers.cc).

- ro: read only. rw: read and write. w1c: a written 1 clears the bit, a 0 leaves it.
- An address without a register, a write to an ro register and a write that does not strobe all four bytes are answered with
  SLVERR and change nothing. Bits that no field names read as zero and ignore writes.
- Images and inputs do not pass here but as packets through `s_axis_*` (rtl/host/dpwa_loader.v).
- OUTPUT_MODE, FLAGS.INPUT_NAN and FLAGS.OUTPUT_OVERFLOW exist only with `PORT_FORMATS = "all"`, COUNTER_SELECT and COUNTER_VALUE only with
  `PCU_COUNTERS = 1`, STATUS.BOOT only with BOOT, STATUS.TEST_PASSED and STATUS.TEST_FAILED only with `BOOT = "spi-test"`.

A run: send the image, read STATUS.IMAGE_VALID and FLAGS, choose OUTPUT_MODE, send inputs and take outputs, read FLAGS again. A host that
finds its image by IMAGE_VALID and IMAGE_ID need not send it. With BOOT it first waits until STATUS.BOOT is 0: an image from the
flash that was not taken shows in STATUS as the host's own would, one that ended nowhere as PACKET. A later host that reads BUSY or PACKET before it has sent anything follows one that stopped halfway: it resets the machine.
A reader of a PCU counter writes COUNTER_SELECT, waits for the response and reads COUNTER_VALUE.

)";

using Fields = std::vector<RegisterField>;

Register fixed(const char* name, int offset, std::uint32_t value, const char* meaning, Fields fields = {}) {
  return {name, offset, Kind::constant, value, "", 32, meaning, std::move(fields)};
}

/// A constant that reads as the parameter of its name.
Register parameter(const char* name, int offset, const char* meaning) {
  return {name, offset, Kind::constant, 0, name, 32, meaning, {}};
}

Register status(const char* name, int offset, const char* meaning, Fields fields = {}) {
  return {name, offset, Kind::status, 0, "", 32, meaning, std::move(fields)};
}

Register control(const char* name, int offset, int bits, const char* meaning, Fields fields = {}) {
  return {name, offset, Kind::control, 0, "", bits, meaning, std::move(fields)};
}

Register flags(const char* name, int offset, const char* meaning, Fields fields) {
  return {name, offset, Kind::flags, 0, "", 32, meaning, std::move(fields)};
}

Register with(RegisterNeeds needs, Register reg) {
  reg.needs = needs;
  return reg;
}

std::string hex(std::uint32_t value) { return fmt::format("{:#010x}", value); }

std::uint32_t mask(const RegisterField& field) {
  const std::uint32_t ones = field.bits == 32 ? ~0U : (1U << field.bits) - 1;
  return ones << field.lsb;
}

std::string bit_range(const RegisterField& field) {
  return field.bits == 1 ? std::to_string(field.lsb)
                         : fmt::format("{}:{}", field.lsb + field.bits - 1, field.lsb);
}

}  // namespace

std::vector<RegisterField> Register::parts() const {
  if (!fields.empty()) return fields;
  return {{name, 0, bits, meaning}};
}

std::uint32_t constant_value(const Register& reg, const config::Config& config) {
  const std::string parameter = reg.parameter;
  if (parameter.empty()) return reg.reset;
  if (parameter == "CONFIG_HASH") return config::config_hash(config);
  for (const config::Field& field : config::fields()) {
    if (field.key == parameter) return static_cast<std::uint32_t>(std::stoul(field.get(config)));
  }
  throw std::logic_error("no parameter " + parameter);
}

const char* access_name(Kind kind) {
  return kind == Kind::control ? "rw" : kind == Kind::flags ? "w1c" : "ro";
}

const std::vector<Register>& registers() {
  static const std::vector<Register> table = {
      fixed("ID", 0x00, 0x44505741, "\"DPWA\" in ASCII"),
      fixed("VERSION", 0x04, 0x00020000, "of this register map",
            {{"MINOR", 0, 16, "registers were added"}, {"MAJOR", 16, 16, "registers were changed"}}),
      parameter("CONFIG_HASH", 0x08, "identifies the configuration; images carry the same value"),
      status("STATUS", 0x0c, "what the machine does now",
             {{"IMAGE_VALID", 0, 1, "an image is loaded and whole: inputs are taken"},
              {"BUSY", 1, 1, "an inference is under way, from its first input word to its last output word"},
              {"PACKET", 2, 1, "a packet has begun and not ended"},
              {"BOOT", 3, 1, "an image is being read from the flash: the host's words wait",
               RegisterNeeds::boot},
              {"TEST_PASSED", 4, 1, "the tests before the image found every output as expected",
               RegisterNeeds::boot_test},
              {"TEST_FAILED", 5, 1, "they did not, or the machine refused one", RegisterNeeds::boot_test},
              {"LOADER_ERRORS", 8, 6, "the loader's errors since the newest BEGIN, bits as in FLAGS"}}),
      flags("FLAGS", 0x10,
            "what happened since the flag was cleared; a loader error lasts until the next BEGIN, LENGTH "
            "until the "
            "next input that is taken, and cannot be cleared before",
            {{"CRC", 0, 1, "a packet's CRC was wrong"},
             {"HASH", 1, 1, "an image of another configuration"},
             {"COUNT", 2, 1, "an image with missing or doubled packets"},
             {"OPCODE", 3, 1, "a word that starts no packet"},
             {"REFUSED", 4, 1, "an input without a valid image was dropped"},
             {"LENGTH", 5, 1, "an input with a wrong number of words was dropped"},
             {"INPUT_NAN", 8, 1, "an input value was NaN and became 0", RegisterNeeds::floats},
             {"INPUT_SATURATED", 9, 1, "an input value was beyond the limits of the input tensor"},
             {"OUTPUT_OVERFLOW", 10, 1, "an output value was beyond the range of the output format",
              RegisterNeeds::floats}}),
      with(
          RegisterNeeds::floats,
          control(
              "OUTPUT_MODE", 0x14, 2,
              "format of output words: 0 integer, 1 float32, 2 or 3 binary16; to be written while not busy")),
      status("IMAGES", 0x18, "inferences done since reset, with those of tests at power-up, modulo 2^32"),
      status("CYCLES", 0x1c, "compute cycles of the newest inference"),
      status("TRANSFER_CYCLES", 0x20, "cycles that it took input and gave output"),
      with(
          RegisterNeeds::counters,
          control(
              "COUNTER_SELECT", 0x24, 32, "which PCU counter COUNTER_VALUE shows",
              {{"TENSOR", 0, 16, "stored tensor, 0 is the network's input"},
               {"INDEX", 16, 4,
                "0..5 tiles written with that many planes (0: skipped), 6 saturated values, 7 policy "
                "violations, 8 class changes, 9 beats of the lane groups while it was computed, 10 cycles in "
                "which a beat had to wait"}})),
      with(RegisterNeeds::counters, status("COUNTER_VALUE", 0x28,
                                           "that counter for the newest inference, all lane groups together; "
                                           "undefined for a tensor that was "
                                           "never stored")),
      status("IMAGE_ID", 0x2c, "which image is loaded, where one is: the number that it carries"),
      parameter("LANES", 0x40, "MAC lanes"),
      parameter("GROUPS", 0x44, "lane groups"),
      parameter("PRODUCTS", 0x48, "4x4 products per lane and cycle; values per tile"),
      parameter("PLANES_MAX", 0x4c, "most 4-bit planes of a tile"),
  };
  return table;
}

std::vector<Register> registers(const config::Config& config) {
  std::vector<Register> result = registers();
  const auto lacks = [&](RegisterNeeds needs) {
    return (needs == RegisterNeeds::floats && config.port_formats != config::PortFormats::all) ||
           (needs == RegisterNeeds::counters && config.pcu_counters == 0) ||
           (needs == RegisterNeeds::boot && !config.boots()) ||
           (needs == RegisterNeeds::boot_test && !config.tests_at_boot());
  };
  const auto drop = [&](auto& of) {
    of.erase(std::remove_if(of.begin(), of.end(), [&](const auto& each) { return lacks(each.needs); }),
             of.end());
  };
  drop(result);
  for (Register& reg : result) drop(reg.fields);
  return result;
}

std::string register_header(const config::Config& config) {
  std::string text =
      "/* SPDX-License-Identifier: Apache-2.0 */\n"
      "/* Registers of dpwa_top, as docs/registers.md describes them. Generated, do not edit. */\n"
      "#ifndef DPWA_REGISTERS_H\n"
      "#define DPWA_REGISTERS_H\n";
  const auto define = [&](const std::string& name, const std::string& value, const std::string& remark = "") {
    text += fmt::format("#define {} {}{}\n", name, value, remark.empty() ? "" : "  /* " + remark + " */");
  };
  for (const Register& reg : registers(config)) {
    const std::string name = std::string("DPWA_") + reg.name;
    text += "\n";
    define(name + "_OFFSET", fmt::format("{:#04x}u", reg.offset),
           fmt::format("{}: {}", access_name(reg.kind), reg.meaning));
    if (reg.kind == Kind::constant) {
      define(name + "_VALUE", hex(constant_value(reg, config)) + "u");
    }
    for (const RegisterField& field : reg.fields) {
      define(fmt::format("{}_{}_LSB", name, field.name), fmt::format("{}u", field.lsb), field.meaning);
      define(fmt::format("{}_{}_MASK", name, field.name), hex(mask(field)) + "u");
    }
  }
  return text + "\n#endif\n";
}

std::string register_page() {
  std::string text = kPageHead;
  text += "| offset | register | access | reset | meaning |\n|---|---|---|---|---|\n";
  for (const Register& reg : registers()) {
    const std::string reset = *reg.parameter != '\0'     ? "parameter"
                              : reg.kind == Kind::status ? "-"
                                                         : hex(reg.reset);
    text += fmt::format("| {:#04x} | {} | {} | {} | {} |\n", reg.offset, reg.name, access_name(reg.kind),
                        reset, reg.meaning);
  }
  for (const Register& reg : registers()) {
    if (reg.fields.empty()) continue;
    text += fmt::format("\n## {}\n\n| bits | field | meaning |\n|---|---|---|\n", reg.name);
    for (const RegisterField& field : reg.fields) {
      text += fmt::format("| {} | {} | {} |\n", bit_range(field), field.name, field.meaning);
    }
  }
  return text;
}

}  // namespace dpwa::gen
