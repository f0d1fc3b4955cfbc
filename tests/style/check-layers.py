#!/usr/bin/env python3
"""check-layers.py SOURCE-ROOT [--graph]: which folder of src/ may include which; --graph prints the arrows that are used.

The dependency lists of the meson.build files prove the layers; this closes what the compiler lets through, because every
header of the tree and of /usr/include can be reached from everywhere.  The folders of FOLDERS stand from the bottom up, and
a folder may name only folders above its own line, so no two folders can include each other.
SPDX-License-Identifier: GPL-3.0-or-later
"""
import collections
import pathlib
import re
import sys

C = (r"(assert|ctype|errno|float|inttypes|limits|locale|math|setjmp|signal|stdalign|stdarg|stdatomic|stdbool|"
     r"stddef|stdint|stdio|stdlib|stdnoreturn|string|strings|time|wchar|wctype)\.h|"
     r"(dirent|fcntl|ftw|getopt|poll|pthread|sched|termios|unistd|cpuid|immintrin|arm_neon|"
     r"sys/[a-z0-9]+|linux/[a-z0-9_-]+|asm/[a-z0-9]+)\.h")
VULKAN = C + r"|dlfcn\.h|vulkan/vulkan\.h"
ENGINE = C + r"|cblas\.h|openblas_config\.h|zlib\.h"
GLIB = C + r"|(glib|gmodule|glib-object|glib-unix|gio/[a-z0-9]+|glib/[a-z0-9-]+)(\.h)?|libintl\.h"
JSON = GLIB + r"|json-glib/json-glib\.h"
SQLITE = JSON + r"|sqlite3\.h"
SECRET = JSON + r"|libsecret/secret\.h|libspeechd\.h"
SOUP = JSON + r"|libsoup/soup\.h|netinet/(in|tcp)\.h"
GMP = JSON + r"|gmp\.h|zlib\.h"
READER = GLIB + r"|(archive|archive_entry|iconv|jpeglib|png|poppler|seccomp)\.h|libxml/[A-Za-z]+\.h|uchardet/uchardet\.h"
DRAWING = GLIB + r"|(cairo|hb-ot)\.h"
PANGO = GLIB + r"|(cairo|cairo-pdf|graphene|pango/pango|pango/pangocairo)\.h"
CMARK = GLIB + r"|cmark-gfm[a-z0-9/_-]*\.h"
GTK = JSON + r"|adwaita\.h|(gtk|gdk|gsk|pango|cairo|gtksourceview|graphene|hb|fontconfig)[a-z0-9/_-]*\.h|harfbuzz/.*"

# folder: (system headers, folders whose headers it may include).  "engine/engine.h" stands for that one header.
FOLDERS = {
    "engine/engine.h": (C, ""),
    "engine/base": (ENGINE, "engine/engine.h"),
    "engine/quant": (ENGINE, "engine/engine.h engine/base"),
    "engine/file": (ENGINE, "engine/engine.h engine/base engine/quant"),
    "engine/text": (ENGINE, "engine/engine.h engine/base engine/file"),
    "engine/families": (ENGINE, "engine/engine.h engine/base engine/file engine/text"),
    "engine/compute": (ENGINE, "engine/engine.h engine/base engine/file engine/quant engine/families"),
    "engine/kernels": (ENGINE, "engine/engine.h engine/base engine/quant"),
    "engine/cpu": (ENGINE, "engine/engine.h engine/base engine/quant engine/families engine/compute engine/kernels"),
    "engine/gpu": (VULKAN, "engine/engine.h engine/base engine/quant engine/families engine/compute engine/kernels"),
    "engine/run": (ENGINE, "engine/engine.h engine/base engine/file engine/quant engine/text engine/families "
                           "engine/compute engine/cpu engine/gpu"),
    "engine/import": (ENGINE, "engine/engine.h engine/base engine/file engine/quant engine/text engine/families "
                              "engine/kernels engine/run"),
    "engine/actor": (GLIB, "engine/engine.h engine/import"),

    "text": (GLIB, ""),
    "text/json": (JSON, ""),

    "server": (SOUP, "engine/engine.h engine/actor text"),
    "server/program": (SOUP, "engine/engine.h engine/actor server"),

    "storage/storage.h": (GLIB, ""),
    "storage/part-file.h": (GLIB, ""),
    "storage/db": (SQLITE, "storage/storage.h"),
    "storage/rows": (SQLITE, "storage/storage.h storage/db text"),
    "storage/search": (SQLITE, "storage/storage.h storage/db storage/rows text"),
    "storage/care": (SQLITE, "storage/storage.h storage/db storage/rows storage/search text"),
    "storage/exchange": (SQLITE, "storage/storage.h storage/part-file.h storage/db storage/rows storage/care text text/json"),

    "tools/tools.h": (GLIB, ""),
    "tools/sandbox.h": (GLIB, ""),
    "tools/servers.h": (GLIB, "tools/tools.h"),
    "tools/own-tools.h": (GLIB, "tools/tools.h tools/servers.h"),
    "tools/guard": (C, ""),
    "tools": (GMP, "tools/tools.h tools/sandbox.h tools/servers.h tools/own-tools.h text text/json"),

    "documents/wire.h": (C, ""),
    "documents/reader": (READER, "documents/wire.h"),
    "documents/documents.h": (GLIB, ""),
    "documents": (GLIB, "documents/wire.h documents/documents.h text"),

    "cli": (JSON, "engine/engine.h engine/base engine/file engine/quant engine/text engine/families engine/kernels "
                  "engine/compute engine/cpu engine/run engine/import tools/tools.h tools/sandbox.h tools/servers.h tools/own-tools.h documents/documents.h storage/storage.h"),

    "remote/wire": (JSON, "text text/json"),
    "remote/process": (SOUP, "remote/wire"),

    "markup": (CMARK, "text"),
    "chat": (SECRET, "engine/engine.h engine/actor storage/storage.h storage/part-file.h tools/tools.h tools/sandbox.h tools/servers.h "
                   "tools/own-tools.h documents/documents.h remote/wire markup text"),

    "share": (GLIB, "server engine/engine.h engine/actor chat"),

    "maths": (DRAWING, ""),
    "typeset": (PANGO, "markup maths"),
    "print": (PANGO, "storage/storage.h storage/part-file.h markup typeset chat"),

    "ui/base": (GTK, "storage/storage.h chat"),
    "ui/markdown": (GTK, "markup maths typeset chat ui/base"),
    "ui/composer": (GTK, "engine/engine.h tools/tools.h documents/documents.h chat ui/base"),
    "ui/transcript": (GTK, "engine/engine.h text storage/storage.h tools/tools.h tools/sandbox.h markup typeset chat ui/base ui/markdown "
                           "ui/composer"),
    "ui/sidebar": (GTK, "storage/storage.h chat ui/base"),
    "ui/exchange": (GTK, "storage/storage.h markup print chat ui/base"),
    "ui/models": (GTK, "engine/engine.h engine/actor remote/wire chat ui/base"),
    "ui/preferences": (GTK, "engine/engine.h storage/storage.h tools/tools.h tools/servers.h tools/own-tools.h chat ui/base"),
    "ui/help": (GTK, "ui/markdown"),
    "ui/window": (GTK, "chat ui/base ui/transcript ui/sidebar ui/exchange ui/models ui/preferences"),
    "ui/application": (GTK, "engine/actor storage/storage.h chat share ui/base ui/markdown ui/models "
                            "ui/preferences ui/help ui/window"),
    "ui/main.c": (GTK, "ui/application"),
}

# Made by the build.
GENERATED = {"gpu-features.h", "maths-resources.h", "myna-resources.h", "tools-resources.h"}


def folder_of(name):
    """The row that a path below src/ belongs to: a folder's, or its own for one header."""
    while name and name not in FOLDERS:
        name = name.rpartition("/")[0]
    return name


def headers(src):
    """The paths by which a header may be named: below src/, or below its own layer."""
    found = collections.defaultdict(set)
    for path in src.rglob("*.h"):
        name = path.relative_to(src).as_posix()
        found[name].add(name)
        found[name.partition("/")[2]].add(name)
    return found


def check(src, path, names, graph):
    name = path.relative_to(src).as_posix()
    layer, own = name.split("/")[0], folder_of(name)
    if not own:
        yield f"src/{name}: its folder is not in the table of check-layers.py"
        return
    system, allowed = FOLDERS[own]
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        match = re.match(r"\s*#\s*include\s*([<\"])([^>\"]+)[>\"]", line)
        if not match:
            continue
        kind, header = match.groups()
        if kind == "<":
            if not re.fullmatch(system, header):
                yield f"src/{name}:{number}: {own} may not include <{header}>"
            continue
        if header in GENERATED or header.endswith("-spv.h"):
            continue
        targets = names.get(header, set())
        # Its own layer's header first; else the full name of another layer's; else one beside it.
        target = next((t for t in sorted(targets) if t == f"{layer}/{header}"), None) or \
            next((t for t in sorted(targets) if t == header), None) or \
            (path.parent.relative_to(src) / header).as_posix()
        if not (src / target).exists():
            yield f"src/{name}:{number}: there is no {header}"
            continue
        other = folder_of(target)
        if other != own:
            graph[own, other] += 1
            if other not in allowed.split():
                yield f"src/{name}:{number}: {own} may not include {header} of {other or 'a folder without a row'}"


def table_problems():
    order = list(FOLDERS)
    for folder, (_, allowed) in FOLDERS.items():
        for other in allowed.split():
            if other not in order or order.index(other) >= order.index(folder):
                yield f"check-layers.py: {folder} names {other}, which does not stand above its own row"


def main(root, *options):
    src = pathlib.Path(root, "src")
    graph, names = collections.Counter(), headers(src)
    files = sorted(src.rglob("*.[ch]"))
    problems = list(table_problems()) + [problem for path in files for problem in check(src, path, names, graph)]
    mutual = [(a, b) for a, b in graph if a < b and (b, a) in graph]
    if "--graph" in options:
        for folder in FOLDERS:
            print(f"{folder}: " + ", ".join(f"{b} ({n})" for (a, b), n in sorted(graph.items()) if a == folder))
    print("\n".join(problems) or f"{len(files)} files, {len(graph)} arrows, {len(mutual)} mutual pairs")
    return 1 if problems or mutual or not files else 0


sys.exit(main(*sys.argv[1:]))
