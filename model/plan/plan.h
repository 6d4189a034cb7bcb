// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "model/net/network.h"
#include "model/num/integer.h"
#include "model/num/threshold.h"

namespace dpwa::plan {

/// Multiplier bits of a plan: error of the product <= 1/8 step at 4 planes (N4.1). Quantized networks have
/// the precision of float32, in which ONNX defines them.
inline constexpr int kMultiplierBits = 20;
inline constexpr int kImportedMultiplierBits = 24;

/// PCU policies (docs/numerics.md N1.3, N5). `range`: lossless width per tile. `static`: step class and plane
/// count pinned. `variance`: step class per row, width per tile.
enum class Policy { range, static_, variance };

/// What calibration writes into a node's PCU ROM record. min_planes <= width of a tile <= max_planes; values
/// that need more than max_planes saturate. `static` requires min_planes == max_planes (zero tiles not
/// skipped).
struct PcuRecord {
  Policy policy = Policy::range;
  int min_planes = 0;
  int max_planes = 4;        ///< 1 .. num::kPlanesMax, of class 0
  int step_class = 0;        ///< of every row (static), of rows 0 and 1 (variance); else 0
  int top_class = 0;         ///< variance: the coarsest class of a row; static: step_class; below max_planes
  double coarser_above = 0;  ///< variance: of a row's stored values, above which a later row is coarser
  double finer_below = 0;    ///< variance: below which a later row is finer

  /// Whether a row may be stored in another class than 0.
  bool has_classes() const { return top_class > 0; }
};

constexpr int kTopClass = 3;                ///< the coarsest class there is
constexpr std::int64_t kRowValues = 65535;  ///< most values of a row whose class follows its variance

/// Grid and control of one stored tensor: real value = q * alpha * 2^step_exponent (N1.1).
struct TensorPlan {
  int step_exponent = 0;
  double alpha = 1;  ///< in [1, 2); 1 unless the scale was imported
  bool is_signed = false;
  std::int32_t lower = 0;  ///< smallest q (activation limit and format limit together); 0 iff unsigned
  std::int32_t upper = 0;  ///< largest q
  PcuRecord pcu;
  std::vector<int> order;  ///< order[k] = graph channel stored at position k (N1.6); a permutation

  double step() const;  ///< alpha * 2^step_exponent
};

/// Weights of one node: real value = q * scale[oc] (N2.1). All vectors in graph channel order.
struct NodePlan {
  std::vector<double> scale;    ///< [out_channels], > 0
  std::vector<int> planes;      ///< [out_channels], granted planes: 0 (all zero) .. num::kPlanesMax
  std::vector<std::int16_t> q;  ///< [out_channels][kh][kw][input c / groups]
  std::vector<double> bias;     ///< [out_channels] real (bias correction included)
  bool pinned = false;          ///< issue the granted planes in every tile (static baselines), see N2.3
};

/// How a port word becomes a stored value (N6): word format and grid, the same for all channels.
enum class PortFormat { u8, s8, s16, binary16 };
struct InputPort {
  PortFormat format = PortFormat::u8;
  double word_scale = 1.0 / 255;  ///< user value = word * word_scale + word_offset; 1 for binary16
  double word_offset = 0;         ///< 0 for binary16
  /// Of the network's own quantizer, then word_offset is 0: user value = (word - zero_point) * word_scale.
  std::optional<int> zero_point{};
};

/// Everything calibration decided. plan.json holds it (weights in weights/<node>.npy beside it).
struct Plan {
  std::string network;                     ///< name, for messages
  std::string model_hash;                  ///< content_hash() of the bytes of model.onnx beside it
  std::string config;                      ///< name of the configuration it was priced with
  std::vector<std::string> config_values;  ///< what that configuration differs in from sim-4: KEY=VALUE
  int multiplier_bits = kMultiplierBits;   ///< 20 to 24
  InputPort input;
  std::vector<TensorPlan> tensors;  ///< [network.tensors]
  std::vector<NodePlan> nodes;      ///< [network.nodes]
};

/// The effective limits of a stored tensor (N1.4): lower..upper within what its record's max_planes hold.
num::Range effective_limits(const TensorPlan& tensor);

/// The fine grid of tensors that additions join (N10): exponents by tensor, kNoFineGrid for the others.
inline constexpr num::Range kFineRange{-131072, 131071};  ///< 18 bits two's complement
inline constexpr int kFineShiftMax = 15;                  ///< a stored step is at most 2^15 fine ones
inline constexpr int kNoFineGrid = -1000;
std::vector<int> fine_exponents(const net::Network& network, const Plan& plan);

/// A node with a factor rounds its products with that to y / 2^d, d at most this (N12).
inline constexpr int kFactorShiftMax = 35;

/// The shift d of a node with a factor (N12), below 0 where the output's step is too fine.
int factor_shift(const net::Network& network, const Plan& plan, int node);

/// Integer constants of one node, derived from the plan (N4.1). Channel order = stored order of the output.
struct ChannelConstant {
  std::int64_t bias = 0;         ///< RNE(b / (alpha_x * 2^s_x * scale))
  std::uint32_t multiplier = 0;  ///< of Plan::multiplier_bits bits, less only at shift = num::kShiftMax
  int shift = 0;                 ///< z / 2^shift
};
struct NodeConstants {
  std::vector<ChannelConstant> channels;  ///< [out_channels], stored order
  std::int32_t lower = 0, upper = 0;  ///< saturation of y, the effective limits of the output, or of y0 (N11)
  bool count_above = false, count_below = false;  ///< what is beyond them counts as saturated (N4.4, N11.4)
  std::vector<std::int32_t> table;                ///< y of y0 = lower .. upper (N11); empty: y0 is stored
  bool in_signed = false, out_signed = false;
  /// [oc stored order][kh][kw][ic stored order] of the kernel without groups and dilation: 0 where the node
  /// has no weight.
  std::vector<std::int16_t> weight;
  std::vector<int> planes;  ///< [oc stored order], granted
  bool pinned = false;
  int acc_bits = 0;               ///< two's complement bits of acc + bias, whatever the input (N3.1)
  num::Threshold coarser, finer;  ///< of the output's rows, policy variance (N5.4)
  bool fine = false;              ///< multiplier and shift give fine steps (N10)
  bool multiplies = false;        ///< multiplier and shift give v, which a factor multiplies (N12)
  int fine_shift = 0;             ///< d: an output step is 2^d fine ones, or steps of the product
};
struct InputConstants {
  std::vector<std::uint32_t>
      multiplier;                    ///< [input channels], graph order (network inputs are never permuted)
  std::vector<std::int64_t> addend;  ///< [input channels], in units of 2^-shift steps
  int shift = 0;                     ///< one for all channels
  std::int32_t lower = 0, upper = 0;
  int binary16_exponent = 0;  ///< s, for PortFormat::binary16
};

/// Derives all integer constants. Precondition: check(network, plan) found nothing.
NodeConstants derive(const net::Network& network, const Plan& plan, int node);
InputConstants derive_input(const net::Network& network, const Plan& plan);

/// Every reason why this plan is illegal for this network (wrong lengths, q outside its planes, limits that
/// the format or the activation function does not have, order not a permutation, scale <= 0 or not finite, a
/// multiplier out of range ...), each naming node or tensor, expected and found. Empty: legal.
std::vector<std::string> check(const net::Network& network, const Plan& plan);

/// The host function of N6.1: user value -> port word (RNE in double), saturated to the format; the code for
/// binary16. Values more than 1e-3 word away from their word add one to `off_grid` (never for binary16, nor
/// where the word is what the network's own quantizer gives).
std::int32_t to_port_word(const InputPort& port, double user_value, std::int64_t& off_grid);

/// The host function of N6.3: what a stored value of the network's output means to the user, before a final
/// Softmax: the real value in float32, or the file's integer where the output is quantized.
float output_value(const net::Network& network, const Plan& plan, std::int32_t q);

/// Reads plan.json and weights/ of a plan directory, where model.onnx (which `network` was made from) must
/// still be the one the plan was made for. Throws Error(bad_input): hash, keys, names, shapes, and every
/// illegality of check() in one line; Error(io) for a file that cannot be read.
Plan load(const std::filesystem::path& plan_dir, const net::Network& network);

/// plan.json and the files of weights/: name inside the plan directory -> bytes. Same plan, same bytes.
/// Precondition: check(network, plan) found nothing.
std::map<std::string, std::string> files(const net::Network& network, const Plan& plan);

/// Writes plan.json and weights/ into an existing directory; model.onnx is the caller's. As files().
void save(const std::filesystem::path& plan_dir, const net::Network& network, const Plan& plan);

}  // namespace dpwa::plan
