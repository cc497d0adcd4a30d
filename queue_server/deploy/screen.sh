#!/bin/sh
# The page @PAGE@ on the whole of this machine's screen. Written by `antrean deploy`, which
# writes it anew for another address. An address given as the first argument is opened instead, once: to pair the
# screen. What is given besides goes to the browser.
#
# Ends when the browser has ended, or when its page has stood still and the browser was ended for it; systemd then
# starts it again (antrean-@KIND@.service).
set -eu

page='@PAGE@'
case "${1:-}" in http://* | https://*) page=$1 && shift ;; esac
port=${DEBUG_PORT:-9222}
profile=${XDG_DATA_HOME:-$HOME/.local/share}/antrean-@KIND@

# The screen stays lit. Under Wayland no program can ask for that: it is a setting of the desktop.
if [ -n "${DISPLAY:-}" ] && command -v xset >/dev/null; then xset s off s noblank -dpms || true; fi

# After a power cut nobody is there to say whether the last pages shall be restored.
saved=$profile/Default/Preferences
if [ -f "$saved" ]; then sed -i 's/"exit_type":"[^"]*"/"exit_type":"Normal"/' "$saved"; fi

# The page counts on in its title, every ten seconds. Six looks at the same title, or at none, and the browser is ended.
watch() {
    last='' still=0
    while sleep "${LOOK_SECONDS:-30}"; do
        title=$(curl --silent --max-time 5 "http://127.0.0.1:$port/json/list" | grep '"title"') || title=''
        if [ -n "$title" ] && [ "$title" != "$last" ]; then still=0; else still=$((still + 1)); fi
        last=$title
        if [ "$still" -ge 6 ]; then
            echo "the page on the screen stands still: the browser is started again" >&2
            kill -KILL "$1"
            return
        fi
    done
}

# The secure-origin flag is for plain http in the office's network: without it the browser has no service worker, and
# a screen that is switched on while the server is away shows the browser's own error.
"${CHROMIUM:-chromium}" \
    --kiosk --user-data-dir="$profile" --remote-debugging-port="$port" \
    --autoplay-policy=no-user-gesture-required --unsafely-treat-insecure-origin-as-secure='@ORIGIN@' \
    --disable-pinch --overscroll-history-navigation=0 --noerrdialogs --disable-session-crashed-bubble \
    --hide-crash-restore-bubble --no-first-run --no-default-browser-check --disable-features=Translate \
    --disable-component-update --password-store=basic "$@" "$page" &
browser=$!
watch "$browser" &
watcher=$!
trap 'kill "$watcher" 2>/dev/null || true' EXIT
trap 'kill "$browser" 2>/dev/null || true; wait "$browser" || true; exit 0' INT TERM
wait "$browser"
