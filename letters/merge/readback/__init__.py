"""A finished letter read back from its bytes, several times sooner than PDFium reads it.

Only what our press writes is known here, and all that is not exactly so raises Unknown. Nothing
is remembered of a letter but under the very bytes that say it. Knows no Django and no rows.
"""
