// SPDX-License-Identifier: Apache-2.0
#include "gen/top/host_registers.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

namespace dpwa::gen {
namespace {

using Kind = RegisterKind;

std::string lower_case(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
  return text;
}

constexpr int kWordBits = kRegisterAddressBits - 2;  // of a word address

std::uint64_t word_address(const Register& reg) { return static_cast<std::uint64_t>(reg.offset) / 4; }

/// Neighbouring one-bit fields: the flags first .. first + count - 1, from the lowest on.
struct Run {
  int first, count, lsb;
};

/// From the highest bit down.
std::vector<Run> runs(const std::vector<RegisterField>& flags) {
  std::vector<Run> result;
  for (int i = 0; i < static_cast<int>(flags.size()); ++i) {
    const int lsb = flags[static_cast<std::size_t>(i)].lsb;
    if (!result.empty() && result.front().lsb + result.front().count == lsb) {
      ++result.front().count;
    } else {
      result.insert(result.begin(), {i, 1, lsb});
    }
  }
  return result;
}

}  // namespace

std::string part_name(const Register& reg, const RegisterField& part) {
  const std::string name = lower_case(reg.name);
  return reg.fields.empty() ? name : name + "_" + lower_case(part.name);
}

void HostRegistersBuilder::build() {
  for (const Register& reg : registers(config_)) {
    const std::string name = reg.parameter;
    if (name.empty()) continue;
    const std::uint32_t value = constant_value(reg, config_);
    parameter(name, name == "CONFIG_HASH" ? Int::sized(32, value) : Int(static_cast<int>(value)),
              reg.meaning);
  }
  ports();
  nets();
  for (const Register& reg : registers(config_)) {
    if (reg.kind == Kind::flags) flags(reg);
    if (reg.kind == Kind::control) control(reg);
  }
  answers();
}

void HostRegistersBuilder::ports() {
  input("clk_i");
  input("rst_ni", 1, "synchronous, active low");
  module_.port_group("AXI4-Lite (dpwa_axil_slave)");
  const Interface axil = interfaces::axil_slave();
  for (const PortSpec& port : axil.ports()) {
    if (port.name.rfind("s_axil_", 0) != 0) continue;
    const Int width = port.width.eval({{"ADDR_W", kRegisterAddressBits}});
    port.direction == Direction::input ? input(port.name, width) : output(port.name, width);
  }
  module_.port_group("machine");
  for (const Register& reg : registers(config_)) {
    for (const RegisterField& part : reg.parts()) {
      const std::string name = part_name(reg, part);
      if (reg.kind == Kind::status) input(name + "_i", part.bits);
      if (reg.kind == Kind::flags) input("set_" + name + "_i");
      if (reg.kind == Kind::control) output(name + "_o", part.bits);
    }
  }
}

void HostRegistersBuilder::nets() {
  declare("write", 1, "the host writes a register");
  declare("write_word", kWordBits);
  declare("write_data", 32);
  declare("write_error");
  declare("read_word", kWordBits);
}

void HostRegistersBuilder::flags(const Register& reg) {
  module_.section("Flags: set by the machine, cleared by a written 1");
  const int count = static_cast<int>(reg.fields.size());
  std::vector<Expr> set, ones;
  for (auto field = reg.fields.rbegin(); field != reg.fields.rend(); ++field) {
    set.push_back(net("set_" + part_name(reg, *field) + "_i"));
  }
  for (const Run& run : runs(reg.fields)) {
    ones.push_back(slice(net("write_data"), run.lsb + run.count - 1, run.lsb));
  }
  const std::string name = lower_case(reg.name);
  declare(name, count);
  place("u_" + name, interfaces::sticky())
      .set("WIDTH", count)
      .connect("set_i", concat(set))
      .connect("clear_i", replicate(count, written(reg)) & concat(ones))
      .connect("flags_o", net(name));
}

void HostRegistersBuilder::control(const Register& reg) {
  module_.section(std::string(reg.name) + ", written by the host");
  for (const RegisterField& part : reg.parts()) {
    const std::string name = part_name(reg, part);
    const std::uint64_t ones = (std::uint64_t{1} << part.bits) - 1;
    const Expr q = module_.reg(name + "_q", part.bits);
    TextBlock block(
        "always @(posedge ${clk}) begin\n"
        "  if (!${rst_n}) ${q} <= ${reset};\n"
        "  else if (${write}) ${q} <= ${data};\n"
        "end");
    block.read("clk", net("clk_i")).read("rst_n", net("rst_ni")).drive("q", q);
    block.read("reset", literal(part.bits, (reg.reset >> part.lsb) & ones)).read("write", written(reg));
    block.read("data", slice(net("write_data"), part.lsb + part.bits - 1, part.lsb));
    module_.text(block);
    module_.assign(net(name + "_o"), q);
  }
}

void HostRegistersBuilder::answers() {
  module_.section("Answers");
  const Expr data = module_.reg("read_data", 32);
  const Expr error = module_.reg("read_error");
  std::string text = "always @(*) begin\n  ${error} = 1'b0;\n  case (${word})\n";
  std::vector<Expr> writable;
  for (const Register& reg : registers(config_)) {
    text += fmt::format("    {}'d{}: ${{data}} = ${{{}}};\n", kWordBits, word_address(reg), reg.name);
    if (reg.kind == Kind::control || reg.kind == Kind::flags) {
      writable.push_back(equal(net("write_word"), literal(kWordBits, word_address(reg))));
    }
  }
  text += "    default: begin\n      ${data}  = 32'd0;\n      ${error} = 1'b1;\n    end\n  endcase\nend";
  TextBlock block(text);
  block.drive("data", data).drive("error", error).read("word", net("read_word"));
  for (const Register& reg : registers(config_)) {
    if (reg.kind != Kind::constant) {
      block.read(reg.name, value(reg));
    } else if (*reg.parameter != '\0') {
      block.number(reg.name, size(reg.parameter));
    } else {
      block.read(reg.name, literal(32, reg.reset));
    }
  }
  module_.text(block);
  Expr known = writable.front();
  for (std::size_t i = 1; i < writable.size(); ++i) known = known | writable[i];
  module_.assign(net("write_error"), ~known);
  slave(data, error);
}

void HostRegistersBuilder::slave(const Expr& data, const Expr& error) {
  module_.section("Protocol");
  const Interface leaf = interfaces::axil_slave();
  Instance& axil = place("u_axil", leaf);
  axil.set("ADDR_W", kRegisterAddressBits);
  for (const PortSpec& port : leaf.ports()) {
    if (port.name.rfind("s_axil_", 0) == 0) axil.connect(port.name, net(port.name));
  }
  axil.connect("write_o", net("write"))
      .connect("write_addr_o", net("write_word"))
      .connect("write_data_o", net("write_data"))
      .connect("write_error_i", net("write_error"))
      .leave_open("read_o")
      .connect("read_addr_o", net("read_word"))
      .connect("read_data_i", data)
      .connect("read_error_i", error);
  module_.unused("unused_write_data", net("write_data"));
}

Expr HostRegistersBuilder::value(const Register& reg) const {
  std::vector<std::pair<int, Expr>> parts;  // lsb, bits; from the highest down
  if (reg.kind == Kind::flags) {
    for (const Run& run : runs(reg.fields)) {
      parts.emplace_back(run.lsb, slice(net(lower_case(reg.name)), run.first + run.count - 1, run.first));
    }
  } else {
    for (const RegisterField& part : reg.parts()) {
      const std::string name = part_name(reg, part) + (reg.kind == Kind::status ? "_i" : "_o");
      parts.insert(parts.begin(), {part.lsb, net(name)});
    }
  }
  std::vector<Expr> pieces;
  int above = 32;
  for (const auto& [lsb, bits] : parts) {
    const int gap = above - lsb - static_cast<int>(bits.width().eval());
    if (gap > 0) pieces.push_back(zeros(gap));
    pieces.push_back(bits);
    above = lsb;
  }
  if (above > 0) pieces.push_back(zeros(above));
  return pieces.size() == 1 ? pieces.front() : concat(pieces);
}

Expr HostRegistersBuilder::written(const Register& reg) const {
  return net("write") & equal(net("write_word"), literal(kWordBits, word_address(reg)));
}

}  // namespace dpwa::gen
