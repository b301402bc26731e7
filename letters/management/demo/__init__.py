"""The demo: one campaign, told as if it had gone on for the last six weeks.

It is made by the program's own actions, so every row has its audit event and nothing in it
could not have happened. The institutions are real and public; the sender, its letter and
every answer are invented for the purpose, and every e-mail address ends in `.invalid`.
"""
