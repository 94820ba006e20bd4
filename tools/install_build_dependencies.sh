#!/bin/sh
# install_build_dependencies.sh - installs the Debian packages that are missing.
#
#   install_build_dependencies.sh build   what the program needs to be built
#   install_build_dependencies.sh         the same, and what its tests need
#
# Needs nothing but a shell and apt, and is done at once when nothing is missing.
set -eu

packages="gcc make libc6-dev libsqlite3-dev libmicrohttpd-dev libzstd-dev zlib1g-dev
	libxxhash-dev libsodium-dev libcurl4-gnutls-dev libcyaml-dev libhpdf-dev
	fonts-dejavu-core gzip nodejs npm"
[ "${1:-}" = build ] || packages="$packages
	libcmocka-dev clang clang-format clang-tidy libclang-rt-14-dev cppcheck
	chromium curl openssl patch poppler-utils python3-aiosmtpd strace systemd zstd"

installed=$(dpkg-query -W -f '${db:Status-Abbrev}${Package}\n' $packages 2>/dev/null || true)
missing=
for package in $packages; do
	# libcurl4-openssl-dev cannot stand beside its GnuTLS twin and serves as well.
	[ "$package" = libcurl4-gnutls-dev ] && [ -e /usr/share/doc/libcurl4-openssl-dev ] &&
		continue
	# Other distributions of node bring npm in one package.
	[ "$package" = npm ] && command -v npm >/dev/null 2>&1 && continue
	printf '%s\n' "$installed" | grep -qx "ii *$package" || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

as_root=
if [ "$(id -u)" -ne 0 ]; then
	if ! command -v sudo >/dev/null 2>&1; then
		echo "These Debian packages are missing:$missing" >&2
		echo "As root: apt-get install$missing" >&2
		exit 1
	fi
	as_root=sudo
fi

echo "Installing:$missing"
$as_root apt-get update -qq
# shellcheck disable=SC2086
$as_root env DEBIAN_FRONTEND=noninteractive \
	apt-get install -y -qq --no-install-recommends $missing >/dev/null
