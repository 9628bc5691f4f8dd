@echo off
rem The desk of massctl: double-click it. starter/build.py made this file.
setlocal
chcp 65001 >nul
title massctl 写字台
set "PLACE=%LOCALAPPDATA%\massctl-desk"
set "TOOLS=%PLACE%\@RELEASE@"
set "SYSTEM=%SystemRoot%\System32"
set "UV_PYTHON_INSTALL_DIR=%PLACE%\pythons"
set "UV_CACHE_DIR=%PLACE%\cache"
set "UV_PYTHON_PREFERENCE=only-managed"
set "UV_NO_CONFIG=1"
set "UV_DEFAULT_INDEX=@INDEX@"
set "UV_PYTHON_INSTALL_MIRROR=@PYTHONS@"
if "%UV_PYTHON_INSTALL_MIRROR%"=="" set "UV_PYTHON_INSTALL_MIRROR="
set "LETTERS=@LETTERS@"
set "FOLDER=%USERPROFILE%\massctl-letters"
if exist "%~dp0massctl.yaml" set "FOLDER=%~dp0."
where git >nul 2>nul || goto no_git
if exist "%TOOLS%\ready" goto who
echo 第一次打开，要下载程序，请等几分钟。以后双击就开。
if not exist "%TOOLS%" mkdir "%TOOLS%" || goto failed
"%SYSTEM%\certutil.exe" -f -decode "%~f0" "%TOOLS%\files.zip" >nul || goto failed
"%SYSTEM%\tar.exe" -xf "%TOOLS%\files.zip" -C "%TOOLS%" || goto failed
"%SYSTEM%\curl.exe" -fsSL --retry 3 -o "%TOOLS%\uv.zip" "@UV_ADDRESS@" || goto offline
"%SYSTEM%\certutil.exe" -hashfile "%TOOLS%\uv.zip" SHA256 | "%SYSTEM%\find.exe" /i "@UV_SHA256@" >nul || goto another
"%SYSTEM%\tar.exe" -xf "%TOOLS%\uv.zip" -C "%TOOLS%" --strip-components 2 "uv-@UV_VERSION@.data/scripts/uv.exe" || goto failed
"%TOOLS%\uv.exe" venv --quiet --clear --python cpython-@PYTHON@-windows-x86_64-none "%TOOLS%\python" || goto offline
"%TOOLS%\uv.exe" pip install --quiet --python "%TOOLS%\python" --require-hashes --only-binary :all: -r "%TOOLS%\requirements.txt" || goto offline
"%TOOLS%\uv.exe" pip install --quiet --python "%TOOLS%\python" --no-deps --offline "%TOOLS%\@WHEEL@" || goto failed
echo 1 >"%TOOLS%\ready"
:who
git config user.name >nul && git config user.email >nul && goto letters
set /p "WHO=你的名字（审稿人看得到）："
set /p "MAIL=你的邮箱："
git config --global user.name "%WHO%"
git config --global user.email "%MAIL%"
:letters
if exist "%FOLDER%\massctl.yaml" goto start
if not "%LETTERS%"=="" goto clone
set /p "LETTERS=团队仓库的地址（向工程师要，右键粘贴）："
:clone
git clone -c core.autocrlf=false "%LETTERS%" "%FOLDER%" || goto no_letters
:start
echo 写字台开着。关掉这个窗口，它就停了；写好的都在。
"%TOOLS%\python\Scripts\python.exe" -I -X utf8 -m massctl -C "%FOLDER%" desk --open || goto failed
exit /b 0
:no_git
echo 还缺 Git。下一个网页里下载、安装它，一路选默认，然后再双击这个文件。
start "" "https://git-scm.com/download/win"
goto wait
:offline
echo 没有下载成功。请检查网络，再双击一次；已经下载的不会丢。
goto wait
:another
echo 下载到的文件不是要的那一个，没有打开它。请换个网络再试，或者告诉工程师。
del "%TOOLS%\uv.zip"
goto wait
:no_letters
echo 没有取到团队的仓库。请把上面的话发给工程师。
goto wait
:failed
echo 没有打开。请把这个窗口里的话发给工程师。
:wait
pause
exit /b 1
