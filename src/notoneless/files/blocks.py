"""Rows of cells in blocks, as Arrow keeps them: one text for all cells, and where each cell and each row ends.

Millions of cells as Python strings cost more than everything that is done with them; a block costs next to nothing
until one of its cells is looked at. A block is a ``list<string>``: a row may have any number of cells, none is null.
"""

from collections.abc import Iterator, Sequence
from itertools import accumulate, chain

import numpy as np
import pyarrow as pa

BLOCK_TYPE = pa.list_(pa.string())
MOST_BYTES = 256 << 20
"""Text of one chunk; what is far larger than any list of people comes in more chunks."""


def split_block(text: bytes, cell_end: bytes, row_end: bytes) -> pa.ListArray:
    """The rows of a UTF-8 text in which each row ends with ``row_end`` and its cells, but the last, with ``cell_end``
    (one ASCII character each). Raises pa.ArrowInvalid when the text is no UTF-8.
    """
    letters = np.frombuffer(text, np.uint8)
    is_row_end = letters == ord(row_end)
    is_end = is_row_end | (letters == ord(cell_end))
    ends = np.flatnonzero(is_end)
    cells = _string_array(letters[~is_end], _from_zero(ends - np.arange(len(ends))))
    cells.validate(full=True)
    rows = _from_zero(np.flatnonzero(is_row_end[ends]) + 1)
    return pa.ListArray.from_arrays(pa.array(rows), cells)


def make_block(rows: Sequence[Sequence[str]]) -> pa.ListArray:
    """The rows as a block."""
    offsets = pa.array([0, *accumulate(map(len, rows))], pa.int32())
    return pa.ListArray.from_arrays(offsets, pa.array(list(chain.from_iterable(rows)), pa.string()))


def lists_of(block: pa.ListArray) -> list[list[str]]:
    """The rows of a block as Python keeps them."""
    cells = block.flatten().to_pylist()
    ends = list(accumulate(block.value_lengths().to_pylist()))
    return [cells[start:end] for start, end in zip([0, *ends], ends, strict=False)]


def chunks(blocks: Iterator[pa.ListArray], skip: int, rows: int) -> Iterator[pa.ListArray]:
    """The rows after the first ``skip`` in chunks of ``rows``, the last one shorter; fewer where rows are huge."""
    waiting: list[pa.ListArray] = []
    held = size = 0
    for block in blocks:
        cut = min(skip, len(block))
        skip -= cut
        waiting.append(block.slice(cut))
        held, size = held + len(block) - cut, size + block.nbytes
        while held >= rows or (held and size >= MOST_BYTES):
            whole = pa.concat_arrays(waiting)
            yield whole.slice(0, rows)
            rest = whole.slice(rows)
            waiting, held, size = [rest], len(rest), rest.nbytes
    if held:
        yield pa.concat_arrays(waiting)


def _from_zero(ends: np.ndarray) -> np.ndarray:
    return np.concatenate(([0], ends)).astype(np.int32)


def _string_array(text: np.ndarray, offsets: np.ndarray) -> pa.StringArray:
    return pa.StringArray.from_buffers(len(offsets) - 1, pa.py_buffer(offsets), pa.py_buffer(text))
