#!/usr/bin/env python3
# make-hf-tiny.py: tiny random checkpoints of the HF-native families and their logits
#
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Usage: make-hf-tiny.py OUTPUT   (needs torch, transformers with GlmForCausalLM and Glm4ForCausalLM, safetensors)
#
# For each model a folder with config.json, model.safetensors (bfloat16) and expected.json: ids, and in logits.f32 the
# logits of every position, little-endian float32 [len(ids), vocab], computed by transformers in float32 from the bfloat16
# weights.  The weights are drawn wider than transformers' initial ones, so that every part of a layer matters.
import json, os, sys
import torch, transformers
from transformers import GlmConfig, GlmForCausalLM, Glm4Config, Glm4ForCausalLM

COMMON = dict(vocab_size=128, hidden_size=64, intermediate_size=96, num_hidden_layers=2, num_attention_heads=4,
              num_key_value_heads=2, head_dim=16, partial_rotary_factor=0.5, rms_norm_eps=1e-5,
              max_position_embeddings=256, pad_token_id=0, eos_token_id=[1, 2, 3])
YARN = dict(rope_type='yarn', factor=4.0, original_max_position_embeddings=32)
MODELS = {
    'glm': (GlmConfig, GlmForCausalLM, dict(attention_bias=True, tie_word_embeddings=False, rms_norm_eps=1.5625e-7)),
    'glm-tied': (GlmConfig, GlmForCausalLM, dict(attention_bias=False, tie_word_embeddings=True)),
    'glm4': (Glm4Config, Glm4ForCausalLM, dict(attention_bias=True, tie_word_embeddings=False)),
    'glm4-nobias': (Glm4Config, Glm4ForCausalLM, dict(attention_bias=False, tie_word_embeddings=False)),
    'glm4-yarn': (Glm4Config, Glm4ForCausalLM, dict(attention_bias=False, tie_word_embeddings=False, yarn=True)),
}
IDS = [5, 17, 99, 3, 64, 64, 127, 0, 42, 8, 101, 77, 23, 5, 17, 90]


def config_of(cls, extra):
    extra = dict(COMMON, **extra)
    yarn = extra.pop('yarn', False)
    if int(transformers.__version__.split('.')[0]) >= 5:
        rope = dict(rope_theta=10000.0, rope_type='default', partial_rotary_factor=0.5)
        extra['rope_parameters'] = dict(rope, **YARN) if yarn else rope
    else:
        extra['rope_theta'] = 10000.0
        if yarn:
            extra['rope_scaling'] = YARN
    config = cls(**extra)
    config._attn_implementation = 'eager'
    return config


def make(name, folder):
    cls, model_cls, extra = MODELS[name]
    torch.manual_seed(sum(map(ord, name)))
    model = model_cls(config_of(cls, extra)).float().eval()
    with torch.no_grad():
        for key, p in model.named_parameters():
            if p.ndim == 1:
                p.copy_(torch.randn_like(p) * 0.2 + (1.0 if 'norm' in key else 0.0))
            else:
                p.copy_(torch.randn_like(p) * (1.0 if 'embed' in key or 'lm_head' in key else 1.5 / p.shape[1] ** 0.5))
            p.copy_(p.bfloat16().float())
        logits = model(torch.tensor([IDS])).logits[0].float().contiguous()
    os.makedirs(folder, exist_ok=True)
    model.bfloat16().save_pretrained(folder, safe_serialization=True)
    extra_file = os.path.join(folder, 'generation_config.json')
    if os.path.exists(extra_file):
        os.remove(extra_file)
    logits.numpy().astype('<f4').tofile(os.path.join(folder, 'logits.f32'))
    with open(os.path.join(folder, 'expected.json'), 'w') as f:
        json.dump(dict(ids=IDS, n_vocab=logits.shape[1], transformers=transformers.__version__, torch=torch.__version__), f)
        f.write('\n')
    print(name, float(logits.abs().max()), logits[-1, :4].tolist(), sorted(os.listdir(folder)))


if __name__ == '__main__':
    for name in MODELS:
        make(name, os.path.join(sys.argv[1], name))
