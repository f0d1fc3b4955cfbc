/* cli-describe.c: what a model is
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <inttypes.h>
#include <string.h>

#include "cli/cli.h"
#include "run/model.h"

static void
print_json_ops (const GlmModel *model, const GlmOp *ops, int n)
{
  char text[256];

  putchar ('[');
  for (int i = 0; i < n; i++)
    {
      glm_op_describe (&ops[i], &model->params, text, sizeof text);
      fputs (i ? ", " : "", stdout);
      cli_print_json_string (text, strlen (text));
    }
  putchar (']');
}

static void
print_json (const GlmModelInfo *info, const GlmModel *model)
{
  fputs ("{\"name\": ", stdout);
  cli_print_json_string (info->name, strlen (info->name));
  printf (", \"family\": \"%s\", \"architecture\": \"%s\", \"quantisation\": \"%s\", \"parameters\": %" PRIu64
          ", \"file_bytes\": %" PRIu64,
          info->family, info->arch, info->quantisation, info->n_params, info->file_bytes);
  printf (", \"layers\": %d, \"hidden\": %d, \"inner\": %d, \"heads\": %d, \"kv_heads\": %d, \"head_dim\": %d, "
          "\"vocabulary\": %d, \"context_length\": %d",
          info->n_layers, info->n_embd, info->n_ff, info->n_heads, info->n_kv_heads, info->head_dim, info->n_vocab,
          info->context_length);
  printf (", \"weight_bytes\": %zu, \"kv_bytes_per_token\": %zu, \"memory_bytes\": %zu, \"quirks\": ", info->weight_bytes,
          info->kv_bytes_per_token, glm_model_memory_needed (info, 0));
  cli_print_json_string (info->quirks, strlen (info->quirks));
  fputs (", \"layer\": ", stdout);
  print_json_ops (model, model->arch->layer, model->arch->n_layer);
  fputs (", \"head\": ", stdout);
  print_json_ops (model, model->arch->head, model->arch->n_head);
  puts ("}");
}

static void
print_table (const GlmModelInfo *info, const GlmModel *model)
{
  char text[256];

  printf ("%s\n", info->name);
  printf ("  family          %s\n", info->family[0] ? info->family : "unknown (no tokenizer)");
  printf ("  architecture    %s: %s\n", info->arch, model->arch->summary);
  printf ("  parameters      %.2f billion\n", (double) info->n_params * 1e-9);
  printf ("  quantisation    %s\n", info->quantisation);
  printf ("  file            %.1f MiB\n", (double) info->file_bytes / 1048576);
  printf ("  layers          %d\n", info->n_layers);
  printf ("  hidden, inner   %d, %d\n", info->n_embd, info->n_ff);
  printf ("  heads           %d over %d of %d dimensions\n", info->n_heads, info->n_kv_heads, info->head_dim);
  printf ("  vocabulary      %d\n", info->n_vocab);
  printf ("  context         %d tokens, %.1f KiB each\n", info->context_length, (double) info->kv_bytes_per_token / 1024);
  if (info->license[0])
    printf ("  licence         %s\n", info->license);
  printf ("  memory          %.0f MiB with the default context\n", (double) glm_model_memory_needed (info, 0) / 1048576);
  if (info->quirks[0])
    printf ("  corrected       %s\n", info->quirks);
  printf ("each of the %d layers\n", info->n_layers);
  for (int i = 0; i < model->arch->n_layer; i++)
    {
      glm_op_describe (&model->arch->layer[i], &model->params, text, sizeof text);
      printf ("  %s\n", text);
    }
  puts ("after them");
  for (int i = 0; i < model->arch->n_head; i++)
    {
      glm_op_describe (&model->arch->head[i], &model->params, text, sizeof text);
      printf ("  %s\n", text);
    }
}

int
cli_describe (const CliOptions *options)
{
  GlmModel *model = NULL;
  GlmError error = { 0 };

  if (!glm_model_open_header (options->model, options->tokenizer, &model, &error))
    return cli_fail (&error);
  if (options->json)
    print_json (glm_model_info (model), model);
  else
    print_table (glm_model_info (model), model);
  glm_model_free (model);
  return CLI_OK;
}
