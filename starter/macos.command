#!/bin/sh
# The desk of massctl on macOS and Linux: double-click it. starter/build.py made this file.
set -eu

stop() {
  echo "$1"
  echo "按回车关闭。"
  read -r _ || true
  exit 1
}

here="$(cd "$(dirname "$0")" && pwd)"
place="${MASSCTL_DESK_PLACE:-$HOME/Library/Application Support/massctl-desk}"
tools="$place/@RELEASE@"
export UV_PYTHON_INSTALL_DIR="$place/pythons" UV_CACHE_DIR="$place/cache" UV_NO_CONFIG=1 UV_DEFAULT_INDEX="@INDEX@"
export UV_PYTHON_PREFERENCE="${UV_PYTHON_PREFERENCE:-only-managed}"
pythons="@PYTHONS@"
[ -z "$pythons" ] || export UV_PYTHON_INSTALL_MIRROR="$pythons"
letters="@LETTERS@"
offline="没有下载成功。请检查网络，再双击一次；已经下载的不会丢。"
folder="$HOME/massctl-letters"
[ ! -f "$here/massctl.yaml" ] || folder="$here"

case "$(uname -sm)" in
  "Darwin arm64") address="@MAC_ARM_ADDRESS@" digest="@MAC_ARM_SHA256@" ;;
  "Darwin x86_64") address="@MAC_ADDRESS@" digest="@MAC_SHA256@" ;;
  "Linux x86_64") address="@LINUX_ADDRESS@" digest="@LINUX_SHA256@" ;;
  *) stop "这台电脑用不了：$(uname -sm)" ;;
esac
git --version >/dev/null 2>&1 || stop "还缺 Git。在弹出的窗口里安装它，然后再双击这个文件。"

if [ ! -f "$tools/ready" ]; then
  echo "第一次打开，要下载程序，请等几分钟。以后双击就开。"
  mkdir -p "$tools"
  sed -n '/^-----BEGIN CERTIFICATE-----$/,/^-----END CERTIFICATE-----$/p' "$0" | grep -v -e '-----' |
    openssl base64 -d >"$tools/files.zip"
  unzip -qo "$tools/files.zip" -d "$tools"
  curl -fsSL --retry 3 -o "$tools/uv.zip" "$address" || stop "$offline"
  if [ "$(openssl dgst -sha256 -r "$tools/uv.zip" | cut -d' ' -f1)" != "$digest" ]; then
    rm "$tools/uv.zip"
    stop "下载到的文件不是要的那一个，没有打开它。请换个网络再试，或者告诉工程师。"
  fi
  unzip -qoj "$tools/uv.zip" "uv-@UV_VERSION@.data/scripts/uv" -d "$tools"
  chmod +x "$tools/uv"
  "$tools/uv" venv --quiet --clear --python @PYTHON@ "$tools/python" || stop "$offline"
  "$tools/uv" pip install --quiet --python "$tools/python" --require-hashes --only-binary :all: \
    -r "$tools/requirements.txt" || stop "$offline"
  "$tools/uv" pip install --quiet --python "$tools/python" --no-deps --offline "$tools/@WHEEL@"
  touch "$tools/ready"
fi

if ! { git config user.name && git config user.email; } >/dev/null; then
  printf '%s' "你的名字（审稿人看得到）："
  read -r who
  printf '%s' "你的邮箱："
  read -r mail
  git config --global user.name "$who"
  git config --global user.email "$mail"
fi
if [ ! -f "$folder/massctl.yaml" ]; then
  if [ -z "$letters" ]; then
    printf '%s' "团队仓库的地址（向工程师要）："
    read -r letters
  fi
  git clone "$letters" "$folder" || stop "没有取到团队的仓库。请把上面的话发给工程师。"
fi
echo "写字台开着。关掉这个窗口，它就停了；写好的都在。"
"$tools/python/bin/python" -I -m massctl -C "$folder" desk --open || stop "没有打开。请把这个窗口里的话发给工程师。"
exit 0
