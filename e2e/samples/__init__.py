"""`make samples`: everything that a person gets from the product, for a fixed cast, in docs/samples.

The texts (emails, calendar files, exports, the text of PDFs) are the same in every run, and a test compares them with
the committed ones. The pictures are for people to look at.
"""
