"""Small workbooks, written by hand: XLSX, ODS and one with a password."""

from __future__ import annotations

import datetime as dt
import struct
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TypeAlias
from xml.sax.saxutils import escape

Cell: TypeAlias = str | float | bool | dt.date | None
Sheet: TypeAlias = Sequence[Sequence[Cell]]

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_STYLES = f'<styleSheet xmlns="{_MAIN}"><cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>'
_EPOCH = dt.date(1899, 12, 30)


def write_xlsx(path: Path, sheets: Mapping[str, Sheet], merged: str = "", first: int = 1) -> None:
    """Write sheets, whose first row is row `first`; `merged` is a range of merged cells."""
    numbers = range(1, len(sheets) + 1)
    names = "".join(
        f'<sheet name="{escape(name)}" sheetId="{i}" r:id="r{i}"/>' for i, name in zip(numbers, sheets, strict=True)
    )
    kinds = "".join(
        f'<Override PartName="/xl/worksheets/sheet{i}.xml" ContentType='
        '"application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>'
        for i in numbers
    )
    links = "".join(_link(f"r{i}", "worksheet", f"worksheets/sheet{i}.xml") for i in numbers)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(
            "[Content_Types].xml",
            f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="xml" ContentType="application/xml"/>'
            f"{kinds}</Types>",
        )
        archive.writestr("_rels/.rels", _links(_link("r1", "officeDocument", "xl/workbook.xml")))
        archive.writestr(
            "xl/workbook.xml", f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>{names}</sheets></workbook>'
        )
        archive.writestr("xl/_rels/workbook.xml.rels", _links(links + _link("s", "styles", "styles.xml")))
        archive.writestr("xl/styles.xml", _STYLES)
        for i, sheet in zip(numbers, sheets.values(), strict=True):
            archive.writestr(f"xl/worksheets/sheet{i}.xml", _sheet(sheet, merged, first))


def _links(inside: str) -> str:
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{inside}</Relationships>'


def _link(name: str, kind: str, target: str) -> str:
    return f'<Relationship Id="{name}" Type="{_OFFICE}/{kind}" Target="{target}"/>'


def _sheet(sheet: Sheet, merged: str, first: int) -> str:
    rows = "".join(
        f'<row r="{r}">{"".join(_cell(cell, f"{chr(65 + c)}{r}") for c, cell in enumerate(row))}</row>'
        for r, row in enumerate(sheet, first)
    )
    merges = f'<mergeCells count="1"><mergeCell ref="{merged}"/></mergeCells>' if merged else ""
    return f'<worksheet xmlns="{_MAIN}"><sheetData>{rows}</sheetData>{merges}</worksheet>'


def _cell(cell: Cell, where: str) -> str:
    if cell is None:
        return ""
    if isinstance(cell, str):
        return f'<c r="{where}" t="inlineStr"><is><t xml:space="preserve">{escape(cell)}</t></is></c>'
    if isinstance(cell, bool):
        return f'<c r="{where}" t="b"><v>{int(cell)}</v></c>'
    if isinstance(cell, dt.date):
        return f'<c r="{where}" s="1"><v>{(cell - _EPOCH).days}</v></c>'
    return f'<c r="{where}"><v>{cell!r}</v></c>'


def write_ods(path: Path, name: str, sheet: Sequence[Sequence[str]]) -> None:
    """Write one sheet of text."""
    space = "urn:oasis:names:tc:opendocument:xmlns"
    rows = "".join(
        "<table:table-row>"
        + "".join(
            f'<table:table-cell office:value-type="string"><text:p>{escape(c)}</text:p></table:table-cell>' for c in row
        )
        + "</table:table-row>"
        for row in sheet
    )
    head = "".join(f' xmlns:{n}="{space}:{n}:1.0"' for n in ("office", "table", "text"))
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr(
            "META-INF/manifest.xml",
            f'<manifest:manifest xmlns:manifest="{space}:manifest:1.0">'
            '<manifest:file-entry manifest:full-path="/" manifest:media-type='
            '"application/vnd.oasis.opendocument.spreadsheet"/></manifest:manifest>',
        )
        archive.writestr(
            "content.xml",
            f"<office:document-content{head}><office:body><office:spreadsheet>"
            f'<table:table table:name="{name}">{rows}</table:table>'
            "</office:spreadsheet></office:body></office:document-content>",
        )


def write_locked(path: Path) -> None:
    """Write what Excel writes for a workbook with a password: a compound file that holds an EncryptedPackage."""
    end, free, fat, none = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD, 0xFFFFFFFF
    magic = bytes.fromhex("d0cf11e0a1b11ae1")
    head = magic + bytes(16) + struct.pack("<HHHHH6xIII", 0x3E, 3, 0xFFFE, 9, 6, 0, 1, 1)
    head += struct.pack("<IIIIII", 0, 4096, end, 0, end, 0) + struct.pack("<109I", 0, *[free] * 108)
    table = struct.pack("<128I", fat, end, *[free] * 126)
    entries = [
        _entry("Root Entry", 5, 1),
        _entry("EncryptedPackage", 2, none),
        _entry("", 0, none),
        _entry("", 0, none),
    ]
    path.write_bytes(head + table + b"".join(entries))


def _entry(name: str, kind: int, child: int) -> bytes:
    raw = name.encode("utf-16-le")
    raw += bytes(2 if name else 0)
    tail = struct.pack("<HBBIII", len(raw), kind, 1, 0xFFFFFFFF, 0xFFFFFFFF, child)
    return raw.ljust(64, b"\0") + tail + bytes(16 + 4 + 16) + struct.pack("<IQ", 0xFFFFFFFE, 0)
