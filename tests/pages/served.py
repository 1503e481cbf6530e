"""Starts the app as it is served, with forecasts at few origins, each worked out once: for tests of all but their closeness."""

import os
import sys
from contextlib import ExitStack
from pathlib import Path

from streamlit.web.cli import main

from tests.conftest import FOLDER_OF_PIECES, pieces_kept, tried_at_few_origins
from vulncore.forecasting.forecast import in_parallel

if __name__ == "__main__":
    with ExitStack() as stack:
        stack.enter_context(tried_at_few_origins())
        if FOLDER_OF_PIECES in os.environ:
            stack.enter_context(pieces_kept(Path(os.environ[FOLDER_OF_PIECES]), in_parallel))
        main(["run", "app.py", *sys.argv[1:]])
