"""The product as users see it: in a browser, at one address.

`e2e/tests` drives Debian's Chromium through complete purchases. `python -m e2e.pictures` (`make pictures`) takes the
pictures in docs/pictures.
"""
