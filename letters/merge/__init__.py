"""From content to bytes: registry, language, document, press, seal.

`fields` says what a letter may name, `language` turns Markdown with merge tags into safe
HTML, `content` is everything that stands on paper, `document` sets it, `press` makes the PDF
in a bounded child process, in which `compositor` is what letters are set with, and `pages` looks
at one. Only `context` knows the models.
"""
