"""Parquet as the lake writes and reads it: row groups of equal size, and only those opened that are asked for."""

from collections.abc import Iterator

import pyarrow as pa
import pyarrow.parquet as pq

from notoneless.files.sealed import SealingWriter


def write_parquet(
    sink: SealingWriter, batches: Iterator[pa.RecordBatch], schema: pa.Schema | None, row_group_rows: int
) -> int:
    """Write batches as row groups of equal size, so that the batching does not show in the bytes. Returns the rows."""
    first = next(batches, None)
    if schema is None:
        if first is None:
            raise ValueError("an empty iterator needs a schema")
        schema = first.schema
    rows, pending = 0, schema.empty_table()
    with pq.ParquetWriter(pa.PythonFile(sink, mode="w"), schema, compression="zstd", compression_level=1) as writer:
        while first is not None:
            rows += first.num_rows
            pending = pa.concat_tables([pending, pa.Table.from_batches([first], schema)])
            while pending.num_rows >= row_group_rows:
                writer.write_table(pending.slice(0, row_group_rows).combine_chunks(), row_group_size=row_group_rows)
                pending = pending.slice(row_group_rows)
            first = next(batches, None)
        if pending.num_rows or not rows:
            writer.write_table(pending.combine_chunks(), row_group_size=row_group_rows)
    return rows


def groups_holding(file: pq.ParquetFile, column: str, numbers: list[int]) -> list[int]:
    """Which row groups may hold rows whose integer `column` is one of `numbers`, by their statistics."""
    position = file.schema_arrow.get_field_index(column)
    groups = []
    for group in range(file.metadata.num_row_groups):
        spread = file.metadata.row_group(group).column(_leaf(file, position)).statistics
        known = spread is not None and spread.has_min_max
        if not known or any(spread.min <= number <= spread.max for number in numbers):
            groups.append(group)
    return groups


def _leaf(file: pq.ParquetFile, position: int) -> int:
    """Parquet counts leaf columns; nested columns before `position` shift the count."""
    name = file.schema_arrow.field(position).name
    return next(leaf for leaf in range(len(file.schema)) if file.schema.column(leaf).path == name)
