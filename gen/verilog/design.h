// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <string>
#include <vector>

#include "gen/verilog/module.h"

namespace dpwa::gen {

/// The generated modules of one design; instances of any other module are leaves from rtl/.
class Design {
 public:
  explicit Design(std::string top) : top_(std::move(top)) {}

  /// The reference stays valid. The order of calls is the order of files.
  Module& add(const std::string& name, const std::string& doc);

  const std::string& top() const { return top_; }
  /// Throws Error when there is none of that name.
  const Module& module(const std::string& name) const;
  const std::deque<Module>& modules() const { return modules_; }
  /// Names of the instantiated modules that are not generated here, in first-use order.
  std::vector<std::string> leaves() const;

  struct File {
    std::string name;  ///< "<module>.v"
    std::string text;
  };
  /// Checks every module, then prints all: an illegal design yields an Error and no file.
  std::vector<File> print(const std::string& version) const;

 private:
  std::string top_;
  std::deque<Module> modules_;
};

}  // namespace dpwa::gen
