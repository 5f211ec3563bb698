# SPDX-License-Identifier: GPL-3.0-or-later
"""A small web server on loopback for the fetch tests: server.py FOLDER PORT_FILE [--no-range]

Serves FOLDER with Range support. A file whose name has "cut" in it loses its connection half way through what was asked
for, once; one with "stuck" every time, with nothing sent. Requests are logged to PORT_FILE.log, a line each.
"""
import http.server
import os
import pathlib
import sys

folder, port_file = pathlib.Path(sys.argv[1]), sys.argv[2]
ranges = "--no-range" not in sys.argv
cut = set()


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        path = folder / self.path.lstrip("/")
        asked = self.headers.get("Range", "") if ranges else ""
        with open(port_file + ".log", "a") as log:
            log.write(f"{self.path} {self.headers.get('Range', '-')}\n")
        if not path.is_file():
            return self.send_error(404)
        data = path.read_bytes()
        start = int(asked[len("bytes="):].split("-")[0]) if asked else 0
        if asked and start >= len(data):
            return self.send_error(416)
        self.send_response(206 if asked else 200)
        if asked:
            self.send_header("Content-Range", f"bytes {start}-{len(data) - 1}/{len(data)}")
        self.send_header("Content-Length", str(len(data) - start))
        self.end_headers()
        body = data[start:]
        if "stuck" in path.name:
            return self.connection.close()
        if "cut" in path.name and path.name not in cut:
            cut.add(path.name)
            body = body[:len(body) // 2]
        self.wfile.write(body)

    def log_message(self, *arguments):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
with open(port_file + ".new", "w") as out:
    out.write(str(server.server_port))
os.rename(port_file + ".new", port_file)
server.serve_forever()
