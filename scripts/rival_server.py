"""The rivals that scripts/rivals measures: one MCP server over stdio with one tool, made as such servers commonly are.

    rival_server.py vectors CATALOGUE MODEL TOKENIZER BATCH flat|hnsw
    rival_server.py like CATALOGUE

`vectors`: onnxruntime, tokenizers and FAISS; every text of the catalogue is embedded at the start. `like`: SQLite, LIKE for
each keyword over path, summary and description, matches summed. Runs in the environment that scripts/rivals makes.
"""
import json
import os
import re
import sqlite3
import sys

from mcp.server.mcpserver import MCPServer

MOST_TOKENS = 256  # what the model was published with
COMMON = set("a an and are as at be by can do for from get how i in is it me my of on or our please show that the their "
             "them this to up was we what when where which who with you".split())


def catalogue_rows(path):
    """Method, path, summary, description, embedded text of every operation."""
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as connection:
        rows = connection.execute("SELECT method, path, summary, body, text FROM operation ORDER BY id").fetchall()
    return [(method, path, summary, json.loads(body).get("description") or "", text)
            for method, path, summary, body, text in rows]


def shown(row, score):
    return {"score": float(score), "method": row[0], "path": row[1], "summary": row[2]}


def by_vectors(catalogue, model, tokenizer_file, batch, kind):
    """The search of a Python pipeline; what it embeds is normalised, so the inner product is the cosine."""
    import faiss
    import numpy
    import onnxruntime
    from tokenizers import Tokenizer

    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = cores
    faiss.omp_set_num_threads(cores)
    session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    wanted = {given.name for given in session.get_inputs()}
    tokenizer = Tokenizer.from_file(tokenizer_file)
    tokenizer.enable_truncation(MOST_TOKENS)
    tokenizer.enable_padding(pad_id=0, pad_token="[PAD]")

    def embed(texts):
        encoded = tokenizer.encode_batch(texts)
        mask = numpy.array([one.attention_mask for one in encoded], numpy.int64)
        given = {"input_ids": numpy.array([one.ids for one in encoded], numpy.int64), "attention_mask": mask,
                 "token_type_ids": numpy.zeros_like(mask)}
        hidden = session.run(None, {name: value for name, value in given.items() if name in wanted})[0]
        pooled = (hidden * mask[:, :, None]).sum(1) / mask.sum(1, keepdims=True)
        return (pooled / numpy.linalg.norm(pooled, axis=1, keepdims=True)).astype(numpy.float32)

    rows = catalogue_rows(catalogue)
    texts = [row[4] for row in rows]
    # Sorted by length, as sentence-transformers does, so that batches hold little padding.
    order = sorted(range(len(texts)), key=lambda at: -len(texts[at]))
    vectors = numpy.empty((len(texts), 384), numpy.float32)
    for start in range(0, len(order), batch):
        part = order[start:start + batch]
        vectors[part] = embed([texts[at] for at in part])
    if kind == "hnsw":
        index = faiss.IndexHNSWFlat(vectors.shape[1], 32, faiss.METRIC_INNER_PRODUCT)
        index.hnsw.efSearch = 64
    else:
        index = faiss.IndexFlatIP(vectors.shape[1])
    index.add(vectors)

    def search(query, count):
        scores, found = index.search(embed([query]), count)
        return [shown(rows[at], score) for at, score in zip(found[0], scores[0]) if at >= 0]

    return search


def by_like(catalogue):
    """The search of the older gateway. SQLite's LIKE takes capital and small letters alike."""
    rows = catalogue_rows(catalogue)
    # The SDK calls a tool in a thread of its own; one at a time, as stdio brings them.
    table = sqlite3.connect(":memory:", check_same_thread=False)
    table.execute("CREATE TABLE endpoint (id INTEGER PRIMARY KEY, path TEXT, summary TEXT, description TEXT)")
    table.executemany("INSERT INTO endpoint VALUES (?, ?, ?, ?)", [(at, *row[1:4]) for at, row in enumerate(rows)])
    matches = ("SELECT id, (path LIKE :like) + (summary LIKE :like) + (description LIKE :like) AS score FROM endpoint "
               "WHERE path LIKE :like OR summary LIKE :like OR description LIKE :like")

    def search(query, count):
        scores = {}
        for word in re.findall(r"\w+", query.lower()):
            if len(word) > 1 and word not in COMMON:
                for at, score in table.execute(matches, {"like": f"%{word}%"}):
                    scores[at] = scores.get(at, 0) + score
        best = sorted(scores, key=lambda at: (-scores[at], at))[:count]
        return [shown(rows[at], scores[at]) for at in best]

    return search


def main():
    kind, catalogue, *rest = sys.argv[1:]
    if kind == "vectors":
        model, tokenizer, batch, index = rest
        search = by_vectors(catalogue, model, tokenizer, int(batch), index)
    else:
        search = by_like(catalogue)
    server = MCPServer("rival")

    @server.tool()
    def semantic_endpoint_locator(query: str, max_results: int = 5) -> list[dict]:
        """Find the API operations that do what a sentence asks for, best first."""
        return search(query, max_results)

    server.run("stdio")


if __name__ == "__main__":
    main()
