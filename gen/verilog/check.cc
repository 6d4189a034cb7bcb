// SPDX-License-Identifier: Apache-2.0
#include "gen/verilog/check.h"

#include <map>
#include <regex>
#include <set>

#include "gen/verilog/check_bits.h"
#include "gen/verilog/keywords.h"
#include "model/base/error.h"

namespace dpwa::gen {
namespace {

bool starts_with(const std::string& text, const char* prefix) { return text.rfind(prefix, 0) == 0; }

/// Everything that can be judged on the text as written; bits are counted by check_bits.
class TextCheck {
 public:
  explicit TextCheck(const Module& module) : module_(module) {}

  void run() {
    declare(module_.name());
    for (const ParameterSpec& parameter : module_.parameters()) {
      use_constant(parameter.default_value);
      declare_constant(parameter.name);
    }
    for (const auto& port : module_.ports()) {
      if (const SignalPtr* signal = std::get_if<SignalPtr>(&port)) declare_signal(**signal);
    }
    visit(module_);
    for (const std::string& name : constants_) {
      if (used_constants_.count(name) == 0) throw error("the parameter '{}' is not used", name);
    }
  }

 private:
  template <typename... Args>
  Error error(fmt::format_string<Args...> format, Args&&... args) const {
    return fail(ExitCode::usage, "design: module {}: {}", module_.name(),
                fmt::format(format, std::forward<Args>(args)...));
  }

  void declare(const std::string& name) {
    static const std::regex identifier("[A-Za-z][A-Za-z0-9_]*");
    static const std::regex numbered(".*_[0-9]+");
    if (!std::regex_match(name, identifier)) {
      throw error("'{}' is not a name (letters, digits, underscores, first a letter)", name);
    }
    if (std::regex_match(name, numbered)) {
      throw error("'{}' ends in a number; write an index of a vector or of a generate loop instead", name);
    }
    if (is_keyword(name)) throw error("'{}' is a keyword of Verilog or SystemVerilog", name);
    if (!names_.insert(name).second) throw error("'{}' is declared twice", name);
  }

  void declare_constant(const std::string& name) {
    declare(name);
    constants_.insert(name);
  }

  void declare_signal(const Signal& signal) {
    use_constant(signal.width);
    declare(signal.name);
    signals_[signal.name] = &signal;
  }

  void use_constant(const Int& value) {
    std::set<std::string> names;
    value.names(names);
    for (const std::string& name : names) {
      if (constants_.count(name) == 0 && genvars_.count(name) == 0) {
        throw error("'{}' in '{}' is no parameter or loop variable declared before it", name, value.text());
      }
      used_constants_.insert(name);
    }
  }

  void use(const Expr& value) {
    for (const Access& access : value.accesses()) {
      const auto found = signals_.find(access.signal->name);
      if (found == signals_.end() || found->second != access.signal.get()) {
        throw error("'{}' in '{}' is not declared in this module before its use", access.signal->name,
                    value.text());
      }
    }
    for (const Int& constant : value.constants()) use_constant(constant);
  }

  void visit(const Body& body) {
    for (const Item& item : body.items()) {
      std::visit([this](const auto& each) { visit_item(each); }, item);
    }
  }

  void visit_item(const Section&) {}
  void visit_item(const Comment&) {}
  void visit_item(const Declaration& declaration) { declare_signal(*declaration.signal); }

  void visit_item(const Localparam& localparam) {
    use_constant(localparam.value);
    declare_constant(localparam.name);
  }

  void visit_item(const Assign& assign) {
    use(assign.target);
    use(assign.value);
    if (!assign.target.is_target())
      throw error("assign drives '{}', which is not a signal", assign.target.text());
    require_width(fmt::format("assign {}", assign.target.text()), assign.target.width(), assign.value);
  }

  void visit_item(const Unused& unused) {
    declare(unused.name);
    if (unused.name.find("unused") == std::string::npos) {
      throw error("'{}': the name of bits that nobody reads must contain 'unused'", unused.name);
    }
    use(unused.value);
  }

  void visit_item(const TextBlock& block) {
    block.check("design: module " + module_.name());
    for (const TextBlock::Filling& filling : block.fillings()) {
      if (const Expr* value = std::get_if<Expr>(&filling.value)) use(*value);
      if (const Int* constant = std::get_if<Int>(&filling.value)) use_constant(*constant);
    }
    require_holes_only(block);
  }

  // A signal named in the raw text would escape every check of drivers and widths.
  void require_holes_only(const TextBlock& block) const {
    static const std::regex word(R"(\$\{[^}]*\}|[A-Za-z_][A-Za-z0-9_]*)");
    const std::string& text = block.text();
    for (auto it = std::sregex_iterator(text.begin(), text.end(), word); it != std::sregex_iterator(); ++it) {
      const std::string name = it->str();
      if (signals_.count(name) != 0 || constants_.count(name) != 0) {
        throw error("text names '{}' directly; write it as a hole", name);
      }
    }
  }

  void visit_item(const std::unique_ptr<Generate>& generate) {
    if (!starts_with(generate->name(), "gen_")) {
      throw error("generate block '{}': the name must start with gen_", generate->name());
    }
    declare(generate->name());
    use_constant(generate->count());
    declare(generate->genvar());
    genvars_.emplace(generate->genvar(), 0);
    const auto outside = signals_;
    visit(*generate);
    signals_ = outside;
    genvars_.erase(generate->genvar());
  }

  void visit_item(const std::unique_ptr<Instance>& instance) {
    if (!starts_with(instance->name(), "u_")) {
      throw error("instance '{}': the name must start with u_", instance->name());
    }
    declare(instance->name());
    const std::string where =
        fmt::format("instance {} of {}", instance->name(), instance->interface().module());
    const std::map<std::string, Int> values = parameter_values(where, *instance);
    std::set<std::string> connected;
    for (const Instance::Connection& connection : instance->connections()) {
      if (!connected.insert(connection.port).second) {
        throw error("{}: port '{}' is connected twice", where, connection.port);
      }
      check_connection(where, *instance, values, connection);
    }
    for (const PortSpec& port : instance->interface().ports()) {
      if (connected.count(port.name) != 0) continue;
      const bool input = port.direction == Direction::input;
      throw error("{}: {} '{}' is not connected{}", where, input ? "input" : "output", port.name,
                  input ? "" : " (leave_open says that nobody needs it)");
    }
  }

  std::map<std::string, Int> parameter_values(const std::string& where, const Instance& instance) {
    std::map<std::string, Int> values;
    for (const auto& [name, value] : instance.parameters()) {
      if (!instance.interface().has_parameter(name)) throw error("{}: no parameter '{}'", where, name);
      if (!values.emplace(name, value).second) throw error("{}: parameter '{}' is set twice", where, name);
      use_constant(value);
    }
    return values;
  }

  void check_connection(const std::string& where, const Instance& instance,
                        const std::map<std::string, Int>& values, const Instance::Connection& connection) {
    const PortSpec* port = instance.interface().find_port(connection.port);
    if (port == nullptr) throw error("{}: no port '{}'", where, connection.port);
    const bool output = port->direction == Direction::output;
    if (connection.value.empty()) {
      if (!output) throw error("{}: input '{}' is left open", where, port->name);
      declare(instance.open_net(port->name));
      return;
    }
    const Expr& value = connection.value[0];
    use(value);
    if (output && !value.is_target()) {
      throw error("{}: output '{}' drives '{}', which is not a signal", where, port->name, value.text());
    }
    require_width(fmt::format("{}: port '{}'", where, port->name), port->width.substitute(values), value);
  }

  void require_width(const std::string& where, const Int& width, const Expr& value) const {
    if (always_equal(width, value.width(), genvars_)) return;
    throw error(
        "{}: expected {} bits ({}), found '{}' with {} ({}){}", where, width.eval(genvars_), width.text(),
        value.text(), value.width().eval(genvars_), value.width().text(),
        width.eval(genvars_) == value.width().eval(genvars_) ? "; equal only at the default parameters" : "");
  }

  const Module& module_;
  std::set<std::string> names_;
  std::map<std::string, const Signal*> signals_;  ///< in scope
  std::set<std::string> constants_;
  std::set<std::string> used_constants_;
  Environment genvars_;  ///< loop variables in scope, at their first value
};

}  // namespace

void check(const Module& module) {
  TextCheck(module).run();
  check_bits(module);
}

}  // namespace dpwa::gen
