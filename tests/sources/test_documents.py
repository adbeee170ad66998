"""Folders of texts, e-mails and mailboxes: a file or a message is a row, its folder the label; nothing is lost."""

from __future__ import annotations

import mailbox
from email.message import EmailMessage
from pathlib import Path

import pytest

from milepost.errors import MilepostError
from milepost.sources import documents
from milepost.sources.files import found, sides
from milepost.sources.read import opened, read_noting

from .reading import look, refusal


def write(folder: Path, **files: str | bytes) -> None:
    """Write files; `__` stands for a slash and `_` before the ending for its dot."""
    for name, content in files.items():
        path = folder / ".".join(name.replace("__", "/").rsplit("_", 1))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())


def letter(subject: str) -> bytes:
    out = EmailMessage()
    out["Subject"], out["From"], out["Date"] = subject, "a@x.org", "Tue, 05 Mar 2024 10:00:00 +0000"
    out.set_content(f"text of {subject}\n\nFrom here on, 10:00, it goes on\n")
    return bytes(out)


def test_a_folder_by_label(tmp_path: Path) -> None:
    write(tmp_path, pos__b_txt="fine\r\n\r\nindeed\n", pos__a_txt="good", neg__deep__c_txt="bad", pos__list_feat="1")
    write(tmp_path, notes_txt="no row")
    out = look(tmp_path)
    assert out.columns == ["text", "label", "file"]
    assert out.rows == [
        ("bad", "neg", "neg/deep/c.txt"), ("good", "pos", "pos/a.txt"), ("fine\n\nindeed", "pos", "pos/b.txt"),
    ]  # fmt: skip
    assert out.lines == [1, 2, 3] and out.codes == ["ignored_file", "ignored_file"]


def test_a_split_by_label_as_film_reviews_come(tmp_path: Path) -> None:
    for side in ("train", "test"):
        write(
            tmp_path, **{f"{side}__pos__1_txt": "good", f"{side}__neg__1_txt": "bad", f"{side}__urls_txt": "http://x"}
        )
    write(tmp_path, train__unsup__1_txt="who knows", words_txt="a\nb", README_md="x")
    given = sides(tmp_path)
    assert {s: p.name for s, p in given.items()} == {"train": "train", "test": "test"}
    assert [row[1] for row in look(given["train"]).rows] == ["neg", "pos", None]
    assert [row[1] for row in look(given["test"]).rows] == ["neg", "pos"]


def test_texts_without_folders_and_tables_that_are_none(tmp_path: Path) -> None:
    write(tmp_path, texts__a_txt="It was fine, really.", texts__b_txt="We left at once; never again.")
    assert look(tmp_path / "texts").columns == ["text", "file"]
    write(tmp_path, tables__a_txt="text\tlabel\nx\t1\n", tables__b_txt="text\tlabel\ny\t2\n")
    assert len(opened(tmp_path / "tables").parts) == 2
    assert [p.columns for p in opened(tmp_path / "tables").parts] == [["text", "label"]] * 2
    write(tmp_path, mixed__a_csv="a,b\n1,2\n", mixed__pos__a_txt="x", mixed__neg__a_txt="x")
    assert found(tmp_path / "mixed")[0] == [tmp_path / "mixed" / "a.csv"]
    write(tmp_path, deep__pos__a_csv="a,b\n1,2\n")
    assert "there are no data files" in refusal(tmp_path / "deep").what


def test_encodings_of_single_files_are_found_and_said(tmp_path: Path) -> None:
    text = "这个酒店的房间很不错，服务员也很热情"
    write(tmp_path, p__a_txt=text, p__b_txt=text.encode("gb18030"), n__c_txt=text.encode("utf-16"), n__d_txt="\ufeffok")
    out = look(tmp_path)
    assert [row[0] for row in out.rows] == [text, "ok", text, text]
    (said,) = out.findings
    assert (said.code, said.count, said.rows) == ("encoding", 2, (1, 4)) and "GB18030, UTF-16" in said.what


def test_files_that_are_no_text_are_set_aside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "LARGEST", 1000)
    write(
        tmp_path,
        p__a_txt=b"NUL \0",
        p__b_txt=b"caf\xc3 \x81\x8d\xff ok",
        p__c_txt="x" * 1001,
        n__d_txt="",
        n__e_txt="y",
    )
    out = look(tmp_path)
    assert out.reasons == [(3, "nul_bytes"), (4, "broken_text"), (5, "long_text")]
    assert [row[0] for row in out.rows] == ["", "y"] and out.bad[0].raw.startswith("p/a.txt: ")


def test_cuts_change_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(
        tmp_path, **{f"{'np'[i % 2]}__{i}_txt": f"text {i} é".encode("cp1252" if i % 3 else "utf-8") for i in range(20)}
    )
    whole = look(tmp_path)
    monkeypatch.setattr(documents, "FILES", 3)
    monkeypatch.setattr(documents, "BLOCK", 20)
    assert look(tmp_path) == whole and len(list(opened(tmp_path).parts[0].blocks())) > 5


def test_a_file_that_may_not_be_read_is_one_clear_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, p__a_txt="x", n__b_txt="y")
    source = opened(tmp_path)

    def refuse(*args: object, **named: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(MilepostError, match="the file may not be read"):
        next(iter(source.parts[0].blocks())).parse()


def test_mails_by_label_and_by_themselves(tmp_path: Path) -> None:
    write(
        tmp_path, ham__1_eml=letter("one"), spam__2_eml=letter("two"), spam__3_eml=b"Content-Type: multipart/x\n\nhalf"
    )
    out = look(tmp_path)
    assert out.columns == ["subject", "from", "to", "date", "text", "label", "file"]
    assert [(r[0], r[5], r[6]) for r in out.rows[:2]] == [("one", "ham", "ham/1.eml"), ("two", "spam", "spam/2.eml")]
    assert out.rows[0][3] == "2024-03-05 10:00:00" and out.codes == ["broken_mail"] and out.findings[0].rows == (3,)
    assert look(tmp_path / "spam" / "2.eml").columns == ["subject", "from", "to", "date", "text", "file"]
    assert len(look(str(tmp_path / "*" / "*.eml")).rows) == 3


def test_old_collections_have_no_endings(tmp_path: Path) -> None:
    (tmp_path / "sci.space").mkdir()
    (tmp_path / "rec.autos").mkdir()
    for i, group in enumerate(("sci.space", "rec.autos", "sci.space")):
        (tmp_path / group / str(60000 + i)).write_bytes(letter(group))
    out = look(tmp_path)
    assert [(r[0], r[5]) for r in out.rows] == [("rec.autos", "rec.autos")] + [("sci.space", "sci.space")] * 2


def boxed(path: Path, *subjects: str) -> None:
    box = mailbox.mbox(path)
    for subject in subjects:
        box.add(letter(subject))
    box.flush()
    box.close()


def test_a_mailbox_is_read_as_python_reads_it(tmp_path: Path) -> None:
    boxed(tmp_path / "all.mbox", "one", "two", "three")
    table, _, bad = read_noting(tmp_path / "all.mbox")
    assert table["subject"].to_list() == [m["subject"] for m in mailbox.mbox(tmp_path / "all.mbox")] and not bad
    assert table["text"][1] == "text of two\n\nFrom here on, 10:00, it goes on"


def test_several_mailboxes_say_the_label_by_their_names(tmp_path: Path) -> None:
    boxed(tmp_path / "ham.mbox", "one")
    boxed(tmp_path / "spam.mbox", "two", "three")
    table, _, _ = read_noting(tmp_path)
    assert table["label"].to_list() == ["ham", "spam", "spam"]


def test_what_is_no_mailbox_is_refused_and_an_endless_message_is_set_aside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "x.mbox").write_text("Subject: no\n\nmailbox")
    assert "does not begin as a mailbox does" in refusal(tmp_path / "x.mbox").what
    monkeypatch.setattr("milepost.sources.mailbox.LARGEST", 2000)
    box = b"From a Tue Mar  5 10:00:00 2024\n"
    (tmp_path / "y.mbox").write_bytes(box + b"x" * 5000 + b"\n\n" + box + letter("short") + b"\n")
    out = look(tmp_path / "y.mbox")
    assert out.reasons == [(1, "long_text")] and out.lines == [2] and out.rows[0][0] == "short"
