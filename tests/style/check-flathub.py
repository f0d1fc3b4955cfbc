#!/usr/bin/env python3
"""check-flathub.py SOURCE-ROOT: the rules of Flathub's linter and quality guidelines that need no network, and one version
number everywhere.

SPDX-License-Identifier: GPL-3.0-or-later
"""
import ast
import json
import pathlib
import re
import struct
import sys
import xml.etree.ElementTree as ET

ID = "io.github.myna_chat.Myna"
PERMISSIONS = {"--share=ipc", "--socket=wayland", "--socket=fallback-x11", "--device=dri"}
problems = []


def expect(condition, message):
    if not condition:
        problems.append(message)


def check_id():
    parts = ID.split(".")
    expect(4 <= len(parts) <= 5, "an id of a code host has four or five parts")
    expect(parts[0].islower() and parts[1].islower(), "the domain of the id is in lower case")
    expect(parts[-1].lower() not in ("app", "desktop", "linux"), "the id ends in a word that says nothing")


def check_manifest(root):
    text = (root / "flatpak" / f"{ID}.yml").read_text()
    lines = text.splitlines()
    expect(f"id: {ID}" in lines, "manifest: another id")
    given = set(re.findall(r"^  - (--\S+)$", text, re.M))
    expect(given == PERMISSIONS, f"manifest: the permissions are {sorted(given)}")
    runtime = re.search(r"^runtime-version: '(\d+)'$", text, re.M)
    expect(runtime and int(runtime[1]) >= 49, "manifest: the runtime is too old")
    urls = re.findall(r"^ +url: (\S+)\n +sha256: (\S+)$", text, re.M)
    expect(len(urls) == text.count("url:"), "manifest: a source without a checksum")
    for url, checksum in urls:
        expect(url.startswith("https://"), f"manifest: {url} is not https")
        expect(re.fullmatch("[0-9a-f]{64}", checksum), f"manifest: the checksum of {url}")
        expect(re.search(r"/(releases/download|archive/refs/tags)/|-\d[\d.]*\.tar\.[gx]z$", url), f"manifest: {url} is no release")
    expect("--share=network" not in text, "manifest: the build uses the network")


def constants(path):
    """What plot-sources.py fixes."""
    pairs = [(node.targets[0].id, node.value) for node in ast.parse(path.read_text()).body if isinstance(node, ast.Assign)]
    return {name: ast.literal_eval(value) for name, value in pairs}


def check_plot(root):
    """The extension's wheels: each package of plot-sources.py once for each processor, from PyPI's files, with a checksum."""
    fixed = constants(root / "flatpak/plot-sources.py")
    have = []
    for source in json.loads((root / "flatpak/plot-sources.json").read_text()):
        expect(source["type"] == "file" and set(source) <= {"type", "url", "sha256", "only-arches"}, f"wheels: {source}")
        expect(re.fullmatch("[0-9a-f]{64}", source["sha256"]), f"wheels: the checksum of {source['url']}")
        # PyPI's addresses have the file's BLAKE2b in them: another file never has this one.
        match = re.fullmatch(r"https://files\.pythonhosted\.org/packages/[0-9a-f]{2}/[0-9a-f]{2}/[0-9a-f]{60}/(.*\.whl)", source["url"])
        expect(match, f"wheels: {source['url']} is no address of PyPI's files")
        package, version, *_, abi, platform = match[1].removesuffix(".whl").split("-") if match else [""] * 5
        arches = source.get("only-arches", fixed["ARCHES"])
        for arch in arches:
            expect(platform == "any" or (abi == fixed["PYTHON"] and "manylinux" in platform and platform.endswith(arch)),
                   f"wheels: {match and match[1]} does not run on {arch}")
            have.append((package.replace("_", "-"), version, arch))
    wanted = [(name, version, arch) for name, version in fixed["VERSIONS"].items() for arch in fixed["ARCHES"]]
    expect(sorted(have) == sorted(wanted), f"wheels: {sorted(set(have) ^ set(wanted))}")
    manifests = [(root / "flatpak" / f"{ID}{end}.yml").read_text() for end in ("", ".Plot")]
    runtimes = re.search(r"^runtime-version: '(\d+)'$", manifests[0], re.M)[1], re.search(r"^sdk: \S+//(\d+)$", manifests[1], re.M)[1]
    expect(runtimes[0] == runtimes[1], "the extension is built with another runtime")


def words(element):
    return " ".join("".join(element.itertext()).split())


def check_texts(metainfo):
    name, summary = metainfo.findtext("name"), metainfo.findtext("summary")
    expect(len(name) <= 15, "metainfo: the name is longer than 15 characters")
    expect(10 <= len(summary) <= 25, f"metainfo: the summary has {len(summary)} characters instead of 10 to 25")
    expect(not summary.endswith("."), "metainfo: the summary ends in a full stop")
    expect(not re.match(r"(A|An|The) ", summary), "metainfo: the summary begins with an article")
    expect(not re.search(r"\b(app|application|tool|client)\b", summary, re.I), "metainfo: the summary says what everything is")
    expect(name not in summary, "metainfo: the summary repeats the name")
    description = metainfo.find("description")
    expect(len(description.findall("p")) >= 2, "metainfo: the description is too short")
    for paragraph in description.findall("p"):
        expect(len(words(paragraph)) <= 6 * 80, "metainfo: a paragraph is longer than six lines")
    for entries in description.findall("ul"):
        expect(len(entries) <= 10, "metainfo: a list has more than ten entries")


def png_size(path):
    data = path.read_bytes()[:24]
    return struct.unpack(">2I", data[16:]) if data[:8] == b"\x89PNG\r\n\x1a\n" else (0, 0)


def check_screenshots(root, metainfo):
    shots = metainfo.findall("screenshots/screenshot")
    expect(3 <= len(shots) <= 6, f"metainfo: {len(shots)} screenshots instead of three to six")
    expect([shot.get("type") == "default" for shot in shots].count(True) == 1, "metainfo: not one default screenshot")
    for shot in shots:
        caption = words(shot.find("caption"))
        expect(caption and not caption.endswith("."), f"metainfo: the caption “{caption}”")
        path = root / "data" / "screenshots" / shot.findtext("image").rpartition("/")[2]
        width, height = png_size(path) if path.exists() else (0, 0)
        # A window of 1000 × 700 with its shadow; twice that on screens of high density.
        expect(0 < width <= 2 * 1000 and 0 < height <= 2 * 700, f"{path.name}: {width} × {height} pixels")


def check_releases(root, metainfo):
    version = re.search(r"version: '([\d.]+)'", (root / "meson.build").read_text())[1]
    releases = metainfo.findall("releases/release")
    dates = [release.get("date") for release in releases]
    expect(all(dates), "metainfo: a release without a date")
    expect(dates == sorted(dates, reverse=True), "metainfo: the releases are not in order")
    expect(all(words(release.find("description")) for release in releases), "metainfo: a release without a description")
    expect(releases[0].get("version") == version, f"metainfo: {version} is not its newest release")
    changelog = (root / "packaging/debian/changelog").read_text().split()
    expect(changelog[1].startswith(f"({version}-"), f"debian/changelog: its newest version is {changelog[1]}")
    spec = re.search(r"^Version: +(\S+)$", (root / "packaging/rpm/myna.spec").read_text(), re.M)[1]
    expect(spec == version, f"myna.spec: its version is {spec}")


def check_metainfo(root):
    metainfo = ET.parse(root / "data" / f"{ID}.metainfo.xml.in").getroot()
    expect(metainfo.findtext("id") == ID, "metainfo: another id")
    expect(metainfo.findtext("launchable[@type='desktop-id']") == f"{ID}.desktop", "metainfo: another desktop file")
    expect(metainfo.findtext("developer/name"), "metainfo: no developer")
    expect(metainfo.find("content_rating[@type='oars-1.1']") is not None, "metainfo: no content rating")
    for kind in ("homepage", "bugtracker", "vcs-browser"):
        expect(metainfo.findtext(f"url[@type='{kind}']", "").startswith("https://"), f"metainfo: no {kind}")
    schemes = {color.get("scheme_preference") for color in metainfo.findall("branding/color[@type='primary']")}
    expect(schemes == {"light", "dark"}, "metainfo: not both brand colours")
    check_texts(metainfo)
    check_screenshots(root, metainfo)
    check_releases(root, metainfo)


def check_desktop_file(root):
    text = (root / "data" / f"{ID}.desktop.in").read_text()
    for line in (f"Icon={ID}", "DBusActivatable=true", "Terminal=false", "MimeType=application/x-gguf;"):
        expect(line in text.splitlines(), f"desktop file: no {line}")
    icon = ET.parse(root / "data/icons/hicolor/scalable/apps" / f"{ID}.svg").getroot()
    expect(icon.get("width") == icon.get("height"), "the icon is not square")


def main(root):
    root = pathlib.Path(root)
    check_id()
    check_manifest(root)
    check_plot(root)
    check_metainfo(root)
    check_desktop_file(root)
    print("\n".join(problems) or "as Flathub wants it")
    return 1 if problems else 0


sys.exit(main(sys.argv[1]))
