@echo off
rem Runs JBang (jbang.dev) without an installation, as ./jbang does elsewhere.
rem Needed: a JDK 17 or newer; Maven 3.8 or newer for the first use. Not tried on Windows yet.
rem Optional settings: JAVA_HOME, JBANG_DIR, ILA_NATIVE; ./jbang describes them.
setlocal enableextensions disabledelayedexpansion

set version=0.132.1
set sha256=f977075849cff866f45b27997f5671ab8a336a5dd3cf9e702b3479128338f3a7
set djl=0.36.0
set pytorch=2.7.1

set "java=java.exe"
if defined JAVA_HOME set "java=%JAVA_HOME%\bin\java.exe"
"%java%" -version >nul 2>nul
if errorlevel 1 (
  echo jbang: java must be a JDK 17 or newer, but is not there: install one or set JAVA_HOME>&2
  exit /b 1
)

if not defined JBANG_DIR set "JBANG_DIR=%USERPROFILE%\.jbang"
set "cache=%JBANG_DIR%\wrapper"
set "name=jbang-cli-%version%-all.jar"
set "jar=%cache%\%name%"
if exist "%jar%" goto run

set "part=%cache%\part.%RANDOM%"
mkdir "%part%"
echo jbang: fetching JBang %version% (once)>&2
call mvn -q -B -N org.apache.maven.plugins:maven-dependency-plugin:3.9.0:copy ^
  "-Dartifact=dev.jbang:jbang-cli:%version%:jar:all" "-DoutputDirectory=%part%" >&2
if errorlevel 1 (
  rmdir /s /q "%part%"
  echo jbang: Maven could not fetch dev.jbang:jbang-cli:%version%>&2
  exit /b 1
)
certutil -hashfile "%part%\%name%" SHA256 | findstr /i /x "%sha256%" >nul
if errorlevel 1 (
  rmdir /s /q "%part%"
  echo jbang: SHA-256 of JBang %version% must be %sha256%, but is another>&2
  exit /b 1
)
move /y "%part%\%name%" "%jar%" >nul
rmdir /s /q "%part%"

:run
set JBANG_RUNTIME_SHELL=cmd
set JBANG_NO_VERSION_CHECK=true
set "JBANG_LAUNCH_CMD=%~nx0"
set "ILA_NATIVE_JAR=ai.djl.pytorch:pytorch-native-cpu:%pytorch%:win-x86_64"
if "%ILA_NATIVE%"=="djl" set "ILA_NATIVE_JAR=ai.djl.pytorch:pytorch-engine:%djl%"
set "output=%TEMP%\jbang.%RANDOM%.txt"
"%java%" -XX:TieredStopAtLevel=1 -Xshare:auto -jar "%jar%" %* >"%output%"
set status=%ERRORLEVEL%
rem 255: the output is the command to run. Anything else: JBang is done and the output is its own.
if not %status%==255 (
  type "%output%"
  del "%output%"
  exit /b %status%
)
set "command="
for /f "usebackq delims=" %%l in ("%output%") do if not defined command set "command=%%l"
del "%output%"
%command%
exit /b %ERRORLEVEL%
