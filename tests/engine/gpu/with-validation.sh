#!/bin/sh
# with-validation.sh PROGRAM [ARGUMENT…]: runs it with Vulkan's validation layer, where that is installed; any message of it
# is a failure.
#
# SPDX-License-Identifier: GPL-3.0-or-later
log=$(mktemp)
trap 'rm -f "$log"' EXIT
for folder in /usr/share /usr/local/share /etc; do
  if [ -e "$folder/vulkan/explicit_layer.d/VkLayer_khronos_validation.json" ]; then
    export VK_INSTANCE_LAYERS=VK_LAYER_KHRONOS_validation
  fi
done
# Drivers and layers keep memory when they are unloaded, and then have no name that a suppression could give.
export ASAN_OPTIONS="${ASAN_OPTIONS:+$ASAN_OPTIONS:}detect_leaks=0"
[ -n "$VK_INSTANCE_LAYERS" ] || echo "Vulkan's validation layer is not installed: without it."
"$@" >"$log" 2>&1
status=$?
cat "$log"
if grep -q -e 'VUID-' -e 'Validation Error' -e 'UNASSIGNED-' "$log"; then
  echo "The validation layer has something to say."
  exit 1
fi
exit $status
