#!/bin/bash
# build.sh [--local-runtime] [--plot] [--test]: builds and installs the Flatpak, leaves the bundle myna.flatpak in the project's folder,
# and with --test drives it in its sandbox.
#
# With --local-runtime nothing comes from Flathub: a stand-in for org.gnome.Platform and Sdk is made of Debian 13 packages
# (GTK 4.18 where the real runtime has 4.20), and the same manifest is built, installed and run against it.  That tests the
# permissions, the portals, the paths, the resources and the choice of processor kernels in a real sandbox; it does not test
# the real runtime's libraries.  Takes 5 GB in build-flatpak/ and needs root.
#
# MYNA_FLATPAK_DIR: another folder than build-flatpak/.  MYNA_FLATPAK_JOBS: how many files are compiled at once; else as many as
# there are processors, and one while the load is above twice that.
#
# SPDX-License-Identifier: GPL-3.0-or-later
set -euo pipefail
cd "$(dirname "$0")/.."

app=io.github.myna_chat.Myna
manifest=$PWD/flatpak/$app.yml
branch=$(sed -n "s/^runtime-version: '\(.*\)'/\1/p" "$manifest")
work=${MYNA_FLATPAK_DIR:-$PWD/build-flatpak}
mkdir -p "$work"

# Turns a Debian root into the runtime ref org.gnome.KIND of an ostree repository.
export_runtime () { # ROOT KIND REPO
  local root=$1 kind=$2 repo=$3 dir=$work/export-$2
  rm -rf "$dir" && mkdir -p "$dir/usr" "$dir/files" "$dir/var"
  cp -a --reflink=auto "$root/usr/." "$dir/usr/"
  cp -a "$root/etc" "$dir/usr/etc"
  (cd "$dir/usr" && rm -rf local games share/doc share/man \
     etc/resolv.conf etc/passwd etc/group etc/shadow* etc/gshadow* etc/machine-id etc/hostname etc/mtab)
  # What an ostree of a user cannot hold.
  find "$dir/usr" \( -type b -o -type c -o -type p -o -type s \) -delete
  find "$dir/usr" -perm /6000 -type f -exec chmod u-s,g-s {} +
  mkdir -p "$dir/usr/share/runtime" "$dir/usr/etc/fonts/conf.d"
  # As in GNOME's runtime: where Flatpak finds this program it makes a list of the libraries, and names no folder of them in the
  # environment, which programs that start others without one would miss.
  rm -f "$dir/usr/bin/ldconfig" && cp "$dir/usr/sbin/ldconfig" "$dir/usr/bin/"
  printf 'include /run/flatpak/ld.so.conf.d/app-*.conf\n/app/lib\ninclude /run/flatpak/ld.so.conf.d/runtime-*.conf\n%s\n' \
    'include /etc/ld.so.conf.d/*.conf' > "$dir/usr/etc/ld.so.conf"
  # Debian keeps it out of the way.
  [ ! -e "$dir/usr/libexec/flatpak-xdg-utils/flatpak-spawn" ] || ln -s ../libexec/flatpak-xdg-utils/flatpak-spawn "$dir/usr/bin/"
  cat > "$dir/usr/etc/fonts/conf.d/05-flatpak-host-fonts.conf" <<'F'
<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>/app/share/fonts</dir><include ignore_missing="yes">/run/host/font-dirs.xml</include></fontconfig>
F
  cat > "$dir/metadata" <<M
[Runtime]
name=org.gnome.$kind
runtime=org.gnome.Platform/$(flatpak --default-arch)/$branch
sdk=org.gnome.Sdk/$(flatpak --default-arch)/$branch

[Environment]
XDG_DATA_DIRS=/app/share:/usr/share:/usr/share/runtime/share:/run/host/user-share:/run/host/share
GI_TYPELIB_PATH=/app/lib/girepository-1.0
LANG=C.UTF-8
M
  flatpak build-export --runtime --no-update-summary "$repo" "$dir" "$branch"
  rm -rf "$dir"
}

make_local_runtime () {
  local platform=libgtk-4-1,libgtk-4-bin,libadwaita-1-0,libgtksourceview-5-0,libsqlite3-0,libgmp10,adwaita-icon-theme,librsvg2-common
  platform+=,libjson-glib-1.0-0,libsoup-3.0-0,libsecret-1-0,libglib2.0-bin,dconf-gsettings-backend,gsettings-desktop-schemas,fonts-cantarell,fonts-noto-core,fontconfig
  platform+=,shared-mime-info,libarchive13t64,libseccomp2,libpng16-16t64,libjpeg62-turbo,libxml2,libgl1-mesa-dri,libegl1,libgles2,xdg-utils,tzdata
  # GNOME's runtime has all of these, too: the interpreter and its sandbox, the drivers of graphics cards.
  platform+=,python3,flatpak-xdg-utils,curl,mesa-vulkan-drivers
  local sdk=gcc,g++,libc6-dev,make,cmake,meson,ninja-build,pkgconf,gettext,patch,perl,python3,libgtk-4-dev,libadwaita-1-dev
  sdk+=,libgtksourceview-5-dev,libsqlite3-dev,libarchive-dev,libseccomp-dev,libvulkan-dev,libxml2-dev,libjson-glib-dev,libsoup-3.0-dev,libsecret-1-dev,libgmp-dev,desktop-file-utils,appstream,appstream-compose,librsvg2-common,libpng-dev,libjpeg-dev
  sdk+=,adwaita-icon-theme,libglib2.0-bin,shared-mime-info,libxml2-utils,xz-utils,file,ccache
  packaging/debian-root.sh make "$work/platform" trixie "$platform"
  packaging/debian-root.sh make "$work/sdk" trixie "$sdk"
  rm -rf "$work/runtimes"
  ostree init --mode=archive-z2 --repo="$work/runtimes"
  ostree --repo="$work/runtimes" config set archive.zlib-level 1
  export_runtime "$work/platform" Platform "$work/runtimes"
  export_runtime "$work/sdk" Sdk "$work/runtimes"
  flatpak build-update-repo "$work/runtimes"
  flatpak --user remote-add --if-not-exists --no-gpg-verify myna-local "$work/runtimes"
  flatpak --user install -y --noninteractive --or-update myna-local "org.gnome.Platform//$branch" "org.gnome.Sdk//$branch"
}

# The manifest's sources out of Debian's archive, laid where flatpak-builder looks before it downloads.  They are the
# very files that the manifest names, but OpenBLAS's and glslang's, which Debian has packed again: their checksums are swapped in a
# copy of the manifest.  The copy lies in the project's top folder, since a sandboxed build may read nothing above the manifest.
make_local_manifest () { # COPY
  local sources=$work/sdk/root/sources name file sum type
  mkdir -p "$sources"
  sed -n 's/^deb /deb-src /p' "$work/sdk/etc/apt/sources.list" > "$work/sdk/etc/apt/sources.list.d/source.list"
  packaging/debian-root.sh run "$work/sdk" sh -c \
    'apt-get -q update && cd /root/sources && apt-get -q source --download-only cmark-gfm openblas uchardet poppler-data poppler glslang' || true
  sed 's/path: \.\.$/path: ./' "$manifest" > "$1"
  for name in cmark-gfm OpenBLAS uchardet poppler-data poppler glslang; do
    file=$(echo "$sources/${name,,}"_*.orig.tar.?z)
    sum=$(sha256sum "$file" | cut -d' ' -f1)
    mkdir -p "$work/extra/downloads/$sum"
    cp "$file" "$work/extra/downloads/$sum/$(sed -n "s,.*url: .*/$name\(/.*/\|-[0-9]\)\([^/]*\)$,\1\2,p" "$manifest" | sed "s,^/.*/,,; s,^-,$name-,")"
    case $file in *.gz) type=gzip ;; *) type=xz ;; esac
    if [ $name = OpenBLAS ] || [ $name = glslang ]; then
      sed -i "\,url: .*/$name/,{n;s/sha256: .*/sha256: $sum\n        archive-type: tar-$type/}" "$1"
    fi
  done
}

local_runtime=false tests=false plot=false
for option; do
  case $option in
    --local-runtime) local_runtime=true ;;
    --test) tests=true ;;
    --plot) plot=true ;;
    *) sed -n 2,3p "$0" >&2; exit 2 ;;
  esac
done
# Named, because the tests have a home of their own.
export FLATPAK_USER_DIR=${FLATPAK_USER_DIR:-${XDG_DATA_HOME:-$HOME/.local/share}/flatpak}
options=(--user --ccache --force-clean --repo="$work/repo" ${MYNA_FLATPAK_JOBS:+--jobs="$MYNA_FLATPAK_JOBS"})
if $local_runtime; then
  export FLATPAK_USER_DIR=$work/user
  # Files opened through the document portal are unreadable without a private runtime folder.
  export XDG_RUNTIME_DIR=${XDG_RUNTIME_DIR:-/run/user/$(id -u)}
  mkdir -p -m 700 "$XDG_RUNTIME_DIR"
  [ -d "$work/user/runtime/org.gnome.Sdk" ] || make_local_runtime
  copy=$PWD/.$app.local.yml
  trap 'rm -f "$copy"' EXIT
  make_local_manifest "$copy"
  manifest=$copy
  options+=(--disable-rofiles-fuse --sandbox --extra-sources="$work/extra")
else
  flatpak --user remote-add --if-not-exists flathub https://dl.flathub.org/repo/flathub.flatpakrepo
  options+=(--install-deps-from=flathub)
fi
nice flatpak-builder "${options[@]}" --state-dir="$work/state" "$work/build" "$manifest"
if $plot; then
  # The extension is one of the application that was just built.
  flatpak --user remote-add --if-not-exists --no-gpg-verify myna-built "$work/repo"
  flatpak --user install -y --noninteractive --or-update myna-built $app//master
  nice flatpak-builder --user --force-clean --repo="$work/repo" --state-dir="$work/state" "$work/build-plot" flatpak/$app.Plot.yml
  flatpak build-bundle --runtime "$work/repo" myna-plot.flatpak $app.Plot stable
  flatpak --user install -y --noninteractive --reinstall --bundle ./myna-plot.flatpak
fi
flatpak build-bundle "$work/repo" myna.flatpak $app master
flatpak --user install -y --noninteractive --reinstall --bundle ./myna.flatpak
echo "myna.flatpak is ready and installed: ${FLATPAK_USER_DIR:+FLATPAK_USER_DIR=$FLATPAK_USER_DIR }flatpak run --user $app"
if $tests; then
  run=(tests/with-display.sh env -u GTK_A11Y /usr/bin/python3 tests/e2e/test-flatpak.py)
  if [ "$(id -u)" = 0 ]; then
    # The portal names files by where they are in the usual runtime folder: here an empty one, which nobody else sees.
    mkdir -p /run/user/0
    MYNA_TEST_RUNTIME_DIR=/run/user/0 unshare --mount sh -c 'mount -t tmpfs -o mode=700 tmpfs /run/user/0 && exec "$@"' sh "${run[@]}"
  else
    "${run[@]}"
  fi
fi
