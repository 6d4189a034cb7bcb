// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <stdexcept>
#include <string>

/// The host's side of an AXI4-Lite port s_axil_*, one access at a time. `Top` is the Verilated module.
template <typename Top>
class RegisterPort {
 public:
  /// `cycle`: one clock cycle. `stalls`: whether the host hesitates in this one.
  RegisterPort(Top& top, std::function<void()> cycle, std::function<bool()> stalls)
      : top_(top), cycle_(std::move(cycle)), stalls_(std::move(stalls)) {}

  /// Throws std::runtime_error when the port answers with an error, or not at all.
  std::uint32_t read(std::uint32_t offset) {
    top_.s_axil_araddr_i = offset;
    top_.s_axil_arvalid_i = 1;
    bool asked = false, answered = false;
    std::uint32_t data = 0, response = 0;
    for (int i = 0; !answered; ++i) {
      if (i == kPatience)
        throw std::runtime_error("no answer to a read of register " + std::to_string(offset));
      top_.s_axil_rready_i = !stalls_();
      top_.eval();
      const bool taken = !asked && top_.s_axil_arready_o;
      answered = top_.s_axil_rvalid_o && top_.s_axil_rready_i;
      data = top_.s_axil_rdata_o;
      response = top_.s_axil_rresp_o;
      cycle_();
      asked = asked || taken;
      top_.s_axil_arvalid_i = !asked;
    }
    top_.s_axil_rready_i = 0;
    if (response != 0) throw std::runtime_error("register " + std::to_string(offset) + " cannot be read");
    return data;
  }

  void write(std::uint32_t offset, std::uint32_t data) {
    top_.s_axil_awaddr_i = offset;
    top_.s_axil_wdata_i = data;
    top_.s_axil_wstrb_i = 15;
    bool address_taken = false, data_taken = false, answered = false;
    std::uint32_t response = 0;
    for (int i = 0; !answered; ++i) {
      if (i == kPatience)
        throw std::runtime_error("no answer to a write of register " + std::to_string(offset));
      // A valid stays until it is taken.
      top_.s_axil_awvalid_i = !address_taken && (top_.s_axil_awvalid_i || !stalls_());
      top_.s_axil_wvalid_i = !data_taken && (top_.s_axil_wvalid_i || !stalls_());
      top_.s_axil_bready_i = !stalls_();
      top_.eval();
      address_taken = address_taken || (top_.s_axil_awvalid_i && top_.s_axil_awready_o);
      data_taken = data_taken || (top_.s_axil_wvalid_i && top_.s_axil_wready_o);
      answered = top_.s_axil_bvalid_o && top_.s_axil_bready_i;
      response = top_.s_axil_bresp_o;
      cycle_();
    }
    top_.s_axil_bready_i = 0;
    if (response != 0) throw std::runtime_error("register " + std::to_string(offset) + " cannot be written");
  }

 private:
  static constexpr int kPatience = 1000;

  Top& top_;
  std::function<void()> cycle_;
  std::function<bool()> stalls_;
};
