@echo off
rem Starts Strongroom on Windows, and builds it first where it was not built. Untested: no Windows machine was at hand.
rem It does not look for sources newer than the build: delete server\target\built to build again.
rem A command does not reach a server that runs there (that needs a Unix-domain socket which tells who calls): stop it
rem first. Ctrl-C makes cmd ask whether to end the batch job: either answer will do.
setlocal
set "HOME_DIR=%~dp0"
if not defined JAVA_HOME (
  echo JAVA_HOME is not set: install a JDK 25 and set JAVA_HOME to its folder. 1>&2
  exit /b 1
)
rem The dot stands for the quotation mark, which cmd would count as its own.
findstr /r /c:"^JAVA_VERSION=.2[5-9]" /c:"^JAVA_VERSION=.[3-9][0-9]" "%JAVA_HOME%\release" >nul 2>&1
if errorlevel 1 goto oldjava
if not exist "%JAVA_HOME%\bin\javac.exe" goto oldjava
set "OPTIONS=-XX:+UseSerialGC -Xms32m -Xmx256m -XX:MaxMetaspaceSize=128m -XX:ReservedCodeCacheSize=64m -Xss512k -XX:+ExitOnOutOfMemoryError --enable-native-access=ALL-UNNAMED -Dfile.encoding=UTF-8 -Djdk.virtualThreadScheduler.parallelism=8 -Dstrongroom.program=strongroom.cmd"
if exist "%HOME_DIR%server\target\built" if exist "%HOME_DIR%survey\target\built" goto start
where mvn >nul 2>&1
if errorlevel 1 (
  echo Strongroom is not built yet, and building it needs Maven 3.8.7 or newer, which was not found. 1>&2
  exit /b 1
)
echo Building Strongroom. 1>&2
set "MAVEN_OPTS=--sun-misc-unsafe-memory-access=allow --enable-native-access=ALL-UNNAMED"
pushd "%HOME_DIR%"
call mvn -q -B -Dmaven.test.skip=true -pl server,survey -am package 1>&2
set "BUILT=%ERRORLEVEL%"
popd
if not "%BUILT%"=="0" exit /b 1
:start
set ARGUMENTS=%*
if "%~1"=="survey" goto survey
"%JAVA_HOME%\bin\java" %OPTIONS% -cp "%HOME_DIR%server\target\strongroom-server.jar;%HOME_DIR%server\target\lib\*" org.strongroom.server.Main %ARGUMENTS%
exit /b %ERRORLEVEL%
:survey
rem A process of its own: the survey's class path holds nothing of the archive. The rest of the line keeps its quotes.
set ARGUMENTS=%ARGUMENTS:*survey=%
"%JAVA_HOME%\bin\java" %OPTIONS% -cp "%HOME_DIR%survey\target\strongroom-survey.jar;%HOME_DIR%survey\target\lib\*" org.strongroom.survey.Main %ARGUMENTS%
exit /b %ERRORLEVEL%
:oldjava
echo JAVA_HOME is not the folder of a JDK 25 or newer: "%JAVA_HOME%" 1>&2
exit /b 1
