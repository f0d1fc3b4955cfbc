#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""gpu-figures.py: the fourteen acceptance figures of graphics cards in one call: what is asked, and what was reached.

usage: gpu-figures.py GPU_FIGURES SOURCE_FOLDER BUILD_FOLDER   (./dev bench gpu)
  MYNA_TEST_GPU               the card, by a part of its name or its UUID; Mesa's renderer
  MYNA_FIGURES_MODEL          a GGUF file; without, one of ChatGLM3-6B's shape in Q4_0 is made (on Mesa's renderer a small one)
  MYNA_FIGURES_LLAMA_VULKAN   a llama-bench with its Vulkan back end
  MYNA_FIGURES_LLAMA_CUDA     a llama-bench with CUDA
  MYNA_FIGURES_REPORT         a file for the report, which is printed too
  MYNA_FIGURES_ONLY           numbers of figures, as "4 5 10"

Mesa's renderer is a program that poses as a card: it takes every way that a card takes, and only the numbers mean nothing.
Nothing of a figure that fails keeps the others back; the status is 0 if all could be measured, whatever they are.
"""
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time

MESA = "llvmpipe"
SUITE = ("gpu-ops", "gpu-forward", "gpu-faults")
# The drivers' own caches of compiled shaders would make a first use a second one.
NO_CACHES = {"__GL_SHADER_DISK_CACHE": "0", "MESA_SHADER_CACHE_DISABLE": "true", "MESA_GLSL_CACHE_DISABLE": "true"}
NO_MATRICES = {"GGML_VK_DISABLE_COOPMAT": "1", "GGML_VK_DISABLE_COOPMAT2": "1"}


class Report:
    def __init__(self):
        self.lines = []
        self.failed = []

    def say(self, line=""):
        self.lines.append(line)
        print(line, flush=True)

    def head(self, number, title):
        self.say(f"\n{number}. {title}")

    def row(self, what, reached, asked, holds):
        """holds: None where nothing can be compared."""
        mark = {None: "", True: "holds", False: "MISSED"}[holds]
        self.say(f"   {what:74} {reached:>14}   {asked:24} {mark}".rstrip())

    def at_least(self, what, value, bound, unit=""):
        self.row(what, f"{value:.4g}{unit}", f"at least {bound:g}{unit}", value >= bound)

    def at_most(self, what, value, bound, unit=""):
        self.row(what, f"{value:.4g}{unit}", f"at most {bound:g}{unit}", value <= bound)

    def broken(self, number, why):
        self.failed.append(number)
        self.say(f"   could not be measured: {why}")


class Figures:
    def __init__(self, program, source, build):
        self.program, self.source, self.build = program, pathlib.Path(source), pathlib.Path(build)
        self.device = os.environ.get("MYNA_TEST_GPU") or MESA
        self.is_small = self.device == MESA
        self.cli = self.build / "src/cli/myna-cli"
        self.starter = self.source / "data/models/myna-fledgling-q8_0.gguf"
        self.report = Report()
        self.values, self.llama = {}, {}
        self.folder = tempfile.TemporaryDirectory(prefix="myna-figures-")

    # -- measuring

    def model(self):
        path = os.environ.get("MYNA_FIGURES_MODEL")
        if path:
            return path
        path = os.path.join(self.folder.name, "model.gguf")
        if self.is_small:
            return str(self.starter)
        subprocess.run([self.cli, "synth", "chatglm3-6b", "--type", "q4_0", "-o", path], check=True, stdout=subprocess.DEVNULL)
        return path

    def measure(self, model):
        command = [self.program, self.device, model, self.starter] + (["small"] if self.is_small else [])
        result = subprocess.run(command, env=os.environ | NO_CACHES, stdout=subprocess.PIPE, text=True, check=False)
        for line in result.stdout.splitlines():
            name, _, value = line.partition(" ")
            self.values[name] = value if name == "device" else float(value)
        if result.returncode:
            self.report.say(f"gpu-figures ended with {result.returncode}: some figures are missing.")

    def bench_llama(self, name, path, model, env):
        """Tokens a second: of n tokens at once, and of single ones as 1."""
        command = [path, "-m", model, "-ngl", "999", "-p", "4,8,16,128,512", "-n", "64", "-r", "5", "-o", "json"]
        if self.is_small:
            command = [path, "-m", model, "-p", "4,8,16,128", "-n", "4", "-r", "1", "-o", "json"]
        result = subprocess.run(command, env=os.environ | env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False)
        try:
            rows = json.loads(result.stdout)
            self.llama[name] = {row["n_prompt"] or 1: sorted(row.get("samples_ts") or [row["avg_ts"]]) for row in rows}
            self.llama[name] = {n: values[len(values) // 2] for n, values in self.llama[name].items()}
        except (ValueError, KeyError, TypeError):
            last = (result.stderr.strip().splitlines() or ["it printed nothing"])[-1]
            self.report.say(f"llama.cpp, {name}: {path} says nothing that can be used ({last}).")

    def measure_llama(self, model):
        vulkan, cuda = os.environ.get("MYNA_FIGURES_LLAMA_VULKAN"), os.environ.get("MYNA_FIGURES_LLAMA_CUDA")
        if vulkan:
            self.bench_llama("Vulkan", vulkan, model, {})
            self.bench_llama("Vulkan without matrices", vulkan, model, NO_MATRICES)
        if cuda:
            self.bench_llama("CUDA", cuda, model, {})

    # -- comparing

    def versus(self, what, value, size, factor, peers=("Vulkan",)):
        """Beside the best of llama.cpp's, and CUDA's for information."""
        theirs = [self.llama[p][size] for p in peers if size in self.llama.get(p, {})]
        cuda = self.llama.get("CUDA", {}).get(size)
        note = f" (CUDA {cuda:.0f})" if cuda else ""
        if theirs:
            ratio = value / max(theirs)
            self.report.row(f"{what}: {value:.0f} tokens/s, llama.cpp {max(theirs):.0f}{note}", f"{ratio:.2f} ×",
                            f"at least {factor} ×", ratio >= factor)
        else:
            self.report.row(f"{what}{note}", f"{value:.1f} tokens/s", f"at least {factor} × llama.cpp", None)

    def figure_1(self):
        v = self.values
        self.report.head(1, "Writing a reply")
        self.versus("a token", v["decode.0"], 1, 1.4)
        self.report.at_least("behind 4,096 tokens, of the speed behind none", 100 * v["decode.deep"] / v["decode.0"], 85, " %")

    def figure_2(self):
        v = self.values
        self.report.head(2, "Reading a prompt")
        both = ("Vulkan", "Vulkan without matrices")
        for size, factor, peers in ((512, 1.0, both), (128, 1.1, both), (16, 1.3, both)):
            if f"prompt.{size}" in v:
                self.versus(f"{size} tokens", v[f"prompt.{size}"], size, factor, peers)
        if not v["matrices"]:
            self.report.say("   the card or the build has no matrix units: these are the figures without")
        name = "prompt.plain" if v["matrices"] else "prompt"
        for size, factor in ((512, 1.25), (128, 1.0), (16, 1.3)):
            if f"{name}.{size}" in v:
                self.versus(f"{size} tokens, without matrix units", v[f"{name}.{size}"], size, factor, both[1:])

    def figure_3(self):
        self.report.head(3, "Several tokens at once")
        for n in (4, 8):
            self.versus(f"{n} tokens", self.values[f"batch.{n}"], n, 1.4)

    def figure_4(self):
        v = self.values
        self.report.head(4, f"Products, of the card's speed of reading, {v['reading.gbps']:.4g} GB/s")
        for shape, bound in (("27392x4096", 80), ("4096x13696", 65), ("65024x4096", 88)):
            self.report.at_least(shape.replace("x", " × "), 100 * v[f"product.{shape}"], bound, " %")

    def figure_5(self):
        v = self.values
        self.report.head(5, "Dispatches")
        self.report.at_most("of a layer", v["dispatches"], 10)
        self.report.at_most("a small one behind the last", v["barrier.us"], 2.3, " µs")
        self.report.row("the same without a barrier", f"{v['dispatch.us']:.2f} µs", "", None)
        self.report.at_most("recordings in four tokens", v["recordings"], 0)
        self.report.at_most("allocations in four tokens", v["allocations"], 0)
        self.report.at_most("the thread's processor time, of a token's", 100 * v["busy"], 15, " %")

    def figure_6(self):
        v = self.values
        self.report.head(6, "Loading")
        self.report.at_least("weights, from a file that was just read", v["load.gbps"], 4, " GB/s")
        self.report.at_most("test and pipelines, the first time", v["ready.first.s"], 2, " s")
        self.report.at_most("… and then", v["ready.again.s"], 0.2, " s")

    def figure_7(self):
        self.report.head(7, "Precision")
        self.report.at_most("divergence from the reference in floats, int8 activations", self.values["divergence"], 1.6e-3, " nats")
        text = os.path.join(self.folder.name, "text")
        with open(text, "w", encoding="utf-8") as file:
            file.write((self.source / "src/engine/MODEL.md").read_text(encoding="utf-8")[:400 if self.is_small else 40000])
        found = []
        for device in ([], ["--device", self.device]):
            output = subprocess.run([self.cli, "perplexity", text, "-m", self.starter, "--json", *device], check=True,
                                    stdout=subprocess.PIPE, text=True).stdout
            found.append(float(re.search(r'"perplexity": ([0-9.e+-]+)', output).group(1)))
        self.report.at_most(f"the starter's perplexity, {found[1]:.4f}, from the processor's, {found[0]:.4f}",
                            100 * abs(found[1] / found[0] - 1), 0.3, " %")

    def figure_8(self):
        self.report.head(8, "The suite, with validation")
        start = time.monotonic()
        result = subprocess.run(["meson", "test", "-C", self.build, "--no-rebuild", "--timeout-multiplier", "10", *SUITE],
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        seconds = time.monotonic() - start
        log = (self.build / "meson-logs/testlog.txt").read_text(encoding="utf-8", errors="replace")
        self.report.at_most(", ".join(SUITE), seconds, 90, " s")
        self.report.row("all passed", "yes" if result.returncode == 0 else "no", "yes", result.returncode == 0)
        messages = len(re.findall(r"VUID-|Validation Error|UNASSIGNED-", log))
        is_there = "validation layer is not installed" not in log
        self.report.row("messages of the validation layer", str(messages) if is_there else "not installed", "0",
                        messages == 0 if is_there else None)
        for name in ("src/cli/myna-cli", "src/ui/myna"):
            if (self.build / name).exists():
                needed = subprocess.run(["readelf", "-d", self.build / name], check=True, stdout=subprocess.PIPE, text=True).stdout
                self.report.row(f"{name} is linked with libvulkan", "yes" if "libvulkan" in needed else "no", "no",
                                "libvulkan" not in needed)
        without = self.build / "figures-without-vulkan"
        if self.without_vulkan(without):
            passed = subprocess.run(["meson", "test", "-C", without, "--suite", "engine", "--no-suite", "slow",
                                     "--timeout-multiplier", "10"], stdout=subprocess.DEVNULL, check=False).returncode == 0
            self.report.row("the engine's tests without Vulkan", "pass" if passed else "fail", "pass", passed)

    def without_vulkan(self, folder):
        """A build with -Dvulkan=disabled; it takes some minutes."""
        if not (folder / "build.ninja").exists():
            setup = ["meson", "setup", folder, self.source, "-Dvulkan=disabled", "-Dwindow=false"]
            if subprocess.run(setup, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False).returncode:
                self.report.row("the engine's tests without Vulkan", "no Meson here", "pass", None)
                return False
        return subprocess.run(["ninja", "-C", folder], stdout=subprocess.DEVNULL, check=False).returncode == 0

    def figure_9(self):
        self.report.head(9, "A card that is lost")
        result = self.run_test("gpu-faults")
        self.report.row("at every submission: the processor's text", "yes" if result == 0 else "no", "yes", result == 0)
        self.report.at_most("the token that it keeps back", self.values["pause.s"], 4, " s")

    def figure_10(self):
        v = self.values
        self.report.head(10, f"Submissions, {v['submissions']:.0f} of them")
        self.report.at_most("the longest", v["submission.longest.ms"], 20, " ms")
        self.report.at_most("99 of 100", v["submission.p99.ms"], 10, " ms")

    def figure_11(self):
        self.report.head(11, "Memory, a context of 8,192 tokens")
        self.report.at_most("of the card", self.values["card.mib"] / 1024, 3.6, " GiB")
        self.report.at_most("of the process, beside the mapped file", self.values["process.mib"] / 1024, 0.8, " GiB")

    def figure_12(self):
        self.report.head(12, "Killed while the card computes")
        self.report.row("gpu-faults: the next start leaves the card alone", "", "", self.run_test("gpu-faults") == 0)
        e2e = self.source / "tests/e2e/test-cards.py"
        result = subprocess.run(["meson", "devenv", "-C", self.build, self.source / "tests/with-display.sh", "/usr/bin/python3", e2e],
                                env=os.environ | {"MYNA_BUILD_DIR": str(self.build)}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                text=True, check=False) if (self.build / "src/ui/myna").exists() else None
        lines = re.findall(r"^(?:not )?ok .*$", result.stdout, re.M) if result else []
        for line in lines:
            holds = None if "SKIP" in line else line.startswith("ok")
            self.report.row(f"the window: {line.split('-', 1)[-1].strip()[:46]}", "", "", holds)
        if not lines:
            self.report.row("the window", "no display here", "banner, no message lost", None)

    def figure_13(self):
        self.report.head(13, "Size")
        sizes = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in (self.source / "src/engine/gpu").rglob("*.*")
                 if path.suffix in (".c", ".h", ".comp", ".glsl")}
        self.report.at_most("lines of C", sum(n for path, n in sizes.items() if path.suffix in (".c", ".h")), 2500)
        self.report.at_most("lines of GLSL", sum(n for path, n in sizes.items() if path.suffix in (".comp", ".glsl")), 1000)
        longest = max(sizes, key=sizes.get)
        self.report.at_most(f"of the longest file, {longest.name}", sizes[longest], 600)

    def figure_14(self):
        self.report.head(14, "What the README says")
        readme = (self.source / "README.md").read_text(encoding="utf-8")
        found = re.search(r"It was run on[^.]*\([^)]*\)[^;]*; no [^.]* was tried\.", readme)
        self.report.row(" ".join(found.group(0).split()) if found else "nothing", "", "", bool(found))

    # -- the run

    def run_test(self, name):
        return subprocess.run(["meson", "test", "-C", self.build, "--no-rebuild", "--timeout-multiplier", "10", name],
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False).returncode

    def run(self):
        only = [int(n) for n in os.environ.get("MYNA_FIGURES_ONLY", "").split()] or range(1, 15)
        model = self.model()
        if set(only) & {1, 2, 3, 4, 5, 6, 7, 9, 10, 11}:
            self.measure(model)
        if set(only) & {1, 2, 3}:
            self.measure_llama(model)
        self.report.say(f"{self.values.get('device', self.device)}, {os.path.basename(model)}")
        if self.is_small:
            self.report.say("A program that poses as a card: the numbers mean nothing.")
        for number in only:
            try:
                getattr(self, f"figure_{number}")()
            except KeyError as missing:
                self.report.broken(number, f"{missing} was not measured")
            except (OSError, subprocess.SubprocessError, AttributeError) as error:
                self.report.broken(number, error)
        if os.environ.get("MYNA_FIGURES_REPORT"):
            pathlib.Path(os.environ["MYNA_FIGURES_REPORT"]).write_text("\n".join(self.report.lines) + "\n", encoding="utf-8")
        return 1 if self.report.failed else 0


if __name__ == "__main__":
    sys.exit(Figures(*sys.argv[1:4]).run())
