"""The trained difference as a file: 8-bit factors and a scale for each row, in the safetensors format."""
import json
import struct

from .network import LINEAR


def written(encoder, strength):
    """`strength` times the difference of each linear layer, as fetch_model.merged() reads it.

    A product's difference is scale[o] x sum over r of up[o][r] x down[r][i]: the scales of `down` are put into `up` before that is
    rounded, so that the sum is one of integers and the same everywhere.
    """
    tensors = {}
    for at, layer in enumerate(encoder.layers):
        for short, name in LINEAR.items():
            down, up = layer[short].down.detach().double(), layer[short].up.detach().double() * strength
            size = down.abs().amax(1, keepdim=True).clamp(min=1e-12) / 127
            up = up * size.T
            scale = up.abs().amax(1, keepdim=True).clamp(min=1e-12).float().double() / 127
            key = f"encoder.layer.{at}.{name}."
            tensors[key + "down"] = ("I8", list(down.shape), bytes_of((down / size).round()))
            tensors[key + "up"] = ("I8", list(up.shape), bytes_of((up / scale).round().clamp(-127, 127)))
            tensors[key + "scale"] = ("F32", [len(scale)], struct.pack(f"<{len(scale)}f", *scale.flatten().tolist()))
    header, data = {}, b""
    for name, (kind, shape, content) in sorted(tensors.items(), key=lambda t: (t[1][0] != "F32", t[0])):
        header[name] = {"dtype": kind, "shape": shape, "data_offsets": [len(data), len(data) + len(content)]}
        data += content
    head = json.dumps(header, separators=(",", ":")).encode()
    head += b" " * (-len(head) % 8)
    return struct.pack("<Q", len(head)) + head + data


def bytes_of(values):
    return bytes(int(value) & 255 for value in values.flatten().tolist())
