#!/usr/bin/env python3
"""check-layers.py SOURCE-ROOT: what each folder of src/ may include.

The dependency lists of the meson.build files are the rule; this closes what the compiler lets through, because every
header of the tree and of /usr/include can be reached from everywhere.
SPDX-License-Identifier: GPL-3.0-or-later
"""
import pathlib
import re
import sys

C_HEADERS = (r"(assert|ctype|errno|float|inttypes|limits|locale|math|setjmp|signal|stdalign|stdarg|stdatomic|stdbool|"
             r"stddef|stdint|stdio|stdlib|stdnoreturn|string|strings|time|wchar|wctype)\.h")
SYSTEM = (r"(dirent|fcntl|ftw|getopt|poll|pthread|sched|termios|unistd|cpuid|immintrin|arm_neon|"
          r"sys/[a-z0-9]+|linux/[a-z0-9_-]+|asm/[a-z0-9]+)\.h")
GLIB = r"(glib|gmodule|glib-object|glib-unix|gio/[a-z0-9]+|glib/[a-z0-9-]+)(\.h)?"

# folder: (system headers, headers of other layers).  The longest matching folder decides.
RULES = {
    "engine": (f"{C_HEADERS}|{SYSTEM}|cblas\\.h|openblas_config\\.h|zlib\\.h", r""),
    "engine/actor": (f"{C_HEADERS}|{SYSTEM}|{GLIB}", r"engine/.*"),
    "storage": (f"{C_HEADERS}|{SYSTEM}|{GLIB}|sqlite3\\.h|json-glib/json-glib\\.h", r""),
    "ui": (f"{C_HEADERS}|{SYSTEM}|{GLIB}|adwaita\\.h|(gtk|gdk|gsk|pango|cairo|gtksourceview|graphene|hb|cmark-gfm|"
           r"libintl|fontconfig)[a-z0-9/_-]*\.h|harfbuzz/.*|json-glib/json-glib\.h",
           r"engine/engine\.h|engine/actor/glm-(actor|importer)\.h|storage/storage\.h"),
    # The markdown parser and widgets know neither models nor history.
    "ui/markdown": (f"{C_HEADERS}|{GLIB}|adwaita\\.h|(gtk|gdk|gsk|pango|cairo|gtksourceview|graphene|hb|cmark-gfm|"
                    r"libintl|fontconfig)[a-z0-9/_-]*\.h|harfbuzz/.*", r""),
}
LAYERS = ("engine", "storage", "ui")


def rule_of(folder):
    while folder not in RULES:
        folder = folder.rpartition("/")[0]
    return RULES[folder]


def check(src, path):
    name = path.relative_to(src).as_posix()
    layer, folder = name.split("/")[0], name.rpartition("/")[0]
    system, others = rule_of(folder)
    for number, line in enumerate(path.read_text().splitlines(), 1):
        match = re.match(r"\s*#\s*include\s*([<\"])([^>\"]+)[>\"]", line)
        if not match:
            continue
        kind, header = match.groups()
        if kind == "<":
            ok = re.fullmatch(system, header)
        else:
            # "…" is a header of the own layer unless it names another one.
            own = not header.startswith(tuple(f"{other}/" for other in LAYERS)) or header.startswith(layer + "/")
            ok = own and ".." not in header or re.fullmatch(others, header)
        if not ok:
            yield f"src/{name}:{number}: {layer} code may not include {header}"


def main(root):
    src = pathlib.Path(root, "src")
    files = [path for path in sorted(src.rglob("*.[ch]"))]
    problems = [problem for path in files for problem in check(src, path)]
    print("\n".join(problems) or f"{len(files)} files keep to their layers")
    return 1 if problems or not files else 0


sys.exit(main(sys.argv[1]))
