// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

namespace dpwa::observe {

enum class Task { classify, regress };
enum class Decision { argmax, argmin };

/// One squared direction of the second-order loss: divergence ~ 1/2 * sum over heads of weight * (gradient .
/// d)^2 for a small change d of the values.
struct Head {
  double weight = 0;
  std::vector<float> gradient;  ///< [values]
};

/// The class that `values` outputs decide for; ties go to the lower index.
int decide(Decision decision, const float* outputs, int values);

/// The class that a sample is decided for, and the runner-up.
struct Lead {
  int best = 0, second = 0;
};

/// What a difference between the float network's values of one output and the quantised network's means.
///   classify: Kullback-Leibler divergence of the class probabilities, in nat. Logits are the outputs
///   (argmax), or the
///     negated outputs over a third of the median top-two margin (argmin).
///   regress: mean squared error over the outputs, relative to their variance on the calibration samples.
class OutputObjective {
 public:
  /// `outputs`: float outputs of the calibration samples before a final Softmax, [count][values], count >= 1.
  OutputObjective(Task task, Decision decision, const std::vector<float>& outputs, int values);

  Task task() const { return task_; }
  Decision decision() const { return decision_; }
  int values() const { return values_; }

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

  /// At least kSoftening, and so much that the likeliest class has kSureness on average over the calibration
  /// samples, or less.
  double temperature() const { return temperature_; }

  static constexpr double kSoftening = 4;
  static constexpr double kSureness = 0.75;

 private:
  double kl(const float* reference, const float* outputs, double temperature) const;
  double log_normaliser(const float* outputs, double factor) const;
  std::vector<double> probabilities(const float* outputs, double temperature) const;
  double mean_top_probability(const std::vector<float>& outputs, double temperature) const;
  void add_class_heads(const float* outputs, double temperature, std::vector<Head>& heads) const;

  Task task_;
  Decision decision_;
  int values_;
  double temperature_ = kSoftening;
  double logit_scale_ = 1;  ///< logit = output * logit_scale
  double variance_ = 1;     ///< of the outputs, mean over the output values
};

}  // namespace dpwa::observe
