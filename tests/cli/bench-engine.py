#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""bench-engine.py: the engine on files of a published model's size, beside llama.cpp where it is installed.

Makes the files with `myna-cli synth` (random weights: speed does not depend on them), runs `myna-cli bench` and, if a
llama-bench is on PATH, that on the same files in turn, and prints the ratios.  Values taken in turn, minutes apart, share
the state of the machine; of either program the best of three counts in a round, and then the median of the rounds.

usage: bench-engine.py MYNA_CLI   (./dev bench engine)
  MYNA_BENCH_SHAPE    of myna-cli synth; chatglm3-6b
  MYNA_BENCH_TYPES    q4_0 q8_0
  MYNA_BENCH_ROUNDS   3
  MYNA_BENCH_THREADS  all cores
  MYNA_BENCH_DIR      where the files are made and kept; otherwise a temporary folder
  MYNA_BENCH_JSON     a file for the results
  MYNA_BENCH_COMPARE  such a file of an earlier run
"""
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile

PROMPTS = (16, 128, 512)
# What issue 4 asks of a Q4_0 and a Q8_0 file: (row, size) → at least so many times llama.cpp.
TARGETS = {"q4_0": {("prompt", 16): 2, ("prompt", 128): 2.5, ("prompt", 512): 2.5, ("decode", 0): 1.5},
           "q8_0": {("prompt", 128): 2, ("decode", 0): 1.3}}


def run(command):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def ours(cli, model, threads):
    result = json.loads(run([cli, "bench", "--json", "-m", model, "--threads", str(threads), "-n", "32"]))
    return result, {(r["what"], r["size"]): r["value"] for r in result["rows"]}


def theirs(llama, model, threads):
    try:
        rows = json.loads(run([llama, "-m", model, "-t", str(threads), "-p", ",".join(map(str, PROMPTS)), "-n", "32",
                               "-r", "3", "-o", "json"]))
    except subprocess.CalledProcessError:
        print("llama-bench does not read this file: only our own values.")
        return {}
    return {("prompt", r["n_prompt"]) if r["n_prompt"] else ("decode", 0): max(r["samples_ts"]) for r in rows}


def median(rounds, key):
    values = [r[key] for r in rounds if key in r]
    return statistics.median(values) if values else None


def bench_type(cli, llama, model, kind, threads, n_rounds, old):
    own, other = [], []
    for _ in range(n_rounds):
        machine, values = ours(cli, model, threads)
        own.append(values)
        if llama:
            other.append(theirs(llama, model, threads))
    print(f"\n{kind}: {machine['processor']}, {machine['instructions']}, {threads} threads, load {machine['load_average']}")
    print(f"{'':12} {'size':>6} {'Myna':>10} {'llama.cpp':>10} {'ratio':>7} {'at least':>9} {'of saved':>9}")
    table = {}
    for key in own[0]:
        value, peer = median(own, key), median(other, key)
        saved = old.get(kind, {}).get(f"{key[0]} {key[1]}", {}).get("value")
        target = TARGETS.get(kind, {}).get(key)
        table[f"{key[0]} {key[1]}"] = {"value": value, "llama.cpp": peer}
        print(f"{key[0]:12} {key[1]:6} {value:10.2f}"
              f" {f'{peer:.2f}' if peer else '':>10} {f'{value / peer:.2f}' if peer else '':>7}"
              f" {target if peer and target else '':>9} {f'{value / saved:.2f}' if saved else '':>9}")
    return table


def main():
    cli, llama = sys.argv[1], shutil.which("llama-bench")
    shape = os.environ.get("MYNA_BENCH_SHAPE", "chatglm3-6b")
    threads = int(os.environ.get("MYNA_BENCH_THREADS", "0")) or len(os.sched_getaffinity(0))
    n_rounds = int(os.environ.get("MYNA_BENCH_ROUNDS", "3"))
    keep = os.environ.get("MYNA_BENCH_DIR")
    directory = keep or tempfile.mkdtemp(prefix="myna-bench-")
    results, old = {}, {}
    if "MYNA_BENCH_COMPARE" in os.environ:
        with open(os.environ["MYNA_BENCH_COMPARE"], encoding="utf-8") as file:
            old = json.load(file)
    if not llama:
        print("No llama-bench on PATH: only our own values.")
    try:
        for kind in os.environ.get("MYNA_BENCH_TYPES", "q4_0 q8_0").split():
            model = os.path.join(directory, f"{shape}-{kind}.gguf")
            if not os.path.exists(model):
                run([cli, "synth", shape, "--type", kind, "-o", model])
            results[kind] = bench_type(cli, llama, model, kind, threads, n_rounds, old)
            if not keep:
                os.unlink(model)
    finally:
        if not keep:
            shutil.rmtree(directory)
    if "MYNA_BENCH_JSON" in os.environ:
        with open(os.environ["MYNA_BENCH_JSON"], "w", encoding="utf-8") as file:
            json.dump(results, file, indent=1)


main()
