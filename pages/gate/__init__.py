"""Who is let in, and to what: everything that reaches the server passes here before Streamlit or a page sees it.

Read in this order:

- `identity`: how people sign in here, who somebody is, and what they may do by the file of roles.
- `starting`: what must hold before a server starts, said in a sentence where it doesn't.
- `holdings`: which sessions, files and uploads are whose.
- `limits`: how much one person may ask for in how much time.
- `gate`: the middleware that puts these together, and `door`, the pages that it answers with itself.
"""
