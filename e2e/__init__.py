"""The product as people meet it: in a browser, at one address.

`e2e/tests` drives Debian's Chromium through whole purchases; `python -m e2e.pictures` (`make pictures`) writes the
pictures in docs/pictures.
"""
