"""One measure of the data per file: table in, small frame out."""
