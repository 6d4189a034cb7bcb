// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "model/net/activation.h"

namespace dpwa::golden::reference {

/// The function of N11, each written as its definition.
double function_of(const net::Activation& a, double x);

/// N11.1: the exponent of y0.
int index_exponent(const net::Activation& a, int output_exponent);

}  // namespace dpwa::golden::reference
