"""Runs the command as `python -m vulncore.cli`."""

from vulncore.cli import app

if __name__ == "__main__":
    app()
