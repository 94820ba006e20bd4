# receivers.py - what receives in tests/notify/run: a mail server and webhooks.
#
#   receivers.py DIRECTORY: listens on free ports, writes them to DIRECTORY/ports, one line
#   "smtp plain web", then each letter to DIRECTORY/mail.N and each call to DIRECTORY/calls.
#
# The mail server demands STARTTLS and a password (tls), or offers neither (plain).
import asyncio, base64, hashlib, hmac, http.server, json, os, ssl, sys, threading, time

from aiosmtpd.smtp import AuthResult, LoginPassword, SMTP

place = sys.argv[1]
lock = threading.Lock()
SECRETS = [base64.b64decode(text) for text in (
    "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=")]


class Letters:
    count = 0

    async def handle_DATA(self, server, session, envelope):
        with lock:
            Letters.count += 1
            with open("%s/part" % place, "wb") as out:
                out.write(json.dumps({"tls": session.ssl is not None, "to": envelope.rcpt_tos,
                                      "from": envelope.mail_from,
                                      "user": session.authenticated}).encode() + b"\n")
                out.write(envelope.original_content)
            os.rename("%s/part" % place, "%s/mail.%d" % (place, Letters.count))
        return "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("nobody"):
            return "550 no such person"
        envelope.rcpt_tos.append(address)
        return "250 OK"


def authenticate(server, session, envelope, mechanism, data):
    good = isinstance(data, LoginPassword) and data.login == b"tally" and data.password == b"s3cret"
    return AuthResult(success=good)


def secure():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain("%s/cert.pem" % place, "%s/key.pem" % place)
    return SMTP(Letters(), tls_context=context, require_starttls=True, auth_required=True,
                authenticator=authenticate, loop=loop)


def plain():
    return SMTP(Letters(), loop=loop)


class Web(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    tries = {}

    def log_message(self, *arguments):
        pass

    def signatures(self, body):
        signed = b"%s.%s." % (self.headers["webhook-id"].encode(),
                              self.headers["webhook-timestamp"].encode()) + body
        given = self.headers["webhook-signature"].split(" ")
        good = ["v1," + base64.b64encode(hmac.digest(s, signed, hashlib.sha256)).decode()
                for s in SECRETS]
        return [g in good for g in given]

    def say(self, status, body=b"", **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        late = abs(time.time() - int(self.headers["webhook-timestamp"])) > 300
        with lock:
            tried = Web.tries[self.path] = Web.tries.get(self.path, 0) + 1
            with open("%s/calls" % place, "a") as out:
                out.write(json.dumps({"path": self.path, "id": self.headers["webhook-id"],
                                      "good": self.signatures(body), "late": late,
                                      "type": self.headers["content-type"],
                                      "size": len(body), "body": json.loads(body)}) + "\n")
        if self.path == "/again" and tried == 1:
            self.say(503, Retry_After="1")
        elif self.path == "/gone":
            self.say(410)
        elif self.path == "/redirect":
            self.say(302, Location="/trap")
        elif self.path == "/hang":
            time.sleep(60)
        elif self.path == "/huge":
            self.send_response(200)
            self.send_header("Content-Length", str(1 << 30))
            self.end_headers()
            try:
                for _ in range(1 << 14):
                    self.wfile.write(bytes(1 << 16))
            except OSError:
                pass
            self.close_connection = True
        else:
            self.say(200, b"{}")


loop = asyncio.new_event_loop()
asyncio.set_event_loop(loop)
servers = [loop.run_until_complete(loop.create_server(kind, "127.0.0.1", 0))
           for kind in (secure, plain)]
web = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Web)
threading.Thread(target=web.serve_forever, daemon=True).start()
ports = [server.sockets[0].getsockname()[1] for server in servers] + [web.server_port]
with open("%s/part" % place, "w") as out:
    out.write(" ".join(str(port) for port in ports) + "\n")
os.rename("%s/part" % place, "%s/ports" % place)
loop.run_forever()
