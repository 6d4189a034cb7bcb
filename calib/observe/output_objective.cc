// SPDX-License-Identifier: Apache-2.0
#include "calib/observe/output_objective.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>

namespace dpwa::observe {

namespace {

/// Most squared directions per sample and temperature: likeliest classes, or random projections.
constexpr int kMaxHeads = 16;

/// A class this improbable contributes nothing that survives rounding.
constexpr double kSmallestWeight = 1e-7;

/// Where every class is as likely as the others, or the logits mean nothing.
constexpr double kHighestTemperature = 1e6;

/// Median over the samples of the gap between the two smallest outputs.
double median_margin(const std::vector<float>& outputs, int values) {
  std::vector<double> margins;
  for (std::size_t at = 0; at + values <= outputs.size(); at += values) {
    std::vector<float> sorted(outputs.begin() + at, outputs.begin() + at + values);
    std::partial_sort(sorted.begin(), sorted.begin() + std::min(2, values), sorted.end());
    margins.push_back(values > 1 ? sorted[1] - sorted[0] : 0.0);
  }
  const auto middle = margins.begin() + margins.size() / 2;
  std::nth_element(margins.begin(), middle, margins.end());
  return *middle;
}

/// Variance over the samples, mean over the output values; 1 when the outputs are constant.
double mean_variance(const std::vector<float>& outputs, int values) {
  const double count = static_cast<double>(outputs.size()) / values;
  double total = 0;
  for (int k = 0; k < values; ++k) {
    double sum = 0, squares = 0;
    for (std::size_t at = k; at < outputs.size(); at += values) sum += outputs[at];
    for (std::size_t at = k; at < outputs.size(); at += values) {
      squares += (outputs[at] - sum / count) * (outputs[at] - sum / count);
    }
    total += squares / count;
  }
  return total > 0 ? total / values : 1.0;
}

}  // namespace

int decide(Decision decision, const float* outputs, int values) {
  const float* end = outputs + values;
  const float* best =
      decision == Decision::argmin ? std::min_element(outputs, end) : std::max_element(outputs, end);
  return static_cast<int>(best - outputs);
}

OutputObjective::OutputObjective(Task task, Decision decision, const std::vector<float>& outputs, int values)
    : task_(task), decision_(decision), values_(values), variance_(mean_variance(outputs, values)) {
  if (decision == Decision::argmin) {
    const double margin = median_margin(outputs, values);
    logit_scale_ = margin > 0 ? -3 / margin : -1;
  }
  if (task == Task::regress) return;
  while (temperature_ < kHighestTemperature && mean_top_probability(outputs, temperature_) > kSureness) {
    temperature_ *= 1.25;
  }
}

double OutputObjective::mean_top_probability(const std::vector<float>& outputs, double temperature) const {
  double sum = 0;
  for (std::size_t at = 0; at < outputs.size(); at += values_) {
    const std::vector<double> p = probabilities(outputs.data() + at, temperature);
    sum += *std::max_element(p.begin(), p.end());
  }
  return sum * values_ / static_cast<double>(outputs.size());
}

std::vector<double> OutputObjective::probabilities(const float* outputs, double temperature) const {
  std::vector<double> p(values_);
  for (int k = 0; k < values_; ++k) p[k] = outputs[k] * logit_scale_ / temperature;
  const double top = *std::max_element(p.begin(), p.end());
  double sum = 0;
  for (double& value : p) sum += value = std::exp(value - top);
  for (double& value : p) value /= sum;
  return p;
}

/// log of the sum over the classes of exp(output * factor).
double OutputObjective::log_normaliser(const float* outputs, double factor) const {
  double top = outputs[0] * factor, sum = 0;
  for (int k = 1; k < values_; ++k) top = std::max(top, outputs[k] * factor);
  for (int k = 0; k < values_; ++k) sum += std::exp(outputs[k] * factor - top);
  return top + std::log(sum);
}

double OutputObjective::kl(const float* reference, const float* outputs, double temperature) const {
  // In the log domain: log p - log q = (z_p - z_q) - (log sum exp z_p - log sum exp z_q).
  const double factor = logit_scale_ / temperature;
  const double shift = log_normaliser(outputs, factor) - log_normaliser(reference, factor);
  const std::vector<double> p = probabilities(reference, temperature);
  double divergence = 0;
  for (int k = 0; k < values_; ++k) {
    divergence += p[k] * ((double{reference[k]} - outputs[k]) * factor + shift);
  }
  return std::max(0.0, divergence);
}

double OutputObjective::divergence(const float* reference, const float* outputs) const {
  if (task_ == Task::classify) return kl(reference, outputs, 1);
  double squares = 0;
  for (int k = 0; k < values_; ++k) {
    const double difference = double{reference[k]} - outputs[k];
    squares += difference * difference;
  }
  return squares / values_ / variance_;
}

double OutputObjective::softened(const float* reference, const float* outputs) const {
  return task_ == Task::classify ? kl(reference, outputs, temperature_) : divergence(reference, outputs);
}

double OutputObjective::cross_entropy(const float* outputs, int label) const {
  return log_normaliser(outputs, logit_scale_) - outputs[label] * logit_scale_;
}

std::vector<float> OutputObjective::label_gradient(const float* outputs, int label) const {
  const std::vector<double> p = probabilities(outputs, 1);
  std::vector<float> gradient;
  for (int k = 0; k < values_; ++k) {
    gradient.push_back(static_cast<float>((p[k] - (k == label)) * logit_scale_));
  }
  return gradient;
}

int OutputObjective::decide(const float* outputs) const {
  return observe::decide(decision_, outputs, values_);
}

Lead OutputObjective::lead(const float* outputs) const {
  Lead lead{decide(outputs), -1};
  for (int k = 0; k < values_; ++k) {
    if (k == lead.best) continue;
    if (lead.second < 0 || margin(outputs, {k, lead.second}) > 0) lead.second = k;
  }
  return lead;
}

double OutputObjective::margin(const float* outputs, const Lead& lead) const {
  const double ahead = double{outputs[lead.best]} - outputs[lead.second];
  return decision_ == Decision::argmin ? -ahead : ahead;
}

void OutputObjective::add_class_heads(const float* outputs, double temperature,
                                      std::vector<Head>& heads) const {
  const std::vector<double> p = probabilities(outputs, temperature);
  std::vector<int> ranked(values_);
  std::iota(ranked.begin(), ranked.end(), 0);
  std::stable_sort(ranked.begin(), ranked.end(), [&](int a, int b) { return p[a] > p[b]; });
  ranked.resize(std::min(values_, kMaxHeads));
  double covered = 0;
  for (int c : ranked) covered += p[c];
  for (int c : ranked) {
    if (p[c] < kSmallestWeight) continue;
    Head head;
    head.weight = p[c] / covered;
    for (int k = 0; k < values_; ++k) {
      head.gradient.push_back(static_cast<float>(((k == c) - p[k]) * logit_scale_ / temperature));
    }
    heads.push_back(std::move(head));
  }
}

std::vector<Head> OutputObjective::heads(const float* outputs) const {
  std::vector<Head> heads;
  if (task_ == Task::classify) {
    add_class_heads(outputs, 1, heads);
    add_class_heads(outputs, temperature_, heads);
    return heads;
  }
  const double weight = 2 / (values_ * variance_);
  if (values_ <= kMaxHeads) {
    for (int k = 0; k < values_; ++k) {
      heads.push_back({weight, std::vector<float>(values_, 0.0F)});
      heads.back().gradient[k] = 1;
    }
    return heads;
  }
  // Random signs r: the expectation of (r . d)^2 is |d|^2.
  std::mt19937 random(1);
  for (int h = 0; h < kMaxHeads; ++h) {
    heads.push_back({weight / kMaxHeads, {}});
    for (int k = 0; k < values_; ++k) heads.back().gradient.push_back((random() & 1) != 0U ? 1.0F : -1.0F);
  }
  return heads;
}

}  // namespace dpwa::observe
