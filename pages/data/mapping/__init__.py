"""What an extract's columns and codes mean, chosen box by box: all of it (`columns`), codes (`codes`), which rows count (`rows`), stand-ins (`stand_ins`)."""
