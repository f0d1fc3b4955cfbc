/* quant.c: the traits table
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "quant/quant.h"

#include "quant/blocks.h"
#include "quant/packed.h"

#include <string.h>
#include <strings.h>

#define N_ELEMENTS(a) (sizeof (a) / sizeof ((a)[0]))

/* clang-format off */
static const GlmTypeTraits all_traits[] = {
  { GLM_TYPE_F32,    "F32",    1,       4,                       glm_dequantise_f32,    glm_quantise_f32 },
  { GLM_TYPE_F16,    "F16",    1,       2,                       glm_dequantise_f16,    glm_quantise_f16 },
  { GLM_TYPE_BF16,   "BF16",   1,       2,                       glm_dequantise_bf16,   glm_quantise_bf16 },
  { GLM_TYPE_Q4_0,   "Q4_0",   GLM_QK,  sizeof (GlmBlockQ4_0),   glm_dequantise_q4_0,   glm_quantise_q4_0 },
  { GLM_TYPE_Q4_1,   "Q4_1",   GLM_QK,  sizeof (GlmBlockQ4_1),   glm_dequantise_q4_1,   glm_quantise_q4_1 },
  { GLM_TYPE_Q5_0,   "Q5_0",   GLM_QK,  sizeof (GlmBlockQ5_0),   glm_dequantise_q5_0,   glm_quantise_q5_0 },
  { GLM_TYPE_Q5_1,   "Q5_1",   GLM_QK,  sizeof (GlmBlockQ5_1),   glm_dequantise_q5_1,   glm_quantise_q5_1 },
  { GLM_TYPE_Q8_0,   "Q8_0",   GLM_QK,  sizeof (GlmBlockQ8_0),   glm_dequantise_q8_0,   glm_quantise_q8_0 },
  { GLM_TYPE_Q2_K,   "Q2_K",   GLM_QKK, sizeof (GlmBlockQ2_K),   glm_dequantise_q2_k,   NULL },
  { GLM_TYPE_Q3_K,   "Q3_K",   GLM_QKK, sizeof (GlmBlockQ3_K),   glm_dequantise_q3_k,   NULL },
  { GLM_TYPE_Q4_K,   "Q4_K",   GLM_QKK, sizeof (GlmBlockQ4_K),   glm_dequantise_q4_k,   glm_quantise_q4_k },
  { GLM_TYPE_Q5_K,   "Q5_K",   GLM_QKK, sizeof (GlmBlockQ5_K),   glm_dequantise_q5_k,   glm_quantise_q5_k },
  { GLM_TYPE_Q6_K,   "Q6_K",   GLM_QKK, sizeof (GlmBlockQ6_K),   glm_dequantise_q6_k,   glm_quantise_q6_k },
  { GLM_TYPE_IQ4_NL, "IQ4_NL", GLM_QK,  sizeof (GlmBlockIQ4_NL), glm_dequantise_iq4_nl, NULL },
  { GLM_TYPE_IQ4_XS, "IQ4_XS", GLM_QKK, sizeof (GlmBlockIQ4_XS), glm_dequantise_iq4_xs, NULL },

  /* Packed in the file: for whole panels of 16 rows, so that a row's share is counted.  Single rows come from
   * glm_packed_dequantise_row(). */
  { GLM_PACKED_TYPE (GLM_PACKED_Q4_0), "Q4_0 packed", GLM_QK, 18, NULL, NULL },
  { GLM_PACKED_TYPE (GLM_PACKED_Q4_1), "Q4_1 packed", GLM_QK, 20, NULL, NULL },
  { GLM_PACKED_TYPE (GLM_PACKED_Q5_0), "Q5_0 packed", GLM_QK, 22, NULL, NULL },
  { GLM_PACKED_TYPE (GLM_PACKED_Q5_1), "Q5_1 packed", GLM_QK, 24, NULL, NULL },
  { GLM_PACKED_TYPE (GLM_PACKED_Q8_0), "Q8_0 packed", GLM_QK, 34, NULL, NULL },
  { GLM_PACKED_TYPE (GLM_PACKED_Q4_K), "Q4_K packed", GLM_QKK, 148, NULL, NULL },
  { GLM_PACKED_TYPE (GLM_PACKED_Q5_K), "Q5_K packed", GLM_QKK, 180, NULL, NULL },
  { GLM_PACKED_TYPE (GLM_PACKED_Q6_K), "Q6_K packed", GLM_QKK, 210, NULL, NULL },
  { GLM_PACKED_TYPE (GLM_PACKED_IQ4_NL), "IQ4_NL packed", GLM_QK, 18, NULL, NULL },
  { GLM_PACKED_TYPE (GLM_PACKED_IQ4_XS), "IQ4_XS packed", GLM_QKK, 138, NULL, NULL },
  { GLM_PACKED_TYPE (GLM_PACKED_Q3_K), "Q3_K packed", GLM_QKK, 114, NULL, NULL },
  { GLM_PACKED_TYPE (GLM_PACKED_Q2_K), "Q2_K packed", GLM_QKK, 84, NULL, NULL },
};
/* clang-format on */

const GlmTypeTraits *
glm_type_traits (uint32_t type)
{
  for (size_t i = 0; i < N_ELEMENTS (all_traits); i++)
    if ((uint32_t) all_traits[i].type == type)
      return &all_traits[i];
  return NULL;
}

const GlmTypeTraits *
glm_type_traits_by_name (const char *name)
{
  for (size_t i = 0; i < N_ELEMENTS (all_traits); i++)
    if (strcasecmp (all_traits[i].name, name) == 0)
      return &all_traits[i];
  return NULL;
}

const char *
glm_type_name (uint32_t type)
{
  /* clang-format off */
  static const struct
  {
    uint32_t type;
    const char *name;
  } others[] = {
    { 4, "Q4_2" },      { 5, "Q4_3" },        { 9, "Q8_1" },       { 15, "Q8_K" },       { 16, "IQ2_XXS" },    { 17, "IQ2_XS" },
    { 18, "IQ3_XXS" },  { 19, "IQ1_S" },      { 21, "IQ3_S" },     { 22, "IQ2_S" },      { 24, "I8" },         { 25, "I16" },
    { 26, "I32" },      { 27, "I64" },        { 28, "F64" },       { 29, "IQ1_M" },      { 31, "Q4_0_4_4" },   { 32, "Q4_0_4_8" },
    { 33, "Q4_0_8_8" }, { 34, "TQ1_0" },      { 35, "TQ2_0" },     { 36, "IQ4_NL_4_4" }, { 37, "IQ4_NL_4_8" }, { 38, "IQ4_NL_8_8" },
    { 39, "MXFP4" },
  };
  /* clang-format on */
  const GlmTypeTraits *traits = glm_type_traits (type);

  if (traits)
    return traits->name;
  for (size_t i = 0; i < N_ELEMENTS (others); i++)
    if (others[i].type == type)
      return others[i].name;
  return NULL;
}
