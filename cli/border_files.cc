// SPDX-License-Identifier: Apache-2.0
#include "cli/border_files.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>

#include "calib/data/array.h"
#include "model/base/error.h"

namespace dpwa::cli {
namespace {

namespace fs = std::filesystem;

/// "'image' [1, 28, 28], 'meta' [10]"
std::string inputs_text(const net::Network& network) {
  std::vector<std::string> texts;
  for (const net::Input& input : network.inputs)
    texts.push_back(fmt::format("'{}' [{}]", input.name, fmt::join(input.dims, ", ")));
  return fmt::format("{}", fmt::join(texts, ", "));
}

bool is_named(const std::string& text, const std::string& name) {
  return text.size() > name.size() && text.compare(0, name.size(), name) == 0 && text[name.size()] == '=';
}

/// The input that NAME=FILE names, the longest name that fits; -1: none.
int named_input(const std::string& text, const net::Network& network) {
  int found = -1;
  for (std::size_t i = 0; i < network.inputs.size(); ++i) {
    const std::string& name = network.inputs[i].name;
    const bool longer = found < 0 || name.size() > network.inputs[found].name.size();
    if (longer && is_named(text, name)) found = static_cast<int>(i);
  }
  return found;
}

std::string in_file_name(std::string name) {
  for (char& c : name) {
    if (std::isalnum(static_cast<unsigned char>(c)) == 0 && c != '_' && c != '-') c = '_';
  }
  return name;
}

}  // namespace

CLI::Option* add_data(CLI::App& command, std::vector<std::string>& data) {
  return command
      .add_option("--data", data,
                  "Samples: .npy or IDX, also gzipped; NAME=FILE for each input where there are several")
      ->allow_extra_args(false);
}

std::vector<fs::path> input_files(const std::vector<std::string>& data, const net::Network& network) {
  const std::size_t inputs = network.inputs.size();
  if (inputs == 1) {
    if (data.size() == 1) return {data.front()};
    throw fail(ExitCode::usage, "--data: {} files for one input, {}", data.size(), inputs_text(network));
  }
  const std::string expected =
      fmt::format("give --data NAME=FILE once for each of the inputs {}", inputs_text(network));
  std::vector<fs::path> files(inputs);
  for (const std::string& text : data) {
    const int input = named_input(text, network);
    if (input < 0) throw fail(ExitCode::usage, "--data {}: names no input; {}", text, expected);
    const std::string& name = network.inputs[input].name;
    if (!files[input].empty())
      throw fail(ExitCode::usage, "--data {}: input '{}' already has {}; {}", text, name,
                 files[input].string(), expected);
    files[input] = text.substr(name.size() + 1);
  }
  for (std::size_t i = 0; i < inputs; ++i) {
    if (files[i].empty())
      throw fail(ExitCode::usage, "--data: no file for input '{}'; {}", network.inputs[i].name, expected);
  }
  return files;
}

data::Samples load_samples(const std::vector<std::string>& data, const net::Network& network,
                           const data::Scaling& scaling, Progress& progress) {
  const std::vector<fs::path> files = input_files(data, network);
  std::vector<data::Samples> inputs;
  for (std::size_t i = 0; i < files.size(); ++i) {
    inputs.push_back(data::load_samples(files[i], network, scaling, i));
    if (inputs[i].count == inputs[0].count) continue;
    throw fail(ExitCode::bad_input, "{}: {} samples of input '{}', {} has {} of '{}'; give the same number",
               files[i].string(), inputs[i].count, network.inputs[i].name, files[0].string(), inputs[0].count,
               network.inputs[0].name);
  }
  data::Samples samples = data::join(inputs);
  for (const std::string& note : samples.notes) progress.note(note);
  return samples;
}

std::vector<fs::path> output_files(const fs::path& file, const net::Network& network) {
  if (file.empty()) return {};
  if (network.outputs.size() == 1) return {file};
  std::vector<fs::path> files;
  for (const net::Output& output : network.outputs) {
    std::string stem = file.stem().string() + "." + in_file_name(output.name);
    const auto is_taken = [&] {
      return std::find(files.begin(), files.end(), file.parent_path() / (stem + ".npy")) != files.end();
    };
    while (is_taken()) stem += "_";
    files.push_back(file.parent_path() / (stem + ".npy"));
  }
  return files;
}

std::vector<float> values_of(const net::Output& output, const float* image) {
  return {image + output.first, image + output.first + output.size()};
}

void write_outputs(const fs::path& file, const net::Network& network, const std::vector<float>& outputs) {
  const std::vector<fs::path> files = output_files(file, network);
  const std::int64_t size = network.tensors[network.output].shape.size();
  const auto images = static_cast<std::int64_t>(outputs.size()) / size;
  if (files.size() == 1) return data::write_npy(file, {images, size}, outputs);
  for (std::size_t k = 0; k < files.size(); ++k) {
    const net::Output& output = network.outputs[k];
    std::vector<float> values;
    for (std::int64_t i = 0; i < images; ++i) {
      const std::vector<float> own = values_of(output, outputs.data() + i * size);
      values.insert(values.end(), own.begin(), own.end());
    }
    std::vector<std::int64_t> shape = output.dims;
    shape.insert(shape.begin(), images);
    data::write_npy(files[k], shape, values);
  }
}

void write_outputs(const fs::path& file, const net::Network& network,
                   const std::vector<std::vector<float>>& outputs) {
  std::vector<float> all;
  for (const std::vector<float>& output : outputs) all.insert(all.end(), output.begin(), output.end());
  write_outputs(file, network, all);
}

}  // namespace dpwa::cli
