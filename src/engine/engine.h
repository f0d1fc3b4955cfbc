/* engine.h: the public interface of Myna's inference engine
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * Roles.  A GlmModel is the loaded model: weights, tokenizer, prompt format.  It never changes once open and may be
 * shared by several sessions.  A GlmSession is one mutable inference timeline over a model: the tokens evaluated so far
 * and their KV cache.  Callers never manage the cache: they hand glm_session_sync() the whole token sequence, and the
 * session keeps the common prefix and evaluates the rest.  glm_generate() is the one generation loop, and serves the
 * window, the command line, the tests and the benchmark.
 *
 * Errors.  Each function that can fail returns false and fills the GlmError; `ret_` arguments are untouched on failure.
 * The library never prints and never aborts on input.  Destructors accept NULL.
 *
 * Threads.  A model may be used from several threads once open; a session belongs to one thread at a time.  Sessions of a
 * model share its worker threads: what two of them evaluate at once takes turns, step by step.  Only
 * glm_cancel_set() may be called from anywhere.
 *
 * The engine needs C17, libm, pthreads and OpenBLAS: no GLib.
 */
#ifndef GLM_ENGINE_H
#define GLM_ENGINE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct GlmModel GlmModel;
typedef struct GlmSession GlmSession;

/* ---- Errors and cancelling -------------------------------------------------------------------------------------- */

typedef enum
{
  GLM_ERROR_NONE,
  GLM_ERROR_NOT_FOUND,   /* the file is not there */
  GLM_ERROR_IO,          /* reading or writing failed; a file changed or shrank while in use */
  GLM_ERROR_NO_SPACE,    /* the disk is full */
  GLM_ERROR_BAD_FILE,    /* truncated, corrupt or contradictory file; the message names the field */
  GLM_ERROR_UNSUPPORTED, /* a sound file that this engine cannot run */
  GLM_ERROR_NO_MEMORY,
  GLM_ERROR_CONTEXT_FULL, /* the prompt does not fit the context */
  GLM_ERROR_ARGUMENT,     /* the caller's mistake */
  GLM_ERROR_CANCELLED,
  GLM_ERROR_DEVICE_LOST, /* a graphics card or its driver failed: sessions go on without it */
} GlmErrorCode;

/* What is wrong with a model's file, finer than the code: things that people meet and can do something about. */
typedef enum
{
  GLM_FAULT_NONE,        /* nothing more is known */
  GLM_FAULT_CUT_SHORT,   /* the file ends too early, or its beginning is empty: a download that did not end */
  GLM_FAULT_LFS_POINTER, /* the few lines that Git LFS leaves where a file was not fetched */
  GLM_FAULT_WEB_PAGE,    /* a page of HTML that a browser saved in the place of the file */
  GLM_FAULT_OTHER_FILE,  /* another kind of file; subject: its kind ("PDF", "folder"), or "" */
  GLM_FAULT_TYPE,        /* a type of quantization that is not read; subject: its name or number */
  GLM_FAULT_ARCH,        /* a model of another family; subject: its architecture */
  GLM_FAULT_ADAPTER,     /* an addition to a model, not one */
  GLM_FAULT_PART,        /* one part of a split model is missing; subject: its name, or "": they are not named as parts are */
  GLM_FAULT_TOKENIZER,   /* there is no tokenizer in it */
} GlmFault;

typedef struct
{
  GlmErrorCode code;
  char message[480]; /* English, one line, names the file and the field; the UI translates by code and fault */
  GlmFault fault;
  char subject[128]; /* what the fault is about: printable, not to be translated */
} GlmError;

/* A flag that may be raised from any thread; checked between tokens, between chunks of the prompt and while loading. */
typedef struct
{
  atomic_bool cancelled;
} GlmCancel;

void glm_cancel_set (GlmCancel *cancel);
bool glm_cancel_is_set (const GlmCancel *cancel); /* NULL is never set */

/* ---- Processor -------------------------------------------------------------------------------------------------- */

typedef enum
{
  GLM_CPU_SSE = 1u << 0,  /* SSE4.1 (or NEON on ARM) */
  GLM_CPU_AVX2 = 1u << 1, /* AVX2 + FMA + F16C */
  GLM_CPU_AVXVNNI = 1u << 2,
  GLM_CPU_AVX512 = 1u << 3, /* F, BW, DQ, VL */
  GLM_CPU_VNNI512 = 1u << 4,
  GLM_CPU_AMD512 = 1u << 5, /* AMD's AVX-512: additions, logic and conversions have other ports than products */
  GLM_CPU_NEON = 1u << 8,
  GLM_CPU_DOTPROD = 1u << 9,
  GLM_CPU_I8MM = 1u << 10,
} GlmCpuFlags;

/* The flags of this processor, ANDed with the mask. */
unsigned glm_cpu_flags (void);
/* Limits the flags for everything opened afterwards (tests, --cpu-mask).  Default: all. */
void glm_cpu_set_mask (unsigned mask);
/* "c" (none), "sse", "avx2", "avxvnni", "avx512", "vnni512" (as Intel's), "all": each means itself and all before it.  On ARM the first four
 * are "c", "neon", "dotprod", "i8mm" too. */
bool glm_cpu_mask_parse (const char *name, unsigned *ret_mask);
/* Physical cores this process may use (affinity and cgroup quota respected), at least 1. */
int glm_cpu_count (void);
/* Bytes a second that n_threads threads (0: glm_cpu_count ()) read from memory, which is what bounds the speed of a model: the
 * best of several read loops over n_bytes in huge pages (0: 512 MiB, far more than caches hold).  Takes a second or two.
 * 0: no memory to measure with, or cancelled. */
double glm_cpu_bandwidth (int n_threads, size_t n_bytes, const GlmCancel *cancel);

/* ---- Graphics cards --------------------------------------------------------------------------------------------- */

typedef enum
{
  GLM_GPU_DISCRETE,
  GLM_GPU_INTEGRATED, /* shares the computer's memory: hardly faster than the processor at replies */
  GLM_GPU_OTHER,
  GLM_GPU_PROCESSOR, /* a program that poses as a card */
} GlmGpuKind;

/* A device that Vulkan offers. */
typedef struct
{
  char name[256];
  char uuid[33];    /* in hexadecimal digits */
  char driver[520]; /* its name and version, as it says them */
  char version[16]; /* of Vulkan: "1.3.230" */
  GlmGpuKind kind;
  size_t memory_bytes; /* its own, or what it shares */
  size_t free_bytes;   /* as the driver has it now; memory_bytes where it does not say */
  int subgroup;        /* lanes that run together */
  bool has_dot;        /* products of bytes in one instruction */
  char reason[96];     /* why it cannot be used; "": it can */
} GlmGpuInfo;

/* All of them, freed with free().  GLM_ERROR_NOT_FOUND says why there is none: no libvulkan, no driver, or a build without. */
bool glm_gpu_list (GlmGpuInfo **ret_infos, size_t *ret_n, GlmError *error);
/* Runs every shader on random data and compares with the processor; line is given a sentence for each, and whether it passed.
 * False: a shader failed, or the device cannot be opened. */
typedef void (*GlmGpuTestFunc) (const char *line, bool passed, void *user_data);
bool glm_gpu_test (const char *name, GlmGpuTestFunc line, void *user_data, GlmError *error);
/* Whether a device folder has a marker of a program that ended while it first used a device. */
bool glm_gpu_is_blamed (const char *folder);
/* Takes these markers away: devices that ended the program are tried again. */
void glm_gpu_forgive (const char *folder);

/* ---- Model ------------------------------------------------------------------------------------------------------ */

/* Progress in [0, 1] of loading; called from the opening thread. */
typedef void (*GlmProgressFunc) (double fraction, void *user_data);

typedef struct
{
  const char *tokenizer_path; /* use this tokenizer file instead of the model's; NULL: the model's */
  int n_threads;              /* 0, or more than that: glm_cpu_count () */
  /* Bytes that weights may take of the memory; 0: what the system can give.  Where that is less than what every token reads,
   * they stay in the file, whose pages the system holds as it can: slower, and nothing else is pushed out. */
  size_t memory;
  /* A graphics card to compute on: a part of its name or the beginning of its UUID, or "auto"; NULL: the processor.  What
   * cannot be run there is run on the processor, and GlmModelInfo.device_problem says why. */
  const char *device;
  /* A folder for what is remembered of devices: a test of all shaders before the first use with a driver, a marker while a first
   * batch is computed, by which a driver that ends the program is known the next time, and compiled pipelines.  NULL: nothing. */
  const char *device_folder;
  size_t device_memory;     /* bytes that the weights and a context may take there; 0: what is free */
  GlmProgressFunc progress; /* may be NULL */
  void *progress_data;
  const GlmCancel *cancel; /* may be NULL */
} GlmModelOptions;

/* Whether a model calls tools. */
typedef enum
{
  GLM_CALLING_NEVER,     /* its family has no way to */
  GLM_CALLING_UNTRAINED, /* its family has one, but this model was not trained to: a small one whose file does not say
                          * glm.tools, or one whose file says that it is false */
  GLM_CALLING_TRAINED,
} GlmCalling;

typedef struct
{
  char name[128];           /* general.name, or the file's name */
  char family[32];          /* "ChatGLM3", "GLM-4" … : decides prompt format and defaults */
  char arch[16];            /* "chatglm", "glm4", "chatglm1" */
  char quantisation[32];    /* "Q8_0", "Q4_0 + Q6_K" … */
  uint64_t n_params;        /* without layers that only guess tokens */
  uint64_t n_active_params; /* of a token; fewer where each takes a few of many experts.  Not the embedding's */
  uint64_t file_bytes;
  int n_layers, n_embd, n_ff, n_heads, n_kv_heads, head_dim, n_vocab;
  int n_rot;
  int n_dense, n_experts, n_used_experts, n_ff_expert, n_ff_shared; /* n_experts 0: none */
  int q_rank, kv_rank, value_dim;                                   /* of latent attention; else 0 */
  int context_length;       /* what the file (or, where the file is known to lie, the family) says */
  size_t weight_bytes;      /* resident memory of the weights */
  size_t expert_bytes;      /* … the experts' share, which becomes resident as they are used */
  size_t expert_file_bytes; /* … and what these take on the disk, less where packing expands a codebook; 0: the same */
  size_t kv_bytes_per_token;
  char license[96];         /* general.license of the file; "" if it says nothing */
  bool keeps_prompt;        /* the next turn can build on this one's prompt; ChatGLM-6B, which reads it in both
                                 * directions, cannot */
  char quirks[256];         /* what was corrected while reading, one sentence each; "" if nothing */
  char device[256];         /* the graphics card that holds the weights, but for experts; "": the processor computes */
  int device_layers;        /* … of the first layers, where there is no room for all: the processor computes the others */
  char device_problem[480]; /* why the card that was asked for does not; "" */
  GlmErrorCode device_code; /* … and of what kind that is */
  GlmCalling calling;
  bool has_interpreter;    /* it can be offered to write programs */
  bool either;             /* … or tools, but not both at once */
  bool can_answer_at_once; /* it thinks, unless GlmFit.no_thoughts says that it shall not */
} GlmModelInfo;

bool glm_model_open (const char *path, const GlmModelOptions *options, /* NULL: defaults */
                     GlmModel **ret_model, GlmError *error);
void glm_model_free (GlmModel *model);
const GlmModelInfo *glm_model_info (const GlmModel *model);
/* Gives a graphics card's memory back if it has not computed for so many seconds; the next batch writes everything there again, for
 * which the file must not have changed.  Any thread; waits for a batch that runs.  Whether something of the model is still on a card. */
bool glm_model_rest (GlmModel *model, double seconds);

/* Reads a model file's header and checks, without reading them, that all its weights are there and can be run (fast, a few MiB
 * of memory): what a "describe before loading" needs. */
bool glm_model_probe (const char *path, GlmModelInfo *ret_info, GlmError *error);

/* Bytes needed to run with a context.  `myna-cli memory` shows them beside what a run really takes. */
typedef struct
{
  size_t weights; /* without experts: always resident */
  size_t experts; /* if all are used; where memory is short fewer stay, and the disk decides the speed */
  size_t cache;   /* keys and values of the whole context */
  size_t scratch; /* what lies between the layers, and what is read for the file's header and vocabulary */
} GlmMemoryNeed;

/* context_length 0: as for a session. */
void glm_model_memory_need (const GlmModelInfo *info, int context_length, GlmMemoryNeed *ret_need);
/* Their sum. */
size_t glm_model_memory_needed (const GlmModelInfo *info, int context_length);
/* Where so many bytes of memory hold only a part of the experts: how many tokens a second a disk that reads disk_speed bytes
 * a second brings.  0: everything fits, or not even the rest does. */
double glm_model_disk_speed (const GlmModelInfo *info, const GlmMemoryNeed *need, size_t available, double disk_speed);

/* ---- Tools ------------------------------------------------------------------------------------------------------ */

typedef struct
{
  const char *name;        /* letters, digits, _ . - : at most 64 */
  const char *description; /* English, for the model */
  const char *schema;      /* of its arguments: JSON Schema, as text; NULL: anything goes */
} GlmTool;

/* What a model may call. */
typedef struct
{
  const GlmTool *tools;
  size_t n_tools;
  bool interpreter; /* it may write programs, under the name that the family has for that */
} GlmToolSet;

/* The tokens by which such an offer lengthens each prompt, for as long as it stays.  GLM_ERROR_UNSUPPORTED where the model's
 * family cannot be offered that, GLM_ERROR_ARGUMENT for a tool that is wrong. */
bool glm_model_count_tools (const GlmModel *model, const GlmToolSet *tools, size_t *ret_n, GlmError *error);

/* One reading of a JSON Schema, for the check of what a model or a person wrote, for the form in which a person edits it,
 * and for the mask that holds a model to it.
 *
 * Known are: type (also a list), nullable, enum, const, properties, required, additionalProperties, minProperties,
 * maxProperties, items, minItems, maxItems, uniqueItems, minLength, maxLength, minimum, maximum, exclusiveMinimum,
 * exclusiveMaximum, multipleOf, anyOf, oneOf, allOf with one schema, and $ref within the document.  format, pattern and
 * propertyNames are left to the tool.  Refused, with the reason, is what would be misread without being known (not, if,
 * allOf of several …), what no value can satisfy, and what is larger than the limits. */
typedef struct GlmSchema GlmSchema;

#define GLM_SCHEMA_MAX_BYTES      ((size_t) 64 << 10)
#define GLM_SCHEMA_MAX_DEPTH      16 /* of schemas in each other, and of values */
#define GLM_SCHEMA_MAX_NODES      512
#define GLM_SCHEMA_MAX_PROPERTIES 64 /* of one object */

typedef enum
{
  GLM_FIELD_TEXT,
  GLM_FIELD_INTEGER,
  GLM_FIELD_NUMBER,
  GLM_FIELD_SWITCH, /* true or false */
  GLM_FIELD_CHOICE, /* one of choices */
  GLM_FIELD_JSON,   /* anything else: edited as JSON */
} GlmFieldKind;

/* An argument, as a form shows it.  Strings belong to the schema. */
typedef struct
{
  const char *name, *title, *description; /* the last two may be NULL */
  GlmFieldKind kind;
  bool required;
  bool nullable;              /* null is allowed beside what the kind says */
  const char *default_json;   /* JSON text; NULL: none */
  const char *const *choices; /* [n_choices] JSON texts */
  size_t n_choices;
  double minimum, maximum; /* of numbers; ±INFINITY: no limit */
  bool excludes_minimum, excludes_maximum;
  size_t min_length, max_length; /* of texts, in characters; SIZE_MAX: no limit */
} GlmField;

/* text: JSON; NULL: any object.  Errors are GLM_ERROR_ARGUMENT, and say where and why. */
bool glm_schema_new (const char *text, GlmSchema **ret_schema, GlmError *error);
void glm_schema_free (GlmSchema *schema);
/* Whether the JSON text is an object that fits.  The error is a sentence for the model: "location is missing". */
bool glm_schema_check (const GlmSchema *schema, const char *json, size_t n_bytes, GlmError *error);
/* Whether a mask can hold a reply to all that the schema says: multipleOf, uniqueItems, the number of properties, what stands
 * beside a choice and "exactly one" of oneOf are checked, but not held. */
bool glm_schema_is_held (const GlmSchema *schema);
/* The arguments in the schema's order. */
size_t glm_schema_n_fields (const GlmSchema *schema);
const GlmField *glm_schema_field (const GlmSchema *schema, size_t i);

/* ---- Turns and tokens ------------------------------------------------------------------------------------------- */

typedef struct
{
  const char *role;     /* "system", "user", "assistant", "observation" */
  const char *content;  /* UTF-8; can never become control tokens */
  const char *metadata; /* tool name after <|assistant|>; NULL or "" for none */
  /* Of a call: JSON, from which a family writes it that writes calls in another way than the content has it; NULL: not known.
   * Families that know no calls are told of calls and their results in plain text. */
  const char *arguments;
  /* A reply as it was generated: what the families with thoughts between tags write instead of tokenizing the content, so
   * that a session keeps what it has evaluated.  Calls are among them: the turns of those calls may follow, and add nothing.
   * glm_session_fit() finds them; NULL: not known. */
  const int32_t *ids;
  size_t n_ids;
} GlmTurn;

typedef struct
{
  int32_t *ids; /* owned; release with glm_tokens_clear() */
  size_t n;
  size_t capacity;
} GlmTokens;

void glm_tokens_clear (GlmTokens *tokens);
bool glm_tokens_append (GlmTokens *tokens, int32_t id); /* false: no memory */

/* Plain text to ids (no prompt format, no special tokens).  Appends to *tokens. */
bool glm_model_tokenize (const GlmModel *model, const char *text, size_t n_bytes, GlmTokens *tokens, GlmError *error);
/* Ids to text, a malloc'ed NUL-terminated string that the caller frees; *ret_n_bytes may be NULL. */
bool glm_model_detokenize (const GlmModel *model, const int32_t *ids, size_t n, char **ret_text, size_t *ret_n_bytes,
                           GlmError *error);

/* What a reply is generated from. */
typedef struct
{
  GlmTokens ids;     /* owned; release with glm_prompt_clear() */
  size_t first_turn; /* turns before it were left out, but for the system's */
  size_t n_reply;    /* the last ids of the prompt that begin the reply */
  bool no_thought;   /* the reply begins behind an empty thought, where the family would begin in one */
} GlmPrompt;

void glm_prompt_clear (GlmPrompt *prompt);

/* What the prompt must fit into, offers and asks for.  All zero: everything is taken, no tools, and the model thinks if it does. */
typedef struct
{
  int context_length;      /* 0: no limit */
  size_t first_turn;       /* turns before it were left out by an earlier prompt and stay so */
  bool cut;                /* more turns were before these, and not read because they could not fit */
  const GlmToolSet *tools; /* what the model is told it may call, before everything else; NULL: nothing */
  bool no_thoughts;        /* GLM-4.5 and later: the model shall answer at once */
  bool keeps_thoughts;     /* thoughts about earlier questions too, where the family can: GLM-4.7 */
} GlmFit;

/* The prompt of a conversation in the family's own format, ready for the assistant's reply, or with the beginning of one
 * (`reply`; NULL or "": none) that the model is to continue.
 *
 * Where the conversation has outgrown the context, the oldest turns are left out.  Leaving out a turn at a time would change
 * the prompt's beginning with every question, and a session could keep nothing of what it has evaluated.  So prompts may
 * fill 7/8 of the context; beyond that (or behind a cut) as much is left out as must be to fill at most 0.6 of it, and the
 * caller passes that first_turn on to the following prompts.  A prompt that leaves turns out begins at a user's turn.  What
 * the system says and the last question always stay: if they alone are too long, glm_generate() refuses the prompt.
 *
 * Each text is tokenized once, and none that lies before what fits; ChatGLM, ChatGLM2 and CodeGeeX2, whose prompts are one
 * text, are tokenized anew for each beginning that is tried, O(log n_turns) times. */
bool glm_model_fit (const GlmModel *model, const GlmTurn *turns, size_t n_turns, const char *reply,
                    const GlmFit *fit, /* NULL: everything */
                    GlmPrompt *ret_prompt, GlmError *error);
/* The prompt of a text that is to be continued as it is, with the control tokens that the family puts beside every text.
 * Appends to *ids. */
bool glm_model_fit_text (const GlmModel *model, const char *text, size_t n_bytes, GlmTokens *ids, GlmError *error);
/* Whether this id ends a reply. */
bool glm_model_is_stop (const GlmModel *model, int32_t id);
/* Appends what ends a thought in the middle of a sentence, so that the model begins its answer. */
bool glm_model_end_thought (const GlmModel *model, GlmTokens *ids, GlmError *error);

/* ---- Session ---------------------------------------------------------------------------------------------------- */

typedef struct
{
  int context_length; /* 0: min (the model's, 8192) */
  int n_threads;      /* 0: the model's */
} GlmSessionOptions;

/* Called after each chunk of the prompt: n_done of n_total tokens that had to be evaluated. */
typedef void (*GlmPromptFunc) (size_t n_done, size_t n_total, void *user_data);

bool glm_session_new (GlmModel *model,                  /* must outlive the session */
                      const GlmSessionOptions *options, /* NULL: defaults */
                      GlmSession **ret_session, GlmError *error);
void glm_session_free (GlmSession *session);
int glm_session_context_length (const GlmSession *session);
/* Why the session goes on without the model's graphics card; "": it does not.  Once it has failed a session does not try it
 * again. */
const char *glm_session_device_problem (const GlmSession *session);
/* Makes the session hold exactly these tokens: keeps the common prefix, evaluates the rest.  Afterwards the logits of
 * the last token can be read.  On cancel the session holds what was evaluated so far and stays valid. */
bool glm_session_sync (GlmSession *session, const int32_t *ids, size_t n, GlmPromptFunc progress, /* may be NULL */
                       void *user_data, const GlmCancel *cancel,                                  /* may be NULL */
                       GlmError *error);
/* As glm_model_fit(); where the family writes thoughts and calls between tags, replies that the session holds as they were
 * generated keep their tokens, so that as much as can be of what is evaluated stays usable. */
bool glm_session_fit (const GlmSession *session, const GlmTurn *turns, size_t n_turns, const char *reply,
                      const GlmFit *fit, /* NULL: everything */
                      GlmPrompt *ret_prompt, GlmError *error);
/* Tokens the session holds now. */
size_t glm_session_n_tokens (const GlmSession *session);
/* Evaluates the last token of a reply that was stopped, so that the session holds all of it; of any other reply it does. */
bool glm_session_settle (GlmSession *session, GlmError *error);
/* With how many of its tokens these begin. */
size_t glm_session_count_common (const GlmSession *session, const int32_t *ids, size_t n);
/* Logits [n_vocab] after the last token; owned by the session, valid until the next sync. */
const float *glm_session_logits (const GlmSession *session);
/* Writes the KV state, keyed by the model's identity and the tokens: appends what the file does not hold yet.  The file is
 * readable by its owner alone.  On a full disk it keeps what fitted. */
bool glm_session_save (GlmSession *session, const char *path, GlmError *error);
/* Reads it again.  With the ids of a prompt (else NULL) only where the file shares more of them than the session holds.
 * Another model's file is GLM_ERROR_ARGUMENT, and a damaged one GLM_ERROR_BAD_FILE; of one that is damaged further on the
 * sound part is used, and the rest is cut off. */
bool glm_session_restore (GlmSession *session, const char *path, const int32_t *ids, size_t n_ids, GlmError *error);

/* ---- Generating ------------------------------------------------------------------------------------------------- */

typedef struct
{
  float temperature;        /* 0: greedy */
  int top_k;                /* 0: off */
  float top_p;              /* 1: off */
  float min_p;              /* 0: off */
  float repetition_penalty; /* 1: off */
  uint64_t seed;            /* 0: from the system's random source */
  int max_tokens;           /* 0: what the context leaves */
} GlmSampling;

/* Leaves everything to the model. */
#define GLM_SAMPLING_OWN      \
  {                           \
    -1, -1, -1, -1, -1, 0, -1 \
  }

/* The family's official defaults. */
void glm_model_default_sampling (const GlmModel *model, GlmSampling *ret_sampling);
/* The same by the family's name in GlmModelInfo; for an unknown name, the values that most families have. */
void glm_family_default_sampling (const char *family, GlmSampling *ret_sampling);
/* The defaults for a prompt that offers tools: calls need a low temperature, and no penalty on repeating their format's words. */
void glm_model_tool_sampling (const GlmModel *model, GlmSampling *ret_sampling);
void glm_family_tool_sampling (const char *family, GlmSampling *ret_sampling);
/* Replaces the fields that are below 0 by the model's defaults, those for a prompt that offers tools or the others. */
void glm_model_complete_sampling (const GlmModel *model, bool offers_tools, GlmSampling *sampling);

typedef enum
{
  GLM_STOP_END,     /* the model ended its reply */
  GLM_STOP_CALL,    /* it did, and waits for the result of a call: <|observation|> */
  GLM_STOP_LENGTH,  /* max_tokens */
  GLM_STOP_CONTEXT, /* the context is full */
  GLM_STOP_CANCELLED,
} GlmStopReason;

typedef struct
{
  GlmStopReason reason;
  int32_t stop_id; /* the stop token, or -1 */
  size_t n_prompt; /* tokens of the prompt */
  size_t n_reused; /* … those that the session already held */
  size_t n_generated;
  double prompt_seconds;      /* evaluating the prompt */
  double first_token_seconds; /* from the call to the first token */
  double generate_seconds;
  size_t n_drafted;  /* tokens that were guessed from the conversation … */
  size_t n_accepted; /* … and were right */
  size_t n_masked;   /* tokens that would not have fitted the schema of a call, and were drawn anew */
} GlmResult;

/* What a model's reply consists of, in the order in which it is written.
 *
 * A call is announced while it is written, and judged when its part ends: then one verdict comes for each call, in the order
 * of the calls.  A verdict without a call before it judges the text of its part, which calls a tool that is not offered. */
typedef enum
{
  GLM_REPLY_TEXT,      /* text to show: no blanks at its ends, the original's clean-up done */
  GLM_REPLY_THOUGHT,   /* what stands between <think> and </think>, byte for byte; text that follows one keeps its blanks */
  GLM_REPLY_PART,      /* no text: the model began another message of its own */
  GLM_REPLY_CALL,      /* a call has begun: the tool's name, once and whole … */
  GLM_REPLY_ARGUMENTS, /* … and what follows the name, as it is written */
  GLM_REPLY_CALLED,    /* verdict: the call is sound.  Its arguments: a JSON object */
  GLM_REPLY_CODE,      /* verdict: the interpreter is called.  The program */
  GLM_REPLY_BAD,       /* verdict: not to be run.  The reason: syntax, positional, duplicate, expression, several, no-such-tool,
                         * truncated, not-waited, not-an-object, too-deep, too-large */
  GLM_REPLY_NOT_CALLED, /* verdict: no call, but text that looks like one: this, the name, the arguments */
} GlmReplyKind;

/* What a reply is held to, token by token. */
typedef enum
{
  GLM_FORM_FREE,  /* nothing: thoughts, text and calls, as the model likes */
  GLM_FORM_PLAIN, /* nothing, and all that is written is text: the prompt is a text to be continued */
  GLM_FORM_JSON,  /* one JSON object as text, which fits the schema; the reply ends with it */
  GLM_FORM_CALL,  /* one call of a tool that is offered; the reply ends with it */
} GlmFormKind;

/* A thought that the prompt opens ends at once where the reply is held to something. */
typedef struct
{
  GlmFormKind kind;
  const char *schema; /* JSON: see glm_schema_new() */
  bool one_call;      /* FREE: the reply ends with its first call */
} GlmForm;

/* A token that was or could have been drawn, and the natural logarithm of the model's own probability for it: without
 * temperature, penalties and masks. */
typedef struct
{
  int32_t id;
  float logprob;
  const uint8_t *bytes; /* valid while the function runs; control tokens have none */
  size_t n_bytes;
} GlmChance;

#define GLM_MAX_CHANCES 20

/* A token of the reply, before its pieces; top [n_top]: the likeliest, in order. */
typedef void (*GlmTokenFunc) (const GlmChance *token, const GlmChance *top, size_t n_top, void *user_data);

/* A piece of the reply: whole UTF-8 characters, not NUL-terminated; id is the token that completed the piece, or −1.
 * Return false to stop (counts as cancelled). */
typedef bool (*GlmReplyFunc) (GlmReplyKind kind, const char *text, size_t n_bytes, int32_t id, void *user_data);

typedef struct
{
  GlmReplyFunc piece;   /* may be NULL */
  GlmPromptFunc prompt; /* may be NULL */
  void *user_data;
  const GlmCancel *cancel; /* may be NULL */
  const GlmToolSet *tools; /* what may be called; NULL: nothing, and nothing is taken for a call */
  /* Raised from any thread: the first thought that is being written then, or begins later, ends, and the model goes on with
   * its answer.  Only where there is a piece function.  May be NULL. */
  const atomic_bool *answer;
  const GlmForm *form; /* needs a piece function, unless it is free.  NULL: free */
  GlmTokenFunc token;  /* may be NULL */
  size_t n_top;        /* that it is told of: at most GLM_MAX_CHANCES */
  /* Between two tokens: may wait, so that others go first.  May be NULL. */
  void (*between) (void *user_data);
} GlmGenerateFuncs;

/* Continues the prompt; the text of a begun reply is not emitted again.  A cancelled generation is a success with
 * GLM_STOP_CANCELLED. */
bool glm_generate (GlmSession *session, const GlmPrompt *prompt, const GlmSampling *sampling, const GlmGenerateFuncs *funcs,
                   GlmTokens *ret_ids, /* appended to; may be NULL */
                   GlmResult *ret_result, GlmError *error);

/* ---- Files ------------------------------------------------------------------------------------------------------ */
/* Importing (any readable source → GGUF) and quantising live in engine/import/import.h, which the command line and the
 * import worker of the actor use. */

/* What stands behind the name of a file that is still being written.  A suffix of our own: programs that download leave
 * NAME.part, which is not ours to delete. */
#define GLM_PART_SUFFIX ".myna.part"

#endif
