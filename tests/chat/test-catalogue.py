#!/usr/bin/env python3
"""test-catalogue.py CATALOGUE FACTS-FOLDER: what the list of models says agrees with the facts that were looked up for the engine

SPDX-License-Identifier: GPL-3.0-or-later
"""
import json
import pathlib
import re
import sys

CATALOGUE = json.loads(pathlib.Path(sys.argv[1]).read_text(encoding="utf-8"))
FACTS = pathlib.Path(sys.argv[2])
MODELS = {model["id"]: model for model in CATALOGUE["models"]}
problems = []


def check(good, *words):
    if not good:
        problems.append(" ".join(map(str, words)))


def table(text, heading):
    """The rows of a Markdown table by their first cell, each as {column: cell}."""
    lines = text[text.index(heading):].splitlines()
    columns = [cell.strip() for cell in lines[0].strip("|").split("|")]
    rows = {}
    for line in lines[2:]:
        if not line.startswith("|"):
            break
        cells = [cell.strip().replace("*", "") for cell in line.strip("|").split("|")]
        rows[cells[0]] = dict(zip(columns, cells))
    return rows


def number(cell):
    """The first number of a cell: "13 696", "2 (…)", "no" → None."""
    match = re.match(r"[\d ]*\d", cell)
    return int(match.group().replace(" ", "")) if match else None


def check_form():
    for model in MODELS.values():
        for language in "en", "zh_CN", "zh_TW":
            check(model["good_at"].get(language), model["id"], "is good at nothing in", language)
        check(set(model["places"]) <= {site["id"] for site in CATALOGUE["sites"]}, model["id"], "lies at a site that is not there")
        check("huggingface" in model["places"] and model["places"].get("hf-mirror") == model["places"]["huggingface"],
              model["id"], "is not at Hugging Face and its mirror alike")
    check(len(MODELS) == len(CATALOGUE["models"]), "an id is there twice")
    ranks = [model["rank"] for model in MODELS.values()]
    check(len(set(ranks)) == len(ranks), "two have the same rank")


def check_older(text):
    rows = table(text, "| | ChatGLM-6B (v1)")
    for id_, column in {"chatglm-6b": "ChatGLM-6B (v1)", "chatglm3-6b": "ChatGLM3-6B", "glm-4-9b-0414": "GLM-4-9B-0414",
                        "glm-z1-9b-0414": "GLM-4-9B-0414", "glm-4-32b-0414": "GLM-4/Z1-32B-0414", "glm-edge-1.5b": "GLM-Edge 1.5B",
                        "glm-4.6v-flash": "GLM-4-9B-0414"}.items():
        shape = MODELS[id_]["shape"]
        for key, row in (("layers", "layers"), ("hidden", "hidden"), ("ff", "ffn inner"), ("heads", "q heads"), ("kv_heads", "kv heads"),
                         ("head_dim", "head dim"), ("vocab", "vocab rows")):
            check(shape[key] == number(rows[row][column]), id_, key, shape[key], rows[row][column])
        if id_ != "glm-4.6v-flash":
            check(MODELS[id_]["context"] == number(rows["context"][column]), id_, "context", MODELS[id_]["context"])
    params = rows["parameters [C]"]
    check(MODELS["glm-4-9b-0414"]["parameters"] == number(params["GLM-4-9B-0414"]), "parameters of GLM-4-9B-0414")
    check(MODELS["chatglm-6b"]["parameters"] == number(params["ChatGLM-6B (v1)"]), "parameters of ChatGLM-6B")
    for id_, size in (("glm-4-9b-0414", 6.16), ("glm-edge-4b", 2.5)):
        check(abs(MODELS[id_]["bytes"] / 1e9 - size) < 0.06, id_, MODELS[id_]["bytes"])
    check(round(MODELS["glm-edge-1.5b"]["bytes"] / (1 << 20)) == 935, "bytes of GLM-Edge 1.5B")
    for name in "unsloth/GLM-4-9B-0414-GGUF", "GLM-4-9B-0414-Q4_K_M.gguf", "zai-org/glm-edge-1.5b-chat-gguf", "chatglm3-ggml-q4_0.bin", \
            "chatglm-ggml-q4_0.bin", "Xorbits/chatglm-6B-GGML", "Xorbits/chatglm3-6B-GGML":
        check(name in text and name in json.dumps(CATALOGUE), name, "is not in both")


def check_newer(text):
    rows = table(text, "| | GLM-4.5-Air | GLM-4.5")
    for id_, column in {"glm-4.5-air": "GLM-4.5-Air", "glm-4.7-flash": "GLM-4.7-Flash", "glm-4.7-flash-reap-23b": "GLM-4.7-Flash"}.items():
        model, shape = MODELS[id_], MODELS[id_]["shape"]
        experts, used, shared = (int(cell) for cell in re.findall(r"\d+", rows["experts, top-k, shared"][column]))
        check(shape["layers"] == number(rows["layers (+ MTP layers)"][column]), id_, "layers")
        check(shape["hidden"] == number(rows["hidden"][column]), id_, "hidden")
        check(shape["experts"] == (48 if "reap" in id_ else experts) and shape["used"] == used, id_, "experts")
        check(shape["ff_expert"] == number(rows["expert ffn (shared the same)"][column]), id_, "expert ffn")
        check(shape["ff_shared"] == shared * shape["ff_expert"], id_, "shared expert")
        check(model["context"] == number(rows["context"][column]), id_, "context")
        check(shape["vocab"] == number(rows["vocabulary rows"][column]), id_, "vocabulary")
        check(model["license"] == rows["licence"][column], id_, "license")
        check(abs(model["active"] / 1e9 - float(rows["active per token, no embedding lookup [C]"][column][:-2])) < 0.01, id_, "active")
    speed = table(text, "| model, file | GB")
    for id_, row in (("glm-4.7-flash", "Flash Q4_K_M"), ("glm-4.5-air", "Air Q4_K_M")):
        gigabytes, read = (float(re.match(r"[\d.]+", speed[row][cell]).group()) for cell in ("GB", "read GB/token"))
        check(abs(MODELS[id_]["bytes"] / 1e9 - gigabytes) < 0.3, id_, "bytes", MODELS[id_]["bytes"], gigabytes)
        check(abs(MODELS[id_]["token_bytes"] / 1e9 - read) < 0.01, id_, "bytes of a token")
        # What a token reads of the experts is their share of all of them.
        always = float(speed[row]["of it always"])
        shape = MODELS[id_]["shape"]
        experts = (read - always) * shape["experts"] / shape["used"]
        check(abs(MODELS[id_]["expert_bytes"] / 1e9 - experts) < 0.1, id_, "bytes of the experts", experts)
    check(MODELS["glm-4.5-air"]["bytes"] == 72975748384 and "72,975,748,384" in text, "bytes of Air")


check_form()
if not FACTS.is_dir():
    print("# the facts are not here")
elif not problems:
    check_older((FACTS / "GLM-FACTS.md").read_text(encoding="utf-8"))
    check_newer((FACTS / "GLM-MOE-FACTS.md").read_text(encoding="utf-8"))
for problem in problems:
    print(problem)
sys.exit(1 if problems else 0)
