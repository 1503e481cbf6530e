"""Documents as PDF, by the LibreOffice of the machine where it has one; without it a pack has no PDF and says so."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path
from threading import Lock
from typing import Final

from vulncore.domain.errors import VulncoreError

SETTING: Final = "VULNCORE_LIBREOFFICE"
PROGRAMS: Final = ("soffice", "libreoffice", "/Applications/LibreOffice.app/Contents/MacOS/soffice")
SECONDS: Final = 120
NONE_HERE: Final = (
    "There is no PDF: LibreOffice is not on this machine. Install it, or save the document as PDF in Office."
)

_one_at_a_time = Lock()


class PdfError(VulncoreError):
    """A document can't be made a PDF."""


def libreoffice() -> str | None:
    """Return the program that makes PDFs: the one that a setting names, or that the machine has; None where it has none."""
    named = os.environ.get(SETTING, "").strip()
    return next(
        (path for program in ([named] if named else PROGRAMS) if (path := shutil.which(program))), None
    )


def as_pdf(document: bytes, ending: str) -> bytes:
    """Return a document, a .docx or .pptx by its ending, as PDF.

    It is made in a profile of its own that is thrown away, so that nothing of it stays and no other window is disturbed.

    Raises:
        PdfError: There is no LibreOffice, or it can't make one.
    """
    program = libreoffice()
    if program is None:
        raise PdfError(NONE_HERE)
    with tempfile.TemporaryDirectory() as made, _one_at_a_time:
        folder = Path(made)
        (folder / f"pack.{ending}").write_bytes(document)
        command = [
            program,
            f"-env:UserInstallation={(folder / 'profile').as_uri()}",
            "--headless",
            "--norestore",
            "--convert-to",
            "pdf",
            "--outdir",
            str(folder),
            str(folder / f"pack.{ending}"),
        ]
        try:
            subprocess.run(  # noqa: S603 - a program that the machine's keeper names, and a file of our own
                command, capture_output=True, timeout=SECONDS, check=True, stdin=subprocess.DEVNULL
            )
            return (folder / "pack.pdf").read_bytes()
        except (OSError, subprocess.SubprocessError) as problem:
            raise PdfError(
                "The PDF can't be made: LibreOffice failed. Take the other document, and tell who keeps the machine."
            ) from problem
