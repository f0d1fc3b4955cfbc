#!/usr/bin/env python3
"""plot-sources.py: writes plot-sources.json, the wheels of the extension Plot for flatpak-builder, from PyPI's index.

Run it where there is a network, after a change of the versions below or of the runtime's Python; the file is to be committed.
SPDX-License-Identifier: GPL-3.0-or-later
"""
import json
import pathlib
import urllib.request

PYTHON = "cp313"        # of org.gnome.Platform 49
# What matplotlib 3.10 needs, and nothing else: pip is told not to look further.
VERSIONS = {"numpy": "2.3.2", "matplotlib": "3.10.8", "contourpy": "1.3.3", "cycler": "0.12.1", "fonttools": "4.61.1",
            "kiwisolver": "1.4.9", "packaging": "25.0", "pillow": "12.1.1", "pyparsing": "3.3.2", "python-dateutil": "2.9.0.post0",
            "six": "1.17.0"}
ARCHES = ("x86_64", "aarch64")


def fits(name, arch):
    """Whether a wheel runs there: for this Python with glibc, or for any."""
    if name.endswith("-none-any.whl"):
        return True
    return f"-{PYTHON}-{PYTHON}-" in name and "manylinux" in name and name.endswith(f"{arch}.whl")


def main():
    sources = []
    for package, version in VERSIONS.items():
        with urllib.request.urlopen(f"https://pypi.org/pypi/{package}/{version}/json") as answer:
            files = [f for f in json.load(answer)["urls"] if f["packagetype"] == "bdist_wheel"]
        for arch in ARCHES:
            found = [f for f in files if fits(f["filename"], arch)]
            if not found:
                raise SystemExit(f"{package} {version} has no wheel for {PYTHON} on {arch}")
            source = {"type": "file", "url": found[0]["url"], "sha256": found[0]["digests"]["sha256"]}
            if found[0]["filename"].endswith("-none-any.whl"):
                sources.append(source)
                break
            sources.append({**source, "only-arches": [arch]})
    pathlib.Path(__file__).with_name("plot-sources.json").write_text(json.dumps(sources, indent=2) + "\n")


main()
