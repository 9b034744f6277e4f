#!/bin/sh
# Makes target/strongroom-VERSION-linux-ARCH.tar.gz and, where dpkg-deb is, the Debian package; called by pom.xml.
# Inputs: the jars of server and survey, and the JDK of jdk.txt. The same inputs make the same files. With another JDK, where
# that is allowed ("any"), what is made has "unpinned" in its names, its version and the SBOM.
set -eu
cd "$(dirname "$0")"
jdk=$1 version=$2
pin=$(sh pinned.sh "$jdk" "$4")
[ "$(uname -s)" = Linux ] || { echo "The runtime image is made on Linux only; this is $(uname -s)." >&2; exit 1; }
SOURCE_DATE_EPOCH=$(date -u -d "$3" +%s)
export SOURCE_DATE_EPOCH LC_ALL=C TZ=UTC
umask 022
machine=$(uname -m)
name=strongroom-$version
[ "$pin" = pinned ] || name=$name-unpinned
image=target/$name
[ -e target/libraries.cdx.json ] || { echo "There is no list of libraries (SBOM): its plugin works online only; build without -o." >&2; exit 1; }
rm -rf target/strongroom-"$version"* target/deb target/*.tar.gz target/*.deb target/SHA256SUMS
mkdir -p "$image/bin" "$image/lib" "$image/doc"

# One copy of each jar, and for each program the list of those it may see, in a fixed order.
for program in server survey; do
  { echo "strongroom-$program.jar"; (cd "../$program/target/lib" && ls ./*.jar | sed 's,^\./,,' | sort); } >"$image/lib/$program.jars"
  cp "../$program/target/strongroom-$program.jar" "../$program/target/lib"/*.jar "$image/lib/"
done

needed=$("$jdk/bin/jdeps" --multi-release 25 --ignore-missing-deps --print-module-deps --module-path "$image/lib" \
  "$image"/lib/*.jar 2>target/jdeps.log | tail -n 1)
case $needed in
"" | *Error*) echo "jdeps could not say which modules are needed: $needed" >&2; cat target/jdeps.log >&2; exit 1 ;;
esac
for module in $(echo "$needed" | tr , ' '); do
  grep -qxe "-\{0,1\}$module" modules.txt || { echo "A jar needs module $module: add it to release/modules.txt, or leave it out there with a reason." >&2; exit 1; }
done
echo "Linking the runtime (half a minute)."
"$jdk/bin/jlink" --add-modules "$(grep '^[a-z]' modules.txt | paste -sd, -)" \
  --strip-debug --no-header-files --no-man-pages --output "$image/runtime"
# Java's own classes ready for mapping: a third less time to start. The same runtime and options make the same file.
"$image/runtime/bin/java" -XX:+UseSerialGC -Xshare:dump >target/share.log 2>&1 || { cat target/share.log >&2; exit 1; }

# The runtime is handed out too, so the SBOM names it, exactly: the build of the JDK, and whether it is the pinned one.
java=$(sed -n 's/^JAVA_RUNTIME_VERSION="\(.*\)"/\1/p' "$jdk/release")
vendor=$(sed -n 's/^IMPLEMENTOR="\(.*\)"/\1/p' "$jdk/release")
sed "s|^  \"components\" : \[\$|&\n    { \"type\" : \"platform\", \"bom-ref\" : \"java-runtime\", \"publisher\" : \"$vendor\", \"name\" : \"OpenJDK\", \"version\" : \"$java\", \"licenses\" : [ { \"license\" : { \"name\" : \"GPL-2.0 with Classpath exception\" } } ], \"properties\" : [ { \"name\" : \"strongroom:jdk\", \"value\" : \"$pin\" } ] },|" \
  target/libraries.cdx.json >target/strongroom-sbom.cdx.json
grep -q '"bom-ref" : "java-runtime"' target/strongroom-sbom.cdx.json || { echo "The SBOM is not laid out as expected: the runtime could not be added." >&2; exit 1; }

# The options of the Java machine stand once, in the launcher of the checkout.
options=$(sed -n '/^options="/,/"$/p' ../strongroom | sed 's/^options="//; s/"$//' | tr -s '\n ' '  ')
[ -n "$options" ] || { echo "No options=\"...\" found in ../strongroom." >&2; exit 1; }
sed "s|@OPTIONS@|$options|" strongroom >"$image/bin/strongroom"
chmod 755 "$image/bin/strongroom"
cp ../LICENSE target/strongroom-sbom.cdx.json "$image/doc/"
[ ! -f ../CHANGELOG.md ] || cp ../CHANGELOG.md "$image/doc/"

# Readable by all, whatever the umask of the build was.
chmod -R u=rwX,go=rX "$image"
find "$image" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
archive=target/$name-linux-$machine.tar
tar -C target --sort=name --owner=0 --group=0 --numeric-owner --format=gnu -cf "$archive" "$name"
gzip -n -9 "$archive"

if command -v dpkg-deb >/dev/null; then
  root=target/deb
  mkdir -p "$root/DEBIAN" "$root/usr/lib" "$root/usr/bin" "$root/usr/lib/systemd/system" "$root/usr/share/doc/strongroom" "$root/etc/default"
  cp -a "$image" "$root/usr/lib/strongroom"
  rm -r "$root/usr/lib/strongroom/doc"
  ln -s ../lib/strongroom/bin/strongroom "$root/usr/bin/strongroom"
  cp deb/copyright "$image"/doc/* "$root/usr/share/doc/strongroom/"
  cp deb/strongroom.service "$root/usr/lib/systemd/system/"
  cp deb/default "$root/etc/default/strongroom"
  architecture=$(dpkg --print-architecture)
  # A snapshot sorts before its release, a trial before both.
  debian=$(echo "$version" | sed 's/-SNAPSHOT/~snapshot/')
  [ "$pin" = pinned ] || debian=$debian~unpinned
  sed "s/@VERSION@/$debian/; s/@ARCHITECTURE@/$architecture/; s/@SIZE@/$(du -sk --apparent-size "$root" | cut -f1)/" deb/control >"$root/DEBIAN/control"
  cp deb/conffiles deb/postinst deb/prerm deb/postrm "$root/DEBIAN/"
  chmod 755 "$root/DEBIAN/postinst" "$root/DEBIAN/prerm" "$root/DEBIAN/postrm"
  find "$root" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +
  dpkg-deb --root-owner-group -Zxz -z3 --build "$root" "target/strongroom_${debian}_$architecture.deb" >/dev/null
else
  echo "dpkg-deb was not found: no Debian package was made." >&2
fi
(cd target && sha256sum ./*.tar.gz ./*.deb ./strongroom-sbom.cdx.json 2>/dev/null | sed 's, \./, ,' >SHA256SUMS && cat SHA256SUMS)
