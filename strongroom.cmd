@echo off
rem Starts Strongroom on Windows, and builds it first where it was not built. Untested: no Windows machine was at hand.
rem It does not look for sources newer than the build: delete server\target\built to build again.
rem Unix-domain sockets with peer credentials are missing there, so commands do not reach a running server.
setlocal
set "HOME_DIR=%~dp0"
if not defined JAVA_HOME (
  echo JAVA_HOME is not set: install a JDK 25 and set JAVA_HOME to its folder. 1>&2
  exit /b 1
)
findstr /r /c:"^JAVA_VERSION=\"2[5-9]" "%JAVA_HOME%\release" >nul 2>&1 || (
  echo JAVA_HOME is not a JDK 25 or newer: %JAVA_HOME% 1>&2
  exit /b 1
)
set "OPTIONS=-XX:+UseSerialGC -Xms32m -Xmx256m -XX:MaxMetaspaceSize=128m -XX:ReservedCodeCacheSize=64m -Xss512k -XX:+ExitOnOutOfMemoryError --enable-native-access=ALL-UNNAMED -Dfile.encoding=UTF-8"
if not exist "%HOME_DIR%server\target\built" (
  where mvn >nul 2>&1 || (
    echo Strongroom is not built yet, and building it needs Maven 3.8.7 or newer, which was not found. 1>&2
    exit /b 1
  )
  echo Building Strongroom. 1>&2
  set "MAVEN_OPTS=--sun-misc-unsafe-memory-access=allow --enable-native-access=ALL-UNNAMED"
  pushd "%HOME_DIR%"
  call mvn -q -B -Dmaven.test.skip=true -pl server,survey -am package 1>&2 || (popd & exit /b 1)
  popd
)
if "%~1"=="survey" goto survey
"%JAVA_HOME%\bin\java" %OPTIONS% -cp "%HOME_DIR%server\target\strongroom-server.jar;%HOME_DIR%server\target\lib\*" org.strongroom.server.Main %*
exit /b %ERRORLEVEL%
:survey
for /f "tokens=1,* delims= " %%a in ("%*") do set "REST=%%b"
"%JAVA_HOME%\bin\java" %OPTIONS% -cp "%HOME_DIR%survey\target\strongroom-survey.jar;%HOME_DIR%survey\target\lib\*" org.strongroom.survey.Main %REST%
exit /b %ERRORLEVEL%
