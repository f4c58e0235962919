"""Make mediarecorder.webm anew with the MediaRecorder of a browser: python tests/data/make_mediarecorder.py.

Needs Chromium or Chrome, named by the environment variable CHROMIUM or found on the path. A page plays a swelling
tone from an OscillatorNode into a MediaStreamDestination and records that, as web applications record calls. The
recording is what the browser wrote, byte by byte; the one here is of Chromium 150 on Debian 12.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

TARGET = Path(__file__).with_name("mediarecorder.webm")
SECONDS = 4
PAGE = """<!doctype html><script>
(async () => {
  const context = new AudioContext({sampleRate: 48000});
  await context.resume();
  const tone = new OscillatorNode(context, {frequency: 300});
  const swell = new OscillatorNode(context, {frequency: 3});
  const depth = new GainNode(context, {gain: 0.15});
  const gain = new GainNode(context, {gain: 0.2});
  const to = context.createMediaStreamDestination();
  to.channelCount = 1;
  swell.connect(depth).connect(gain.gain);
  tone.connect(gain).connect(to);
  tone.start(); swell.start();
  const recorder = new MediaRecorder(to.stream, {mimeType: "audio/webm;codecs=opus", audioBitsPerSecond: 32000});
  const parts = [];
  recorder.ondataavailable = event => parts.push(event.data);
  recorder.onstop = () => fetch("/", {method: "POST", body: new Blob(parts)});
  recorder.start(1000);
  setTimeout(() => recorder.stop(), SECONDS * 1000);
})();
</script>"""


class Desk(BaseHTTPRequestHandler):
    """Hands out the page and takes the recording."""

    def do_GET(self) -> None:
        """Send the page."""
        self.answer(PAGE.replace("SECONDS", str(SECONDS)).encode())

    def do_POST(self) -> None:
        """Keep what was recorded."""
        TARGET.write_bytes(self.rfile.read(int(self.headers["Content-Length"])))
        self.answer(b"")
        threading.Thread(target=self.server.shutdown).start()

    def answer(self, body: bytes) -> None:
        """Send a page of HTML."""
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def main() -> None:
    """Record and write the file."""
    browser = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if browser is None:
        sys.exit("no Chromium found; name it in CHROMIUM")
    with tempfile.TemporaryDirectory() as folder, HTTPServer(("127.0.0.1", 0), Desk) as desk:
        command = [browser, "--headless=new", "--no-sandbox", "--disable-gpu", f"--user-data-dir={folder}/profile"]
        command += ["--autoplay-policy=no-user-gesture-required", f"http://127.0.0.1:{desk.server_port}/"]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as running:
            stop = threading.Timer(60, desk.shutdown)
            stop.start()
            desk.serve_forever()
            stop.cancel()
            running.terminate()


if __name__ == "__main__":
    main()
