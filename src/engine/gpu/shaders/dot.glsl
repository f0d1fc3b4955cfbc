/* dot.glsl: the sum of four products of signed bytes
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#ifdef DOT
/* GLSL's own name for this needs a newer compiler than Debian 12's. */
#extension GL_EXT_spirv_intrinsics : require
spirv_instruction (extensions = ["SPV_KHR_integer_dot_product"], capabilities = [6019, 6018], id = 4450)
int dot_packed (int a, int b, spirv_literal int format);
#define dot4(a, b) dot_packed (int (a), int (b), 0)
#else
int
dot4 (uint a, int b)
{
  ivec4 x = ivec4 (bitfieldExtract (int (a), 0, 8), bitfieldExtract (int (a), 8, 8), bitfieldExtract (int (a), 16, 8),
                   bitfieldExtract (int (a), 24, 8));
  ivec4 y = ivec4 (bitfieldExtract (b, 0, 8), bitfieldExtract (b, 8, 8), bitfieldExtract (b, 16, 8), bitfieldExtract (b, 24, 8));

  return x.x * y.x + x.y * y.y + x.z * y.z + x.w * y.w;
}
#endif

/* What weights of four bits are offset by, and whether a block has one scale or one for each half. */
layout (constant_id = 5) const uint BITS = 4;
layout (constant_id = 6) const uint MINS = 0; /* MINS_… of planes.h */
layout (constant_id = 7) const uint SUB16 = 0;
#define MINS_EIGHT 1
#define MINS_PLANE 2
