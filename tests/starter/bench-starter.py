#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""bench-starter.py: what the starter model can do, as a table to compare the next one with

Asks each question of three lists in a conversation of its own, always takes the likeliest token, and judges the answers by rules:

  skills.jsonl   500 prompts of the training's templates that are not in the training text; right if the expected words occur
  everyday.tsv   200 questions of a day in two languages; a rule (a regular expression) where keywords can judge the answer
  tools.tsv      200 prompts with a calculator and a clock offered, half of which need one; calls are recognized as the
                 program does it (myna-cli parse), and right if the tool is, and the value of the expression or the
                 arguments are.  Asked twice: with the program's own names (tools.json), and with names that are in the
                 training text (tools-trained.json)

usage: bench-starter.py MYNA_CLI ASK_STARTER   (./dev bench starter)
  MYNA_STARTER_MODEL    another model file than the starter model
  MYNA_STARTER_ANSWERS  a file for all answers, to be read by people: list, verdict, language, question, answer
  MYNA_STARTER_LISTS    skills everyday tools tools-trained
  MYNA_STARTER_TEXT     a text for myna-cli perplexity as well
"""
import ast
import concurrent.futures
import json
import operator
import os
import pathlib
import re
import subprocess
import sys
from fractions import Fraction

HERE = pathlib.Path(__file__).resolve().parent
TOOLS = ("calculate", "date_time")      # in tools.tsv; in the files of tools in this order, under any names
STARTER = "myna-fledgling-q8_0.gguf"
# ChatGLM3's own sentence before the list of tools.
OFFER = "Answer the following questions as best as you can. You have access to the following tools:\n"
LIMITS = {"skills": 48, "everyday": 160, "tools": 128, "tools-trained": 128}


class Cli:
    def __init__(self, program, asker, model):
        self.program, self.asker, self.model = program, asker, model

    def run(self, command, *args, text=""):
        done = subprocess.run([self.program, command, *args], input=text, capture_output=True, text=True)
        if done.returncode:
            sys.exit(f"myna-cli {command}: {done.stderr}")
        return done.stdout

    def answers(self, conversations, limit):
        """The reply to each, and whether it ended by waiting for a tool; a process for each core, with a share of them."""
        n = len(os.sched_getaffinity(0))
        processes = [subprocess.Popen([self.asker, self.model, "1"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
                     for _ in range(n)]

        def share(i):
            lines = [json.dumps({"turns": turns, "limit": limit}) + "\n" for turns in conversations[i::n]]
            return [json.loads(line) for line in processes[i].communicate("".join(lines))[0].splitlines()]

        with concurrent.futures.ThreadPoolExecutor(n) as pool:
            shares = list(pool.map(share, range(n)))
        if any(process.returncode for process in processes):
            sys.exit("ask-starter failed")
        return [(answer["text"].strip(), answer["waits"]) for i in range(len(conversations))
                for answer in [shares[i % n][i // n]]]

    def items(self, text, waits, tools):
        """What the reply consists of: [{"text": …}, {"call": {"name": …, "arguments": …}}, {"bad": …}]."""
        return json.loads(self.run("parse", "--family", "ChatGLM3", "--tools", str(tools),
                                   text=text + ("<|observation|>" if waits else "")))


# ---- Values of expressions ----------------------------------------------------------------------------------------------

OPERATORS = {ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv, ast.Mod: operator.mod}


def value_of_node(node):
    if isinstance(node, ast.Constant) and isinstance(node.value, (int, float)):
        return Fraction(str(node.value))
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return -value_of_node(node.operand)
    if isinstance(node, ast.BinOp) and type(node.op) in OPERATORS:
        return OPERATORS[type(node.op)](value_of_node(node.left), value_of_node(node.right))
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow):
        base, power = value_of_node(node.left), value_of_node(node.right)
        if abs(power) <= 100:
            return Fraction(base ** power)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "sqrt" and len(node.args) == 1:
        return Fraction(float(value_of_node(node.args[0])) ** 0.5)
    raise ValueError(node)


def value_of(expression):
    """The exact value of what calculate understands, or None."""
    try:
        return value_of_node(ast.parse(expression.replace("^", "**").replace("×", "*").replace("÷", "/"), mode="eval").body)
    except (SyntaxError, ValueError, ZeroDivisionError, OverflowError, RecursionError):
        return None


# ---- Verdicts -----------------------------------------------------------------------------------------------------------

def judge_call(need, expected, items):
    """right; what was wrong with the call; or "no call"."""
    calls = [item for item in items if "call" in item or "bad" in item]
    if not need:
        return "needless" if calls else "right"
    if not calls:
        return "no call"
    call = calls[0].get("call")
    if not call:
        return "unknown tool" if calls[0]["bad"]["why"] == "no-such-tool" else "malformed"
    if call["name"] != need:
        return "the other tool"
    if expected.startswith("{"):
        return "right" if call["arguments"] == json.loads(expected) else "arguments"
    value = value_of(str(call["arguments"].get("expression", "")))
    return "right" if value is not None and abs(value - value_of(expected)) < Fraction(1, 10 ** 9) else "arguments"


def read(name):
    """Cases of a list: (group, language, conversation, what judges the answer and whether it waits for a tool)."""
    if name == "skills":
        for line in (HERE / "skills.jsonl").read_text().splitlines():
            case = json.loads(line)
            turns = [{"role": ("user", "assistant")[i % 2], "content": text} for i, text in enumerate(case["turns"])]
            yield (case["skill"], case["lang"], turns,
                   lambda cli, text, waits, case=case: "right" if case["expect"].lower() in text.lower() else "wrong")
    elif name == "everyday":
        for line in (HERE / "everyday.tsv").read_text().split("\n")[:-1]:
            language, question, rule = line.split("\t")
            yield ("by keywords" if rule else "for people", language, [{"role": "user", "content": question}],
                   lambda cli, text, waits, rule=rule:
                   "-" if not rule else "right" if re.search(rule, text, re.IGNORECASE | re.DOTALL) else "wrong")
    else:
        path = HERE / (name + ".json")
        tools = json.loads(path.read_text())
        names = {need: tool["name"] for need, tool in zip(TOOLS, tools)}
        system = {"role": "system", "content": OFFER + json.dumps(tools, indent=4, ensure_ascii=False)}
        for line in (HERE / "tools.tsv").read_text().split("\n")[:-1]:
            language, need, question, expected = line.split("\t")
            group = ("no tool needed" if need == "-" else need if need == "calculate" or expected == "{}"
                     else need + ", arguments")
            yield (group, language, [system, {"role": "user", "content": question}],
                   lambda cli, text, waits, need=names.get(need), expected=expected:
                   judge_call(need, expected, cli.items(text, waits, path)))


def ask_all(cli, name):
    cases = list(read(name))
    answers = cli.answers([turns for _, _, turns, _ in cases], LIMITS[name])
    return [(name, group, language, judge(cli, text, waits), turns[-1]["content"], text)
            for (group, language, turns, judge), (text, waits) in zip(cases, answers)]


# ---- The table ----------------------------------------------------------------------------------------------------------

def count(rows, *values):
    return sum(row[3] in values for row in rows)


def ratio(rows, *values):
    return f"{count(rows, *values)}/{len(rows)}" if rows else "–"


def print_rows(rows, *values):
    languages = ("en", "zh")
    for group in sorted({row[1] for row in rows}):
        mine = [row for row in rows if row[1] == group]
        print(f"| {group} | " + " | ".join(ratio([r for r in mine if r[2] == language], *values) for language in languages)
              + f" | {ratio(mine, *values)} |")
    print("| **all** | " + " | ".join(ratio([r for r in rows if r[2] == language], *values) for language in languages)
          + f" | {ratio(rows, *values)} |")


def print_table(name, rows):
    titles = {"skills": "Scripted skills: right", "everyday": "Everyday questions that keywords can judge: right",
              "tools": "Two tools offered under the program's names: the right call, or none where none is needed",
              "tools-trained": "Two tools offered under names of the training text"}
    print(f"\n{titles[name]}\n\n| | en | zh | both |\n|---|---|---|---|")
    print_rows([row for row in rows if row[3] != "-"], "right")
    if name == "everyday":
        print(f"\nThe other {count(rows, '-')} answers are for people to judge (MYNA_STARTER_ANSWERS).")
    if name.startswith("tools"):
        needed = [row for row in rows if row[1] != "no tool needed"]
        others = [row for row in rows if row[1] == "no tool needed"]
        print(f"\nOf {len(needed)} prompts that need a tool: " + ", ".join(
            f"{verdict} {count(needed, verdict)}" for verdict in ("right", "no call", "unknown tool", "the other tool", "arguments", "malformed"))
              + f".  Needless calls: {ratio(others, 'needless')}.")


def main(program, asker):
    default = pathlib.Path(os.environ["MYNA_DATA_DIR"], "models", STARTER)
    cli = Cli(program, asker, os.environ.get("MYNA_STARTER_MODEL", str(default)))
    lists = os.environ.get("MYNA_STARTER_LISTS", "skills everyday tools tools-trained").split()
    about = json.loads(cli.run("describe", "-m", cli.model, "--json"))
    print(f"{about['name']}, {about['family']}, {about['parameters'] / 1e6:.0f} M parameters, {about['quantisation']}")
    answers = []
    for name in lists:
        rows = ask_all(cli, name)
        print_table(name, rows)
        sys.stdout.flush()
        answers += rows
    if "MYNA_STARTER_TEXT" in os.environ:
        print("\n" + cli.run("perplexity", "-m", cli.model, os.environ["MYNA_STARTER_TEXT"]).strip())
    if "MYNA_STARTER_ANSWERS" in os.environ:
        with open(os.environ["MYNA_STARTER_ANSWERS"], "w") as file:
            for name, group, language, verdict, question, text in answers:
                file.write("\t".join((name, verdict, language, question.replace("\n", "\\n"), text.replace("\n", "\\n"))) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
