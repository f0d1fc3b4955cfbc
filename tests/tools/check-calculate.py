#!/usr/bin/env python3
"""check-calculate.py PROGRAM: calculate against Python's fractions on 10,000 expressions, and 1,000 hostile ones.

SPDX-License-Identifier: GPL-3.0-or-later
"""
import math
import random
import re
import statistics
import subprocess
import sys
from fractions import Fraction

MAX_DIGITS = 10000


class Refused(Exception):
    pass


def bounded(value):
    if max(abs(value.numerator), value.denominator) >= 10 ** 300:
        raise Refused
    return value


def number(rng):
    kind = rng.randrange(4)
    if kind == 0:
        text = str(rng.randrange(10 ** rng.randrange(1, 20)))
    elif kind == 1:
        text = f"{rng.randrange(10 ** 6)}.{rng.randrange(10 ** 6):06}"
    elif kind == 2:
        text = f"{rng.randrange(1, 100)}e{rng.randrange(-6, 7)}"
    else:
        text = str(rng.randrange(10))
    return text, Fraction(text)


def expression(rng, depth):
    """Text and value; the value None where there is none (a division by zero)."""
    if depth == 0 or rng.random() < 0.15:
        return number(rng)
    kind = rng.choice(["+", "-", "*", "/", "%", "^", "neg", "call", "!"])
    if kind == "neg":
        text, value = expression(rng, depth - 1)
        return f"-({text})", None if value is None else -value
    if kind == "!":
        n = rng.randrange(20)
        return f"{n}!", Fraction(math.factorial(n))
    left, a = expression(rng, depth - 1)
    if kind == "^":
        n = rng.randrange(-4, 5)
        if a is None or (a == 0 and n < 0):
            return f"({left})^{n}", None
        return f"({left})^{n}", bounded(a ** n)
    right, b = expression(rng, depth - 1)
    if kind == "call":
        name = rng.choice(["floor", "ceil", "abs", "min", "max", "round"])
        if name in ("min", "max"):
            return f"{name}({left}, {right})", None if a is None or b is None else min(a, b) if name == "min" else max(a, b)
        if a is None:
            return f"{name}({left})", None
        value = {"floor": lambda: math.floor(a), "ceil": lambda: math.ceil(a), "abs": lambda: abs(a),
                 "round": lambda: math.floor(abs(a) + Fraction(1, 2)) * (1 if a >= 0 else -1)}[name]()
        return f"{name}({left})", Fraction(value)
    text = f"({left}) {kind} ({right})"
    if a is None or b is None or (kind in "/%" and b == 0):
        return text, None
    value = {"+": lambda: a + b, "-": lambda: a - b, "*": lambda: a * b, "/": lambda: a / b, "%": lambda: a % b}[kind]()
    return text, bounded(value)


def generate(rng):
    while True:
        try:
            return expression(rng, rng.randrange(1, 5))
        except Refused:
            continue


def hostile(rng):
    big = "9" * rng.randrange(1, 4000)
    return rng.choice([
        lambda: f"{big}^{big}", lambda: f"{rng.randrange(10 ** 6)}!", lambda: "(" * rng.randrange(20000) + "1",
        lambda: "^".join(["9"] * rng.randrange(2, 400)), lambda: "*".join([big] * rng.randrange(2, 12)),
        lambda: "+".join([f"1/({big}+{i})" for i in range(rng.randrange(2, 12))]), lambda: f"1e{big}",
        lambda: f"gcd({big}, {big[:-1] or 1})", lambda: f"lcm({big}, {big[:-1] or 1}, {big[:-2] or 1})", lambda: f"sin({big})",
        lambda: f"({big}/7)^(1/63)", lambda: f"log({big}, 1.0000001)", lambda: "-" * rng.randrange(30000) + "1",
        lambda: "".join(rng.choice("0123456789+-*/^%!().,epi sqrt") for _ in range(rng.randrange(1, 3000))),
        lambda: "floor(" * rng.randrange(100) + "1", lambda: f"round({big}/3, {rng.randrange(10 ** 9)})",
        lambda: f"exp({big})", lambda: f"{big}%{big}%{big}",
    ])()


def run(program, lines):
    out = subprocess.run([program], input="\n".join(lines) + "\n", capture_output=True, text=True, check=True, timeout=500)
    rows = [line.split(" ", 1) for line in out.stdout.splitlines()]
    assert len(rows) == len(lines), (len(rows), len(lines))
    return [int(row[0]) for row in rows], [row[1] for row in rows]


def shown(text):
    """The exact value of an answer, and the rounded one that stands beside it (or None)."""
    text = re.sub(r" \(\d+ digits, ≈ [^)]*\)$", "", text)
    if " = " in text:
        decimal, fraction = text.split(" = ")
        assert Fraction(decimal) == Fraction(fraction), text
        return Fraction(fraction), None
    fraction, _, near = text.partition(" ≈ ")
    return Fraction(fraction), Fraction(near) if near else None


def main(program):
    rng = random.Random(17)
    cases = [generate(rng) for _ in range(10000)]
    times, answers = run(program, [text for text, _ in cases])
    wrong = 0
    for (text, value), answer in zip(cases, answers):
        if value is None:
            good = answer == "!Division by zero"
        elif answer.startswith("!"):
            good = False
        else:
            exact, near = shown(answer)
            good = exact == value and (near is None or abs(near - value) <= abs(value) / 10 ** 19)
        if not good:
            wrong += 1
            if wrong < 10:
                print(f"{text}\n  gives {answer}\n  not   {value}")
    print(f"10000 expressions, {wrong} wrong, {statistics.median(times)} µs at the median, {max(times)} at most")

    lines = [hostile(rng) for _ in range(1000)]
    times, answers = run(program, lines)
    slow = [(time, line[:60]) for time, line in zip(times, lines) if time > 400000]
    large = [line[:60] for line, answer in zip(lines, answers)
             if max((len(digits) for digits in re.findall(r"\d+", answer)), default=0) > MAX_DIGITS + 1]
    print(f"1000 hostile ones, {max(times)} µs at most, {sum(a.startswith('!') for a in answers)} refused")
    print(*slow, *large, sep="\n")
    return 1 if wrong or slow or large else 0


sys.exit(main(sys.argv[1]))
