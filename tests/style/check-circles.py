#!/usr/bin/env python3
"""check-circles.py [--list] LIBRARY…: files that call each other in circles are the ones that CIRCLES names, each with its reason.

The graph is the linker's: a file points to the file that defines a symbol it needs.  So callbacks and macros count, and what
is called through a pointer does not.  A class cut into several files around one struct is such a circle; so is a layer that
calls up.
SPDX-License-Identifier: GPL-3.0-or-later
"""
import collections
import pathlib
import re
import subprocess
import sys

MOST = 20

# files without suffix: why they may call each other
CIRCLES = {
    ("actor-jobs", "actor-thread"):
        "the thread runs the jobs, and the jobs post their events to it",
    ("maths-layout", "maths-scripts", "maths-structures"):
        "a formula holds formulas: fractions and scripts lay out what is in them by the layout that called them",
    ("myna-remote-model", "myna-remote-servers"):
        "the list of servers keeps a generator for each model, and a generator asks the list for its server and the link",
    ("tex-commands", "tex-environments", "tex-parse"):
        "TeX's grammar is recursive: what a command or an environment takes is parsed by the parser that met it",
}


def read_graph(libraries):
    defined, needed = {}, collections.defaultdict(set)
    for library in libraries:
        path = pathlib.Path(library)
        files = sorted(path.rglob("*.o")) if path.is_dir() else [path]     # a program's objects, or a library
        listing = subprocess.run(["nm", "--extern-only", "--format=posix", *files], check=True, capture_output=True,
                                 text=True).stdout
        member = None
        for line in listing.splitlines():
            match = re.fullmatch(r"(?:.*[\[/])?(.*)\.c\.o\]?:", line)
            if match:
                member = re.split("[/_]", match[1])[-1]
                if path.is_dir():       # each program has a main.c
                    member = f"{path.stem}/{member}"
            elif line and member:
                name, kind = line.split()[:2]
                if kind in "Uw":
                    needed[member].add(name)
                else:
                    defined[name] = member
                    needed[member]
    return {a: {defined[n] for n in names if n in defined} - {a} for a, names in needed.items()}


def circles(graph):
    """Tarjan's strongly connected components of more than one file, without recursion."""
    index, low, stack, on, found = {}, {}, [], set(), []
    for root in graph:
        if root in index:
            continue
        work = [(root, iter(sorted(graph[root])))]
        index[root] = low[root] = len(index)
        stack.append(root)
        on.add(root)
        while work:
            node, others = work[-1]
            other = next(others, None)
            if other is None:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == index[node]:
                    members = []
                    while not members or members[-1] != node:
                        members.append(stack.pop())
                        on.discard(members[-1])
                    if len(members) > 1:
                        found.append(tuple(sorted(members)))
            elif other not in index:
                index[other] = low[other] = len(index)
                stack.append(other)
                on.add(other)
                work.append((other, iter(sorted(graph[other]))))
            elif other in on:
                low[node] = min(low[node], index[other])
    return sorted(found)


def main(arguments):
    graph = read_graph([a for a in arguments if not a.startswith("--")])
    found = circles(graph)
    n = sum(map(len, found))
    problems = [f"a new circle: {' '.join(c)}" for c in found if c not in CIRCLES]
    problems += [f"no circle any more, take it off the list: {' '.join(c)}" for c in CIRCLES if c not in found]
    if n > MOST:
        problems.append(f"{n} files in circles; at most {MOST}")
    if "--list" in arguments:
        for c in found:
            print(len(c), ", ".join(c))
    # A check that sees nothing would be worthless.
    if circles({"a": {"b"}, "b": {"c"}, "c": {"b"}}) != [("b", "c")]:
        problems.append("the check itself is wrong")
    print("\n".join(problems) or f"{len(graph)} files, {n} of them in {len(found)} circles")
    return 1 if problems or not graph else 0


sys.exit(main(sys.argv[1:]))
