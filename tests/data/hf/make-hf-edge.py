#!/usr/bin/env python3
# make-hf-edge.py: a tiny random checkpoint of GLM-Edge's kind, whose heads are rotated as a whole, and its logits
#
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Usage: make-hf-edge.py FOLDER   (needs numpy; FOLDER is that of this file)
#
# The forward pass of transformers' GlmForCausalLM (models/glm/modeling_glm.py) step by step in numpy, where torch is not at
# hand: RMSNorm; rotation of the first head_dim * partial_rotary_factor values of queries and keys in pairs (2i, 2i + 1);
# attention of grouped heads, scaled by head_dim ** -0.5; gate and up in one matrix.  Before it writes FOLDER/glm-edge it must
# give the logits that transformers itself computed for FOLDER/glm and FOLDER/glm-tied (make-hf-tiny.py), which differ from it
# in the factor alone: half of a head instead of all of it.
import json, os, struct, sys
import numpy as np

IDS = [5, 17, 99, 3, 64, 64, 127, 0, 42, 8, 101, 77, 23, 5, 17, 90]


def read_safetensors(path):
    data = open(path, 'rb').read()
    n = struct.unpack('<Q', data[:8])[0]
    result = {}
    for name, t in json.loads(data[8:8 + n]).items():
        if name == '__metadata__':
            continue
        assert t['dtype'] == 'BF16', name
        raw = np.frombuffer(data[8 + n + t['data_offsets'][0]:8 + n + t['data_offsets'][1]], '<u2').astype(np.uint32)
        result[name] = (raw << 16).view(np.float32).reshape(t['shape']).astype(np.float64)
    return result


def write_safetensors(path, tensors):
    header, data = {}, b''
    for name, t in tensors.items():
        raw = (t.astype(np.float32).view(np.uint32) >> 16).astype('<u2').tobytes()
        header[name] = dict(dtype='BF16', shape=list(t.shape), data_offsets=[len(data), len(data) + len(raw)])
        data += raw
    text = json.dumps(dict(header, __metadata__=dict(format='pt'))).encode()
    text += b' ' * (-len(text) % 8)
    with open(path, 'wb') as f:
        f.write(struct.pack('<Q', len(text)) + text + data)


def bf16(x):
    """rounded to the nearest, ties to even"""
    bits = x.astype(np.float32).view(np.uint32)
    return ((bits + 0x7fff + (bits >> 16 & 1)) & 0xffff0000).view(np.float32).astype(np.float64)


def norm(x, weight, eps):
    return weight * (x / np.sqrt((x * x).mean(-1, keepdims=True) + eps))


def rotate(x, config):
    """x [tokens, heads, head_dim]"""
    dim = int(config['head_dim'] * config['partial_rotary_factor'])
    inv_freq = 1.0 / config['rope_parameters']['rope_theta'] ** (np.arange(0, dim, 2) / dim)
    angle = np.arange(x.shape[0])[:, None] * inv_freq
    cos, sin = np.repeat(np.cos(angle), 2, -1)[:, None], np.repeat(np.sin(angle), 2, -1)[:, None]
    turned, rest = x[..., :dim], x[..., dim:]
    half = np.stack((-turned[..., 1::2], turned[..., 0::2]), -1).reshape(turned.shape)
    return np.concatenate((turned * cos + half * sin, rest), -1)


def attend(x, w, p, config):
    n, heads, kv, d = x.shape[0], config['num_attention_heads'], config['num_key_value_heads'], config['head_dim']

    def project(name, count):
        return (x @ w[p + name + '.weight'].T + w.get(p + name + '.bias', 0)).reshape(n, count, d)

    q, k, v = rotate(project('q_proj', heads), config), rotate(project('k_proj', kv), config), project('v_proj', kv)
    k, v = np.repeat(k, heads // kv, 1), np.repeat(v, heads // kv, 1)
    scores = np.einsum('ihd,jhd->hij', q, k) * d ** -0.5 + np.triu(np.full((n, n), -np.inf), 1)
    shares = np.exp(scores - scores.max(-1, keepdims=True))
    shares /= shares.sum(-1, keepdims=True)
    return np.einsum('hij,jhd->ihd', shares, v).reshape(n, heads * d) @ w[p + 'o_proj.weight'].T


def logits(w, config, ids):
    eps, x = config['rms_norm_eps'], w['model.embed_tokens.weight'][ids]
    for i in range(config['num_hidden_layers']):
        p = 'model.layers.%d.' % i
        x = x + attend(norm(x, w[p + 'input_layernorm.weight'], eps), w, p + 'self_attn.', config)
        gate, up = np.split(norm(x, w[p + 'post_attention_layernorm.weight'], eps) @ w[p + 'mlp.gate_up_proj.weight'].T, 2, -1)
        x = x + (up * gate / (1 + np.exp(-gate))) @ w[p + 'mlp.down_proj.weight'].T
    return norm(x, w['model.norm.weight'], eps) @ w.get('lm_head.weight', w['model.embed_tokens.weight']).T


def check(folder):
    """against transformers"""
    config = json.load(open(os.path.join(folder, 'config.json')))
    expected = json.load(open(os.path.join(folder, 'expected.json')))
    theirs = np.fromfile(os.path.join(folder, 'logits.f32'), '<f4').reshape(len(expected['ids']), expected['n_vocab'])
    ours = logits(read_safetensors(os.path.join(folder, 'model.safetensors')), config, expected['ids'])
    difference = float(np.abs(ours - theirs).max())
    print(folder, 'transformers', expected['transformers'], 'largest logit', float(np.abs(theirs).max()), 'differs by', difference)
    assert difference < 3e-6 * np.abs(theirs).max()  # its single precision


def make(folder, like):
    rng = np.random.default_rng(20251129)
    config = json.load(open(os.path.join(like, 'config.json')))
    config['partial_rotary_factor'] = config['rope_parameters']['partial_rotary_factor'] = 1.0
    weights = {}
    for name, t in read_safetensors(os.path.join(like, 'model.safetensors')).items():
        r = rng.standard_normal(t.shape)
        scale = 1.0 if 'embed' in name else 1.5 / t.shape[-1] ** 0.5
        weights[name] = bf16(r * 0.2 + ('norm' in name) if t.ndim == 1 else r * scale)
    os.makedirs(folder, exist_ok=True)
    write_safetensors(os.path.join(folder, 'model.safetensors'), weights)
    result = logits(weights, config, IDS)
    result.astype('<f4').tofile(os.path.join(folder, 'logits.f32'))
    with open(os.path.join(folder, 'config.json'), 'w') as f:
        f.write(json.dumps(config, indent=2) + '\n')
    with open(os.path.join(folder, 'expected.json'), 'w') as f:
        f.write(json.dumps(dict(ids=IDS, n_vocab=result.shape[1], numpy=np.__version__)) + '\n')
    halves = dict(config, partial_rotary_factor=0.5)
    print(folder, 'half a head instead differs by', float(np.abs(logits(weights, halves, IDS) - result).max()))


if __name__ == '__main__':
    for name in ('glm', 'glm-tied'):
        check(os.path.join(sys.argv[1], name))
    make(os.path.join(sys.argv[1], 'glm-edge'), os.path.join(sys.argv[1], 'glm-tied'))
