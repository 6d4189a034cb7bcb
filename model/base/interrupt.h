// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace dpwa {

/// Installs the SIGINT/SIGTERM handler; the first signal asks for a clean stop, the second kills.
void install_interrupt_handler();

/// Throws Error(ExitCode::interrupted) once a stop was asked for. Long loops call it at least every 100 ms.
void throw_if_interrupted();

}  // namespace dpwa
