// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <CLI/CLI.hpp>
#include <filesystem>
#include <string>
#include <vector>

#include "calib/data/samples.h"
#include "model/base/progress.h"
#include "model/net/network.h"

/// The files that a network's inputs come from and its outputs go to.
namespace dpwa::cli {

/// Adds the option --data.
CLI::Option* add_data(CLI::App& command, std::vector<std::string>& data);

/// The file of each input, from the values of --data: the file alone where there is one input, else NAME=FILE
/// for each. Throws Error(usage) for a name that is unknown, missing or doubled.
std::vector<std::filesystem::path> input_files(const std::vector<std::string>& data,
                                               const net::Network& network);

/// The samples of those files, what there is to say of them said. Throws Error as input_files() and
/// data::load_samples() do, and Error(bad_input) when inputs differ in their number of samples.
data::Samples load_samples(const std::vector<std::string>& data, const net::Network& network,
                           const data::Scaling& scaling, Progress& progress);

/// Where each output is written: `file`, or FILE.OUTPUT.npy for each of several; none when `file` is empty.
std::vector<std::filesystem::path> output_files(const std::filesystem::path& file,
                                                const net::Network& network);

/// Writes `outputs`, [image][values of the accelerator's output], to the output_files(): .npy of shape
/// [image, values], or of each output's own shape where there are several.
void write_outputs(const std::filesystem::path& file, const net::Network& network,
                   const std::vector<float>& outputs);
void write_outputs(const std::filesystem::path& file, const net::Network& network,
                   const std::vector<std::vector<float>>& outputs);

/// The values of one image that are this output's.
std::vector<float> values_of(const net::Output& output, const float* image);

}  // namespace dpwa::cli
