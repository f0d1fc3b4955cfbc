/* myna-call-run.c: one call of a tool on its way from the model's words to the observation
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * What the model is told of errors is English and one line that says what to change.
 */
#include "chat/myna-call-run.h"

#include <json-glib/json-glib.h>
#include <string.h>

#include "chat/call-fields.h"
#include "chat/made.h"
#include "chat/myna-message-private.h"
#include "chat/myna-tool-host.h"
#include "chat/reply-call.h"

/* A call is made twice in a turn: the second gets the result of the first.  With the third the turn ends. */
#define MAX_SAME_CALLS 3

struct _MynaCallRun
{
  GObject parent_instance;

  StoreDb *store;
  gint64 conversation_id;
  MynaMessage *message;
  GPtrArray *messages;
  GStrv tools;
  MynaPython *python; /* NULL: none */
  gsize budget;
  gboolean is_allowed;
  const MynaCallRunFuncs *funcs;
  gpointer owner; /* a reference while it is at work, else NULL */

  MynaCallRunState state;
  MynaAskReason reason;
  char allowed[65]; /* see MynaPermission */
  gboolean is_stopped;
  const Tool *tool;          /* NULL: not known yet, or none */
  GCancellable *cancellable; /* of what is under way */
  guint number;              /* of the call in its branch, from 1 */
  MynaMessage *observation;  /* NULL: none yet */
  gboolean ends_turn;
};

G_DEFINE_FINAL_TYPE (MynaCallRun, myna_call_run, G_TYPE_OBJECT)

StoreCall *
myna_call_dup_again (const StoreCall *call, const char *arguments)
{
  StoreCall *again = store_call_copy (call);

  again->state = STORE_CALL_ASKED;
  again->allowed_by = STORE_ALLOWED_BY_NOBODY;
  again->started_at = again->finished_at = 0;
  g_clear_pointer (&again->result, g_free);
  g_clear_pointer (&again->made, g_ptr_array_unref);
  if (arguments && g_strcmp0 (arguments, again->arguments) != 0)
    {
      g_free (again->arguments);
      again->arguments = g_strdup (arguments);
      again->edited = TRUE;
    }
  return again;
}

static void
set_state (MynaCallRun *self, MynaCallRunState state)
{
  self->state = state;
  if (self->owner && state != MYNA_CALL_RUN_ENDED)
    self->funcs->changed (self, self->owner);
}

static void
end (MynaCallRun *self)
{
  g_autoptr (MynaCallRun) kept = g_object_ref (self);
  g_autoptr (GObject) owner = g_steal_pointer (&self->owner);

  self->state = MYNA_CALL_RUN_ENDED;
  if (owner)
    self->funcs->ended (self, owner);
}

static const StoreCall *
get_call (MynaCallRun *self)
{
  return myna_message_get_record (self->message)->call;
}

/* ---- The observation -------------------------------------------------------------------------------------------- */

static void
stored_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MynaCallRun) self = user_data;
  g_autoptr (GError) error = NULL;
  gint64 id = store_finish_id (STORE_DB (source), result, &error);

  if (id)
    myna_message_set_id (self->observation, id);
  else
    myna_message_set_error (self->observation, error);
  end (self);
}

static void
store (MynaCallRun *self)
{
  g_autoptr (StoreMessage) record = myna_message_dup_record (self->observation);

  myna_message_set_error (self->observation, NULL);
  store_add_result_async (self->store, myna_message_get_id (self->message), get_call (self), record, NULL, stored_cb,
                          g_object_ref (self));
  set_state (self, MYNA_CALL_RUN_STORING);
}

/* The call is over, in this state; the model is told the text. */
static void
observe (MynaCallRun *self, StoreCall *call, const char *text)
{
  MynaMessage *last = g_ptr_array_index (self->messages, self->messages->len - 1);
  StoreMessage *record = myna_message_new_record (self->conversation_id, STORE_ROLE_OBSERVATION, text);

  call->finished_at = record->finished_at = record->created_at;
  record->parent_id = myna_message_get_id (last);
  self->observation = myna_message_new_take (record, TRUE);
  myna_message_set_told_result (self->observation, myna_reply_call_tells (call, text));
  myna_message_set_call (self->message, call);
  store (self);
}

static gboolean
is_offered (MynaCallRun *self, const char *name)
{
  return self->tools && g_strv_contains ((const char *const *) self->tools, name);
}

/* What the model gets of a result; where it can, it may ask for the rest. */
static char *
dup_part (MynaCallRun *self, const char *result)
{
  return tool_text_cut (result, 0, self->budget, is_offered (self, "read_more") ? self->number : 0);
}

/* The call is not run, for a reason that has a word. */
static void
observe_not_run (MynaCallRun *self, const char *word, const char *text)
{
  StoreCall *call = store_call_copy (get_call (self));

  call->state = STORE_CALL_NOT_RUN;
  g_free (call->result);
  call->result = g_strdup (word);
  observe (self, call, text);
}

/* ---- Checking --------------------------------------------------------------------------------------------------- */

/* What is wrong with a call that was no good, by the word that the engine has for it. */
static const char *
explain (const char *word)
{
  static const struct
  {
    const char *word, *text;
  } texts[] = {
    { "positional", "Error: Name each argument." },
    { "duplicate", "Error: An argument is given twice." },
    { "expression", "Error: Arguments are written out: no variables, no expressions." },
    { "several", "Error: Make one call at a time." },
    { "truncated", "Error: The call was cut off; make it shorter." },
    { "not-waited", "Error: The call was not run. Make it again, and wait for its result." },
    { "not-an-object", "Error: The arguments are not a JSON object." },
    { "too-deep", "Error: The arguments are nested too deeply." },
    { "too-large", "Error: The arguments are too long." },
  };

  for (gsize i = 0; word && i < G_N_ELEMENTS (texts); i++)
    if (g_str_equal (texts[i].word, word))
      return texts[i].text;
  return "Error: The arguments cannot be read.";
}

static void
observe_no_tool (MynaCallRun *self)
{
  g_autofree char *names = self->tools && *self->tools ? g_strjoinv (", ", self->tools) : NULL;
  const char *name = get_call (self)->tool;
  g_autofree char *text = g_strdup_printf ("Error: There is no tool %s here. %s%s.", *name ? name : "of this name",
                                           names ? "There are: " : "There are none", names ? names : "");

  observe_not_run (self, "no-such-tool", text);
}

static gboolean
is_same (const StoreCall *a, const StoreCall *b)
{
  return g_str_equal (a->tool, b->tool) && myna_call_is_same_value (a->arguments, b->arguments);
}

/* Where the person's last question stands. */
static guint
find_question (MynaCallRun *self)
{
  for (guint i = self->messages->len; i > 0; i--)
    if (myna_message_get_role (g_ptr_array_index (self->messages, i - 1)) == STORE_ROLE_USER)
      return i - 1;
  return 0;
}

/* The calls of this turn before this one that asked for the same; *ret_first: the first of them, with its result. */
static guint
count_same (MynaCallRun *self, const StoreCall **ret_first)
{
  guint n = 0;

  for (guint i = find_question (self); i < self->messages->len; i++)
    {
      MynaMessage *message = g_ptr_array_index (self->messages, i);
      const StoreCall *call = myna_message_get_record (message)->call;

      if (message == self->message)
        break;
      /* What happened of one that was lost is not known, and of one that was stopped no result: that may be asked again. */
      if (!call || call->state == STORE_CALL_LOST || call->state == STORE_CALL_STOPPED || !is_same (call, get_call (self)))
        continue;
      if (n++ == 0)
        *ret_first = call;
    }
  return n;
}

static void
observe_same (MynaCallRun *self, const StoreCall *first, guint n)
{
  g_autofree char *part = dup_part (self, first->result ? first->result : "");
  g_autofree char *text = g_strdup_printf ("The same call was made before and was not made again. It gave:\n%s", part);

  self->ends_turn = n + 1 >= MAX_SAME_CALLS;
  observe_not_run (self, "repeated", text);
}

/* Whether foreign text may have been read since the person's last message: also what an earlier chat, a program over a file or an
 * earlier result says can be somebody else's. */
static gboolean
is_after_foreign_text (MynaCallRun *self)
{
  for (guint i = find_question (self); i < self->messages->len; i++)
    {
      const StoreCall *call = myna_message_get_record (g_ptr_array_index (self->messages, i))->call;
      const Tool *tool = call ? tool_find (call->tool) : NULL;

      if (!call || (call->state != STORE_CALL_DONE && call->state != STORE_CALL_FAILED))
        continue;
      if (!tool || tool_get_class (tool) != TOOL_CLASS_PURE || g_str_equal (call->tool, "read_more"))
        return TRUE;
    }
  return FALSE;
}

/* What was asked for already when the program ended is told as it is. */
static void
observe_past (MynaCallRun *self)
{
  StoreCall *call = store_call_copy (get_call (self));
  g_autofree char *part = call->result ? dup_part (self, call->result) : NULL;

  switch (call->state)
    {
    case STORE_CALL_DONE:
    case STORE_CALL_FAILED: observe (self, call, part ? part : ""); return;
    case STORE_CALL_REFUSED: observe (self, call, "The person refused."); return;
    case STORE_CALL_STOPPED: observe (self, call, "Error: The person stopped it."); return;
    case STORE_CALL_LOST:
    case STORE_CALL_RUNNING:
      call->state = STORE_CALL_LOST;
      observe (self, call, "Error: The program ended while this ran. Whether it was done is not known.");
      return;
    case STORE_CALL_ASKED:
    case STORE_CALL_NOT_RUN:
    default: call->state = STORE_CALL_NOT_RUN; observe (self, call, explain (call->result));
    }
}

/* Whether the arguments are what the tool takes; the error is a sentence. */
static gboolean
check_arguments (const Tool *tool, const char *arguments, GError **error)
{
  GlmError problem = { 0 };
  GlmSchema *schema = NULL;
  gboolean ok = glm_schema_new (tool_get_schema (tool), &schema, &problem)
                && glm_schema_check (schema, arguments, strlen (arguments), &problem);

  glm_schema_free (schema);
  if (!ok)
    g_set_error_literal (error, TOOL_ERROR, TOOL_ERROR_ARGUMENTS, problem.message);
  return ok;
}

gboolean
myna_call_check_arguments (const char *name, const char *arguments, GError **error)
{
  const Tool *tool = tool_find (name);

  if (tool)
    return check_arguments (tool, arguments, error);
  g_set_error (error, TOOL_ERROR, TOOL_ERROR_ARGUMENTS, "There is no tool %s", name);
  return FALSE;
}

/* ---- Running ---------------------------------------------------------------------------------------------------- */

static void
take_result (MynaCallRun *self, char *result, const GError *error)
{
  StoreCall *call = store_call_copy (get_call (self));
  g_autofree char *part = NULL;

  if (self->tool != tool_get_python () || result || !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_clear_pointer (&call->result, g_free);
  if (result)
    {
      call->state = STORE_CALL_DONE;
      call->result = result;
      part = dup_part (self, result);
    }
  else if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      /* What a program printed till then stays. */
      call->state = STORE_CALL_STOPPED;
      part = g_strdup ("Error: The person stopped it.");
    }
  else
    {
      call->state = STORE_CALL_FAILED;
      call->result = tool_text_of_error (error);
      part = dup_part (self, call->result);
    }
  observe (self, call, part);
}

/* A result with what came with it, which is being packed. */
typedef struct
{
  MynaCallRun *run;
  char *text;
} Packing;

static void
packed_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autofree Packing *packing = user_data;
  g_autoptr (MynaCallRun) self = packing->run;
  g_autoptr (GPtrArray) made = myna_made_pack_finish (result);
  g_autoptr (StoreCall) call = NULL;

  if (!self->owner)
    {
      g_free (packing->text);
      return;
    }
  call = store_call_copy (get_call (self));
  call->made = g_steal_pointer (&made);
  myna_message_set_call (self->message, g_steal_pointer (&call));
  take_result (self, packing->text, NULL);
}

static void
ran_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MynaCallRun) self = user_data;
  g_autoptr (GError) error = NULL;
  GPtrArray *made = tool_call_get_made (result);
  char *text = tool_call_finish (result, &error);
  Packing *packing;

  if (text && made && made->len > 0)
    {
      packing = g_new (Packing, 1);
      *packing = (Packing){ g_steal_pointer (&self), text };
      myna_made_pack_async (made, packed_cb, packing);
    }
  else if (self->owner)
    take_result (self, text, error);
  else
    g_free (text);
}

/* ---- Programs --------------------------------------------------------------------------------------------------- */

/* What a model gets of what a program printed; it was trained with this end of what is cut.  A prompt has no empty turns. */
static char *
dup_observed (MynaCallRun *self, const char *text)
{
  g_autofree char *part = NULL;

  if (!*text)
    return g_strdup ("(no output)");
  if (self->budget == 0 || g_utf8_strlen (text, -1) <= (glong) self->budget)
    return g_strdup (text);
  part = g_utf8_substring (text, 0, (glong) self->budget);
  return g_strconcat (part, " [TRUNCATED]", NULL);
}

static void
cell_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MynaCallRun) self = user_data;
  g_autoptr (GError) error = NULL;
  g_autoptr (MynaCell) cell = myna_python_run_finish (MYNA_PYTHON (source), result, &error);
  g_autofree char *part = NULL;
  StoreCall *call;

  if (!self->owner)
    return;
  if (!cell)
    {
      take_result (self, NULL, error);
      return;
    }
  call = store_call_copy (get_call (self));
  call->state = cell->failed ? STORE_CALL_FAILED : STORE_CALL_DONE;
  g_free (call->result);
  call->result = g_strdup (cell->text);
  call->made = g_ptr_array_ref (cell->made);
  part = dup_observed (self, cell->observed);
  observe (self, call, part);
}

/* It is shown as it comes, and stored in the end. */
static void
output_cb (const char *output, gpointer user_data)
{
  MynaCallRun *self = user_data;
  StoreCall *call;

  if (!self->owner)
    return;
  call = store_call_copy (get_call (self));
  g_free (call->result);
  call->result = g_strdup (output);
  myna_message_set_call (self->message, call);
}

static void
run_program (MynaCallRun *self, MynaToolHost *host)
{
  g_autoptr (JsonNode) arguments = myna_call_parse (get_call (self)->arguments);

  /* The schema says that it is there. */
  myna_python_run_async (self->python, json_object_get_string_member (json_node_get_object (arguments), "code"), host,
                         output_cb, self, self->cancellable, cell_cb, g_object_ref (self));
}

/* ---- Tools ------------------------------------------------------------------------------------------------------ */

/* The row says that it runs. */
static void
noted_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MynaCallRun) self = user_data;
  g_autoptr (MynaToolHost) host = NULL;
  g_autoptr (GError) error = NULL;
  ToolCallOptions options = { .budget = self->budget };
  StoreCall *call;

  if (!store_finish (STORE_DB (source), result, &error))
    {
      /* Nothing runs without a trace on the disk. */
      call = store_call_copy (get_call (self));
      call->state = STORE_CALL_ASKED;
      call->started_at = 0;
      myna_message_set_call (self->message, call);
      myna_message_set_error (self->message, error);
      end (self);
      return;
    }
  if (!self->owner)
    return;
  host = myna_tool_host_new (self->store, self->conversation_id, self->messages);
  if (self->tool == tool_get_python () && self->python)
    {
      run_program (self, host);
      return;
    }
  options.host = myna_tool_host_get (host);
  tool_call_async (self->tool, get_call (self)->arguments, &options, self->cancellable, ran_cb, g_object_ref (self));
}

static void
run (MynaCallRun *self, StoreAllowedBy allowed_by)
{
  StoreCall *call = store_call_copy (get_call (self));

  call->state = STORE_CALL_RUNNING;
  call->allowed_by = allowed_by;
  call->started_at = g_get_real_time () / 1000;
  myna_message_set_error (self->message, NULL);
  myna_message_set_call (self->message, call);
  set_state (self, MYNA_CALL_RUN_RUNNING);
  store_set_call_async (self->store, myna_message_get_id (self->message), call, NULL, noted_cb, g_object_ref (self));
}

/* ---- Asking ----------------------------------------------------------------------------------------------------- */

static void
rules_cb (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (MynaCallRun) self = user_data;
  g_autoptr (GPtrArray) rules = store_finish_list (STORE_DB (source), result, NULL);
  g_autoptr (GPtrArray) none = g_ptr_array_new ();
  MynaPermission permission;

  if (!self->owner)
    return;
  if (self->is_stopped)
    {
      end (self);
      return;
    }
  permission = myna_permission_decide (self->tool, rules ? rules : none, self->conversation_id, is_after_foreign_text (self));
  if (self->is_allowed)
    run (self, STORE_ALLOWED_BY_PERSON);
  else if (!permission.asks)
    run (self, permission.allowed_by);
  else
    {
      self->reason = permission.reason;
      g_strlcpy (self->allowed, permission.allowed, sizeof self->allowed);
      set_state (self, MYNA_CALL_RUN_ASKING);
    }
}

void
myna_call_run_start (MynaCallRun *self)
{
  const StoreCall *call = get_call (self), *first = NULL;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  guint n_same;

  g_object_ref (self->owner);
  set_state (self, MYNA_CALL_RUN_CHECKING);
  self->tool = tool_find (call->tool);
  if (self->observation)
    store (self);
  else if (call->state != STORE_CALL_ASKED || !call->arguments)
    {
      if (call->state == STORE_CALL_NOT_RUN && g_strcmp0 (call->result, "no-such-tool") == 0)
        observe_no_tool (self);
      else
        observe_past (self);
    }
  else if (!self->tool || !is_offered (self, tool_get_name (self->tool)))
    observe_no_tool (self);
  else if (!check_arguments (self->tool, call->arguments, &error))
    {
      text = tool_text_of_error (error);
      observe_not_run (self, text, text);
    }
  else if (!self->is_allowed && (n_same = count_same (self, &first)) > 0)
    observe_same (self, first, n_same);
  else
    store_list_tool_rules_async (self->store, self->conversation_id, NULL, rules_cb, g_object_ref (self));
}

/* Not waited for: where it cannot be kept, the next call asks again. */
static void
keep_rule (MynaCallRun *self, MynaAllowScope scope)
{
  g_autofree char *fingerprint = tool_dup_fingerprint (self->tool);
  const StoreToolRule rule = {
    .tool = (char *) tool_get_name (self->tool),
    .conversation_id = scope == MYNA_ALLOW_ALWAYS ? 0 : self->conversation_id,
    .fingerprint = fingerprint,
    .rule = STORE_RULE_ALLOW,
  };

  if (scope != MYNA_ALLOW_ONCE)
    store_set_tool_rule_async (self->store, &rule, NULL, NULL, NULL);
}

static gboolean
take_arguments (MynaCallRun *self, const char *arguments, GError **error)
{
  const StoreCall *before = get_call (self);
  g_autoptr (JsonNode) old = myna_call_parse (before->arguments);
  g_autoptr (JsonNode) new = myna_call_parse (arguments);
  StoreCall *call;

  if (!new || !JSON_NODE_HOLDS_OBJECT (new) || strlen (arguments) > TOOL_MAX_ARGUMENT_BYTES)
    {
      g_set_error_literal (error, TOOL_ERROR, TOOL_ERROR_ARGUMENTS, "The arguments are not a JSON object");
      return FALSE;
    }
  if (old && json_node_equal (old, new))
    return TRUE;
  if (!check_arguments (self->tool, arguments, error))
    return FALSE;
  call = store_call_copy (before);
  g_free (call->arguments);
  call->arguments = g_strdup (arguments);
  call->edited = TRUE;
  myna_message_set_call (self->message, call);
  return TRUE;
}

gboolean
myna_call_run_allow (MynaCallRun *self, MynaAllowScope scope, const char *arguments, GError **error)
{
  g_return_val_if_fail (self->state == MYNA_CALL_RUN_ASKING, FALSE);

  if (arguments && !take_arguments (self, arguments, error))
    return FALSE;
  keep_rule (self, myna_permission_get_scope (self->tool, scope));
  run (self, STORE_ALLOWED_BY_PERSON);
  return TRUE;
}

void
myna_call_run_deny (MynaCallRun *self, const char *words)
{
  StoreCall *call;
  g_autofree char *text =
      words && *words ? g_strdup_printf ("The person refused: %s", words) : g_strdup ("The person refused.");

  g_return_if_fail (self->state == MYNA_CALL_RUN_ASKING);

  call = store_call_copy (get_call (self));
  call->state = STORE_CALL_REFUSED;
  observe (self, call, text);
}

void
myna_call_run_stop (MynaCallRun *self)
{
  self->is_stopped = TRUE;
  if (self->state == MYNA_CALL_RUN_ASKING)
    end (self);
  else if (self->state == MYNA_CALL_RUN_RUNNING)
    g_cancellable_cancel (self->cancellable);
}

void
myna_call_run_abandon (MynaCallRun *self)
{
  g_autoptr (GObject) owner = g_steal_pointer (&self->owner);

  self->state = MYNA_CALL_RUN_ENDED;
  g_cancellable_cancel (self->cancellable);
}

/* ---- Object ----------------------------------------------------------------------------------------------------- */

static void
myna_call_run_finalize (GObject *object)
{
  MynaCallRun *self = MYNA_CALL_RUN (object);

  g_object_unref (self->store);
  g_object_unref (self->message);
  g_ptr_array_unref (self->messages);
  g_strfreev (self->tools);
  g_clear_object (&self->python);
  g_object_unref (self->cancellable);
  g_clear_object (&self->observation);
  G_OBJECT_CLASS (myna_call_run_parent_class)->finalize (object);
}

static void
myna_call_run_class_init (MynaCallRunClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = myna_call_run_finalize;
}

static void
myna_call_run_init (MynaCallRun *self)
{
  self->cancellable = g_cancellable_new ();
}

MynaCallRun *
myna_call_run_new (const MynaCallSpec *spec, const MynaCallRunFuncs *funcs, gpointer owner)
{
  MynaCallRun *self = g_object_new (MYNA_TYPE_CALL_RUN, NULL);

  self->store = g_object_ref (spec->store);
  self->conversation_id = spec->conversation_id;
  self->message = g_object_ref (spec->message);
  self->messages = g_ptr_array_ref (spec->messages);
  self->tools = g_strdupv ((GStrv) spec->tools);
  self->python = spec->python ? g_object_ref (spec->python) : NULL;
  self->budget = spec->budget;
  self->is_allowed = spec->is_allowed;
  self->observation = spec->unsaved ? g_object_ref (spec->unsaved) : NULL;
  self->funcs = funcs;
  self->owner = owner;
  for (guint i = 0; i < spec->messages->len; i++)
    {
      self->number += myna_message_get_record (g_ptr_array_index (spec->messages, i))->call != NULL;
      if (g_ptr_array_index (spec->messages, i) == spec->message)
        break;
    }
  return self;
}

MynaCallRunState
myna_call_run_get_state (MynaCallRun *self)
{
  return self->state;
}

MynaMessage *
myna_call_run_get_message (MynaCallRun *self)
{
  return self->message;
}

MynaAskReason
myna_call_run_get_reason (MynaCallRun *self)
{
  return self->reason;
}

const char *
myna_call_run_get_allowed (MynaCallRun *self)
{
  return self->allowed;
}

MynaMessage *
myna_call_run_get_observation (MynaCallRun *self)
{
  return self->observation;
}

gboolean
myna_call_run_ends_turn (MynaCallRun *self)
{
  return self->ends_turn;
}
