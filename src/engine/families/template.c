/* template.c: prompt format, stop tokens, default sampling and reply clean-up of each family
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * The formats are written down here; the Jinja templates that files carry are programs and are not run.  A prompt is put
 * together from ids: control tokens by their id, texts through the tokenizer, which never makes control tokens.  So
 * nothing that a person types can open or close a turn.
 *
 *   ChatGLM    [Round 0]\n问：…\n答：…\n[Round 1]\n问：…\n答：  [gMASK] <sop>      (a first question stands alone)
 *   ChatGLM2   [gMASK] sop  [Round 1]\n\n问：…\n\n答：…\n\n[Round 2]\n\n问：…\n\n答：
 *   ChatGLM3   [gMASK] sop  then for each turn <|role|> metadata\n content, at the end <|assistant|>
 *   GLM-4      [gMASK] <sop> and the same; metadata\n and content are tokenized apart, as in ChatGLM3
 *   0414, Z1   [gMASK] <sop> and the same as one text: <|role|>\ncontent
 *   GLM-Edge   as 0414, without [gMASK] <sop>
 *   CodeGeeX2  [gMASK] sop and the text itself, to be continued
 *
 * Sources: tokenization_chatglm.py and modeling_chatglm.py of the families' repositories; the chat_template of GLM-4-0414.
 */
#include "families/template.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/buffer.h"
#include "base/unicode.h"
#include "base/utf8.h"

#define MAX_STOPS 6

struct GlmTemplate
{
  GlmFamily family;
  const GlmTokenizer *tokenizer;
  int32_t gmask; /* -1 where the family has none */
  int32_t sop;
  int32_t roles[4]; /* in the order of role_names */
  int32_t stops[MAX_STOPS];
  int n_stops;
};

enum
{
  ROLE_SYSTEM,
  ROLE_USER,
  ROLE_ASSISTANT,
  ROLE_OBSERVATION
};

static const char *const role_names[4] = { "system", "user", "assistant", "observation" };
static const char *const role_tokens[4] = { "<|system|>", "<|user|>", "<|assistant|>", "<|observation|>" };

static const struct
{
  const char *name;
  const char *gmask;
  const char *sop;
  bool roles;
  const char *stops[3];
  GlmSampling sampling;
  /* clang-format off */
} families[] = {
  /* Sampling: chat() of each repository; top_k 50 is the default of transformers that chat() leaves in place. */
  [GLM_FAMILY_CHATGLM1] = { "ChatGLM", "[gMASK]", "<sop>", false, { "<eop>" }, { 0.95f, 50, 0.7f, 0, 1, 0, 0 } },
  [GLM_FAMILY_CHATGLM2] = { "ChatGLM2", "[gMASK]", "sop", false, { "</s>" }, { 0.8f, 50, 0.8f, 0, 1, 0, 0 } },
  [GLM_FAMILY_CHATGLM3] = { "ChatGLM3", "[gMASK]", "sop", true, { "</s>", "<|user|>", "<|observation|>" },
                            { 0.8f, 50, 0.8f, 0, 1, 0, 0 } },
  [GLM_FAMILY_GLM4] = { "GLM-4", "[gMASK]", "<sop>", true, { "<|endoftext|>", "<|user|>", "<|observation|>" },
                        { 0.8f, 50, 0.8f, 0, 1, 0, 0 } },
  [GLM_FAMILY_GLM4_0414] = { "GLM-4-0414", "[gMASK]", "<sop>", true, { "<|endoftext|>", "<|user|>", "<|observation|>" },
                             { 0.8f, 50, 0.8f, 0, 1, 0, 0 } },
  [GLM_FAMILY_GLM_Z1] = { "GLM-Z1", "[gMASK]", "<sop>", true, { "<|endoftext|>", "<|user|>", "<|observation|>" },
                          { 0.6f, 40, 0.95f, 0, 1, 0, 0 } },
  [GLM_FAMILY_GLM_EDGE] = { "GLM-Edge", NULL, NULL, true, { "<|endoftext|>", "<|user|>", "<|observation|>" },
                            { 0.8f, 50, 0.8f, 0, 1, 0, 0 } },
  [GLM_FAMILY_CODEGEEX2] = { "CodeGeeX2", "[gMASK]", "sop", false, { "</s>" }, { 1.0f, 1, 1.0f, 0, 1, 0, 0 } },
};
/* clang-format on */

const char *
glm_family_name (GlmFamily family)
{
  return families[family].name;
}

/* ---- Which family ----------------------------------------------------------------------------------------------- */

/* Whether the string value of the key contains the ASCII text, in any case. */
static bool
contains (const GlmModelFile *file, const char *key, const char *text)
{
  const char *value;
  size_t n, m = strlen (text);

  if (!glm_model_file_get_string (file, key, &value, &n))
    return false;
  for (size_t i = 0; i + m <= n; i++)
    if (strncasecmp (value + i, text, m) == 0)
      return true;
  return false;
}

/* GLM-4's vocabulary of 151,329 ranks; GLM-Edge's is smaller. */
static bool
has_glm4_vocabulary (const GlmTokenizer *tokenizer)
{
  return glm_tokenizer_control_id (tokenizer, "<|endoftext|>") >= 151329;
}

static bool
family_by_name (const GlmModelFile *file, GlmFamily *ret_family)
{
  const char *value;
  size_t n;

  if (!glm_model_file_get_string (file, "glm.family", &value, &n))
    return false;
  for (size_t i = 0; i < sizeof families / sizeof *families; i++)
    if (strlen (families[i].name) == n && memcmp (families[i].name, value, n) == 0)
      {
        *ret_family = (GlmFamily) i;
        return true;
      }
  return false;
}

static GlmFamily
find_family (const GlmModelFile *file, const GlmTokenizer *tokenizer)
{
  GlmFamily family;

  if (family_by_name (file, &family))
    return family;
  if (contains (file, "general.architecture", "chatglm1"))
    return GLM_FAMILY_CHATGLM1;
  if (contains (file, "general.architecture", "glm4"))
    return contains (file, "general.name", "Z1") || contains (file, "tokenizer.chat_template", "<think>")
               ? GLM_FAMILY_GLM_Z1
               : GLM_FAMILY_GLM4_0414;
  if (glm_tokenizer_control_id (tokenizer, "<sop>") >= 0)
    {
      if (glm_tokenizer_control_id (tokenizer, "<|assistant|>") < 0)
        return GLM_FAMILY_CHATGLM1;
      if (contains (file, "tokenizer.chat_template", "[gMASK]<sop>"))
        return GLM_FAMILY_GLM4;
      return has_glm4_vocabulary (tokenizer) && !contains (file, "general.name", "edge") ? GLM_FAMILY_GLM4
                                                                                         : GLM_FAMILY_GLM_EDGE;
    }
  if (contains (file, "general.name", "codegeex2"))
    return GLM_FAMILY_CODEGEEX2;
  if (glm_tokenizer_control_id (tokenizer, "<|assistant|>") < 0 || contains (file, "general.name", "chatglm2"))
    return GLM_FAMILY_CHATGLM2;
  return GLM_FAMILY_CHATGLM3;
}

static bool
find_control (const GlmTemplate *tmpl, const char *text, int32_t *ret_id, GlmError *error)
{
  *ret_id = text ? glm_tokenizer_control_id (tmpl->tokenizer, text) : -1;
  if (text && *ret_id < 0)
    return glm_error_set (error, GLM_ERROR_BAD_FILE, "the vocabulary has no control token %s, which the %s prompt needs", text,
                          families[tmpl->family].name);
  return true;
}

bool
glm_template_new_for_family (GlmFamily family, const GlmTokenizer *tokenizer, GlmTemplate **ret_template, GlmError *error)
{
  GlmTemplate *tmpl = calloc (1, sizeof *tmpl);
  bool ok;

  if (!tmpl)
    return glm_error_set (error, GLM_ERROR_NO_MEMORY, "no memory for the prompt format");
  tmpl->family = family;
  tmpl->tokenizer = tokenizer;
  ok = find_control (tmpl, families[family].gmask, &tmpl->gmask, error)
       && find_control (tmpl, families[family].sop, &tmpl->sop, error);
  for (int i = 0; ok && i < 4; i++)
    ok = find_control (tmpl, families[family].roles ? role_tokens[i] : NULL, &tmpl->roles[i], error);
  for (int i = 0; ok && i < 3 && families[family].stops[i]; i++)
    ok = find_control (tmpl, families[family].stops[i], &tmpl->stops[tmpl->n_stops++], error);
  if (!ok)
    {
      free (tmpl);
      return false;
    }
  *ret_template = tmpl;
  return true;
}

bool
glm_template_new (const GlmModelFile *file, const GlmTokenizer *tokenizer, GlmTemplate **ret_template, GlmError *error)
{
  return glm_template_new_for_family (find_family (file, tokenizer), tokenizer, ret_template, error);
}

void
glm_template_free (GlmTemplate *tmpl)
{
  free (tmpl);
}

GlmFamily
glm_template_family (const GlmTemplate *tmpl)
{
  return tmpl->family;
}

bool
glm_template_is_stop (const GlmTemplate *tmpl, int32_t id)
{
  for (int i = 0; i < tmpl->n_stops; i++)
    if (tmpl->stops[i] == id)
      return true;
  return false;
}

void
glm_family_default_sampling (const char *family, GlmSampling *ret_sampling)
{
  *ret_sampling = families[GLM_FAMILY_CHATGLM3].sampling;
  for (size_t i = 0; i < sizeof families / sizeof *families; i++)
    if (families[i].name && strcmp (families[i].name, family) == 0)
      *ret_sampling = families[i].sampling;
}

/* ---- Prompts ---------------------------------------------------------------------------------------------------- */

static bool
no_memory (GlmError *error)
{
  return glm_error_set (error, GLM_ERROR_NO_MEMORY, "no memory for the prompt");
}

static bool
append_id (GlmTokens *tokens, int32_t id, GlmError *error)
{
  return glm_tokens_append (tokens, id) || no_memory (error);
}

static bool
append_text (const GlmTemplate *tmpl, GlmTokens *tokens, const char *text, size_t n, GlmError *error)
{
  return glm_tokenizer_encode (tmpl->tokenizer, text, n, tokens, error);
}

static bool
find_role (const GlmTurn *turn, int *ret_role, GlmError *error)
{
  for (int i = 0; i < 4; i++)
    if (turn->role && strcmp (turn->role, role_names[i]) == 0)
      {
        *ret_role = i;
        return true;
      }
  return glm_error_set (error, GLM_ERROR_ARGUMENT, "unknown role \"%.40s\"", turn->role ? turn->role : "");
}

static bool
print (GlmBuffer *buffer, const char *text)
{
  return glm_buffer_append (buffer, text, strlen (text));
}

/* ChatGLM and ChatGLM2: the conversation as one text.  They know neither system nor observation turns; a system prompt is
 * left out, as in chatglm.cpp. */
static bool
write_rounds (const GlmTemplate *tmpl, const GlmTurn *turns, size_t n_turns, GlmBuffer *text, GlmError *error)
{
  bool first_family = tmpl->family == GLM_FAMILY_CHATGLM1, ok = true;
  const char *gap = first_family ? "\n" : "\n\n";
  int round = first_family ? 0 : 1, n_users = 0, role = 0;
  char number[32];

  for (size_t i = 0; i < n_turns; i++)
    n_users += turns[i].role && strcmp (turns[i].role, "user") == 0;
  for (size_t i = 0; ok && i < n_turns; i++)
    {
      if (!find_role (&turns[i], &role, error))
        return false;
      if (role == ROLE_OBSERVATION)
        return glm_error_set (error, GLM_ERROR_UNSUPPORTED, "%s knows no observation turns", families[tmpl->family].name);
      if (role == ROLE_ASSISTANT)
        ok = print (text, turns[i].content) && print (text, gap);
      if (role != ROLE_USER)
        continue;
      if (first_family && n_users == 1 && n_turns - i == 1)
        return print (text, turns[i].content) || no_memory (error);
      snprintf (number, sizeof number, "[Round %d]", round++);
      ok = print (text, number) && print (text, gap) && print (text, "问：") && print (text, turns[i].content)
           && print (text, gap) && print (text, "答：");
    }
  return ok || no_memory (error);
}

/* The reply's beginning, if any, is tokenized together with the text before it; in ChatGLM-6B, where [gMASK] <sop> come
 * between the two, apart. */
static bool
prompt_of_rounds (const GlmTemplate *tmpl, const GlmTurn *turns, size_t n_turns, const char *reply, GlmTokens *tokens,
                  GlmError *error)
{
  GlmBuffer text = { 0 };
  bool last = tmpl->family == GLM_FAMILY_CHATGLM1;
  bool ok = write_rounds (tmpl, turns, n_turns, &text, error) && (last || print (&text, reply) || no_memory (error))
            && (last || (append_id (tokens, tmpl->gmask, error) && append_id (tokens, tmpl->sop, error)))
            && append_text (tmpl, tokens, (const char *) text.data, text.n, error)
            && (!last
                || (append_id (tokens, tmpl->gmask, error) && append_id (tokens, tmpl->sop, error)
                    && append_text (tmpl, tokens, reply, strlen (reply), error)));

  glm_buffer_clear (&text);
  return ok;
}

/* CodeGeeX2 continues text: all turns one after another. */
static bool
prompt_of_completion (const GlmTemplate *tmpl, const GlmTurn *turns, size_t n_turns, const char *reply, GlmTokens *tokens,
                      GlmError *error)
{
  GlmBuffer text = { 0 };
  bool ok = true;

  for (size_t i = 0; ok && i < n_turns; i++)
    ok = print (&text, turns[i].content) || no_memory (error);
  ok = ok && (print (&text, reply) || no_memory (error)) && append_id (tokens, tmpl->gmask, error)
       && append_id (tokens, tmpl->sop, error) && append_text (tmpl, tokens, (const char *) text.data, text.n, error);
  glm_buffer_clear (&text);
  return ok;
}

/* The length of the blank at the text's end or beginning: ASCII's, and the ideographic space. */
static size_t
count_blank (const char *text, size_t n, bool at_end)
{
  static const char wide[] = "\u3000";
  size_t n_wide = sizeof wide - 1, n_blank = 0, width;

  for (; n_blank < n; n_blank += width)
    {
      const char *p = at_end ? text + n - n_blank - 1 : text + n_blank;

      width = n - n_blank >= n_wide && memcmp (at_end ? p + 1 - n_wide : p, wide, n_wide) == 0 ? n_wide : 1;
      if (width == 1 && !strchr (" \t\r\n\v\f", *p))
        break;
    }
  return n_blank;
}

/* GLM-Z1's template trims what is said, and of a reply gives back what follows its reasoning alone.  (It would also cut what
 * a person writes before a "</think>": that is kept here.) */
static void
find_visible (const GlmTemplate *tmpl, int role, const char **content, size_t *n)
{
  const char *p;
  size_t n_blank;

  if (tmpl->family != GLM_FAMILY_GLM_Z1 || role == ROLE_SYSTEM)
    return;
  while (role == ROLE_ASSISTANT && (p = strstr (*content, "</think>")))
    *content = p + strlen ("</think>");
  *n = strlen (*content);
  n_blank = count_blank (*content, *n, false);
  *content += n_blank;
  *n -= n_blank;
  *n -= count_blank (*content, *n, true);
}

/* metadata and line feed, then the content: apart in ChatGLM3 and GLM-4, as one text in the others. */
static bool
append_turn (const GlmTemplate *tmpl, const GlmTurn *turn, GlmTokens *tokens, GlmError *error)
{
  GlmBuffer text = { 0 };
  const char *content = turn->content ? turn->content : "", *metadata = turn->metadata ? turn->metadata : "";
  bool apart = tmpl->family == GLM_FAMILY_CHATGLM3 || tmpl->family == GLM_FAMILY_GLM4, ok;
  size_t n = strlen (content);
  int role = 0;

  if (!find_role (turn, &role, error))
    return false;
  find_visible (tmpl, role, &content, &n);
  ok = print (&text, metadata) && (apart || !*metadata || print (&text, " ")) && print (&text, "\n")
       && (apart || glm_buffer_append (&text, content, n));
  if (!ok)
    no_memory (error);
  ok = ok && append_id (tokens, tmpl->roles[role], error) && append_text (tmpl, tokens, (const char *) text.data, text.n, error)
       && (!apart || append_text (tmpl, tokens, content, n, error));
  glm_buffer_clear (&text);
  return ok;
}

/* The templates of 0414 and Z1 put what the system says first, wherever it stands. */
static bool
append_turns (const GlmTemplate *tmpl, const GlmTurn *turns, size_t n_turns, GlmTokens *tokens, GlmError *error)
{
  bool sorted = tmpl->family == GLM_FAMILY_GLM4_0414 || tmpl->family == GLM_FAMILY_GLM_Z1;

  for (int pass = sorted ? 0 : 1; pass < 2; pass++)
    for (size_t i = 0; i < n_turns; i++)
      {
        bool is_system = turns[i].role && strcmp (turns[i].role, role_names[ROLE_SYSTEM]) == 0;

        if ((!sorted || is_system == (pass == 0)) && !append_turn (tmpl, &turns[i], tokens, error))
          return false;
      }
  return true;
}

static bool
prompt_of_roles (const GlmTemplate *tmpl, const GlmTurn *turns, size_t n_turns, const char *reply, GlmTokens *tokens,
                 GlmError *error)
{
  static const char think[] = "\n<think>";

  if (tmpl->gmask >= 0 && (!append_id (tokens, tmpl->gmask, error) || !append_id (tokens, tmpl->sop, error)))
    return false;
  if (!append_turns (tmpl, turns, n_turns, tokens, error))
    return false;
  if (*reply && tmpl->family != GLM_FAMILY_GLM_Z1)
    return append_turn (tmpl, &(GlmTurn){ "assistant", reply, NULL }, tokens, error);
  return append_id (tokens, tmpl->roles[ROLE_ASSISTANT], error)
         && (tmpl->family != GLM_FAMILY_GLM_Z1
             || (append_text (tmpl, tokens, think, strlen (think), error)
                 && append_text (tmpl, tokens, reply, strlen (reply), error)));
}

static bool
prompt_and_reply (const GlmTemplate *tmpl, const GlmTurn *turns, size_t n_turns, const char *reply, GlmTokens *tokens,
                  GlmError *error)
{
  size_t n_before = tokens->n;
  bool ok;

  if (n_turns == 0)
    return glm_error_set (error, GLM_ERROR_ARGUMENT, "the conversation has no turns");
  switch (tmpl->family)
    {
    case GLM_FAMILY_CHATGLM1:
    case GLM_FAMILY_CHATGLM2: ok = prompt_of_rounds (tmpl, turns, n_turns, reply, tokens, error); break;
    case GLM_FAMILY_CODEGEEX2: ok = prompt_of_completion (tmpl, turns, n_turns, reply, tokens, error); break;
    default: ok = prompt_of_roles (tmpl, turns, n_turns, reply, tokens, error); break;
    }
  if (!ok)
    tokens->n = n_before;
  return ok;
}

bool
glm_template_prompt (const GlmTemplate *tmpl, const GlmTurn *turns, size_t n_turns, GlmTokens *tokens, GlmError *error)
{
  return prompt_and_reply (tmpl, turns, n_turns, "", tokens, error);
}

bool
glm_template_continue (const GlmTemplate *tmpl, const GlmTurn *turns, size_t n_turns, const char *reply, GlmTokens *tokens,
                       size_t *ret_n_reply, GlmError *error)
{
  bool metadata_line = families[tmpl->family].roles && tmpl->family != GLM_FAMILY_GLM_Z1 && *reply;
  size_t n_before = tokens->n, n_all;
  GlmTokens prompt = { 0 };
  bool ok = prompt_and_reply (tmpl, turns, n_turns, "", &prompt, error)
            && (!metadata_line || append_text (tmpl, &prompt, "\n", 1, error))
            && prompt_and_reply (tmpl, turns, n_turns, reply, tokens, error);

  n_all = tokens->n - n_before;
  if (ok)
    *ret_n_reply = n_all > prompt.n ? n_all - prompt.n : 0;
  else
    tokens->n = n_before;
  glm_tokens_clear (&prompt);
  return ok;
}

/* ---- Replies ---------------------------------------------------------------------------------------------------- */

static size_t
leading_space (const uint8_t *text, size_t n)
{
  size_t i = 0;

  while (i < n)
    {
      uint32_t code;
      int length = glm_utf8_char (text + i, n - i, &code);

      if (length == 0 || !glm_unicode_is_space (code))
        break;
      i += (size_t) length;
    }
  return i;
}

static size_t
without_trailing_space (const uint8_t *text, size_t n)
{
  while (n > 0)
    {
      size_t start = n - 1;
      uint32_t code;

      while (start > 0 && n - start < 4 && (text[start] & 0xC0) == 0x80)
        start--;
      if (glm_utf8_char (text + start, n - start, &code) != (int) (n - start) || !glm_unicode_is_space (code))
        break;
      n = start;
    }
  return n;
}

static bool
is_cjk (uint32_t code)
{
  return code >= 0x4E00 && code <= 0x9FFF;
}

/* The full-width form of the mark; NULL: no mark that is replaced. */
static const char *
full_width (uint32_t code)
{
  switch (code)
    {
    case ',': return "，";
    case '!': return "！";
    case ':': return "：";
    case ';': return "；";
    case '?': return "？";
    default: return NULL;
    }
}

/* The training date's placeholder, and for ChatGLM-6B a full-width mark beside each Chinese character. */
static bool
write_clean (bool punctuation, const uint8_t *text, size_t n, GlmBuffer *out)
{
  static const char placeholder[] = "[[训练时间]]", date[] = "2023年";
  uint32_t previous = 0;

  for (size_t i = 0; i < n;)
    {
      uint32_t code = 0, next = 0;
      int length = glm_utf8_char (text + i, n - i, &code);
      const char *mark = punctuation ? full_width (code) : NULL;

      if (n - i >= strlen (placeholder) && memcmp (text + i, placeholder, strlen (placeholder)) == 0)
        {
          if (!print (out, date))
            return false;
          i += strlen (placeholder);
          previous = 0x5E74;
          continue;
        }
      length = length > 0 ? length : 1;
      if (mark && i + 1 < n)
        glm_utf8_char (text + i + 1, n - i - 1, &next);
      if (mark && (is_cjk (previous) || is_cjk (next)) ? !print (out, mark)
                                                       : !glm_buffer_append (out, text + i, (size_t) length))
        return false;
      previous = code;
      i += (size_t) length;
    }
  return true;
}

bool
glm_template_clean_reply (const GlmTemplate *tmpl, const char *text, size_t n_bytes, char **ret_text, GlmError *error)
{
  const uint8_t *bytes = (const uint8_t *) text;
  GlmBuffer out = { 0 };
  size_t skipped = leading_space (bytes, n_bytes);

  bytes += skipped;
  n_bytes = without_trailing_space (bytes, n_bytes - skipped);
  if (!write_clean (tmpl->family == GLM_FAMILY_CHATGLM1, bytes, n_bytes, &out) || !print (&out, ""))
    {
      glm_buffer_clear (&out);
      return glm_error_set (error, GLM_ERROR_NO_MEMORY, "no memory for the reply");
    }
  out.data[out.n] = '\0';
  *ret_text = (char *) out.data;
  return true;
}
