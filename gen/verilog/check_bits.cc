// SPDX-License-Identifier: Apache-2.0
#include "gen/verilog/check_bits.h"

#include <map>

#include "model/base/error.h"

namespace dpwa::gen {
namespace {

/// Drivers and readers of one signal's bits.
struct Coverage {
  std::vector<int> driver;  ///< index into BitCheck's descriptions, -1 = none
  std::vector<char> read;
};

class BitCheck {
 public:
  explicit BitCheck(const Module& module) : module_(module) {}

  void run() {
    const int outside = describe("the outside");
    std::vector<SignalPtr> ports;
    for (const auto& port : module_.ports()) {
      const SignalPtr* signal = std::get_if<SignalPtr>(&port);
      if (signal == nullptr) continue;
      ports.push_back(*signal);
      open(*signal);
      const Access whole{*signal, 0, (*signal)->width};
      if ((*signal)->kind == Signal::Kind::input) {
        drive(whole, outside, false);
      } else {
        read(whole);
      }
    }
    visit(module_);
    for (const SignalPtr& port : ports) close(port);
  }

 private:
  template <typename... Args>
  Error error(fmt::format_string<Args...> format, Args&&... args) const {
    return fail(ExitCode::usage, "design: module {}: {}", module_.name(),
                fmt::format(format, std::forward<Args>(args)...));
  }

  int describe(const std::string& driver) {
    descriptions_.push_back(driver);
    return static_cast<int>(descriptions_.size()) - 1;
  }

  void open(const SignalPtr& signal) {
    const std::int64_t width = signal->width.eval(genvars_);
    if (width < 1) throw error("'{}' has {} bits ({})", signal->name, width, signal->width.text());
    coverage_[signal.get()] = {std::vector<int>(width, -1), std::vector<char>(width, 0)};
  }

  void close(const SignalPtr& signal) {
    const Coverage& coverage = coverage_.at(signal.get());
    for (std::size_t bit = 0; bit < coverage.driver.size(); ++bit) {
      if (coverage.driver[bit] < 0) throw error("bit {} of '{}' has no driver", bit, signal->name);
      if (!coverage.read[bit]) {
        throw error("bit {} of '{}' is read by nobody (unused() says so on purpose)", bit, signal->name);
      }
    }
    coverage_.erase(signal.get());
  }

  /// First bit of an access that is known to be in range.
  std::size_t first_bit(const Access& access) const {
    const std::int64_t lsb = access.lsb.eval(genvars_);
    const std::int64_t width = access.width.eval(genvars_);
    const std::int64_t available = access.signal->width.eval(genvars_);
    if (lsb < 0 || width < 1 || lsb + width > available) {
      throw error("bits {} to {} of '{}' are addressed, which has {}", lsb, lsb + width - 1,
                  access.signal->name, available);
    }
    return static_cast<std::size_t>(lsb);
  }

  void drive(const Access& access, int driver, bool by_text) {
    const Signal& signal = *access.signal;
    if ((signal.kind == Signal::Kind::reg) && !by_text) {
      throw error("'{}' is a reg, which only text can drive; found {}", signal.name, descriptions_[driver]);
    }
    const std::size_t first = first_bit(access);
    const std::size_t width = static_cast<std::size_t>(access.width.eval(genvars_));
    Coverage& coverage = coverage_.at(&signal);
    for (std::size_t bit = first; bit < first + width; ++bit) {
      if (coverage.driver[bit] >= 0) {
        throw error("bit {} of '{}' has two drivers: {} and {}", bit, signal.name,
                    descriptions_[coverage.driver[bit]], descriptions_[driver]);
      }
      coverage.driver[bit] = driver;
    }
  }

  void read(const Access& access) {
    const std::size_t first = first_bit(access);
    const std::size_t width = static_cast<std::size_t>(access.width.eval(genvars_));
    Coverage& coverage = coverage_.at(access.signal.get());
    for (std::size_t bit = first; bit < first + width; ++bit) coverage.read[bit] = 1;
  }

  void drive_all(const Expr& target, const std::string& driver, bool by_text = false) {
    const int index = describe(driver);
    for (const Access& access : target.accesses()) drive(access, index, by_text);
  }

  void read_all(const Expr& value) {
    for (const Access& access : value.accesses()) read(access);
  }

  void visit(const Body& body) {
    for (const Item& item : body.items()) {
      std::visit([this](const auto& each) { visit_item(each); }, item);
    }
    for (const Item& item : body.items()) {
      if (const auto* declaration = std::get_if<Declaration>(&item)) close(declaration->signal);
    }
  }

  void visit_item(const Section&) {}
  void visit_item(const Comment&) {}
  void visit_item(const Localparam&) {}
  void visit_item(const Declaration& declaration) { open(declaration.signal); }
  void visit_item(const Unused& unused) { read_all(unused.value); }

  void visit_item(const Assign& assign) {
    drive_all(assign.target, "assign " + assign.target.text());
    read_all(assign.value);
  }

  void visit_item(const TextBlock& block) {
    for (const TextBlock::Filling& filling : block.fillings()) {
      const Expr* value = std::get_if<Expr>(&filling.value);
      if (value == nullptr) continue;
      if (filling.kind == TextBlock::Filling::Kind::drive) {
        drive_all(*value, "text hole '" + filling.hole + "'", true);
      } else {
        read_all(*value);
      }
    }
  }

  void visit_item(const std::unique_ptr<Instance>& instance) {
    for (const Instance::Connection& connection : instance->connections()) {
      if (connection.value.empty()) continue;
      const Expr& value = connection.value[0];
      if (instance->interface().find_port(connection.port)->direction == Direction::output) {
        drive_all(value, instance->name() + "." + connection.port);
      } else {
        read_all(value);
      }
    }
  }

  void visit_item(const std::unique_ptr<Generate>& generate) {
    const std::int64_t count = generate->count().eval(genvars_);
    if (count < 1) throw error("generate block {} repeats {} times", generate->name(), count);
    for (std::int64_t index = 0; index < count; ++index) {
      genvars_[generate->genvar()] = index;
      visit(*generate);
    }
    genvars_.erase(generate->genvar());
  }

  const Module& module_;
  Environment genvars_;
  std::map<const Signal*, Coverage> coverage_;
  std::vector<std::string> descriptions_;
};

}  // namespace

void check_bits(const Module& module) { BitCheck(module).run(); }

}  // namespace dpwa::gen
