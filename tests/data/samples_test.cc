// SPDX-License-Identifier: Apache-2.0
#include "calib/data/samples.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "calib/data/array.h"
#include "tests/data/files.h"

namespace dpwa::data {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const std::filesystem::path kFashionMnist = "/usr/share/datasets/fashion-mnist";

class SampleFiles : public ::testing::Test {
 protected:
  Samples load(std::vector<std::int64_t> shape, std::vector<float> values, const net::Network& network,
               Scaling scaling = {}) {
    write_npy(path_, shape, values);
    return load_samples(path_, network, scaling);
  }
  std::string refusal(std::vector<std::int64_t> shape, std::vector<float> values,
                      const net::Network& network) {
    return error_of(ExitCode::bad_input, [&] { load(std::move(shape), std::move(values), network); });
  }
  std::string label_refusal(const std::string& bytes, std::int64_t samples, std::int64_t classes) {
    write_file(path_, bytes);
    return error_of(ExitCode::bad_input, [&] { load_labels(path_, samples, classes); });
  }

  TemporaryDirectory folder_;
  std::filesystem::path path_ = folder_.path() / "data";
};

TEST_F(SampleFiles, OneRowPerSample) {
  const Samples samples = load({2, 3}, {1, 2, 3, 4, 5, 6}, with_input({3}));
  EXPECT_EQ(samples.count, 2);
  EXPECT_EQ(samples.size, 3);
  EXPECT_EQ(samples.sample(1)[0], 4);
  EXPECT_THAT(samples.notes, IsEmpty());
}

TEST_F(SampleFiles, AnotherShapeOfTheSameSizeIsTakenWithANote) {
  const Samples samples = load({1, 2, 2}, {1, 2, 3, 4}, with_input({1, 2, 2}));  // 1 sample of 2 x 2
  EXPECT_EQ(samples.count, 1);
  EXPECT_THAT(samples.notes,
              ElementsAre(HasSubstr("samples of shape 2 x 2 are read row-major as the input's 1 x 2 x 2")));
}

TEST_F(SampleFiles, SeveralInputsAreBehindEachOther) {
  net::Network network = with_input({2});
  network.inputs.push_back({"b", {1, 3}});
  write_npy(path_, {2, 2}, std::vector<float>{1, 2, 3, 4});
  const Samples first = load_samples(path_, network, {2, 0}, 0);
  write_npy(path_, {2, 1, 3}, std::vector<float>{5, 6, 7, 8, 9, 10});
  const Samples joined = join({first, load_samples(path_, network, {}, 1)});
  EXPECT_EQ(joined.count, 2);
  EXPECT_EQ(joined.size, 5);
  EXPECT_THAT(joined.values, ElementsAre(2, 4, 5, 6, 7, 6, 8, 8, 9, 10));
  EXPECT_THAT(error_of(ExitCode::bad_input, [&] { load_samples(path_, network, {}, 0); }),
              HasSubstr("samples of 3 values (shape 2 x 1 x 3), input 'x' 2 needs 2 values per sample"));
}

TEST_F(SampleFiles, ASingleSampleWithoutTheCount) {
  const Samples samples = load({3}, {1, 2, 3}, with_input({3}));
  EXPECT_EQ(samples.count, 1);
  EXPECT_THAT(samples.notes, IsEmpty());
}

TEST_F(SampleFiles, ScaleAndOffset) {
  EXPECT_THAT(load({2, 1}, {0, 255}, with_input({1}), {1.0 / 255, -0.5}).values, ElementsAre(-0.5F, 0.5F));
}

TEST_F(SampleFiles, WrongNumberOfValues) {
  EXPECT_THAT(
      refusal({2, 4}, {1, 2, 3, 4, 5, 6, 7, 8}, with_input({3})),
      HasSubstr("samples of 4 values (shape 2 x 4), the network's input 3 needs 3 values per sample"));
  EXPECT_THAT(refusal({}, {1}, with_input({1})), HasSubstr("scalar"));
}

TEST_F(SampleFiles, NoSamples) {
  EXPECT_THAT(refusal({0, 3}, {}, with_input({3})), HasSubstr("no samples"));
  EXPECT_THAT(refusal({0}, {}, with_input({3})), HasSubstr("no samples"));
}

TEST_F(SampleFiles, NotFiniteNamesSampleAndValue) {
  constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  EXPECT_THAT(refusal({2, 2}, {1, 2, 3, kNan}, with_input({2})), HasSubstr("sample 1, value 1: nan"));
  EXPECT_THAT(refusal({2, 2}, {1, -kInfinity, 3, 4}, with_input({2})), HasSubstr("sample 0, value 1: -inf"));
  write_file(path_, npy(">f8", "1, 1", false, std::string("\x7e\x37\xe4\x3c\x88\0\x75\x9c", 8)));  // 1e300
  EXPECT_THAT(error_of(ExitCode::bad_input, [&] { load_samples(path_, with_input({1})); }),
              HasSubstr("sample 0, value 0: inf"));
}

TEST_F(SampleFiles, Labels) {
  write_npy(path_, {3}, std::vector<std::int32_t>{0, 2, 1});
  EXPECT_THAT(load_labels(path_, 3, 3), ElementsAre(0, 2, 1));
  write_npy(path_, {2, 1}, std::vector<std::int32_t>{1, 0});
  EXPECT_THAT(load_labels(path_, 2, 2), ElementsAre(1, 0));
}

TEST_F(SampleFiles, WrongLabels) {
  const std::string three = npy("|u1", "3,", false, std::string("\0\1\2", 3));
  EXPECT_EQ(label_refusal(three, 3, 3), "");
  EXPECT_THAT(label_refusal(three, 4, 3), HasSubstr("3 labels for 4 samples"));
  EXPECT_THAT(label_refusal(three, 2, 3), HasSubstr("3 labels for 2 samples"));
  EXPECT_THAT(label_refusal(three, 3, 2), HasSubstr("label 2 of sample 2 is outside 0 .. 1"));
  EXPECT_THAT(label_refusal(npy("|i1", "1,", false, "\xff"), 1, 10), HasSubstr("label -1 of sample 0"));
  EXPECT_THAT(label_refusal(npy("<u8", "1,", false, std::string(8, '\xff')), 1, 10),
              HasSubstr("of sample 0"));
  EXPECT_THAT(label_refusal(npy("<f4", "1,", false, std::string(4, '\0')), 1, 10),
              HasSubstr("labels of type float32"));
  EXPECT_THAT(label_refusal(npy("|b1", "1,", false, std::string(1, '\0')), 1, 10),
              HasSubstr("labels of type bool"));
  EXPECT_THAT(label_refusal(npy("|u1", "1, 10", false, std::string(10, '\0')), 1, 10),
              HasSubstr("labels of shape 1 x 10"));
}

TEST_F(SampleFiles, EvenlySpacedStartsAtZeroAndNeverRepeats) {
  EXPECT_THAT(evenly_spaced(10, 4), ElementsAre(0, 2, 5, 7));
  EXPECT_THAT(evenly_spaced(3, 3), ElementsAre(0, 1, 2));
  EXPECT_THAT(evenly_spaced(3, 256), ElementsAre(0, 1, 2));
  EXPECT_THAT(evenly_spaced(3, 0), IsEmpty());
}

TEST_F(SampleFiles, SelectKeepsTheOrderOfTheIndices) {
  const Samples samples = load({3, 2}, {1, 2, 3, 4, 5, 6}, with_input({2}));
  const Samples chosen = select(samples, {2, 0});
  EXPECT_EQ(chosen.count, 2);
  EXPECT_THAT(chosen.values, ElementsAre(5, 6, 1, 2));
  EXPECT_THAT(select(std::vector<int>{7, 8, 9}, {2, 0}), ElementsAre(9, 7));
}

TEST(FashionMnistData, ImagesAndLabelsAsShipped) {
  const Samples samples =
      load_samples(kFashionMnist / "t10k-images-idx3-ubyte.gz", with_input({1, 28, 28}), {1.0 / 255, 0});
  EXPECT_EQ(samples.count, 10000);
  EXPECT_EQ(samples.size, 784);
  const std::vector<int> labels = load_labels(kFashionMnist / "t10k-labels-idx1-ubyte.gz", 10000, 10);
  EXPECT_EQ(std::vector<int>(labels.begin(), labels.begin() + 5), (std::vector<int>{9, 2, 1, 1, 6}));
  double sum = 0;
  for (const float v : samples.values) sum += v;
  EXPECT_NEAR(sum / static_cast<double>(samples.values.size()), 0.2868, 1e-3);  // the published test mean
}

}  // namespace
}  // namespace dpwa::data
