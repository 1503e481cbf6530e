"""Starts the app as it is served, with forecasts tried at few origins: for tests of all but their closeness."""

import sys

from streamlit.web.cli import main

from tests.conftest import tried_at_few_origins

if __name__ == "__main__":
    with tried_at_few_origins():
        main(["run", "app.py", *sys.argv[1:]])
