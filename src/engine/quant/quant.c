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
  { GLM_TYPE_MXFP4,  "MXFP4",  GLM_QK,  sizeof (GlmBlockMXFP4),  glm_dequantise_mxfp4,  NULL },
  { GLM_TYPE_IQ1_S,  "IQ1_S",  GLM_QKK, sizeof (GlmBlockIQ1_S),  glm_dequantise_iq1_s,  NULL },
  { GLM_TYPE_IQ1_M,  "IQ1_M",  GLM_QKK, sizeof (GlmBlockIQ1_M),  glm_dequantise_iq1_m,  NULL },
  { GLM_TYPE_IQ2_XXS, "IQ2_XXS", GLM_QKK, sizeof (GlmBlockIQ2_XXS), glm_dequantise_iq2_xxs, NULL },
  { GLM_TYPE_IQ2_XS, "IQ2_XS", GLM_QKK, sizeof (GlmBlockIQ2_XS), glm_dequantise_iq2_xs, NULL },
  { GLM_TYPE_IQ2_S,  "IQ2_S",  GLM_QKK, sizeof (GlmBlockIQ2_S),  glm_dequantise_iq2_s,  NULL },
  { GLM_TYPE_IQ3_XXS, "IQ3_XXS", GLM_QKK, sizeof (GlmBlockIQ3_XXS), glm_dequantise_iq3_xxs, NULL },
  { GLM_TYPE_IQ3_S,  "IQ3_S",  GLM_QKK, sizeof (GlmBlockIQ3_S),  glm_dequantise_iq3_s,  NULL },

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
  { GLM_PACKED_TYPE (GLM_PACKED_MXFP4), "MXFP4 packed", GLM_QK, 17, NULL, NULL },
  { GLM_PACKED_TYPE (GLM_PACKED_IQ1_S), "IQ1_S packed", GLM_QKK, 84, NULL, NULL },
  { GLM_PACKED_TYPE (GLM_PACKED_IQ1_M), "IQ1_M packed", GLM_QKK, 116, NULL, NULL },
  { GLM_PACKED_TYPE (GLM_PACKED_IQ2_XXS), "IQ2_XXS packed", GLM_QKK, 108, NULL, NULL },
  { GLM_PACKED_TYPE (GLM_PACKED_IQ2_XS), "IQ2_XS packed", GLM_QKK, 116, NULL, NULL },
  { GLM_PACKED_TYPE (GLM_PACKED_IQ2_S), "IQ2_S packed", GLM_QKK, 116, NULL, NULL },
  { GLM_PACKED_TYPE (GLM_PACKED_IQ3_XXS), "IQ3_XXS packed", GLM_QKK, 140, NULL, NULL },
  { GLM_PACKED_TYPE (GLM_PACKED_IQ3_S), "IQ3_S packed", GLM_QKK, 140, NULL, NULL },
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

/* ---- What is not read ------------------------------------------------------------------------------------------- */

#define NO_WEIGHTS "which holds no weights of a model"
#define REMOVED    "which llama.cpp itself gave up: the file must be made anew"
#define NOT_GLM    "which Myna does not read"
#define IK         "which only ik_llama.cpp reads"

/* clang-format off */
static const struct
{
  uint32_t type;
  const char *name, *reason;
} others[] = {
  { 4, "Q4_2", REMOVED },         { 5, "Q4_3", REMOVED },         { 9, "Q8_1", NO_WEIGHTS },      { 15, "Q8_K", NO_WEIGHTS },
  { 24, "I8", NO_WEIGHTS },       { 25, "I16", NO_WEIGHTS },      { 26, "I32", NO_WEIGHTS },      { 27, "I64", NO_WEIGHTS },
  { 28, "F64", NO_WEIGHTS },      { 31, "Q4_0_4_4", REMOVED },    { 32, "Q4_0_4_8", REMOVED },    { 33, "Q4_0_8_8", REMOVED },
  { 34, "TQ1_0", NOT_GLM },       { 35, "TQ2_0", NOT_GLM },       { 36, "IQ4_NL_4_4", REMOVED },  { 37, "IQ4_NL_4_8", REMOVED },
  { 38, "IQ4_NL_8_8", REMOVED },  { 40, "NVFP4", NOT_GLM },       { 41, "Q1_0", NOT_GLM },        { 42, "Q2_0", NOT_GLM },

  { 133, "Q6_0", IK },            { 134, "IQ1_BN", IK },          { 135, "IQ2_BN", IK },          { 136, "Q8_K64", IK },
  { 137, "IQ2_K", IK },           { 138, "IQ3_K", IK },           { 139, "IQ4_K", IK },           { 140, "IQ5_K", IK },
  { 141, "IQ6_K", IK },           { 144, "IQ4_KS", IK },          { 145, "IQ2_KS", IK },          { 146, "IQ4_KSS", IK },
  { 147, "Q8_K16", IK },          { 148, "Q8_K32", IK },          { 149, "Q8_KR8", IK },          { 150, "Q8_K128", IK },
  { 151, "Q8_KV", IK },           { 152, "IQ5_KS", IK },          { 153, "IQ2_KT", IK },          { 154, "IQ3_KT", IK },
  { 155, "IQ4_KT", IK },          { 156, "IQ3_KS", IK },          { 157, "IQ2_KL", IK },          { 158, "IQ1_KT", IK },
  { 202, "Q4_0_R8", IK },         { 206, "Q5_0_R4", IK },         { 208, "Q8_0_R8", IK },         { 210, "Q2_K_R4", IK },
  { 211, "Q3_K_R4", IK },         { 212, "Q4_K_R4", IK },         { 213, "Q5_K_R4", IK },         { 214, "Q6_K_R4", IK },
  { 216, "IQ2_XXS_R4", IK },      { 217, "IQ2_XS_R4", IK },       { 218, "IQ3_XXS_R4", IK },      { 219, "IQ1_S_R4", IK },
  { 220, "IQ4_NL_R4", IK },       { 221, "IQ3_S_R4", IK },        { 222, "IQ2_S_R4", IK },        { 223, "IQ4_XS_R8", IK },
  { 229, "IQ1_M_R4", IK },        { 230, "BF16_R16", IK },        { 233, "Q6_0_R4", IK },         { 335, "IQ2_BN_R4", IK },
  { 337, "IQ2_K_R4", IK },        { 338, "IQ3_K_R4", IK },        { 339, "IQ4_K_R4", IK },        { 340, "IQ5_K_R4", IK },
  { 344, "IQ4_KS_R4", IK },       { 352, "IQ5_KS_R4", IK },       { 353, "MXFP4_R8", IK },        { 397, "Q8_K_R16", IK },
  { 398, "Q8_KV_R8", IK },        { 399, "Q8_K_R8", IK },
};
/* clang-format on */

const char *
glm_type_foreign (uint32_t type, const char **ret_reason)
{
  for (size_t i = 0; i < N_ELEMENTS (others); i++)
    if (others[i].type == type)
      {
        *ret_reason = others[i].reason;
        return others[i].name;
      }
  return NULL;
}
