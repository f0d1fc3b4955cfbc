/* layout.c: reading config.json
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "families/layout.h"

#include <string.h>

#include "base/error.h"

bool
glm_config_int (const GlmConfig *config, const char *key, int min, int max, int fallback, int *ret_value)
{
  const GlmJsonValue *member = glm_json_get (config->root, key);
  int64_t value = fallback;

  if (member && member->type != GLM_JSON_NULL && !glm_json_get_int (config->root, key, &value))
    return glm_error_set (config->error, GLM_ERROR_BAD_FILE, "config.json: %s is no integer", key);
  if (value < min || value > max)
    return glm_error_set (config->error, GLM_ERROR_BAD_FILE,
                          member ? "config.json: %s is out of range" : "config.json: %s is missing", key);
  *ret_value = (int) value;
  return true;
}

bool
glm_config_number (const GlmConfig *config, const GlmJsonValue *object, const char *key, double min, double max,
                   double fallback, double *ret_value)
{
  const GlmJsonValue *member = glm_json_get (object, key);
  double value = fallback;

  if (member && member->type != GLM_JSON_NULL && !glm_json_get_number (object, key, &value))
    return glm_error_set (config->error, GLM_ERROR_BAD_FILE, "config.json: %s is no number", key);
  if (!(value >= min && value <= max))
    return glm_error_set (config->error, GLM_ERROR_BAD_FILE, "config.json: %s is out of range", key);
  *ret_value = value;
  return true;
}

bool
glm_config_flag (const GlmConfig *config, const char *key)
{
  bool value;

  return glm_json_get_bool (config->root, key, &value) && value;
}

bool
glm_config_common (const GlmConfig *config, GlmCheckpoint *c)
{
  if (!glm_config_int (config, "quantization_bit", 0, 32, 0, &c->quantised_bits)
      || !glm_config_int (config, "pre_seq_len", 0, 65536, 0, &c->prefix_length))
    return false;
  c->prefix_projection = glm_config_flag (config, "prefix_projection");
  if (c->quantised_bits != 0 && c->quantised_bits != 4 && c->quantised_bits != 8)
    return glm_error_set (config->error, GLM_ERROR_UNSUPPORTED, "config.json: quantization_bit is %d", c->quantised_bits);
  return true;
}

bool
glm_layout_ignores (const char *tensor_name)
{
  return strstr (tensor_name, "rotary_emb.inv_freq") || strstr (tensor_name, "rotary_pos_emb.inv_freq");
}
