"""Where everything lies: PostgreSQL tables, FIT blobs, the Delta lake, and the read models over them.

No metric and no FIT rule lives here; frames come in and go out with the schema of their table.
"""
