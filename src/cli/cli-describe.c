/* cli-describe.c: what a model is
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include <inttypes.h>
#include <string.h>

#include "cli/cli.h"
#include "engine/cpu/forward.h"
#include "engine/run/model.h"

static void
print_json_steps (const GlmPlan *plan, const GlmPlanLayer *layer)
{
  char text[256];

  putchar ('[');
  for (int i = 0; i < layer->n_steps; i++)
    {
      glm_plan_describe (plan, &layer->steps[i], text, sizeof text);
      fputs (i ? ", " : "", stdout);
      cli_print_json_string (text, strlen (text));
    }
  putchar (']');
}

/* Layers from `begin` on that have the same rows. */
static int
count_alike (const GlmPlan *plan, int begin)
{
  int end = begin + 1;

  while (end < plan->params.n_layers
         && glm_arch_layer (plan->arch, &plan->params, end) == glm_arch_layer (plan->arch, &plan->params, begin))
    end++;
  return end - begin;
}

static void
print_steps (const GlmPlan *plan, const GlmPlanLayer *layer)
{
  char text[256];

  for (int i = 0; i < layer->n_steps; i++)
    {
      glm_plan_describe (plan, &layer->steps[i], text, sizeof text);
      printf ("  %s\n", text);
    }
}

static void
print_json (const GlmModelInfo *info, const GlmPlan *plan)
{
  fputs ("{\"name\": ", stdout);
  cli_print_json_string (info->name, strlen (info->name));
  printf (", \"family\": \"%s\", \"architecture\": \"%s\", \"quantisation\": \"%s\", \"parameters\": %" PRIu64
          ", \"active_parameters\": %" PRIu64 ", \"file_bytes\": %" PRIu64,
          info->family, info->arch, info->quantisation, info->n_params, info->n_active_params, info->file_bytes);
  printf (", \"layers\": %d, \"hidden\": %d, \"inner\": %d, \"heads\": %d, \"kv_heads\": %d, \"head_dim\": %d, "
          "\"vocabulary\": %d, \"context_length\": %d",
          info->n_layers, info->n_embd, info->n_ff, info->n_heads, info->n_kv_heads, info->head_dim, info->n_vocab,
          info->context_length);
  printf (", \"weight_bytes\": %zu, \"kv_bytes_per_token\": %zu, \"memory_bytes\": %zu, \"quirks\": ", info->weight_bytes,
          info->kv_bytes_per_token, glm_model_memory_needed (info, 0));
  cli_print_json_string (info->quirks, strlen (info->quirks));
  for (int i = 0; i < plan->params.n_layers; i += count_alike (plan, i))
    {
      printf (", \"%s\": ", i == 0 ? "layer" : "later_layer");
      print_json_steps (plan, &plan->layers[i]);
    }
  fputs (", \"head\": ", stdout);
  print_json_steps (plan, &plan->head);
  puts ("}");
}

static void
print_table (const GlmModelInfo *info, const GlmPlan *plan)
{
  printf ("%s\n", info->name);
  printf ("  family          %s\n", info->family[0] ? info->family : "unknown (no tokenizer)");
  printf ("  architecture    %s: %s\n", info->arch, plan->arch->summary);
  if (info->n_experts > 0)
    printf ("  parameters      %.1f billion, %.1f billion active\n", (double) info->n_params * 1e-9,
            (double) info->n_active_params * 1e-9);
  else
    printf ("  parameters      %.2f billion\n", (double) info->n_params * 1e-9);
  printf ("  quantisation    %s\n", info->quantisation);
  printf ("  file            %.1f MiB\n", (double) info->file_bytes / 1048576);
  printf ("  layers          %d\n", info->n_layers);
  printf ("  hidden, inner   %d, %d\n", info->n_embd, info->n_ff);
  if (info->n_experts > 0)
    printf ("  experts         %d of %d, of %d\n", info->n_used_experts, info->n_experts, info->n_ff_expert);
  printf ("  heads           %d over %d of %d dimensions\n", info->n_heads, info->n_kv_heads, info->head_dim);
  printf ("  vocabulary      %d\n", info->n_vocab);
  printf ("  context         %d tokens, %.1f KiB each\n", info->context_length, (double) info->kv_bytes_per_token / 1024);
  if (info->license[0])
    printf ("  license         %s\n", info->license);
  printf ("  memory          %.0f MiB with the default context\n", (double) glm_model_memory_needed (info, 0) / 1048576);
  if (info->quirks[0])
    printf ("  corrected       %s\n", info->quirks);
  for (int i = 0, n; i < info->n_layers; i += n)
    {
      n = count_alike (plan, i);
      printf (i > 0 ? "each of the %d layers behind them\n" : "each of the %d layers\n", n);
      print_steps (plan, &plan->layers[i]);
    }
  puts ("after them");
  print_steps (plan, &plan->head);
}

int
cli_describe (const CliOptions *options)
{
  GlmModel *model = NULL;
  GlmPlan *plan;
  GlmError error = { 0 };

  if (!glm_model_open_header (options->model, options->tokenizer, &model, &error))
    return cli_fail (&error);
  if (!glm_plan_new (model->arch, &model->params, &glm_backend_cpu, &plan, &error))
    {
      glm_model_free (model);
      return cli_fail (&error);
    }
  if (options->json)
    print_json (glm_model_info (model), plan);
  else
    print_table (glm_model_info (model), plan);
  glm_plan_free (plan);
  glm_model_free (model);
  return CLI_OK;
}
