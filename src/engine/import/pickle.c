/* pickle.c: reading the table of tensors out of a PyTorch pickle
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A pickle is a program for a small stack machine that can call any Python function: the format is not safe to run.  This
 * machine has no functions.  It knows the opcodes that torch.save() writes for a state_dict (protocol 2), and of the names
 * that a pickle may import only those below, each of which does one fixed thing to plain values here:
 *
 *   collections.OrderedDict            an empty dict
 *   torch._utils._rebuild_tensor_v2    a tensor from (storage, offset, size, stride, …)
 *   torch._utils._rebuild_parameter    the tensor itself
 *   torch.*Storage                     an element type
 *
 * Values are nodes in one array and never change; a dict is the list of pairs that were put into it.  Every opcode is at
 * least one byte and makes at most one node, so memory is bounded by a small multiple of the pickle's size.
 */
#include "import/pickle.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/byte-reader.h"
#include "file/tensor-table.h"

#define MAX_PICKLE ((size_t) 64 << 20)

typedef enum
{
  NODE_NONE,
  NODE_BOOL,
  NODE_INT,
  NODE_STRING,
  NODE_MARK,
  NODE_TUPLE, /* also lists: items[first, first + n) */
  NODE_DICT,
  NODE_ORDERED_DICT, /* the names */
  NODE_REBUILD_TENSOR,
  NODE_REBUILD_PARAMETER,
  NODE_STORAGE_TYPE,
  NODE_STORAGE, /* a persistent id: items are its tuple */
  NODE_TENSOR,  /* items are the arguments of _rebuild_tensor_v2 */
} NodeKind;

typedef struct
{
  NodeKind kind;
  uint32_t n; /* items */
  union
  {
    int64_t integer;    /* INT, BOOL; STORAGE_TYPE: a row of `names` */
    const char *string; /* STRING: n bytes */
    size_t first;       /* TUPLE, STORAGE, TENSOR */
  };
} Node;

typedef struct
{
  uint32_t dict;
  uint32_t key;
  uint32_t value;
} Pair;

typedef struct
{
  GlmByteReader reader;
  GlmError *error;
  Node *nodes;
  size_t n_nodes, node_capacity;
  uint32_t *items;
  size_t n_items, item_capacity;
  uint32_t *stack;
  size_t n_stack, stack_capacity;
  uint32_t *memo; /* UINT32_MAX: not set */
  size_t n_memo, memo_capacity;
  Pair *pairs;
  size_t n_pairs, pair_capacity;
} Machine;

static bool
bad (Machine *m, const char *what)
{
  return glm_error_set (m->error, GLM_ERROR_BAD_FILE, "data.pkl, byte %zu: %s", m->reader.pos, what);
}

static bool
reserve (Machine *m, void *pointer_to_array, size_t *capacity, size_t needed, size_t element)
{
  void **array = pointer_to_array;
  size_t larger = *capacity ? *capacity : 64;
  void *grown;

  if (needed <= *capacity)
    return true;
  while (larger < needed)
    larger *= 2;
  if (larger > MAX_PICKLE)
    return glm_error_set (m->error, GLM_ERROR_BAD_FILE, "data.pkl is too large");
  grown = realloc (*array, larger * element);
  if (!grown)
    return glm_error_set (m->error, GLM_ERROR_NO_MEMORY, "no memory for data.pkl");
  *array = grown;
  *capacity = larger;
  return true;
}

static bool
push_id (Machine *m, uint32_t id)
{
  if (!reserve (m, &m->stack, &m->stack_capacity, m->n_stack + 1, sizeof *m->stack))
    return false;
  m->stack[m->n_stack++] = id;
  return true;
}

static bool
push (Machine *m, Node node)
{
  if (!reserve (m, &m->nodes, &m->node_capacity, m->n_nodes + 1, sizeof *m->nodes))
    return false;
  m->nodes[m->n_nodes] = node;
  return push_id (m, (uint32_t) m->n_nodes++);
}

static bool
push_int (Machine *m, NodeKind kind, int64_t value)
{
  return push (m, (Node){ .kind = kind, .integer = value });
}

static bool
pop (Machine *m, uint32_t *ret_id)
{
  if (m->n_stack == 0)
    return bad (m, "the stack is empty");
  *ret_id = m->stack[--m->n_stack];
  return true;
}

/* ---- Opcodes ---------------------------------------------------------------------------------------------------- */

/* The last n values of the stack become one node's items. */
static bool
gather (Machine *m, NodeKind kind, size_t n)
{
  Node node = { .kind = kind, .n = (uint32_t) n, .first = m->n_items };

  if (n > m->n_stack)
    return bad (m, "the stack is too short");
  if (!reserve (m, &m->items, &m->item_capacity, m->n_items + n, sizeof *m->items))
    return false;
  if (n > 0)
    memcpy (m->items + m->n_items, m->stack + m->n_stack - n, n * sizeof *m->items);
  m->n_items += n;
  m->n_stack -= n;
  return push (m, node);
}

/* How many values stand above the last mark. */
static bool
count_to_mark (Machine *m, size_t *ret_n)
{
  for (size_t i = m->n_stack; i > 0; i--)
    if (m->nodes[m->stack[i - 1]].kind == NODE_MARK)
      {
        *ret_n = m->n_stack - i;
        return true;
      }
  return bad (m, "there is no mark");
}

static bool
op_tuple_to_mark (Machine *m)
{
  size_t n = 0;
  uint32_t tuple = 0, mark = 0;

  return count_to_mark (m, &n) && gather (m, NODE_TUPLE, n) && pop (m, &tuple) && pop (m, &mark) && push_id (m, tuple);
}

static bool
push_string (Machine *m, uint64_t n)
{
  const uint8_t *bytes;

  if (!glm_byte_reader_take (&m->reader, n, &bytes))
    return bad (m, "a string goes past the end");
  return push (m, (Node){ .kind = NODE_STRING, .n = (uint32_t) n, .string = (const char *) bytes });
}

static bool
read_line (Machine *m, const char **ret_text, size_t *ret_n)
{
  const uint8_t *start = m->reader.data + m->reader.pos, *end = memchr (start, '\n', glm_byte_reader_left (&m->reader));

  if (!end)
    return bad (m, "a name goes past the end");
  *ret_text = (const char *) start;
  *ret_n = (size_t) (end - start);
  m->reader.pos += *ret_n + 1;
  return true;
}

/* What a table of tensors may ask for.  type −1: no weight has it. */
static const struct
{
  const char *module, *name;
  NodeKind kind;
  int type;
} names[] = {
  { "collections", "OrderedDict", NODE_ORDERED_DICT, 0 },
  { "torch._utils", "_rebuild_tensor_v2", NODE_REBUILD_TENSOR, 0 },
  { "torch._utils", "_rebuild_parameter", NODE_REBUILD_PARAMETER, 0 },
  { "torch", "FloatStorage", NODE_STORAGE_TYPE, GLM_TYPE_F32 },
  { "torch", "HalfStorage", NODE_STORAGE_TYPE, GLM_TYPE_F16 },
  { "torch", "BFloat16Storage", NODE_STORAGE_TYPE, GLM_TYPE_BF16 },
  { "torch", "CharStorage", NODE_STORAGE_TYPE, GLM_TYPE_I8 },
  { "torch", "ByteStorage", NODE_STORAGE_TYPE, -1 },
  { "torch", "BoolStorage", NODE_STORAGE_TYPE, -1 },
  { "torch", "ShortStorage", NODE_STORAGE_TYPE, -1 },
  { "torch", "IntStorage", NODE_STORAGE_TYPE, -1 },
  { "torch", "LongStorage", NODE_STORAGE_TYPE, -1 },
  { "torch", "DoubleStorage", NODE_STORAGE_TYPE, -1 },
};

static bool
op_global (Machine *m)
{
  const char *module = NULL, *name = NULL;
  size_t n_module = 0, n_name = 0;

  if (!read_line (m, &module, &n_module) || !read_line (m, &name, &n_name))
    return false;
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (strlen (names[i].module) == n_module && memcmp (names[i].module, module, n_module) == 0
        && strlen (names[i].name) == n_name && memcmp (names[i].name, name, n_name) == 0)
      return push_int (m, names[i].kind, (int64_t) i);
  return glm_error_set (m->error, GLM_ERROR_BAD_FILE, "data.pkl asks for %.*s.%.*s, which no table of tensors needs: refused",
                        (int) (n_module < 60 ? n_module : 60), module, (int) (n_name < 60 ? n_name : 60), name);
}

static bool
op_reduce (Machine *m)
{
  uint32_t arguments = 0, function = 0, tensor;
  const Node *node;

  if (!pop (m, &arguments) || !pop (m, &function))
    return false;
  node = &m->nodes[arguments];
  if (node->kind != NODE_TUPLE)
    return bad (m, "the arguments are no tuple");
  switch (m->nodes[function].kind)
    {
    case NODE_ORDERED_DICT: return node->n == 0 ? push_int (m, NODE_DICT, 0) : bad (m, "an OrderedDict with arguments");
    case NODE_REBUILD_TENSOR:
      if (node->n < 4 || m->nodes[m->items[node->first]].kind != NODE_STORAGE)
        return bad (m, "_rebuild_tensor_v2 with other arguments");
      return push (m, (Node){ .kind = NODE_TENSOR, .n = node->n, .first = node->first });
    case NODE_REBUILD_PARAMETER:
      tensor = node->n > 0 ? m->items[node->first] : UINT32_MAX;
      if (tensor == UINT32_MAX || m->nodes[tensor].kind != NODE_TENSOR)
        return bad (m, "_rebuild_parameter of something that is no tensor");
      return push_id (m, tensor);
    default: return bad (m, "a call of something that is no function");
    }
}

static bool
op_persistent_id (Machine *m)
{
  uint32_t id = 0;
  const Node *node;

  if (!pop (m, &id))
    return false;
  node = &m->nodes[id];
  if (node->kind != NODE_TUPLE || node->n < 5 || m->nodes[m->items[node->first + 1]].kind != NODE_STORAGE_TYPE
      || m->nodes[m->items[node->first + 2]].kind != NODE_STRING || m->nodes[m->items[node->first + 4]].kind != NODE_INT)
    return bad (m, "a persistent id that is no storage");
  return push (m, (Node){ .kind = NODE_STORAGE, .n = node->n, .first = node->first });
}

static bool
set_item (Machine *m, uint32_t dict, uint32_t key, uint32_t value)
{
  if (!reserve (m, &m->pairs, &m->pair_capacity, m->n_pairs + 1, sizeof *m->pairs))
    return false;
  m->pairs[m->n_pairs++] = (Pair){ dict, key, value };
  return true;
}

/* Keys and values above the mark go into the dict below it. */
static bool
op_set_items (Machine *m)
{
  size_t n = 0, base;

  if (!count_to_mark (m, &n))
    return false;
  base = m->n_stack - n;
  if (n % 2 != 0 || base < 2 || m->nodes[m->stack[base - 2]].kind != NODE_DICT)
    return bad (m, "items for something that is no dict");
  for (size_t i = 0; i < n; i += 2)
    if (!set_item (m, m->stack[base - 2], m->stack[base + i], m->stack[base + i + 1]))
      return false;
  m->n_stack = base - 1;
  return true;
}

static bool
op_set_item (Machine *m)
{
  uint32_t value = 0, key = 0;

  if (!pop (m, &value) || !pop (m, &key))
    return false;
  if (m->n_stack == 0 || m->nodes[m->stack[m->n_stack - 1]].kind != NODE_DICT)
    return bad (m, "an item for something that is no dict");
  return set_item (m, m->stack[m->n_stack - 1], key, value);
}

/* Lists occur only where their values do not matter (hooks, shapes in metadata): the elements are dropped. */
static bool
op_append (Machine *m, bool to_mark)
{
  size_t n = 1;

  if (to_mark && !count_to_mark (m, &n))
    return false;
  if (m->n_stack < n + 1 + to_mark || m->nodes[m->stack[m->n_stack - n - 1 - to_mark]].kind != NODE_TUPLE)
    return bad (m, "elements for something that is no list");
  m->n_stack -= n + to_mark;
  return true;
}

/* Attributes of an OrderedDict (its _metadata): dropped. */
static bool
op_build (Machine *m)
{
  uint32_t state;

  if (!pop (m, &state))
    return false;
  if (m->n_stack == 0 || m->nodes[m->stack[m->n_stack - 1]].kind != NODE_DICT)
    return bad (m, "attributes for something that is no dict");
  return true;
}

static bool
op_put (Machine *m, uint32_t index)
{
  size_t old = m->memo_capacity;

  if (m->n_stack == 0 || m->nodes[m->stack[m->n_stack - 1]].kind == NODE_MARK)
    return bad (m, "there is nothing to remember");
  if (index > m->reader.size || !reserve (m, &m->memo, &m->memo_capacity, (size_t) index + 1, sizeof *m->memo))
    return index > m->reader.size ? bad (m, "a memo index is out of range") : false;
  if (m->memo_capacity > old)
    memset (m->memo + old, 0xFF, (m->memo_capacity - old) * sizeof *m->memo);
  m->memo[index] = m->stack[m->n_stack - 1];
  return true;
}

static bool
op_get (Machine *m, uint32_t index)
{
  if (index >= m->memo_capacity || m->memo[index] == UINT32_MAX)
    return bad (m, "a memo index was never set");
  return push_id (m, m->memo[index]);
}

/* LONG1: up to eight little-endian bytes of a signed number. */
static bool
op_long (Machine *m)
{
  uint8_t n;
  const uint8_t *bytes;
  uint64_t value = 0;

  if (!glm_byte_reader_u8 (&m->reader, &n) || n > 8 || !glm_byte_reader_take (&m->reader, n, &bytes))
    return bad (m, "an integer is too long");
  for (int i = 0; i < n; i++)
    value |= (uint64_t) bytes[i] << (8 * i);
  if (n > 0 && n < 8 && bytes[n - 1] & 0x80)
    value |= UINT64_MAX << (8 * n);
  return push_int (m, NODE_INT, (int64_t) value);
}

/* An operand of 1, 2 or 4 bytes, unsigned. */
static bool
read_operand (Machine *m, size_t n_bytes, uint32_t *ret_value)
{
  *ret_value = 0;
  return glm_byte_reader_copy (&m->reader, ret_value, n_bytes) || bad (m, "an operand is cut short");
}

/* Opcodes with an operand; *ret_known is false for any other. */
static bool
step_with_operand (Machine *m, uint8_t opcode, bool *ret_known)
{
  uint32_t value;

  switch (opcode)
    {
    case 0x80: /* PROTO */
      return read_operand (m, 1, &value) && (value <= 4 || bad (m, "a pickle protocol that torch.save() does not write"));
    case 'X': /* BINUNICODE */ return read_operand (m, 4, &value) && push_string (m, value);
    case 0x8C: /* SHORT_BINUNICODE */ return read_operand (m, 1, &value) && push_string (m, value);
    case 'J': /* BININT */ return read_operand (m, 4, &value) && push_int (m, NODE_INT, (int32_t) value);
    case 'K': /* BININT1 */ return read_operand (m, 1, &value) && push_int (m, NODE_INT, value);
    case 'M': /* BININT2 */ return read_operand (m, 2, &value) && push_int (m, NODE_INT, value);
    case 'q': /* BINPUT */ return read_operand (m, 1, &value) && op_put (m, value);
    case 'r': /* LONG_BINPUT */ return read_operand (m, 4, &value) && op_put (m, value);
    case 'h': /* BINGET */ return read_operand (m, 1, &value) && op_get (m, value);
    case 'j': /* LONG_BINGET */ return read_operand (m, 4, &value) && op_get (m, value);
    case 0x8A: /* LONG1 */ return op_long (m);
    case 'c': /* GLOBAL */ return op_global (m);
    default: *ret_known = false; return false;
    }
}

static bool
step (Machine *m, uint8_t opcode)
{
  bool known = true, ok = step_with_operand (m, opcode, &known);

  if (known)
    return ok;
  switch (opcode)
    {
    case '(': return push_int (m, NODE_MARK, 0);
    case ')':                                   /* EMPTY_TUPLE */
    case ']': return gather (m, NODE_TUPLE, 0); /* EMPTY_LIST */
    case 't': return op_tuple_to_mark (m);
    case 0x85: return gather (m, NODE_TUPLE, 1);
    case 0x86: return gather (m, NODE_TUPLE, 2);
    case 0x87: return gather (m, NODE_TUPLE, 3);
    case '}': return push_int (m, NODE_DICT, 0);
    case 'N': return push_int (m, NODE_NONE, 0);
    case 0x88: return push_int (m, NODE_BOOL, 1);
    case 0x89: return push_int (m, NODE_BOOL, 0);
    case 'R': return op_reduce (m);
    case 'Q': return op_persistent_id (m);
    case 'u': return op_set_items (m);
    case 's': return op_set_item (m);
    case 'a': return op_append (m, false);
    case 'e': return op_append (m, true);
    case 'b': return op_build (m);
    default:
      return glm_error_set (m->error, GLM_ERROR_BAD_FILE,
                            "data.pkl, byte %zu: the opcode 0x%02X is not one that a table of "
                            "tensors needs: refused",
                            m->reader.pos - 1, opcode);
    }
}

/* ---- The result ------------------------------------------------------------------------------------------------- */

static bool
read_ints (Machine *m, uint32_t tuple, int64_t *values, int *ret_n)
{
  const Node *node = &m->nodes[tuple];

  if (node->kind != NODE_TUPLE || node->n > GLM_PICKLE_MAX_DIMS)
    return bad (m, "a tensor's size or stride is no tuple of up to 8 numbers");
  for (uint32_t i = 0; i < node->n; i++)
    {
      const Node *item = &m->nodes[m->items[node->first + i]];

      if (item->kind != NODE_INT)
        return bad (m, "a tensor's size or stride is no tuple of numbers");
      values[i] = item->integer;
    }
  *ret_n = (int) node->n;
  return true;
}

static bool
emit_tensor (Machine *m, const Pair *pair, GlmPickleFunc func, void *data)
{
  const Node *key = &m->nodes[pair->key], *tensor = &m->nodes[pair->value], *storage, *type, *storage_key;
  const uint32_t *arguments;
  GlmPickleTensor result = { 0 };
  int n_strides;

  if (key->kind != NODE_STRING)
    return bad (m, "a key of the state_dict is no string");
  if (tensor->kind != NODE_TENSOR)
    return glm_error_set (m->error, GLM_ERROR_UNSUPPORTED, "the entry %.*s of the state_dict is no tensor",
                          (int) (key->n < 80 ? key->n : 80), key->string);
  arguments = m->items + tensor->first;
  storage = &m->nodes[arguments[0]];
  type = &m->nodes[m->items[storage->first + 1]];
  storage_key = &m->nodes[m->items[storage->first + 2]];
  if (m->nodes[arguments[1]].kind != NODE_INT)
    return bad (m, "a tensor's offset is no number");
  result.name = key->string;
  result.name_bytes = key->n;
  result.storage = storage_key->string;
  result.storage_bytes = storage_key->n;
  result.known_type = names[type->integer].type >= 0;
  result.type = (GlmType) (result.known_type ? names[type->integer].type : 0);
  result.storage_type = names[type->integer].name;
  result.n_storage = m->nodes[m->items[storage->first + 4]].integer;
  result.offset = m->nodes[arguments[1]].integer;
  if (!read_ints (m, arguments[2], result.size, &result.n_dims) || !read_ints (m, arguments[3], result.stride, &n_strides))
    return false;
  if (n_strides != result.n_dims)
    return bad (m, "a tensor's size and stride differ in length");
  return func (&result, data, m->error);
}

static bool
run (Machine *m, GlmPickleFunc func, void *data)
{
  uint8_t opcode = 0;
  uint32_t result = 0;

  for (;;)
    {
      if (!glm_byte_reader_u8 (&m->reader, &opcode))
        return bad (m, "there is no end");
      if (opcode == '.')
        break;
      if (!step (m, opcode))
        return false;
    }
  if (!pop (m, &result))
    return false;
  if (m->nodes[result].kind != NODE_DICT)
    return bad (m, "the file holds no state_dict");
  for (size_t i = 0; i < m->n_pairs; i++)
    if (m->pairs[i].dict == result && !emit_tensor (m, &m->pairs[i], func, data))
      return false;
  return true;
}

bool
glm_pickle_read (const uint8_t *pickle, size_t n_bytes, GlmPickleFunc func, void *data, GlmError *error)
{
  Machine machine = { .reader = { pickle, n_bytes, 0 }, .error = error };
  bool ok;

  if (n_bytes > MAX_PICKLE / 4)
    return glm_error_set (error, GLM_ERROR_BAD_FILE, "data.pkl is larger than %zu MiB", MAX_PICKLE >> 22);
  ok = run (&machine, func, data);
  free (machine.nodes);
  free (machine.items);
  free (machine.stack);
  free (machine.memo);
  free (machine.pairs);
  return ok;
}
