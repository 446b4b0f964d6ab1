# SPDX-License-Identifier: GPL-3.0-or-later
"""Small ONNX files, written field by field as onnx.proto numbers them: no package is needed."""

from __future__ import annotations

import struct
from collections.abc import Sequence

FLOAT, INT = 1, 2  # TensorProto.FLOAT, AttributeProto.INT


def mean_colour_model(outputs: Sequence[Sequence[Sequence[float]]], size: int = 32,
                      picture: Sequence[int | str] | None = None, op: str = "") -> bytes:
    """A model that averages its picture's colours and multiplies them: one output a matrix.

    outputs: for each a matrix (3,K) of weights.  op: an operator applied to every output at the end
    ("Log" of what is negative is not a number).
    """
    nodes = [_node("GlobalAveragePool", ["picture"], ["pooled"]),
             _node("Flatten", ["pooled"], ["colours"])]
    weights, outs = [], []
    for number, matrix in enumerate(outputs):
        weights.append(_tensor(f"w{number}", matrix))
        last = f"out{number}"
        nodes.append(_node("MatMul", ["colours", f"w{number}"], [f"m{number}" if op else last]))
        if op:
            nodes.append(_node(op, [f"m{number}"], [last]))
        outs.append(_value(last, [1, len(matrix[0])]))
    graph = b"".join([_sub(1, node) for node in nodes] + [_text(2, "tiny")]
                     + [_sub(5, weight) for weight in weights]
                     + [_sub(11, _value("picture", picture or [1, 3, size, size]))]
                     + [_sub(12, out) for out in outs])
    opset = _text(1, "") + _number(2, 13)
    return _number(1, 8) + _sub(8, opset) + _sub(7, graph)


def _node(op: str, inputs: Sequence[str], outputs: Sequence[str]) -> bytes:
    return (b"".join(_text(1, name) for name in inputs)
            + b"".join(_text(2, name) for name in outputs) + _text(4, op))


def _tensor(name: str, matrix: Sequence[Sequence[float]]) -> bytes:
    flat = [number for row in matrix for number in row]
    return (_number(1, len(matrix)) + _number(1, len(matrix[0])) + _number(2, FLOAT)
            + _text(8, name) + _sub(9, struct.pack(f"<{len(flat)}f", *flat)))


def _value(name: str, shape: Sequence[int | str]) -> bytes:
    dims = b"".join(_sub(1, _text(2, side) if isinstance(side, str) else _number(1, side))
                    for side in shape)
    tensor = _number(1, FLOAT) + _sub(2, dims)
    return _text(1, name) + _sub(2, _sub(1, tensor))


def _varint(number: int) -> bytes:
    found = bytearray()
    while number > 0x7F:
        found.append(number & 0x7F | 0x80)
        number >>= 7
    found.append(number)
    return bytes(found)


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)


def _sub(field: int, body: bytes) -> bytes:
    return _varint(field << 3 | 2) + _varint(len(body)) + body


def _text(field: int, text: str) -> bytes:
    return _sub(field, text.encode())
