#!/bin/sh
# install_build_dependencies.sh - installs the Debian packages that building and testing need.
#
# Needs nothing but a shell and apt. Does nothing, quickly, when all of them are there.
set -eu

packages="gcc make pkg-config libc6-dev
	libsqlite3-dev libmicrohttpd-dev libzstd-dev zlib1g-dev libxxhash-dev libsodium-dev
	libcurl4-gnutls-dev libcyaml-dev libcmocka-dev
	clang clang-format clang-tidy cppcheck libclang-rt-14-dev"

installed=$(dpkg-query -W -f '${db:Status-Abbrev}${Package}\n' $packages 2>/dev/null || true)
missing=
for package in $packages; do
	echo "$installed" | grep -qx "ii *$package" || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

as_root=
if [ "$(id -u)" -ne 0 ]; then
	if ! command -v sudo >/dev/null 2>&1; then
		echo "These Debian packages are missing:$missing" >&2
		echo "Install them as root: apt-get install$missing" >&2
		exit 1
	fi
	as_root=sudo
fi

echo "Installing:$missing"
$as_root apt-get update -qq
$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing
