// SPDX-License-Identifier: Apache-2.0
//
// dpwa run on a virtual board that reads its image from a flash: good, damaged, foreign and erased ones.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "model/base/files.h"
#include "tests/base/temporary_directory.h"
#include "tests/cli/invocation.h"
#include "tests/cli/small_dense.h"

namespace dpwa::cli {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class Boot : public testing::Test {
 protected:
  void SetUp() override {
    write_small_dense(path("plan"), path("x.npy"));
    generate("out", {});
    image_ = read_file(path("out/images/image.bin"));
  }

  std::string path(const std::string& name) const { return directory_.path() / name; }

  void generate(const std::string& out, const std::vector<std::string>& more,
                const std::string& plan = "plan") const {
    std::vector<std::string> arguments = {"generate", path(plan), "-o", path(out)};
    arguments.insert(arguments.end(), kBootMachine.begin(), kBootMachine.end());
    arguments.insert(arguments.end(), more.begin(), more.end());
    const Invocation made = invoke(arguments);
    ASSERT_EQ(made.exit_code, 0) << made.err;
  }

  /// A run with `flash` in the virtual board's flash; without, it is erased.
  Invocation run(const std::string* flash) const {
    std::vector<std::string> arguments = {"run",         path("out"), "--virtual", "--data",
                                          path("x.npy"), "--compare", "--json"};
    if (flash != nullptr) {
      write_file(path("flash.bin"), *flash);
      arguments.insert(arguments.end(), {"--flash", path("flash.bin")});
    }
    return invoke(arguments, "", {"env", "DPWA_CACHE=" DPWA_BINARY_DIR "/system-test/models"});
  }

  /// Answers are right; whether the image came over the line, and what the command said of the flash.
  void answers(const Invocation& run, bool loaded, const std::string& refusal) const {
    ASSERT_EQ(run.exit_code, 0) << run.err;
    const json object = json::parse(run.out);
    EXPECT_EQ(object.at("words_checked"), kSmallDenseSamples * kSmallDenseOutputs);
    EXPECT_EQ(object.at("mismatches"), 0);
    EXPECT_EQ(object.at("image_loaded"), loaded);
    if (refusal.empty()) {
      EXPECT_THAT(run.err, Not(HasSubstr("no image on the board")));
    } else {
      EXPECT_THAT(run.err, HasSubstr("no image on the board (the newest one was refused: " + refusal + ")"));
    }
  }

  TemporaryDirectory directory_;
  std::string image_;
};

TEST_F(Boot, TheImageOfTheFlashAnswers) { answers(run(&image_), false, ""); }

TEST_F(Boot, AnErasedFlashIsSaidAndTheImageLoaded) { answers(run(nullptr), true, "OPCODE"); }

TEST_F(Boot, ADamagedByteAnywhereIsFound) {
  // BEGIN, the configuration's hash, its CRC; a LOAD's head, address, an entry; the last entry, END, its CRC.
  const std::size_t size = image_.size();
  const std::pair<std::size_t, const char*> places[] = {
      {3, "OPCODE"},    {5, "CRC, HASH"}, {10, "CRC"},     {14, "CRC"},          {16, "CRC"},
      {30, "CRC"},      {size / 2, ""},   {size - 20, ""}, {size - 9, "OPCODE"}, {size - 8, "CRC, COUNT"},
      {size - 1, "CRC"}};
  for (const auto& [at, refusal] : places) {
    SCOPED_TRACE(at);
    std::string damaged = image_;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x80);
    const Invocation result = run(&damaged);
    answers(result, true, std::string(refusal).empty() ? "CRC" : refusal);
  }
}

TEST_F(Boot, AnImageThatIsCutOffIsFound) {
  const std::string part = image_.substr(0, image_.size() / 2);
  answers(run(&part), true, "CRC");
}

TEST_F(Boot, AnImageOfAnotherConfigurationIsFound) {
  generate("other", {"--set", "NODES=8"});
  const std::string other = read_file(path("other/images/image.bin"));
  answers(run(&other), true, "HASH");
}

TEST_F(Boot, AnotherNetworksImageIsReplaced) {
  write_small_dense(path("plan2"), path("x2.npy"), 2);
  generate("second", {}, "plan2");
  const std::string other = read_file(path("second/images/image.bin"));
  ASSERT_NE(other, image_);
  answers(run(&other), true, "");
}

TEST_F(Boot, TestsOfTheMachineComeBeforeTheImage) {
  generate("out", {"--set", "BOOT=spi-test"});
  const std::string flash = read_file(path("out/images/flash.bin"));
  const std::size_t tests = flash.size() - image_.size();
  answers(run(&flash), false, "");
  answers(run(nullptr), true, "OPCODE");
  // The last word before "over" is an expected output.
  std::string wrong = flash;
  wrong[tests - 8] = static_cast<char>(wrong[tests - 8] ^ 1);
  const Invocation failed = run(&wrong);
  EXPECT_EQ(failed.exit_code, 5);
  EXPECT_THAT(failed.err, HasSubstr("tests at power-up have failed; dpwa run --self-test tells"));
}

TEST_F(Boot, AFlashNeedsAVirtualBoardADesignThatReadsItAndAFile) {
  const Invocation real = invoke({"run", path("out"), "--port", "none", "--data", path("x.npy"), "--flash",
                                  path("out/images/image.bin")});
  EXPECT_EQ(real.exit_code, 2);
  const Invocation none =
      invoke({"run", path("out"), "--virtual", "--data", path("x.npy"), "--flash", path("nowhere")});
  EXPECT_EQ(none.exit_code, 3);
  EXPECT_THAT(none.err, HasSubstr("nowhere: no such file"));
  generate("plain", {"--set", "BOOT=none"});
  const Invocation plain = invoke(
      {"run", path("plain"), "--virtual", "--data", path("x.npy"), "--flash", path("out/images/image.bin")});
  EXPECT_EQ(plain.exit_code, 3);
  EXPECT_THAT(plain.err, HasSubstr("--set BOOT=spi"));
}

}  // namespace
}  // namespace dpwa::cli
