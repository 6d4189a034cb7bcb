// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "calib/search/pareto.h"

namespace dpwa::search {

namespace {

using Json = nlohmann::ordered_json;

constexpr int kPlot = 260, kLeft = 62, kTop = 46, kStep = 310, kHeight = 372;
/// A divergence of zero has no logarithm; everything below this is drawn here.
constexpr double kSmallest = 1e-6;

struct Panel {
  const char* key;
  const char* title;
};
constexpr Panel kPanels[] = {{"cycles", "cycles / INT8"},
                             {"weight_bytes", "weight bytes / INT8"},
                             {"energy_estimate_nj", "energy estimate / INT8"}};

struct Series {
  const char* key;
  const char* title;
  const char* colour;
};
constexpr Series kSeries[] = {{"dynamic", "dynamic", "#0b62a4"},
                              {"static_mix", "static mix", "#d1600f"},
                              {"int8", "INT8", "#2a7f3f"},
                              {"int4", "INT4", "#7a3a8c"}};

/// What may stand in a text element.
std::string escaped(const std::string& words) {
  std::string result;
  for (char c : words) {
    if (c == '&')
      result += "&amp;";
    else if (c == '<')
      result += "&lt;";
    else if (c == '>')
      result += "&gt;";
    else
      result += c;
  }
  return result;
}

/// The points of a series: one for a baseline.
std::vector<Json> points_of(const Json& pareto, const Series& series) {
  const Json& value = pareto[series.key];
  if (value.is_null()) return {};
  if (value.is_array()) return {value.begin(), value.end()};
  return {value};
}

/// A logarithmic axis over whole decades or octaves.
struct Axis {
  double base, first, last;  ///< in units of the base's logarithm
  double at(double value) const { return (std::log(value) / std::log(base) - first) / (last - first); }
};

Axis axis_over(double base, double least, double most) {
  const double unit = std::log(base);
  const double first = std::floor(std::log(least) / unit), last = std::ceil(std::log(most) / unit);
  return {base, first, std::max(last, first + 1)};
}

double divergence_of(const Json& point) { return std::max(point["divergence"].get<double>(), kSmallest); }

/// A cost relative to INT8; 1 where INT8 has none to compare with.
double cost_of(const Json& point, const char* key) {
  const Json& ratio = point[key]["over_int8"];
  return ratio.is_number() && ratio.get<double>() > 0 ? ratio.get<double>() : 1;
}

template <class Value>
Axis axis_of(const Json& pareto, double base, Value value) {
  double least = value(pareto["int8"]), most = least;
  for (const Series& series : kSeries) {
    for (const Json& point : points_of(pareto, series)) {
      least = std::min(least, value(point));
      most = std::max(most, value(point));
    }
  }
  return axis_over(base, least, most);
}

std::string text(double x, double y, const char* anchor, const std::string& words) {
  return fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"{}\">{}</text>\n", x, y, anchor, words);
}

std::string line(double x1, double y1, double x2, double y2, const char* style) {
  return fmt::format("<line x1=\"{:.1f}\" y1=\"{:.1f}\" x2=\"{:.1f}\" y2=\"{:.1f}\" {}/>\n", x1, y1, x2, y2,
                     style);
}

std::string grid(double left, const Axis& x, const Axis& y, const char* title) {
  std::string svg;
  for (double k = x.first; k <= x.last; ++k) {
    const double at = left + kPlot * (k - x.first) / (x.last - x.first);
    svg += line(at, kTop, at, kTop + kPlot, "stroke=\"#ddd\"");
    svg += text(at, kTop + kPlot + 16, "middle", fmt::format("{:g}", std::pow(x.base, k)));
  }
  for (double k = y.first; k <= y.last; ++k) {
    const double at = kTop + kPlot * (1 - (k - y.first) / (y.last - y.first));
    svg += line(left, at, left + kPlot, at, "stroke=\"#ddd\"");
    svg += text(left - 6, at + 4, "end", fmt::format("1e{:g}", k));
  }
  return svg + text(left + kPlot / 2.0, kTop + kPlot + 36, "middle", title);
}

/// Filled: on the front. Ring: chosen. Pale: not accepted.
std::string mark(double x, double y, const Json& point, const char* colour) {
  const bool on_front = point.value("front", true), chosen = point.value("chosen", false);
  std::string svg = fmt::format(
      "<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"3.5\" stroke=\"{}\" fill=\"{}\" opacity=\"{}\"/>\n", x, y,
      colour, on_front ? colour : "white", point["accepted"].get<bool>() ? "1" : "0.4");
  if (chosen) {
    svg += fmt::format("<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"7\" stroke=\"{}\" fill=\"none\"/>\n", x, y,
                       colour);
  }
  return svg;
}

std::string panel_svg(const Json& pareto, const Panel& panel, double left, const Axis& y) {
  const Axis x = axis_of(pareto, 2, [&](const Json& point) { return cost_of(point, panel.key); });
  std::string svg = grid(left, x, y, panel.title);
  const double budget = kTop + kPlot * (1 - y.at(pareto["budget"].get<double>()));
  svg += line(left, budget, left + kPlot, budget, "stroke=\"#b00\" stroke-dasharray=\"5 4\"");
  for (const Series& series : kSeries) {
    for (const Json& point : points_of(pareto, series)) {
      svg += mark(left + kPlot * x.at(cost_of(point, panel.key)),
                  kTop + kPlot * (1 - y.at(divergence_of(point))), point, series.colour);
    }
  }
  return svg;
}

}  // namespace

std::string pareto_svg(const Json& pareto) {
  Axis y = axis_of(pareto, 10, divergence_of);
  const Axis with_budget = axis_over(10, pareto["budget"].get<double>(), pareto["budget"].get<double>());
  y.first = std::min(y.first, with_budget.first);
  y.last = std::max(y.last, with_budget.last);
  std::string svg = fmt::format(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0}\" height=\"{1}\" viewBox=\"0 0 {0} {1}\" "
      "font-family=\"sans-serif\" font-size=\"12\">\n<rect width=\"{0}\" height=\"{1}\" fill=\"white\"/>\n",
      kLeft + 3 * kStep, kHeight);
  svg += text(
      kLeft, 18, "start",
      fmt::format(
          "{}: {} on {} held-out samples. Dashed: budget; filled: Pareto front; ring: chosen; pale: rejected",
          escaped(pareto["network"].get<std::string>()), pareto["divergence"].get<std::string>(),
          pareto["held_out_samples"].get<std::int64_t>()));
  double left = kLeft;
  for (const Series& series : kSeries) {
    svg += fmt::format("<circle cx=\"{:.1f}\" cy=\"32\" r=\"3.5\" fill=\"{}\"/>\n", left + 4, series.colour);
    svg += text(left + 12, 36, "start", series.title);
    left += 90;
  }
  left = kLeft;
  for (const Panel& panel : kPanels) {
    svg += panel_svg(pareto, panel, left, y);
    left += kStep;
  }
  return svg + "</svg>\n";
}

}  // namespace dpwa::search
