#!/usr/bin/env python3
"""A GGUF file as the Hugging Face folder that it may have come from.

	gguf_folder.py FILE.gguf FOLDER [F32|F16|BF16] [SHARD_MB]

Needs numpy and gguf. Weights are dequantised; llama's queries and keys get
back the order that they had, gemma's norms lose their 1, merges of a
SentencePiece vocabulary are made as transformers makes them. What
table-folder compares with the file.
"""
import json
import os
import sys

import numpy as np
from gguf import GGUFReader
from gguf.quants import dequantize

CLASSES = {
    'llama': 'LlamaForCausalLM', 'qwen2': 'Qwen2ForCausalLM',
    'qwen3': 'Qwen3ForCausalLM', 'qwen2moe': 'Qwen2MoeForCausalLM',
    'qwen3moe': 'Qwen3MoeForCausalLM', 'gemma': 'GemmaForCausalLM',
    'gemma2': 'Gemma2ForCausalLM', 'gemma3': 'Gemma3ForCausalLM',
    'phi3': 'Phi3ForCausalLM',
}
NUMBERS = {
    'block_count': 'num_hidden_layers', 'embedding_length': 'hidden_size',
    'feed_forward_length': 'intermediate_size',
    'attention.head_count': 'num_attention_heads',
    'attention.head_count_kv': 'num_key_value_heads',
    'attention.key_length': 'head_dim',
    'context_length': 'max_position_embeddings',
    'attention.layer_norm_rms_epsilon': 'rms_norm_eps',
    'attention.sliding_window': 'sliding_window',
    'rope.freq_base': 'rope_theta',
    'expert_count': 'num_experts', 'expert_used_count': 'num_experts_per_tok',
    'expert_feed_forward_length': 'moe_intermediate_size',
    'expert_shared_feed_forward_length': 'shared_expert_intermediate_size',
    'attn_logit_softcapping': 'attn_logit_softcapping',
    'final_logit_softcapping': 'final_logit_softcapping',
}
NAMES = {
    'token_embd': 'model.embed_tokens', 'output_norm': 'model.norm',
    'output': 'lm_head',
}
PARTS = {
    'attn_norm': 'input_layernorm', 'ffn_norm': 'post_attention_layernorm',
    'attn_q': 'self_attn.q_proj', 'attn_k': 'self_attn.k_proj',
    'attn_v': 'self_attn.v_proj', 'attn_output': 'self_attn.o_proj',
    'attn_qkv': 'self_attn.qkv_proj',
    'attn_q_norm': 'self_attn.q_norm', 'attn_k_norm': 'self_attn.k_norm',
    'ffn_gate': 'mlp.gate_proj', 'ffn_up': 'mlp.up_proj',
    'ffn_down': 'mlp.down_proj', 'ffn_gate_inp': 'mlp.gate',
    'ffn_gate_shexp': 'mlp.shared_expert.gate_proj',
    'ffn_up_shexp': 'mlp.shared_expert.up_proj',
    'ffn_down_shexp': 'mlp.shared_expert.down_proj',
    'ffn_gate_inp_shexp': 'mlp.shared_expert_gate',
    'ffn_gate_exps': 'mlp.experts.#.gate_proj',
    'ffn_up_exps': 'mlp.experts.#.up_proj',
    'ffn_down_exps': 'mlp.experts.#.down_proj',
}
POST = {
    'ffn_norm': 'pre_feedforward_layernorm',
    'post_attention_norm': 'post_attention_layernorm',
    'post_ffw_norm': 'post_feedforward_layernorm',
}
QWEN = (r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}%s"
        r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+")
BLANK = '\u2581'


def split(pattern):
    return {'type': 'Split', 'pattern': {'Regex': pattern},
            'behavior': 'Isolated', 'invert': False}


def byte_level(use_regex):
    return {'type': 'ByteLevel', 'add_prefix_space': False,
            'trim_offsets': True, 'use_regex': use_regex}


DIGITS = {'type': 'Digits', 'individual_digits': True}
PRE = {
    'qwen2': [split(QWEN % ''), byte_level(False)],
    'llama-bpe': [split(QWEN % '{1,3}'), byte_level(False)],
    'smollm': [DIGITS, byte_level(True)],
    'gpt-2': [byte_level(True)],
}


class File:
    def __init__(self, path):
        self.reader = GGUFReader(path)
        self.arch = self.key('general.architecture')

    def key(self, name, otherwise=None):
        field = self.reader.fields.get(name)
        return otherwise if field is None else field.contents()

    def own(self, name, otherwise=None):
        return self.key(f'{self.arch}.{name}', otherwise)


def config(f):
    out = {'architectures': [CLASSES[f.arch]], 'model_type': f.arch,
           'hidden_act': 'silu', 'torch_dtype': 'bfloat16'}
    for name, to in NUMBERS.items():
        value = f.own(name)
        if value is not None:
            out[to] = value
    names = {t.name for t in f.reader.tensors}
    out['tie_word_embeddings'] = 'output.weight' not in names
    out['vocab_size'] = len(f.key('tokenizer.ggml.tokens'))
    if f.arch.startswith('gemma'):
        out['hidden_activation'] = 'gelu_pytorch_tanh'
        out['query_pre_attn_scalar'] = out['head_dim']
    if f.arch == 'gemma3':
        out['rope_local_base_freq'] = 10000.0
        out['sliding_window_pattern'] = 6
    scaling = f.own('rope.scaling.type')
    if scaling in ('linear', 'yarn'):
        out['rope_scaling'] = {
            'rope_type': scaling, 'factor': f.own('rope.scaling.factor'),
            'original_max_position_embeddings':
                f.own('rope.scaling.original_context_length')}
    out['eos_token_id'] = f.key('tokenizer.ggml.eos_token_id')
    out['bos_token_id'] = f.key('tokenizer.ggml.bos_token_id')
    return out


def merges_of(vocab, scores):
    """transformers' generate_merges()."""
    merges = []
    for piece, score in scores.items():
        local = [(piece[:i], piece[i:], score) for i in range(1, len(piece))
                 if piece[:i] in vocab and piece[i:] in vocab]
        local.sort(key=lambda m: (vocab[m[0]], vocab[m[1]]))
        merges += local
    merges.sort(key=lambda m: (m[2], len(m[0]), len(m[1])), reverse=True)
    return [[a, b] for a, b, _ in merges]


def tokenizer(f):
    tokens = f.key('tokenizer.ggml.tokens')
    types = f.key('tokenizer.ggml.token_type')
    spm = f.key('tokenizer.ggml.model') == 'llama'
    if spm:
        tokens = [t.replace(' ', BLANK) if types[i] == 4 else t
                  for i, t in enumerate(tokens)]
    vocab = {}
    for i, t in enumerate(tokens):
        vocab.setdefault(t, i)
    added = [{'id': i, 'content': t, 'special': types[i] == 3,
              'normalized': False, 'single_word': False, 'lstrip': False,
              'rstrip': False}
             for i, t in enumerate(tokens) if types[i] in (3, 4)]
    out = {'version': '1.0', 'truncation': None, 'padding': None,
           'added_tokens': added}
    bos = f.key('tokenizer.ggml.bos_token_id')
    add_bos = f.key('tokenizer.ggml.add_bos_token', spm)
    model = {'type': 'BPE', 'dropout': None, 'unk_token': None,
             'continuing_subword_prefix': None, 'end_of_word_suffix': None,
             'fuse_unk': spm, 'byte_fallback': spm, 'vocab': vocab}
    if spm:
        scores = f.key('tokenizer.ggml.scores')
        unknown = f.key('tokenizer.ggml.unknown_token_id')
        model['unk_token'] = None if unknown is None else tokens[unknown]
        normal = {t: i for i, t in enumerate(tokens) if types[i] in (1, 4)}
        model['merges'] = merges_of(
            normal, {t: scores[i] for t, i in normal.items()})
        parts = [{'type': 'Replace', 'pattern': {'String': ' '},
                  'content': BLANK}]
        if f.key('tokenizer.ggml.add_space_prefix', True):
            parts.insert(0, {'type': 'Prepend', 'prepend': BLANK})
        out['normalizer'] = {'type': 'Sequence', 'normalizers': parts}
        out['pre_tokenizer'] = None
        out['decoder'] = {'type': 'Sequence', 'decoders': [
            {'type': 'Replace', 'pattern': {'String': BLANK}, 'content': ' '},
            {'type': 'ByteFallback'}, {'type': 'Fuse'}]}
    else:
        pre = PRE[f.key('tokenizer.ggml.pre')]
        model['merges'] = f.key('tokenizer.ggml.merges')
        model['ignore_merges'] = f.key('tokenizer.ggml.pre') == 'llama-bpe'
        out['normalizer'] = None
        out['pre_tokenizer'] = {'type': 'Sequence', 'pretokenizers': pre}
        out['decoder'] = byte_level(True)
    out['post_processor'] = None
    if add_bos and bos is not None:
        out['post_processor'] = {
            'type': 'TemplateProcessing',
            'single': [{'SpecialToken': {'id': tokens[bos], 'type_id': 0}},
                       {'Sequence': {'id': 'A', 'type_id': 0}}],
            'pair': [{'Sequence': {'id': 'A', 'type_id': 0}},
                     {'Sequence': {'id': 'B', 'type_id': 1}}],
            'special_tokens': {tokens[bos]: {
                'id': tokens[bos], 'ids': [bos], 'tokens': [tokens[bos]]}}}
    out['model'] = model
    return out


def tokenizer_config(f):
    tokens = f.key('tokenizer.ggml.tokens')
    out = {}
    for name in ('bos', 'eos'):
        i = f.key(f'tokenizer.ggml.{name}_token_id')
        if i is not None:
            out[f'{name}_token'] = tokens[i]
    template = f.key('tokenizer.chat_template')
    if template is not None:
        out['chat_template'] = template
    return out


def unpermute(w, n_heads):
    """The inverse of convert_hf_to_gguf's permute()."""
    n = w.shape[0]
    return (w.reshape(n_heads, n // n_heads // 2, 2, *w.shape[1:])
            .swapaxes(1, 2).reshape(w.shape))


def tensors(f):
    """(name, array as a function) of what the folder has."""
    parts = dict(PARTS, **(POST if f.arch in ('gemma2', 'gemma3') else {}))
    if f.arch == 'phi3':
        parts['ffn_up'] = 'mlp.gate_up_proj'
    heads = {'attn_q': f.own('attention.head_count'),
             'attn_k': f.own('attention.head_count_kv',
                             f.own('attention.head_count'))}
    for t in f.reader.tensors:
        words = t.name.split('.')
        if words[0] != 'blk' and words[0] not in NAMES:
            continue
        w = dequantize(t.data, t.tensor_type)
        if f.arch.startswith('gemma') and t.name.endswith('norm.weight'):
            w = w - 1
        if words[0] != 'blk':
            yield f'{NAMES[words[0]]}.{words[-1]}', w
            continue
        if f.arch == 'llama' and words[2] in heads:
            w = unpermute(w, heads[words[2]])
        if words[2] == 'ffn_gate_inp_shexp':
            w = w.reshape(1, -1)
        name = f'model.layers.{words[1]}.{parts[words[2]]}.{words[3]}'
        if '#' not in name:
            yield name, w
            continue
        for i in range(w.shape[0]):
            yield name.replace('#', str(i)), w[i]


def narrow(w, to):
    """Bytes of an array of floats; BF16 rounds to nearest even."""
    w = np.ascontiguousarray(w, dtype=np.float32)
    if to == 'F32':
        return w.tobytes()
    if to == 'F16':
        return w.astype(np.float16).tobytes()
    bits = w.view(np.uint32).astype(np.uint64)
    bits = (bits + 0x7fff + (bits >> 16 & 1)) >> 16
    return bits.astype(np.uint16).tobytes()


def write_safetensors(path, named, to):
    """named: (name, shape, bytes); names in order, as the library has them."""
    head, at = {'__metadata__': {'format': 'pt'}}, 0
    for name, shape, data in named:
        head[name] = {'dtype': to, 'shape': list(shape),
                      'data_offsets': [at, at + len(data)]}
        at += len(data)
    text = json.dumps(head).encode()
    text += b' ' * (-len(text) % 8)
    with open(path, 'wb') as out:
        out.write(len(text).to_bytes(8, 'little') + text)
        for _, _, data in named:
            out.write(data)


def write_weights(f, folder, to, shard_bytes):
    shards, size = [[]], 0
    for name, w in tensors(f):
        data = narrow(w, to)
        if shards[-1] and size + len(data) > shard_bytes:
            shards.append([])
            size = 0
        shards[-1].append((name, w.shape, data))
        size += len(data)
    if len(shards) == 1:
        write_safetensors(f'{folder}/model.safetensors', shards[0], to)
        return
    index = {}
    for i, shard in enumerate(shards):
        name = f'model-{i + 1:05}-of-{len(shards):05}.safetensors'
        write_safetensors(f'{folder}/{name}', shard, to)
        index.update({t[0]: name for t in shard})
    with open(f'{folder}/model.safetensors.index.json', 'w') as out:
        json.dump({'metadata': {}, 'weight_map': index}, out)


def main():
    f, folder = File(sys.argv[1]), sys.argv[2]
    to = sys.argv[3] if len(sys.argv) > 3 else 'BF16'
    shard_mb = float(sys.argv[4]) if len(sys.argv) > 4 else 1e9
    os.makedirs(folder, exist_ok=True)
    for name, make in (('config', config), ('tokenizer', tokenizer),
                       ('tokenizer_config', tokenizer_config)):
        with open(f'{folder}/{name}.json', 'w') as out:
            json.dump(make(f), out, ensure_ascii=False)
    write_weights(f, folder, to, shard_mb * 1e6)


if __name__ == '__main__':
    main()
