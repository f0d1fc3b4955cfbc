/* family.h: what is known of a model family: one descriptor each
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A family is a file in this folder with its GlmFamily, and a row of the table in family.c.  Families that share an
 * architecture (see arch.h) or the layout of their checkpoints (see layout.h) name the same one.  No other code asks which
 * family a model is.
 */
#ifndef GLM_FAMILY_H
#define GLM_FAMILY_H

#include "families/arch.h"
#include "families/layout.h"
#include "text/reply.h"
#include "text/tokenizer.h"
#include "text/tool-prompt.h"

typedef enum
{
  GLM_PROMPT_ROLES,  /* <|role|> before each turn */
  GLM_PROMPT_TAGS,   /* the same, with thoughts and calls between tags: see tag-prompt.h */
  GLM_PROMPT_ROUNDS, /* one text: numbered questions and answers */
  GLM_PROMPT_PLAIN,  /* one text, to be continued */
} GlmPromptShape;

/* How a conversation is written; see template.c. */
typedef struct
{
  GlmPromptShape shape;
  const char *gmask, *sop; /* control tokens at the beginning; NULL: none */

  /* ROLES */
  bool metadata_apart;        /* the line of metadata is tokenized apart from the content */
  bool system_first;          /* what the system says comes first, wherever it stands */
  bool opens_thought;         /* the reply begins with <think>; of earlier turns thoughts and blanks at the ends are left out */
  const GlmToolFormat *tools; /* how it is told what it may call; NULL: it cannot be */

  /* TAGS */
  bool tag_lines; /* tags begin lines, and a thought is opened by the model itself */

  /* ROUNDS */
  const char *gap; /* behind each part */
  int first_round;
  bool lone_question; /* a first question stands without its round */
  bool controls_last; /* the control tokens stand behind the text, before the reply */
} GlmPromptFormat;

#define GLM_MAX_STOPS 3

typedef struct
{
  const char *name; /* "ChatGLM3": GlmModelInfo.family, and glm.family in files that Myna wrote */
  GlmPromptFormat prompt;
  const char *stops[GLM_MAX_STOPS]; /* control tokens that end a reply */
  GlmReplyDialect reply;            /* how it writes */
  GlmSampling sampling;             /* of the family's chat(); top_k 50 is what transformers adds */
  int min_calling_vocab; /* with fewer tokens a model is not the published one, and calls tools only where its file says so */

  /* Where glm.family does not say it.  The first family of the table that answers yes is it. */
  bool (*is_file) (const GlmModelFile *file, const GlmTokenizer *tokenizer);

  /* Importing */
  bool (*is_checkpoint) (const GlmCheckpoint *checkpoint); /* the same for what was published */
  const GlmArch *arch;                                     /* of chatglm.cpp's files … */
  const GlmLayout *layout;                                 /* … and the names in them */
  bool hides_roles; /* the vocabulary ends before the roles that the same file has for later families */
} GlmFamily;

extern const GlmFamily glm_family_chatglm1;
extern const GlmFamily glm_family_chatglm2;
extern const GlmFamily glm_family_chatglm3;
extern const GlmFamily glm_family_codegeex2;
extern const GlmFamily glm_family_glm4_9b; /* and CodeGeeX4 */
extern const GlmFamily glm_family_glm4_0414;
extern const GlmFamily glm_family_glm_z1;
extern const GlmFamily glm_family_glm_edge;
extern const GlmFamily glm_family_glm45;
extern const GlmFamily glm_family_glm46;
extern const GlmFamily glm_family_glm47;
extern const GlmFamily glm_family_glm47_flash;

/* By its name, in any case; NULL: there is none. */
const GlmFamily *glm_family_by_name (const char *name);
/* Whether some family calls its interpreter so. */
bool glm_family_names_interpreter (const char *name);
/* Decides by the file's metadata and the tokenizer's control tokens. */
const GlmFamily *glm_family_of_file (const GlmModelFile *file, const GlmTokenizer *tokenizer);
/* NULL: none. */
const GlmFamily *glm_family_of_checkpoint (const GlmCheckpoint *checkpoint);

/* Reads the configuration by its layout; config->model_type is set here. */
bool glm_layout_read (GlmConfig *config, GlmCheckpoint *checkpoint);

#endif
