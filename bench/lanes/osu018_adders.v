// SPDX-License-Identifier: Apache-2.0
// Techmap of bench/lanes/measure.py: the full adder of the ASIC style onto the cell of the OSU 0.18 um library.
(* techmap_celltype = "dpwa_full_adder" *)
module osu018_full_adder (input x_i, input y_i, input z_i, output sum_o, output carry_o);
  FAX1 _TECHMAP_REPLACE_ (.A(x_i), .B(y_i), .C(z_i), .YS(sum_o), .YC(carry_o));
endmodule
