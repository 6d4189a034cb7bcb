// SPDX-License-Identifier: Apache-2.0
#include "calib/observe/objective.h"

#include <algorithm>
#include <utility>

namespace dpwa::observe {

namespace {

/// Columns first .. first + values - 1 of outputs that have `all`.
std::vector<float> columns(const std::vector<float>& outputs, int all, const OutputTask& part) {
  if (part.values == all) return outputs;
  std::vector<float> own;
  for (std::size_t at = 0; at + all <= outputs.size(); at += all) {
    const float* const first = outputs.data() + at + part.first;
    own.insert(own.end(), first, first + part.values);
  }
  return own;
}

bool is_one_decision(const net::Output& output) {
  return output.softmax && output.softmax->size == output.size();
}

/// Whether it is a vector of 2..1000 values, fewer than the inputs.
bool reduces_to_vector(const net::Network& network, const net::Output& output) {
  const std::int64_t size = output.size();
  return output.dims.front() == size && size >= 2 && size <= 1000 && size < network.tensors[0].shape.size();
}

Task task_of(const net::Network& network, const net::Output& output) {
  const bool decides = std::any_of(network.outputs.begin(), network.outputs.end(), is_one_decision);
  const bool classifies = decides ? is_one_decision(output) : reduces_to_vector(network, output);
  return classifies ? Task::classify : Task::regress;
}

}  // namespace

Objective::Objective(Task task, Decision decision, const std::vector<float>& outputs, int values)
    : Objective({{0, values, task}}, decision, outputs, values) {}

Objective::Objective(const std::vector<OutputTask>& tasks, Decision decision,
                     const std::vector<float>& outputs, int values)
    : values_(values), deciding_(observe::deciding(tasks)) {
  for (const OutputTask& part : tasks) {
    parts_.push_back({part.first, part.weight,
                      OutputObjective(part.task, decision, columns(outputs, values, part), part.values)});
  }
}

double Objective::divergence(const float* reference, const float* outputs) const {
  double sum = 0;
  for (const Part& part : parts_)
    sum += part.weight * part.objective.divergence(reference + part.first, outputs + part.first);
  return sum;
}

double Objective::softened(const float* reference, const float* outputs) const {
  double sum = 0;
  for (const Part& part : parts_)
    sum += part.weight * part.objective.softened(reference + part.first, outputs + part.first);
  return sum;
}

double Objective::cross_entropy(const float* outputs, int label) const {
  return deciding().cross_entropy(decided(outputs), label);
}

int Objective::decide(const float* outputs) const { return deciding().decide(decided(outputs)); }

Lead Objective::lead(const float* outputs) const { return deciding().lead(decided(outputs)); }

double Objective::margin(const float* outputs, const Lead& lead) const {
  return deciding().margin(decided(outputs), lead);
}

std::vector<Head> Objective::heads(const float* outputs) const {
  std::vector<Head> heads;
  for (const Part& part : parts_) {
    for (Head& head : part.objective.heads(outputs + part.first)) {
      head.weight *= part.weight;
      head.gradient.insert(head.gradient.begin(), part.first, 0.0F);
      head.gradient.resize(values_, 0.0F);
      heads.push_back(std::move(head));
    }
  }
  return heads;
}

std::vector<float> Objective::label_gradient(const float* outputs, int label) const {
  std::vector<float> gradient = deciding().label_gradient(decided(outputs), label);
  gradient.insert(gradient.begin(), parts_[deciding_].first, 0.0F);
  gradient.resize(values_, 0.0F);
  return gradient;
}

std::vector<OutputTask> output_tasks(const net::Network& network, std::optional<Task> task, bool has_labels,
                                     bool has_decision, double regression_weight) {
  std::vector<OutputTask> tasks;
  for (const net::Output& output : network.outputs) {
    const OutputTask own{output.first, static_cast<int>(output.size()), task_of(network, output)};
    const auto same = std::find_if(tasks.begin(), tasks.end(), [&](const OutputTask& other) {
      return other.first == own.first && other.values == own.values;
    });
    if (same == tasks.end()) {
      tasks.push_back(own);
    } else if (own.task == Task::classify) {
      same->task = Task::classify;
    }
  }
  if (task == Task::regress) {
    for (OutputTask& each : tasks) each.task = Task::regress;
  }
  const bool asked = task ? *task == Task::classify : has_labels || has_decision;
  if (asked && tasks[deciding(tasks)].task == Task::regress) {
    const auto several = [](const OutputTask& each) { return each.values > 1; };
    const auto first = std::find_if(tasks.begin(), tasks.end(), several);
    (first == tasks.end() ? tasks.front() : *first).task = Task::classify;
  }
  if (tasks[deciding(tasks)].task == Task::regress) return tasks;
  for (OutputTask& each : tasks) each.weight = each.task == Task::regress ? regression_weight : 1;
  return tasks;
}

std::size_t deciding(const std::vector<OutputTask>& tasks) {
  const auto classifies = [](const OutputTask& each) { return each.task == Task::classify; };
  const auto first = std::find_if(tasks.begin(), tasks.end(), classifies);
  return first == tasks.end() ? 0 : first - tasks.begin();
}

Task automatic_task(const net::Network& network, bool has_labels, bool has_decision) {
  const std::vector<OutputTask> tasks = output_tasks(network, std::nullopt, has_labels, has_decision);
  return tasks[deciding(tasks)].task;
}

}  // namespace dpwa::observe
