// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <limits>
#include <vector>

#include "calib/search/assemble.h"
#include "calib/search/judge.h"
#include "model/base/progress.h"

namespace dpwa::search {

/// What every plan of a network is made from and judged by.
struct Problem {
  const net::Network& network;
  const config::Config& config;
  const observe::Objective& objective;
  const observe::Observation& observation;
  const std::vector<float>& fit_samples;  ///< ONNX order, those of the observation
  const HeldOut& held_out;
  plan::InputPort port;
  Budget budget;
  Optimise optimise = Optimise::balanced;
  int threads = 1;
};

/// One measured plan.
struct Point {
  double lambda = 0;
  Forecast forecast;
  Choice choice;
  plan::Plan plan;
  Verdict verdict;
  Costs costs;      ///< estimated from the widths of the held-out samples, mean per sample
  double cost = 0;  ///< as the search weighs them; INT8 = 1
  double used = 0;  ///< part of the budget, see budget_used()
  bool accepted = false;
};

/// Builds (assembles, corrects the biases of) and measures the plan of one choice.
Point build_point(const Problem& problem, const SearchSpace& space, const Price& price, Choice choice,
                  double lambda);

/// Measures point.plan: verdict, costs, acceptance.
void measure_point(const Problem& problem, const Price& price, Point& point);

/// A finished search: every measured point, cheapest first, and the one chosen.
struct Search {
  std::vector<Point> points;
  std::size_t chosen = 0;
  double lambda = 0;                                             ///< of the point that the sweep chose
  double most_cycles = std::numeric_limits<double>::infinity();  ///< of a point that is chosen
  const Point& best() const { return points[chosen]; }
};

/// Sweeps lambda by factors of two, then by finer steps around the chosen point. Chooses the cheapest
/// accepted point; when that one uses more than half of the budget, an accepted one up to 3 % dearer with
/// clearly less divergence, if there is one (docs/calibration.md, "Acceptance"). If no point is accepted: the
/// one that uses least of the budget. Points are measured, never interpolated: the loss has a cliff.
Search sweep(const Problem& problem, const SearchSpace& space, Progress& progress);

/// Adds `point` to a search and chooses it.
void choose_rival(Point point, Search& search);

/// Adds `point` to a search and chooses again, among the points of at most `most_cycles`.
void add_rival(Point point, double most_cycles, Search& search);

/// Walks from the chosen point to the neighbour that is cheaper and accepted, while there is one.
void improve(const Problem& problem, const SearchSpace& space, Search& search, Progress& progress);

}  // namespace dpwa::search
