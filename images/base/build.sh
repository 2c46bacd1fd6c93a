#!/usr/bin/env bash
# Builds the base images of operator and trainer from Debian packages: target/images/java.tar and trainer.tar,
# in the form of `docker save`. No registry, no daemon, no root. The same lock gives the same bytes.
#
#   images/base/build.sh             builds what packages.lock names, or nothing if it is built already
#   images/base/build.sh --update    writes packages.lock anew from what the machine's apt knows, then builds
#
# Layers: system (C library, certificates, time zones), java (a runtime by jlink), and, for the trainer, native
# (a shell for its launcher, JPEG decoders, fonts for the learning curves).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
here=$PWD
lock=$here/packages.lock
out=$here/../../target/images
readonly EPOCH=1767225600 # 2026-01-01, as project.build.outputTimestamp

# All of Java SE, and of the JDK what operator and trainer reach as services; jdk.jcmd looks into a running pod.
modules=java.se,jdk.crypto.ec,jdk.jcmd,jdk.jfr,jdk.management,jdk.naming.dns,jdk.net,jdk.nio.mapmode,jdk.random
modules+=,jdk.unsupported,jdk.zipfs

packages_of() {
  case $1 in
    system) echo base-files ca-certificates gcc-12-base libc6 libgcc-s1 libstdc++6 tzdata zlib1g ;;
    # libjpeg and what libfontmanager needs: ImageIO and pictures of learning curves.
    native) echo bash fontconfig-config fonts-dejavu-core libbrotli1 libexpat1 libfontconfig1 libfreetype6 libglib2.0-0 \
      libgraphite2-3 libharfbuzz0b libjpeg62-turbo liblcms2-2 libpcre2-8-0 libpng16-16 libtinfo6 libturbojpeg0 ;;
    java) echo openjdk-17-jdk-headless openjdk-17-jre-headless ;;
  esac
}

fail() {
  echo "images/base: $*" >&2
  exit 1
}

fetch() {
  apt-get -qq -o "APT::Sandbox::User=$(id -un)" download "$@" >&2
}

update() {
  local package
  mkdir -p "$1"
  (cd "$1" && fetch $(packages_of system) $(packages_of native) $(packages_of java))
  {
    echo "# package=version sha256; written by build.sh --update"
    for package in "$1"/*.deb; do
      echo "$(dpkg-deb -f "$package" Package)=$(dpkg-deb -f "$package" Version) $(sha256sum <"$package" | cut -d ' ' -f 1)"
    done | LC_ALL=C sort
  } >"$lock"
}

# Downloads the locked packages that are not in the folder yet. They lie there by their checksums.
download() {
  local package sum wanted=()
  mkdir -p "$1"
  while read -r package sum; do
    [[ -e $1/$sum.deb ]] || wanted+=("$package")
  done < <(grep -v '^#' "$lock")
  ((${#wanted[@]} > 0)) || return 0
  command -v apt-get >/dev/null || fail "needs apt-get of Debian 12 to download ${#wanted[@]} packages"
  local fresh
  fresh=$(mktemp -d "$1/fresh.XXXX")
  (cd "$fresh" && fetch "${wanted[@]}") || fail "apt-get has not all of: ${wanted[*]}
run apt-get update; if a version is gone, a newer one has replaced it: run images/base/build.sh --update and commit the lock"
  for package in "$fresh"/*.deb; do
    mv "$package" "$1/$(sha256sum <"$package" | cut -d ' ' -f 1).deb"
  done
  rmdir "$fresh"
  while read -r package sum; do
    [[ -e $1/$sum.deb ]] || fail "$package has another checksum than packages.lock says ($sum)"
  done < <(grep -v '^#' "$lock")
}

# Unpacks packages into a root, with the record by which scanners know them, without what nobody reads in a container.
unpack() {
  local root=$1 package sum name deb
  shift
  mkdir -p "$root/var/lib/dpkg/status.d"
  for name in "$@"; do
    sum=$(grep "^$name=" "$lock" | cut -d ' ' -f 2) || fail "packages.lock lacks $name: run images/base/build.sh --update"
    deb=$work/debs/$sum.deb
    dpkg-deb -x "$deb" "$root"
    dpkg-deb -f "$deb" >"$root/var/lib/dpkg/status.d/$name"
  done
  find "$root/usr/share/doc" -type f ! -name copyright -delete
  find "$root/usr/share/doc" -type l -delete
  find "$root/usr/share/doc" -type d -empty -delete
  rm -rf "$root"/usr/share/{man,locale,lintian,bug,info,menu} "$root/usr/lib/x86_64-linux-gnu/gconv" \
    "$root"/{boot,home,media,mnt,srv,opt}
}

# What the packages' scripts would have done.
configure_system() {
  local root=$1
  mkdir -p "$root"/{etc/ssl/certs,tmp,root,proc,sys,dev}
  chmod 1777 "$root/tmp"
  find "$root/usr/share/ca-certificates" -name '*.crt' | LC_ALL=C sort | xargs cat >"$root/etc/ssl/certs/ca-certificates.crt"
  echo 'hosts: files dns' >"$root/etc/nsswitch.conf"
  printf '%s\n' 'root:x:0:0:root:/root:/sbin/nologin' 'distillery:x:65532:65532::/tmp:/sbin/nologin' >"$root/etc/passwd"
  printf '%s\n' 'root:x:0:' 'distillery:x:65532:' >"$root/etc/group"
}

# A runtime made by the JDK in the packages, so that it does not depend on the JDK that builds.
link_java() {
  local jdk=$work/jdk root=$1 home
  unpack "$jdk" $(packages_of java)
  home=$jdk/usr/lib/jvm/java-17-openjdk-amd64
  # Its settings are links to /etc, which belongs to the machine that builds.
  find "$home" -type l -lname '/etc/*' | while read -r link; do
    target=$jdk$(readlink "$link")
    rm "$link"
    if [[ -e $target ]]; then cp -r "$target" "$link"; fi
  done
  "$home/bin/jlink" --module-path "$home/jmods" --add-modules "$modules" --no-header-files --no-man-pages \
    --output "$root/usr/lib/jvm/java"
  "$home/bin/java" -Dkeystore.pkcs12.certProtectionAlgorithm=NONE -Dkeystore.pkcs12.macAlgorithm=NONE \
    "$here/TrustStore.java" "$work/system/etc/ssl/certs/ca-certificates.crt" "$root/usr/lib/jvm/java/lib/security/cacerts"
  mkdir -p "$root/usr/bin" "$root/var/lib/dpkg/status.d"
  ln -s ../lib/jvm/java/bin/java "$root/usr/bin/java"
  cp "$jdk/var/lib/dpkg/status.d/openjdk-17-jre-headless" "$root/var/lib/dpkg/status.d/"
  mkdir -p "$root/usr/share/doc"
  cp -r "$jdk/usr/share/doc/openjdk-17-jre-headless" "$root/usr/share/doc/"
}

layer() {
  chmod -R u+rwX,go+rX,go-w "$1"
  [[ ! -d $1/tmp ]] || chmod 1777 "$1/tmp"
  tar --sort=name --mtime="@$EPOCH" --owner=0 --group=0 --numeric-owner --format=gnu -C "$1" -cf "$1.tar" .
}

# An image of layers, as `docker save` writes it.
image() {
  local name=$1 layer digests=() layers=() ids files dir=$work/image-$1
  shift
  mkdir "$dir"
  for layer in "$@"; do
    digests+=("\"sha256:$(sha256sum <"$work/$layer.tar" | cut -d ' ' -f 1)\"")
    layers+=("\"$layer.tar\"")
    ln "$work/$layer.tar" "$dir/$layer.tar"
  done
  ids=$(IFS=, && echo "${digests[*]}")
  files=$(IFS=, && echo "${layers[*]}")
  cat >"$dir/config.json" <<JSON
{"architecture":"amd64","os":"linux","created":"2026-01-01T00:00:00Z","config":{"Env":["PATH=/usr/bin:/bin","LANG=C.UTF-8","JAVA_HOME=/usr/lib/jvm/java"]},"rootfs":{"type":"layers","diff_ids":[$ids]}}
JSON
  cat >"$dir/manifest.json" <<JSON
[{"Config":"config.json","RepoTags":["distillery/base-$name:latest"],"Layers":[$files]}]
JSON
  tar --sort=name --mtime="@$EPOCH" --owner=0 --group=0 --numeric-owner --format=gnu -C "$dir" -cf "$out/$name.tar.part" \
    $(cd "$dir" && ls)
  mv "$out/$name.tar.part" "$out/$name.tar"
}

command -v dpkg-deb >/dev/null || fail "needs dpkg-deb of Debian 12 (got none)"
mkdir -p "$out"
work=$out/base
if [[ ${1:-} == --update ]]; then
  rm -rf "$work/update"
  update "$work/update"
  rm -rf "$work/update"
fi
key=$(cat "$lock" "$here/build.sh" "$here/TrustStore.java" | sha256sum)
if [[ -e $out/java.tar && -e $out/trainer.tar && $(cat "$out/base.stamp" 2>/dev/null) == "$key" ]]; then exit 0; fi

echo "images/base: building the base images (once)" >&2
rm -f "$out/base.stamp"
download "$work/debs"
rm -rf "$work"/{system,java,native,jdk,image-*} "$work"/*.tar
unpack "$work/system" $(packages_of system)
configure_system "$work/system"
link_java "$work/java"
unpack "$work/native" $(packages_of native)
ln -s bash "$work/native/bin/sh"
for name in system java native; do layer "$work/$name"; done
image java system java
image trainer system java native
rm -rf "$work"/{system,java,native,jdk,image-*} "$work"/*.tar
echo "$key" >"$out/base.stamp"
sha256sum "$out/java.tar" "$out/trainer.tar" >&2
