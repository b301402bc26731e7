"""What the press's child process sets letters with. Knows no Django, no rows and no storage."""
