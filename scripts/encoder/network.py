"""The sentence model in torch, with a low-rank difference to its linear layers that is trained."""
import json
import math
import time

import torch
from torch.nn import functional as F
from tokenizers import Tokenizer

LAYERS, HEADS, HIDDEN, EPSILON = 6, 12, 384, 1e-12
RANK = 16
LINEAR = {"query": "attention.self.query", "key": "attention.self.key", "value": "attention.self.value",
          "attended": "attention.output.dense", "up": "intermediate.dense", "down": "output.dense"}
REQUEST_TOKENS, DOCUMENT_TOKENS = 40, 56
AT_ONCE = 32         # texts in one run, all of about the same length: padding costs as much as text
RATE, WARM, LAST, SHARPNESS = 1e-3, .1, .02, 20
SEED = 20261128


class Linear(torch.nn.Module):
    """A frozen product and the difference to it, `up` x `down`."""

    def __init__(self, weight, bias, chance):
        super().__init__()
        self.weight, self.bias = weight, bias
        self.down = torch.nn.Parameter(torch.randn(RANK, weight.shape[1], generator=chance) / math.sqrt(weight.shape[1]))
        self.up = torch.nn.Parameter(torch.zeros(weight.shape[0], RANK))

    def forward(self, x):
        return F.linear(x, self.weight, self.bias) + F.linear(F.linear(x, self.down), self.up)


class Encoder(torch.nn.Module):
    def __init__(self, tensors, tokenizer):
        super().__init__()
        self.tokenizer = Tokenizer.from_file(str(tokenizer))
        self.tokenizer.no_padding()
        self.tokenizer.no_truncation()
        self.w = {}
        for name, values in tensors.items():
            flat = torch.frombuffer(values, dtype=torch.float32).clone()
            inputs = 4 * HIDDEN if name.endswith("output.dense.weight") and "attention" not in name else HIDDEN
            matrix = name.endswith(".weight") and "LayerNorm" not in name and len(values) > inputs
            self.w[name] = flat.view(-1, inputs) if matrix else flat
        chance = torch.Generator().manual_seed(SEED)
        self.layers = torch.nn.ModuleList(torch.nn.ModuleDict({
            short: Linear(self.w[f"encoder.layer.{at}.{name}.weight"], self.w[f"encoder.layer.{at}.{name}.bias"], chance)
            for short, name in LINEAR.items()}) for at in range(LAYERS))

    def normalised(self, x, name):
        return F.layer_norm(x, (HIDDEN,), self.w[name + "LayerNorm.weight"], self.w[name + "LayerNorm.bias"], EPSILON)

    def states(self, ids, mask):
        """The tokens' states at the beginning of every layer, and after the last."""
        texts, length = ids.shape
        x = (self.w["embeddings.word_embeddings.weight"][ids] + self.w["embeddings.position_embeddings.weight"][:length]
             + self.w["embeddings.token_type_embeddings.weight"].view(-1, HIDDEN)[0])
        x = self.normalised(x, "embeddings.")
        hidden = torch.zeros(texts, 1, 1, length).masked_fill(~mask[:, None, None, :], -1e9)

        def heads(y):
            return y.view(texts, length, HEADS, HIDDEN // HEADS).transpose(1, 2)

        yield x
        for at, layer in enumerate(self.layers):
            query, key, value = (heads(layer[part](x)) for part in ("query", "key", "value"))
            weights = (query @ key.transpose(-1, -2) / math.sqrt(HIDDEN // HEADS) + hidden).softmax(-1)
            attended = (weights @ value).transpose(1, 2).reshape(texts, length, HIDDEN)
            x = self.normalised(x + layer["attended"](attended), f"encoder.layer.{at}.attention.output.")
            x = self.normalised(x + layer["down"](F.gelu(layer["up"](x))), f"encoder.layer.{at}.output.")
            yield x

    def cut(self, texts, most):
        """Token ids of texts, cut at `most` tokens, the last one kept."""
        return [one.ids if len(one.ids) <= most else one.ids[:most - 1] + one.ids[-1:]
                for one in self.tokenizer.encode_batch(texts)]

    def vectors(self, texts, most):
        """Unit vectors, [texts][384]."""
        tokens = self.cut(texts, most)
        order = sorted(range(len(texts)), key=lambda at: len(tokens[at]))
        rows = []
        for start in range(0, len(order), AT_ONCE):
            ids, mask = padded([tokens[at] for at in order[start:start + AT_ONCE]])
            for x in self.states(ids, mask):
                pass
            share = mask[:, :, None].float()
            rows.append(F.normalize((x * share).sum(1) / share.sum(1), dim=-1))
        back = torch.empty(len(order), dtype=torch.long)
        back[torch.tensor(order)] = torch.arange(len(order))
        return torch.cat(rows)[back]


def padded(tokens):
    """Ids and mask, [texts][tokens of the longest]."""
    length = max(map(len, tokens))
    ids, mask = torch.zeros(len(tokens), length, dtype=torch.long), torch.zeros(len(tokens), length, dtype=torch.bool)
    for row, one in enumerate(tokens):
        ids[row, :len(one)], mask[row, :len(one)] = torch.tensor(one), True
    return ids, mask


def train(encoder, batches, say):
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    optimiser = torch.optim.AdamW(encoder.parameters(), lr=RATE, weight_decay=.01)
    begun = time.monotonic()
    say(f"{len(batches)} steps of {len(batches[0])} pairs")
    for step, pairs in enumerate(batches):
        done = step / len(batches)
        rate = RATE * min((done + 1 / len(batches)) / WARM, LAST + (1 - LAST) * (1 - (done - WARM) / (1 - WARM)))
        for group in optimiser.param_groups:
            group["lr"] = rate
        documents = list(dict.fromkeys([pair.document for pair in pairs] + [pair.wrong for pair in pairs if pair.wrong]))
        place = {text: at for at, text in enumerate(documents)}
        requests = encoder.vectors([pair.request for pair in pairs], REQUEST_TOKENS)
        scores = requests @ encoder.vectors(documents, DOCUMENT_TOKENS).T * SHARPNESS
        right = torch.tensor([place[pair.document] for pair in pairs])
        also = torch.tensor([[text in pair.right and text != pair.document for text in documents] for pair in pairs])
        loss = F.cross_entropy(scores.masked_fill(also, -1e4), right)
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(encoder.parameters(), 1)
        optimiser.step()
        if step % 10 == 0:
            say(f"step {step}: loss {loss.item():.3f}, {time.monotonic() - begun:.0f} s")


def first_tokens(tensors, tokenizer, texts):
    """What [CLS] is at the beginning of layers 1 to 5, the mean over `texts`: the file's text, and the rows."""
    with torch.no_grad():
        encoder, sums, squares = Encoder(tensors, tokenizer), torch.zeros(LAYERS - 1, HIDDEN), torch.zeros(LAYERS - 1, HIDDEN)
        for text in texts:
            first = torch.stack([x[0, 0] for x in encoder.states(*padded(encoder.cut([text], DOCUMENT_TOKENS)))][1:LAYERS])
            sums += first
            squares += first * first
    mean = sums / len(texts)
    spread = (squares / len(texts) - mean * mean).clamp(min=0).sqrt().max(1).values
    rows = [[round(value, 4) for value in row] for row in mean.tolist()]
    about = (f"What the first token, [CLS], is at the beginning of layers 1 to 5 (384 numbers each): the mean over {len(texts):,} texts "
             "of the embedded manifest's operations, to four places. The largest standard deviation of a channel over the texts is "
             + ", ".join(f"{value:.3f}" for value in spread.tolist()) + " at these layers: the token is the same whatever the text. "
             "At layer 0 it follows from the weights.")
    lines = ["[\n" + ",\n".join("  " + ", ".join(map(str, row[at:at + 16])) for at in range(0, HIDDEN, 16)) + "\n]" for row in rows]
    return f'{{\n"about": {json.dumps(about)},\n"layers": [\n' + ",\n".join(lines) + "\n]\n}\n", rows
