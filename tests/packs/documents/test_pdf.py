"""Documents as PDF: by the machine's LibreOffice, and a plain sentence where that isn't there or fails."""

import os
from pathlib import Path

import pytest

from vulncore.packs.documents.pdf import SETTING, PdfError, as_pdf, libreoffice


def program(folder: Path, script: str) -> str:
    path = folder / "office"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return str(path)


def test_without_libreoffice_it_says_so_and_what_to_do(monkeypatch):
    monkeypatch.setenv(SETTING, "no-such-program")
    assert libreoffice() is None
    with pytest.raises(PdfError, match=r"LibreOffice is not on this machine. Install it"):
        as_pdf(b"", "docx")


@pytest.mark.skipif(os.name == "nt", reason="Windows starts no scripts of a shell")
@pytest.mark.parametrize("script", ["exit 1", "exit 0"], ids=["it fails", "it makes nothing"])
def test_where_it_fails_nobody_sees_a_traceback(monkeypatch, tmp_path, script):
    monkeypatch.setenv(SETTING, program(tmp_path, script))
    with pytest.raises(PdfError, match=r"LibreOffice failed. Take the other document"):
        as_pdf(b"", "docx")


@pytest.mark.skipif(os.name == "nt", reason="Windows starts no scripts of a shell")
def test_it_works_in_a_folder_of_its_own_that_is_gone_afterwards(monkeypatch, tmp_path):
    noted = tmp_path / "noted"
    script = f'for last; do :; done; echo "$last" "$1" > {noted}; printf pdf > "$(dirname "$last")/pack.pdf"'
    monkeypatch.setenv(SETTING, program(tmp_path, script))
    assert as_pdf(b"document", "pptx") == b"pdf"
    document, profile = noted.read_text().split()
    assert document.endswith("/pack.pptx")
    assert profile.startswith("-env:UserInstallation=file://")
    assert not Path(document).parent.exists()
