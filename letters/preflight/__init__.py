"""What preflight looks at: each check is one small named object, listed in `registry`.

Checks read rows that were fetched for all letters at once, and write nothing. What is kept
of their findings, and what stops a mailing, is decided in `letters.actions.preflight`.
"""
