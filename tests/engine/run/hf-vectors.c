/* hf-vectors.c: see hf-vectors.h
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "hf-vectors.h"

#include "check.h"
#include "file/json-file.h"
#include "import/safetensors.h"

typedef struct
{
  const HfVectors *vectors;
  const HfFile *file;
  GgufBuild *build;
  bool is_flash, is_dense; /* glm4_moe_lite; glm4 */
  int layer;               /* −1: beside the layers */
} Writer;

/* ---- Reading ---------------------------------------------------------------------------------------------------- */

static GlmMappedFile *
open_file (const char *name, const char *file)
{
  char path[128];
  GlmMappedFile *result;
  GlmError error = { 0 };

  snprintf (path, sizeof path, "glm/vectors/%s/%s", name, file);
  REQUIRE (glm_mapped_file_open (shared_path (path), &result, &error), "%s", error.message);
  return result;
}

/* The length of the header of a safetensors file, which follows it. */
static uint64_t
header_bytes (const GlmMappedFile *file)
{
  uint64_t n;

  memcpy (&n, glm_mapped_file_data (file), sizeof n);
  return n;
}

void
hf_vectors_open (const char *name, HfVectors *vectors)
{
  char path[128];
  GlmError error = { 0 };

  *vectors = (HfVectors){ .name = name };
  snprintf (path, sizeof path, "glm/vectors/%s/config.json", name);
  REQUIRE (glm_json_open (shared_path (path), &vectors->config, &error), "%s", error.message);
  vectors->files[0] = open_file (name, "model.safetensors");
  vectors->files[1] = open_file (name, "vectors.safetensors");
  REQUIRE (glm_safetensors_read (vectors->files[0], &vectors->weights, &error)
               && glm_tensor_table_seal (&vectors->weights, &error)
               && glm_json_parse ((const char *) glm_mapped_file_data (vectors->files[1]) + 8, header_bytes (vectors->files[1]),
                                  &vectors->header, &error),
           "%s", error.message);
}

void
hf_vectors_close (HfVectors *vectors)
{
  glm_json_free (vectors->config);
  glm_json_free (vectors->header);
  for (int i = 0; i < 2; i++)
    glm_mapped_file_free (vectors->files[i]);
  glm_tensor_table_clear (&vectors->weights);
}

static double
config_number (const HfVectors *vectors, const char *key)
{
  double value = 0;

  glm_json_get_number (glm_json_root (vectors->config), key, &value);
  return value;
}

int
hf_vectors_int (const HfVectors *vectors, const char *key)
{
  return (int) config_number (vectors, key);
}

const void *
hf_vectors_values (const HfVectors *vectors, const char *name, size_t *ret_n)
{
  const GlmJsonValue *entry = glm_json_get (glm_json_root (vectors->header), name);
  const GlmJsonValue *offsets = glm_json_get (entry, "data_offsets"), *begin;

  REQUIRE (entry && offsets, "%s has no %s", vectors->name, name);
  begin = glm_json_first (offsets);
  *ret_n = (size_t) (glm_json_next (offsets, begin)->integer - begin->integer) / 4;
  return glm_mapped_file_data (vectors->files[1]) + 8 + header_bytes (vectors->files[1]) + begin->integer;
}

/* ---- Tensors ---------------------------------------------------------------------------------------------------- */

static float *
alloc_floats (int64_t n)
{
  float *values = malloc ((size_t) n * sizeof *values);

  REQUIRE (values, "no memory");
  return values;
}

/* "model.layers.N." and the name; beside the layers the name alone. */
static const GlmTensor *
find (const Writer *w, const char *name)
{
  char full[160];

  if (w->layer >= 0)
    snprintf (full, sizeof full, "model.layers.%d.%s", w->layer, name);
  else
    snprintf (full, sizeof full, "%s", name);
  return glm_tensor_table_find (&w->vectors->weights, full);
}

static const GlmTensor *
need (const Writer *w, const char *name)
{
  const GlmTensor *tensor = find (w, name);

  REQUIRE (tensor, "%s has no %s", w->vectors->name, name);
  return tensor;
}

static void
put_values (const Writer *w, const char *to, GlmType type, int64_t n, int64_t rows, int64_t cols, const float *values)
{
  char name[96];

  if (w->layer >= 0)
    snprintf (name, sizeof name, "blk.%d.%s", w->layer, to);
  else
    snprintf (name, sizeof name, "%s", to);
  if (!w->file->left_out || strcmp (w->file->left_out, name) != 0)
    gguf_build_stack (w->build, name, rows == 0 || cols % 32 != 0 ? GLM_TYPE_F32 : type, n, rows, cols, values);
}

static void
put_tensor (const Writer *w, const char *to, const GlmTensor *tensor, GlmType type)
{
  put_values (w, to, type, 1, tensor->n_dims > 1 ? tensor->ne[1] : 0, tensor->ne[0], tensor->data);
}

/* A tensor under its other name; what the model need not have may be missing. */
static void
put (const Writer *w, const char *to, const char *from)
{
  put_tensor (w, to, need (w, from), w->file->type);
}

static void
put_if (const Writer *w, const char *to, const char *from)
{
  if (find (w, from))
    put (w, to, from);
}

/* The rows of one projection of all experts, `first` of `height` rows in each matrix of the stack. */
static void
gather_experts (const Writer *w, const char *projection, int64_t height, int64_t first, float *stack)
{
  int n = hf_vectors_int (w->vectors, "n_routed_experts");

  for (int e = 0; e < n; e++)
    {
      char name[96];
      const GlmTensor *tensor;

      snprintf (name, sizeof name, "mlp.experts.%d.%s_proj.weight", e, projection);
      tensor = need (w, name);
      memcpy (stack + (e * height + first) * tensor->ne[0], tensor->data, tensor->n_bytes);
    }
}

static void
put_experts (const Writer *w)
{
  int64_t n = hf_vectors_int (w->vectors, "n_routed_experts"), f = hf_vectors_int (w->vectors, "moe_intermediate_size");
  int64_t h = hf_vectors_int (w->vectors, "hidden_size");
  float *stack = alloc_floats (n * 2 * f * h);

  gather_experts (w, "down", h, 0, stack);
  put_values (w, "ffn_down_exps.weight", w->file->type, n, h, f, stack);
  gather_experts (w, "gate", w->file->joined_experts ? 2 * f : f, 0, stack);
  if (!w->file->joined_experts)
    put_values (w, "ffn_gate_exps.weight", w->file->type, n, f, h, stack);
  gather_experts (w, "up", w->file->joined_experts ? 2 * f : f, w->file->joined_experts ? f : 0, stack);
  put_values (w, w->file->joined_experts ? "ffn_gate_up_exps.weight" : "ffn_up_exps.weight", w->file->type, n,
              w->file->joined_experts ? 2 * f : f, h, stack);
  free (stack);
}

static void
put_feed_forward (const Writer *w)
{
  if (w->is_dense)
    {
      put (w, "ffn_up.weight", "mlp.gate_up_proj.weight");
      put (w, "ffn_down.weight", "mlp.down_proj.weight");
      return;
    }
  if (w->layer < hf_vectors_int (w->vectors, "first_k_dense_replace"))
    {
      put (w, "ffn_gate.weight", "mlp.gate_proj.weight");
      put (w, "ffn_up.weight", "mlp.up_proj.weight");
      put (w, "ffn_down.weight", "mlp.down_proj.weight");
      return;
    }
  put_tensor (w, "ffn_gate_inp.weight", need (w, "mlp.gate.weight"), GLM_TYPE_F32);
  put (w, "exp_probs_b.bias", "mlp.gate.e_score_correction_bias");
  put_experts (w);
  put (w, "ffn_gate_shexp.weight", "mlp.shared_experts.gate_proj.weight");
  put (w, "ffn_up_shexp.weight", "mlp.shared_experts.up_proj.weight");
  put (w, "ffn_down_shexp.weight", "mlp.shared_experts.down_proj.weight");
}

/* kv_b [heads × (keys | values), rank] divided: keys transposed, values as they are. */
static void
put_kv_b (const Writer *w)
{
  const HfVectors *v = w->vectors;
  const GlmTensor *tensor = need (w, "self_attn.kv_b_proj.weight");
  int64_t n = hf_vectors_int (v, "num_attention_heads"), nk = hf_vectors_int (v, "qk_nope_head_dim");
  int64_t nv = hf_vectors_int (v, "v_head_dim"), rank = hf_vectors_int (v, "kv_lora_rank");
  const float *rows = tensor->data;
  float *keys = alloc_floats (n * nk * rank), *values = alloc_floats (n * nv * rank);

  for (int64_t head = 0; head < n; head++, rows += (nk + nv) * rank)
    {
      for (int64_t r = 0; r < rank; r++)
        for (int64_t i = 0; i < nk; i++)
          keys[(head * rank + r) * nk + i] = rows[i * rank + r];
      memcpy (values + head * nv * rank, rows + nk * rank, (size_t) (nv * rank) * sizeof *rows);
    }
  if (w->file->joined_kv_b)
    put (w, "attn_kv_b.weight", "self_attn.kv_b_proj.weight");
  else
    {
      put_values (w, "attn_k_b.weight", w->file->type, n, rank, nk, keys);
      put_values (w, "attn_v_b.weight", w->file->type, n, nv, rank, values);
    }
  free (keys);
  free (values);
}

static void
put_attention (const Writer *w)
{
  if (w->is_flash)
    {
      put (w, "attn_q_a.weight", "self_attn.q_a_proj.weight");
      put (w, "attn_q_a_norm.weight", "self_attn.q_a_layernorm.weight");
      put (w, "attn_q_b.weight", "self_attn.q_b_proj.weight");
      put (w, "attn_kv_a_mqa.weight", "self_attn.kv_a_proj_with_mqa.weight");
      put (w, "attn_kv_a_norm.weight", "self_attn.kv_a_layernorm.weight");
      put_kv_b (w);
    }
  else
    for (int i = 0; i < 3; i++)
      {
        char to[32], from[48];

        for (int bias = 0; bias < 2; bias++)
          {
            snprintf (to, sizeof to, "attn_%c.%s", "qkv"[i], bias ? "bias" : "weight");
            snprintf (from, sizeof from, "self_attn.%c_proj.%s", "qkv"[i], bias ? "bias" : "weight");
            put_if (w, to, from);
          }
        snprintf (to, sizeof to, "attn_%c_norm.weight", "qkv"[i]);
        snprintf (from, sizeof from, "self_attn.%c_norm.weight", "qkv"[i]);
        put_if (w, to, from);
      }
  put (w, "attn_output.weight", "self_attn.o_proj.weight");
}

static void
put_layer (const Writer *w)
{
  put (w, "attn_norm.weight", "input_layernorm.weight");
  put (w, w->is_flash || w->is_dense ? "ffn_norm.weight" : "post_attention_norm.weight", "post_attention_layernorm.weight");
  if (w->is_dense)
    {
      put (w, "post_attention_norm.weight", "post_self_attn_layernorm.weight");
      put (w, "post_ffw_norm.weight", "post_mlp_layernorm.weight");
    }
  put_attention (w);
  put_feed_forward (w);
  put_if (w, "nextn.eh_proj.weight", "eh_proj.weight");
  put_if (w, "nextn.enorm.weight", "enorm.weight");
  put_if (w, "nextn.hnorm.weight", "hnorm.weight");
  put_if (w, "nextn.embed_tokens.weight", "embed_tokens.weight");
  put_if (w, "nextn.shared_head_head.weight", "shared_head.head.weight");
  put_if (w, "nextn.shared_head_norm.weight", "shared_head.norm.weight");
}

/* ---- Numbers ---------------------------------------------------------------------------------------------------- */

static bool
is_wanted (const Writer *w, const char *key)
{
  return !w->file->left_out_key || strcmp (w->file->left_out_key, key) != 0;
}

static void
put_int (const Writer *w, const char *key, int value)
{
  if (is_wanted (w, key))
    gguf_build_uint (w->build, key, (uint32_t) value);
}

static void
put_expert_numbers (const Writer *w)
{
  const HfVectors *v = w->vectors;

  put_int (w, ".expert_count", hf_vectors_int (v, "n_routed_experts"));
  put_int (w, ".expert_used_count", hf_vectors_int (v, "num_experts_per_tok"));
  put_int (w, ".expert_feed_forward_length", hf_vectors_int (v, "moe_intermediate_size"));
  put_int (w, ".expert_shared_count", hf_vectors_int (v, "n_shared_experts"));
  put_int (w, ".leading_dense_block_count", hf_vectors_int (v, "first_k_dense_replace"));
  put_int (w, ".expert_group_count", hf_vectors_int (v, "n_group"));
  put_int (w, ".expert_group_used_count", hf_vectors_int (v, "topk_group"));
  if (!w->file->no_gating)
    put_int (w, ".expert_gating_func", 2);
  if (is_wanted (w, ".expert_weights_scale"))
    gguf_build_float (w->build, ".expert_weights_scale", (float) config_number (v, "routed_scaling_factor"));
  gguf_build_bool (w->build, ".expert_weights_norm", true);
}

static void
put_latent_numbers (const Writer *w)
{
  const HfVectors *v = w->vectors;
  int rank = hf_vectors_int (v, "kv_lora_rank"), turned = hf_vectors_int (v, "qk_rope_head_dim");
  int head = hf_vectors_int (v, "qk_nope_head_dim") + turned, values = hf_vectors_int (v, "v_head_dim");
  bool old = w->file->joined_kv_b;

  put_int (w, ".attention.head_count_kv", old ? hf_vectors_int (v, "num_attention_heads") : 1);
  put_int (w, ".attention.key_length", old ? head : rank + turned);
  put_int (w, ".attention.value_length", old ? values : rank);
  if (!old)
    {
      put_int (w, ".attention.key_length_mla", head);
      put_int (w, ".attention.value_length_mla", values);
    }
  put_int (w, ".attention.q_lora_rank", hf_vectors_int (v, "q_lora_rank"));
  put_int (w, ".attention.kv_lora_rank", rank);
  put_int (w, ".rope.dimension_count", turned);
}

static void
put_numbers (const Writer *w, int n_mtp)
{
  const HfVectors *v = w->vectors;

  if (w->file->add_keys)
    w->file->add_keys (w->build, w->file->keys_data);
  put_int (w, ".block_count", hf_vectors_int (v, "num_hidden_layers") + n_mtp);
  put_int (w, ".context_length", hf_vectors_int (v, "max_position_embeddings"));
  put_int (w, ".embedding_length", hf_vectors_int (v, "hidden_size"));
  put_int (w, ".feed_forward_length", hf_vectors_int (v, "intermediate_size"));
  put_int (w, ".attention.head_count", hf_vectors_int (v, "num_attention_heads"));
  gguf_build_float (w->build, ".attention.layer_norm_rms_epsilon", (float) config_number (v, "rms_norm_eps"));
  gguf_build_float (w->build, ".rope.freq_base", (float) config_number (v, "rope_theta"));
  if (w->is_flash)
    put_latent_numbers (w);
  else
    {
      int d = hf_vectors_int (v, "head_dim");

      put_int (w, ".attention.head_count_kv", hf_vectors_int (v, "num_key_value_heads"));
      put_int (w, ".attention.key_length", d);
      put_int (w, ".attention.value_length", d);
      put_int (w, ".rope.dimension_count", (int) (d * config_number (v, "partial_rotary_factor")));
    }
  if (!w->is_dense)
    put_expert_numbers (w);
  if (n_mtp > 0)
    put_int (w, ".nextn_predict_layers", n_mtp);
  /* No vocabulary, but the sign of GLM's. */
  gguf_build_string (w->build, "tokenizer.ggml.model", "no_vocab");
  gguf_build_string (w->build, "tokenizer.ggml.pre", "glm4");
}

void
hf_vectors_write (const HfVectors *vectors, const HfFile *file, const char *path)
{
  Writer w = { .vectors = vectors, .file = file, .layer = -1 };
  int n_mtp = file->with_mtp ? hf_vectors_int (vectors, "num_nextn_predict_layers") : 0;
  const char *kind = "";

  glm_json_get_string (glm_json_root (vectors->config), "model_type", &kind);
  w.is_flash = strcmp (kind, "glm4_moe_lite") == 0;
  w.is_dense = strcmp (kind, "glm4") == 0;
  w.build = gguf_build_new (w.is_flash ? "deepseek2" : w.is_dense ? "glm4" : "glm4moe");
  put_numbers (&w, n_mtp);
  put (&w, "token_embd.weight", "model.embed_tokens.weight");
  put (&w, "output_norm.weight", "model.norm.weight");
  put (&w, "output.weight", "lm_head.weight");
  for (w.layer = 0; w.layer < hf_vectors_int (vectors, "num_hidden_layers") + n_mtp; w.layer++)
    put_layer (&w);
  gguf_build_write (w.build, path);
  gguf_build_free (w.build);
}

/* ---- Checkpoints ------------------------------------------------------------------------------------------------ */

typedef struct
{
  const HfVectors *vectors;
  const char *left_out;
  bool halves; /* bfloat16, as published, instead of single precision */
  FILE *file;
  bool writes_data; /* else the header */
  size_t at;        /* where the next tensor's data begin */
} Checkpoint;

/* n bytes of floats. */
static void
put_data (Checkpoint *c, const void *data, size_t n)
{
  const float *values = data;

  for (size_t i = 0; c->writes_data && c->halves && i < n / sizeof *values; i++)
    {
      uint16_t half = glm_f32_to_bf16 (values[i]);

      REQUIRE (fwrite (&half, sizeof half, 1, c->file) == 1, "writing");
    }
  if (c->writes_data && !c->halves)
    REQUIRE (fwrite (data, 1, n, c->file) == n, "writing");
  c->at += c->halves ? n / 2 : n;
}

/* The entry of a tensor whose data put_data() will append. */
static void
put_entry (Checkpoint *c, const char *name, const int64_t *shape, int n_dims, size_t n)
{
  if (c->writes_data)
    return;
  n = c->halves ? n / 2 : n;
  fprintf (c->file, "%s\"%s\":{\"dtype\":\"%s\",\"shape\":[", c->at > 0 ? "," : "{", name, c->halves ? "BF16" : "F32");
  for (int i = 0; i < n_dims; i++)
    fprintf (c->file, "%s%lld", i > 0 ? "," : "", (long long) shape[i]);
  fprintf (c->file, "],\"data_offsets\":[%zu,%zu]}", c->at, c->at + n);
}

/* Of one layer: gate and up of each expert one below the other, or down. */
static void
put_fused (Checkpoint *c, int layer, bool gate_up)
{
  static const char *const both[] = { "gate", "up" };
  Writer w = { .vectors = c->vectors, .layer = layer };
  int n = hf_vectors_int (c->vectors, "n_routed_experts"), n_parts = gate_up ? 2 : 1;
  int64_t f = hf_vectors_int (c->vectors, "moe_intermediate_size"), h = hf_vectors_int (c->vectors, "hidden_size");
  int64_t shape[] = { n, gate_up ? 2 * f : h, gate_up ? h : f };
  char name[96];

  snprintf (name, sizeof name, "model.layers.%d.mlp.experts.%s_proj", layer, gate_up ? "gate_up" : "down");
  put_entry (c, name, shape, 3, (size_t) (shape[0] * shape[1] * shape[2]) * sizeof (float));
  for (int e = 0; e < n; e++)
    for (int i = 0; i < n_parts; i++)
      {
        const GlmTensor *tensor;

        snprintf (name, sizeof name, "mlp.experts.%d.%s_proj.weight", e, gate_up ? both[i] : "down");
        tensor = need (&w, name);
        put_data (c, tensor->data, tensor->n_bytes);
      }
}

static void
put_checkpoint (Checkpoint *c)
{
  const GlmTensorTable *weights = &c->vectors->weights;
  int n_layers = hf_vectors_int (c->vectors, "num_hidden_layers");

  c->at = 0;
  for (size_t i = 0; i < weights->n; i++)
    {
      const GlmTensor *tensor = &weights->tensors[i];
      int64_t shape[] = { tensor->n_dims > 1 ? tensor->ne[1] : tensor->ne[0], tensor->ne[0] };
      int layer = n_layers;

      sscanf (tensor->name, "model.layers.%d.", &layer);
      if ((strstr (tensor->name, ".mlp.experts.") && layer < n_layers)
          || (c->left_out && strcmp (tensor->name, c->left_out) == 0))
        continue;
      put_entry (c, tensor->name, shape, tensor->n_dims, tensor->n_bytes);
      put_data (c, tensor->data, tensor->n_bytes);
    }
  for (int layer = hf_vectors_int (c->vectors, "first_k_dense_replace"); layer < n_layers; layer++)
    {
      put_fused (c, layer, true);
      put_fused (c, layer, false);
    }
}

void
hf_vectors_write_fused (const HfVectors *vectors, const char *left_out, bool halves, const char *folder)
{
  Checkpoint c = { .vectors = vectors, .left_out = left_out, .halves = halves };
  char command[8192], path[512];
  uint64_t n = 0;
  long end;

  snprintf (path, sizeof path, "glm/vectors/%s", vectors->name);
  snprintf (command, sizeof command, "mkdir -p %s && cp %s/config.json %s/tokenizer.json %s/ && chmod u+w %s/*", folder,
            shared_path (path), shared_path (path), folder, folder);
  REQUIRE (system (command) == 0, "%s", command);
  snprintf (path, sizeof path, "%s/model.safetensors", folder);
  c.file = fopen (path, "wb");
  REQUIRE (c.file, "%s", path);
  fwrite (&n, sizeof n, 1, c.file);
  put_checkpoint (&c);
  end = fprintf (c.file, "}") > 0 ? ftell (c.file) : 0;
  for (; end % 8 != 0; end++)
    fputc (' ', c.file);
  n = (uint64_t) end - sizeof n;
  c.writes_data = true;
  put_checkpoint (&c);
  rewind (c.file);
  REQUIRE (fwrite (&n, sizeof n, 1, c.file) == 1 && fclose (c.file) == 0, "%s", path);
}
