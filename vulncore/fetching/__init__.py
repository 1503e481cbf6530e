"""How open data comes from the sites that publish it into a folder that the readers of `sources` and `store` take.

A force gets its published figures, its street-level crime and its boundary by one command each. What breaks off
is taken up where it broke off, what is there whole is not fetched again, and a file says where each file is from.

Read in this order:

- `web`: asking a site over HTTP, patiently and within bounds, with one sentence for whatever goes wrong.
- `ledger`: what was fetched into a folder, `fetched.json`, and files fetched whole into it.
- `remote_file`: a file at a site as a file that can be sought in, so that a zip there gives single members.
- `police_uk`, `home_office`, `boundaries`: what each of the three sites has, and how it is laid out here.
"""
