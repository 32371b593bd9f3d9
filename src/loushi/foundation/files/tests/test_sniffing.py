"""What is taken and what is not, whatever the name claims."""

import pytest

from loushi.foundation.files.sniffing import EXTENSIONS, NotAccepted, sniff

from .uploads import docx, jpeg, png, zipped

PDF = b"%PDF-1.7\n1 0 obj\n"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@pytest.mark.parametrize(
    ("name", "data", "content_type"),
    [
        ("a.JPG", jpeg(), "image/jpeg"),
        ("a.jpeg", jpeg(), "image/jpeg"),
        ("a.png", png(), "image/png"),
        ("合同.pdf", PDF, "application/pdf"),
        ("a.docx", docx(), DOCX),
        ("a.doc", bytes.fromhex("D0CF11E0A1B11AE1") + b"x" * 600, "application/msword"),
        ("a.wps", bytes.fromhex("D0CF11E0A1B11AE1") + b"x" * 600, "application/msword"),
        ("a.txt", "说明".encode(), "text/plain"),
        ("a.csv", "甲,乙\n".encode("gb18030"), "text/csv"),
        ("a.zip", zipped(a="x"), "application/zip"),
        ("a.ofd", zipped(OFD_dot_xml="x"), "application/ofd"),
    ],
)
def test_what_is_taken(name, data, content_type):
    assert sniff(name, data).content_type == content_type


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("a.jpg", b"", "空文件"),
        ("a.jpg", png(), "PNG，和文件名不符"),
        ("a.pdf", jpeg(), "JPG，和文件名不符"),
        ("a.jpg", b"MZ\x90\x00" + b"\x00" * 80, "不是可以上传"),
        ("a.txt", b"MZ\x90\x00" + b"\x00" * 80, "不是可以上传"),
        ("a.exe", b"MZ\x90\x00" + b"\x00" * 80, "不是可以上传"),
        ("a.html", b"<html><script>alert(1)</script>", "不是可以上传"),
        ("a.txt", b"  <!DOCTYPE html><p>x", "不是可以上传"),
        ("a.txt", b"hello <script>alert(1)</script>", "不是可以上传"),
        ("a.svg", b"<svg xmlns='x'><script/></svg>", "不是可以上传"),
        ("a.png", b"<svg xmlns='x'></svg>", "不是可以上传"),
        ("a.txt", b"#!/bin/sh\nrm -rf /", "不是可以上传"),
        ("a.pdf", b"<html>%PDF-1.4", "不是可以上传"),
        ("a.heic", b"\x00\x00\x00\x18ftypheic", "HEIC"),
        ("a.jpg", b"\x00\x00\x00\x18ftypheic" + b"\x00" * 30, "HEIC"),
        ("a.docx", docx(**{"word/vbaProject.bin": "x"}), "不是可以上传"),
        ("a.docx", zipped(a="x"), "不是可以上传"),
        ("a.zip", docx(), "DOCX，和文件名不符"),
        ("a.zip", b"PK\x03\x04broken", "不是可以上传"),
        ("a.zip", zipped(a="0" * 9_000_000), "不是可以上传"),
        ("noending", jpeg(), "和文件名不符"),
        ("a.jpg.exe", jpeg(), "和文件名不符"),
    ],
)
def test_what_is_refused_says_why_and_what_to_do(name, data, says):
    with pytest.raises(NotAccepted, match=says):
        sniff(name, data)


def test_active_kinds_are_on_no_list():
    for ending in ("svg", "html", "htm", "js", "exe", "docm", "xlsm", "apk", "bat", "xml"):
        assert ending not in EXTENSIONS
