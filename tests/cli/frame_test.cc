// SPDX-License-Identifier: Apache-2.0
//
// The executable from outside: what holds for every command.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "tests/cli/invocation.h"

namespace dpwa::cli {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

TEST(Frame, VersionAndHelpGoToStandardOutput) {
  const Invocation version = invoke({"--version"});
  EXPECT_EQ(version.exit_code, 0);
  EXPECT_THAT(version.out, StartsWith("dpwa "));
  const Invocation help = invoke({"--help"});
  EXPECT_EQ(help.exit_code, 0);
  EXPECT_THAT(help.out, HasSubstr("Usage: dpwa"));
  EXPECT_EQ(help.err, "");
}

class UsageError : public testing::TestWithParam<std::vector<std::string>> {};

TEST_P(UsageError, IsOneLineAndExitCodeTwo) {
  const Invocation run = invoke(GetParam());
  EXPECT_EQ(run.exit_code, 2);
  EXPECT_EQ(run.out, "");
  EXPECT_THAT(run.err, StartsWith("dpwa: error: "));
  EXPECT_EQ(std::count(run.err.begin(), run.err.end(), '\n'), 1) << run.err;
}

INSTANTIATE_TEST_SUITE_P(Frame, UsageError,
                         testing::Values(std::vector<std::string>{},
                                         std::vector<std::string>{"no-such-command"},
                                         std::vector<std::string>{"--no-such-option"}));

TEST(Frame, JsonErrorIsOneObjectAndNothingElse) {
  const Invocation run = invoke({"no-such-command", "--json"});
  EXPECT_EQ(run.exit_code, 2);
  const nlohmann::json object =
      nlohmann::json::parse(run.out);  // throws on anything before or after the object
  EXPECT_EQ(object.at("exit_code"), 2);
  EXPECT_EQ("dpwa: error: " + object.at("error").get<std::string>() + "\n", run.err);
}

}  // namespace
}  // namespace dpwa::cli
