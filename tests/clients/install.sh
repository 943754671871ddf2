#!/bin/sh
# The clients that check-clients runs, into a folder: install.sh FOLDER
set -eu
folder=${1:?usage: install.sh FOLDER}
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$folder"
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check \
	-r "$here/requirements.txt"
cp "$here/package.json" "$folder"
npm install --prefix "$folder" --no-audit --no-fund --silent
