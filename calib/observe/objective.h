// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "calib/observe/output_objective.h"
#include "model/net/network.h"

namespace dpwa::observe {

/// One of several outputs: values first .. first + values - 1 of the network's, in ONNX order.
struct OutputTask {
  std::int64_t first = 0;
  int values = 0;
  Task task = Task::classify;
  double weight = 1;  ///< of its divergence in the sum
};

/// What a difference between the float network's outputs and the quantised network's means: the sum of what
/// it means for each output, so that none may differ by more than all of them together. Decisions, labels and
/// margins are those of the deciding output. Where the outputs are several, all values are in ONNX order.
class Objective {
 public:
  /// A network of one output. `outputs`: float outputs of the calibration samples before a final Softmax,
  /// [count][values], count >= 1.
  Objective(Task task, Decision decision, const std::vector<float>& outputs, int values);
  /// `tasks`: one or more; `outputs`: [count][values of all].
  Objective(const std::vector<OutputTask>& tasks, Decision decision, const std::vector<float>& outputs,
            int values);

  Task task() const { return deciding().task(); }
  Decision decision() const { return deciding().decision(); }
  int values() const { return values_; }
  int classes() const { return deciding().values(); }
  bool has_several() const { return parts_.size() > 1; }

  /// Divergence of one sample's outputs from the float network's.
  double divergence(const float* reference, const float* outputs) const;
  /// The same with logits divided by temperature(): sees through over-confident networks. Regression:
  /// divergence().
  double softened(const float* reference, const float* outputs) const;
  /// -log of the class probability of `label`, in nat.
  double cross_entropy(const float* outputs, int label) const;
  /// The class that the network decides for; ties go to the lower index.
  int decide(const float* outputs) const;
  /// Two classes or more; ties go to the lower index.
  Lead lead(const float* outputs) const;
  /// How far `lead.best` is before `lead.second` in these outputs; negative: behind.
  double margin(const float* outputs, const Lead& lead) const;

  /// Heads of the divergence plus, for classifiers, of the softened divergence, at the float outputs.
  std::vector<Head> heads(const float* outputs) const;
  /// Gradient of cross_entropy() by the outputs.
  std::vector<float> label_gradient(const float* outputs, int label) const;
  /// Of the deciding output.
  double temperature() const { return deciding().temperature(); }

  static constexpr double kSoftening = OutputObjective::kSoftening;
  static constexpr double kSureness = OutputObjective::kSureness;

 private:
  struct Part {
    std::int64_t first;
    double weight;
    OutputObjective objective;
  };

  const OutputObjective& deciding() const { return parts_[deciding_].objective; }
  const float* decided(const float* outputs) const { return outputs + parts_[deciding_].first; }

  int values_;
  std::vector<Part> parts_;
  std::size_t deciding_ = 0;
};

/// What the outputs are for: one entry for each range of values that outputs name. `task`: empty: automatic.
/// Automatic: with a Softmax over all of its values an output classifies, and where any output has one, only
/// such outputs do; else a vector of 2..1000 values, fewer than the inputs. With labels or a decision the
/// first output of two values or more classifies where no other does. `regression_weight`: of outputs that
/// regress in a network that classifies.
std::vector<OutputTask> output_tasks(const net::Network& network, std::optional<Task> task, bool has_labels,
                                     bool has_decision, double regression_weight = 1);

/// The entry whose classes are decided, that labels belong to: the first that classifies, else the first.
std::size_t deciding(const std::vector<OutputTask>& tasks);

/// The task of `--task auto`: that of the deciding output.
Task automatic_task(const net::Network& network, bool has_labels, bool has_decision);

}  // namespace dpwa::observe
