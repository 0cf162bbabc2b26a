"""Read sets from tables: CSV with `label,pixel0…`, and parquet with pixels, bytes or lists."""

import codecs
import gzip
import io
import json
import math
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import PurePosixPath
from typing import IO, Any, cast

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pyarrow import csv, parquet

from mnistviz.core.errors import DataError
from mnistviz.digits.data_sets.formats.files import DataFile, named_errors
from mnistviz.digits.data_sets.formats.part_names import part_of_path
from mnistviz.digits.data_sets.formats.picture_sets import decoded
from mnistviz.digits.data_sets.formats.raw import Images, RawPart, RawSet, images_of
from mnistviz.digits.data_sets.limits import MAX_IMAGES, MAX_WHOLE_BYTES, SAMPLE_SEED
from mnistviz.digits.data_sets.pixels import Range, range_of

CSV_SUFFIXES = (".csv", ".tsv")
PARQUET_SUFFIXES = (".parquet",)
_LABEL_NAMES = ("label", "labels", "class", "target", "y", "digit", "letter")
_MAX_LINE = 2**20
_BLOCK = 16 * 2**20


@contextmanager
def _arrow_errors() -> Iterator[None]:
    try:
        yield
    except (pa.ArrowException, KeyError, TypeError, AttributeError, UnicodeError) as error:
        text = re.sub(r"\s+", " ", str(error))
        raise ValueError(f"a table that can't be read ({text[:200]})") from None


def is_csv(file: DataFile) -> bool:
    """Whether a file's name is that of a CSV file, packed or not."""
    return file.name.lower().removesuffix(".gz").endswith(CSV_SUFFIXES)


def read_csv(files: Sequence[DataFile], name: str) -> RawSet:
    """The set in CSV files. Those without labels are left out and named. Raises `DataError`."""
    return _read_tables(files, name, _csv_part)


def read_parquet(files: Sequence[DataFile], name: str) -> RawSet:
    """The set in parquet files. Those without labels are left out and named."""
    return _read_tables(files, name, _parquet_part)


class _NoLabelsError(ValueError):
    """A table has no column of labels."""


def _read_tables(files: Sequence[DataFile], name: str, read: Any) -> RawSet:
    parts: dict[str, list[RawPart]] = {}
    left_out: list[tuple[str, int]] = []
    class_names: dict[str, str] = {}
    for file in files:
        file_name = PurePosixPath(file.name).name
        with named_errors(file.name):
            try:
                with _arrow_errors():
                    part, skipped, names = read(file)
            except _NoLabelsError as error:
                left_out.append((f"{file_name}, {error}", 1))
                continue
        class_names |= names
        parts.setdefault(part.part, []).append(part)
        if skipped:
            left_out.append((f"rows of {file_name} that are not a label and pixels", skipped))
    if not parts:
        raise DataError(
            f"{name}: expected a table with a column of labels and one for each pixel, got "
            f"{left_out[0][0] if left_out else 'none'}; name the column of labels `label`"
        )
    joined = tuple(_joined(of_part, name) for of_part in parts.values())
    return RawSet(joined, class_names, tuple(left_out), is_emnist="emnist" in name.lower())


def _joined(parts: Sequence[RawPart], name: str) -> RawPart:
    """One part of the tables that hold pieces of it."""
    if len(parts) == 1:
        return parts[0]
    if len({one.images.shape for one in parts}) > 1:
        raise DataError(f"{name}: expected images of one size in all tables; give one table")
    every = np.concatenate(
        [np.concatenate([*one.images.blocks(np.arange(one.images.count))]) for one in parts]
    )
    labels = np.concatenate([one.labels for one in parts])
    return RawPart(parts[0].part, images_of(every), labels, ", ".join(one.source for one in parts))


# ---------------------------------------------------------------- CSV


def _csv_part(file: DataFile) -> tuple[RawPart, int, dict[str, str]]:
    delimiter, header, columns = _csv_layout(file)
    label, pixels = _csv_columns(header, columns)
    shape = _square(len(pixels))
    num_lines, encoding = _count_lines(file)
    num_rows = num_lines - (header is not None)
    chosen = _sample(num_rows)
    most = num_rows if chosen is None else int(chosen.sum())
    if most * len(pixels) > 2 * MAX_WHOLE_BYTES:
        raise ValueError(f"images of over {2 * MAX_WHOLE_BYTES // 10**6:,} MB; make them smaller")
    layout = (delimiter, header is not None, columns, encoding, most)
    skipped = 0

    def invalid(_: Any) -> str:
        nonlocal skipped
        skipped += 1
        return "skip"

    for kind in (pa.uint8(), pa.float32()):
        skipped = 0
        try:
            values, labels, incomplete = _csv_rows(
                file, layout, label, pixels, kind, chosen, invalid
            )
            break
        except pa.ArrowInvalid:
            if kind == pa.float32():
                raise
    if not len(labels):
        raise ValueError("a table without a row that is a label and pixels")
    source = PurePosixPath(file.name).name
    part = part_of_path(file.name) or "all"
    images = images_of(values.reshape(-1, *shape))
    return RawPart(part, images, labels, source), skipped + incomplete, {}


@contextmanager
def _text(file: DataFile) -> Iterator[IO[bytes]]:
    with file.open() as raw:
        if file.name.lower().endswith(".gz"):
            with gzip.GzipFile(fileobj=raw) as plain:
                yield cast(IO[bytes], plain)
        else:
            yield io.BufferedReader(raw, 2**20) if isinstance(raw, io.RawIOBase) else raw


def _csv_layout(file: DataFile) -> tuple[str, list[str] | None, int]:
    """The delimiter, the names of the columns, None without a heading, and their number."""
    with _text(file) as content:
        first = content.readline(_MAX_LINE)
    if len(first) == _MAX_LINE:
        raise ValueError(f"a first line of over {_MAX_LINE:,} bytes")
    line = first.decode("utf-8-sig", "replace").strip()
    delimiter = max((",", ";", "\t"), key=line.count)
    fields = [field.strip().strip("\"'") for field in line.split(delimiter)]
    is_heading = not all(re.fullmatch(r"[-+.\deE]*", field) for field in fields[1:])
    return delimiter, fields if is_heading else None, len(fields)


def _csv_columns(header: Sequence[str] | None, columns: int) -> tuple[int, list[int]]:
    """The index of the label's column and those of the pixels."""
    names = [name.lower() for name in header or ()]
    label = next((names.index(name) for name in _LABEL_NAMES if name in names), None)
    if label is None:
        if header is not None and _is_square(columns):
            raise _NoLabelsError("which has no column of labels")
        label = 0
    pixels = [index for index in range(columns) if index != label]
    if not _is_square(len(pixels)):
        kept = [i for i in pixels if header and re.search(r"\d$", header[i])]
        if not _is_square(len(kept)):
            raise ValueError(
                f"a table of {columns:,} columns, not a label and the pixels of a square image, "
                "such as 784"
            )
        pixels = kept
    return label, pixels


def _is_square(count: int) -> bool:
    return (count >= 16 and math.isqrt(count) ** 2 == count) or _is_square_of_colours(count)


def _is_square_of_colours(count: int) -> bool:
    return count >= 48 and count % 3 == 0 and math.isqrt(count // 3) ** 2 == count // 3


def _square(count: int) -> tuple[int, ...]:
    """The shape of a square image of so many values, which may have three colours."""
    side = math.isqrt(count)
    if side**2 == count:
        return side, side
    side = math.isqrt(count // 3)
    return side, side, 3


def _count_lines(file: DataFile) -> tuple[int, str]:
    """The number of lines, and the encoding: that of text without UTF-8 is Latin-1."""
    lines, last, total = 0, b"\n", 0
    decoder, encoding = codecs.getincrementaldecoder("utf-8")(), "utf8"
    with _text(file) as content:
        while block := content.read(2**22):
            # Each of LF, CR LF and CR ends a line.
            lines += block.count(b"\n") + block.count(b"\r") - block.count(b"\r\n")
            last, total = block[-1:], total + len(block)
            try:
                decoder.decode(block)
            except UnicodeDecodeError:
                encoding = "latin1"
            if total > 8 * MAX_WHOLE_BYTES:
                raise ValueError(f"over {8 * MAX_WHOLE_BYTES // 10**9} GB of text")
    return lines + (last not in b"\r\n"), encoding


def _sample(count: int) -> NDArray[np.bool_] | None:
    """Which of so many rows are read; None: all."""
    if count <= MAX_IMAGES:
        return None
    keep = np.zeros(count, bool)
    keep[np.random.default_rng(SAMPLE_SEED).choice(count, MAX_IMAGES, replace=False)] = True
    return keep


def _csv_rows(
    file: DataFile,
    layout: tuple[str, bool, int, str, int],
    label: int,
    pixels: Sequence[int],
    kind: pa.DataType,
    chosen: NDArray[np.bool_] | None,
    invalid: Any,
) -> tuple[NDArray[Any], NDArray[Any], int]:
    """Pixels (n, p) uint8, labels (n,) as text, and the number of rows with an empty pixel."""
    delimiter, has_heading, columns, encoding, most = layout
    names = [f"c{index}" for index in range(columns)]
    types = {names[index]: kind for index in pixels} | {names[label]: pa.string()}
    values = np.empty((most, len(pixels)), np.uint8)
    labels: list[NDArray[Any]] = [np.zeros(0, "<U1")]
    found: Range | None = None
    count = incomplete = place = 0
    with _text(file) as content:
        reader = csv.open_csv(
            content,
            csv.ReadOptions(
                column_names=names,
                skip_rows=int(has_heading),
                block_size=_BLOCK,
                encoding=encoding,
            ),
            csv.ParseOptions(delimiter=delimiter, invalid_row_handler=invalid),
            csv.ConvertOptions(column_types=types, strings_can_be_null=True),
        )
        for batch in reader:
            columns_read = [batch.column(names[index]) for index in pixels]
            whole = np.ones(batch.num_rows, bool)
            for column in columns_read:
                if column.null_count:
                    whole &= column.is_valid().to_numpy(zero_copy_only=False)
                    fill = pa.scalar(0, kind)
                    columns_read[columns_read.index(column)] = column.fill_null(fill)
            incomplete += int((~whole).sum())
            if chosen is not None:
                whole &= _slice(chosen, place, batch.num_rows)
            place += batch.num_rows
            block = np.empty((batch.num_rows, len(pixels)), kind.to_pandas_dtype())
            for index, column in enumerate(columns_read):
                block[:, index] = column.to_numpy(zero_copy_only=False)
            texts = batch.column(names[label]).fill_null("").to_numpy(zero_copy_only=False)
            if whole.any():
                # All kinds of numbers become bytes at once: of 200,000 images, floats take 600 MB.
                block = block[whole]
                found = found or range_of(block, file.name)
                values[count : count + len(block)] = found.to_bytes(block, file.name)
                count += len(block)
            labels.append(texts[whole].astype(str))
    return values[:count], np.concatenate(labels), incomplete


def _slice(chosen: NDArray[np.bool_], start: int, count: int) -> NDArray[np.bool_]:
    part = chosen[start : start + count]
    return np.concatenate([part, np.zeros(count - len(part), bool)])


# ---------------------------------------------------------------- parquet


def _parquet_part(file: DataFile) -> tuple[RawPart, int, dict[str, str]]:
    with file.open() as content:
        table = parquet.ParquetFile(
            pa.PythonFile(content, mode="r"),
            thrift_string_size_limit=10**8,
            thrift_container_size_limit=10**6,
        )
        num_rows = table.metadata.num_rows
        sizes = [table.metadata.row_group(i).total_byte_size for i in range(table.num_row_groups)]
        if sum(sizes) > 2 * MAX_WHOLE_BYTES or num_rows > 10 * MAX_IMAGES:
            raise ValueError(f"a table of {num_rows:,} rows and {sum(sizes):,} bytes")
        names = table.schema_arrow.names
        label = next((one for one in names if one.lower() in _LABEL_NAMES), None)
        if label is None:
            raise _NoLabelsError("which has no column of labels")
        chosen, place, skipped = _sample(num_rows), 0, 0
        rows, labels = [], []
        for batch in table.iter_batches(batch_size=2048):
            keep = None if chosen is None else _slice(chosen, place, batch.num_rows)
            place += batch.num_rows
            for index, image in enumerate(_images_of_batch(batch, label)):
                if keep is None or keep[index]:
                    rows.append(image)
                    labels.append(batch.column(label)[index].as_py())
        class_names = _feature_names(table.schema_arrow, label)
    whole = [index for index, image in enumerate(rows) if image is not None]
    skipped = len(rows) - len(whole)
    if not whole:
        raise ValueError("a table without an image that can be read")
    texts = np.array(["" if labels[i] is None else str(labels[i]) for i in whole])
    images = _images_of_list([cast("NDArray[Any]", rows[index]) for index in whole])
    part = part_of_path(file.name) or "all"
    return RawPart(part, images, texts, PurePosixPath(file.name).name), skipped, class_names


def _images_of_list(rows: Sequence[NDArray[Any]]) -> Images:
    if len({(row.shape, row.dtype) for row in rows}) == 1:
        return images_of(np.stack(rows))
    return Images(
        len(rows), (), np.dtype(np.uint8), lambda chosen: iter([[rows[i] for i in chosen]])
    )


def _images_of_batch(batch: pa.RecordBatch, label: str) -> list[NDArray[Any] | None]:
    """The images of some rows, None for one that can't be read."""
    names = [name for name in batch.schema.names if name != label]
    pixels = [
        n
        for n in names
        if pa.types.is_integer(t := batch.schema.field(n).type) or pa.types.is_floating(t)
    ]
    if _is_square(len(pixels)):
        columns = [batch.column(name).to_numpy(zero_copy_only=False) for name in pixels]
        return [*np.stack(columns, axis=1).reshape(-1, *_square(len(pixels)))]
    for name in names:
        column, kind = batch.column(name), batch.schema.field(name).type
        if pa.types.is_struct(kind) and kind.get_field_index("bytes") >= 0:
            column, kind = column.field("bytes"), kind.field("bytes").type
        if pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
            return [_picture(value.as_py()) for value in column]
        if (
            pa.types.is_list(kind)
            or pa.types.is_large_list(kind)
            or pa.types.is_fixed_size_list(kind)
        ):
            return [_array(value.as_py()) for value in column]
    raise ValueError(f"a table with the columns {', '.join(batch.schema.names)[:200]}, not images")


def _picture(raw: bytes | None) -> NDArray[Any] | None:
    if raw is None:
        return None
    if _is_square(len(raw)) and not raw.startswith((b"\x89PNG", b"\xff\xd8", b"GIF8", b"BM")):
        return np.frombuffer(raw, np.uint8).reshape(_square(len(raw)))
    return decoded(raw)


def _array(values: Any) -> NDArray[Any] | None:
    try:
        array = np.asarray(values)
    except ValueError:
        return None
    if array.dtype.kind not in "iuf":
        return None
    if array.ndim == 1:
        return array.reshape(_square(array.size)) if _is_square(array.size) else None
    return array if array.ndim in (2, 3) else None


def _feature_names(schema: pa.Schema, label: str) -> dict[str, str]:
    """The names of the classes that the datasets library of Hugging Face stores."""
    try:
        about = json.loads((schema.metadata or {})[b"huggingface"])
        names = about["info"]["features"][label]["names"]
        return {str(number): str(name) for number, name in enumerate(names)}
    except (KeyError, ValueError, TypeError, RecursionError):
        return {}
