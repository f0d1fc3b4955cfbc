/* common.glsl: what all shaders share
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Buffers come as addresses in the push constants.  Weights lie in planes (gpu/planes.h).  Activations of quantised products
 * are int8: a token in two planes (columns 0 to 15 of all its blocks of 32, then 16 to 31), so that a lane's load is 16 aligned
 * bytes and its neighbours' follow; with two floats a block, the scale and scale · Σ, which takes what is constant in a
 * block's weights out of the product.
 */
#extension GL_EXT_buffer_reference : require
#extension GL_EXT_buffer_reference_uvec2 : require
#extension GL_EXT_shader_16bit_storage : require
#extension GL_EXT_shader_explicit_arithmetic_types_float16 : require
#extension GL_EXT_control_flow_attributes : require

layout (buffer_reference, std430, buffer_reference_align = 16) buffer Uints4 { uvec4 at[]; };
layout (buffer_reference, std430, buffer_reference_align = 8) buffer Uints2 { uvec2 at[]; };
layout (buffer_reference, std430, buffer_reference_align = 4) buffer Uints { uint at[]; };
layout (buffer_reference, std430, buffer_reference_align = 16) buffer Ints4 { ivec4 at[]; };
layout (buffer_reference, std430, buffer_reference_align = 2) buffer Halves { float16_t at[]; };
layout (buffer_reference, std430, buffer_reference_align = 8) buffer Floats2 { vec2 at[]; };
layout (buffer_reference, std430, buffer_reference_align = 16) buffer Floats4 { vec4 at[]; };
layout (buffer_reference, std430, buffer_reference_align = 4) buffer Floats { float at[]; };
/* What changes from one run of a recorded batch to the next; in columns of the cache, the prefix counted. */
layout (buffer_reference, std430, buffer_reference_align = 4) buffer Run
{
  uint first;     /* the column of the batch's first row */
  uint n_context; /* so many columns all rows see */
};

/* Elements of the cache. */
#define KV_F32 0
#define KV_F16 1
#define KV_I8 2
