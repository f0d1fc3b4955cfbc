#!/bin/sh
# with-checkpoints.sh: runs a program on a temporary folder of tiny checkpoints (make-checkpoints.py)
#
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Usage: with-checkpoints.sh PYTHON MAKE-CHECKPOINTS.PY TOKENIZER.JSON PROGRAM [ARGUMENT…]; the folder comes last
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"$1" "$2" "$folder" "$3"
shift 3
# The program may be for another processor, and run in an emulator.
${MESON_EXE_WRAPPER:-} "$@" "$folder"
