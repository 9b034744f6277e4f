#!/bin/sh
# pinned.sh JDK [any]: whether JDK is the one of jdk.txt. Says "pinned" or, where any will do, "unpinned"; refuses another one
# otherwise. Called by the root's pom.xml before anything is built, and by make.sh.
set -eu
cd "$(dirname "$0")"
facts() { grep -E '^(IMPLEMENTOR|JAVA_RUNTIME_VERSION|JAVA_VERSION)=' "$1/release" 2>/dev/null | LC_ALL=C sort | paste -sd ' ' -; }
expected=$(grep -v '^#' jdk.txt | LC_ALL=C sort | paste -sd ' ' -)
found=$(facts "$1")
if [ "$found" = "$expected" ]; then
  echo pinned
elif [ "${2:-}" = any ]; then
  echo unpinned
else
  echo "A release is made with the JDK of release/jdk.txt, $expected; found: ${found:-no JDK} in $1. Set JAVA_HOME to that JDK, or make a trial, marked unpinned, with -Drelease.jdk=any." >&2
  exit 1
fi
