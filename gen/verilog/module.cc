// SPDX-License-Identifier: Apache-2.0
#include "gen/verilog/module.h"

namespace dpwa::gen {

Instance& Instance::set(const std::string& parameter, const Int& value) {
  parameters_.emplace_back(parameter, value);
  return *this;
}

Instance& Instance::connect(const std::string& port, const Expr& value) {
  connections_.push_back({port, {value}});
  return *this;
}

Instance& Instance::leave_open(const std::string& port) {
  connections_.push_back({port, {}});
  return *this;
}

std::string Instance::open_net(const std::string& port) const {
  return "unused" + name_.substr(1) + "_" + port;
}

Expr Body::declare(Signal::Kind kind, const std::string& name, const Int& width, const std::string& doc) {
  const auto signal = std::make_shared<const Signal>(Signal{kind, name, width, doc});
  items_.push_back(Declaration{signal});
  return Expr(signal);
}

Expr Body::wire(const std::string& name, const Int& width, const std::string& doc) {
  return declare(Signal::Kind::wire, name, width, doc);
}

Expr Body::reg(const std::string& name, const Int& width, const std::string& doc) {
  return declare(Signal::Kind::reg, name, width, doc);
}

void Body::assign(const Expr& target, const Expr& value, const std::string& doc) {
  items_.push_back(Assign{target, value, doc});
}

Instance& Body::instance(const std::string& name, const Interface& interface) {
  auto instance = std::make_unique<Instance>(name, interface);
  Instance& result = *instance;
  items_.emplace_back(std::move(instance));
  return result;
}

Generate& Body::generate_for(const std::string& block_name, const std::string& genvar, const Int& count) {
  auto generate = std::make_unique<Generate>(block_name, genvar, count);
  Generate& result = *generate;
  items_.emplace_back(std::move(generate));
  return result;
}

Int Module::parameter(const std::string& name, const Int& default_value, const std::string& doc) {
  parameters_.push_back({name, default_value, doc});
  return Int::parameter(name, default_value);
}

Int Module::localparam(const std::string& name, const Int& value, const std::string& doc) {
  add(Localparam{name, value, doc});
  return Int::localparam(name, value);
}

Expr Module::input(const std::string& name, const Int& width, const std::string& doc) {
  const auto signal = std::make_shared<const Signal>(Signal{Signal::Kind::input, name, width, doc});
  ports_.push_back(signal);
  return Expr(signal);
}

Expr Module::output(const std::string& name, const Int& width, const std::string& doc) {
  const auto signal = std::make_shared<const Signal>(Signal{Signal::Kind::output, name, width, doc});
  ports_.push_back(signal);
  return Expr(signal);
}

Interface Module::interface() const {
  Interface result(name_);
  for (const ParameterSpec& parameter : parameters_) {
    result.parameter(parameter.name, parameter.default_value, parameter.doc);
  }
  for (const auto& port : ports_) {
    const SignalPtr* signal = std::get_if<SignalPtr>(&port);
    if (signal == nullptr) continue;
    if ((*signal)->kind == Signal::Kind::input) {
      result.input((*signal)->name, (*signal)->width);
    } else {
      result.output((*signal)->name, (*signal)->width);
    }
  }
  return result;
}

}  // namespace dpwa::gen
