# Sourced by ./mvnw and ./strongroom: sets JDK to the folder of a JDK 25 or newer, or stops and says what to install.
is_jdk25() { [ -x "$1/bin/javac" ] && v=$(sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$1/release" 2>/dev/null) && [ "${v:-0}" -ge 25 ]; }
JDK=
for d in "${JAVA_HOME:-}" "$(dirname "$(dirname "$(readlink -f "$(command -v javac || echo /-/-)")")")" \
    /usr/lib/jvm/* /usr/java/* /usr/local/*jdk* /opt/java/* /opt/*jdk* /Library/Java/JavaVirtualMachines/*/Contents/Home "${HOME:-/-}"/.sdkman/candidates/java/* "${HOME:-/-}"/.jdks/*; do
  is_jdk25 "$d" && { JDK=$d; break; }
done
[ -n "$JDK" ] || {
  echo "JDK 25 or newer was not found (JAVA_HOME, PATH, usual folders). Install the package openjdk-25-jdk or temurin-25-jdk," >&2
  echo "whichever your system has, or unpack a JDK 25 anywhere and set JAVA_HOME to its folder. A JRE is not enough." >&2
  exit 1
}
