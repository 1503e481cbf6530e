"""What an extract's columns and codes mean, chosen box by box: all of it (`columns`), codes (`codes`), dates (`dates`), which rows count (`rows`), stand-ins (`stand_ins`)."""
