// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "gen/verilog/expr.h"
#include "gen/verilog/interface.h"
#include "gen/verilog/text_block.h"

namespace dpwa::gen {

/// One instance of a leaf or of another generated module. Every input is connected, every output is connected
/// or left open; parameters that are not set keep the module's default.
class Instance {
 public:
  Instance(std::string name, Interface interface)
      : name_(std::move(name)), interface_(std::move(interface)) {}

  Instance& set(const std::string& parameter, const Int& value);
  Instance& connect(const std::string& port, const Expr& value);
  /// An output that nobody needs. Verilator refuses `.port ()`, so it gets a net of its own: open_net(port).
  Instance& leave_open(const std::string& port);
  /// "unused_<role>_<port>" for instance u_<role>: a name that Verilator exempts from its unused check.
  std::string open_net(const std::string& port) const;

  struct Connection {
    std::string port;
    std::vector<Expr> value;  ///< empty: left open
  };
  const std::string& name() const { return name_; }
  const Interface& interface() const { return interface_; }
  const std::vector<std::pair<std::string, Int>>& parameters() const { return parameters_; }
  const std::vector<Connection>& connections() const { return connections_; }

 private:
  std::string name_;
  Interface interface_;
  std::vector<std::pair<std::string, Int>> parameters_;
  std::vector<Connection> connections_;
};

class Generate;

struct Section {
  std::string title;
};
struct Comment {
  std::string text;
};
struct Declaration {
  SignalPtr signal;
};
struct Localparam {
  std::string name;
  Int value;
  std::string doc;
};
struct Assign {
  Expr target;
  Expr value;
  std::string doc;
};
struct Unused {
  std::string name;
  Expr value;
};
using Item = std::variant<Section, Comment, Declaration, Localparam, Assign, Unused, TextBlock,
                          std::unique_ptr<Instance>, std::unique_ptr<Generate>>;

/// Statements in print order: those of a module, or of a generate block.
class Body {
 public:
  Expr wire(const std::string& name, const Int& width = 1, const std::string& doc = "");
  /// Driven by a TextBlock's always block.
  Expr reg(const std::string& name, const Int& width = 1, const std::string& doc = "");
  void section(const std::string& title) { items_.push_back(Section{title}); }
  void comment(const std::string& text) { items_.push_back(Comment{text}); }
  void assign(const Expr& target, const Expr& value, const std::string& doc = "");
  Instance& instance(const std::string& name, const Interface& interface);
  void text(TextBlock block) { items_.push_back(std::move(block)); }
  /// for (genvar = 0; genvar < count; ...) begin : block_name. Both names unique in the module.
  Generate& generate_for(const std::string& block_name, const std::string& genvar, const Int& count);
  /// Says that these bits are not read on purpose; `name` must contain "unused".
  void unused(const std::string& name, const Expr& value) { items_.push_back(Unused{name, value}); }

  const std::vector<Item>& items() const { return items_; }

 protected:
  void add(Item item) { items_.push_back(std::move(item)); }

 private:
  Expr declare(Signal::Kind kind, const std::string& name, const Int& width, const std::string& doc);
  std::vector<Item> items_;
};

/// A generate loop: a Body that is repeated, with its loop variable.
class Generate : public Body {
 public:
  Generate(std::string name, std::string genvar, Int count)
      : name_(std::move(name)), genvar_(std::move(genvar)), count_(std::move(count)) {}
  Int index() const { return Int::genvar(genvar_); }
  const std::string& name() const { return name_; }
  const std::string& genvar() const { return genvar_; }
  const Int& count() const { return count_; }

 private:
  std::string name_;
  std::string genvar_;
  Int count_;
};

/// A generated Verilog module. Nothing is checked here; check(Module) does, before anything is printed.
class Module : public Body {
 public:
  /// `doc` is the header comment after "name: "; paragraphs are separated by an empty line.
  Module(std::string name, std::string doc) : name_(std::move(name)), doc_(std::move(doc)) {}

  /// `parameter integer NAME = value`, or `parameter [bits-1:0]` for an Int::sized default.
  Int parameter(const std::string& name, const Int& default_value, const std::string& doc);
  Int localparam(const std::string& name, const Int& value, const std::string& doc = "");
  Expr input(const std::string& name, const Int& width = 1, const std::string& doc = "");
  Expr output(const std::string& name, const Int& width = 1, const std::string& doc = "");
  /// A comment line between ports: "AXI4-Lite registers".
  void port_group(const std::string& title) { ports_.push_back(Section{title}); }

  const std::string& name() const { return name_; }
  const std::string& doc() const { return doc_; }
  const std::vector<ParameterSpec>& parameters() const { return parameters_; }
  const std::vector<std::variant<Section, SignalPtr>>& ports() const { return ports_; }
  /// For instances of this module.
  Interface interface() const;

 private:
  std::string name_;
  std::string doc_;
  std::vector<ParameterSpec> parameters_;
  std::vector<std::variant<Section, SignalPtr>> ports_;
};

}  // namespace dpwa::gen
