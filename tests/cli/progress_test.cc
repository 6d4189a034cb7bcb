// SPDX-License-Identifier: Apache-2.0
#include "cli/progress.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dpwa::cli {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(ProgressLine, ShowsShareRateAndRemainingTime) {
  EXPECT_EQ(progress_line({"calibrate", 64, 256, 8.0}, 120),
            "calibrate  [======>                 ]  25 %  64/256  8.0/s  24 s left");
}

TEST(ProgressLine, FullBarShowsTheTimeTaken) {
  EXPECT_EQ(progress_line({"evaluate", 10000, 10000, 90}, 120),
            "evaluate  [========================] 100 %  10000/10000  111/s  1 min 30 s");
}

TEST(ProgressLine, NothingDoneYetHasNoRate) {
  EXPECT_THAT(progress_line({"x", 0, 10, 1}, 120), Not(HasSubstr("/s")));
}

TEST(ProgressLine, UnknownTotalHasNoBar) {
  EXPECT_EQ(progress_line({"synth", 30000, 0, 2}, 120), "synth  30000  15.0k/s  2 s");
}

TEST(ProgressLine, MoreThanPromisedStaysInsideTheBar) {
  EXPECT_THAT(progress_line({"x", 12, 10, 1}, 120), HasSubstr("[========================] 100 %"));
}

TEST(ProgressLine, NeverWiderThanTheTerminal) {
  EXPECT_EQ(progress_line({"calibrate", 1, 2, 1}, 12).size(), 12u);
}

TEST(DurationText, UnitsByLength) {
  EXPECT_EQ(duration_text(0.4), "0 s");
  EXPECT_EQ(duration_text(59.4), "59 s");
  EXPECT_EQ(duration_text(59.6), "1 min 00 s");
  EXPECT_EQ(duration_text(125), "2 min 05 s");
  EXPECT_EQ(duration_text(3720), "1 h 02 min");
}

}  // namespace
}  // namespace dpwa::cli
