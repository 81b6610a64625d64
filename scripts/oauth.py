#!/usr/bin/env python3
"""Leads a third-party OAuth client to the real server by way of a faked issuer, and sends the server wrong tokens.

The client is that of the Python SDK `mcp`, of the version that scripts/foreign.py pins: from the server's 401 it finds the metadata of
the server and of the issuer, registers with the issuer, has a user log in by PKCE, and sends the token. The issuer runs here, on
loopback; it signs with PyJWT and its keys change meanwhile.

One line a check, then `N passed, N failed`. Exit code: 0 all passed, 1 a check failed, 2 a client could not be set up.
"""
import sys

if sys.version_info < (3, 11):
    print("oauth: Python 3.11 or newer is needed, this is %s; run it with a newer one" % sys.version.split()[0],
          file=sys.stderr)
    sys.exit(2)

import json
import re
import socket
import subprocess
import tempfile
from pathlib import Path

from foreign import CHECK_S, http_server, indexed, judge, sdk_python

SCOPES = ["cw:use", "cw:read"]

# Runs in the environment that has the SDK and PyJWT; prints one JSON line an answer, which the code below judges. Its first argument is
# the port of the issuer, its second the URL of the server, which is started between the two lines of its input.
CLIENT = r"""
import asyncio, base64, hashlib, json, secrets, sys, threading, time, traceback, urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx2, jwt
from cryptography.hazmat.primitives import hashes, hmac, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from mcp import ClientSession
from mcp.client.auth import AuthorizationCodeResult, OAuthClientProvider
from mcp.client.streamable_http import create_mcp_http_client, streamable_http_client
from mcp.shared.auth import OAuthClientMetadata

PORT, SERVER = int(sys.argv[1]), sys.argv[2]
ISSUER = f"http://127.0.0.1:{PORT}/team"
SCOPES = "cw:use cw:read"
REDIRECT = "http://127.0.0.1:1/callback"

def say(name, **answer):
    print(json.dumps({"name": name, **answer}), flush=True)

class Issuer:
    # What it has keys for, whom it knows, and what it was asked.
    def __init__(self):
        self.keys = {"1": rsa.generate_private_key(65537, 2048)}
        self.codes, self.refreshes, self.asked = {}, {}, []
        self.granted = "cw:use"  # of a first login; a later one grants what is asked for
        self.lasts_s = 1         # what clients are told; the tokens themselves hold for longer
        self.audience = None     # in place of the resource that the client names

    def rotate(self):
        self.keys = {"2": ec.generate_private_key(ec.SECP256R1())}

    def jwks(self):
        kinds = {True: (jwt.algorithms.RSAAlgorithm, "RS256"), False: (jwt.algorithms.ECAlgorithm, "ES256")}
        keys = []
        for name, key in self.keys.items():
            kind, algorithm = kinds[isinstance(key, rsa.RSAPrivateKey)]
            keys.append({**json.loads(kind.to_jwk(key.public_key())), "kid": name, "alg": algorithm, "use": "sig"})
        return {"keys": keys}

    def token(self, audience, scope, **others):
        name, key = next(iter(self.keys.items()))
        now = int(time.time())
        claims = {"iss": ISSUER, "aud": audience, "sub": "user 7", "client_id": "c", "iat": now, "exp": now + 600, "jti": "1", "scope": scope}
        claims = {name: value for name, value in {**claims, **others}.items() if value is not None}
        algorithm = "RS256" if isinstance(key, rsa.RSAPrivateKey) else "ES256"
        return jwt.encode(claims, key, algorithm, headers={"kid": name, "typ": "at+jwt"})

    def tokens(self, resource, scope):
        refresh = secrets.token_hex()
        self.refreshes[refresh] = (resource, scope)
        token = self.token(self.audience or resource, scope)
        return {"access_token": token, "token_type": "Bearer", "expires_in": self.lasts_s, "refresh_token": refresh, "scope": scope}

issuer = Issuer()

class Handler(BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def answer(self, status, value=None, **headers):
        body = b"" if value is None else json.dumps(value).encode()
        self.send_response(status)
        for name, text in headers.items():
            self.send_header(name, text)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        url = urllib.parse.urlsplit(self.path)
        asked = dict(urllib.parse.parse_qsl(url.query))
        issuer.asked.append(url.path)
        if url.path == "/.well-known/oauth-authorization-server/team":
            self.answer(200, {
                "issuer": ISSUER, "authorization_endpoint": f"{ISSUER}/authorize", "token_endpoint": f"{ISSUER}/token",
                "registration_endpoint": f"{ISSUER}/register", "jwks_uri": f"{ISSUER}/keys", "response_types_supported": ["code"],
                "grant_types_supported": ["authorization_code", "refresh_token"], "code_challenge_methods_supported": ["S256"],
                "token_endpoint_auth_methods_supported": ["none"], "authorization_response_iss_parameter_supported": True})
        elif url.path == "/team/keys":
            self.answer(200, issuer.jwks())
        elif url.path == "/team/authorize" and asked["code_challenge_method"] == "S256":
            code = secrets.token_hex()
            granted, issuer.granted = issuer.granted or asked["scope"], None
            issuer.codes[code] = (asked["code_challenge"], asked["resource"], granted)
            say("authorize", answer={"scope": asked["scope"], "resource": asked["resource"]})
            back = urllib.parse.urlencode({"code": code, "state": asked["state"], "iss": ISSUER})
            self.answer(302, Location=f"{asked['redirect_uri']}?{back}")
        else:
            self.answer(404)

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        if self.path == "/team/register":
            self.answer(201, {**json.loads(body), "client_id": "c"})
            return
        asked = dict(urllib.parse.parse_qsl(body))
        say("token", answer={"grant_type": asked["grant_type"], "resource": asked.get("resource")})
        if asked["grant_type"] == "refresh_token":
            resource, scope = issuer.refreshes.pop(asked["refresh_token"])
            self.answer(200, issuer.tokens(resource, scope))
            return
        challenge, resource, scope = issuer.codes.pop(asked["code"])
        digest = hashlib.sha256(asked["code_verifier"].encode()).digest()
        if base64.urlsafe_b64encode(digest).decode().rstrip("=") != challenge:
            self.answer(400, {"error": "invalid_grant"})
            return
        self.answer(200, issuer.tokens(resource, scope))

class Storage:
    tokens = client = None

    async def get_tokens(self):
        return self.tokens

    async def set_tokens(self, tokens):
        self.tokens = tokens

    async def get_client_info(self):
        return self.client

    async def set_client_info(self, client):
        self.client = client

def provider(storage):
    came = {}

    async def redirect(url):
        async with httpx2.AsyncClient(trust_env=False) as browser:
            answer = await browser.get(url, follow_redirects=False)
        came.update(urllib.parse.parse_qsl(urllib.parse.urlsplit(answer.headers["Location"]).query))

    async def callback():
        return AuthorizationCodeResult(code=came["code"], state=came["state"], iss=came["iss"])

    metadata = OAuthClientMetadata(client_name="foreign", redirect_uris=[REDIRECT], token_endpoint_auth_method="none",
                                   grant_types=["authorization_code", "refresh_token"], response_types=["code"])
    return OAuthClientProvider(SERVER, metadata, storage, redirect, callback)

async def use(name, storage, work):
    try:
        async with create_mcp_http_client(auth=provider(storage)) as http, streamable_http_client(SERVER, http_client=http) as streams:
            async with ClientSession(streams[0], streams[1]) as session:
                begun = await session.initialize()
                say(name, answer={"server": begun.server_info.name})
                await work(session)
    except BaseException as error:
        say(name, error="".join(traceback.format_exception(error))[-3000:])

async def with_a_session(session):
    say("tools/list", answer=len((await session.list_tools()).tools))
    issuer.rotate()
    await asyncio.sleep(2)  # until the client takes its token for ended
    called = await session.call_tool("enumerate_api_domains", {})
    say("after rotation", answer={"isError": called.is_error, "keys": issuer.asked.count("/team/keys")})

async def nothing(session):
    pass

def wrong_tokens():
    now, (name, key) = int(time.time()), next(iter(issuer.keys.items()))
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    part = lambda value: base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")
    claims = {"iss": ISSUER, "aud": SERVER, "sub": "x", "exp": now + 600, "scope": SCOPES}
    text = f"{part({'alg': 'HS256', 'typ': 'at+jwt', 'kid': name})}.{part(claims)}"
    mac = hmac.HMAC(public, hashes.SHA256())
    mac.update(text.encode())
    hs256 = f"{text}.{base64.urlsafe_b64encode(mac.finalize()).decode().rstrip('=')}"
    stranger = ec.generate_private_key(ec.SECP256R1())
    own = {**json.loads(jwt.algorithms.ECAlgorithm.to_jwk(stranger.public_key()))}
    signed = lambda **header: jwt.encode(claims, stranger, "ES256", headers={"typ": "at+jwt", **header})
    return {
        "right": issuer.token(SERVER, SCOPES),
        "other audience": issuer.token("https://other.example.com", SCOPES),
        "other resource": issuer.token(SERVER + "/other", SCOPES),
        "other issuer": issuer.token(SERVER, SCOPES, iss="http://127.0.0.1:1/other"),
        "expired": issuer.token(SERVER, SCOPES, exp=now - 60),
        "not yet": issuer.token(SERVER, SCOPES, nbf=now + 600),
        "without end": issuer.token(SERVER, SCOPES, exp=None),
        "algorithm none": jwt.encode(claims, None, "none", headers={"typ": "at+jwt"}),
        "HS256 with the public key": hs256,
        "unknown kid": signed(kid="x"),
        "wrong signature": signed(kid=name),
        "own key in the header": signed(kid=name, jwk=own),
        "missing scope": issuer.token(SERVER, "cw:read"),
    }

async def main():
    threading.Thread(target=ThreadingHTTPServer(("127.0.0.1", PORT), Handler).serve_forever, daemon=True).start()
    say("ready", answer=True)
    sys.stdin.readline()  # the server runs
    storage = Storage()
    await use("too little", storage, nothing)
    await use("initialize", storage, with_a_session)
    async with httpx2.AsyncClient(trust_env=False) as http:
        for name, token in wrong_tokens().items():
            message = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {
                "protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}}}
            headers = {"Authorization": f"Bearer {token}", "Accept": "application/json, text/event-stream"}
            answer = await http.post(SERVER, json=message, headers=headers)
            say("wrong", answer={"what": name, "status": answer.status_code, "challenge": answer.headers.get("WWW-Authenticate")})
    issuer.audience = "https://other.example.com"
    await use("token for another", Storage(), nothing)

asyncio.run(main())
"""


def free_port():
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


def answers_of(python, program, issuer_port):
    """Runs issuer and client, and the server between them; gives their answers by name, in order."""
    server_port = free_port()
    url = f"http://127.0.0.1:{server_port}/mcp"
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder, "config.toml")
        config.write_text(
            f'[policies.reader]\nallow = [{{ methods = ["GET"] }}]\n[http.oauth]\nissuer = "http://127.0.0.1:{issuer_port}/team"\n'
            f'resource = "{url}"\nscopes = ["cw:use"]\nrefetch_s = 0\n[http.scopes."cw:read"]\npolicy = "reader"\n')
        client = subprocess.Popen([python, "-c", CLIENT, str(issuer_port), url], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                  stderr=subprocess.PIPE, encoding="utf-8", errors="replace")
        try:
            first = client.stdout.readline()
            with http_server([*program, "--config", str(config)], listen=f"127.0.0.1:{server_port}"):
                output, errors = client.communicate("\n", timeout=CHECK_S)
            doctor = run_doctor([*program, "--config", str(config)])
        finally:
            client.kill()
            client.wait()
    answers = {"doctor": [{"answer": doctor}]}
    for line in filter(None, [first, *output.splitlines()]):
        said = json.loads(line)
        answers.setdefault(said["name"], []).append(said)
    if client.returncode and len(answers) < 3:
        raise ValueError(errors[-600:])
    return answers


def run_doctor(program):
    """What `doctor` finds offline about the settings: the server and the issuer are gone by then."""
    done = subprocess.run([*program, "doctor", "--json"], capture_output=True, text=True, encoding="utf-8", errors="replace",
                          timeout=CHECK_S)
    return [finding for finding in json.loads(done.stdout)["findings"] if finding["name"] == "http"]


def check_client(checks, answers):
    def answer(name, at=0):
        if "error" in answers[name][at]:
            raise ValueError(answers[name][at]["error"])
        return answers[name][at]["answer"]

    def check(what, right):
        checks.check(f"SDK's OAuth client: {what}", right)

    tokens = [said["answer"] for said in answers.get("token", [])]
    resource = lambda: answer("authorize")["resource"]
    check("the challenge and the metadata lead to the issuer, and its token is taken",
          lambda: answer("initialize")["server"] == "cw-orchestrator")
    check("it asks for the scopes of the challenge, for this resource",
          lambda: answer("authorize")["scope"].split() == SCOPES and resource().endswith("/mcp"))
    check("a token with too few scopes is refused, and the client has its user log in for them",
          lambda: "error" in answers["too little"][0] and set(answer("authorize", 1)["scope"].split()) == set(SCOPES))
    check("tools/list", lambda: answer("tools/list") == 13)
    check("the resource is named in each request for a token",
          lambda: len(tokens) >= 3 and all(token["resource"] == resource() for token in tokens))
    check("a renewed token of a new key goes on with the session",
          lambda: answer("after rotation")["isError"] is not True and answer("after rotation")["keys"] >= 2
          and any(token["grant_type"] == "refresh_token" for token in tokens))
    check("a token for another server is refused", lambda: "error" in answers["token for another"][0])
    check("doctor finds nothing wrong with the settings", lambda: answer("doctor") == [])
    for said in [said["answer"] for said in answers.get("wrong", [])]:
        what, status, challenge = said["what"], said["status"], said["challenge"] or ""
        parameters = dict(re.findall(r'(\w+)="([^"]*)"', challenge))
        wanted = {"right": (200, None), "missing scope": (403, "insufficient_scope")}.get(what, (401, "invalid_token"))
        checks.check(f"a token of PyJWT, {what}: {wanted[0]}", lambda: (status, parameters.get("error")) == wanted
                     and (status == 200 or parameters["resource_metadata"].endswith("/.well-known/oauth-protected-resource/mcp")))
    checks.check("tokens of PyJWT were tried", lambda: len(answers["wrong"]) == 13)


def all_checks(checks, arguments, target):
    python = sdk_python(target / "foreign" / "python")
    with indexed(arguments, target) as program:
        check_client(checks, answers_of(python, program, free_port()))


if __name__ == "__main__":
    sys.exit(judge("oauth", __doc__, all_checks))
