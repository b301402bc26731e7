"""From a file of institutions to a plan, and from a confirmed plan to rows.

`reading` turns bytes into rows of text, `profiles` turns rows into records, `plan` compares
records with what is known and writes nothing, `apply` writes what a plan says.
"""
