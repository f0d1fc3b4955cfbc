#!/usr/bin/env python3
# make-checkpoints.py: a tiny synthetic checkpoint of every family in every format that import reads
#
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Usage: make-checkpoints.py FOLDER TOKENIZER.JSON
#
# Writes the formats from their descriptions, independently of the engine, and beside each source a plain GGUF file with
# float32 tensors: what the import of that source must contain, value for value.  manifest.json lists the pairs.
import json, math, os, random, shutil, struct, sys, zipfile

MARK = '\u2581'
rng = random.Random(20250410)


# ---- numbers: lists of Python floats that are exact in their type -----------------------------------------------------

def f16(x):
    return struct.unpack('<e', struct.pack('<e', x))[0]


def bf16(x):
    return struct.unpack('<f', b'\0\0' + struct.pack('<f', x)[2:])[0]


ROUND = {'F16': f16, 'BF16': bf16, 'F32': lambda x: struct.unpack('<f', struct.pack('<f', x))[0]}


def pack(values, dtype):
    if dtype == 'F16':
        return struct.pack('<%de' % len(values), *values)
    if dtype == 'BF16':
        return b''.join(struct.pack('<f', v)[2:] for v in values)
    if dtype == 'I8':
        return struct.pack('<%db' % len(values), *values)
    return struct.pack('<%df' % len(values), *values)


def count(shape):
    n = 1
    for s in shape:
        n *= s
    return n


class Tensor:
    """shape as PyTorch has it; raw: bytes of a quantised type, else packed from values"""
    def __init__(self, shape, dtype, values, raw=None, ggml=None):
        self.shape, self.dtype, self.values, self.raw, self.ggml = list(shape), dtype, values, raw, ggml

    def bytes(self):
        return self.raw if self.raw is not None else pack(self.values, self.dtype)


def draw(shape, dtype, around=0.0, width=0.15):
    return Tensor(shape, dtype, [ROUND[dtype](around + rng.gauss(0, width)) for _ in range(count(shape))])


# ---- containers -------------------------------------------------------------------------------------------------------

def write_safetensors(path, tensors):
    header, data = {}, b''
    for name, t in tensors.items():
        raw = t.bytes()
        header[name] = dict(dtype=t.dtype, shape=t.shape, data_offsets=[len(data), len(data) + len(raw)])
        data += raw
    header['__metadata__'] = dict(format='pt')
    text = json.dumps(header).encode()
    text += b' ' * (-len(text) % 8)
    with open(path, 'wb') as f:
        f.write(struct.pack('<Q', len(text)) + text + data)


STORAGE = {'F16': b'HalfStorage', 'BF16': b'BFloat16Storage', 'F32': b'FloatStorage', 'I8': b'CharStorage'}


def pickled_int(n):
    return b'K' + bytes([n]) if n < 256 else b'M' + struct.pack('<H', n) if n < 65536 else b'J' + struct.pack('<i', n)


def pickled_text(s):
    b = s.encode()
    return b'X' + struct.pack('<I', len(b)) + b


def write_torch(path, tensors):
    """tensors that are one object share one storage"""
    stem = os.path.splitext(os.path.basename(path))[0]
    keys, out = {}, b'\x80\x02ccollections\nOrderedDict\nq\x00)Rq\x01('
    for name, t in tensors.items():
        key = keys.setdefault(id(t), len(keys))
        strides, n = [], 1
        for s in reversed(t.shape):
            strides.insert(0, n)
            n *= s
        tup = lambda v: b'(' + b''.join(map(pickled_int, v)) + b't'
        out += (pickled_text(name) + b'ctorch._utils\n_rebuild_tensor_v2\n((' + pickled_text('storage') + b'ctorch\n'
                + STORAGE[t.dtype] + b'\n' + pickled_text(str(key)) + pickled_text('cpu') + pickled_int(n) + b'tQ'
                + pickled_int(0) + tup(t.shape) + tup(strides) + b'\x89h\x00)RtR')
    out += b'u}' + pickled_text('_metadata') + b'h\x00)Rsb.'
    by_key = {keys[id(t)]: t for t in tensors.values()}
    with zipfile.ZipFile(path, 'w', zipfile.ZIP_STORED) as z:
        z.writestr(stem + '/data.pkl', out)
        for key, t in sorted(by_key.items()):
            z.writestr('%s/data/%d' % (stem, key), t.bytes())
        z.writestr(stem + '/version', '3\n')


def write_shards(folder, tensors, torch):
    """two shards and their index"""
    names = list(tensors)
    base, ext, index = ('pytorch_model', 'bin', 'pytorch_model.bin.index.json') if torch else \
        ('model', 'safetensors', 'model.safetensors.index.json')
    weight_map = {}
    for k, part in enumerate((names[:len(names) // 2], names[len(names) // 2:])):
        file = '%s-%05d-of-00002.%s' % (base, k + 1, ext)
        (write_torch if torch else write_safetensors)(os.path.join(folder, file), {n: tensors[n] for n in part})
        weight_map.update((n, file) for n in part)
    with open(os.path.join(folder, index), 'w') as f:
        json.dump(dict(metadata=dict(total_size=0), weight_map=weight_map), f)


GGML = {'F32': 0, 'F16': 1, 'BF16': 30}


def gguf_string(s):
    b = s.encode() if isinstance(s, str) else s
    return struct.pack('<Q', len(b)) + b


def write_gguf(path, tensors, version=3, keys=None, raw=False):
    """raw: tensors in their own type, else as float32; tensors: GGUF name → Tensor"""
    keys = dict(keys or {'general.architecture': 'reference'})
    kv = b''
    for k, v in keys.items():
        kv += gguf_string(k)
        if isinstance(v, bool):
            kv += struct.pack('<IB', 7, v)
        elif isinstance(v, int):
            kv += struct.pack('<II', 4, v)
        elif isinstance(v, float):
            kv += struct.pack('<If', 6, v)
        elif isinstance(v, str):
            kv += struct.pack('<I', 8) + gguf_string(v)
        else:
            kv += v
    infos, data = b'', b''
    for name, t in tensors.items():
        b = t.bytes() if raw else pack(t.values, 'F32')
        kind = (t.ggml if t.ggml is not None else GGML[t.dtype]) if raw else 0
        infos += gguf_string(name) + struct.pack('<I', len(t.shape)) + b''.join(struct.pack('<Q', s) for s in reversed(t.shape))
        infos += struct.pack('<IQ', kind, len(data))
        data += b + b'\0' * (-len(b) % 32)
    head = b'GGUF' + struct.pack('<IQQ', version, len(tensors), len(keys)) + kv + infos
    with open(path, 'wb') as f:
        f.write(head + b'\0' * (-len(head) % 32) + data)


def write_chatglm_ggml(path, model_type, version, c, tokenizer, tensors, dtype, prefix=0):
    head = b'ggml' + struct.pack('<ii', model_type, version)
    if version == 2:
        head += struct.pack('<7ifif3i', dtype, c['vocab'], c['hidden'], c['heads'], c['kv'], c['layers'], c['ffn'], c['eps'],
                            prefix, 10000.0, 128, 2, 0)
    else:
        head += struct.pack('<11i', dtype, c['vocab'], c['hidden'], c['heads'], c['layers'], c['ffn'], 128, 1, 2, 0, 3)
        if model_type > 1:
            head += struct.pack('<i', c['kv'])
    out = head + struct.pack('<i', len(tokenizer)) + tokenizer
    for name, t in tensors.items():
        b = name.encode()
        out += struct.pack('<i', len(b)) + b + struct.pack('<i', len(t.shape)) + struct.pack('<%di' % len(t.shape), *t.shape)
        out += struct.pack('<i', t.ggml if t.ggml is not None else GGML[t.dtype])
        out += b'\0' * (-len(out) % 16) + t.bytes()
    with open(path, 'wb') as f:
        f.write(out)


# ---- quantised forms --------------------------------------------------------------------------------------------------

def official(t, bits):
    """INT8 and INT4 of the official checkpoints: weight, scales, and the values they stand for"""
    rows, cols = t.shape
    q, scales, values = [], [], []
    for r in range(rows):
        row = t.values[r * cols:(r + 1) * cols]
        scale = f16(max(abs(v) for v in row) / (2 ** (bits - 1) - 1))
        scales.append(scale)
        ints = [max(-2 ** (bits - 1) + 1, min(2 ** (bits - 1) - 1, round(v / scale))) for v in row]
        values += [scale * i for i in ints]
        if bits == 8:
            q += ints
        else:
            packed = [(a & 15) << 4 | b & 15 for a, b in zip(ints[0::2], ints[1::2])]
            q += [p - 256 if p > 127 else p for p in packed]
    weight = Tensor([rows, cols if bits == 8 else cols // 2], 'I8', q)
    return weight, Tensor([rows], 'F16', scales), Tensor(t.shape, 'F32', values)


def ggml_blocks(t, kind):
    """Q4_0 (2) or Q8_0 (8) and the values they stand for"""
    raw, values = b'', []
    for b in range(0, len(t.values), 32):
        block = t.values[b:b + 32]
        peak = max(block, key=abs)
        if kind == 8:
            d = f16(abs(peak) / 127)
            q = [max(-127, min(127, round(v / d))) for v in block]
            raw += struct.pack('<e32b', d, *q)
            values += [d * v for v in q]
        else:
            d = f16(peak / -8)
            q = [max(0, min(15, int(v / d + 8.5))) for v in block]
            raw += struct.pack('<e', d) + bytes(q[i] | q[i + 16] << 4 for i in range(16))
            values += [d * (v - 8) for v in q]
    return Tensor(t.shape, None, values, raw, kind)


# ---- tokenizers -------------------------------------------------------------------------------------------------------

def varint(n):
    out = b''
    while n > 127:
        out += bytes([n & 127 | 128])
        n >>= 7
    return out + bytes([n])


def field(number, value):
    if isinstance(value, bytes):
        return varint(number << 3 | 2) + varint(len(value)) + value
    if isinstance(value, float):
        return varint(number << 3 | 5) + struct.pack('<f', value)
    return varint(number << 3) + varint(value)


def sentencepiece(pieces, unigram):
    out = b''.join(field(1, field(1, t.encode()) + field(2, float(s)) + field(3, k)) for t, s, k in pieces)
    out += field(2, field(3, 1 if unigram else 2) + field(35, 1))
    return out + field(3, field(1, b'identity') + field(3, 1) + field(4, 1 if unigram else 0))


WORDS = [MARK] + [chr(c) for c in range(97, 123)] + list('你好吗我是') + ['he', 'll', 'hell', 'hello', MARK + 'hello', '你好',
                                                                   MARK + '你好', MARK + 'a', 'th', 'the']


def bpe_model():
    pieces = [('<unk>', 0, 2), ('<s>', 0, 3), ('</s>', 0, 3)] + [('<0x%02X>' % b, 0, 6) for b in range(256)]
    return sentencepiece(pieces + [(w, -i, 1) for i, w in enumerate(WORDS)], False)


def unigram_model():
    pieces = [('<unk>', 0, 2), ('<s>', 0, 3), ('</s>', 0, 3), ('<pad>', 0, 3), ('<n>', 0, 4)]
    pieces += [(w, -3.0 - 0.37 * i, 1) for i, w in enumerate(WORDS)]
    pieces += [(t, 0, 3) for t in ('[MASK]', '[gMASK]', '[sMASK]', '<unused_0>', '<sop>', '<eop>', '<ENC>', '<dBLOCK>')]
    pieces += [('<|tab|>', 0, 4)] + [('<|blank_%d|>' % i, 0, 4) for i in range(2, 81)]
    return sentencepiece(pieces + [('<0x%02X>' % b, 0, 6) for b in range(256)], True)


def tiktoken_model():
    import base64
    tokens = [bytes([b]) for b in range(256)] + [b'he', b'll', b'hell', b'hello', b' hello', '你'.encode()]
    return b''.join(base64.b64encode(t) + b' %d\n' % i for i, t in enumerate(tokens))


# ---- families ---------------------------------------------------------------------------------------------------------

V1 = dict(vocab=448, hidden=64, heads=4, kv=4, layers=2, ffn=96, eps=1e-5)
V2 = dict(vocab=352, hidden=64, heads=4, kv=2, layers=2, ffn=96, eps=1e-5)


def weights_v1(c, dtype):
    h, f = c['hidden'], c['ffn']
    t = {'transformer.word_embeddings.weight': draw([c['vocab'], h], dtype, width=1)}
    for i in range(c['layers']):
        p = 'transformer.layers.%d.' % i
        for name, shape, around in (('input_layernorm.weight', [h], 1), ('input_layernorm.bias', [h], 0),
                                    ('attention.query_key_value.weight', [3 * h, h], 0),
                                    ('attention.query_key_value.bias', [3 * h], 0),
                                    ('attention.dense.weight', [h, h], 0), ('attention.dense.bias', [h], 0),
                                    ('post_attention_layernorm.weight', [h], 1), ('post_attention_layernorm.bias', [h], 0),
                                    ('mlp.dense_h_to_4h.weight', [f, h], 0), ('mlp.dense_h_to_4h.bias', [f], 0),
                                    ('mlp.dense_4h_to_h.weight', [h, f], 0), ('mlp.dense_4h_to_h.bias', [h], 0)):
            t[p + name] = draw(shape, dtype, around)
        t[p + 'attention.rotary_emb.inv_freq'] = draw([4], dtype, 1)
    t['transformer.final_layernorm.weight'] = draw([h], dtype, 1)
    t['transformer.final_layernorm.bias'] = draw([h], dtype)
    t['lm_head.weight'] = t['transformer.word_embeddings.weight']
    return t


def weights_v2(c, dtype):
    h, f, d = c['hidden'], c['ffn'], c['hidden'] // c['heads']
    qkv = h + 2 * c['kv'] * d
    t = {'transformer.embedding.word_embeddings.weight': draw([c['vocab'], h], dtype, width=1),
         'transformer.rotary_pos_emb.inv_freq': draw([4], dtype, 1)}
    for i in range(c['layers']):
        p = 'transformer.encoder.layers.%d.' % i
        for name, shape, around in (('input_layernorm.weight', [h], 1),
                                    ('self_attention.query_key_value.weight', [qkv, h], 0),
                                    ('self_attention.query_key_value.bias', [qkv], 0),
                                    ('self_attention.dense.weight', [h, h], 0), ('post_attention_layernorm.weight', [h], 1),
                                    ('mlp.dense_h_to_4h.weight', [2 * f, h], 0), ('mlp.dense_4h_to_h.weight', [h, f], 0)):
            t[p + name] = draw(shape, dtype, around)
    t['transformer.encoder.final_layernorm.weight'] = draw([h], dtype, 1)
    t['transformer.output_layer.weight'] = draw([c['vocab'], h], dtype)
    return t


def weights_hf(c, dtype, sandwich, tied):
    h, f, d = c['hidden'], c['ffn'], c['hidden'] // c['heads']
    t = {'model.embed_tokens.weight': draw([c['vocab'], h], dtype, width=1)}
    for i in range(c['layers']):
        p = 'model.layers.%d.' % i
        for name, shape, around in (('input_layernorm.weight', [h], 1), ('self_attn.q_proj.weight', [h, h], 0),
                                    ('self_attn.k_proj.weight', [c['kv'] * d, h], 0),
                                    ('self_attn.v_proj.weight', [c['kv'] * d, h], 0), ('self_attn.o_proj.weight', [h, h], 0),
                                    ('post_attention_layernorm.weight', [h], 1), ('mlp.gate_up_proj.weight', [2 * f, h], 0),
                                    ('mlp.down_proj.weight', [h, f], 0)):
            t[p + name] = draw(shape, dtype, around)
        for name in ('post_self_attn_layernorm.weight', 'post_mlp_layernorm.weight') if sandwich else ():
            t[p + name] = draw([h], dtype, 1)
    t['model.norm.weight'] = draw([h], dtype, 1)
    if not tied:
        t['lm_head.weight'] = draw([c['vocab'], h], dtype)
    return t


GGUF_NAMES = {
    'transformer.word_embeddings.weight': 'token_embd.weight', 'transformer.embedding.word_embeddings.weight': 'token_embd.weight',
    'model.embed_tokens.weight': 'token_embd.weight', 'transformer.output_layer.weight': 'output.weight',
    'lm_head.weight': 'output.weight', 'input_layernorm': 'attn_norm', 'attention.query_key_value': 'attn_qkv',
    'self_attention.query_key_value': 'attn_qkv', 'attention.dense': 'attn_output', 'self_attention.dense': 'attn_output',
    'post_attention_layernorm': 'ffn_norm', 'mlp.dense_h_to_4h': 'ffn_up', 'mlp.dense_4h_to_h': 'ffn_down',
    'self_attn.q_proj': 'attn_q', 'self_attn.k_proj': 'attn_k', 'self_attn.v_proj': 'attn_v', 'self_attn.o_proj': 'attn_output',
    'mlp.gate_up_proj': 'ffn_up', 'mlp.down_proj': 'ffn_down', 'post_self_attn_layernorm': 'post_attention_norm',
    'post_mlp_layernorm': 'post_ffw_norm',
}


def reference(tensors, c, skip_rows=0):
    """GGUF names; ChatGLM-6B's q, k, v rows by kind instead of by head; the twin of the embedding left out"""
    out = {}
    for name, t in tensors.items():
        if 'inv_freq' in name or (name == 'lm_head.weight' and 'transformer.word_embeddings.weight' in tensors):
            continue
        if name in GGUF_NAMES:
            new = GGUF_NAMES[name]
            if skip_rows:
                t = Tensor([t.shape[0] - skip_rows] + t.shape[1:], 'F32', t.values[skip_rows * t.shape[1]:])
        elif 'norm.' in name and '.layers.' not in name:
            new = 'output_norm.' + name.rsplit('.', 1)[1]
        else:
            layer, rest = name.split('.layers.')[1].split('.', 1)
            part, kind = rest.rsplit('.', 1)
            new = 'blk.%s.%s.%s' % (layer, GGUF_NAMES[part], kind)
        if 'attn_qkv' in new and name.startswith('transformer.layers.'):
            width = t.shape[1] if len(t.shape) == 2 else 1
            d = c['hidden'] // c['heads']
            rows = [t.values[r * width:(r + 1) * width] for r in range(t.shape[0])]
            order = [(head * 3 + part) * d + i for part in range(3) for head in range(c['heads']) for i in range(d)]
            t = Tensor(t.shape, 'F32', [v for r in order for v in rows[r]])
        out[new] = t
    return out


def quantised(tensors, c, bits, embeddings=False):
    """(stored tensors, values they stand for)"""
    stored, values = {}, {}
    for name, t in tensors.items():
        linear = '.layers.' in name and len(t.shape) == 2
        if linear or (embeddings and name in ('transformer.word_embeddings.weight', 'lm_head.weight')):
            if name == 'lm_head.weight':
                for suffix in ('', '_scale'):
                    stored[name + suffix] = stored['transformer.word_embeddings.weight' + suffix]
                values[name] = values['transformer.word_embeddings.weight']
                continue
            stored[name], stored[name + '_scale'], values[name] = official(t, bits)
        else:
            stored[name] = values[name] = t
    return stored, values


CONFIG_V1 = dict(model_type='chatglm', architectures=['ChatGLMModel'], bos_token_id=1, eos_token_id=2, hidden_size=64,
                 inner_hidden_size=96, layernorm_epsilon=1e-5, max_sequence_length=128, num_attention_heads=4, num_layers=2,
                 position_encoding_2d=True, vocab_size=448, torch_dtype='float16')
CONFIG_V2 = dict(model_type='chatglm', architectures=['ChatGLMModel'], hidden_size=64, ffn_hidden_size=96, kv_channels=16,
                 layernorm_epsilon=1e-5, multi_query_attention=True, multi_query_group_num=2, num_attention_heads=4,
                 num_layers=2, padded_vocab_size=352, rmsnorm=True, seq_length=128, add_bias_linear=False, add_qkv_bias=True)
CONFIG_HF = dict(hidden_size=64, intermediate_size=96, num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=2,
                 head_dim=16, partial_rotary_factor=0.5, rms_norm_eps=1e-5, rope_theta=10000.0, max_position_embeddings=128,
                 attention_bias=False, hidden_act='silu', vocab_size=640)


class Output:
    def __init__(self, folder, tokenizer_json):
        self.folder, self.json, self.manifest = folder, tokenizer_json, []

    def add(self, name, family, ref, path=None, **more):
        ref_path = os.path.join(self.folder, name + '.reference.gguf')
        write_gguf(ref_path, ref)
        self.manifest.append(dict(source=path or name, reference=name + '.reference.gguf', family=family, **more))

    def directory(self, name, family, config, tokenizer, tensors, ref, torch, shards=False, **more):
        folder = os.path.join(self.folder, name)
        os.makedirs(folder, exist_ok=True)
        with open(os.path.join(folder, 'config.json'), 'w') as f:
            json.dump(config, f)
        if tokenizer == 'tokenizer.json':
            shutil.copy(self.json, os.path.join(folder, tokenizer))
        else:
            file, data = tokenizer
            with open(os.path.join(folder, file), 'wb') as f:
                f.write(data)
        if shards:
            write_shards(folder, tensors, torch)
        elif torch:
            write_torch(os.path.join(folder, 'pytorch_model.bin'), tensors)
        else:
            write_safetensors(os.path.join(folder, 'model.safetensors'), tensors)
        self.add(name, family, ref, **more)


def chatglm1(o):
    tok = ('ice_text.model', unigram_model())
    t = weights_v1(V1, 'F16')
    o.directory('v1-torch', 'ChatGLM', CONFIG_V1, tok, t, reference(t, V1), True, shards=True)
    for bits in (8, 4):
        stored, values = quantised(t, V1, bits)
        o.directory('v1-int%d' % bits, 'ChatGLM', dict(CONFIG_V1, quantization_bit=bits), tok, stored, reference(values, V1), True)
    stored, values = quantised(t, V1, 4, True)
    o.directory('v1-int4-qe', 'ChatGLM', dict(CONFIG_V1, quantization_bit=4, quantization_embeddings=True), tok, stored,
                reference(values, V1), True)
    old = dict(V1, vocab=150528, layers=1)
    told = weights_v1(old, 'F16')
    o.directory('v1-old', 'ChatGLM', dict(CONFIG_V1, vocab_size=150528, num_layers=1, bos_token_id=150004), tok, told,
                reference(told, old, 20000), True)
    keep = {k: v for k, v in t.items() if k != 'lm_head.weight' and 'inv_freq' not in k}
    for version, kind in ((1, None), (2, 8), (2, 2)):
        name = 'v1-cpp%d-%s' % (version, {None: 'f16', 8: 'q8_0', 2: 'q4_0'}[kind])
        cpp = {k: Tensor(v.shape, 'F32', v.values) if len(v.shape) == 1 else ggml_blocks(v, kind) if kind else v
               for k, v in keep.items()}
        write_chatglm_ggml(os.path.join(o.folder, name + '.bin'), 1, version, V1, tok[1], cpp, kind or 1)
        o.add(name, 'ChatGLM', reference(cpp, V1), name + '.bin')


def prefix_tensors(c, length):
    """the embedding, and the K and V of each layer that it holds"""
    width = c['hidden'] // c['heads'] * c['kv']
    whole = draw([length, c['layers'] * 2 * width], 'F16')
    parts = {}
    for layer in range(c['layers']):
        for v in range(2):
            values = []
            for tok in range(length):
                at = tok * c['layers'] * 2 * width + (2 * layer + v) * width
                values += whole.values[at:at + width]
            parts['blk.%d.attn_prefix_%s.weight' % (layer, 'kv'[v])] = Tensor([length, width], 'F32', values)
    return whole, parts


def projected_prefix(c, length):
    """a prefix encoder with prefix_projection, and the K and V that its network makes of the embedding"""
    width = c['hidden'] // c['heads'] * c['kv']
    n_in, n_hidden = c['layers'] * 2 * width, c['hidden']
    encoder = {'embedding.weight': draw([length, n_in], 'F16'),
               'trans.0.weight': draw([n_hidden, n_in], 'F16'), 'trans.0.bias': draw([n_hidden], 'F16'),
               'trans.2.weight': draw([n_in, n_hidden], 'F16'), 'trans.2.bias': draw([n_in], 'F16')}

    def linear(x, layer):
        w, b = encoder[layer + '.weight'].values, encoder[layer + '.bias'].values
        return [math.fsum(w[r * len(x) + i] * x[i] for i in range(len(x))) + b[r] for r in range(len(b))]

    rows = [linear([math.tanh(y) for y in linear(encoder['embedding.weight'].values[t * n_in:(t + 1) * n_in], 'trans.0')],
                   'trans.2') for t in range(length)]
    parts = {}
    for layer in range(c['layers']):
        for v in range(2):
            at = (2 * layer + v) * width
            parts['blk.%d.attn_prefix_%s.weight' % (layer, 'kv'[v])] = \
                Tensor([length, width], 'F32', [f16(x) for row in rows for x in row[at:at + width]])
    return encoder, parts


def chatglm23(o):
    tok = ('tokenizer.model', bpe_model())
    three, two = dict(CONFIG_V2, _name_or_path='THUDM/chatglm3-6b'), dict(CONFIG_V2, _name_or_path='THUDM/chatglm2-6b')
    t = weights_v2(V2, 'F16')
    o.directory('v3-torch', 'ChatGLM3', three, tok, t, reference(t, V2), True, shards=True)
    o.directory('v3-safetensors', 'ChatGLM3', three, tok, t, reference(t, V2), False, shards=True)
    f32 = {k: Tensor(v.shape, 'F32', v.values) for k, v in t.items()}
    o.directory('v3-f32', 'ChatGLM3', three, tok, f32, reference(t, V2), False)
    o.directory('v2-torch', 'ChatGLM2', two, tok, t, reference(t, V2), True)
    o.directory('codegeex2', 'CodeGeeX2', dict(CONFIG_V2, _name_or_path='THUDM/codegeex2-6b'), tok, t, reference(t, V2), True)
    for bits in (8, 4):
        stored, values = quantised(t, V2, bits)
        o.directory('v2-int%d' % bits, 'ChatGLM2', dict(two, quantization_bit=bits), tok, stored, reference(values, V2), True)
    embedding, parts = prefix_tensors(V2, 5)
    os.makedirs(os.path.join(o.folder, 'v3-ptuning'), exist_ok=True)
    with open(os.path.join(o.folder, 'v3-ptuning', 'config.json'), 'w') as f:
        json.dump(dict(three, pre_seq_len=5), f)
    write_torch(os.path.join(o.folder, 'v3-ptuning', 'pytorch_model.bin'), {'transformer.prefix_encoder.embedding.weight': embedding})
    o.add('v3-with-prefix', 'ChatGLM3', dict(reference(t, V2), **parts), 'v3-torch', prefix='v3-ptuning')
    encoder, parts = projected_prefix(V2, 5)
    os.makedirs(os.path.join(o.folder, 'v3-projection'), exist_ok=True)
    with open(os.path.join(o.folder, 'v3-projection', 'config.json'), 'w') as f:
        json.dump(dict(three, pre_seq_len=5, prefix_projection=True), f)
    write_torch(os.path.join(o.folder, 'v3-projection', 'pytorch_model.bin'),
                {'transformer.prefix_encoder.' + k: v for k, v in encoder.items()})
    o.add('v3-with-projection', 'ChatGLM3', dict(reference(t, V2), **parts), 'v3-torch', prefix='v3-projection')
    keep = {k: v for k, v in t.items() if 'inv_freq' not in k}
    d, width = 16, 32
    past = []
    for name in sorted(parts):
        part = parts[name].values
        past += [part[tok_ * width + head * d + i] for head in range(2) for tok_ in range(5) for i in range(d)]
    for model_type, version, kind, family in ((2, 1, None, 'ChatGLM2'), (3, 1, 2, 'ChatGLM3'), (3, 2, 8, 'ChatGLM3'),
                                              (3, 2, None, 'ChatGLM3')):
        name = 'v%d-cpp%d-%s' % (model_type, version, {None: 'f16', 8: 'q8_0', 2: 'q4_0'}[kind])
        cpp = {k: Tensor(v.shape, 'F32', v.values) if len(v.shape) == 1 else ggml_blocks(v, kind) if kind else v
               for k, v in keep.items()}
        ref = reference(cpp, V2)
        with_prefix = version == 2 and kind is None
        if with_prefix:
            cpp = dict({'past_key_values': Tensor([4, 2, 5, d], 'F16', past)}, **cpp)
            ref.update(parts)
        write_chatglm_ggml(os.path.join(o.folder, name + '.bin'), model_type, version, V2, tok[1], cpp, kind or 1,
                           5 if with_prefix else 0)
        o.add(name, family, ref, name + '.bin')


def glm4(o):
    tok = ('tokenizer.model', tiktoken_model())
    config = dict(CONFIG_V2, _name_or_path='THUDM/glm-4-9b-chat', layernorm_epsilon=1.5625e-07, rope_ratio=500)
    t = weights_v2(V2, 'BF16')
    o.directory('glm4-safetensors', 'GLM-4', config, tok, t, reference(t, V2), False, shards=True)
    o.directory('glm4-torch', 'GLM-4', config, tok, t, reference(t, V2), True)
    t = weights_v2(V2, 'F16')
    cpp = {k: Tensor(v.shape, 'F32', v.values) if len(v.shape) == 1 else v for k, v in t.items() if 'inv_freq' not in k}
    write_chatglm_ggml(os.path.join(o.folder, 'glm4-cpp2-f16.bin'), 4, 2, dict(V2, eps=1.5625e-07), tok[1], cpp, 1)
    o.add('glm4-cpp2-f16', 'GLM-4', reference(cpp, V2), 'glm4-cpp2-f16.bin')


def hf(o):
    c = dict(V2, vocab=640)
    for name, family, kind, sandwich, tied, torch in (
            ('edge-safetensors', 'GLM-Edge', 'glm', False, True, False), ('edge-torch', 'GLM-Edge', 'glm', False, True, True),
            ('glm4-0414-safetensors', 'GLM-4-0414', 'glm4', True, False, False),
            ('glm-z1-torch', 'GLM-Z1', 'glm4', True, False, True)):
        t = weights_hf(c, 'BF16', sandwich, tied)
        o.directory(name, family, dict(CONFIG_HF, model_type=kind, tie_word_embeddings=tied), 'tokenizer.json', t,
                    reference(t, c), torch, shards=not torch)


if __name__ == '__main__':
    output = Output(sys.argv[1], sys.argv[2])
    os.makedirs(output.folder, exist_ok=True)
    for make in (chatglm1, chatglm23, glm4, hf):
        make(output)
    with open(os.path.join(output.folder, 'manifest.json'), 'w') as f:
        json.dump(output.manifest, f, indent=1)
