#!/bin/bash
# readme-figures.sh [BUILD]: the figures of the starter model in README.md and in its card; on a machine that does nothing else.
# MYNA_STARTER_TEXT=FILE is a held-out text, for perplexity by type.
#
# SPDX-License-Identifier: GPL-3.0-or-later
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/../.."

build=$(realpath "${1:-build}")
cli=$build/src/cli/myna-cli
model=$PWD/data/models/myna-fledgling-q8_0.gguf
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

say () { printf '\n== %s\n' "$*"; }

say "Processor: $(sed -n 's/^model name\s*: //p' /proc/cpuinfo | head -n 1), $(nproc) cores"
say "Speed"
"$cli" bench -m "$model"
say "Guessed tokens"
"$cli" bench --speculation -m "$model"
say "Memory of the engine"
"$cli" memory -m "$model"
say "Memory of the window: while opening and open"
MYNA_BUILD_DIR=$build meson devenv -C "$build" "$PWD/tests/with-display.sh" /usr/bin/python3 "$PWD/tests/starter/window-memory.py"
for type in f16 q8_0 q5_1 q5_0 q4_1 q4_0; do
  file=$folder/$type.gguf
  if [ $type = q8_0 ]; then file=$model; else "$cli" quantize "$model" "$file" $type; fi
  say "$type: $(stat -Lc %s "$file") bytes"
  if [ -n "${MYNA_STARTER_TEXT:-}" ]; then "$cli" perplexity -m "$file" "$MYNA_STARTER_TEXT"; fi
done
