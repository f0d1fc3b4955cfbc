#!/usr/bin/env python3
# make-tokenizer-fixtures.py: a small tokenizer.json and a .bin as the libraries themselves write them
#
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Usage: make-tokenizer-fixtures.py OUTPUT   (needs tokenizers and torch)
#
# bpe/tokenizer.json   byte-level BPE with GLM-4's pre-tokenizer, trained on the texts below
# bpe/vectors.json     texts and the ids that the tokenizers library gives them
# torch/state_dict.bin a state_dict() written by torch.save(): tied tensors, half, a parameter, a view; values are
#                      arange() / 8 in every tensor (int8: arange() - 8), a view begins later in its storage
import collections, json, os, sys
import torch
from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers

PATTERN = (r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+"
           r"|\s+(?!\S)|\s+")
SPECIAL = ['<|endoftext|>', '[MASK]', '[gMASK]', '[sMASK]', '<sop>', '<eop>', '<|system|>', '<|user|>', '<|assistant|>',
           '<|observation|>']
TEXTS = [
    '', ' ', '  ', '   x', 'hello world', 'Hello, World!', "I'm sure it's what they'd said; we'll see. DON'T'S",
    '你好，世界！今天天气怎么样？', 'mixed 中文 and English', 'a\nb\n\nc\r\n\r\nd', '   \n  \n  indented', 'tab\tand\t\ttabs',
    '1234567890 12,345.678', '３４ ½ Ⅻ ², ៣', 'naïve café Ω ñ Å', 'русский текст', 'العربية עברית', 'ไทย हिन्दी', '👋🏽 👨‍👩‍👧‍👦 🇨🇳',
    '\u3000全角\u3000', '\xa0nbsp\xa0', '\u2028sep\u2029', '\x85nel', 'x\x00y\x01', '...!!!???\n\n...', '<|user|>hi<|assistant|>',
    '[gMASK]<sop>', "'S 'RE 'LL x'Sx", '_snake_case_ and CamelCase2You', 'http://example.com/a?b=c&d=e#f', '        ' * 20,
    'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', '啊啊啊啊啊啊啊啊啊啊啊啊啊啊', 'é\u0301\u0302x', 'trailing space ', ' \n', '\n ', '\t\n\t',
    'a  b   c    d', '(a)[b]{c}<d>', '-1 +2 =3', 'ſ ſt \u212a', "l'été d'Anne", '\ufeffBOM', '𠮷野家 𝒳 𓀀',
]


def bpe(folder):
    os.makedirs(folder, exist_ok=True)
    tokenizer = Tokenizer(models.BPE(ignore_merges=False))
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Split(Regex(PATTERN), behavior='isolated', invert=False),
        pre_tokenizers.ByteLevel(add_prefix_space=False, trim_offsets=True, use_regex=False)])
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(vocab_size=620, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
                                  show_progress=False)
    tokenizer.train_from_iterator(TEXTS * 3 + [__doc__ or '', PATTERN] + [open(__file__, encoding='utf-8').read()], trainer)
    tokenizer.add_special_tokens(SPECIAL)
    tokenizer.save(os.path.join(folder, 'tokenizer.json'))
    # Texts never become special tokens in this project: the ids come from a copy without them.
    data = json.load(open(os.path.join(folder, 'tokenizer.json'), encoding='utf-8'))
    data['added_tokens'] = []
    plain = Tokenizer.from_str(json.dumps(data))
    with open(os.path.join(folder, 'vectors.json'), 'w') as f:
        json.dump([dict(text=t, ids=plain.encode(t, add_special_tokens=False).ids) for t in TEXTS], f, indent=0)
        f.write('\n')


def state_dict(folder):
    os.makedirs(folder, exist_ok=True)
    ramp = lambda *shape, dtype=torch.float16: (torch.arange(torch.Size(shape).numel()).reshape(shape) / 8).to(dtype)
    tied = ramp(6, 4)
    state = collections.OrderedDict()
    state['embed.weight'] = tied
    state['head.weight'] = tied
    state['norm.weight'] = torch.nn.Parameter(ramp(4, dtype=torch.float32))
    state['proj.weight'] = ramp(3, 4, dtype=torch.bfloat16)
    state['proj.quantised'] = (torch.arange(12).reshape(3, 4) - 8).to(torch.int8)
    state['view.weight'] = ramp(5, 4)[2:4]
    state._metadata = collections.OrderedDict({'': dict(version=1), 'norm': dict(version=1)})
    torch.save(state, os.path.join(folder, 'state_dict.bin'))


if __name__ == '__main__':
    bpe(os.path.join(sys.argv[1], 'bpe'))
    state_dict(os.path.join(sys.argv[1], 'torch'))
