#!/usr/bin/env python3
"""check-install.py SOURCE-ROOT BUILD-ROOT PREFIX [server]: `DESTDIR=… meson install` is complete, and holds nothing else.

SPDX-License-Identifier: GPL-3.0-or-later
"""
import pathlib
import subprocess
import sys
import tempfile

ID = "io.github.myna_chat.Myna"
WANTED = [
    "bin/myna",
    "bin/myna-cli",
    "bin/myna-server",
    "lib/systemd/user/myna-server.service",
    "libexec/myna/myna-cards",
    "libexec/myna/myna-guard",
    f"share/applications/{ID}.desktop",
    f"share/dbus-1/services/{ID}.service",
    f"share/glib-2.0/schemas/{ID}.gschema.xml",
    f"share/gnome-shell/search-providers/{ID}.search-provider.ini",
    f"share/icons/hicolor/scalable/apps/{ID}.svg",
    f"share/icons/hicolor/symbolic/apps/{ID}-symbolic.svg",
    "share/man/man1/myna.1",
    "share/man/man1/myna-cli.1",
    "share/man/man1/myna-server.1",
    f"share/metainfo/{ID}.metainfo.xml",
    f"share/mime/packages/{ID}.xml",
    "share/myna/models/CC-BY-SA-4.0.txt",
    "share/myna/models/MODEL-CARD.md",
    "share/myna/models/catalogue.json",
    "share/myna/models/SOURCES.md",
    "share/myna/models/myna-fledgling-q8_0.gguf",
]


def main(source, build, prefix, server):
    languages = pathlib.Path(source, "po", "LINGUAS").read_text().split()
    wanted = set(WANTED) - (set() if server else {name for name in WANTED if "myna-server" in name}) | {f"share/locale/{language}/LC_MESSAGES/myna.mo" for language in languages}
    for folder, program in (("documents/reader", "myna-read"), ("remote", "myna-remote")):
        if pathlib.Path(build, "src", folder, program).exists():      # a build can be without it
            wanted.add(f"libexec/myna/{program}")
    with tempfile.TemporaryDirectory() as destdir:
        subprocess.run(["meson", "install", "-C", build, "--no-rebuild", "--quiet", "--destdir", destdir], check=True,
                       stdout=subprocess.DEVNULL)
        root = pathlib.Path(destdir + prefix)
        found = {path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file()}
        outside = [path for path in pathlib.Path(destdir).rglob("*") if path.is_file() and root not in path.parents]
        problems = [f"missing: {name}" for name in sorted(wanted - found)]
        problems += [f"not expected: {name}" for name in sorted(found - wanted)]
        problems += [f"outside the prefix: {path}" for path in outside]
        for program in sorted(name for name in found if name.startswith(("bin/", "libexec/"))):
            dynamic = subprocess.run(["readelf", "--dynamic", root / program], check=True, capture_output=True,
                                     text=True).stdout
            if "RPATH" in dynamic or "RUNPATH" in dynamic:
                problems.append(f"{program} looks for libraries in a folder of its own")
        # The installed command line finds the installed model: run it in place, with the data folder of the copy.
        if not problems:
            run = subprocess.run([root / "bin/myna-cli", "chat", "--greedy"], input="你好\n", text=True, capture_output=True,
                                 env={"MYNA_DATA_DIR": str(root / "share/myna"), "HOME": destdir, "PATH": "/usr/bin:/bin"})
            if run.returncode or not run.stdout.strip():
                problems.append(f"the installed program does not answer: {run.stderr}")
    print("\n".join(problems) or f"{len(found)} files")
    return 1 if problems else 0


sys.exit(main(*sys.argv[1:4], sys.argv[4:] == ["server"]))
