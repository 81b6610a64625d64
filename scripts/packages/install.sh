#!/bin/sh
# Installs cw-orchestrator from this folder for the current user: the parts go into PREFIX/lib/cw-orchestrator, and the command into
# PREFIX/bin. Nothing is fetched. Usage: sh install.sh [--prefix DIR] [--uninstall]; PREFIX is ~/.local if it is not given.
set -eu

name=cw-orchestrator
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
prefix=${HOME:-}/.local
uninstall=

fail() { echo "install: $*" >&2; exit 2; }

while [ $# -gt 0 ]; do
  case $1 in
    --prefix) [ $# -ge 2 ] || fail "--prefix needs a folder"; prefix=$2; shift 2 ;;
    --uninstall) uninstall=yes; shift ;;
    -h|--help) sed -n '2,3s/^# //p' "$0"; exit 0 ;;
    *) fail "$1 is no option; there are --prefix DIR and --uninstall" ;;
  esac
done
[ "$prefix" != /.local ] || fail "HOME is not set; name a folder with --prefix"
case $prefix in /*) ;; *) prefix=$PWD/$prefix ;; esac
lib=$prefix/lib/$name
bin=$prefix/bin/$name

if [ -n "$uninstall" ]; then
  rm -rf "$lib" "$bin"
  echo "$lib and $bin are removed. Your settings, index and memory stay; \`$name doctor\` had named their folder."
  exit 0
fi

[ -f "$here/$name" ] || fail "$here holds no $name; unpack the whole archive, and run this from its folder"
[ ! -e "$bin" ] || [ -L "$bin" ] || fail "$bin is there and no link of this installer; move it, or choose another --prefix"
mkdir -p "$prefix/lib" "$prefix/bin"
# The new parts are whole before the old ones go, so that a full disk leaves what was there.
new=$lib.new.$$
trap 'rm -rf "$new"' EXIT
mkdir "$new"
cp -R "$here/$name" "$here/models" "$here/NOTICE" "$here"/LICENSE-* "$here/THIRD-PARTY-LICENSES.txt" "$new/"
"$new/$name" --version >/dev/null || fail "the program does not start on this system; see the line above"
rm -rf "$lib"
mv "$new" "$lib"
ln -sf "$lib/$name" "$bin"
echo "$("$bin" --version) is installed; the command is $bin"

case :${PATH:-}: in
  *:"$prefix/bin":*) echo "Try: $name search open tickets"; exit 0 ;;
esac
line="export PATH=\"$prefix/bin:\$PATH\""
case ${SHELL:-} in
  */zsh) file=$HOME/.zshrc ;;
  */bash) file=$HOME/.bashrc ;;
  */fish) file=$HOME/.config/fish/conf.d/$name.fish; line="fish_add_path \"$prefix/bin\"" ;;
  *) file=$HOME/.profile ;;
esac
mkdir -p "$(dirname -- "$file")"
if ! grep -qsF "$line" "$file"; then
  printf '\n# %s\n%s\n' "$name" "$line" >> "$file"
fi
echo "$file puts $prefix/bin on the PATH of new terminals. In this one: $line"
echo "Then try: $name search open tickets"
